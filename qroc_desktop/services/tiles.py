"""Bytes of base map tiles, from files and from allowed servers."""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin, urlsplit

import platformdirs

from qroc_desktop.errors import QrocError
from qroc_desktop.services.map_servers import Server, address
from qroc_desktop.services.maps import MapEntry, MapLibrary
from qroc_desktop.store.tile_archives import MVT, Pmtiles, Tile, TileArchive, image_type, open_archive

if TYPE_CHECKING:
    import requests

LARGEST: Final = 4 * 1024 * 1024
"""Bytes of one tile from a server."""
MEMORY: Final = 32 * 1024 * 1024
DISK: Final = 256 * 1024 * 1024
_TIMEOUT: Final = (3.05, 10.0)
_REDIRECTS: Final = 3
_PAUSE_S: Final = 20.0
_FRESH_S: Final = 7 * 24 * 3600
_log = logging.getLogger(__name__)


class Tiles:
    """Tiles by map id. Any thread may ask. A map that is not in the library has no tiles, whatever it is called."""

    def __init__(
        self, library: MapLibrary, *, cache: Path | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._library = library
        self._lock = threading.Lock()
        self._open: dict[str, TileArchive] = {}
        self._remote: dict[str, _Remote] = {}
        self._entries: dict[str, MapEntry] = {}
        self._cache = Cache(cache or Path(platformdirs.user_cache_dir("qroc-desktop", appauthor=False)) / "tiles")
        self._clock = clock

    def read(self, map_id: str, offset: int, length: int) -> bytes:
        """So many bytes of a PMTiles file; KeyError for an unknown map, OSError where it cannot be read."""
        archive = self._archive(map_id)
        if not isinstance(archive, Pmtiles):
            raise KeyError(map_id)
        return archive.read(offset, length)

    def tile(self, map_id: str, z: int, x: int, y: int) -> Tile | None:
        """One tile, None where the map has none there; KeyError for an unknown map, OSError where it cannot be had."""
        entry = self._entry(map_id)
        if not (entry.min_zoom <= z <= entry.max_zoom and 0 <= x < 1 << z and 0 <= y < 1 << z):
            return None
        if entry.origin == "server":
            return self._server(map_id).tile(z, x, y)
        archive = self._archive(map_id)
        if archive.info.vector:
            return self._vector(archive, z, x, y)
        data = archive.tile(z, x, y)
        if data is None:
            return None
        media = image_type(data)
        if media is None:
            raise OSError("the tile is no picture")
        return Tile(data, media)

    @staticmethod
    def _vector(archive: TileArchive, z: int, x: int, y: int) -> Tile | None:
        try:
            data = archive.tile(z, x, y)
        except OSError as error:
            # A broken tile is a hole in the map, on the screen as on paper.
            _log.info("tile %s/%s/%s: %s", z, x, y, error)
            return None
        return None if data is None else Tile(data, MVT)

    def forget(self) -> None:
        """Look at the library anew: maps were added or removed."""
        with self._lock:
            archives, self._open = list(self._open.values()), {}
            remotes, self._remote = list(self._remote.values()), {}
            self._entries = {}
        for archive in archives:
            archive.close()
        for remote in remotes:
            remote.close()

    close = forget

    def _entry(self, map_id: str) -> MapEntry:
        with self._lock:
            if map_id not in self._entries:
                self._entries = {entry.id: entry for entry in self._library.list()}
            return self._entries[map_id]

    def _archive(self, map_id: str) -> TileArchive:
        entry = self._entry(map_id)
        with self._lock:
            if map_id not in self._open:
                if entry.path is None:
                    raise KeyError(map_id)
                self._open[map_id] = open_archive(entry.path)
            return self._open[map_id]

    def _server(self, map_id: str) -> _Remote:
        with self._lock:
            if map_id not in self._remote:
                self._remote[map_id] = _Remote(self._library.server(map_id), self._cache, self._clock)
            return self._remote[map_id]


class PrintedPictures:
    """A raster map, file or server, for a briefing."""

    def __init__(self, entry: MapEntry, tiles: Tiles) -> None:
        self.name = entry.name
        self.attribution = entry.attribution
        self.min_zoom = entry.min_zoom
        self.max_zoom = entry.max_zoom
        self.bounds = entry.bounds
        self._id = entry.id
        self._tiles = tiles

    def tile(self, z: int, x: int, y: int) -> bytes | None:
        """The bytes of a picture, None where there is none; OSError where it cannot be had."""
        try:
            found = self._tiles.tile(self._id, z, x, y)
        except (KeyError, QrocError) as error:
            raise OSError("the map is gone") from error
        return found.data if found else None


class _Remote:
    """Tiles of one allowed server: nothing but that server is ever asked."""

    def __init__(self, server: Server, cache: Cache, clock: Callable[[], float]) -> None:
        self._server = server
        self._cache = cache
        self._clock = clock
        self._paused_until = 0.0
        # Takes a while to load, and most machines have no map server.
        import requests

        self._failures = requests.RequestException
        self._session = requests.Session()
        # Environment variables would replace proxies and trusted certificates without a word.
        self._session.trust_env = False
        self._session.headers["User-Agent"] = "qroc-desktop"
        self._session.verify = server.ca_file or True

    def tile(self, z: int, x: int, y: int) -> Tile | None:
        url = address(self._server, z, x, y)
        kept = self._cache.get(url)
        if kept is not None:
            return _picture(kept)
        if self._clock() < self._paused_until:
            # A dead server must not hold up the map with one waiting request a tile.
            raise OSError("the map server did not answer a moment ago")
        try:
            data = self._fetched(url)
        except self._failures as error:
            self._paused_until = self._clock() + _PAUSE_S
            _log.info("map server %s: %s", self._server.id, type(error).__name__)
            raise OSError("the map server does not answer") from error
        if data is None:
            return None
        tile = _picture(data)
        self._cache.put(url, data)
        return tile

    def close(self) -> None:
        self._session.close()

    def _fetched(self, url: str) -> bytes | None:
        for _ in range(_REDIRECTS + 1):
            with self._session.get(url, timeout=_TIMEOUT, allow_redirects=False, stream=True) as answer:
                if answer.is_redirect:
                    url = _same_place(url, answer.headers["location"])
                    continue
                if answer.status_code in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_FOUND):
                    return None
                if answer.status_code != HTTPStatus.OK:
                    raise OSError(f"the map server answered {answer.status_code}")
                return _limited(answer)
        raise OSError("the map server sends from one address to the next")


class Cache:
    """Tiles that were fetched, in memory and on disk, both bounded; the least used go first."""

    def __init__(self, folder: Path, *, memory: int = MEMORY, disk: int = DISK) -> None:
        self._folder = folder
        self._memory_limit = memory
        self._disk_limit = disk
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._size = 0
        self._written: int | None = None

    def get(self, url: str) -> bytes | None:
        """What was fetched from an address not too long ago."""
        key = hashlib.sha256(url.encode()).hexdigest()
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        path = self._folder / key
        try:
            if time.time() - path.stat().st_mtime > _FRESH_S:
                return None
            data = path.read_bytes()
        except OSError:
            return None
        self._remember(key, data)
        return data

    def put(self, url: str, data: bytes) -> None:
        """Keep it; a full or unwritable disk is no reason to show no map."""
        key = hashlib.sha256(url.encode()).hexdigest()
        self._remember(key, data)
        try:
            self._write(key, data)
        except OSError as error:
            _log.info("tile cache: %s", error.strerror or type(error).__name__)

    def _remember(self, key: str, data: bytes) -> None:
        with self._lock:
            self._size += len(data) - len(self._kept.pop(key, b""))
            self._kept[key] = data
            while self._size > self._memory_limit and len(self._kept) > 1:
                self._size -= len(self._kept.popitem(last=False)[1])

    def _write(self, key: str, data: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=self._folder)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            os.replace(temporary, self._folder / key)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        with self._lock:
            if self._written is not None:
                self._written += len(data)
            full = self._written is None or self._written > self._disk_limit
        if full:
            self._trim()

    def _trim(self) -> None:
        """Down to nine tenths, the oldest first."""
        found = []
        for path in self._folder.iterdir():
            try:
                known = path.stat()
            except OSError:  # another window trims too
                continue
            found.append((known.st_mtime, known.st_size, path))
        whole = sum(size for _, size, _ in found)
        if whole > self._disk_limit:
            for _, size, path in sorted(found, key=lambda entry: entry[0]):
                path.unlink(missing_ok=True)
                whole -= size
                if whole <= self._disk_limit * 0.9:
                    break
        with self._lock:
            self._written = whole


def _picture(data: bytes) -> Tile:
    """What the bytes are, whatever the server calls them."""
    media = image_type(data)
    if media is None:
        raise OSError("the map server sent no picture")
    return Tile(data, media)


def _same_place(url: str, location: str) -> str:
    """Where a server sends on to; only itself."""
    target = urljoin(url, location)
    here, there = urlsplit(url), urlsplit(target)
    if (here.scheme, here.hostname, here.port) != (there.scheme, there.hostname, there.port):
        raise OSError("the map server sends to another address, which is not allowed")
    return target


def _limited(answer: requests.Response) -> bytes:
    data = b""
    for chunk in answer.iter_content(65536):
        data += chunk
        if len(data) > LARGEST:
            raise OSError("the map server sent more than a tile")
    return data
