"""A button for what cannot be taken back: pressed once it asks, pressed again it does it."""

from __future__ import annotations

from time import monotonic
from typing import Final

from PySide6.QtCore import QSize, QTimer, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QPushButton, QWidget

from qroc_desktop.translation import tr
from qroc_desktop.ui.text import set_state

ASKS_MS: Final = 4000
TOO_SOON_S: Final = 0.35
"""The second half of a double click is not an answer."""


class ArmedButton(QPushButton):
    """Asks in its own place, so that nothing hides the picture; after a few seconds it stops asking."""

    confirmed = Signal()

    def __init__(self, text: str, sure: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._plain, self._sure = text, sure or tr("Sure? Again!")
        self._since = 0.0
        self._asks = QTimer(self)
        self._asks.setSingleShot(True)
        self._asks.setInterval(ASKS_MS)
        self._asks.timeout.connect(self.disarm)
        self.setProperty("armed", "false")
        self.clicked.connect(self._pressed)

    @property
    def armed(self) -> bool:
        """Whether the next press does it."""
        return self._asks.isActive()

    def disarm(self) -> None:
        """Ask no more."""
        self._asks.stop()
        self.setText(self._plain)
        set_state(self, "armed", "false")

    def sizeHint(self) -> QSize:
        """Room for both of its words: what stands beside it must not move when it asks."""
        now, other = super().sizeHint(), self._plain if self.armed else self._sure
        letters = self.fontMetrics()
        more = letters.horizontalAdvance(other) - letters.horizontalAdvance(self.text())
        return QSize(now.width() + max(0, more), now.height())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """No answer, by the times at which the mouse was pressed: a window that is slow to show what the first half did
        hears the second one late."""
        event.accept()

    def _pressed(self) -> None:
        if not self.armed:
            self._since = monotonic()
            self._asks.start()
            self.setText(self._sure)
            set_state(self, "armed", "true")
        elif monotonic() - self._since >= TOO_SOON_S:
            self.disarm()
            self.confirmed.emit()
