"""The threshold of a server: those who have connected and not yet shown who they are.

Whoever reaches the port can open connections, and each costs memory while its handshake is waited for. So many may
stand there from one address, so many in all, and nobody for long; where there is no more room in all, whoever takes the
most of it gives way. Who has shown who they are is not counted: a whole terminal server comes in by one address.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import ipaddress
import logging
import os
import socket
import ssl
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

_BACKLOG: Final = 128
_AGAIN_S: Final = 0.5
"""After the system would give no more connections."""
_log = logging.getLogger(__name__)


class Limits(NamedTuple):
    """Connections of one address and in all, seconds for the handshake, and seconds after it to show who one is."""

    of_one: int = 200
    in_all: int = 400
    handshake_s: float = 10.0
    unknown_s: float = 20.0


LIMITS: Final = Limits()


class _Visitor:
    """One connection that has not yet shown whose it is."""

    def __init__(self, connection: socket.socket, address: str) -> None:
        self.address = address
        self.connection = connection
        self.task: asyncio.Task[None] | None = None
        self.begun = False
        self.transport: asyncio.Transport | None = None

    @property
    def gone(self) -> bool:
        return self.transport is not None and self.transport.is_closing()

    def send_away(self) -> None:
        if self.transport is not None:
            self.transport.abort()
        elif self.task is not None:
            self.task.cancel()
            if not self.begun:  # nobody else would close it
                self.connection.close()


class Threshold:
    """Listens from `open` to `close` and hands on whoever has come through the TLS handshake. All in one event loop.

    by_certificate: the handshake shows who somebody is; otherwise `known` says so of a connection.
    """

    def __init__(self, context: ssl.SSLContext, *, by_certificate: bool, limits: Limits = LIMITS) -> None:
        self._context = context
        self._by_certificate = by_certificate
        self._limits = limits
        self._visitors: list[_Visitor] = []
        """In the order in which they came."""
        self._refused: set[str] = set()
        self._sockets: list[socket.socket] = []
        self._doors: list[asyncio.Task[None]] = []

    async def open(self, factory: Callable[[], asyncio.Protocol], host: str, port: int) -> str:
        """Listen; port 0 takes a free one. The address, `host:port`. Raises OSError where that is not possible."""
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        self._sockets = _bound({where: family for family, _, _, _, where in found})
        self._doors = [asyncio.create_task(self._welcome(listening, factory)) for listening in self._sockets]
        name = self._sockets[0].getsockname()
        return f"[{name[0]}]:{name[1]}" if ":" in name[0] else f"{name[0]}:{name[1]}"

    def known(self, transport: asyncio.BaseTransport | None) -> None:
        """Whoever is at the other end of a connection has shown who they are."""
        for visitor in self._visitors:
            if visitor.transport is transport is not None:
                self._leave(visitor)
                return

    async def close(self) -> None:
        """Take no new connections, and send away whoever stands here."""
        for door in self._doors:
            door.cancel()
        under_way = [visitor.task for visitor in self._visitors if visitor.task is not None]
        for visitor in list(self._visitors):
            visitor.send_away()
        await asyncio.gather(*self._doors, *under_way, return_exceptions=True)
        for listening in self._sockets:
            listening.close()
        self._doors, self._sockets, self._visitors = [], [], []

    # --- parts -----------------------------------------------------------------------------------

    async def _welcome(self, listening: socket.socket, factory: Callable[[], asyncio.Protocol]) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, where = await loop.sock_accept(listening)
            except ConnectionError:  # whoever it was is gone already
                continue
            except OSError as error:
                _log.info("a connection could not be taken: %s", error)
                await asyncio.sleep(_AGAIN_S)
                continue
            visitor = _Visitor(connection, _counted(where))
            if not self._has_room(visitor.address):
                connection.close()
                continue
            self._visitors.append(visitor)
            visitor.task = asyncio.create_task(self._let_in(visitor, factory))

    async def _let_in(self, visitor: _Visitor, factory: Callable[[], asyncio.Protocol]) -> None:
        loop = asyncio.get_running_loop()
        visitor.begun = True
        try:
            visitor.transport, _ = await loop.connect_accepted_socket(
                factory,
                visitor.connection,
                ssl=self._context,
                ssl_handshake_timeout=self._limits.handshake_s,
                ssl_shutdown_timeout=1,
            )
        except OSError:  # no handshake, no certificate of a peer's, or too slow; alarms are the context's
            self._leave(visitor)
        except BaseException:
            self._leave(visitor)
            raise
        else:
            if self._by_certificate:
                self._leave(visitor)
            else:
                loop.call_later(self._limits.unknown_s, self._too_long, visitor)

    def _too_long(self, visitor: _Visitor) -> None:
        if visitor in self._visitors:
            visitor.send_away()
            self._leave(visitor)

    def _leave(self, visitor: _Visitor) -> None:
        with contextlib.suppress(ValueError):
            self._visitors.remove(visitor)

    def _has_room(self, address: str) -> bool:
        """Room for one more from an address; where all of it is taken, whoever has the most gives way."""
        if self._of(address) >= self._limits.of_one or len(self._visitors) >= self._limits.in_all:
            self._visitors = [visitor for visitor in self._visitors if not visitor.gone]
        if self._of(address) >= self._limits.of_one:
            self._note(address)
            return False
        if len(self._visitors) < self._limits.in_all:
            return True
        crowd, most = Counter(visitor.address for visitor in self._visitors).most_common(1)[0]
        self._note(crowd)
        if most <= self._of(address) + 1:
            return False
        longest = next(visitor for visitor in self._visitors if visitor.address == crowd)
        longest.send_away()
        self._leave(longest)
        return True

    def _of(self, address: str) -> int:
        return sum(visitor.address == address for visitor in self._visitors)

    def _note(self, address: str) -> None:
        """Once for each address, or the log would be what overflows."""
        if address not in self._refused and len(self._refused) < self._limits.in_all:
            self._refused.add(address)
            _log.warning("connections from %s are refused: too many have not shown who they are", address)


def _counted(where: Any) -> str:
    """The address that a connection counts for. Of IPv6 everybody has as many as there are in a network of 64 bits."""
    try:
        found = ipaddress.ip_address(str(where[0]).partition("%")[0])
    except (ValueError, IndexError):
        return str(where)
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


def _bound(places: Mapping[Any, int]) -> list[socket.socket]:
    """Listening sockets at all of these places, whose families are given. Raises OSError, and none is left open."""
    made: list[socket.socket] = []
    try:
        for where, family in places.items():
            try:
                listening = socket.socket(family, socket.SOCK_STREAM)
            except OSError as error:  # a machine without IPv6
                _log.info("nobody can connect by %s: %s", where[0], error)
                continue
            made.append(listening)
            if os.name == "posix":
                listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                # The other family has a socket of its own.
                listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            listening.setblocking(False)
            listening.bind(where)
            listening.listen(_BACKLOG)
    except BaseException:
        for listening in made:
            listening.close()
        raise
    if not made:
        raise OSError(errno.EAFNOSUPPORT, os.strerror(errno.EAFNOSUPPORT))
    return made
