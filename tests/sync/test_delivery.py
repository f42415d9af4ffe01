"""Delivery as the sender sees it: pauses, refusals, peers that lost something, folders."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import pytest

from qroc_desktop.domain.instant import Instant, seconds
from qroc_desktop.errors import Refused
from qroc_desktop.sync.bundle import Answer, Kind
from qroc_desktop.sync.content import attached
from qroc_desktop.sync.delivery import deliver, fetch
from qroc_desktop.sync.parcel import MOST_BYTES
from qroc_desktop.sync.refusals import Code, Rejected
from qroc_desktop.sync.roster import Peer
from qroc_desktop.sync.transports.base import Incoming, Unreachable
from qroc_desktop.sync.transports.folder import FolderTransport
from tests.sync.building import START, Centre, answers, attach, befriended, connected, incident, way


class Refusing:
    """A peer's door that says no without a signed answer."""

    def __init__(self, code: Code) -> None:
        self.code = code

    def send(self, peer: Peer, data: bytes) -> list[bytes]:
        raise Rejected(self.code)

    def poll(self) -> Iterable[Incoming]:
        return ()


def test_a_peer_that_cannot_be_reached_is_tried_for_ever_with_growing_pauses(noord: Centre, sued: Centre) -> None:
    hub = connected(noord)
    noord.reopen()  # with a jitter that is known: three quarters of the pause
    queued = noord.sends(sued, incident("a"))
    pauses = []
    for _ in range(20):
        assert deliver(noord.exchange, lambda _: way(hub, noord)).unreachable == 1
        row = noord.exchange.dispatch.one(queued.bundle)
        pauses.append((row.next_at - noord.clock()) / 1e6)
        assert noord.exchange.dispatch.due() == []
        noord.clock.time = row.next_at
    assert pauses[:5] == [0.75, 1.5, 3.0, 6.0, 12.0]
    assert pauses[-1] == 225.0
    assert noord.exchange.dispatch.one(queued.bundle).state == "queued"
    assert noord.exchange.alarms.open() == []
    sued.clock.time = noord.clock.time
    attach(hub, sued)
    deliver(noord.exchange, lambda _: way(hub, noord))
    assert noord.exchange.dispatch.one(queued.bundle).state == "stored"


def test_pauses_are_spread_by_chance(noord: Centre, sued: Centre) -> None:
    queued = [noord.sends(sued, incident(str(n))) for n in range(30)]
    for one in queued:
        noord.exchange.dispatch.tried(one.bundle)
    pauses = {noord.exchange.dispatch.one(one.bundle).next_at - START for one in queued}
    assert len(pauses) > 20
    assert all(seconds(0.5) <= pause <= seconds(1.0) for pause in pauses)


def test_one_peer_that_is_cut_off_holds_up_no_other(tmp_path: Path) -> None:
    noord, sued, est = befriended(tmp_path, "Noord", "Süd", "Est")
    hub = connected(noord, est)
    for other in (sued, sued, est):
        noord.sends(other, incident("a"))
    outcome = deliver(noord.exchange, lambda _: way(hub, noord))
    assert (outcome.sent, outcome.unreachable) == (1, 1)
    assert len(est.exchange.inbox.pending()) == 1


@pytest.mark.parametrize("code", [Code.REVOKED, Code.WRONG_RECIPIENT, Code.UNKNOWN_FORMAT])
def test_a_refusal_stops_and_alarms_until_an_officer_resumes(code: Code, noord: Centre, sued: Centre) -> None:
    queued = noord.sends(sued, incident("a"))
    assert deliver(noord.exchange, lambda _: Refusing(code)).rejected == 1
    row = noord.exchange.dispatch.one(queued.bundle)
    assert (row.state, row.code) == ("stopped", code)
    assert [(alarm.code, alarm.subject) for alarm in noord.exchange.alarms.open()] == [(code, queued.bundle)]
    noord.clock.forward(1e6)
    assert deliver(noord.exchange, lambda _: Refusing(code)).rejected == 0
    noord.exchange.dispatch.resume(queued.bundle, officer="Anna", why="called them")
    sued.clock.time = noord.clock.time
    hub = connected(noord, sued)
    deliver(noord.exchange, lambda _: way(hub, noord))
    assert noord.exchange.dispatch.one(queued.bundle).state == "stored"
    with pytest.raises(Refused):
        noord.exchange.dispatch.resume(queued.bundle, officer="Anna", why="again")


@pytest.mark.parametrize("code", [Code.DAMAGED, Code.UNKNOWN_PEER, Code.NOT_APPROVED])
def test_what_can_become_otherwise_is_tried_again(code: Code, noord: Centre, sued: Centre) -> None:
    queued = noord.sends(sued, incident("a"))
    deliver(noord.exchange, lambda _: Refusing(code))
    row = noord.exchange.dispatch.one(queued.bundle)
    assert (row.state, row.code) == ("queued", code)
    assert noord.exchange.dispatch.next_due() == row.next_at > START


def test_an_answer_that_is_junk_is_as_none(noord: Centre, sued: Centre) -> None:
    class Babbling(Refusing):
        def send(self, peer: Peer, data: bytes) -> list[bytes]:
            return [b"junk", sued.parcel(sued.sends(noord, incident("b")))[:-1]]

    queued = noord.sends(sued, incident("a"))
    deliver(noord.exchange, lambda _: Babbling(Code.DAMAGED))
    assert noord.exchange.dispatch.one(queued.bundle).state == "queued"


def test_a_peer_that_went_back_to_an_old_copy_gets_again_what_it_lost(
    tmp_path: Path, noord: Centre, sued: Centre
) -> None:
    hub = connected(noord, sued)
    sued.exchange.close()
    copy = sued.path.read_bytes()
    sued.reopen()
    queued = [noord.sends(sued, incident(str(n))) for n in range(3)]
    deliver(noord.exchange, lambda _: way(hub, noord))
    assert len(sued.exchange.inbox.pending()) == 3
    sued.exchange.close()
    for end in ("-wal", "-shm"):
        Path(f"{sued.path}{end}").unlink(missing_ok=True)
    sued.path.write_bytes(copy)
    sued.reopen()
    queued.append(noord.sends(sued, incident("3")))
    for _ in range(8):
        deliver(noord.exchange, lambda _: way(hub, noord))
        noord.clock.forward(400)
        sued.clock.forward(400)
    assert [row.bundle for row in sued.exchange.inbox.pending()] == [one.bundle for one in queued]
    assert "peer-lost" in [alarm.code for alarm in noord.exchange.alarms.open()]


def test_a_sender_that_went_back_to_an_old_copy_is_found_out(noord: Centre, sued: Centre) -> None:
    hub = connected(noord, sued)
    noord.exchange.close()
    copy = noord.path.read_bytes()
    noord.reopen()
    noord.sends(sued, incident("a"))
    deliver(noord.exchange, lambda _: way(hub, noord))
    noord.exchange.close()
    for end in ("-wal", "-shm"):
        Path(f"{noord.path}{end}").unlink(missing_ok=True)
    noord.path.write_bytes(copy)
    noord.reopen()
    queued = noord.sends(sued, incident("b"))
    deliver(noord.exchange, lambda _: way(hub, noord))
    row = noord.exchange.dispatch.one(queued.bundle)
    assert (row.state, row.code) == ("stopped", Code.SEQUENCE_REUSED)
    assert len(sued.exchange.inbox.pending()) == 1


def test_chunks_that_are_gone_stop_the_bundle(noord: Centre, sued: Centre) -> None:
    hub = connected(noord, sued)
    queued = noord.sends(sued, incident("a"))
    noord.exchange.dispatch.forget_chunks(queued.bundle)
    assert noord.parcel(queued).count(b"age-encryption") == 1, "what is not acknowledged is not forgotten"
    deliver(noord.exchange, lambda _: way(hub, noord))
    noord.exchange.dispatch.forget_chunks(queued.bundle)
    assert b"age-encryption" not in noord.parcel(queued)
    assert noord.exchange.outbox.copy(queued.bundle).items[0].id == "a"


def test_shipments_that_make_no_sense(noord: Centre, sued: Centre) -> None:
    first = noord.sends(sued, incident("a"))
    entry = attached(b"photo", "p.jpg", "image/jpeg")
    path = attached(b"photo", "../p.jpg", "image/jpeg")
    for more, line in (
        ({"kind": Kind.DELTA}, "never sent"),
        ({"kind": Kind.WITHDRAWAL, "replaces": "0" * 64}, "never sent"),
        ({"kind": Kind.RECEIPT}, "program alone"),
        ({"attachments": (entry,)}, "no content: p.jpg"),
        ({"attachments": (path,), "files": {path.sha256: b"photo"}}, "cannot be read"),
    ):
        with pytest.raises(Refused, match=line):
            noord.sends(sued, **more)
    assert [row.bundle for row in noord.exchange.dispatch.board()] == [first.bundle]


def test_folders_that_are_not_there_and_files_that_are_none(tmp_path: Path, noord: Centre, sued: Centre) -> None:
    stick = tmp_path / "stick"
    there, here = FolderTransport(stick, noord.id), FolderTransport(stick, sued.id)
    noord.sends(sued, incident("a"))
    assert deliver(noord.exchange, lambda _: there).unreachable == 1
    with pytest.raises(Unreachable, match="folder is not there"):
        fetch(sued.exchange, here, lambda _: here)
    own = stick / sued.id
    own.mkdir(parents=True)
    (own / "holiday.jpg").write_bytes(b"photo")
    (own / "junk.qrocp").write_bytes(b"junk")
    with (own / "large.qrocp").open("wb") as file:
        file.truncate(MOST_BYTES * 100)
    (own / "link.qrocp").symlink_to(noord.path)
    outcome = fetch(sued.exchange, here, lambda _: here)
    assert (outcome.received, outcome.refused) == (0, 2)
    assert sorted(path.name for path in (own / "refused").iterdir()) == ["junk.not-a-parcel", "large.too-large"]
    assert sorted(path.name for path in own.iterdir()) == ["holiday.jpg", "link.qrocp", "refused"]


def test_sending_again_into_a_folder_makes_no_second_file(tmp_path: Path, noord: Centre, sued: Centre) -> None:
    way_there = FolderTransport(tmp_path, noord.id)
    queued = noord.sends(sued, incident("a"))
    for _ in range(3):
        deliver(noord.exchange, lambda _: way_there)
        noord.clock.forward(1000)
    (file,) = (tmp_path / sued.id).iterdir()
    assert file.read_bytes() == noord.parcel(queued)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_parcel_is_given_up_only_after_it_was_taken_in(tmp_path: Path, noord: Centre, sued: Centre) -> None:
    from qroc_desktop.sync.exchange import Exchange
    from tests.sync.children import KILLED, Child, killed_at

    there, here = FolderTransport(tmp_path, noord.id), FolderTransport(tmp_path, sued.id)
    queued = noord.sends(sued, incident("a"))
    deliver(noord.exchange, lambda _: there)
    sued.exchange.close()
    for statement in range(1, 100):

        def work(statement: int = statement) -> str:
            with Exchange(sued.path, sued.identity, sued.clock) as exchange:
                killed_at(exchange, statement)
                fetch(exchange, here, lambda _: here)
                return "done"

        code, _ = Child(work).ended()
        sued.reopen()
        waiting = list((tmp_path / sued.id).glob("*.qrocp"))
        assert waiting or [row.bundle for row in sued.exchange.inbox.pending()] == [queued.bundle]
        if code != KILLED:
            break
    assert waiting == []
    fetch(noord.exchange, there, lambda _: there)
    assert noord.exchange.dispatch.one(queued.bundle).state == "stored"


def test_expired_bundles_do_not_spin(noord: Centre, sued: Centre) -> None:
    """Within the five minutes that clocks may differ the peer still asks for what no longer leaves."""
    hub = connected(noord, sued)
    queued = noord.sends(sued, incident("a"), expires=Instant(START + seconds(10)))
    noord.clock.forward(11)
    (answer,) = answers(sued.exchange.receive(noord.parcel(queued)).replies)
    assert answer.answer is Answer.LACKING
    for _ in range(5):
        deliver(noord.exchange, lambda _: way(hub, noord))
    assert noord.exchange.dispatch.one(queued.bundle).attempts <= 2
    for centre in (noord, sued):
        centre.clock.forward(400)
    deliver(noord.exchange, lambda _: way(hub, noord))
    assert noord.exchange.dispatch.one(queued.bundle).code == Code.EXPIRED
