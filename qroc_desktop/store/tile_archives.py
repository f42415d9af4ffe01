"""Map tiles from one file: PMTiles (version 3) and MBTiles (1.3), vector or raster.

Formats: github.com/protomaps/PMTiles, spec/v3/spec.md; github.com/mapbox/mbtiles-spec, 1.3/spec.md.
Files come from outside: every length in them is checked before it is believed.
"""

from __future__ import annotations

import gzip
import json
import math
import os
import sqlite3
import threading
import zlib
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Literal, Protocol
from urllib.parse import quote

import msgspec
from pmtiles.tile import (
    Compression,
    Entry,
    TileType,
    deserialize_directory,
    deserialize_header,
    find_tile,
    zxy_to_tileid,
)

from qroc_desktop.domain.shape import Bounds
from qroc_desktop.errors import Message, Refused
from qroc_desktop.reasons import reason_of

MVT: Final = "application/vnd.mapbox-vector-tile"
LARGEST_TILE: Final = 8 * 1024 * 1024
LARGEST_METADATA: Final = 4 * 1024 * 1024
LARGEST_DIRECTORY: Final = 4 * 1024 * 1024
DEEPEST_ZOOM: Final = 24
_HEADER_BYTES: Final = 127
_DIRECTORY_LEVELS: Final = 4
_KEPT_DIRECTORIES: Final = 64
_PMTILES_MEDIA: Final = {
    TileType.MVT: MVT,
    TileType.PNG: "image/png",
    TileType.JPEG: "image/jpeg",
    TileType.WEBP: "image/webp",
}
_MBTILES_MEDIA: Final = {
    "pbf": MVT,
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "webp": "image/webp",
}
_IMAGES: Final[tuple[tuple[str, Callable[[bytes], bool]], ...]] = (
    ("image/png", lambda data: data.startswith(b"\x89PNG\r\n\x1a\n")),
    ("image/jpeg", lambda data: data.startswith(b"\xff\xd8\xff")),
    ("image/webp", lambda data: data[:4] == b"RIFF" and data[8:12] == b"WEBP"),
)


class Tile(msgspec.Struct, frozen=True):
    """Bytes of a tile and their media type; vector tiles are not compressed."""

    data: bytes
    media_type: str


class ArchiveInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What an archive says of itself. Texts are from outside and plain."""

    format: Literal["pmtiles", "mbtiles"]
    media_type: str
    min_zoom: int
    max_zoom: int
    bounds: Bounds
    name: str = ""
    attribution: str = ""
    layers: tuple[str, ...] = ()

    @property
    def vector(self) -> bool:
        """Whether its tiles are vector tiles."""
        return self.media_type == MVT


class BrokenArchive(OSError):
    """A file of tiles that is not what it says, and why."""

    def __init__(self, why: Message) -> None:
        self.why = why
        super().__init__(str(why))


class TileArchive(Protocol):
    """An open archive; may be asked from any thread."""

    info: ArchiveInfo

    def tile(self, z: int, x: int, y: int) -> bytes | None:
        """A tile, uncompressed; None where there is none. Raises OSError where the file cannot be read or is broken."""
        ...

    def close(self) -> None:
        """Let the file go."""
        ...


def open_archive(path: Path) -> TileArchive:
    """Open a file of map tiles by what it holds, whatever its name; raises Refused with one clear line."""
    try:
        with path.open("rb") as file:
            start = file.read(16)
    except OSError as error:
        raise _refused(
            path, Message("The file cannot be read: {reason}.", reason=reason_of(error))
        ) from error
    if start.startswith(b"PMTiles"):
        return Pmtiles(path)
    if start == b"SQLite format 3\x00":
        return Mbtiles(path)
    raise _refused(path, Message("The file is neither PMTiles nor MBTiles."))


def image_type(data: bytes) -> str | None:
    """Media type of a picture by its first bytes, None where it is none that is shown."""
    return next((media for media, fits in _IMAGES if fits(data)), None)


def inflated(data: bytes, limit: int) -> bytes:
    """Gunzip at most `limit` bytes; data that is not gzip is given back. Raises OSError beyond the limit."""
    if not data.startswith(b"\x1f\x8b"):
        return data
    inflater = zlib.decompressobj(31)
    try:
        whole = inflater.decompress(data, limit)
    except zlib.error as error:
        raise BrokenArchive(Message("the compressed data are broken")) from error
    if not inflater.eof:
        raise BrokenArchive(Message("the compressed data are cut or unfold to more than is allowed"))
    return whole


class Pmtiles:
    """A PMTiles file; `read` gives ranges of it for a page that reads the format itself."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._directories: OrderedDict[tuple[int, int], list[Entry]] = OrderedDict()
        try:
            self._file = path.open("rb")
        except OSError as error:
            raise _refused(
                path, Message("The file cannot be read: {reason}.", reason=reason_of(error))
            ) from error
        try:
            self.size = os.fstat(self._file.fileno()).st_size
            self.info = self._described()
        except BaseException:
            self._file.close()
            raise

    def read(self, offset: int, length: int) -> bytes:
        """Bytes of the file; fewer at its end."""
        if offset < 0 or length < 0:
            raise BrokenArchive(Message("a negative range"))
        with self._lock:
            self._file.seek(offset)
            return self._file.read(length)

    def tile(self, z: int, x: int, y: int) -> bytes | None:
        """See TileArchive."""
        if not (0 <= z <= DEEPEST_ZOOM and 0 <= x < 1 << z and 0 <= y < 1 << z):
            return None
        wanted = zxy_to_tileid(z, x, y)
        offset, length = self._header["root_offset"], self._header["root_length"]
        for _ in range(_DIRECTORY_LEVELS):
            entry = find_tile(self._directory(offset, length), wanted)
            if entry is None:
                return None
            if entry.run_length:
                return self._tile_at(entry)
            offset, length = self._header["leaf_directory_offset"] + entry.offset, entry.length
        raise BrokenArchive(Message("the directories of the file lead in a circle"))

    def close(self) -> None:
        """See TileArchive."""
        self._file.close()

    def _tile_at(self, entry: Entry) -> bytes:
        if entry.length > LARGEST_TILE:
            raise BrokenArchive(Message("a tile is larger than is allowed"))
        data = self.read(self._header["tile_data_offset"] + entry.offset, entry.length)
        if len(data) != entry.length:
            raise BrokenArchive(Message("the file is cut off"))
        return inflated(data, LARGEST_TILE) if self._header["tile_compression"] is Compression.GZIP else data

    def _directory(self, offset: int, length: int) -> list[Entry]:
        key = (offset, length)
        with self._lock:
            if key in self._directories:
                self._directories.move_to_end(key)
                return self._directories[key]
        if length > LARGEST_DIRECTORY or offset + length > self.size:
            raise BrokenArchive(Message("a directory of the file lies outside it"))
        plain = inflated(self.read(offset, length), LARGEST_DIRECTORY)
        try:
            entries = deserialize_directory(gzip.compress(plain, 0))
        except (EOFError, ValueError, OverflowError, MemoryError) as error:
            raise BrokenArchive(Message("a directory of the file is broken")) from error
        with self._lock:
            self._directories[key] = entries
            if len(self._directories) > _KEPT_DIRECTORIES:
                self._directories.popitem(last=False)
        return entries

    def _described(self) -> ArchiveInfo:
        self._header = header = self._checked_header()
        media = _PMTILES_MEDIA.get(header["tile_type"])
        if media is None:
            raise _refused(
                self._path, Message("Its tiles are of a kind that is not shown; vector, PNG, JPEG and WebP are.")
            )
        try:
            metadata = self._metadata()
            self._directory(header["root_offset"], header["root_length"])
        except OSError as error:
            raise _refused(self._path, Message("The file is damaged: {reason}.", reason=reason_of(error))) from error
        sides = [header[f"{side}_e7"] / 1e7 for side in ("min_lon", "min_lat", "max_lon", "max_lat")]
        return ArchiveInfo(
            format="pmtiles",
            media_type=media,
            min_zoom=header["min_zoom"],
            max_zoom=header["max_zoom"],
            bounds=_bounds(self._path, (sides[0], sides[1], sides[2], sides[3])),
            name=_text(metadata.get("name")),
            attribution=_text(metadata.get("attribution")),
            layers=_layers(metadata.get("vector_layers")),
        )

    def _checked_header(self) -> Any:
        start = self.read(0, _HEADER_BYTES)
        if len(start) < _HEADER_BYTES or start[7] != 3:
            raise _refused(self._path, Message("This is not a PMTiles file of version 3."))
        try:
            header = deserialize_header(start)
        except ValueError as error:
            raise _refused(self._path, Message("The head of the PMTiles file is damaged.")) from error
        if header["internal_compression"] not in (Compression.GZIP, Compression.NONE) or header[
            "tile_compression"
        ] not in (Compression.GZIP, Compression.NONE, Compression.UNKNOWN):
            raise _refused(self._path, Message("The file is packed in a way that is not read; gzip or none is."))
        for part in ("root", "metadata"):
            end = header[f"{part}_offset"] + header[f"{part}_length"]  # type: ignore[literal-required]  # as above
            if end > self.size:
                raise _refused(self._path, Message("The file is cut off."))
        if not header["min_zoom"] <= header["max_zoom"] <= DEEPEST_ZOOM:
            raise _refused(self._path, Message("Its zoom levels make no sense."))
        return header

    def _metadata(self) -> dict[str, Any]:
        length = self._header["metadata_length"]
        if length > LARGEST_METADATA:
            raise BrokenArchive(Message("its description is larger than is allowed"))
        try:
            found = json.loads(inflated(self.read(self._header["metadata_offset"], length), LARGEST_METADATA) or b"{}")
        except (ValueError, RecursionError) as error:
            raise BrokenArchive(Message("its description is not JSON")) from error
        return found if isinstance(found, dict) else {}


class Mbtiles:
    """An MBTiles file, read only and without trusting the schema inside it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        uri = f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1"
        try:
            self._database = sqlite3.connect(uri, uri=True, check_same_thread=False)
        except sqlite3.Error as error:
            raise _refused(path, Message("The file cannot be read: {reason}.", reason=str(error))) from error
        try:
            # Views and triggers of a hostile file must not run functions with side effects.
            self._database.execute("PRAGMA trusted_schema = OFF")
            self._database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LARGEST_TILE)
            self.info = self._described()
        except sqlite3.Error as error:
            self._database.close()
            raise _refused(
                path, Message("The file is damaged or no MBTiles file: {reason}.", reason=str(error))
            ) from error
        except BaseException:
            self._database.close()
            raise

    def tile(self, z: int, x: int, y: int) -> bytes | None:
        """See TileArchive. MBTiles counts rows from the south."""
        if not (0 <= z <= DEEPEST_ZOOM and 0 <= x < 1 << z and 0 <= y < 1 << z):
            return None
        question = "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?"
        try:
            with self._lock:
                row = self._database.execute(question, (z, x, (1 << z) - 1 - y)).fetchone()
        except sqlite3.Error as error:
            raise OSError(str(error)) from error
        if row is None or not isinstance(row[0], bytes):
            return None
        return inflated(row[0], LARGEST_TILE) if self.info.vector else row[0]

    def close(self) -> None:
        """See TileArchive."""
        with self._lock:
            self._database.close()

    def _described(self) -> ArchiveInfo:
        rows = self._database.execute("SELECT name, value FROM metadata LIMIT 200").fetchall()
        metadata = {str(name): str(value) for name, value in rows}
        lowest, highest = self._zooms(metadata)
        media = _MBTILES_MEDIA.get(metadata.get("format", "png").lower())
        if media is None:
            raise _refused(
                self._path, Message("Its tiles are of a kind that is not shown; vector, PNG, JPEG and WebP are.")
            )
        try:
            numbers = [float(part) for part in metadata.get("bounds", "-180,-85,180,85").split(",")]
            west, south, east, north = numbers
        except ValueError as error:
            raise _refused(self._path, Message("Its bounds are not four numbers.")) from error
        return ArchiveInfo(
            format="mbtiles",
            media_type=media,
            min_zoom=lowest,
            max_zoom=highest,
            bounds=_bounds(self._path, (west, south, east, north)),
            name=_text(metadata.get("name")),
            attribution=_text(metadata.get("attribution")),
            layers=_layers(self._described_layers(metadata.get("json", ""))),
        )

    def _zooms(self, metadata: dict[str, str]) -> tuple[int, int]:
        row = self._database.execute("SELECT min(zoom_level), max(zoom_level) FROM tiles").fetchone()
        if row is None or not all(isinstance(zoom, int) for zoom in row):
            raise _refused(self._path, Message("The file holds no tiles."))
        lowest, highest = row
        if not 0 <= lowest <= highest <= DEEPEST_ZOOM:
            raise _refused(self._path, Message("Its zoom levels make no sense."))
        return lowest, highest

    @staticmethod
    def _described_layers(text: str) -> Any:
        try:
            found = json.loads(text) if text else {}
        except (ValueError, RecursionError):
            return ()
        return found.get("vector_layers") if isinstance(found, dict) else ()


def _bounds(path: Path, bounds: Bounds) -> Bounds:
    west, south, east, north = bounds
    if not all(math.isfinite(side) for side in bounds):
        raise _refused(path, Message("Its bounds are not four numbers."))
    clipped = (max(west, -180.0), max(south, -90.0), min(east, 180.0), min(north, 90.0))
    if not (clipped[0] < clipped[2] and clipped[1] < clipped[3]):
        raise _refused(path, Message("Its bounds make no sense."))
    return clipped


def _text(value: Any) -> str:
    """A text from outside on one line, at most 300 characters; attributions in the wild are HTML, which stays text."""
    return " ".join(str(value).split())[:300] if value is not None else ""


def _layers(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        return ()
    return tuple(_text(layer.get("id")) for layer in value[:200] if isinstance(layer, dict))


def _refused(path: Path, what: Message) -> Refused:
    return Refused(what, where=path.name, action=Message("Choose a PMTiles or MBTiles file."))
