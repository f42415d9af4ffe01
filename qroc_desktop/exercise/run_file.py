"""Trouble with a file of a run, said as what it means to whoever conducts or plays the exercise."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

from qroc_desktop.errors import Message, Refused
from qroc_desktop.reasons import reason_of
from qroc_desktop.store import faults

RUN_FILE: Final = faults.FileWords(
    unusable=lambda reason: Message("The file of the exercise cannot be used: {reason}.", reason=reason),
    error=lambda reason: Message("The file of the exercise gave an error: {reason}.", reason=reason),
    damaged=Message("The file of the exercise is damaged."),
    mend=Message("Go on from a copy of the exercise's folder, or make a new run of the scenario."),
    closed=Message("The file of the exercise or its folder cannot be written or opened."),
    busy=Message("Another program keeps the file of the exercise busy."),
    freed=Message("Try again in a moment."),
    gone=Message("The file of the exercise was moved, deleted or replaced while it was open."),
)


def told(path: Path, *, writing: bool = False) -> AbstractContextManager[None]:
    """Turn errors of SQLite and of the operating system into one clear line about a file of the run."""
    return faults.told(path, writing=writing, words=RUN_FILE)


def in_the_way(path: Path) -> Message | None:
    """What is there already where something new is to be; None where nothing is."""
    if os.path.isdir(path):
        return Message("There is a folder of that name already.")
    return Message("There is a file of that name already.") if os.path.lexists(path) else None


def not_made(path: Path, error: OSError) -> Refused:
    """Why a new file or folder could not be made."""
    if isinstance(error, FileNotFoundError):  # so says a folder such as /proc of what it does not take
        return Refused(Message("Nothing can be written there."), where=str(path))
    return Refused(Message("The folder cannot be made: {reason}.", reason=reason_of(error)), where=str(path))


def gone(path: Path) -> Refused:
    """The file is not where it was opened."""
    return faults.gone(path, faults.KEPT_COMMITTED, RUN_FILE)
