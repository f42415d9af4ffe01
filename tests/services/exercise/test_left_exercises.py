"""A team's workspace of a run, opened by itself: its time is the exercise's and stands where it was left."""

from __future__ import annotations

from pathlib import Path

import pytest

from qroc_desktop.domain.ids import random_id
from qroc_desktop.domain.instant import Instant, parse, seconds
from qroc_desktop.domain.vocabulary import EntryKind, WorkspaceKind
from qroc_desktop.services.exercise.run import ExerciseRun
from qroc_desktop.services.system import system_clock
from qroc_desktop.services.workspaces import Workspaces
from tests.exercise.building import package
from tests.exercise.watch import Watch

T0 = parse("2027-03-15T14:00:00+01:00")
TODAY = Instant(T0 + seconds(300 * 86_400))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A run that was left a moment after the witness had called, at 150.5 s."""
    watch, made = Watch(), tmp_path / "run"
    ExerciseRun.create(package(), made, clock=watch.wall)
    run = ExerciseRun(made, clock=watch.wall, mono=watch.mono, ids=random_id, author="Officer")
    run.conduct.start()
    for _ in range(302):
        watch.wait(0.5)
        run.tick()
    run.close()
    return made


def workspaces() -> Workspaces:
    return Workspaces(author="Officer", clock=lambda: TODAY, ids=random_id)


@pytest.mark.parametrize("read_only", [False, True])
def test_it_stands_at_its_last_record_whatever_day_it_is(folder: Path, read_only: bool) -> None:
    desk = workspaces().open(folder / "blue.qroc", read_only=read_only)
    assert desk.left
    assert Instant(T0 + seconds(150)) < desk.clock() <= Instant(T0 + seconds(152))
    assert desk.now() == desk.clock()
    assert desk.clock() == desk.clock()
    assert not desk.clock_is_behind
    desk.close()


def test_what_is_written_there_is_of_that_time_and_the_run_takes_it_over(folder: Path) -> None:
    desk = workspaces().open(folder / "blue.qroc")
    left = desk.clock()
    entry, _ = desk.logbook.add(EntryKind.MESSAGE, "Afterthought")
    assert left <= desk.logbook.entries()[0].valid_from <= left + seconds(1)
    assert desk.clock() - left <= seconds(1)
    desk.close()
    watch = Watch()
    run = ExerciseRun(folder, clock=watch.wall, mono=watch.mono, ids=random_id, author="Officer")
    run.tick()
    assert run.conduct.world.has_said("blue", entry)
    run.close()


def test_an_ordinary_exercise_and_a_live_workspace_have_the_clock_of_the_machine(tmp_path: Path) -> None:
    for kind in WorkspaceKind:
        path = tmp_path / f"{kind}.qroc"
        workspaces().create(path, centre="Maastricht", country="NL", kind=kind).close()
        desk = workspaces().open(path)
        assert not desk.left
        assert desk.clock() == TODAY
        desk.close()


def test_a_desk_in_the_run_itself_is_not_left(folder: Path) -> None:
    run = ExerciseRun(folder, clock=system_clock, mono=Watch().mono, ids=random_id, author="Officer")
    assert not any(desk.left for desk in run.desks.values())
    run.close()
