"""Standing orders: what changes goes by itself, what must not go stops them, and no change goes twice."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from qroc_desktop.domain.aspects import Marking, Situation
from qroc_desktop.domain.ids import random_id
from qroc_desktop.domain.instant import Instant, seconds
from qroc_desktop.domain.vocabulary import Aspect, Handling, Status, SubjectCategory, Tlp
from qroc_desktop.errors import Refused
from qroc_desktop.policy import Policy
from qroc_desktop.policy.vocabulary import ConsentKind, Purpose
from qroc_desktop.services.consents import ConsentBook, Given
from qroc_desktop.services.sharing import Share, Sharing
from qroc_desktop.services.standing import Scope, Standing, Step
from qroc_desktop.services.workspaces import Workspaces
from qroc_desktop.sync.bundle import Kind
from qroc_desktop.sync.exchange import Exchange
from qroc_desktop.sync.orders import Order, OrderState
from tests.services.sharing_centres import INSTRUMENTS, Desk, Neighbours, grounds
from tests.sync.children import Child, killed_at

BOX = (5.0, 50.0, 6.5, 51.5)


class Ordered:
    """Maastricht has shared an incident with Aachen and ordered that it is kept up to date."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ours, self.theirs = Desk(folder, "Maastricht"), Desk(folder, "Aachen", "DE")
        self.between = Neighbours(self.ours, self.theirs)
        self.item = self.ours.incident("Shooting", marking=Marking(tlp=Tlp.GREEN))
        self.share = self.sent([self.item])
        self.standing = self.second(self.ours.exchange)

    def second(self, exchange: Exchange) -> Standing:
        """As another window or process has it."""
        workspace = self.ours.desk.workspace
        return Standing(workspace, exchange, Sharing(workspace, exchange, Policy(INSTRUMENTS)), self.ours.clock)

    def sent(self, items: list[str], **more: Any) -> str:
        preview = self.ours.sharing.preview(items, self.theirs.id, grounds())
        return self.ours.sharing.send(preview, officer="Anna", why="Attack", **more).bundle

    def order(self, **more: Any) -> Order:
        return self.standing.give(self.share, grounds(), officer="Anna", why="They are next", **more)

    def run(self, later: float = 31) -> list[Step]:
        self.ours.time = Instant(self.ours.time + seconds(later))
        self.theirs.time = self.ours.time
        return self.standing.run()

    def mark(self, marking: Marking) -> None:
        self.ours.desk.items.edit(self.ours.item(self.item), {Aspect.MARKING: marking})

    def state(self) -> OrderState:
        return self.standing.all()[0].state

    def pictured(self) -> dict[str, str]:
        self.between.carry()
        self.theirs.applied()
        return self.theirs.pictured()

    def deltas(self) -> int:
        return sum(sent.kind is Kind.DELTA for sent in self.ours.sharing.board())


@pytest.fixture
def ordered(tmp_path: Path) -> Iterator[Ordered]:
    made = Ordered(tmp_path)
    yield made
    for desk in (made.ours, made.theirs):
        desk.close()


def test_a_change_goes_by_itself_once(ordered: Ordered) -> None:
    ordered.order()
    assert ordered.run() == []
    ordered.ours.retitle(ordered.item, "Shooting, contained")
    (step,) = ordered.run()
    assert step.queued is not None
    assert ordered.run() == []
    assert ordered.pictured() == {ordered.item: "Shooting, contained"}
    assert ordered.deltas() == 1


def test_new_items_of_what_it_was_composed_from_go_too(ordered: Ordered) -> None:
    ordered.order(scope=Scope(bounds=BOX))
    inside, outside = ordered.ours.incident("Second"), ordered.ours.incident("Far", lon=20.0)
    unknown = ordered.ours.incident("Suspect", marking=Marking(subject=SubjectCategory.UNKNOWN))
    ordered.run()
    assert set(ordered.pictured()) == {ordered.item, inside}
    assert not {outside, unknown} & set(ordered.pictured())
    assert ordered.state() is OrderState.ACTIVE


def test_not_more_often_than_every_thirty_seconds_but_less_at_once(ordered: Ordered) -> None:
    ordered.order()
    ordered.ours.retitle(ordered.item, "One")
    assert len(ordered.run()) == 1
    ordered.ours.retitle(ordered.item, "Two")
    assert ordered.run(later=5) == []
    assert ordered.run(later=20) == []
    assert len(ordered.run(later=6)) == 1
    seen = ordered.ours.item(ordered.item)
    ordered.ours.desk.items.edit(seen, {Aspect.SHAPE: None})
    assert len(ordered.run(later=1)) == 1
    ordered.mark(Marking(tlp=Tlp.AMBER))
    assert len(ordered.run(later=1)) == 1
    ordered.ours.desk.items.remove([ordered.ours.item(ordered.item)])
    assert len(ordered.run(later=1)) == 1
    assert ordered.pictured() == {}


def test_every_update_names_the_order_and_its_officer_and_has_decisions_of_its_own(ordered: Ordered) -> None:
    order = ordered.order()
    ordered.ours.retitle(ordered.item, "Contained")
    (step,) = ordered.run()
    assert step.queued is not None
    entry = ordered.ours.exchange.audit.entries()[-1].detail
    assert entry is not None
    assert (entry.officer, entry.why, entry.facts["order"]) == ("Anna", "They are next", order.id)
    assert (entry.purpose, entry.basis) == ("prevention", "dir-2023-977/own-initiative")
    decisions = ordered.ours.exchange.outbox.decisions(step.queued.bundle)
    assert [d.subject for d in decisions] == [ordered.item]
    given = [e.detail for e in ordered.ours.exchange.audit.entries() if e.action == "standing-order" and e.detail]
    assert [(d.officer, d.facts["order"], d.facts["state"]) for d in given] == [("Anna", order.id, "active")]


def test_an_order_goes_on_where_its_share_was_issued_again_under_another_number(ordered: Ordered) -> None:
    given = ordered.order()
    exchange, share = ordered.ours.exchange, ordered.share
    for _ in range(2):
        with exchange.database.writing() as connection:
            share = exchange.outbox.issue_again(connection, [share])[share]
    assert share != ordered.share
    (found,) = exchange.orders.all()
    assert (found.id, found.given.bundle) == (given.id, share)
    assert exchange.orders.all(share) == [found]
    assert exchange.orders.all(ordered.share) == []
    ordered.ours.retitle(ordered.item, "Shooting, two gunmen")
    assert [step.queued is not None for step in ordered.run()] == [True]
    assert ordered.pictured() == {ordered.item: "Shooting, two gunmen"}


def test_what_is_classified_leaves_their_picture_at_once(ordered: Ordered) -> None:
    """No consent could lift that: it goes from there, and the order goes on for the rest."""
    ordered.order()
    ordered.pictured()
    ordered.mark(Marking(classification="RESTREINT UE/EU RESTRICTED"))
    (step,) = ordered.run(later=0.1)
    assert step.queued is not None
    assert ordered.pictured() == {}
    assert ordered.state() is OrderState.ACTIVE


@pytest.mark.parametrize(
    "marking", [Marking(tlp=Tlp.RED), Marking(handling=Handling.H2, originator="Lille"), Marking(originator="Lille")]
)
def test_what_needs_an_officers_word_is_taken_back_and_stops_the_order(ordered: Ordered, marking: Marking) -> None:
    ordered.order(scope=Scope(bounds=BOX))
    ordered.mark(marking)
    other = ordered.ours.incident("Waits for the officer")
    (step,) = ordered.run(later=0.1)
    assert (step.order.state, step.order.reason) == (OrderState.STOPPED, "needs-officer")
    assert ordered.pictured() == {}
    assert other not in ordered.pictured()
    assert [(a.code, a.subject) for a in ordered.ours.exchange.alarms.open()] == [("order-stopped", ordered.share)]
    ordered.ours.incident("Later")
    assert ordered.run() == []


def test_a_new_item_that_needs_consent_stops_it_and_nothing_is_sent(ordered: Ordered) -> None:
    ordered.order(scope=Scope(bounds=BOX))
    ordered.ours.incident("Theirs", marking=Marking(handling=Handling.H2, originator="Lille"))
    ordered.ours.incident("Ours")
    ordered.run()
    assert (ordered.state(), ordered.deltas()) == (OrderState.STOPPED, 0)


def test_what_the_officer_saw_refused_does_not_stop_it(ordered: Ordered) -> None:
    ordered.ours.incident("Theirs", marking=Marking(handling=Handling.H2, originator="Lille"))
    ordered.order(scope=Scope(bounds=BOX))
    ours = ordered.ours.incident("Ours")
    ordered.run()
    assert ordered.state() is OrderState.ACTIVE
    assert set(ordered.pictured()) == {ordered.item, ours}


def test_it_ends_at_its_time_with_its_share_and_with_its_peer(ordered: Ordered) -> None:
    order = ordered.order(until=Instant(ordered.ours.time + seconds(3600)))
    ordered.ours.retitle(ordered.item, "Too late")
    (step,) = ordered.run(later=3601)
    assert (step.order.state, step.order.reason, step.queued) == (OrderState.ENDED, "time-over", None)
    with pytest.raises(Refused, match="over already"):
        ordered.standing.change(order.id, OrderState.ACTIVE, officer="Anna", why="again")
    ordered.order()
    ordered.ours.sharing.withdraw(ordered.share, officer="Anna", why="In error")
    (step,) = ordered.run(later=61)
    assert step.order.reason == "share-withdrawn"
    ordered.share = ordered.sent([ordered.item], expires=Instant(ordered.ours.time + seconds(600)))
    assert ordered.order().given.until == ordered.ours.exchange.dispatch.one(ordered.share).expires
    (step,) = ordered.run(later=601)
    assert step.order.reason == "share-expired"
    ordered.share = ordered.sent([ordered.item])
    ordered.order()
    ordered.ours.exchange.roster.revoke(ordered.theirs.id, officer="Anna", why="keys lost")
    before = len(ordered.ours.sharing.board())
    ordered.ours.retitle(ordered.item, "Not for them")
    (step,) = ordered.run()
    assert (step.order.state, step.order.reason) == (OrderState.ENDED, "peer-revoked")
    assert len(ordered.ours.sharing.board()) == before


def test_it_is_bounded(ordered: Ordered) -> None:
    now = ordered.ours.time
    assert ordered.order().given.until - now < seconds(24 * 3600 + 60)
    with pytest.raises(Refused, match="already"):
        ordered.order()
    ordered.share = ordered.sent([ordered.item], expires=Instant(now + seconds(7200)))
    for until, says in ((now, "already"), (now + seconds(8 * 86400), "seven days"), (now + seconds(7300), "share")):
        with pytest.raises(Refused, match=says):
            ordered.order(until=Instant(until))
    with pytest.raises(Refused, match="justification"):
        ordered.standing.give(ordered.share, grounds(), officer="Anna", why=" ")


def test_paused_it_sends_nothing_and_going_on_it_sends_what_has_changed(ordered: Ordered) -> None:
    order = ordered.order()
    ordered.standing.change(order.id, OrderState.PAUSED, officer="Bert", why="Briefing")
    ordered.ours.retitle(ordered.item, "Meanwhile")
    assert ordered.run() == []
    ordered.standing.change(order.id, OrderState.ACTIVE, officer="Bert", why="Go on")
    assert len(ordered.run(later=1)) == 1
    assert ordered.pictured() == {ordered.item: "Meanwhile"}
    ordered.standing.change(order.id, OrderState.ENDED, officer="Bert", why="Over")
    ordered.ours.retitle(ordered.item, "After")
    assert ordered.run() == []
    assert ordered.pictured() == {ordered.item: "Meanwhile"}


def test_it_survives_a_restart_and_a_second_window_sends_nothing_twice(ordered: Ordered) -> None:
    ordered.order()
    ordered.ours.retitle(ordered.item, "News")
    with Exchange(ordered.ours.exchange.path, ordered.ours.identity, ordered.ours.clock) as exchange:
        other = ordered.second(exchange)
        ordered.ours.time = Instant(ordered.ours.time + seconds(31))
        assert len(other.run()) == 1
        assert ordered.standing.run() == []
        assert [o.id for o in other.all()] == [o.id for o in ordered.standing.all()]
    assert ordered.deltas() == 1


def test_of_two_that_decided_at_once_one_sends(ordered: Ordered, monkeypatch: pytest.MonkeyPatch) -> None:
    ordered.order()
    ordered.ours.retitle(ordered.item, "News")
    ordered.ours.time = Instant(ordered.ours.time + seconds(31))
    with Exchange(ordered.ours.exchange.path, ordered.ours.identity, ordered.ours.clock) as exchange:
        other, queue = ordered.second(exchange), ordered.standing._queue

        def overtaken(*words: Any, **more: Any) -> Step | None:
            """Between deciding and recording the other window does the same."""
            assert len(other.run()) == 1
            return queue(*words, **more)

        monkeypatch.setattr(ordered.standing, "_queue", overtaken)
        assert ordered.standing.run() == []
        monkeypatch.undo()
        assert ordered.standing.run() == []
    assert ordered.deltas() == 1


class Between:
    """Something happens while an update is sealed, for which nobody waits."""

    def __init__(self, ordered: Ordered, monkeypatch: pytest.MonkeyPatch, happens: Callable[[], None]) -> None:
        self.count = 0
        sharing = ordered.standing._sharing
        sealed = sharing.sealed

        def meanwhile(*words: Any, **more: Any) -> Share:
            made = sealed(*words, **more)
            self.count += 1
            if self.count == 1:
                happens()
            return made

        monkeypatch.setattr(sharing, "sealed", meanwhile)


def test_while_an_update_is_sealed_everybody_else_writes(ordered: Ordered, monkeypatch: pytest.MonkeyPatch) -> None:
    ordered.order()
    ordered.ours.retitle(ordered.item, "News")
    with Exchange(ordered.ours.exchange.path, ordered.ours.identity, ordered.ours.clock) as exchange:
        with exchange.database.reading() as connection:
            connection.execute("PRAGMA busy_timeout = 1")  # whoever had to wait would fail
        between = Between(ordered, monkeypatch, lambda: exchange.alarms.sound("clock", "x"))
        assert len(ordered.run()) == 1
        assert between.count == 1
        assert [alarm.code for alarm in exchange.alarms.open()] == ["clock"]


def test_whoever_was_faster_while_it_was_sealed_has_sent_it(ordered: Ordered, monkeypatch: pytest.MonkeyPatch) -> None:
    ordered.order()
    ordered.ours.retitle(ordered.item, "News")
    with Exchange(ordered.ours.exchange.path, ordered.ours.identity, ordered.ours.clock) as exchange:
        other = ordered.second(exchange)
        Between(ordered, monkeypatch, lambda: _one(other.run()))
        assert ordered.run() == []
        assert ordered.run(1) == []
    assert ordered.deltas() == 1


def test_an_order_that_was_ended_while_an_update_was_sealed_sends_nothing(
    ordered: Ordered, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = ordered.order()
    ordered.ours.retitle(ordered.item, "News")
    orders = ordered.ours.exchange.orders
    Between(ordered, monkeypatch, lambda: _one([orders.change(order.id, OrderState.ENDED, officer="Anna")]))
    assert ordered.run() == []
    assert ordered.deltas() == 0


def test_what_was_marked_while_its_file_was_made_ready_does_not_go(
    ordered: Ordered, monkeypatch: pytest.MonkeyPatch
) -> None:
    ordered.order()
    path = ordered.folder / "gate.png"
    Image.new("RGB", (20, 20), "grey").save(path)
    ordered.ours.desk.attachments.attach(ordered.ours.item(ordered.item), [path])
    Between(ordered, monkeypatch, lambda: ordered.mark(Marking(handling=Handling.H2, originator="Lille")))
    assert ordered.run() == []
    assert ordered.deltas() == 0
    assert len(ordered.run(1)) == 1, "and at once the peer loses it"
    assert (ordered.state(), ordered.pictured()) == (OrderState.STOPPED, {})


def test_a_file_goes_with_an_update_though_the_picture_goes_on_meanwhile(
    ordered: Ordered, monkeypatch: pytest.MonkeyPatch
) -> None:
    ordered.order()
    path = ordered.folder / "gate.png"
    Image.new("RGB", (20, 20), "grey").save(path)
    ordered.ours.desk.attachments.attach(ordered.ours.item(ordered.item), [path])
    Between(ordered, monkeypatch, lambda: ordered.ours.retitle(ordered.item, "News"))
    assert len(ordered.run()) == 1
    assert len(ordered.run()) == 1
    assert set(ordered.pictured().values()) == {"News"}


def _one(found: list[Any]) -> None:
    assert len(found) == 1


def test_another_workspace_leaves_it_alone(ordered: Ordered, tmp_path: Path) -> None:
    ordered.order()
    ordered.ours.retitle(ordered.item, "News")
    workspaces = Workspaces(author="Officer", clock=ordered.ours.clock, ids=random_id)
    desk = workspaces.create(tmp_path / "other.qroc", centre="Maastricht", country="NL")
    exchange = ordered.ours.exchange
    sharing = Sharing(desk.workspace, exchange, Policy(INSTRUMENTS))
    other = Standing(desk.workspace, exchange, sharing, ordered.ours.clock)
    ordered.ours.time = Instant(ordered.ours.time + seconds(31))
    assert (other.all(), other.run()) == ([], [])
    desk.close()


def test_one_that_follows_the_file_carries_it_out_too(ordered: Ordered) -> None:
    ordered.order()
    ordered.ours.desk.items.edit(ordered.ours.item(ordered.item), {Aspect.SITUATION: Situation(status=Status.CLOSED)})
    workspaces = Workspaces(author="Server", clock=ordered.ours.clock, ids=random_id)
    desk = workspaces.open(ordered.folder / "Maastricht.qroc", read_only=True)
    exchange = ordered.ours.exchange
    reader = Standing(
        desk.workspace, exchange, Sharing(desk.workspace, exchange, Policy(INSTRUMENTS)), ordered.ours.clock
    )
    ordered.ours.time = Instant(ordered.ours.time + seconds(31))
    assert len(reader.run()) == 1
    ordered.ours.retitle(ordered.item, "Recorded by the other")
    ordered.ours.time = Instant(ordered.ours.time + seconds(31))
    assert len(reader.run()) == 1
    assert ordered.pictured() == {ordered.item: "Recorded by the other"}
    desk.close()


def test_a_consent_that_ends_takes_it_back_at_once(ordered: Ordered) -> None:
    theirs = ordered.ours.incident("Theirs", marking=Marking(handling=Handling.H2, originator="Lille"))
    book = ConsentBook(ordered.ours.desk.workspace, ordered.ours.exchange)
    ends = Instant(ordered.ours.time + seconds(3600))
    book.record(
        Given(
            items=(theirs,), kinds=(ConsentKind.FORWARD,), recipient=ordered.theirs.id,
            purposes=(Purpose.PREVENTION,), given_by="Dubois", officer="Anna", until=ends,
        )
    )  # fmt: skip
    ordered.order(scope=Scope(bounds=BOX))
    ordered.run()
    assert theirs in ordered.pictured()
    ordered.ours.time = Instant(ends - seconds(5))
    assert ordered.standing.run() == []
    ordered.ours.time = ordered.theirs.time = Instant(ends + 1)
    (step,) = ordered.standing.run()
    assert step.order.state is OrderState.STOPPED
    assert set(ordered.pictured()) == {ordered.item}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_kill_leaves_no_update_without_its_order_and_no_stop_without_what_was_taken_back(ordered: Ordered) -> None:
    ordered.order()
    ordered.mark(Marking(handling=Handling.H2, originator="Lille"))
    path, identity, clock = ordered.ours.exchange.path, ordered.ours.identity, ordered.ours.clock
    workspace = ordered.folder / "Maastricht.qroc"
    for statement in range(1, 200):

        def work(statement: int = statement) -> str:
            workspaces = Workspaces(author="Server", clock=clock, ids=random_id)
            with Exchange(path, identity, clock) as exchange:
                desk = workspaces.open(workspace, read_only=True)
                sharing = Sharing(desk.workspace, exchange, Policy(INSTRUMENTS))
                standing = Standing(desk.workspace, exchange, sharing, clock)
                killed_at(exchange, statement)
                steps = standing.run()
                return str(len(steps))

        _, said = Child(work).ended()
        stopped = ordered.state() is OrderState.STOPPED
        alarmed = bool(ordered.ours.exchange.alarms.open())
        assert stopped is alarmed is (ordered.deltas() == 1)
        assert stopped or not said
        if said:
            break
    assert statement > 10
    assert ordered.pictured() == {}


def test_a_share_remembers_what_it_was_composed_from(ordered: Ordered) -> None:
    box = Scope(bounds=BOX)
    ordered.standing.compose(ordered.share, box)
    ordered.standing.compose(ordered.share, Scope(text="something else"))
    assert ordered.standing.composed_from(ordered.share) == box
    ordered.order()
    inside = ordered.ours.incident("Second")
    ordered.run()
    assert set(ordered.pictured()) == {ordered.item, inside}
