"""Keys that mean something in one part of a window and something else, or nothing, in the rest of it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent
from PySide6.QtGui import QKeyEvent

KeyDoes = Callable[[QKeyEvent], Callable[[], object] | None]


def took_key(event: QEvent, does: KeyDoes) -> bool:
    """For an event filter: whether the event was a key that means something here, which is done when it is pressed.

    does: what a key does here, None where it means nothing. It is taken from the window's shortcuts before.
    """
    if not isinstance(event, QKeyEvent) or (action := does(event)) is None:
        return False
    if event.type() == QEvent.Type.ShortcutOverride:
        event.accept()
        return True
    if event.type() == QEvent.Type.KeyPress:
        action()
        return True
    return False
