"""A table of rows that are read whole: boards, boxes, alarms, centres."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeView, QWidget

from qroc_desktop.ui.text import tip
from qroc_desktop.ui.theme import Theme

R = TypeVar("R")
Index = QModelIndex | QPersistentModelIndex
NOWHERE: Final = QModelIndex()


@dataclass(frozen=True, slots=True)
class Column(Generic[R]):
    """`sign`: icon and token of its colour; `width`: in pixels of the design, 0 for what is left."""

    title: str
    text: Callable[[R], str]
    width: int = 0
    sign: Callable[[R], tuple[str, str]] | None = None


class RowsModel(QAbstractTableModel, Generic[R]):
    """Rows of one kind; `key` tells the same row again after the next reading."""

    def __init__(
        self, columns: Sequence[Column[R]], key: Callable[[R], str], theme: Theme, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.columns = columns
        self.key = key
        self._theme = theme
        self.rows: list[R] = []

    def show(self, rows: Sequence[R]) -> None:
        """These and no others."""
        self.beginResetModel()
        self.rows = list(rows)
        self.endResetModel()

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].title
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        column, row = self.columns[index.column()], self.rows[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return column.text(row)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip(column.text(row))
        if column.sign is not None:
            icon, colour = column.sign(row)
            if role == Qt.ItemDataRole.DecorationRole:
                return self._theme.icon(icon, size=15, colour=colour)
            if role == Qt.ItemDataRole.ForegroundRole:
                return QColor(getattr(self._theme.tokens, colour))
        return None


class RowsView(QTreeView, Generic[R]):
    """A flat list; one row is current, and stays so when the rows are read again."""

    def __init__(self, model: RowsModel[R], name: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = model
        self.setModel(model)
        self.setAccessibleName(name)
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setAllColumnsShowFocus(True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setTabKeyNavigation(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header = self.header()
        header.setStretchLastSection(True)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        for number, column in enumerate(model.columns):
            if column.width:
                self.setColumnWidth(number, theme.px(column.width))

    def show_rows(self, rows: Sequence[R]) -> None:
        """Other rows; the current one keeps the bar where it is still there, else the first gets it."""
        current = self.current()
        wanted = self.rows.key(current) if current is not None else ""
        self.rows.show(rows)
        if rows:
            at = next((n for n, row in enumerate(rows) if self.rows.key(row) == wanted), 0)
            self.setCurrentIndex(self.rows.index(at, 0))

    def current(self) -> R | None:
        """The row that the bar is on."""
        at = self.currentIndex().row()
        return self.rows.rows[at] if 0 <= at < len(self.rows.rows) else None
