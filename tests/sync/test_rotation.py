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
from qroc_desktop.sync.identity import Identity
from qroc_desktop.sync.keystore import Keystore
from qroc_desktop.sync.refusals import Code, Rejected
from qroc_desktop.sync.tls import ClientContext, server_name
from qroc_desktop.sync.transports.base import Unreachable
from qroc_desktop.sync.transports.https import HttpsTransport
from tests.sync.building import CHEAP, START, Centre, incident
from tests.sync.node_process import PASSPHRASE
from tests.sync.nodes import NodeCentre, centres, until


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[NodeCentre, NodeCentre]]:
    with centres(tmp_path, "Noord", "Süd") as (noord, sued):
        for centre in (noord, sued):
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
    with contextlib.closing(socket.create_connection(("127.0.0.1", server.port), 10)) as plain:
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
    two: tuple[NodeCentre, NodeCentre], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither side is started again, and nothing tells it that the time has come."""
    noord, sued = two
    former = Identity(noord.id, "Noord", "NL", noord.identity.keys)
    renewed = rotated(noord, valid_s=4)
    noord.exchange.identity.take_over(renewed)
    monkeypatch.setattr(roster, "OVERLAP", seconds(4))
    # Before the node shows them: whoever calls with a certificate that nobody knows yet is alarmed, and rightly.
    sued.exchange.enrol(noord.exchange.invite(routes=(noord.address,)), officer="Anna")
    end = system_clock() + seconds(4)
    renew(noord, renewed)
    await_shown(noord, renewed.keys.certificate, sued)
    exchanges(noord, sued, "in the overlap")
    until(lambda: system_clock() > end + seconds(1), "the overlap ends")
    exchanges(noord, sued, "after the overlap")
    assert sued.alarms() == []
    stale = HttpsTransport(former, system_clock, lambda *_: None)
    with contextlib.closing(stale), pytest.raises(Unreachable):
        stale.to(sued.address).reach(noord.exchange.roster.active(sued.id))
    until(lambda: [code for code, _, _ in sued.alarms()] == ["unknown-certificate"], "the alarm")

    def is_gone() -> bool:
        try:
            shown(noord, former.keys.certificate, sued, sued.identity)
        except ssl.SSLError:
            return True
        return False

    until(is_gone, "our node does not show the former certificate any more")


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
