"""What can be done with the chosen injects: buttons with words where there is room, with their signs alone else, and
in a second line where even these have none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QToolButton, QWidget

from qroc_desktop.translation import tr
from qroc_desktop.ui.exercise.director.armed import ArmedButton
from qroc_desktop.ui.flow_layout import FlowLayout
from qroc_desktop.ui.text import tip
from qroc_desktop.ui.theme import Theme

NAMES: Final[Mapping[str, Callable[[], str]]] = {
    "fire": lambda: tr("Inject now"),
    "hold": lambda: tr("Hold"),
    "skip": lambda: tr("Skip"),
    "begin": lambda: tr("In progress"),
    "release": lambda: tr("Release"),
    "release_at": lambda: tr("Release at …"),
}
SIGNS: Final = {
    "fire": "zap", "hold": "hand", "skip": "ban", "begin": "phone-call", "release": "clock",
    "release_at": "calendar-clock",
}  # fmt: skip
_EXPLAINED: Final[Mapping[str, Callable[[], str]]] = {
    "fire": lambda: tr("Tell it now. This cannot be taken back, so that it is asked for twice."),
    "begin": lambda: tr("Somebody is about to tell it: the telephone is picked up."),
    "hold": lambda: tr("Keep it back until it is released or injected."),
    "release": lambda: tr("Schedule it again, by its own time or condition."),
    "release_at": lambda: tr("Schedule it for another time."),
    "skip": lambda: tr("It will not be told; it can be released again."),
}


class InjectActions(QWidget):
    """`asked` is told what was pressed; what cannot be taken back only once it was confirmed."""

    asked = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.buttons: dict[str, QAbstractButton] = {}
        row = FlowLayout(theme.px(4), self)
        row.setContentsMargins(0, 0, 0, 0)
        self.fire = ArmedButton(NAMES["fire"]())
        self.fire.confirmed.connect(lambda: self.asked.emit("fire"))
        self.buttons["fire"] = self.fire
        row.addWidget(self.fire)
        for name in list(NAMES)[1:]:
            button = QToolButton()
            button.setText(NAMES[name]())
            button.setAccessibleName(NAMES[name]())
            button.setProperty("menu", True)
            button.clicked.connect(lambda _=False, name=name: self.asked.emit(name))
            self.buttons[name] = button
            row.addWidget(button)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        theme.changed.connect(self._dress)
        self._dress()

    def allow(self, reasons: Mapping[str, str]) -> None:
        """Which can be done; the reason why not stands in the tip."""
        for name, button in self.buttons.items():
            why = reasons[name]
            button.setEnabled(not why)
            button.setToolTip(tip(f"{NAMES[name]()}: {why}" if why else f"{NAMES[name]()}. {_EXPLAINED[name]()}"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Words for all or for none: a row of which only some have words looks as if the others were less."""
        tools = [button for button in self.buttons.values() if isinstance(button, QToolButton)]
        letters, spacing = self.fontMetrics(), self._theme.px(4)
        worded = sum(letters.horizontalAdvance(button.text()) + self._theme.px(40) + spacing for button in tools)
        room = self.width() - self.fire.sizeHint().width() - spacing
        style = (
            Qt.ToolButtonStyle.ToolButtonTextBesideIcon if worded <= room else Qt.ToolButtonStyle.ToolButtonIconOnly
        )
        for button in tools:
            button.setToolButtonStyle(style)

    def _dress(self) -> None:
        for name, button in self.buttons.items():
            if name != "fire":
                button.setIcon(self._theme.icon(SIGNS[name], size=16))
        self._fit()
