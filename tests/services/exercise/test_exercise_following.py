"""The record as the node follows it, beside the one that conducts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from qroc_desktop.domain.ids import random_id
from qroc_desktop.exercise.frames import Assembler
from qroc_desktop.exercise.intake import Intake
from qroc_desktop.exercise.seating import Seat, Served
from qroc_desktop.exercise.vocabulary import ClockState, Passed
from qroc_desktop.services.exercise.joining.following import SILENT_S, Following, Published
from qroc_desktop.services.exercise.joining.hearing import BEAT
from qroc_desktop.services.exercise.run import ExerciseRun
from tests.exercise.building import package
from tests.exercise.watch import Watch
from tests.services.exercise.exercise_host import BLUE, JUDGE, RED_SEAT


class Beside:
    """A run, and somebody who follows it with a clock of the test's own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.watch, self.now = folder, Watch(), 100.0
        ExerciseRun.create(package(), folder, clock=self.watch.wall)
        Intake(folder).close()
        self.run = ExerciseRun(folder, clock=self.watch.wall, mono=self.watch.mono, ids=random_id, author="Director")
        self.following = Following(folder, lambda: self.now)

    def tick(self, seconds: float = 0.0) -> None:
        self.watch.wait(seconds)
        self.run.tick()

    def look(self) -> dict[Seat, Published]:
        self.following.look()
        return self.following.served({BLUE, RED_SEAT, JUDGE})

    def close(self) -> None:
        self.following.close()
        self.run.close()


@pytest.fixture
def beside(tmp_path: Path) -> Iterator[Beside]:
    made = Beside(tmp_path / "run")
    made.run.conduct.start()
    made.tick()
    yield made
    made.close()


def opened(published: Published) -> Served:
    return Assembler().take(published.after(None))


def test_it_serves_what_the_conductor_shows_and_no_instant_before_it_is_shown(beside: Beside) -> None:
    for _ in range(5):
        beside.tick(41)
        assert opened(beside.look()[BLUE]).view == beside.run.conduct.view("blue")
    beside.watch.wait(1000)
    beside.run.conduct.act("red", entry="r0")  # recorded at an instant that no clock has shown yet
    before = opened(beside.look()[BLUE]).view.t
    assert before == 205_000
    beside.tick()
    assert opened(beside.look()[BLUE]).view == beside.run.conduct.view("blue")
    beside.run.conduct.pause()
    beside.run.jump(3_000_000, Passed.FIRE)
    beside.tick()
    assert opened(beside.look()[RED_SEAT]).view == beside.run.conduct.view("red")


def test_what_others_do_while_time_stands_changes_nothing_for_blue(beside: Beside) -> None:
    beside.tick(50)
    beside.look()
    beside.tick(50)
    beside.run.conduct.pause()
    beside.tick()
    before = beside.look()
    again = beside.look()
    assert all(again[seat] is before[seat] for seat in before)
    beside.run.conduct.act("red", text="decision: on to Schaan", entry="r1")
    beside.run.conduct.rate("contain", "", None, "Slow.")
    beside.run.conduct.hold("call")
    beside.tick()
    after = beside.look()
    assert after[BLUE] is before[BLUE], "not even a number that tells how much has happened"
    assert after[RED_SEAT].number == before[RED_SEAT].number + 1
    assert opened(after[JUDGE]).notes[-1].note == "Slow."
    beside.run.conduct.act("blue", text="decision: Ring", entry="b1")
    beside.tick()
    assert beside.look()[BLUE].number == before[BLUE].number + 1


def test_where_nobody_gives_a_sign_of_life_time_stands_for_everybody(beside: Beside) -> None:
    beside.tick(10)
    beside.look()
    beside.tick(10)
    served = beside.look()[BLUE]
    assert (served.conducted, opened(served).reading.state) == (True, ClockState.STARTED)
    beside.now += SILENT_S + 0.1
    served = beside.look()[BLUE]
    assert (served.conducted, opened(served).reading.state) == (False, ClockState.PAUSED)
    assert opened(served).view.t == 20_000
    (beside.folder / BEAT).touch()
    assert beside.look()[BLUE].conducted
    beside.now += SILENT_S + 0.1
    assert not beside.look()[BLUE].conducted


def test_frames_lead_from_whatever_somebody_has_to_the_newest(beside: Beside) -> None:
    assemblers = [Assembler() for _ in range(3)]
    last: list[Published | None] = [None, None, None]
    for step in range(12):
        beside.tick(70)
        now = beside.look()[BLUE]
        for at, assembler in enumerate(assemblers):
            if step % (at + 1) == 0:
                assert assembler.take(now.after(last[at])).view == beside.run.conduct.view("blue")
                last[at] = now
    assert len(beside.look()[BLUE].after(last[0])) < len(beside.look()[BLUE].after(None))
