"""Kill -9 before each statement of each step: all of the step or nothing of it, and nothing acknowledged is lost."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from qroc_desktop.sync.bundle import Answer, Kind
from qroc_desktop.sync.exchange import Exchange
from qroc_desktop.sync.identity import Identity
from qroc_desktop.sync.keystore import Keystore
from qroc_desktop.sync.roster import PeerState
from qroc_desktop.sync.shipment import Shipment
from qroc_desktop.sync.verifying import verify
from tests.sync.building import CHEAP, DECISION, START, Centre, answers, incident
from tests.sync.children import KILLED, Child, killed_at

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
MOST_STATEMENTS = 200

Step = Callable[[Exchange], str]


def until_it_gets_through(centre: Centre, step: Step, check: Callable[[int, bool], None]) -> int:
    """Run `step` in a child that is killed before its 1st, 2nd, 3rd ... statement; `check` after each.

    check: how many times it was killed so far, and whether the step returned before. Returns the number of kills.
    """
    for statement in range(1, MOST_STATEMENTS):

        def work(statement: int = statement) -> str:
            with Exchange(centre.path, centre.identity, centre.clock) as exchange:
                killed_at(exchange, statement)
                return step(exchange)

        code, said = Child(work).ended()
        assert code in (0, KILLED)
        centre.reopen()
        check(statement, bool(said))
        if said:
            return statement - 1
    raise AssertionError("the step never ends")


def test_queueing(noord: Centre, sued: Centre) -> None:
    shipment = Shipment(to=sued.id, kind=Kind.SNAPSHOT, officer="Anna", items=(incident("a"),))

    def check(_: int, returned: bool) -> None:
        bundles = [row.bundle for row in noord.exchange.dispatch.board()]
        said = [e.detail.subject for e in noord.exchange.audit.entries() if e.detail and e.action == "disclosure"]
        assert sorted(f"bundle:{bundle}" for bundle in bundles) == sorted(said)
        assert [noord.exchange.outbox.decisions(bundle) for bundle in bundles] == [[DECISION]] * len(bundles)
        assert bool(bundles) >= returned

    noord.exchange.close()
    kills = until_it_gets_through(noord, lambda exchange: exchange.outbox.queue(shipment, [DECISION]).bundle, check)
    assert kills > 10
    rows = noord.exchange.dispatch.board()
    assert sorted(row.seq for row in rows) == list(range(1, len(rows) + 1))
    for row in reversed(rows):
        (data,) = noord.exchange.dispatch.parcels(row.bundle)
        assert sued.exchange.receive(data).answer is Answer.STORED


def test_taking_in(noord: Centre, sued: Centre) -> None:
    queued = noord.sends(sued, incident("a"))
    second = noord.parcel(noord.sends(sued, incident("b")))
    sued.exchange.receive(second)
    data = noord.parcel(queued)

    def step(exchange: Exchange) -> str:
        return " ".join(
            answer.bundle for answer in answers(exchange.receive(data).replies) if answer.answer == "stored"
        )

    def check(_: int, returned: bool) -> None:
        pending = [row.bundle for row in sued.exchange.inbox.pending()]
        assert len(pending) in (0, 2), "one without the other that waited for it"
        assert len(pending) == 2 or not returned
        collected = [entry for entry in sued.exchange.audit.entries() if entry.action == "collection"]
        assert len(collected) == len(pending)

    sued.exchange.close()
    assert until_it_gets_through(sued, step, check) > 10
    assert [row.seq for row in sued.exchange.inbox.pending()] == [1, 2]
    assert [item.id for item in sued.exchange.inbox.opened(queued.bundle).items()] == ["a"]


def test_taking_in_several_with_one_commit(noord: Centre, sued: Centre) -> None:
    parcels = [noord.parcel(noord.sends(sued, incident(str(n)))) for n in range(3)]
    together = [(parcels[0], noord.id), (b"junk", noord.id), (parcels[2], noord.id), (parcels[1], noord.id)]

    def step(exchange: Exchange) -> str:
        taken = exchange.receive_all(together)
        return " ".join(type(one).__name__ for one in taken)

    def check(_: int, returned: bool) -> None:
        assert len(sued.exchange.inbox.pending()) == (3 if returned else 0)

    sued.exchange.close()
    assert until_it_gets_through(sued, step, check) > 30
    assert [alarm.code for alarm in sued.exchange.alarms.open()] == ["not-a-parcel"]
    outcomes = sued.exchange.receive_all(together)
    assert [type(one).__name__ for one in outcomes] == ["Taken", "Rejected", "Taken", "Taken"]
    assert len(sued.exchange.inbox.pending()) == 3


def test_applying_and_reading(noord: Centre, sued: Centre) -> None:
    queued = noord.sends(sued, incident("a"))
    sued.exchange.receive(noord.parcel(queued))

    def step(exchange: Exchange) -> str:
        exchange.inbox.applied(queued.bundle)
        exchange.inbox.read(queued.bundle, officer="Carla")
        return "done"

    def check(_: int, returned: bool) -> None:
        row = sued.exchange.inbox.one(queued.bundle)
        receipts = len(sued.exchange.dispatch.board(own=True))
        assert receipts == (row.state == "applied") + len(row.read_by)
        assert receipts == 2 or not returned

    sued.exchange.close()
    assert until_it_gets_through(sued, step, check) > 10
    for row in reversed(sued.exchange.dispatch.board(own=True)):
        (data,) = sued.exchange.dispatch.parcels(row.bundle)
        noord.exchange.receive(data)
    assert [seen.state for seen in noord.exchange.dispatch.one(queued.bundle).seen] == ["applied", "read"]


def test_an_answer(noord: Centre, sued: Centre) -> None:
    queued = noord.sends(sued, incident("a"))
    (reply,) = sued.exchange.receive(noord.parcel(queued)).replies

    def step(exchange: Exchange) -> str:
        exchange.receive(reply)
        return "done"

    def check(_: int, returned: bool) -> None:
        assert noord.exchange.dispatch.one(queued.bundle).state == "stored" or not returned

    noord.exchange.close()
    assert until_it_gets_through(noord, step, check) >= 3


def test_approving_and_revoking(noord: Centre, tmp_path: Path) -> None:
    est = Centre(tmp_path, "Est")
    noord.exchange.enrol(est.exchange.invite(), officer="Anna")
    said = est.identity.public.letters

    def step(exchange: Exchange) -> str:
        officers = [approval.officer for approval in exchange.roster.peer(est.id).approvals]
        for officer in {"Anna", "Bert"} - set(officers):
            exchange.roster.approve(est.id, officer=officer, said=said)
        exchange.roster.revoke(est.id, officer="Anna", why="test")
        return "done"

    def check(_: int, returned: bool) -> None:
        peer = noord.exchange.roster.peer(est.id)
        actions = [e.action for e in noord.exchange.audit.entries() if e.detail and e.detail.subject == est.id]
        assert actions.count("peer-approved") == len(peer.approvals)
        assert actions.count("peer-revoked") == (peer.state is PeerState.REVOKED)
        assert peer.state is PeerState.REVOKED or not returned

    noord.exchange.close()
    for statement in range(1, MOST_STATEMENTS):

        def work(statement: int = statement) -> str:
            with Exchange(noord.path, noord.identity, noord.clock) as exchange:
                killed_at(exchange, statement)
                return step(exchange)

        if noord.reopen().roster.peer(est.id).state is PeerState.REVOKED:
            break
        _, returned = Child(work).ended()
        noord.reopen()
        check(statement, bool(returned))
    assert verify(noord.path).findings == ()


@pytest.mark.parametrize("at", ["write", "fsync", "replace"])
def test_saving_the_keystore(at: str, tmp_path: Path) -> None:
    store = Keystore(tmp_path / "keys")
    old = Identity.new("Noord", "NL", START)
    store.save(old, "old passphrase!", CHEAP)

    def work() -> str:
        def kill(*_: object, **__: object) -> None:
            os.kill(os.getpid(), signal.SIGKILL)

        if at == "write":
            os.fdopen = kill  # type: ignore[assignment]
        elif at == "fsync":
            os.fsync = kill
        else:
            os.replace = kill
        store.save(old.rotated(START, START), "new passphrase!", CHEAP)
        return "done"

    code, said = Child(work).ended()
    assert (code, said) == (KILLED, "")
    assert store.open("old passphrase!").public == old.public


def test_making_an_exchange(tmp_path: Path) -> None:
    identity = Identity.new("Noord", "NL", START)
    path = tmp_path / "new.qrocx"

    def work() -> str:
        def kill(*_: object, **__: object) -> None:
            os.kill(os.getpid(), signal.SIGKILL)

        os.link = kill
        Exchange.create(path, identity, lambda: START)
        return "done"

    assert Child(work).ended() == (KILLED, "")
    assert not path.exists()
    with Exchange.create(path, identity, lambda: START) as exchange:
        assert [entry.action for entry in exchange.audit.entries()] == ["exchange-made"]
