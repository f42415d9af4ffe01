"""Undo: the inverse of a batch, as changes like any others.

The inverse of a change has its `valid_at` and the value that held there before the batch, so that the picture is, at
every instant, what it was, and the mistake stays in the record. An aspect that somebody edited since is left alone and
named in `Outcome.kept`; edits that were themselves undone do not count.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

import msgspec

from qroc_desktop.domain.change import Change, Draft
from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.vocabulary import Aspect, SubjectType
from qroc_desktop.errors import Message, Refused
from qroc_desktop.store.record import changes_of, seqs_of_batch

# The identity of a workspace is always known, and a logbook entry stands for ever.
_NEVER_UNDONE = frozenset({Aspect.ENTRY})
_NEVER_CLEARED = frozenset({Aspect.IDENTITY})


class Inverse(msgspec.Struct, frozen=True, kw_only=True):
    """What to record to undo a batch, and the (subject, aspect) pairs left as they are."""

    drafts: list[Draft]
    kept: list[tuple[str, Aspect]]


def inverse(connection: sqlite3.Connection, batch: str) -> Inverse:
    """Raises Refused where the batch is unknown, is undone already, or has nothing left to undo."""
    seqs = seqs_of_batch(connection, batch)
    if seqs is None:
        raise Refused(Message("There is no such batch."), where=batch)
    if undone_by(connection, batch):
        raise Refused(Message("This step is undone already."), where=batch)
    first, last = seqs
    subjects = connection.execute(
        "SELECT subject_type, subject, min(seq) AS first FROM change WHERE seq BETWEEN ? AND ?"
        " GROUP BY subject_type, subject ORDER BY first",
        (first, last),
    ).fetchall()
    undoing = dict(connection.execute("SELECT id, undoes FROM batch WHERE undoes <> ''").fetchall())
    drafts: list[Draft] = []
    kept: list[tuple[str, Aspect]] = []
    for subject_type, subject, _ in subjects:
        history = changes_of(connection, SubjectType(subject_type), subject)
        _invert(history, first, last, undoing, drafts, kept)
    if not drafts:
        what = Message("Nothing is left of this step to undo: all of it was edited since, or is of the logbook.")
        raise Refused(what, where=batch)
    return Inverse(drafts=drafts, kept=kept)


def undone_by(connection: sqlite3.Connection, batch: str) -> str:
    """The batch that is the inverse of this one and is not undone itself; empty where there is none."""
    rows = connection.execute("SELECT id FROM batch WHERE undoes = ? ORDER BY no DESC", (batch,)).fetchall()
    return next((id_ for (id_,) in rows if not undone_by(connection, id_)), "")


def _invert(
    history: Sequence[Change],
    first: int,
    last: int,
    undoing: dict[str, str],
    drafts: list[Draft],
    kept: list[tuple[str, Aspect]],
) -> None:
    mine = [change for change in history if first <= change.seq <= last]
    before = [change for change in history if change.seq < first]
    subject = mine[0].subject
    patches: dict[Instant, dict[Aspect, object]] = {}
    aspects = dict.fromkeys(aspect for change in mine for aspect in change.patch)
    for aspect in aspects:
        instants = {change.valid_at for change in mine if aspect in change.patch}
        values = {instant: _value(before, aspect, instant) for instant in instants}
        cleared_identity = aspect in _NEVER_CLEARED and None in values.values()
        if aspect in _NEVER_UNDONE or cleared_identity or _edited_since(history, aspect, last, undoing):
            kept.append((subject, aspect))
            continue
        for instant, value in values.items():
            patches.setdefault(instant, {})[aspect] = value
    for instant in sorted(patches):
        drafts.append(
            Draft(
                subject_type=mine[0].subject_type,
                subject=subject,
                patch=patches[instant],  # type: ignore[arg-type]
                valid_at=instant,
            )
        )


def _value(before: Sequence[Change], aspect: Aspect, valid: Instant) -> object:
    giving = [c for c in before if aspect in c.patch and c.valid_at <= valid]
    winner = max(giving, key=lambda c: (c.valid_at, c.seq), default=None)
    return winner.patch[aspect] if winner else None


def _edited_since(history: Sequence[Change], aspect: Aspect, last: int, undoing: dict[str, str]) -> bool:
    """Whether an edit of the aspect after `last` is still in force: not undone, and not an undo itself."""
    cancelled: set[str] = set()
    for change in reversed(history):
        if aspect not in change.patch or change.batch in cancelled:
            continue
        undone = undoing.get(change.batch)
        if undone is not None:
            cancelled |= {change.batch, undone}
        elif change.seq > last:
            return True
    return False
