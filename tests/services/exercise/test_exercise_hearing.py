"""What seats said is done once, wherever the process of the conductor is ended by kill -9."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from qroc_desktop.domain.ids import random_id
from qroc_desktop.domain.instant import Instant
from qroc_desktop.errors import Message, Refused
from qroc_desktop.exercise.events import Acted
from qroc_desktop.exercise.intake import Fate, Intake
from qroc_desktop.exercise.recording import Recording
from qroc_desktop.exercise.seating import Rates, Saying, Seat, Wrote, encoded
from qroc_desktop.exercise.vocabulary import RoleType
from qroc_desktop.services.exercise.run import ExerciseRun
from qroc_desktop.services.exercise.runs import RECORD
from tests.exercise.building import package
from tests.exercise.watch import Watch
from tests.services.exercise.exercise_host import BLUE
from tests.sync.children import KILLED, Child

SAID: list[Saying] = [
    Wrote(id="1", by="A", text="first"),
    Rates(id="2", by="A", objective="contain", note="not mine to rate"),
    Wrote(id="3", by="A", text="third"),
    Rates(id="4", by="A", objective="contain", note="again"),
    Wrote(id="5", by="A", text="fifth"),
]


def opened(folder: Path) -> ExerciseRun:
    watch = Watch()
    watch.wait(os.getpid() % 100)
    return ExerciseRun(folder, clock=watch.wall, mono=watch.mono, ids=random_id, author="Director")


def prepared(folder: Path) -> None:
    ExerciseRun.create(package(), folder, clock=Watch().wall)
    run = opened(folder)
    run.conduct.start()
    run.tick()
    run.close()
    intake = Intake(folder)
    for saying in SAID:
        intake.keep(BLUE, saying, encoded(saying), Instant(1))
    intake.close()


def results(folder: Path) -> tuple[list[str], list[Fate]]:
    record, intake = Recording(folder / RECORD, read_only=True), Intake(folder)
    acted = [event.text for _, event in record.events() if isinstance(event, Acted)]
    fates = [intake.receipt(number).fate for number in range(1, len(SAID) + 1)]
    record.close()
    intake.close()
    return acted, fates


EXPECTED = (["first", "third", "fifth"], [Fate.DONE, Fate.REFUSED, Fate.DONE, Fate.REFUSED, Fate.DONE])


def killed_at(folder: Path, statement: int) -> int:
    """Take in what was said in a process that ends before its so-many-th statement on record or intake."""

    def work() -> str:
        left = statement

        def watch(_: str) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

        run = opened(folder)
        run.conduct._recording._connection.set_trace_callback(watch)
        intake = Intake(folder)
        intake._connection.set_trace_callback(watch)
        run._hearing._intake = intake
        run._hearing._recover(intake)
        run.tick()
        run.close()
        return ""

    return Child(work).ended()[0]


@pytest.mark.slow
def test_killed_before_any_statement_nothing_is_lost_or_done_twice(tmp_path: Path) -> None:
    killed = code = 0
    for statement in range(1, 400):
        folder = tmp_path / f"run{statement}"
        prepared(folder)
        code = killed_at(folder, statement)
        again = opened(folder)
        again.tick()
        again.close()
        assert results(folder) == EXPECTED, statement
        if code != KILLED:
            break
        killed += 1
    assert killed > 20, "the way through was ended at every statement"
    assert code == 0


def test_what_is_said_before_the_start_is_done_at_the_start(tmp_path: Path) -> None:
    ExerciseRun.create(package(), tmp_path / "run", clock=Watch().wall)
    intake = Intake(tmp_path / "run")
    intake.keep(BLUE, SAID[0], encoded(SAID[0]), Instant(1))
    run = opened(tmp_path / "run")
    run.tick()
    assert intake.receipt(1).fate is Fate.KEPT
    run.conduct.start()
    run.tick()
    assert intake.receipt(1).fate is Fate.DONE
    run.conduct.stop()
    intake.keep(BLUE, SAID[2], encoded(SAID[2]), Instant(1))
    run.tick()
    assert intake.receipt(2).fate is Fate.REFUSED
    intake.close()
    run.close()


def test_what_is_said_twice_is_the_same_and_another_thing_of_that_id_is_refused(tmp_path: Path) -> None:
    prepared(tmp_path / "run")
    run = opened(tmp_path / "run")
    run.tick()
    intake = Intake(tmp_path / "run")
    again = intake.keep(BLUE, SAID[0], encoded(SAID[0]), Instant(2))
    assert (again.number, again.fate) == (1, Fate.DONE)
    refused = intake.keep(BLUE, SAID[1], encoded(SAID[1]), Instant(2))
    assert refused.fate is Fate.REFUSED
    assert refused.why.what == "Only observers and evaluators rate."
    with pytest.raises(Refused, match="something else"):
        intake.keep(BLUE, Wrote(id="1", text="another"), encoded(Wrote(id="1", text="another")), Instant(2))
    red = Seat(team="red", role=RoleType.RED)
    assert intake.keep(red, SAID[0], encoded(SAID[0]), Instant(2)).number == 6, "ids are each seat's own"
    run.tick()
    assert results(tmp_path / "run")[0] == ["first", "third", "fifth", "first"]
    intake.close()
    run.close()


@pytest.mark.expects_log("what a seat said could not be done")
def test_what_fails_inside_is_refused_and_the_exercise_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prepared(tmp_path / "run")
    run = opened(tmp_path / "run")
    monkeypatch.setattr(run.conduct, "act", lambda *_, **__: 1 // 0)
    run.tick()
    run.close()
    acted, fates = results(tmp_path / "run")
    assert acted == []
    assert fates == [Fate.REFUSED] * 5


def test_what_the_disk_refuses_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prepared(tmp_path / "run")
    run = opened(tmp_path / "run")

    def full(*_: object, **__: object) -> None:
        raise Refused(Message("The disk is full."), where=str(tmp_path / "run" / RECORD))

    with monkeypatch.context() as patched:
        patched.setattr(run.conduct, "act", full)
        with pytest.raises(Refused, match="disk is full"):
            run.tick()
    run.tick()
    run.close()
    assert results(tmp_path / "run") == EXPECTED
