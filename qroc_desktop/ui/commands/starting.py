"""Where the map looks when a window opens: where one left it, at the items, or at one's own country."""

from __future__ import annotations

import hashlib
import json
from typing import Final

from qroc_desktop.domain.query import ItemQuery
from qroc_desktop.domain.shape import Bounds
from qroc_desktop.mapview.widget import MapWidget
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.commands.mapping import around, bounds_of_all
from qroc_desktop.ui.ports import LayoutStore, PlaceBook

KEY: Final = "views/1"
REMEMBERED: Final = 40
"""Workspaces whose view is remembered; the one left longest ago goes first."""
Seen = tuple[float, float, float]
"""lon, lat of the middle, and the zoom."""


class StartView:
    """A map of Europe helps nobody whose picture is in one town."""

    def __init__(
        self, bench: Bench, map_: MapWidget, places: PlaceBook, layout: LayoutStore, area: Bounds | None = None
    ) -> None:
        """area: what this is about, where somebody has said so."""
        self._area = area
        self._bench = bench
        self._map = map_
        self._places = places
        self._layout = layout
        # Not the path itself: a list of what somebody worked on is nobody's business.
        self._name = hashlib.sha256(str(bench.desk.workspace.path).encode()).hexdigest()[:16]

    def show(self) -> None:
        """Look where it makes sense; Europe where nothing is known."""
        seen = self._views().get(self._name)
        if seen is not None:
            self._map.go_to(*seen)
            return
        if self._area is not None:
            self._map.fit(self._area)
            return
        desk, places = self._bench.desk, self._places

        def sensible() -> Bounds | None:
            found = bounds_of_all(desk, None)
            if found is None and not desk.workspace.count(ItemQuery()):
                country = places.country(desk.identity.country)
                found = around([country]) if country else None
            return found

        self._bench.background.read(sensible, self._fit, key="start-view")

    def remember(self) -> None:
        """Keep the view of this workspace for the next time."""
        view = self._map.view
        if view is None:
            return
        views = self._views()
        views.pop(self._name, None)
        views[self._name] = (round(view.lon, 6), round(view.lat, 6), view.zoom)
        self._layout.setValue(KEY, json.dumps(dict(list(views.items())[-REMEMBERED:])))

    def _fit(self, bounds: Bounds | None) -> None:
        if bounds is not None:
            self._map.fit(bounds)

    def _views(self) -> dict[str, Seen]:
        try:
            stored = json.loads(str(self._layout.value(KEY) or "{}"))
            return {str(name): (float(lon), float(lat), float(zoom)) for name, (lon, lat, zoom) in stored.items()}
        except (ValueError, TypeError, AttributeError):
            return {}
