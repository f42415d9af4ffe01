"""A picture of the window once it is drawn, for a first look on a machine without a display."""

from __future__ import annotations

import logging
from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from qroc_desktop.errors import Message, Refused
from qroc_desktop.mapview.widget import MapWidget

_log = logging.getLogger(__name__)
PATIENCE_MS = 60_000
SETTLE_MS = 4000
"""From the first picture to the last tile and label; again for as long as the map still changes."""
LONGEST_SETTLING = 6
"""Looks at a map that never comes to rest."""
FAILED = 3


def picture_of(dialog: QDialog, path: Path) -> None:
    """Save a picture of a dialog that nobody is there to answer. Raises Refused where it cannot be written."""
    dialog.show()
    # A first round makes the dialog's window, a second paints it.
    for _ in range(2):
        QApplication.processEvents()
    picture = dialog.grab()
    dialog.reject()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        written = picture.save(str(path), "PNG")
    except OSError:
        written = False
    if not written:
        raise Refused(Message("The picture cannot be written."), where=str(path))


class Screenshot(QObject):
    """Waits for the map's picture, saves the window, and ends the program: 0, or FAILED where nothing came."""

    def __init__(self, window: QWidget, map_widget: MapWidget, path: Path) -> None:
        super().__init__(window)
        self._window = window
        self._map = map_widget
        self._seen = QImage()
        self._looks = 0
        self._path = path
        self._settle = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settle.timeout.connect(self._save)
        self._patience = QTimer(self, singleShot=True, interval=PATIENCE_MS)
        self._patience.timeout.connect(self._give_up)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError:
            QTimer.singleShot(0, self, self._say_unwritten)
            return
        self._patience.start()
        # Not the timer's own `start`: it would take the number of items for milliseconds.
        map_widget.painted.connect(self._painted)

    def _painted(self) -> None:
        self._settle.start()

    def _save(self) -> None:
        """Save what is at rest; on a slow machine tiles and symbols come late."""
        self._patience.stop()
        seen, self._looks = self._map.grab().toImage(), self._looks + 1
        if seen != self._seen and self._looks < LONGEST_SETTLING:
            self._seen = seen
            self._settle.start()
            return
        if self._window.grab().save(str(self._path), "PNG"):
            QApplication.exit(0)
        else:
            self._say_unwritten()

    def _say_unwritten(self) -> None:
        _log.error("the picture cannot be written: %s", self._path)
        QApplication.exit(FAILED)

    def _give_up(self) -> None:
        _log.error("the map was not drawn in %d s", PATIENCE_MS // 1000)
        QApplication.exit(FAILED)
