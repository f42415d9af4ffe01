"""The second window: opened, closed, kept in step."""

from __future__ import annotations

from qroc_desktop.domain.query import Moment, Outcome
from qroc_desktop.mapview.messages import LayerLook, ViewChanged
from qroc_desktop.mapview.widget import MapWidget
from qroc_desktop.ui.action_set import ActionSet
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.ports import MapFactory
from qroc_desktop.ui.wall_window import WallWindow


class WallCommands:
    """Owns the wall window while there is one."""

    def __init__(self, bench: Bench, map_: MapWidget, map_factory: MapFactory, actions: ActionSet) -> None:
        self._bench = bench
        self._map = map_
        self._map_factory = map_factory
        self._actions = actions
        self._looks: list[LayerLook] = []
        self.wall: WallWindow | None = None
        actions.bind("view.wall", self.toggle)
        actions.bind("view.wall-follows", self.follow)
        map_.view_changed.connect(self._view_changed)

    def toggle(self) -> None:
        """Open the wall, or close it."""
        if self.wall is not None:
            self.wall.close()
            return
        self.wall = WallWindow(self._bench, self._map_factory)
        self.wall.follows_extent = self._actions["view.wall-follows"].isChecked()
        self.wall.on_layers(self._looks)
        self.wall.closed.connect(self._closed)
        self.wall.show_on_wall()
        if self._map.view:
            self.wall.map.fit(self._map.view.bounds)
        self._actions["view.wall"].setChecked(True)

    def follow(self) -> None:
        """Whether the wall shows what the main window shows."""
        if self.wall is not None:
            self.wall.follows_extent = self._actions["view.wall-follows"].isChecked()
            if self._map.view:
                self.wall.on_view(self._map.view)

    def close(self) -> None:
        """The main window goes, and the wall with it."""
        if self.wall is not None:
            self.wall.close()

    def on_layers(self, looks: list[LayerLook]) -> None:
        """Layers were read."""
        self._looks = looks
        if self.wall is not None:
            self.wall.on_layers(looks)

    def on_change(self, outcome: Outcome) -> None:
        """Something was recorded."""
        if self.wall is not None:
            self.wall.on_change(outcome)

    def on_moment(self, moment: Moment | None) -> None:
        """Another instant is looked at."""
        if self.wall is not None:
            self.wall.on_moment(moment)

    def _view_changed(self, view: ViewChanged) -> None:
        if self.wall is not None:
            self.wall.on_view(view)

    def _closed(self) -> None:
        self.wall = None
        self._actions["view.wall"].setChecked(False)
