"""Servers that an administrator allowed: real requests to a real server, and none without it."""

from __future__ import annotations

import io
import json
import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pyproj
import pytest
from PIL import Image

from qroc_desktop.errors import Refused
from qroc_desktop.services.map_servers import Server, address, default_file, read_servers, tile_box
from qroc_desktop.services.maps import MapLibrary
from qroc_desktop.services.tiles import LARGEST, Cache, Tiles
from tests.fakes.ports import HeldPort


def png_of(colour: tuple[int, int, int]) -> bytes:
    """A tile in one colour."""
    out = io.BytesIO()
    Image.new("RGB", (256, 256), colour).save(out, "PNG")
    return out.getvalue()


TilesOf = Callable[..., Tiles]
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(200))
PICTURE = png_of((200, 60, 30))
OWNER = os.geteuid() if hasattr(os, "geteuid") else 0


class MapServer(ThreadingHTTPServer):
    """Answers by path and counts what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[str] = []
        self.elsewhere = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: MapServer

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        place = urlsplit(self.path).path.strip("/").split("/")[0]
        status, kind, body, headers = 200, "image/png", PICTURE if place == "picture" else PNG, {}
        if place == "html":
            kind, body = "image/png", b"<script>alert(1)</script>"
        elif place == "huge":
            body = PNG + bytes(LARGEST)
        elif place == "broken":
            status, body = 503, b"no"
        elif place == "none":
            status, body = 404, b""
        elif place == "away":
            status, headers = 302, {"Location": f"{self.server.elsewhere}/stolen/1/0/0"}
        elif place == "along":
            status, headers = 302, {"Location": "/xyz/1/0/0"}
        elif place == "round":
            status, headers = 302, {"Location": self.path}
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        try:
            self.wfile.write(body)
        except ConnectionError:
            pass

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[MapServer]:
    with MapServer() as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running
        running.shutdown()


def policy(folder: Path, *servers: dict[str, object]) -> Path:
    folder.mkdir(mode=0o755, exist_ok=True)
    path = folder / "servers.toml"
    lines = []
    for declared in servers:
        lines.append("[[server]]")
        lines += [f"{key} = {json.dumps(value)}" for key, value in declared.items()]
    path.write_text("\n".join(lines), encoding="utf-8")
    path.chmod(0o644)
    return path


def xyz(server: MapServer, place: str = "xyz", **more: object) -> dict[str, object]:
    return {
        "id": place, "name": place, "type": "xyz", "url": f"{server.url}/{place}/{{z}}/{{x}}/{{y}}", "allow_http": True,
        **more,
    }  # fmt: skip


@pytest.fixture
def tiles_of(tmp_path: Path) -> Iterator[TilesOf]:
    made: list[Tiles] = []

    def make(*servers: dict[str, object], clock: Callable[[], float] = time.monotonic) -> Tiles:
        file = policy(tmp_path / "etc", *servers)
        library = MapLibrary(tmp_path / "maps", added=tmp_path / "added", servers=file, owner=OWNER)
        made.append(Tiles(library, cache=tmp_path / "cache", clock=clock))
        return made[-1]

    yield make
    for tiles in made:
        tiles.close()


def test_an_allowed_server_is_asked_once_and_then_remembered(
    server: MapServer, tiles_of: TilesOf, tmp_path: Path
) -> None:
    tiles = tiles_of(xyz(server))
    first = tiles.tile("server-xyz", 1, 0, 1)
    assert first is not None
    assert (first.data, first.media_type) == (PNG, "image/png")
    assert tiles.tile("server-xyz", 1, 0, 1) == first
    again = tiles_of(xyz(server))
    assert again.tile("server-xyz", 1, 0, 1) == first
    assert server.asked == ["/xyz/1/0/1"]


def test_without_an_administrator_no_request_leaves(
    server: MapServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a connection was tried")

    library = MapLibrary(tmp_path / "maps", added=tmp_path / "added", servers=tmp_path / "none.toml", owner=OWNER)
    tiles = Tiles(library, cache=tmp_path / "cache")
    monkeypatch.setattr(socket.socket, "connect", refuse)
    for map_id in ("server-xyz", "server-wms", server.url, f"{server.url}/xyz/1/0/0"):
        with pytest.raises(KeyError):
            tiles.tile(map_id, 1, 0, 0)
    assert list(library.list()) == []
    assert server.asked == []


@pytest.mark.parametrize(
    ("place", "why"),
    [("html", "no picture"), ("huge", "more than a tile"), ("broken", "503"), ("round", "one address to the next")],
)
def test_what_is_no_tile_is_not_shown_and_not_kept(
    server: MapServer, tiles_of: TilesOf, place: str, why: str, tmp_path: Path
) -> None:
    tiles = tiles_of(xyz(server, place))
    with pytest.raises(OSError, match=why):
        tiles.tile(f"server-{place}", 1, 0, 0)
    assert not (tmp_path / "cache").exists()


def test_a_redirect_to_another_address_is_not_followed(server: MapServer, tiles_of: TilesOf) -> None:
    with MapServer() as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        server.elsewhere = other.url
        with pytest.raises(OSError, match="not allowed"):
            tiles_of(xyz(server, "away")).tile("server-away", 1, 0, 0)
        other.shutdown()
        assert other.asked == []


def test_a_redirect_on_the_same_server_is(server: MapServer, tiles_of: TilesOf) -> None:
    assert tiles_of(xyz(server, "along")).tile("server-along", 1, 0, 0) is not None
    assert server.asked == ["/along/1/0/0", "/xyz/1/0/0"]


def test_a_missing_tile_is_none_and_zooms_beyond_are_not_asked(server: MapServer, tiles_of: TilesOf) -> None:
    tiles = tiles_of(xyz(server, "none", max_zoom=3))
    assert tiles.tile("server-none", 1, 0, 0) is None
    assert tiles.tile("server-none", 4, 0, 0) is None
    assert tiles.tile("server-none", 1, 2, 0) is None
    assert server.asked == ["/none/1/0/0"]


@pytest.fixture
def unused() -> Iterator[int]:
    """A port at which nobody listens."""
    held = HeldPort()
    yield held.number
    held.close()


def test_a_dead_server_is_left_alone_for_a_while(tiles_of: TilesOf, unused: int) -> None:
    now = [0.0]
    dead = {"id": "dead", "name": "dead", "type": "xyz", "allow_http": True,
            "url": f"http://127.0.0.1:{unused}/{{z}}/{{x}}/{{y}}"}  # fmt: skip
    tiles = tiles_of(dead, clock=lambda: now[0])
    with pytest.raises(OSError, match="does not answer"):
        tiles.tile("server-dead", 1, 0, 0)
    with pytest.raises(OSError, match="a moment ago"):
        tiles.tile("server-dead", 1, 0, 0)
    now[0] = 60.0
    with pytest.raises(OSError, match="does not answer"):
        tiles.tile("server-dead", 1, 0, 0)


def test_proxies_of_the_environment_are_not_used(
    server: MapServer, tiles_of: TilesOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert tiles_of(xyz(server)).tile("server-xyz", 1, 0, 0) is not None


def declared(**fields: object) -> Server:
    plain: dict[str, object] = {"id": "s", "name": "S", "type": "xyz", "url": "https://maps.example/{z}/{x}/{y}"}
    return Server(**{**plain, **fields})  # type: ignore[arg-type]  # fields of the test


def test_addresses_of_xyz_and_tms() -> None:
    assert address(declared(), 3, 4, 2) == "https://maps.example/3/4/2"
    flipped = declared(url="https://{s}.maps.example/{z}/{x}/{-y}.png", hosts=("a", "b"))
    assert address(flipped, 3, 4, 2) == "https://a.maps.example/3/4/5.png"
    assert address(flipped, 3, 5, 2) == "https://b.maps.example/3/5/5.png"


@pytest.mark.parametrize(("version", "crs"), [("1.1.1", "SRS"), ("1.3.0", "CRS")])
def test_a_map_of_wms_is_asked_for_east_before_north(version: str, crs: str) -> None:
    server = declared(type="wms", url="https://wms.example/service?map=/a.map", layers="roads,rail", version=version)
    asked = parse_qs(urlsplit(address(server, 4, 8, 5)).query, keep_blank_values=True)
    assert asked["map"] == ["/a.map"]
    assert asked[crs] == ["EPSG:3857"]
    assert asked["LAYERS"] == ["roads,rail"]
    west, south, east, north = (float(side) for side in asked["BBOX"][0].split(","))
    to_degrees = pyproj.Transformer.from_crs("EPSG:3857", "EPSG:4326", always_xy=True)
    assert to_degrees.transform(west, north) == pytest.approx((0.0, 55.776573), abs=1e-5)
    assert to_degrees.transform(east, south) == pytest.approx((22.5, 40.979898), abs=1e-5)


def test_a_tile_of_wmts_by_query_and_by_path() -> None:
    query = declared(type="wmts", url="https://wmts.example/s", layers="top", style="default", matrix="EPSG:3857:{z}")
    asked = parse_qs(urlsplit(address(query, 7, 66, 43)).query)
    assert (asked["TILEMATRIX"], asked["TILEROW"], asked["TILECOL"]) == (["EPSG:3857:7"], ["43"], ["66"])
    assert asked["REQUEST"] == ["GetTile"]
    path = declared(
        type="wmts-rest", layers="top", style="grau",
        url="https://wmts.example/{Layer}/{Style}/{TileMatrixSet}/{TileMatrix}/{TileRow}/{TileCol}.png",
    )  # fmt: skip
    assert address(path, 7, 66, 43) == "https://wmts.example/top/grau/GoogleMapsCompatible/7/43/66.png"


def test_tiles_cover_the_world_of_the_projection() -> None:
    west, south, east, north = tile_box(0, 0, 0)
    assert (west, south, east, north) == pytest.approx((-20037508.34, -20037508.34, 20037508.34, 20037508.34), abs=0.01)
    assert tile_box(1, 1, 0) == pytest.approx((0, 0, 20037508.34, 20037508.34), abs=0.01)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"url": "http://maps.example/{z}/{x}/{y}"}, "not https"),
        ({"url": "file:///etc/{z}/{x}/{y}"}, "not one of the web"),
        ({"url": "https://user:pw@maps.example/{z}/{x}/{y}"}, "not one of the web"),
        ({"url": "https://maps.example/{z}/{x}"}, "needs"),
        ({"url": "https://maps.example/{z}/{x}/{y}/{secret}"}, "knows"),
        ({"url": "https://{s}.maps.example/{z}/{x}/{y}"}, "no hosts"),
        ({"type": "wms", "url": "https://maps.example/wms"}, "layers"),
        ({"type": "wms", "url": "https://maps.example/wms", "layers": "a", "version": "9"}, "version"),
        ({"type": "wmts-rest", "url": "https://maps.example/{TileRow}"}, "TileMatrix"),
        ({"id": "../x"}, "id must be"),
        ({"min_zoom": 9, "max_zoom": 3}, "zoom"),
        ({"type": "ftp"}, "not right"),
        ({"passwort": "x"}, "not right"),
    ],
)
def test_a_wrong_declaration_is_refused_in_one_line(fields: dict[str, object], why: str, tmp_path: Path) -> None:
    plain: dict[str, object] = {"id": "s", "name": "S", "type": "xyz", "url": "https://maps.example/{z}/{x}/{y}"}
    file = policy(tmp_path / "etc", {**plain, **fields})
    with pytest.raises(Refused, match=why) as refused:
        read_servers(file, owner=OWNER)
    assert "\n" not in str(refused.value)
    library = MapLibrary(tmp_path / "maps", added=tmp_path / "a", servers=file, owner=OWNER)
    assert list(library.list()) == []
    assert library.check()[-1].problem is not None


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX owners and modes")
def test_a_list_that_others_can_write_is_not_believed(server: MapServer, tmp_path: Path) -> None:
    file = policy(tmp_path / "etc", xyz(server))
    assert len(read_servers(file, owner=OWNER)) == 1
    for place, mode in ((file, 0o666), (file, 0o664), (file.parent, 0o777)):
        before = place.stat().st_mode & 0o777
        place.chmod(mode)
        with pytest.raises(Refused, match="others than the administrator"):
            read_servers(file, owner=OWNER)
        place.chmod(before)
    with pytest.raises(Refused, match="others than the administrator"):
        read_servers(file, owner=OWNER + 1)


def test_the_cache_forgets_the_oldest_in_memory_and_on_disk(tmp_path: Path) -> None:
    cache = Cache(tmp_path, memory=1000, disk=3000)
    began, seen = time.time() - 100, set[Path]()
    for number in range(20):
        cache.put(f"https://maps.example/{number}", bytes([number]) * 400)
        # A second apart: the clock of a file system is coarse, and several files are of one tick of it.
        (kept,) = set(tmp_path.iterdir()) - seen
        seen.add(kept)
        os.utime(kept, (began + number, began + number))
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 3400
    assert cache.get("https://maps.example/19") == bytes([19]) * 400
    assert cache.get("https://maps.example/0") is None


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="the place on Unix")
def test_no_environment_variable_leads_to_another_list(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_DIRS", str(tmp_path))
    assert default_file() == Path("/etc/qroc-desktop/servers.toml")
