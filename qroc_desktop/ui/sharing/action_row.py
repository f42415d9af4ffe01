"""A row of buttons for what can be done; those for which there is no room are in a menu at its end."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QMenu, QSizePolicy, QToolButton, QWidget

from qroc_desktop.translation import tr
from qroc_desktop.ui.theme import Theme


class ActionRow(QWidget):
    """Buttons are offered or not by who owns them; the row decides which of them are seen."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons: list[QAbstractButton] = []
        self._offered: set[QAbstractButton] = set()
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(theme.px(6))
        self._row.addStretch(1)
        self.more = QToolButton(self)
        self.more.setText(tr("More ▾"))
        self.more.setAccessibleName(tr("More that can be done"))
        self.more.setProperty("menu", True)
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more.setMenu(QMenu(self.more))
        self.more.menu().aboutToShow.connect(self._fill)
        self._row.addWidget(self.more)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def add(self, button: QAbstractButton) -> None:
        """One more, behind those that are there."""
        self._buttons.append(button)
        self._row.insertWidget(len(self._buttons), button)

    def offer(self, button: QAbstractButton, offered: bool) -> None:
        """Whether it can be done with what is in front; `fit` shows it."""
        (self._offered.add if offered else self._offered.discard)(button)

    def offered(self) -> Iterator[QAbstractButton]:
        """All that is offered, in its order, seen or not."""
        return (button for button in self._buttons if button in self._offered)

    def fit(self) -> None:
        """Show what there is room for, the first ones first."""
        wanted = list(self.offered())
        spacing = self._row.spacing()
        room = self.width()
        whole = sum(button.sizeHint().width() + spacing for button in wanted) <= room + spacing
        room -= 0 if whole else self.more.sizeHint().width()
        seen: set[QAbstractButton] = set()
        for button in wanted:
            room -= button.sizeHint().width() + (0 if whole and button is wanted[-1] else spacing)
            if room < 0:
                break
            seen.add(button)
        for button in self._buttons:
            button.setVisible(button in seen)
        self.more.setVisible(len(seen) < len(wanted))

    def sizeHint(self) -> QSize:
        """As high as its buttons; its width is what is left."""
        return QSize(0, max((button.sizeHint().height() for button in self._buttons), default=0))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit again."""
        super().resizeEvent(event)
        self.fit()

    def _fill(self) -> None:
        menu = self.more.menu()
        menu.clear()
        for button in self.offered():
            if button.isHidden():
                action = menu.addAction(button.text())
                action.setEnabled(button.isEnabled())
                action.triggered.connect(lambda _=False, of=button: of.click())
