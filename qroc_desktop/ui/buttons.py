"""Small buttons with an icon and a name, dressed anew when the theme changes."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QToolButton, QWidget

from qroc_desktop.ui.text import tip
from qroc_desktop.ui.theme import Theme


class IconButton(QToolButton):
    """Its name is read aloud and stands in the tip."""

    def __init__(
        self, theme: Theme, icon: str, name: str, *, size: int = 16, colour: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icon, self._size, self._colour = icon, size, colour
        self.show_name(name)
        # A method and not a lambda: the connection has to go with the button, the theme outlives the window.
        theme.changed.connect(self._dress)
        self._dress()

    def show_icon(self, icon: str) -> None:
        """Another icon: what a press does now."""
        self._icon = icon
        self._dress()

    def show_name(self, name: str) -> None:
        """Another name."""
        self.setAccessibleName(name)
        self.setToolTip(tip(name))

    def _dress(self) -> None:
        self.setIcon(self._theme.icon(self._icon, size=self._size, colour=self._colour))


def one_stop(group: QButtonGroup) -> None:
    """Tab stops once at buttons that exclude each other: at the one that is pressed; arrow keys go to the others.

    Qt does so by itself only from the first press on.
    """

    def settle(*_: object) -> None:
        for button in group.buttons():
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus if button.isChecked() else Qt.FocusPolicy.NoFocus)

    group.buttonToggled.connect(settle)
    settle()
