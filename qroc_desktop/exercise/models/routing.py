"""Earliest arrivals on the road graph, with road blocks that close at a time.

Dijkstra's algorithm (Numerische Mathematik 1, 1959, doi:10.1007/BF01386390) with edges that depend on time. A block
can be passed by whoever is at it no later than it stands. Who is earlier at an edge is then never later at its end
(first in, first out), which is what the algorithm needs to be right with such edges (Kaufman and Smith, "Fastest
paths in time-dependent networks", IVHS Journal 1, 1993).
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from qroc_desktop.exercise.models.modes import Mode
from qroc_desktop.exercise.models.roads import Floats, RoadGraph, settings_of
from qroc_desktop.exercise.models.snapping import Spot, passing

BLOCK_REACH_M: Final = 20.0
"""A block stands on every road that passes it so near: across both carriageways, and at a junction on all its arms."""
NOBODY: Final = -1

Gates = Mapping[int, Sequence[tuple[float, float]]]
"""By link: how far along it (0 to 1) blocks stand and since when, in seconds; in the order of the first."""


@dataclass(frozen=True, slots=True)
class Block:
    """A road block: metres after the start of a link, closed for whoever arrives after `from_s`.

    Seconds are counted as the start of the journey counts them; a block that stands since before has less than it.
    """

    link: int
    at_m: float
    from_s: float


@dataclass(frozen=True, eq=False, slots=True)
class Arrivals:
    """When each node can be reached, in seconds (inf: not at all), and by which node and link one comes there.

    came_from: NOBODY for a node reached straight from the start.
    """

    graph: RoadGraph
    start: Spot
    start_s: float
    mode: Mode
    seconds: Floats
    gates: Gates
    at: Floats
    came_from: Sequence[int]
    came_by: Sequence[int]


def blocks_at(
    graph: RoadGraph, lon: float, lat: float, from_s: float, reach_m: float = BLOCK_REACH_M
) -> tuple[Block, ...]:
    """A block on every road within reach of a position (lon, lat, metres); none where no road is near."""
    return tuple(Block(spot.link, spot.at_m, from_s) for spot in passing(graph, lon, lat, reach_m))


def link_seconds(graph: RoadGraph, mode: Mode) -> Floats:
    """Seconds that a mode takes for each link: length / speed of the mode in the link's setting."""
    return graph.link_length / settings_of(mode.speeds)[graph.link_setting]


def gates_of(graph: RoadGraph, blocks: Iterable[Block]) -> Gates:
    """Blocks by link, as parts of its length."""
    gates: dict[int, list[tuple[float, float]]] = {}
    for block in blocks:
        part = min(1.0, max(0.0, block.at_m / float(graph.link_length[block.link])))
        gates.setdefault(block.link, []).append((part, block.from_s))
    return {link: tuple(sorted(found)) for link, found in gates.items()}


def furthest(
    gates: Sequence[tuple[float, float]], enter_s: float, seconds: float, start: float, end: float
) -> tuple[float, bool]:
    """How far along a link (0 to 1) one gets from `start` towards `end`, and whether that is past all blocks."""
    ahead = end >= start
    for part, from_s in gates if ahead else reversed(gates):
        within = start <= part <= end if ahead else end <= part <= start
        if within and enter_s + abs(part - start) * seconds > from_s:
            return part, False
    return end, True


def earliest(
    graph: RoadGraph,
    start: Spot,
    mode: Mode,
    *,
    blocks: Iterable[Block] = (),
    start_s: float = 0.0,
    limit_s: float = math.inf,
    targets: Collection[int] = (),
) -> Arrivals:
    """When each node can be reached, leaving `start` at `start_s` in either direction that is open.

    limit_s: nodes later than this stay unreached. targets: it ends when all these nodes are settled.
    """
    edges = graph.edges(mode.traveller, heeds_rules=mode.heeds_rules)
    seconds = link_seconds(graph, mode)
    cost = seconds.tolist()
    gates = gates_of(graph, blocks)
    at = [math.inf] * graph.nodes
    came_from, came_by = [NOBODY] * graph.nodes, [NOBODY] * graph.nodes
    settled = bytearray(graph.nodes)
    waiting = set(targets)
    queue: list[tuple[float, int]] = []
    for node, arrival in _first_steps(graph, start, mode, seconds, gates, start_s):
        if arrival < at[node] and arrival <= limit_s:
            at[node], came_by[node] = arrival, start.link
            heapq.heappush(queue, (arrival, node))
    while queue:
        now, node = heapq.heappop(queue)
        if settled[node]:
            continue
        settled[node] = 1
        waiting.discard(node)
        if targets and not waiting:
            break
        for place in range(edges.first[node], edges.first[node + 1]):
            head, link = edges.heads[place], edges.links[place]
            arrival = now + cost[link]
            if arrival >= at[head] or arrival > limit_s:
                continue
            if link in gates and not _through(gates[link], now, cost[link], forward=edges.forwards[place]):
                continue
            at[head], came_from[head], came_by[head] = arrival, node, link
            heapq.heappush(queue, (arrival, head))
    return Arrivals(graph, start, start_s, mode, seconds, gates, np.array(at), came_from, came_by)


def _through(gates: Sequence[tuple[float, float]], enter_s: float, seconds: float, *, forward: bool) -> bool:
    return furthest(gates, enter_s, seconds, 0.0 if forward else 1.0, 1.0 if forward else 0.0)[1]


def _first_steps(
    graph: RoadGraph, start: Spot, mode: Mode, seconds: Floats, gates: Gates, start_s: float
) -> Iterable[tuple[int, float]]:
    """The nodes at the ends of the link that one starts on, and when one is there."""
    whole = float(seconds[start.link])
    part = start.at_m / float(graph.link_length[start.link])
    for forward, node, end in ((True, graph.link_to, 1.0), (False, graph.link_from, 0.0)):
        if graph.passes(start.link, mode.traveller, forward=forward, heeds_rules=mode.heeds_rules):
            passed = furthest(gates.get(start.link, ()), start_s, whole, part, end)[1]
            if passed:
                yield int(node[start.link]), start_s + abs(end - part) * whole
