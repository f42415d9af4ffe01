"""From a position on the map to one on a road, and to all the roads that pass it by."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from qroc_desktop.errors import Message, Refused
from qroc_desktop.exercise.models.roads import METRES_PER_DEGREE, RoadGraph, Traveller

SNAP_M: Final = 500.0
"""Farther from every road a position is taken to be off the graph."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place on a road: the link, metres after its start, its lon, lat, and metres from where it was asked for."""

    link: int
    at_m: float
    lon: float
    lat: float
    off_m: float


def snap(
    graph: RoadGraph,
    lon: float,
    lat: float,
    *,
    traveller: Traveller | None = None,
    heeds_rules: bool = True,
    within_m: float = SNAP_M,
) -> Spot:
    """The nearest place on a road, of those that a traveller may use in either direction where one is named.

    Distances are taken in a plane that is true near the position. Raises Refused where none is within `within_m`.
    """
    link, away, at_m = _distances(graph, lon, lat, within_m)
    if traveller is not None:
        edges = graph.edges(traveller, heeds_rules=heeds_rules)
        usable = np.zeros(graph.links, dtype=bool)
        usable[edges.links] = True
        away = np.where(usable[link], away, np.inf)
    nearest = int(np.argmin(away)) if len(away) else -1
    if nearest < 0 or away[nearest] > within_m:
        raise Refused(
            Message(
                "No road of the road graph {graph} lies within {metres} m of this position.",
                graph=graph.about.name,
                metres=round(within_m),
            ),
            where=f"{lat:.5f}, {lon:.5f}",
            action=Message("Choose a position by a road, or another road graph."),
        )
    return _spot(graph, int(link[nearest]), float(at_m[nearest]), float(away[nearest]))


def passing(graph: RoadGraph, lon: float, lat: float, reach_m: float) -> list[Spot]:
    """Every road that comes within `reach_m` of a position, each at its nearest place, in the order of the links."""
    link, away, at_m = _distances(graph, lon, lat, reach_m)
    order = np.lexsort((away, link))
    _, first = np.unique(link[order], return_index=True)
    return [
        _spot(graph, int(link[number]), float(at_m[number]), float(away[number]))
        for number in order[first]
        if away[number] <= reach_m
    ]


def _spot(graph: RoadGraph, link: int, at_m: float, off_m: float) -> Spot:
    lon, lat = graph.position(link, at_m)
    return Spot(link, at_m, lon, lat, off_m)


def _distances(graph: RoadGraph, lon: float, lat: float, reach_m: float) -> tuple[Any, Any, Any]:
    """Link, distance and metres after the link's start, for each segment whose box comes within reach."""
    here = graph.segments
    x0, y0, x1, y1 = graph.shape_lon[here], graph.shape_lat[here], graph.shape_lon[here + 1], graph.shape_lat[here + 1]
    reach_lat = reach_m / METRES_PER_DEGREE * 1.02
    shrink = max(0.01, math.cos(math.radians(lat)))
    reach_lon = reach_lat / shrink
    near = (
        (np.minimum(x0, x1) <= lon + reach_lon)
        & (np.maximum(x0, x1) >= lon - reach_lon)
        & (np.minimum(y0, y1) <= lat + reach_lat)
        & (np.maximum(y0, y1) >= lat - reach_lat)
    )
    here = here[near]
    ax, ay = (x0[near] - lon) * shrink * METRES_PER_DEGREE, (y0[near] - lat) * METRES_PER_DEGREE
    bx, by = (x1[near] - lon) * shrink * METRES_PER_DEGREE, (y1[near] - lat) * METRES_PER_DEGREE
    dx, dy = bx - ax, by - ay
    square = np.maximum(dx * dx + dy * dy, 1e-12)
    part = np.clip(-(ax * dx + ay * dy) / square, 0.0, 1.0)
    away = np.hypot(ax + part * dx, ay + part * dy)
    along = graph.shape_along
    at_m = along[here] + part * (along[here + 1] - along[here])
    return graph.segment_link[near], away, at_m
