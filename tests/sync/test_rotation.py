"""Keys renewed while everything runs: nodes go on without being started again, and what was replaced ends in time."""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from qroc_desktop.domain.instant import Instant, seconds
from qroc_desktop.errors import Damaged, Refused
from qroc_desktop.services.system import system_clock
from qroc_desktop.sync import roster
from qroc_desktop.sync.bundle import Kind
from qroc_desktop.sync.exchange import Exchange
from qroc_desktop.sync.identity import Identity
from qroc_desktop.sync.invitation import invite
from qroc_desktop.sync.keystore import Keystore, Unlocked
from qroc_desktop.sync.receiver import Receiver
from qroc_desktop.sync.refusals import MESSAGES, Code, Rejected
from qroc_desktop.sync.shipment import Shipment
from qroc_desktop.sync.tls import ClientContext, server_name
from qroc_desktop.sync.transports.base import Unreachable
from qroc_desktop.sync.transports.https import HttpsTransport
from tests.sync.building import CHEAP, DECISION, START, Centre, answers, forged, incident
from tests.sync.node_process import PASSPHRASE
from tests.sync.nodes import NodeCentre, centres, set_ahead, until


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[NodeCentre, NodeCentre]]:
    with centres(tmp_path, "Noord", "Süd") as (noord, sued):
        for centre in (noord, sued):
            centre.ahead = tmp_path / "ahead"
            centre.start(wait=False)
        for centre in (noord, sued):
            centre.await_running()
        yield noord, sued
        assert [centre.said_wrong() for centre in (noord, sued)] == ["", ""]


def rotated(centre: NodeCentre, valid_s: float) -> Identity:
    now = system_clock()
    return centre.identity.rotated(now, Instant(now + seconds(valid_s)))


def renew(centre: NodeCentre, renewed: Identity) -> None:
    """As `qroc identity rotate` does: the keystore is replaced, and nobody is told."""
    Keystore(centre._keys).unlock(PASSPHRASE).renew(renewed)


def shown(server: NodeCentre, certificate: bytes, client: NodeCentre, own: Identity) -> bytes:
    """The certificate that a node shows to whom asks for this one."""
    with contextlib.closing(socket.create_connection(("127.0.0.1", server.port), 60)) as plain:
        context = ClientContext.to([certificate], own.keys, lambda _: None)
        with context.wrap_socket(plain, server_hostname=server_name(certificate)) as secured:
            return secured.getpeercert(binary_form=True) or b""


def await_shown(server: NodeCentre, certificate: bytes, client: NodeCentre) -> None:
    """Until the node has taken over the keys with this certificate: what is sealed for them before, it cannot open."""

    def is_shown() -> bool:
        with contextlib.suppress(ssl.SSLError, OSError):
            return shown(server, certificate, client, client.identity) == certificate
        return False

    until(is_shown, "the new certificate is shown")


def exchanges(noord: NodeCentre, sued: NodeCentre, title: str) -> None:
    there, back = noord.sends(sued, incident(title)), sued.sends(noord, incident(title))
    until(lambda: noord.state(there.bundle) == sued.state(back.bundle) == "stored", f"{title} is stored")
    assert [item.id for item in sued.exchange.inbox.opened(there.bundle).items()] == [title]
    assert [item.id for item in noord.exchange.inbox.opened(back.bundle).items()] == [title]


@pytest.mark.slow
def test_nodes_take_over_renewed_keys_while_they_run(two: tuple[NodeCentre, NodeCentre]) -> None:
    noord, sued = two
    exchanges(noord, sued, "before")
    pids = noord.status.pid, sued.status.pid
    former = noord.identity.public.certificate
    renew(noord, rotated(noord, valid_s=3600))
    present = Keystore(noord._keys).open(PASSPHRASE)
    await_shown(noord, present.keys.certificate, sued)
    assert shown(noord, former, sued, sued.identity) == former, "to who has pinned the former one"
    exchanges(noord, sued, "the peer knows the former keys only")
    noord.exchange.identity.take_over(present)
    sued.exchange.enrol(noord.exchange.invite(routes=(noord.address,)), officer="Anna")
    assert len(sued.exchange.roster.active(noord.id).valid_keys(system_clock())) == 2
    exchanges(noord, sued, "the peer has taken up the new ones")
    assert (noord.status.pid, sued.status.pid) == pids
    assert noord.alarms() == sued.alarms() == []


@pytest.mark.slow
def test_the_former_certificate_ends_in_time_and_is_alarmed(
    two: tuple[NodeCentre, NodeCentre], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither side is started again, and nothing tells it that the time has come."""
    noord, sued = two
    former = Identity(noord.id, "Noord", "NL", noord.identity.keys)
    renewed = rotated(noord, valid_s=3600)
    noord.exchange.identity.take_over(renewed)
    monkeypatch.setattr(roster, "OVERLAP", seconds(2 * 3600))
    # Before the node shows them: whoever calls with a certificate that nobody knows yet is alarmed, and rightly.
    sued.exchange.enrol(noord.exchange.invite(routes=(noord.address,)), officer="Anna")
    renew(noord, renewed)
    await_shown(noord, renewed.keys.certificate, sued)
    exchanges(noord, sued, "in the overlap")
    set_ahead(tmp_path / "ahead", 1.5 * 3600)

    def is_gone() -> bool:
        with contextlib.suppress(OSError):
            try:
                shown(noord, former.keys.certificate, sued, sued.identity)
            except ssl.SSLError:
                return True
        return False

    until(is_gone, "our node does not show the former certificate any more")
    exchanges(noord, sued, "ours is over, the peer would still take it")
    set_ahead(tmp_path / "ahead", 3 * 3600)
    exchanges(noord, sued, "after the overlap")
    assert sued.alarms() == []
    stale = HttpsTransport(former, system_clock, lambda *_: None)
    with contextlib.closing(stale), pytest.raises(Unreachable):
        stale.to(sued.address).reach(noord.exchange.roster.active(sued.id))
    until(lambda: [code for code, _, _ in sued.alarms()] == ["unknown-certificate"], "the alarm")


@pytest.mark.slow
def test_a_node_that_is_started_again_shows_each_peer_the_certificate_that_it_took_last(
    two: tuple[NodeCentre, NodeCentre],
) -> None:
    """A peer that has not taken up the new one yet would be alarmed by it."""
    noord, sued = two
    exchanges(noord, sued, "before")
    assert noord.terminate() == "ended\n"
    renew(noord, rotated(noord, valid_s=3600))
    noord.start()
    exchanges(noord, sued, "the peer knows the former certificate only")
    assert noord.alarms() == sued.alarms() == []


def test_a_bundle_under_a_key_whose_time_is_over_is_refused_by_name(noord: Centre, sued: Centre) -> None:
    late = noord.parcel(noord.sends(sued, incident("a")))
    noord.reopen(noord.identity.rotated(START, Instant(START + roster.OVERLAP)))
    sued.exchange.enrol(noord.exchange.invite(), officer="Anna")
    sued.clock.forward(roster.OVERLAP / 1_000_000)
    with pytest.raises(Rejected) as caught:
        sued.exchange.receive(late)
    assert caught.value.code is Code.OLD_KEY
    assert [alarm.code for alarm in sued.exchange.alarms.open()] == ["old-key"]
    assert sued.exchange.inbox.received() == []


def test_one_identity_for_all_who_hold_it(noord: Centre, sued: Centre) -> None:
    """What is sealed for the new keys is opened by an exchange that was open before they were made."""
    renewed = noord.identity.rotated(START, Instant(START + roster.OVERLAP))
    noord.exchange.identity.take_over(renewed)
    sued.exchange.enrol(noord.exchange.invite(), officer="Anna")
    queued = sued.sends(noord, incident("a"))
    assert noord.exchange.receive(sued.parcel(queued)).answer == "stored"
    assert [item.id for item in noord.exchange.inbox.opened(queued.bundle).items()] == ["a"]
    with pytest.raises(ValueError, match="another centre"):
        noord.identity.take_over(sued.identity)


@pytest.fixture
def kept(noord: Centre, tmp_path: Path) -> Unlocked:
    """Noord's keystore, of which its exchange has the identity, as in a node."""
    store = Keystore(tmp_path / "keys")
    store.save(noord.identity, PASSPHRASE, CHEAP)
    held = store.unlock(PASSPHRASE)
    noord.reopen(held.identity)
    return held


def renewed_on_disk(held: Unlocked) -> Identity:
    """As `qroc identity rotate` does in another process; the one that holds the keystore has not looked yet."""
    renewed = held.identity.rotated(START, Instant(START + roster.OVERLAP))
    held.renew(renewed)
    return renewed


def test_a_bundle_for_renewed_keys_that_were_not_taken_over_yet_is_taken_in(
    noord: Centre, sued: Centre, kept: Unlocked
) -> None:
    former = noord.identity.keys
    renewed = renewed_on_disk(kept)
    sued.exchange.enrol(invite(renewed, START), officer="Anna")
    sent = [sued.sends(noord, incident(title)) for title in ("a", "b")]
    assert noord.identity.keys is former
    door = Receiver(noord.exchange, noord.clock, lambda _: None)
    outcomes = door.take([sued.parcel(one) for one in sent], sued.identity.keys.certificate)
    assert [answer.answer for outcome in outcomes for answer in answers(outcome.replies)] == ["stored", "stored"]
    for outcome in outcomes:
        (reply,) = outcome.replies
        sued.exchange.receive(reply, noord.id)
    assert [sued.exchange.dispatch.one(one.bundle).state for one in sent] == ["stored", "stored"]
    assert [[item.id for item in noord.exchange.inbox.opened(one.bundle).items()] for one in sent] == [["a"], ["b"]]
    assert noord.exchange.alarms.open() == sued.exchange.alarms.open() == []
    assert noord.identity.public == renewed.public
    assert kept.look(), "whoever asks for it is told that the keys were renewed"
    assert not kept.look()


def test_a_window_opens_what_the_node_took_in_and_kept_under_renewed_keys(
    noord: Centre, sued: Centre, kept: Unlocked
) -> None:
    """Neither tells the other; the window has not looked at its keystore since."""
    sued.exchange.enrol(invite(renewed_on_disk(kept), START), officer="Anna")
    sent = sued.sends(noord, incident("a"))
    former = noord.identity.keys
    with Exchange(noord.path, kept._store.open(PASSPHRASE), noord.clock) as of_the_node:
        assert of_the_node.receive(sued.parcel(sent), sued.id).answer == "stored"
        shipment = Shipment(to=sued.id, kind=Kind.SNAPSHOT, officer="Anna", items=(incident("b"),))
        queued = of_the_node.outbox.queue(shipment, [DECISION])
    assert noord.identity.keys is former
    assert [item.id for item in noord.exchange.outbox.copy(queued.bundle).items] == ["b"]
    # And the other way of opening, as if nothing had been looked at yet.
    noord.identity.take_over(Identity(noord.id, "Noord", "NL", former))
    kept._mark = None
    assert [item.id for item in noord.exchange.inbox.opened(sent.bundle).items()] == ["a"]


def test_a_bundle_for_nobodys_keys_is_refused_after_one_more_look(
    noord: Centre, sued: Centre, kept: Unlocked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once for the keys as they are, once with renewed ones on the disk; the file is read only where it is another."""
    reads: list[Path] = []
    read = Keystore._read

    def counted(store: Keystore) -> object:
        reads.append(store.path)
        return read(store)

    monkeypatch.setattr(Keystore, "_read", counted)
    first = noord.exchange.receive(forged(sued, noord, sealed_for=sued), sued.id)
    assert (first.answer, first.code) == ("refused", "cannot-decrypt")
    assert reads == []
    renewed = renewed_on_disk(kept)
    other = forged(sued, noord, sealed_for=sued, seq=2, prev=first.bundle)
    second = noord.exchange.receive(other, sued.id)
    assert (second.answer, second.code, second.said) == ("refused", "cannot-decrypt", MESSAGES[Code.CANNOT_DECRYPT])
    assert reads == [kept._store.path]
    assert noord.identity.public == renewed.public
    assert noord.exchange.receive(other, sued.id).answer == "refused"
    assert reads == [kept._store.path], "what was refused stays refused, and is not looked at again"
    assert [(alarm.code, alarm.count) for alarm in noord.exchange.alarms.open()] == [("cannot-decrypt", 1)] * 2
    assert noord.exchange.inbox.pending() == []


def test_keys_that_cannot_be_opened_are_told_of_by_the_node_and_not_to_the_peer(
    noord: Centre, sued: Centre, kept: Unlocked
) -> None:
    """The look before a refusal does not swallow what is wrong with the keystore: the next one says so."""
    former = noord.identity.public
    renewed = noord.identity.rotated(START, Instant(START + roster.OVERLAP))
    kept._store.save(renewed, "another passphrase", CHEAP)
    sued.exchange.enrol(invite(renewed, START), officer="Anna")
    taken = noord.exchange.receive(sued.parcel(sued.sends(noord, incident("a"))), sued.id)
    assert (taken.answer, taken.code) == ("refused", "cannot-decrypt")
    assert noord.identity.public == former
    with pytest.raises(Refused, match="under another passphrase"):
        kept.look()
    assert not kept.look(), "said once"


def test_the_keystore_is_read_again_without_the_passphrase(tmp_path: Path) -> None:
    store = Keystore(tmp_path / "keys")
    identity = Identity.new("Noord", "NL", START)
    store.save(identity, "correct horse battery", CHEAP)
    held = store.unlock("correct horse battery")
    assert not held.look()
    assert not hasattr(held, "__dict__") or b"correct horse" not in repr(vars(held)).encode()
    renewed = identity.rotated(START, Instant(START + 1))
    store.unlock("correct horse battery").renew(renewed)
    assert held.replaced
    assert held.look()
    assert held.identity.public == renewed.public
    assert not held.look()
    assert store.open("correct horse battery").public == renewed.public
    store.save(renewed.rotated(START, START), "another passphrase", CHEAP)
    with pytest.raises(Refused, match="under another passphrase"):
        held.look()
    assert held.identity.public == renewed.public
    assert not held.look(), "said once"
    store.path.write_bytes(b"QROC keys 1\njunk")
    with pytest.raises(Damaged):
        held.look()
    store.path.unlink()
    assert not held.look()
    assert held.identity.public == renewed.public
