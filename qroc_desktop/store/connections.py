"""Connections to one workspace file: one that writes, and one for each thread that reads."""

from __future__ import annotations

import os
import sqlite3
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from qroc_desktop.errors import Message, Refused
from qroc_desktop.store.faults import told
from qroc_desktop.store.folding import fold
from qroc_desktop.store.searching import PERSON_OF, person_of

BUSY_SECONDS = 10.0
CACHE_KIB = 64 * 1024
WAL_KEPT_BYTES = 64 * 1024 * 1024
"""After a large import the write-ahead log is cut back to this."""


def uri(path: Path, mode: str) -> str:
    """SQLite's URI of a file; `mode` is `ro`, `rw` or `ro&immutable=1`."""
    return f"file:{quote(str(path))}?mode={mode}"


def writing_connection(path: Path) -> sqlite3.Connection:
    """The connection that writes: write-ahead log, and every commit on the disk before it is acknowledged."""
    connection = _connect(path, "rw")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA journal_size_limit = {WAL_KEPT_BYTES}")
    connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    connection.execute("PRAGMA trusted_schema = OFF")
    return connection


def reading_connection(path: Path) -> sqlite3.Connection:
    """A connection that cannot write.

    On a medium that cannot be written SQLite cannot share memory with a writer; there the file is read as it
    stands, but only where no write-ahead log holds commits that would be missed.
    """
    try:
        connection = _connect(path, "ro")
        connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone()
    except sqlite3.OperationalError:
        log = Path(f"{path}-wal")
        if os.access(path.parent, os.W_OK) or (log.exists() and log.stat().st_size):
            raise
        connection = _connect(path, "ro&immutable=1")
    connection.execute("PRAGMA query_only = ON")
    connection.execute(f"PRAGMA cache_size = -{CACHE_KIB // 4}")
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.create_function("folded", 1, fold, deterministic=True)
    connection.create_function(PERSON_OF, 1, person_of, deterministic=True)
    return connection


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    # Used by one thread at a time, but closed by whoever closes the workspace.
    return sqlite3.connect(
        uri(path, mode), uri=True, isolation_level=None, timeout=BUSY_SECONDS, check_same_thread=False
    )


class Readers:
    """Hands each thread its own read-only connection, and each question one consistent snapshot."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        self._lock = threading.Lock()
        self._open: dict[int, tuple[weakref.ref[threading.Thread], sqlite3.Connection]] = {}
        self._closed = False

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A snapshot; nested questions of one thread share it."""
        with told(self._path):
            connection = self._mine()
            if connection.in_transaction:
                yield connection
                return
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                if not self._closed:
                    connection.execute("COMMIT")

    def close(self) -> None:
        """Close every connection; questions under way are interrupted."""
        with self._lock:
            self._closed = True
            for _, connection in self._open.values():
                connection.interrupt()
                connection.close()
            self._open.clear()

    def _mine(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if self._closed:
            raise Refused(Message("The workspace is closed."), where=str(self._path))
        if connection is None:
            connection = reading_connection(self._path)
            self._local.connection = connection
            self._remember(connection)
        return connection

    def _remember(self, connection: sqlite3.Connection) -> None:
        with self._lock:
            for ident, (thread, old) in list(self._open.items()):
                alive = thread()
                if alive is None or not alive.is_alive():
                    old.close()
                    del self._open[ident]
            self._open[id(connection)] = (weakref.ref(threading.current_thread()), connection)
