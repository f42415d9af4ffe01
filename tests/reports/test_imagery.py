"""Raster maps in briefings: what is taken of them, and what becomes of those that fail."""

from __future__ import annotations

import io
import struct
import threading
import zlib

import numpy as np
import pytest
from PIL import Image

from qroc_desktop.domain.shape import Bounds
from qroc_desktop.reports.imagery import EMBEDDED, Imagery
from qroc_desktop.reports.projection import WORLD_M, frame_around

BOX: Bounds = (5.6, 50.8, 5.8, 50.9)


def colour_of(z: int, x: int, y: int) -> tuple[int, int, int]:
    return (z * 10, x * 7 % 256, y * 11 % 256)


def picture(z: int, x: int, y: int, kind: str = "PNG", size: int = 256) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (size, size), colour_of(z, x, y)).save(out, kind)
    return out.getvalue()


class Pictures:
    """A raster map: every tile in a colour of its own, or whatever `instead` says."""

    name, attribution, min_zoom, max_zoom = "Luchtfoto", "Kadaster", 0, 16

    def __init__(self, instead: bytes | OSError | None = None, bounds: Bounds = (-180, -85, 180, 85)) -> None:
        self.instead = instead
        self.bounds = bounds
        self.asked: list[tuple[int, int, int]] = []
        self._lock = threading.Lock()

    def tile(self, z: int, x: int, y: int) -> bytes | None:
        with self._lock:
            self.asked.append((z, x, y))
        if isinstance(self.instead, OSError):
            raise self.instead
        return picture(z, x, y) if self.instead is None else self.instead


def test_a_sheet_is_covered_by_tiles_where_they_belong() -> None:
    source = Pictures()
    frame = frame_around(BOX, 200.0, 150.0)
    mosaic = Imagery(source).mosaic(frame, lambda: None)
    assert mosaic is not None
    assert mosaic.west <= frame.west < frame.east <= mosaic.east
    assert mosaic.south <= frame.south < frame.north <= mosaic.north
    zoom = source.asked[0][0]
    # Within the sheet's 200 millimetres at some 100 to 220 dots per inch.
    assert 800 < (frame.east - frame.west) / (WORLD_M / 256 / 2**zoom) < 1750
    x, y = (frame.west + frame.east) / 2, (frame.south + frame.north) / 2
    column = int((x + WORLD_M / 2) / (WORLD_M / 2**zoom))
    row = int((WORLD_M / 2 - y) / (WORLD_M / 2**zoom))
    pixels = mosaic.pixels
    here = pixels[
        int((mosaic.north - y) / (mosaic.north - mosaic.south) * pixels.shape[0]),
        int((x - mosaic.west) / (mosaic.east - mosaic.west) * pixels.shape[1]),
    ]
    assert tuple(here) == (*colour_of(zoom, column, row), 255)
    assert mosaic.covers(x, y)


def test_beyond_its_edge_a_map_leaves_the_sheet_free() -> None:
    source = Pictures(bounds=(5.6, 50.8, 5.65, 50.85))
    frame = frame_around(BOX, 200.0, 150.0)
    mosaic = Imagery(source).mosaic(frame, lambda: None)
    assert mosaic is not None
    assert 0 < np.count_nonzero(mosaic.pixels[..., 3]) < mosaic.pixels[..., 3].size / 2
    assert not mosaic.covers(frame.east - 1, frame.north - 1)


def bomb() -> bytes:
    """A PNG that says it is 60,000 by 60,000 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    "tile", [b"", b"<svg/>", b"\x89PNG\r\n\x1a\n", picture(1, 1, 1)[:80], b"\xff\xd8\xff\xe0broken", bomb(),
             b"RIFF\x00\x00\x00\x00WEBPVP8 ", picture(1, 1, 1, size=2048)],
    ids=["empty", "svg", "head", "cut", "jpeg", "bomb", "webp", "large"],
)  # fmt: skip
def test_what_is_no_tile_leaves_the_offline_map_and_says_so(tile: bytes) -> None:
    imagery = Imagery(Pictures(tile))
    assert imagery.mosaic(frame_around(BOX, 200.0, 150.0), lambda: None) is None
    assert str(imagery.note) == "The map Luchtfoto shows nothing here; this is the offline map."


def test_a_server_that_fails_is_given_up_and_not_asked_again() -> None:
    source = Pictures(OSError("no route"))
    imagery = Imagery(source)
    assert imagery.mosaic(frame_around(BOX, 200.0, 150.0), lambda: None) is None
    assert str(imagery.note) == "The map Luchtfoto could not be had; this is the offline map."
    asked = len(source.asked)
    assert imagery.embedded(BOX, lambda: None) == []
    assert len(source.asked) == asked


def test_a_map_that_takes_too_long_is_given_up() -> None:
    now = iter([0.0, *[1000.0] * 10_000])
    imagery = Imagery(Pictures(), clock=lambda: next(now))
    assert imagery.mosaic(frame_around(BOX, 200.0, 150.0), lambda: None) is None
    assert "could not be had" in str(imagery.note)


def test_a_page_takes_coarse_zooms_first_and_not_more_than_it_may() -> None:
    source = Pictures()
    taken = Imagery(source).embedded(BOX, lambda: None)
    zooms = [zxy[0] for zxy, _, _ in taken]
    assert zooms == sorted(zooms)
    assert len({*zooms}) >= 3
    assert len(taken) <= 320
    assert sum(len(data) for _, _, data in taken) <= EMBEDDED
    assert {media for _, media, _ in taken} == {"image/png"}
    few = Imagery(Pictures()).embedded(BOX, lambda: None, budget=20_000)
    assert 0 < len(few) < len(taken)


def test_across_the_antimeridian_tiles_of_both_sides_are_taken() -> None:
    source = Pictures()
    taken = Imagery(source).embedded((179.0, -18.0, -179.0, -17.0), lambda: None)
    deepest = max(zxy[0] for zxy, _, _ in taken)
    columns = {x for (z, x, _), _, _ in taken if z == deepest}
    assert {0, 2**deepest - 1} <= columns
