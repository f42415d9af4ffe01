"""The first pass through a KML document: what must be known before its first placemark is read.

Shared styles and the names of folders may come after the placemarks that they are for.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from qroc_desktop.domain.vocabulary import WorkspaceKind
from qroc_desktop.errors import Message, Refused
from qroc_desktop.formats import kml_terms, xml
from qroc_desktop.formats.kml_native import data_of
from qroc_desktop.formats.kml_write import KIND
from qroc_desktop.formats.reading import Progress
from qroc_desktop.formats.xml import Element
from qroc_desktop.formats.xml_stream import Stream, pieces

CONTAINERS: Final = ("Document", "Folder")
FEATURES: Final = ("Placemark", "NetworkLink", "GroundOverlay", "PhotoOverlay", "ScreenOverlay", "Tour")
TAGS: Final = tuple(f"{{*}}{name}" for name in ("kml", *CONTAINERS, *FEATURES))
_STYLES: Final = ("{*}Style", "{*}StyleMap")
_EVERY: Final = 500


class Outline(msgspec.Struct, kw_only=True):
    """styles: every Style and StyleMap with an id. names: of the folders that have one, by their number in the order
    in which they begin. features: how many there are. exercise: what our own export says of its workspace."""

    styles: list[Element]
    names: dict[int, str]
    features: int
    exercise: bool | None


def outline_of(data: bytes, *, name: str, progress: Progress | None) -> Outline:
    """The outline of a document in UTF-8. Raises Refused for what is no well-formed KML."""
    names: dict[int, str] = {}
    shelf = xml.created("shelf")
    count = folders = 0
    running: list[int] = []
    stream = Stream(TAGS, name=name)
    for event, element in stream.events(pieces(data)):
        kind = xml.local(element)
        if kind in CONTAINERS and event == "start":
            running.append(folders)
            folders += 1
        elif kind in CONTAINERS:
            number = running.pop()
            if label := kml_terms.text(element, "name"):
                names[number] = label
        elif event == "end" and kind in FEATURES and within(element.getparent()):
            count += 1
            if progress and count % _EVERY == 0:
                progress(0, count)
            shelf.extend([style for style in element.iterchildren(*_STYLES) if style.get("id")])
            stream.let_go(element)
    root = stream.root
    if root is None or xml.local(root) not in ("kml", *CONTAINERS, "Placemark"):
        raise Refused(Message("It is not KML."), where=name)
    if not kml_terms.known(xml.namespace(root)):
        raise Refused(Message("It is not KML."), where=name)
    return Outline(styles=[*_shared(root), *_shared(shelf)], names=names, features=count, exercise=_exercise(root))


def within(parent: Element | None) -> bool:
    """Whether what lies in this element is a feature of the document, and not a part of something else."""
    while parent is not None:
        if xml.local(parent) not in ("kml", *CONTAINERS) or not kml_terms.known(xml.namespace(parent)):
            return False
        parent = parent.getparent()
    return True


def _shared(root: Element) -> Iterator[Element]:
    return (e for e in root.iter(*_STYLES) if kml_terms.known(xml.namespace(e)) and e.get("id"))


def _exercise(root: Element) -> bool | None:
    """What our own export says of its workspace; other KML cannot say."""
    for document in (root, *root):
        kind = dict(data_of(document)).get(KIND)
        if kind in set(WorkspaceKind):
            return kind == WorkspaceKind.EXERCISE
    return None
