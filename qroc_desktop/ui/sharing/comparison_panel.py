"""The comparison panel: which received picture, against what, and item by item what became of it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from qroc_desktop.domain.comparison import Difference, Fate
from qroc_desktop.services.comparing import Comparison, State
from qroc_desktop.translation import said, tr
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.sharing.comparison_words import FATES, detail_of, state_text, title_of
from qroc_desktop.ui.sharing.rows import Column, RowsModel, RowsView
from qroc_desktop.ui.text import empty_hint, plain_label, tip
from qroc_desktop.ui.theme import Theme

FATE, TITLE, DETAIL = range(3)


class DifferencesModel(RowsModel[Difference]):
    """Differences, in the order of any column."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        columns: Sequence[Column[Difference]] = (
            Column(tr("What"), lambda one: said(FATES[one.fate][0]), 110, lambda one: FATES[one.fate][1:]),
            Column(tr("Item"), title_of, 300),
            Column(tr("In particular"), detail_of),
        )
        super().__init__(columns, lambda one: one.item, theme, parent)
        self._order = (FATE, Qt.SortOrder.AscendingOrder)

    def show(self, rows: Sequence[Difference]) -> None:
        """These, in the order that was chosen last."""
        super().show(self._sorted(rows))

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Order by a column; what moved is ordered by how far."""
        self._order = (column, order)
        self.layoutAboutToBeChanged.emit()
        self.rows = self._sorted(self.rows)
        self.layoutChanged.emit()

    def _sorted(self, rows: Sequence[Difference]) -> list[Difference]:
        column, order = self._order
        by = (
            lambda one: (list(Fate).index(one.fate), int(one.latest.situation.priority), title_of(one).casefold()),
            lambda one: (title_of(one).casefold(),),
            lambda one: (-(one.distance_m or 0.0), detail_of(one).casefold()),
        )[column]
        return sorted(rows, key=by, reverse=order is Qt.SortOrder.DescendingOrder)


class ComparisonPanel(QWidget):
    """Asks by its signals; whoever listens reads and answers with `show_comparison`."""

    asked = Signal(str, object)
    """Bundle, and the State that it is to be compared with; None for the usual one."""
    chosen = Signal(object)
    """Difference: look at it."""
    unlock_asked = Signal()

    def __init__(self, bench: Bench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self._bench = bench
        self.found: Comparison | None = None
        self._states: list[State] = []
        self._earlier: list[State] = []
        self.picture = _combo(tr("Received picture"), self)
        self.against = _combo(tr("Compared with"), self)
        self.counts = plain_label(role="muted", parent=self)
        self.on_map = QPushButton(tr("On the map"), self)
        self.unlock = QPushButton(tr("Unlock …"), self)
        self.list: RowsView[Difference] = RowsView(
            DifferencesModel(bench.theme, self), tr("Comparison"), bench.theme, self
        )
        self._hint = empty_hint("", "", self)
        self.pages = QStackedWidget(self)
        self._lay_out()
        self._connect()
        self.show_locked()

    def show_locked(self) -> None:
        """Nothing can be compared before the keys are open."""
        self._say_nothing(
            tr("The keys of this centre are locked.\n\nUnlock them to compare what came in."), locked=True
        )

    def show_nothing(self) -> None:
        """Nothing came onto the picture yet."""
        self._say_nothing(
            tr("Nothing to compare yet.\n\nWhat other centres send can be compared once it is on the picture.")
        )

    def show_comparison(
        self, states: Sequence[State], earlier: Sequence[State], found: Comparison, names: dict[str, str]
    ) -> None:
        """A comparison, among all received pictures, and all that it can be made with."""
        now = self._bench.desk.clock()
        self.found = found
        self._states, self._earlier = list(states), list(earlier)
        bundles = [state.bundle for state in states]
        texts = [state_text(state, names.get(state.peer, ""), now) for state in states]
        _offer(self.picture, texts, bundles.index(found.after.bundle))
        before = self._earlier.index(found.before) if found.before in self._earlier else -1
        _offer(self.against, [state_text(state, "", now) for state in earlier], before)
        self.against.setPlaceholderText(tr("nothing: all of it is new"))
        self.counts.setText(
            ", ".join(f"{found.count(fate)} {said(FATES[fate][0])}" for fate in Fate if found.count(fate))
        )
        self.list.show_rows(found.differences)
        self._hint.setText(tr("No difference."))
        self._show_parts(bool(found.differences), locked=False)

    @property
    def newest_chosen(self) -> bool:
        """Whether what is looked at is the newest picture of its centre, as opposed to one that somebody chose."""
        if self.found is None:
            return True
        after = self.found.after
        return next((state.bundle for state in self._states if state.peer == after.peer), "") == after.bundle

    def _say_nothing(self, text: str, *, locked: bool = False) -> None:
        self.found = None
        self._states, self._earlier = [], []
        self.list.show_rows(())
        self.counts.setText("")
        self._hint.setText(text)
        self._show_parts(rows=False, locked=locked)

    def _show_parts(self, rows: bool, *, locked: bool) -> None:
        self.pages.setCurrentIndex(0 if rows else 1)
        for part in (*self._labels, self.picture, self.against, self.on_map):
            part.setVisible(self.found is not None)
        self.against.setEnabled(bool(self._earlier))
        self.unlock.setVisible(locked)

    def _lay_out(self) -> None:
        px = self._bench.theme.px
        self._labels = (plain_label(tr("Picture"), role="muted", parent=self), plain_label(tr("against"), role="muted"))
        top = QHBoxLayout()
        top.setContentsMargins(px(10), px(2), px(6), px(2))
        top.setSpacing(px(6))
        for label, combo in zip(self._labels, (self.picture, self.against), strict=True):
            label.setBuddy(combo)
            top.addWidget(label)
            top.addWidget(combo, 1)
        top.addWidget(self.counts)
        top.addWidget(self.unlock)
        top.addWidget(self.on_map)
        self.on_map.setCheckable(True)
        self.on_map.setToolTip(tip(tr("Marks on the map, on or off (F4)")))
        self.pages.addWidget(self.list)
        self.pages.addWidget(self._hint)
        self.list.setSortingEnabled(True)
        self.list.header().setSortIndicator(FATE, Qt.SortOrder.AscendingOrder)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(self.pages, 1)
        self.setFocusProxy(self.list)

    def _connect(self) -> None:
        self.picture.activated.connect(lambda at: self.asked.emit(self._states[at].bundle, None))
        self.against.activated.connect(self._against)
        self.unlock.clicked.connect(self.unlock_asked)
        self.list.clicked.connect(lambda _: self._choose())
        self.list.activated.connect(lambda _: self._choose())

    def _against(self, at: int) -> None:
        if self.found is not None:
            self.asked.emit(self.found.after.bundle, self._earlier[at])

    def _choose(self) -> None:
        current = self.list.current()
        if current is not None:
            self.chosen.emit(current)


def _combo(name: str, parent: QWidget) -> QComboBox:
    combo = QComboBox(parent)
    combo.setAccessibleName(name)
    combo.setToolTip(tip(name))
    combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    combo.setMinimumContentsLength(14)
    combo.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    return combo


def _offer(combo: QComboBox, texts: Sequence[str], at: int) -> None:
    combo.clear()
    combo.addItems(list(texts))
    combo.setCurrentIndex(at)
    combo.setToolTip(tip(": ".join(text for text in (combo.accessibleName(), combo.currentText()) if text)))
