"""The main window: puts the parts together and connects their signals, and does nothing itself."""

from __future__ import annotations

import logging

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QMainWindow, QMenuBar, QToolBar, QVBoxLayout, QWidget

from qroc_desktop.domain.query import Moment, Outcome
from qroc_desktop.domain.state import Layer
from qroc_desktop.mapview.messages import LayerLook
from qroc_desktop.services.desk import Desk
from qroc_desktop.symbology import Kinds, Symbols
from qroc_desktop.translation import language, tr
from qroc_desktop.ui.action_set import ActionSet
from qroc_desktop.ui.background import Background
from qroc_desktop.ui.banner import Banner, past_text
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.commands.files import FileCommands
from qroc_desktop.ui.commands.mapping import MapCommands
from qroc_desktop.ui.commands.viewing import ViewCommands
from qroc_desktop.ui.docks import Docks
from qroc_desktop.ui.live import Live
from qroc_desktop.ui.notice_bar import NoticeBar
from qroc_desktop.ui.notices import Notices
from qroc_desktop.ui.panels.items import ItemsPanel
from qroc_desktop.ui.panels.layers import LayersPanel
from qroc_desktop.ui.ports import Dialogs, LayoutStore, MapFactory, Preferences
from qroc_desktop.ui.selection import Selection
from qroc_desktop.ui.status_bar import Status
from qroc_desktop.ui.symbol_icons import SymbolIcons
from qroc_desktop.ui.theme import Theme
from qroc_desktop.ui.time_cursor import TimeCursor

_log = logging.getLogger(__name__)


class MainWindow(QMainWindow):
    """One desk, one map, its panels."""

    closed = Signal()
    """The window is gone and uses the desk no more."""

    def __init__(
        self,
        desk: Desk,
        *,
        map_factory: MapFactory,
        theme: Theme,
        preferences: Preferences,
        layout: LayoutStore,
        kinds: Kinds,
        symbols: Symbols,
        dialogs: Dialogs,
    ) -> None:
        super().__init__()
        self.setWindowTitle(f"{desk.identity.centre} · QROC Desktop")
        self.theme, self.preferences, self.dialogs, self.map_factory = theme, preferences, dialogs, map_factory
        notices = Notices(desk.clock, self)
        background = Background(notices, self)
        self.bench = Bench(
            desk=desk,
            theme=theme,
            background=background,
            notices=notices,
            selection=Selection(self),
            cursor=TimeCursor(self),
            kinds=kinds,
            icons=SymbolIcons(kinds, symbols, background, self),
        )
        self.live = Live(desk, self)
        self.map = map_factory(self)
        self.actions_ = ActionSet(theme, self)
        self.items = ItemsPanel(self.bench)
        self.layers = LayersPanel(self.bench)
        self.banner = Banner(desk, theme)
        self.status = Status(background, theme)
        self.notice_bar = NoticeBar(notices, theme)
        self.docks = Docks(self, theme, layout)
        self._lay_out()
        self._connect()
        self._commands = (
            FileCommands(self, self.bench, self.map, dialogs, self.actions_),
            MapCommands(self, self.bench, self.map, dialogs, self.status, self.actions_),
            ViewCommands(self, self.bench, self.map, self.status, self.docks, preferences, self.actions_),
        )
        self._arrange()
        self._dress()

    # --- life ----------------------------------------------------------------------------------

    def closeEvent(self, event: QCloseEvent) -> None:
        """Let writes finish, remember the arrangement, let desk and map go."""
        self.docks.remember({"items": self.items.save_state()})
        self.live.close()
        self.bench.background.close()
        self.map.close_map()
        event.accept()
        self.closed.emit()

    # --- parts ---------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        middle = QWidget()
        middle.setObjectName("page")
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.notice_bar)
        column.addWidget(self.map, 1)
        self.setCentralWidget(middle)
        top = QWidget()
        top.setObjectName("page")
        rows = QVBoxLayout(top)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        menu_bar = QMenuBar(top)
        self.actions_.fill_menu_bar(menu_bar)
        rows.addWidget(self.banner)
        rows.addWidget(menu_bar)
        self.setMenuWidget(top)
        tools = QToolBar(tr("Tools"), self)
        tools.setObjectName("tools")
        tools.setMovable(False)
        tools.setFloatable(False)
        self.actions_.fill_tool_bar(tools)
        self.addToolBar(Qt.ToolBarArea.LeftToolBarArea, tools)
        self._tools = tools
        self.setStatusBar(self.status)
        self.docks.add("items", tr("Items"), self.items)
        self.docks.add("layers", tr("Layers"), self.layers)

    def _connect(self) -> None:
        cursor, live = self.bench.cursor, self.live
        for panel in (self.items, self.layers):
            live.changed.connect(panel.on_change)
            cursor.changed.connect(panel.on_moment)
        live.changed.connect(self._changed)
        cursor.changed.connect(self._moment_changed)
        self.layers.shown.connect(self.items.on_layers)
        self.layers.shown.connect(self._show_layers)
        self.theme.changed.connect(self._dress)
        self.map.set_language(language())

    def _changed(self, outcome: Outcome) -> None:
        self.map.refresh(outcome)
        if outcome.identity:
            self.banner.refresh()

    def _moment_changed(self, moment: Moment | None) -> None:
        self.banner.show_moment(moment)
        self.map.set_moment(moment, past_text(moment, self.bench.desk.clock()) if moment else "")

    def _show_layers(self, layers: list[Layer]) -> None:
        self.map.set_layers(
            [
                LayerLook(
                    id=layer.id,
                    visible=layer.display.visible,
                    order=layer.order,
                    opacity=layer.display.opacity,
                    locked=layer.locked,
                )
                for layer in layers
            ]
        )

    def _arrange(self) -> None:
        screen = self.screen().availableGeometry()
        self.resize(screen.size())
        if not self.docks.restore():
            self.docks.arrange(screen.width(), screen.height())
        self.items.restore_state(self.docks.remembered("items"))

    def _dress(self) -> None:
        side = self.theme.px(20)
        self._tools.setIconSize(QSize(side, side))
