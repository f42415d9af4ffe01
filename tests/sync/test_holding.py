"""A withdrawal holds back what has not been delivered: the numbers go on, and the content never leaves."""

from __future__ import annotations

import os
import random
import sqlite3
from contextlib import closing

import pytest

from qroc_desktop.errors import Refused
from qroc_desktop.sync import envelope, parcel
from qroc_desktop.sync.bundle import ACKNOWLEDGEMENT_TYPE, WITHDRAWN_TYPE, Acknowledgement, Answer, Kind
from qroc_desktop.sync.content import attached
from qroc_desktop.sync.courier import Courier
from qroc_desktop.sync.encoding import encoded
from qroc_desktop.sync.exchange import Exchange
from qroc_desktop.sync.refusals import Code
from qroc_desktop.sync.sealing import unseal
from qroc_desktop.sync.shipment import Queued, Shipment
from tests.sync.building import Centre, answers, incident
from tests.sync.test_killing import until_it_gets_through

SECRET = "Quetzalcoatlus"


def withdraw(centre: Centre, other: Centre, bundle: str) -> Queued:
    return centre.exchange.outbox.queue(
        Shipment(to=other.id, kind=Kind.WITHDRAWAL, officer="Anna", why="in error", text="in error", replaces=bundle)
    )


def deliver_all(one: Centre, other: Centre, seen: list[bytes] | None = None) -> None:
    """Everything that is due, with its answers; `seen`: all that left."""
    one.clock.forward(1000)
    other.clock.forward(1000)
    for row in one.exchange.dispatch.due():
        for data in one.exchange.dispatch.parcels(row.bundle):
            if seen is not None:
                seen.append(data)
            for reply in other.exchange.receive(data, one.id).replies:
                one.exchange.receive(reply, other.id)


def readable(other: Centre, seen: list[bytes]) -> list[bytes]:
    """Every content that the other side could open of what left, by its own keys."""
    plains = []
    for data in seen:
        chunks = parcel.unpacked(data).chunks
        if chunks:
            plains.append(unseal(list(chunks), other.identity.opening_keys()))
    return plains


def test_a_share_that_is_withdrawn_in_time_never_leaves_and_the_numbers_go_on(noord: Centre, sued: Centre) -> None:
    first = noord.sends(sued, incident("a", SECRET))
    update = noord.sends(sued, incident("a", SECRET + " again"), kind=Kind.DELTA, replaces=first.bundle)
    other = noord.sends(sued, incident("b"))
    taken_back = withdraw(noord, sued, first.bundle)
    seen: list[bytes] = []
    deliver_all(noord, sued, seen)
    assert not any(SECRET.encode() in plain for plain in readable(sued, seen))
    states = {row.bundle: (row.state, row.code) for row in sued.exchange.inbox.received()}
    assert states == {
        first.bundle: ("refused", "withdrawn"),
        update.bundle: ("refused", "withdrawn"),
        other.bundle: ("stored", ""),
        taken_back.bundle: ("stored", ""),
    }
    board = {row.bundle: row for row in noord.exchange.dispatch.board()}
    assert [board[b].kept_back for b in (first.bundle, update.bundle, other.bundle)] == [True, True, False]
    assert {row.state for row in board.values()} == {"stored"}
    assert (noord.exchange.alarms.open(), sued.exchange.alarms.open()) == ([], [])
    later = noord.sends(sued, incident("c"))
    deliver_all(noord, sued)
    assert (later.seq, sued.exchange.inbox.one(later.bundle).state) == (5, "stored")


def test_the_sealed_content_is_gone_from_our_own_file_at_once(noord: Centre, sued: Centre) -> None:
    first = noord.sends(sued, incident("a", SECRET))
    (chunk,) = parcel.unpacked(noord.parcel(first)).chunks
    withdraw(noord, sued, first.bundle)
    assert parcel.unpacked(noord.parcel(first)).chunks == ()
    noord.exchange.close()
    assert chunk[:64] not in noord.path.read_bytes()


def test_the_audit_log_says_that_it_was_held_back(noord: Centre, sued: Centre) -> None:
    first = noord.sends(sued, incident("a"))
    withdraw(noord, sued, first.bundle)
    entry = noord.exchange.audit.entries()[-1]
    assert entry.action == "disclosure"
    assert entry.detail is not None
    assert entry.detail.facts["held_back"] == first.bundle
    deliver_all(noord, sued)
    held = [e.detail for e in noord.exchange.audit.entries() if e.action == "held-back"]
    assert [detail.subject for detail in held if detail] == [f"bundle:{first.bundle}"]


def test_what_was_delivered_with_its_answer_lost_is_taken_back_there(noord: Centre, sued: Centre) -> None:
    first = noord.sends(sued, incident("a"))
    sued.exchange.receive(noord.parcel(first), noord.id)
    withdraw(noord, sued, first.bundle)
    deliver_all(noord, sued)
    row = noord.exchange.dispatch.one(first.bundle)
    assert (row.state, row.kept_back) == ("stored", False)
    assert sued.exchange.inbox.one(first.bundle).withdrawn_by
    assert [e for e in noord.exchange.audit.entries() if e.action == "held-back"] == []


def test_a_part_that_had_arrived_is_dropped(noord: Centre, sued: Centre) -> None:
    photo = random.Random(7).randbytes(2_500_000)
    entry = attached(photo, "photo.jpg", "image/jpeg")
    first = noord.sends(sued, incident("a"), attachments=(entry,), files={entry.sha256: photo})
    opened = parcel.unpacked(noord.parcels(first)[0])
    assert len(opened.chunks) > 1
    partial = sued.exchange.receive(parcel.packed(opened.envelope, opened.chunks[:1]), noord.id)
    assert partial.answer is Answer.LACKING
    withdraw(noord, sued, first.bundle)
    for reply in partial.replies:  # it asks for the rest after the withdrawal
        noord.exchange.receive(reply, sued.id)
    assert noord.exchange.dispatch.one(first.bundle).state == "queued"
    deliver_all(noord, sued)
    assert sued.exchange.inbox.one(first.bundle).code == "withdrawn"
    with closing(sqlite3.connect(sued.path)) as connection:
        assert connection.execute("SELECT count(*) FROM partial").fetchone() == (0,)


def test_what_waits_there_for_an_earlier_one_loses_its_content(noord: Centre, sued: Centre) -> None:
    before = noord.sends(sued, incident("before"))
    first = noord.sends(sued, incident("a"))
    assert sued.exchange.receive(noord.parcel(first), noord.id).answer is Answer.WAITING
    withdraw(noord, sued, first.bundle)
    sued.exchange.receive(noord.parcel(first), noord.id)
    with closing(sqlite3.connect(sued.path)) as connection:
        assert connection.execute("SELECT count(*) FROM in_chunk").fetchone() == (0,)
    deliver_all(noord, sued)
    states = {row.bundle: row.state for row in sued.exchange.inbox.received()}
    assert (states[before.bundle], states[first.bundle]) == ("stored", "refused")
    assert noord.exchange.dispatch.one(first.bundle).kept_back


def test_an_update_that_arrives_before_the_word_goes_with_the_share_and_alarms_nobody(
    noord: Centre, sued: Centre
) -> None:
    first = noord.sends(sued, incident("a"))
    update = noord.sends(sued, incident("a", SECRET), kind=Kind.DELTA, replaces=first.bundle)
    assert sued.exchange.receive(noord.parcel(update), noord.id).answer is Answer.WAITING
    withdraw(noord, sued, first.bundle)
    deliver_all(noord, sued)
    assert {row.code for row in sued.exchange.inbox.received() if row.state == "refused"} == {"withdrawn"}
    assert all(noord.exchange.dispatch.one(queued.bundle).kept_back for queued in (first, update))
    assert [alarm for centre in (noord, sued) for alarm in centre.exchange.alarms.open()] == []


def test_a_peer_that_calls_the_base_missing_has_not_taken_the_update_in(noord: Centre, sued: Centre) -> None:
    """Programs before this one answered so."""
    first = noord.sends(sued, incident("a"))
    update = noord.sends(sued, incident("a"), kind=Kind.DELTA, replaces=first.bundle)
    withdraw(noord, sued, first.bundle)
    said = Acknowledgement(
        sender=sued.id, recipient=noord.id, bundle=update.bundle, answer=Answer.REFUSED, code=str(Code.BASE_MISSING),
        seq=2, last="e" * 64, at=sued.clock(),
    )  # fmt: skip
    keys = sued.identity.signing_keys(sued.clock())
    noord.exchange.receive(parcel.packed(envelope.signed(ACKNOWLEDGEMENT_TYPE, encoded(said), keys)))
    assert noord.exchange.dispatch.one(update.bundle).kept_back
    assert noord.exchange.alarms.open() == []


def test_the_content_that_comes_after_all_by_a_slow_way_is_not_taken_in(noord: Centre, sued: Centre) -> None:
    first = noord.sends(sued, incident("a"))
    late = noord.parcel(first)
    withdraw(noord, sued, first.bundle)
    deliver_all(noord, sued)
    (answer,) = answers(sued.exchange.receive(late, noord.id).replies)
    assert (answer.answer, answer.code) == (Answer.REFUSED, "withdrawn")
    with pytest.raises(Refused):
        sued.exchange.inbox.opened(first.bundle)


def test_nobody_but_the_sender_can_say_that_it_was_withdrawn(noord: Centre, sued: Centre) -> None:
    first = noord.sends(sued, incident("a"))
    opened = parcel.unpacked(noord.parcel(first))
    body = envelope.read(opened.envelope).body
    forged = parcel.packed(envelope.signed(WITHDRAWN_TYPE, body, [sued.identity.keys.signing]))
    with pytest.raises(Refused) as refused:
        sued.exchange.receive(forged, noord.id)
    assert getattr(refused.value, "code", None) is Code.BAD_SIGNATURE
    relabelled = parcel.packed(opened.envelope.replace(b"vnd.qroc.manifest", b"vnd.qroc.withdrawn"))
    with pytest.raises(Refused):
        sued.exchange.receive(relabelled, noord.id)
    assert sued.exchange.receive(noord.parcel(first), noord.id).answer is Answer.STORED


def test_an_update_of_a_withdrawn_share_is_refused(noord: Centre, sued: Centre) -> None:
    first = noord.sends(sued, incident("a"))
    withdraw(noord, sued, first.bundle)
    with pytest.raises(Refused, match="withdrawn already"):
        noord.sends(sued, incident("a"), kind=Kind.DELTA, replaces=first.bundle)


def test_a_courier_that_had_packed_it_already_sends_the_word_instead(noord: Centre, sued: Centre) -> None:
    first = noord.sends(sued, incident("a", SECRET))
    packed = noord.parcel(first)
    row = noord.exchange.dispatch.one(first.bundle)
    courier = Courier(noord.exchange, routes=None, stopping=lambda: False)  # type: ignore[arg-type]  # never asked
    assert courier._current([(row, packed)]) == [(row, packed)]
    withdraw(noord, sued, first.bundle)
    ((_, data),) = courier._current([(row, packed)])
    assert parcel.unpacked(data).chunks == ()
    assert sued.exchange.receive(data, noord.id).code == "withdrawn"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_kill_leaves_the_withdrawal_with_its_holding_back_or_neither(noord: Centre, sued: Centre) -> None:
    first = noord.sends(sued, incident("a"))
    shipment = Shipment(to=sued.id, kind=Kind.WITHDRAWAL, officer="Anna", why="in error", replaces=first.bundle)

    def check(_: int, returned: bool) -> None:
        row = noord.exchange.dispatch.one(first.bundle)
        whole = bool(parcel.unpacked(noord.parcel(first)).chunks)
        said = sum(e.action == "disclosure" for e in noord.exchange.audit.entries()) == 2
        assert row.held is bool(row.withdrawn_by) is said is not whole
        assert row.held or not returned

    def step(exchange: Exchange) -> str:
        return exchange.outbox.queue(shipment).bundle

    noord.exchange.close()
    assert until_it_gets_through(noord, step, check) > 10
    deliver_all(noord, sued)
    assert sued.exchange.inbox.one(first.bundle).code == "withdrawn"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_kill_while_the_word_is_taken_in_changes_nothing_of_what_is_answered(noord: Centre, sued: Centre) -> None:
    before, first = noord.sends(sued, incident("before")), noord.sends(sued, incident("a"))
    sued.exchange.receive(noord.parcel(first), noord.id)  # waits for the one before
    earlier = noord.parcel(before)
    withdraw(noord, sued, first.bundle)
    void = noord.parcel(first)

    def step(exchange: Exchange) -> str:
        exchange.receive(void, noord.id)
        return str(exchange.receive(earlier, noord.id).answer)

    def check(_: int, returned: bool) -> None:
        rows = {row.bundle: row for row in sued.exchange.inbox.received()}
        assert rows[first.bundle].state in ("waiting", "refused")
        assert rows[first.bundle].state == "refused" or not returned

    sued.exchange.close()
    assert until_it_gets_through(sued, step, check) > 10
    assert sued.exchange.inbox.one(before.bundle).state == "stored"
    assert sued.exchange.inbox.one(first.bundle).code == "withdrawn"
