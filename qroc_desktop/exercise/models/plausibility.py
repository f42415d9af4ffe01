"""Number plates read twice: can one car have been at both places?"""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass
from typing import Final

from qroc_desktop.domain import geodesy
from qroc_desktop.domain.geodesy import LonLat
from qroc_desktop.domain.shape import Shape
from qroc_desktop.errors import Message, Refused
from qroc_desktop.exercise.models import card
from qroc_desktop.exercise.models.card import Card, Input
from qroc_desktop.exercise.models.journey import Journey, journey
from qroc_desktop.exercise.models.modes import CAR, Mode
from qroc_desktop.exercise.models.roads import RoadGraph
from qroc_desktop.exercise.models.snapping import Spot, snap

FORMULA: Final = "v_req = d_network / Δt"
SAME_PLACE_M: Final = 50.0
"""Nearer than this two readings are taken to be of one camera."""
_SOURCE: Final = Message("Shortest path by Dijkstra (1959); roads: {attribution}, {name}, {as_of}.")
_LIMITS: Final = (
    Message("The shortest way by length, not the fastest: the speed asked for is the least that there is."),
    Message("Clocks of cameras differ; a difference of a minute can turn the answer where they are near each other."),
    Message("A plate that fits is no proof that it is the same car."),
)


class Verdict(enum.StrEnum):
    """What the readings say.

    NO_WAY: the road graph has no way between them, and the straight line does not decide it.
    NOT_LATER: the second reading is not later than the first.
    """

    PLAUSIBLE = "plausible"
    TOO_FAST = "too-fast"
    NO_WAY = "no-way"
    NOT_LATER = "not-later"


class Basis(enum.StrEnum):
    """What the distance was measured along; only the first is the model, the others stand in where it has no answer."""

    ROADS = "roads"
    ROADS_AGAINST_RULES = "roads-against-rules"
    STRAIGHT_LINE = "straight-line"


@dataclass(frozen=True, slots=True)
class Plausibility:
    """flagged: a cloned plate or a misread is likely. required_kmh: None where no time lies between the readings."""

    verdict: Verdict
    flagged: bool
    distance_m: float
    seconds: float
    required_kmh: float | None
    basis: Basis
    way: Shape | None
    card: Card


def plausibility(
    graph: RoadGraph, first: LonLat, second: LonLat, seconds: float, v_max_kmh: float = CAR.motorway
) -> Plausibility:
    """Whether a car can have come from the first reading (lon, lat) to the second within `seconds`.

    Where nobody may drive between them, the way against one-way streets and bans is taken, and where there is none
    either, the straight line, which is shorter than any way. Raises Refused for a speed that is none.
    """
    card.speed(v_max_kmh)
    if not math.isfinite(seconds):
        raise Refused(Message("The time between the readings is no number."))
    basis, distance, way = _distance(graph, first, second)
    required = distance / seconds * 3.6 if seconds > 0 else None
    verdict = _verdict(distance, seconds, required, v_max_kmh, basis)
    return Plausibility(
        verdict=verdict,
        flagged=verdict is Verdict.TOO_FAST,
        distance_m=distance,
        seconds=seconds,
        required_kmh=required,
        basis=basis,
        way=way,
        card=_card(graph, seconds, v_max_kmh),
    )


def shortest(graph: RoadGraph, first: Spot, second: Spot, mode: Mode = CAR) -> Journey | None:
    """The shortest way by length between two places on roads, at one metre a second; None where there is none."""
    return journey(graph, first, second, mode.with_speed(3.6))


def _distance(graph: RoadGraph, first: LonLat, second: LonLat) -> tuple[Basis, float, Shape | None]:
    lawless = Mode(CAR.key, CAR.name, CAR.traveller, *CAR.speeds, heeds_rules=False)
    for basis, mode in ((Basis.ROADS, CAR), (Basis.ROADS_AGAINST_RULES, lawless)):
        try:
            here = snap(graph, *first, traveller=mode.traveller, heeds_rules=mode.heeds_rules)
            there = snap(graph, *second, traveller=mode.traveller, heeds_rules=mode.heeds_rules)
        except Refused:
            continue
        found = shortest(graph, here, there, mode)
        if found is not None:
            return basis, found.length_m, found.line
    return Basis.STRAIGHT_LINE, geodesy.distance(first, second), None


def _verdict(distance: float, seconds: float, required: float | None, v_max_kmh: float, basis: Basis) -> Verdict:
    if required is None:
        # One instant, two places: no speed is great enough.
        return Verdict.TOO_FAST if seconds == 0 and distance > SAME_PLACE_M else Verdict.NOT_LATER
    if required > v_max_kmh:
        return Verdict.TOO_FAST
    return Verdict.NO_WAY if basis is Basis.STRAIGHT_LINE else Verdict.PLAUSIBLE


def _card(graph: RoadGraph, seconds: float, v_max_kmh: float) -> Card:
    about = graph.about
    return Card(
        model=Message("Plausibility of two number plate readings"),
        inputs=(
            Input("seconds", Message("Time between the readings"), seconds / 60, "min"),
            Input("v_max", Message("Greatest speed"), v_max_kmh, "km/h", from_memory=v_max_kmh == CAR.motorway),
        ),
        formula=FORMULA,
        source=Message(_SOURCE.template, attribution=about.attribution, name=about.name, as_of=about.as_of or "?"),
        limits=_LIMITS,
    )
