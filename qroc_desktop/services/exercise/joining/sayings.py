"""What is said at a joined seat, on the disk from the moment it is said until it is known what became of it."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec

from qroc_desktop.exercise.intake import Fate, Receipt, Why
from qroc_desktop.exercise.run_file import told
from qroc_desktop.exercise.seating import Saying, encoded
from qroc_desktop.store.connections import uri

FILE: Final = "said.sqlite"
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS said (
  number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, data BLOB NOT NULL,
  fate TEXT NOT NULL DEFAULT 'kept', why BLOB NOT NULL DEFAULT '{}', sent INTEGER NOT NULL DEFAULT 0
)
"""


class Sayings:
    """The queue of one workstation. Threads may share it."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._turn = threading.Lock()
        with told(self._path):
            self._connection = sqlite3.connect(
                uri(self._path, "rwc"), uri=True, isolation_level=None, check_same_thread=False
            )
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = FULL")
            self._connection.execute(_SCHEMA)

    def put(self, saying: Saying) -> bool:
        """Keep it; whether it is new."""
        made = self._write("INSERT OR IGNORE INTO said (id, data) VALUES (?, ?)", saying.id, encoded(saying))
        return made > 0

    def first(self) -> tuple[str, bytes] | None:
        """What is to be handed over next: the first that the node does not have, else the first whose fate is not
        known. Its id, and it as it travels."""
        for name, data in self._all("SELECT id, data FROM said WHERE fate = 'kept' ORDER BY sent, number LIMIT 1"):
            return name, bytes(data)
        return None

    def sent(self, name: str) -> None:
        """The node has it; its result is not known yet."""
        self._write("UPDATE said SET sent = 1 WHERE id = ? AND sent = 0", name)

    def settle(self, name: str, fate: Fate, why: Why | None = None) -> None:
        """It is known what became of it."""
        self._write(
            "UPDATE said SET fate = ?, why = ? WHERE id = ?", str(fate), msgspec.json.encode(why or Why()), name
        )

    def receipt(self, name: str) -> Receipt | None:
        """How it stands with something; None where it was never said."""
        for number, fate, why in self._all("SELECT number, fate, why FROM said WHERE id = ?", name):
            return Receipt(number=number, fate=Fate(fate), why=msgspec.json.decode(why, type=Why))
        return None

    def refused(self, name: str) -> bool:
        """Whether it was handed over and will never be done."""
        receipt = self.receipt(name)
        return receipt is not None and receipt.fate is Fate.REFUSED

    def unsent(self) -> int:
        """How much the node does not have yet."""
        return int(next(self._all("SELECT count(*) FROM said WHERE fate = 'kept' AND sent = 0"))[0])

    def ids(self) -> set[str]:
        """Of all that was ever said here."""
        return {name for (name,) in self._all("SELECT id FROM said")}

    def close(self) -> None:
        """Let the file go."""
        with self._turn:
            self._connection.close()

    def _write(self, statement: str, *values: object) -> int:
        with self._turn, told(self._path, writing=True):
            return self._connection.execute(statement, values).rowcount

    def _all(self, question: str, *values: object) -> Iterator[tuple[Any, ...]]:
        with self._turn, told(self._path):
            return iter(self._connection.execute(question, values).fetchall())
