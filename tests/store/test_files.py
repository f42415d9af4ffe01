"""Files in a workspace: kept with the change that names them or not at all, read piece by piece, checked, recovered."""

from __future__ import annotations

import contextlib
import hashlib
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from qroc_desktop.domain.aspects import Attachment, Attachments
from qroc_desktop.domain.change import Draft
from qroc_desktop.domain.vocabulary import Aspect
from qroc_desktop.errors import Damaged, Refused
from qroc_desktop.store import Workspace, files, recover
from qroc_desktop.store.files import PIECE, DiskFile, HeldFile
from tests.store.building import CountingIds, HandClock, create, edit

ROOT = Path(__file__).parents[2]
SIZES = (1, 1_000, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 17)


def naming(item: str, *kept: HeldFile | DiskFile) -> Draft:
    """A change that gives an item these files."""
    entries = [Attachment(name="x.bin", media_type="image/jpeg", size=file.size, sha256=file.sha256) for file in kept]
    return edit(item, {Aspect.ATTACHMENTS: Attachments(files=tuple(entries))})


def noise(size: int, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(size)


def stored(workspace: Workspace, sha256: str) -> bytes | None:
    stream = workspace.file(sha256)
    if stream is None:
        return None
    with stream:
        return stream.read()


def rows(path: Path) -> tuple[int, int]:
    connection = sqlite3.connect(path)
    counts = [connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("file", "file_piece")]
    connection.close()
    return counts[0], counts[1]


@pytest.fixture
def workspace(path: Path) -> Iterator[Workspace]:
    with create(path) as made:
        yield made


@pytest.mark.parametrize("size", SIZES)
def test_a_file_comes_back_byte_by_byte_and_from_any_place(workspace: Workspace, size: int) -> None:
    data = noise(size)
    workspace.append([naming("a", file := HeldFile(data))], author="anna", label="attach", brings=[file])
    stream = workspace.file(hashlib.sha256(data).hexdigest())
    assert stream is not None
    with stream:
        assert stream.read() == data
        chance = random.Random(size)
        for _ in range(30):
            at, length = chance.randrange(size), chance.randrange(2 * PIECE)
            stream.seek(at)
            assert stream.read(length) == data[at : at + length]
        assert (stream.seek(-1, os.SEEK_END), stream.read()) == (size - 1, data[-1:])
    assert workspace.check().findings == []


def test_a_file_that_changes_while_it_is_read_is_refused_with_its_change(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(noise(3 * PIECE))
    file = DiskFile(path)
    path.write_bytes(noise(3 * PIECE, seed=2))
    before = workspace.last_seq
    with pytest.raises(Refused, match=r"film\.mp4: The file was changed while it was read"):
        workspace.append([naming("a", file)], author="anna", label="attach", brings=[file])
    assert (workspace.last_seq, rows(workspace.path)) == (before, (0, 0))


def test_a_change_that_is_refused_leaves_no_file(workspace: Workspace) -> None:
    file = HeldFile(noise(2 * PIECE))
    with pytest.raises(Refused):
        workspace.append([naming("", file)], author="anna", label="attach", brings=[file])
    assert rows(workspace.path) == (0, 0)


def test_what_is_too_large_is_refused_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "long.mp4"
    with path.open("wb") as file:
        file.truncate(files.MOST + 1)
    with pytest.raises(Refused) as refusal:
        DiskFile(path)
    assert str(refusal.value).startswith("long.mp4: The file is larger than 200 MB.")
    assert "\n" not in str(refusal.value)


def test_a_large_file_needs_the_memory_of_a_few_pieces(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    with path.open("wb") as made:
        for seed in range(40):
            made.write(noise(1024 * 1024, seed))
    tracemalloc.start()
    file = DiskFile(path)
    workspace.append([naming("a", file)], author="anna", label="attach", brings=[file])
    stream = workspace.file(file.sha256)
    assert stream is not None
    with stream:
        digest = hashlib.sha256()
        while part := stream.read(100_000):
            digest.update(part)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert digest.hexdigest() == file.sha256
    assert peak < 16 * PIECE


def test_a_damaged_file_is_found_and_said_when_it_is_read(workspace: Workspace) -> None:
    good, bad = HeldFile(noise(2 * PIECE, 1)), HeldFile(noise(2 * PIECE, 2))
    workspace.append([naming("a", good, bad)], author="anna", label="attach", brings=[good, bad])
    path = workspace.path
    workspace.close()
    connection = sqlite3.connect(path)
    connection.execute("DELETE FROM file_piece WHERE sha256 = ? AND no = 1", (bad.sha256,))
    connection.commit()
    connection.close()
    with Workspace.open(path, clock=HandClock(), ids=CountingIds("n")) as again:
        assert again.check().findings == [f"The attached file {bad.sha256} is damaged."]
        assert stored(again, good.sha256) == noise(2 * PIECE, 1)
        with pytest.raises(Damaged, match="Part of the file"):
            stored(again, bad.sha256)


def test_a_file_is_never_edited(workspace: Workspace) -> None:
    file = HeldFile(noise(100))
    workspace.append([naming("a", file)], author="anna", label="attach", brings=[file])
    connection = sqlite3.connect(workspace.path)
    with pytest.raises(sqlite3.IntegrityError, match="never changed"):
        connection.execute("UPDATE file_piece SET data = x'00'")
    connection.close()


def test_recovery_keeps_the_files_that_can_be_read_and_names_the_others(workspace: Workspace, tmp_path: Path) -> None:
    held = [HeldFile(noise(size, seed)) for seed, size in enumerate(SIZES)]
    for number, file in enumerate(held):
        workspace.append([naming(f"i{number}", file)], author="anna", label="attach", brings=[file])
    path = workspace.path
    workspace.close()
    data = bytearray(path.read_bytes())
    hit = data.index(noise(SIZES[-1], len(SIZES) - 1)[500_000:500_032])
    data[hit : hit + 4096] = bytes(4096)
    path.write_bytes(data)
    to = tmp_path / "recovered.qroc"
    report = recover(path, to, clock=HandClock(2_000_000_000_000_000), ids=CountingIds("r"), author="anna")
    assert f"The attached file {held[-1].sha256} could not be read whole." in report.findings
    with Workspace.open(to, clock=HandClock(2_000_000_000_000_000), ids=CountingIds("n")) as again:
        assert [stored(again, file.sha256) for file in held] == [
            noise(size, seed) for seed, size in enumerate(SIZES[:-1])
        ] + [None]
        assert again.check().findings == []


def test_a_full_disk_takes_the_file_back_with_its_change(workspace: Workspace) -> None:
    before = workspace.last_seq
    with contextlib.closing(sqlite3.connect(workspace.path)) as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
    workspace._writing().do(lambda connection: connection.execute(f"PRAGMA max_page_count = {pages + 100}").fetchone())
    file = HeldFile(noise(4 * PIECE))
    with pytest.raises(Refused, match="disk is full"):
        workspace.append([naming("a", file)], author="anna", label="attach", brings=[file])
    assert (workspace.last_seq, rows(workspace.path)) == (before, (0, 0))
    small = HeldFile(noise(1_000))
    workspace.append([naming("a", small)], author="anna", label="attach", brings=[small])
    assert stored(workspace, small.sha256) == noise(1_000)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_a_kill_leaves_no_file_without_its_change_and_no_change_without_its_file(path: Path, seed: int) -> None:
    create(path).close()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.store.attaching_process", str(path), str(seed)],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    told = [process.stdout.readline().strip() for _ in range(2)]
    threading.Timer(random.Random(seed).uniform(0, 0.2), process.kill).start()
    told += [line.strip() for line in process.stdout if line.endswith("\n")]
    assert process.wait() == -signal.SIGKILL
    process.stdout.close()
    with Workspace.open(path, clock=HandClock(2_000_000_000_000_000), ids=CountingIds("n")) as again:
        named = {
            file.sha256
            for change in again.changes()
            if isinstance(value := change.patch.get(Aspect.ATTACHMENTS), Attachments)
            for file in value.files
        }
        assert set(told) <= named
        for sha256 in named:
            data = stored(again, sha256)
            assert data is not None
            assert hashlib.sha256(data).hexdigest() == sha256
        assert again.check().findings == []
        assert rows(path)[0] == len(named)
