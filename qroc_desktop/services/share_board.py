"""What a window shows of the exchange at a glance: what went out and who has seen it, what came in, what alarms."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from qroc_desktop.domain.instant import Clock, Instant
from qroc_desktop.errors import QrocError, Refused
from qroc_desktop.services.node_view import NodeView, look
from qroc_desktop.services.receiving import Receiving
from qroc_desktop.services.request_threads import Request
from qroc_desktop.services.requests import Requests
from qroc_desktop.sync.alarms import Alarm
from qroc_desktop.sync.bundle import Kind
from qroc_desktop.sync.exchange import Exchange
from qroc_desktop.sync.orders import OPEN, Order
from qroc_desktop.sync.roster import Peer
from qroc_desktop.sync.shipment import Received, Seen, Sent

Known = Mapping[str, Peer]
"""Peers by their centre id."""
LETTERS = frozenset({Kind.REQUEST, Kind.ANSWER})
MOST = 300
"""Rows of each list that are shown."""


class OutRow(msgspec.Struct, frozen=True, kw_only=True):
    """A bundle that went out; `name`, `country`: of the peer; `subject`: what the officer wrote over it. order: the
    open standing order that keeps the share up to date."""

    sent: Sent
    name: str
    country: str
    subject: str
    items: int
    order: Order | None = None

    @property
    def applied(self) -> Instant | None:
        """When it came on the peer's picture."""
        return next((seen.at for seen in self.sent.seen if seen.state == "applied"), None)

    @property
    def readers(self) -> tuple[Seen, ...]:
        """Who has read it there."""
        return tuple(seen for seen in self.sent.seen if seen.state == "read")

    @property
    def current(self) -> bool:
        """Whether it can be brought up to date or withdrawn."""
        return self.sent.kind in (Kind.SNAPSHOT, Kind.DELTA) and not self.sent.withdrawn_by


class OrderRow(msgspec.Struct, frozen=True, kw_only=True):
    """A standing order of this workspace; `subject`, `items`: of the share."""

    order: Order
    name: str
    country: str
    subject: str
    items: int


class InRow(msgspec.Struct, frozen=True, kw_only=True):
    """A bundle that came in. here: it is on the picture of this workspace. waits: it is to be put there.
    elsewhere: names of other workspaces that have it, or have what it continues."""

    received: Received
    name: str
    country: str
    subject: str
    items: int
    here: bool = False
    waits: bool = False
    elsewhere: tuple[str, ...] = ()

    @property
    def movable(self) -> bool:
        """Whether it can be put on this picture too, where another workspace has it."""
        one = self.received
        usable = one.state in ("stored", "applied") and one.kind in (Kind.SNAPSHOT, Kind.DELTA)
        return usable and bool(self.elsewhere) and not self.here and not self.waits and not one.withdrawn_by


class AlarmRow(msgspec.Struct, frozen=True, kw_only=True):
    """An open alarm."""

    alarm: Alarm
    name: str


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """All lists, the newest first, and the centres that we know."""

    out: tuple[OutRow, ...] = ()
    came: tuple[InRow, ...] = ()
    alarms: tuple[AlarmRow, ...] = ()
    orders: tuple[OrderRow, ...] = ()
    peers: tuple[Peer, ...] = ()
    node: NodeView = NodeView()
    requests: tuple[Request, ...] = ()

    @property
    def pending(self) -> int:
        """What came in and is not on the picture; letters are no part of it."""
        return sum(row.waits and row.received.kind not in LETTERS for row in self.came)

    @property
    def letters(self) -> list[str]:
        """Letters that came in and are not in the logbook, in their order."""
        return [
            row.received.bundle
            for row in reversed(self.came)
            if row.received.state == "stored" and row.received.kind in LETTERS
        ]

    def last_contact(self, centre: str) -> Instant | None:
        """When a centre acknowledged, sent or answered something last; None where it never did."""
        met = [row.received.received_at for row in self.came if row.received.peer == centre]
        met += [row.sent.stored_at for row in self.out if row.sent.peer == centre and row.sent.stored_at]
        reach = self.node.reach.get(centre)
        met += [reach.last] if reach and reach.last else []
        return max(met, default=None)


class Overviews:
    """Reads overviews of one exchange; what bundles say is opened once and remembered, since it never changes."""

    def __init__(self, exchange: Exchange, clock: Clock, receiving: Receiving, requests: Requests) -> None:
        self._requests = requests
        self._exchange = exchange
        self._clock = clock
        self._receiving = receiving
        self._said: dict[str, tuple[str, int]] = {}
        self._last: tuple[tuple[int, int], Overview] | None = None

    def read(self) -> Overview:
        """The overview as it is now. Raises Refused or Damaged where the exchange file cannot be read.

        It is asked for every few seconds: while nobody has committed anything, only what the clock changes is new.
        """
        exchange, node = self._exchange, look(self._exchange.path, self._clock())
        mark, requests = exchange.database.mark, tuple(self._requests.all())
        if self._last is None or self._last[0] != mark:
            self._last = (mark, self._looked())
        return msgspec.structs.replace(self._last[1], node=node, requests=requests)

    def _looked(self) -> Overview:
        exchange = self._exchange
        peers = exchange.roster.peers()
        known = {peer.centre: peer for peer in peers}
        given = exchange.orders.all()
        alarms = exchange.alarms.open()[:MOST]
        return Overview(
            out=self._out(known, {order.given.bundle: order for order in given if order.state in OPEN}),
            came=self._came(known),
            alarms=tuple(AlarmRow(alarm=a, name=_name(known, a.peer) if a.peer else "") for a in alarms),
            orders=self._ordered(known, given),
            peers=peers,
        )

    def _out(self, known: Known, orders: Mapping[str, Order]) -> tuple[OutRow, ...]:
        rows = []
        for sent in self._exchange.dispatch.board(most=MOST):
            subject, items = self._sent(sent)
            rows.append(
                OutRow(
                    sent=sent,
                    name=_name(known, sent.peer),
                    country=_country(known, sent.peer),
                    subject=subject,
                    items=items,
                    order=orders.get(sent.bundle),
                )
            )
        return tuple(rows)

    def _ordered(self, known: Known, given: list[Order]) -> tuple[OrderRow, ...]:
        rows = []
        for order in [one for one in given if one.given.workspace == self._receiving.workspace][:MOST]:
            subject, items = self._sent(self._exchange.dispatch.one(order.given.bundle))
            name, country = _name(known, order.given.peer), _country(known, order.given.peer)
            rows.append(OrderRow(order=order, name=name, country=country, subject=subject, items=items))
        return tuple(rows)

    def _came(self, known: Known) -> tuple[InRow, ...]:
        rows, pending = [], {one.bundle for one in self._receiving.pending()}
        for one in self._exchange.inbox.received(most=MOST):
            subject, items = self._received(one)
            base = self._base(one)
            others = {on.workspace: on.name for of in (base, one) if of for on in of.on}
            rows.append(
                InRow(
                    received=one,
                    name=_name(known, one.peer),
                    country=_country(known, one.peer),
                    subject=subject,
                    items=items,
                    here=self._here(one),
                    waits=one.bundle in pending,
                    elsewhere=tuple(n for w, n in others.items() if w != self._receiving.workspace),
                )
            )
        return tuple(rows)

    def _base(self, one: Received) -> Received | None:
        """What a bundle continues or takes back."""
        if not one.replaces or one.state not in ("stored", "applied"):
            return None
        try:
            return self._exchange.inbox.one(one.replaces)
        except Refused:
            return None  # it never came

    def _here(self, one: Received) -> bool:
        if one.state != "applied":
            return False
        # What an older program applied says not where; there was one picture then.
        return not one.on or any(on.workspace == self._receiving.workspace for on in one.on)

    def _sent(self, sent: Sent) -> tuple[str, int]:
        if sent.bundle not in self._said:
            try:
                content = self._exchange.outbox.copy(sent.bundle)
            except QrocError:
                return "", 0
            self._said[sent.bundle] = (content.subject, len(content.items))
        return self._said[sent.bundle]

    def _received(self, one: Received) -> tuple[str, int]:
        if one.bundle not in self._said:
            if one.state not in ("stored", "applied"):
                return "", 0
            try:
                content = self._exchange.inbox.opened(one.bundle).content
            except QrocError:
                return "", 0  # its content was erased
            self._said[one.bundle] = (content.subject, len(content.items))
        return self._said[one.bundle]


def _name(known: Known, centre: str) -> str:
    return known[centre].name if centre in known else centre[:12]


def _country(known: Known, centre: str) -> str:
    return known[centre].identity.country if centre in known else ""
