"""The thin line: two centres that never met enrol each other and share a picture, its updates and its withdrawal."""

from __future__ import annotations

from pathlib import Path

import pytest

from qroc_desktop.domain.aspects import Marking, Wording
from qroc_desktop.domain.instant import Instant, seconds
from qroc_desktop.domain.vocabulary import Aspect, Handling
from qroc_desktop.sync.bundle import Answer, Kind
from qroc_desktop.sync.content import Terms, attached
from qroc_desktop.sync.delivery import deliver, fetch
from qroc_desktop.sync.exchange import Exchange
from qroc_desktop.sync.refusals import Code
from qroc_desktop.sync.roster import PeerState
from qroc_desktop.sync.shipment import Seen
from qroc_desktop.sync.transports.folder import FolderTransport
from tests.sync.building import START, Centre, answers, connected, incident, way


def test_two_centres_enrol_each_other(tmp_path: Path) -> None:
    noord, sued = Centre(tmp_path, "Noord"), Centre(tmp_path, "Süd")
    text = f"Dear colleagues,\n{sued.exchange.invite()}\nregards"
    peer = noord.exchange.enrol(text, officer="Anna")
    assert (peer.state, peer.name, peer.identity) == (PeerState.PROPOSED, "Süd", sued.identity.public)
    words = " ".join(word for group in _words(sued) for word in group)
    assert noord.exchange.roster.approve(peer.centre, officer="Anna", said=words).state is PeerState.PROPOSED
    assert noord.exchange.roster.approve(peer.centre, officer="Bert", said=words.upper()).state is PeerState.ACTIVE
    actions = [(entry.action, entry.detail.officer if entry.detail else "") for entry in noord.exchange.audit.entries()]
    assert actions == [
        ("exchange-made", ""), ("peer-proposed", "Anna"), ("peer-approved", "Anna"), ("peer-approved", "Bert"),
    ]  # fmt: skip


def _words(centre: Centre) -> list[list[str]]:
    from qroc_desktop.sync.words import words

    return words(centre.identity.public.fingerprint())


def test_a_snapshot_is_stored_applied_and_read(noord: Centre, sued: Centre) -> None:
    hub = connected(noord, sued)
    photo = b"\xff\xd8 photo"
    entry = attached(photo, "photo.jpg", "image/jpeg", ["a"])
    terms = Terms(
        purpose="prevention", basis="2023/977:7", conditions=("do not forward",), marking=Marking(handling=Handling.H2)
    )
    item = incident("a", "Explosion", description="<img src=x onerror=…>")
    queued = noord.sends(
        sued, item, terms=terms, attachments=(entry,), files={entry.sha256: photo}, why="golden hour", subject="Alert"
    )
    assert noord.exchange.dispatch.one(queued.bundle).state == "queued"
    assert deliver(noord.exchange, lambda _: way(hub, noord)).sent == 1
    assert noord.exchange.dispatch.one(queued.bundle).state == "stored"

    (pending,) = sued.exchange.inbox.pending()
    assert (pending.bundle, pending.peer, pending.kind) == (queued.bundle, noord.id, Kind.SNAPSHOT)
    opened = sued.exchange.inbox.opened(pending.bundle)
    assert [(i.id, i.aspects) for i in opened.items()] == [("a", item.aspects)]
    assert opened.files == {entry.sha256: photo}
    assert (opened.content.terms, opened.content.officer, opened.content.subject) == (terms, "Anna", "Alert")

    sued.exchange.inbox.applied(pending.bundle)
    sued.exchange.inbox.read(pending.bundle, officer="Carla")
    assert sued.exchange.inbox.pending() == []
    assert deliver(sued.exchange, lambda _: way(hub, sued)).sent == 2
    (row,) = noord.exchange.dispatch.board()
    assert row.seen == (Seen("applied", "", START), Seen("read", "Carla", START))
    assert [sent.state for sent in sued.exchange.dispatch.board(own=True)] == ["stored", "stored"]
    assert noord.exchange.dispatch.due() == []


def test_bundle_decisions_and_audit_entry_are_one(noord: Centre, sued: Centre) -> None:
    queued = noord.sends(sued, incident("a"), why="golden hour", terms=Terms(purpose="p", basis="b"))
    assert [d.record for d in noord.exchange.outbox.decisions(queued.bundle)] == [b'{"outcome":"release"}']
    entry = noord.exchange.audit.entries()[-1]
    assert entry.detail is not None
    assert (entry.action, entry.at, entry.detail.officer, entry.detail.counterpart, entry.detail.why) == (
        "disclosure", START, "Anna", sued.id, "golden hour",
    )  # fmt: skip
    assert entry.detail.subject == f"bundle:{queued.bundle}"
    assert entry.detail.facts["items"] == "a"
    assert noord.exchange.outbox.copy(queued.bundle).items[0].id == "a"


def test_a_delta_with_tombstones_follows_and_a_withdrawal_takes_back(noord: Centre, sued: Centre) -> None:
    hub = connected(noord, sued)
    first = noord.sends(sued, incident("a"), incident("b"))
    delta = noord.sends(sued, incident("c"), kind=Kind.DELTA, replaces=first.bundle, tombstones=("b",))
    deliver(noord.exchange, lambda _: way(hub, noord))
    back = noord.sends(sued, kind=Kind.WITHDRAWAL, replaces=first.bundle, text="wrong place")
    assert (first.seq, delta.seq, back.seq) == (1, 2, 3)
    deliver(noord.exchange, lambda _: way(hub, noord))
    pending = sued.exchange.inbox.pending()
    assert [row.bundle for row in pending] == [first.bundle, delta.bundle, back.bundle]
    content = sued.exchange.inbox.opened(delta.bundle).content
    assert (content.tombstones, [item.id for item in content.items]) == (("b",), ["c"])
    assert sued.exchange.inbox.one(first.bundle).withdrawn_by == back.bundle
    assert noord.exchange.dispatch.one(first.bundle).withdrawn_by == back.bundle
    assert sued.exchange.inbox.manifest(delta.bundle).prev == first.bundle


def test_what_has_expired_is_refused_and_does_not_hold_up_the_rest(noord: Centre, sued: Centre) -> None:
    hub = connected(noord, sued)
    short = noord.sends(sued, incident("a"), expires=Instant(START + seconds(3600)))
    lasting = noord.sends(sued, incident("b"))
    for centre in (noord, sued):
        centre.clock.forward(3600 + 301)
    (parcel,) = noord.parcels(short)
    assert len(parcel) < short.size, "the content of an expired bundle does not leave"
    deliver(noord.exchange, lambda _: way(hub, noord))
    assert [row.bundle for row in sued.exchange.inbox.pending()] == [lasting.bundle]
    row = noord.exchange.dispatch.one(short.bundle)
    assert (row.state, row.code) == ("stopped", Code.EXPIRED)
    assert [alarm.code for alarm in noord.exchange.alarms.open()] == ["expired"]
    assert sued.exchange.inbox.one(short.bundle).state == "refused"


def test_a_bundle_in_use_is_told_when_its_time_runs_out(noord: Centre, sued: Centre) -> None:
    hub = connected(noord, sued)
    queued = noord.sends(sued, incident("a"), expires=Instant(START + seconds(60)))
    deliver(noord.exchange, lambda _: way(hub, noord))
    assert sued.exchange.inbox.overdue() == []
    sued.clock.forward(60)
    assert [row.bundle for row in sued.exchange.inbox.overdue()] == [queued.bundle]


def test_the_same_by_a_folder_that_somebody_carries(tmp_path: Path, noord: Centre, sued: Centre) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    there, here = FolderTransport(stick, noord.id), FolderTransport(stick, sued.id)
    queued = noord.sends(sued, incident("a", "Explosion"))
    deliver(noord.exchange, lambda _: there)
    assert noord.exchange.dispatch.one(queued.bundle).state == "queued"
    assert fetch(sued.exchange, here, lambda _: here).received == 1
    sued.exchange.inbox.applied(queued.bundle)
    deliver(sued.exchange, lambda _: here)
    assert fetch(noord.exchange, there, lambda _: there).received == 2
    assert noord.exchange.dispatch.one(queued.bundle).state == "stored"
    assert [seen.state for seen in noord.exchange.dispatch.one(queued.bundle).seen] == ["applied"]
    fetch(sued.exchange, here, lambda _: here)
    assert [path for path in stick.rglob("*") if path.is_file()] == []
    assert b"Explosion" not in b"".join(noord.parcels(queued))


def test_everything_survives_closing_and_opening(noord: Centre, sued: Centre) -> None:
    queued = noord.sends(sued, incident("a"))
    parcel = noord.parcel(queued)
    noord.reopen()
    assert noord.parcel(queued) == parcel
    sued.exchange.receive(parcel)
    sued.reopen()
    assert [row.bundle for row in sued.exchange.inbox.pending()] == [queued.bundle]
    again = sued.exchange.receive(parcel)
    assert [answer.answer for answer in answers(again.replies)] == [Answer.STORED]
    assert len(sued.exchange.inbox.pending()) == 1


def test_a_large_bundle_goes_in_parts_and_is_resumed(noord: Centre, sued: Centre) -> None:
    import random

    video = random.Random(1).randbytes(20 * 1024 * 1024)
    entry = attached(video, "film.mp4", "video/mp4")
    queued = noord.sends(sued, attachments=(entry,), files={entry.sha256: video})
    first, *_ = noord.parcels(queued)
    (lacking,) = answers(sued.exchange.receive(first).replies)
    assert lacking.answer is Answer.LACKING
    assert len(lacking.chunks) == 13
    sued.reopen()
    hub = connected(noord, sued)
    taken = sued.exchange.receive(first)
    noord.exchange.receive(taken.replies[0], sued.id)
    assert sum(map(len, noord.parcels(queued))) < 14 * 1024 * 1024
    deliver(noord.exchange, lambda _: way(hub, noord))
    assert sued.exchange.inbox.opened(queued.bundle).files[entry.sha256] == video


def test_heads_of_the_log_are_exchanged(noord: Centre, sued: Centre) -> None:
    hub = connected(noord, sued)
    noord.exchange.outbox.queue_head(sued.id)
    deliver(noord.exchange, lambda _: way(hub, noord))
    assert len(sued.exchange.audit.heads_of(noord.id)) == 1


def test_wording_that_was_not_released_is_nowhere(noord: Centre, sued: Centre) -> None:
    released = incident("a", "shown")
    queued = noord.sends(sued, released)
    item = sued_item(noord, sued, queued.bundle)
    assert set(item.aspects) == set(released.aspects)
    assert item.get(Aspect.WORDING, Wording) == Wording(title="shown")


def sued_item(noord: Centre, sued: Centre, bundle: str):  # type: ignore[no-untyped-def]
    for parcel in noord.exchange.dispatch.parcels(bundle):
        sued.exchange.receive(parcel)
    (item,) = sued.exchange.inbox.opened(bundle).items()
    return item


def test_an_exchange_opens_for_its_own_identity_only(noord: Centre, sued: Centre) -> None:
    from qroc_desktop.errors import Refused

    with pytest.raises(Refused, match="belongs to another identity"):
        Exchange(noord.path, sued.identity, noord.clock)
