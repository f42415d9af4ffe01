"""The node as a child process: what it is told, and how it ends."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from qroc_desktop.domain.vocabulary import WorkspaceKind
from qroc_desktop.services.node_child import NodeChild, NodeState, command

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
    end = time.monotonic() + 20
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
