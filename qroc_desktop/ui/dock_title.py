"""The title of a dock: a slim line, and nothing at all where a tab says the name already."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QMainWindow, QWidget

from qroc_desktop.translation import tr
from qroc_desktop.ui.buttons import IconButton
from qroc_desktop.ui.text import plain_label
from qroc_desktop.ui.theme import Theme

HEIGHT = 26


class DockTitle(QWidget):
    """Dragging it moves the dock, as with Qt's own."""

    def __init__(self, dock: QDockWidget, window: QMainWindow, theme: Theme) -> None:
        super().__init__(dock)
        self.setObjectName("dock-title")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._dock = dock
        self._window = window
        self._theme = theme
        self._name = plain_label(dock.windowTitle(), role="title")
        self._float = self._tool("picture-in-picture-2", tr("Take out of the window, or put back"))
        self._float.clicked.connect(lambda: dock.setFloating(not dock.isFloating()))
        self._close = self._tool("x", tr("Close this panel"))
        self._close.clicked.connect(dock.close)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(10), 0, theme.px(4), 0)
        row.setSpacing(theme.px(2))
        row.addWidget(self._name, 1)
        row.addWidget(self._float)
        row.addWidget(self._close)
        theme.changed.connect(self.updateGeometry)
        for signal in (dock.visibilityChanged, dock.dockLocationChanged, dock.topLevelChanged):
            signal.connect(self.updateGeometry)

    @property
    def needed(self) -> bool:
        """Whether no tab says the name."""
        return self._dock.isFloating() or not self._window.tabifiedDockWidgets(self._dock)

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self._theme.px(HEIGHT) if self.needed else 0)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self._theme.px(HEIGHT) if self.needed else 0)

    def _tool(self, icon: str, name: str) -> IconButton:
        button = IconButton(self._theme, icon, name, size=13, colour="muted")
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setIconSize(QSize(self._theme.px(13), self._theme.px(13)))
        return button
