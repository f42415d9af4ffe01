"""Where symbols and their titles stand on the map of a sheet: nothing important hides anything important.

A symbol whose place is taken moves aside, with a line back to where it belongs. The order of the items decides who
stays: the first is the most urgent.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from qroc_desktop.domain.state import Item
from qroc_desktop.domain.vocabulary import ItemType, Priority
from qroc_desktop.reports.projection import Frame
from qroc_desktop.reports.space import Box, Space, around

SYMBOL_TYPES: Final = frozenset({ItemType.INCIDENT, ItemType.UNIT, ItemType.FACILITY, ItemType.NOTE, ItemType.TRACK})
MOST_SINGLE: Final = 500
"""With more symbols than this on the sheet those that stand close together are told as one."""
_FURTHEST_MM: Final = 26.0
_STEP_MM: Final = 1.8
_CLUSTER_MM: Final = 11.0


class MapArea(msgspec.Struct, frozen=True):
    """The map on a sheet: its frame, and its box in millimetres."""

    frame: Frame
    box: Box

    def spot(self, lon: float, lat: float) -> tuple[float, float]:
        """Millimetres on the sheet."""
        return self.spot_of(*self.frame.place(lon, lat))

    def spot_of(self, x: float, y: float) -> tuple[float, float]:
        """Millimetres on the sheet of a point in metres of the projection."""
        scale = self.frame.metres_per_mm
        return self.box[0] + (x - self.frame.west) / scale, self.box[1] + (self.frame.north - y) / scale

    def holds(self, spot: tuple[float, float]) -> bool:
        """Whether a spot lies on the map."""
        return self.box[0] <= spot[0] <= self.box[2] and self.box[1] <= spot[1] <= self.box[3]


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """A symbol to draw: its item, where it belongs and where it stands, and its size, in millimetres.

    `offset`: from the middle of its picture to the point of the symbol that stands for the place.
    """

    number: int
    item: Item
    sidc: str
    home: tuple[float, float]
    stand: tuple[float, float]
    side: float

    @property
    def moved(self) -> bool:
        """Whether it had to move aside."""
        return math.dist(self.home, self.stand) > 0.1

    @property
    def box(self) -> Box:
        """What it covers."""
        return around(*self.stand, self.side, self.side)


class Crowd(msgspec.Struct, frozen=True):
    """Several symbols told as one: where, how many, and the most urgent priority."""

    spot: tuple[float, float]
    count: int
    priority: Priority


class Wanted(msgspec.Struct, frozen=True):
    """A symbol that wants to stand at a spot; side in millimetres."""

    number: int
    item: Item
    sidc: str
    spot: tuple[float, float]
    side: float


def place(wanted: Sequence[Wanted], space: Space) -> tuple[list[Mark], list[Crowd]]:
    """Find a stand for every symbol, in order."""
    if len(wanted) > MOST_SINGLE:
        return _gathered(wanted, space)
    # Every home is known first, so that a symbol that moves does not cover the place of another.
    return [_stand(one, space) for one in wanted], []


def _stand(wanted: Wanted, space: Space) -> Mark:
    side = wanted.side * 0.86
    for spot in (wanted.spot, *_spiral(wanted.spot)):
        if space.taken(around(*spot, side, side)):
            break
    else:
        spot = wanted.spot
        space.take(around(*spot, side, side))
    return Mark(
        number=wanted.number, item=wanted.item, sidc=wanted.sidc, home=wanted.spot, stand=spot, side=wanted.side
    )


def _spiral(middle: tuple[float, float]) -> Iterator[tuple[float, float]]:
    radius = _STEP_MM
    while radius <= _FURTHEST_MM:
        count = max(8, round(2 * math.pi * radius / _STEP_MM))
        for number in range(count):
            angle = 2 * math.pi * number / count - math.pi / 4
            yield middle[0] + radius * math.cos(angle), middle[1] + radius * math.sin(angle)
        radius += _STEP_MM


def _gathered(wanted: Sequence[Wanted], space: Space) -> tuple[list[Mark], list[Crowd]]:
    cells: dict[tuple[int, int], list[Wanted]] = defaultdict(list)
    for one in wanted:
        cells[int(one.spot[0] // _CLUSTER_MM), int(one.spot[1] // _CLUSTER_MM)].append(one)
    marks, crowds = [], []
    for members in cells.values():
        if len(members) == 1:
            marks.append(_stand(members[0], space))
            continue
        spot = (
            sum(one.spot[0] for one in members) / len(members),
            sum(one.spot[1] for one in members) / len(members),
        )
        space.take(around(*spot, 7.0, 7.0))
        crowds.append(Crowd(spot, len(members), min(one.item.situation.priority for one in members)))
    return marks, crowds
