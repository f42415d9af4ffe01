"""The event list by mouse and keyboard, on a run that goes by itself."""

from __future__ import annotations

from typing import TypeVar

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QLabel

from qroc_desktop.exercise.events import Acted, Fired, Improvised
from qroc_desktop.exercise.vocabulary import Channel, InjectState, Passed
from qroc_desktop.ui.actions import ACTIONS, Need
from qroc_desktop.ui.exercise.director.armed import TOO_SOON_S, ArmedButton
from qroc_desktop.ui.exercise.director.commands import IDS, bindings
from qroc_desktop.ui.exercise.director.event_model import COLUMNS
from qroc_desktop.ui.exercise.director.improvise_dialog import ImproviseDialog
from qroc_desktop.ui.exercise.director.time_dialogs import ReleaseDialog, ShiftDialog
from tests.ui.exercise.conftest import Directing

E = TypeVar("E")
LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier
CTRL, ALT, SHIFT = (
    Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier,
)  # fmt: skip


def click_row(directing: Directing, inject: str, modifier: Qt.KeyboardModifier = NONE) -> None:
    table, model = directing.panel.events.table, directing.panel.events.model
    index = model.index(model.place(inject), COLUMNS.index("title"))
    table.scrollTo(index)
    QTest.mouseClick(table.viewport(), LEFT, modifier, table.visualRect(index).center())


def press(directing: Directing, name: str) -> None:
    QTest.mouseClick(directing.panel.events.actions_row.buttons[name], LEFT)


def cell(directing: Directing, inject: str, column: str) -> str:
    model = directing.panel.events.model
    return str(model.index(model.place(inject), COLUMNS.index(column)).data())


def events(directing: Directing, kind: type[E]) -> list[E]:
    recorded = directing.driver.do(lambda run: run.conduct.events()).result()
    return [event for event in recorded if isinstance(event, kind)]


class Reading:
    """The clock by which a button tells the second half of a double click from an answer: it goes as the test says,
    however long the machine takes from one press to the next."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at

    def takes_its_time(self) -> None:
        """Somebody reads what the button asks."""
        self.at += 2 * TOO_SOON_S


@pytest.fixture
def reading(monkeypatch: pytest.MonkeyPatch) -> Reading:
    made = Reading()
    monkeypatch.setattr("qroc_desktop.ui.exercise.director.armed.monotonic", made)
    return made


def confirm(button: ArmedButton, reading: Reading) -> None:
    """As somebody does who reads what the button asks."""
    QTest.mouseClick(button, LEFT)
    assert button.armed
    reading.takes_its_time()
    QTest.mouseClick(button, LEFT)


def test_the_list_says_where_each_inject_stands(running: Directing) -> None:
    shown = [row.id for row in running.panel.events.model.shown]
    assert shown[:2] == ["alert", "call"]
    assert cell(running, "alert", "state") == "executed"
    assert cell(running, "alert", "when") == "T+0:01:00"
    assert cell(running, "alert", "clock") == "14:01:00"
    assert cell(running, "alert", "answers") == "0/1"
    assert cell(running, "call", "countdown") == "−1:20"
    assert cell(running, "switch", "when") == "on a condition"
    assert cell(running, "camera", "when") == "after " + "switch"
    assert running.panel.events.model.next == "call"


def test_inject_now_is_asked_for_twice_and_a_double_click_is_no_answer(running: Directing, reading: Reading) -> None:
    click_row(running, "spare")
    button = running.panel.events.actions_row.fire
    answered = QSignalSpy(button.confirmed)
    QTest.mouseClick(button, LEFT)
    QTest.mouseClick(button, LEFT)
    assert button.armed
    assert answered.count() == 0
    assert running.state("spare") is InjectState.ON_HOLD
    reading.takes_its_time()
    QTest.mouseClick(button, LEFT)
    assert answered.count() == 1
    running.until(lambda: running.state("spare") is InjectState.EXECUTED)
    assert [event.by for event in events(running, Fired) if event.inject == "spare"] == ["Director"]


def test_the_second_half_of_a_double_click_is_no_answer_however_late_it_is_heard(
    running: Directing, reading: Reading
) -> None:
    click_row(running, "spare")
    button = running.panel.events.actions_row.fire
    answered = QSignalSpy(button.confirmed)
    button.clicked.connect(reading.takes_its_time)  # so long the window takes to show that it asks
    QTest.mouseDClick(running.window.windowHandle(), LEFT, NONE, button.mapTo(running.window, button.rect().center()))
    assert button.armed
    assert answered.count() == 0
    QTest.mouseClick(button, LEFT)
    assert answered.count() == 1


def test_it_asks_no_more_once_another_one_is_chosen(running: Directing) -> None:
    click_row(running, "spare")
    QTest.mouseClick(running.panel.events.actions_row.fire, LEFT)
    click_row(running, "call")
    assert not running.panel.events.actions_row.fire.armed


def test_by_keyboard_the_next_one_is_chosen_and_injected(running: Directing, reading: Reading) -> None:
    running.key(Qt.Key.Key_F3, SHIFT)
    assert [row.id for row in running.panel.events.selected()] == ["call"]
    running.key(Qt.Key.Key_F3, CTRL)
    assert running.panel.events.actions_row.fire.armed
    reading.takes_its_time()
    running.key(Qt.Key.Key_F3, CTRL)
    running.until(lambda: running.state("call") is InjectState.EXECUTED)


def test_several_are_held_skipped_and_released_at_once(running: Directing) -> None:
    click_row(running, "call")
    click_row(running, "switch", CTRL)
    press(running, "hold")
    running.until(lambda: running.state("call") is running.state("switch") is InjectState.ON_HOLD)
    running.settled()
    assert {row.id for row in running.panel.events.selected()} == {"call", "switch"}
    press(running, "skip")
    running.until(lambda: running.state("call") is running.state("switch") is InjectState.CANCELLED)
    running.settled()
    press(running, "release")
    running.until(lambda: running.state("call") is running.state("switch") is InjectState.SCHEDULED)
    running.settled()
    assert cell(running, "call", "countdown") == "−1:20"


def test_a_command_goes_to_those_it_can_be_done_with_and_says_so_where_it_is_none(running: Directing) -> None:
    buttons = running.panel.events.actions_row.buttons
    assert not buttons["hold"].isEnabled()
    assert "Choose an inject first" in buttons["hold"].toolTip()
    running.key(Qt.Key.Key_H, CTRL, ALT, SHIFT)
    assert running.notices()[-1] == "Choose an inject first."
    click_row(running, "alert")
    assert not buttons["fire"].isEnabled()
    assert "No chosen inject" in buttons["fire"].toolTip()
    click_row(running, "call", CTRL)
    press(running, "hold")
    running.until(lambda: running.state("call") is InjectState.ON_HOLD)
    assert running.state("alert") is InjectState.EXECUTED


def test_before_the_beginning_injects_are_held_but_not_told(directing: Directing) -> None:
    buttons = directing.panel.events.actions_row.buttons
    click_row(directing, "alert")
    assert not buttons["fire"].isEnabled()
    assert "Start it first" in buttons["fire"].toolTip()
    press(directing, "hold")
    directing.until(lambda: directing.state("alert") is InjectState.ON_HOLD)
    directing.conduct(lambda conduct: conduct.start())
    directing.conduct(lambda conduct: conduct.pause())
    directing.driver.do(lambda run: run.jump(70_000, Passed.FIRE)).result()
    assert directing.state("alert") is InjectState.ON_HOLD


def test_while_a_real_emergency_stands_and_after_the_end_nothing_is_told(running: Directing) -> None:
    buttons = running.panel.events.actions_row.buttons
    click_row(running, "call")
    running.conduct(lambda conduct: conduct.no_duff("A real accident"))
    running.settled()
    assert not buttons["fire"].isEnabled()
    assert "NO DUFF" in buttons["fire"].toolTip()
    assert buttons["hold"].isEnabled()
    running.key(Qt.Key.Key_F3, CTRL)
    assert "NO DUFF" in running.notices()[-1]
    running.conduct(lambda conduct: conduct.emergency_over())
    running.conduct(lambda conduct: conduct.stop())
    running.settled()
    assert not any(button.isEnabled() for button in buttons.values())
    assert "has ended" in buttons["hold"].toolTip()
    assert running.state("call") is InjectState.SCHEDULED


def test_released_for_another_time_by_keyboard(running: Directing) -> None:
    click_row(running, "spare")
    running.key(Qt.Key.Key_T, CTRL, ALT, SHIFT)
    asked = running.dialog(ReleaseDialog)
    running.keys("T+0:00:30")
    assert not asked.go.isEnabled(), "this time has passed"
    asked.field.clear()
    running.keys("+2")
    running.key(Qt.Key.Key_Return)
    running.until(lambda: running.state("spare") is InjectState.SCHEDULED)
    assert running.driver.snapshot.standing.injects["spare"].due == pytest.approx(190_000, abs=5_000)


def test_in_full_it_shows_what_is_for_the_staff_and_records_what_was_done(
    running: Directing, reading: Reading
) -> None:
    click_row(running, "alert")
    detail = running.panel.events.detail
    said = " ".join(label.text() for label in detail.findChildren(QLabel))
    assert "REDCONTROL" in said
    assert "A man has fled from the bank." in said
    line = detail.lines[0]
    assert line.stands.text() == "4:50 left"
    confirm(line.button, reading)
    running.until(lambda: bool(events(running, Acted)))
    running.settled()
    running.until(lambda: cell(running, "alert", "answers") == "1/1")
    assert [(event.team, event.action, event.by) for event in events(running, Acted)] == [("blue", "ring", "Director")]
    assert "done" in running.panel.events.detail.lines[0].stands.text()


def test_filters_leave_out_and_show_all_brings_back(running: Directing) -> None:
    events_filter, model = running.panel.filter, running.panel.events.model
    QTest.keyClicks(events_filter.search, "witness")
    running.until(lambda: [row.id for row in model.shown] == ["call"])
    assert events_filter.count.text() == "1 of 5"
    QTest.mouseClick(events_filter.reset, LEFT)
    running.until(lambda: len(model.shown) == 5)
    events_filter.teams._menu.actions()[1].trigger()
    running.until(lambda: [row.id for row in model.shown] == ["switch"])
    events_filter.clear()
    events_filter.states._menu.actions()[2].trigger()
    running.until(lambda: {row.id for row in model.shown} == {"camera", "spare"})


def test_sorted_anew_the_chosen_rows_stay_chosen(running: Directing) -> None:
    click_row(running, "call")
    click_row(running, "spare", CTRL)
    header = running.panel.events.table.horizontalHeader()
    section = COLUMNS.index("title")
    for _ in range(2):
        where = QPoint(header.sectionViewportPosition(section) + 10, header.height() // 2)
        QTest.mouseClick(header.viewport(), LEFT, NONE, where)
        assert {row.id for row in running.panel.events.selected()} == {"call", "spare"}
    titles = [row.title for row in running.panel.events.model.shown]
    assert titles == sorted(titles, key=str.casefold, reverse=True)


def test_improvised_in_two_keys_and_the_text(running: Directing) -> None:
    text, pressed = "A second car is seen at the border", 0
    running.key(Qt.Key.Key_F3)
    pressed += 1
    running.dialog(ImproviseDialog)
    running.keys(text)
    pressed += len(text)
    running.key(Qt.Key.Key_Return)
    pressed += 1
    running.until(lambda: bool(running.driver.snapshot.standing.improvised))
    # Two keys beside the text: at three keys a second, which is slow, the whole takes 12 of the 15 seconds.
    assert pressed == len(text) + 2
    assert pressed / 3 < 15
    made = running.driver.snapshot.standing.improvised["improvised-1"]
    assert made.body == {"en": "EXERCISE. A second car is seen at the border EXERCISE."}
    assert (made.to.teams, made.channel, made.title) == (("blue",), Channel.PHONE, {"en": text})
    assert running.state("improvised-1") is InjectState.EXECUTED
    assert [event.by for event in events(running, Improvised)] == ["Director"]
    blue = running.driver.snapshot.views["blue"]
    assert "A second car" in blue.told[-1].body["en"]
    assert "A second car" not in str(running.driver.snapshot.views["red"])
    running.settled()
    assert cell(running, "improvised-1", "number") == "+1"


def test_improvised_for_red_in_five_minutes_at_a_place_by_keyboard(running: Directing) -> None:
    running.key(Qt.Key.Key_F3)
    asked = running.dialog(ImproviseDialog)
    running.keys("Your petrol runs out")
    for letter in (Qt.Key.Key_1, Qt.Key.Key_2):
        running.key(letter, ALT)
    running.until(lambda: not asked.teams["blue"].isChecked() and asked.teams["red"].isChecked())
    running.key(Qt.Key.Key_C, ALT)
    running.keys("Radio")
    running.key(Qt.Key.Key_I, ALT)
    running.keys("5")
    running.key(Qt.Key.Key_P, ALT)
    running.keys("47.1, 9.5, 8")
    assert not asked.go.isEnabled(), "this is no coordinate"
    asked.place.selectAll()
    running.keys("47.1, 9.5")
    assert asked.go.text() == "Schedule"
    running.key(Qt.Key.Key_Return)
    running.until(lambda: bool(running.driver.snapshot.standing.improvised))
    made = running.driver.snapshot.standing.improvised["improvised-1"]
    assert (made.to.teams, made.channel, made.place) == (("red",), Channel.RADIO, (9.5, 47.1))
    assert running.driver.snapshot.standing.injects["improvised-1"].due == pytest.approx(370_000, abs=2_000)


def test_what_was_typed_is_not_lost_by_a_refusal(running: Directing) -> None:
    running.key(Qt.Key.Key_F3)
    asked = running.dialog(ImproviseDialog)
    running.keys("Too late")
    running.conduct(lambda conduct: conduct.stop())
    running.key(Qt.Key.Key_Return)
    running.until(lambda: any("not under way" in text for text in running.notices()))
    assert asked.isVisible()
    assert asked.text.toPlainText() == "Too late"
    asked.reject()
    assert running.panel.improvise() is None, "nobody types what cannot be told any more"
    assert "has ended" in running.notices()[-1]


def test_the_whole_exercise_is_shifted_by_keyboard(running: Directing) -> None:
    running.key(Qt.Key.Key_S, CTRL, ALT, SHIFT)
    asked = running.dialog(ShiftDialog)
    running.keys("-5")
    assert "at once" in asked.says.text()
    asked.minutes.selectAll()
    running.keys("10")
    running.key(Qt.Key.Key_Return)
    running.until(lambda: running.driver.snapshot.standing.injects["call"].due == 750_500)


def test_every_action_of_the_director_is_in_the_table_and_bound(directing: Directing) -> None:
    does = bindings(directing.controls, directing.panel)
    assert tuple(does) == IDS
    of_the_director = {spec.id for spec in ACTIONS if spec.need is Need.DIRECTOR}
    assert set(IDS) <= of_the_director


def test_room_for_it_on_a_small_screen(directing: Directing, qapp: QApplication) -> None:
    directing.window.resize(1000, 330)
    qapp.processEvents()
    assert directing.panel.minimumSizeHint().width() <= 1000
    assert directing.panel.minimumSizeHint().height() <= 230
    assert directing.controls.minimumSizeHint().width() <= 1000
    directing.settled()
