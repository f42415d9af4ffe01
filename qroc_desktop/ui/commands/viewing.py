"""How things look: theme, text size, notation, graticule, panels."""

from __future__ import annotations

from functools import partial
from typing import Final

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QMainWindow

from qroc_desktop.errors import QrocError
from qroc_desktop.mapview.widget import MapWidget
from qroc_desktop.translation import tr
from qroc_desktop.ui.action_set import ActionSet
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.docks import Docks
from qroc_desktop.ui.notice_bar import NoticeHistory
from qroc_desktop.ui.ports import Preferences
from qroc_desktop.ui.status_bar import Status

THEMES: Final = ("system", "dark", "light")
NOTATIONS: Final = ("all", "decimal", "dms", "utm", "mgrs")
GRATICULES: Final = ("off", "degrees", "mgrs")
LANGUAGES: Final = ("system", "de", "en")
STEP: Final = 0.1


class ViewCommands(QObject):
    """Choices are remembered in the preferences, unless an administrator has set them."""

    def __init__(
        self,
        window: QMainWindow,
        bench: Bench,
        map_: MapWidget,
        status: Status,
        docks: Docks,
        preferences: Preferences,
        actions: ActionSet,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._bench = bench
        self._map = map_
        self._status = status
        self._docks = docks
        self._preferences = preferences
        self._actions = actions
        self._graticule = "degrees" if preferences.get("graticule") else "off"
        for choice in THEMES:
            actions.bind(f"theme.{choice}", partial(self.choose_theme, choice))
        for notation in NOTATIONS:
            actions.bind(f"notation.{notation}", partial(self.choose_notation, notation))
        for kind in GRATICULES:
            actions.bind(f"graticule.{kind}", partial(self.choose_graticule, kind))
        for language in LANGUAGES:
            actions.bind(f"language.{language}", partial(self.choose_language, language))
        for panel in ("items", "details", "logbook", "layers"):
            actions.bind(f"view.{panel}", partial(docks.show, panel))
        actions.bind("theme.toggle", self._other_theme)
        actions.bind("view.graticule", self._toggle_graticule)
        actions.bind("view.larger", lambda: bench.theme.resize(bench.theme.scale + STEP))
        actions.bind("view.smaller", lambda: bench.theme.resize(bench.theme.scale - STEP))
        actions.bind("view.full-screen", self._full_screen)
        actions.bind("view.reset", lambda: docks.arrange(window.width(), window.height()))
        actions.bind("view.notices", lambda: NoticeHistory(bench.notices, bench.theme, window).exec())
        # A method of an object that goes with the window: the theme outlives it.
        bench.theme.changed.connect(self._dress_map)
        self._dress_map()
        status.set_notation(preferences.text("notation"))
        map_.set_graticule(self._graticule)
        self._tick()

    def choose_theme(self, choice: str) -> None:
        """`system`, `dark` or `light`."""
        if self._remember("theme", choice):
            self._bench.theme.choose(choice)
        self._tick()

    def choose_notation(self, notation: str) -> None:
        """How coordinates are written in the status line; `all` is for this window only."""
        if notation == "all" or self._remember("notation", notation):
            self._status.set_notation(notation)
        self._tick()

    def choose_graticule(self, kind: str) -> None:
        """`off`, `degrees` or `mgrs`."""
        if self._remember("graticule", kind != "off"):
            self._graticule = kind
            self._map.set_graticule(kind)
        self._tick()

    def choose_language(self, language: str) -> None:
        """`system` or a language's code. Windows are built of words: another language begins with the next start."""
        if self._remember("language", "" if language == "system" else language):
            self._bench.notices.info(tr("The language changes the next time that the program starts."))
        self._tick()

    def _dress_map(self) -> None:
        self._map.set_theme(self._bench.theme.tokens.name)
        self._map.set_scale(self._bench.theme.scale)

    def _remember(self, key: str, value: object) -> bool:
        try:
            self._preferences.set(key, value)
        except QrocError as error:
            self._bench.notices.error(error)
            return False
        return True

    def _other_theme(self) -> None:
        self.choose_theme("light" if self._bench.theme.tokens.name == "dark" else "dark")

    def _toggle_graticule(self) -> None:
        self.choose_graticule("off" if self._graticule != "off" else "degrees")

    def _full_screen(self) -> None:
        # The rest of its state stays: a maximised window is maximised again afterwards.
        self._window.setWindowState(self._window.windowState() ^ Qt.WindowState.WindowFullScreen)
        self._tick()

    def _tick(self) -> None:
        chosen = {
            f"theme.{self._bench.theme.choice}",
            f"notation.{self._status.notation}",
            f"graticule.{self._graticule}",
            f"language.{self._preferences.text('language') or 'system'}",
        }
        groups = ((THEMES, "theme"), (NOTATIONS, "notation"), (GRATICULES, "graticule"),
                  (LANGUAGES, "language"))
        for names, group in groups:
            for name in names:
                self._actions[f"{group}.{name}"].setChecked(f"{group}.{name}" in chosen)
        self._actions["view.full-screen"].setChecked(self._window.isFullScreen())
