"""Notices at the top of the map: one line each, copyable, never in the way of the keyboard."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QListWidget,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from qroc_desktop.translation import tr
from qroc_desktop.ui.copying import put_on_clipboard
from qroc_desktop.ui.notices import Level, Notice, Notices
from qroc_desktop.ui.text import copyable, empty_hint, plain_label, tip
from qroc_desktop.ui.theme import Theme
from qroc_desktop.ui.times import both

INFO_MS = 8000
OFFER_MS = 60_000
"""Information goes by itself after so long, where it offers something to do only when there was time to see it."""
SHOWN = 3
SIDE, FOOT, WIDEST, LEAST = 12, 40, 900, 40
"""Distances to the ground's sides and foot, where scale and sources stand; widths in pixels of the design."""
ICONS: Final[dict[Level, tuple[str, str]]] = {
    "info": ("info", "accent"),
    "warning": ("triangle-alert", "warning"),
    "error": ("octagon-x", "danger"),
}


class NoticeLine(QFrame):
    """One notice with its button, copy and dismiss."""

    gone = Signal()

    def __init__(self, notice: Notice, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.notice = notice
        self.setObjectName("notice")
        self.setProperty("level", notice.level)
        self.setFrameShape(QFrame.Shape.NoFrame)
        name, colour = ICONS[notice.level]
        sign = plain_label()
        sign.setPixmap(theme.icon(name, colour=colour).pixmap(theme.px(18)))
        self.label = copyable(plain_label(notice.text, wrap=True))
        self.label.setAccessibleName(notice.text)
        self.label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(10), theme.px(5), theme.px(6), theme.px(5))
        row.setSpacing(theme.px(8))
        row.addWidget(sign, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.label, 1)
        if notice.offer:
            button = QPushButton(notice.offer[0])
            button.clicked.connect(self.dismiss)
            button.clicked.connect(self._do)
            row.addWidget(button)
        copy = _tool(theme, "copy", tr("Copy this notice"))
        copy.clicked.connect(lambda: put_on_clipboard(f"{both(notice.at)} {notice.text}", notice.kind))
        close = _tool(theme, "x", tr("Dismiss this notice"))
        close.clicked.connect(self.dismiss)
        row.addWidget(copy)
        row.addWidget(close)

    def _do(self) -> None:
        if self.notice.offer:
            self.notice.offer[1]()

    def dismiss(self) -> None:
        """Take it off the screen; it stays in the list of notices."""
        self.hide()
        self.gone.emit()
        self.deleteLater()


class NoticeBar(QWidget):
    """Shows the latest notices; information goes away by itself, the rest stays.

    It lies over the foot of `ground` and not in a layout: a map that moves under the pointer takes the wrong click.
    """

    def __init__(self, notices: Notices, theme: Theme, ground: QWidget) -> None:
        super().__init__(ground)
        self._theme = theme
        self._ground = ground
        ground.installEventFilter(self)
        self.setAccessibleName(tr("Notices"))
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.px(4))
        notices.added.connect(self._show)
        self.hide()

    def lines(self) -> list[NoticeLine]:
        """What is on the screen, oldest first."""
        lines = self.findChildren(NoticeLine, options=Qt.FindChildOption.FindDirectChildrenOnly)
        return [line for line in lines if not line.isHidden()]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay at the foot of the ground."""
        if watched is self._ground and event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def _place(self) -> None:
        lines = self.lines()
        self.setVisible(bool(lines))
        if not lines:
            return
        width = min(self._ground.width() - 2 * self._theme.px(SIDE), self._theme.px(WIDEST))
        least = self._theme.px(LEAST)
        heights = [max(least, line.heightForWidth(width)) for line in lines]
        height = sum(heights) + self._column.spacing() * (len(lines) - 1)
        left = (self._ground.width() - width) // 2
        self.setGeometry(left, self._ground.height() - height - self._theme.px(FOOT), width, height)
        self.raise_()

    def _show(self, notice: Notice) -> None:
        for line in self.lines():
            if line.notice.text == notice.text or line.notice.level == "info":
                line.dismiss()
        line = NoticeLine(notice, self._theme, self)
        self._column.addWidget(line)
        line.show()
        line.gone.connect(self._place, Qt.ConnectionType.QueuedConnection)
        for old in self.lines()[:-SHOWN]:
            old.dismiss()
        line.ensurePolished()
        self._place()
        # Once more when style and wrapping have settled.
        QTimer.singleShot(0, self, self._place)
        if notice.level == "info":
            # Owned by the line: it must not fire on one that is gone.
            timer = QTimer(line)
            timer.setSingleShot(True)
            timer.timeout.connect(line.dismiss)
            timer.start(OFFER_MS if notice.offer else INFO_MS)


class NoticeHistory(QDialog):
    """All notices of this session, newest first, to be copied."""

    def __init__(self, notices: Notices, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Notices so far"))
        self.resize(theme.px(640), theme.px(360))
        column = QVBoxLayout(self)
        self._kind = notices.kind
        self._list = QListWidget()
        self._list.setWordWrap(True)
        for notice in reversed(notices.history):
            self._list.addItem(f"{both(notice.at)}\n{notice.text}")
            name, colour = ICONS[notice.level]
            self._list.item(self._list.count() - 1).setIcon(theme.icon(name, colour=colour))
        if notices.history:
            column.addWidget(self._list)
        else:
            self._list.hide()
            column.addWidget(empty_hint(tr("No notices yet"), tr("What goes wrong is said here and on the map.")))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.NoButton)
        copy = buttons.addButton(tr("Copy all"), QDialogButtonBox.ButtonRole.ActionRole)
        copy.clicked.connect(self._copy)
        close = buttons.addButton(tr("Close"), QDialogButtonBox.ButtonRole.RejectRole)
        close.clicked.connect(self.reject)
        column.addWidget(buttons)

    def _copy(self) -> None:
        texts = (self._list.item(i).text().replace("\n", " ") for i in range(self._list.count()))
        put_on_clipboard("\n".join(texts), self._kind)


def _tool(theme: Theme, icon: str, name: str) -> QToolButton:
    button = QToolButton()
    button.setIcon(theme.icon(icon, size=15))
    button.setAccessibleName(name)
    button.setToolTip(tip(name))
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
