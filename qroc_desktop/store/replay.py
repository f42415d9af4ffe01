"""The projection folded again from the record: to compare with what is stored, or to replace it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from qroc_desktop.store import conflicts, schema
from qroc_desktop.store.appending import CHUNK
from qroc_desktop.store.projector import Projector
from qroc_desktop.store.record import changes_after, seqs_of_batch

Step = Callable[[int, int], None]
"""Told how many changes are done, and how many there are; may raise to stop."""


def project_all(connection: sqlite3.Connection, progress: Step | None = None) -> None:
    """Fill an empty projection, batch by batch as they came in, so that even the row keys come out the same."""
    total = connection.execute("SELECT count(*) FROM change").fetchone()[0]
    done = 0
    for (id_,) in connection.execute("SELECT id FROM batch ORDER BY no").fetchall():
        first, last = seqs_of_batch(connection, id_) or (0, 0)
        projector = Projector(connection)
        seq = first - 1
        while seq < last:
            changes = [change for change in changes_after(connection, seq, CHUNK) if change.seq <= last]
            if not changes:
                break
            found = [
                conflict
                for change in changes
                if change.bases
                for conflict in conflicts.of_change(connection, change, before=first)
            ]
            projector.apply(changes)
            conflicts.put(connection, found)
            conflicts.note_settlements(connection, changes)
            seq = changes[-1].seq
            done += len(changes)
            if progress:
                progress(done, total)
        projector.finish()


def project_again(connection: sqlite3.Connection, progress: Step | None = None) -> None:
    """Throw the projection away and fold it again; the caller has begun the transaction."""
    schema.forget_projection(connection)
    project_all(connection, progress)
