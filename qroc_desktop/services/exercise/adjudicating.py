"""What the director looks at before red's plan happens: which plans wait, and what of blue's stands near the way."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

import msgspec

from qroc_desktop.domain import geodesy
from qroc_desktop.domain.geodesy import LonLat
from qroc_desktop.domain.query import ItemQuery
from qroc_desktop.domain.shape import Shape
from qroc_desktop.exercise import plans
from qroc_desktop.exercise.edits import OF_EXERCISE
from qroc_desktop.exercise.events import PlannedLeg, Proposed
from qroc_desktop.exercise.scenario import Scenario, Texts
from qroc_desktop.exercise.vocabulary import Side
from qroc_desktop.services.desk import Desk
from qroc_desktop.services.exercise.driver import ExerciseDriver, Snapshot
from qroc_desktop.services.exercise.run import ExerciseRun

NEAR_M: Final = 500.0
_METRES_PER_DEGREE: Final = 110_000.0
"""Of latitude, rather too few than too many."""


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """A plan that waits for the director, and whose it is."""

    proposed: Proposed
    name: Texts
    team: str


class Beside(msgspec.Struct, frozen=True, kw_only=True):
    """Something of blue's near a way. `leg`: the number of the nearest leg, from 1. `drawn`: blue has drawn it on its
    picture; else it is a thing of the exercise and this is the truth about it."""

    name: Texts
    place: LonLat
    metres: float
    leg: int
    status: str = ""
    drawn: bool = False


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """Where a plan leads from: its entity's place now, and what is near. None where it is nowhere."""

    start: LonLat | None
    beside: tuple[Beside, ...] = ()


def waiting(snapshot: Snapshot, scenario: Scenario) -> tuple[Waiting, ...]:
    """Plans that nobody has adjudicated, in the scenario's order of entities."""
    found = []
    for entity in scenario.entities:
        plan = snapshot.standing.plans.get(entity.id)
        if plan is not None and plan.proposed is not None:
            found.append(Waiting(proposed=plan.proposed, name=entity.name, team=entity.team))
    return tuple(found)


def along(driver: ExerciseDriver, entity: str, legs: Sequence[PlannedLeg], near_m: float = NEAR_M) -> Way:
    """What blue and its neighbours have near a way, leg by leg, the nearest first. Waits for the run's thread, which
    tells the truth; what blue has drawn is read in the caller's."""
    start, found = driver.do(lambda run: _of_the_exercise(run, entity, legs, near_m)).result()
    if start is None:
        return Way(start=None)
    blue = [team.id for team in driver.scenario.teams if team.side is Side.BLUE]
    drawn = [one for team in blue for one in _drawn(driver.run.desks[team], start, legs, near_m)]
    return Way(start=start, beside=tuple(sorted([*found, *drawn], key=lambda one: (one.leg, one.metres))))


def _of_the_exercise(
    run: ExerciseRun, entity: str, legs: Sequence[PlannedLeg], near_m: float
) -> tuple[LonLat | None, list[Beside]]:
    world = run.conduct.world
    start = world.position(entity)
    if start is None:
        return None, []
    teams = {team.id for team in run.conduct.scenario.teams if team.side in (Side.BLUE, Side.GREEN)}
    places, found = world.positions(), []
    for other in run.conduct.scenario.entities:
        place = places.get(other.id)
        if other.team in teams and place is not None:
            leg, metres = nearest(start, legs, place)
            if metres <= near_m:
                status = str(world.props(other.id).get("status") or "")
                found.append(Beside(name=other.name, place=place, metres=metres, leg=leg, status=status))
    return start, found


def _drawn(desk: Desk, start: LonLat, legs: Sequence[PlannedLeg], near_m: float) -> Iterator[Beside]:
    """What blue's people put on their picture themselves, such as blocks; what was fed to them is no news."""
    way = Shape(type="MultiPoint", coordinates=[start, *(place for leg in legs for place in leg.points)])
    west, south, east, north = way.bounds()
    far_lat = near_m / _METRES_PER_DEGREE
    far_lon = far_lat / max(0.01, math.cos(math.radians(max(abs(south), abs(north)))))
    around = (west - far_lon, south - far_lat, east + far_lon, north + far_lat)
    for item in desk.picture.items(ItemQuery(bounds=around)):
        if item.shape is None or item.layer.startswith(OF_EXERCISE):
            continue
        corners = [(float(lon), float(lat)) for lon, lat, *_ in item.shape.positions()]
        met = [(*nearest(start, legs, place), place) for place in corners]
        leg, metres, place = min(met, key=lambda one: one[1])
        if metres <= near_m:
            name = {"en": item.wording.title or str(item.nature.type)}
            yield Beside(name=name, place=place, metres=metres, leg=leg, drawn=True)


def nearest(start: LonLat, legs: Sequence[PlannedLeg], place: LonLat) -> tuple[int, float]:
    """Number of the leg that comes nearest to a place, from 1, and how near in metres."""
    best = (1, geodesy.distance(start, place))
    here = start
    for number, leg in enumerate(legs, start=1):
        for a, b in pairwise((here, *leg.points)):
            metres = beside_m(a, b, place)
            if metres < best[1]:
                best = (number, metres)
        here = plans.end(here, leg)
    return best


def beside_m(a: LonLat, b: LonLat, place: LonLat) -> float:
    """Metres from a place to a stretch: to the foot (`geodesy.foot`), along the geodesic."""
    return geodesy.distance(geodesy.foot(a, b, place), place)
