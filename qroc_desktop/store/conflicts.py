"""Two edits of one aspect made without sight of each other.

A draft names, for each aspect, the change its author was looking at. Where that is neither what holds now nor what
held at the instant the draft is about, somebody else changed the aspect in between: both edits stay in the record, the
fold decides which holds, and the other is kept in `conflict` until somebody settles it. The table is a projection:
it follows from the changes, their bases and their settlements alone.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from qroc_desktop.domain.aspects import Settlement
from qroc_desktop.domain.change import Change
from qroc_desktop.domain.instant import FOREVER, Instant
from qroc_desktop.domain.query import Conflict
from qroc_desktop.domain.vocabulary import Aspect, SubjectType
from qroc_desktop.store import winners
from qroc_desktop.store.record import changes_by_seq, changes_of


def of_change(connection: sqlite3.Connection, change: Change, *, before: int) -> list[Conflict]:
    """The conflicts that a change makes with what was recorded before seq `before`, the start of its batch."""
    doubtful = [aspect for aspect in change.patch if aspect in change.bases]
    if change.subject_type is SubjectType.ITEM:
        doubtful = _not_current(connection, change, doubtful)
    if not doubtful:
        return []
    earlier = [c for c in changes_of(connection, change.subject_type, change.subject) if c.seq < before]
    found = []
    for aspect in doubtful:
        other = _overlooked(earlier, change, aspect)
        if other is None or other.patch[aspect] == change.patch[aspect]:
            continue
        wins = change.valid_at >= other.valid_at
        found.append(
            Conflict(
                subject_type=change.subject_type,
                subject=change.subject,
                aspect=aspect,
                winner=change if wins else other,
                loser=other if wins else change,
            )
        )
    return found


def put(connection: sqlite3.Connection, found: Iterable[Conflict]) -> None:
    """Keep conflicts, unsettled."""
    connection.executemany(
        "INSERT OR IGNORE INTO conflict VALUES (?, ?, ?, ?, ?, 0)",
        [(c.loser.seq, str(c.aspect), c.winner.seq, str(c.subject_type), c.subject) for c in found],
    )


def note_settlements(connection: sqlite3.Connection, changes: Sequence[Change]) -> None:
    """Bring `settled` in step with the settlements that now hold."""
    subjects = {(c.subject_type, c.subject) for c in changes if Aspect.SETTLEMENT in c.patch}
    for subject_type, subject in sorted(subjects):
        losers = settled(connection, subject_type, subject)
        connection.execute(
            "UPDATE conflict SET settled = loser IN (SELECT value FROM json_each(?))"
            " WHERE subject = ? AND subject_type = ?",
            (str(list(losers)), subject, str(subject_type)),
        )


def settled(connection: sqlite3.Connection, subject_type: SubjectType, subject: str) -> tuple[int, ...]:
    """Losing changes of a subject that have been settled."""
    winner = _holding(changes_of(connection, subject_type, subject), Aspect.SETTLEMENT, FOREVER)
    value = winner.patch[Aspect.SETTLEMENT] if winner else None
    return value.losers if isinstance(value, Settlement) else ()


def listed(connection: sqlite3.Connection, *, open_only: bool) -> list[Conflict]:
    """Conflicts, newest first."""
    rows = connection.execute(
        "SELECT loser, aspect, winner FROM conflict WHERE settled = 0 OR NOT ?"
        " ORDER BY max(loser, winner) DESC, aspect",
        (open_only,),
    ).fetchall()
    changes = changes_by_seq(connection, {seq for loser, _, winner in rows for seq in (loser, winner)})
    return [
        Conflict(
            subject_type=changes[loser].subject_type,
            subject=changes[loser].subject,
            aspect=Aspect(aspect),
            winner=changes[winner],
            loser=changes[loser],
        )
        for loser, aspect, winner in rows
    ]


def _not_current(connection: sqlite3.Connection, change: Change, aspects: list[Aspect]) -> list[Aspect]:
    """The aspects whose base is not what the newest state says; spares reading a long history."""
    row = connection.execute("SELECT winners, since FROM item WHERE id = ?", (change.subject,)).fetchone()
    if row is None:
        return []
    if row[1] > change.recorded_at:
        return aspects
    current = winners.seqs(row[0])
    return [aspect for aspect in aspects if current.get(aspect, 0) != change.bases[aspect]]


def _overlooked(earlier: Sequence[Change], change: Change, aspect: Aspect) -> Change | None:
    """The change that the author of `change` did not see; None where there is none."""
    now = _holding(earlier, aspect, change.recorded_at)
    then = _holding(earlier, aspect, change.valid_at)
    base = change.bases[aspect]
    if base in (now.seq if now else 0, then.seq if then else 0):
        return None
    return now or then


def _holding(changes: Sequence[Change], aspect: Aspect, valid: Instant) -> Change | None:
    giving = [c for c in changes if aspect in c.patch and c.valid_at <= valid]
    return max(giving, key=lambda c: (c.valid_at, c.seq), default=None)
