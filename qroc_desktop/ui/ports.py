"""What the window needs from whoever composes it, as far as it is not a service."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from PySide6.QtWidgets import QWidget

from qroc_desktop.domain.query import Moment
from qroc_desktop.domain.shape import Bounds
from qroc_desktop.errors import QrocError
from qroc_desktop.mapview.widget import MapWidget
from qroc_desktop.services.maps import MapEntry
from qroc_desktop.services.places import Destination
from qroc_desktop.services.progress import Task

MapFactory = Callable[[QWidget], MapWidget]
"""Makes a map of the open workspace for a window; the video wall gets one of its own."""


class LayoutStore(Protocol):
    """Remembers window layout; QSettings is one."""

    def value(self, key: str, default: Any = None, /) -> Any:
        """What was remembered under a key."""

    def setValue(self, key: str, value: Any, /) -> None:
        """Remember a value."""


class Preferences(Protocol):
    """Declared settings; services.settings.Settings is one."""

    def text(self, key: str) -> str:
        """The value of a setting that is a text."""

    def get(self, key: str) -> Any:
        """The value in force."""

    def locked(self, key: str) -> bool:
        """Whether an administrator has set it."""

    def set(self, key: str, value: Any) -> None:
        """Change it; raises Refused where it is locked."""


class MapCatalogue(Protocol):
    """Base maps to choose from; services.maps.MapLibrary is one."""

    def list(self) -> Sequence[MapEntry]:
        """All that can be used now."""

    def add(self, path: Path, task: Task | None = None) -> MapEntry:
        """Copy a file into the library; raises Refused, and Cancelled."""

    def remove(self, map_id: str) -> None:
        """Delete a map that was added."""

    def passed_by(self) -> Sequence[QrocError]:
        """Why what lies there is not to be chosen."""

    @property
    def servers_file(self) -> Path:
        """The administrator's list of map servers."""


class PlaceBook(Protocol):
    """Names of places and where they are; services.places.Places is one."""

    def find(self, text: str, *, limit: int = 20, near: tuple[float, float] | None = None) -> list[Destination]:
        """Destinations for a coordinate or a name, best first; `near` is lon, lat."""

    def country(self, code: str) -> Bounds | None:
        """Roughly where a country is."""


class Dialogs(Protocol):
    """Conversations that need more than this window: files, places, other workspaces.

    `moment` is what the window shows (None: live), `bounds` what the map shows (west, south, east, north).
    """

    def new_workspace(self, window: QWidget) -> None:
        """Ask for a new workspace and open it in place of this one."""

    def open_workspace(self, window: QWidget, *, read_only: bool) -> None:
        """Ask for a workspace file and open it in place of this one."""

    def import_files(self, window: QWidget, paths: Sequence[Path]) -> None:
        """Show what files would bring, and bring it; asks for the files where none are named."""

    def export(self, window: QWidget, moment: Moment | None, bounds: Bounds | None) -> None:
        """Save the picture in an interchange format."""

    def briefing(self, window: QWidget, moment: Moment | None, bounds: Bounds | None) -> None:
        """Save the picture as a briefing."""

    def go_to(self, window: QWidget, near: tuple[float, float] | None) -> Destination | None:
        """Ask for a place or a coordinate; `near` is lon, lat of the map's middle."""
