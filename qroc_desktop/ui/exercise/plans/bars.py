"""A bar of what is used up, what this plan takes, and what is left."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from qroc_desktop.ui.text import tip
from qroc_desktop.ui.theme import Theme


class ShareBar(QWidget):
    """Two parts of a whole, with a name before and words behind; too much is told by colour, hatching and words."""

    def __init__(self, name: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._name = name
        self._theme = theme
        self._whole, self._used, self._plan = 1.0, 0.0, 0.0
        self.text = ""
        self.setAccessibleName(name)
        theme.changed.connect(self.update)

    @property
    def over(self) -> bool:
        """Whether it is more than there is."""
        return self._used + self._plan > self._whole + 1e-9

    def show_parts(self, whole: float, used: float, plan: float, text: str) -> None:
        """Of `whole`, `used` is gone and `plan` would go; `text` says so."""
        self._whole, self._used, self._plan, self.text = max(whole, 1e-9), used, plan, text
        self.setAccessibleDescription(text)
        self.setToolTip(tip(f"{self._name}: {text}"))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(220), self._theme.px(34))

    def paintEvent(self, event: QPaintEvent) -> None:
        px, tokens = self._theme.px, self._theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        words = QRectF(0, 0, self.width(), self.height() - px(12))
        painter.setFont(self._theme.font(0.95, bold=True))
        painter.setPen(QColor(tokens.text))
        painter.drawText(words, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self._name)
        before = painter.fontMetrics().horizontalAdvance(self._name) + px(8)
        painter.setFont(self._theme.font(0.95, figures=True))
        painter.setPen(QColor(tokens.danger if self.over else tokens.muted))
        room = words.adjusted(before, 0, 0, 0)
        told = painter.fontMetrics().elidedText(self.text, Qt.TextElideMode.ElideRight, int(room.width()))
        painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, told)
        self._paint_bar(painter, QRectF(0.5, self.height() - px(10), self.width() - 1, px(8)))

    def _paint_bar(self, painter: QPainter, bar: QRectF) -> None:
        tokens = self._theme.tokens
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.field))
        painter.drawRect(bar)
        used = bar.width() * min(1.0, self._used / self._whole)
        plan = min(bar.width() - used, bar.width() * self._plan / self._whole)
        painter.setBrush(QColor(tokens.muted))
        painter.drawRect(QRectF(bar.left(), bar.top(), used, bar.height()))
        colour = QColor(tokens.danger if self.over else tokens.accent)
        part = QRectF(bar.left() + used, bar.top(), plan, bar.height())
        painter.setBrush(colour)
        painter.drawRect(part)
        if self.over:
            painter.setBrush(QBrush(QColor(tokens.panel), Qt.BrushStyle.BDiagPattern))
            painter.drawRect(part)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QColor(tokens.edge))
        painter.drawRect(bar)
