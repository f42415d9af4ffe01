"""Where the program's own files lie: resources/ and maps/, which are no part of the package's source.

They are found beside the package in a checkout, inside it in a wheel, under the unpacking folder in a frozen
build, and under share/ in a system installation. Nothing a user can set leads elsewhere: the map page's
scripts come from here.
"""

from __future__ import annotations

import enum
import functools
import stat
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from qroc_desktop.errors import Damaged, Message

PACKAGE = Path(__file__).resolve().parent
SHARE = "share/qroc-desktop"


class Origin(enum.Enum):
    """How the running program was installed."""

    FROZEN = "frozen"
    WHEEL = "wheel"
    CHECKOUT = "checkout"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class ProgramFiles:
    """The folder that holds resources/ and maps/, and how it came there."""

    root: Path
    origin: Origin

    @property
    def resources(self) -> Path:
        """Map page, styles, icons, translations."""
        return self.root / "resources"

    @property
    def maps(self) -> Path:
        """Base map and gazetteer."""
        return self.root / "maps"

    @property
    def page_libraries(self) -> Path:
        """The map page's JavaScript libraries, a folder a package: `leaflet/dist/leaflet.js`."""
        return self.resources / "map" / "node_modules"


def _frozen_root() -> Path | None:
    unpacked = getattr(sys, "_MEIPASS", None)
    return Path(unpacked) if unpacked else None


def _system_prefixes() -> tuple[Path, ...]:
    return tuple(dict.fromkeys((Path(sys.prefix), Path("/usr/local"), Path("/usr"))))


def _candidates(package: Path, frozen: Path | None, prefixes: Sequence[Path]) -> Iterator[ProgramFiles]:
    if frozen is not None:
        # A frozen build brings everything: falling back to files of the system would mix two versions.
        yield ProgramFiles(frozen, Origin.FROZEN)
        return
    yield ProgramFiles(package / "_data", Origin.WHEEL)
    if (package.parent / "pyproject.toml").is_file():
        yield ProgramFiles(package.parent, Origin.CHECKOUT)
    for prefix in prefixes:
        yield ProgramFiles(prefix / SHARE, Origin.SYSTEM)


def find(
    package: Path = PACKAGE,
    frozen: Path | None = None,
    prefixes: Sequence[Path] = (),
) -> ProgramFiles:
    """Return the program's files for the package at `package`.

    frozen: the folder a frozen build is unpacked to, None where the program is not frozen.
    prefixes: where to look for share/qroc-desktop, in this order.
    Raises Damaged when no candidate holds both resources/ and maps/.
    """
    tried = []
    for files in _candidates(package, frozen, prefixes):
        if files.resources.is_dir() and files.maps.is_dir():
            return files
        tried.append(str(files.root))
    raise Damaged(
        Message("The program's own files (resources and maps) are missing."),
        where=", ".join(tried),
        action=Message("Install QROC Desktop again."),
    )


@functools.cache
def program_files() -> ProgramFiles:
    """Return the files of the running program; raises Damaged when they are missing."""
    return find(PACKAGE, _frozen_root(), _system_prefixes())


def only_administrators(path: Path, owner: int = 0) -> bool:
    """Whether nobody but an administrator can change a file (POSIX: owned by `owner`, writable by nobody else, its
    folder too; on Windows the folder's access list is what protects it). Raises OSError where it cannot be looked at.
    """
    if sys.platform == "win32":
        return True
    found = [place.stat() for place in (path, path.parent)]
    return all(one.st_uid == owner and not one.st_mode & (stat.S_IWGRP | stat.S_IWOTH) for one in found)
