"""A fork of a run with desks: at the instant where it branches off, every team sees in it what it saw."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from qroc_desktop.domain.aspects import AspectValue, Nature, Situation, Wording
from qroc_desktop.domain.ids import random_id
from qroc_desktop.domain.instant import Instant, parse, seconds
from qroc_desktop.domain.query import ItemQuery, Moment
from qroc_desktop.domain.shape import point
from qroc_desktop.domain.vocabulary import Aspect, EntryKind, ItemType
from qroc_desktop.errors import Refused
from qroc_desktop.exercise.library import read
from qroc_desktop.exercise.recording import Recording
from qroc_desktop.exercise.view import encoded, view_of
from qroc_desktop.exercise.vocabulary import ClockState, Passed
from qroc_desktop.services.exercise.fork import Fork
from qroc_desktop.services.exercise.review.after_action import after_action
from qroc_desktop.services.exercise.review.words import said_kind
from qroc_desktop.services.exercise.run import ExerciseRun
from qroc_desktop.services.exercise.runs import RECORD, Exercises
from qroc_desktop.services.progress import Cancelled, Task
from qroc_desktop.store import Workspace
from tests.exercise.building import VADUZ, package
from tests.exercise.hunt import FOLDER as HUNT
from tests.exercise.watch import Watch

TEAMS = ("blue", "red", "white")
T0 = parse("2027-03-15T14:00:00+01:00")
AT = 300_000


class Course:
    """A run in which blue works: a sector and a decision at 240 s, both corrected at 420 s; played to 600 s."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.watch = Watch()
        ExerciseRun.create(package(), folder / "run", clock=self.watch.wall)
        self.run = self.opened(folder / "run")
        self.run.conduct.start()
        self.to(240)
        blue = self.run.desks["blue"]
        plan = folder / "plan.pdf"
        plan.write_bytes(b"%PDF-1.4 a plan")
        self.item = blue.items.create(_sector("Sector 1"))[0]
        self._attach(plan)
        blue.logbook.add(EntryKind.DECISION, "Close the bridge")
        self.to(420)
        seen = blue.picture.item(self.item)
        assert seen is not None
        blue.items.edit(seen, {Aspect.WORDING: Wording(title="Sector 1, searched")})
        blue.logbook.add(EntryKind.DECISION, "Open the bridge")
        self.to(600)

    def opened(self, folder: Path) -> ExerciseRun:
        return ExerciseRun(folder, clock=self.watch.wall, mono=self.watch.mono, ids=random_id, author="Officer")

    def to(self, t: float) -> None:
        while (left := t - self.run.conduct.clock.t / 1000) > 0:
            self.watch.wait(min(10.0, left))
            self.run.tick()

    def _attach(self, path: Path) -> None:
        blue = self.run.desks["blue"]
        seen = blue.picture.item(self.item)
        assert seen is not None
        blue.attachments.attach(seen, [path])


def _sector(title: str) -> dict[Aspect, AspectValue]:
    return {
        Aspect.NATURE: Nature(type=ItemType.NOTE),
        Aspect.SITUATION: Situation(),
        Aspect.WORDING: Wording(title=title),
        Aspect.SHAPE: point(*VADUZ),
    }


@pytest.fixture
def course(tmp_path: Path) -> Iterator[Course]:
    made = Course(tmp_path)
    yield made
    made.run.close()


def picture(workspace: Workspace, moment: Moment | None = None) -> dict[str, Any]:
    return {item.id: dict(item.aspects) for item in workspace.items(ItemQuery(), moment)}


def entries(workspace: Workspace) -> set[tuple[str, str, str]]:
    return {(entry.id, entry.author, entry.entry.text) for entry in workspace.entries(limit=1000)}


def test_every_team_has_the_picture_that_it_had(course: Course) -> None:
    made = Fork(course.run, course.folder / "fork", AT).complete()
    then = Instant(T0 + seconds(AT / 1000))
    for team in TEAMS:
        old = course.run.desks[team].workspace
        path = made / old.path.name
        with Workspace.open(path, clock=lambda: then, ids=random_id) as new:
            assert picture(new) == picture(old, Moment(valid=then, known=then)), team
            assert new.check().sound
            if team == "blue":
                assert {text for _, _, text in entries(new)} == {"A man has fled from the bank.", "I saw him.",
                                                                 "Close the bridge"}  # fmt: skip
                assert entries(new) <= entries(old)
                assert picture(new)[course.item][Aspect.WORDING] == Wording(title="Sector 1")
                file = picture(new)[course.item][Aspect.ATTACHMENTS].files[0]
                held = new.file(file.sha256)
                assert held is not None
                assert held.read() == b"%PDF-1.4 a plan"


def _links(path: Path, until: Instant) -> list[tuple[str, int, bytes]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(
            "SELECT id, recorded_at, hash FROM batch WHERE recorded_at <= ? ORDER BY no", (until,)
        ).fetchall()


def test_every_hash_is_the_one_that_it_was(course: Course) -> None:
    made = Fork(course.run, course.folder / "fork", AT).complete()
    then = Instant(T0 + seconds(AT / 1000))
    for team in TEAMS:
        path = course.run.desks[team].workspace.path
        links = _links(path, then)
        assert links == _links(made / path.name, Instant(2**60))
        assert len(_links(path, Instant(2**60))) > len(links) > 2


def test_the_run_that_goes_on_from_there_serves_the_same_views(course: Course) -> None:
    made = Fork(course.run, course.folder / "fork", AT).complete()
    with_record = Recording(course.folder / "run" / RECORD, read_only=True)
    world = with_record.world(AT)
    expected = {team: encoded(view_of(world, team, with_record.secret)) for team in TEAMS}
    with_record.close()
    fork = course.opened(made)
    assert (fork.conduct.clock.state, fork.conduct.clock.t) == (ClockState.PAUSED, AT)
    assert {team: encoded(fork.views[team]) for team in TEAMS} == expected
    fork.conduct.start()
    course.watch.wait(60)
    fork.tick()
    assert fork.conduct.clock.t == AT + 60_000
    assert "Open the bridge" not in {text for _, _, text in entries(fork.desks["blue"].workspace)}
    fork.close()
    assert course.run.conduct.clock.t == 660_000, "the other one went on"


def test_what_blue_did_can_be_undone_in_the_fork_too(course: Course) -> None:
    made = Fork(course.run, course.folder / "fork", 420_000).complete()
    fork = course.opened(made)
    workspace = fork.desks["blue"].workspace
    assert picture(workspace)[course.item][Aspect.WORDING] == Wording(title="Sector 1, searched")
    edit = next(batch for batch in workspace.batches() if batch.label == "edit")
    workspace.undo(edit.id, author="Officer")
    assert picture(workspace)[course.item][Aspect.WORDING] == Wording(title="Sector 1")
    fork.close()


def test_now_is_where_the_run_stands(course: Course) -> None:
    course.run.conduct.pause()
    course.run.desks["blue"].logbook.add(EntryKind.ACTION, "Written in the pause")
    made = Fork(course.run, course.folder / "fork").complete()
    fork = course.opened(made)
    assert fork.conduct.clock.t == 600_000
    assert "Written in the pause" in {text for _, _, text in entries(fork.desks["blue"].workspace)}
    fork.close()


def test_a_real_emergency_stays_with_the_run_in_which_it_was_declared(course: Course) -> None:
    course.run.conduct.no_duff("A real accident", team="blue")
    course.run.tick()
    made = Fork(course.run, course.folder / "fork").complete()
    fork = course.opened(made)
    assert (fork.conduct.clock.state, fork.conduct.clock.t) == (ClockState.PAUSED, 600_000)
    assert {team: fork.views[team].no_duff for team in TEAMS} == dict.fromkeys(TEAMS)
    fork.conduct.start()
    fork.tick()
    fork.close()
    assert course.run.views["blue"].no_duff == "A real accident"
    record = Recording(made / RECORD, read_only=True)
    marks = [mark for mark in after_action(record).marks if mark.t == 600_000 and mark.seq]
    assert [said_kind(mark.kind) for mark in marks] == ["NO DUFF: real emergency", "Forked during a real emergency"]
    record.close()


@pytest.mark.parametrize("t", [-1, 600_001])
def test_what_has_not_been_played_cannot_be_forked(course: Course, t: int) -> None:
    with pytest.raises(Refused, match="not been played"):
        Fork(course.run, course.folder / "fork", t)
    assert [path.name for path in course.folder.iterdir() if "fork" in path.name] == []


def refused_for(course: Course, path: Path, words: str) -> None:
    """Neither a fork nor a new run is made there, and nothing is left beside it."""
    before = sorted(one.name for one in course.folder.iterdir())
    for make in (
        lambda: Fork(course.run, path, AT),
        lambda: ExerciseRun.create(package(), path, clock=course.watch.wall),
    ):
        with pytest.raises(Refused, match=words):
            make()
    assert sorted(one.name for one in course.folder.iterdir()) == before


def test_a_file_that_is_in_the_way_is_called_one(course: Course) -> None:
    path = course.folder / "notes.txt"
    path.write_text("Keep me")
    refused_for(course, path, "There is a file of that name already")
    assert path.read_text() == "Keep me"
    refused_for(course, course.folder / "run", "There is a folder of that name already")


def test_a_name_that_the_disk_does_not_take_is_refused_in_one_line(course: Course) -> None:
    refused_for(course, course.folder / ("x" * 300), "its name is too long")


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="this system has no such folder")
def test_where_nothing_can_be_written_that_is_said(course: Course) -> None:
    refused_for(course, Path("/proc/exercise"), "Nothing can be written there")
    refused_for(course, Path("/proc/exercises/first"), "Nothing can be written there")
    with pytest.raises(Refused, match="Nothing can be written there"):
        Exercises(course.watch.wall).create(package(), Path("/proc/exercise.qrocrun"))


def test_a_folder_that_is_there_stays_as_it_is(course: Course) -> None:
    (course.folder / "fork").mkdir()
    with pytest.raises(Refused, match="already"):
        Fork(course.run, course.folder / "fork", AT)
    assert list((course.folder / "fork").iterdir()) == []


def test_stopped_half_way_it_leaves_nothing(course: Course) -> None:
    task = Task(lambda done, _total: task.cancel() if done > 3 else None)
    making = Fork(course.run, course.folder / "fork", AT)
    with pytest.raises(Cancelled):
        making.complete(task)
    assert [path.name for path in course.folder.iterdir() if "fork" in path.name] == []
    course.run.conduct.pause()
    course.run.jump(700_000, Passed.FIRE)


@pytest.mark.parametrize("at", [None, 60_000])
def test_centres_keep_their_keys_and_what_went_between_them_up_to_now(tmp_path: Path, at: int | None) -> None:
    watch = Watch()

    def opened(folder: Path) -> ExerciseRun:
        return ExerciseRun(folder, clock=watch.wall, mono=watch.mono, ids=random_id, author="Officer")

    ExerciseRun.create(read(HUNT), tmp_path / "run", clock=watch.wall)
    run = opened(tmp_path / "run")
    run.conduct.start()
    for _ in range(12):
        watch.wait(10)
        run.tick()
    blue, audited = _centre(run), _audited(run)
    assert audited
    made = Fork(run, tmp_path / "fork", at).complete()
    fork = opened(made)
    assert _centre(fork) == blue
    if at is None:
        assert _audited(fork)[: len(audited)] == audited
    fork.conduct.start()
    watch.wait(5)
    fork.tick()
    assert fork.desks["blue"].identity.centre == run.desks["blue"].identity.centre
    fork.close()
    run.close()


def _centre(run: ExerciseRun) -> str:
    return run.centre("blue").exchange.identity.centre


def _audited(run: ExerciseRun) -> list[str]:
    return [str(entry) for entry in run.centre("blue").exchange.audit.entries()]
