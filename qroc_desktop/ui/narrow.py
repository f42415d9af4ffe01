"""Rows that leave out what one can do without where there is no room: with large text on a small screen."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QWidget

from qroc_desktop.ui.theme import Theme


class Narrow(QObject):
    """Hides `spare` widgets of a row, the last first, so that the row never makes its window wider than the screen."""

    def __init__(self, row: QWidget, theme: Theme, least: int, spare: Sequence[QWidget]) -> None:
        """least: width in pixels of the design that the row may be squeezed to."""
        super().__init__(row)
        self._row = row
        self._theme = theme
        self._least = least
        self._spare = spare
        row.installEventFilter(self)
        theme.changed.connect(self.fit)
        self.fit()

    def fit(self) -> None:
        """Show what there is room for."""
        self._row.setMinimumWidth(self._theme.px(self._least))
        room = self._row.width() - self._needed()
        for widget in self._spare:
            width = widget.sizeHint().width() + self._spacing()
            if widget.isHidden() == (room >= width):
                widget.setVisible(room >= width)
            room -= width

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Fit again when the row or what is in it changes."""
        if watched is self._row and event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest):
            self.fit()
        return False

    def _spacing(self) -> int:
        layout = self._row.layout()
        return layout.spacing() if layout else 0

    def _needed(self) -> int:
        """Width of everything that stays."""
        layout = self._row.layout()
        if layout is None:
            return 0
        margins = layout.contentsMargins()
        width = margins.left() + margins.right()
        for place in range(layout.count()):
            item = layout.itemAt(place)
            if item is None or item.isEmpty() or item.widget() in self._spare:
                continue
            width += item.minimumSize().width() + self._spacing()
        return width
