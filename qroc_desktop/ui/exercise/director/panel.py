"""The director's panel: the event list as a table and on an axis, teams, objectives and the record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeVar

from PySide6.QtCore import QByteArray, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QBoxLayout,
    QDialog,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QTabWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from qroc_desktop.exercise.conditions import LonLat
from qroc_desktop.exercise.standing import Standing
from qroc_desktop.exercise.vocabulary import ClockState
from qroc_desktop.services.exercise.directing.event_list import EventRow, rows
from qroc_desktop.services.exercise.directing.event_log import EventLog
from qroc_desktop.services.exercise.directing.objective_list import ObjectiveRow, objective_rows
from qroc_desktop.services.exercise.driver import ExerciseDriver
from qroc_desktop.services.exercise.fork import Fork
from qroc_desktop.translation import language, said, tr
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.exercise.director.axis_view import AxisView
from qroc_desktop.ui.exercise.director.event_filter import EventFilter
from qroc_desktop.ui.exercise.director.event_view import EventView, nothing_told
from qroc_desktop.ui.exercise.director.fork_dialog import ForkDialog
from qroc_desktop.ui.exercise.director.improvise_dialog import ImproviseDialog
from qroc_desktop.ui.exercise.director.objectives_view import ObjectivesView
from qroc_desktop.ui.exercise.director.orders import Orders
from qroc_desktop.ui.exercise.director.record_view import RecordView
from qroc_desktop.ui.exercise.director.teams_view import TeamsView
from qroc_desktop.ui.exercise.director.time_dialogs import ReleaseDialog, ShiftDialog
from qroc_desktop.ui.text import tip

POLL_MS: Final = 250
D = TypeVar("D", bound=QDialog)
Answer = tuple[Standing, Sequence[EventRow], Sequence[ObjectiveRow]]


class DirectorPanel(QWidget):
    """Looks at the run a few times a second; reads it again only when something happened."""

    ended = Signal()
    """The exercise came to its end while somebody looked."""
    team_asked = Signal(str)
    """Open the window of a team."""
    forked = Signal(object)
    """A fork is whole: its folder, a Path."""

    def __init__(self, bench: Bench, driver: ExerciseDriver, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self._bench = bench
        self._driver = driver
        self._log = EventLog()
        self._asking = False
        self.shown_events = -1
        self._was: ClockState | None = None
        """How many events of the run are shown."""
        self.orders = Orders(bench, driver)
        self.filter = EventFilter(driver.scenario, bench.theme)
        self.events = EventView(bench, driver.scenario, self.orders, self.filter)
        self.axis = AxisView(bench, driver.scenario)
        self._axis_page = QWidget()
        self.teams = TeamsView(bench, driver.scenario)
        self.objectives = ObjectivesView(bench)
        self.record = RecordView(bench, driver.scenario)
        self.improvising = QPushButton(tr("Improvise …"))
        self.more = QToolButton()
        self.tabs = QTabWidget()
        self._lay_out()
        self._connect()
        self._poll = QTimer(self)
        self._poll.setInterval(POLL_MS)
        self._poll.timeout.connect(self.refresh)
        self._poll.start()
        self._turned()

    # --- what it shows -----------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show how the run stands."""
        snapshot = self._driver.snapshot
        if snapshot.standing.events != self.shown_events and not self._asking:
            self._read()
        emergency = snapshot.standing.no_duff is not None
        if self._was not in (None, ClockState.STOPPED) and snapshot.reading.state is ClockState.STOPPED:
            self.ended.emit()
        self._was = snapshot.reading.state
        self.events.tick(snapshot.reading.t, snapshot.reading.state, emergency)
        self.axis.tick(snapshot.reading.t)
        self.objectives.tick(snapshot.reading.t)
        if self.teams.isVisible() or not self.teams.teams.rows.rows:
            self.teams.show_views(snapshot.views, snapshot.reading.t)

    def close_down(self) -> None:
        """The run is about to be closed: look at it no more."""
        self._poll.stop()

    def save_state(self) -> QByteArray:
        """Columns of the event list, their order, widths and sorting."""
        return self.events.table.horizontalHeader().saveState()

    def restore_state(self, state: QByteArray) -> None:
        """Inverse of save_state; a state of another version is passed by."""
        if not state.isEmpty():
            self.events.table.horizontalHeader().restoreState(state)

    def select_next(self) -> None:
        """Bring the table to the front and go to the inject that the clock brings next."""
        self.tabs.setCurrentWidget(self.events)
        self.events.select_next()

    # --- what can be done ----------------------------------------------------------------------------

    def improvise(self, place: LonLat | None = None) -> ImproviseDialog | None:
        """Ask for an inject that nobody had planned; `place`: lon, lat of a place on the map. None, and a notice that
        says why, where nothing is told now."""
        if self._told_why_not():
            return None
        return self._opened(ImproviseDialog(self._bench, self._driver, self.orders, self.window(), place))

    def ask_shift(self) -> ShiftDialog | None:
        """Ask by how much the whole exercise moves; None where nothing moves now."""
        if self._told_why_not():
            return None
        rows_now = self.events.model.everything
        return self._opened(ShiftDialog(self._bench, self._driver, self.orders, rows_now, self.window()))

    def ask_fork(self) -> ForkDialog:
        """Ask from when and where to."""
        return self._opened(ForkDialog(self._bench, self._driver, self.orders, self._forked, self.window()))

    # --- parts -----------------------------------------------------------------------------------------

    def _told_why_not(self) -> bool:
        """Before somebody types what would be refused."""
        snapshot = self._driver.snapshot
        why = ""
        if snapshot.standing.no_duff is not None:
            why = nothing_told()
        elif snapshot.reading.state is ClockState.STOPPED:
            why = tr("The exercise has ended.")
        elif snapshot.reading.state is ClockState.RESET:
            why = tr("Start it first.")
        if why:
            self._bench.notices.info(why)
        return bool(why)

    def _read(self) -> None:
        self._asking = True
        log, driver, speaks = self._log, self._driver, language()

        def work() -> Answer:
            log.read(driver)
            standing = driver.snapshot.standing
            listed = rows(driver.scenario, standing, log.done, speaks)
            return standing, listed, objective_rows(driver.scenario, standing, listed, log.done, speaks)

        self._bench.background.read(work, self._took, failed=self._failed)

    def _took(self, answer: Answer) -> None:
        self._asking = False
        standing, listed, objectives = answer
        self.shown_events = standing.events
        t = self._driver.snapshot.reading.t
        self.events.show_rows(listed, t)
        self.objectives.show_rows(objectives, t)
        self.record.record.show_events(self._log.events, {row.id: row for row in listed})
        self.axis.show_rows(self.events.model.shown, self.events.model.next)

    def _failed(self) -> None:
        self._asking = False

    def _release_at(self, injects: Sequence[str]) -> None:
        self._opened(ReleaseDialog(self._bench, self._driver, self.orders, injects, self.window()))

    def _forked(self, fork: Fork) -> None:
        offer = (tr("Open it"), lambda: self.forked.emit(fork.folder))
        if fork.left_behind is None:
            self._bench.notices.info(tr("The fork is whole: {folder}", folder=str(fork.folder)), offer)
            return
        what = tr("The fork is made: {folder}. {lacking}", folder=str(fork.folder), lacking=said(fork.left_behind))
        self._bench.notices.warning(what, offer)

    def _opened(self, dialog: D) -> D:
        dialog.setWindowModality(Qt.WindowModality.WindowModal)
        dialog.open()
        return dialog

    def _lay_out(self) -> None:
        px = self._bench.theme.px
        self.improvising.setToolTip(tip(tr("Improvise an inject (F3)")))
        self.more.setText("⋯")
        self.more.setAccessibleName(tr("More that can be done"))
        self.more.setProperty("menu", True)
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.more)
        menu.addAction(tr("Shift the whole exercise …"), self.ask_shift)
        menu.addAction(tr("Fork the run …"), self.ask_fork)
        self.more.setMenu(menu)
        corner = QWidget()
        row = QHBoxLayout(corner)
        row.setContentsMargins(0, 0, px(6), 0)
        row.setSpacing(px(5))
        row.addWidget(self.improvising)
        row.addWidget(self.more)
        self.tabs.setDocumentMode(True)
        self.tabs.setCornerWidget(corner)
        self.tabs.addTab(self.events, tr("Event list"))
        above = QVBoxLayout(self._axis_page)
        above.setContentsMargins(0, 0, 0, 0)
        above.setSpacing(0)
        above.addWidget(self.axis, 1)
        self.tabs.addTab(self._axis_page, tr("Time axis"))
        self.tabs.addTab(self.teams, tr("Teams"))
        self.tabs.addTab(self.objectives, tr("Objectives"))
        self.tabs.addTab(self.record, tr("exercise\x04Record"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.tabs)

    def _connect(self) -> None:
        self.tabs.currentChanged.connect(self._turned)
        self.improvising.clicked.connect(lambda _=False: self.improvise())
        self.events.release_at_asked.connect(self._release_at)
        self.events.chosen.connect(self.axis.show_chosen)
        self.events.filtered.connect(lambda: self.axis.show_rows(self.events.model.shown, self.events.model.next))
        self.axis.chosen.connect(self.events.select)
        self.axis.opened.connect(self._to_table)
        self.teams.team_asked.connect(self.team_asked)
        self.objectives.numbers_asked.connect(self._show_numbers)

    def _show_numbers(self, numbers: Sequence[str]) -> None:
        """Choose injects by their numbers and look at them in the table."""
        wanted = [row.id for row in self.events.model.everything if (row.number or row.id) in set(numbers)]
        self.filter.clear()
        self.events.select(wanted)
        self._to_table()

    def _turned(self) -> None:
        """One filter for the list and the axis: it goes along."""
        page = self.tabs.currentWidget()
        above = self._axis_page.layout() if page is self._axis_page else self.events.above
        if isinstance(above, QBoxLayout) and above.indexOf(self.filter) < 0:
            above.insertWidget(0, self.filter)
        self.setFocusProxy(self._first_of(page))
        self.refresh()

    def _first_of(self, page: QWidget) -> QWidget:
        """Where the keyboard goes that comes into the panel."""
        firsts: dict[QWidget, QWidget] = {
            self.events: self.events.table, self._axis_page: self.axis, self.teams: self.teams.teams,
            self.objectives: self.objectives.list,
        }  # fmt: skip
        return firsts.get(page, page)

    def _to_table(self) -> None:
        self.tabs.setCurrentWidget(self.events)
        self.events.table.setFocus()
