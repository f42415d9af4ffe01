"""The door of an exercise's node: an HTTPS server at which workstations take their seats.

Which seat it is follows from the key alone, and what is served and done is that seat's. Keys are looked up at every
request, so that a revoked one is worth nothing at once. Whoever shows a wrong key waits for the answer, and whoever
asks too much waits too; nobody waits for them.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, NamedTuple

import msgspec
from aiohttp import ClientError, web

from qroc_desktop.errors import Message, QrocError, Refused
from qroc_desktop.exercise.intake import Fate, Receipt, Why, hashed
from qroc_desktop.exercise.seating import Saying, Seat, decoded
from qroc_desktop.exercise.team_files import Which
from qroc_desktop.services.exercise.joining import wire
from qroc_desktop.services.exercise.joining.allowance import Allowance, Strikes
from qroc_desktop.services.exercise.joining.following import Published
from qroc_desktop.sync.threshold import LIMITS, Limits, Threshold

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_BODY_S: Final = 20
_WRITE_S: Final = 20
_RESULT_S: Final = 1.5
"""So long an answer waits for what becomes of something said; who asks again is told then."""
MOST_STREAMS: Final = 120
"""Of one seat."""
_MOST_READ: Final = 16
"""So many bodies are read at the same time."""


class Guest(NamedTuple):
    """A workstation that joined, as it says of itself, and from where."""

    seat: Seat
    client: str
    name: str
    address: str


class Served(NamedTuple):
    """What the door needs of the node. `keep`: commit something said; raises Refused, or LaterError. `receipt`: wait
    for its result, for so many seconds at most. `piece`: of a file of a team. `bring`: keep one that a seat brings; the
    number of the next. `changed`: somebody came or went."""

    info: Callable[[Seat], bytes]
    keep: Callable[[Seat, Saying, bytes], Awaitable[Receipt]]
    receipt: Callable[[int, float], Awaitable[Receipt]]
    medium: Callable[[str], Awaitable[bytes | None]]
    piece: Callable[[str, str, int], Awaitable[bytes | None]]
    bring: Callable[[Seat, Which, int, bytes], Awaitable[int | None]]
    changed: Callable[[], None]


class Door:
    """Listens from `start` to `stop`; what it serves is set by the node. All in one event loop."""

    def __init__(self, context: ssl.SSLContext, node: Served, *, limits: Limits = LIMITS) -> None:
        """limits: of those who have not yet shown the key of a seat."""
        self._threshold = Threshold(context, by_certificate=False, limits=limits)
        self._node = node
        self._keys: Mapping[bytes, Seat] = {}
        self._published: Mapping[Seat, Published] = {}
        self._news: dict[Seat, asyncio.Event] = {}
        self._guests: dict[str, tuple[Guest, object]] = {}
        self._ended = False
        self._reading = asyncio.Semaphore(_MOST_READ)
        self._asking = Allowance(per_second=50.0, burst=400.0)
        self._carrying = Allowance(per_second=100.0, burst=200.0)
        self.strikes = Strikes()

        @web.middleware
        async def only_guests(request: web.Request, handler: Handler) -> web.StreamResponse:
            return await self._only_guests(request, handler)

        application = web.Application(middlewares=[only_guests])
        application.add_routes(
            [
                web.get(wire.SEAT, self._seat),
                web.get(wire.SHOWN, self._shown),
                web.post(wire.SAY, self._say),
                web.get(wire.MEDIUM + "{name}", self._medium),
                web.get(wire.FILE + r"{name}/{number:\d{1,9}}", self._file),
                web.post(wire.FILE + r"{name}/{number:\d{1,9}}", self._bring),
            ]
        )
        self._runner = web.AppRunner(
            application, access_log=None, handle_signals=False, shutdown_timeout=1, lingering_time=0
        )
        self.address = ""
        """`host:port` while it listens."""

    @property
    def guests(self) -> list[Guest]:
        """Who is here now."""
        return [guest for guest, _ in self._guests.values()]

    @property
    def seats(self) -> set[Seat]:
        """For whom something has to be served."""
        return set(self._news)

    def admit(self, keys: Mapping[bytes, Seat]) -> None:
        """These may come in, by the hash of their key; those who are in and may no longer have to go."""
        self._keys = keys
        self._wake(set(self._news))

    def publish(self, published: Mapping[Seat, Published]) -> None:
        """What is served from now on."""
        changed = {seat for seat, one in published.items() if self._published.get(seat) is not one}
        self._published = published
        self._wake(changed)

    async def start(self, host: str, port: int) -> None:
        """Listen; port 0 takes a free one. Raises Refused where that is not possible."""
        await self._runner.setup()
        server = self._runner.server
        if server is None:
            raise RuntimeError("the runner has no server")
        try:
            self.address = await self._threshold.open(server, host, port)
        except OSError as error:
            await self._runner.cleanup()
            what = Message(
                "The exercise's node cannot listen: {reason}.", reason=error.strerror or type(error).__name__
            )
            raise Refused(what, where=f"{host}:{port}") from error

    async def stop(self) -> None:
        """Send everybody home."""
        self._ended = True
        self._wake(set(self._news))
        await self._threshold.close()
        await self._runner.cleanup()
        self.address = ""

    # --- who comes in ----------------------------------------------------------------------------

    async def _only_guests(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        seat, address = self._seat_of(request), request.remote or "?"
        try:
            if seat is None:
                return await self._turn_away(request, address)
            self._threshold.known(request.transport)
            # Files never take from what the rest has.
            allowance = self._carrying if request.path.startswith(wire.FILE) else self._asking
            if not allowance.take((seat, address)):
                # Slower than they come, so that asking in a circle costs the others nothing.
                await asyncio.sleep(0.5)
                return _no(429, Message("Too much is asked at once; it is tried again."))
            return await handler(request)
        except (OSError, ClientError):
            return _gone(request)
        except wire.LaterError as error:
            return _no(503, error.what)
        except QrocError as error:
            return _no(409, error.what, error.where)

    def _seat_of(self, request: web.Request) -> Seat | None:
        shown = request.headers.get("Authorization", "")
        try:
            key = bytes.fromhex(shown.removeprefix(wire.SCHEME)) if shown.startswith(wire.SCHEME) else b""
        except ValueError:
            key = b""
        return self._keys.get(hashed(key)) if len(key) == 32 else None

    async def _turn_away(self, request: web.Request, address: str) -> web.StreamResponse:
        async with self.strikes.waiting(address) as room:
            if not room:
                return _gone(request)
            return _no(401, Message("This code is not valid, or not any more."))

    # --- what they may do ------------------------------------------------------------------------

    async def _seat(self, request: web.Request) -> web.StreamResponse:
        seat = self._required(request)
        return web.Response(body=self._node.info(seat), content_type="application/json")

    async def _say(self, request: web.Request) -> web.StreamResponse:
        seat = self._required(request)
        async with self._reading:
            data = await _body(request)
        if data is None:
            return _no(413, Message("What was said is too long."))
        try:
            saying = decoded(data)
        except (msgspec.DecodeError, RecursionError):
            return _no(400, Message("What was said cannot be understood."))
        receipt = await self._node.keep(seat, saying, data)
        if receipt.fate is Fate.KEPT:
            receipt = await self._node.receipt(receipt.number, _RESULT_S)
        return web.Response(body=msgspec.json.encode(receipt), content_type="application/json")

    async def _medium(self, request: web.Request) -> web.StreamResponse:
        seat, wanted = self._required(request), request.match_info["name"]
        published = self._published.get(seat)
        for name, medium in published.media.items() if published is not None else ():
            if medium.sha256 == wanted and (data := await self._node.medium(name)) is not None:
                return web.Response(body=data, content_type="application/octet-stream")
        return _unknown()

    async def _file(self, request: web.Request) -> web.StreamResponse:
        seat, wanted = self._required(request), request.match_info["name"]
        published = self._published.get(seat)
        if published is not None and wanted in published.files.there:
            data = await self._node.piece(seat.team, wanted, int(request.match_info["number"]))
            if data is not None:
                return web.Response(body=data, content_type="application/octet-stream")
        return _unknown()

    async def _bring(self, request: web.Request) -> web.StreamResponse:
        seat, name = self._required(request), request.match_info["name"]
        async with self._reading:
            data = await _body(request)
        if data is None:
            return _no(413, Message("What was said is too long."))
        size = request.query.get("size", "")
        published = self._published.get(seat)
        # What no edit of the team names is not taken, whatever other teams have of it.
        if published is None or name not in published.files.named or not (size.isdecimal() and len(size) < 12):
            return _unknown()
        next_one = await self._node.bring(
            seat, Which(seat.team, name, int(size)), int(request.match_info["number"]), data
        )
        return web.Response(body=msgspec.json.encode(wire.Wanted(number=next_one)), content_type="application/json")

    async def _shown(self, request: web.Request) -> web.StreamResponse:
        seat = self._required(request)
        if sum(guest.seat == seat for guest in self.guests) >= MOST_STREAMS:
            return _no(429, Message("Too many have taken this seat."))
        client = request.headers.get(wire.CLIENT, "")[:64]
        name = wire.read_name(request.headers.get(wire.NAME, ""))
        token, place = object(), f"{seat.team} {seat.role} {client}"
        self._guests[place] = (Guest(seat, client, name, request.remote or "?"), token)
        self._news.setdefault(seat, asyncio.Event())
        self._node.changed()
        response = web.StreamResponse(headers={"Content-Type": "application/octet-stream"})
        try:
            await response.prepare(request)
            await self._stream(request, response, seat, lambda: self._guests[place][1] is token)
        finally:
            if self._guests.get(place, (None, None))[1] is token:
                del self._guests[place]
            if not any(guest.seat == seat for guest in self.guests):
                self._news.pop(seat, None)
            self._node.changed()
        return _gone(request)

    async def _stream(
        self, request: web.Request, response: web.StreamResponse, seat: Seat, here: Callable[[], bool]
    ) -> None:
        before: Published | None = None
        while not self._ended and here() and self._seat_of(request) == seat:
            news = self._news[seat]
            now = self._published.get(seat)
            if now is None or now is before:
                try:
                    await asyncio.wait_for(news.wait(), wire.HEARTBEAT_S)
                except TimeoutError:
                    if before is not None:
                        await _write(response, before.after(before))
                continue
            await _write(response, now.after(before))
            before = now

    # --- parts -----------------------------------------------------------------------------------

    def _required(self, request: web.Request) -> Seat:
        seat = self._seat_of(request)
        if seat is None:  # revoked between two lines
            raise ConnectionResetError
        return seat

    def _wake(self, seats: set[Seat]) -> None:
        for seat in seats & set(self._news):
            event, self._news[seat] = self._news[seat], asyncio.Event()
            event.set()


async def _write(response: web.StreamResponse, frame: bytes) -> None:
    async with asyncio.timeout(_WRITE_S):
        await response.write(len(frame).to_bytes(4, "big") + frame)


async def _body(request: web.Request) -> bytes | None:
    """All of it; None where it is too long."""
    if (request.content_length or 0) > wire.LONGEST_SAYING:
        return None
    parts, size = [], 0
    async with asyncio.timeout(_BODY_S):
        while part := await request.content.readany():
            parts.append(part)
            size += len(part)
            if size > wire.LONGEST_SAYING:
                return None
    return b"".join(parts)


def _no(status: int, what: Message, where: str = "") -> web.Response:
    why = Why(what=what.template, params={name: str(value) for name, value in what.params.items()}, where=where)
    response = web.Response(status=status, body=msgspec.json.encode(why), content_type="application/json")
    if status == 413:
        response.force_close()  # or the rest of it would be read as the next request
    return response


def _unknown() -> web.Response:
    return _no(404, Message("Nothing of this name was told to the team."))


def _gone(request: web.Request) -> web.StreamResponse:
    """End the connection. What is returned is never written."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=403)
