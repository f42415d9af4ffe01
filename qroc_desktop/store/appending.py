"""One batch: drafts checked, recorded, chained and projected, all inside one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import msgspec

from qroc_desktop.domain.aspects import Entry
from qroc_desktop.domain.change import Change, ChangeError, Draft, decode_patch, encode_patch
from qroc_desktop.domain.instant import BEGINNING, FOREVER, Instant
from qroc_desktop.domain.query import BatchInfo, Conflict, Outcome
from qroc_desktop.domain.shape import ShapeError
from qroc_desktop.domain.vocabulary import Aspect, SubjectType
from qroc_desktop.errors import Message, Refused
from qroc_desktop.reasons import reason_of
from qroc_desktop.store import conflicts
from qroc_desktop.store.accepting import require_acceptable
from qroc_desktop.store.files import NewFile, brought
from qroc_desktop.store.projector import Projector
from qroc_desktop.store.record import Chain, ChangeRow, chunked, encode_bases, head

CHUNK = 1_000
MAX_ID = 200
"""Characters of an id; those we make have 32."""
Progress = Callable[[int, int], None]

_PUT_CHANGE = "INSERT INTO change VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
_PUT_BATCH = "INSERT INTO batch VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"


class Batch:
    """A batch in the making. The caller begins and ends the transaction."""

    def __init__(
        self, connection: sqlite3.Connection, *, id_: str, author: str, label: str, undoes: str, clock: Instant
    ) -> None:
        if connection.execute("SELECT 1 FROM batch WHERE id = ?", (id_,)).fetchone():
            raise Refused(Message("This batch is recorded already."), where=id_)
        seq, number, last, digest = head(connection)
        self._db = connection
        self.id = id_
        self._author = author
        self._label = label
        self._undoes = undoes
        self.recorded_at = Instant(max(clock, last + 1))
        self._number = number + 1
        self._first = self._seq = seq + 1
        self._chain = Chain(digest)
        self._projector = Projector(connection)
        self._touched: dict[SubjectType, set[str]] = {kind: set() for kind in SubjectType}
        self._aspects: set[Aspect] = set()
        self._conflicts: list[Conflict] = []
        self._settlements: list[Change] = []

    def add(self, drafts: Iterable[Draft], progress: Progress | None = None, total: int = 0) -> None:
        """Record drafts; `progress(done, total)` is told after each thousand and may raise to stop."""
        for chunk in chunked(drafts, CHUNK):
            self._add_chunk(chunk)
            if progress:
                progress(self._seq - self._first, total)

    def close(self, kept: Sequence[tuple[str, Aspect]] = ()) -> Outcome:
        """Write the batch row. Raises Refused for an empty batch."""
        count = self._seq - self._first
        if not count:
            raise Refused(Message("There is nothing to record."))
        self._projector.finish()
        digest = self._chain.closed(self.id, self._label, self._author, self.recorded_at, self._undoes, count)
        row = (self._number, self.id, self._label, self._author, self.recorded_at, self._undoes, self._first, count)
        self._db.execute(_PUT_BATCH, (*row, digest))
        conflicts.note_settlements(self._db, self._settlements)  # reads changes by their batch, so after it
        return Outcome(
            batch=self.id,
            first_seq=self._first,
            last_seq=self._seq - 1,
            recorded_at=self.recorded_at,
            undoes=self._undoes,
            items=frozenset(self._touched[SubjectType.ITEM]),
            layers=frozenset(self._touched[SubjectType.LAYER]),
            entries=frozenset(self._touched[SubjectType.ENTRY]),
            aspects=frozenset(self._aspects),
            identity=bool(self._touched[SubjectType.WORKSPACE]),
            conflicts=tuple(self._conflicts),
            kept=tuple(kept),
        )

    def _add_chunk(self, drafts: Sequence[Draft]) -> None:
        changes: list[Change] = []
        rows: list[ChangeRow] = []
        for draft in drafts:
            change = self._change(draft)
            try:
                row = self._row(change)
                self._chain.add(row)
            except (UnicodeEncodeError, OverflowError, msgspec.MsgspecError) as error:
                what = Message("The change holds something that cannot be stored: {reason}.", reason=str(error))
                raise Refused(what, where=draft.subject[:MAX_ID].encode(errors="replace").decode()) from error
            changes.append(change)
            rows.append(row)
            self._touched[change.subject_type].add(change.subject)
            self._aspects.update(change.patch)
            self._seq += 1
        self._check_entries(changes)
        self._db.executemany(_PUT_CHANGE, rows)
        for change in changes:
            if change.bases:
                self._conflicts += conflicts.of_change(self._db, change, before=self._first)
        self._projector.apply(changes)
        conflicts.put(self._db, self._conflicts)
        self._settlements += [change for change in changes if Aspect.SETTLEMENT in change.patch]

    def _change(self, draft: Draft) -> Change:
        try:
            require_acceptable(draft.subject_type, draft.patch)
        except (ChangeError, ShapeError) as error:
            what = Message("The change is not valid: {reason}.", reason=reason_of(error))
            raise Refused(what, where=draft.subject[:MAX_ID]) from error
        if not 0 < len(draft.subject) <= MAX_ID:
            raise Refused(Message("A change needs the id of what it is about."), where=draft.subject[:MAX_ID])
        valid_at = self.recorded_at if draft.valid_at is None else draft.valid_at
        if not BEGINNING <= valid_at < FOREVER:
            raise Refused(Message("The instant of a change is out of range."), where=draft.subject)
        return Change(
            seq=self._seq,
            batch=self.id,
            subject_type=draft.subject_type,
            subject=draft.subject,
            patch=draft.patch,
            valid_at=valid_at,
            recorded_at=self.recorded_at,
            author=self._author,
            bases=draft.bases,
        )

    def _row(self, change: Change) -> ChangeRow:
        """What is recorded is read back first: a value that only looks like its type must not be found out later."""
        patch = encode_patch(change.patch)
        if decode_patch(patch) != change.patch and b"null" in patch:
            raise OverflowError("a number is not finite")
        return (
            change.seq,
            self._number,
            str(change.subject_type),
            change.subject,
            patch.decode(),
            change.valid_at,
            change.recorded_at,
            change.author,
            encode_bases(change.bases.items()) if change.bases else "",
        )

    def _check_entries(self, changes: Sequence[Change]) -> None:
        """A logbook entry is written once and never cleared; only its marking may change."""
        written: set[str] = set()
        for change in changes:
            if change.subject_type is not SubjectType.ENTRY:
                continue
            found = self._db.execute("SELECT 1 FROM entry WHERE id = ?", (change.subject,)).fetchone()
            exists = found is not None or change.subject in written
            if isinstance(change.patch.get(Aspect.ENTRY), Entry) and not exists:
                written.add(change.subject)
            elif Aspect.ENTRY in change.patch or not exists:
                what = Message("A logbook entry is written once and never edited.")
                raise Refused(what, where=change.subject, action=Message("Add a correction instead."))


@dataclass(frozen=True, slots=True)
class Repeated:
    """A batch of another workspace with its changes as drafts, and with the files that it brought."""

    batch: BatchInfo
    drafts: Sequence[Draft]
    brings: Sequence[NewFile] = ()

    def recorded(self, connection: sqlite3.Connection) -> None:
        """Record it, under its own name, author and instant; the caller begins and ends the transaction."""
        batch = self.batch
        making = Batch(
            connection, id_=batch.id, author=batch.author, label=batch.label, undoes=batch.undoes,
            clock=batch.recorded_at,
        )  # fmt: skip
        making.add(self.drafts)
        making.close()


def repeated(batches: Sequence[Repeated]) -> Callable[[sqlite3.Connection], None]:
    """The writer's job that records them all."""

    def job(connection: sqlite3.Connection) -> None:
        for one in batches:
            brought(one.brings, one.recorded)(connection)

    return job
