"""What was recorded, newest first; new events are put on top and nothing below them is touched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeView, QWidget

from qroc_desktop.exercise.events import Event
from qroc_desktop.exercise.scenario import Scenario
from qroc_desktop.services.exercise.directing.event_list import EventRow
from qroc_desktop.services.exercise.scenario_time import plus_text, wall_time
from qroc_desktop.translation import language, tr
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.exercise.director.record_words import SIGNS, Sentences
from qroc_desktop.ui.text import tip

Index = QModelIndex | QPersistentModelIndex
NOWHERE: Final = QModelIndex()


class RecordModel(QAbstractTableModel):
    """Rows are events from the last to the first."""

    def __init__(self, bench: Bench, scenario: Scenario, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = bench.theme
        self._scenario = scenario
        self._events: list[Event] = []
        self._sentences = Sentences(scenario, language())

    def show_events(self, events: Sequence[Event], titles: Mapping[str, EventRow]) -> None:
        """All events so far; those that are shown already are the first of them."""
        self._sentences.titles = titles
        new = events[len(self._events) :]
        if new:
            self.beginInsertRows(NOWHERE, 0, len(new) - 1)
            self._events.extend(new)
            self.endInsertRows()

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._events)

    def columnCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else 3

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return (tr("At"), tr("Clock time"), tr("What happened"))[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        event = self._events[-1 - index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._text(event, index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip(self._text(event, index.column()))
        icon, colour = SIGNS[type(event)]
        if role == Qt.ItemDataRole.DecorationRole and index.column() == 2:
            return self._theme.icon(icon, size=15, colour=colour)
        if role == Qt.ItemDataRole.ForegroundRole and index.column() < 2:
            return QColor(self._theme.tokens.muted)
        return None

    def _text(self, event: Event, column: int) -> str:
        if column == 0:
            return plus_text(event.t)
        if column == 1:
            return wall_time(self._scenario, event.t).strftime("%H:%M:%S")
        return self._sentences.of(event)


class RecordView(QTreeView):
    """Stays where it is scrolled to while new events come, and follows them at the top."""

    def __init__(self, bench: Bench, scenario: Scenario, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.record = RecordModel(bench, scenario, self)
        self.setModel(self.record)
        self.setAccessibleName(tr("exercise\x04Record"))
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setAllColumnsShowFocus(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setTabKeyNavigation(False)
        self.header().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.setColumnWidth(0, bench.theme.px(92))
        self.setColumnWidth(1, bench.theme.px(86))
