"""Damaged files: what can be read comes over, what is lost is said, the damaged file stays as it is."""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path

import pytest

from qroc_desktop.domain.aspects import Identity
from qroc_desktop.domain.query import ItemQuery
from qroc_desktop.errors import Refused
from qroc_desktop.store import Report, Workspace, recover
from tests.store.building import IDENTITY, CountingIds, HandClock, create, entry, incident, layer, titled

PAGE = 4096


def recovered(path: Path) -> tuple[Report, Workspace]:
    to = path.with_name("recovered.qroc")
    report = recover(path, to, clock=HandClock(2_000_000_000_000_000), ids=CountingIds("r"), author="anna")
    return report, Workspace.open(to, clock=HandClock(2_000_000_000_000_000), ids=CountingIds("n"))


@pytest.fixture
def filled(path: Path, clock: HandClock) -> Path:
    """60 batches of 10 edits, texts long enough for some to need overflow pages."""
    with create(path, clock) as workspace:
        workspace.append([layer("L"), entry("e", "noted")], author="anna", label="start")
        rng = random.Random(5)
        for n in range(60):
            clock.forward()
            drafts = [incident(f"i{n}-{k}", rng.uniform(-90, 90), rng.uniform(-80, 80)) for k in range(9)]
            drafts.append(titled(f"long{n}", "x" * rng.choice([10, 5_000, 9_000])))
            workspace.append(drafts, author="anna", label=f"batch {n}")
    return path


def pages_of(path: Path, table: str) -> dict[int, tuple[str, int]]:
    """Page number -> (kind, cells), as SQLite's own dbstat tells it of the sound file."""
    connection = sqlite3.connect(path)
    rows = connection.execute("SELECT pageno, pagetype, ncell FROM dbstat WHERE name = ?", (table,)).fetchall()
    connection.close()
    return {page: (kind, cells) for page, kind, cells in rows}


def damaged(path: Path, pages: list[int], how: str, seed: int = 1) -> None:
    rng = random.Random(seed)
    data = bytearray(path.read_bytes())
    for page in pages:
        at = (page - 1) * PAGE
        data[at : at + PAGE] = bytes(PAGE) if how == "zeroed" else rng.randbytes(PAGE)
    path.write_bytes(data)


def test_a_sound_file_recovers_whole(filled: Path) -> None:
    before = filled.read_bytes()
    with Workspace.open(filled, clock=HandClock(), ids=CountingIds(), read_only=True) as workspace:
        rows, changes = workspace.rows(ItemQuery()), list(workspace.changes())
    report, again = recovered(filled)
    with again:
        assert report.findings == []
        assert (report.changes, report.incomplete, report.chain_broken_at) == (len(changes), 0, "")
        assert again.rows(ItemQuery()) == rows
        assert list(again.changes())[: len(changes)] == changes
        assert again.check().findings == []
        assert again.batches(1)[0].label == "recovered"
        assert again.identity() == IDENTITY
    assert filled.read_bytes() == before


@pytest.mark.parametrize("how", ["zeroed", "random"])
@pytest.mark.parametrize("seed", range(5))
def test_lost_leaves_cost_only_what_was_on_them(filled: Path, how: str, seed: int) -> None:
    stat = pages_of(filled, "change")
    leaves = [page for page, (kind, _) in stat.items() if kind == "leaf"]
    rng = random.Random(seed)
    hit = rng.sample(leaves, 3)
    kept = sum(cells for page, (kind, cells) in stat.items() if kind == "leaf" and page not in hit)
    overflow = {page for page, (kind, _) in stat.items() if kind == "overflow"}
    assert overflow
    damaged(filled, hit, how, seed)
    report, again = recovered(filled)
    with again:
        assert report.changes == kept
        assert report.incomplete >= 1
        assert report.chain_broken_at
        assert again.check().findings == []
        labels = [batch.label for batch in again.batches(limit=1_000)]
        assert labels[0] == "recovered"
        assert sum(batch.changes for batch in again.batches(limit=1_000)) == kept + 1
        assert len(list(again.changes())) == kept + 1
        # It can be worked with.
        again.append([incident("new")], author="anna", label="add")
        again.undo(again.batches(1)[0].id, author="anna")


def test_lost_overflow_pages_cost_only_their_change(filled: Path) -> None:
    stat = pages_of(filled, "change")
    cells = sum(count for kind, count in stat.values() if kind == "leaf")
    overflow = [page for page, (kind, _) in stat.items() if kind == "overflow"]
    damaged(filled, overflow[3:4], "zeroed")
    report, again = recovered(filled)
    with again:
        assert report.changes == cells - 1
        assert (report.incomplete, len(report.findings)) == (1, 2)
        assert again.check().findings == []


def test_a_destroyed_tree_and_header_cost_nothing(filled: Path) -> None:
    stat = pages_of(filled, "change")
    inner = [page for page, (kind, _) in stat.items() if kind == "internal"]
    assert inner
    total = sum(count for kind, count in stat.values() if kind == "leaf")
    damaged(filled, [1, *inner], "random")
    report, again = recovered(filled)
    with again:
        assert (report.changes, report.incomplete) == (total, 0)
        assert again.check().findings == []


def test_everything_but_the_record_destroyed(filled: Path) -> None:
    keep = set(pages_of(filled, "change")) | set(pages_of(filled, "batch"))
    count = len(filled.read_bytes()) // PAGE
    total = sum(count for kind, count in pages_of(filled, "change").values() if kind == "leaf")
    damaged(filled, [page for page in range(1, count + 1) if page not in keep], "zeroed")
    report, again = recovered(filled)
    with again:
        assert (report.changes, report.findings) == (total, [])
        assert again.count(ItemQuery()) == 600
        assert [found.id for found in again.layers()] == ["L"]


def test_batch_rows_lost(filled: Path) -> None:
    total = sum(count for kind, count in pages_of(filled, "change").values() if kind == "leaf")
    leaves = [page for page, (kind, _) in pages_of(filled, "batch").items() if kind == "leaf"]
    damaged(filled, leaves[:1], "zeroed")
    report, again = recovered(filled)
    with again:
        assert report.changes == total
        assert report.incomplete >= 1
        assert again.count(ItemQuery()) == 600
        assert again.check().findings == []


@pytest.mark.parametrize("share", [0.9, 0.5, 0.2])
def test_truncated(filled: Path, share: float) -> None:
    stat = pages_of(filled, "change")
    data = filled.read_bytes()
    cut = int(len(data) * share) // PAGE * PAGE
    last = cut // PAGE
    # An upper bound: changes on whole leaves that are left, some of which miss their overflow pages.
    most = sum(cells for page, (kind, cells) in stat.items() if kind == "leaf" and page <= last)
    short = sum(1 for page, (kind, _) in stat.items() if kind == "overflow" and page > last)
    filled.write_bytes(data[: cut + 100])
    report, again = recovered(filled)
    with again:
        assert most - short <= report.changes <= most
        assert report.changes > 0
        assert again.check().findings == []
        assert again.identity() in (IDENTITY, Identity(centre="?", country=""))


@pytest.mark.parametrize("seed", range(12))
def test_flipped_bits_anywhere_never_break_the_new_file(filled: Path, seed: int) -> None:
    rng = random.Random(seed)
    data = bytearray(filled.read_bytes())
    for _ in range(200):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    filled.write_bytes(data)
    report, again = recovered(filled)
    with again:
        assert report.changes > 400
        assert again.check().findings == []
        again.append([incident("new")], author="anna", label="add")


def test_commits_in_the_log_come_over(path: Path, clock: HandClock) -> None:
    with create(path, clock) as workspace:
        workspace.append([incident(f"i{n}") for n in range(50)], author="anna", label="add")
        copy = path.with_name("copy.qroc")
        copy.write_bytes(path.read_bytes())
        log = Path(f"{path}-wal").read_bytes()
    assert log
    copy.with_name("copy.qroc-wal").write_bytes(log)
    whole, again = recovered(copy)
    with again:
        assert (whole.findings, again.count(ItemQuery())) == ([], 50)
    again.path.unlink()
    copy.with_name("copy.qroc-wal").write_bytes(log[: len(log) - 2_000])
    torn, again = recovered(copy)
    with again:
        assert (torn.changes, again.count(ItemQuery())) == (1, 0)


def test_nothing_to_recover_is_refused(path: Path) -> None:
    path.write_bytes(random.Random(1).randbytes(100_000))
    with pytest.raises(Refused, match="No change"):
        recovered(path)
    assert not path.with_name("recovered.qroc").exists()
    path.write_bytes(b"")
    with pytest.raises(Refused, match="No change"):
        recovered(path)
    path.unlink()
    with pytest.raises(Refused):
        recovered(path)


def test_recovery_replaces_no_file_and_wants_nobody_at_work(filled: Path) -> None:
    filled.with_name("recovered.qroc").write_bytes(b"precious")
    with pytest.raises(Refused, match="already"):
        recovered(filled)
    assert filled.with_name("recovered.qroc").read_bytes() == b"precious"
    filled.with_name("recovered.qroc").unlink()
    with (
        Workspace.open(filled, clock=HandClock(), ids=CountingIds()),
        pytest.raises(Refused, match="open already"),
    ):
        recovered(filled)
