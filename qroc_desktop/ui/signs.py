"""The priority sign: told by outline, colour and number, so that no one of them has to be seen."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from qroc_desktop.domain.vocabulary import Priority
from qroc_desktop.ui.theme import Theme
from qroc_desktop.ui.tokens import priority_colour


def paint_priority(
    painter: QPainter, box: QRectF, priority: Priority, theme: Theme, *, faded: bool = False, selected: bool = False
) -> None:
    """Triangle, diamond, circle, ring for 1 to 4, as the badges on the map, with the number in it.

    selected: the ground is the colour of the selection, on which a blue circle would be lost.
    """
    tokens = theme.tokens
    colour = QColor(tokens.on_selection if selected else priority_colour(tokens, priority))
    colour.setAlphaF(0.55 if faded else 1.0)
    side = min(box.width(), box.height())
    square = QRectF(box.center().x() - side / 2, box.center().y() - side / 2, side, side).adjusted(1, 1, -1, -1)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    hollow = priority is Priority.ROUTINE
    painter.setPen(QPen(colour, max(1.4, side / 13)) if hollow else Qt.PenStyle.NoPen)
    painter.setBrush(Qt.BrushStyle.NoBrush if hollow else colour)
    figure = square
    if priority is Priority.FLASH:
        painter.drawPolygon(QPolygonF([QPointF(square.center().x(), square.top()), square.bottomRight(),
                                       square.bottomLeft()]))
        figure = square.adjusted(0, side * 0.24, 0, 0)
    elif priority is Priority.IMMEDIATE:
        middle = square.center()
        painter.drawPolygon(QPolygonF([QPointF(middle.x(), square.top()), QPointF(square.right(), middle.y()),
                                       QPointF(middle.x(), square.bottom()), QPointF(square.left(), middle.y())]))
    else:
        inset = side * 0.06
        painter.drawEllipse(square.adjusted(inset, inset, -inset, -inset))
    inside = tokens.selection if selected else tokens.on_priority
    painter.setPen(colour if hollow else QColor(inside))
    font = theme.font(bold=True)
    font.setPixelSize(max(7, round(side * 0.52)))
    painter.setFont(font)
    painter.drawText(figure, Qt.AlignmentFlag.AlignCenter, str(int(priority)))
    painter.restore()


class PrioritySign(QWidget):
    """The sign as a widget."""

    def __init__(self, theme: Theme, size: int = 22, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._size = size
        self.priority = Priority.ROUTINE
        self._selected = False
        theme.changed.connect(self.updateGeometry)

    def show_priority(self, priority: Priority) -> None:
        """Which one."""
        self.priority = priority
        self.update()

    def show_selected(self, selected: bool) -> None:
        """Whether what it lies on is selected."""
        self._selected = selected
        self.update()

    def sizeHint(self) -> QSize:
        side = self._theme.px(self._size)
        return QSize(side, side)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_priority(painter, QRectF(self.rect()), self.priority, self._theme, selected=self._selected)
        painter.end()
