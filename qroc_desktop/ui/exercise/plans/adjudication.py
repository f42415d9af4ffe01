"""Plans that wait for the director: what they cost, where they lead, what blue has there, and the decision."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import msgspec
from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from qroc_desktop.domain.geodesy import LonLat
from qroc_desktop.errors import Message, Refused
from qroc_desktop.exercise import plans, ruling
from qroc_desktop.exercise.events import PlannedLeg
from qroc_desktop.exercise.scenario import Budget
from qroc_desktop.exercise.scenario import said as in_language
from qroc_desktop.mapview.widget import MapWidget
from qroc_desktop.services.exercise.adjudicating import NEAR_M, Beside, Waiting, Way, along, waiting
from qroc_desktop.services.exercise.driver import ExerciseDriver
from qroc_desktop.services.exercise.run import ExerciseRun
from qroc_desktop.services.road_graphs import RoadGraphs
from qroc_desktop.translation import language, tr
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.exercise.plans.legs import LegRow
from qroc_desktop.ui.exercise.plans.on_map import PlansOnMap
from qroc_desktop.ui.exercise.plans.ruling import Ruling, asked_rows, rows
from qroc_desktop.ui.exercise.plans.ruling_control import RulingControl
from qroc_desktop.ui.exercise.plans.table import LegsView
from qroc_desktop.ui.exercise.plans.words import metres_of, points_text
from qroc_desktop.ui.exercise.scenario_clock import ScenarioTimes, length_of_time
from qroc_desktop.ui.measures import length_text
from qroc_desktop.ui.own_keys import took_key
from qroc_desktop.ui.sharing.rows import Column, RowsModel, RowsView
from qroc_desktop.ui.text import empty_hint, plain_label, set_state, tip

LOOK_MS: Final = 500
LONGEST_REASON: Final = 500
AGAIN_MS: Final = 5_000
"""Scenario milliseconds."""
_TOLERANCE: Final = 1e-9


class AdjudicationView(QWidget):
    """For the machine that conducts the exercise. `map_`: the director's, where the way is drawn; None: nowhere.
    `roads`: for ways that the director finds instead; None: they go straight."""

    count_changed = Signal(int)
    """How many plans wait."""

    def __init__(
        self,
        bench: Bench,
        driver: ExerciseDriver,
        map_: MapWidget | None = None,
        parent: QWidget | None = None,
        *,
        roads: RoadGraphs | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self._bench, self._driver = bench, driver
        scenario = driver.scenario
        self._times = ScenarioTimes(scenario.t0, scenario.time_zone)
        self._known: set[tuple[str, int]] | None = None
        self._ways: dict[tuple[str, int], Way] = {}
        self._asked: dict[tuple[str, int], tuple[int, tuple[PlannedLeg, ...]]] = {}
        self._asking = False
        self._on_map = PlansOnMap(map_, self._times)
        self.plans = RowsView(RowsModel(self._plan_columns(), lambda one: one.proposed.entity, bench.theme),
                              tr("Plans that wait"), bench.theme, self)  # fmt: skip
        self.plans.rows.setParent(self.plans)
        self.legs = LegsView(bench.theme, self._times, self)
        self.ruling = RulingControl(bench, self.legs, map_, roads, self)
        self.beside = RowsView(RowsModel(self._beside_columns(), lambda one: f"{one.leg} {one.place}", bench.theme),
                               tr("What blue has near the way"), bench.theme, self)  # fmt: skip
        self.beside.rows.setParent(self.beside)
        for table in (self.plans, self.beside):
            # Names get what is left; the rest is short, and is not to be scrolled for.
            table.header().setMinimumSectionSize(bench.theme.px(24))
            table.header().setStretchLastSection(False)
            table.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
            table.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
            table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.cut = QComboBox(self)
        self.reason = QLineEdit(self)
        self.accept = QPushButton(tr("&Accept"), self)
        self.decline = QPushButton(tr("De&cline"), self)
        self.account = plain_label(role="muted", wrap=True, parent=self)
        self.pages = QStackedWidget(self)
        self._lay_out()
        self._connect()
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()
        self.look()

    # --- what it shows -------------------------------------------------------------------------

    def look(self) -> None:
        """Show what the run last published."""
        snapshot = self._driver.snapshot
        found = waiting(snapshot, self._driver.scenario)
        self._announce(found)
        if list(found) != self.plans.rows.rows:
            self.plans.show_rows(found)
            self.count_changed.emit(len(found))
        self.pages.setCurrentIndex(0 if found else 1)
        self._show_plan()

    def end(self) -> None:
        """The window closes: nothing stays on the map."""
        self._timer.stop()
        self._on_map.clear()

    def current(self) -> Waiting | None:
        """The plan that is looked at."""
        return self.plans.current()

    # --- what the director decides -----------------------------------------------------------------

    def accept_it(self) -> None:
        """The plan happens from now on as it is ruled: all of it, its first legs, or with what was changed."""
        one, way = self.current(), self._way()
        if one is None or not self.accept.isEnabled():
            return
        legs, made = self._kept(one), self._made(one, way)
        if self._otherwise(one, way) and not self._has_reason(tr("Say why it is ruled otherwise: red reads it.")):
            return
        reason, by, entity = self.reason.text().strip(), self._bench.desk.author, one.proposed.entity
        if made is not None and made.touched:
            ruled = made.ruled(legs)
            self._decide(one, lambda run: run.conduct.rule(entity, ruled, reason, by))
            return
        whole = legs == len(one.proposed.legs)
        self._decide(one, lambda run: run.conduct.accept(entity, by, legs=None if whole else legs, reason=reason))

    def decline_it(self) -> None:
        """It does not happen; red reads why."""
        one = self.current()
        if one is None or not self._has_reason(tr("Say why it is declined: red reads it.")):
            return
        reason, by = self.reason.text().strip(), self._bench.desk.author
        self._decide(one, lambda run: run.conduct.decline(one.proposed.entity, reason, by))

    def _decide(self, one: Waiting, does: Callable[[ExerciseRun], object]) -> None:
        def as_it_was(run: ExerciseRun) -> None:
            plan = run.conduct.world.standing.plans.get(one.proposed.entity)
            if plan is None or plan.proposed != one.proposed:
                raise Refused(Message("Red has sent another plan meanwhile; look at that one."))
            does(run)

        def done(_: object) -> None:
            self.reason.clear()
            self.look()

        self._bench.background.write(lambda: self._driver.do(as_it_was).result(), done, failed=self.look)

    def _has_reason(self, otherwise: str) -> bool:
        if self.reason.text().strip():
            return True
        self._bench.notices.info(otherwise)
        self.reason.setFocus()
        return False

    # --- parts -----------------------------------------------------------------------------------

    def _announce(self, found: Sequence[Waiting]) -> None:
        keys = {_key(one) for one in found}
        new = [one for one in found if self._known is not None and _key(one) not in self._known]
        self._known = keys
        self.ruling.keep(keys)
        self._ways = {key: way for key, way in self._ways.items() if key in keys}
        self._asked = {key: at for key, at in self._asked.items() if key in keys}
        for one in new:
            name = in_language(one.name, language())
            self._bench.notices.warning(tr("Red has a plan for {name}; it waits for your decision.", name=name))
            QApplication.alert(self.window())

    def _show_plan(self) -> None:
        one = self.current()
        if one is None:
            self.legs.show_rows([])
            self.beside.show_rows([])
            self.ruling.leave()
            self._draw([])
            return
        way = self._way()
        made = self._made(one, way)
        if self.cut.property("plan") != str(_key(one)):
            self._offer_cuts(one)
        self._ask(one, self._legs(one, way))
        shown = self._rows(one, way)
        self.legs.show_rows(shown)
        self.ruling.show()
        if way is not None and list(way.beside) != self.beside.rows.rows:
            self.beside.show_rows(way.beside)
        self._show_account(one, way)
        asked: list[LegRow] = []
        if made is not None and way is not None and way.start is not None and self._otherwise(one, way):
            asked = asked_rows(made, way.start, self._driver.snapshot.reading.t)
        self._draw(shown, asked)

    def _go_there(self) -> None:
        one = self.beside.current()
        if one is not None:
            self._on_map.go_to(one.place, in_language(one.name, language()))

    def _ask(self, one: Waiting, legs: tuple[PlannedLeg, ...]) -> None:
        """What is near, from the truth, again every few seconds: things move; at once where the way is another. One
        question at a time: where answers are slow, a newer one would overtake each."""
        key, now = _key(one), self._driver.snapshot.reading.t
        at, asked = self._asked.get(key, (now, legs))
        fresh = key in self._ways and abs(now - at) < AGAIN_MS and _led(asked) == _led(legs)
        if fresh or self._asking:
            return
        self._asking = True
        self._asked[key] = (now, legs)
        entity = one.proposed.entity
        made = self._made(one, self._way())
        numbers = made.numbers(self._kept(one)) if made is not None else []

        def found(way: Way) -> None:
            self._asking = False
            self._ways[key] = _by_reds_numbers(way, numbers)
            self._show_plan()

        def failed() -> None:
            self._asking = False

        self._bench.background.read(lambda: along(self._driver, entity, legs), found, failed=failed)

    def _way(self) -> Way | None:
        one = self.current()
        return self._ways.get(_key(one)) if one is not None else None

    def _made(self, one: Waiting, way: Way | None) -> Ruling | None:
        """The ruling on the plan that is looked at; None while nobody knows where it begins."""
        return self.ruling.look_at(_key(one), self._budget(one), way.start if way is not None else None, one.proposed)

    def _legs(self, one: Waiting, way: Way | None) -> tuple[PlannedLeg, ...]:
        """As they are ruled now, their times from 0; red's where that cannot be."""
        made = self._made(one, way)
        if made is None or way is None or way.start is None:
            return one.proposed.legs[: self._kept(one)]
        try:
            return made.timed(way.start, self._kept(one))
        except Refused:
            return one.proposed.legs

    def _otherwise(self, one: Waiting, way: Way | None) -> bool:
        return ruling.changed(one.proposed.legs, self._legs(one, way))

    def _rows(self, one: Waiting, way: Way | None) -> list[LegRow]:
        made = self._made(one, way)
        if made is None or way is None or way.start is None:
            return []
        return rows(made, way.start, self._driver.snapshot.reading.t, self._kept(one), self._times)

    def _budget(self, one: Waiting) -> Budget:
        return self._driver.scenario.budgets.get(one.team) or Budget(points=0.0)

    def _kept(self, one: Waiting) -> int:
        return int(self.cut.currentData() or len(one.proposed.legs))

    def _offer_cuts(self, one: Waiting) -> None:
        count = len(one.proposed.legs)
        self.cut.setProperty("plan", str(_key(one)))
        self.cut.clear()
        self.cut.addItem(tr("as it is"), count)
        for number in range(count - 1, 0, -1):
            self.cut.addItem(tr("only up to leg {number}", number=number), number)
        self.cut.setEnabled(count > 1)

    def _show_account(self, one: Waiting, way: Way | None) -> None:
        """What it costs, takes and comes to; where it is ruled otherwise, beside what red asked for."""
        budget, legs = self._budget(one), self._legs(one, way)
        spent = self._driver.snapshot.standing.spent.get(one.team, 0.0)
        cost, takes = plans.cost(budget, legs), legs[-1].ends if legs else 0
        turn, left = round(budget.turn_s * 1000), budget.points - spent
        text = tr("{cost} points of {left} that are left · takes {takes} of {turn}", cost=points_text(cost),
                  left=points_text(left), takes=length_of_time(takes), turn=length_of_time(turn))  # fmt: skip
        over = takes > turn or cost > left + _TOLERANCE
        if way is not None and way.start is not None:
            text = f"{text} · {self._comes_to(way.start, legs)}"
            if self._otherwise(one, way):
                text = f"{text} — {self._red_asked(one, way.start)}"
        self.accept.setEnabled(bool(legs))
        self.account.setText(text)
        self.account.setToolTip(tip(text))
        set_state(self.account, "role", "warning" if over else "muted")

    def _comes_to(self, start: LonLat, legs: Sequence[PlannedLeg]) -> str:
        """How far it leads, and when it is there."""
        metres = metres_of(start, [place for leg in legs for place in leg.points])
        until = self._driver.snapshot.reading.t + (legs[-1].ends if legs else 0)
        return tr("{metres}, there at {time}", metres=length_text(metres), time=self._times.minute(until))

    def _red_asked(self, one: Waiting, start: LonLat) -> str:
        asked = one.proposed.legs
        what = tr("{cost} points, {takes}", cost=points_text(one.proposed.cost), takes=length_of_time(asked[-1].ends))
        return tr("red asked: {what}", what=f"{what} · {self._comes_to(start, asked)}")

    def _draw(self, rows: Sequence[LegRow], asked: Sequence[LegRow] = ()) -> None:
        one, leg = self.current(), self.legs.current()
        title = tr("Plan of red: {name}", name=in_language(one.name, language())) if one is not None else ""
        chosen = leg.key if leg is not None else ""
        self._on_map.show(title, tr("Waits for your decision; blue does not see it."), [(rows, chosen), (asked, "")])

    # --- parts: laying out -----------------------------------------------------------------------

    def _plan_columns(self) -> Sequence[Column[Waiting]]:
        def name(one: Waiting) -> str:
            return in_language(one.name, language())

        return (
            Column(tr("Plan for"), name, 168, lambda _: ("hourglass", "warning")),
            Column(tr("Came"), lambda one: self._times.second(one.proposed.t), 76),
            Column(tr("By"), lambda one: one.proposed.by),
        )

    def _beside_columns(self) -> Sequence[Column[Beside]]:
        return (
            Column(tr("Blue near the way"), lambda one: in_language(one.name, language()), 160),
            Column(tr("No."), lambda one: str(one.leg), 40),
            Column(tr("Away"), lambda one: length_text(one.metres), 72),
            Column(tr("State"), lambda one: tr("drawn by blue") if one.drawn else one.status),
        )

    def _lay_out(self) -> None:
        px = self._bench.theme.px
        self.accept.setProperty("role", "primary")
        self.reason.setMaxLength(LONGEST_REASON)
        self.reason.setPlaceholderText(tr("Reason, for red to read"))
        self.reason.setAccessibleName(tr("Reason"))
        self.cut.setAccessibleName(tr("How much of it"))
        self.beside.setToolTip(tip(tr("Within {metres} m of the way, from the truth", metres=round(NEAR_M))))
        decision = QHBoxLayout()
        decision.setSpacing(px(6))
        decision.addWidget(self.cut)
        decision.addWidget(self.reason, 3)
        decision.addWidget(self.decline)
        decision.addWidget(self.accept)
        lists = QHBoxLayout()
        lists.setSpacing(px(8))
        left = QVBoxLayout()
        left.setSpacing(px(4))
        left.addWidget(self.plans, 1)
        left.addWidget(self.beside, 1)
        lists.addLayout(left, 1)
        lists.addWidget(self.legs, 2)
        full = QWidget(self)
        column = QVBoxLayout(full)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(6))
        column.addLayout(lists, 1)
        column.addWidget(self.ruling.bar)
        column.addWidget(self.account)
        column.addLayout(decision)
        self.pages.addWidget(full)
        self.pages.addWidget(
            empty_hint(tr("No plan of red waits."), tr("One that comes in is announced at once."), self)
        )
        outer = QVBoxLayout(self)
        outer.setContentsMargins(px(6), px(4), px(8), px(6))
        outer.addWidget(self.pages)
        self.setFocusProxy(self.plans)

    def _connect(self) -> None:
        self.accept.clicked.connect(self.accept_it)
        self.plans.activated.connect(lambda _: self._on_map.fit(self.legs.rows.rows))
        self.beside.activated.connect(lambda _: self._go_there())
        self.decline.clicked.connect(self.decline_it)
        self.plans.selectionModel().currentChanged.connect(lambda *_: self._show_plan())
        self.legs.selectionModel().currentChanged.connect(lambda *_: self._show_plan())
        self.cut.activated.connect(lambda _: self._show_plan())
        self.ruling.changed.connect(self._show_plan)
        self.accept.setToolTip(tip(tr("It happens from now on (Ctrl+Enter)")))
        parts: tuple[QWidget, ...] = (self.plans, self.legs, self.beside, self.reason, self.cut)
        for part in (*parts, *self.ruling.bar.parts):
            part.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Here the key decides, whatever it means elsewhere in the window."""
        return took_key(event, self._key_does) or super().eventFilter(watched, event)

    def _key_does(self, event: QKeyEvent) -> Callable[[], object] | None:
        return self.accept_it if _accepts(event) else None


def _accepts(event: QKeyEvent) -> bool:
    control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
    return control and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)


def _key(one: Waiting) -> tuple[str, int]:
    return one.proposed.entity, one.proposed.t


def _by_reds_numbers(way: Way, numbers: Sequence[int]) -> Way:
    """What is near, beside the leg as the table numbers it: red's, whatever was taken out or waits between."""
    beside = tuple(
        msgspec.structs.replace(one, leg=numbers[one.leg - 1]) if one.leg <= len(numbers) else one
        for one in way.beside
    )
    return msgspec.structs.replace(way, beside=beside)


def _led(legs: Sequence[PlannedLeg]) -> list[tuple[LonLat, ...]]:
    """Where legs lead, whatever they take."""
    return [leg.points for leg in legs]
