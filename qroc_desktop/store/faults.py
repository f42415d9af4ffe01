"""SQLite's and the file system's errors, said as what happened to a file of ours, a workspace by default."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from typing import Final

from qroc_desktop.errors import NOTHING_CHANGED, Damaged, Message, QrocError, Refused
from qroc_desktop.reasons import reason_of

KEPT_COMMITTED = Message("Everything recorded before is kept; this step was not recorded.")
HOW_TO_RECOVER = Message(
    "What can still be read can be recovered into a new file: qroc -w FILE workspace recover NEWFILE."
)


@dataclass(frozen=True)
class FileWords:
    """What is said of one kind of file. `unusable` and `error` take a reason. `mend`: what to do where it is damaged;
    `freed`: where another program has it."""

    unusable: Callable[[Message | str], Message]
    error: Callable[[Message | str], Message]
    damaged: Message
    mend: Message
    closed: Message
    busy: Message
    freed: Message
    gone: Message


WORKSPACE: Final = FileWords(
    unusable=lambda reason: Message("The workspace file cannot be used: {reason}.", reason=reason),
    error=lambda reason: Message("The workspace file gave an error: {reason}.", reason=reason),
    damaged=Message("The workspace file is damaged."),
    mend=HOW_TO_RECOVER,
    closed=Message("The workspace file or its folder cannot be written or opened."),
    busy=Message("Another program is using the workspace file."),
    freed=Message("Close the other program and try again."),
    gone=Message("The workspace file was moved, deleted or replaced while it was open."),
)


@contextmanager
def told(path: Path, *, writing: bool = False, words: FileWords = WORKSPACE) -> Iterator[None]:
    """Turn errors of SQLite and of the operating system into Refused or Damaged, in one clear line."""
    try:
        yield
    except sqlite3.Error as error:
        raise explain(error, path, writing=writing, words=words) from error
    except OSError as error:
        kept = KEPT_COMMITTED if writing else NOTHING_CHANGED
        raise Refused(words.unusable(reason_of(error)), where=str(path), kept=kept) from error


class Trouble(Enum):
    """What a result code of SQLite means for whoever uses the file."""

    DAMAGED = auto()
    FULL = auto()
    NO_ACCESS = auto()
    DISK = auto()
    BUSY = auto()
    OTHER = auto()


_TROUBLES: Final = {
    sqlite3.SQLITE_CORRUPT: Trouble.DAMAGED,
    sqlite3.SQLITE_NOTADB: Trouble.DAMAGED,
    sqlite3.SQLITE_FULL: Trouble.FULL,
    sqlite3.SQLITE_READONLY: Trouble.NO_ACCESS,
    sqlite3.SQLITE_PERM: Trouble.NO_ACCESS,
    sqlite3.SQLITE_CANTOPEN: Trouble.NO_ACCESS,
    sqlite3.SQLITE_AUTH: Trouble.NO_ACCESS,
    sqlite3.SQLITE_IOERR: Trouble.DISK,
    sqlite3.SQLITE_BUSY: Trouble.BUSY,
    sqlite3.SQLITE_LOCKED: Trouble.BUSY,
}


def trouble_of(error: sqlite3.Error) -> Trouble:
    """What an error of SQLite means. Its primary result code is the low byte of the extended one."""
    return _TROUBLES.get((getattr(error, "sqlite_errorcode", None) or 0) & 0xFF, Trouble.OTHER)


def explain(
    error: sqlite3.Error, path: Path, *, writing: bool = False, words: FileWords = WORKSPACE
) -> QrocError:
    """An error of SQLite as one of ours about a file."""
    trouble = trouble_of(error)
    kept = KEPT_COMMITTED if writing else NOTHING_CHANGED
    where = str(path)
    match trouble:
        case Trouble.FULL:
            action = Message("Make room on the disk and try again.")
            return Refused(Message("The disk is full."), where=where, kept=kept, action=action)
        case Trouble.DISK:
            what = Message("The disk refused to read or write (full, over quota, or failing).")
            return Refused(what, where=where, kept=kept, action=Message("Check the disk and try again."))
        case Trouble.DAMAGED:
            return Damaged(words.damaged, where=where, kept=kept, action=words.mend)
        case Trouble.NO_ACCESS if not os.path.exists(path) and os.access(path.parent, os.W_OK):
            return gone(path, kept, words)
        case Trouble.NO_ACCESS:
            action = Message("Check the permissions of file and folder.")
            return Refused(words.closed, where=where, kept=kept, action=action)
        case Trouble.BUSY:
            return Refused(words.busy, where=where, kept=kept, action=words.freed)
        case Trouble.OTHER:
            return Refused(words.error(str(error) or type(error).__name__), where=where, kept=kept)


def gone(path: Path, kept: Message, words: FileWords = WORKSPACE) -> Refused:
    """The file is not where it was opened."""
    return Refused(words.gone, where=str(path), kept=kept, action=Message("Put the file back or open it again."))


def identity(path: Path) -> tuple[int, int] | None:
    """Which file a path leads to, device and number; None where there is none."""
    try:
        status = os.stat(path)
    except FileNotFoundError:
        return None
    return (status.st_dev, status.st_ino)
