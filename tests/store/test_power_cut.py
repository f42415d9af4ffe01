"""Power cuts under the workspace file: every acknowledged batch is there, whole, in an unbroken chain."""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path

import pytest

from qroc_desktop.domain.query import ItemQuery
from qroc_desktop.store import Workspace
from tests.fakes import power
from tests.store.building import CountingIds, HandClock, create, incident
from tests.store.writing_process import ITEMS, pair
from tests.sync.children import Child

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (hasattr(os, "fork") and power.available()), reason="needs fork, and an SQLite that shows its functions"
    ),
]
CUTS = int(os.environ.get("QROC_POWER_CUTS", "60"))


def write(path: Path, clock: HandClock, synchronous: str) -> bytes:
    recorder, chance = power.Recorder(), random.Random(1)
    workspace = Workspace.open(path, clock=clock, ids=CountingIds("later"))
    connection = workspace._writing()._connection
    assert connection is not None
    connection.execute(f"PRAGMA synchronous = {synchronous}")
    connection.execute("PRAGMA wal_autocheckpoint = 60")  # what comes with size comes more often
    for number in range(60):
        clock.forward()
        batch = workspace.append(pair(number, chance, chance.randrange(ITEMS)), author="p", label="pair").batch
        recorder.acknowledge(path.name, "appended", batch)
    return recorder.to_bytes()


def faults(path: Path, acknowledged: list[power.Acknowledged]) -> list[str]:
    with Workspace.open(path, clock=HandClock(2_000_000_000_000_000), ids=CountingIds("new")) as workspace:
        batches = {batch.id for batch in workspace.batches(limit=1_000_000)}
        rows = {row.id: (row.lon, row.lat) for row in workspace.rows(ItemQuery())}
        return (
            [f"lost: {entry.subject}" for entry in acknowledged if entry.subject not in batches]
            + [f"by half: {n}" for n in range(ITEMS) if rows[f"left{n}"] != rows[f"right{n}"]]
            + [str(finding) for finding in workspace.check().findings]
        )


def cut_again_and_again(folder: Path, count: int, synchronous: str = "FULL") -> list[str]:
    path, clock = folder / "picture.qroc", HandClock()
    with create(path, clock) as workspace:
        both = [incident(f"{side}{n}", 0.0, 0.0) for n in range(ITEMS) for side in ("left", "right")]
        workspace.append(both, author="p", label="start")
    base, record = folder / "base", folder / "record"
    shutil.copytree(folder, base)

    def work() -> str:
        record.write_bytes(write(path, clock, synchronous))
        return "done"

    assert Child(work).ended() == (0, "done")
    for left in folder.glob("picture.qroc*"):
        left.unlink()
        if (base / left.name).exists():
            shutil.copy(base / left.name, left)
    record_bytes = record.read_bytes()
    record.unlink()
    found: list[str] = []
    for _, acknowledged, leave in power.cuts(folder, power.events(record_bytes), count, random.Random(2)):
        with power.quick_folder() as target:
            leave(target)
            found += faults(target / path.name, acknowledged)
    return found


def test_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    assert cut_again_and_again(tmp_path, CUTS) == []


def test_without_waiting_for_the_disk_it_would_be_lost(tmp_path: Path) -> None:
    """The proof can fail."""
    found = cut_again_and_again(tmp_path, 20, synchronous="NORMAL")
    assert found
    assert all(one.startswith("lost: ") for one in found)
