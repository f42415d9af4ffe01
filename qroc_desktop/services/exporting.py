"""The picture at an instant as a file: whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from qroc_desktop.domain.instant import Clock
from qroc_desktop.domain.query import ItemQuery, Moment
from qroc_desktop.errors import Message, Refused
from qroc_desktop.formats import registry
from qroc_desktop.formats.reading import Problem, Writing, Written
from qroc_desktop.services.picture import Picture
from qroc_desktop.store import Workspace


class Exports:
    """Interchange formats out. Briefings (HTML, PDF, PNG) are `briefing.Briefings`."""

    def __init__(self, workspace: Workspace, picture: Picture, *, clock: Clock) -> None:
        self._workspace = workspace
        self._picture = picture
        self._clock = clock

    def write(self, format_name: str, *, moment: Moment | None = None, query: ItemQuery | None = None) -> Written:
        """The picture in a format, with what the format had no place for."""
        when = moment or Moment(self._clock())
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
    """Put `data` at `path` so that there is either the old file or the whole new one."""
    handle = -1
    temporary = ""
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            flush(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise Refused(
            Message("The file cannot be written: {reason}.", reason=error.strerror or type(error).__name__),
            where=str(path),
            kept=Message("An earlier file of that name is untouched."),
            action=Message("Choose another folder or free some space."),
        ) from error
