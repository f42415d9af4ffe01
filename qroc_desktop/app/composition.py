"""The composition root: makes every object once and passes it to those that need it."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QSettings, Qt
from PySide6.QtWidgets import QApplication, QWidget

from qroc_desktop.app.arguments import Arguments
from qroc_desktop.app.exercises import ConductedExercises
from qroc_desktop.app.first_workspace import FirstWorkspace
from qroc_desktop.app.logs import Crashes
from qroc_desktop.app.screenshot import Screenshot
from qroc_desktop.app.starting import usual_folder
from qroc_desktop.domain.ids import random_id
from qroc_desktop.domain.instant import Clock
from qroc_desktop.domain.vocabulary import WorkspaceKind
from qroc_desktop.errors import Damaged, Message
from qroc_desktop.mapview.scheme import register_scheme
from qroc_desktop.mapview.symbols import MapSymbols
from qroc_desktop.mapview.widget import Look, MapWidget
from qroc_desktop.paths import ProgramFiles
from qroc_desktop.services.briefing import Briefings
from qroc_desktop.services.centre import CentreFolder
from qroc_desktop.services.centre import usual_folder as usual_centre_folder
from qroc_desktop.services.centre_session import CentreSession, CentreSessions
from qroc_desktop.services.desk import Desk
from qroc_desktop.services.exercise.centres import session_without_run
from qroc_desktop.services.exercise.runs import RECORD
from qroc_desktop.services.maps import MapLibrary
from qroc_desktop.services.node_child import NodeChild, command, installed
from qroc_desktop.services.places import Places
from qroc_desktop.services.road_graphs import RoadGraphs
from qroc_desktop.services.settings import PROGRAM, Settings, administrators_folder
from qroc_desktop.services.system import system_clock, system_user
from qroc_desktop.services.tiles import Tiles
from qroc_desktop.services.training_models import TrainingModels
from qroc_desktop.services.workspaces import Workspaces
from qroc_desktop.store.gazetteer import Gazetteer
from qroc_desktop.symbology import Kinds, Symbols
from qroc_desktop.sync import allowed
from qroc_desktop.translation import explained, tr
from qroc_desktop.ui.dialogs.conversations import Conversations
from qroc_desktop.ui.exercise.place import ExercisePlace
from qroc_desktop.ui.icons import program_icon
from qroc_desktop.ui.main_window import MainWindow
from qroc_desktop.ui.qt_words import speak
from qroc_desktop.ui.theme import Theme
from qroc_desktop.ui.times import both


class Program:
    """Holds what lives as long as the process; windows come and go."""

    def __init__(
        self,
        argv: Sequence[str],
        arguments: Arguments,
        settings: Settings,
        files: ProgramFiles,
        *,
        clock: Clock = system_clock,
        administrators: Path | None = None,
    ) -> None:
        """administrators: the folder of what binds everybody on this machine, where it is not the usual one."""
        register_scheme()
        self._application = QApplication(list(argv))
        self._application.setApplicationName(PROGRAM)
        self._application.setApplicationDisplayName("QROC Desktop")
        speak(self._application)
        self._arguments = arguments
        self._settings = settings
        self._files = files
        self._clock = clock
        self.windows: list[MainWindow] = []
        self._crashes = Crashes(self._tell_crash)
        self._crashes.catch()
        self._kinds = Kinds.load(files.resources / "symbols" / "kinds.toml")
        self._symbols = Symbols(files.page_libraries / "milsymbol" / "dist" / "milsymbol.js", self._kinds.badges)
        self._library = MapLibrary(files.maps)
        self._tiles = Tiles(self._library)
        self._places = Places(Gazetteer(files.maps / "places.sqlite"))
        self._workspaces = Workspaces(author=system_user(), clock=clock, ids=random_id, default_layer=tr("Incidents"))
        self._centres = CentreSessions(self._centre)
        self._roads = RoadGraphs(files.maps)
        self._exercises = ConductedExercises(
            files=files,
            roads=self._roads,
            routes=(administrators or administrators_folder()) / allowed.FILE,
            clock=clock,
            author=system_user(),
            show=self._show,
        )
        self._application.setWindowIcon(program_icon(files.resources / "icons" / "qroc-desktop.svg"))
        self._theme = Theme(
            self._application,
            files.resources / "styles" / "window.qss",
            choice=arguments.theme or settings.text("theme"),
        )

    def start(self) -> bool:
        """Open the first window, of a workspace or of an exercise; False where the user left at the first question,
        Refused or Damaged where there is none that can be opened."""
        named = self._arguments.workspace
        if named is not None and (named.is_dir() or named.name == RECORD):
            self._exercises.open(named)
            return True
        first = FirstWorkspace(self._arguments, self._settings, self._workspaces, self._clock)
        desk = first.desk()
        if desk is None:
            return False
        window = self._show(desk)
        for fault in self._settings.faults:
            window.bench.notices.warning(explained(fault))
        if first.said:
            window.bench.notices.warning(first.said)
        return True

    def run(self) -> int:
        """Qt's event loop, until the last window is closed."""
        return self._application.exec()

    def close(self) -> None:
        """Let go of everything in the order it needs: windows, then pages, then the engine's profiles."""
        for window in list(self.windows):
            window.close()
        # No event loop runs any more that would delete what the windows left; a profile must go after its page, and
        # both before the application.
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        self._exercises.close()
        self._centres.close()
        self._symbols.close()
        self._theme.close()

    # --- Opener --------------------------------------------------------------------------------

    def create(self, path: Path, *, centre: str, country: str, kind: WorkspaceKind) -> None:
        """Make a workspace and open it in a window of its own."""
        self._show(self._workspaces.create(path, centre=centre, country=country, kind=kind))

    def open(self, path: Path, *, read_only: bool) -> None:
        """Open a workspace in a window of its own; one that a window here has open comes to the front."""
        for window in self.windows:
            if window.bench.desk.workspace.path == path.resolve():
                window.raise_()
                window.activateWindow()
                return
        self._show(self._workspaces.open(path, read_only=read_only))

    def _show(self, desk: Desk, place: ExercisePlace | None = None) -> MainWindow:
        window = self._window(desk, place)
        self.windows.append(window)
        window.closed.connect(lambda: self._closed(window))
        if self._arguments.size:
            window.resize(*self._arguments.size)
        elif not window.restored:
            # Not only as large as the screen: the frame around it would push the status line over the edge.
            window.setWindowState(window.windowState() | Qt.WindowState.WindowMaximized)
        window.show()
        self._remember(desk, window)
        if not desk.read_only and desk.clock_is_behind:
            window.bench.notices.warning(
                tr(
                    "The clock of this machine is behind the workspace, or one was ahead before. "
                    "New entries are recorded as of {time} until the clock has passed that.",
                    time=both(desk.now()),
                )
            )
        if self._arguments.screenshot:
            Screenshot(window, window.map, self._arguments.screenshot)
        return window

    def _closed(self, window: MainWindow) -> None:
        if window in self.windows:
            self.windows.remove(window)
            if window.place is None:
                window.bench.desk.close()
            else:
                self._exercises.gone(window.place)
            window.deleteLater()

    def _remember(self, desk: Desk, window: MainWindow) -> None:
        """For the next start."""
        if not (window.place or self._arguments.demo or desk.read_only or self._settings.locked("last_workspace")):
            window.bench.guarded(lambda: self._settings.set("last_workspace", str(desk.workspace.path)))

    def _window(self, desk: Desk, place: ExercisePlace | None) -> MainWindow:
        briefings = Briefings(
            desk,
            kinds=self._kinds,
            symbols=self._symbols,
            files=self._files,
            library=self._library,
            tiles=self._tiles,
            base_map=lambda: self._settings.text("base_map"),
        )
        return MainWindow(
            desk,
            map_factory=lambda parent: self._map(desk, parent),
            theme=self._theme,
            preferences=self._settings,
            layout=self._layout("layout" if place is None else f"layout-{place.seat.info.seat.role}"),
            kinds=self._kinds,
            symbols=self._symbols,
            dialogs=Conversations(
                desk,
                places=self._places,
                briefings=briefings,
                opener=self,
                folder=usual_folder,
            ),
            base_maps=self._library,
            places=self._places,
            centre=self._centre_of(desk, place),
            exercises=self._exercises,
            place=place,
            models=TrainingModels(desk, self._roads, ids=random_id),
        )

    def _centre_of(self, desk: Desk, place: ExercisePlace | None) -> CentreSession:
        """What a window shares by. A team of an exercise has the centre of its run and never one of this machine, also
        where it sits at a joined seat or at a review, from which nothing is sent."""
        if place is None and not desk.left:
            return self._centres.of(desk.identity.kind)
        held = place.seat.centre if place is not None else None
        return held or session_without_run(desk)

    def _centre(self, kind: WorkspaceKind) -> CentreSession:
        home = self._centre_folder()

        def node(kind: WorkspaceKind, secret: str) -> NodeChild:
            return NodeChild(command(home, kind) if installed() else None, secret)

        return CentreSession(CentreFolder(home, clock=self._clock), kind, node=node)

    def _centre_folder(self) -> Path:
        if self._arguments.demo:
            # The demonstration starts anew each time; its keys must not become those of this centre's exercises.
            self._shown_keys = tempfile.TemporaryDirectory(prefix="qroc-centre-")
            return Path(self._shown_keys.name)
        return Path(os.environ["QROC_HOME"]) if os.environ.get("QROC_HOME") else usual_centre_folder()

    def _map(self, desk: Desk, parent: QWidget) -> MapWidget:
        return MapWidget(
            picture=desk.picture,
            symbols=MapSymbols(self._kinds, self._symbols),
            tiles=self._tiles,
            clock=desk.clock,
            look=Look(map_folder=self._files.resources / "map", styles=_styles(self._files.maps)),
            parent=parent,
        )

    def _layout(self, name: str) -> QSettings:
        """Who conducts or plays an exercise has other panels in view than at ordinary work."""
        if self._arguments.screenshot:
            # A picture shows the window as a new user finds it, and leaves nothing behind.
            self._unused = tempfile.TemporaryDirectory(prefix="qroc-layout-")
            return QSettings(str(Path(self._unused.name) / "layout.ini"), QSettings.Format.IniFormat)
        return QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, PROGRAM, name)

    def _tell_crash(self, kind: str) -> None:
        for window in self.windows:
            window.bench.notices.failure(
                tr(
                    "Something went wrong inside the program ({kind}). Everything that was saved is safe; "
                    "if it happens again, tell your administrator.",
                    kind=kind,
                )
            )


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
