"""The one thread that writes: jobs in the order of arrival, each in a transaction of its own."""

from __future__ import annotations

import logging
import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

from qroc_desktop.domain.query import Outcome
from qroc_desktop.errors import Message, Refused
from qroc_desktop.store.connections import writing_connection
from qroc_desktop.store.faults import KEPT_COMMITTED, gone, identity, told

R = TypeVar("R")
Job = Callable[[sqlite3.Connection], R]
"""Runs inside a transaction; an Outcome that it returns is told of, and so are several of them in a tuple."""
Told = Callable[[Outcome], None]
_log = logging.getLogger(__name__)


class Writer:
    """A job's Future is done when its commit is on the disk and `told` has been called, or with what went wrong."""

    def __init__(self, path: Path, connection: sqlite3.Connection, told_after: Told) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = connection
        self._told_after = told_after
        self._identity = identity(path)
        self._jobs: queue.SimpleQueue[tuple[Job[Any], Future[Any]] | None] = queue.SimpleQueue()
        self._closing = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name=f"writer of {path.name}", daemon=True)
        self._thread.start()

    def submit(self, job: Job[R]) -> Future[R]:
        """Queue a job."""
        future: Future[R] = Future()
        with self._closing:
            if self._closed:
                raise Refused(Message("The workspace is closed."), where=str(self._path))
            self._jobs.put((job, future))
        return future

    def do(self, job: Job[R]) -> R:
        """Queue a job and wait for it. The writer's own thread must not wait for itself."""
        if threading.current_thread() is self._thread:
            raise RuntimeError("a subscriber or an import must not write and wait; use submit()")
        return self.submit(job).result()

    def drain(self) -> None:
        """Finish what is queued and take nothing more."""
        with self._closing:
            if self._closed:
                return
            self._closed = True
            self._jobs.put(None)
        self._thread.join()

    def close(self) -> None:
        """Close the connection. The last to close a file that can write folds the write-ahead log into it, so
        readers go first."""
        self.drain()
        if self._connection:
            self._connection.close()
            self._connection = None

    def _run(self) -> None:
        while (work := self._jobs.get()) is not None:
            job, future = work
            if not future.set_running_or_notify_cancel():
                continue
            try:
                outcome = self._transact(job)
            except BaseException as error:  # the waiting thread must learn of everything
                future.set_exception(error)
                continue
            for one in outcome if isinstance(outcome, tuple) else (outcome,):
                if isinstance(one, Outcome):
                    self._tell(one)
            future.set_result(outcome)

    def _transact(self, job: Job[R]) -> R:
        with told(self._path, writing=True):
            self._require_file()
            if self._connection is None:
                self._connection = writing_connection(self._path)
            connection = self._connection
            try:
                connection.execute("BEGIN IMMEDIATE")
                outcome = job(connection)
                self._require_file()
                connection.execute("COMMIT")
            except BaseException:
                self._roll_back(connection)
                raise
            return outcome

    def _roll_back(self, connection: sqlite3.Connection) -> None:
        try:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        except sqlite3.Error as error:
            # A fresh connection starts from what is on the disk, which is what was acknowledged.
            _log.info("rolling back failed (%s); the workspace is opened again", error)
            self._connection = None
            connection.close()

    def _require_file(self) -> None:
        """A file that was deleted or replaced would take commits that nobody ever finds again."""
        if identity(self._path) != self._identity:
            raise gone(self._path, KEPT_COMMITTED)

    def _tell(self, outcome: Outcome) -> None:
        try:
            self._told_after(outcome)
        except Exception:
            _log.exception("telling of a write failed")
