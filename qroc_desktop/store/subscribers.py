"""Who wants to be told of every recorded batch."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from qroc_desktop.domain.query import Outcome

_log = logging.getLogger(__name__)


class Subscribers:
    """Callbacks, called one after another in the thread that tells."""

    def __init__(self) -> None:
        self._callbacks: list[Callable[[Outcome], None]] = []
        self._lock = threading.Lock()

    def add(self, callback: Callable[[Outcome], None]) -> Callable[[], None]:
        """Tell this one too; returns what ends it."""
        with self._lock:
            self._callbacks.append(callback)

        def forget() -> None:
            with self._lock:
                if callback in self._callbacks:
                    self._callbacks.remove(callback)

        return forget

    def tell(self, outcome: Outcome) -> None:
        """Call all of them; one that raises is logged and disturbs nobody."""
        with self._lock:
            callbacks = list(self._callbacks)
        for callback in callbacks:
            try:
                callback(outcome)
            except Exception:
                _log.exception("a subscriber to the workspace failed")
