"""The road graph of an OpenStreetMap extract: who may go where, cut at junctions and barriers.

Roads are joined where they share a node and nowhere else, so that a bridge leads over what lies below it. What hangs
together with nothing else is dropped and counted. Turn restrictions are not kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import shapely

from qroc_desktop.exercise.models.road_file import encode
from qroc_desktop.exercise.models.roads import BRIDGE, TUNNEL, About, RoadClass, RoadGraph, Setting

from . import road_tags
from .road_tags import Way

LEAST_PART = 0.05
"""A component of the graph stays where it holds so much of all the length of roads."""
_BUILT_UP = {"residential", "commercial", "retail", "industrial"}


@dataclass(frozen=True, slots=True)
class Link:
    """A stretch between two nodes: their OSM ids, its positions as (lon, lat), and the way it is a part of."""

    start: int
    end: int
    positions: tuple[tuple[float, float], ...]
    way: Way


@dataclass(slots=True)
class Found:
    """What is read of an extract: ways with their node ids, where the nodes are, barriers, built-up areas."""

    ways: list[tuple[Way, list[int]]] = field(default_factory=list)
    places: dict[int, tuple[float, float]] = field(default_factory=dict)
    bars: dict[int, int] = field(default_factory=dict)
    built_up: list[Any] = field(default_factory=list)


def read(path: Path) -> Found:
    """Everything of an extract that the graph is made of."""
    import osmium

    found = Found()
    factory = osmium.geom.WKBFactory()
    for item in (
        osmium.FileProcessor(str(path)).with_locations().with_areas().with_filter(osmium.filter.EmptyTagFilter())
    ):
        tags = dict(item.tags)
        if isinstance(item, osmium.osm.Node):
            bars = road_tags.bars(tags)
            if bars:
                found.bars[item.id] = bars
        elif isinstance(item, osmium.osm.Area):
            if tags.get("landuse") in _BUILT_UP:
                try:
                    found.built_up.append(shapely.from_wkb(factory.create_multipolygon(item)))
                except RuntimeError:
                    continue
        elif isinstance(item, osmium.osm.Way):
            _take(found, item, tags)
    found.ways.sort(key=lambda entry: entry[0].id)
    return found


def _take(found: Found, item: Any, tags: Mapping[str, str]) -> None:
    way = road_tags.way(item.id, tags)
    if way is None:
        return
    run: list[int] = []
    # Where a node lies outside the extract, the way is cut.
    for node in [*item.nodes, None]:
        if node is not None and node.location.valid():
            found.places[node.ref] = (node.location.lon, node.location.lat)
            if not run or run[-1] != node.ref:
                run.append(node.ref)
        else:
            if len(run) > 1:
                found.ways.append((way, run))
            run = []


def cut(found: Found) -> Iterator[Link]:
    """The ways as links between junctions, ends and barriers, in the order of the ways' ids."""
    uses = Counter(node for _, nodes in found.ways for node in nodes)
    for _, nodes in found.ways:
        uses[nodes[0]] += 1
        uses[nodes[-1]] += 1
    for way, nodes in found.ways:
        begin = 0
        for place in range(1, len(nodes)):
            if uses[nodes[place]] > 1 or nodes[place] in found.bars:
                part = nodes[begin : place + 1]
                yield Link(part[0], part[-1], tuple(found.places[node] for node in part), way)
                begin = place


def connected(links: list[Link], lengths: list[float]) -> set[int]:
    """Which links are of a component, regardless of direction, that holds LEAST_PART of all length."""
    above: dict[int, int] = {}

    def top(node: int) -> int:
        while above.setdefault(node, node) != node:
            above[node] = above[above[node]]
            node = above[node]
        return node

    for link in links:
        above[top(link.start)] = top(link.end)
    held: dict[int, float] = {}
    for link, metres in zip(links, lengths, strict=True):
        held[top(link.start)] = held.get(top(link.start), 0.0) + metres
    least = LEAST_PART * sum(lengths)
    return {number for number, link in enumerate(links) if held[top(link.start)] >= least}


def graph(found: Found, about: About) -> RoadGraph:
    """The road graph; `about` is completed by what was dropped."""
    geod = pyproj.Geod(ellps="WGS84")
    every = list(cut(found))
    metres = [geod.line_length(*zip(*link.positions, strict=True)) for link in every]
    kept = connected(every, metres)
    links = [link for number, link in enumerate(every) if number in kept]
    numbers: dict[int, int] = {}
    for link in links:
        numbers.setdefault(link.start, len(numbers))
        numbers.setdefault(link.end, len(numbers))
    names = {"": 0}
    for link in links:
        names.setdefault(link.way.name, len(names))
    dropped = [length for number, length in enumerate(metres) if number not in kept]
    positions = np.array([position for link in links for position in link.positions])
    places = np.array([found.places[node] for node in numbers])
    return RoadGraph(
        about=About(about.name, about.as_of, about.attribution, about.licence, len(dropped), round(sum(dropped), 1)),
        node_lon=places[:, 0],
        node_lat=places[:, 1],
        node_bars=np.array([found.bars.get(node, 0) for node in numbers], dtype=np.uint8),
        link_from=np.array([numbers[link.start] for link in links], dtype=np.int32),
        link_to=np.array([numbers[link.end] for link in links], dtype=np.int32),
        link_length=np.maximum(0.01, [length for number, length in enumerate(metres) if number in kept]),
        link_class=np.array([link.way.road for link in links], dtype=np.uint8),
        link_setting=_settings(links, found.built_up),
        link_limit=np.array([link.way.limit for link in links], dtype=np.uint8),
        link_passes=np.array([link.way.passes for link in links], dtype=np.uint8),
        link_structure=np.array([BRIDGE * link.way.bridge + TUNNEL * link.way.tunnel for link in links], np.uint8),
        link_name=np.array([names[link.way.name] for link in links], dtype=np.int32),
        shape_first=np.concatenate([[0], np.cumsum([len(link.positions) for link in links])]).astype(np.int32),
        shape_lon=positions[:, 0],
        shape_lat=positions[:, 1],
        names=tuple(names),
    )


def _settings(links: list[Link], built_up: list[Any]) -> Any:
    """Which speed holds on each link: by class and limit, else by whether its middle lies in a built-up area."""
    tree = shapely.STRtree(built_up)
    middles = [shapely.LineString(link.positions).interpolate(0.5, normalized=True) for link in links]
    inside = set(tree.query(middles, predicate="intersects")[0].tolist()) if built_up else set()
    return np.array([_setting(link.way, number in inside) for number, link in enumerate(links)], dtype=np.uint8)


def _setting(way: Way, inside: bool) -> Setting:
    if way.road is RoadClass.MOTORWAY:
        return Setting.RURAL if way.ramp else Setting.MOTORWAY
    if way.road > RoadClass.MINOR:
        # Streets, and ways on which nobody drives faster than in a town.
        return Setting.URBAN
    if way.limit:
        return Setting.URBAN if way.limit <= 50 else Setting.RURAL
    return Setting.URBAN if inside and way.road is not RoadClass.TRUNK else Setting.RURAL


def build(path: Path, about: About, target: Path) -> RoadGraph:
    """Write the road graph of an extract; returns it."""
    found = graph(read(path), about)
    target.write_bytes(encode(found))
    return found
