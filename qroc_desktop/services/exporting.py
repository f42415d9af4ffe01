"""The picture at an instant as a file: whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import BinaryIO, Final

from qroc_desktop.domain.instant import Clock
from qroc_desktop.domain.query import ItemQuery, Moment
from qroc_desktop.errors import Message, Refused
from qroc_desktop.formats import registry
from qroc_desktop.formats.reading import Problem, Writing, Written
from qroc_desktop.reasons import reason_of
from qroc_desktop.services.picture import Picture
from qroc_desktop.store import Workspace, is_workspace

_PIECE: Final = 256 * 1024


class Exports:
    """Interchange formats out. Briefings (HTML, PDF, PNG) are `briefing.Briefings`."""

    def __init__(self, workspace: Workspace, picture: Picture, *, clock: Clock) -> None:
        self._workspace = workspace
        self._picture = picture
        self._clock = clock

    def write(self, format_name: str, *, moment: Moment | None = None, query: ItemQuery | None = None) -> Written:
        """The picture in a format, with what the format had no place for."""
        when = moment or Moment(self._workspace.now())
        context = Writing(
            identity=self._workspace.identity(),
            layers=self._picture.layers(when),
            valid=when.valid,
            known=when.known,
            now=self._clock(),
        )
        items = list(self._picture.items(query or ItemQuery(), when))
        return registry.write(format_name, items, context)

    def save(
        self,
        path: Path,
        format_name: str,
        *,
        moment: Moment | None = None,
        query: ItemQuery | None = None,
    ) -> list[Problem]:
        """Write the picture to a file and give the problems."""
        written = self.write(format_name, moment=moment, query=query)
        save_whole(path, written.data)
        return written.problems


def save_whole(path: Path, data: bytes, *, flush: Callable[[int], None] = os.fsync) -> None:
    """Put `data` at `path` so that there is either the old file or the whole new one, with the old one's permissions.

    A link is followed. What is no file (a device, a folder) is refused: putting a file in its place would destroy it.
    So is a workspace, which may be open and holds what nobody has a second time.
    """
    _put(path, [data], flush)


def save_stream(path: Path, stream: BinaryIO, *, flush: Callable[[int], None] = os.fsync) -> None:
    """The same with bytes that are read piece by piece."""
    _put(path, iter(lambda: stream.read(_PIECE), b""), flush)


def _put(path: Path, pieces: Iterable[bytes], flush: Callable[[int], None]) -> None:
    temporary: Path | None = None
    try:
        target = path.resolve()
        mode = _mode_of(target)
        _require_no_workspace(target)
        waiting = target.with_name(f".{target.name[:100]}.{secrets.token_hex(8)}")
        with open(waiting, "xb") as file:
            temporary = waiting
            for piece in pieces:
                file.write(piece)
            file.flush()
            flush(file.fileno())
        if mode is not None:
            waiting.chmod(mode)
        os.replace(waiting, target)
        temporary = None
    except (OSError, ValueError, RuntimeError) as error:
        raise Refused(
            Message("The file cannot be written: {reason}.", reason=reason_of(error)),
            where=str(path),
            kept=Message("An earlier file of that name is untouched."),
            action=Message("Choose another folder or free some space."),
        ) from error
    finally:
        if temporary:
            temporary.unlink(missing_ok=True)


def _require_no_workspace(target: Path) -> None:
    if is_workspace(target):
        raise Refused(
            Message("This is a workspace, which is never replaced by an export."),
            where=str(target),
            action=Message("Choose another name."),
        )


def _mode_of(target: Path) -> int | None:
    """Permissions of the file that is there, None where there is none. Raises OSError for what is no file."""
    try:
        mode = target.stat().st_mode
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(mode):
        raise OSError(errno.ENXIO, "it is no file")
    return stat.S_IMODE(mode)
