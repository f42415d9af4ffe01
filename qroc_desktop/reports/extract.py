"""A small PMTiles archive cut from the base map, for a page that must stand alone."""

from __future__ import annotations

import gzip
import io
import math
from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from qroc_desktop.domain.shape import Bounds
from qroc_desktop.reports.base_map import VectorTiles
from qroc_desktop.reports.projection import WORLD_M, forward
from qroc_desktop.reports.schemas import Schema

BUDGET: Final = 2_600_000
"""Bytes of all tiles of a page, compressed."""
_WORLD_ZOOMS: Final = 2
_AROUND: Final = (8.0, 4.0, 2.0, 1.0)
"""How far around the area tiles are taken, in sides of it: far at the first zooms beyond the world's, near at last."""
_MOST_TILES: Final = 4000


class Extract(msgspec.Struct, frozen=True):
    """An archive of some tiles. `max_zoom` is the last data zoom that is in it."""

    name: str
    data: bytes
    max_zoom: int
    detailed: bool
    schema: Schema | None = None


def cut(archives: Sequence[VectorTiles], bounds: Bounds, budget: int = BUDGET) -> list[Extract]:
    """The tiles around `bounds` (west may exceed east), coarse ones first, until the budget is spent.

    Detailed archives get what the world leaves. An archive with nothing there is left out.
    """
    extracts = []
    left = budget
    for number, archive in enumerate(sorted(archives, key=lambda archive: archive.detailed)):
        tiles, last = _taken(archive, bounds, left)
        if not tiles:
            continue
        left -= sum(map(len, tiles.values()))
        name = f"streets-{number}" if archive.detailed else "world"
        extracts.append(Extract(name, _written(archive, tiles, last), last, archive.detailed, archive.schema))
    return extracts


def _taken(archive: VectorTiles, bounds: Bounds, budget: int) -> tuple[dict[int, bytes], int]:
    taken: dict[int, bytes] = {}
    first = max(archive.min_zoom, archive.schema.min_zoom if archive.schema else 0)
    size, last = 0, first
    for zoom in range(first, archive.max_zoom + 1):
        level: dict[int, bytes] = {}
        for column, row in _columns_and_rows(archive, bounds, zoom):
            data = archive.tile(zoom, column, row)
            if data is not None:
                level[zxy_to_tileid(zoom, column, row)] = gzip.compress(data, 9, mtime=0)
        more = sum(map(len, level.values()))
        if size + more > budget and taken:
            break
        taken |= level
        size += more
        last = zoom
    return taken, last


def _columns_and_rows(archive: VectorTiles, bounds: Bounds, zoom: int) -> Iterator[tuple[int, int]]:
    count = 1 << zoom
    if zoom <= _WORLD_ZOOMS and not archive.detailed:
        yield from ((column, row) for column in range(count) for row in range(count))
        return
    west, south = forward(bounds[0], bounds[1])
    east, north = forward(bounds[2], bounds[3])
    if bounds[0] > bounds[2]:
        east += WORLD_M
    side = WORLD_M / count
    reach = _AROUND[min(len(_AROUND) - 1, max(0, zoom - _WORLD_ZOOMS - 1) // 2)]
    wide = max((east - west) * reach * 0.5, side * 0.5)
    high = max((north - south) * reach * 0.5, side * 0.5)
    half = WORLD_M / 2
    columns = range(math.floor((west - wide + half) / side), math.floor((east + wide + half) / side) + 1)
    top = max(0, math.floor((half - north - high) / side))
    bottom = min(count - 1, math.floor((half - south + high) / side))
    seen: set[tuple[int, int]] = set()
    for column in columns[:count]:
        for row in range(top, bottom + 1):
            seen.add((column % count, row))
            if len(seen) > _MOST_TILES:
                return
    yield from sorted(seen)


def _written(archive: VectorTiles, tiles: dict[int, bytes], last: int) -> bytes:
    buffer = io.BytesIO()
    untyped: Any = Writer
    writer = untyped(buffer)
    for tile_id in sorted(tiles):
        writer.write_tile(tile_id, tiles[tile_id])
    west, south, east, north = (round(side * 1e7) for side in archive.bounds)
    header: dict[str, Any] = {
        "tile_type": TileType.MVT, "tile_compression": Compression.GZIP,
        "min_zoom": archive.min_zoom, "max_zoom": last,
        "min_lon_e7": west, "min_lat_e7": south, "max_lon_e7": east, "max_lat_e7": north,
        "center_zoom": archive.min_zoom, "center_lon_e7": 0, "center_lat_e7": 0,
    }  # fmt: skip
    writer.finalize(header, {"attribution": archive.attribution})
    return buffer.getvalue()
