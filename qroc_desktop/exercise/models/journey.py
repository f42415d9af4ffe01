"""The quickest way between two places on roads: how long it takes, where it leads, and where one is on it when."""

from __future__ import annotations

import bisect
import math
from collections.abc import Iterable
from dataclasses import dataclass

from qroc_desktop.domain.geodesy import LonLat
from qroc_desktop.domain.shape import Shape
from qroc_desktop.exercise.models.modes import Mode
from qroc_desktop.exercise.models.roads import RoadGraph
from qroc_desktop.exercise.models.routing import NOBODY, Arrivals, Block, earliest, furthest
from qroc_desktop.exercise.models.snapping import Spot

Leg = tuple[int, float, float]
"""A part of a link: from and to so many metres after its start, in the direction of travel."""


@dataclass(frozen=True, slots=True)
class Journey:
    """A way by a mode. `places`: lon, lat of every bend; `times`: seconds at each, of which the first is the start."""

    places: tuple[LonLat, ...]
    times: tuple[float, ...]
    length_m: float

    @property
    def seconds(self) -> float:
        """How long it takes."""
        return self.times[-1] - self.times[0]

    @property
    def line(self) -> Shape | None:
        """The way as a line; None where the two places are one."""
        bends = [
            list(place) for number, place in enumerate(self.places) if place != self.places[number - 1] or not number
        ]
        return Shape(type="LineString", coordinates=bends) if len(bends) > 1 else None

    def at(self, seconds: float) -> LonLat:
        """lon, lat at a time; before the start and after the end the places themselves."""
        after = bisect.bisect_right(self.times, seconds)
        if after == 0 or after == len(self.times):
            return self.places[0 if after == 0 else -1]
        begin, end = self.times[after - 1], self.times[after]
        part = (seconds - begin) / (end - begin)
        (lon0, lat0), (lon1, lat1) = self.places[after - 1], self.places[after]
        return lon0 + part * (lon1 - lon0), lat0 + part * (lat1 - lat0)


def journey(
    graph: RoadGraph, first: Spot, second: Spot, mode: Mode, *, blocks: Iterable[Block] = (), start_s: float = 0.0
) -> Journey | None:
    """The quickest way, blocks heeded; None where there is none."""
    ends = (int(graph.link_from[second.link]), int(graph.link_to[second.link]))
    arrivals = earliest(graph, first, mode, blocks=blocks, start_s=start_s, targets=ends)
    length = float(graph.link_length[second.link])
    part = second.at_m / length
    options: list[tuple[float, int, float]] = []
    for forward, node, entry in zip((True, False), ends, (0.0, 1.0), strict=True):
        barred = int(graph.node_bars[node]) & mode.traveller.barred
        if not barred and _open(arrivals, second.link, forward=forward):
            _offer(options, arrivals, second.link, node, float(arrivals.at[node]), entry, part)
    if first.link == second.link:
        begin = first.at_m / length
        ways = [forward for forward in (True, False) if part == begin or forward == (part > begin)]
        if any(_open(arrivals, first.link, forward=forward) for forward in ways):
            _offer(options, arrivals, first.link, NOBODY, start_s, begin, part)
    arrival, node, entry = min(options, default=(math.inf, NOBODY, 0.0))
    if not math.isfinite(arrival):
        return None
    legs = _legs(arrivals, node)
    return _journey(arrivals, [*legs, (second.link, entry * length, second.at_m)])


def _open(arrivals: Arrivals, link: int, *, forward: bool) -> bool:
    mode = arrivals.mode
    return arrivals.graph.passes(link, mode.traveller, forward=forward, heeds_rules=mode.heeds_rules)


def _offer(
    options: list[tuple[float, int, float]],
    arrivals: Arrivals,
    link: int,
    node: int,
    enter_s: float,
    begin: float,
    end: float,
) -> None:
    seconds = float(arrivals.seconds[link])
    if math.isfinite(enter_s) and furthest(arrivals.gates.get(link, ()), enter_s, seconds, begin, end)[1]:
        options.append((enter_s + abs(end - begin) * seconds, node, begin))


def _legs(arrivals: Arrivals, node: int) -> list[Leg]:
    """What is travelled from the start to a node; nothing for NOBODY."""
    if node == NOBODY:
        return []
    graph, legs, head = arrivals.graph, [], node
    while arrivals.came_from[head] != NOBODY:
        link = arrivals.came_by[head]
        length = float(graph.link_length[link])
        legs.append((link, 0.0, length) if int(graph.link_to[link]) == head else (link, length, 0.0))
        head = arrivals.came_from[head]
    first = arrivals.start
    length = float(graph.link_length[first.link])
    ahead = int(graph.link_to[first.link]) == head
    if ahead and int(graph.link_from[first.link]) == head:
        # A link that leads back to where it begins: how long it took tells which way round.
        took = (float(arrivals.at[head]) - arrivals.start_s) / float(arrivals.seconds[first.link])
        ahead = math.isclose(took, 1 - first.at_m / length, abs_tol=1e-9)
    legs.append((first.link, first.at_m, length if ahead else 0.0))
    return legs[::-1]


def _journey(arrivals: Arrivals, legs: list[Leg]) -> Journey:
    graph = arrivals.graph
    places: list[LonLat] = []
    times: list[float] = []
    now, travelled = arrivals.start_s, 0.0
    for link, begin, end in legs:
        line = graph.line(link, min(begin, end), max(begin, end))
        marks = graph.marks(link, min(begin, end), max(begin, end))
        if end < begin:
            line, marks = line[::-1], marks[::-1]
        pace = float(arrivals.seconds[link]) / float(graph.link_length[link])
        skip = 1 if places else 0
        places += line[skip:]
        times += [now + abs(mark - begin) * pace for mark in marks[skip:]]
        now += abs(end - begin) * pace
        travelled += abs(end - begin)
    return Journey(tuple(places), tuple(times), travelled)
