"""Symbols of items for tables and panels, drawn in the background the first time and kept."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QPixmap

from qroc_desktop.domain.aspects import Nature
from qroc_desktop.domain.query import Row
from qroc_desktop.domain.vocabulary import Affiliation, Priority
from qroc_desktop.symbology import Kinds, Symbols
from qroc_desktop.ui.background import Background

Key = tuple[str, int, Priority | None]
TAKEN_AT_ONCE = 64


class SymbolIcons(QObject):
    """Pixmaps of symbols. The first symbol starts the drawing engine, which takes too long for the GUI thread."""

    drawn = Signal()
    """Symbols that were asked for are there now."""

    def __init__(self, kinds: Kinds, symbols: Symbols, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._kinds = kinds
        self._symbols = symbols
        self._background = background
        self._pixmaps: dict[Key, QPixmap] = {}
        self._wanted: dict[Key, None] = {}
        self._busy = False

    def of_nature(self, nature: Nature, pixels: int, priority: Priority | None = None) -> QPixmap | None:
        """The symbol of an item; None while it is being drawn. `pixels`: side in device pixels."""
        return self.of_code(self._kinds.symbol_for(nature), pixels, priority)

    def of_row(self, row: Row, pixels: int) -> QPixmap | None:
        """The symbol of a line of the table."""
        nature = Nature(type=row.type, kind=row.kind, sidc=row.sidc, affiliation=Affiliation(row.affiliation))
        return self.of_nature(nature, pixels)

    def of_code(self, sidc: str, pixels: int, priority: Priority | None = None) -> QPixmap | None:
        """The symbol of a code."""
        key = (sidc, pixels, priority)
        found = self._pixmaps.get(key)
        if found is None and key not in self._wanted:
            self._wanted[key] = None
            self._draw()
        return found

    def _draw(self) -> None:
        if self._busy or not self._wanted:
            return
        self._busy = True
        keys = list(self._wanted)[:TAKEN_AT_ONCE]
        self._background.read(
            lambda: [(key, self._symbols.png(key[0], key[1], priority=key[2])) for key in keys],
            self._take,
            failed=lambda: self._give_up(keys),
        )

    def _take(self, drawings: list[tuple[Key, bytes]]) -> None:
        for key, data in drawings:
            picture = QPixmap()
            picture.loadFromData(data)
            self._pixmaps[key] = picture
            self._wanted.pop(key, None)
        self._busy = False
        self.drawn.emit()
        self._draw()

    def _give_up(self, keys: list[Key]) -> None:
        """Without its library the program works on; the notice has said what is missing."""
        for key in keys:
            self._pixmaps[key] = QPixmap()
            self._wanted.pop(key, None)
        self._busy = False
