"""A leg of a plan along roads: the quickest way by its mode from place to place, straight where no road leads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from qroc_desktop.domain import geodesy
from qroc_desktop.domain.geodesy import LonLat
from qroc_desktop.errors import Message, QrocError, Refused
from qroc_desktop.exercise.models.journey import journey
from qroc_desktop.exercise.models.modes import MODES
from qroc_desktop.exercise.models.snapping import snap
from qroc_desktop.services.road_graphs import RoadGraphs

BESIDE_M: Final = 15.0
"""Nearer to a road, a place is taken to be on it."""
_DIGITS: Final = 6


@dataclass(frozen=True, slots=True)
class RoadLeg:
    """`points`: lon, lat after the start. `along`: all of it on roads; else `why` says what stands in the way."""

    points: tuple[LonLat, ...]
    along: bool
    why: Message | None = None


def road_leg(graphs: RoadGraphs, start: LonLat, places: Sequence[LonLat], mode: str) -> RoadLeg:
    """From `start` to each place in turn. Raises nothing: what cannot be found on roads goes straight and says so."""
    points: list[LonLat] = []
    why: Message | None = None
    for here, there in pairwise((start, *places)):
        try:
            points += _piece(graphs, here, there, mode)
        except QrocError as error:
            points.append(there)
            why = error.what
    rounded = [(round(lon, _DIGITS), round(lat, _DIGITS)) for lon, lat in points]
    kept = [place for number, place in enumerate(rounded) if place != (rounded[number - 1] if number else start)]
    return RoadLeg(tuple(kept or rounded[-1:]), why is None, why)


def _piece(graphs: RoadGraphs, here: LonLat, there: LonLat, mode_key: str) -> list[LonLat]:
    mode = MODES.get(mode_key)
    if mode is None:
        raise Refused(Message("No road graph knows how one moves by {mode}.", mode=mode_key))
    graph = graphs.around(here)
    ends = [snap(graph, *place, traveller=mode.traveller, heeds_rules=mode.heeds_rules) for place in (here, there)]
    way = journey(graph, ends[0], ends[1], mode)
    if way is None:
        raise Refused(Message("No road leads there."))
    places = list(way.places)
    if geodesy.distance(places[-1], there) > BESIDE_M:
        places.append(there)
    return places
