"""What the program has to say: what happened, what was kept, what to do. Nothing is said by a modal box."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QObject, Signal

from qroc_desktop.domain.instant import Clock, Instant
from qroc_desktop.domain.vocabulary import WorkspaceKind
from qroc_desktop.errors import QrocError
from qroc_desktop.translation import explained

Level = Literal["info", "warning", "error"]
KEPT = 200


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice; `offer` is a word for a button and what it does. `kind`: of the workspace that it is about."""

    level: Level
    text: str
    at: Instant
    offer: tuple[str, Callable[[], None]] | None = None
    kind: WorkspaceKind = WorkspaceKind.LIVE


class Notices(QObject):
    """Takes notices from everywhere in the window and keeps the latest."""

    added = Signal(object)

    def __init__(self, clock: Clock, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._clock = clock
        self.kind = WorkspaceKind.LIVE
        self.history: deque[Notice] = deque(maxlen=KEPT)

    def info(self, text: str, offer: tuple[str, Callable[[], None]] | None = None) -> None:
        """Something worth knowing; goes away by itself."""
        self._add("info", text, offer)

    def warning(self, text: str, offer: tuple[str, Callable[[], None]] | None = None) -> None:
        """Something that wants attention; stays until dismissed."""
        self._add("warning", text, offer)

    def error(self, error: QrocError) -> None:
        """A refusal or damage, as one line."""
        self._add("error", explained(error), None)

    def failure(self, text: str) -> None:
        """Something that should not have happened."""
        self._add("error", text, None)

    def _add(self, level: Level, text: str, offer: tuple[str, Callable[[], None]] | None) -> None:
        notice = Notice(level, text, self._clock(), offer, self.kind)
        self.history.append(notice)
        self.added.emit(notice)
