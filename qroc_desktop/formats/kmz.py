"""KMZ: a zip archive with one KML file that counts; nothing else in it is read or shown."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from typing import Final

from qroc_desktop.domain.state import Item
from qroc_desktop.errors import Message, Refused
from qroc_desktop.formats import archive, kml_read, kml_write
from qroc_desktop.formats.reading import Problem, Progress, Reading, Writing, Written

FORMAT: Final = "kmz"
NAMES: Final = (".kmz",)
_MAIN: Final = "doc.kml"


def looks_like(data: bytes, name: str) -> bool:
    """Whether it is a zip archive that is called KMZ, or one of KML without the events of a data package."""
    if not archive.is_zip(data):
        return False
    if name.lower().endswith(NAMES):
        return True
    try:
        names = [member.lower() for member in archive.opened(data, name=name).names]
    except Refused:
        return False
    return any(n.endswith(".kml") for n in names) and not any(n.endswith((".cot", "manifest.xml")) for n in names)


def read(data: bytes, *, name: str, progress: Progress | None = None) -> Reading:
    """The placemarks of `doc.kml`, or of the first KML file nearest to the top; every other file is noted.

    Raises Refused for a hostile or damaged archive, and for one without KML.
    """
    packed = archive.opened(data, name=name)
    candidates = [member for member in packed.names if member.lower().endswith(".kml")]
    if not candidates:
        raise Refused(Message("It holds no KML file."), where=name)
    main = min(candidates, key=lambda m: (m.count("/"), posixpath.basename(m).lower() != _MAIN))
    reading = kml_read.read(packed.read(main), name=packed.place(main), progress=progress)
    reading.format = FORMAT
    for member in packed.names:
        if member != main:
            reading.problems.append(Problem(member, Message("A file in the archive that is not read.")))
    return reading


def write(items: Sequence[Item], context: Writing) -> Written:
    """The KML of the items, packed."""
    written = kml_write.write(items, context)
    return Written(data=archive.packed({_MAIN: written.data}, at=context.now), problems=written.problems)
