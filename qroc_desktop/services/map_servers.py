"""Map servers that an administrator has allowed, and the addresses of their tiles.

They are declared in one file of the machine (`servers.toml` beside the policy), which users cannot write. A user
chooses among them and adds none. The map is drawn in Web Mercator, so all are asked for EPSG:3857, whose
axes are easting, northing in every version of WMS (OGC 06-042, 6.7.2; EPSG registry).
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Final, Literal
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from qroc_desktop.errors import Message, Refused
from qroc_desktop.paths import only_administrators
from qroc_desktop.services.settings import administrators_folder
from qroc_desktop.store.tile_archives import DEEPEST_ZOOM

FILE: Final = "servers.toml"
_HALF_WORLD_M: Final = math.pi * 6_378_137.0
_TILE_PIXELS: Final = 256
_WMS_VERSIONS: Final = ("", "1.1.1", "1.3.0")
_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,40}\Z")
_FIELDS: Final = re.compile(r"\{([^{}]*)\}")
_XYZ_FIELDS: Final = frozenset({"z", "x", "y", "-y", "s"})
_REST_FIELDS: Final = frozenset({"Layer", "Style", "TileMatrixSet", "TileMatrix", "TileRow", "TileCol"})


class Server(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One declared server.

    url: of WMS and WMTS-KVP the service's address; of XYZ and WMTS-REST a template. matrix: how a tile matrix is
    called, `{z}` is the zoom. hosts: what `{s}` stands for. ca_file: certificates to trust instead of the system's.
    """

    id: str
    name: str
    type: Literal["xyz", "wms", "wmts", "wmts-rest"]
    url: str
    attribution: str = ""
    layers: str = ""
    style: str = ""
    format: Literal["image/png", "image/jpeg", "image/webp"] = "image/png"
    version: str = ""
    transparent: bool = False
    matrix_set: str = "GoogleMapsCompatible"
    matrix: str = "{z}"
    hosts: tuple[str, ...] = ()
    min_zoom: int = 0
    max_zoom: int = 19
    ca_file: str = ""
    allow_http: bool = False


def default_file() -> Path:
    """Where an administrator puts the list."""
    return administrators_folder() / FILE


def read_servers(path: Path, *, owner: int = 0) -> list[Server]:
    """The servers that a file allows; none where there is no file.

    Raises Refused where the file is not an administrator's (POSIX: owned by `owner`, writable by nobody else,
    its folder too; on Windows the folder's access list is what protects it) or does not say what it should.
    """
    try:
        text = path.read_text(encoding="utf-8")
        if not only_administrators(path, owner):
            raise _refused(path, Message("The list of map servers can be changed by others than the administrator."))
        raw = tomllib.loads(text)
        servers = msgspec.convert(raw.get("server", []), list[Server])
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise _refused(path, Message("The list of map servers cannot be read.")) from error
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise _refused(path, Message("The list of map servers is not right: {reason}.", reason=str(error))) from error
    for server in servers:
        _require_sound(path, server)
    _require_different(path, (server.id for server in servers))
    return servers


def address(server: Server, z: int, x: int, y: int) -> str:
    """The address of one tile; z, x, y as in XYZ, rows from the north."""
    if server.type == "xyz":
        return _xyz(server, z, x, y)
    if server.type == "wms":
        return _wms(server, z, x, y)
    names = {
        "Layer": server.layers, "Style": server.style, "TileMatrixSet": server.matrix_set,
        "TileMatrix": server.matrix.replace("{z}", str(z)), "TileRow": str(y), "TileCol": str(x),
    }  # fmt: skip
    if server.type == "wmts-rest":
        return _FIELDS.sub(lambda field: quote(names[field.group(1)], safe=":"), server.url)
    asked = {
        "SERVICE": "WMTS", "REQUEST": "GetTile", "VERSION": server.version or "1.0.0", "FORMAT": server.format,
        **{name.upper(): value for name, value in names.items()},
    }  # fmt: skip
    return _with(server.url, asked)


def tile_box(z: int, x: int, y: int) -> tuple[float, float, float, float]:
    """West, south, east, north of a tile in metres of EPSG:3857."""
    size = 2 * _HALF_WORLD_M / (1 << z)
    west, north = x * size - _HALF_WORLD_M, _HALF_WORLD_M - y * size
    return west, north - size, west + size, north


def _xyz(server: Server, z: int, x: int, y: int) -> str:
    values = {"z": str(z), "x": str(x), "y": str(y), "-y": str((1 << z) - 1 - y)}
    if server.hosts:
        # The same tile always has the same address, so that caches on the way can help.
        values["s"] = server.hosts[(x + y) % len(server.hosts)]
    return _FIELDS.sub(lambda field: values[field.group(1)], server.url)


def _wms(server: Server, z: int, x: int, y: int) -> str:
    version = server.version or "1.3.0"
    asked = {
        "SERVICE": "WMS", "REQUEST": "GetMap", "VERSION": version, "LAYERS": server.layers, "STYLES": server.style,
        "CRS" if version == "1.3.0" else "SRS": "EPSG:3857",
        "BBOX": ",".join(f"{side:.6f}" for side in tile_box(z, x, y)),
        "WIDTH": str(_TILE_PIXELS), "HEIGHT": str(_TILE_PIXELS), "FORMAT": server.format,
        "TRANSPARENT": "TRUE" if server.transparent else "FALSE",
    }  # fmt: skip
    return _with(server.url, asked)


def _with(url: str, asked: dict[str, str]) -> str:
    """The address with parameters; what the service's own address holds already stays (MapServer's `map=`)."""
    parts = urlsplit(url)
    query = "&".join(part for part in (parts.query, urlencode(asked, safe=":,/")) if part)
    return parts._replace(query=query).geturl()


def _require_sound(path: Path, server: Server) -> None:
    wrong = _wrong_address(server) or _wrong_fields(server)
    if not _ID.match(server.id):
        wrong = Message("its id must be small letters, digits and hyphens")
    elif not 0 <= server.min_zoom <= server.max_zoom <= DEEPEST_ZOOM:
        wrong = Message("its zoom levels make no sense")
    if wrong:
        raise _refused(path, Message("Server {name}: {what}.", name=server.id or server.name, what=wrong))


def _wrong_address(server: Server) -> Message | None:
    parts = urlsplit(server.url.replace("{s}.", ""))
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.username or parts.password:
        return Message("its address is not one of the web")
    if parts.scheme == "http" and not server.allow_http:
        return Message("its address is not https; allow_http = true permits that")
    return None


def _wrong_fields(server: Server) -> Message | None:
    fields = set(_FIELDS.findall(server.url))
    if server.type == "xyz":
        if not (fields <= _XYZ_FIELDS and {"z", "x"} <= fields and fields & {"y", "-y"}):
            return Message("its address needs {{z}}, {{x}} and {{y}} or {{-y}}, and knows {{s}}")
        unnamed = "s" in fields and not server.hosts
        return Message("its address has {{s}} but no hosts are named") if unnamed else None
    if server.type == "wmts-rest":
        wanted = {"TileMatrix", "TileRow", "TileCol"}
        if not wanted <= fields <= _REST_FIELDS:
            return Message("its address needs {{TileMatrix}}, {{TileRow}} and {{TileCol}}")
        return None
    if fields or not server.layers:
        return Message("its layers must be named, and its address holds no fields")
    if server.type == "wms" and server.version not in _WMS_VERSIONS:
        return Message("its version must be 1.1.1 or 1.3.0")
    return None


def _require_different(path: Path, ids: Iterable[str]) -> None:
    seen: set[str] = set()
    for identifier in ids:
        if identifier in seen:
            raise _refused(path, Message("Server {name} is declared twice.", name=identifier))
        seen.add(identifier)


def _refused(path: Path, what: Message) -> Refused:
    return Refused(
        what,
        where=str(path),
        kept=Message("No map server is used."),
        action=Message("Ask your administrator to put the file right."),
    )
