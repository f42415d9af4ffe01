"""The exchange's hybrid logical clock, kept in the file: it survives restarts and is one for all processes."""

from __future__ import annotations

import sqlite3

from qroc_desktop.domain.instant import Instant
from qroc_desktop.sync import hlc


def tick(connection: sqlite3.Connection, now: Instant) -> int:
    """The stamp of something that is sent, within an open transaction."""
    return _kept(connection, hlc.ticked(_last(connection), now))


def merge(connection: sqlite3.Connection, received: int, now: Instant) -> None:
    """Take note of a stamp that came in; one that is too far ahead would drag our clock along and is left out."""
    if not hlc.ahead(received, now):
        _kept(connection, hlc.merged(_last(connection), received, now))


def _last(connection: sqlite3.Connection) -> int:
    row = connection.execute("SELECT value FROM meta WHERE key = 'hlc'").fetchone()
    return int(row[0]) if row else 0


def _kept(connection: sqlite3.Connection, stamp: int) -> int:
    connection.execute(
        "INSERT INTO meta (key, value) VALUES ('hlc', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (str(stamp),),
    )
    return stamp
