"""How cells of the item table are drawn: priority sign, symbol, stale rows faded."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from qroc_desktop.domain.query import Row
from qroc_desktop.domain.vocabulary import Priority, Status
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.panels.item_model import COLUMNS, ROW_ROLE, STALE_ROLE
from qroc_desktop.ui.signs import paint_priority
from qroc_desktop.ui.tokens import priority_colour

ROW_HEIGHT = 26
OVER = (Status.RESOLVED, Status.CLOSED, Status.FALSE_ALARM)


class ItemDelegate(QStyledItemDelegate):
    """Text is drawn as text; nothing in a cell is ever read as markup."""

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self._bench = bench

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(super().sizeHint(option, index).width(), self._bench.theme.px(ROW_HEIGHT))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        row = index.data(ROW_ROLE)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        box: QRect = option.rect
        tokens = self._bench.theme.tokens
        if selected:
            painter.fillRect(box, QColor(tokens.selection))
        if not isinstance(row, Row):
            return
        stale = bool(index.data(STALE_ROLE))
        column = COLUMNS[index.column()]
        left = self._sign(painter, box, row, column, faded=stale, selected=selected)
        self._text(painter, option, index, box.adjusted(left, 0, 0, 0), self._colour(row, column, stale, selected))
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QColor(tokens.accent))
            painter.drawRect(box.adjusted(0, 0, -1, -1))

    def _sign(self, painter: QPainter, box: QRect, row: Row, column: str, *, faded: bool, selected: bool) -> int:
        """Draw what stands before the text; gives its width."""
        px = self._bench.theme.px
        if column == "priority":
            side = px(18)
            top = box.top() + (box.height() - side) / 2
            paint_priority(painter, QRectF(box.left() + px(6), top, side, side), row.priority, self._bench.theme,
                           faded=faded, selected=selected)
            return px(24)
        if column != "kind":
            return 0
        side = px(22)
        ratio = painter.device().devicePixelRatioF()
        picture = self._bench.icons.of_row(row, round(side * ratio))
        if picture is not None and not picture.isNull():
            painter.setOpacity(0.5 if faded else 1.0)
            target = QRect(box.left() + px(6), box.top() + (box.height() - side) // 2, side, side)
            painter.drawPixmap(target, picture)
            painter.setOpacity(1.0)
        return px(28)

    def _colour(self, row: Row, column: str, stale: bool, selected: bool) -> str:
        tokens = self._bench.theme.tokens
        if selected:
            return tokens.on_selection
        if stale or row.status in OVER:
            return tokens.disabled
        if column == "priority" and row.priority is not Priority.ROUTINE:
            return priority_colour(tokens, row.priority)
        return tokens.text if column in ("title", "priority", "kind", "status") else tokens.muted

    def _text(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
        box: QRect,
        colour: str,
    ) -> None:
        px = self._bench.theme.px
        row = index.data(ROW_ROLE)
        column = COLUMNS[index.column()]
        urgent = column in ("title", "priority") and row.priority <= Priority.IMMEDIATE and row.status not in OVER
        font = self._bench.theme.font(bold=urgent, figures=True)
        font.setStrikeOut(column == "title" and row.status is Status.FALSE_ALARM)
        font.setItalic(column == "evaluation" and row.assessment)
        painter.setFont(font)
        painter.setPen(QColor(colour))
        room = box.adjusted(px(6), 0, -px(4), 0)
        right = Qt.AlignmentFlag.AlignRight if column == "age" else Qt.AlignmentFlag.AlignLeft
        text = painter.fontMetrics().elidedText(
            str(index.data() or ""), Qt.TextElideMode.ElideRight, room.width(), int(Qt.TextFlag.TextSingleLine)
        )
        painter.drawText(room, int(right | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine), text)
