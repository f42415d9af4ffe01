"""The clock of an exercise by mouse and keyboard: what cannot be taken back asks, what cannot be done says why."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from qroc_desktop.exercise.vocabulary import ClockState, InjectState, Passed
from qroc_desktop.services.exercise.run import ExerciseRun
from qroc_desktop.ui.background import LongJob
from qroc_desktop.ui.exercise.director.asking import AskDialog
from qroc_desktop.ui.exercise.director.jump_dialog import JumpDialog
from tests.ui.exercise.conftest import PATIENCE, Directing

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier
SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier


def reading(directing: Directing) -> ClockState:
    return directing.driver.snapshot.reading.state


def started(directing: Directing) -> None:
    QTest.mouseClick(directing.controls.run, LEFT)
    directing.until(lambda: reading(directing) is ClockState.STARTED)


def paused(directing: Directing) -> None:
    started(directing)
    QTest.mouseClick(directing.controls.run, LEFT)
    directing.until(lambda: reading(directing) is ClockState.PAUSED)
    directing.controls.refresh()


def test_the_large_button_says_what_it_will_do_and_does_it(directing: Directing) -> None:
    controls = directing.controls
    assert controls.run.text() == "Start"
    started(directing)
    directing.until(lambda: controls.run.text() == "Pause")
    QTest.mouseClick(controls.run, LEFT)
    directing.until(lambda: reading(directing) is ClockState.PAUSED)
    directing.until(lambda: controls.run.text() == "Go on")


def test_time_is_told_since_the_beginning_and_by_the_clock_there(directing: Directing) -> None:
    paused(directing)
    directing.driver.do(lambda run: run.jump(45_500, Passed.FIRE)).result()
    directing.controls.refresh()
    assert directing.controls.time.text() == "T+0:00:45"
    assert directing.controls.clock.text() == "14:00:45 CET"
    assert directing.controls.coming.text() == "−0:14 REDTITLE"
    assert directing.controls.coming.accessibleName() == "Next in 0:14: REDTITLE"


def test_while_it_runs_one_cannot_jump_and_the_tip_says_why(directing: Directing) -> None:
    started(directing)
    directing.controls.refresh()
    assert not directing.controls.jump.isEnabled()
    assert "Pause first" in directing.controls.jump.toolTip()
    assert directing.controls.ask_jump() is None
    assert "Pause first" in directing.notices()[-1]


def test_speed_is_chosen_typed_and_held_to_its_limits(directing: Directing) -> None:
    started(directing)
    field = directing.controls.speed.lineEdit()
    assert field is not None
    for typed, expected in (("0,5", 0.5), ("64", 64.0), ("65", 64.0), ("fast", 64.0)):
        field.setFocus()
        field.selectAll()
        QTest.keyClicks(field, typed)
        QTest.keyClick(field, Qt.Key.Key_Return)
        directing.until(lambda: directing.bench.background.idle)
        assert directing.driver.snapshot.reading.speed == expected
    assert len([text for text in directing.notices() if "from 0.1 to 64" in text]) == 2


def test_a_step_over_nothing_goes_at_once_and_one_over_an_inject_asks(directing: Directing) -> None:
    paused(directing)
    QTest.mouseClick(directing.controls.steps[0], LEFT)
    directing.until(lambda: directing.driver.snapshot.reading.t >= 10_000)
    before = directing.driver.snapshot.reading.t
    directing.controls.refresh()
    QTest.mouseClick(directing.controls.steps[1], LEFT)
    asked = directing.dialog(JumpDialog)
    directing.until(lambda: asked.list.count() == 1)
    assert directing.driver.snapshot.reading.t == before
    assert not asked.go.isEnabled()
    asked.choices.buttons()[1].click()
    QTest.mouseClick(asked.go, LEFT)
    directing.until(lambda: directing.state("alert") is InjectState.CANCELLED)


def test_a_jump_by_keyboard_lists_what_it_passes_and_puts_it_on_hold(directing: Directing) -> None:
    paused(directing)
    asked = directing.controls.ask_jump()
    assert asked is not None
    asked.activateWindow()
    directing.until(asked.isActiveWindow)
    QTest.keyClicks(asked.text, "14:03")
    directing.until(lambda: asked.list.count() == 2)
    assert [asked.list.item(n).text() for n in range(2)] == ["REDTITLE", "Call of a witness"]
    QTest.keyClick(asked, Qt.Key.Key_P, Qt.KeyboardModifier.AltModifier)
    directing.until(asked.go.isEnabled)
    QTest.keyClick(asked, Qt.Key.Key_Return)
    directing.until(lambda: directing.driver.snapshot.reading.t == 180_000)
    assert directing.state("alert") is InjectState.ON_HOLD
    assert reading(directing) is ClockState.PAUSED


def test_a_jump_back_or_past_the_end_is_refused_in_words(directing: Directing) -> None:
    paused(directing)
    directing.driver.do(lambda run: run.jump(30_000, Passed.FIRE)).result()
    asked = directing.controls.ask_jump()
    assert asked is not None
    for typed, said in (("T+0:10", "has passed"), ("+90", "after the end"), ("later", "Not a time")):
        asked.text.setText(typed)
        assert said in asked.says.text()
        assert not asked.go.isEnabled()
    asked.reject()


def test_the_end_asks_and_enter_keeps_it_going(directing: Directing) -> None:
    started(directing)
    directing.controls.refresh()
    QTest.mouseClick(directing.controls.end, LEFT)
    QTest.keyClick(directing.dialog(AskDialog), Qt.Key.Key_Return)
    assert reading(directing) is ClockState.STARTED
    asked = directing.controls.ask_end()
    assert asked is not None
    QTest.mouseClick(asked.go, LEFT)
    directing.until(lambda: reading(directing) is ClockState.STOPPED)
    directing.controls.refresh()
    assert not directing.controls.run.isEnabled()
    assert "has ended" in directing.controls.run.toolTip()


def test_a_real_emergency_is_ended_by_the_director_alone_and_asks(directing: Directing) -> None:
    started(directing)
    directing.conduct(lambda conduct: conduct.no_duff("A real accident", team="blue"))
    directing.controls.refresh()
    assert directing.controls.state.text() == "NO DUFF"
    assert directing.controls.run.text() == "Emergency over …"
    QTest.mouseClick(directing.controls.run, LEFT)
    asked = directing.dialog(AskDialog)
    QTest.mouseClick(asked.go, LEFT)
    directing.until(lambda: directing.driver.snapshot.standing.no_duff is None)
    assert reading(directing) is ClockState.PAUSED


class Halt:
    """Where a long jump stands until the test lets it go on: a fast machine would have done with it before anybody
    says a word."""

    def __init__(self) -> None:
        self.reached, self.go_on = threading.Event(), threading.Event()


@pytest.fixture
def halt(monkeypatch: pytest.MonkeyPatch) -> Iterator[Halt]:
    """After the stage of a jump that comes to 20 s."""
    made, jump = Halt(), ExerciseRun.jump

    def stage(run: ExerciseRun, to: int, passed: Passed) -> None:
        jump(run, to, passed)
        if run.conduct.clock.t >= 20_000 and not made.reached.is_set():
            made.reached.set()
            made.go_on.wait(PATIENCE / 1000)

    monkeypatch.setattr(ExerciseRun, "jump", stage)
    yield made
    made.go_on.set()


def test_a_real_emergency_is_heard_in_the_middle_of_a_long_jump(directing: Directing, halt: Halt) -> None:
    paused(directing)
    orders = directing.panel.orders
    came: list[int] = []
    orders.jump(3_000_000, Passed.LIST, came.append)
    directing.until(halt.reached.is_set)
    told = directing.driver.do(lambda run: run.conduct.no_duff("A real accident", team="blue"))
    halt.go_on.set()
    told.result()
    directing.until(lambda: bool(came))
    assert 20_000 <= came[0] < 3_000_000
    assert directing.driver.snapshot.reading.t == came[0]
    assert directing.driver.snapshot.standing.no_duff is not None
    assert any("The jump was stopped at T+0:" in text for text in directing.notices())


def test_a_long_jump_can_be_stopped_and_stands_where_it_came_to(directing: Directing, halt: Halt) -> None:
    paused(directing)
    jobs: list[LongJob] = []
    directing.bench.background.long_started.connect(jobs.append)
    came: list[int] = []
    directing.panel.orders.jump(3_000_000, Passed.SKIP, came.append)
    directing.until(halt.reached.is_set)
    jobs[0].cancel()
    halt.go_on.set()
    directing.until(lambda: bool(came))
    assert came[0] == directing.driver.snapshot.reading.t < 3_000_000


def test_in_a_real_emergency_neither_steps_nor_jumps_nor_words_to_players_are_asked_for(directing: Directing) -> None:
    paused(directing)
    stands = directing.driver.snapshot.reading.t
    directing.conduct(lambda conduct: conduct.no_duff("A real accident", team="blue"))
    directing.controls.refresh()
    assert not directing.controls.jump.isEnabled()
    for key, held in ((Qt.Key.Key_F6, SHIFT), (Qt.Key.Key_J, CTRL | ALT), (Qt.Key.Key_F3, NONE)):
        heard = len(directing.notices())
        directing.key(key, held)
        assert "NO DUFF" in directing.notices()[heard]
    assert directing.panel.ask_shift() is None
    assert QApplication.activeModalWidget() is None
    assert directing.driver.snapshot.reading.t == stands


def test_a_wheel_turned_over_the_speed_leaves_it(directing: Directing) -> None:
    started(directing)
    speed = directing.controls.speed
    middle = QPointF(speed.rect().center())
    turned = QWheelEvent(
        middle, QPointF(speed.mapToGlobal(speed.rect().center())), QPoint(), QPoint(0, -120),
        Qt.MouseButton.NoButton, NONE, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(speed, turned)
    directing.until(lambda: directing.bench.background.idle)
    assert directing.driver.snapshot.reading.speed == 1.0


def test_a_time_after_the_end_is_told_as_it_was_read(directing: Directing) -> None:
    paused(directing)
    asked = directing.controls.ask_jump()
    assert asked is not None
    asked.text.setText("0:01:00")
    assert "00:01:00, T+10:01:00, is after the end" in asked.says.text()
    assert asked.text.property("wrong") == "true"
    asked.reject()
