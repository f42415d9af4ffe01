"""The main window: puts the parts together and connects their signals, and does nothing itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QShowEvent
from PySide6.QtWidgets import QMainWindow, QMenuBar, QMessageBox, QToolBar, QVBoxLayout, QWidget

from qroc_desktop.domain.query import Moment, Outcome
from qroc_desktop.domain.state import Layer
from qroc_desktop.domain.vocabulary import WorkspaceKind
from qroc_desktop.mapview.messages import Context, LayerLook
from qroc_desktop.services.centre_session import CentreSession
from qroc_desktop.services.desk import Desk
from qroc_desktop.services.settings import SETTINGS
from qroc_desktop.services.training_models import TrainingModels
from qroc_desktop.symbology import Kinds, Symbols
from qroc_desktop.translation import language, ntr, said, tr
from qroc_desktop.ui.action_set import ActionSet
from qroc_desktop.ui.actions import Situation
from qroc_desktop.ui.background import Background
from qroc_desktop.ui.banner import Banner, past_text
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.commands.attaching import AttachCommands
from qroc_desktop.ui.commands.base_maps import BaseMapCommands
from qroc_desktop.ui.commands.commenting import CommentCommands
from qroc_desktop.ui.commands.comparing import CompareCommands
from qroc_desktop.ui.commands.drawing import DrawCommands
from qroc_desktop.ui.commands.editing import EditCommands
from qroc_desktop.ui.commands.exercising import ExerciseCommands, ExerciseOpener
from qroc_desktop.ui.commands.files import FileCommands
from qroc_desktop.ui.commands.helping import HelpCommands
from qroc_desktop.ui.commands.mapping import MapCommands
from qroc_desktop.ui.commands.modelling import ModelCommands
from qroc_desktop.ui.commands.requests import RequestCommands
from qroc_desktop.ui.commands.sharing import ShareCommands
from qroc_desktop.ui.commands.starting import StartView
from qroc_desktop.ui.commands.timing import TimeCommands
from qroc_desktop.ui.commands.viewing import ViewCommands
from qroc_desktop.ui.commands.walling import WallCommands
from qroc_desktop.ui.docks import Docks
from qroc_desktop.ui.exercise.director import commands as director
from qroc_desktop.ui.exercise.director.panel import DirectorPanel
from qroc_desktop.ui.exercise.dock import panel as exercise_panel
from qroc_desktop.ui.exercise.dock import strip as exercise_strip
from qroc_desktop.ui.exercise.place import ExercisePlace
from qroc_desktop.ui.live import Live
from qroc_desktop.ui.notice_bar import NoticeBar
from qroc_desktop.ui.notices import Notices
from qroc_desktop.ui.panels.details.panel import DetailsPanel
from qroc_desktop.ui.panels.items import ItemsPanel
from qroc_desktop.ui.panels.layers import LayersPanel
from qroc_desktop.ui.panels.logbook import LogbookPanel
from qroc_desktop.ui.panels.timeline import Timeline
from qroc_desktop.ui.ports import Dialogs, LayoutStore, MapCatalogue, MapFactory, PlaceBook, Preferences
from qroc_desktop.ui.selection import Selection
from qroc_desktop.ui.sharing.comparison_panel import ComparisonPanel
from qroc_desktop.ui.sharing.expiry import ExpiryWatch
from qroc_desktop.ui.sharing.panel import SharingPanel
from qroc_desktop.ui.sharing.seat import ShareSeat
from qroc_desktop.ui.status_bar import Status
from qroc_desktop.ui.symbol_icons import SymbolIcons
from qroc_desktop.ui.theme import Theme
from qroc_desktop.ui.time_cursor import TimeCursor
from qroc_desktop.ui.words import WORKSPACES, step_name


class MainWindow(QMainWindow):
    """One desk, one map, its panels."""

    closed = Signal()
    """The window is gone and uses the desk no more."""

    def __init__(  # noqa: PLR0913 - the one place where everything meets
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
        base_maps: MapCatalogue,
        places: PlaceBook,
        centre: CentreSession,
        models: TrainingModels,
        exercises: ExerciseOpener,
        place: ExercisePlace | None = None,
    ) -> None:
        super().__init__()
        self.place = place
        self._restored = False
        self._locked = frozenset(key for key in SETTINGS if preferences.locked(key))
        notices = Notices(desk.clock, self)
        background = Background(notices, self)
        self.bench = bench = Bench(
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
        self.map = map_ = map_factory(self)
        self.commands = commands = ActionSet(theme, self)
        self.items = ItemsPanel(bench)
        self.layers = LayersPanel(bench)
        self.details = DetailsPanel(bench)
        self.logbook = LogbookPanel(bench)
        self.timeline = Timeline(bench)
        self.seat = ShareSeat(bench, centre, self)
        self.sharing = SharingPanel(self.seat)
        self.comparison = ComparisonPanel(bench)
        self.banner = Banner(desk, theme)
        self.status = Status(background, theme)
        self.notice_bar = NoticeBar(notices, theme, map_)
        self.docks = Docks(self, theme, layout)
        self.strip = exercise_strip(bench, place) if place is not None else None
        self.exercise = exercise_panel(bench, place, map_) if place is not None else None
        self._tools = QToolBar(tr("Tools"), self)
        self._lay_out()
        self.files = FileCommands(self, bench, map_, dialogs, commands)
        self.mapping = MapCommands(self, bench, map_, dialogs, self.status, commands)
        self.viewing = ViewCommands(self, bench, map_, self.status, self.docks, preferences, commands)
        self.editing = EditCommands(
            self, bench, map_, self.details, self.items, lambda: self.docks.show("details"), self._weigh, commands
        )
        self.attaching = AttachCommands(self, bench, self.details.files, self._show_files, commands)
        self.drawing = DrawCommands(self, bench, map_, places, commands)
        self.modelling = ModelCommands(self, bench, map_, places, models, commands)
        self.timing = TimeCommands(bench, self.timeline, commands)
        self.base_maps = BaseMapCommands(self, bench, map_, base_maps, preferences, commands)
        self.wall = WallCommands(bench, map_, lambda parent: self.base_maps.join(map_factory(parent)), commands)
        self.start_view = StartView(bench, map_, places, layout, place.seat.info.bbox if place is not None else None)
        self.shares = ShareCommands(
            self,
            self.seat,
            self.sharing,
            self.files.bounds,
            lambda: self.docks.show("sharing"),
            self.show_items,
            commands,
        )
        self.requests = RequestCommands(
            self, self.seat, self.sharing, lambda: self.docks.show("sharing"), self.shares.contact,
            self.shares.answer, commands,
        )  # fmt: skip
        self.comparing = CompareCommands(
            self.seat, self.comparison, map_, lambda: self.docks.show("comparison"), commands
        )
        self.expiry = ExpiryWatch(self.seat, self.shares.apply)
        self.commenting = CommentCommands(self, bench, self.details, commands)
        self.exercising = ExerciseCommands(
            self, bench, exercises, place, self.strip, lambda: self.docks.show("exercise"), commands
        )
        self.helping = HelpCommands(self, theme, commands)
        self._bind()
        self._connect()
        self._arrange()
        self._dress()
        self._weigh()
        self.start_view.show()

    @property
    def restored(self) -> bool:
        """Whether the window stands where it was left."""
        return self._restored

    def show_items(self, ids: Sequence[str]) -> None:
        """Select items and look at them."""
        self.bench.selection.set(ids)
        self.mapping.fit_selection()

    # --- life ----------------------------------------------------------------------------------

    def closeEvent(self, event: QCloseEvent) -> None:
        """Let writes finish, remember the arrangement, let desk and map go."""
        if not (self.exercising.may_go() and self._may_go()):
            event.ignore()
            return
        self.start_view.remember()
        self.docks.remember({"items": self.items.save_state()})
        self.wall.close()
        self.modelling.close()
        # Nothing may look into the workspace once it is closed, however long the window lives on.
        for timer in self.findChildren(QTimer):
            timer.stop()
        self.live.close()
        self.bench.background.close()
        self.attaching.close()
        self.map.close_map()
        event.accept()
        self.closed.emit()

    def showEvent(self, event: QShowEvent) -> None:
        """Without a remembered arrangement the usual one for the size that the window has now."""
        super().showEvent(event)
        if not self._restored:
            self._restored = True
            self.docks.arrange(self.width(), self.height())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self.bench.editable and any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.files.import_files(paths)

    def _may_go(self) -> bool:
        """The one question that must be answered before it is too late."""
        drafts = len(self.details.drafts)
        if not drafts:
            return True
        box = QMessageBox(self)
        box.setIcon(QMessageBox.Icon.Warning)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setWindowTitle(tr("Edits not applied"))
        box.setText(
            ntr(
                "{count} item has edits that were not applied.",
                "{count} items have edits that were not applied.",
                drafts,
            )
        )
        box.setInformativeText(tr("Everything else is saved."))
        back = box.addButton(tr("Go back"), QMessageBox.ButtonRole.RejectRole)
        box.addButton(tr("Drop them and quit"), QMessageBox.ButtonRole.DestructiveRole)
        box.setDefaultButton(back)
        box.setEscapeButton(back)
        box.exec()
        return box.clickedButton() is not back

    # --- parts ---------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self.setCentralWidget(_column(self.map))
        menu_bar = QMenuBar()
        self.commands.fill_menu_bar(menu_bar)
        self.setMenuWidget(_column(self.banner, menu_bar, *([self.strip] if self.strip else [])))
        self._tools.setObjectName("tools")
        self.commands.fill_tool_bar(self._tools)
        self._tools.setMovable(False)
        self.addToolBar(Qt.ToolBarArea.LeftToolBarArea, self._tools)
        time = QToolBar(tr("Timeline"), self)
        time.setObjectName("time")
        time.setMovable(False)
        time.addWidget(self.timeline)
        self.addToolBar(Qt.ToolBarArea.BottomToolBarArea, time)
        for bar in (self._tools, time):
            bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.setStatusBar(self.status)
        self.docks.add("items", tr("Items"), self.items)
        self.docks.add("details", tr("Details"), self.details)
        self.docks.add("logbook", tr("Logbook"), self.logbook)
        self.docks.add("layers", tr("Layers"), self.layers)
        if self.exercise is not None:
            self.docks.add_first("exercise", tr("Exercise"), self.exercise, "items")
        self.docks.add_aside("sharing", tr("Sharing"), self.sharing, "items")
        self.docks.add_aside("comparison", tr("Comparison"), self.comparison, "items")

    def _bind(self) -> None:
        self.commands.bind("edit.search", self._search)
        self.commands.bind("log.write", self._write_log)
        controls = self.strip.controls if self.strip is not None else None
        director.bind(self.commands, controls, self.exercise if isinstance(self.exercise, DirectorPanel) else None)

    def _connect(self) -> None:
        bench, layers = self.bench, self.layers
        for part in (self.items, self.layers, self.details, self.logbook, self.timeline, self.wall):
            self.live.changed.connect(part.on_change)
            bench.cursor.changed.connect(part.on_moment)
        self.live.changed.connect(self.editing.on_change)
        self.live.changed.connect(self.modelling.on_change)
        self.live.changed.connect(self._changed)
        bench.cursor.changed.connect(self._moment_changed)
        bench.selection.changed.connect(self._weigh)
        for reader in (self.items, self.details, self.drawing):
            layers.shown.connect(reader.on_layers)
        layers.shown.connect(self._show_layers)
        layers.shown.connect(self.shares.on_layers)
        self.items.zoom_asked.connect(self.mapping.fit_selection)
        self.logbook.zoom_asked.connect(self.mapping.fit_selection)
        self.items.menu_asked.connect(self._item_menu)
        self.map.context.connect(self._map_menu)
        self.sharing.compare_asked.connect(self.comparing.compare)
        self.expiry.ran_out.connect(self.details.on_received)
        self.details.exchange = lambda: self.seat.works.exchange if self.seat.works else None
        self.seat.changed.connect(lambda _: self.details.on_received())
        self.commands.refused.connect(bench.notices.info)
        bench.theme.changed.connect(self._dress)
        self.map.set_language(language())

    def _changed(self, outcome: Outcome) -> None:
        self.map.refresh(outcome)
        if outcome.identity:
            self.banner.refresh()
        self._weigh()

    def _moment_changed(self, moment: Moment | None) -> None:
        self.banner.show_moment(moment)
        self.map.set_moment(moment, past_text(moment, self.bench.desk.clock()) if moment else "")
        self._weigh()

    def _show_layers(self, layers: list[Layer]) -> None:
        looks = [
            LayerLook(
                id=layer.id,
                visible=layer.display.visible,
                order=layer.order,
                opacity=layer.display.opacity,
                locked=layer.locked,
                source=layer.origin.source_name,
            )
            for layer in layers
        ]
        self.map.set_layers(looks)
        self.wall.on_layers(looks)

    def _weigh(self, *_: object) -> None:
        """Enable what can be done now."""
        history = self.bench.desk.history
        undo, redo = history.next_undo, history.next_redo
        self.commands.update(
            Situation(
                read_only=self.bench.desk.read_only,
                past=not self.bench.cursor.live,
                selected=len(self.bench.selection.ids),
                undo=None if undo is None else step_name(undo),
                redo=None if redo is None else step_name(redo),
                exercise=self.place is not None,
                director=self.place is not None and self.place.driver is not None,
                locked=self._locked,
            )
        )

    def _item_menu(self, place: QPoint) -> None:
        menu = self.editing.context_menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(place)

    def _map_menu(self, event: Context) -> None:
        if event.ids and event.ids[0] not in self.bench.selection.ids:
            self.bench.selection.set(event.ids[:1])
        new = (tr("New incident here …"), lambda: self.drawing.at(event.lon, event.lat))
        menu = self.editing.context_menu((new,) if self.bench.editable else ())
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.map.mapToGlobal(QPoint(round(event.x), round(event.y))))

    def _search(self) -> None:
        self.docks.show("items")
        self.items.focus_search()

    def _show_files(self) -> None:
        self.docks.show("details")
        self.details.show_files()

    def _write_log(self) -> None:
        self.docks.show("logbook")
        self.logbook.write()

    def _arrange(self) -> None:
        self.setWindowTitle(_title(self.bench.desk))
        self.setAcceptDrops(True)
        area = self.screen().availableGeometry()
        self.resize(area.size())
        self._restored = self.docks.restore()
        self.items.restore_state(self.docks.remembered("items"))

    def _dress(self) -> None:
        side = self.bench.theme.px(20)
        self._tools.setIconSize(QSize(side, side))


def _title(desk: Desk) -> str:
    """What the task bar shows: an exercise is called one there too."""
    identity = desk.identity
    kind = "" if identity.kind is WorkspaceKind.LIVE else f"{said(WORKSPACES[identity.kind])} · "
    return f"{kind}{identity.centre} · QROC Desktop"


def _column(*widgets: QWidget) -> QWidget:
    """Widgets one below the other without gaps; the last takes what is left."""
    page = QWidget()
    page.setObjectName("page")
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    for widget in widgets:
        column.addWidget(widget, int(widget is widgets[-1]))
    return page
