"""The man hunt and four ways in which it can be conducted, for its tests."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from pathlib import Path

import msgspec

from qroc_desktop.domain import geodesy
from qroc_desktop.exercise import engine
from qroc_desktop.exercise.conditions import LonLat
from qroc_desktop.exercise.events import Acted, Branched, Event, Fired
from qroc_desktop.exercise.library import read
from qroc_desktop.exercise.scenario import Scenario
from qroc_desktop.exercise.world import Ground, World

FOLDER = Path(__file__).parents[2] / "resources" / "scenarios" / "man-hunt"
END = 10_800_000
FASTEST_CAR, FASTEST_WALKER, FASTEST_AIRCRAFT = 160.0, 12.0, 250.0

# What is done, and when in seconds: by which team, and which action. A director's hand is "white".
NOTHING: list[tuple[int, str, str]] = []
WELL = [
    (300, "white", "link-test"), (700, "blue", "first-patrols"), (800, "blue", "explosive-warning"),
    (1500, "blue", "close-bendern"), (1560, "blue", "close-schaanwald"), (2000, "blue", "request-neighbour"),
    (2900, "blue", "dog-team"), (2950, "blue", "helicopter"), (3100, "blue", "van-alert"),
    (3200, "blue", "close-ruggell"), (3300, "blue", "rumour-corrected"), (4000, "blue", "publish-photo"),
    (4900, "blue", "welfare-check"), (5000, "blue", "check-cellar"), (5100, "blue", "search-update"),
    (5200, "blue", "hut-checked"), (6300, "blue", "cordon-schellenberg"),
]  # fmt: skip
TOWN = [
    (500, "red", "change-early"), (760, "blue", "first-patrols"), (2700, "blue", "van-alert"),
    (3000, "blue", "dog-team"), (5800, "blue", "request-neighbour"),
]  # fmt: skip
# Everything is thought of, and a quarter of an hour too late.
LATE = [
    (1050, "blue", "explosive-warning"), (3200, "blue", "close-bendern"), (3500, "blue", "dog-team"),
    (4500, "blue", "rumour-corrected"), (6900, "blue", "hut-checked"), (7000, "blue", "request-neighbour"),
    (7400, "blue", "handover-neighbour"),
]  # fmt: skip
CONDUCTS = {"nothing": NOTHING, "well": WELL, "town": TOWN, "late": LATE}
REACHED = {
    "nothing": {
        "not-warned", "bendern-open", "neighbour-not-asked", "rumour-unanswered", "photo-withheld", "driver-caught",
    },
    "well": {
        "patrols-sent", "bendern-closed", "neighbour-holds", "hills-well-searched", "rumour-corrected",
        "photo-published", "driver-caught",
    },
    "town": {
        "patrols-sent", "not-warned", "red-early-change", "bendern-open", "neighbour-holds", "rumour-unanswered",
        "photo-withheld", "driver-caught",
    },
    "late": {
        "not-warned", "bendern-open", "neighbour-not-asked", "rumour-unanswered", "rumour-corrected",
        "photo-withheld", "driver-caught",
    },
}  # fmt: skip


class Played(msgspec.Struct):
    """What came of a conduct. `samples`: entity and place every twenty seconds. `ways`: entity, metres, seconds."""

    events: list[Event] = []
    samples: list[tuple[int, str, LonLat]] = []
    ways: set[tuple[str, float, float]] = set()
    world: World | None = None

    def fired(self) -> dict[str, int]:
        return {event.inject: event.t for event in self.events if isinstance(event, Fired)}

    def branched(self) -> set[str]:
        return {event.branch for event in self.events if isinstance(event, Branched)}


@cache
def hunt() -> Scenario:
    return read(FOLDER).scenario


@cache
def played(name: str) -> Played:
    """The whole exercise under a conduct, by the engine alone."""
    world = World(Ground(hunt()))
    course = Played(world=world, events=engine.settle(world))
    for t in sorted({*range(0, END + 1, 20_000), *(at * 1000 for at, _, _ in CONDUCTS[name])}):
        course.events += engine.advance(world, t)
        for at, team, action in CONDUCTS[name]:
            if at * 1000 == t:
                event = Fired(t=t, inject=action) if team == "white" else Acted(t=t, team=team, action=action)
                world.take(event)
                course.events += [event, *engine.settle(world)]
        _sample(world, course)
    return course


def _sample(world: World, course: Played) -> None:
    for entity in world.ground.scenario.entities:
        place = world.position(entity.id)
        if place is not None:
            course.samples.append((world.t, entity.id, place))
        standing = world.standing.entities.get(entity.id)
        if standing is not None and standing.moved is not None:
            start: LonLat = (standing.moved[1], standing.moved[2])
            for leg in standing.legs:
                course.ways.add((entity.id, way_length([start, *leg.points]), (leg.ends - leg.starts) / 1000))


def way_length(points: list[LonLat]) -> float:
    return sum(geodesy.distance(a, b) for a, b in pairwise(points))


# --- what it is made of --------------------------------------------------------------------------
