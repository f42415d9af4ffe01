"""The clock of an exercise under way, as one row: what it shows, and what starts, stops and moves it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLineEdit, QPushButton, QSizePolicy, QWidget

from qroc_desktop.exercise.clock import FASTEST
from qroc_desktop.exercise.conduct import Conduct
from qroc_desktop.exercise.scenario import ms
from qroc_desktop.exercise.scenario import said as in_language
from qroc_desktop.exercise.vocabulary import ClockState, Passed
from qroc_desktop.services.exercise.directing.event_list import next_due
from qroc_desktop.services.exercise.driver import ExerciseDriver, Snapshot
from qroc_desktop.services.exercise.scenario_time import MINUTE, SECOND, plus_text, short_text, span_text, wall_time
from qroc_desktop.translation import explained, language, said, tr
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.exercise.director.asking import AskDialog
from qroc_desktop.ui.exercise.director.jump_dialog import JumpDialog, open_jump
from qroc_desktop.ui.exercise.director.orders import Orders
from qroc_desktop.ui.exercise.director.words import CLOCK_STATES
from qroc_desktop.ui.exercise.plans.words import decimal
from qroc_desktop.ui.narrow import Narrow
from qroc_desktop.ui.sharing.elided_label import ElidedLabel
from qroc_desktop.ui.text import plain_label, set_state, tip

_Command = Callable[[Conduct], None]
POLL_MS: Final = 250
SPEEDS: Final = (0.1, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)
SLOWEST: Final = 0.1
STEPS: Final = ((10 * SECOND, "+10 s"), (MINUTE, "+1 min"), (5 * MINUTE, "+5 min"))


class ClockControls(QFrame):
    """Start, pause, speed, step, jump, end. What cannot be taken back asks; what cannot be done says why."""

    def __init__(self, bench: Bench, driver: ExerciseDriver, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("exercise-clock")
        self._bench = bench
        self._driver = driver
        self._orders = Orders(bench, driver)
        self._events = -1
        self._next: tuple[str, int] | None = None
        self._injects = {inject.id: inject for inject in driver.scenario.injects}
        self.run = QPushButton()
        self.run.setObjectName("run")
        self.time = plain_label()
        self.time.setObjectName("time")
        self.clock = plain_label(role="muted")
        self.state = plain_label(role="muted")
        self.speed = _Speed()
        self._typed = QLineEdit()
        self.steps = [QPushButton(text) for _, text in STEPS]
        self.jump = QPushButton(tr("Jump …"))
        self.coming = ElidedLabel()
        self.end = QPushButton(tr("ENDEX …"))
        self._set_up()
        self._lay_out()
        self._poll = QTimer(self)
        self._poll.setInterval(POLL_MS)
        self._poll.timeout.connect(self.refresh)
        self._poll.start()
        bench.theme.changed.connect(self._dress)
        self._dress()
        self.refresh()

    # --- what it shows -----------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show how the run stands."""
        snapshot = self._driver.snapshot
        reading = snapshot.reading
        if snapshot.standing.events != self._events:
            self._events = snapshot.standing.events
            self._next = next_due(snapshot.standing)
        self.time.setText(plus_text(reading.t))
        zone = wall_time(self._driver.scenario, reading.t)
        self.clock.setText(zone.strftime("%H:%M:%S %Z"))
        left = span_text(self._duration - reading.t)
        self.time.setToolTip(tip(tr("{time} left until the end", time=left)))
        self._say_state(snapshot)
        self._say_next(snapshot)
        if not self._typed.hasFocus():
            self.speed.setEditText(speed_text(reading.speed))
        self._weigh(reading.state)

    def close_down(self) -> None:
        """The run is about to be closed: look at it no more."""
        self._poll.stop()

    # --- what can be done ---------------------------------------------------------------------------

    def toggle(self) -> None:
        """Start, go on or pause: what the large button says."""
        snapshot = self._driver.snapshot
        if snapshot.standing.no_duff is not None:
            self.ask_emergency_over()
        elif snapshot.reading.running:
            self._order(lambda conduct: conduct.pause())
        else:
            self._order(lambda conduct: conduct.start())

    def set_speed(self, speed: float) -> None:
        """So many scenario seconds a second, also while it runs."""
        self._order(lambda conduct: conduct.set_speed(speed))

    def faster(self, way: int = 1) -> None:
        """The next usual speed up (1) or down (-1)."""
        now = self._driver.snapshot.reading.speed
        found = [speed for speed in SPEEDS if (speed > now if way > 0 else speed < now)]
        if found:
            self.set_speed(min(found) if way > 0 else max(found))

    def step(self, by: int) -> None:
        """So many milliseconds on, while paused: at once where nothing lies on the way, else it is asked about."""
        if not self._may_move():
            return
        to = min(self._driver.snapshot.reading.t + by, self._duration)

        def looked(passed: list[str]) -> None:
            if passed:
                self.ask_jump(to)
            else:
                self._orders.jump(to, Passed.LIST, self._done)

        self._orders.ask(lambda run: run.conduct.passed_by(to), looked, key="step")

    def ask_jump(self, to: int | None = None) -> JumpDialog | None:
        """Ask where to, and what of the injects on the way; None where one cannot jump now."""
        if not self._may_move():
            return None
        dialog = open_jump(self._bench, self._driver, self._orders, self._done, self.window())
        if to is not None:
            dialog.text.setText(plus_text(to))
        return dialog

    def _may_move(self) -> bool:
        why = self._why_not_move(self._driver.snapshot.reading.state)
        if why:
            self._bench.notices.info(why)
        return not why

    def ask_end(self) -> AskDialog | None:
        """Ask whether the exercise is to end; None where it cannot."""
        if why := self._why_not_end(self._driver.snapshot.reading.state):
            self._bench.notices.info(why)
            return None
        text = tr(
            "The clock stops for good, and nothing more is told to anybody. Evaluators may still write, and the "
            "review begins. Injects that were not told stay untold."
        )
        does = self._ending
        return _opened(AskDialog(tr("End the exercise?"), text, tr("ENDEX: end it now"), does, self.window()))

    def _ending(self) -> None:
        self._order(lambda conduct: conduct.stop())

    def ask_emergency_over(self) -> AskDialog:
        """Whether everybody knows; the clock stays as it is."""
        text = tr(
            "Everybody has to have heard that the real emergency is over before the exercise may go on. The clock "
            "stays where it is until it is started."
        )
        by = self._orders.by
        return _opened(
            AskDialog(
                tr("Is the real emergency over?"), text, tr("It is over"),
                lambda: self._order(lambda conduct: conduct.emergency_over(by)), self.window(),
            )
        )  # fmt: skip

    def _order(self, command: _Command) -> None:
        self._orders.give(lambda run: command(run.conduct), self._done)

    def _done(self, _: object) -> None:
        self.refresh()

    # --- parts --------------------------------------------------------------------------------------

    @property
    def _duration(self) -> int:
        return ms(self._driver.scenario.duration_s)

    def _say_state(self, snapshot: Snapshot) -> None:
        state, emergency = snapshot.reading.state, snapshot.standing.no_duff is not None
        self.state.setText(tr("NO DUFF") if emergency else said(CLOCK_STATES[state]))
        set_state(self.state, "role", "danger" if emergency else "good" if state is ClockState.STARTED else "warning")
        text, icon = _will_do(state, self._driver.snapshot.reading.t, emergency)
        if self.run.text() != text:
            self.run.setText(text)
            self.run.setIcon(self._bench.theme.icon(icon, size=18, colour="on_accent"))

    def _say_next(self, snapshot: Snapshot) -> None:
        if snapshot.trouble is not None:
            self._tell_next(explained(snapshot.trouble))
            set_state(self.coming, "role", "danger")
            return
        set_state(self.coming, "role", "muted")
        if snapshot.reading.state is ClockState.STOPPED:
            self._tell_next(tr("The exercise has ended."))
        elif self._next is None:
            self._tell_next(tr("Nothing comes by itself."))
        else:
            name, due = self._next
            inject = self._injects.get(name) or snapshot.standing.improvised[name]
            title = f"{inject.no} {in_language(inject.title, language())}".strip()
            time = short_text(due - snapshot.reading.t)
            # The time first: it is what is left to read where the row is narrow.
            self._tell_next(f"−{time} {title}", tr("Next in {time}: {title}", time=time, title=title))

    def _tell_next(self, text: str, whole: str = "") -> None:
        self.coming.setText(text)
        self.coming.setAccessibleName(whole or text)
        self.coming.setToolTip(tip(whole or text))

    def _why_not_move(self, state: ClockState) -> str:
        if self._driver.snapshot.standing.no_duff is not None:
            return tr("NO DUFF: a real emergency stands. The exercise does not go on.")
        if state is ClockState.STARTED:
            return tr("Pause first: scenario time is only set while it stands.")
        if state is ClockState.STOPPED:
            return tr("The exercise has ended.")
        return tr("Start it first.") if state is ClockState.RESET else ""

    def _why_not_end(self, state: ClockState) -> str:
        if state is ClockState.STOPPED:
            return tr("The exercise has ended.")
        return "" if state in (ClockState.STARTED, ClockState.PAUSED) else tr("It has not begun.")

    def _weigh(self, state: ClockState) -> None:
        over = state is ClockState.STOPPED
        _allow(self.run, tr("The exercise has ended.") if over else "", tr("Start, go on or pause (F6)"))
        why = self._why_not_move(state)
        for button, (_, text) in zip(self.steps, STEPS, strict=True):
            _allow(button, why, tr("{step} on; injects on the way are asked about", step=text))
        _allow(self.jump, why, tr("Jump to a time, a checkpoint or the next inject (Ctrl+Alt+J)"))
        _allow(self.end, self._why_not_end(state), tr("End of exercise; asks"))
        self.speed.setEnabled(not over)

    def _set_up(self) -> None:
        self.run.setProperty("role", "primary")
        self.run.clicked.connect(self.toggle)
        self.speed.setLineEdit(self._typed)
        self.speed.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.speed.setAccessibleName(tr("Speed"))
        self.speed.setToolTip(tip(tr("Speed: scenario seconds a second, {least} to {most}", least=decimal(SLOWEST),
                                     most=int(FASTEST))))  # fmt: skip
        for speed in SPEEDS:
            self.speed.addItem(speed_text(speed), speed)
        self.speed.activated.connect(lambda place: self.set_speed(self.speed.itemData(place)))
        self._typed.returnPressed.connect(self._speed_typed)
        for button, (by, _) in zip(self.steps, STEPS, strict=True):
            button.clicked.connect(lambda _=False, by=by: self.step(by))
        self.jump.clicked.connect(self.ask_jump)
        self.end.clicked.connect(self.ask_end)
        self.time.setAccessibleName(tr("Scenario time"))
        self.coming.setMinimumWidth(self._bench.theme.px(60))
        self.coming.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def _speed_typed(self) -> None:
        text = self.speed.currentText().replace("×", "").replace(",", ".").strip()
        try:
            speed = float(text)
        except ValueError:
            speed = -1.0
        if not SLOWEST <= speed <= FASTEST:
            self._bench.notices.warning(
                tr("The speed is a number from {least} to {most}.", least=decimal(SLOWEST), most=int(FASTEST))
            )
            self.speed.setEditText(speed_text(self._driver.snapshot.reading.speed))
            return
        self.set_speed(speed)
        self.run.setFocus()

    def _lay_out(self) -> None:
        px = self._bench.theme.px
        row = QHBoxLayout(self)
        row.setContentsMargins(px(8), px(3), px(8), px(3))
        row.setSpacing(px(6))
        row.addWidget(self.run)
        for widget in (self.time, self.clock, self.state, self.speed, *self.steps, self.jump):
            row.addWidget(widget)
        row.addWidget(self.coming, 1)
        row.addWidget(self.end)
        ten, one, five = self.steps
        spare = (self.clock, one, ten, five, self.state)
        self._narrow = Narrow(self, self._bench.theme, 560, spare)

    def _dress(self) -> None:
        theme = self._bench.theme
        for label in (self.time, self.clock):
            label.ensurePolished()
        width = self.time.fontMetrics().horizontalAdvance("T+00:00:00")
        self.time.setMinimumWidth(width)
        self.clock.setMinimumWidth(self.clock.fontMetrics().horizontalAdvance("00:00:00 MESZ"))
        self.speed.setFixedWidth(self.speed.fontMetrics().horizontalAdvance("0.25×") + theme.px(44))
        self.run.setText("")
        shown = [_will_do(state, t, emergency)[0] for state, t, emergency in _LOOKS]
        self.run.setMinimumWidth(max(map(self.run.fontMetrics().horizontalAdvance, shown)) + theme.px(64))
        self.state.setMinimumWidth(
            max(self.state.fontMetrics().horizontalAdvance(said(word)) for word in CLOCK_STATES.values())
        )
        self.refresh()


class _Speed(QComboBox):
    """A wheel that is turned while the pointer happens to be over it does not change the speed of an exercise."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


def speed_text(speed: float) -> str:
    """`1×`, `0.5×`, with the sign of the user's language between whole and part."""
    return f"{decimal(speed, 3)}×"


def _will_do(state: ClockState, t: int, emergency: bool) -> tuple[str, str]:
    """What a press of the large button does, and its icon."""
    if emergency:
        return tr("Emergency over …"), "siren"
    match state:
        case ClockState.STARTED:
            return tr("Pause"), "pause"
        case ClockState.STOPPED:
            return tr("exercise\x04Ended"), "square"
        case _ if t > 0:
            return tr("Go on"), "play"
        case _:
            return tr("Start"), "play"


_LOOKS: Final = (
    (ClockState.RESET, 0, False), (ClockState.STARTED, 1, False), (ClockState.PAUSED, 1, False),
    (ClockState.STOPPED, 1, False), (ClockState.PAUSED, 1, True),
)  # fmt: skip
"""Everything that the large button may say: what stands beside it must not move when it changes."""


def _allow(button: QPushButton, why: str, explained: str) -> None:
    button.setEnabled(not why)
    button.setToolTip(tip(why or explained))


def _opened(dialog: AskDialog) -> AskDialog:
    dialog.setWindowModality(Qt.WindowModality.WindowModal)
    dialog.open()
    return dialog
