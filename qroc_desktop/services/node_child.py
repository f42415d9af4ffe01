"""The node as a child of the window: started when the keys are open, ended with the program.

The passphrase goes to it through its standard input, never as an argument or in the environment, where other users
and crash reports would see it. Where a node runs as a service already the child ends at once, and that one serves.
"""

from __future__ import annotations

import contextlib
import importlib.util
import subprocess
import sys
from enum import StrEnum
from pathlib import Path

from qroc_desktop.domain.vocabulary import WorkspaceKind

MODULE = "qroc_desktop.cli.node"
PATIENCE_S = 8.0


class NodeState(StrEnum):
    """How it stands with the node."""

    ABSENT = "absent"
    """This installation has none."""
    RUNNING = "running"
    ENDED = "ended"


def installed() -> bool:
    """Whether this installation has a node."""
    try:
        return importlib.util.find_spec(MODULE) is not None
    except ModuleNotFoundError:
        return False


def command(home: Path, kind: WorkspaceKind) -> list[str]:
    """How a node is started that reads the passphrase from its standard input."""
    line = [sys.executable, "-m", "qroc_desktop.cli.start", "--home", str(home), "--passphrase-file", "-"]
    if kind is WorkspaceKind.EXERCISE:
        line.append("--exercise")
    return [*line, "node", "run"]


class NodeChild:
    """One child process. `line`: the command, None where there is no node to start."""

    def __init__(self, line: list[str] | None, passphrase: str) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        if line is None:
            return
        with contextlib.suppress(OSError):
            self._process = subprocess.Popen(
                line, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            self._hand_over(passphrase)

    @property
    def state(self) -> NodeState:
        """How it stands now."""
        if self._process is None:
            return NodeState.ABSENT
        return NodeState.RUNNING if self._process.poll() is None else NodeState.ENDED

    def stop(self) -> None:
        """End it, at once where it does not end by itself: whatever it does, its file is in order."""
        process = self._process
        if process is None or process.poll() is not None:
            return
        process.terminate()
        try:
            process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _hand_over(self, passphrase: str) -> None:
        stdin = self._process.stdin if self._process else None
        if stdin is not None:
            with contextlib.suppress(OSError), stdin:
                stdin.write(passphrase.encode() + b"\n")
