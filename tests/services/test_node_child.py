"""The node as a child process: what it is told, and how it ends."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.vocabulary import WorkspaceKind
from qroc_desktop.errors import Refused
from qroc_desktop.services.node_child import NodeChild, NodeState, Pauses, command
from qroc_desktop.sync.identity import Identity
from qroc_desktop.sync.keystore import Cost, Keystore

PASSPHRASE = "three lorries in the rain"
TELLS = """
import json, os, sys, time
from pathlib import Path
said = {"stdin": sys.stdin.readline(), "argv": sys.argv, "environment": dict(os.environ)}
Path(sys.argv[1] + ".new").write_text(json.dumps(said))
os.replace(sys.argv[1] + ".new", sys.argv[1])
time.sleep(float(sys.argv[2]))
"""


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    assert condition()


def test_the_passphrase_goes_through_standard_input_alone(tmp_path: Path) -> None:
    told = tmp_path / "told.json"
    child = NodeChild([sys.executable, "-c", TELLS, str(told), "60"], PASSPHRASE)
    until(told.exists)
    assert child.state is NodeState.RUNNING
    said = json.loads(told.read_text())
    assert said["stdin"] == PASSPHRASE + "\n"
    assert PASSPHRASE not in json.dumps([said["argv"], said["environment"]])
    child.stop()
    assert str(child.state) == NodeState.ENDED


def test_a_child_that_ends_by_itself_is_seen_and_need_not_be_stopped(tmp_path: Path) -> None:
    child = NodeChild([sys.executable, "-c", TELLS, str(tmp_path / "told.json"), "0"], PASSPHRASE)
    until(lambda: child.state is NodeState.ENDED)
    child.stop()


COUNTS = """
import os, sys, time
with open(sys.argv[1], "a") as file:
    file.write(f"{os.getpid()} {sys.stdin.readline().strip()}\\n")
time.sleep(60)
"""


def test_a_child_that_is_killed_comes_back_by_itself_until_it_is_stopped(tmp_path: Path) -> None:
    told = tmp_path / "told"
    child = NodeChild([sys.executable, "-c", COUNTS, str(told)], PASSPHRASE, Pauses(first=0.01))
    seen: list[tuple[int, str]] = []

    def started(times: int) -> bool:
        lines = told.read_text().splitlines() if told.exists() else []
        seen[:] = [(int(pid), said) for pid, said in (line.split(" ", 1) for line in lines)]
        return len(seen) == times

    for times in (1, 2, 3):
        until(lambda times=times: started(times))  # type: ignore[misc]
        assert child.state is NodeState.RUNNING
        if times < 3:
            os.kill(seen[-1][0], signal.SIGKILL)
    assert {said for _, said in seen} == {PASSPHRASE}
    assert len({pid for pid, _ in seen}) == 3
    child.stop()
    assert str(child.state) == NodeState.ENDED
    time.sleep(0.2)
    assert started(3)


ENDS = """
import sys, time
with open(sys.argv[1], "a") as file:
    file.write(f"{time.monotonic()}\\n")
sys.exit(1)
"""


def test_a_child_that_ends_in_good_order_is_tried_again_only_now_and_then(tmp_path: Path) -> None:
    """Another node serves; when that is gone, the child of a window takes its place."""
    told = tmp_path / "told"
    pauses = Pauses(first=0.01, seldom=1.0, start=60.0)
    child = NodeChild([sys.executable, "-c", ENDS, str(told)], PASSPHRASE, pauses)
    until(lambda: child.state is NodeState.ENDED)
    until(lambda: told.read_text().count("\n") > 1)
    child.stop()
    began = [float(line) for line in told.read_text().splitlines()[:2]]
    assert began[1] - began[0] >= pauses.seldom


def test_a_key_that_is_handed_over_opens_what_the_passphrase_opens(tmp_path: Path) -> None:
    store = Keystore(tmp_path / "keys")
    identity = Identity.new("Noord", "NL", Instant(0))
    store.save(identity, PASSPHRASE, Cost(memory_kib=8, passes=1, lanes=1))
    secret = store.unlock(PASSPHRASE).secret
    assert PASSPHRASE not in secret
    assert store.unlock(secret).identity.public == identity.public
    for other in (secret[:-4] + "AAA=", secret + "x", secret[:20]):
        with pytest.raises(Refused, match="passphrase is wrong"):
            store.unlock(other)


def test_without_a_node_there_is_none_and_nothing_fails() -> None:
    for line in (None, ["/nowhere/no-such-program"]):
        child = NodeChild(line, PASSPHRASE)
        assert child.state is NodeState.ABSENT
        child.stop()


def test_exercises_have_a_node_of_their_own() -> None:
    live, exercise = (command(Path("centre"), kind) for kind in (WorkspaceKind.LIVE, WorkspaceKind.EXERCISE))
    assert "--exercise" not in live
    assert "--exercise" in exercise
    assert live[-4:] == ["--passphrase-file", "-", "node", "run"]
