"""Is the file what was written? SQLite's own check, the chain of hashes, and the projection against a fresh fold."""

# ruff: noqa: S608 - statements are put together from constants and integers; values are parameters
from __future__ import annotations

import sqlite3
from pathlib import Path

from qroc_desktop.errors import Message
from qroc_desktop.store import files, schema
from qroc_desktop.store.connections import uri
from qroc_desktop.store.record import GENESIS, Chain, ChangeRow
from qroc_desktop.store.replay import Step, project_all
from qroc_desktop.store.report import Report

_RTREES = ("item_box", "extent_box", "past_box", "past_extent_box")
_DAMAGE_SHOWN = 20


def check(path: Path, progress: Step | None = None) -> Report:
    """Everything that can be checked; takes about as long as importing the same data. Never writes to the file."""
    report = Report(messages=[])
    connection = sqlite3.connect("", isolation_level=None, uri=True)
    try:
        connection.execute("ATTACH ? AS file", (uri(path, "ro"),))
        connection.execute("BEGIN")
        try:
            _check_pages(connection, report)
            check_chain(connection, report)
            files.check(connection, report)
            if report.sound:
                _check_projection(connection, report, progress)
        except sqlite3.DatabaseError as error:
            report.messages.append(Message("The file cannot be read to its end: {reason}.", reason=str(error)))
    finally:
        connection.close()
    return report


def check_chain(connection: sqlite3.Connection, report: Report) -> None:
    """Every batch has its changes, and its hash follows from them and from the batch before."""
    batches = connection.execute(
        "SELECT no, id, label, author, recorded_at, undoes, first_seq, count, hash FROM batch ORDER BY no"
    )
    rows = connection.execute(
        "SELECT seq, batch, subject_type, subject, patch, valid_at, recorded_at, author, bases FROM change ORDER BY seq"
    )
    row: ChangeRow | None = next(rows, None)
    before = GENESIS
    for no, id_, label, author, recorded_at, undoes, first, count, digest in batches:
        chain, found, start = Chain(before), 0, row[0] if row else None
        while row is not None and row[1] == no:
            chain.add(row)
            found += 1
            row = next(rows, None)
        if found != count or start != first:
            report.incomplete += 1
            report.messages.append(
                Message("Batch {batch}: {found} of {count} changes are there.", batch=id_, found=found, count=count)
            )
        if chain.closed(id_, label, author, recorded_at, undoes, count) != digest and not report.chain_broken_at:
            report.chain_broken_at = id_
            report.messages.append(Message("Batch {batch}: the chain of hashes breaks here.", batch=id_))
        before = bytes(digest)
        report.batches += 1
        report.changes += found
    if row is not None:
        report.messages.append(Message("Change {seq} belongs to no batch.", seq=row[0]))


def _check_pages(connection: sqlite3.Connection, report: Report) -> None:
    for (line,) in connection.execute(f"PRAGMA file.integrity_check({_DAMAGE_SHOWN})"):
        if line != "ok":
            report.messages.append(Message("SQLite: {line}", line=line))
    for tree in _RTREES:
        (line,) = connection.execute("SELECT rtreecheck('file', ?)", (tree,)).fetchone()
        if line != "ok":
            report.messages.append(Message("SQLite: {line}", line=line))


def _check_projection(connection: sqlite3.Connection, report: Report, progress: Step | None) -> None:
    """Names without a schema are those of the empty database first: the projection is built there, from the record
    in the file."""
    schema.create_projection(connection)
    project_all(connection, progress)
    for table in schema.PROJECTED:
        differing = connection.execute(
            f"SELECT (SELECT count(*) FROM (SELECT * FROM main.{table} EXCEPT SELECT * FROM file.{table}))"
            f" + (SELECT count(*) FROM (SELECT * FROM file.{table} EXCEPT SELECT * FROM main.{table}))"
        ).fetchone()[0]
        _note(report, table, differing)
    for table in schema.SEARCHED:
        for place in ("main", "file"):
            connection.execute(f"CREATE VIRTUAL TABLE temp.{place}_{table} USING fts5vocab ({place}, {table}, 'row')")
        ours, theirs = f"temp.main_{table}", f"temp.file_{table}"
        differing = connection.execute(
            f"SELECT (SELECT count(*) FROM (SELECT * FROM {ours} EXCEPT SELECT * FROM {theirs}))"
            f" + (SELECT count(*) FROM (SELECT * FROM {theirs} EXCEPT SELECT * FROM {ours}))"
        ).fetchone()[0]
        _note(report, table, differing)


def _note(report: Report, table: str, differing: int) -> None:
    if differing:
        differs = Message(
            "The index {table} does not agree with the changes ({count} rows); it can be built again from them.",
            table=table,
            count=differing,
        )
        report.messages.append(differs)
