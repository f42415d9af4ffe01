"""What an item has to do with comments: what it comments on, and the comments on it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QVBoxLayout, QWidget

from qroc_desktop.domain.state import Item
from qroc_desktop.services.comments import Thread
from qroc_desktop.translation import ntr, tr
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.text import menu_text, tip
from qroc_desktop.ui.times import brief

MOST = 3
"""Comments that are shown one by one; the newest."""


class Line(QPushButton):
    """A line of text that can be pressed; where there is no room for all of it, it says the beginning."""

    def __init__(self, text: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._whole = " ".join(text.split())
        self.setFlat(True)
        self.setProperty("role", "line")
        self.setAccessibleName(self._whole)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setText(menu_text(self._whole))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room = self.width() - self.iconSize().width() - 3 * self.fontMetrics().averageCharWidth()
        self.setText(menu_text(self.fontMetrics().elidedText(self._whole, Qt.TextElideMode.ElideRight, room)))


class ThreadList(QWidget):
    """Each line is a button that selects the item it tells of."""

    asked = Signal(list)
    """Ids to select."""

    def __init__(self, bench: Bench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bench = bench
        self.lines: list[QPushButton] = []
        px = bench.theme.px
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(px(8), px(2), px(8), px(4))
        self._column.setSpacing(0)
        self.hide()

    def show_thread(self, thread: Thread | None, linked: bool) -> None:
        """Of the item that is shown. linked: it names an item that it is about, whether or not we have that one."""
        for line in self.lines:
            line.hide()
            line.deleteLater()
        self.lines = []
        if thread is not None:
            self._show_about(thread.about, linked)
            self._show_comments(thread.comments)
        self.setVisible(bool(self.lines))

    def _show_about(self, about: Item | None, linked: bool) -> None:
        if about is not None:
            gone = " (" + tr("REMOVED") + ")" if about.removed else ""
            text = tr("Comment on: {title}", title=about.wording.title or tr("(no title)")) + gone
            self._line("corner-left-up", text, about.wording.title, [about.id])
        elif linked:
            self._line("corner-left-up", tr("Comment on an item that is not on this picture"), "", [])

    def _show_comments(self, comments: tuple[Item, ...]) -> None:
        now = self._bench.shown_now()
        for comment in comments[-MOST:][::-1]:
            who = comment.origin.source_name or comment.author
            text = f"{brief(comment.valid_from, now)} {who}: {comment.wording.title}"
            self._line("message-square-text", text, comment.wording.description or comment.wording.title, [comment.id])
        if len(comments) > MOST:
            text = ntr("All {count} comment", "All {count} comments", len(comments))
            self._line("messages-square", text, "", [comment.id for comment in comments])

    def _line(self, icon: str, text: str, whole: str, ids: list[str]) -> None:
        line = Line(text, self)
        line.setIcon(self._bench.theme.icon(icon, size=15, colour="muted"))
        line.setToolTip(tip(f"{text}\n{whole}" if whole else text))
        line.setEnabled(bool(ids))
        line.clicked.connect(lambda _=False: self.asked.emit(ids))
        self._column.addWidget(line)
        self.lines.append(line)
