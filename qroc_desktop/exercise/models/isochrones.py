"""Isochrones: which roads, and parts of roads, somebody can have reached by a time, and the area around them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely

from qroc_desktop.domain.shape import Shape, from_shapely
from qroc_desktop.errors import Message, Refused
from qroc_desktop.exercise.models import card
from qroc_desktop.exercise.models.card import Card, Input
from qroc_desktop.exercise.models.modes import Mode
from qroc_desktop.exercise.models.plane import Plane
from qroc_desktop.exercise.models.roads import RoadClass, RoadGraph
from qroc_desktop.exercise.models.routing import Arrivals, Block, earliest, furthest
from qroc_desktop.exercise.models.snapping import Spot

FORMULA: Final = "t = Σ length / speed;  a block passes arrivals t ≤ t_b"
WIDTH_M: Final = 100.0
"""The area reaches so far to either side of the roads reached."""
_HOLE_M2: Final = 250_000.0
_ROUND: Final = 3
_SOURCE: Final = Message(
    "Shortest paths by Dijkstra (1959) with edges that close at a time; roads: {attribution}, {name}, {as_of}."
)
_LIMITS: Final = (
    Message("Only the roads of the road graph: nobody leaves them, rides a train or crosses a field."),
    Message("Traffic, turn restrictions, gradients, gates that are shut and weariness are not counted."),
    Message("From the position to the nearest road no time is counted."),
    Message("The area is drawn {metres} m to either side of the roads reached; not all within it is reached."),
)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A reached part of a link, from and to so many metres after its start."""

    link: int
    from_m: float
    to_m: float


@dataclass(frozen=True, slots=True)
class Band:
    """What is reached within `limit_s`: stretches of road, their lines, the area around them, length and size."""

    limit_s: float
    stretches: tuple[Stretch, ...]
    lines: Shape
    area: Shape
    length_m: float


@dataclass(frozen=True, slots=True)
class Isochrones:
    """The bands in ascending order of their limits, with the arrivals that they are cut from."""

    start: Spot
    arrivals: Arrivals
    bands: tuple[Band, ...]
    card: Card

    @property
    def leaves_s(self) -> float:
        """When a main road first leads him out of the road graph; inf where none does within the longest limit."""
        first = min((float(self.arrivals.at[node]) for node in rim(self.arrivals.graph)), default=math.inf)
        return first if first <= self.bands[-1].limit_s else math.inf


def rim(graph: RoadGraph) -> list[int]:
    """Nodes at which the road graph was cut off. A main road goes on somewhere: where it ends, the graph does."""
    met = np.bincount(np.concatenate([graph.link_from, graph.link_to]), minlength=len(graph.node_lon))
    main = np.flatnonzero(graph.link_class <= RoadClass.TERTIARY)
    ends = np.unique(np.concatenate([graph.link_from[main], graph.link_to[main]]))
    return [int(node) for node in ends if met[node] == 1]


def isochrones(
    graph: RoadGraph,
    start: Spot,
    mode: Mode,
    limits_s: Sequence[float],
    *,
    blocks: Sequence[Block] = (),
    width_m: float = WIDTH_M,
) -> Isochrones:
    """What can be reached from a place on a road within each of the limits (seconds from the start).

    blocks: their `from_s` counts from the start as well. width_m: how far to either side the area is drawn.
    Raises Refused for limits that are none.
    """
    limits = sorted({card.duration(limit) for limit in limits_s})
    card.length(width_m)
    if not limits or limits[0] == 0:
        raise Refused(Message("An isochrone needs a time that is longer than 0."))
    arrivals = earliest(graph, start, mode, blocks=blocks, limit_s=limits[-1])
    return Isochrones(start, arrivals, _bands(arrivals, limits, width_m), _card(graph, mode, limits, blocks, width_m))


def stretches(arrivals: Arrivals, limit_s: float) -> list[Stretch]:
    """The parts of roads that are reached no later than `limit_s`, merged, in the order of the links."""
    graph = arrivals.graph
    ahead, back = _into(arrivals, limit_s)
    whole = ahead + back >= 1
    found: list[Stretch] = []
    special = {*arrivals.gates, arrivals.start.link}
    for link in np.flatnonzero((ahead > 0) | (back > 0)).tolist():
        if link in special:
            continue
        length = float(graph.link_length[link])
        if whole[link]:
            found.append(Stretch(link, 0.0, length))
            continue
        if ahead[link] > 0:
            found.append(Stretch(link, 0.0, float(ahead[link]) * length))
        if back[link] > 0:
            found.append(Stretch(link, (1 - float(back[link])) * length, length))
    for link in sorted(special):
        found += _merged(graph, link, list(_pieces(arrivals, link, limit_s)))
    return sorted(found, key=lambda stretch: (stretch.link, stretch.from_m))


def _open_ends(arrivals: Arrivals) -> tuple[Any, Any]:
    """For each link, when it is entered at its start and at its end; inf where that is not open."""
    graph, mode = arrivals.graph, arrivals.mode
    edges = graph.edges(mode.traveller, heeds_rules=mode.heeds_rules)
    links, forwards = np.array(edges.links, dtype=np.int64), np.array(edges.forwards, dtype=bool)
    enters, leaves = np.full(graph.links, np.inf), np.full(graph.links, np.inf)
    enters[links[forwards]] = arrivals.at[graph.link_from[links[forwards]]]
    leaves[links[~forwards]] = arrivals.at[graph.link_to[links[~forwards]]]
    return enters, leaves


def _into(arrivals: Arrivals, limit_s: float) -> tuple[Any, Any]:
    """How far (0 to 1) each link is reached from its start and from its end, blocks left aside."""
    enters, leaves = (np.clip((limit_s - times) / arrivals.seconds, 0.0, 1.0) for times in _open_ends(arrivals))
    return enters, leaves


def _pieces(arrivals: Arrivals, link: int, limit_s: float) -> Iterator[tuple[float, float]]:
    """The reached parts (0 to 1) of a link with blocks, or of the one that the journey begins on."""
    graph, mode, gates = arrivals.graph, arrivals.mode, arrivals.gates.get(link, ())
    seconds = float(arrivals.seconds[link])
    entries = []
    enters, leaves = _open_ends(arrivals)
    entries.append((float(enters[link]), 0.0, 1.0))
    entries.append((float(leaves[link]), 1.0, 0.0))
    if link == arrivals.start.link:
        part = arrivals.start.at_m / float(graph.link_length[link])
        for forward, end in ((True, 1.0), (False, 0.0)):
            if graph.passes(link, mode.traveller, forward=forward, heeds_rules=mode.heeds_rules):
                entries.append((arrivals.start_s, part, end))
    for enter_s, start, end in entries:
        left = limit_s - enter_s
        if not math.isfinite(enter_s) or left < 0:
            continue
        wanted = min(abs(end - start), left / seconds)
        goal = start + wanted if end >= start else start - wanted
        stop = furthest(gates, enter_s, seconds, start, goal)[0]
        yield min(start, stop), max(start, stop)


def _merged(graph: RoadGraph, link: int, pieces: list[tuple[float, float]]) -> list[Stretch]:
    length = float(graph.link_length[link])
    joined: list[tuple[float, float]] = []
    for low, high in sorted(pieces):
        if joined and low <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], high))
        else:
            joined.append((low, high))
    return [Stretch(link, low * length, high * length) for low, high in joined if high > low]


def _bands(arrivals: Arrivals, limits: Sequence[float], width_m: float) -> tuple[Band, ...]:
    """The bands by ascending limit. Each area is grown from the one before, by what it has more."""
    graph = arrivals.graph
    spot = (arrivals.start.lon, arrivals.start.lat)
    plane = Plane(*spot)
    bands: list[Band] = []
    area = shapely.Point(0, 0).buffer(width_m, quad_segs=_ROUND)
    before: frozenset[Stretch] = frozenset()
    for limit in limits:
        found = tuple(stretches(arrivals, limit))
        more = [one for one in found if one not in before]
        if more:
            area = _grown(area, plane.flat(shapely.MultiLineString([_line(graph, one) for one in more])), width_m)
        # Where a block bars the very place, nothing is reached but the place itself.
        lines = [_line(graph, one) for one in found] or [[spot, spot]]
        bands.append(
            Band(
                limit_s=limit,
                stretches=found,
                lines=Shape(type="MultiLineString", coordinates=[[list(place) for place in line] for line in lines]),
                area=from_shapely(plane.back(area)),
                length_m=sum(one.to_m - one.from_m for one in found),
            )
        )
        before = frozenset(found)
    return tuple(bands)


def _line(graph: RoadGraph, one: Stretch) -> list[tuple[float, float]]:
    return graph.line(one.link, one.from_m, one.to_m)


def _grown(area: Any, lines: Any, width_m: float) -> Any:
    """The area with all that lies within a distance of lines (metres), small holes filled.

    Lines lose bends of less than 5 % of the distance: the outline of thousands of streets would take seconds else.
    """
    plain = shapely.simplify(shapely.get_parts(lines), 0.05 * width_m)
    grown = shapely.union_all([area, *shapely.buffer(plain, width_m, quad_segs=_ROUND)])
    return shapely.union_all(
        [
            shapely.Polygon(part.exterior, [hole for hole in part.interiors if shapely.Polygon(hole).area >= _HOLE_M2])
            for part in shapely.get_parts(grown)
        ]
    )


def _card(graph: RoadGraph, mode: Mode, limits: Sequence[float], blocks: Sequence[Block], width_m: float) -> Card:
    about = graph.about
    return Card(
        model=Message("Isochrone on the road graph"),
        inputs=(
            Input("mode", Message("Way to travel"), mode.name),
            *mode.inputs(),
            Input("limits", Message("Times"), ", ".join(f"{limit / 60:g}" for limit in limits), "min"),
            Input("blocks", Message("Roads that are blocked"), float(len({block.link for block in blocks}))),
            Input("rules", Message("Heeds one-way streets and bans"), card.YES if mode.heeds_rules else card.NO),
        ),
        formula=FORMULA,
        source=Message(_SOURCE.template, attribution=about.attribution, name=about.name, as_of=about.as_of or "?"),
        limits=(*_LIMITS[:-1], Message(_LIMITS[-1].template, metres=round(width_m))),
    )
