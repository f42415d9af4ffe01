"""The node's door: an HTTPS server to which peers bring parcels.

Who the peer is comes from the certificate of the connection and is looked up at every request. Whoever is no active
peer, or no longer one, gets no answer at all: the connection ends.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor

from aiohttp import ClientError, web

from qroc_desktop.errors import Message, QrocError, Refused
from qroc_desktop.reasons import reason_of
from qroc_desktop.sync.identity import Keys
from qroc_desktop.sync.receiver import Receiver
from qroc_desktop.sync.refusals import Rejected
from qroc_desktop.sync.threshold import LIMITS, Limits, Threshold
from qroc_desktop.sync.tls import ServerContext
from qroc_desktop.sync.transports import wire

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_log = logging.getLogger(__name__)
BODY_SECONDS = 120
SILENCE_SECONDS = 30
MOST_REQUESTS = 32
"""So many are read at the same time; each may hold a whole parcel."""


class Server:
    """Listens from `start` to `stop`. What the exchange has to do is done by `workers`, never by the event loop."""

    def __init__(self, receiver: Receiver, workers: Executor, own: list[Keys], *, limits: Limits = LIMITS) -> None:
        """limits: of those who have not yet shown that they are a peer."""
        self._receiver = receiver
        self._workers = workers
        self._context = ServerContext.of(own, self._strange)
        self._room = asyncio.Semaphore(MOST_REQUESTS)

        @web.middleware
        async def only_peers(request: web.Request, handler: Handler) -> web.StreamResponse:
            return await self._only_peers(request, handler)

        application = web.Application(middlewares=[only_peers])
        application.add_routes([web.post(wire.PARCELS, self._parcels), web.get(wire.HERE, self._here)])
        self._runner = web.AppRunner(
            application, access_log=None, handle_signals=False, shutdown_timeout=5, lingering_time=0
        )
        self._threshold = Threshold(self._context, by_certificate=True, limits=limits)
        self._loop: asyncio.AbstractEventLoop | None = None
        self.address = ""
        """`host:port` while it listens."""

    def trust(self, pins: list[bytes]) -> None:
        """New connections need one of these certificates (DER)."""
        self._context.trust(pins)

    def renew(self, own: list[Keys], pins: list[bytes]) -> None:
        """New connections are shown one of these of our certificates, the newest first, and need one of these."""
        self._context.renew(own, pins)

    async def start(self, host: str, port: int) -> None:
        """Listen; port 0 takes a free one. Raises Refused where that is not possible."""
        self._loop = asyncio.get_running_loop()
        await self._runner.setup()
        server = self._runner.server
        if server is None:
            raise RuntimeError("the runner has no server")
        try:
            self.address = await self._threshold.open(server, host, port)
        except OSError as error:
            await self._runner.cleanup()
            reason = reason_of(error)
            what = Message("The node cannot listen for peers: {reason}.", reason=reason)
            raise Refused(what, where=f"{host}:{port}") from error

    async def stop(self) -> None:
        """Take no new connections, let requests that are being dealt with end, close."""
        await self._threshold.close()
        await self._runner.cleanup()
        self.address = ""

    async def _only_peers(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Before anything is read: a peer that is none any more shall not even cost us memory."""
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(self._workers, self._receiver.carrier, _certificate(request))
            return await handler(request)
        except (Rejected, OSError, ClientError):  # no peer, or one whose connection was cut or damaged
            return _nothing(request)
        except QrocError as error:
            _log.error("a request could not be dealt with: %s", error.what.template)
            return web.Response(status=503)

    async def _parcels(self, request: web.Request) -> web.StreamResponse:
        loop = asyncio.get_running_loop()
        async with self._room:
            parcels = wire.read_request(await _body(request))
            outcomes = await loop.run_in_executor(self._workers, self._receiver.take, parcels, _certificate(request))
        return web.Response(body=wire.response(outcomes), content_type=wire.MEDIA_TYPE)

    async def _here(self, request: web.Request) -> web.StreamResponse:
        return web.Response(status=204)

    def _strange(self, code: str) -> None:
        if self._loop is not None:
            self._loop.run_in_executor(self._workers, self._alarm, code)

    def _alarm(self, code: str) -> None:
        try:
            self._receiver.alarm(code)
        except QrocError as error:
            _log.error("an alarm could not be recorded: %s", error.what.template)


def _certificate(request: web.Request) -> bytes:
    """What the peer showed. Raises ConnectionError where the connection has ended meanwhile."""
    connection = request.transport.get_extra_info("ssl_object") if request.transport else None
    try:
        certificate = connection.getpeercert(binary_form=True) if isinstance(connection, ssl.SSLObject) else None
    except ValueError:
        certificate = None
    if certificate is None:
        raise ConnectionResetError
    return certificate


async def _body(request: web.Request) -> bytes:
    """All of it, where it keeps coming. Raises Rejected, or what aiohttp makes of a connection that is gone."""
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while True:
                async with asyncio.timeout(SILENCE_SECONDS):
                    part = await request.content.readany()
                if not part:
                    return b"".join(parts)
                parts.append(part)
                size += len(part)
                if size > wire.MOST_REQUEST:
                    raise web.HTTPRequestEntityTooLarge(wire.MOST_REQUEST, size)
    except TimeoutError:
        raise web.HTTPRequestTimeout from None


def _nothing(request: web.Request) -> web.StreamResponse:
    """End the connection. What is returned is never written."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=403)
