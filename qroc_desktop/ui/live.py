"""What was recorded, brought from the writer's thread to the window, a few times a second at most."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from PySide6.QtCore import QObject, Qt, QTimer, Signal

from qroc_desktop.domain.query import Outcome
from qroc_desktop.services.desk import Desk

PAUSE_MS = 100


class Live(QObject):
    """Merges outcomes: ten imports a second make the window look again ten times, not ten thousand."""

    changed = Signal(object)
    """Outcome: everything that changed since the last one."""
    _arrived = Signal(object)

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting: list[Outcome] = []
        self._closed = False
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._tell)
        self._arrived.connect(self._take, Qt.ConnectionType.QueuedConnection)
        self._stop: Callable[[], None] = desk.subscribe(self._arrived.emit)

    def close(self) -> None:
        """Stop listening."""
        self._stop()
        self._pause.stop()
        self._closed = True
        self._waiting.clear()

    def _take(self, outcome: Outcome) -> None:
        if self._closed:
            return  # it was in the event queue; the workspace may be closed by now
        self._waiting.append(outcome)
        if not self._pause.isActive():
            # The first of a burst is told at once: one's own edit must be seen under the finger.
            self._tell()
            self._pause.start()

    def _tell(self) -> None:
        if self._waiting:
            outcomes, self._waiting = self._waiting, []
            self._pause.start()
            self.changed.emit(merged(outcomes))


def merged(outcomes: list[Outcome]) -> Outcome:
    """One outcome that says all that these say."""
    last = outcomes[-1]
    if len(outcomes) == 1:
        return last
    return msgspec.structs.replace(
        last,
        first_seq=min(o.first_seq for o in outcomes),
        last_seq=max(o.last_seq for o in outcomes),
        items=frozenset().union(*(o.items for o in outcomes)),
        layers=frozenset().union(*(o.layers for o in outcomes)),
        entries=frozenset().union(*(o.entries for o in outcomes)),
        aspects=frozenset().union(*(o.aspects for o in outcomes)),
        identity=any(o.identity for o in outcomes),
        conflicts=tuple(c for o in outcomes for c in o.conflicts),
        kept=tuple(k for o in outcomes for k in o.kept),
    )
