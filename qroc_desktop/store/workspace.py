"""The workspace: one file, one timeline, one writer, and any number of readers.

`Workspace` only puts the parts together; each question and each way to write has a module of its own.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Self

from qroc_desktop.domain.aspects import About, Identity, Origin, Settlement, Style
from qroc_desktop.domain.change import Change, Draft
from qroc_desktop.domain.ids import IdSource
from qroc_desktop.domain.instant import Clock, Instant
from qroc_desktop.domain.query import BatchInfo, Conflict, Foreign, ItemQuery, Moment, Outcome, Row, View
from qroc_desktop.domain.shape import Bounds, Shape
from qroc_desktop.domain.state import Item, Layer, LogEntry
from qroc_desktop.domain.vocabulary import Aspect, SubjectType
from qroc_desktop.errors import Damaged, Message, Refused
from qroc_desktop.store import (
    asking,
    checking,
    conflicts,
    files,
    history,
    logbook,
    opening,
    picture,
    record,
    replay,
    schema,
    searching,
    undoing,
    viewing,
)
from qroc_desktop.store.appending import Batch, Progress, Repeated, repeated
from qroc_desktop.store.asking import When
from qroc_desktop.store.connections import Readers
from qroc_desktop.store.faults import HOW_TO_RECOVER, told
from qroc_desktop.store.lock import WorkspaceLock
from qroc_desktop.store.portions import Portion, portion
from qroc_desktop.store.replay import Step
from qroc_desktop.store.report import Report
from qroc_desktop.store.subscribers import Subscribers
from qroc_desktop.store.writer import Writer

PAGE = 1_000
"""Changes are handed out so many at a time."""
_log = logging.getLogger(__name__)


class Workspace:
    """An open workspace file. Safe to use from any thread; writes happen one after another.

    A moment of None is the present: true now, as far as is known. Every method raises Refused after `close`, and
    Refused or Damaged, in one clear line, where the file cannot be read or written; what was acknowledged before stays.
    """

    def __init__(self, path: Path, *, clock: Clock, ids: IdSource, lock: WorkspaceLock | None) -> None:
        """Use `create` or `open`."""
        self.path = path
        self._clock = clock
        self._ids = ids
        self._lock = lock
        self._subscribers = Subscribers()
        self._shapes = viewing.Shapes()
        self._readers = Readers(path)
        self._writer: Writer | None = None
        try:
            if lock:
                connection = opening.writable(path)
                self._writer = Writer(path, connection, self._subscribers.tell)
            with self._reading() as connection:
                self.schema_version = schema.version_of(connection)
                schema.require_current(self.schema_version, path)
                opening.require_whole(connection, path)
        except BaseException:
            self.close()
            raise

    # Opening and closing

    @classmethod
    def create(cls, path: Path, identity: Identity, *, author: str, clock: Clock, ids: IdSource) -> Self:
        """A new workspace; Refused where a file of that name exists or cannot be made."""
        target = opening.absolute(path)
        opening.require_short_name(target)
        opening.make(target, identity, author=author, batch=ids(), now=clock())
        return cls.open(target, clock=clock, ids=ids)

    @classmethod
    def open(cls, path: Path, *, clock: Clock, ids: IdSource, read_only: bool = False) -> Self:
        """An existing workspace.

        Raises Refused where somebody else has it open for writing (naming who), where a newer program wrote it or it is
        no workspace at all, and Damaged where it cannot be read. A read-only opening needs no lock, and each of its
        questions sees what is committed by then.
        """
        target = opening.absolute(path)
        opening.examine(target)
        lock = None if read_only else WorkspaceLock(target, clock())
        workspace: Self | None = None
        try:
            with told(target):
                workspace = cls(target, clock=clock, ids=ids, lock=lock)
        finally:
            if workspace is None and lock:
                lock.release()
        return workspace

    def close(self) -> None:
        """Finish what is being written, then let go of the file. Closing twice does nothing."""
        if self._writer:
            self._writer.drain()
        self._readers.close()
        if self._writer:
            self._writer.close()
        if self._lock:
            self._lock.release()
            self._lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def read_only(self) -> bool:
        """Whether this opening can only read."""
        return self._writer is None

    # Writing

    def append(
        self,
        drafts: Sequence[Draft],
        *,
        author: str,
        label: str,
        batch: str | None = None,
        undoes: str = "",
        brings: Sequence[files.NewFile] = (),
    ) -> Outcome:
        """Record drafts as one batch, with the files that it brings, all or nothing; returns when all is on the disk.

        An aspect whose base is not what holds now becomes a conflict that keeps both edits (see conflicts.py).
        """
        return self._writing().do(files.brought(brings, self._appending(drafts, author, label, batch, undoes)))

    def submit(
        self, drafts: Sequence[Draft], *, author: str, label: str, batch: str | None = None, undoes: str = "",
        brings: Sequence[files.NewFile] = (),
    ) -> Future[Outcome]:  # fmt: skip
        """The same without waiting."""
        return self._writing().submit(files.brought(brings, self._appending(drafts, author, label, batch, undoes)))

    def append_many(
        self, drafts: Iterable[Draft], *, author: str, label: str, progress: Progress | None = None,
        brings: Sequence[files.NewFile] = (),
    ) -> Outcome:  # fmt: skip
        """A large import as one batch, with the files that it brings. `drafts` is drawn and `progress(done, 0)` called
        in the writer's thread; whatever either raises takes everything back and comes out here."""
        return self._writing().do(files.brought(brings, self._appending(drafts, author, label, None, "", progress)))

    def keep(self, bring: files.NewFile, items: frozenset[str]) -> Future[Outcome]:
        """Keep a file that came later than the changes of these items that name it; whoever shows them is told."""
        return self._writing().submit(files.brought([bring], lambda connection: files.came(connection, items)))

    def repeat(self, batches: Sequence[Repeated]) -> None:
        """Record batches of another workspace again, as they were recorded there: all or nothing, and nobody is told.

        They have to be the ones that follow there on what is here, so that numbers, instants and hashes come out equal.
        """
        self._writing().do(repeated(batches))

    def portion(self, steps: Callable[[Portion], None]) -> None:
        """Record what `steps` appends, in the writer's thread, in one transaction; then all is told, batch by batch."""
        self._writing().do(portion(self._clock, steps))

    def undo(self, batch: str, *, author: str) -> Outcome:
        """Record the inverse of a batch; the undo of an undo does it again (see undoing.py).

        Raises Refused where it is undone already, or nothing of it is left to undo.
        """

        def job(connection: sqlite3.Connection) -> Outcome:
            plan = undoing.inverse(connection, batch)
            inverse = self._batch(connection, author, "undo", None, batch)
            inverse.add(plan.drafts)
            return inverse.close(plan.kept)

        return self._writing().do(job)

    def settle(self, conflict: Conflict, *, author: str) -> Outcome:
        """Mark a conflict as looked at; the losing edit stays in the history."""

        def job(connection: sqlite3.Connection) -> Outcome:
            losers = set(conflicts.settled(connection, conflict.subject_type, conflict.subject))
            value = Settlement(losers=tuple(sorted(losers | {conflict.loser.seq})))
            settling = self._batch(connection, author, "settle", None, "")
            patch = {Aspect.SETTLEMENT: value}
            settling.add([Draft(subject_type=conflict.subject_type, subject=conflict.subject, patch=patch)])
            return settling.close()

        return self._writing().do(job)

    def subscribe(self, callback: Callable[[Outcome], None]) -> Callable[[], None]:
        """Be told of every batch, in the writer's thread, after its commit and before `append` returns.

        Returns what ends it. A callback that raises is logged and disturbs nobody.
        """
        return self._subscribers.add(callback)

    # Time

    def now(self) -> Instant:
        """The clock, never before the last recorded change."""
        with self._reading() as connection:
            return asking.now(connection, self._clock)

    @property
    def clock_behind(self) -> int:
        """Microseconds that the clock is behind the last recorded change; more than 0 means that it was wrong
        then or is wrong now."""
        with self._reading() as connection:
            return max(0, record.head(connection)[2] - self._clock())

    @property
    def last_seq(self) -> int:
        """The number of the last recorded change, by whichever program."""
        with self._reading() as connection:
            return record.head(connection)[0]

    def span(self) -> tuple[Instant, Instant] | None:
        """The first and last instant that something was recorded at or true from (to the minute)."""
        with self._reading() as connection:
            return history.span(connection)

    def histogram(self, buckets: int, start: Instant | None = None, stop: Instant | None = None) -> list[int]:
        """How many changes became true in each of so many equal parts of the span, or of [start, stop)."""
        with self._reading() as connection:
            first, last = history.span(connection) or (Instant(0), Instant(1))
            begin = first if start is None else start
            return history.histogram(connection, buckets, begin, last if stop is None else stop)

    # The picture

    def identity(self, at: Moment | None = None) -> Identity:
        """Whose workspace it is."""
        with self._asking(at) as (connection, when):
            found = history.identity(connection, when)
        if found is None:
            raise Damaged(
                Message("The workspace does not say whose it is."), where=str(self.path), action=HOW_TO_RECOVER
            )
        return found

    def layers(self, at: Moment | None = None) -> list[Layer]:
        """Layers in drawing order, lowest first, removed ones left out."""
        with self._asking(at) as (connection, when):
            return history.layers(connection, when)

    def item(self, id_: str, at: Moment | None = None) -> Item | None:
        """One item, removed ones too (`Item.removed`); None where nothing is known of it at that moment."""
        with self._asking(at) as (connection, when):
            return picture.item(connection, id_, when)

    def items_by_id(self, ids: Sequence[str]) -> dict[str, Item]:
        """These items in their last state, removed ones too, by their ids; those that nobody knows are left out."""
        with self._reading() as connection:
            return {item.id: item for item in picture.items_by_id(connection, ids)}

    def items(self, query: ItemQuery, at: Moment | None = None) -> Iterator[Item]:
        """Items in drawing order: by the order of their layer, then by `valid_from`. The answer is that of one instant,
        however long it is drawn."""
        with self._asking(at) as (connection, when):
            wanted = picture.references(connection, query, when, history.layers(connection, when))
        for chunk in record.chunked(wanted, picture.WINDOW):
            with self._reading() as connection:
                loaded = picture.loaded(connection, chunk)
            yield from loaded

    def rows(
        self,
        query: ItemQuery,
        at: Moment | None = None,
        *,
        order: str = "valid_from",
        descending: bool = True,
        offset: int = 0,
    ) -> list[Row]:
        """Table rows; `order` is a field of Row."""
        with self._asking(at) as (connection, when):
            ordering = self._ordering(connection, when, order, descending=descending)
            return picture.rows(connection, query, when, ordering, offset)

    def row_ids(
        self, query: ItemQuery, at: Moment | None = None, *, order: str = "valid_from", descending: bool = True
    ) -> Sequence[str]:
        """Ids of all that fit, in order: for a table that fetches its rows a window at a time."""
        with self._asking(at) as (connection, when):
            ordering = self._ordering(connection, when, order, descending=descending)
            return picture.ids(connection, query, when, ordering)

    def rows_by_id(self, ids: Sequence[str], at: Moment | None = None) -> list[Row]:
        """Rows of these items in this order; those not shown at the moment are left out."""
        with self._asking(at) as (connection, when):
            return picture.rows_by_id(connection, ids, when)

    def origins(self, ids: Sequence[str], at: Moment | None = None) -> dict[str, Origin]:
        """Where these items came from, by their ids; those entered here, or not shown at the moment, are left out."""
        with self._asking(at) as (connection, when):
            return picture.origins(connection, ids, when)

    def items_having(self, ids: Sequence[str], aspects: Iterable[Aspect], at: Moment | None = None) -> dict[str, Item]:
        """Of these items those that have one of these aspects, by their ids."""
        with self._asking(at) as (connection, when):
            return {item.id: item for item in picture.having(connection, ids, aspects, when)}

    def count(self, query: ItemQuery, at: Moment | None = None) -> int:
        """How many items fit."""
        with self._asking(at) as (connection, when):
            return picture.count(connection, query, when)

    def view(
        self,
        bounds: Bounds,
        zoom: float,
        at: Moment | None = None,
        *,
        layers: frozenset[str] | None = None,
        limit: int = 10_000,
    ) -> View:
        """What the map shows (see viewing.py). zoom: of Web Mercator tiles of 256 pixels."""
        with self._asking(at) as (connection, when):
            return viewing.view(connection, bounds, zoom, when, layers=layers, limit=limit)

    def shapes(
        self,
        bounds: Bounds,
        zoom: float,
        at: Moment | None = None,
        *,
        layers: frozenset[str] | None = None,
        limit: int = 5_000,
    ) -> Sequence[tuple[Row, Shape, Style | None]]:
        """Lines, areas, circles and tracks in view, generalised; the largest where there are more than `limit`."""
        with self._asking(at) as (connection, when):
            return self._shapes.in_view(connection, bounds, zoom, when, layers=layers, limit=limit)

    def foreign(self, format_: str, layer: str | None = None) -> list[Foreign]:
        """Items now shown that came from a format, by the names that they have there; of one layer or of all.

        Those that a file itself took off the picture are among them (`gone`).
        """
        with self._asking(None) as (connection, _):
            return list(picture.foreign(connection, format_, layer))

    def comments(self, about: About) -> list[Item]:
        """Items that are a comment on this one now, removed ones left out, in the order in which they were made."""
        with self._reading() as connection:
            found = {one.id: one for one in picture.items_by_id(connection, searching.commenting(connection, about))}
        return [one for one in found.values() if one.about == about and not one.removed]

    def entries(
        self,
        text: str = "",
        item: str = "",
        at: Moment | None = None,
        *,
        limit: int = 500,
        before: int | None = None,
    ) -> list[LogEntry]:
        """Logbook entries, the last recorded first. text: words that must all occur; item: an id that they are linked
        to; before: the seq of an entry (`seqs[Aspect.ENTRY]`), to go on from it."""
        with self._asking(at) as (connection, when):
            return logbook.entries(connection, when, text=text, item=item, limit=limit, before=before)

    def file(self, sha256: str) -> BinaryIO | None:
        """The bytes of a file that is kept here, to be closed by whoever asked; None where there is none."""
        return files.opened(self._reading, sha256, str(self.path))

    # The record

    def history(self, subject_type: SubjectType, subject: str) -> list[Change]:
        """Every change of a subject, first to last."""
        with self._reading() as connection:
            return record.changes_of(connection, subject_type, subject)

    def batches(self, limit: int = 200, before: str | None = None) -> list[BatchInfo]:
        """Batches, newest first; `before` is a batch id, to go on from it."""
        with self._reading() as connection:
            return history.batches(connection, limit, before)

    def batch(self, id_: str) -> BatchInfo | None:
        """One batch; None where there is none of that id."""
        with self._reading() as connection:
            return history.batch(connection, id_)

    def touched(self, batch: str, limit: int = 20) -> list[tuple[SubjectType, str]]:
        """The first subjects that a batch changed, in its order; none for a batch that is not there."""
        with self._reading() as connection:
            return history.touched(connection, batch, limit)

    def conflicts(self, open_only: bool = True) -> list[Conflict]:
        """Edits that lost to another of the same aspect, newest first; those nobody settled yet, or all."""
        with self._reading() as connection:
            return conflicts.listed(connection, open_only=open_only)

    def changes(self, after_seq: int = 0) -> Iterator[Change]:
        """Every change after `after_seq`, in the order of recording."""
        while True:
            with self._reading() as connection:
                page = record.changes_after(connection, after_seq, PAGE)
            yield from page
            if len(page) < PAGE:
                return
            after_seq = page[-1].seq

    # Keeping it sound

    def check(self, progress: Step | None = None) -> Report:
        """SQLite's integrity, the chain of hashes, and the projection against a fresh fold of the changes."""
        with told(self.path):
            return checking.check(self.path, progress)

    def repair(self, progress: Step | None = None) -> None:
        """Fold the projection again from the changes; the changes themselves are not touched."""

        def job(connection: sqlite3.Connection) -> None:
            replay.project_again(connection, progress)

        self._writing().do(job)

    def backup(self, to: Path) -> None:
        """A copy as of now in a new file; Refused where there is one of that name. Writing goes on meanwhile."""
        target = opening.absolute(to)
        with told(target), opening.placed(target) as rough, self._reading() as connection:
            copy = sqlite3.connect(rough)
            try:
                connection.backup(copy)
            finally:
                copy.close()

    # What the above is made of

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._readers.reading() as connection:
            yield connection

    @contextmanager
    def _asking(self, at: Moment | None) -> Iterator[tuple[sqlite3.Connection, When]]:
        with self._readers.reading() as connection:
            yield connection, asking.resolve(connection, at, self._clock)

    def _ordering(self, connection: sqlite3.Connection, when: When, order: str, *, descending: bool) -> str:
        rank: dict[int, int] = {}
        if order == "layer":
            place = {layer.id: number for number, layer in enumerate(history.layers(connection, when), start=1)}
            rank = {key: place.get(name, 0) for key, name in asking.layer_names(connection).items()}
        return picture.ordering_of(order, descending=descending, layer_rank=rank)

    def _writing(self) -> Writer:
        if self._writer is None:
            raise Refused(
                Message("The workspace is open for reading only."),
                where=str(self.path),
                action=Message("Open it for writing."),
            )
        return self._writer

    def _batch(self, connection: sqlite3.Connection, author: str, label: str, batch: str | None, undoes: str) -> Batch:
        return Batch(
            connection, id_=batch or self._ids(), author=author, label=label, undoes=undoes, clock=self._clock()
        )

    def _appending(
        self,
        drafts: Iterable[Draft],
        author: str,
        label: str,
        batch: str | None,
        undoes: str,
        progress: Progress | None = None,
    ) -> Callable[[sqlite3.Connection], Outcome]:
        def job(connection: sqlite3.Connection) -> Outcome:
            making = self._batch(connection, author, label, batch, undoes)
            making.add(drafts, progress)
            return making.close()

        return job
