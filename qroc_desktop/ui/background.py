"""Work off the GUI thread: reads side by side, writes one after the other in the order they were asked for.

Plain Python threads, not QThreadPool: the store keeps a connection for each thread, and what a thread
of the pool keeps is lost with every job, because each job enters Python as a new thread.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal

from qroc_desktop.errors import QrocError
from qroc_desktop.services.progress import Cancelled, Task
from qroc_desktop.translation import tr
from qroc_desktop.ui.notices import Notices

T = TypeVar("T")
READERS = 2
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Job:
    """Work on its way; `done` and `failed` run in the GUI thread. Of jobs of one key only the newest counts."""

    work: Callable[[], Any]
    done: Callable[[Any], None] | None
    failed: Callable[[], None] | None
    key: str
    number: int
    quiet: bool = False
    result: Any = None
    error: BaseException | None = None


class LongJob(QObject):
    """Long work that the status bar shows and a person can stop."""

    progressed = Signal(int, int)
    ended = Signal()

    def __init__(self, title: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.title = title
        self.task = Task(self.progressed.emit)

    def cancel(self) -> None:
        """Ask it to stop; it ends at its next step with nothing half done."""
        self.task.cancel()


class Background(QObject):
    """Runs work and brings results, errors and progress back to the GUI thread."""

    long_started = Signal(object)
    """LongJob"""
    _arrived = Signal(object)

    def __init__(self, notices: Notices, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._notices = notices
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="qroc-read")
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="qroc-write")
        self._newest: dict[str, int] = {}
        self._number = 0
        self._running = 0
        self._closed = False
        self._long: set[LongJob] = set()
        self._arrived.connect(self._finish, Qt.ConnectionType.QueuedConnection)

    @property
    def idle(self) -> bool:
        """Whether nothing is on its way."""
        return self._running == 0

    def read(
        self,
        work: Callable[[], T],
        done: Callable[[T], None],
        *,
        key: str = "",
        failed: Callable[[], None] | None = None,
    ) -> None:
        """Ask the store; an answer that a newer question of the same `key` has overtaken is dropped."""
        self._submit(self._readers, self._job(work, done, failed, key))

    def write(
        self,
        work: Callable[[], T],
        done: Callable[[T], None] | None = None,
        *,
        failed: Callable[[], None] | None = None,
    ) -> None:
        """Change the picture. Errors become notices; `done` runs once it is on disk."""
        self._submit(self._writer, self._job(work, done, failed, ""))

    def long(
        self,
        title: str,
        work: Callable[[Task], T],
        done: Callable[[T], None] | None = None,
        *,
        failed: Callable[[], None] | None = None,
    ) -> LongJob:
        """Long work with progress in the status bar; stopping it is said in a notice."""
        long_job = LongJob(title, self)
        self._long.add(long_job)

        def over() -> None:
            self._long.discard(long_job)
            long_job.ended.emit()
            long_job.deleteLater()

        def finished(result: T) -> None:
            over()
            if done:
                done(result)

        def stopped() -> None:
            over()
            if failed:
                failed()

        self._submit(self._readers, self._job(lambda: work(long_job.task), finished, stopped, ""))
        self.long_started.emit(long_job)
        return long_job

    def close(self) -> None:
        """Stop long work, let writes finish, and drop what would still come back."""
        for long_job in self._long:
            long_job.cancel()
        self._closed = True
        self._writer.shutdown(wait=True)
        self._readers.shutdown(wait=True, cancel_futures=True)

    def _job(
        self, work: Callable[[], Any], done: Callable[[Any], None] | None, failed: Callable[[], None] | None, key: str
    ) -> _Job:
        self._number += 1
        if key:
            self._newest[key] = self._number
        return _Job(work, done, failed, key, self._number)

    def _submit(self, executor: Executor, job: _Job) -> None:
        if self._closed:
            return
        self._running += 1
        executor.submit(self._run, job)

    def _run(self, job: _Job) -> None:
        """In a worker's thread."""
        if self._overtaken(job):
            self._arrived.emit(job)
            return
        try:
            job.result = job.work()
        except BaseException as error:
            job.error = error
        if not self._closed:
            self._arrived.emit(job)

    def _overtaken(self, job: _Job) -> bool:
        return bool(job.key) and self._newest.get(job.key) != job.number

    def _finish(self, job: _Job) -> None:
        self._running -= 1
        if self._closed or self._overtaken(job):
            return
        if job.error is None:
            if job.done:
                job.done(job.result)
            return
        self._tell(job.error)
        if job.failed:
            job.failed()

    def _tell(self, error: BaseException) -> None:
        if isinstance(error, QrocError):
            self._notices.error(error)
        elif isinstance(error, Cancelled):
            self._notices.info(tr("Stopped. Nothing was changed."))
        else:
            _log.error("work failed", exc_info=(type(error), error, error.__traceback__))
            self._notices.failure(
                tr(
                    "Something failed inside the program ({kind}). What was saved before is safe. "
                    "The program's log says more.",
                    kind=type(error).__name__,
                )
            )
