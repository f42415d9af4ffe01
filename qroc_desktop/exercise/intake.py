"""What seats have said and what became of it: a file beside the record, between the node and who conducts.

    seat(team, role, key, made)                  the hash of the key that a seat's code gives
    said(number, team, role, id, data, wall)     committed to the disk before it is acknowledged
    result(number, state, why)                   done, or refused and why; written by who conducts
    team_file, team_file_piece                   files of items on their way into the record (`team_files.py`)

Numbers count what was said in the order it came. What bears the id of something said before is that same thing again.
"""

from __future__ import annotations

import hashlib
import sqlite3
import threading
from collections.abc import Collection, Iterable, Iterator
from contextlib import closing, contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import msgspec

from qroc_desktop.domain.instant import Instant
from qroc_desktop.errors import Message, Refused
from qroc_desktop.exercise.run_file import told
from qroc_desktop.exercise.seating import Saying, Seat, decoded
from qroc_desktop.exercise.team_files import SCHEMA as FILES
from qroc_desktop.exercise.team_files import Shelf
from qroc_desktop.exercise.vocabulary import RoleType
from qroc_desktop.store.connections import uri

INTAKE: Final = "run.intake"
APPLICATION_ID: Final = 0x51524F49  # "QROI"
LONGEST_ID: Final = 100
_BUSY_S: Final = 10.0
_SCHEMA: Final = f"""
PRAGMA journal_mode = WAL;
BEGIN IMMEDIATE;
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = 1;
CREATE TABLE IF NOT EXISTS seat (
  team TEXT NOT NULL, role TEXT NOT NULL, key BLOB NOT NULL, made INTEGER NOT NULL, PRIMARY KEY (team, role)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS said (
  number INTEGER PRIMARY KEY AUTOINCREMENT, team TEXT NOT NULL, role TEXT NOT NULL, id TEXT NOT NULL,
  data BLOB NOT NULL, wall INTEGER NOT NULL, UNIQUE (team, role, id)
);
CREATE TABLE IF NOT EXISTS result (number INTEGER PRIMARY KEY, state TEXT NOT NULL, why BLOB NOT NULL);
COMMIT;
"""


class Fate(StrEnum):
    """What became of what a seat said: it is safe and waits, or was done, or was refused."""

    KEPT = "kept"
    DONE = "done"
    REFUSED = "refused"


class Why(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A reason as template and parameters, so that it is translated where it is shown."""

    what: str = ""
    params: dict[str, str | int | float] = {}
    where: str = ""


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """Something said: its number, by which seat, and what."""

    number: int
    seat: Seat
    saying: Saying


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """How it stands with something said."""

    number: int
    fate: Fate = Fate.KEPT
    why: Why = Why()


class Intake:
    """The open file. Threads may share it; several processes use it at once."""

    def __init__(self, folder: Path) -> None:
        """Makes the file where it is not there. Raises Refused or Damaged where it cannot be used."""
        self.path = folder / INTAKE
        self._turn = threading.Lock()
        with told(self.path):
            if not folder.is_dir():
                raise Refused(Message("There is no such folder."), where=str(folder))
            self._connection = sqlite3.connect(
                uri(self.path, "rwc"), uri=True, isolation_level=None, timeout=_BUSY_S, check_same_thread=False
            )
            try:
                self._prepare()
            except BaseException:
                self._connection.close()
                raise
        self.files = Shelf(self._looking, self._writing, str(self.path))

    def _prepare(self) -> None:
        kind, version = (self._pragma(name) for name in ("application_id", "user_version"))
        if kind not in (0, APPLICATION_ID) or version > 1:
            raise Refused(Message("This file was made by another or a newer program."), where=str(self.path))
        if not kind:
            self._connection.executescript(_SCHEMA)
        self._connection.executescript(FILES)
        self._connection.execute("PRAGMA synchronous = FULL")

    def close(self) -> None:
        """Let the file go."""
        self._connection.close()

    def version(self) -> int:
        """Another number whenever another connection has committed something."""
        with self._turn, told(self.path):
            return self._pragma("data_version")

    # --- seats -----------------------------------------------------------------------------------

    def admit(self, seat: Seat, key: bytes, now: Instant) -> None:
        """From now on the seat is taken with this key, and no longer with a former one."""
        with self._writing() as connection:
            row = (seat.team, str(seat.role), hashed(key), now)
            connection.execute("REPLACE INTO seat VALUES (?, ?, ?, ?)", row)

    def revoke(self, seat: Seat) -> None:
        """Nobody takes the seat from now on."""
        with self._writing() as connection:
            connection.execute("DELETE FROM seat WHERE team = ? AND role = ?", (seat.team, str(seat.role)))

    def seats(self) -> dict[bytes, Seat]:
        """Every seat that can be taken, by the hash of its key."""
        rows = self._all("SELECT key, team, role FROM seat")
        return {bytes(key): Seat(team=team, role=RoleType(role)) for key, team, role in rows}

    # --- what is said ----------------------------------------------------------------------------

    def keep(self, seat: Seat, saying: Saying, data: bytes, now: Instant) -> Receipt:
        """Commit what was said, or find it where it was said before. Raises Refused where its id is used already."""
        name = (seat.team, str(seat.role), saying.id)
        with self._writing() as connection:
            if not 0 < len(saying.id) <= LONGEST_ID:
                raise Refused(Message("An id has 1 to {limit} characters.", limit=LONGEST_ID))
            held = connection.execute(
                "SELECT number, data FROM said WHERE team = ? AND role = ? AND id = ?", name
            ).fetchone()
            if held is not None and decoded(held[1]) != saying:
                raise Refused(Message("This id was used for something else."), where=saying.id)
            if held is None:
                made = connection.execute(
                    "INSERT INTO said (team, role, id, data, wall) VALUES (?, ?, ?, ?, ?)", (*name, data, now)
                )
                return Receipt(number=made.lastrowid or 0)
        return self.receipt(held[0])

    def receipt(self, number: int) -> Receipt:
        """How it stands with something that was said."""
        return self.settled([number]).get(number, Receipt(number=number))

    def settled(self, numbers: Collection[int]) -> dict[int, Receipt]:
        """Those of these that have a result."""
        rows = self._all(
            "SELECT number, state, why FROM result WHERE number IN (SELECT value FROM json_each(?))",
            msgspec.json.encode(list(numbers)).decode(),
        )
        return {
            number: Receipt(number=number, fate=Fate(state), why=msgspec.json.decode(why, type=Why))
            for number, state, why in rows
        }

    def waiting(self, limit: int = 100) -> list[Heard]:
        """What has no result yet, in the order it came."""
        rows = self._all(
            "SELECT number, team, role, data FROM said WHERE number NOT IN (SELECT number FROM result) "
            "ORDER BY number LIMIT ?",
            limit,
        )
        return [
            Heard(number=number, seat=Seat(team=team, role=RoleType(role)), saying=decoded(data))
            for number, team, role, data in rows
        ]

    def count_waiting(self, seat: Seat) -> int:
        """How much of a seat has no result yet."""
        rows = self._all(
            "SELECT count(*) FROM said WHERE team = ? AND role = ? AND number NOT IN (SELECT number FROM result)",
            seat.team,
            str(seat.role),
        )
        return int(next(rows)[0])

    def settle(self, receipts: Iterable[Receipt]) -> None:
        """Write what became of things; who said them can be told from then on."""
        rows = [(one.number, str(one.fate), msgspec.json.encode(one.why)) for one in receipts]
        with self._writing() as connection:
            connection.executemany("INSERT OR IGNORE INTO result VALUES (?, ?, ?)", rows)

    # --- parts -----------------------------------------------------------------------------------

    def _pragma(self, name: str) -> int:
        return int(self._connection.execute(f"PRAGMA {name}").fetchone()[0])

    def _all(self, question: str, *values: object) -> Iterator[tuple[Any, ...]]:
        with self._turn, told(self.path), closing(self._connection.cursor()) as cursor:
            return iter(cursor.execute(question, values).fetchall())

    @contextmanager
    def _looking(self) -> Iterator[sqlite3.Connection]:
        with self._turn, told(self.path):
            yield self._connection

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._turn, told(self.path, writing=True):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise


def hashed(key: bytes) -> bytes:
    """What is kept of a key; it was stretched before, so that a plain hash is enough."""
    return hashlib.sha256(key).digest()
