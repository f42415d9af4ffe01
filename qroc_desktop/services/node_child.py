"""The node as a child of the window: started when the keys are open, ended with the program.

What opens the keys goes to it through its standard input, never as an argument or in the environment, where other
users and crash reports would see it. Where it is killed or crashes it is started again. Where a node runs as a service
already the child ends at once, and that one serves; whether it still does is looked at now and then.
"""

from __future__ import annotations

import contextlib
import importlib.util
import subprocess
import sys
import threading
import time
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from qroc_desktop.domain.vocabulary import WorkspaceKind

MODULE = "qroc_desktop.cli.node"
PATIENCE_S = 8.0


class Pauses(NamedTuple):
    """Seconds: before the first start after a crash; the longest between two; after how long a child counts as steady;
    how long its start may take; until the next try where there was nothing to do for one."""

    first: float = 0.5
    longest: float = 30.0
    steady: float = 60.0
    start: float = 10.0
    seldom: float = 300.0


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
    """One child process, started again where it ends by itself. `line`: the command, None where there is no node to
    start. `secret`: what opens the keystore, see `Unlocked.secret`. Threads may ask for `state` at any time."""

    def __init__(self, line: list[str] | None, secret: str, pauses: Pauses | None = None) -> None:
        self._line = line
        self._secret = secret
        self._pauses = pauses or Pauses()
        self._ending = threading.Event()
        self._turn = threading.Lock()
        self._again = False
        self._process: subprocess.Popen[bytes] | None = None
        if self._start():
            threading.Thread(target=self._watch, name="node child", daemon=True).start()

    @property
    def state(self) -> NodeState:
        """How it stands now; one that was killed and is about to be started again is running."""
        process = self._process
        if process is None:
            return NodeState.ABSENT
        return NodeState.RUNNING if process.poll() is None or self._again else NodeState.ENDED

    def stop(self) -> None:
        """End it, at once where it does not end by itself: whatever it does, its file is in order."""
        with self._turn:
            self._ending.set()
            self._again = False
            process = self._process
        if process is None or process.poll() is not None:
            return
        process.terminate()
        try:
            process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _start(self) -> bool:
        """Whether there is a process, the new one or the one before."""
        with self._turn:
            if self._ending.is_set() or self._line is None:
                return False
            with contextlib.suppress(OSError):
                self._process = subprocess.Popen(
                    self._line, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
                )
                self._hand_over()
            self._again = False
            return self._process is not None

    def _watch(self) -> None:
        """Start it again: soon where it was killed or crashed, seldom where it ended in good order or was refused at
        its start, which it is where another node is at work or the administrator's list cannot be used."""
        pause, process = self._pauses.first, self._process
        while process is not None and not self._ending.is_set():
            began = time.monotonic()
            code = process.wait()
            lived = time.monotonic() - began
            if lived > self._pauses.steady:
                pause = self._pauses.first
            crashed = code not in (0, 1) or (code == 1 and lived > self._pauses.start)
            self._again = crashed and not self._ending.is_set()
            if self._ending.wait(pause if self._again else self._pauses.seldom):
                return
            pause = min(pause * 2, self._pauses.longest) if self._again else self._pauses.first
            self._start()
            process = self._process

    def _hand_over(self) -> None:
        stdin = self._process.stdin if self._process else None
        if stdin is not None:
            with contextlib.suppress(OSError), stdin:
                stdin.write(self._secret.encode() + b"\n")
