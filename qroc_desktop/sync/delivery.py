"""Rounds of delivery, what a node does again and again: what is due goes out, what waits comes in, answers go back."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import msgspec

from qroc_desktop.sync.exchange import Exchange
from qroc_desktop.sync.refusals import Rejected
from qroc_desktop.sync.roster import Peer
from qroc_desktop.sync.shipment import Sent
from qroc_desktop.sync.transports.base import Incoming, Source, Transport, Unreachable

Routing = Callable[[Peer], Transport]


class Round(msgspec.Struct):
    """What a round did: bundles that got through to the peer's side, that did not, that were refused outright, and
    parcels that came in."""

    sent: int = 0
    unreachable: int = 0
    rejected: int = 0
    received: int = 0
    refused: int = 0


def deliver(exchange: Exchange, routing: Routing) -> Round:
    """Try everything that is due, peer by peer in order. A peer that cannot be reached is not tried twice."""
    outcome, cut_off = Round(), set()
    for due in exchange.dispatch.due():
        if due.peer in cut_off:
            continue
        try:
            send_one(exchange, routing, due)
            outcome.sent += 1
        except Unreachable:
            cut_off.add(due.peer)
            outcome.unreachable += 1
        except Rejected as rejection:
            exchange.dispatch.rejected(due.bundle, rejection.code)
            outcome.rejected += 1
    return outcome


def fetch(exchange: Exchange, source: Source, routing: Routing) -> Round:
    """Take in what waits for us, and send the answers. Raises Unreachable where there is no way to look."""
    outcome = Round()
    for incoming in source.poll():
        if take(exchange, incoming, routing):
            outcome.received += 1
        else:
            outcome.refused += 1
    return outcome


def take(exchange: Exchange, incoming: Incoming, routing: Routing) -> bool:
    """Take in one parcel; it is given up at its source only after it has been committed here."""
    try:
        taken = exchange.receive(incoming.data, incoming.carrier)
    except Rejected as rejection:
        incoming.refused(rejection.code)
        return False
    for reply in taken.replies:
        answer(exchange, taken.peer, reply, routing)
    incoming.done()
    return True


def answer(exchange: Exchange, centre: str, reply: bytes, routing: Routing) -> None:
    """Send an answer. Where it is lost the peer sends its bundle again, and is answered again."""
    try:
        peer = exchange.roster.active(centre)
        routing(peer).send(peer, reply)
    except (Unreachable, Rejected):
        return


def send_one(exchange: Exchange, routing: Routing, due: Sent) -> None:
    """One attempt for one bundle, with whatever the peer answers at once. Raises Unreachable or Rejected."""
    peer = exchange.roster.active(due.peer)
    transport = routing(peer)
    # Counted as an attempt before it is made: a process that dies in between does not try without a pause.
    exchange.dispatch.tried(due.bundle)
    for parcel in exchange.dispatch.parcels(due.bundle):
        for reply in transport.send(peer, parcel):
            # An answer that is none has sounded its alarm; the bundle stays queued as if there had been no answer.
            with contextlib.suppress(Rejected):
                exchange.receive(reply, peer.centre)
        if exchange.dispatch.one(due.bundle).state != "queued":
            return
