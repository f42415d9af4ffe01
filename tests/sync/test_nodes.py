"""Nodes as real processes over loopback HTTPS; the test is the window of each centre."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from qroc_desktop.errors import Refused
from qroc_desktop.services.system import system_clock
from qroc_desktop.sync.status import NodeLock
from tests.sync.building import incident
from tests.sync.nodes import NodeCentre, centres, until
from tests.sync.proxy import Fate, Proxy


def stored(sender: NodeCentre, bundle: str) -> bool:
    return sender.state(bundle) == "stored"


@pytest.fixture
def three(tmp_path: Path) -> Iterator[list[NodeCentre]]:
    with centres(tmp_path, "Noord", "Süd", "Est") as made:
        yield made
        assert [centre.said_wrong() for centre in made] == [""] * len(made)


def test_two_share_and_acknowledge_and_the_third_gets_nothing(three: list[NodeCentre]) -> None:
    noord, sued, est = three
    for centre in three:
        centre.start(wait=False)
    for centre in three:
        centre.await_running()
    queued = noord.sends(sued, incident("a", "Brand im Hafen"))
    until(lambda: noord.state(queued.bundle) == "stored", "stored")
    (pending,) = sued.exchange.inbox.pending()
    assert [item.id for item in sued.exchange.inbox.opened(pending.bundle).items()] == ["a"]
    sued.exchange.inbox.applied(pending.bundle)
    sued.exchange.inbox.read(pending.bundle, officer="Carla")
    until(lambda: len(noord.exchange.dispatch.one(queued.bundle).seen) == 2, "receipts")
    assert [(seen.state, seen.officer) for seen in noord.exchange.dispatch.one(queued.bundle).seen] == [
        ("applied", ""),
        ("read", "Carla"),
    ]
    until(lambda: noord.status.peers.get(sued.id) and noord.status.peers[sued.id].reachable, "reachable")
    assert est.exchange.inbox.received() == []
    assert b"Brand im Hafen" not in b"".join(path.read_bytes() for path in est.path.parent.iterdir())
    assert [centre.alarms() for centre in three] == [[], [], []]
    for centre in three:
        assert centre.terminate() == "ended\n"
        assert centre.status.state == "stopped"


def test_a_second_node_is_refused_and_a_killed_one_leaves_no_lock(three: list[NodeCentre]) -> None:
    noord = three[0]
    noord.start()
    with pytest.raises(Refused, match="Another node is at work"):
        NodeLock(noord.path)
    assert noord.status.running(system_clock())
    noord.kill()
    lock = NodeLock(noord.path)
    lock.release()


def test_nothing_leaves_unless_it_is_allowed(three: list[NodeCentre]) -> None:
    """Neither does it listen, nor does it call the address that the peer's invitation names."""
    noord, sued, _ = three
    with Proxy(sued.port) as network:
        noord.start(allowed="")
        noord.exchange.enrol(sued.exchange.invite(routes=(f"https://127.0.0.1:{network.port}",)), officer="Anna")
        queued = noord.sends(sued, incident("a"))
        until(lambda: noord.exchange.dispatch.one(queued.bundle).attempts >= 2, "two attempts")
        assert noord.status.listening == ""
        until(lambda: noord.status.peers.get(sued.id), "a word about it")
        assert noord.status.peers[sued.id].trouble == "no way to it is allowed on this machine"
        assert network.connections == 0
    assert noord.state(queued.bundle) == "queued"


def test_a_silent_peer_holds_up_nobody_and_catches_up_later(three: list[NodeCentre]) -> None:
    noord, sued, est = three
    with Proxy(est.port, lambda: Fate(kind="hole")) as network:
        noord.routes[est.id] = [f"https://127.0.0.1:{network.port}"]
        for centre in three:
            centre.start(wait=False)
        silent = [noord.sends(est, incident(item)).bundle for item in "abc"]
        for item in "abc":
            queued = noord.sends(sued, incident(item))
            until(partial(stored, noord, queued.bundle), "stored at the other one")
        until(
            lambda: est.id in noord.status.peers and noord.status.peers[est.id].reachable is False,
            "told that it is silent",
        )
        assert {noord.state(bundle) for bundle in silent} == {"queued"}
        network.fate = Fate
        network.cut_all()
        until(lambda: {noord.state(bundle) for bundle in silent} == {"stored"}, "caught up")
    assert len(est.exchange.inbox.pending()) == 3


def test_by_a_folder_receipts_included(three: list[NodeCentre], tmp_path: Path) -> None:
    """No network is allowed on either machine; a folder is."""
    noord, sued, _ = three
    shared = tmp_path / "stick"
    shared.mkdir()
    for own, peer in ((noord, sued), (sued, noord)):
        own.start(wait=False, allowed=f"[folder]\npaths = ['{shared}']\n[routes]\n{peer.id} = ['folder:{shared}']\n")
    queued = noord.sends(sued, incident("a"))
    until(lambda: noord.state(queued.bundle) == "stored", "stored")
    sued.exchange.inbox.applied(queued.bundle)
    until(lambda: noord.exchange.dispatch.one(queued.bundle).seen, "applied")
    assert noord.alarms() == sued.alarms() == []


@pytest.mark.parametrize("text", ["[https]\nlissten = 1\n", '[https]\nlisten = "127.0.0.1:PORT"\n'])
def test_what_it_cannot_do_is_said_in_one_line(three: list[NodeCentre], text: str) -> None:
    noord = three[0]
    with socket.create_server(("127.0.0.1", 0)) as taken:
        noord.start(wait=False, allowed=text.replace("PORT", str(taken.getsockname()[1])))
        until(lambda: not noord.running, "it ends")
    said = noord.said_wrong()
    noord.errors.unlink()
    assert said.splitlines()[-1].startswith("qroc_desktop.errors.Refused: ")
