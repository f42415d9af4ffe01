"""A shared folder or a USB stick: each centre has a folder of its own in it, and others put parcels there.

    FOLDER/<centre>/<sender>-<hash>.qrocp           a parcel
    FOLDER/<centre>/refused/<sender>-<hash>.<code>  one that could not be taken in, for somebody to look at

A parcel appears whole under its name or not at all. Sending the same one again while it lies there changes nothing.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from qroc_desktop.sync.encoding import sha256
from qroc_desktop.sync.files import replace
from qroc_desktop.sync.parcel import MOST_BYTES
from qroc_desktop.sync.refusals import Code
from qroc_desktop.sync.roster import Peer
from qroc_desktop.sync.transports.base import Incoming, Unreachable

SUFFIX = ".qrocp"
_REFUSED = "refused"


class Found:
    """A parcel in our folder. A file that is too large is read no further than that can be told."""

    carrier = None

    def __init__(self, path: Path, data: bytes) -> None:
        self._path = path
        self.data = data

    def done(self) -> None:
        """Remove the file; where the medium cannot be written it stays and is recognised the next time."""
        with contextlib.suppress(OSError):
            self._path.unlink()

    def refused(self, code: Code) -> None:
        """Move the file aside under a name that says why."""
        with contextlib.suppress(OSError):
            aside = self._path.parent / _REFUSED
            aside.mkdir(exist_ok=True)
            os.replace(self._path, aside / f"{self._path.stem}.{code}")


class FolderTransport:
    """Parcels in a folder that both sides can reach, now or when somebody carries it across."""

    def __init__(self, folder: Path, own: str) -> None:
        self._folder = folder
        self._own = own

    def send(self, peer: Peer, data: bytes) -> list[bytes]:
        """Put the parcel into the peer's folder; its answer comes by `poll`. Raises Unreachable."""
        where = self._folder / peer.centre
        path = where / f"{self._own}-{sha256(data)}{SUFFIX}"
        try:
            if not self._folder.is_dir():
                raise Unreachable("the folder is not there", str(self._folder))
            where.mkdir(exist_ok=True)
            if not path.exists():
                replace(path, data)
        except OSError as error:
            raise Unreachable(error.strerror or type(error).__name__, str(path)) from error
        return []

    def poll(self) -> Iterable[Incoming]:
        """The parcels in our folder, the oldest first. Raises Unreachable where the folder is not there."""
        if not self._folder.is_dir():
            raise Unreachable("the folder is not there", str(self._folder))
        return self._found()

    def _found(self) -> Iterator[Incoming]:
        for path in sorted((self._folder / self._own).glob(f"*{SUFFIX}"), key=_age):
            with contextlib.suppress(OSError):
                if path.is_symlink() or not path.is_file():
                    continue
                with path.open("rb") as file:
                    data = file.read(MOST_BYTES + 1)
                yield Found(path, data)


def _age(path: Path) -> tuple[int, str]:
    try:
        return path.stat().st_mtime_ns, path.name
    except OSError:
        return 0, path.name
