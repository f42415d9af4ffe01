"""The exchange file: one SQLite file that the window and the node use at the same time.

Whatever is acknowledged to a person or to a peer has been committed with `synchronous=FULL` before. Every change is
one `BEGIN IMMEDIATE` transaction, so that two processes never build on the same state.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Final
from urllib.parse import quote

from qroc_desktop.errors import Message, Refused
from qroc_desktop.store import faults
from qroc_desktop.store.faults import FileWords
from qroc_desktop.sync import schema
from qroc_desktop.sync.files import sync_folder

BUSY_SECONDS = 30.0
_WAL_KEPT_BYTES = 16 * 1024 * 1024
_CHECKPOINT_PAGES = 3000
"""What was committed is copied from the log into the file each time that it has come to so much (12 MB): every commit
is on the disk before that, and a burst of bundles should not wait for the copying more often than it must."""


class Database:
    """The one connection of a process to an exchange file; threads take turns."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._turn = threading.RLock()
        with told(path):
            self._connection = _connected(path)
            try:
                schema.bring_up_to_date(self._connection, path)
            except BaseException:
                self._connection.close()
                raise

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction, committed at the end and undone by an exception.

        Within another one it is a part of that: an exception undoes the part, and only the whole is committed.
        """
        with self._turn, told(self.path, writing=True):
            if self._connection.in_transaction:
                with self._part():
                    yield self._connection
                return
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                self._undo()
                raise

    def joining(self) -> AbstractContextManager[sqlite3.Connection]:
        """As `writing`, for a step of one statement that is mostly part of another one: what is undone with that needs
        no undoing of its own."""
        return _Part(self.path, self._turn, self._connection) if self.held else self.writing()

    @property
    def held(self) -> bool:
        """Whether a transaction is open in this thread: until it ends nobody else changes anything."""
        with self._turn, told(self.path):  # waits for the transaction of another thread
            return self._connection.in_transaction

    @property
    def mark(self) -> tuple[int, int]:
        """Changes with whatever anybody commits: while two of them are equal, nothing has."""
        with self._turn, told(self.path):
            version = int(self._connection.execute("PRAGMA data_version").fetchone()[0])
            return version, self._connection.total_changes

    def reading(self) -> AbstractContextManager[sqlite3.Connection]:
        """One consistent view."""
        return _Part(self.path, self._turn, self._connection) if self.held else self._view()

    @contextmanager
    def _view(self) -> Iterator[sqlite3.Connection]:
        with self._turn, told(self.path):
            self._connection.execute("BEGIN")
            try:
                yield self._connection
            finally:
                self._connection.execute("ROLLBACK")

    @contextmanager
    def _part(self) -> Iterator[None]:
        self._connection.execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK TO part")
                self._connection.execute("RELEASE part")
            raise
        self._connection.execute("RELEASE part")

    def _undo(self) -> None:
        if self._connection.in_transaction:  # a full disk has ended it already
            self._connection.execute("ROLLBACK")

    def observe(self, watcher: Callable[[str], None] | None) -> None:
        """Tell `watcher` every statement before it runs; for measuring, and for tests that end the process there."""
        self._connection.set_trace_callback(watcher)

    def close(self) -> None:
        """Close the connection; the file stays as it was committed."""
        with self._turn:
            self._connection.close()


class _Part:
    """The connection within a transaction that this thread has open; made many times for each bundle."""

    __slots__ = ("_connection", "_path", "_turn")

    def __init__(self, path: Path, turn: threading.RLock, connection: sqlite3.Connection) -> None:
        self._path = path
        self._turn = turn
        self._connection = connection

    def __enter__(self) -> sqlite3.Connection:
        self._turn.acquire()
        return self._connection

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._turn.release()
        if isinstance(error, (sqlite3.Error, OSError)):
            with told(self._path, writing=True):
                raise error


def make(path: Path, fill: Callable[[sqlite3.Connection], None]) -> None:
    """A new exchange file, whole or not at all. Raises Refused where there is a file of that name."""
    rough = path.with_name(f".{path.name}.{os.getpid()}.new")
    with told(path):
        try:
            connection = sqlite3.connect(rough, isolation_level=None)
            with contextlib.closing(connection):
                connection.execute("PRAGMA synchronous = FULL")
                schema.bring_up_to_date(connection, path)
                fill(connection)
            rough.chmod(0o600)
            _place(rough, path)
            sync_folder(path.parent)
        finally:
            for end in ("", "-journal"):
                with contextlib.suppress(OSError):
                    Path(f"{rough}{end}").unlink()


def reading_only(path: Path) -> sqlite3.Connection:
    """A connection for the offline verifier, which must change nothing."""
    connection = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, isolation_level=None)
    connection.execute("PRAGMA trusted_schema = OFF")
    return connection


EXCHANGE: Final = FileWords(
    unusable=lambda reason: Message("The exchange file cannot be used: {reason}.", reason=reason),
    error=lambda reason: Message("The exchange file gave an error: {reason}.", reason=reason),
    damaged=Message("The exchange file is damaged."),
    mend=Message("Put back a copy of the file; peers send again what it has not acknowledged."),
    closed=Message("The exchange file or its folder cannot be written or opened."),
    busy=Message("Another program keeps the exchange file busy."),
    freed=Message("Try again in a moment."),
    gone=Message("The exchange file was moved, deleted or replaced while it was open."),
)


def told(path: Path, *, writing: bool = False) -> AbstractContextManager[None]:
    """Turn errors of SQLite and of the operating system into one clear line about the exchange file."""
    return faults.told(path, writing=writing, words=EXCHANGE)


def _connected(path: Path) -> sqlite3.Connection:
    if not path.exists():
        raise Refused(Message("There is no exchange file yet."), where=str(path))
    connection = sqlite3.connect(
        f"file:{quote(str(path))}?mode=rw",
        uri=True,
        isolation_level=None,
        timeout=BUSY_SECONDS,
        check_same_thread=False,
    )
    try:
        schema.examine(connection, path)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA journal_size_limit = {_WAL_KEPT_BYTES}")
        connection.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA secure_delete = ON")
    except BaseException:
        connection.close()
        raise
    return connection


def _place(rough: Path, path: Path) -> None:
    try:
        os.link(rough, path)  # unlike a rename it never replaces a file that came into being meanwhile
    except FileExistsError as error:
        raise Refused(Message("There is an exchange file of this name already."), where=str(path)) from error
    except OSError:
        if os.path.lexists(path):
            raise Refused(Message("There is an exchange file of this name already."), where=str(path)) from None
        os.rename(rough, path)
