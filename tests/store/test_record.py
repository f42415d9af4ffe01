"""The record: clocks, subscribers, readers beside writers, the chain, backups."""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import Future, wait
from pathlib import Path

import pytest

from qroc_desktop.domain.change import Draft
from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.query import ItemQuery, Outcome
from qroc_desktop.domain.vocabulary import SubjectType
from qroc_desktop.errors import Refused
from qroc_desktop.store import Workspace
from tests.store.building import (
    START,
    CountingIds,
    HandClock,
    create,
    incident,
    moved,
    titled,
)


def test_a_clock_set_back_neither_reorders_nor_hides(workspace: Workspace, clock: HandClock) -> None:
    first = workspace.append([titled("a", "first")], author="anna", label="add")
    assert workspace.clock_behind == 1  # the creation took this microsecond
    clock.time = Instant(START - 3_600_000_000)
    second = workspace.append([titled("a", "second")], author="anna", label="edit")
    assert second.recorded_at == first.recorded_at + 1
    assert workspace.rows(ItemQuery())[0].title == "second"
    assert workspace.clock_behind == 3_600_000_002
    assert workspace.now() == second.recorded_at
    clock.time = Instant(START + 10)
    assert workspace.clock_behind == 0


def test_subscribers_hear_of_every_batch_before_append_returns(workspace: Workspace) -> None:
    heard: list[str] = []
    forget = workspace.subscribe(lambda outcome: heard.append(outcome.batch))
    one = workspace.append([incident("a")], author="anna", label="add").batch
    two = workspace.undo(one, author="anna").batch
    forget()
    forget()
    workspace.append([incident("b")], author="anna", label="add")
    assert heard == [one, two]


@pytest.mark.expects_log("a subscriber to the workspace failed")
def test_a_failing_subscriber_disturbs_nobody(workspace: Workspace) -> None:
    heard: list[Outcome] = []

    def fails(outcome: Outcome) -> None:
        raise ValueError(outcome.batch)

    workspace.subscribe(fails)
    workspace.subscribe(heard.append)
    outcome = workspace.append([incident("a")], author="anna", label="add")
    assert heard == [outcome]


def test_a_subscriber_that_writes_and_waits_is_told_so(workspace: Workspace, caplog: pytest.LogCaptureFixture) -> None:
    problems: list[str] = []

    def writes(_: Outcome) -> None:
        try:
            workspace.append([incident("b")], author="anna", label="add")
        except RuntimeError as error:
            problems.append(str(error))

    with caplog.at_level(logging.ERROR):
        workspace.subscribe(writes)
        workspace.append([incident("a")], author="anna", label="add")
    assert "submit" in problems[0]


class Stop(Exception):
    pass


def test_an_import_that_is_cancelled_leaves_nothing(workspace: Workspace) -> None:
    steps: list[int] = []

    def progress(done: int, total: int) -> None:
        steps.append(done)
        if done >= 3_000:
            raise Stop

    drafts = (incident(f"i{n}", n % 90, n % 60) for n in range(10_000))
    with pytest.raises(Stop):
        workspace.append_many(drafts, author="anna", label="import", progress=progress)
    assert steps == [1_000, 2_000, 3_000]
    assert workspace.count(ItemQuery()) == 0
    assert list(workspace.changes(1)) == []
    assert workspace.check().findings == []


def test_an_import_may_read_the_workspace_meanwhile(workspace: Workspace) -> None:
    workspace.append([incident("seen")], author="anna", label="add")

    def drafts() -> Iterator[Draft]:
        for n in range(1_500):
            assert workspace.count(ItemQuery()) == 1
            yield incident(f"i{n}")

    workspace.append_many(drafts(), author="anna", label="import")
    assert workspace.count(ItemQuery()) == 1_501


def test_readers_see_whole_batches_while_others_are_written(workspace: Workspace) -> None:
    workspace.append([moved(item, 0.0, 0.0) for item in "abc"], author="anna", label="add")
    stop = threading.Event()
    torn: list[object] = []
    reads = [0, 0, 0]

    def read(place: int) -> None:
        try:
            while not stop.is_set():
                rows = workspace.rows(ItemQuery())
                if len({row.lon for row in rows}) != 1 or len(rows) != 3:
                    torn.append(rows)
                reads[place] += 1
        except Exception as error:
            torn.append(error)

    threads = [threading.Thread(target=read, args=(place,)) for place in range(3)]
    for thread in threads:
        thread.start()
    written: list[Future[Outcome]] = []
    while min(reads) < 20 or len(written) < 50:
        lon = float(len(written) % 90)
        written.append(workspace.submit([moved(item, lon, 1.0) for item in "abc"], author="anna", label="move"))
        wait(written[-1:])
    stop.set()
    for thread in threads:
        thread.join()
    assert torn == []
    assert [future.result().first_seq for future in written] == [5 + 3 * n for n in range(len(written))]
    assert workspace.check().findings == []


def test_span_and_histogram(workspace: Workspace, clock: HandClock) -> None:
    hour = 3_600_000_000
    clock.forward(7_000)
    workspace.append([incident("a", at=START - hour)], author="anna", label="add")
    workspace.append([moved("a", 1.0, 1.0)], author="anna", label="move")
    span = workspace.span()
    assert span is not None
    minute = 60_000_000
    assert span == ((START - hour) // minute * minute, workspace.now())
    counts = workspace.histogram(3)
    assert sum(counts) == 3
    assert counts == [1, 1, 1]
    assert workspace.histogram(2, Instant(START + hour), Instant(START + 3 * hour)) == [1, 0]


def test_changes_and_history_are_in_the_order_of_recording(workspace: Workspace, clock: HandClock) -> None:
    for n in range(5):
        clock.forward()
        workspace.append([moved("a", float(n), 0.0), moved("b", float(n), 0.0)], author="anna", label="move")
    assert [change.seq for change in workspace.changes()] == list(range(1, 12))
    assert [change.seq for change in workspace.changes(9)] == [10, 11]
    assert [change.seq for change in workspace.history(SubjectType.ITEM, "b")] == [3, 5, 7, 9, 11]
    batches = workspace.batches(limit=2)
    assert [batch.id for batch in workspace.batches(limit=2, before=batches[-1].id)] == ["id4", "id3"]


def test_the_record_is_append_only_even_for_sql(workspace: Workspace, path: Path) -> None:
    workspace.append([incident("a")], author="anna", label="add")
    connection = sqlite3.connect(path)
    for statement in (
        "UPDATE change SET author = 'nobody'",
        "DELETE FROM change",
        "UPDATE batch SET author = 'nobody'",
        "DELETE FROM batch",
    ):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            connection.execute(statement)
    connection.close()


def test_tampering_breaks_the_chain(path: Path, clock: HandClock) -> None:
    with create(path, clock) as workspace:
        batches = [workspace.append([titled("a", f"title {n}")], author="anna", label="edit").batch for n in range(3)]
    connection = sqlite3.connect(path)
    connection.execute("DROP TRIGGER change_is_not_edited")
    connection.execute("UPDATE change SET author = 'nobody' WHERE seq = 3")
    connection.commit()
    connection.close()
    with Workspace.open(path, clock=clock, ids=CountingIds()) as again:
        report = again.check()
    assert report.chain_broken_at == batches[1]
    assert not report.sound


def test_a_wrong_projection_is_found_and_repaired(path: Path, clock: HandClock) -> None:
    with create(path, clock) as workspace:
        workspace.append([incident(f"i{n}", n, n) for n in range(20)], author="anna", label="add")
        right = workspace.rows(ItemQuery())
    connection = sqlite3.connect(path)
    connection.execute("UPDATE item SET title = 'wrong' WHERE id = 'i3'")
    connection.execute("DELETE FROM item_box WHERE key = 5")
    connection.execute("INSERT INTO wording_text (rowid, text) VALUES (999, 'planted')")
    connection.commit()
    connection.close()
    with Workspace.open(path, clock=clock, ids=CountingIds()) as again:
        report = again.check()
        assert [line.split("index ")[1].split(" ")[0] for line in report.findings] == [
            "item",
            "item_box",
            "wording_text",
        ]
        assert report.chain_broken_at == ""
        again.repair()
        assert again.check().findings == []
        assert again.rows(ItemQuery()) == right


def test_a_backup_is_a_whole_workspace(workspace: Workspace, path: Path, tmp_path: Path, clock: HandClock) -> None:
    workspace.append([incident("a")], author="anna", label="add")
    copy = tmp_path / "copy.qroc"
    workspace.backup(copy)
    with pytest.raises(Refused, match="already"):
        workspace.backup(copy)
    workspace.append([incident("b")], author="anna", label="add")
    with Workspace.open(copy, clock=clock, ids=CountingIds()) as other:
        assert other.row_ids(ItemQuery()) == ["a"]
        assert other.check().findings == []
    assert sorted(file.name for file in tmp_path.iterdir() if not file.name.startswith(path.name)) == [
        "copy.qroc",
        "copy.qroc.lock",
    ]
