"""Batches, and how changes lie in time."""

# ruff: noqa: S608 - statements are put together from constants and integers; values are parameters
from __future__ import annotations

import sqlite3

from qroc_desktop.domain.aspects import Identity
from qroc_desktop.domain.fold import fold_subject
from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.query import BatchInfo
from qroc_desktop.domain.state import Layer, Subject
from qroc_desktop.domain.vocabulary import Aspect, SubjectType
from qroc_desktop.store.asking import When
from qroc_desktop.store.projector import MINUTE
from qroc_desktop.store.record import CHANGE_COLUMNS, change_of, seqs_of_batch
from qroc_desktop.store.undoing import undone_by

_BATCH = "SELECT id, label, author, recorded_at, count, undoes FROM batch"


def batches(connection: sqlite3.Connection, limit: int, before: str | None) -> list[BatchInfo]:
    """Batches, newest first; `before` is a batch id, to go on from it."""
    rows = connection.execute(
        f"{_BATCH} WHERE ?1 IS NULL OR no < (SELECT no FROM batch WHERE id = ?1) ORDER BY no DESC LIMIT ?2",
        (before, limit),
    ).fetchall()
    return [_info(connection, row) for row in rows]


def batch(connection: sqlite3.Connection, id_: str) -> BatchInfo | None:
    """One batch."""
    row = connection.execute(f"{_BATCH} WHERE id = ?", (id_,)).fetchone()
    return _info(connection, row) if row else None


def touched(connection: sqlite3.Connection, id_: str, limit: int) -> list[tuple[SubjectType, str]]:
    """The first `limit` subjects that a batch changed, in its order."""
    seqs = seqs_of_batch(connection, id_)
    if seqs is None:
        return []
    rows = connection.execute(
        "SELECT subject_type, subject, min(seq) AS first FROM change WHERE seq BETWEEN ? AND ?"
        " GROUP BY subject_type, subject ORDER BY first LIMIT ?",
        (*seqs, limit),
    )
    return [(SubjectType(type_), subject) for type_, subject, _ in rows]


def layers(connection: sqlite3.Connection, when: When) -> list[Layer]:
    """Layers in drawing order, lowest first; removed ones and those nothing is known of are left out."""
    rows = connection.execute(f"SELECT {CHANGE_COLUMNS} WHERE c.subject_type = 'layer' ORDER BY c.seq")
    histories: dict[str, list[tuple[object, ...]]] = {}
    for row in rows:
        histories.setdefault(row[3], []).append(row)
    folded = [
        fold_subject(map(change_of, history), Layer, valid=when.valid, known=when.known)
        for history in histories.values()
    ]
    shown = [layer for layer in folded if layer and not layer.removed and Aspect.LABEL in layer.aspects]
    return sorted(shown, key=lambda layer: (layer.order, layer.name, layer.id))


def identity(connection: sqlite3.Connection, when: When) -> Identity | None:
    """Whose workspace it was; before anything was known of it, what was known first."""
    rows = connection.execute(f"SELECT {CHANGE_COLUMNS} WHERE c.subject_type = 'workspace' ORDER BY c.seq")
    changes = [change_of(row) for row in rows]
    folded = fold_subject(changes, Subject, valid=when.valid, known=when.known)
    found = folded.get(Aspect.IDENTITY, Identity) if folded else None
    if found is None:
        found = next((c.patch[Aspect.IDENTITY] for c in changes if Aspect.IDENTITY in c.patch), None)  # type: ignore[assignment]
    return found


def span(connection: sqlite3.Connection) -> tuple[Instant, Instant] | None:
    """The first and the last instant of recording or of being true (to the minute): what a time slider has to reach."""
    first, last = connection.execute("SELECT min(recorded_at), max(recorded_at) FROM batch").fetchone()
    if first is None:
        return None
    early, late = connection.execute("SELECT min(minute), max(minute) FROM pulse").fetchone()
    if early is not None:
        first = min(first, early * MINUTE)
        # The minute that holds the last record is no reason to go beyond it.
        last = max(last, (late + 1) * MINUTE) if late * MINUTE > last else last
    return Instant(first), Instant(last)


def histogram(connection: sqlite3.Connection, buckets: int, start: Instant, stop: Instant) -> list[int]:
    """How many changes became true in each of `buckets` equal parts of [start, stop), to the minute."""
    counts = [0] * buckets
    width = max(1, stop - start)
    rows = connection.execute(
        "SELECT minute, changes FROM pulse WHERE minute BETWEEN ? AND ?", (start // MINUTE, stop // MINUTE)
    )
    for minute, changes in rows:
        place = (max(minute * MINUTE, start) - start) * buckets // width
        counts[min(buckets - 1, place)] += changes
    return counts


def _info(connection: sqlite3.Connection, row: tuple[object, ...]) -> BatchInfo:
    id_, label, author, recorded_at, count, undoes = row
    return BatchInfo(
        id=str(id_),
        label=str(label),
        author=str(author),
        recorded_at=recorded_at,  # type: ignore[arg-type]
        changes=count,  # type: ignore[arg-type]
        undoes=str(undoes),
        undone_by=undone_by(connection, str(id_)),
    )
