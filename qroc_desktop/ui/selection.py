"""Which items are selected: one truth for map, table and details."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal


class Selection(QObject):
    """Ids of the selected items, in the order they were chosen."""

    changed = Signal(object)
    """The ids, a tuple; as an object, since Qt would copy every one of 100,000 texts for each listener."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ids: tuple[str, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """The selected items."""
        return self._ids

    def set(self, ids: Iterable[str]) -> None:
        """Select these and no others."""
        wanted = tuple(dict.fromkeys(ids))
        if wanted != self._ids:
            self._ids = wanted
            self.changed.emit(wanted)

    def toggle(self, ids: Iterable[str]) -> None:
        """Add those that are not selected, drop those that are."""
        asked = tuple(dict.fromkeys(ids))
        kept = [i for i in self._ids if i not in asked]
        self.set([*kept, *(i for i in asked if i not in self._ids)])

    def add(self, ids: Iterable[str]) -> None:
        """Select these as well."""
        self.set([*self._ids, *ids])
