"""The NATS transport against a real nats-server; nodes over it are in test_chaos."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from qroc_desktop.sync.allowed import Relay
from qroc_desktop.sync.bundle import Answer
from qroc_desktop.sync.content import attached
from qroc_desktop.sync.delivery import Round, Routing, fetch
from qroc_desktop.sync.exchange import Exchange
from qroc_desktop.sync.refusals import Code
from qroc_desktop.sync.roster import Peer
from qroc_desktop.sync.transports.base import Incoming, Transport, Unreachable
from qroc_desktop.sync.transports.nats import Mailbox, NatsTransport
from tests.sync.building import Centre, incident
from tests.sync.nodes import until
from tests.sync.relay import RelayServer


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[RelayServer]:
    server = RelayServer(tmp_path / "relay")
    yield server
    server.close()


def place(relay: RelayServer, centre: Centre) -> Relay:
    return Relay(server=f"nats://127.0.0.1:{relay.port}", mailbox=centre.id)


def made_to_bring_again_soon(relay: RelayServer, centre: Centre) -> None:
    """Make a mailbox of which the relay brings again after three seconds what nobody has acknowledged: it goes by the
    patience of whoever made it, and so small a one may not be enough at once."""
    with contextlib.closing(NatsTransport(place(relay, centre), patience=1.0)) as impatient:

        def is_made() -> bool:
            with contextlib.suppress(Unreachable):
                return emptied(impatient) == []
            return False

        until(is_made, "the mailbox is there")


@pytest.fixture
def ends(relay: RelayServer, noord: Centre, sued: Centre) -> Iterator[tuple[NatsTransport, NatsTransport]]:
    made = [NatsTransport(place(relay, centre), patience=30.0) for centre in (noord, sued)]
    yield made[0], made[1]
    for transport in made:
        transport.close()


def emptied(transport: NatsTransport) -> list[Incoming]:
    return list(transport.poll())


def until_there(transport: NatsTransport) -> list[Incoming]:
    """What has come; a poll waits a second for it, and the relay may take longer."""
    found: list[Incoming] = []

    def have_come() -> bool:
        found.extend(emptied(transport))
        return bool(found)

    until(have_come, "something has come")
    return found


def taken_in(exchange: Exchange, transport: NatsTransport, routing: Routing, count: int) -> tuple[int, int]:
    """So many parcels are fetched, in as many rounds as it takes; how many of them were received, and refused."""
    all_of_it = Round()

    def have_come() -> bool:
        one = fetch(exchange, transport, routing)
        all_of_it.received += one.received
        all_of_it.refused += one.refused
        return all_of_it.received + all_of_it.refused >= count

    until(have_come, "what was sent has come")
    return all_of_it.received, all_of_it.refused


def test_a_parcel_waits_until_it_was_committed(
    relay: RelayServer, noord: Centre, sued: Centre, ends: tuple[NatsTransport, NatsTransport]
) -> None:
    ours, theirs = ends
    made_to_bring_again_soon(relay, sued)
    killed = NatsTransport(place(relay, sued), patience=30.0)
    assert emptied(ours) == emptied(theirs) == []  # which makes the mailboxes

    def routing(peer: Peer) -> Transport:
        return Mailbox(ours if peer.centre == sued.id else theirs, peer.centre)

    queued = noord.sends(sued, incident("a"))
    data = noord.parcel(queued)
    peer = noord.exchange.roster.active(sued.id)
    for _ in range(3):
        assert Mailbox(ours, sued.id).send(peer, data) == []
    (letter,) = until_there(killed)  # brought three times, there once
    assert letter.data == data
    assert letter.carrier is None
    assert sued.receive(letter.data, None).answer is Answer.STORED
    killed.close()  # as if it had ended between the commit and the word about it: it is brought again
    (letter,) = until_there(theirs)
    assert letter.data == data
    assert sued.receive(letter.data, None).answer is Answer.STORED
    letter.done()
    assert len(sued.exchange.inbox.pending()) == 1
    with pytest.raises(Unreachable, match="closed"):
        killed.publish(sued.id, data)

    second = noord.sends(sued, incident("b"))
    Mailbox(ours, sued.id).send(peer, noord.parcel(second))
    assert taken_in(sued.exchange, theirs, routing, 1) == (1, 0)
    assert taken_in(noord.exchange, ours, routing, 1) == (1, 0)
    assert noord.exchange.dispatch.one(second.bundle).state == "stored"
    assert emptied(theirs) == emptied(ours) == []


def test_a_parcel_that_is_refused_is_not_brought_again(
    noord: Centre, sued: Centre, ends: tuple[NatsTransport, NatsTransport]
) -> None:
    ours, theirs = ends
    emptied(theirs)
    ours.publish(sued.id, b"junk")
    assert taken_in(sued.exchange, theirs, lambda peer: Mailbox(theirs, peer.centre), 1) == (0, 1)
    assert emptied(theirs) == []
    assert [alarm.code for alarm in sued.exchange.alarms.open()] == [Code.NOT_A_PARCEL]


def test_a_large_bundle_goes_in_parts(noord: Centre, sued: Centre, ends: tuple[NatsTransport, NatsTransport]) -> None:
    ours, theirs = ends
    emptied(theirs)
    photo = os.urandom(3 * 1024 * 1024)
    entry = attached(photo, "photo.jpg", "image/jpeg")
    queued = noord.sends(sued, incident("a"), attachments=(entry,), files={entry.sha256: photo})
    Mailbox(ours, sued.id).send(noord.exchange.roster.active(sued.id), noord.parcel(queued))
    assert taken_in(sued.exchange, theirs, lambda peer: Mailbox(theirs, noord.id), 4) == (4, 0)
    assert sued.exchange.inbox.opened(queued.bundle).files == {entry.sha256: photo}


def test_no_mailbox_no_relay_and_a_relay_that_comes_back(
    relay: RelayServer, noord: Centre, sued: Centre, ends: tuple[NatsTransport, NatsTransport]
) -> None:
    ours, theirs = ends
    data = noord.parcel(noord.sends(sued, incident("a")))
    with contextlib.ExitStack() as closing:
        here, there = (
            closing.enter_context(contextlib.closing(NatsTransport(place(relay, centre), patience=1.0)))
            for centre in (noord, sued)
        )
        with pytest.raises(Unreachable):
            here.publish(sued.id, data)  # the other centre has never been there
        emptied(theirs)
        ours.publish(sued.id, data)
        relay.stop()
        with pytest.raises(Unreachable):
            here.publish(sued.id, data)
        with pytest.raises(Unreachable):
            emptied(there)
        relay.start()
    (letter,) = until_there(theirs)  # what was acknowledged to us outlived its kill -9
    assert letter.data == data


def test_a_relay_that_takes_only_small_messages_says_so(tmp_path: Path, noord: Centre, sued: Centre) -> None:
    server = RelayServer(tmp_path / "small", max_payload=65536)
    transport = NatsTransport(place(server, noord), patience=30.0)
    try:
        with pytest.raises(Unreachable, match="max_payload"):
            transport.publish(sued.id, bytes(70_000))
    finally:
        transport.close()
        server.close()


def test_a_relay_that_leaves_out_tls_gets_nothing(relay: RelayServer, noord: Centre, sued: Centre) -> None:
    """Whether there is TLS is asked in the clear; whoever sits on the way must not be able to answer no."""
    transport = NatsTransport(Relay(server=f"tls://127.0.0.1:{relay.port}", mailbox=noord.id), patience=30.0)
    try:
        with pytest.raises(Unreachable, match="does not offer TLS"):
            transport.publish(sued.id, b"data")
        with pytest.raises(Unreachable, match="does not offer TLS"):
            emptied(transport)
    finally:
        transport.close()
