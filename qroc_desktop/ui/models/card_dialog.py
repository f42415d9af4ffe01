"""The card of a result that was recorded, as large as one wants to read it: it is the item's description."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from qroc_desktop.domain.state import Item
from qroc_desktop.translation import tr
from qroc_desktop.ui.text import copyable, plain_label
from qroc_desktop.ui.theme import Theme

SIZE = (560, 520)


class CardDialog(QDialog):
    """Text to read and to copy."""

    def __init__(self, item: Item, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Card"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        px = theme.px
        self.title = plain_label(item.wording.title, wrap=True)
        self.title.setFont(theme.font(1.15, bold=True))
        self.text = copyable(plain_label(item.wording.description, wrap=True))
        self.text.setAlignment(Qt.AlignmentFlag.AlignTop)
        page = QWidget()
        page.setObjectName("form")
        inside = QVBoxLayout(page)
        inside.setContentsMargins(px(14), px(12), px(14), px(12))
        inside.addWidget(self.title)
        inside.addWidget(self.text, 1)
        scroll = QScrollArea()
        scroll.setWidget(page)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        close = QPushButton(tr("Close"))
        close.clicked.connect(self.accept)
        foot = QHBoxLayout()
        foot.setContentsMargins(px(14), px(8), px(14), px(12))
        foot.addStretch(1)
        foot.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(scroll, 1)
        column.addLayout(foot)
        self.resize(px(SIZE[0]), min(px(SIZE[1]), parent.height() - px(60)))
        close.setFocus()
