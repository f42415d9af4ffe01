"""Long work: says how far it is and stops when asked."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Cancelled(Exception):
    """The user stopped it; whoever raises it has left nothing half done."""


class Task:
    """A cancellable piece of work, shared between the thread that works and the one that watches."""

    def __init__(self, report: Callable[[int, int], None] | None = None) -> None:
        self._report = report
        self._cancelled = threading.Event()

    def cancel(self) -> None:
        """Ask the work to stop at its next step."""
        self._cancelled.set()

    def step(self, done: int, total: int) -> None:
        """Report `done` of `total` (0: unknown); raises Cancelled where the user has had enough."""
        if self._cancelled.is_set():
            raise Cancelled
        if self._report:
            self._report(done, total)
