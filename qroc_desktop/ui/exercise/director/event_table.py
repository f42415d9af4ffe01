"""The table of the master event list, and how its columns share the room."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from qroc_desktop.translation import said, tr
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.exercise.director.event_model import COLUMNS, EventModel
from qroc_desktop.ui.exercise.director.words import STATES

ROW_HEIGHT: Final = 23
WIDTHS: Final = {
    "state": 0, "number": 48, "when": 92, "countdown": 68, "title": 350, "answers": 84, "told": 130, "channel": 112,
    "clock": 78, "storyline": 150, "objectives": 70,
}  # fmt: skip
"""Pixels of the design; the title's is what nine of ten need."""
LEAST_TITLE: Final = 150
SIGN_ALONE: Final = 34
"""Width of the state without its word."""
FIRST: Final = ("number", "when", "countdown")
"""With state and title, what a director works by: seen without scrolling, however narrow it is."""
REST: Final = tuple(name for name in COLUMNS if name not in (*FIRST, "state", "title"))


class EventTable(QTableView):
    """Room goes to what a director works by, the title first of all: where there is little, the state is told by its
    sign alone. Of the other columns as many follow as fit, none of them in part; what is left is the title's."""

    entered = Signal()

    def __init__(self, bench: Bench, model: EventModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bench = bench
        self._events = model
        self._word = 0
        self._fitting = self._by_hand = False
        self.setModel(model)
        self.setAccessibleName(tr("Master event list"))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setMinimumSize(bench.theme.px(160), bench.theme.px(48))
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsMovable(True)
        header.setMinimumSectionSize(bench.theme.px(24))
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSortIndicator(COLUMNS.index("when"), Qt.SortOrder.AscendingOrder)
        header.sectionResized.connect(self._resized)
        self.setSortingEnabled(True)
        bench.theme.changed.connect(self._dress)
        self._dress()

    def on_screen(self) -> tuple[int, int]:
        """First and last row that are seen."""
        last = self.rowAt(self.viewport().height() - 1)
        return max(0, self.rowAt(0)), last if last >= 0 else self.model().rowCount() - 1

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _dress(self) -> None:
        px = self._bench.theme.px
        self._by_hand = False
        self.verticalHeader().setDefaultSectionSize(px(ROW_HEIGHT))
        letters = QFontMetrics(self._bench.theme.font(bold=True))
        self._word = px(34) + max(letters.horizontalAdvance(said(word)) for word in STATES.values())
        self._fitting = True
        for column, width in WIDTHS.items():
            self.horizontalHeader().resizeSection(COLUMNS.index(column), px(width) or self._word)
        self._fitting = False
        self._fit()

    def _fit(self) -> None:
        """Share the room anew."""
        px, header, width = self._bench.theme.px, self.horizontalHeader(), self.viewport().width()
        has = {name: header.sectionSize(COLUMNS.index(name)) for name in COLUMNS}
        first = sum(has[name] for name in FIRST)
        wanted = px(WIDTHS["title"])
        worded = self._word + first + wanted <= width
        state = self._word if worded else px(SIGN_ALONE)
        used = state + first + wanted
        for name in REST:
            if used + has[name] > width:
                break
            used += has[name]
        self._events.say_states(worded)
        self._fitting = True
        header.resizeSection(COLUMNS.index("state"), state)
        if not self._by_hand:
            header.resizeSection(COLUMNS.index("title"), max(px(LEAST_TITLE), wanted + width - used))
        self._fitting = False

    def _resized(self, section: int, _before: int, _after: int) -> None:
        """Whoever drags the title's edge wants it so."""
        if not self._fitting and section == COLUMNS.index("title"):
            self._by_hand = True
