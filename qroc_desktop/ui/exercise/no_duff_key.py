"""The key that stops an exercise for a real emergency works in every dialog too, not in the main window alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QDialog, QWidget

_MARK = "stops-for-no-duff"


class NoDuffKey(QObject):
    """A dialog has its keys for itself, and a modal one takes away those of its window; so each dialog of the window
    is given the same keys once the keyboard goes to it."""

    def __init__(self, window: QWidget, keys: Sequence[QKeySequence], does: Callable[[], None]) -> None:
        super().__init__(window)
        self._window = window
        self._keys = list(keys)
        self._does = does
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._moved)

    def _moved(self, _before: QWidget | None, now: QWidget | None) -> None:
        dialog = now.window() if now is not None else None
        if isinstance(dialog, QDialog) and not dialog.property(_MARK) and self._is_ours(dialog):
            dialog.setProperty(_MARK, True)
            for key in self._keys:
                QShortcut(key, dialog).activated.connect(self._does)

    def _is_ours(self, dialog: QWidget) -> bool:
        above: QWidget | None = dialog
        while above is not None and above is not self._window:
            above = above.parentWidget()
        return above is not None
