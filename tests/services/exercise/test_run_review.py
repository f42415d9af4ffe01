"""Replay of a run that is over or conducted elsewhere: read only, complete, and nothing comes back from the dead."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from qroc_desktop.domain.ids import random_id
from qroc_desktop.domain.instant import Instant, parse, seconds
from qroc_desktop.domain.query import ItemQuery, Moment
from qroc_desktop.errors import Refused
from qroc_desktop.exercise.vocabulary import Passed
from qroc_desktop.services.exercise.review.run_review import ReviewedRun, ReviewSource, is_over
from qroc_desktop.services.exercise.run import ExerciseRun
from qroc_desktop.services.exercise.runs import Exercises
from tests.exercise.building import SCHAAN, SMALL, VADUZ, package
from tests.exercise.watch import Watch

T0 = parse("2027-03-15T14:00:00+01:00")
VANISH: dict[str, Any] = {
    "id": "vanish", "title": {"en": "."}, "to": {"teams": ["white"]}, "trigger": {"at": 1500},
    "effects": [{"entity": "patrol-1", "remove": True}],
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An exercise that is over; the patrol leaves the world at 1500 s, an overlay of blue is there from the start."""
    folder = tmp_path_factory.mktemp("replay") / "run"
    watch = Watch()
    ExerciseRun.create(package(injects=[*SMALL["injects"], VANISH]), folder, clock=watch.wall)
    run = ExerciseRun(folder, clock=watch.wall, mono=watch.mono, ids=random_id, author="director")
    run.conduct.start()
    run.tick()
    run.conduct.pause()
    run.jump(3_600_000, Passed.FIRE)
    run.close()
    return folder


@pytest.fixture
def reviewed(folder: Path) -> Iterator[ReviewedRun]:
    opened = ReviewedRun(folder, ids=random_id, author="reviewer")
    yield opened
    opened.close()


def places(run: ReviewedRun, team: str, at: float) -> dict[str, tuple[float, ...]]:
    moment = Moment(valid=Instant(T0 + seconds(at)), known=Instant(T0 + seconds(at)))
    found = run.desks[team].workspace.items(ItemQuery(), moment)
    return {item.wording.title: tuple(item.shape.coordinates[:2]) for item in found if item.shape}


def test_a_run_that_is_over_opens_for_replay_alone(reviewed: ReviewedRun, folder: Path) -> None:
    assert reviewed.over
    assert is_over(folder)
    assert set(reviewed.desks) == {"blue", "red", "white"}
    for desk in reviewed.desks.values():
        assert desk.read_only
        assert desk.now() == T0 + seconds(3600), "live is the end of what was played"


def test_what_left_the_world_does_not_come_back(reviewed: ReviewedRun) -> None:
    for team in ("blue", "white"):
        assert "Patrol 1" in places(reviewed, team, 1490)
        for at in (1510, 1800, 2700, 3600):
            assert "Patrol 1" not in places(reviewed, team, at), (team, at)
        assert "Patrol 1" in places(reviewed, team, 1490), "and stays where it was when one goes back"


def test_a_track_that_is_out_of_date_stays_out_of_date(reviewed: ReviewedRun, folder: Path) -> None:
    with Exercises(Watch().wall).reading(folder) as recording:
        spotted = recording.world(3_600_000).standing.sightings["blue"]["runner"][-1]
    last = spotted.t / 1000
    for late, faded in ((60, False), (130, True), (900, True)):
        at = Instant(T0 + seconds(min(3600, last + late)))
        found = reviewed.desks["blue"].workspace.items(ItemQuery(), Moment(valid=at, known=at))
        (track,) = [item for item in found if item.wording.title == "Possible sighting"]
        # Of a sighting it is told 20 s later, and it counts as fresh for 120 s.
        assert track.stale(at) is faded, late


def test_what_was_there_before_is_there_at_the_first_moment(reviewed: ReviewedRun) -> None:
    span = reviewed.desks["blue"].workspace.span()
    assert span is not None
    assert span[0] == T0
    assert places(reviewed, "blue", 0.001)["Patrol 1"] == pytest.approx(VADUZ)
    assert places(reviewed, "white", 600)["Patrol 1"] == pytest.approx(SCHAAN)
    assert "REDNAME" in places(reviewed, "white", 0.001)
    assert "REDNAME" not in places(reviewed, "blue", 0.001)


def test_a_replay_records_nothing(folder: Path) -> None:
    files = [file for file in sorted(folder.iterdir()) if file.suffix in (".qroc", ".qrocrun")]
    before = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
    run = ReviewedRun(folder, ids=random_id, author="reviewer")
    source = ReviewSource(folder, clock=Watch().wall)
    for at in (0, 3600, 1200, 2400, 600):
        for team in run.desks:
            places(run, team, at)
        source.shown(Instant(T0 + seconds(at)))
    run.close()
    assert {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files} == before


def test_it_is_looked_at_while_somebody_else_conducts(tmp_path: Path) -> None:
    watch = Watch()
    ExerciseRun.create(package(), tmp_path / "run", clock=watch.wall)
    run = ExerciseRun(tmp_path / "run", clock=watch.wall, mono=watch.mono, ids=random_id, author="director")
    run.conduct.start()
    watch.wait(100)
    run.tick()
    looked = ReviewedRun(tmp_path / "run", ids=random_id, author="reviewer")
    assert not looked.over
    assert places(looked, "blue", 100)["Patrol 1"] == pytest.approx(places(looked, "white", 100)["Patrol 1"])
    looked.close()
    run.close()


def test_before_the_beginning_is_the_beginning_and_after_the_end_the_end(folder: Path) -> None:
    source = ReviewSource(folder, clock=Watch().wall)
    assert source.shown(Instant(T0 - seconds(60))).t == 0
    assert source.shown(Instant(T0 + seconds(99_999))).t == 3_600_000


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no such file"):
        ReviewedRun(tmp_path, ids=random_id, author="x")
