"""Feeds of a run under load: all are written at once, a crowd takes turns, and what is new waits for nobody."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace

from qroc_desktop.domain.aspects import Origin, Wording
from qroc_desktop.domain.ids import random_id
from qroc_desktop.domain.query import ItemQuery, Outcome
from qroc_desktop.domain.vocabulary import Aspect, SubjectType
from qroc_desktop.errors import QrocError
from qroc_desktop.exercise.package import Package
from qroc_desktop.exercise.scenario import Inject, Scenario, To, Trigger
from qroc_desktop.exercise.view import encoded, opaque, view_of
from qroc_desktop.exercise.vocabulary import Passed
from qroc_desktop.services.exercise.run import ExerciseRun
from qroc_desktop.services.exercise.team_feed import LEAST_MOVES, MOST_ALTERED, MOST_MOVES
from tests.exercise.building import dense, small
from tests.exercise.watch import Watch

TEAMS = ("blue", "red", "white")
CROWD = 3 * MOST_ALTERED + 7


@contextmanager
def conducted(folder: Path, scenario: Scenario) -> Iterator[tuple[ExerciseRun, Watch]]:
    watch = Watch()
    ExerciseRun.create(Package(scenario=scenario), folder, clock=watch.wall)
    run = ExerciseRun(folder, clock=watch.wall, mono=watch.mono, ids=random_id, author="Officer")
    try:
        run.conduct.start()
        run.tick()
        yield run, watch
    finally:
        run.close()


def crowd() -> Scenario:
    """All of blue; all change their status and turn at the same instants, every hundred seconds."""
    made = dense(CROWD, 6, 600)
    blue = tuple(replace(entity, team="blue") for entity in made.entities)
    return replace(made, entities=blue)


def told_everybody(name: str, at: float) -> Inject:
    return Inject(id=name, title={"en": name}, body={"en": name}, to=To(teams=TEAMS), trigger=Trigger(at=at))


def statuses(run: ExerciseRun, team: str) -> dict[str, str]:
    """The first line of each unit's description, by the name that the team knows it by."""
    found = run.desks[team].workspace.items(ItemQuery())
    lines = {}
    for item in found:
        origin, wording = item.aspects.get(Aspect.ORIGIN), item.aspects.get(Aspect.WORDING)
        if isinstance(origin, Origin) and isinstance(wording, Wording):
            lines[origin.foreign_id] = wording.description
    return lines


def behind(run: ExerciseRun, team: str = "blue") -> set[str]:
    shown = statuses(run, team)
    return {seen.id for seen in run.views[team].entities if shown[seen.id] != seen.status}


def test_the_feeds_of_a_tick_are_written_at_once(tmp_path: Path) -> None:
    """Each writer waits until all of them are writing; one after the other they would wait for ever."""
    together = threading.Barrier(len(TEAMS), timeout=20)
    met: list[str] = []

    def wait(team: str, outcome: Outcome) -> None:
        if any(entry.startswith("entry-") for entry in outcome.entries):
            together.wait()
            met.append(team)

    quiet = small(durationS=600, injects=[], branches=[], visibility=[], objectives=[])
    scenario = replace(quiet, injects=(told_everybody("alarm", 30),))
    with conducted(tmp_path / "run", scenario) as (run, watch):
        for team in TEAMS:
            run.desks[team].subscribe(lambda outcome, team=team: wait(team, outcome))  # type: ignore[misc]
        watch.wait(31)
        run.tick()
        assert not together.broken
        assert sorted(met) == sorted(TEAMS)
        assert all(len(run.desks[team].logbook.entries()) == 1 for team in TEAMS), "and waited for"


def test_of_a_crowd_that_is_altered_at_once_nobody_waits_longer_than_its_turn(tmp_path: Path) -> None:
    with conducted(tmp_path / "run", crowd()) as (run, watch):
        assert behind(run) == set()
        watch.wait(100.5)
        left = [CROWD]
        waiting: set[str] = {seen.id for seen in run.views["blue"].entities}
        while waiting:
            run.tick()
            now = behind(run)
            assert now <= waiting, "whoever had their turn is not sent back"
            assert len(waiting) - len(now) <= MOST_ALTERED
            assert len(waiting) - len(now) == min(MOST_ALTERED, len(waiting))
            waiting = now
            left.append(len(now))
            watch.wait(0.5)
        assert left == [CROWD, *range(CROWD - MOST_ALTERED, 0, -MOST_ALTERED), 0]


def test_while_many_are_altered_fewer_moves_are_written_and_still_some(tmp_path: Path) -> None:
    """A tick is as long as what it writes."""
    scenario = crowd()
    quiet = {entity.id for entity in scenario.entities[-30:]}
    entities = tuple(
        replace(one, states=tuple(replace(state, status=None) for state in one.states)) if one.id in quiet else one
        for one in scenario.entities
    )
    with conducted(tmp_path / "run", replace(scenario, entities=entities)) as (run, watch):
        workspace = run.desks["blue"].workspace
        watch.wait(100.5)
        written: list[tuple[int, int]] = []
        for _ in range(3):
            before = workspace.last_seq
            run.tick()
            items = workspace.items_by_id([change.subject for change in workspace.changes(before)])
            moved = len(shown_as(run, quiet) & {item.origin.foreign_id for item in items.values()})
            written.append((len(items) - moved, moved))
            watch.wait(0.5)
    left = len(scenario.entities) - len(quiet) - MOST_ALTERED
    assert 0 < left < MOST_ALTERED
    assert written == [
        (MOST_ALTERED, LEAST_MOVES),
        (left, max(LEAST_MOVES, MOST_MOVES - left)),
        (0, MOST_MOVES),
    ]


def shown_as(run: ExerciseRun, entities: set[str]) -> set[str]:
    """What blue knows these entities by."""
    return {opaque(run.conduct._recording.secret, "blue", entity) for entity in entities}


def test_whoever_waited_is_before_those_that_are_altered_later(tmp_path: Path) -> None:
    with conducted(tmp_path / "run", crowd()) as (run, watch):
        watch.wait(100.5)
        run.tick()
        first = behind(run)
        watch.wait(100)
        for _ in range(3):
            run.tick()
            first &= behind(run)
        assert first == set()
        assert behind(run), "the others are altered again and wait"
        run.conduct.pause()
        run.jump(599_000, Passed.FIRE)
        assert behind(run) == set(), "a jump leaves nobody behind"


def test_what_is_said_and_what_appears_does_not_wait_for_a_crowd(tmp_path: Path) -> None:
    scenario = replace(crowd(), injects=(told_everybody("alarm", 100.2),))
    with conducted(tmp_path / "run", scenario) as (run, watch):
        watch.wait(100.5)
        run.tick()
        assert behind(run)
        assert [entry.entry.text for entry in run.desks["blue"].logbook.entries()] == ["alarm"]


def test_what_one_feed_could_not_write_comes_the_next_time_and_the_others_are_whole(tmp_path: Path) -> None:
    with conducted(tmp_path / "run", crowd()) as (run, watch):
        path = run.desks["blue"].workspace.path
        before = run.desks["blue"].workspace.last_seq
        run.desks["blue"].workspace._writing().do(
            lambda connection: connection.execute("CREATE TEMP TRIGGER full BEFORE INSERT ON batch"
                                                  " BEGIN SELECT RAISE(ABORT, 'no room'); END")
        )  # fmt: skip
        watch.wait(100.5)
        with pytest.raises(QrocError):
            run.tick()
        assert run.desks["blue"].workspace.last_seq == before
        assert len(behind(run, "white")) == CROWD - MOST_ALTERED, "the others were shown theirs"
        run.desks["blue"].workspace._writing().do(lambda connection: connection.execute("DROP TRIGGER full"))
        for _ in range(4):
            run.tick()
        assert behind(run) == set()
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as file:
            twice = file.execute(
                "SELECT subject FROM change WHERE subject_type = ? AND seq > ? GROUP BY 1 HAVING count(*) > 1",
                (str(SubjectType.ITEM), before),
            ).fetchall()
        assert twice == []


def test_seen_together_or_each_by_itself_the_views_are_the_same_bytes(tmp_path: Path) -> None:
    with conducted(tmp_path / "run", small()) as (run, watch):
        for _ in range(6):
            watch.wait(300)
            run.tick()
            for team, view in run.views.items():
                assert encoded(view) == encoded(view_of(run.conduct.world, team, run.conduct._recording.secret))
