"""A run that goes by itself in its own thread, and the seats that look at it and speak to it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from qroc_desktop.domain.ids import random_id
from qroc_desktop.errors import Refused
from qroc_desktop.exercise.events import Acted, NoDuff, Rated
from qroc_desktop.exercise.recording import Recording
from qroc_desktop.exercise.seating import CallsNoDuff, Plans, Rates, Seat, Wrote
from qroc_desktop.exercise.vocabulary import ClockState, Passed, Rating, RoleType
from qroc_desktop.services.exercise.driver import ExerciseDriver
from qroc_desktop.services.exercise.run import ExerciseRun
from qroc_desktop.services.exercise.runs import RECORD
from qroc_desktop.services.exercise.seat import LocalSeat, usual_seat
from qroc_desktop.services.system import system_clock
from tests.exercise.building import package


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    ExerciseRun.create(package(), tmp_path / "run", clock=system_clock)
    return tmp_path / "run"


def driver_of(folder: Path) -> ExerciseDriver:
    def opened() -> ExerciseRun:
        return ExerciseRun(folder, clock=system_clock, mono=time.monotonic_ns, ids=random_id, author="Officer")

    return ExerciseDriver(opened, tick_s=0.01)


@pytest.fixture
def driver(folder: Path) -> Iterator[ExerciseDriver]:
    made = driver_of(folder)
    yield made
    made.close()


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.005)


def seat(driver: ExerciseDriver, team: str) -> LocalSeat:
    return LocalSeat(driver, usual_seat(driver.scenario, team))


def start(driver: ExerciseDriver, speed: float = 64.0) -> None:
    driver.do(lambda run: run.conduct.set_speed(speed)).result()
    driver.do(lambda run: run.conduct.start()).result()


def test_it_goes_by_itself_and_tells_each_seat_what_its_team_sees(driver: ExerciseDriver) -> None:
    start(driver)
    blue = seat(driver, "blue")
    until(lambda: len(blue.shown().view.told) >= 1)
    assert blue.shown().view.team == "blue"
    assert blue.desk.workspace.entries(limit=5)
    assert b"RED" not in msgspec.json.encode(blue.shown()) + msgspec.json.encode(blue.info)


def test_a_command_that_does_not_fit_is_refused_and_stops_nothing(driver: ExerciseDriver) -> None:
    start(driver, 1.0)
    with pytest.raises(Refused, match="not defined"):
        driver.do(lambda run: run.conduct.fire("nothing")).result()
    before = driver.snapshot.reading.t
    until(lambda: driver.snapshot.reading.t > before)


def test_opening_what_cannot_be_opened_raises_at_once(tmp_path: Path) -> None:
    with pytest.raises(Refused):
        driver_of(tmp_path / "nothing")


def test_closed_it_carries_out_what_was_ordered_and_lets_the_files_go(folder: Path) -> None:
    driver = driver_of(folder)
    start(driver)
    driver.close()
    with pytest.raises(Refused, match="is closed"):
        driver.do(lambda run: run.conduct.pause()).result()
    again = driver_of(folder)
    assert again.snapshot.reading.state is ClockState.PAUSED
    again.close()


def test_no_duff_from_any_seat_stops_everybody_until_the_director_ends_it(driver: ExerciseDriver, folder: Path) -> None:
    start(driver)
    blue, red = seat(driver, "blue"), seat(driver, "red")
    blue.say(CallsNoDuff(id="1", by="Officer", text="A real accident in the yard"))
    assert driver.snapshot.reading.state is ClockState.PAUSED
    assert red.shown().view.no_duff == "A real accident in the yard"
    with pytest.raises(Refused, match="real emergency"):
        driver.do(lambda run: run.conduct.start()).result()
    driver.do(lambda run: run.conduct.emergency_over("Director")).result()
    assert red.shown().view.no_duff is None
    driver.do(lambda run: run.conduct.start()).result()
    with_record = Recording(folder / RECORD, read_only=True)
    called = [event for _, event in with_record.events() if isinstance(event, NoDuff)]
    with_record.close()
    assert [(event.team, event.by) for event in called] == [("blue", "Officer")]


def test_a_seat_does_what_its_role_may_and_nothing_else(driver: ExerciseDriver, folder: Path) -> None:
    start(driver, 1.0)
    blue = seat(driver, "blue")
    judge = LocalSeat(driver, Seat(team="white", role=RoleType.EVALUATOR))
    blue.say(Wrote(id="1", by="A", text="Ring of 10 km", action="ring"))
    judge.say(Rates(id="2", by="B", objective="contain", rating=Rating.PERFORMED, task="ring-in-time", note="Quick."))
    with pytest.raises(Refused, match="Only observers"):
        blue.say(Rates(id="3", objective="contain", note="We were good."))
    with pytest.raises(Refused, match="not of your team"):
        blue.say(Plans(id="4", entity="runner", intents=()))
    assert judge.shown().judgements["ring-in-time"].rating is Rating.PERFORMED
    assert blue.shown().judgements == {}
    assert judge.info.objectives
    assert not blue.info.objectives
    record = Recording(folder / RECORD, read_only=True)
    said = [type(event) for _, event in record.events() if isinstance(event, Acted | Rated)]
    record.close()
    assert said == [Acted, Rated]


def test_who_judges_is_served_notes_with_the_time_they_were_seen_and_a_stopwatch_for_each_measured_task(
    driver: ExerciseDriver,
) -> None:
    judge, blue = LocalSeat(driver, Seat(team="white", role=RoleType.EVALUATOR)), seat(driver, "blue")
    driver.do(lambda run: run.conduct.ready()).result()
    driver.do(lambda run: run.jump(200_000, Passed.FIRE)).result()
    assert judge.shown().measured["ring-in-time"].since == 60_000
    assert judge.shown().measured["ring-in-time"].done is None
    judge.say(Rates(id="1", by="B", objective="contain", note="They ask where he is.", at=90_000))
    blue.say(Wrote(id="2", by="A", text="Ring", action="ring"))
    with pytest.raises(Refused, match="still to come"):
        judge.say(Rates(id="3", objective="contain", note="I foresee.", at=260_001))
    with pytest.raises(Refused, match="still to come"):
        judge.say(Rates(id="4", objective="contain", note="I remember.", at=-1))
    shown = judge.shown()
    assert [(note.t, note.seen, note.note) for note in shown.notes] == [(200_000, 90_000, "They ask where he is.")]
    assert shown.measured["ring-in-time"].done == 200_000
    judge.say(Rates(id="5", objective="contain", note="From a clock that is ahead.", at=201_000))
    assert judge.shown().notes[-1].seen == 200_000
    assert set(judge.info.evaluators) == {entry.evaluator for entry in judge.info.objectives if entry.evaluator}
    assert (blue.shown().notes, blue.shown().measured, blue.info.evaluators) == ((), {}, {})


def test_a_rating_counts_from_when_it_was_seen_and_the_record_keeps_both(driver: ExerciseDriver) -> None:
    judge = LocalSeat(driver, Seat(team="white", role=RoleType.EVALUATOR))
    driver.do(lambda run: run.conduct.ready()).result()
    driver.do(lambda run: run.jump(200_000, Passed.FIRE)).result()
    judge.say(Rates(id="1", objective="contain", task="ring-in-time", rating=Rating.PERFORMED, at=150_000))
    judge.say(Rates(id="2", objective="contain", task="ring-in-time", rating=Rating.UNABLE, at=199_000))
    held = judge.shown().judgements["ring-in-time"]
    assert (held.rating, held.t) == (Rating.UNABLE, 199_000)
    assert [note.rating for note in judge.shown().notes] == [Rating.PERFORMED, Rating.UNABLE]
