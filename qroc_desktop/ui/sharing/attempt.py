"""Work for a dialog, off the GUI thread: a refusal is an answer there, told in the dialog and not behind it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from qroc_desktop.errors import QrocError
from qroc_desktop.ui.background import Background

T = TypeVar("T")


def attempt(
    background: Background, work: Callable[[], T], done: Callable[[T], None], refused: Callable[[QrocError], None]
) -> None:
    """Run `work` in a worker's thread, then `done` or `refused` in this one."""

    def tried() -> T | QrocError:
        try:
            return work()
        except QrocError as error:
            return error

    def told(result: T | QrocError) -> None:
        if isinstance(result, QrocError):
            refused(result)
        else:
            done(result)

    background.read(tried, told)
