"""Red's panel: a secret plan for each of its people and vehicles, leg by leg, against budget and turn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from qroc_desktop.domain import geodesy
from qroc_desktop.domain.geodesy import LonLat
from qroc_desktop.domain.ids import random_id
from qroc_desktop.domain.shape import Shape
from qroc_desktop.exercise.scenario import Budget
from qroc_desktop.exercise.scenario import said as in_language
from qroc_desktop.exercise.seating import Plans, Served
from qroc_desktop.exercise.view import Planned
from qroc_desktop.exercise.vocabulary import ClockState
from qroc_desktop.mapview.widget import MapWidget
from qroc_desktop.services.exercise.plan_drafts import DraftFile, Drafts
from qroc_desktop.services.exercise.seat import ExerciseSeat
from qroc_desktop.services.road_graphs import RoadGraphs
from qroc_desktop.translation import language, said, tr
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.buttons import IconButton
from qroc_desktop.ui.exercise.plans import drafting, standing
from qroc_desktop.ui.exercise.plans.bars import ShareBar
from qroc_desktop.ui.exercise.plans.drafting import Drafting, Legs
from qroc_desktop.ui.exercise.plans.leg_form import LegForm
from qroc_desktop.ui.exercise.plans.legs import LegRow
from qroc_desktop.ui.exercise.plans.on_map import PlansOnMap
from qroc_desktop.ui.exercise.plans.planners import PlannersView
from qroc_desktop.ui.exercise.plans.table import LegsView
from qroc_desktop.ui.exercise.plans.words import points_text
from qroc_desktop.ui.exercise.scenario_clock import ScenarioTimes, length_of_time
from qroc_desktop.ui.own_keys import took_key
from qroc_desktop.ui.text import empty_hint, plain_label, set_state, tip

LOOK_MS: Final = 500
WAIT_MINUTES: Final = 5.0
MOVED_M: Final = 50.0
ROOMY: Final = 1050
"""From this width in pixels of the design on everybody who is planned for has a line of his own."""


class PlanPanel(QWidget):
    """Works with the seat alone, on the machine that conducts the exercise or joined from another one. Nothing of a
    plan is ever an item: the map draws it apart, and its drafts are kept beside the workspace."""

    def __init__(
        self, bench: Bench, seat: ExerciseSeat, map_: MapWidget, *, roads: RoadGraphs, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self._bench, self._seat, self._map, self._roads = bench, seat, map_, roads
        self._times = ScenarioTimes.of(seat.info)
        self._budget = seat.info.budget or Budget(points=0.0)
        self._drafting = Drafting()
        self._file = DraftFile(seat.desk.workspace.path)
        self._drawing = ""
        self._on_map = PlansOnMap(map_, self._times)
        self._laid_from: dict[str, LonLat] = {}
        self._laying: set[str] = set()
        self._before: dict[str, Planned] = {}
        self._sending = False
        self.planners = PlannersView(bench.theme, self)
        self.choice = QComboBox(self)
        self.choice.setModel(self.planners.rows)
        self.choice.setAccessibleName(tr("Plan for"))
        self.choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.legs = LegsView(bench.theme, self._times, self)
        self.form = LegForm(self._budget, bench.theme, self)
        self.spent = ShareBar(tr("Budget"), bench.theme, self)
        self.turn = ShareBar(tr("Turn"), bench.theme, self)
        self.state = plain_label(role="muted", wrap=True, parent=self)
        self.send = QPushButton(tr("&Send to the director"), self)
        self.again = QPushButton(tr("Take up again"), self)
        self.draw = QPushButton(tr("&Draw a leg"), self)
        self.wait = QPushButton(tr("&Wait"), self)
        self.buttons: dict[str, IconButton] = {}
        self.pages = QStackedWidget(self)
        self._lay_out()
        self._connect()
        self._begin()

    # --- what it shows -------------------------------------------------------------------------

    @property
    def entity(self) -> str:
        """The one that is planned for."""
        current = self.planners.current()
        return current.entity if current is not None else ""

    def look(self) -> None:
        """Show what was served last, with the plan that is being made as if it were accepted now."""
        served = self._seat.shown()
        self._tell_changes(served)
        self.planners.show_rows(standing.planner_rows(self._seat.info, served, self._drafting, language()))
        rows = self._rows(served)
        self.legs.show_rows(rows)
        self.pages.setCurrentIndex(0 if rows else 1)
        self._show_form()
        self._show_bars(served, [row for row in rows if row.state == "draft"])
        self._show_state(served)
        self._weigh(served, rows)
        self._show_on_map(served)
        self._follow()

    def end(self) -> None:
        """The window closes: nothing of the plan stays on the map."""
        self._timer.stop()
        self._on_map.clear()

    # --- what a person does --------------------------------------------------------------------

    def begin_leg(self) -> None:
        """Draw the next leg on the map, from where the last one ends."""
        start = self._end_of_draft()
        if start is None:
            self._bench.notices.info(tr("It is not in play yet: there is nowhere to go from."))
            return
        self._drawing = self.entity
        self._map.start_leg(start)

    def add_wait(self) -> None:
        """A leg that leads nowhere; how long is said in the form."""
        self._change((*self._legs(), drafting.waits(WAIT_MINUTES)), at=len(self._legs()))

    def remove(self) -> None:
        """Take the leg that the bar is on out."""
        at = self._at()
        if at >= 0:
            self._change(drafting.without(self._legs(), at), at=max(0, at - 1))

    def shift(self, by: int) -> None:
        """The leg up (-1) or down (+1)."""
        at = self._at()
        if at >= 0 and (legs := drafting.moved(self._legs(), at, by)) != self._legs():
            self._change(legs, at=at + by)

    def back(self) -> None:
        """Take the last step back."""
        if self._drafting.back(self.entity):
            self._keep()
            self.look()

    def take_up(self) -> None:
        """What was sent last, to be changed and sent again."""
        self._change(self._drafting.sent(self.entity), at=0)

    def submit(self) -> None:
        """Send the plan to the director, as it stands."""
        entity, legs, start = self.entity, self._legs(), self._start()
        if start is None or not self.send.isEnabled():
            return
        self._sending = True
        self.send.setEnabled(False)

        def say() -> None:
            intents = tuple(leg.intent for leg in drafting.laid(self._roads, start, legs))
            self._seat.say(Plans(id=random_id(), entity=entity, intents=intents, by=self._bench.desk.author))

        def done(_: object) -> None:
            self._sending = False
            self._drafting.gone(entity)
            self._keep()
            if self._seat.trouble() is None:
                self._bench.notices.info(tr("The plan is with the director."))
            else:
                self._bench.notices.warning(tr("The plan is kept and goes to the director once he is heard again."))
            self.look()

        def failed() -> None:
            self._sending = False
            self.look()

        self._bench.background.write(say, done, failed=failed)

    def _other(self) -> None:
        self.choice.setCurrentIndex(self.planners.currentIndex().row())
        self.look()

    # --- parts: the draft ------------------------------------------------------------------------

    def _legs(self) -> Legs:
        return self._drafting.legs(self.entity)

    def _at(self) -> int:
        """Index of the draft's leg that the bar is on; -1 where it is on none."""
        current = self.legs.current()
        return current.number - 1 if current is not None and current.state == "draft" else -1

    def _change(self, legs: Legs, *, at: int) -> None:
        """Other legs, whose ways are found before they are shown."""
        self._drafting.put(self.entity, legs)
        self.look()
        self.legs.choose(f"draft-{at + 1}")
        self._lay(self.entity)

    def _lay(self, entity: str, *, keep: bool = True) -> None:
        """Find the ways of a draft anew, from where its entity is now."""
        legs, start = self._drafting.legs(entity), self._start(entity)
        if keep:
            self._keep()
        if start is None:
            return
        self._laid_from[entity] = start
        self._laying.add(entity)

        def found(laid: Legs) -> None:
            self._laying.discard(entity)
            if self._drafting.legs(entity) == legs:
                self._drafting.put(entity, laid, step=False)
                self.look()
                if keep:
                    self._keep()

        def failed() -> None:
            self._laying.discard(entity)

        self._bench.background.read(lambda: drafting.laid(self._roads, start, legs), found, failed=failed)

    def _drawn(self, shape: Shape) -> None:
        """A leg was drawn; its first place is where it starts."""
        places = tuple((float(lon), float(lat)) for lon, lat, *_ in shape.positions())[1:]
        if self._drawing == self.entity and places:
            legs = (*self._legs(), self.form.new_leg(places))
            self._change(legs, at=len(legs) - 1)
            self.legs.setFocus()

    def _edited(self) -> None:
        at = self._at()
        if at < 0:
            return
        legs = list(self._legs())
        before = legs[at]
        legs[at] = self.form.applied(before)
        if legs[at] != before:
            self._change(tuple(legs), at=at)

    def _begin(self) -> None:
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.look)
        self.look()

        def read(drafts: Drafts) -> None:
            self._drafting.begin(drafts)
            self._timer.start()
            self.look()
            for entity in self._drafting.drafts.making:
                self._lay(entity, keep=False)

        self._bench.background.read(self._file.read, read, failed=self._timer.start)

    def _follow(self) -> None:
        """Who moves on while his plan is being made, begins it elsewhere."""
        for entity, before in list(self._laid_from.items()):
            start = self._start(entity)
            if start is None or entity in self._laying or not self._drafting.legs(entity):
                continue
            if geodesy.distance(before, start) > MOVED_M:
                self._lay(entity, keep=False)

    def _keep(self) -> None:
        drafts = self._drafting.drafts
        self._bench.background.write(lambda: self._file.write(drafts))

    # --- parts: what is shown --------------------------------------------------------------------

    def _start(self, entity: str = "") -> LonLat | None:
        return standing.place(self._seat.shown(), entity or self.entity)

    def _end_of_draft(self) -> LonLat | None:
        moving = [leg for leg in self._legs() if leg.intent.points]
        return moving[-1].intent.points[-1] if moving else self._start()

    def _rows(self, served: Served, entity: str = "") -> list[LegRow]:
        name = entity or self.entity
        return standing.rows(served, name, self._drafting.legs(name), self._budget)

    def _show_form(self) -> None:
        at = self._at()
        if not self.form.isAncestorOf(QApplication.focusWidget() or self):
            legs = self._legs()
            self.form.show_leg(legs[at] if 0 <= at < len(legs) else None, at + 1)

    def _show_bars(self, served: Served, rows: Sequence[LegRow]) -> None:
        spent, plan = served.view.spent, sum(row.cost for row in rows)
        left = self._budget.points - spent - plan
        words = tr("spent {spent} · this plan {plan} · left {left}", spent=points_text(spent), plan=points_text(plan),
                   left=points_text(left))  # fmt: skip
        self.spent.show_parts(self._budget.points, spent, plan, words)
        turn = round(self._budget.turn_s * 1000)
        takes = rows[-1].leg.ends - rows[0].leg.starts if rows else 0
        told = tr("{takes} of {turn}", takes=length_of_time(takes), turn=length_of_time(turn))
        self.turn.show_parts(turn, 0.0, takes, told)

    def _show_state(self, served: Served) -> None:
        text, role = standing.state_text(served, self.entity, self._times)
        trouble = self._seat.trouble()
        if trouble is not None:
            text, role = said(trouble.what), "danger"
        self.state.setText(text)
        plan = standing.planned(served, self.entity)
        told = standing.asked_for(plan) if plan is not None else ""
        self.state.setToolTip("".join(tip(line) for line in (text, *told.splitlines())))
        set_state(self.state, "role", role)

    def _weigh(self, served: Served, rows: Sequence[LegRow]) -> None:
        draft = [row for row in rows if row.state == "draft"]
        over = served.reading.state is ClockState.STOPPED
        here, at = standing.place(served, self.entity) is not None, self._at()
        wrong = next((row.why for row in draft if row.why is not None), None)
        self.send.setEnabled(bool(draft) and wrong is None and here and not over and not self._sending)
        head = tr("Send to the director (Ctrl+Enter)")
        self.send.setToolTip(tip(f"{head}. {said(wrong.what)}" if wrong is not None else head))
        self.again.setVisible(not draft and bool(self._drafting.sent(self.entity)) and not over)
        self.draw.setEnabled(here and not over)
        self.wait.setEnabled(here and not over)
        for name, can in (
            ("up", at > 0), ("down", 0 <= at < len(draft) - 1), ("remove", at >= 0), ("back", bool(draft)),
        ):  # fmt: skip
            self.buttons[name].setEnabled(can)

    def _show_on_map(self, served: Served) -> None:
        current = self.legs.current()
        shown = []
        for planner in self._seat.info.planners:
            chosen = current.key if current is not None and planner.entity == self.entity else ""
            shown.append((self._rows(served, planner.entity), chosen))
        title = tr("Secret plan of {team}", team=in_language(self._seat.info.name, language()))
        self._on_map.show(title, tr("Only this seat and the director see it."), shown)

    def _fit(self, rows: Sequence[LegRow]) -> None:
        """All of a plan, or one leg, on the map; without a plan, where its entity is."""
        if rows:
            self._on_map.fit(rows)
        elif (start := self._start()) is not None:
            self._on_map.go_to(start)

    def _tell_changes(self, served: Served) -> None:
        for plan in served.view.plans:
            before = self._before.get(plan.entity)
            if before is not None and before.waiting and not plan.waiting:
                text, is_bad = standing.answer_text(self._seat.info, plan, language())
                (self._bench.notices.warning if is_bad else self._bench.notices.info)(text)
        self._before = {plan.entity: plan for plan in served.view.plans}

    # --- parts: laying out -----------------------------------------------------------------------

    def _lay_out(self) -> None:
        px = self._bench.theme.px
        self.send.setProperty("role", "primary")
        bar = QHBoxLayout()
        bar.setSpacing(px(4))
        bar.addWidget(self.draw)
        bar.addWidget(self.wait)
        for name, icon, text, does in self._tools():
            button = self.buttons[name] = IconButton(self._bench.theme, icon, text, parent=self)
            button.clicked.connect(lambda _=False, do=does: do())
            bar.addWidget(button)
        bar.addStretch(1)
        bar.addWidget(self.again)
        middle = QVBoxLayout()
        middle.setSpacing(px(4))
        middle.addLayout(bar)
        self.pages.addWidget(self.legs)
        self.pages.addWidget(empty_hint(tr("No leg yet."), tr("Draw a leg: click on the map where it leads. "
                             "Enter or a double click ends it; what it costs stands here at once.")))  # fmt: skip
        middle.addWidget(self.pages, 1)
        middle.addWidget(self.state)
        side = QVBoxLayout()
        side.setSpacing(px(6))
        for part in (self.choice, self.form, self.spent, self.turn):
            side.addWidget(part)
        side.addStretch(1)
        side.addWidget(self.send)
        row = QHBoxLayout(self)
        row.setContentsMargins(px(6), px(4), px(8), px(6))
        row.setSpacing(px(10))
        self.planners.setFixedWidth(px(220))
        self.planners.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        row.addWidget(self.planners)
        row.addLayout(middle, 1)
        self._side = QWidget(self)
        self._side.setLayout(side)
        side.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._side)
        self._arrange(roomy=False)
        self.setFocusProxy(self.legs)

    def _tools(self) -> Sequence[tuple[str, str, str, Callable[[], object]]]:
        return (
            ("back", "undo-2", tr("Take the last step back (Ctrl+Z)"), self.back),
            ("up", "arrow-up", tr("Earlier (Alt+Up)"), partial(self.shift, -1)),
            ("down", "arrow-down", tr("Later (Alt+Down)"), partial(self.shift, 1)),
            ("remove", "trash", tr("Take this leg out (Del)"), self.remove),
        )

    def _connect(self) -> None:
        self.draw.clicked.connect(self.begin_leg)
        self.wait.clicked.connect(self.add_wait)
        self.send.clicked.connect(self.submit)
        self.again.clicked.connect(self.take_up)
        self.draw.setToolTip(tip(tr("Draw the next leg on the map (Ins)")))
        self.wait.setToolTip(tip(tr("A leg that leads nowhere (W)")))
        self.form.changed.connect(self._edited)
        self.planners.selectionModel().currentChanged.connect(self._other)
        self.choice.activated.connect(lambda at: self.planners.setCurrentIndex(self.planners.rows.index(at, 0)))
        self.legs.selectionModel().currentChanged.connect(lambda *_: self.look())
        self._map.leg_drawn.connect(self._drawn)
        self.planners.activated.connect(lambda _: self._fit(self._rows(self._seat.shown())))
        self.legs.activated.connect(lambda _: self._fit([row] if (row := self.legs.current()) is not None else []))
        self.legs.installEventFilter(self)
        self.planners.installEventFilter(self)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is little room, those who are planned for become one line."""
        super().resizeEvent(event)
        self._arrange(roomy=event.size().width() >= self._bench.theme.px(ROOMY))

    def _arrange(self, *, roomy: bool) -> None:
        self.planners.setVisible(roomy)
        self.choice.setVisible(not roomy)
        self._side.setFixedWidth(self._bench.theme.px(330 if roomy else 290))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys of the lists come before those of the window: there they mean legs, not items."""
        return took_key(event, self._key) or super().eventFilter(watched, event)

    def _key(self, event: QKeyEvent) -> Callable[[], object] | None:
        pressed = (event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier, event.key())
        none, ctrl, alt = (
            Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier,
        )  # fmt: skip
        keys: dict[tuple[object, int], Callable[[], object]] = {
            (none, Qt.Key.Key_Insert): self.begin_leg,
            (none, Qt.Key.Key_W): self.add_wait,
            (none, Qt.Key.Key_Delete): self.remove,
            (none, Qt.Key.Key_Backspace): self.back,
            (ctrl, Qt.Key.Key_Z): self.back,
            (alt, Qt.Key.Key_Up): partial(self.shift, -1),
            (alt, Qt.Key.Key_Down): partial(self.shift, 1),
            (ctrl, Qt.Key.Key_Return): self.submit,
            (ctrl, Qt.Key.Key_Enter): self.submit,
        }
        return keys.get(pressed)
