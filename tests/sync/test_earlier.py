"""Exchange files as they were earlier: at whatever instant they are taken back, the two go on as they would have."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from qroc_desktop.domain.instant import Instant
from qroc_desktop.errors import Refused
from qroc_desktop.sync.audit import Action, Entry
from qroc_desktop.sync.bundle import Kind
from qroc_desktop.sync.consents import Recorded
from qroc_desktop.sync.delivery import deliver
from qroc_desktop.sync.earlier import Earlier, as_they_were
from qroc_desktop.sync.exchange import Exchange
from qroc_desktop.sync.invitation import Contact
from qroc_desktop.sync.shipment import Queued, Shipment
from qroc_desktop.sync.transports.memory import MemoryTransport
from qroc_desktop.sync.verifying import verify
from tests.store.building import HandClock
from tests.sync.building import befriended, connected, incident, manifest_of, way

MS = 1000


class EveryReadingLater(HandClock):
    """A clock of whole milliseconds that goes on by one at each reading, so that every step of a commit has its own."""

    def __call__(self) -> Instant:
        self.time = Instant(self.time + MS)
        return self.time


class Story:
    """Two centres work with each other; `marks`: when each step was over."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.noord, self.sued = befriended(folder, "Noord", "Süd")
        self.clock = EveryReadingLater()
        for centre in (self.noord, self.sued):
            centre.clock = self.clock
            centre.reopen()
        self.hub = connected(self.noord, self.sued)
        self.began = self.clock.time
        self.marks: dict[str, int] = {}
        self._play()

    def _play(self) -> None:
        noord, sued = self.noord.exchange, self.sued.exchange
        self.first = self.noord.sends(self.sued, incident("a"))
        self._carried("first sent")
        self._put_on(self.first)
        self._carried("first applied")
        sued.inbox.read(self.first.bundle, officer="Eva")
        self._carried("first read")
        noord.tell_contact(Contact(point="Room 1"), officer="Anna")
        self._carried("contact told")
        self.given = noord.consents.add(
            Recorded(
                id="", kind="onward", item="a", originator="Oost", recipient=self.sued.id, name="Süd",
                purposes=("prevention",), given_by="Otto", recorded_by="Anna", at=Instant(0),
            )
        )  # fmt: skip
        self.update = self.noord.sends(self.sued, incident("b"), kind=Kind.DELTA, replaces=self.first.bundle)
        noord.outbox.queue_head(self.sued.id)
        self._carried("update sent")
        self._put_on(self.update)
        noord.consents.revoke(self.given.id, officer="Anna", why="Over")
        self.hub.detach(self.sued.id)
        self._carried("cut off")
        self.second = self.noord.sends(self.sued, incident("c"))
        self._carried("second queued")
        self.hub.attach(self.sued.id, self.sued.receive)
        noord.dispatch.wake(self.sued.id)
        self.clock.forward(2)
        self._carried("second sent")
        self.taken = self.noord.sends(self.sued, kind=Kind.WITHDRAWAL, replaces=self.first.bundle, text="Unfounded")
        self._carried("first withdrawn")
        noord.tell_contact(Contact(point="Room 2"), officer="Anna")
        self._carried("over")

    def _put_on(self, queued: Queued) -> None:
        self.sued.exchange.inbox.choose(queued.bundle, workspace="w", name="W")
        self.sued.exchange.inbox.applied(queued.bundle, workspace="w", name="W")

    def _carried(self, name: str) -> None:
        for _ in range(3):
            for centre in (self.noord, self.sued):
                deliver(centre.exchange, lambda _, centre=centre: way(self.hub, centre))  # type: ignore[misc]
        self.marks[name] = self.clock.time

    def close(self) -> None:
        for centre in (self.noord, self.sued):
            centre.exchange.close()


class Back:
    """The two as they were, going on from there."""

    def __init__(self, story: Story, folder: Path, until: int) -> None:
        folder.mkdir()
        self.folder = folder
        paths = {centre.id: folder / centre.path.name for centre in (story.noord, story.sued)}
        files = [Earlier(centre.path, paths[centre.id]) for centre in (story.noord, story.sued)]
        whole = as_they_were(files, Instant(until), {one.id: one.identity for one in (story.noord, story.sued)})
        assert whole
        for file in files:
            file.close()
        self.clock = EveryReadingLater(until)
        self.noord = Exchange(paths[story.noord.id], story.noord.identity, self.clock, chance=lambda: 0.5)
        self.sued = Exchange(paths[story.sued.id], story.sued.identity, self.clock, chance=lambda: 0.5)

    def __enter__(self) -> Back:
        return self

    def __exit__(self, *_: object) -> None:
        self.noord.close()
        self.sued.close()
        shutil.rmtree(self.folder)

    def carried(self) -> None:
        hub = connected()
        for exchange in (self.noord, self.sued):
            hub.attach(exchange.identity.centre, exchange.receive)
        for _ in range(4):
            for exchange in (self.noord, self.sued):
                deliver(exchange, lambda _, own=exchange.identity.centre: MemoryTransport(hub, own))  # type: ignore[misc]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    made = Story(tmp_path_factory.mktemp("story"))
    yield made
    made.close()


def entries(exchange: Exchange) -> list[Entry]:
    return exchange.audit.entries()


def disclosed(exchange: Exchange) -> set[str]:
    found = (entry.detail for entry in entries(exchange) if entry.action == Action.DISCLOSURE)
    return {detail.subject.removeprefix("bundle:") for detail in found if detail is not None}


def people(exchange: Exchange) -> list[str]:
    return [sent.bundle for sent in exchange.dispatch.board()]


def require_as_it_was(story: Story, back: Back, until: int) -> None:
    for then, now in ((story.noord.exchange, back.noord), (story.sued.exchange, back.sued)):
        assert entries(now) == [entry for entry in entries(then) if entry.at <= until]
        own, other = (story.noord, story.sued) if then is story.noord.exchange else (story.sued, story.noord)
        heads = (back.sued if now is back.noord else back.noord).audit.heads_of(own.id)
        proof = verify(now.path, heads, [own.identity.public.signing])
        assert (proof.findings, proof.heads) == ((), len(heads))
        assert set(people(now)) == disclosed(now), "no bundle without its entry, no entry without its bundle"
        assert now.roster.peer(other.id) == then.roster.peer(other.id) or now is back.sued
    for sent in back.noord.dispatch.board(own=True):
        known = story.noord.exchange.dispatch.one(sent.bundle)
        assert sent.created == known.created <= until
        assert (sent.state == "stored") == (known.stored_at is not None and known.stored_at <= until)
        assert set(sent.seen) <= {seen for seen in known.seen if seen.at <= until}


def require_going_on(story: Story, back: Back) -> None:
    """What was on its way comes, each once, and whatever was done there is told."""
    back.carried()
    for one, other in ((back.noord, back.sued), (back.sued, back.noord)):
        board = one.dispatch.board(own=True)
        assert {sent.state for sent in board} <= {"stored"}
        assert one.alarms.open() == []
        assert {sent.bundle for sent in board} == {row[0] for row in _rows(other, "SELECT bundle FROM inbox")}
        assert {row[0] for row in _rows(other, "SELECT DISTINCT state FROM inbox")} <= {"stored", "applied"}
    for got in back.sued.inbox.received():
        seen = {(one.state, one.officer) for one in back.noord.dispatch.one(got.bundle).seen}
        told = {("read", officer) for officer in got.read_by} | ({("applied", "")} if got.applied_at else set())
        assert seen == told
    assert back.sued.roster.peer(story.noord.id).contact == back.noord.contact()


def require_usable(story: Story, back: Back) -> None:
    """New bundles go, and what was shared before can be taken back."""
    first = next((one for one in back.noord.dispatch.board() if one.bundle == story.first.bundle), None)
    shipment = Shipment(to=story.sued.id, kind=Kind.SNAPSHOT, officer="Anna", items=(incident("new"),))
    if first is not None and not first.withdrawn_by:
        shipment = Shipment(to=story.sued.id, kind=Kind.WITHDRAWAL, officer="Anna", replaces=first.bundle)
    queued = back.noord.outbox.queue(shipment)
    back.carried()
    assert back.noord.dispatch.one(queued.bundle).state == "stored"
    if first is not None:
        assert back.sued.inbox.one(first.bundle).withdrawn_by
    assert verify(back.noord.path).findings == ()


def _rows(exchange: Exchange, question: str) -> list[tuple[str, ...]]:
    with exchange.database.reading() as connection:
        return connection.execute(question).fetchall()


WITHIN = [1, 21, 42, 43, 88, 125, 148, 198]
"""Milliseconds that lie between two steps of one commit."""
ANY = random.Random(7).sample(range(240), 16)


@pytest.mark.parametrize("places", [WITHIN, ANY[:8], ANY[8:]])
def test_at_whatever_instant_they_are_taken_back_the_two_go_on_as_they_would_have(
    story: Story, tmp_path: Path, places: list[int]
) -> None:
    waiting = range(story.marks["second queued"] + 10 * MS, story.marks["second queued"] + 1_990 * MS)
    instants = [at for at in range(story.began, story.clock.time + MS, MS) if at not in waiting]
    for place in places:
        until = instants[min(place, len(instants) - 1)]
        with Back(story, tmp_path / "back", until) as back:
            require_as_it_was(story, back, until)
            require_going_on(story, back)
            require_usable(story, back)


def test_of_what_came_later_nothing_is_there(story: Story, tmp_path: Path) -> None:
    with Back(story, tmp_path / "back", story.marks["first read"]) as back:
        (sent,) = back.noord.dispatch.board()
        assert (sent.bundle, sent.withdrawn_by) == (story.first.bundle, "")
        assert {(seen.state, seen.officer) for seen in sent.seen} == {("applied", ""), ("read", "Eva")}
        assert back.noord.outbox.copy(sent.bundle).items[0].id == "a"
        (got,) = back.sued.inbox.received()
        assert (got.state, got.read_by, [on.workspace for on in got.on]) == ("applied", ("Eva",), ["w"])
        assert back.noord.contact() == Contact()
        assert back.noord.consents.all() == []
        parcels = [next(back.noord.dispatch.parcels(one.bundle)) for one in back.noord.dispatch.board(own=True)]
        newest = max(manifest_of(parcel).hlc for parcel in parcels)
        assert int(_rows(back.noord, "SELECT value FROM meta WHERE key = 'hlc'")[0][0]) >= newest
    with Back(story, tmp_path / "back", story.marks["update sent"]) as back:
        (consent,) = back.noord.consents.all()
        assert (consent.id, consent.revoked_at) == (story.given.id, None)
        assert back.noord.contact() == Contact(point="Room 1")
        assert [one.state for one in back.sued.inbox.chain(story.first.bundle)] == ["applied", "stored"]


def test_what_lay_there_because_the_other_could_not_be_reached_still_does(story: Story, tmp_path: Path) -> None:
    with Back(story, tmp_path / "back", story.marks["second queued"]) as back:
        second = back.noord.dispatch.one(story.second.bundle)
        assert (second.state, second.attempts) == ("queued", 0)
        back.carried()
        assert back.sued.inbox.opened(story.second.bundle).items()[0].id == "c"


def test_a_share_whose_content_was_held_back_since_then_does_not_leave_here_either(tmp_path: Path) -> None:
    story = Story(tmp_path)
    late = story.noord.sends(story.sued, incident("late"))
    queued = story.clock.time
    story.noord.sends(story.sued, kind=Kind.WITHDRAWAL, replaces=late.bundle, text="Wrong")
    with Back(story, tmp_path / "back", queued) as back:
        back.carried()
        assert back.noord.dispatch.one(late.bundle).state == "stored"
        assert back.sued.inbox.one(late.bundle).state == "refused"
        assert late.bundle not in {one.bundle for one in back.sued.inbox.pending()}
    story.close()


def test_the_file_that_it_is_taken_from_stays_as_it_is_and_may_be_written_meanwhile(tmp_path: Path) -> None:
    story = Story(tmp_path)
    made = Earlier(story.noord.path, tmp_path / "back.qrocx")
    other = Earlier(story.sued.path, tmp_path / "other.qrocx")
    until = story.clock.time
    before = entries(story.noord.exchange)
    story.noord.sends(story.sued, incident("meanwhile"))
    story.clock.time = Instant(until)  # a clock that was wrong: only what was committed before counts
    assert as_they_were([made, other], Instant(2**60), {one.id: one.identity for one in (story.noord, story.sued)})
    made.close()
    other.close()
    with Exchange(tmp_path / "back.qrocx", story.noord.identity, story.clock) as back:
        assert entries(back) == before
    assert len(entries(story.noord.exchange)) == len(before) + 1
    story.close()


def test_before_it_was_made_there_is_none(story: Story, tmp_path: Path) -> None:
    files = [Earlier(one.path, tmp_path / one.path.name) for one in (story.noord, story.sued)]
    assert not as_they_were(files, Instant(0), {})
    for file in files:
        file.close()


def test_a_file_of_another_kind_is_refused_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "other"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE a (b)")
    connection.close()
    with pytest.raises(Refused, match="another version"):
        Earlier(path, tmp_path / "new.qrocx")
