"""SQLite's and the file system's errors, said as what happened to the workspace file."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum, auto
from pathlib import Path
from typing import Final

from qroc_desktop.errors import NOTHING_CHANGED, Damaged, Message, QrocError, Refused
from qroc_desktop.reasons import reason_of

KEPT_COMMITTED = Message("Everything recorded before is kept; this step was not recorded.")
HOW_TO_RECOVER = Message(
    "What can still be read can be recovered into a new file: qroc -w FILE workspace recover NEWFILE."
)


@contextmanager
def told(path: Path, *, writing: bool = False) -> Iterator[None]:
    """Turn errors of SQLite and of the operating system into Refused or Damaged, in one clear line."""
    try:
        yield
    except sqlite3.Error as error:
        raise explain(error, path, writing=writing) from error
    except OSError as error:
        reason = reason_of(error)
        raise Refused(
            Message("The workspace file cannot be used: {reason}.", reason=reason),
            where=str(path),
            kept=KEPT_COMMITTED if writing else NOTHING_CHANGED,
        ) from error


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


def of_the_disk(trouble: Trouble, path: Path, kept: Message) -> Refused | None:
    """The error where it is the disk's and no file's; None otherwise."""
    where = str(path)
    if trouble is Trouble.FULL:
        what = Message("The disk is full.")
        return Refused(what, where=where, kept=kept, action=Message("Make room on the disk and try again."))
    if trouble is Trouble.DISK:
        what = Message("The disk refused to read or write (full, over quota, or failing).")
        return Refused(what, where=where, kept=kept, action=Message("Check the disk and try again."))
    return None


def explain(error: sqlite3.Error, path: Path, *, writing: bool = False) -> QrocError:
    """An error of SQLite as one of ours about a workspace file."""
    trouble = trouble_of(error)
    kept = KEPT_COMMITTED if writing else NOTHING_CHANGED
    where = str(path)
    if (disk := of_the_disk(trouble, path, kept)) is not None:
        return disk
    if trouble is Trouble.DAMAGED:
        return Damaged(Message("The workspace file is damaged."), where=where, kept=kept, action=HOW_TO_RECOVER)
    if trouble is Trouble.NO_ACCESS and not os.path.exists(path) and os.access(path.parent, os.W_OK):
        return gone(path, kept)
    if trouble is Trouble.NO_ACCESS:
        what = Message("The workspace file or its folder cannot be written or opened.")
        return Refused(what, where=where, kept=kept, action=Message("Check the permissions of file and folder."))
    if trouble is Trouble.BUSY:
        what = Message("Another program is using the workspace file.")
        return Refused(what, where=where, kept=kept, action=Message("Close the other program and try again."))
    reason = str(error) or type(error).__name__
    return Refused(Message("The workspace file gave an error: {reason}.", reason=reason), where=where, kept=kept)


def gone(path: Path, kept: Message) -> Refused:
    """The file is not where it was opened."""
    return Refused(
        Message("The workspace file was moved, deleted or replaced while it was open."),
        where=str(path),
        kept=kept,
        action=Message("Put the file back or open it again."),
    )


def identity(path: Path) -> tuple[int, int] | None:
    """Which file a path leads to, device and number; None where there is none."""
    try:
        status = os.stat(path)
    except FileNotFoundError:
        return None
    return (status.st_dev, status.st_ino)
