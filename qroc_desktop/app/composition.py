"""The composition root: makes every object once and passes it to those that need it."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication, QDialog, QMessageBox, QWidget

from qroc_desktop.app import starting
from qroc_desktop.app.arguments import Arguments
from qroc_desktop.app.logs import catch_crashes
from qroc_desktop.app.screenshot import Screenshot
from qroc_desktop.domain.aspects import Nature
from qroc_desktop.domain.ids import random_id
from qroc_desktop.domain.vocabulary import Affiliation, ItemType, WorkspaceKind
from qroc_desktop.errors import Damaged, Message, QrocError
from qroc_desktop.mapview.scheme import register_scheme
from qroc_desktop.mapview.widget import Look, MapWidget
from qroc_desktop.paths import ProgramFiles
from qroc_desktop.services.briefing import Briefings
from qroc_desktop.services.desk import Desk
from qroc_desktop.services.maps import MapLibrary
from qroc_desktop.services.places import Places
from qroc_desktop.services.settings import PROGRAM, Settings
from qroc_desktop.services.system import system_clock, system_user
from qroc_desktop.services.tiles import Tiles
from qroc_desktop.services.workspaces import Workspaces
from qroc_desktop.store.gazetteer import Gazetteer
from qroc_desktop.symbology import Kinds, Symbols
from qroc_desktop.translation import explained, tr
from qroc_desktop.ui.dialogs.conversations import Conversations
from qroc_desktop.ui.dialogs.first_start import FirstStartDialog
from qroc_desktop.ui.main_window import MainWindow
from qroc_desktop.ui.theme import Theme

_log = logging.getLogger(__name__)


class Program:
    """Holds what lives as long as the process; windows come and go."""

    def __init__(self, argv: Sequence[str], arguments: Arguments, settings: Settings, files: ProgramFiles) -> None:
        register_scheme()
        self._application = QApplication(list(argv))
        self._application.setApplicationName(PROGRAM)
        self._application.setApplicationDisplayName("QROC Desktop")
        self._arguments = arguments
        self._settings = settings
        self._files = files
        self._windows: list[MainWindow] = []
        self._kinds = Kinds.load(files.resources / "symbols" / "kinds.toml")
        self._symbols = Symbols(files.page_libraries / "milsymbol" / "dist" / "milsymbol.js", self._kinds.badges)
        self._library = MapLibrary(files.maps)
        self._tiles = Tiles(self._library)
        self._places = Places(Gazetteer(files.maps / "places.sqlite"))
        self._workspaces = Workspaces(
            author=system_user(), clock=system_clock, ids=random_id, default_layer=tr("Incidents")
        )
        self._theme = Theme(
            self._application,
            files.resources / "styles" / "window.qss",
            choice=arguments.theme or settings.text("theme"),
        )
        catch_crashes(self._tell_crash)

    def start(self) -> bool:
        """Open the first window; False where the user left at the first question."""
        path = self._first_workspace()
        if path is None:
            return False
        self.open(path, read_only=self._arguments.read_only)
        return True

    def run(self) -> int:
        """Qt's event loop, until the last window is closed."""
        code = self._application.exec()
        for window in list(self._windows):
            window.close()
        self._symbols.close()
        return code

    def tell(self, error: QrocError) -> None:
        """Say why the program does not start, in a window if a person sits before one."""
        if self._arguments.screenshot is None:
            QMessageBox.critical(None, "QROC Desktop", explained(error))

    # --- Opener --------------------------------------------------------------------------------

    def create(self, path: Path, *, centre: str, country: str, kind: WorkspaceKind) -> None:
        """Make a workspace and open it in a window of its own."""
        self._workspaces.create(path, centre=centre, country=country, kind=kind).close()
        self.open(path, read_only=False)

    def open(self, path: Path, *, read_only: bool) -> None:
        """Open a workspace in a window of its own."""
        desk = self._workspaces.open(path, read_only=read_only)
        window = self._window(desk)
        self._windows.append(window)
        window.closed.connect(lambda: self._closed(window, desk))
        if not self._arguments.demo and not read_only and not self._settings.locked("last_workspace"):
            self._settings.set("last_workspace", str(path.resolve()))
        if self._arguments.size:
            window.resize(*self._arguments.size)
        window.show()
        if self._arguments.screenshot:
            Screenshot(window, window.map, self._arguments.screenshot)

    def _closed(self, window: MainWindow, desk: Desk) -> None:
        if window in self._windows:
            self._windows.remove(window)
            desk.close()

    def _window(self, desk: Desk) -> MainWindow:
        briefings = Briefings(desk, kinds=self._kinds, symbols=self._symbols, files=self._files, library=self._library)
        return MainWindow(
            desk,
            map_factory=lambda parent: self._map(desk, parent),
            theme=self._theme,
            preferences=self._settings,
            layout=self._layout(),
            kinds=self._kinds,
            symbols=self._symbols,
            dialogs=Conversations(
                desk,
                places=self._places,
                briefings=briefings,
                opener=self,
                folder=starting.data_folder,
            ),
            base_maps=self._library,
        )

    def _map(self, desk: Desk, parent: QWidget) -> MapWidget:
        return MapWidget(
            picture=desk.picture,
            symbols=_PageSymbols(self._kinds, self._symbols),
            tiles=self._tiles,
            clock=desk.clock,
            look=Look(map_folder=self._files.resources / "map", styles=_styles(self._files.maps)),
            parent=parent,
        )

    def _layout(self) -> QSettings:
        if self._arguments.screenshot:
            # A picture shows the window as a new user finds it, and leaves nothing behind.
            unused = starting.data_folder() / "screenshot-layout.ini"
            unused.unlink(missing_ok=True)
            return QSettings(str(unused), QSettings.Format.IniFormat)
        return QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, PROGRAM, "layout")

    def _first_workspace(self) -> Path | None:
        if self._arguments.demo:
            return starting.fresh_demonstration(starting.data_folder(), self._workspaces, clock=system_clock)
        if self._arguments.workspace:
            return self._arguments.workspace
        last = Path(self._settings.text("last_workspace") or ".")
        return last if last.is_file() else self._ask_who_we_are()

    def _ask_who_we_are(self) -> Path | None:
        dialog = FirstStartDialog()
        if dialog.exec() != QDialog.DialogCode.Accepted:
            return None
        path = starting.new_path(starting.data_folder(), dialog.centre)
        self._workspaces.create(path, centre=dialog.centre, country=dialog.country).close()
        return path

    def _tell_crash(self, kind: str) -> None:
        for window in self._windows:
            window.bench.notices.failure(
                tr(
                    "Something went wrong inside the program ({kind}). Everything that was saved is safe; "
                    "if it happens again, tell your administrator.",
                    kind=kind,
                )
            )


class _PageSymbols:
    """Symbols as the map page asks for them: by what an item is."""

    def __init__(self, kinds: Kinds, symbols: Symbols) -> None:
        self._kinds = kinds
        self._symbols = symbols

    def svg(self, sidc: str, kind: str, affiliation: str, item_type: str) -> bytes:
        nature = Nature(type=ItemType(item_type), kind=kind, sidc=sidc, affiliation=Affiliation(affiliation))
        return self._symbols.svg(self._kinds.symbol_for(nature), centred=True).svg.encode()


def _styles(maps: Path) -> dict[str, dict[str, object]]:
    styles = {}
    for theme in ("light", "dark"):
        path = maps / "styles" / f"{theme}.json"
        try:
            styles[theme] = json.loads(path.read_bytes())
        except (OSError, ValueError) as error:
            raise Damaged(
                Message("A map style cannot be read."),
                where=str(path),
                action=Message("Install QROC Desktop again."),
            ) from error
    return styles
