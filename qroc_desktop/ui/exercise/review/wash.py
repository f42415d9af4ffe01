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
from qroc_desktop.services.after_action import AfterAction
from qroc_desktop.services.after_action_words import said_remark
from qroc_desktop.services.hot_wash import Draft, drafts
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
    """A draft, or a remark that is in the record."""

    def __init__(self, remark: Remarked, draft: Draft | None = None) -> None:
        self.remark = remark
        self.draft = draft

    @property
    def state(self) -> str:
        """Where it stands, in words."""
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
        self._new: Remarked | None = None
        self._writable = True
        columns: Sequence[Column[Row]] = (
            Column(tr("Kind"), lambda row: said_remark(row.remark.kind), 120, lambda row: _SIGNS[row.remark.kind]),
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
        self._writable = writable
        typing = self._typing()
        # While one types in the form, the rows may change; the form's own row does not.
        rows = [Row(draft.accepted(), draft) for draft in drafts(found, found.time_of_day)]
        rows += [Row(remark) for remark in found.remarks]
        chosen = self.objective.currentData()
        self.objective.blockSignals(True)
        self.objective.clear()
        self.objective.addItem(tr("no objective"), "")
        for objective in found.objectives:
            self.objective.addItem(objective.text, objective.id)
        self.objective.setCurrentIndex(max(0, self.objective.findData(chosen)))
        self.objective.blockSignals(False)
        self.list.blockSignals(True)
        self.list.show_rows(rows)
        self.list.blockSignals(False)
        if not typing:
            self._fill()
        self._enable()

    @property
    def count(self) -> int:
        """How many drafts wait."""
        return sum(row.draft is not None for row in self.list.rows.rows)

    # --- what a person does --------------------------------------------------------------------------

    def start_new(self) -> None:
        """An empty form."""
        self._new = Remarked(t=0, id=self._ids(), kind=RemarkKind.IMPROVEMENT)
        self._show(self._new)
        self._enable()
        self.text.setFocus()

    def save(self) -> None:
        """Record what the form says."""
        remark = self._written()
        if self._writable and remark is not None and remark.text:
            self._new = None
            self.said.emit(remark)
            self.list.setFocus()

    def remove(self) -> None:
        """Drop the draft, or withdraw the remark; a new one that is not recorded is only forgotten."""
        row = self.list.current()
        if self._new is not None:
            self._new = None
            self._fill()
        elif self._writable and row is not None:
            self.said.emit(msgspec.structs.replace(row.remark, text=""))

    # --- parts -----------------------------------------------------------------------------------

    def _shown(self) -> Remarked | None:
        row = self.list.current()
        return self._new if self._new is not None else row.remark if row is not None else None

    def _written(self) -> Remarked | None:
        shown = self._shown()
        if shown is None:
            return None
        action = self.kind.currentData() is RemarkKind.ACTION
        due = self.due.date().toString(Qt.DateFormat.ISODate) if action and self.dated.isChecked() else ""
        return msgspec.structs.replace(
            shown,
            kind=self.kind.currentData(),
            text=self.text.toPlainText().strip(),
            objective=self.objective.currentData() or "",
            owner=self.owner.text().strip() if action else "",
            due=due,
            done=self.done.isChecked() if action else False,
        )

    def _typing(self) -> bool:
        shown = self._shown()
        return self._new is not None or (
            shown is not None and shown == self._filled and self._written() != self._filled
        )

    def _fill(self) -> None:
        self._new = None
        row = self.list.current()
        self._show(row.remark if row is not None else None)
        self._enable()

    def _show(self, remark: Remarked | None) -> None:
        empty = Remarked(t=0, id="", kind=RemarkKind.IMPROVEMENT)
        shown = remark or empty
        self._filled = remark
        self.kind.setCurrentIndex(self.kind.findData(shown.kind))
        self.text.setPlainText(shown.text)
        self.objective.setCurrentIndex(max(0, self.objective.findData(shown.objective)))
        self.owner.setText(shown.owner)
        date = QDate.fromString(shown.due, Qt.DateFormat.ISODate)
        self.dated.setChecked(date.isValid())
        self.due.setDate(date if date.isValid() else QDate.currentDate().addMonths(1))
        self.done.setChecked(shown.done)
        row = self.list.current()
        draft = row.draft if row is not None and self._new is None else None
        self.basis.setText(draft.basis if draft is not None else "")

    def _enable(self) -> None:
        row = self.list.current()
        draft = self._new is None and row is not None and row.draft is not None
        shown = self._shown() is not None
        self.accept.setText(tr("Accept") if draft else tr("Save"))
        self.drop.setText(tr("Drop") if draft else tr("Discard") if self._new is not None else tr("Withdraw"))
        self.accept.setToolTip(tip(tr("Put it into the record as it stands here (Ctrl+Return)")))
        self.drop.setToolTip(tip(tr("Not wanted: it does not come again (Ctrl+Del)")))
        action = self.kind.currentData() is RemarkKind.ACTION
        for widget in (self.kind, self.text, self.objective, self.accept, self.drop):
            widget.setEnabled(shown and self._writable)
        for widget in (self.owner, self.dated, self.done):
            widget.setEnabled(shown and self._writable and action)
        self.due.setEnabled(shown and self._writable and action and self.dated.isChecked())
        self.add.setEnabled(self._writable)
        self.basis.setVisible(bool(self.basis.text()))

    def _set_up(self) -> None:
        self._filled: Remarked | None = None
        for kind in RemarkKind:
            self.kind.addItem(said_remark(kind), kind)
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
        self.list.selectionModel().currentChanged.connect(lambda *_: self._fill())
        self.kind.currentIndexChanged.connect(lambda _: self._enable())
        self.dated.toggled.connect(lambda _: self._enable())
        self.accept.clicked.connect(self.save)
        self.drop.clicked.connect(self.remove)
        self.add.clicked.connect(self.start_new)
        for keys, does in (("Ctrl+Return", self.save), ("Ctrl+Del", self.remove), ("Ctrl+Shift+N", self.start_new)):
            shortcut = QShortcut(QKeySequence(keys), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(does)
