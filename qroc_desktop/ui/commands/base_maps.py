"""Which base map lies under the picture; detail of towns always lies over the chosen one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QFileDialog, QWidget

from qroc_desktop.errors import QrocError
from qroc_desktop.mapview.messages import BaseMap
from qroc_desktop.mapview.widget import MapWidget
from qroc_desktop.services.maps import SUFFIXES, MapEntry, said_schema, stacked
from qroc_desktop.services.progress import Task
from qroc_desktop.translation import explained, ntr, tr
from qroc_desktop.ui.action_set import ActionSet
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.ports import MapCatalogue, Preferences
from qroc_desktop.ui.text import menu_text, tip


class BaseMapCommands:
    """A menu of the library's maps. Reading the library opens files, so that it is done in the background."""

    def __init__(
        self,
        window: QWidget,
        bench: Bench,
        map_: MapWidget,
        catalogue: MapCatalogue,
        preferences: Preferences,
        actions: ActionSet,
    ) -> None:
        self._window = window
        self._bench = bench
        self._maps = [map_]
        self._catalogue = catalogue
        self._preferences = preferences
        self._menu = actions.menus["base-maps"]
        self._group = QActionGroup(self._menu)
        self._end = self._menu.addSeparator()
        self._note = QAction(self._menu)
        self._menu.addAction(self._note)
        self._note.setEnabled(False)
        self._entries: Sequence[MapEntry] = ()
        self._shown: list[BaseMap] = []
        self._told: set[str] = set()
        actions.bind("map.add-base", self.ask_for_file)
        self.reload()

    def reload(self) -> None:
        """Look at the library again; maps may have been added."""
        catalogue = self._catalogue

        def read() -> tuple[Sequence[MapEntry], Sequence[QrocError]]:
            return catalogue.list(), catalogue.passed_by()

        self._bench.background.read(read, self._take, key="base-maps")

    def join(self, map_: MapWidget) -> MapWidget:
        """A further map shows the same base map from now on."""
        self._maps.append(map_)
        map_.destroyed.connect(lambda: self._maps.remove(map_))
        map_.set_base_maps(self._shown)
        return map_

    def choose(self, map_id: str) -> None:
        """Put a map under the picture, and remember it."""
        if self._preferences.locked("base_map"):
            return
        self._bench.guarded(partial(self._preferences.set, "base_map", map_id))
        for action in self._group.actions():
            action.setChecked(action.data() == map_id)
        self._show(map_id)

    def ask_for_file(self) -> None:
        """Let a file be chosen and add it."""
        patterns = " ".join(f"*{suffix}" for suffix in SUFFIXES)
        name, _ = QFileDialog.getOpenFileName(
            self._window, tr("Add a base map"), str(Path.home()), f"{tr('Base maps')} ({patterns})"
        )
        if name:
            self.add(Path(name))

    def add(self, path: Path) -> None:
        """Copy a file into the library, with progress."""

        def copy(task: Task) -> MapEntry:
            return self._catalogue.add(path, task)

        self._bench.background.long(tr("Adding the map"), copy, self._added)

    def _added(self, entry: MapEntry) -> None:
        self.reload()
        if entry.detailed:
            told = tr("{map} was added. It shows where it has detail.", map=entry.name)
            said = said_schema(entry)
            self._bench.notices.info(f"{told} {said}" if said else told)
            return
        self._bench.notices.info(
            tr("{map} was added to the base maps.", map=entry.name), (tr("Show"), partial(self.choose, entry.id))
        )

    def _take(self, read: tuple[Sequence[MapEntry], Sequence[QrocError]]) -> None:
        entries, troubles = read
        self._entries = entries
        self._tell(troubles)
        for action in self._group.actions():
            self._group.removeAction(action)
            self._menu.removeAction(action)
        bases = [entry for entry in self._entries if not entry.detailed]
        locked = self._preferences.locked("base_map")
        wanted = self._preferences.text("base_map")
        chosen = wanted if any(entry.id == wanted for entry in bases) else bases[0].id if bases else ""
        for entry in bases:
            action = QAction(menu_text(map_name(entry)), self._group)
            action.setCheckable(True)
            action.setData(entry.id)
            action.setChecked(entry.id == chosen)
            action.triggered.connect(partial(self.choose, entry.id))
            self._menu.insertAction(self._end, action)
            if locked:
                action.setEnabled(entry.id == chosen)
                action.setToolTip(tip(tr("Set by your administrator.")))
        self._note.setText(menu_text(self._servers_note(entries)))
        if chosen:
            self._show(chosen)

    def _tell(self, troubles: Sequence[QrocError]) -> None:
        """Each once: a map that somebody counts on must not be missing without a word."""
        for error in troubles:
            if str(error) not in self._told:
                self._told.add(str(error))
                self._bench.notices.warning(explained(error))

    def _servers_note(self, entries: Sequence[MapEntry]) -> str:
        """Where maps from a network come from, and who decides it."""
        count = sum(entry.origin == "server" for entry in entries)
        if count:
            return ntr(
                "{count} server, named by your administrator", "{count} servers, named by your administrator", count
            )
        return tr("Map servers: none; an administrator names them in {file}", file=self._catalogue.servers_file)

    def _show(self, chosen: str) -> None:
        self._shown = [base_map(entry) for entry in stacked(self._entries, chosen)]
        for map_ in self._maps:
            map_.set_base_maps(self._shown)


def map_name(entry: MapEntry) -> str:
    """Its name; the one that came with the program in the user's language."""
    return tr("World, from the program") if entry.id == "world" else entry.name


def base_map(entry: MapEntry) -> BaseMap:
    """A map of the library as the map page takes it."""
    return BaseMap(
        id=entry.id,
        kind=entry.kind,
        attribution=entry.attribution,
        min_zoom=entry.min_zoom,
        max_zoom=entry.max_zoom,
        streets=entry.detailed,
        bounds=entry.bounds,
        schema=entry.schema.told() if entry.schema else None,
    )
