"""Files that belong to items of a team's picture, in a file of a run: in pieces, each team's apart from all others'.

A team has no part in what another one has: of two teams with the same file each has its own, so that nobody can find
out by asking whether somebody else has it. A file is there once all of it is and its bytes have the hash that it is
named by. Record and intake keep files in the same way.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Final, NamedTuple

from qroc_desktop.errors import Damaged, Message, Refused
from qroc_desktop.store.files import PIECE

LARGEST_FILE: Final = 50_000_000
SEAT_ROOM: Final = 500_000_000
"""Bytes of a file that travels, and of all that come from one seat."""
SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS team_file (
  team TEXT NOT NULL, sha256 TEXT NOT NULL, size INTEGER NOT NULL, seat TEXT NOT NULL, whole INTEGER NOT NULL,
  PRIMARY KEY (team, sha256)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS team_file_piece (
  id INTEGER PRIMARY KEY, team TEXT NOT NULL, sha256 TEXT NOT NULL, no INTEGER NOT NULL, data BLOB NOT NULL,
  UNIQUE (team, sha256, no)
);
"""
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
Using = Callable[[], AbstractContextManager[sqlite3.Connection]]


class Which(NamedTuple):
    """A file of a team: its SHA-256, hexadecimal, and its bytes."""

    team: str
    sha256: str
    size: int


def is_name(sha256: str) -> bool:
    """Whether a file can be called so."""
    return _SHA256.fullmatch(sha256) is not None


def count_pieces(size: int) -> int:
    """In how many pieces a file is kept and travels; all but the last are of `PIECE` bytes."""
    return -(-size // PIECE)


class Shelf:
    """The files of all teams in one file of a run."""

    def __init__(self, reading: Using, writing: Using, where: str) -> None:
        """reading, writing: the connection to ask, and to write in one transaction."""
        self._reading = reading
        self._writing = writing
        self._where = where
        self._made = False

    def wanted(self, team: str, sha256: str) -> int | None:
        """The number of the piece that comes next, 0 where there is none yet; None where all of it is there."""
        if not self._ready():
            return 0
        with self._reading() as connection:
            return _wanted(connection, team, sha256)

    def take(self, file: Which, number: int, data: bytes, *, seat: str = "", room: int | None = None) -> int | None:
        """Keep a piece, where it is the one that comes next; answers as `wanted` does. No data: only ask.

        room: bytes of all that come from the seat. Raises Refused where a file is too large, there is no room, or the
        bytes are not those of its name; of that nothing is kept.
        """
        with self._writing() as connection:
            wanted = _wanted(connection, file.team, file.sha256)
            if wanted is None:
                return None
            if not _begun(connection, file):
                # Of another size, it is another file; whoever says so begins it anew, and has to have room for it.
                _forget(connection, file.team, file.sha256, entirely=True)
                wanted = 0
                self._require_room(connection, file, seat, room)
            if number != wanted or not data:
                return wanted
            if len(data) != min(PIECE, file.size - number * PIECE):
                raise Refused(Message("A piece of a file has the wrong length."), where=file.sha256[:16])
            connection.execute(
                "INSERT OR IGNORE INTO team_file (team, sha256, size, seat, whole) VALUES (?, ?, ?, ?, 0)",
                (file.team, file.sha256, file.size, seat),
            )
            connection.execute(
                "INSERT INTO team_file_piece (team, sha256, no, data) VALUES (?, ?, ?, ?)",
                (file.team, file.sha256, number, data),
            )
            if number + 1 < count_pieces(file.size):
                return number + 1
            if _hash(connection, file.team, file.sha256) == file.sha256:
                connection.execute(
                    "UPDATE team_file SET whole = 1 WHERE team = ? AND sha256 = ?", (file.team, file.sha256)
                )
                return None
            _forget(connection, file.team, file.sha256, entirely=True)
        # Only now, or what was just forgotten would be back.
        raise Refused(Message("The bytes of the file are not what was announced."), where=file.sha256[:16])

    def whole(self, team: str) -> dict[str, int]:
        """Those of a team that are there, with their sizes."""
        if not self._ready():
            return {}
        with self._reading() as connection:
            rows = connection.execute(
                "SELECT sha256, size FROM team_file WHERE team = ? AND whole = 1 ORDER BY sha256", (team,)
            ).fetchall()
        return {str(sha256): int(size) for sha256, size in rows}

    def piece(self, team: str, sha256: str, number: int) -> bytes | None:
        """A piece of one that is there; None where there is none."""
        if not self._ready():
            return None
        with self._reading() as connection:
            row = connection.execute(
                "SELECT data FROM team_file_piece JOIN team_file USING (team, sha256) "
                "WHERE team = ? AND sha256 = ? AND no = ? AND whole = 1",
                (team, sha256, number),
            ).fetchone()
        return None if row is None else bytes(row[0])

    def let_go(self, team: str, sha256: str) -> None:
        """Its bytes are kept elsewhere; that it came is still known here, and counts."""
        with self._writing() as connection:
            _forget(connection, team, sha256)

    def verify(self) -> int:
        """Look at the bytes of every file that is there; how many they are. Raises Damaged at the first that is off."""
        if not self._ready():
            return 0
        with self._reading() as connection:
            rows = connection.execute(
                "SELECT team, sha256 FROM team_file WHERE whole = 1 ORDER BY team, sha256"
            ).fetchall()
            for team, sha256 in rows:
                if _hash(connection, team, sha256) != sha256:
                    what = Message("The attached file {file} is damaged.", file=str(sha256))
                    raise Damaged(what, where=self._where)
        return len(rows)

    # --- parts -----------------------------------------------------------------------------------

    def _ready(self) -> bool:
        """A record that an older program has begun gets these tables when somebody goes on with it."""
        if not self._made:
            with self._reading() as connection:
                found = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'team_file_piece'").fetchone()
            self._made = found is not None
        return self._made

    def _require_room(self, connection: sqlite3.Connection, file: Which, seat: str, room: int | None) -> None:
        if not is_name(file.sha256) or file.size <= 0:
            raise Refused(Message("This is no identifier."), where=file.sha256[:80])
        if file.size > LARGEST_FILE:
            raise Refused(too_large())
        if room is None:
            return
        query = "SELECT coalesce(sum(size), 0) FROM team_file WHERE team = ? AND seat = ?"
        if connection.execute(query, (file.team, seat)).fetchone()[0] + file.size > room:
            raise Refused(
                Message(
                    "The seat's files come to more than {limit} MB: one is not shared with the team and stays here.",
                    limit=room // 1_000_000,
                )
            )


def too_large() -> Message:
    """Why a file does not travel."""
    return Message("A file larger than {limit} MB is not shared with the team; it stays on this workstation.",
                   limit=LARGEST_FILE // 1_000_000)  # fmt: skip


def _begun(connection: sqlite3.Connection, file: Which) -> bool:
    query = "SELECT 1 FROM team_file WHERE team = ? AND sha256 = ? AND size = ?"
    return connection.execute(query, (file.team, file.sha256, file.size)).fetchone() is not None


def _wanted(connection: sqlite3.Connection, team: str, sha256: str) -> int | None:
    query = "SELECT whole FROM team_file WHERE team = ? AND sha256 = ?"
    row = connection.execute(query, (team, sha256)).fetchone()
    if row is None:
        return 0
    if row[0]:
        return None
    query = "SELECT coalesce(max(no), -1) + 1 FROM team_file_piece WHERE team = ? AND sha256 = ?"
    return int(connection.execute(query, (team, sha256)).fetchone()[0])


def _hash(connection: sqlite3.Connection, team: str, sha256: str) -> str:
    digest = hashlib.sha256()
    query = "SELECT data FROM team_file_piece WHERE team = ? AND sha256 = ? ORDER BY no"
    for (data,) in connection.execute(query, (team, sha256)):
        digest.update(data)
    return digest.hexdigest()


def _forget(connection: sqlite3.Connection, team: str, sha256: str, *, entirely: bool = False) -> None:
    connection.execute("DELETE FROM team_file_piece WHERE team = ? AND sha256 = ?", (team, sha256))
    if entirely:
        connection.execute("DELETE FROM team_file WHERE team = ? AND sha256 = ?", (team, sha256))
