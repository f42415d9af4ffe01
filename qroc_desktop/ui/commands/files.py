"""Workspaces, import, export, briefing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QWidget

from qroc_desktop.domain.shape import Bounds
from qroc_desktop.mapview.widget import MapWidget
from qroc_desktop.ui.action_set import ActionSet
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.ports import Dialogs


class FileCommands:
    """Hands over to the dialogs, with what the window shows."""

    def __init__(
        self, window: QWidget, bench: Bench, map_: MapWidget, dialogs: Dialogs, actions: ActionSet
    ) -> None:
        self._window = window
        self._bench = bench
        self._map = map_
        self._dialogs = dialogs
        bind: tuple[tuple[str, Callable[[], object]], ...] = (
            ("file.new", lambda: dialogs.new_workspace(window)),
            ("file.open", lambda: dialogs.open_workspace(window, read_only=False)),
            ("file.open-read-only", lambda: dialogs.open_workspace(window, read_only=True)),
            ("file.import", lambda: self.import_files([])),
            ("file.export", lambda: dialogs.export(window, bench.cursor.moment, self.bounds())),
            ("file.briefing", lambda: dialogs.briefing(window, bench.cursor.moment, self.bounds())),
            ("file.close", window.close),
        )
        for name, does in bind:
            actions.bind(name, does)

    def import_files(self, paths: list[Path]) -> None:
        """Import files that were named or dropped on the window."""
        self._dialogs.import_files(self._window, paths)

    def bounds(self) -> Bounds | None:
        """What the map shows."""
        view = self._map.view
        return view.bounds if view else None
