"""The record itself: changes and batches as rows, and the chain of hashes over them.

A batch's hash is SHA-256 over the hash of the batch before it, one JSON array a change and one for the batch,
each ended by a newline. Whoever edits, removes or inserts a change has to rewrite every hash after it; comparing
the last hash with one noted elsewhere shows that.
"""

# ruff: noqa: S608 - statements are put together from constants and integers; values are parameters
from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from qroc_desktop.domain.change import Change, decode_patch
from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.vocabulary import Aspect, SubjectType

GENESIS = bytes(32)
"""What the first batch's hash follows."""

ChangeRow = tuple[int, int, str, str, str, int, int, str, str]
"""seq, batch number, subject type, subject, patch, valid_at, recorded_at, author, bases."""

CHANGE_COLUMNS = (
    "c.seq, b.id, c.subject_type, c.subject, c.patch, c.valid_at, c.recorded_at, c.author, c.bases"
    " FROM change c JOIN batch b ON b.no = c.batch"
)
_encode = msgspec.json.encode
_bases = msgspec.json.Decoder(dict[str, int])
_KNOWN_ASPECTS = {str(aspect): aspect for aspect in Aspect}
_SUBJECT_TYPES = {str(kind): kind for kind in SubjectType}


class Chain:
    """The hash of one batch, fed change by change."""

    def __init__(self, before: bytes) -> None:
        self._hash = hashlib.sha256(before)

    def add(self, row: ChangeRow) -> None:
        """The next change. Its batch number is not part of it: the batch is, at the end."""
        self._hash.update(_encode(row[:1] + row[2:]) + b"\n")

    def closed(self, id_: str, label: str, author: str, recorded_at: int, undoes: str, count: int) -> bytes:
        """The batch's hash."""
        self._hash.update(_encode((id_, label, author, recorded_at, undoes, count)) + b"\n")
        return self._hash.digest()


def encode_bases(bases: Iterable[tuple[Aspect, int]]) -> str:
    """Deterministic JSON; empty text where there are none."""
    named = {str(aspect): seq for aspect, seq in bases}
    return msgspec.json.encode(named, order="deterministic").decode() if named else ""


def change_of(row: tuple[Any, ...]) -> Change:
    """A Change of a row of CHANGE_COLUMNS."""
    seq, batch, subject_type, subject, patch, valid_at, recorded_at, author, bases = row
    named = _bases.decode(bases) if bases else {}
    return Change(
        seq=seq,
        batch=batch,
        subject_type=_SUBJECT_TYPES[subject_type],
        subject=subject,
        patch=decode_patch(patch),
        valid_at=Instant(valid_at),
        recorded_at=Instant(recorded_at),
        author=author,
        bases={_KNOWN_ASPECTS[name]: base for name, base in named.items() if name in _KNOWN_ASPECTS},
    )


def changes_of(connection: sqlite3.Connection, subject_type: SubjectType, subject: str) -> list[Change]:
    """Every change of a subject, in the order of recording."""
    rows = connection.execute(
        f"SELECT {CHANGE_COLUMNS} WHERE c.subject = ? AND +c.subject_type = ? ORDER BY c.seq",
        (subject, str(subject_type)),
    )
    return [change_of(row) for row in rows]


def changes_by_seq(connection: sqlite3.Connection, seqs: Iterable[int]) -> dict[int, Change]:
    """The changes with these numbers."""
    rows = connection.execute(
        f"SELECT {CHANGE_COLUMNS} WHERE c.seq IN (SELECT value FROM json_each(?))",
        (_encode(list(seqs)).decode(),),
    )
    return {row[0]: change_of(row) for row in rows}


def changes_after(connection: sqlite3.Connection, seq: int, limit: int) -> list[Change]:
    """The next changes after `seq`."""
    rows = connection.execute(
        f"SELECT {CHANGE_COLUMNS} WHERE c.seq > ? ORDER BY c.seq LIMIT ?",
        (seq, limit),
    )
    return [change_of(row) for row in rows]


def seqs_of_batch(connection: sqlite3.Connection, id_: str) -> tuple[int, int] | None:
    """First and last seq that belong to a batch; None where there is no such batch.

    Recovered files have gaps, so the last is one less than the next batch's first, and not counted.
    """
    row = connection.execute("SELECT no, first_seq FROM batch WHERE id = ?", (id_,)).fetchone()
    if row is None:
        return None
    following = connection.execute("SELECT first_seq FROM batch WHERE no > ? ORDER BY no LIMIT 1", row[:1]).fetchone()
    last = following[0] - 1 if following else connection.execute("SELECT max(seq) FROM change").fetchone()[0]
    return row[1], last


def head(connection: sqlite3.Connection) -> tuple[int, int, int, bytes]:
    """Last seq, last batch number, last recorded_at, last hash; zeros for an empty record."""
    seq = connection.execute("SELECT max(seq) FROM change").fetchone()[0] or 0
    row = connection.execute("SELECT no, recorded_at, hash FROM batch ORDER BY no DESC LIMIT 1").fetchone()
    number, recorded_at, digest = row or (0, None, GENESIS)
    return seq, number, -(2**62) if recorded_at is None else recorded_at, bytes(digest)


def chunked(values: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """Lists of at most `size`."""
    chunk: list[Any] = []
    for value in values:
        chunk.append(value)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
