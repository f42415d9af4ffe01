"""A process that writes to a workspace until it is killed, and says on standard output what was acknowledged.

`python -m tests.store.writing_process FILE SEED [POINT]`: with POINT it kills itself with signal 9 at that point of its
fifth write. Each batch is a pair of edits that belong together, so that half a batch would show.
"""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import sys
import time
from pathlib import Path
from typing import Any

from qroc_desktop.domain.change import Draft
from qroc_desktop.domain.ids import random_id
from qroc_desktop.domain.instant import Instant
from qroc_desktop.store import Workspace
from qroc_desktop.store import writer as writer_module
from tests.store.building import incident, moved

POINTS = ("begun", "recorded", "projected", "before-commit", "after-commit", "checkpoint")
ITEMS = 30


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Deadly:
    """A connection that dies at a named point, once armed."""

    def __init__(self, connection: sqlite3.Connection, point: str) -> None:
        self._connection = connection
        self._point = point
        self.armed = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def execute(self, statement: str, *parameters: Any) -> Any:
        if self.armed and statement == "COMMIT" and self._point == "before-commit":
            die()
        result = self._connection.execute(statement, *parameters)
        if self.armed and statement.startswith("BEGIN") and self._point == "begun":
            die()
        if self.armed and statement == "COMMIT":
            if self._point == "checkpoint":
                self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
            if self._point in ("after-commit", "checkpoint"):
                die()
        return result

    def executemany(self, statement: str, rows: Any) -> Any:
        result = self._connection.executemany(statement, rows)
        if self.armed and statement.startswith("INSERT INTO change") and self._point == "recorded":
            die()
        if self.armed and statement.startswith("INSERT INTO cluster") and self._point == "projected":
            die()
        return result


def pair(number: int, rng: random.Random, item: int) -> list[Draft]:
    lon, lat = rng.uniform(-170, 170), float(number % 80)
    return [moved(f"left{item}", lon, lat), moved(f"right{item}", lon, lat)]


def main() -> None:
    path, seed = Path(sys.argv[1]), int(sys.argv[2])
    point = sys.argv[3] if len(sys.argv) > 3 else ""
    rng = random.Random(seed)
    deadly: list[Deadly] = []
    if point:
        original = writer_module.Writer.__init__

        def wrapped(self: Any, path: Path, connection: Any, told_after: Any) -> None:
            deadly.append(Deadly(connection, point))
            original(self, path, deadly[0], told_after)  # type: ignore[arg-type]

        writer_module.Writer.__init__ = wrapped  # type: ignore[method-assign]
    workspace = Workspace.open(path, clock=lambda: Instant(time.time_ns() // 1_000), ids=random_id)
    if workspace.item("left0") is None:
        both = [incident(f"{side}{n}", 0.0, 0.0) for n in range(ITEMS) for side in ("left", "right")]
        workspace.append(both, author="p", label="start")
    for number in range(10_000):
        if deadly and number == 4:
            deadly[0].armed = True
        outcome = workspace.append(pair(number, rng, rng.randrange(ITEMS)), author="p", label="pair")
        sys.stdout.write(f"{outcome.batch} {outcome.last_seq}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
