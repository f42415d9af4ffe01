"""Undo: the inverse of a batch, as changes like any others.

The inverse gives, at every instant, the value that the edits which still count would give without the batch, so that
the picture is what it was, and the mistake stays in the record. An aspect that somebody edited since is left alone and
named in `Outcome.kept`; edits that were themselves undone do not count.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence

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
    ledger = _Ledger(connection, batch)
    drafts: list[Draft] = []
    kept: list[tuple[str, Aspect]] = []
    for subject_type, subject, _ in subjects:
        history = changes_of(connection, SubjectType(subject_type), subject)
        _invert(history, first, last, ledger, drafts, kept)
    if not drafts:
        what = Message("Nothing is left of this step to undo: all of it was edited since, or is of the logbook.")
        raise Refused(what, where=batch)
    return Inverse(drafts=drafts, kept=kept)


def undone_by(connection: sqlite3.Connection, batch: str) -> str:
    """The batch that is the inverse of this one and is not undone itself; empty where there is none."""
    rows = connection.execute("SELECT id FROM batch WHERE undoes = ? ORDER BY no DESC", (batch,)).fetchall()
    return next((id_ for (id_,) in rows if not undone_by(connection, id_)), "")


def _in_force(undoers: Mapping[str, Sequence[str]], batch: str) -> bool:
    """Whether a batch counts: no batch that undoes it counts itself."""
    return not any(_in_force(undoers, undoer) for undoer in undoers.get(batch, ()))


class _Ledger:
    """Which edits count, before the undo and after it. Inverses are no edits: what they hold follows from the rest."""

    def __init__(self, connection: sqlite3.Connection, batch: str) -> None:
        self._undoes: dict[str, str] = dict(
            connection.execute("SELECT id, undoes FROM batch WHERE undoes <> ''").fetchall()
        )
        self._before: dict[str, list[str]] = {}
        for undoer, undone in self._undoes.items():
            self._before.setdefault(undone, []).append(undoer)
        self._after = {**self._before, batch: [*self._before.get(batch, []), ""]}

    def counted(self, change: Change) -> bool:
        """Whether it is an edit that counts before the undo."""
        return change.batch not in self._undoes and _in_force(self._before, change.batch)

    def will_count(self, change: Change) -> bool:
        """Whether it is an edit that counts after the undo."""
        return change.batch not in self._undoes and _in_force(self._after, change.batch)


def _invert(
    history: Sequence[Change],
    first: int,
    last: int,
    ledger: _Ledger,
    drafts: list[Draft],
    kept: list[tuple[str, Aspect]],
) -> None:
    mine = [change for change in history if first <= change.seq <= last]
    subject = mine[0].subject
    patches: dict[Instant, dict[Aspect, object]] = {}
    for aspect in dict.fromkeys(aspect for change in mine for aspect in change.patch):
        giving = [change for change in history if aspect in change.patch]
        staying = [change for change in giving if ledger.will_count(change)]
        own = {change.valid_at for change in mine if aspect in change.patch}
        # An earlier undo may have written values of this batch again at other instants.
        instants = own | {
            c.valid_at for c in giving if _value(giving, aspect, c.valid_at) != _value(staying, aspect, c.valid_at)
        }
        values = {instant: _value(staying, aspect, instant) for instant in instants}
        cleared_identity = aspect in _NEVER_CLEARED and None in values.values()
        edited_since = any(change.seq > last and ledger.counted(change) for change in giving)
        if aspect in _NEVER_UNDONE or cleared_identity or edited_since:
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


def _value(giving: Sequence[Change], aspect: Aspect, valid: Instant) -> object:
    winner = max(
        (change for change in giving if change.valid_at <= valid), key=lambda c: (c.valid_at, c.seq), default=None
    )
    return winner.patch[aspect] if winner else None
