"""What can still be read of a damaged workspace, into a new one.

Changes, batches and pieces of attached files are looked for on every page by themselves (pages.py), so that a
destroyed tree, header or neighbour costs nothing but what lay on it. The projection is not looked at: it is folded
again. Changes keep their numbers, with gaps where some are lost; the chain of hashes is begun anew, and a last batch
labelled `recovered` says so.
"""

from __future__ import annotations

import bisect
import mmap
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from qroc_desktop.domain.aspects import Identity
from qroc_desktop.domain.change import Draft, decode_patch
from qroc_desktop.domain.instant import BEGINNING, FOREVER, Clock, Instant
from qroc_desktop.domain.vocabulary import Aspect, SubjectType
from qroc_desktop.errors import Message, Refused
from qroc_desktop.store import files, history, opening
from qroc_desktop.store.accepting import require_acceptable
from qroc_desktop.store.appending import Batch
from qroc_desktop.store.asking import When
from qroc_desktop.store.faults import told
from qroc_desktop.store.lock import WorkspaceLock
from qroc_desktop.store.pages import Pages, Record
from qroc_desktop.store.record import GENESIS, Chain, ChangeRow
from qroc_desktop.store.replay import Step, project_all
from qroc_desktop.store.report import Report

LABEL = "recovered"
_SHA256 = 32
_TYPES = {str(kind) for kind in SubjectType}
BatchRow = tuple[int, str, str, str, int, str, int, int, bytes]
"""no, id, label, author, recorded_at, undoes, first_seq, count, hash."""


def recover(
    path: Path, to: Path, *, clock: Clock, ids: Callable[[], str], author: str = LABEL, progress: Step | None = None
) -> Report:
    """Copy what can be read of `path` to the new workspace `to`; `path` is only read.

    Raises Refused where `to` exists, where somebody has `path` open, or where not one change can be read.
    """
    path, to = opening.absolute(path), opening.absolute(to)
    opening.require_file(path)
    with told(to):
        if to.exists():
            raise Refused(Message("There is a file of this name already."), where=str(to))
        # On a medium that cannot be written nobody else writes either.
        lock = WorkspaceLock(path, clock()) if os.access(path.parent, os.W_OK) and path.exists() else None
        try:
            changes, batches = _found(path)
            if not changes:
                raise Refused(Message("No change can be read from the file."), where=str(path))
            report = _judged(changes, batches)
            with opening.placed(to) as rough:
                _write(rough, changes, batches, report, clock=clock, ids=ids, author=author, progress=progress)
                _write_files(rough, path, report)
        finally:
            if lock:
                lock.release()
    return report


def _found(path: Path) -> tuple[dict[int, ChangeRow], dict[int, BatchRow]]:
    changes: dict[int, ChangeRow] = {}
    batches: dict[int, BatchRow] = {}
    for rowid, values in _records(path):
        if _is_change(values):
            changes.setdefault(rowid, (rowid, *values[1:]))
        elif _is_batch(values):
            batches.setdefault(rowid, (rowid, *values[1:]))
    sane = _in_order(batches)
    return _placed(changes, sane), sane


def _records(path: Path) -> Iterator[tuple[int, Record]]:
    """Every row that can be read, of whatever table."""
    log = Path(f"{path}-wal")
    with path.open("rb") as file:
        if not os.fstat(file.fileno()).st_size:
            return
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            yield from Pages(data, log.read_bytes() if log.exists() else b"").records()


def _in_order(batches: dict[int, BatchRow]) -> dict[int, BatchRow]:
    """Without rows whose numbers were damaged: batches follow each other in seq and in time."""
    kept: dict[int, BatchRow] = {}
    next_seq, last_time = 1, BEGINNING
    for number in sorted(batches):
        row = batches[number]
        if row[6] >= next_seq and row[7] > 0 and last_time < row[4] < FOREVER:
            kept[number] = row
            next_seq, last_time = row[6] + row[7], Instant(row[4])
    return kept


def _placed(changes: dict[int, ChangeRow], batches: dict[int, BatchRow]) -> dict[int, ChangeRow]:
    """Changes with the batch that their seq puts them in; its own row knows best when and by whom it was recorded."""
    numbers = sorted(batches)
    firsts = [batches[number][6] for number in numbers]
    placed: dict[int, ChangeRow] = {}
    least = 1
    for seq in sorted(changes):
        row = changes[seq]
        place = bisect.bisect_right(firsts, seq) - 1
        before = batches[numbers[place]] if place >= 0 else None
        if before is not None and seq < before[6] + before[7]:
            least = before[0]
            placed[seq] = (seq, before[0], *row[2:6], before[4], before[3], row[8])
            continue
        after = batches[numbers[place + 1]] if place + 1 < len(numbers) else None
        least = max(least, before[0] + 1 if before else 1)
        number = row[1] if row[1] >= least else least
        if after is not None and not number < after[0]:
            number = after[0] - 1
        if number >= least:
            least = number
            placed[seq] = (seq, number, *row[2:])
    return placed


def _fits(values: Record, kinds: tuple[type, ...]) -> bool:
    """The first column stands for the rowid, and SQLite stores nothing there."""
    return (
        len(values) == len(kinds) + 1
        and values[0] is None
        and all(type(value) is kind for value, kind in zip(values[1:], kinds, strict=True))
    )


def _is_change(values: Record) -> bool:
    if not _fits(values, (int, str, str, str, int, int, str, str)) or values[2] not in _TYPES:
        return False
    try:
        patch = decode_patch(values[4])
        require_acceptable(SubjectType(values[2]), patch)
    except (msgspec.DecodeError, ValueError):
        return False
    return bool(values[3]) and BEGINNING <= values[5] < FOREVER


def _is_batch(values: Record) -> bool:
    return _fits(values, (str, str, str, int, str, int, int, bytes)) and len(values[8]) == _SHA256


def _judged(changes: dict[int, ChangeRow], batches: dict[int, BatchRow]) -> Report:
    report = Report(messages=[], changes=len(changes), batches=len(batches))
    by_batch: dict[int, list[ChangeRow]] = {}
    for seq in sorted(changes):
        by_batch.setdefault(changes[seq][1], []).append(changes[seq])
    last, before = 0, GENESIS
    for number in sorted({*batches, *by_batch}):
        if number > last + 1:
            report.incomplete += number - last - 1
            _broken(report, str(last + 1))
            lost = Message("Batches {first} to {last} are lost.", first=last + 1, last=number - 1)
            report.messages.append(lost)
        batch, rows = batches.get(number), by_batch.get(number, [])
        if batch is None:
            report.incomplete += 1
            bare = Message(
                "Batch {number}: its own record is lost; {found} of its changes came over.",
                number=number,
                found=len(rows),
            )
            report.messages.append(bare)
            _broken(report, str(number))
        else:
            _judge_batch(report, batch, rows, before)
        last, before = number, batch[8] if batch else b""
    return report


def _judge_batch(report: Report, batch: BatchRow, rows: list[ChangeRow], before: bytes) -> None:
    _, id_, label, author, recorded_at, undoes, _, count, digest = batch
    chain = Chain(before)
    for row in rows:
        chain.add(row)
    if len(rows) != count:
        report.incomplete += 1
        came = Message("Batch {batch}: {found} of {count} changes came over.", batch=id_, found=len(rows), count=count)
        report.messages.append(came)
    if chain.closed(id_, label, author, recorded_at, undoes, count) != digest:
        _broken(report, id_)


def _broken(report: Report, batch: str) -> None:
    if not report.chain_broken_at:
        report.chain_broken_at = batch
        report.messages.append(Message("The chain of hashes breaks at batch {batch}.", batch=batch))


def _write(
    path: Path,
    changes: dict[int, ChangeRow],
    batches: dict[int, BatchRow],
    report: Report,
    *,
    clock: Clock,
    ids: Callable[[], str],
    author: str,
    progress: Step | None,
) -> None:
    connection = opening.blank(path)
    try:
        connection.execute("BEGIN IMMEDIATE")
        _write_record(connection, [changes[seq] for seq in sorted(changes)], batches, ids)
        project_all(connection, progress)
        _close_record(connection, report, now=clock(), id_=ids(), author=author)
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode = WAL")
    finally:
        connection.close()


def _write_files(to: Path, path: Path, report: Report) -> None:
    """In a second look at the pages: the files of items may be many times what memory holds."""
    connection = sqlite3.connect(to, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
        found = ((values[1], values[2], values[3]) for _, values in _records(path) if files.is_piece(values))
        files.recover(connection, found, report)
        connection.execute("COMMIT")
    finally:
        connection.close()


def _write_record(
    connection: sqlite3.Connection,
    changes: list[ChangeRow],
    batches: dict[int, BatchRow],
    ids: Callable[[], str],
) -> None:
    connection.executemany("INSERT INTO change VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", changes)
    before = GENESIS
    used: set[str] = set()
    for number, rows in _grouped(changes):
        first = rows[0]
        known = batches.get(number)
        if known and known[1] in used:
            known = None
        id_, label, author, recorded_at, undoes = known[1:6] if known else (ids(), LABEL, first[7], first[6], "")
        used.add(id_)
        chain = Chain(before)
        for row in rows:
            chain.add(row)
        before = chain.closed(id_, label, author, recorded_at, undoes, len(rows))
        values: tuple[Any, ...] = (number, id_, label, author, recorded_at, undoes, first[0], len(rows), before)
        connection.execute("INSERT INTO batch VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)


def _grouped(changes: Iterable[ChangeRow]) -> Iterable[tuple[int, list[ChangeRow]]]:
    """Runs of changes of one batch, in order; a batch number comes once."""
    groups: dict[int, list[ChangeRow]] = {}
    for change in changes:
        groups.setdefault(change[1], []).append(change)
    return sorted(groups.items())


def _close_record(connection: sqlite3.Connection, report: Report, *, now: Instant, id_: str, author: str) -> None:
    """A last batch that repeats whose workspace it is: the mark that it was recovered, and when."""
    last = Batch(connection, id_=id_, author=author, label=LABEL, undoes="", clock=now)
    identity = history.identity(connection, When(last.recorded_at, last.recorded_at, present=True))
    if identity is None:
        # What is not known to be an exercise is handled as the real thing.
        identity = Identity(centre="?", country="")
        report.messages.append(Message("Whose workspace it was is lost; it is taken to be a live one."))
    subject = opening.WORKSPACE_SUBJECT
    last.add([Draft(subject_type=SubjectType.WORKSPACE, subject=subject, patch={Aspect.IDENTITY: identity})])
    last.close()
