"""Logbook entries: found by word, by item or by age, then folded from their few changes."""

# ruff: noqa: S608 - statements are put together from constants and integers; values are parameters
from __future__ import annotations

import sqlite3
from typing import Any

import msgspec

from qroc_desktop.domain.fold import fold_subject
from qroc_desktop.domain.state import LogEntry
from qroc_desktop.domain.vocabulary import SubjectType
from qroc_desktop.store.asking import When
from qroc_desktop.store.folding import match_expression
from qroc_desktop.store.record import changes_of


def entries(
    connection: sqlite3.Connection, when: When, *, text: str, item: str, limit: int, before: int | None
) -> list[LogEntry]:
    """Entries, the last recorded first; `before` is the seq of an entry, to go on from it."""
    conditions = ["e.valid_at <= :valid", "e.recorded_at <= :known"]
    params: dict[str, Any] = {"valid": when.valid, "known": when.known, "limit": limit, "before": before}
    if before is not None:
        conditions.append("e.seq < :before")
    if text.strip():
        params["words"] = match_expression(text)
        if params["words"] is None:
            return []
        conditions.append("e.seq IN (SELECT rowid FROM entry_text WHERE entry_text MATCH :words)")
    if item:
        params["item"] = item
        conditions.append("e.seq IN (SELECT seq FROM entry_item WHERE item = :item)")
    where = " AND ".join(conditions)
    statement = f"SELECT e.id FROM entry e WHERE {where} ORDER BY e.seq DESC LIMIT :limit"
    found = connection.execute(statement, params).fetchall()
    return [entry for (id_,) in found if (entry := _entry(connection, id_, when))]


def _entry(connection: sqlite3.Connection, id_: str, when: When) -> LogEntry | None:
    changes = changes_of(connection, SubjectType.ENTRY, id_)
    entry = fold_subject(changes, LogEntry, valid=when.valid, known=when.known)
    if entry is None:
        return None
    corrections = connection.execute(
        "SELECT id FROM entry WHERE corrects = ? AND corrects <> '' AND valid_at <= ? AND recorded_at <= ?"
        " ORDER BY seq",
        (id_, when.valid, when.known),
    )
    return msgspec.structs.replace(entry, corrected_by=tuple(id_ for (id_,) in corrections))
