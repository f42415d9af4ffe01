"""Earliest arrivals by networkx, which knows of no time: blocks are opened one by one where they are reached in time.

All blocks begin closed. Whatever is then the shortest way is a way; a block that it reaches no later than the block
stands lets it through, and is opened. That is done until no more are. An earliest way is found so by induction over
the blocks on it. Nothing of the program is used but the arrays of the graph.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Hashable, Sequence
from typing import Any

import networkx

from qroc_desktop.exercise.models.roads import RoadGraph

# What is specified, km/h: in towns, in the country, on motorways.
SPEEDS = {"walk": (5, 5, 5), "run": (10, 10, 10), "cycle": (15, 15, 15), "car": (40, 80, 120)}
FORWARD = {"walk": 1, "run": 1, "cycle": 4, "car": 16}
BACK = {"walk": 2, "run": 2, "cycle": 8, "car": 32}
BARS = {"walk": 1, "run": 1, "cycle": 2, "car": 4}
START = "start"
Stop = tuple[int, float, float]
"""A block: link, part of its length, since when."""


def arrivals(
    graph: RoadGraph, mode: str, start: tuple[int, float], blocks: Sequence[Stop] = (), start_s: float = 0.0
) -> list[float]:
    """Seconds at each node of the graph; inf where it cannot be reached."""
    network = networkx.DiGraph()
    network.add_node(START)
    since: dict[Hashable, float] = {}
    blocked = {link for link, _, _ in blocks}
    for link, (one, other, metres, setting, passes) in enumerate(_links(graph)):
        stops = sorted((part, when) for owner, part, when in blocks if owner == link) if link in blocked else []
        seconds = metres / (SPEEDS[mode][setting] / 3.6)
        begin = start[1] if start[0] == link else None
        if passes & FORWARD[mode]:
            _chain(network, since, (link, "ahead"), (one, other), stops, seconds, begin)
        if passes & BACK[mode]:
            marks = [(1 - part, when) for part, when in reversed(stops)]
            _chain(network, since, (link, "back"), (other, one), marks, seconds, None if begin is None else 1 - begin)
    for node in range(graph.nodes):
        if int(graph.node_bars[node]) & BARS[mode] and node in network:
            network.remove_edges_from(list(network.out_edges(node)))
    reached = _opened(network, since, start_s)
    return [reached.get(node, math.inf) for node in range(graph.nodes)]


@functools.cache
def _links(graph: RoadGraph) -> list[tuple[int, int, float, int, int]]:
    """From, to, metres, setting and who passes, of each link."""
    columns = (graph.link_from, graph.link_to, graph.link_length, graph.link_setting, graph.link_passes)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def _chain(
    network: Any,
    since: dict[Hashable, float],
    key: Hashable,
    ends: tuple[int, int],
    marks: list[tuple[float, float]],
    seconds: float,
    begin: float | None,
) -> None:
    """The link in one direction, a node for each block on it, and the way on from where the journey begins."""
    if not marks and begin is None:
        _edge(network, ends[0], ends[1], seconds)
        return
    names: list[tuple[Hashable, float]] = [(ends[0], 0.0)]
    for number, (part, when) in enumerate(marks):
        names.append(((key, number), part))
        since[(key, number)] = when
    names.append((ends[1], 1.0))
    for (one, low), (other, high) in itertools.pairwise(names):
        _edge(network, one, other, (high - low) * seconds)
    if begin is not None:
        following = next(entry for entry in names[1:] if entry[1] >= begin)
        _edge(network, START, following[0], (following[1] - begin) * seconds)


def _edge(network: Any, one: Hashable, other: Hashable, weight: float) -> None:
    if not network.has_edge(one, other) or network[one][other]["weight"] > weight:
        network.add_edge(one, other, weight=weight)


def _opened(network: Any, since: dict[Hashable, float], start_s: float) -> dict[Any, float]:
    closed = {stop: list(network.out_edges(stop, data=True)) for stop in since}
    network.remove_edges_from([(one, other) for edges in closed.values() for one, other, _ in edges])
    while True:
        lengths = networkx.single_source_dijkstra_path_length(network, START)
        reached = {node: start_s + seconds for node, seconds in lengths.items()}
        now = [stop for stop in closed if reached.get(stop, math.inf) <= since[stop]]
        if not now:
            return reached
        for stop in now:
            network.add_edges_from(closed.pop(stop))
