"""The director's panel: the master event list, as a table and on an axis, teams, objectives and the record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from qroc_desktop.services.event_list import EventRow, rows
from qroc_desktop.services.event_log import EventLog
from qroc_desktop.services.exercise_driver import ExerciseDriver
from qroc_desktop.translation import language, tr
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.exercise.director.event_filter import EventFilter
from qroc_desktop.ui.exercise.director.event_view import EventView
from qroc_desktop.ui.exercise.director.orders import Orders

POLL_MS: Final = 250


class DirectorPanel(QWidget):
    """Looks at the run a few times a second; reads it again only when something happened."""

    team_asked = Signal(str)
    """Open the window of a team."""

    def __init__(self, bench: Bench, driver: ExerciseDriver, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self._bench = bench
        self._driver = driver
        self._log = EventLog()
        self.shown_events = -1
        """How many events of the run are shown."""
        self._asking = False
        self.orders = Orders(bench, driver)
        self.filter = EventFilter(driver.scenario, bench.theme)
        self.events = EventView(bench, driver.scenario, self.orders, self.filter)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.setCornerWidget(self.filter)
        self.tabs.addTab(self.events, tr("Event list"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.tabs)
        self._poll = QTimer(self)
        self._poll.setInterval(POLL_MS)
        self._poll.timeout.connect(self.refresh)
        self._poll.start()
        self.refresh()

    def refresh(self) -> None:
        """Show how the run stands."""
        snapshot = self._driver.snapshot
        if snapshot.standing.events != self.shown_events and not self._asking:
            self._read()
        self.events.tick(snapshot.reading.t)

    def close_down(self) -> None:
        """The run is about to be closed: look at it no more."""
        self._poll.stop()

    def _read(self) -> None:
        self._asking = True
        log, driver, speaks = self._log, self._driver, language()

        def work() -> tuple[int, list[EventRow]]:
            log.read(driver)
            standing = driver.snapshot.standing
            return standing.events, rows(driver.scenario, standing, log.done, speaks)

        self._bench.background.read(work, self._took, failed=self._failed)

    def _took(self, answer: tuple[int, Sequence[EventRow]]) -> None:
        self._asking = False
        self.shown_events, listed = answer
        self.events.show_rows(listed, self._driver.snapshot.reading.t)

    def _failed(self) -> None:
        self._asking = False
