"""Work for a dialog, off the GUI thread: a refusal is an answer there, told in the dialog and not behind it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject
from shiboken6 import isValid

from qroc_desktop.errors import QrocError
from qroc_desktop.ui.background import Background

T = TypeVar("T")


def gone(does: Callable[..., object]) -> bool:
    """Whether what a method belongs to is a widget that Qt has deleted."""
    owner = getattr(does, "__self__", None)
    return isinstance(owner, QObject) and not isValid(owner)


def attempt(
    background: Background, work: Callable[[], T], done: Callable[[T], None], refused: Callable[[QrocError], None],
    *, key: str = "", write: bool = False, failed: Callable[[], None] | None = None,
) -> None:  # fmt: skip
    """Run `work` in a worker's thread, then `done` or `refused` in this one. key: of several questions of one key only
    the newest is answered. write: it changes the picture, and takes its turn with what else does. failed: it ended by
    what is no refusal; a notice has told so."""

    def tried() -> T | QrocError:
        try:
            return work()
        except QrocError as error:
            return error

    def told(result: T | QrocError) -> None:
        if gone(done):
            return  # the dialog was closed meanwhile
        if isinstance(result, QrocError):
            refused(result)
        else:
            done(result)

    if write:
        background.write(tried, told, failed=failed)
    else:
        background.read(tried, told, key=key, failed=failed)
