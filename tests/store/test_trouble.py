"""What a workspace does when the world around it is not as it should be."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from qroc_desktop.domain.query import ItemQuery
from qroc_desktop.errors import Damaged, QrocError, Refused
from qroc_desktop.store import Workspace, schema
from tests.store.building import IDENTITY, CountingIds, HandClock, create, incident

ROOT = Path(__file__).parents[2]
PREAMBLE = """
import os, resource, signal, sys, time
from pathlib import Path
from qroc_desktop.domain.query import ItemQuery
from qroc_desktop.domain.ids import random_id
from qroc_desktop.errors import QrocError
from qroc_desktop.store import Workspace
from tests.store.building import CountingIds, HandClock, IDENTITY, create, incident
path = Path(sys.argv[1])
def opened(**how):
    return Workspace.open(path, clock=HandClock(), ids=random_id, **how)
"""


def ran(script: str, path: Path, *, within: Sequence[str] = ()) -> str:
    """What a process of its own printed; it must end well."""
    done = subprocess.run(
        [*within, sys.executable, "-c", PREAMBLE + script, str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def reopened(path: Path, *, read_only: bool = False) -> Workspace:
    return Workspace.open(path, clock=HandClock(), ids=CountingIds("again"), read_only=read_only)


def test_an_existing_file_is_never_replaced(path: Path) -> None:
    path.write_bytes(b"precious")
    with pytest.raises(Refused, match="already"):
        create(path)
    assert path.read_bytes() == b"precious"
    assert [file.name for file in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("content", [b"", b"hello", b"SQLite format 3\x00" + bytes(200), os.urandom(5_000)])
def test_what_is_no_workspace_is_refused(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    for read_only in (False, True):
        with pytest.raises(Refused, match="not a QROC workspace") as refusal:
            reopened(path, read_only=read_only)
        assert str(path) in str(refusal.value)
    assert path.read_bytes() == content
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_somebody_elses_database_is_refused_and_not_touched(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE t (x)")
    connection.commit()
    connection.close()
    before = path.read_bytes()
    with pytest.raises(Refused, match="not a QROC workspace"):
        reopened(path)
    assert path.read_bytes() == before


def test_a_missing_file_is_refused(path: Path) -> None:
    with pytest.raises(Refused, match="it is not there"):
        reopened(path)
    assert list(path.parent.iterdir()) == []


@pytest.mark.parametrize("in_log", [False, True])
def test_a_newer_file_is_refused_with_both_versions(path: Path, in_log: bool) -> None:
    create(path).close()
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {schema.VERSION + 6}")
    if not in_log:
        connection.close()
    for read_only in (False, True):
        with pytest.raises(Refused) as refusal:
            reopened(path, read_only=read_only)
        line = str(refusal.value)
        assert str(schema.VERSION) in line
        assert str(schema.VERSION + 6) in line
        assert "newer" in line
    connection.close()


def test_two_processes_contend_for_one_file(path: Path) -> None:
    create(path).close()
    script = "w = opened()\nprint('open', flush=True)\nsys.stdin.read()"
    command = [sys.executable, "-c", PREAMBLE + script, str(path)]
    holder = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdin is not None
    assert holder.stdout.readline() == "open\n"
    with pytest.raises(Refused) as refusal:
        reopened(path)
    line = str(refusal.value)
    assert str(holder.pid) in line
    assert os.uname().nodename in line
    assert "2026-09-21" in line  # the day of the clock it was opened with
    with reopened(path, read_only=True) as reader:
        assert reader.identity() == IDENTITY
        assert reader.read_only
        with pytest.raises(Refused, match="reading only"):
            reader.append([incident("a")], author="anna", label="add")
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    holder.stdin.close()
    holder.stdout.close()
    with reopened(path) as workspace:
        workspace.append([incident("a")], author="anna", label="add")


def test_one_process_cannot_open_a_file_twice_by_two_names(path: Path) -> None:
    with create(path):
        other = path.with_name("other.qroc")
        other.symlink_to(path)
        with pytest.raises(Refused, match="open already"):
            reopened(other)


def test_a_reader_in_another_process_sees_what_is_committed(path: Path) -> None:
    with create(path) as workspace:
        workspace.append([incident("a")], author="anna", label="add")
        with reopened(path, read_only=True) as reader:
            assert reader.row_ids(ItemQuery()) == ["a"]
            workspace.append([incident("b")], author="anna", label="add")
            assert sorted(reader.row_ids(ItemQuery())) == ["a", "b"]
        assert ran("print(opened(read_only=True).count(ItemQuery()))", path) == "2\n"


def test_a_full_disk_loses_nothing_and_the_program_goes_on(path: Path) -> None:
    create(path).close()
    said = ran(
        """
w = opened()
n = 0
resource.setrlimit(resource.RLIMIT_FSIZE, (1_500_000, resource.RLIM_INFINITY))
try:
    while True:
        w.append([incident(f"i{n}-{k}") for k in range(20)], author="anna", label="add")
        n += 1
except QrocError as error:
    first = str(error)
assert "disk" in first and "was not recorded" in first, first
assert w.count(ItemQuery()) == n * 20, (w.count(ItemQuery()), n)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
w.append([incident("after")], author="anna", label="add")
assert w.check().findings == [], w.check().findings
w.close()
print(n)
""",
        path,
    )
    batches = int(said)
    assert batches > 5
    with reopened(path) as workspace:
        assert workspace.count(ItemQuery()) == batches * 20 + 1
        assert workspace.check().findings == []


def test_a_full_disk_in_the_middle_of_an_import(path: Path) -> None:
    create(path).close()
    ran(
        """
w = opened()
w.append([incident("before")], author="anna", label="add")
resource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000, resource.RLIM_INFINITY))
try:
    w.append_many((incident(f"i{n}") for n in range(30_000)), author="anna", label="import")
    raise SystemExit("not refused")
except QrocError as error:
    assert "disk" in str(error), error
assert w.row_ids(ItemQuery()) == ["before"]
w.append([incident("after")], author="anna", label="add")
w.close()
""",
        path,
    )
    with reopened(path) as workspace:
        assert sorted(workspace.row_ids(ItemQuery())) == ["after", "before"]
        assert workspace.check().findings == []


@pytest.mark.parametrize("how", ["deleted", "replaced"])
def test_a_file_that_vanishes_underneath_is_noticed(path: Path, how: str) -> None:
    workspace = create(path)
    workspace.append([incident("a")], author="anna", label="add")
    aside = path.with_name("aside.qroc")
    path.rename(aside)
    if how == "replaced":
        shutil.copy(aside, path)
    with pytest.raises(Refused, match="moved, deleted or replaced"):
        workspace.append([incident("b")], author="anna", label="add")
    path.unlink(missing_ok=True)
    aside.rename(path)
    workspace.append([incident("c")], author="anna", label="add")
    workspace.close()
    with reopened(path) as again:
        assert sorted(again.row_ids(ItemQuery())) == ["a", "c"]
        assert again.check().findings == []


@pytest.fixture
def bound() -> list[str]:
    """Root may write anywhere; without that privilege the permissions mean what they say for root as well."""
    if os.geteuid():
        return []
    command = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all"]
    if not shutil.which("setpriv") or subprocess.run([*command, "true"], capture_output=True, check=False).returncode:
        pytest.skip("run by root, who may write anywhere, and there is no setpriv to give that up")
    return command


def test_a_folder_that_cannot_be_written(tmp_path: Path, bound: list[str]) -> None:
    path = tmp_path / "picture.qroc"
    with create(path) as workspace:
        workspace.append([incident("a")], author="anna", label="add")
    (tmp_path / "picture.qroc.lock").unlink()
    tmp_path.chmod(0o555)
    try:
        said = ran(
            """
for work in (opened, lambda: create(path.with_name("new.qroc"))):
    try:
        work()
    except QrocError as error:
        print(error)
with opened(read_only=True) as w:
    print(w.row_ids(ItemQuery()))
""",
            path,
            within=bound,
        )
    finally:
        tmp_path.chmod(0o755)
    locked, made, ids = said.splitlines()
    assert "cannot be locked" in locked
    assert "it is not permitted" in locked
    assert "new.qroc" in made
    assert "cannot be" in made
    assert ids == "['a']"
    assert [file.name for file in tmp_path.iterdir()] == ["picture.qroc"]


def test_damage_at_opening_says_what_to_do(path: Path) -> None:
    with create(path) as workspace:
        workspace.append([incident(f"i{n}") for n in range(200)], author="anna", label="add")
    data = bytearray(path.read_bytes())
    data[4096:] = bytes(len(data) - 4096)
    path.write_bytes(data)
    with pytest.raises(Damaged) as damage:
        reopened(path)
    assert "workspace recover" in str(damage.value)
    assert path.read_bytes() == data


def test_errors_are_one_line_and_the_holder_is_noted(path: Path) -> None:
    note = path.with_name(f"{path.name}.lock.txt")
    with create(path):
        with pytest.raises(QrocError) as refusal:
            reopened(path)
        assert "\n" not in str(refusal.value)
        assert json.loads(note.read_text())["pid"] == os.getpid()
    assert not note.exists()


def test_a_thread_that_reads_for_the_first_time_after_the_file_was_deleted_is_told_so(
    workspace: Workspace, path: Path
) -> None:
    path.unlink()
    told: list[Exception] = []

    def read() -> None:
        try:
            workspace.layers()
        except Refused as error:
            told.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    reader.join()
    assert "moved, deleted or replaced" in str(told[0])
