"""Panels as docks: where they stand at first on a small and on a large screen, and how that is remembered."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabBar, QTabWidget, QWidget

from qroc_desktop.ui.dock_title import DockTitle
from qroc_desktop.ui.ports import LayoutStore
from qroc_desktop.ui.theme import Theme

VERSION = 1
"""Of the arrangement: a remembered one of another version is passed by."""
ROOMY = 1700
"""Width in logical pixels from which layers, details and logbook stand side by side."""
TALL = 900
"""Height from which the table has more than its usual few rows."""


class Docks:
    """The docks of one window, by name."""

    def __init__(self, window: QMainWindow, theme: Theme, layout: LayoutStore) -> None:
        self._window = window
        self._theme = theme
        self._layout = layout
        self._docks: dict[str, QDockWidget] = {}
        self._aside: dict[str, str] = {}
        self._first = ""
        window.setDockOptions(
            QMainWindow.DockOption.AnimatedDocks
            | QMainWindow.DockOption.AllowNestedDocks
            | QMainWindow.DockOption.AllowTabbedDocks
            | QMainWindow.DockOption.GroupedDragging
        )
        window.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        window.setCorner(Qt.Corner.BottomRightCorner, Qt.DockWidgetArea.RightDockWidgetArea)
        window.setCorner(Qt.Corner.BottomLeftCorner, Qt.DockWidgetArea.BottomDockWidgetArea)

    def __getitem__(self, name: str) -> QDockWidget:
        return self._docks[name]

    def add(self, name: str, title: str, widget: QWidget) -> QDockWidget:
        """Make a panel a dock."""
        dock = QDockWidget(title, self._window)
        dock.setObjectName(f"dock-{name}")
        dock.setWidget(widget)
        dock.setAccessibleName(title)
        dock.setTitleBarWidget(DockTitle(dock, self._window, self._theme))
        self._docks[name] = dock
        return dock

    def add_aside(self, name: str, title: str, widget: QWidget, beside: str) -> QDockWidget:
        """A dock that is not there until it is asked for, and comes as a tab of another one then."""
        dock = self.add(name, title, widget)
        self._aside[name] = beside
        self._window.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, dock)
        dock.hide()
        return dock

    def add_first(self, name: str, title: str, widget: QWidget, beside: str) -> QDockWidget:
        """A dock that is what its window is for: it stands before the one that it is a tab of, and has room."""
        self._first = name
        return self.add_aside(name, title, widget, beside)

    def show(self, name: str) -> None:
        """Bring a panel to the front and the keyboard into it."""
        dock = self._docks[name]
        dock.show()
        dock.raise_()
        dock.widget().setFocus(Qt.FocusReason.ShortcutFocusReason)

    def arrange(self, width: int, height: int) -> None:
        """The usual arrangement for a window of this size in pixels."""
        right, bottom = Qt.DockWidgetArea.RightDockWidgetArea, Qt.DockWidgetArea.BottomDockWidgetArea
        left = Qt.DockWidgetArea.LeftDockWidgetArea
        window, docks, px = self._window, self._docks, self._theme.px
        for dock in docks.values():
            window.removeDockWidget(dock)
            dock.setFloating(False)
        roomy = width >= px(ROOMY)
        window.addDockWidget(bottom, docks["items"])
        window.addDockWidget(right, docks["details"])
        window.addDockWidget(right, docks["logbook"])
        window.addDockWidget(left if roomy else right, docks["layers"])
        for name, dock in docks.items():
            if name not in self._aside:
                dock.show()
        for name, beside in self._aside.items():
            window.tabifyDockWidget(docks[beside], docks[name])
            docks[name].setVisible(name == self._first)
        docks[self._first or "items"].raise_()
        if roomy:
            window.splitDockWidget(docks["details"], docks["logbook"], Qt.Orientation.Vertical)
            window.resizeDocks([docks["layers"], docks["details"]], [px(250), px(390)], Qt.Orientation.Horizontal)
            window.resizeDocks(
                [docks["details"], docks["logbook"]], [height * 6 // 10, height * 4 // 10], Qt.Orientation.Vertical
            )
        else:
            window.tabifyDockWidget(docks["details"], docks["logbook"])
            window.tabifyDockWidget(docks["logbook"], docks["layers"])
            docks["details"].raise_()
            window.resizeDocks([docks["details"]], [px(348)], Qt.Orientation.Horizontal)
        # On a small screen the map needs the room more than the fifth row of the table.
        share = height * (26 if height >= px(TALL) else 21) // 100
        if self._first:
            share = height * 42 // 100
        window.resizeDocks([docks["items"]], [share], Qt.Orientation.Vertical)
        self.name_tabs()

    def name_tabs(self) -> None:
        """Tabs of docks can be reached by keyboard like any other."""
        for bar in self._window.findChildren(QTabBar):
            if bar.parent() is self._window:
                bar.setFocusPolicy(Qt.FocusPolicy.TabFocus)
                bar.setExpanding(False)

    def remember(self, headers: Mapping[str, QByteArray]) -> None:
        """Keep arrangement, window size and columns."""
        self._layout.setValue(f"window/{VERSION}/geometry", self._window.saveGeometry())
        self._layout.setValue(f"window/{VERSION}/state", self._window.saveState(VERSION))
        self._layout.setValue(f"window/{VERSION}/scale", self._theme.scale)
        for name, state in headers.items():
            self._layout.setValue(f"window/{VERSION}/{name}", state)

    def restore(self) -> bool:
        """Put back what was remembered; False where there is nothing that fits."""
        geometry = self.remembered("geometry")
        state = self.remembered("state")
        if geometry.isEmpty() or state.isEmpty() or not self._window.restoreGeometry(geometry):
            return False
        return self._window.restoreState(state, VERSION)

    def remembered(self, name: str) -> QByteArray:
        """A remembered state, empty where there is none."""
        value = self._layout.value(f"window/{VERSION}/{name}")
        return value if isinstance(value, QByteArray) else QByteArray()

