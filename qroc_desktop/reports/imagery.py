"""A raster map in a briefing: tiles of a file or of an allowed server, for paper and for a page that stands alone.

Tiles come from outside: their size is read before they are unpacked, and one that is no picture leaves a hole.
A server that does not answer costs a bounded time, and the briefing is made without it.
"""

from __future__ import annotations

import io
import logging
import math
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final, Protocol

import msgspec
import numpy as np
from PIL import ImageFile, JpegImagePlugin, PngImagePlugin, WebPImagePlugin
from PIL.Image import Image, Resampling
from PIL.Image import new as new_image

from qroc_desktop.domain.shape import Bounds
from qroc_desktop.errors import Message
from qroc_desktop.reports.projection import WORLD_M, Frame, forward

Zxy = tuple[int, int, int]
"""Zoom, column, row; columns may lie beyond the world's edge, where the sheet does."""
PATIENCE_S: Final = 45.0
"""How long the tiles of one briefing may take altogether."""
EMBEDDED: Final = 6_000_000
"""Bytes of all tiles in a page."""
_MOST_EMBEDDED: Final = 320
_MOST_PRINTED: Final = 120
_LARGEST_SIDE: Final = 1024
_WORKERS: Final = 4
_DOTS_PER_MM: Final = 150 / 25.4
"""So dense is a raster map printed: its own letters stay large enough to be read."""
_SCREEN_PIXELS: Final = 1000.0
_AROUND: Final = 0.5
_OPENERS: Final[tuple[tuple[bytes, str, type[ImageFile.ImageFile]], ...]] = (
    (b"\x89PNG", "image/png", PngImagePlugin.PngImageFile),
    (b"\xff\xd8\xff", "image/jpeg", JpegImagePlugin.JpegImageFile),
    (b"RIFF", "image/webp", WebPImagePlugin.WebPImageFile),
)
_log = logging.getLogger(__name__)


class RasterTiles(Protocol):
    """Pictures of one map, in tiles of Web Mercator."""

    name: str
    attribution: str
    min_zoom: int
    max_zoom: int
    bounds: Bounds

    def tile(self, z: int, x: int, y: int) -> bytes | None:
        """The bytes of a picture, None where there is none; raises OSError where it cannot be had. From any thread."""
        ...


class Mosaic(msgspec.Struct, frozen=True):
    """Tiles as one picture. pixels: rows from the north, red, green, blue, opacity. west ... north: its sides in
    metres of EPSG:3857."""

    pixels: np.ndarray[Any, Any]
    west: float
    south: float
    east: float
    north: float

    def covers(self, x: float, y: float) -> bool:
        """Whether there is something of the picture at a point."""
        rows, columns = self.pixels.shape[:2]
        column = math.floor((x - self.west) / (self.east - self.west) * columns)
        row = math.floor((self.north - y) / (self.north - self.south) * rows)
        return 0 <= column < columns and 0 <= row < rows and bool(self.pixels[row, column, 3])


class Imagery:
    """The raster map of one briefing. `note` says in one line what is not as it should be."""

    def __init__(self, source: RasterTiles, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._source = source
        self._clock = clock
        self._patience = PATIENCE_S
        self._ends = 0.0
        self._failed = False
        self.note: Message | None = None

    @property
    def attribution(self) -> str:
        """Whom the map is owed to."""
        return self._source.attribution

    def mosaic(self, frame: Frame, step: Callable[[], None]) -> Mosaic | None:
        """What lies on a sheet; None where there is nothing or it cannot be had."""
        zoom = self._print_zoom(frame)
        size = WORLD_M / (1 << zoom)
        columns, rows = _ranges(frame.west, frame.south, frame.east, frame.north, zoom)
        found = self._pictures(((zoom, x, y) for x in columns for y in rows), step)
        if not found:
            return None
        side = min(512, max(picture.width for picture in found.values()))
        whole = new_image("RGBA", (len(columns) * side, len(rows) * side))
        for (_, x, y), picture in found.items():
            whole.paste(_fitted(picture, side), ((x - columns[0]) * side, (y - rows[0]) * side))
        west, north = columns[0] * size - WORLD_M / 2, WORLD_M / 2 - rows[0] * size
        return Mosaic(np.asarray(whole), west, north - len(rows) * size, west + len(columns) * size, north)

    def embedded(
        self, bounds: Bounds, step: Callable[[], None], budget: int = EMBEDDED
    ) -> list[tuple[Zxy, str, bytes]]:
        """Tiles around `bounds` (west may exceed east) for a page: place, media type, bytes; coarse zooms first."""
        west, south = forward(bounds[0], bounds[1])
        east, north = forward(bounds[2], bounds[3])
        if bounds[0] > bounds[2]:
            east += WORLD_M
        wide, high = (east - west) * _AROUND, (north - south) * _AROUND
        side = max(east - west, north - south, 1.0)
        first = math.floor(math.log2(WORLD_M / 256 / (side / _SCREEN_PIXELS))) - 1
        taken: list[tuple[Zxy, str, bytes]] = []
        size = 0
        for zoom in range(max(self._source.min_zoom, min(first, self._source.max_zoom)), self._source.max_zoom + 1):
            columns, rows = _ranges(west - wide, south - high, east + wide, north + high, zoom)
            count = 1 << zoom
            places = {(zoom, x % count, y) for x in columns[:count] for y in rows}
            if taken and len(taken) + len(places) > _MOST_EMBEDDED:
                break
            level = [(zxy, _media(data), data) for zxy, data in self._fetched(sorted(places), step).items()]
            size += sum(len(data) for _, _, data in level)
            if self._failed or (taken and size > budget):
                break
            taken += [entry for entry in level if entry[1]]
        if self._failed:
            return []
        self._tell_empty(taken)
        return taken

    def _print_zoom(self, frame: Frame) -> int:
        fitting = math.log2(WORLD_M / 256 / (frame.metres_per_mm / _DOTS_PER_MM))
        zoom = max(self._source.min_zoom, min(self._source.max_zoom, round(fitting)))
        while zoom > self._source.min_zoom:
            columns, rows = _ranges(frame.west, frame.south, frame.east, frame.north, zoom)
            if len(columns) * len(rows) <= _MOST_PRINTED:
                break
            zoom -= 1
        return zoom

    def _pictures(self, wanted: Iterable[Zxy], step: Callable[[], None]) -> dict[Zxy, Image]:
        found = {zxy: picture for zxy, data in self._fetched(wanted, step).items() if (picture := _opened(data))}
        if not self._failed:
            self._tell_empty(found)
        return found

    def _fetched(self, wanted: Iterable[Zxy], step: Callable[[], None]) -> dict[Zxy, bytes]:
        """The tiles that there are; none at all where the map fails, and then never again."""
        places = [zxy for zxy in wanted if self._reaches(zxy)]
        if len(places) > 4 * _MOST_PRINTED:
            places = []
        if self._failed or not places:
            return {}
        found: dict[Zxy, bytes] = {}
        missed = 0
        allowed = max(2, len(places) // 10)
        workers = ThreadPoolExecutor(_WORKERS, "briefing-map")
        # Only waiting for the map counts, not what else a busy machine takes its time for.
        started = self._clock()
        self._ends = started + self._patience
        try:
            for zxy, answer in {zxy: workers.submit(self._one, zxy) for zxy in places}.items():
                missed += self._take(zxy, answer, found)
                if missed > min(allowed, len(places) - 1):
                    self._fail()
                    return {}
                step()
        finally:
            # Whoever still waits for a silent server is not waited for.
            workers.shutdown(wait=False, cancel_futures=True)
            self._patience -= self._clock() - started
        if missed:
            self.note = Message(
                "Pieces of the map {name} could not be had; the offline map shows there.", name=self._source.name
            )
        return found

    def _one(self, zxy: Zxy) -> bytes | None:
        z, x, y = zxy
        if self._clock() > self._ends:
            raise TimeoutError("the map takes too long")
        return self._source.tile(z, x % (1 << z), y)

    def _take(self, zxy: Zxy, answer: Future[bytes | None], found: dict[Zxy, bytes]) -> int:
        try:
            data = answer.result(timeout=max(0.1, self._ends - self._clock()))
        except OSError as error:
            _log.info("tile %s of a briefing: %s", zxy, error)
            return 1
        if data:
            found[zxy] = data
        return 0

    def _reaches(self, zxy: Zxy) -> bool:
        """Whether a tile lies within what the map claims to show."""
        z, x, y = zxy
        size = WORLD_M / (1 << z)
        west, south = forward(*self._source.bounds[:2])
        east, north = forward(*self._source.bounds[2:])
        left, top = (x % (1 << z)) * size - WORLD_M / 2, WORLD_M / 2 - y * size
        return left < east and left + size > west and top > south and top - size < north

    def _fail(self) -> None:
        self._failed = True
        self.note = Message("The map {name} could not be had; this is the offline map.", name=self._source.name)

    def _tell_empty(self, found: Mapping[Zxy, Any] | list[Any]) -> None:
        if not found:
            self.note = Message("The map {name} shows nothing here; this is the offline map.", name=self._source.name)


def _ranges(west: float, south: float, east: float, north: float, zoom: int) -> tuple[range, range]:
    """Columns and rows of a rectangle in metres of EPSG:3857."""
    size, half, last = WORLD_M / (1 << zoom), WORLD_M / 2, (1 << zoom) - 1
    top, bottom = (max(0, min(last, math.floor((half - y) / size))) for y in (north, south))
    return range(math.floor((west + half) / size), math.floor((east + half) / size) + 1), range(top, bottom + 1)


def _media(data: bytes) -> str:
    return next((media for start, media, _ in _OPENERS if data.startswith(start)), "")


def _opened(data: bytes) -> Image | None:
    """A tile as a picture; None for what is none or is larger than a tile."""
    opener = next((opener for start, _, opener in _OPENERS if data.startswith(start)), None)
    if opener is None:
        return None
    try:
        with opener(io.BytesIO(data)) as picture:
            if not 0 < max(picture.size) <= _LARGEST_SIDE:
                return None
            return picture.convert("RGBA")
    except Exception as error:  # whatever a decoder makes of bytes from outside
        _log.info("a tile is no picture: %s", type(error).__name__)
        return None


def _fitted(picture: Image, side: int) -> Image:
    return picture if picture.size == (side, side) else picture.resize((side, side), Resampling.BILINEAR)
