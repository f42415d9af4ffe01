"""The hot wash: drafts that the record suggests, and the remarks that people made of them or by themselves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import msgspec
from PySide6.QtCore import QDate, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDateEdit,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from qroc_desktop.exercise.events import Remarked
from qroc_desktop.exercise.vocabulary import RemarkKind
from qroc_desktop.services.exercise.review.after_action import AfterAction
from qroc_desktop.services.exercise.review.hot_wash import Draft, drafts
from qroc_desktop.services.exercise.review.words import said_remark
from qroc_desktop.translation import tr
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.sharing.rows import Column, RowsModel, RowsView
from qroc_desktop.ui.text import plain_label, tip

_SIGNS: Final = {
    RemarkKind.STRENGTH: ("thumbs-up", "good"),
    RemarkKind.IMPROVEMENT: ("triangle-alert", "warning"),
    RemarkKind.ACTION: ("wrench", "accent"),
}


class Row:
    """A draft, a remark that is in the record, or a new one that is not in it yet."""

    def __init__(self, remark: Remarked, draft: Draft | None = None, *, fresh: bool = False) -> None:
        self.remark = remark
        self.draft = draft
        self.fresh = fresh

    @property
    def state(self) -> str:
        """Where it stands, in words."""
        if self.fresh:
            return tr("not saved")
        if self.draft is not None:
            return tr("draft")
        if self.remark.kind is not RemarkKind.ACTION:
            return tr("recorded")
        if self.remark.done:
            return tr("done")
        return " · ".join(part for part in (self.remark.owner, self.remark.due) if part) or tr("nobody named")


class WashPage(QWidget):
    """A list, and below it a form for the one that the bar is on. Ctrl+Return accepts or saves, Ctrl+Del drops."""

    said = Signal(object)
    """Remarked, to be recorded."""

    def __init__(self, bench: Bench, ids: Callable[[], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ids = ids
        self._filled: Remarked | None = None
        self._edits: dict[str, Remarked] = {}
        """What was typed and not saved, by remark: it is there again when the bar comes back."""
        self._fresh: list[Remarked] = []
        self._found: AfterAction | None = None
        self._taking = False
        self._writable = True
        columns: Sequence[Column[Row]] = (
            Column(tr("Kind"), lambda row: said_remark(row.remark.kind), 146, lambda row: _SIGNS[row.remark.kind]),
            Column(tr("State"), lambda row: row.state, 110),
            Column(tr("What"), lambda row: row.remark.text),
        )
        model = RowsModel(columns, lambda row: row.remark.id, bench.theme, self)
        self.list: RowsView[Row] = RowsView(model, tr("Hot wash"), bench.theme, self)
        self.basis = plain_label(role="muted", wrap=True, parent=self)
        self.kind = QComboBox(self)
        self.text = QPlainTextEdit(self)
        self.objective = QComboBox(self)
        self.owner = QLineEdit(self)
        self.dated = QCheckBox(tr("until"), self)
        self.due = QDateEdit(self)
        self.done = QCheckBox(tr("done"), self)
        self.accept = QPushButton(self)
        self.drop = QPushButton(self)
        self.add = QPushButton(tr("New remark"), self)
        self._set_up()
        self._lay_out(bench)
        self._connect()
        self._fill()

    def show_found(self, found: AfterAction, *, writable: bool) -> None:
        """Drafts first, for they wait; then what is recorded. What is being typed stays."""
        self._found, self._writable = found, writable
        self._keep()
        self._taking = True
        chosen = self.objective.currentData()
        self.objective.clear()
        self.objective.addItem(tr("no objective"), "")
        for objective in found.objectives:
            self.objective.addItem(objective.text, objective.id)
        self.objective.setCurrentIndex(max(0, self.objective.findData(chosen)))
        self._show_rows()

    @property
    def count(self) -> int:
        """How many drafts wait."""
        return sum(row.draft is not None for row in self.list.rows.rows)

    # --- what a person does --------------------------------------------------------------------------

    def start_new(self) -> None:
        """An empty form, as the first of the list."""
        if not self._writable:
            return
        self._keep()
        self._fresh.insert(0, Remarked(t=0, id=self._ids(), kind=RemarkKind.IMPROVEMENT))
        self._show_rows()
        self.list.setCurrentIndex(self.list.rows.index(0, 0))
        self.text.setFocus()

    def save(self) -> None:
        """Record what the form says."""
        remark = self._written()
        if self._writable and remark is not None and remark.text:
            self._keep()
            self.said.emit(remark)
            self.list.setFocus()

    def recorded(self, remark: str) -> None:
        """A remark that was said is in the record; until then what was typed stays."""
        self._forget(remark)

    def remove(self) -> None:
        """Drop the draft, or withdraw the remark; a new one that is not recorded is only forgotten."""
        row = self.list.current()
        if row is None or not self._writable:
            return
        if row.fresh:
            self._forget(row.remark.id)
            self._show_rows()
        else:
            self.said.emit(msgspec.structs.replace(row.remark, text=""))

    # --- parts -----------------------------------------------------------------------------------

    def _show_rows(self) -> None:
        found = self._found
        rows = [Row(remark, fresh=True) for remark in self._fresh]
        if found is not None:
            rows += [Row(draft.accepted(), draft) for draft in drafts(found, found.time_of_day)]
            rows += [Row(remark) for remark in found.remarks]
        self._taking = True
        self.list.show_rows(rows)
        self._taking = False
        self._fill()

    def _forget(self, remark: str) -> None:
        self._edits.pop(remark, None)
        self._fresh = [one for one in self._fresh if one.id != remark]
        self._filled = None

    def _keep(self) -> None:
        """Remember what the form says, where it says something else than what was filled in."""
        written = self._written()
        if written is None or self._filled is None:
            return
        if written != self._filled:
            self._edits[written.id] = written
        else:
            self._edits.pop(written.id, None)

    def _written(self) -> Remarked | None:
        """What the form says of the remark that was filled in."""
        if self._filled is None:
            return None
        action = self._kind() is RemarkKind.ACTION
        due = self.due.date().toString(Qt.DateFormat.ISODate) if action and self.dated.isChecked() else ""
        return msgspec.structs.replace(
            self._filled,
            kind=self._kind(),
            text=self.text.toPlainText().strip(),
            objective=self.objective.currentData() or "",
            owner=self.owner.text().strip() if action else "",
            due=due,
            done=self.done.isChecked() if action else False,
        )

    def _kind(self) -> RemarkKind:
        # Qt would give back a plain text for what is an enumeration of ours.
        return list(RemarkKind)[max(0, self.kind.currentIndex())]

    def _chosen(self) -> None:
        if not self._taking:
            self._keep()
            self._fill()

    def _fill(self) -> None:
        row = self.list.current()
        if row is None or row.remark != self._filled:
            self._show(row.remark if row is not None else None)
        # Else it is in the form already, where somebody may be typing.
        self._enable()

    def _show(self, remark: Remarked | None) -> None:
        self._filled = remark
        empty = Remarked(t=0, id="", kind=RemarkKind.IMPROVEMENT)
        shown = empty if remark is None else self._edits.get(remark.id, remark)
        self.kind.blockSignals(True)
        self.kind.setCurrentIndex(list(RemarkKind).index(shown.kind))
        self.kind.blockSignals(False)
        self.text.setPlainText(shown.text)
        self.objective.setCurrentIndex(max(0, self.objective.findData(shown.objective)))
        self.owner.setText(shown.owner)
        date = QDate.fromString(shown.due, Qt.DateFormat.ISODate)
        self.dated.setChecked(date.isValid())
        self.due.setDate(date if date.isValid() else QDate.currentDate().addMonths(1))
        self.done.setChecked(shown.done)
        row = self.list.current()
        basis = row.draft.basis if row is not None and row.draft is not None else ""
        changed = tr("Changed here and not saved.") if shown is not remark and remark is not None else ""
        self.basis.setText(" ".join(part for part in (basis, changed) if part))

    def _enable(self) -> None:
        row = self.list.current()
        shown = row is not None and self._writable
        draft = row is not None and row.draft is not None
        self.accept.setText(tr("Accept") if draft else tr("Save"))
        self.drop.setText(tr("Drop") if draft else tr("Discard") if row is not None and row.fresh else tr("Withdraw"))
        self.accept.setToolTip(tip(tr("Put it into the record as it stands here (Ctrl+Return)")))
        self.drop.setToolTip(tip(tr("Not wanted: it does not come again (Ctrl+Del)")))
        action = self._kind() is RemarkKind.ACTION
        fields: tuple[QWidget, ...] = (self.kind, self.text, self.objective, self.accept, self.drop)
        for widget in fields:
            widget.setEnabled(shown)
        for field in (self.owner, self.dated, self.done):
            field.setEnabled(shown and action)
        self.due.setEnabled(shown and action and self.dated.isChecked())
        self.add.setEnabled(self._writable)
        self.basis.setVisible(bool(self.basis.text()))

    def _set_up(self) -> None:
        for kind in RemarkKind:
            self.kind.addItem(said_remark(kind))
        for widget, name in (
            (self.kind, tr("Kind")),
            (self.text, tr("What it says")),
            (self.objective, tr("Objective")),
            (self.owner, tr("Owner")),
            (self.due, tr("Until when")),
        ):
            widget.setAccessibleName(name)
        self.text.setTabChangesFocus(True)
        self.objective.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.objective.setMinimumContentsLength(12)
        self.owner.setPlaceholderText(tr("who answers for it"))
        self.due.setCalendarPopup(True)
        self.due.setDisplayFormat("yyyy-MM-dd")

    def _lay_out(self, bench: Bench) -> None:
        px = bench.theme.px
        self.text.setMaximumHeight(self.text.fontMetrics().lineSpacing() * 3 + px(14))
        kinds = QHBoxLayout()
        kinds.addWidget(self.kind)
        kinds.addWidget(self.objective, 1)
        owner = QHBoxLayout()
        owner.addWidget(self.owner, 1)
        for widget in (self.dated, self.due, self.done):
            owner.addWidget(widget)
        form = QFormLayout()
        form.setContentsMargins(0, 0, 0, 0)
        form.setSpacing(px(4))
        form.addRow(tr("Kind"), kinds)
        form.addRow(tr("What"), self.text)
        form.addRow(tr("Owner"), owner)
        buttons = QHBoxLayout()
        buttons.addWidget(self.add)
        buttons.addStretch(1)
        buttons.addWidget(self.drop)
        buttons.addWidget(self.accept)
        column = QVBoxLayout(self)
        column.setContentsMargins(px(6), px(6), px(6), px(6))
        column.setSpacing(px(4))
        column.addWidget(self.list, 1)
        column.addWidget(self.basis)
        column.addLayout(form)
        column.addLayout(buttons)

    def _connect(self) -> None:
        self.list.selectionModel().currentChanged.connect(lambda *_: self._chosen())
        self.kind.currentIndexChanged.connect(lambda _: self._enable())
        self.dated.toggled.connect(lambda _: self._enable())
        self.accept.clicked.connect(self.save)
        self.drop.clicked.connect(self.remove)
        self.add.clicked.connect(self.start_new)
        for keys, does in (("Ctrl+Return", self.save), ("Ctrl+Del", self.remove), ("Ctrl+Shift+N", self.start_new)):
            shortcut = QShortcut(QKeySequence(keys), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(does)
