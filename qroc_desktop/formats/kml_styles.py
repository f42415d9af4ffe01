"""KML styles: `aabbggrr` colours, styles by reference, style maps."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

import msgspec

from qroc_desktop.domain.aspects import Style
from qroc_desktop.errors import Message
from qroc_desktop.formats import kml_terms, xml
from qroc_desktop.formats.kml_terms import part, parts, text
from qroc_desktop.formats.reading import Problem
from qroc_desktop.formats.xml import Element, add, created, decimal

_COLOUR: Final = re.compile(r"#?([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})")
_HOPS: Final = 8
"""So many references may lead from a placemark to its style; more is a circle."""
_BALLOON: Final = "$[description]"
"""Other programs read a description as HTML; a name put into it by a template would be read so too."""


class Styles:
    """The look that a placemark gets from the shared styles of its document (Style and StyleMap with an id)."""

    def __init__(self, shared: Iterable[Element], problems: list[Problem]) -> None:
        self._problems = problems
        self._noted: set[str] = set()
        self._shared = {str(identifier): element for element in shared if (identifier := element.get("id"))}
        self._cache: dict[str, Style] = {}

    def of(self, placemark: Element) -> Style:
        """Shared style first, what the placemark says itself over it."""
        style = self._by_url(text(placemark, "styleUrl"), placemark)
        for inline in parts(placemark, "Style", "StyleMap"):
            style = _over(style, self._resolved(inline, 0))
        return style

    def _by_url(self, url: str, placemark: Element) -> Style:
        if not url:
            return Style()
        if url not in self._cache:
            self._cache[url] = self._followed(url, 0, placemark)
        return self._cache[url]

    def _followed(self, url: str, hops: int, element: Element) -> Style:
        file, _, identifier = url.rpartition("#")
        shared = self._shared.get(identifier)
        if file and shared is None:
            self._note(url, element, Message("A style in another file is not followed."))
            return Style()
        if shared is None or hops > _HOPS:
            self._note(url, element, Message("The style that is referred to is not in the file."))
            return Style()
        return self._resolved(shared, hops + 1)

    def _resolved(self, element: Element, hops: int) -> Style:
        if xml.local(element) == "Style":
            for icon in element.iter():
                if xml.local(icon) == "href" and (href := xml.text_of(icon).strip()):
                    self._note(href, icon, Message("The icon is not loaded."))
            return _look(element)
        for pair in parts(element, "Pair"):
            if text(pair, "key") == "normal":
                inline = part(pair, "Style")
                if inline is not None:
                    return self._resolved(inline, hops)
                return self._followed(text(pair, "styleUrl"), hops, pair)
        return Style()

    def _note(self, what: str, element: Element, why: Message) -> None:
        if what not in self._noted:
            self._noted.add(what)
            self._problems.append(Problem(xml.where(element), why, what=what, skipped=False))


def style_element(style: Style, identifier: str = "") -> Element:
    """A Style element; the balloon shows the description alone."""
    element = created("Style", kml_terms.NAMESPACE)
    if identifier:
        element.set("id", identifier)
    if style.fill is not None:
        add(add(element, "IconStyle"), "color", _aabbggrr(style.fill, 1.0))
    if style.stroke is not None or style.width is not None:
        line = add(element, "LineStyle")
        if style.stroke is not None:
            add(line, "color", _aabbggrr(style.stroke, 1.0))
        if style.width is not None:
            add(line, "width", decimal(style.width))
    if style.fill is not None or style.fill_opacity is not None:
        opacity = 1.0 if style.fill_opacity is None else style.fill_opacity
        add(add(element, "PolyStyle"), "color", _aabbggrr(style.fill or "#ffffff", opacity))
    add(add(element, "BalloonStyle"), "text", _BALLOON)
    return element


@lru_cache(1024)
def look_of(style: Style) -> Style:
    """What the element that is written for a style says."""
    return _look(style_element(style))


def _look(element: Element) -> Style:
    look = Style()
    icon, line, polygon = part(element, "IconStyle"), part(element, "LineStyle"), part(element, "PolyStyle")
    if icon is not None and (colour := _colour(icon)):
        look = msgspec.structs.replace(look, fill=colour[0])
    if line is not None:
        colour = _colour(line)
        width = _width(line)
        look = msgspec.structs.replace(look, stroke=colour[0] if colour else None, width=width)
    if polygon is not None:
        if colour := _colour(polygon):
            look = msgspec.structs.replace(look, fill=colour[0], fill_opacity=colour[1])
        if text(polygon, "fill") in ("0", "false"):
            look = msgspec.structs.replace(look, fill_opacity=0.0)
    return look


def _over(below: Style, above: Style) -> Style:
    given = {field: value for field in Style.__struct_fields__ if (value := getattr(above, field)) not in (None, ())}
    return msgspec.structs.replace(below, **given)


def _colour(element: Element) -> tuple[str, float] | None:
    """(#rrggbb, opacity) of KML's aabbggrr; None where there is none or it is no colour."""
    match = _COLOUR.fullmatch(text(element, "color"))
    if not match:
        return None
    alpha, blue, green, red = (pair.lower() for pair in match.groups())
    return f"#{red}{green}{blue}", round(int(alpha, 16) / 255, 3)


def _width(element: Element) -> float | None:
    try:
        width = xml.number(text(element, "width"))
    except ValueError:
        return None
    return width if width >= 0 else None


def _aabbggrr(colour: str, opacity: float) -> str:
    match = re.fullmatch(r"#?([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})", colour)
    red, green, blue = match.groups() if match else ("ff", "ff", "ff")
    alpha = max(0, min(255, round(opacity * 255)))
    return f"{alpha:02x}{blue}{green}{red}".lower()
