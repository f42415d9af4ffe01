"""What KML 2.0 to 2.3 and its Google extensions are called, whichever namespace a file writes them in."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from qroc_desktop.formats import xml
from qroc_desktop.formats.xml import Element

FORMAT: Final = "kml"
NAMESPACE: Final = "http://www.opengis.net/kml/2.2"
GX: Final = "http://www.google.com/kml/ext/2.2"
_STARTS: Final = (
    "http://www.opengis.net/kml/",
    "http://earth.google.com/kml/",
    "https://www.opengis.net/kml/",
    "http://www.google.com/kml/ext/",
)


def known(space: str) -> bool:
    """Whether elements of this namespace are KML's; files without a namespace are common."""
    return not space or space.startswith(_STARTS)


def parts(element: Element, *names: str) -> Iterator[Element]:
    """Child elements with one of these names in any namespace of KML."""
    for child in element:
        if _named(child.tag, names):
            yield child


@lru_cache(4096)
def _named(tag: str, names: tuple[str, ...]) -> bool:
    """Whether a tag (`{namespace}name`) is one of these; asked some forty times a placemark."""
    space, _, local = tag.rpartition("}")
    return local in names and known(space[1:])


def part(element: Element, name: str) -> Element | None:
    """The first such child."""
    return next(parts(element, name), None)


def text(element: Element, name: str) -> str:
    """The text of the first such child without the white space around it."""
    return xml.text_of(part(element, name)).strip()
