"""Kill -9 in the middle of writes: everything acknowledged is there afterwards, and nothing is there by half."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.query import ItemQuery
from qroc_desktop.domain.vocabulary import SubjectType
from qroc_desktop.store import Workspace
from tests.store.building import CountingIds, HandClock, create
from tests.store.writing_process import ITEMS, POINTS

ROOT = Path(__file__).parents[2]


def started(path: Path, seed: int, point: str = "") -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.store.writing_process", str(path), str(seed), *([point] if point else [])]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def killed_after(process: subprocess.Popen[str], lines: int, wait: float) -> list[tuple[str, int]]:
    """What was acknowledged; killed at some instant after so many lines, which `wait` spreads within a write."""
    assert process.stdout is not None
    acknowledged = [parsed(process.stdout.readline()) for _ in range(lines)]
    threading.Timer(wait, process.kill).start()
    acknowledged += [parsed(line) for line in process.stdout if line.endswith("\n")]
    ended(process, acknowledged)
    return acknowledged


def ended(process: subprocess.Popen[str], acknowledged: list[tuple[str, int]]) -> None:
    assert process.stderr is not None
    said = process.stderr.read()
    assert process.wait() == -signal.SIGKILL, (said, acknowledged)
    process.stderr.close()
    if process.stdout:
        process.stdout.close()


def parsed(line: str) -> tuple[str, int]:
    batch, seq = line.split()
    return batch, int(seq)


def survives(path: Path, acknowledged: list[tuple[str, int]]) -> None:
    with Workspace.open(path, clock=HandClock(2_000_000_000_000_000), ids=CountingIds()) as workspace:
        batches = {batch.id: batch for batch in workspace.batches(limit=1_000_000)}
        for batch, _ in acknowledged:
            assert batch in batches, "an acknowledged batch is lost"
        seqs = [change.seq for change in workspace.changes()]
        assert seqs == list(range(1, len(seqs) + 1))
        assert max((seq for _, seq in acknowledged), default=0) <= len(seqs)
        assert sum(batch.changes for batch in batches.values()) == len(seqs)
        rows = {row.id: (row.lon, row.lat) for row in workspace.rows(ItemQuery())}
        for number in range(ITEMS):
            assert rows.get(f"left{number}") == rows.get(f"right{number}"), "half a batch"
        assert workspace.check().findings == []


@pytest.mark.slow
@pytest.mark.parametrize("kills", [12, pytest.param(200, marks=pytest.mark.benchmark)])
def test_kill_at_random_instants(tmp_path: Path, kills: int) -> None:
    path = tmp_path / "picture.qroc"
    create(path).close()
    rng = random.Random(20_261_123)
    acknowledged: list[tuple[str, int]] = []
    for run in range(kills):
        process = started(path, run)
        acknowledged += killed_after(process, rng.randint(1, 12), rng.uniform(0.0, 0.02))
        survives(path, acknowledged)


@pytest.mark.slow
@pytest.mark.parametrize("point", POINTS)
def test_kill_at_every_point_of_a_write(tmp_path: Path, point: str) -> None:
    path = tmp_path / "picture.qroc"
    create(path).close()
    acknowledged: list[tuple[str, int]] = []
    for run in range(3):
        process = started(path, run, point)
        assert process.stdout is not None
        now = [parsed(line) for line in process.stdout]
        ended(process, now)
        assert len(now) == 4
        acknowledged += now
        survives(path, acknowledged)
        with Workspace.open(path, clock=lambda: Instant(0), ids=CountingIds(), read_only=True) as workspace:
            written = len(workspace.history(SubjectType.ITEM, "left0"))
            assert written >= 1
            committed = point in ("after-commit", "checkpoint")
            expected = 2 + (run + 1) * (4 + committed)
            assert len(workspace.batches(limit=1_000)) == expected


@pytest.mark.slow
def test_kill_while_importing(tmp_path: Path) -> None:
    """A large batch, killed at different stages of it: all of it or none."""
    path = tmp_path / "picture.qroc"
    create(path).close()
    script = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from qroc_desktop.domain.ids import random_id\n"
        "from qroc_desktop.store import Workspace\n"
        "from tests.store.building import incident\n"
        "w = Workspace.open(Path(sys.argv[1]), clock=lambda: time.time_ns() // 1000, ids=random_id)\n"
        "def say(done, total): print(done, flush=True)\n"
        "run = sys.argv[2]\n"
        "drafts = (incident(f'{run}-{n}', n % 90, n % 60) for n in range(20000))\n"
        "w.append_many(drafts, author='p', label='import', progress=say)\n"
        "print('done', flush=True)\n"
    )
    complete = 0
    for run, stage in enumerate(("2000", "9000", "19000", "20000", "20000", "done")):
        command = [sys.executable, "-c", script, str(path), str(run)]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert process.stdout is not None
        for line in process.stdout:
            if line.strip() == stage:
                process.kill()
                break
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == ""
        process.stderr.close()
        process.wait()
        with Workspace.open(path, clock=HandClock(2_000_000_000_000_000), ids=CountingIds()) as workspace:
            imports = [batch for batch in workspace.batches() if batch.label == "import"]
            assert all(batch.changes == 20_000 for batch in imports)
            assert workspace.count(ItemQuery()) == 20_000 * len(imports)
            complete = len(imports)
            assert complete >= (stage == "done")
    with Workspace.open(path, clock=HandClock(2_000_000_000_000_000), ids=CountingIds()) as workspace:
        assert workspace.check().findings == []


@pytest.mark.slow
def test_kill_while_creating_leaves_no_half_made_file(tmp_path: Path) -> None:
    script = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from qroc_desktop.store import opening\n"
        "from tests.store.building import create\n"
        "place = opening._place\n"
        "def die(*a):\n"
        "    if sys.argv[2] == 'after': place(*a)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "opening._place = die\n"
        "create(Path(sys.argv[1]))\n"
    )
    for when in ("before", "after"):
        path = tmp_path / f"{when}.qroc"
        done = subprocess.run([sys.executable, "-c", script, str(path), when], cwd=ROOT, check=False)
        assert done.returncode == -signal.SIGKILL
        assert path.exists() == (when == "after")
        if path.exists():
            with Workspace.open(path, clock=HandClock(), ids=CountingIds()) as workspace:
                assert workspace.check().findings == []
        else:
            create(path).close()
