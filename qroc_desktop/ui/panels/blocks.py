"""Lists whose entries are a head, a text and a foot, wrapped to the width of the view."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QIcon, QPainter
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from qroc_desktop.ui.theme import Theme

Index = QModelIndex | QPersistentModelIndex
BLOCKS_ROLE: Final = Qt.ItemDataRole.UserRole + 7
_WRAP: Final = int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)


@dataclass(frozen=True, slots=True)
class Blocks:
    """One entry. `colour` is a token for the icon; `struck`: no longer holds."""

    head: str
    text: str
    foot: str = ""
    icon: str = ""
    colour: str = "text"
    struck: bool = False


class BlockDelegate(QStyledItemDelegate):
    """Draws plain text; heights follow from the width of the view."""

    def __init__(self, theme: Theme, view: QListView) -> None:
        super().__init__(view)
        self._theme = theme
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        blocks: Blocks = index.data(BLOCKS_ROLE)
        width = self._view.viewport().width() - self._left(blocks) - self._theme.px(10)
        height = self._theme.px(12)
        for text, font in self._parts(blocks):
            height += QFontMetrics(font).boundingRect(QRect(0, 0, width, 100_000), _WRAP, text).height()
        return QSize(self._view.viewport().width(), height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        blocks: Blocks = index.data(BLOCKS_ROLE)
        tokens, px = self._theme.tokens, self._theme.px
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        box: QRect = option.rect
        painter.save()
        painter.fillRect(box, QColor(tokens.selection if selected else tokens.panel))
        if blocks.icon:
            icon = self._theme.icon(blocks.icon, size=16, colour=blocks.colour)
            spot = QRect(box.left() + px(9), box.top() + px(8), px(16), px(16))
            icon.paint(painter, spot, mode=QIcon.Mode.Selected if selected else QIcon.Mode.Normal)
        left = self._left(blocks)
        room = QRect(box.left() + left, box.top() + px(6), box.width() - left - px(10), box.height())
        for place, (text, font) in enumerate(self._parts(blocks)):
            strong = place == 1 and not blocks.struck
            painter.setFont(font)
            painter.setPen(QColor(tokens.on_selection if selected else tokens.text if strong else tokens.muted))
            used = painter.boundingRect(room, _WRAP, text)
            painter.drawText(room, _WRAP, text)
            room.setTop(room.top() + used.height())
        painter.setPen(QColor(tokens.line))
        painter.drawLine(box.bottomLeft(), box.bottomRight())
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QColor(tokens.accent))
            painter.drawRect(box.adjusted(0, 0, -1, -1))
        painter.restore()

    def _parts(self, blocks: Blocks) -> list[tuple[str, QFont]]:
        small, text = self._theme.font(0.92, figures=True), self._theme.font(1.0)
        text.setStrikeOut(blocks.struck)
        parts = [(blocks.head, small), (blocks.text, text)]
        return [*parts, (blocks.foot, small)] if blocks.foot else parts

    def _left(self, blocks: Blocks) -> int:
        return self._theme.px(34 if blocks.icon else 12)
