"""The files of items in a workspace: named by the hash of their bytes, kept in pieces, and never changed.

A file is written in the transaction of the change that names it, or later where its bytes come later. Of two items with
the same file it is kept once.
Pieces are rows of an ordinary table, so that a recovery finds them page by page like changes.
"""

# ruff: noqa: S608 - statements are put together from constants; values are parameters
from __future__ import annotations

import contextlib
import hashlib
import io
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO, Protocol, TypeVar

from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.query import Outcome
from qroc_desktop.domain.vocabulary import Aspect
from qroc_desktop.errors import Damaged, Message, Refused
from qroc_desktop.reasons import reason_of
from qroc_desktop.store import record
from qroc_desktop.store.report import Report

PIECE = 256 * 1024
"""Bytes of a piece; a file of any size costs the memory of a few of them."""
MOST = 200 * 1024 * 1024
"""No file that is added here is larger. What a peer sends has the bound of a bundle, which is above it."""
MOST_PIECES = 4 * MOST // PIECE
_SHA256_HEX = 64

FILES = """
CREATE TABLE file (
    sha256 TEXT PRIMARY KEY,
    size INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE file_piece (
    id INTEGER PRIMARY KEY,
    sha256 TEXT NOT NULL,
    no INTEGER NOT NULL,
    data BLOB NOT NULL
);
CREATE UNIQUE INDEX file_piece_place ON file_piece (sha256, no);
CREATE TRIGGER file_is_not_edited BEFORE UPDATE ON file BEGIN SELECT raise(ABORT, 'never changed'); END;
CREATE TRIGGER file_piece_is_not_edited BEFORE UPDATE ON file_piece BEGIN SELECT raise(ABORT, 'never changed'); END;
"""

R = TypeVar("R")
Reading = Callable[[], AbstractContextManager[sqlite3.Connection]]


class NewFile(Protocol):
    """A file to be kept; `open` gives its bytes from the beginning, each time anew."""

    @property
    def sha256(self) -> str:
        """In hexadecimal."""

    @property
    def size(self) -> int:
        """In bytes."""

    @property
    def where(self) -> str:
        """What it is called in a refusal."""

    def open(self) -> contextlib.AbstractContextManager[BinaryIO]:
        """Its bytes."""


def put(connection: sqlite3.Connection, file: NewFile) -> None:
    """Keep a file within the open transaction; nothing happens where it is kept already.

    Raises Refused where its bytes are not what was announced: it was changed while it was read.
    """
    if size_of(connection, file.sha256) is not None:
        return
    digest, size = hashlib.sha256(), 0
    connection.execute("INSERT INTO file (sha256, size) VALUES (?, ?)", (file.sha256, file.size))
    with file.open() as stream:
        for number, piece in enumerate(pieces(stream)):
            digest.update(piece)
            size += len(piece)
            if size > file.size:
                break
            connection.execute(
                "INSERT INTO file_piece (sha256, no, data) VALUES (?, ?, ?)", (file.sha256, number, piece)
            )
    if size != file.size or digest.hexdigest() != file.sha256:
        raise Refused(Message("The file was changed while it was read."), where=file.where)


def brought(brings: Sequence[NewFile], job: Callable[[sqlite3.Connection], R]) -> Callable[[sqlite3.Connection], R]:
    """The job with the files that it brings, in its own transaction."""

    def both(connection: sqlite3.Connection) -> R:
        for file in brings:
            put(connection, file)
        return job(connection)

    return both


def came(connection: sqlite3.Connection, items: frozenset[str]) -> Outcome:
    """What is told of a file that came later than the changes of these items that name it: no batch, and no change."""
    last, _, at, _ = record.head(connection)
    return Outcome(batch="", first_seq=last + 1, last_seq=last, recorded_at=Instant(at), items=items,
                   aspects=frozenset({Aspect.ATTACHMENTS}))  # fmt: skip


def too_large(where: str) -> Refused:
    """The refusal of a file above the limit."""
    what = Message("The file is larger than {limit} MB.", limit=MOST // (1024 * 1024))
    return Refused(what, where=where, action=Message("Attach a shorter or smaller one."))


def pieces(stream: BinaryIO) -> Iterator[bytes]:
    """The stream in pieces; all but the last of one size, which a place in the file is computed from."""
    while piece := stream.read(PIECE):
        while len(piece) < PIECE and (more := stream.read(PIECE - len(piece))):
            piece += more
        yield piece


def size_of(connection: sqlite3.Connection, sha256: str) -> int | None:
    """Bytes of a file that is kept; None where it is not."""
    row = connection.execute("SELECT size FROM file WHERE sha256 = ?", (sha256,)).fetchone()
    return None if row is None else int(row[0])


class StoredFile(io.RawIOBase):
    """A kept file to read from and move about in; holds one piece at a time. Raises Damaged where a piece is lost."""

    def __init__(self, reading: Reading, sha256: str, size: int, where: str) -> None:
        super().__init__()
        self._reading = reading
        self._sha256 = sha256
        self._where = where
        self.size = size
        self._at = 0
        self._held: tuple[int, bytes] = (-1, b"")

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move about."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def tell(self) -> int:
        """Where it stands."""
        return self._at

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Part of a piece."""
        if self._at >= self.size:
            return 0
        number, offset = divmod(self._at, PIECE)
        part = memoryview(self._piece(number))[offset : offset + len(buffer)]
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)

    def _piece(self, number: int) -> bytes:
        if self._held[0] != number:
            with self._reading() as connection:
                row = connection.execute(
                    "SELECT data FROM file_piece WHERE sha256 = ? AND no = ?", (self._sha256, number)
                ).fetchone()
            wanted = min(PIECE, self.size - number * PIECE)
            if row is None or len(row[0]) != wanted:
                raise Damaged(Message("Part of the file {file} is lost.", file=self._sha256[:16]), where=self._where)
            self._held = (number, bytes(row[0]))
        return self._held[1]


def opened(reading: Reading, sha256: str, where: str) -> io.BufferedReader | None:
    """A kept file to read; None where there is none of that hash."""
    with reading() as connection:
        size = size_of(connection, sha256)
    return None if size is None else io.BufferedReader(StoredFile(reading, sha256, size, where), PIECE)


def check(connection: sqlite3.Connection, report: Report, schema: str = "file") -> None:
    """Every file has the bytes that its name stands for. `schema`: what the database is attached as."""
    known = connection.execute(f"SELECT sha256, size FROM {schema}.file ORDER BY sha256").fetchall()
    for sha256, size in known:
        digest, found = hashlib.sha256(), 0
        rows = connection.execute(
            f"SELECT data FROM {schema}.file_piece WHERE sha256 = ? ORDER BY no",
            (sha256,),
        )
        for (data,) in rows:
            digest.update(data)
            found += len(data)
        if found != size or digest.hexdigest() != sha256:
            report.messages.append(Message("The attached file {file} is damaged.", file=sha256))
    lost = connection.execute(
        f"SELECT count(DISTINCT sha256) FROM {schema}.file_piece WHERE sha256 NOT IN (SELECT sha256 FROM {schema}.file)"
    ).fetchone()[0]
    if lost:
        report.messages.append(Message("Pieces of {count} attached files belong to no file.", count=lost))


# --- recovery ------------------------------------------------------------------------------------


def is_piece(values: tuple[object, ...]) -> bool:
    """Whether a row that was found on a page is a piece. The first column stands for the rowid."""
    if len(values) != 4 or values[0] is not None:
        return False
    _, sha256, number, data = values
    return (
        type(sha256) is str
        and len(sha256) == _SHA256_HEX
        and type(number) is int
        and 0 <= number <= MOST_PIECES
        and type(data) is bytes
        and 0 < len(data) <= PIECE
    )


def recover(connection: sqlite3.Connection, found: Iterable[tuple[str, int, bytes]], report: Report) -> None:
    """Take over the pieces that could be read; of a file that is not whole nothing is kept, and that is said."""
    connection.executemany("INSERT OR IGNORE INTO file_piece (sha256, no, data) VALUES (?, ?, ?)", found)
    names = [str(row[0]) for row in connection.execute("SELECT DISTINCT sha256 FROM file_piece").fetchall()]
    for sha256 in names:
        digest, size = hashlib.sha256(), 0
        for (data,) in connection.execute("SELECT data FROM file_piece WHERE sha256 = ? ORDER BY no", (sha256,)):
            digest.update(data)
            size += len(data)
        if digest.hexdigest() == sha256:
            connection.execute("INSERT INTO file (sha256, size) VALUES (?, ?)", (sha256, size))
        else:
            connection.execute("DELETE FROM file_piece WHERE sha256 = ?", (sha256,))
            report.messages.append(Message("The attached file {file} could not be read whole.", file=sha256))


class HeldFile:
    """A file whose bytes are in memory."""

    def __init__(self, data: bytes, where: str = "") -> None:
        self._data = data
        self.sha256 = hashlib.sha256(data).hexdigest()
        self.size = len(data)
        self.where = where

    def open(self) -> BinaryIO:
        """Its bytes."""
        return io.BytesIO(self._data)


class DiskFile:
    """A file on the disk, looked at once for its hash and read again when it is kept.

    Raises Refused where it cannot be read, is no file, is empty or too large.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.where = path.name[:100]
        digest, size = hashlib.sha256(), 0
        with self.open() as stream:
            for piece in pieces(stream):
                digest.update(piece)
                size += len(piece)
                if size > MOST:
                    raise too_large(self.where)
        if not size:
            raise Refused(Message("The file is empty."), where=self.where)
        self.sha256, self.size = digest.hexdigest(), size

    def open(self) -> BinaryIO:
        """Its bytes."""
        try:
            if not self.path.is_file():  # a pipe or a device would never end
                raise Refused(Message("There is no such file."), where=self.where)
            return self.path.open("rb")
        except (OSError, ValueError) as error:
            reason = reason_of(error)
            raise Refused(Message("The file cannot be read: {reason}.", reason=reason), where=self.where) from error
