"""Every step that was ever recorded: when, who, what, how much; and the way to undo one by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from qroc_desktop.domain.query import BatchInfo, Outcome
from qroc_desktop.services.history import APPEND_ONLY, Touched
from qroc_desktop.translation import ntr, tr
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.text import copyable, plain_label, tip
from qroc_desktop.ui.times import both, stamp
from qroc_desktop.ui.words import step_name

Index = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()
COLUMNS: Final = ("when", "who", "what", "changes", "state")
PAGE: Final = 500
NAMED: Final = 12
LONGEST: Final = 80
"""Letters of a name: a decision in the logbook may be a page long."""


class StepModel(QAbstractTableModel):
    """Steps, newest first, as far as they were read."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.steps: list[BatchInfo] = []
        self._known: dict[str, BatchInfo] = {}
        self._names: dict[str, str] = {}
        self._wanted = ""

    def show(self, steps: list[BatchInfo], names: Mapping[str, str]) -> None:
        """All that were read, and what the first of their subjects is called."""
        self._known = {step.id: step for step in steps}
        self._names.update(names)
        self._filter()

    def nameless(self, steps: list[BatchInfo]) -> list[str]:
        """Steps whose name was not read yet; a step never changes, so that once is enough."""
        return [step.id for step in steps if step.id not in self._names]

    def search(self, text: str) -> None:
        """Only steps with these words in what, who or when."""
        self._wanted = text
        self._filter()

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.steps)

    def columnCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        step = self.steps[index.row()]
        column = COLUMNS[index.column()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._text(step, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip(both(step.recorded_at, seconds=True) if column == "when" else self._text(step, column))
        if role == Qt.ItemDataRole.TextAlignmentRole and column == "changes":
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.FontRole and step.undone_by and column == "what":
            font = QFont()
            font.setStrikeOut(True)
            return font
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> str | None:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return (tr("When"), tr("Who"), tr("What"), tr("Changes"), tr("State"))[section]
        return None

    def state(self, step: BatchInfo) -> str:
        """Whether it was taken back, by whom and when; or what it took back itself."""
        if step.undone_by:
            by = self._known.get(step.undone_by)
            return tr("undone by {who}, {when}", who=by.author, when=stamp(by.recorded_at)) if by else tr("undone")
        if step.undoes:
            old = self._known.get(step.undoes)
            return tr("takes back the step of {when}", when=stamp(old.recorded_at)) if old else ""
        return ""

    def _filter(self) -> None:
        words = self._wanted.casefold().split()
        self.beginResetModel()
        self.steps = [
            step
            for step in self._known.values()
            if all(word in " ".join(self._text(step, c) for c in COLUMNS).casefold() for word in words)
        ]
        self.endResetModel()

    def _text(self, step: BatchInfo, column: str) -> str:
        match column:
            case "when":
                return stamp(step.recorded_at, seconds=True)
            case "who":
                return step.author
            case "what":
                old = self._known.get(step.undoes) if step.undoes else None
                what = tr("undo: {step}", step=step_name(old.label)) if old else step_name(step.label)
                # A label that says what it was about, such as the file of an import, needs no name beside it.
                name = "" if ": " in step.label else self._names.get(step.id, "")
                return f"{what} · {name}" if name else what
            case "changes":
                return str(step.changes)
            case _:
                return self.state(step)


class HistoryDialog(QDialog):
    """`undo` writes in the background and calls back; the dialog stays open and shows what became of it."""

    undone = Signal(str)
    """A batch id that was asked to be undone."""

    def __init__(self, bench: Bench, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("History of all steps"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._bench = bench
        self._read = PAGE
        self._gone = False
        """Closed: answers that still come have nowhere to go."""
        self._touched: tuple[str, Touched] | None = None
        self.model = StepModel(self)
        self.search = QLineEdit()
        self.table = QTableView()
        self.about = copyable(plain_label(wrap=True))
        self.why_not = plain_label(role="muted", wrap=True)
        self.more = QPushButton(tr("Older steps"))
        self.undo = QPushButton(tr("Undo this step"))
        self.close_button = QPushButton(tr("Close"))
        self._lay_out()
        self._connect()
        self.reload()

    def step(self) -> BatchInfo | None:
        """The selected step."""
        rows = self.table.selectionModel().selectedRows()
        return self.model.steps[rows[0].row()] if rows else None

    def on_change(self, _outcome: Outcome) -> None:
        """Something was recorded."""
        self.reload()

    def reload(self) -> None:
        """Read the steps again."""
        if self._gone:
            return
        desk, limit = self._bench.desk, self._read

        def read() -> tuple[list[BatchInfo], dict[str, str]]:
            steps = desk.history.batches(limit)
            return steps, {id_: _first(desk.history.touched(id_, 1)) for id_ in self.model.nameless(steps)}

        self._bench.background.read(read, self._show, key="all-steps")

    def _show(self, answer: tuple[list[BatchInfo], dict[str, str]]) -> None:
        if self._gone:
            return
        steps, names = answer
        chosen = self.step()
        self.model.show(steps, names)
        self.more.setVisible(len(steps) >= self._read)
        wanted = chosen.id if chosen else ""
        row = next((i for i, step in enumerate(self.model.steps) if step.id == wanted), 0)
        if self.model.steps:
            self.table.selectRow(row)
        self._say()

    def _older(self) -> None:
        self._read += PAGE
        self.reload()

    def _selected(self) -> None:
        step = self.step()
        self._touched = None
        self._say()
        if step is None:
            return
        desk, id_ = self._bench.desk, step.id

        def take(touched: Touched) -> None:
            if self._gone:
                return
            self._touched = (id_, touched)
            self._say()

        self._bench.background.read(lambda: desk.history.touched(id_, NAMED), take, key="step")

    def _say(self) -> None:
        step = self.step()
        self.about.setText(self._about(step) if step else "")
        why = self._refusal(step)
        self.why_not.setText(why)
        self.why_not.setVisible(bool(why))
        self.undo.setEnabled(step is not None and not why)

    def _about(self, step: BatchInfo) -> str:
        lines = [f"{both(step.recorded_at, seconds=True)} · {step.author}"]
        if self._touched and self._touched[0] == step.id:
            touched = self._touched[1]
            if touched.sources:
                lines.append(tr("from {sources}", sources=", ".join(touched.sources)))
            if touched.names:
                more = " …" if len(touched.names) >= NAMED else ""
                lines.append(", ".join(" ".join(name.split())[:60] for name in touched.names) + more)
        return "\n".join(lines)

    def _refusal(self, step: BatchInfo | None) -> str:
        """Why the step cannot be undone; empty where it can."""
        if step is None:
            return ""
        if self._bench.desk.read_only:
            return tr("This workspace is open to look only.")
        if not self._bench.cursor.live:
            return tr("You are looking at the past. Go back to LIVE to edit.")
        if step.undone_by:
            return tr("This step is undone already.")
        if step.label.startswith(APPEND_ONLY):
            return tr("The logbook is append-only. Add a correction instead.")
        return ""

    def _undo(self) -> None:
        step = self.step()
        if step is not None and not self._refusal(step):
            # Not twice while the first is on its way.
            self.undo.setEnabled(False)
            self.undone.emit(step.id)

    def _leave(self) -> None:
        self._gone = True

    # --- parts -----------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        px = self._bench.theme.px
        self.resize(px(980), px(560))
        self.search.setPlaceholderText(tr("Search: import, a name, a time"))
        self.search.setAccessibleName(tr("Search steps"))
        self.search.setClearButtonEnabled(True)
        self.undo.setProperty("role", "primary")
        for button in (self.more, self.undo, self.close_button):
            button.setAutoDefault(False)
        self._set_up_table()
        buttons = QHBoxLayout()
        buttons.addWidget(self.more)
        buttons.addWidget(self.why_not, 1)
        buttons.addStretch()
        buttons.addWidget(self.close_button)
        buttons.addWidget(self.undo)
        column = QVBoxLayout(self)
        column.setContentsMargins(px(14), px(14), px(14), px(14))
        column.setSpacing(px(8))
        hint = plain_label(
            tr("Undo is a step of its own: nothing is erased, and what somebody edited since is left as it is."),
            role="muted",
            wrap=True,
        )
        for widget in (self.search, self.table, self.about, hint):
            column.addWidget(widget, int(widget is self.table))
        column.addLayout(buttons)

    def _set_up_table(self) -> None:
        table, px = self.table, self._bench.theme.px
        table.setModel(self.model)
        table.setAccessibleName(tr("Steps"))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(px(26))
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        for column, width in enumerate((150, 120, 330, 100)):
            header.resizeSection(column, px(width))
        header.setStretchLastSection(True)

    def _connect(self) -> None:
        connections: tuple[tuple[QPushButton, Callable[[], object]], ...] = (
            (self.more, self._older),
            (self.undo, self._undo),
            (self.close_button, self.reject),
        )
        for button, does in connections:
            button.clicked.connect(does)
        self.finished.connect(self._leave)
        self.search.textChanged.connect(self.model.search)
        self.model.modelReset.connect(self._say)
        self.table.selectionModel().selectionChanged.connect(self._selected)


def _first(touched: Touched) -> str:
    return " ".join(touched.names[0].split())[:LONGEST] if touched.names else ""


def undone_text(subjects: int) -> str:
    """What a notice says of an undone step."""
    return ntr(
        "The step was undone: {count} item or layer changed.",
        "The step was undone: {count} items or layers changed.",
        subjects,
    )
