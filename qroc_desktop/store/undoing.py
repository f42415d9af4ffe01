"""Undo: the inverse of a batch, as changes like any others.

The inverse gives back, at every instant, what was known just before the batch, and the mistake stays in the record. An
aspect that somebody edited since is left alone and named in `Outcome.kept`. Later edits that were undone do not count:
an undo that comes after a step and takes back a step after it cancels out with it, so that steps can be undone one
after another, newest first, and done again in reverse.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence

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
    undoing: Mapping[str, str],
    drafts: list[Draft],
    kept: list[tuple[str, Aspect]],
) -> None:
    mine = [change for change in history if first <= change.seq <= last]
    subject = mine[0].subject
    patches: dict[Instant, dict[Aspect, object]] = {}
    for aspect in dict.fromkeys(aspect for change in mine for aspect in change.patch):
        giving = [change for change in history if aspect in change.patch]
        own = {change.valid_at for change in mine if aspect in change.patch}
        before = _course((change for change in giving if change.seq < first), aspect, giving)
        # Undone edits and their inverses may have left the value of this batch at other instants.
        after = _course(giving, aspect, giving)
        values = {t: value for t, value in before.items() if t in own or value != after[t]}
        cleared_identity = aspect in _NEVER_CLEARED and None in values.values()
        if aspect in _NEVER_UNDONE or cleared_identity or _edited_since(giving, last, undoing):
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


def _course(changes: Iterable[Change], aspect: Aspect, breaks: Iterable[Change]) -> dict[Instant, object]:
    """What the aspect is by these changes, at each instant that one of `breaks` is about."""
    steps = sorted(changes, key=lambda c: (c.valid_at, c.seq))
    course: dict[Instant, object] = {}
    place = 0
    value: object = None
    for instant in sorted({change.valid_at for change in breaks}):
        while place < len(steps) and steps[place].valid_at <= instant:
            value = steps[place].patch[aspect]
            place += 1
        course[instant] = value
    return course


def _edited_since(giving: Sequence[Change], last: int, undoing: Mapping[str, str]) -> bool:
    """Whether changes after `last` are left when every undo is struck out with the step after `last` that it undoes."""
    later = [change.batch for change in giving if change.seq > last]
    known = set(later)
    struck: set[str] = set()
    for batch in reversed(later):
        if batch in struck:
            continue
        undone = undoing.get(batch)
        if undone is None or undone not in known:
            return True
        struck |= {batch, undone}
    return False
