"""A run on disk: each team's own workspace holds what that team saw, and nothing of anybody else's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from qroc_desktop.domain.ids import random_id
from qroc_desktop.domain.instant import parse, seconds
from qroc_desktop.domain.query import ItemQuery, Moment
from qroc_desktop.domain.vocabulary import EntryKind, SubjectType, WorkspaceKind
from qroc_desktop.errors import Refused
from qroc_desktop.exercise.events import Acted
from qroc_desktop.exercise.package import Package
from qroc_desktop.exercise.review import Review
from qroc_desktop.exercise.scenario import Inject, To, Trigger
from qroc_desktop.exercise.vocabulary import ClockState, Passed
from qroc_desktop.services.exercise.run import ExerciseRun
from qroc_desktop.services.exercise.runs import RECORD, Exercises
from qroc_desktop.services.exercise.team_feed import MOST_MOVES
from tests.exercise.building import SCHAAN, dense, package
from tests.exercise.watch import Watch

RED = [
    b"REDNAME", b"REDNOTE", b"REDPROP", b"REDOVERLAY", b"REDTITLE", b"REDCONTROL", b"REDBODY", b"REDVAN", b"REDBOOK",
    b"runner",
]  # fmt: skip
T0 = parse("2027-03-15T14:00:00+01:00")


class Played:
    """A run with a clock of the test's own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.watch = Watch()
        ExerciseRun.create(package(), folder, clock=self.watch.wall)
        self.run = self.opened()

    def opened(self) -> ExerciseRun:
        return ExerciseRun(self.folder, clock=self.watch.wall, mono=self.watch.mono, ids=random_id, author="Officer")

    def wait(self, seconds: float) -> None:
        self.watch.wait(seconds)
        self.run.tick()

    def jump(self, t: float) -> None:
        self.run.conduct.pause()
        self.run.conduct.jump(round(t * 1000), Passed.FIRE)
        self.run.conduct.start()
        self.run.tick()


@pytest.fixture
def played(tmp_path: Path) -> Iterator[Played]:
    made = Played(tmp_path / "run")
    made.run.conduct.start()
    yield made
    made.run.close()


def titles(run: ExerciseRun, team: str, at: float | None = None) -> dict[str, tuple[float, float]]:
    moment = None if at is None else Moment(valid=T0 + seconds(at), known=T0 + seconds(at))  # type: ignore[arg-type]
    found = run.desks[team].workspace.items(ItemQuery(), moment)
    return {item.wording.title: tuple(item.shape.coordinates[:2]) for item in found if item.shape}


def messages(run: ExerciseRun, team: str) -> list[str]:
    return [entry.entry.text for entry in run.desks[team].logbook.entries()]


def test_blue_gets_its_forces_and_its_messages_in_an_ordinary_workspace(played: Played) -> None:
    assert played.run.desks["blue"].identity.kind is WorkspaceKind.EXERCISE
    assert set(titles(played.run, "blue")) == {"Patrol 1", ""}
    played.wait(200)
    assert messages(played.run, "blue") == ["I saw him.", "A man has fled from the bank."]
    assert messages(played.run, "red") == []
    assert played.run.desks["blue"].now() == T0 + seconds(200)


def test_no_byte_of_red_is_in_the_files_of_blue(played: Played) -> None:
    for step in range(1, 36):
        played.jump(step * 100)
    assert "Possible sighting" in titles(played.run, "blue")
    played.run.close()
    files = sorted(played.folder.glob("blue*"))
    assert files
    for file in files:
        held = file.read_bytes()
        assert [word for word in RED if word in held] == [], file.name
    own = b"".join(file.read_bytes() for file in played.folder.glob("red*"))
    assert b"REDNAME" in own, "the search finds what is there"
    played.run = played.opened()


def test_the_time_slider_shows_what_blue_knew_then(played: Played) -> None:
    played.jump(600)
    assert titles(played.run, "blue")["Patrol 1"] == pytest.approx(SCHAAN)
    played.jump(1500)
    now = titles(played.run, "blue")["Patrol 1"]
    assert titles(played.run, "blue", at=600)["Patrol 1"] == pytest.approx(SCHAAN)
    assert now != pytest.approx(SCHAAN)


def test_what_blue_writes_is_the_record_of_the_run(played: Played) -> None:
    played.wait(100)
    played.run.desks["blue"].logbook.add(EntryKind.DECISION, "Ring of five kilometres")
    played.wait(1)
    with Exercises(played.watch.wall).reading(played.folder) as recording:
        acted = [event for _, event in recording.events() if isinstance(event, Acted)]
    assert [(event.team, event.text, event.by) for event in acted] == [
        ("blue", "decision: Ring of five kilometres", "Officer")
    ]
    assert acted[0].t == 101_000


def test_opened_again_it_stands_where_it_was_and_writes_nothing_twice(played: Played) -> None:
    played.wait(200)
    held = played.run.desks["blue"].workspace.last_seq
    digest = played.run.conduct.world.digest()
    played.run.close()
    played.run = played.opened()
    assert played.run.conduct.clock.state is ClockState.PAUSED
    assert played.run.conduct.clock.t == 200_000
    assert played.run.conduct.world.digest() == digest
    assert played.run.desks["blue"].workspace.last_seq == held
    assert len(messages(played.run, "blue")) == 2


def test_two_programs_do_not_conduct_one_run(played: Played) -> None:
    with pytest.raises(Refused):
        played.opened()


def test_the_record_can_be_reviewed_while_it_is_conducted(played: Played) -> None:
    played.wait(200)
    with Exercises(played.watch.wall).reading(played.folder / RECORD) as recording:
        assert Review(recording).figures().executed == 2


def test_a_run_is_made_whole_or_not_at_all(tmp_path: Path) -> None:
    watch = Watch()
    with pytest.raises(Refused, match=r"timeZone: This time zone is not known\. .*See all errors, 1"):
        ExerciseRun.create(package(timeZone="Mars"), tmp_path / "run", clock=watch.wall)
    assert not (tmp_path / "run").exists()
    ExerciseRun.create(package(), tmp_path / "run", clock=watch.wall)
    with pytest.raises(Refused, match="folder of that name"):
        ExerciseRun.create(package(), tmp_path / "run", clock=watch.wall)


def test_a_crowd_is_written_a_few_at_a_time_and_is_where_it_is_when_the_clock_stands(tmp_path: Path) -> None:
    watch = Watch()
    ExerciseRun.create(Package(scenario=dense(60, 30, 600)), tmp_path / "crowd", clock=watch.wall)
    run = ExerciseRun(tmp_path / "crowd", clock=watch.wall, mono=watch.mono, ids=random_id, author="Officer")
    run.conduct.start()
    run.tick()
    run.conduct.set_speed(64)

    def late() -> int:
        there = run.conduct.world.positions()
        items = run.desks["blue"].workspace.items(ItemQuery())
        shown = {item.origin.foreign_id: item.shape for item in items if item.shape}
        shapes = {seen.id: seen.place for seen in run.views["blue"].entities}
        assert len(shapes) == 30
        assert set(shapes.values()) <= set(there.values())
        return sum(tuple(shown[name].coordinates) != place for name, place in shapes.items())

    watch.wait(0.1)
    run.tick()
    assert late() == 30 - MOST_MOVES
    run.conduct.pause()
    for _ in range(2):
        run.tick()
    assert late() == 0
    run.jump(500_000, Passed.FIRE)
    assert late() == 0, "after a jump too"
    run.close()


def test_where_one_team_cannot_be_shown_its_picture_the_others_are_and_time_stands_still(played: Played) -> None:
    played.wait(30)
    workspace = played.run.desks["blue"].workspace

    def limit(pages: int) -> None:
        workspace._writing().do(lambda connection: connection.execute(f"PRAGMA max_page_count = {pages}").fetchone())

    used = workspace._writing().do(lambda connection: connection.execute("PRAGMA page_count").fetchone()[0])
    limit(used)
    body = {"en": "blue " * 20_000}
    long = Inject(id="long", title={"en": "x"}, body=body, to=To(teams=("blue", "red")), trigger=Trigger(manual=True))
    played.run.conduct.improvise(long)
    with pytest.raises(Refused, match="disk is full"):
        played.wait(1)
    stood = played.run.conduct.clock
    assert (stood.state, stood.t) == (ClockState.PAUSED, 31_000)
    assert [len(messages(played.run, team)) for team in ("blue", "red")] == [0, 1]
    played.watch.wait(9_000)
    limit(1_000_000)
    played.run.tick()
    assert [len(messages(played.run, team)) for team in ("blue", "red")] == [1, 1]
    assert played.run.conduct.clock == stood, "it waits to be started again"
    played.run.conduct.start()
    played.wait(30)
    assert len(messages(played.run, "blue")) == 2, "the alert at its second"


def test_a_folder_that_is_moved_under_a_run_and_back_costs_nothing(played: Played) -> None:
    played.wait(70)
    there = played.folder.rename(played.folder.with_name("there"))
    with pytest.raises(Refused, match="moved, deleted or replaced"):
        played.wait(500)
    there.rename(played.folder)
    stood = played.run.conduct.clock
    assert stood.state is ClockState.PAUSED
    played.run.tick()
    played.run.conduct.start()
    played.wait(90)
    assert len(messages(played.run, "blue")) == 2
    with Exercises(played.watch.wall).reading(played.folder) as recording:
        assert recording.verify() == played.run.conduct.world.standing.events


def test_a_folder_in_which_a_process_died_before_the_record_was_there_is_used(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / f".{RECORD}.0badcafe").write_bytes(b"half")
    ExerciseRun.create(package(), folder, clock=Watch().wall)
    assert [path.name for path in folder.iterdir()] == [RECORD]
    with pytest.raises(Refused, match="folder of that name"):
        ExerciseRun.create(package(), folder, clock=Watch().wall)


def test_what_is_seen_all_the_time_is_written_once(tmp_path: Path) -> None:
    watch, folder = Watch(), tmp_path / "run"
    rules = [{"entity": "REDVAN", "team": "blue", "mode": "always"}]
    ExerciseRun.create(package(visibility=rules), folder, clock=watch.wall)
    run = ExerciseRun(folder, clock=watch.wall, mono=watch.mono, ids=random_id, author="Officer")
    run.conduct.start()
    for _ in range(30):
        watch.wait(5)
        run.tick()
    workspace = run.desks["blue"].workspace
    (seen,) = workspace.items(ItemQuery(layers=frozenset({"exercise-seen"})))
    assert len(workspace.history(SubjectType.ITEM, seen.id)) == 1
    run.close()


def test_what_was_written_before_a_jump_is_recorded_before_it(tmp_path: Path) -> None:
    watch = Watch()
    ExerciseRun.create(package(), tmp_path / "run", clock=watch.wall)
    run = ExerciseRun(tmp_path / "run", clock=watch.wall, mono=watch.mono, ids=random_id, author="Officer")
    run.conduct.start()
    watch.wait(30)
    run.tick()
    run.conduct.pause()
    run.desks["blue"].logbook.add(EntryKind.DECISION, "Ring of five kilometres")
    run.jump(600_000, Passed.FIRE)
    (acted,) = [event for event in run.conduct.events() if isinstance(event, Acted)]
    assert (acted.t, acted.text) == (30_000, "decision: Ring of five kilometres")
    run.close()
