"""Which instant the window shows: now, or the past as it was true and as it was known."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.query import Moment


class TimeCursor(QObject):
    """Live, or a moment. Linked, "true at" and "as known at" are one instant: what did we know at 14:05?"""

    changed = Signal(object)
    """Moment of the past, None for live."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._moment: Moment | None = None
        self._linked = True

    @property
    def moment(self) -> Moment | None:
        """The past moment that is shown, None for live."""
        return self._moment

    @property
    def live(self) -> bool:
        """Whether the window shows now."""
        return self._moment is None

    @property
    def linked(self) -> bool:
        """Whether both instants move together."""
        return self._linked

    def set_live(self) -> None:
        """Back to now."""
        self._set(None)

    def show(self, valid: Instant, known: Instant | None = None) -> None:
        """Show the past. Linked, `known` follows `valid`; else it stays where it is unless it is given."""
        if self._linked:
            self._set(Moment(valid, valid))
        elif known is not None:
            self._set(Moment(valid, known))
        else:
            self._set(Moment(valid, self._moment.known if self._moment else valid))

    def link(self, linked: bool) -> None:
        """Tie both instants together or let each be set on its own."""
        self._linked = linked
        if linked and self._moment:
            self._set(Moment(self._moment.valid, self._moment.valid))

    def _set(self, moment: Moment | None) -> None:
        if moment != self._moment:
            self._moment = moment
            self.changed.emit(moment)
