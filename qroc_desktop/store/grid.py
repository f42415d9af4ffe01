"""Counts of items by map cell, kept up to date by every write: a view of a million items reads hundreds of rows.

Every other zoom level of the Web Mercator tile pyramid up to FINEST has its cells. Levels between are added up from
the next finer one. Nothing finer is kept: beneath it a view is so small that its items are read from the R-tree,
unless there are very many, and then the finest cells are still a true answer. The count, not a sample, is kept because
an officer must be able to trust the number on the map.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterator
from functools import lru_cache

from qroc_desktop.domain.shape import Bounds

LEVELS = (2, 4, 6, 8, 10, 12)
FINEST = LEVELS[-1]
MERCATOR_LIMIT = 85.0511287798066
"""Latitude where the Web Mercator square ends: degrees(atan(sinh(pi)))."""
_COLUMN = (1 << FINEST) - 1
_MICRO = 1_000_000

CellKey = tuple[int, int]
"""Packed cell and layer key."""
Lonlat = tuple[float, float]


def column_row(lon: float, lat: float, level: int) -> tuple[int, int]:
    """Tile column (from 180 degrees west) and row (from the north) as slippy map tiles are numbered."""
    side = 1 << level
    phi = math.radians(min(MERCATOR_LIMIT, max(-MERCATOR_LIMIT, lat)))
    x = int((lon + 180.0) / 360.0 * side)
    y = int((1.0 - math.asinh(math.tan(phi)) / math.pi) / 2.0 * side)
    return min(side - 1, max(0, x)), min(side - 1, max(0, y))


def finest_cell(lon: float, lat: float) -> int:
    """The FINEST cell of a position in one integer: its row, then its column in the lower FINEST bits."""
    x, y = column_row(lon, lat, FINEST)
    return y << FINEST | x


def pack(level: int, x: int, y: int) -> int:
    """One integer; cells of one row of a level are consecutive."""
    return level << 40 | y << 20 | x


@lru_cache(maxsize=1 << 14)
def _ancestors(cell: int) -> tuple[int, ...]:
    """The cell of `finest_cell` itself and those that hold it, one of each level, packed."""
    x, y = cell & _COLUMN, cell >> FINEST
    return tuple(pack(level, x >> (FINEST - level), y >> (FINEST - level)) for level in LEVELS)


def cell_bounds(level: int, x: int, y: int) -> Bounds:
    """west, south, east, north of a cell in degrees."""
    side = 1 << level

    def latitude(row: int) -> float:
        return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * row / side))))

    return (x / side * 360.0 - 180.0, latitude(y + 1), (x + 1) / side * 360.0 - 180.0, latitude(y))


class Tally:
    """Differences to the cells, gathered during a transaction and written once."""

    def __init__(self) -> None:
        self._cells: dict[CellKey, list[int]] = {}

    def __len__(self) -> int:
        return len(self._cells)

    def add(self, lon: float, lat: float, cell: int, layer: int, priority: int, sign: int) -> None:
        """Count one item in (`sign` 1) or out (-1) at its anchor, which lies in a cell of `finest_cell`."""
        self._add(cell, layer, priority, sign, round(lon * _MICRO) * sign, round(lat * _MICRO) * sign)

    def move(self, start: Lonlat, end: Lonlat, cell: int, layer: int, priority: int) -> None:
        """Count one item that has moved within a cell of `finest_cell`: only its place is another, on every level."""
        lon, lat = (round(there * _MICRO) - round(here * _MICRO) for here, there in zip(start, end, strict=True))
        self._add(cell, layer, priority, 0, lon, lat)

    def _add(self, cell: int, layer: int, priority: int, sign: int, micro_lon: int, micro_lat: int) -> None:
        for packed in _ancestors(cell):
            counts = self._cells.get((packed, layer))
            if counts is None:
                counts = self._cells[packed, layer] = [0, 0, 0, 0, 0, 0]
            counts[priority - 1] += sign
            counts[4] += micro_lon
            counts[5] += micro_lat

    def changed(self) -> Iterator[tuple[int, ...]]:
        """cell, layer, four counts by priority, sums of longitude and latitude in millionths of a degree."""
        for (cell, layer), counts in self._cells.items():
            if any(counts):
                yield (cell, layer, *counts)

    def write(self, connection: sqlite3.Connection) -> None:
        """Add the differences to the file and forget them."""
        rows = list(self.changed())
        self._cells.clear()
        connection.executemany(
            "INSERT INTO cluster VALUES (?,?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET flash = flash + excluded.flash,"
            " immediate = immediate + excluded.immediate, priority = priority + excluded.priority,"
            " routine = routine + excluded.routine, lon = lon + excluded.lon, lat = lat + excluded.lat",
            rows,
        )
        lessened = [row[:2] for row in rows if min(row[2:6]) < 0]
        connection.executemany(
            "DELETE FROM cluster WHERE cell = ? AND layer = ? AND flash + immediate + priority + routine = 0", lessened
        )
