"""The observer's panel from the keyboard alone: ratings, notes with their instant, what could not be recorded."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from qroc_desktop.errors import Message, Refused
from qroc_desktop.exercise.events import Rated
from qroc_desktop.exercise.seating import Saying
from qroc_desktop.exercise.vocabulary import Passed, Rating
from qroc_desktop.ui.exercise.observing.panel import ObserverPanel
from qroc_desktop.ui.panels.blocks import BLOCKS_ROLE, Blocks
from tests.ui.desk_window import ShownWindow
from tests.ui.exercise.played import OtherSeat, Played, docked, gone

T0_CLOCK = "14:02:"
"""The exercise stands at two minutes past its beginning at 14:00 local time."""


def panel_of(played: Played, whites: ShownWindow, seat: object = None) -> ObserverPanel:
    panel = ObserverPanel(whites.window.bench, seat or played.judge())  # type: ignore[arg-type]
    docked(whites, panel)
    panel.tasks.setFocus()
    return panel


@pytest.fixture
def panel(played: Played, whites: ShownWindow) -> Iterator[ObserverPanel]:
    # As slowly as a clock goes: times are compared to ten seconds, and some machines take long to look.
    played.start(speed=0.1)
    made = panel_of(played, whites)
    yield made
    gone(made)


def notes(panel: ObserverPanel) -> list[Blocks]:
    model = panel.notes.model_
    return [model.index(row, 0).data(BLOCKS_ROLE) for row in range(model.rowCount())]


def cell(panel: ObserverPanel, row: int, column: int) -> str:
    return str(panel.tasks.rows.index(row, column).data())


def press(whites: ShownWindow, panel: ObserverPanel, *keys: Qt.Key) -> None:
    for key in keys:
        whites.key(key, into=panel.tasks)
    whites.settled()


def test_objectives_and_tasks_with_criterion_target_and_measured_time(
    panel: ObserverPanel, whites: ShownWindow, played: Played
) -> None:
    assert [row.text for row in panel.tasks.rows.rows] == [
        "1  Contain him: soon", "A ring within five minutes", "Reasons stand in the log",
        "2  Tell the public", "Warned in time",
    ]  # fmt: skip
    assert [cell(panel, 1, 2), cell(panel, 2, 3)] == ["5:00 min", "by you"]
    # The alert came at 60 s, and it is 120 s and a bit.
    assert cell(panel, 1, 3).startswith("runs: 1:0")
    played.jump(400)
    whites.until(lambda: cell(panel, 1, 3).startswith("runs: 5:4"))
    assert panel.tasks.rows.rows[1].colour == "danger"
    played.driver.do(lambda run: run.conduct.act("blue", action="ring")).result()
    whites.until(lambda: cell(panel, 1, 3).startswith("5:4"))


def test_a_letter_rates_and_a_later_one_takes_its_place_while_both_are_kept(
    panel: ObserverPanel, whites: ShownWindow, played: Played
) -> None:
    press(whites, panel, Qt.Key.Key_Down, Qt.Key.Key_S)
    assert cell(panel, 1, 0) == "S"
    press(whites, panel, Qt.Key.Key_U)
    press(whites, panel, Qt.Key.Key_Down, Qt.Key.Key_P)
    rated = played.events(Rated)
    assert [(one.task, one.rating, one.by) for one in rated] == [
        ("ring-in-time", Rating.SOME_CHALLENGES, "Officer"),
        ("ring-in-time", Rating.UNABLE, "Officer"),
        ("reasons", Rating.PERFORMED, "Officer"),
    ]
    assert [cell(panel, 1, 0), cell(panel, 2, 0)] == ["U", "P"]
    assert [note.text for note in notes(panel)] == [
        "P  Performed without challenges", "U  Unable to be performed", "S  Performed with some challenges",
    ]  # fmt: skip
    assert whites.notices() == []


def test_an_objective_has_no_rating_of_its_own(panel: ObserverPanel, whites: ShownWindow, played: Played) -> None:
    press(whites, panel, Qt.Key.Key_P)
    assert whites.notices() == ["A rating is of a task: choose one under the objective."]
    assert played.events(Rated) == []


def test_a_note_has_the_time_of_the_key_and_not_of_the_last_word(
    panel: ObserverPanel, whites: ShownWindow, played: Played
) -> None:
    press(whites, panel, Qt.Key.Key_Down, Qt.Key.Key_N)
    assert panel.note.hasFocus()
    assert panel.about.text().startswith(T0_CLOCK)
    pressed = panel.about.text().partition(" ")[0]
    played.jump(300)
    # Letters are letters here.
    whites.keys("PSMU: desk tells Alfa", panel.note)
    whites.key(Qt.Key.Key_Return, into=panel.note)
    whites.settled()
    (rated,) = played.events(Rated)
    assert (rated.task, rated.rating, rated.note) == ("ring-in-time", None, "PSMU: desk tells Alfa")
    assert 120_000 <= rated.at < 180_000 < 300_000 <= rated.t
    (note,) = notes(panel)
    assert note.head == f"{pressed} · 1 A ring within five minutes"
    assert note.foot.startswith("written at 14:05:0")
    assert panel.tasks.hasFocus()


def test_escape_gives_a_note_up(panel: ObserverPanel, whites: ShownWindow, played: Played) -> None:
    press(whites, panel, Qt.Key.Key_N)
    whites.keys("nothing", panel.note)
    whites.key(Qt.Key.Key_Escape, into=panel.note)
    assert panel.tasks.hasFocus()
    assert panel.note.text() == ""
    press(whites, panel, Qt.Key.Key_N)
    whites.key(Qt.Key.Key_Return, into=panel.note)
    whites.settled()
    assert played.events(Rated) == []


def test_one_evaluators_objectives_alone(panel: ObserverPanel, whites: ShownWindow) -> None:
    assert [panel.evaluator.itemText(n) for n in range(3)] == ["All objectives", "The judge", "The other judge"]
    panel.evaluator.setFocus()
    whites.key(Qt.Key.Key_Down, into=panel.evaluator)
    whites.key(Qt.Key.Key_Down, into=panel.evaluator)
    panel.evaluator.activated.emit(panel.evaluator.currentIndex())
    assert [row.text for row in panel.tasks.rows.rows] == ["2  Tell the public", "Warned in time"]
    press(whites, panel, Qt.Key.Key_Down, Qt.Key.Key_M)
    assert [note.text for note in notes(panel)] == ["M  Performed with major challenges"]
    panel.evaluator.setCurrentIndex(1)
    panel.evaluator.activated.emit(1)
    assert notes(panel) == []


def test_own_notes_alone_or_everybodys(panel: ObserverPanel, whites: ShownWindow, played: Played) -> None:
    played.driver.do(lambda run: run.conduct.rate("tell", "", None, "Somebody else's.", by="Other", at=60_000)).result()
    press(whites, panel, Qt.Key.Key_N)
    whites.keys("Mine.", panel.note)
    whites.key(Qt.Key.Key_Return, into=panel.note)
    whites.settled()
    assert [note.text for note in notes(panel)] == ["Mine."]
    QTest.mouseClick(panel.own, Qt.MouseButton.LeftButton, pos=panel.own.rect().center() / 4)
    assert [note.text for note in notes(panel)] == ["Mine.", "Somebody else's."]
    assert notes(panel)[1].foot.startswith("Other")


def test_after_the_end_too(panel: ObserverPanel, whites: ShownWindow, played: Played) -> None:
    def end(run: object) -> None:
        run.conduct.pause()  # type: ignore[attr-defined]
        run.jump(3_600_000, Passed.FIRE)  # type: ignore[attr-defined]

    played.driver.do(end).result()
    press(whites, panel, Qt.Key.Key_Down, Qt.Key.Key_M, Qt.Key.Key_N)
    whites.keys("In the hot wash.", panel.note)
    whites.key(Qt.Key.Key_Return, into=panel.note)
    whites.settled()
    assert [(one.rating, one.note, one.t) for one in played.events(Rated)] == [
        (Rating.MAJOR_CHALLENGES, "", 3_600_000),
        (None, "In the hot wash.", 3_600_000),
    ]


def test_what_could_not_be_recorded_stays_and_goes_with_enter(played: Played, whites: ShownWindow) -> None:
    played.start()
    seat, works = played.judge(), [False]

    def say(saying: Saying) -> None:
        if not works[0]:
            raise Refused(Message("Nobody answers."))
        seat.say(saying)

    panel = panel_of(played, whites, OtherSeat(seat, say))
    press(whites, panel, Qt.Key.Key_Down, Qt.Key.Key_P, Qt.Key.Key_N)
    whites.keys("Seen.", panel.note)
    whites.key(Qt.Key.Key_Return, into=panel.note)
    whites.settled()
    assert len(whites.notices()) == 2
    assert [(note.text, note.foot) for note in notes(panel)] == [
        ("Seen.", "Not recorded. Enter tries again."),
        ("P", "Not recorded. Enter tries again."),
    ]
    assert cell(panel, 1, 0) == "·", "nothing is shown as recorded that is not"
    works[0] = True
    panel.notes.setFocus()
    for _ in range(2):
        panel.notes.setCurrentIndex(panel.notes.model_.index(0, 0))
        whites.key(Qt.Key.Key_Return, into=panel.notes)
        whites.settled()
    assert [(one.note, one.rating) for one in played.events(Rated)] == [("Seen.", None), ("", Rating.PERFORMED)]
    assert cell(panel, 1, 0) == "P"
    gone(panel)


def test_what_is_kept_on_the_way_is_shown_until_the_record_has_it(played: Played, whites: ShownWindow) -> None:
    """As at a seat that has lost its network: what was said comes later."""
    played.start()
    seat, kept = played.judge(), list[Saying]()
    panel = panel_of(played, whites, OtherSeat(seat, kept.append))
    press(whites, panel, Qt.Key.Key_Down, Qt.Key.Key_P, Qt.Key.Key_N)
    whites.keys("Seen.", panel.note)
    whites.key(Qt.Key.Key_Return, into=panel.note)
    whites.settled()
    assert [(note.text, note.foot) for note in notes(panel)] == [
        ("Seen.", "on its way to the record"), ("P", "on its way to the record"),
    ]  # fmt: skip
    assert cell(panel, 1, 0) == "P …"
    for saying in kept:
        seat.say(saying)
    whites.until(lambda: cell(panel, 1, 0) == "P")
    assert sorted(note.foot for note in notes(panel)) == ["", ""]
    gone(panel)
