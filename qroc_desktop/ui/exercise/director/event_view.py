"""The master event list: table, the chosen inject in full, and what can be done with those that are chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QItemSelectionModel, QPoint, QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QMenu,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from qroc_desktop.exercise.conduct import Conduct
from qroc_desktop.exercise.scenario import Scenario
from qroc_desktop.exercise.vocabulary import ClockState, InjectState
from qroc_desktop.services.exercise.directing.event_list import EventRow
from qroc_desktop.services.exercise.run import ExerciseRun
from qroc_desktop.translation import ntr, tr
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.exercise.director.event_detail import EventDetail
from qroc_desktop.ui.exercise.director.event_filter import EventFilter
from qroc_desktop.ui.exercise.director.event_model import EventModel
from qroc_desktop.ui.exercise.director.event_table import EventTable
from qroc_desktop.ui.exercise.director.inject_actions import NAMES, InjectActions
from qroc_desktop.ui.exercise.director.orders import Orders

SIDE: Final = 700
TALL: Final = 400
"""A panel less wide and at least so tall, in pixels of the design, has the chosen inject below the list."""
ALLOWED: Final = {
    "fire": frozenset({InjectState.SCHEDULED, InjectState.ON_HOLD, InjectState.IN_PROGRESS}),
    "begin": frozenset({InjectState.SCHEDULED, InjectState.ON_HOLD}),
    "hold": frozenset({InjectState.SCHEDULED, InjectState.IN_PROGRESS}),
    "release": frozenset({InjectState.ON_HOLD, InjectState.CANCELLED}),
    "release_at": frozenset({InjectState.ON_HOLD, InjectState.CANCELLED, InjectState.SCHEDULED}),
    "skip": frozenset({InjectState.SCHEDULED, InjectState.ON_HOLD, InjectState.IN_PROGRESS}),
}
"""In which states an inject has to be for what."""
Command = Callable[[Conduct, str, str], None]
_COMMANDS: Final[dict[str, Command]] = {
    "fire": lambda conduct, inject, by: conduct.fire(inject, by),
    "begin": lambda conduct, inject, by: conduct.begin(inject, by),
    "hold": lambda conduct, inject, by: conduct.hold(inject, by),
    "release": lambda conduct, inject, by: conduct.release(inject, by=by),
    "skip": lambda conduct, inject, by: conduct.skip(inject, by),
}


class EventView(QWidget):
    """`chosen` tells the injects that are selected; `release_at_asked` those that get a new time."""

    chosen = Signal(object)
    filtered = Signal()
    release_at_asked = Signal(object)

    def __init__(
        self,
        bench: Bench,
        scenario: Scenario,
        orders: Orders,
        event_filter: EventFilter,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._bench = bench
        self._orders = orders
        self._t = 0
        self._why_nothing: dict[str, str] = {}
        self.model = EventModel(scenario, bench.theme, self)
        self.table = EventTable(bench, self.model)
        self.filter = event_filter
        self.detail = EventDetail(bench)
        self.actions_row = InjectActions(bench.theme)
        self.splitter = QSplitter(Qt.Orientation.Horizontal, self)
        self._lay_out()
        self._connect()
        self._weigh()

    # --- what it shows -----------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # Where the table has no height yet it cannot be scrolled.
        QTimer.singleShot(0, self._follow)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a high and narrow panel the chosen inject stands below the list, so that both have all of its width."""
        super().resizeEvent(event)
        px, size = self._bench.theme.px, event.size()
        below = size.width() < px(SIDE) and size.height() >= px(TALL)
        wanted = Qt.Orientation.Vertical if below else Qt.Orientation.Horizontal
        if self.splitter.orientation() is not wanted:
            self.splitter.setOrientation(wanted)
            self.splitter.setSizes([px(620), px(400)])

    def show_rows(self, rows: Sequence[EventRow], t: int) -> None:
        """Rows as they are now."""
        self._t = t
        before = self.model.next
        self.model.show_rows(rows, t)
        if self.model.next != before:
            self._follow()
        self._count()
        self._show_current()
        self._weigh()

    def tick(self, t: int, state: ClockState, emergency: bool) -> None:
        """Scenario time has come to `t`. emergency: a real one stands."""
        self._t = t
        why = _why_nothing(state, emergency)
        if why != self._why_nothing:
            self._why_nothing = why
            self._weigh()
        if self.isVisible():
            self.model.tick(t, *self.table.on_screen())
            self.detail.tick(t)

    def selected(self) -> list[EventRow]:
        """The chosen rows, in the order of the table."""
        places = sorted(index.row() for index in self.table.selectionModel().selectedRows())
        return [self.model.shown[place] for place in places]

    def select(self, injects: Sequence[str]) -> None:
        """Choose these and show the first; those that the filter hides are not chosen."""
        places = [place for place in map(self.model.place, injects) if place >= 0]
        model = self.table.selectionModel()
        flags = QItemSelectionModel.SelectionFlag
        model.clearSelection()
        for place in places:
            model.select(self.model.index(place, 0), flags.Select | flags.Rows)
        if places:
            model.setCurrentIndex(self.model.index(places[0], 0), flags.NoUpdate)
            self.table.scrollTo(self.model.index(places[0], 0), QAbstractItemView.ScrollHint.PositionAtCenter)

    def select_next(self) -> None:
        """Go to the inject that the clock brings next."""
        if self.model.place(self.model.next) < 0:
            self.filter.clear()
        self.select([self.model.next])
        self.table.setFocus(Qt.FocusReason.ShortcutFocusReason)

    # --- what can be done --------------------------------------------------------------------------

    def why_not(self, command: str) -> str:
        """Why a command cannot be done with what is chosen; empty where it can."""
        if command in self._why_nothing:
            return self._why_nothing[command]
        rows = self.selected()
        if not rows:
            return tr("Choose an inject first.")
        if not any(row.state in ALLOWED[command] for row in rows):
            return tr("No chosen inject stands so that this can be done.")
        return ""

    def do(self, command: str) -> None:
        """Do it with the chosen ones that it can be done with; the others are left as they are."""
        if why := self.why_not(command):
            self._bench.notices.info(why)
            return
        injects = [row.id for row in self.selected() if row.state in ALLOWED[command]]
        if command == "release_at":
            self.release_at_asked.emit(injects)
            return
        by, does = self._orders.by, _COMMANDS[command]

        def each(run: ExerciseRun) -> None:
            # What is held or skipped before the beginning is a part of the conduct too.
            run.conduct.ready()
            for inject in injects:
                does(run.conduct, inject, by)

        self._orders.give(each)

    def press(self, command: str) -> None:
        """As if its button were pressed: asks first where the button does."""
        if why := self.why_not(command):
            self._bench.notices.info(why)
        else:
            self.actions_row.buttons[command].click()

    def _act(self, action: str, team: str) -> None:
        """Record what a team has done."""
        row = self._current()
        teams = (team,) if team else row.teams if row is not None else ()
        if not teams:
            self._bench.notices.warning(tr("Nobody was told this inject, so that nobody can have done it."))
            return
        by = self._orders.by
        self._orders.give(lambda run: run.conduct.act(teams[0], action=action, by=by))

    # --- parts -------------------------------------------------------------------------------------

    def _follow(self) -> None:
        """Keep what comes next in view while nobody works in the table."""
        place = self.model.place(self.model.next)
        if place >= 0 and not self.table.hasFocus() and not self.selected():
            self.table.scrollTo(self.model.index(place, 0), QAbstractItemView.ScrollHint.PositionAtCenter)

    def _current(self) -> EventRow | None:
        rows = self.selected()
        return rows[0] if len(rows) == 1 else None

    def _show_current(self, *_: object) -> None:
        """The chosen one; what comes next while none is chosen, so that the director can read ahead."""
        if self.selected():
            self.detail.show_row(self._current(), self._t)
        else:
            self.detail.show_row(self.model.find(self.model.next), self._t, ahead=True)

    def _chosen(self, *_: object) -> None:
        self.actions_row.fire.disarm()
        self._show_current()
        self._weigh()
        self.chosen.emit([row.id for row in self.selected()])

    def _count(self) -> None:
        shown, whole = len(self.model.shown), len(self.model.everything)
        text = ntr("{count} inject", "{count} injects", shown)
        self.filter.count.setText(text if shown == whole else tr("{shown} of {whole}", shown=shown, whole=whole))

    def _filtered(self, wanted: object) -> None:
        with QSignalBlocker(self.table.selectionModel()):
            self.model.choose(wanted)  # type: ignore[arg-type]
        self._count()
        self._chosen()
        self.filtered.emit()

    def _weigh(self) -> None:
        self.actions_row.allow({name: self.why_not(name) for name in ALLOWED})

    def _lay_out(self) -> None:
        px = self._bench.theme.px
        left, right = QWidget(), QWidget()
        self.above = QVBoxLayout(left)
        self.above.setContentsMargins(0, 0, 0, 0)
        self.above.setSpacing(0)
        self.above.addWidget(self.filter)
        self.above.addWidget(self.table, 1)
        full = QVBoxLayout(right)
        full.setContentsMargins(px(6), px(3), px(6), 0)
        full.setSpacing(px(2))
        full.addWidget(self.actions_row)
        full.addWidget(self.detail, 1)
        self.detail.setMinimumWidth(px(248))
        self.splitter.addWidget(left)
        self.splitter.addWidget(right)
        self.splitter.setSizes([px(620), px(400)])
        self.splitter.setStretchFactor(0, 2)
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setChildrenCollapsible(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.splitter)

    def _connect(self) -> None:
        self.filter.changed.connect(self._filtered)
        self.filter.search.returnPressed.connect(self.table.setFocus)
        self.table.selectionModel().selectionChanged.connect(self._chosen)
        self.table.customContextMenuRequested.connect(self._menu)
        self.detail.act_asked.connect(self._act)
        self.actions_row.asked.connect(self.do)

    def _menu(self, place: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for name, word in NAMES.items():
            action = menu.addAction(word())
            action.setEnabled(not self.why_not(name))
            action.triggered.connect(lambda _=False, name=name: self.press(name))
        menu.popup(self.table.viewport().mapToGlobal(place))


def _why_nothing(state: ClockState, emergency: bool) -> dict[str, str]:
    """Commands that cannot be given however the injects stand, and why."""
    if state is ClockState.STOPPED:
        return dict.fromkeys(ALLOWED, tr("The exercise has ended."))
    if emergency:
        return dict.fromkeys(("fire", "begin", "release", "release_at"), nothing_told())
    if state in (ClockState.RESET, ClockState.INITIALISED):
        return dict.fromkeys(("fire", "begin"), tr("Start it first."))
    return {}


def nothing_told() -> str:
    """Why players are told nothing in a real emergency."""
    return tr("NO DUFF: a real emergency stands. Nothing is told now.")
