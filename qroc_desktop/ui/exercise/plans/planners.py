"""Everybody that red plans for, with how his plan stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QListView, QWidget

from qroc_desktop.errors import Message
from qroc_desktop.translation import said, tr
from qroc_desktop.ui.panels.blocks import BLOCKS_ROLE, BlockDelegate, Blocks
from qroc_desktop.ui.theme import Theme

STATES: Final[dict[str, tuple[Message, str, str]]] = {
    "idle": (Message("nothing planned"), "circle", "muted"),
    "draft": (Message("being made"), "pencil", "accent"),
    "waiting": (Message("with the director"), "hourglass", "warning"),
    "under-way": (Message("under way"), "check", "good"),
    "declined": (Message("declined"), "octagon-x", "danger"),
    "away": (Message("not in play"), "circle-dashed", "muted"),
}
_NOWHERE: Final = QModelIndex()
_Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class PlannerRow:
    """One of them; `state` is a key of STATES."""

    entity: str
    name: str
    state: str

    @property
    def blocks(self) -> Blocks:
        """As the list shows it."""
        word, icon, colour = STATES[self.state]
        return Blocks(head=said(word), text=self.name, icon=icon, colour=colour)


class PlannersView(QListView):
    """A short list; its current row is the one that is planned for."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = _Model(self)
        self.setModel(self.rows)
        self.setItemDelegate(BlockDelegate(theme, self))
        self.setAccessibleName(tr("Plan for"))
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Heights follow from the width, also where a scroll bar has just taken some of it."""
        super().resizeEvent(event)
        self.scheduleDelayedItemsLayout()

    def show_rows(self, rows: Sequence[PlannerRow]) -> None:
        """Other rows; the bar stays where it is."""
        if list(rows) == self.rows.rows:
            return
        self.rows.show(rows)
        if rows and not self.currentIndex().isValid():
            first = next((n for n, row in enumerate(rows) if row.state != "away"), 0)
            self.setCurrentIndex(self.rows.index(first, 0))

    def current(self) -> PlannerRow | None:
        """The one that is planned for."""
        at = self.currentIndex().row()
        return self.rows.rows[at] if 0 <= at < len(self.rows.rows) else None

    def choose(self, entity: str) -> None:
        """Plan for this one."""
        at = next((n for n, row in enumerate(self.rows.rows) if row.entity == entity), -1)
        if at >= 0:
            self.setCurrentIndex(self.rows.index(at, 0))


class _Model(QAbstractListModel):
    """Who is planned for does not change while an exercise is played; how it stands does."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.rows: list[PlannerRow] = []

    def show(self, rows: Sequence[PlannerRow]) -> None:
        same = [row.entity for row in rows] == [row.entity for row in self.rows]
        if not same:
            self.beginResetModel()
        self.rows = list(rows)
        if not same:
            self.endResetModel()
        elif rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, 0))

    def rowCount(self, parent: _Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.rows[index.row()]
        if role == BLOCKS_ROLE:
            return row.blocks
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{row.name}, {said(STATES[row.state][0])}"
        return None
