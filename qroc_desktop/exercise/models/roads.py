"""The road graph: junctions and the links between them, for whom a link is open, and where it runs.

Immutable and held in arrays, so that a country loads in milliseconds. Positions are lon, lat in degrees on WGS84,
lengths in metres. A **node** is a junction, an end or a barrier; a **link** is the stretch of road between two nodes,
with all its bends. Each link is up to two directed edges: forward, the way it is drawn, and back. Where roads cross
by a bridge or in a tunnel they share no node, and so nobody gets from one to the other.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bytes = NDArray[np.uint8]
Indices = NDArray[np.int32]
METRES_PER_DEGREE: Final = 111_319.490793
"""Along the equator of WGS84."""


class RoadClass(enum.IntEnum):
    """What kind of road a link is; `ROAD` is one that nobody has classified."""

    MOTORWAY = 0
    TRUNK = 1
    PRIMARY = 2
    SECONDARY = 3
    TERTIARY = 4
    MINOR = 5
    RESIDENTIAL = 6
    LIVING_STREET = 7
    ROAD = 8
    SERVICE = 9
    TRACK = 10
    PEDESTRIAN = 11
    CYCLEWAY = 12
    FOOTWAY = 13
    PATH = 14
    BRIDLEWAY = 15
    STEPS = 16


class Setting(enum.IntEnum):
    """Which of a mode's three speeds holds on a link."""

    URBAN = 0
    RURAL = 1
    MOTORWAY = 2


class Traveller(enum.IntEnum):
    """Whose rules of access hold: for each, two bits of `link_passes`, forward and back."""

    FOOT = 0
    BICYCLE = 1
    MOTOR = 2

    @property
    def forward(self) -> int:
        """The bit of `link_passes` for going the way the link is drawn."""
        return int(1 << (2 * self))

    @property
    def back(self) -> int:
        """The bit of `link_passes` for going against it."""
        return int(2 << (2 * self))

    @property
    def barred(self) -> int:
        """The bit of `node_bars` for a barrier that this traveller cannot pass."""
        return int(1 << self)


BRIDGE: Final = 1
TUNNEL: Final = 2
NO_CAR_FITS: Final = frozenset(
    {RoadClass.FOOTWAY, RoadClass.PATH, RoadClass.BRIDLEWAY, RoadClass.STEPS},
)
"""Where a motor vehicle cannot go, whether it may or not."""


@dataclass(frozen=True, slots=True)
class About:
    """What a graph is made from. `dropped`: links and metres of road that hang together with nothing else."""

    name: str
    as_of: str
    attribution: str
    licence: str
    dropped_links: int = 0
    dropped_m: float = 0.0


@dataclass(frozen=True, slots=True)
class Edges:
    """The directed edges that one traveller may use, by the node they leave.

    Plain lists, because that is what a loop in Python reads fastest: `first[n]` up to `first[n + 1]` are the places
    in `heads` (the node an edge leads to), `links` and `forwards` of the edges that leave node n.
    """

    first: list[int]
    heads: list[int]
    links: list[int]
    forwards: list[bool]


@dataclass(frozen=True, eq=False)
class RoadGraph:
    """See the module. Arrays are read-only.

    node_lon, node_lat: degrees. node_bars: bits of `Traveller.barred`. link_from, link_to: nodes. link_length: metres
    on the ellipsoid. link_class: RoadClass. link_setting: Setting. link_limit: signposted km/h, 0 where unknown.
    link_passes: bits of `Traveller.forward` and `back`. link_structure: BRIDGE, TUNNEL. link_name: place in `names`,
    whose first is empty. shape_first: where the positions of a link begin in shape_lon, shape_lat; both ends are
    among them, and one entry more than there are links.
    """

    about: About
    node_lon: Floats
    node_lat: Floats
    node_bars: Bytes
    link_from: Indices
    link_to: Indices
    link_length: Floats
    link_class: Bytes
    link_setting: Bytes
    link_limit: Bytes
    link_passes: Bytes
    link_structure: Bytes
    link_name: Indices
    shape_first: Indices
    shape_lon: Floats
    shape_lat: Floats
    names: tuple[str, ...]
    _edges: dict[tuple[Traveller, bool], Edges] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        for value in vars(self).values():
            if isinstance(value, np.ndarray):
                value.flags.writeable = False

    @property
    def nodes(self) -> int:
        """How many nodes there are."""
        return len(self.node_lon)

    @property
    def links(self) -> int:
        """How many links there are."""
        return len(self.link_from)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """west, south, east, north in degrees."""
        lon, lat = self.shape_lon, self.shape_lat
        return float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())

    def name(self, link: int) -> str:
        """The road's name or number; empty where it has none."""
        return self.names[int(self.link_name[link])]

    def passes(self, link: int, traveller: Traveller, *, forward: bool, heeds_rules: bool = True) -> bool:
        """Whether a traveller may (heeding the rules) or can (not heeding them) go along a link in a direction."""
        return bool(self._open(traveller, heeds_rules)[0 if forward else 1][link])

    def edges(self, traveller: Traveller, *, heeds_rules: bool = True) -> Edges:
        """The directed edges of a traveller. A node that bars him is led to and not led from."""
        key = (traveller, heeds_rules)
        if key not in self._edges:
            self._edges[key] = self._directed(traveller, heeds_rules)
        return self._edges[key]

    def _open(self, traveller: Traveller, heeds_rules: bool) -> tuple[Any, Any]:
        if heeds_rules:
            return self.link_passes & traveller.forward != 0, self.link_passes & traveller.back != 0
        if traveller is Traveller.MOTOR:
            fits = ~np.isin(self.link_class, [int(road) for road in NO_CAR_FITS])
            # Who may drive there has somehow got there, narrow as it is.
            can = fits | (self.link_passes & (traveller.forward | traveller.back) != 0)
        else:
            can = np.ones(self.links, dtype=bool)
        return can, can

    def _directed(self, traveller: Traveller, heeds_rules: bool) -> Edges:
        ahead, back = self._open(traveller, heeds_rules)
        links = np.arange(self.links, dtype=np.int32)
        tails = np.concatenate([self.link_from[ahead], self.link_to[back]])
        heads = np.concatenate([self.link_to[ahead], self.link_from[back]])
        owners = np.concatenate([links[ahead], links[back]])
        forwards = np.concatenate([np.ones(int(ahead.sum()), bool), np.zeros(int(back.sum()), bool)])
        leaves = self.node_bars[tails] & traveller.barred == 0
        tails, heads, owners, forwards = tails[leaves], heads[leaves], owners[leaves], forwards[leaves]
        order = np.lexsort((forwards, owners, tails))
        first = np.searchsorted(tails[order], np.arange(self.nodes + 1))
        return Edges(first.tolist(), heads[order].tolist(), owners[order].tolist(), forwards[order].tolist())

    @cached_property
    def shape_along(self) -> Floats:
        """Metres from the start of its link to each position of `shape_lon`, `shape_lat`."""
        middle = np.radians((self.shape_lat[1:] + self.shape_lat[:-1]) / 2)
        east = np.diff(self.shape_lon) * np.cos(middle)
        steps = np.concatenate([[0.0], np.hypot(east, np.diff(self.shape_lat))])
        steps[self.shape_first[:-1]] = 0.0
        run = np.cumsum(steps)
        along = run - np.repeat(run[self.shape_first[:-1]], np.diff(self.shape_first))
        whole = along[self.shape_first[1:] - 1]
        scale = np.divide(self.link_length, whole, out=np.zeros_like(whole), where=whole > 0)
        result: Floats = along * np.repeat(scale, np.diff(self.shape_first))
        result.flags.writeable = False
        return result

    @cached_property
    def segments(self) -> Indices:
        """Places in `shape_lon`, `shape_lat` from which a straight segment leads to the next."""
        starts = np.ones(len(self.shape_lon), dtype=bool)
        starts[self.shape_first[1:] - 1] = False
        return np.flatnonzero(starts).astype(np.int32)

    @cached_property
    def segment_link(self) -> Indices:
        """The link of each of `segments`."""
        return np.repeat(np.arange(self.links, dtype=np.int32), np.diff(self.shape_first) - 1)

    def line(self, link: int, start_m: float = 0.0, end_m: float | None = None) -> list[tuple[float, float]]:
        """The positions (lon, lat) of a stretch of a link, from and to so many metres after its start."""
        here = slice(int(self.shape_first[link]), int(self.shape_first[link + 1]))
        lon, lat = self.shape_lon[here], self.shape_lat[here]
        end = float(self.link_length[link]) if end_m is None else end_m
        if start_m <= 0 and end >= self.link_length[link]:
            return list(zip(lon.tolist(), lat.tolist(), strict=True))
        marks = self.marks(link, start_m, end)
        along = self.shape_along[here]
        lons, lats = np.interp(marks, along, lon), np.interp(marks, along, lat)
        return list(zip(lons.tolist(), lats.tolist(), strict=True))

    def marks(self, link: int, start_m: float, end_m: float) -> list[float]:
        """Metres after the start of a link at which each position of `line` lies."""
        along = self.shape_along[int(self.shape_first[link]) : int(self.shape_first[link + 1])]
        if start_m <= 0 and end_m >= self.link_length[link]:
            whole: list[float] = along.tolist()
            return whole
        return [start_m, *along[(along > start_m) & (along < end_m)].tolist(), end_m]

    def position(self, link: int, at_m: float) -> tuple[float, float]:
        """lon, lat so many metres after the start of a link."""
        return self.line(link, at_m, at_m)[0]


def settings_of(speeds_kmh: Sequence[float]) -> Floats:
    """Metres per second by Setting, of three speeds in km/h."""
    return np.array(speeds_kmh, dtype=np.float64) / 3.6
