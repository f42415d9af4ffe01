"""Several batches in one transaction: what each of them is may depend on those before it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence

from qroc_desktop.domain.change import Change, Draft
from qroc_desktop.domain.instant import Clock, Instant
from qroc_desktop.domain.query import BatchInfo, Outcome
from qroc_desktop.domain.vocabulary import SubjectType
from qroc_desktop.store import asking, history, record
from qroc_desktop.store.appending import Batch


class Portion:
    """Batches under way, in the writer's thread: answers what a workspace answers, with what was just appended."""

    def __init__(self, connection: sqlite3.Connection, clock: Clock) -> None:
        self._db = connection
        self._clock = clock
        self.outcomes: list[Outcome] = []

    def now(self) -> Instant:
        """As `Workspace.now`."""
        return asking.now(self._db, self._clock)

    def history(self, subject_type: SubjectType, subject: str) -> list[Change]:
        """As `Workspace.history`."""
        return record.changes_of(self._db, subject_type, subject)

    def batch(self, id_: str) -> BatchInfo | None:
        """As `Workspace.batch`."""
        return history.batch(self._db, id_)

    def append(self, drafts: Sequence[Draft], *, author: str, label: str, batch: str, undoes: str = "") -> None:
        """One more batch. Raises what `Workspace.append` raises; then nothing is left of it, and of the others all."""
        self._db.execute("SAVEPOINT batch")
        try:
            making = Batch(self._db, id_=batch, author=author, label=label, undoes=undoes, clock=self._clock())
            making.add(drafts)
            self.outcomes.append(making.close())
        except BaseException:
            if self._db.in_transaction:  # a full disk has ended it already
                self._db.execute("ROLLBACK TO batch")
            raise
        finally:
            if self._db.in_transaction:
                self._db.execute("RELEASE batch")


def portion(clock: Clock, steps: Callable[[Portion], None]) -> Callable[[sqlite3.Connection], tuple[Outcome, ...]]:
    """The writer's job that carries out `steps`."""

    def job(connection: sqlite3.Connection) -> tuple[Outcome, ...]:
        made = Portion(connection, clock)
        steps(made)
        return tuple(made.outcomes)

    return job
