"""The library of base maps: those that came with the program, those that were added, and allowed servers."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import shutil
import tempfile
import tomllib
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Final, Literal, Self

import msgspec
import platformdirs

from qroc_desktop.domain.shape import Bounds
from qroc_desktop.errors import Message, QrocError, Refused
from qroc_desktop.reasons import reason_of
from qroc_desktop.reports.schemas import Schema, Schemas
from qroc_desktop.services import map_servers
from qroc_desktop.services.exporting import save_whole
from qroc_desktop.services.map_servers import Server
from qroc_desktop.services.progress import Task
from qroc_desktop.store.tile_archives import ArchiveInfo, TileArchive, open_archive

Origin = Literal["bundled", "added", "server"]
PageKind = Literal["vector-file", "vector-tiles", "raster"]
SUFFIXES: Final = (".pmtiles", ".mbtiles")
MAX_BYTES: Final = 64 * 1024**3
_CHUNK: Final = 1024 * 1024
_PROGRAM: Final = "qroc-desktop"
_log = logging.getLogger(__name__)


class MapEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A base map. `kind` is how the map page reads it; `detailed`: it adds detail of an area over another.

    schema: the table for a vector map whose layers are not our own.
    """

    id: str
    name: str
    origin: Origin
    kind: PageKind
    attribution: str
    min_zoom: int
    max_zoom: int
    bounds: Bounds
    detailed: bool = False
    schema: Schema | None = None
    path: Path | None = None
    size: int = 0


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """The result of checking one map; `problem` is None where it is sound, `note` what else is to be known of it."""

    name: str
    origin: Origin
    problem: Message | None = None
    note: Message | None = None


class MapLibrary:
    """All base maps of this machine and user.

    bundled: the program's maps/. added: where maps that users add are kept. servers: the administrator's list.
    owner: who must own that list (POSIX user id).
    """

    def __init__(
        self, bundled: Path, *, added: Path | None = None, servers: Path | None = None, owner: int = 0
    ) -> None:
        self._bundled = bundled
        self._styles = bundled / "styles"
        self._added = added or Path(platformdirs.user_data_dir(_PROGRAM, appauthor=False)) / "maps"
        self._policy = servers or map_servers.default_file()
        self._owner = owner

    @property
    def servers_file(self) -> Path:
        """The administrator's list of map servers, whether there is one or not."""
        return self._policy

    def list(self) -> Sequence[MapEntry]:
        """Every usable map: bundled, added, servers. One that cannot be used is left out; `passed_by` says why."""
        entries = [entry for path, origin in self._files() if (entry := self._entry_or_none(path, origin))]
        return entries + [_server_entry(server) for server in self._allowed()]

    def passed_by(self) -> Sequence[QrocError]:
        """Why files that lie there and the administrator's list of servers are not in `list`."""
        troubles: list[QrocError] = []
        for path, origin in self._files():
            try:
                self._entry(path, origin)
            except QrocError as error:
                troubles.append(error)
        try:
            map_servers.read_servers(self._policy, owner=self._owner)
        except QrocError as error:
            troubles.append(error)
        return troubles

    def entry(self, map_id: str) -> MapEntry:
        """One map; KeyError where there is none of that id."""
        for entry in self.list():
            if entry.id == map_id:
                return entry
        raise KeyError(map_id)

    def server(self, map_id: str) -> Server:
        """The declaration of a server's map; KeyError where there is none."""
        for server in self._allowed():
            if _server_id(server) == map_id:
                return server
        raise KeyError(map_id)

    def add(self, path: Path, task: Task | None = None) -> MapEntry:
        """Copy a PMTiles or MBTiles file into the user's maps: checked first, whole or not at all.

        Raises Refused with one clear line for anything that is not a map, and Cancelled.
        """
        archive = open_archive(path)
        archive.close()
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise Refused(Message("The map is too large."), where=path.name)
        target = self._free_name(path, archive.info)
        working = task or Task()
        try:
            self._added.mkdir(parents=True, exist_ok=True)
            if shutil.disk_usage(self._added).free < size + _CHUNK:
                raise Refused(Message("There is not enough free space for the map."), where=str(self._added))
            digest = _copy(path, target, size, working)
        except OSError as error:
            raise Refused(
                Message("The map cannot be copied: {reason}.", reason=reason_of(error)),
                where=str(self._added),
            ) from error
        note = {"name": path.stem, "sha256": digest, "size": size}
        save_whole(_note_of(target), json.dumps(note, ensure_ascii=False).encode())
        return self._entry(target, "added")

    def remove(self, map_id: str) -> None:
        """Delete a map that a user added; Refused for any other."""
        try:
            entry = self.entry(map_id)
        except KeyError:
            raise Refused(Message("There is no such map."), where=map_id) from None
        if entry.origin != "added" or entry.path is None:
            raise Refused(Message("Only maps that were added can be removed."), where=entry.name)
        entry.path.unlink(missing_ok=True)
        _note_of(entry.path).unlink(missing_ok=True)

    def check(self, task: Task | None = None) -> Sequence[Finding]:
        """Read every file whole and compare it with its checksum; look at the list of servers."""
        working = task or Task()
        findings = [*self._check_bundled(working), *self._check_added(working)]
        try:
            servers = map_servers.read_servers(self._policy, owner=self._owner)
            findings += [Finding(name=server.name, origin="server") for server in servers]
        except QrocError as error:
            findings.append(Finding(name=self._policy.name, origin="server", problem=error.what))
        return findings

    def printed(self) -> Sequence[PrintedMap]:
        """Vector maps on disk that the styles can draw, for paper and for HTML; to be opened by `with`."""
        return [PrintedMap(entry) for entry in self.list() if entry.path is not None and entry.kind != "raster"]

    def _files(self) -> Iterator[tuple[Path, Origin]]:
        for folder, origin in ((self._bundled, "bundled"), (self._added, "added")):
            if folder.is_dir():
                found = sorted(path for path in folder.iterdir() if path.suffix in SUFFIXES and path.is_file())
                # The world lies beneath all others.
                for path in sorted(found, key=lambda path: path.stem != "world"):
                    yield path, "bundled" if origin == "bundled" else "added"

    def _allowed(self) -> Sequence[Server]:
        try:
            return map_servers.read_servers(self._policy, owner=self._owner)
        except QrocError as error:
            _log.info("map servers: %s", error)
            return []

    def _free_name(self, path: Path, info: ArchiveInfo) -> Path:
        plain = unicodedata.normalize("NFKD", path.stem).encode("ascii", "ignore").decode()
        stem = re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-").lower()[:60] or "map"
        suffix = f".{info.format}"
        taken = {name.stem for name in self._added.iterdir()} if self._added.is_dir() else set()
        name, number = stem, 2
        while name in taken:
            name, number = f"{stem}-{number}", number + 1
        return self._added / f"{name}{suffix}"

    def _check_bundled(self, task: Task) -> Iterator[Finding]:
        manifest = self._bundled / "sources.toml"
        try:
            files = tomllib.loads(manifest.read_text(encoding="utf-8"))["file"]
            wanted = [(str(file["name"]), int(file["size"]), str(file["sha256"])) for file in files]
        except (OSError, ValueError, KeyError, TypeError):
            yield Finding(
                name=manifest.name,
                origin="bundled",
                problem=Message("The list of maps that came along cannot be read."),
            )
            return
        for name, size, digest in wanted:
            yield Finding(name=name, origin="bundled", problem=_compared(self._bundled / name, size, digest, task))

    def _check_added(self, task: Task) -> Iterator[Finding]:
        for path, origin in self._files():
            if origin != "added":
                continue
            try:
                note = json.loads(_note_of(path).read_bytes())
                problem = _compared(path, int(note["size"]), str(note["sha256"]), task)
            except (OSError, ValueError, KeyError, TypeError):
                problem = None
            note = None
            try:
                note = said_schema(self._entry(path, "added"))
            except QrocError as error:
                problem = error.what
            yield Finding(name=path.name, origin="added", problem=problem, note=note)

    @cached_property
    def _schemas(self) -> Schemas:
        return Schemas.load(self._styles / "schemas")

    def _entry_or_none(self, path: Path, origin: Origin) -> MapEntry | None:
        try:
            return self._entry(path, origin)
        except QrocError as error:
            _log.info("map passed by: %s", error)
            return None

    def _entry(self, path: Path, origin: Origin) -> MapEntry:
        archive = open_archive(path)
        archive.close()
        info = archive.info
        schema = self._schemas.of(info.layers) if info.vector else None
        return MapEntry(
            id=path.stem if origin == "bundled" else f"added-{path.stem}",
            name=info.name or path.stem,
            origin=origin,
            kind=_page_kind(info, schema),
            attribution=info.attribution,
            min_zoom=info.min_zoom,
            max_zoom=info.max_zoom,
            bounds=info.bounds,
            detailed=info.vector and (schema is not None or "land" not in info.layers),
            schema=schema,
            path=path,
            size=path.stat().st_size,
        )


class PrintedMap:
    """A vector map that is open as long as it is drawn."""

    def __init__(self, entry: MapEntry) -> None:
        self.min_zoom = entry.min_zoom
        self.max_zoom = entry.max_zoom
        self.bounds = entry.bounds
        self.detailed = entry.detailed
        self.attribution = entry.attribution
        self.schema = entry.schema
        self._path = entry.path
        self._archive: TileArchive | None = None

    def __enter__(self) -> Self:
        if self._path is not None:
            self._archive = open_archive(self._path)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._archive is not None:
            self._archive.close()

    def tile(self, z: int, x: int, y: int) -> bytes | None:
        """An uncompressed vector tile; None where there is none or the file is broken there."""
        try:
            return self._archive.tile(z, x, y) if self._archive else None
        except OSError as error:
            _log.info("tile %s/%s/%s: %s", z, x, y, error)
            return None


def _page_kind(info: ArchiveInfo, schema: Schema | None) -> PageKind:
    if not info.vector:
        return "raster"
    # The page unpacks what it reads itself without a limit, which only files of our own making are trusted with.
    return "vector-file" if info.format == "pmtiles" and schema is None else "vector-tiles"


def stacked(entries: Sequence[MapEntry], chosen: str) -> list[MapEntry]:
    """What lies under the picture, the lowest first: the chosen vector map with detail of towns upon it, or the
    chosen raster map above them, so that there is a map even beyond its edges and while a server is silent."""
    bases = [entry for entry in entries if not entry.detailed]
    top = [entry for entry in bases if entry.id == chosen]
    detail = [entry for entry in entries if entry.detailed]
    if not top or top[0].kind != "raster":
        return [*top, *detail]
    beneath = [entry for entry in bases if entry.kind != "raster"]
    return [*beneath[:1], *detail, *top]


def said_schema(entry: MapEntry) -> Message | None:
    """In which schema a vector map is drawn, in one line; None for one of our own and for a raster map."""
    if entry.schema is None:
        return None
    if entry.schema.known:
        return Message("Its layers are of the schema {name}.", name=entry.schema.name)
    return Message(
        "Its layers are of no schema that is known here ({known} are): its areas, lines, points and names are drawn"
        " plainly.",
        known="OpenMapTiles, Protomaps, Shortbread",
    )


def _server_id(server: Server) -> str:
    return f"server-{server.id}"


def _server_entry(server: Server) -> MapEntry:
    return MapEntry(
        id=_server_id(server),
        name=server.name,
        origin="server",
        kind="raster",
        attribution=server.attribution,
        min_zoom=server.min_zoom,
        max_zoom=server.max_zoom,
        bounds=(-180.0, -85.0511, 180.0, 85.0511),
    )


def _note_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.json")


def _copy(source: Path, target: Path, size: int, task: Task) -> str:
    """Copy with a checksum through a temporary file beside the target; returns the SHA-256."""
    handle, temporary = tempfile.mkstemp(prefix=".adding-", dir=target.parent)
    try:
        digest, done = hashlib.sha256(), 0
        with os.fdopen(handle, "wb") as out, source.open("rb") as file:
            while chunk := file.read(_CHUNK):
                out.write(chunk)
                digest.update(chunk)
                done += len(chunk)
                task.step(done, size)
            out.flush()
            os.fsync(out.fileno())
        os.replace(temporary, target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return digest.hexdigest()


def _compared(path: Path, size: int, digest: str, task: Task) -> Message | None:
    try:
        if path.stat().st_size != size:
            return Message("The file has another size than it should have.")
        found, done = hashlib.sha256(), 0
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                found.update(chunk)
                done += len(chunk)
                task.step(done, size)
    except FileNotFoundError:
        return Message("The file is missing.")
    except OSError as error:
        return Message("The file cannot be read: {reason}.", reason=reason_of(error))
    return None if found.hexdigest() == digest else Message("The file is not what it was.")
