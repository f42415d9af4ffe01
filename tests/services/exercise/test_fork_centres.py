"""What stood between the centres at the instant where a fork branches off stands there in the fork."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from qroc_desktop.domain.aspects import Wording
from qroc_desktop.domain.query import ItemQuery
from qroc_desktop.domain.vocabulary import Aspect
from qroc_desktop.policy import Policy
from qroc_desktop.services.exercise.fork import Fork
from qroc_desktop.services.receiving import Receiving
from qroc_desktop.services.request_threads import Standing
from qroc_desktop.services.sharing import Sharing
from qroc_desktop.services.standing import Standing as StandingOrders
from qroc_desktop.sync.delivery import deliver
from qroc_desktop.sync.exchange import Exchange
from qroc_desktop.sync.orders import OrderState
from qroc_desktop.sync.refusals import Code, Rejected
from qroc_desktop.sync.shipment import Sent
from qroc_desktop.sync.transports.memory import Hub, MemoryTransport
from qroc_desktop.sync.verifying import verify
from tests.services.exercise.test_exercise_centres import BLOCK, LINK_TEST, Hunt, start
from tests.services.sharing_centres import INSTRUMENTS, grounds


class Forked(Hunt):
    """A run that branched off another one; it stands still at first."""

    def __init__(self, parent: Hunt, folder: Path, t: float) -> None:
        Fork(parent.run, folder, round(t * 1000)).complete()
        self.folder, self.watch = folder, parent.watch
        self.run = self.opened()

    def goes_on(self, seconds: float) -> None:
        self.run.conduct.start()
        self.wait(seconds)


@pytest.fixture
def hunt(tmp_path: Path) -> Iterator[Hunt]:
    made = Hunt(tmp_path / "run")
    start(made)
    yield made
    made.run.close()


@contextmanager
def forked(hunt: Hunt, t: float) -> Iterator[Forked]:
    made = Forked(hunt, hunt.folder.with_name("fork"), t)
    yield made
    made.run.close()


def now(hunt: Hunt) -> float:
    return hunt.run.conduct.clock.t / 1000


def board(hunt: Hunt, team: str) -> list[Sent]:
    return hunt.exchange(team).dispatch.board()


def withdraw(hunt: Hunt, bundle: str) -> None:
    sharing = Sharing(hunt.run.desks["blue"].workspace, hunt.exchange("blue"), Policy(INSTRUMENTS))
    sharing.withdraw(bundle, officer="Liaison", why="Unfounded")


def logged(hunt: Hunt, team: str, until: float) -> list[str]:
    instant = hunt.run.conduct.scenario.instant(round(until * 1000))
    return [entry.hash for entry in hunt.exchange(team).audit.entries() if entry.at <= instant]


def test_the_board_shows_what_was_shared_by_then_with_its_receipts_and_nothing_of_what_came_later(hunt: Hunt) -> None:
    before = hunt.shares("blue", "neighbour", "Grey estate")
    hunt.wait(10)
    hunt.exchange("neighbour").inbox.read(before, officer="Duty officer Feldkirch")
    hunt.wait(10)
    t = now(hunt)
    seen = board(hunt, "blue")[0].seen
    assert {one.state for one in seen} == {"applied", "read"}
    hunt.wait(10)
    hunt.shares("blue", "neighbour", "White van")
    hunt.wait(10)
    withdraw(hunt, before)
    hunt.wait(10)
    with forked(hunt, t) as fork:
        (sent,) = board(fork, "blue")
        assert (sent.bundle, sent.state, sent.seen, sent.withdrawn_by) == (before, "stored", seen, "")
        assert [one.bundle for one in fork.exchange("neighbour").inbox.received()] == [before]
        assert fork.exchange("blue").outbox.copy(before) == hunt.exchange("blue").outbox.copy(before)
        assert "Grey estate" in fork.pictured("neighbour")
        assert "White van" not in fork.pictured("neighbour") | fork.pictured("blue")
        for team in ("blue", "neighbour"):
            expected = logged(hunt, team, t)
            assert [entry.hash for entry in fork.exchange(team).audit.entries()][: len(expected)] == expected
            assert verify(fork.exchange(team).path).findings == ()
        fork.goes_on(5)
        assert len(board(fork, "blue")) == 1
        assert fork.exchange("blue").alarms.open() == []
    assert len(board(hunt, "blue")) == 3, "the run that it came from has all of it"


def test_what_was_shared_before_can_be_withdrawn_and_brought_up_to_date(hunt: Hunt) -> None:
    before = hunt.shares("blue", "neighbour", "Hostage fear")
    hunt.wait(10)
    t = now(hunt)
    hunt.wait(60)
    with forked(hunt, t) as fork:
        fork.goes_on(1)
        withdraw(fork, before)
        fork.wait(1)
        assert "Hostage fear" not in fork.pictured("neighbour")
        assert board(fork, "blue")[1].withdrawn_by
        after = fork.shares("blue", "neighbour", "Suspects")
        fork.wait(1)
        assert "Suspects" in fork.pictured("neighbour")
        assert next(one for one in board(fork, "blue") if one.bundle == after).seen[0].state == "applied"
    hunt.wait(1)
    assert "Hostage fear" in hunt.pictured("neighbour")


def test_the_answer_that_was_still_to_come_comes_once_and_as_an_answer(hunt: Hunt) -> None:
    hunt.asks()
    t = now(hunt)
    for _ in range(3):
        hunt.wait(10)
    assert "November 1" in hunt.pictured("blue")
    with forked(hunt, t) as fork:
        assert "November 1" not in fork.pictured("blue")
        fork.goes_on(10)
        for _ in range(3):
            fork.wait(10)
        assert {"November 1", BLOCK} <= fork.pictured("blue")
        (request,) = fork.requests("blue").all()
        assert request.standing is Standing.ANSWERED
        assert fork.acted() == ["request-neighbour"]
        assert len(fork.exchange("blue").inbox.received()) == 2, "the test of the link and the answer, each once"


def test_what_waited_in_the_inbox_of_somebody_waits_there_still(hunt: Hunt) -> None:
    hunt.run.seat_taken("neighbour")
    waits = hunt.shares("blue", "neighbour", "Grey estate")
    hunt.wait(5)
    t = now(hunt)
    receiving = Receiving(
        hunt.run.desks["neighbour"].workspace, hunt.exchange("neighbour"), INSTRUMENTS, author="Officer"
    )
    hunt.wait(5)
    assert len(list(receiving.apply_pending())) == 1
    hunt.wait(5)
    with forked(hunt, t) as fork:
        assert [one.bundle for one in fork.exchange("neighbour").inbox.pending()] == [waits]
        assert "Grey estate" not in fork.pictured("neighbour")
        fork.goes_on(1)
        assert "Grey estate" in fork.pictured("neighbour")


def test_nothing_goes_from_the_fork_to_the_run_that_it_came_from(hunt: Hunt) -> None:
    hunt.wait(5)
    t = now(hunt)
    hunt.wait(30)
    with forked(hunt, t) as fork:
        assert fork.centre("blue") == hunt.centre("blue"), "whose item is whose stays as it is"
        held = hunt.exchange("neighbour")
        before = held.audit.count()
        fork.shares("blue", "neighbour", "Into the past")
        parcel = next(fork.exchange("blue").dispatch.parcels(board(fork, "blue")[0].bundle))
        with pytest.raises(Rejected) as refused:
            held.receive(parcel, fork.centre("blue"))
        assert refused.value.code == Code.BAD_SIGNATURE
        assert held.audit.count() == before
        assert fork.exchange("neighbour").receive(parcel).answer == "stored", "which the fork's own centre believes"


def test_nothing_goes_from_the_fork_to_a_live_centre(hunt: Hunt, tmp_path: Path) -> None:
    t = now(hunt)
    hunt.wait(5)
    with forked(hunt, t) as fork:
        routes = [peer.routes for team in ("blue", "neighbour") for peer in fork.exchange(team).roster.peers()]
        assert routes == [(), ()]
        assert not list(hunt.folder.with_name("fork").rglob("*.live*"))
        assert {exchange.mode.value for exchange in _exchanges(fork)} == {"exercise"}
        assert all(hunt.folder.with_name("fork") in exchange.path.parents for exchange in _exchanges(fork))
        assert fork.run.centre("blue").node is None


def _exchanges(hunt: Hunt) -> list[Exchange]:
    return [hunt.exchange(team) for team in ("blue", "neighbour")]


def test_a_fork_of_a_fork_has_it_all_too(hunt: Hunt) -> None:
    before = hunt.shares("blue", "neighbour", "Grey estate")
    hunt.wait(10)
    t = now(hunt)
    hunt.wait(10)
    with forked(hunt, t) as fork:
        fork.goes_on(10)
        second = fork.shares("blue", "neighbour", "White van")
        fork.wait(10)
        again = Forked(fork, fork.folder.with_name("again"), now(fork))
        assert [one.bundle for one in board(again, "blue")] == [second, before]
        again.goes_on(1)
        withdraw(again, before)
        again.wait(1)
        assert "Grey estate" not in again.pictured("neighbour")
        assert again.exchange("blue").alarms.open() == []
        again.run.close()


def test_at_the_very_beginning_there_is_nothing_between_them(hunt: Hunt) -> None:
    with forked(hunt, 0) as fork:
        assert board(fork, "neighbour") == []
        fork.goes_on(1)
        fork.wait(60)
        fork.wait(1)
        assert LINK_TEST in fork.pictured("blue")


def test_bundles_that_were_on_their_way_are_delivered_though_keys_were_renewed(hunt: Hunt) -> None:
    hunt.run.conduct.pause()
    bundle = hunt.shares("blue", "neighbour", "Grey estate")  # nothing is carried before the next tick
    with forked(hunt, now(hunt)) as fork:
        assert board(fork, "blue")[0].state == "queued"
        hub = Hub()
        for exchange in _exchanges(fork):
            hub.attach(exchange.identity.centre, exchange.receive)
        deliver(fork.exchange("blue"), lambda _: MemoryTransport(hub, fork.centre("blue")))
        assert [one.bundle for one in fork.exchange("neighbour").inbox.pending()] == [bundle]


def test_a_share_that_is_kept_up_to_date_is_so_in_the_fork(hunt: Hunt) -> None:
    bundle = hunt.shares("blue", "neighbour", "Grey estate")
    hunt.wait(5)
    order = standing(hunt).give(bundle, grounds(), officer="Liaison", why="They are next")
    hunt.wait(5)
    t = now(hunt)
    hunt.wait(5)
    hunt.exchange("blue").orders.change(order.id, OrderState.ENDED, officer="Liaison")
    hunt.wait(35)
    with forked(hunt, t) as fork:
        (same,) = standing(fork).all()
        assert (same.id, same.state) == (order.id, OrderState.ACTIVE)
        fork.goes_on(35)
        desk = fork.run.desks["blue"]
        item = next(item for item in desk.workspace.items(ItemQuery()) if item.wording.title == "Grey estate")
        desk.items.edit(item, {Aspect.WORDING: Wording(title="Grey estate, stopped")})
        assert len(standing(fork).run()) == 1
        fork.wait(5)
        assert "Grey estate, stopped" in fork.pictured("neighbour")
    assert "Grey estate, stopped" not in hunt.pictured("neighbour")


def standing(hunt: Hunt) -> StandingOrders:
    desk, exchange = hunt.run.desks["blue"], hunt.exchange("blue")
    return StandingOrders(desk.workspace, exchange, Sharing(desk.workspace, exchange, Policy(INSTRUMENTS)), desk.clock)


def sums(folder: Path) -> dict[str, str]:
    """What is in the files of a run, without those that SQLite keeps beside an open one."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".lock" and not path.name.endswith(("-wal", "-shm"))
    }


def header_gone(path: Path) -> None:
    path.write_bytes(b"SQLite format 3\0" + b"broken" * 999)


def table_gone(path: Path) -> None:
    """A page in the middle of the outbox is empty: the file opens, and what it says cannot be read."""
    with closing(sqlite3.connect(path)) as connection:
        page, size = (
            connection.execute(question).fetchone()[0]
            for question in ("SELECT rootpage FROM sqlite_master WHERE name = 'outbox'", "PRAGMA page_size")
        )
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(bytes(size))


def content_gone(path: Path) -> None:
    """SQLite finds nothing wrong with it, and the roster is nothing that was ever signed."""
    with closing(sqlite3.connect(path)) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE tbl_name = 'roster'").fetchall():
            connection.execute(f"DROP TRIGGER IF EXISTS {name}")
        connection.execute("UPDATE roster SET envelope = x'00'")
        connection.commit()


@pytest.mark.parametrize("harm", [header_gone, table_gone, content_gone])
def test_a_damaged_exchange_stays_behind_and_the_fork_begins_with_new_ones(
    hunt: Hunt, harm: Callable[[Path], None]
) -> None:
    t = now(hunt)
    path = hunt.exchange("neighbour").path
    pictured = hunt.pictured("blue")
    assert LINK_TEST in pictured
    hunt.run.close()
    whole = path.read_bytes()
    harm(path)
    hunt.run = hunt.opened()
    before = sums(hunt.folder)
    making = Fork(hunt.run, hunt.folder.with_name("fork"), round(t * 1000))
    making.complete()
    assert str(making.left_behind) == (
        "The exchange file of neighbour is damaged: what went between the centres is not in the fork."
    )
    assert sums(hunt.folder) == before
    fork = Forked.__new__(Forked)
    fork.folder, fork.watch = making.folder, hunt.watch
    fork.run = fork.opened()
    assert fork.pictured("blue") == pictured
    assert board(fork, "neighbour") == board(fork, "blue") == []
    fork.goes_on(1)
    again = fork.shares("blue", "neighbour", "Grey estate")
    fork.wait(1)
    assert "Grey estate" in fork.pictured("neighbour")
    assert board(fork, "blue")[0].bundle == again
    assert board(fork, "blue")[0].seen[0].state == "applied"
    parcel = next(fork.exchange("blue").dispatch.parcels(again))
    fork.run.close()
    hunt.run.close()
    path.write_bytes(whole)
    hunt.run = hunt.opened()
    with pytest.raises(Rejected) as refused:
        hunt.exchange("neighbour").receive(parcel, hunt.centre("blue"))
    assert refused.value.code == Code.BAD_SIGNATURE


def test_a_sound_exchange_is_all_there_and_nothing_is_said(hunt: Hunt) -> None:
    t = now(hunt)
    making = Fork(hunt.run, hunt.folder.with_name("fork"), round(t * 1000))
    making.complete()
    assert making.left_behind is None
