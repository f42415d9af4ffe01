"""Which base map lies under the picture; detail of towns always lies over the chosen one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from qroc_desktop.mapview.messages import BaseMap
from qroc_desktop.mapview.widget import MapWidget
from qroc_desktop.services.maps import MapEntry
from qroc_desktop.translation import tr
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.ports import MapCatalogue, Preferences
from qroc_desktop.ui.text import menu_text


class BaseMapCommands:
    """A menu of the library's maps. Reading the library opens files, so that it is done in the background."""

    def __init__(
        self, bench: Bench, map_: MapWidget, catalogue: MapCatalogue, preferences: Preferences, menu: QMenu
    ) -> None:
        self._bench = bench
        self._maps = [map_]
        self._catalogue = catalogue
        self._preferences = preferences
        self._menu = menu
        self._group = QActionGroup(menu)
        self._entries: Sequence[MapEntry] = ()
        self._shown: list[BaseMap] = []
        self._menu.setTitle(tr("&Base map"))
        self.reload()

    def reload(self) -> None:
        """Look at the library again; maps may have been added."""
        self._bench.background.read(self._catalogue.list, self._take, key="base-maps")

    def join(self, map_: MapWidget) -> MapWidget:
        """A further map shows the same base map from now on."""
        self._maps.append(map_)
        map_.destroyed.connect(lambda: self._maps.remove(map_))
        map_.set_base_maps(self._shown)
        return map_

    def choose(self, map_id: str) -> None:
        """Put a map under the picture, and remember it."""
        self._bench.guarded(partial(self._preferences.set, "base_map", map_id))
        self._show(map_id)

    def _take(self, entries: Sequence[MapEntry]) -> None:
        self._entries = [entry for entry in entries if entry.drawn and entry.kind != "vector-tiles"]
        for action in self._group.actions():
            self._group.removeAction(action)
            self._menu.removeAction(action)
        bases = [entry for entry in self._entries if not entry.detailed]
        wanted = self._preferences.text("base_map")
        chosen = wanted if any(entry.id == wanted for entry in bases) else bases[0].id if bases else ""
        for entry in bases:
            action = QAction(menu_text(map_name(entry)), self._group)
            action.setCheckable(True)
            action.setChecked(entry.id == chosen)
            action.triggered.connect(partial(self.choose, entry.id))
            self._menu.addAction(action)
        self._menu.setEnabled(bool(bases))
        if chosen:
            self._show(chosen)

    def _show(self, chosen: str) -> None:
        self._shown = [
            base_map(entry) for entry in self._entries if entry.id == chosen
        ] + [base_map(entry) for entry in self._entries if entry.detailed]
        for map_ in self._maps:
            map_.set_base_maps(self._shown)


def map_name(entry: MapEntry) -> str:
    """Its name; the one that came with the program in the user's language."""
    return tr("World, from the program") if entry.id == "world" else entry.name


def base_map(entry: MapEntry) -> BaseMap:
    """A map of the library as the map page takes it."""
    return BaseMap(
        id=entry.id,
        kind="vector-file" if entry.kind == "vector-file" else "raster",
        attribution=entry.attribution,
        min_zoom=entry.min_zoom,
        max_zoom=entry.max_zoom,
        streets=entry.detailed,
    )
