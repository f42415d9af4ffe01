"""A sheet that becomes SVG: what is drawn on paper is drawn in a page by the same code."""

from __future__ import annotations

from typing import Any, Final

import lxml.etree

from qroc_desktop.reports.lettering import POINTS_PER_MM, Anchor, Ink, printable
from qroc_desktop.reports.space import Box

_ANCHORS: Final = {"left": "start", "center": "middle", "right": "end"}
_FAMILY: Final = '"DejaVu Sans", "Noto Sans", "Segoe UI", Arial, sans-serif'


class SvgSheet:
    """Millimetres from the upper left corner, as `lettering.Sheet`; what it holds is elements, never markup."""

    def __init__(self, width: float, height: float, title: str, told: str) -> None:
        self._root = lxml.etree.Element(
            "svg", viewBox=f"0 0 {width:g} {height:g}", role="img", attrib={"aria-label": title},
        )  # fmt: skip
        self._root.set("font-family", _FAMILY)
        lxml.etree.SubElement(self._root, "title").text = printable(title)
        lxml.etree.SubElement(self._root, "desc").text = printable(told)
        self._drawn: list[tuple[float, int, lxml.etree._Element]] = []

    def element(self) -> lxml.etree._Element:
        """The figure, in the order of drawing."""
        for _, _, drawn in sorted(self._drawn, key=lambda entry: entry[:2]):
            self._root.append(drawn)
        self._drawn.clear()
        return self._root

    def text(
        self, x: float, y: float, text: str, ink: Ink, *, anchor: Anchor = "left baseline", rotation: float = 0.0,
        order: float = 20.0,
    ) -> None:  # fmt: skip
        """One line of text at x, y."""
        across, _, along = anchor.partition(" ")
        size = ink.size / POINTS_PER_MM
        down = {"baseline": 0.0, "top": size * 0.76, "middle": size * 0.36}[along]
        made = self._add(order, "text", x=x, y=y + down, fill=ink.colour)
        made.set("font-size", f"{size:.3f}")
        made.set("text-anchor", _ANCHORS[across])
        if ink.weight == "bold":
            made.set("font-weight", "bold")
        if ink.slant == "italic":
            made.set("font-style", "italic")
        if ink.halo:
            made.set("stroke", ink.halo)
            made.set("stroke-width", f"{size * ink.reach:.3f}")
            made.set("paint-order", "stroke")
        if rotation:
            made.set("transform", f"rotate({-rotation:g} {x:.2f} {y:.2f})")
        made.text = printable(text).replace("\n", " ")

    def box(
        self, box: Box, *, face: str = "none", edge: str = "none", width: float = 0.5, dash: tuple[float, ...] = (),
        order: float = 15.0,
    ) -> None:  # fmt: skip
        """A rectangle; width and dash of its edge in points."""
        left, top, right, bottom = box
        made = self._add(order, "rect", x=left, y=top, width=right - left, height=bottom - top, fill=face)
        self._stroked(made, edge, width, dash)

    def line(
        self, points: list[tuple[float, float]], colour: str, width: float, *, dash: tuple[float, ...] = (),
        order: float = 16.0,
    ) -> None:  # fmt: skip
        """A line through points; width and dash in points."""
        made = self._add(order, "polyline", fill="none")
        made.set("points", _listed(points))
        self._stroked(made, colour, width, dash)

    def shape(self, points: list[tuple[float, float]], face: str, edge: str, width: float, order: float = 16.0) -> None:
        """A filled polygon; width of its edge in points."""
        made = self._add(order, "polygon", fill=face)
        made.set("points", _listed(points))
        self._stroked(made, edge, width, ())

    def _add(self, order: float, tag: str, **attributes: Any) -> lxml.etree._Element:
        made = lxml.etree.Element(tag)
        for name, value in attributes.items():
            made.set(name, value if isinstance(value, str) else f"{value:.2f}")
        self._drawn.append((order, len(self._drawn), made))
        return made

    def _stroked(self, made: lxml.etree._Element, colour: str, width: float, dash: tuple[float, ...]) -> None:
        if colour == "none":
            return
        made.set("stroke", colour)
        made.set("stroke-width", f"{width / POINTS_PER_MM:.3f}")
        made.set("stroke-linejoin", "round")
        if dash:
            made.set("stroke-dasharray", " ".join(f"{part * width / POINTS_PER_MM:.2f}" for part in dash))


def _listed(points: list[tuple[float, float]]) -> str:
    return " ".join(f"{x:.2f},{y:.2f}" for x, y in points)
