"""Real windows of a real run on one machine, put together as the program does it; only the map is a fake."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from qroc_desktop.app.exercises import ConductedExercises
from qroc_desktop.exercise.handbooks import Bookshelf, bound
from qroc_desktop.exercise.package import Package
from qroc_desktop.paths import program_files
from qroc_desktop.services.desk import Desk
from qroc_desktop.services.exercise.driver import ExerciseDriver
from qroc_desktop.services.road_graphs import RoadGraphs
from qroc_desktop.services.system import system_clock
from qroc_desktop.symbology import Kinds, Symbols
from qroc_desktop.ui.exercise.place import ExercisePlace
from qroc_desktop.ui.exercise.strip import ExerciseStrip
from qroc_desktop.ui.main_window import MainWindow
from qroc_desktop.ui.theme import Theme
from tests.ui.desk_window import PATIENCE, ShownWindow, open_window


class Offered(ConductedExercises):
    """With documents that a test may add, as the program's own scenarios have them."""

    documents: Sequence[Path] = ()

    def handbooks(self, place: ExercisePlace) -> Bookshelf:
        ours = bound({path.name: path.read_text("utf-8") for path in self.documents})
        return Bookshelf(handbooks=ours) if ours else super().handbooks(place)


class Playing:
    """A run and the windows that look at it."""

    def __init__(self, tmp: Path, resources: Path, symbols: Symbols, kinds: Kinds, theme: Theme, qtbot: QtBot) -> None:
        self.tmp, self.folder = tmp, tmp / "run"
        self._parts = (symbols, kinds, theme)
        self.qtbot = qtbot
        self.windows: dict[str, ShownWindow] = {}
        self.exercises = Offered(
            files=program_files(),
            routes=tmp / "exchange.toml",
            roads=RoadGraphs(program_files().maps),
            clock=system_clock,
            author="Director",
            show=self._show,
        )

    def begin(self, package: Package) -> None:
        self.exercises.create(package, self.folder)

    def open(self) -> None:
        self.exercises.open(self.folder)

    @property
    def driver(self) -> ExerciseDriver:
        found = self.exercises._drivers[self.folder.resolve()]
        assert found is not None
        return found

    @property
    def director(self) -> ShownWindow:
        return self.windows["white"]

    def strip(self, team: str) -> ExerciseStrip:
        found = self.windows[team].window.strip
        assert found is not None
        return found

    def team(self, name: str) -> ShownWindow:
        """A team's window, as the director opens it."""
        place = self.director.window.place
        assert place is not None
        assert place.open_team is not None
        place.open_team(name)
        return self.windows[name]

    def close(self) -> None:
        for shown in list(self.windows.values()):
            if shown.window.place is not None and shown.window.place.driver is not None:
                self.driver.do(lambda run: run.conduct.clock).result()
        for shown in list(self.windows.values()):
            shown.window.details.drafts.clear()
            shown.window.exercising.may_go = lambda: True  # type: ignore[method-assign]
            shown.window.close()
        self.exercises.close()
        QApplication.sendPostedEvents()

    def _show(self, desk: Desk, place: ExercisePlace) -> MainWindow:
        team = place.seat.info.seat.team
        folder = self.tmp / f"window-{team}"
        folder.mkdir(exist_ok=True)
        window, dialogs = open_window(desk, folder, *self._parts, place=place, exercises=self.exercises)
        self.windows[team] = ShownWindow(window, desk, dialogs, self.qtbot)

        def closed() -> None:
            self.windows.pop(team, None)
            self.exercises.gone(place)
            window.seat.session.close()
            window.deleteLater()

        window.closed.connect(closed)
        window.resize(1366, 768)
        window.show()
        self.qtbot.waitUntil(window.isVisible, timeout=PATIENCE)
        return window
