"""Two live workspaces of one centre: a bundle belongs to the one that was chosen, and what follows it goes there."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from qroc_desktop.domain.ids import random_id
from qroc_desktop.domain.query import ItemQuery
from qroc_desktop.errors import Refused
from qroc_desktop.services.desk import Desk as WorkDesk
from qroc_desktop.services.receiving import Receiving
from qroc_desktop.services.requests import Requests
from qroc_desktop.services.share_board import InRow, Overviews
from qroc_desktop.services.workspaces import Workspaces
from qroc_desktop.sync.database import Database
from tests.services.sharing_centres import INSTRUMENTS, Desk, Neighbours, grounds


class Second:
    """Another workspace of the receiving centre, on the same exchange."""

    def __init__(self, folder: Path, of: Desk, name: str = "Einsatz Nord") -> None:
        workspaces = Workspaces(author="Officer", clock=of.clock, ids=random_id)
        self.desk: WorkDesk = workspaces.create(folder / f"{name}.qroc", centre="Aachen", country="DE")
        self.receiving = Receiving(self.desk.workspace, of.exchange, INSTRUMENTS, author="Officer")

    def titles(self) -> set[str]:
        workspace = self.desk.workspace
        return {item.wording.title for item in workspace.items_by_id(workspace.row_ids(ItemQuery())).values()}

    def apply(self) -> list[str]:
        return [one.received.bundle for one in self.receiving.apply_pending()]


class Both:
    def __init__(self, folder: Path) -> None:
        self.sender, self.first = Desk(folder, "Maastricht"), Desk(folder, "Aachen", "DE")
        self.second = Second(folder, self.first)
        self.between = Neighbours(self.sender, self.first)
        self.item = self.sender.incident("Shooting")
        preview = self.sender.sharing.preview([self.item], self.first.id, grounds())
        self.share = self.sender.sharing.send(preview, officer="Anna", why="Attack").bundle
        self.between.carry()

    def update(self, title: str) -> str:
        self.sender.retitle(self.item, title)
        preview = self.sender.sharing.preview_update(self.share, grounds())
        bundle = self.sender.sharing.send(preview, officer="Anna", why="News").bundle
        self.between.carry()
        return bundle

    def withdraw(self) -> None:
        self.sender.sharing.withdraw(self.share, officer="Anna", why="In error")
        self.between.carry()

    def row(self, receiving: Receiving, bundle: str) -> InRow:
        requests = Requests(self.first.exchange, INSTRUMENTS, self.first.clock)
        overview = Overviews(self.first.exchange, self.first.clock, receiving, requests).read()
        return next(row for row in overview.came if row.received.bundle == bundle)


@pytest.fixture
def both(tmp_path: Path) -> Iterator[Both]:
    made = Both(tmp_path)
    yield made
    made.second.desk.close()
    for desk in (made.sender, made.first):
        desk.close()


def test_what_follows_goes_to_the_workspace_that_was_chosen(both: Both) -> None:
    assert both.second.apply() == [both.share]
    assert (both.second.titles(), both.first.applied()) == ({"Shooting"}, 0)
    both.update("Shooting, contained")
    assert both.first.applied() == 0
    assert both.first.pictured() == {}
    assert len(both.second.apply()) == 1
    assert both.second.titles() == {"Shooting, contained"}
    both.withdraw()
    assert both.first.applied() == 0
    assert len(both.second.apply()) == 1
    assert both.second.titles() == set()


def test_the_inbox_says_where_it_is(both: Both) -> None:
    assert [both.row(r, both.share).waits for r in (both.first.receiving, both.second.receiving)] == [True, True]
    both.second.apply()
    here, there = (both.row(r, both.share) for r in (both.second.receiving, both.first.receiving))
    assert (here.here, here.elsewhere, here.movable) == (True, (), False)
    assert (there.here, there.waits, there.elsewhere, there.movable) == (False, False, ("Einsatz Nord",), True)
    update = both.update("News")
    row = both.row(both.first.receiving, update)
    assert (row.here, row.waits, row.elsewhere) == (False, False, ("Einsatz Nord",))


def test_it_can_be_put_on_another_picture_and_is_kept_up_to_date_and_taken_back_on_both(both: Both) -> None:
    both.second.apply()
    both.update("One")
    both.second.apply()
    assert len(both.first.receiving.apply_here_too(both.share)) == 2
    assert list(both.first.pictured().values()) == ["One"]
    both.update("Two")
    assert (both.first.applied(), len(both.second.apply())) == (1, 1)
    assert list(both.first.pictured().values()) == ["Two"]
    assert both.second.titles() == {"Two"}
    applied = [s for row in both.sender.sharing.board() for s in row.seen if s.state == "applied"]
    both.between.carry()
    applied = [s for row in both.sender.sharing.board() for s in row.seen if s.state == "applied"]
    assert len(applied) == 3  # one receipt for each bundle, however many pictures it is on
    both.withdraw()
    assert (both.first.applied(), len(both.second.apply())) == (1, 1)
    assert (both.first.pictured(), both.second.titles()) == ({}, set())
    with pytest.raises(Refused, match="withdrawn by its sender"):
        both.first.receiving.apply_here_too(both.share)


def test_another_share_on_another_picture_holds_nothing_here(both: Both) -> None:
    both.second.apply()
    preview = both.sender.sharing.preview([both.item], both.first.id, grounds())
    both.sender.sharing.send(preview, officer="Anna", why="Again")
    both.between.carry()
    assert both.first.applied() == 1
    both.withdraw()
    both.second.apply()
    assert both.second.titles() == set()
    assert list(both.first.pictured().values()) == ["Shooting"]


def test_what_an_older_program_applied_is_known_by_the_workspace_itself(both: Both, tmp_path: Path) -> None:
    both.first.applied()
    with closing(sqlite3.connect(tmp_path / "Aachen.qrocx")) as connection, connection:
        connection.execute("DELETE FROM applied")
    assert both.row(both.first.receiving, both.share).here
    both.update("News")
    assert both.first.applied() == 1
    both.withdraw()
    assert both.first.applied() == 1
    assert both.first.pictured() == {}


def test_a_stop_between_workspace_and_exchange_applies_once_in_each(
    both: Both, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(both.first.exchange.inbox, "applied", stopped)
        with pytest.raises(KeyboardInterrupt):
            both.first.applied()
    before = both.first.desk.workspace.last_seq
    assert both.second.apply() == []
    assert both.first.applied() == 1
    assert both.first.desk.workspace.last_seq == before
    # In between it belonged to the first already: the second never took it.
    assert both.second.titles() == set()


def test_of_two_windows_that_apply_at_once_one_gets_it(both: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = both.second.receiving.pending()
    both.first.applied()
    monkeypatch.setattr(both.second.receiving, "pending", lambda: seen)  # it had looked a moment before
    assert both.second.apply() == []
    with pytest.raises(Refused, match="belongs to another workspace"):
        both.second.receiving.apply(both.share)
    assert both.second.titles() == set()


def test_an_overview_asked_again_sees_every_commit_and_reads_little_where_there_was_none(both: Both) -> None:
    exchange = both.first.exchange
    requests = Requests(exchange, INSTRUMENTS, both.first.clock)
    overviews = Overviews(exchange, both.first.clock, both.first.receiving, requests)
    statements: list[str] = []
    exchange.database.observe(statements.append)
    try:
        assert len(overviews.read().came) == 1
        first = len(statements)
        assert overviews.read() == overviews.read()
        again = (len(statements) - first) / 2
        both.update("Two shooters")
        assert len(overviews.read().came) == 2
        with closing(Database(exchange.path)) as another, another.writing() as connection:
            connection.execute(
                "INSERT INTO alarm (code, peer, subject, count, first_at, last_at) VALUES (?, ?, ?, 1, 1, 1)",
                ("x", "", ""),
            )
        assert len(overviews.read().alarms) == 1
    finally:
        exchange.database.observe(None)
    assert again < first / 2
