"""A node as a process of its own, for tests: `python -m tests.sync.node_process EXCHANGE KEYS ALLOWED`.

The passphrase comes by standard input. Three things that only tests want: times may be shortened, QROC_TEST_KILL ends
the process by kill -9 at a named point, see `killing_points`, and QROC_TEST_CLOCK names a file with how many seconds
its clock is ahead; there is none before it is.
"""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

from qroc_desktop.domain.instant import Clock, Instant, seconds
from qroc_desktop.services.system import system_clock
from qroc_desktop.sync import allowed, dispatch
from qroc_desktop.sync.exchange import Exchange
from qroc_desktop.sync.keystore import Keystore
from qroc_desktop.sync.node import Node, Pace
from qroc_desktop.sync.transports.https import Patience
from tests.sync.killing_points import arm

KILL = "QROC_TEST_KILL"
CLOCK = "QROC_TEST_CLOCK"
OWNER = os.geteuid() if hasattr(os, "geteuid") else 0
"""Who may write the list of routes: the tests are no administrators."""
PASSPHRASE = "correct horse battery"


def main(exchange_path: str, keys: str, allowed_path: str) -> None:
    passphrase = sys.stdin.readline().strip()
    # A test does not want to wait; what is the same is that there are pauses, and that they grow.
    dispatch.FIRST_PAUSE_S, dispatch.LONGEST_PAUSE_S = 0.2, 1.0
    clock: Clock = shifted(Path(os.environ[CLOCK])) if os.environ.get(CLOCK) else system_clock
    unlocked = Keystore(Path(keys)).unlock(passphrase)
    with Exchange(Path(exchange_path), unlocked.identity, clock) as exchange:
        if os.environ.get(KILL):
            arm(os.environ[KILL], exchange)
        node = Node(
            exchange,
            allowed.read(Path(allowed_path), owner=OWNER),
            clock,
            keys=unlocked,
            pace=Pace(folder=0.2, reach=2.0, tick=0.5, status=0.2),
            patience=Patience(connect=2.0, silence=2.0, answer=10.0),
        )
        node.run()
    stuck = [thread.name for thread in threading.enumerate() if not thread.daemon and thread.name != "MainThread"]
    sys.stdout.write(" ".join(["ended", *stuck]) + "\n")


def shifted(path: Path) -> Clock:
    """The time of the machine and so many seconds more, as they stand in the file at that moment."""

    def clock() -> Instant:
        return Instant(system_clock() + (seconds(float(path.read_text())) if path.exists() else 0))

    return clock


if __name__ == "__main__":
    main(*sys.argv[1:])
