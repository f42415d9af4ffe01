"""`qroc://map/...`: everything the map page can ask for, answered from this process.

Small files are answered at once; whatever computes or waits is answered from worker threads, so that the
interface never stands still for the map.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

import shiboken6
from PySide6.QtCore import QBuffer, QByteArray, QFile, QIODevice, QObject, QUrl, Signal, Slot
from PySide6.QtWebEngineCore import QWebEngineUrlRequestJob, QWebEngineUrlScheme, QWebEngineUrlSchemeHandler

from qroc_desktop.mapview.assets import CHANNEL, PageAssets
from qroc_desktop.mapview.sources import SymbolSource, TileSource
from qroc_desktop.reports.page import LIVE_POLICY, SCHEME, Page

_log = logging.getLogger(__name__)

HOST: Final = "map"
PAGE_URL: Final = f"{SCHEME}://{HOST}/"
_MEDIA_TYPES: Final = {"js": "text/javascript", "css": "text/css", "svg": "image/svg+xml", "json": "application/json"}
LONGEST_RANGE: Final = 16 * 1024 * 1024
"""Bytes of a PMTiles file that one question may ask for."""
_TILE_WORKERS: Final = 4


def register_scheme() -> None:
    """Tell the engine about `qroc:`. Must run before the QApplication is made; a second call does nothing."""
    name = QByteArray(SCHEME.encode())
    if QWebEngineUrlScheme.schemeByName(name).name() == name:
        return
    scheme = QWebEngineUrlScheme(name)
    scheme.setSyntax(QWebEngineUrlScheme.Syntax.Host)
    scheme.setFlags(
        QWebEngineUrlScheme.Flag.SecureScheme
        | QWebEngineUrlScheme.Flag.CorsEnabled
        | QWebEngineUrlScheme.Flag.FetchApiAllowed
    )
    QWebEngineUrlScheme.registerScheme(scheme)


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back to the page; no data means that there is nothing there."""

    media_type: str
    data: bytes | None


NOTHING: Final = Reply("", None)
Work = Callable[[], Reply]


class Answering(QObject):
    """Carries replies from worker threads back to the thread of the interface."""

    answered = Signal(int, object)


class MapScheme(QWebEngineUrlSchemeHandler):
    """The handler. `page` composes the page, `picture` answers `/picture` from the query's fields."""

    asked = Signal()
    """For every request: a sign that the page is alive."""

    def __init__(
        self,
        assets: PageAssets,
        page: Callable[[], Page],
        picture: Callable[[Mapping[str, str]], bytes],
        symbols: SymbolSource,
        tiles: TileSource,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._assets = assets
        self._compose = page
        self._page: Page | None = None
        self._picture = picture
        self._symbols = symbols
        self._tiles = tiles
        # One at a time: the answers are differences, and the page asks again when it moved on.
        self._picture_worker = ThreadPoolExecutor(1, "map-picture")
        self._tile_workers = ThreadPoolExecutor(_TILE_WORKERS, "map-tiles")
        # By itself: hundreds of symbols asked for at once must not hold up the base map.
        self._symbol_worker = ThreadPoolExecutor(1, "map-symbols")
        self._jobs: dict[int, QWebEngineUrlRequestJob] = {}
        self._next_job = 0
        self._closed = False
        self._answering = Answering(self)
        self._answering.answered.connect(self._finish)

    def close(self) -> None:
        """Let the workers end; what they still answer goes nowhere."""
        self._closed = True
        self._jobs.clear()
        for workers in (self._picture_worker, self._tile_workers, self._symbol_worker):
            workers.shutdown(wait=True, cancel_futures=True)

    def requestStarted(self, job: QWebEngineUrlRequestJob) -> None:
        """Called by the engine for every request of the private scheme."""
        self.asked.emit()
        url = job.requestUrl()
        if bytes(job.requestMethod().data()) != b"GET" or url.host() != HOST or not _from_us(job.initiator()):
            job.fail(QWebEngineUrlRequestJob.Error.RequestDenied)
            return
        parts = urlsplit(bytes(url.toEncoded().data()).decode("ascii", "replace"))
        path = [unquote(part) for part in parts.path.strip("/").split("/")]
        reply = self._at_once("/".join(path))
        if reply is not None:
            _send(job, reply)
            return
        found = self._later(path, dict(parse_qsl(parts.query)))
        if found is None or self._closed:
            job.fail(QWebEngineUrlRequestJob.Error.UrlNotFound)
            return
        self._start(job, *found)

    def _at_once(self, path: str) -> Reply | None:
        if path == "":
            self._page = self._compose()
            return Reply("text/html;charset=utf-8", self._page.html.encode())
        if path in ("page.js", "page.css") and self._page is not None:
            text = self._page.script if path == "page.js" else self._page.style
            return Reply(f"{_MEDIA_TYPES[path.rsplit('.', 1)[1]]};charset=utf-8", text.encode())
        if path == CHANNEL:
            return Reply("text/javascript;charset=utf-8", _channel_script())
        file = self._assets.files.get(path)
        if file is not None:
            return Reply(f"{_MEDIA_TYPES[file.suffix[1:]]};charset=utf-8", file.read_bytes())
        return None

    def _later(self, path: list[str], query: Mapping[str, str]) -> tuple[ThreadPoolExecutor, Work] | None:
        match path:
            case ["picture"]:
                work = functools.partial(self._picture, query)
                return self._picture_worker, lambda: Reply("application/json", work())
            case ["symbols", name] if name.endswith(".svg"):
                return self._symbol_worker, functools.partial(self._symbol, name.removesuffix(".svg"), query)
            case ["ranges", map_id]:
                return self._tile_workers, functools.partial(self._range, map_id, query)
            case ["tiles", map_id, z, x, y] if z.isdecimal() and x.isdecimal() and y.isdecimal():
                return self._tile_workers, functools.partial(self._tile, map_id, int(z), int(x), int(y))
        return None

    def _symbol(self, name: str, query: Mapping[str, str]) -> Reply:
        sidc = "" if name == "none" else name
        svg = self._symbols.svg(sidc, query.get("kind", ""), query.get("affiliation", ""), query.get("type", ""))
        return Reply("image/svg+xml", svg)

    def _range(self, map_id: str, query: Mapping[str, str]) -> Reply:
        offset, length = int(query["offset"]), int(query["length"])
        if offset < 0 or not 0 < length <= LONGEST_RANGE:
            raise ValueError("a range of a base map that nobody needs")
        return Reply("application/octet-stream", self._tiles.read(map_id, offset, length))

    def _tile(self, map_id: str, z: int, x: int, y: int) -> Reply:
        tile = self._tiles.tile(map_id, z, x, y)
        # A map ends somewhere: an empty answer is no error to either kind of layer.
        return Reply("application/octet-stream", b"") if tile is None else Reply(tile.media_type, tile.data)

    def _start(self, job: QWebEngineUrlRequestJob, executor: ThreadPoolExecutor, work: Work) -> None:
        self._next_job += 1
        key = self._next_job
        self._jobs[key] = job
        # The engine deletes a job that the page gave up; replying to it then would crash.
        job.destroyed.connect(functools.partial(self._forget, key))
        executor.submit(work).add_done_callback(functools.partial(self._report, key))

    def _forget(self, key: int) -> None:
        self._jobs.pop(key, None)

    def _report(self, key: int, done: Future[Reply]) -> None:
        """In the worker's thread."""
        if done.cancelled():
            return
        error = done.exception()
        if error is not None and not isinstance(error, KeyError):
            _log.error("the map could not be answered: %s: %s", type(error).__name__, error)
        reply = NOTHING if error is not None else done.result()
        if shiboken6.isValid(self._answering):
            self._answering.answered.emit(key, reply)

    @Slot(int, object)
    def _finish(self, key: int, reply: Reply) -> None:
        job = self._jobs.pop(key, None)
        if job is not None:
            _send(job, reply)


def _send(job: QWebEngineUrlRequestJob, reply: Reply) -> None:
    if reply.data is None:
        job.fail(QWebEngineUrlRequestJob.Error.UrlNotFound)
        return
    # The binding wants lists of values, its description says single ones.
    job.setAdditionalResponseHeaders(_HEADERS)  # type: ignore[arg-type]
    buffer = QBuffer(job)
    buffer.setData(QByteArray(reply.data))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    job.reply(QByteArray(reply.media_type.encode()), buffer)


_HEADERS: Final = {
    QByteArray(b"Content-Security-Policy"): [QByteArray(LIVE_POLICY.encode() + b"; frame-ancestors 'none'")],
    QByteArray(b"X-Content-Type-Options"): [QByteArray(b"nosniff")],
    QByteArray(b"Cache-Control"): [QByteArray(b"no-store")],
}


def _from_us(initiator: QUrl) -> bool:
    return initiator.isEmpty() or initiator.scheme() == SCHEME


@functools.cache
def _channel_script() -> bytes:
    file = QFile(":/qtwebchannel/qwebchannel.js")
    file.open(QIODevice.OpenModeFlag.ReadOnly)
    return bytes(file.readAll().data())
