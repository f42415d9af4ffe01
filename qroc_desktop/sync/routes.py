"""Which transport leads to a peer: those of its routes that an administrator allows, tried in their order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

from qroc_desktop.sync.allowed import Allowed
from qroc_desktop.sync.refusals import Rejected
from qroc_desktop.sync.roster import Peer
from qroc_desktop.sync.transports.base import Incoming, Transport, Unreachable
from qroc_desktop.sync.transports.folder import FolderTransport
from qroc_desktop.sync.transports.https import HttpsTransport, Way
from qroc_desktop.sync.transports.nats import NatsTransport
from qroc_desktop.sync.transports.wire import Outcome

T = TypeVar("T")
Met = Callable[[str], None]
Missed = Callable[[str, str], None]
Tried = Callable[[str, str, str], None]


class Routes:
    """Makes the ways to peers. `met` and `missed` are told of every attempt that shows whether a peer is there,
    `tried` of every attempt by one route: of which peer, which route, and why it failed (empty: it did not)."""

    def __init__(
        self,
        allowed: Allowed,
        own: str,
        https: HttpsTransport,
        relays: Sequence[NatsTransport],
        met: Met,
        missed: Missed,
        tried: Tried = lambda *_: None,
    ) -> None:
        self._allowed = allowed
        self._own = own
        self._https = https
        self._relays = {relay.server: relay for relay in relays}
        self.met = met
        self.missed = missed
        self.tried = tried

    def to(self, peer: Peer) -> Routed:
        """All ways to a peer as one."""
        return Routed(self, peer, [(route, self._way(route)) for route in self._allowed.routes_to(peer)])

    def folders(self) -> list[FolderTransport]:
        """The folders that are looked into."""
        return [FolderTransport(Path(path), self._own) for path in self._allowed.folder.paths]

    def _way(self, route: str) -> Transport:
        kind, _, rest = route.partition(":")
        if kind == "https":
            return self._https.to(route)
        if kind == "folder":
            return FolderTransport(Path(rest), self._own)
        server, _, mailbox = route.rpartition("#")
        return self._relays[server].to(mailbox)


class Routed:
    """The first way that works, each time anew."""

    def __init__(self, routes: Routes, peer: Peer, ways: Sequence[tuple[str, Transport]]) -> None:
        self._routes = routes
        self._peer = peer
        self._ways = ways

    def poll(self) -> Iterable[Incoming]:
        """Nothing: what has to be looked for is looked for where it lies, not by peer."""
        return ()

    def send(self, peer: Peer, data: bytes) -> list[bytes]:
        """Carry a parcel. Raises Unreachable or Rejected."""
        return self._first(lambda way: way.send(peer, data))

    def send_together(self, parcels: Sequence[bytes]) -> list[Outcome]:
        """Carry several parcels, in one request where the way can; what became of each. Raises Unreachable."""

        def sent(way: Transport) -> list[Outcome]:
            if isinstance(way, Way):
                return way.send_together(self._peer, parcels)
            return [_one(way, self._peer, data) for data in parcels]

        return self._first(sent)

    def reach(self) -> None:
        """Ask whether the peer is there, where it can be asked."""
        for route, way in self._ways:
            if isinstance(way, Way):
                try:
                    way.reach(self._peer)
                except Unreachable as trouble:
                    self._routes.tried(self._peer.centre, route, _why(trouble) or "?")
                    self._routes.missed(self._peer.centre, _why(trouble))
                else:
                    self._routes.tried(self._peer.centre, route, "")
                    self._routes.met(self._peer.centre)
                    return

    def _first(self, attempt: Callable[[Transport], T]) -> T:
        trouble = Unreachable("no way to it is allowed on this machine", self._peer.name)
        for route, way in self._ways:
            try:
                result = attempt(way)
            except Unreachable as failure:
                trouble = failure
                self._routes.tried(self._peer.centre, route, _why(failure) or "?")
                continue
            except Rejected:
                self._contact(route, way)
                raise
            self._contact(route, way)
            return result
        self._routes.missed(self._peer.centre, _why(trouble))
        raise trouble

    def _contact(self, route: str, way: Transport) -> None:
        self._routes.tried(self._peer.centre, route, "")
        if isinstance(way, Way):  # a folder or a mailbox shows nothing of the peer
            self._routes.met(self._peer.centre)


def _one(way: Transport, peer: Peer, data: bytes) -> Outcome:
    try:
        return Outcome(replies=tuple(way.send(peer, data)))
    except Rejected as rejection:
        return Outcome(code=str(rejection.code))


def _why(trouble: Unreachable) -> str:
    return str(trouble.what.params.get("reason", ""))
