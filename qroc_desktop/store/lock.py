"""One program at a time writes a workspace.

The lock is the operating system's, on `FILE.lock`, and ends with the process that holds it however that ends. Who
holds it stands in `FILE.lock.txt`, for people; Windows would not let anyone read a locked file itself.
"""

from __future__ import annotations

import contextlib
import getpass
import os
import platform
from pathlib import Path

import filelock
import msgspec

from qroc_desktop.domain.instant import Instant, iso
from qroc_desktop.errors import Message, Refused
from qroc_desktop.reasons import reason_of


class Holder(msgspec.Struct, frozen=True, kw_only=True):
    """Who holds a lock. `since` is ISO 8601 in UTC."""

    host: str
    user: str
    pid: int
    since: str


class WorkspaceLock:
    """Held from construction to `release`. Raises Refused, naming the holder, where another has it."""

    def __init__(self, path: Path, now: Instant) -> None:
        self._note = note_path(path)
        self._lock = filelock.FileLock(f"{path}.lock", timeout=0, is_singleton=False)
        try:
            self._lock.acquire()
        except filelock.Timeout as error:
            raise _taken(path) from error
        except OSError as error:
            reason = reason_of(error)
            raise Refused(
                Message("The workspace cannot be locked for writing: {reason}.", reason=reason),
                where=str(path),
                action=Message("Open it for reading only, or check the permissions of its folder."),
            ) from error
        holder = Holder(host=platform.node(), user=_user(), pid=os.getpid(), since=iso(now))
        with contextlib.suppress(OSError):  # the note is a courtesy; the lock is what protects
            self._note.write_bytes(msgspec.json.encode(holder))

    def release(self) -> None:
        """Let others in."""
        with contextlib.suppress(OSError):
            self._note.unlink()
        self._lock.release()


def note_path(path: Path) -> Path:
    """Where the holder's note lies."""
    return Path(f"{path}.lock.txt")


def holder_of(path: Path) -> Holder | None:
    """Who says to hold the lock."""
    try:
        return msgspec.json.decode(note_path(path).read_bytes(), type=Holder)
    except (OSError, msgspec.DecodeError):
        return None


def _taken(path: Path) -> Refused:
    holder = holder_of(path)
    what = Message("Another program has the workspace open.")
    if holder:
        what = Message(
            "The workspace is open already: {user} on {host}, process {pid}, since {since}.",
            user=holder.user,
            host=holder.host,
            pid=holder.pid,
            since=f"{holder.since[:16]}Z",  # to the minute
        )
    return Refused(what, where=str(path), action=Message("Close it there, or open it for reading only."))


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "?"
