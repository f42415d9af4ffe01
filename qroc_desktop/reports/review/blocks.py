"""What a report is made of. Texts are plain text in the reader's language, never markup."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, Protocol

import msgspec

from qroc_desktop.reports.lettering import Anchor, Ink
from qroc_desktop.reports.space import Box

Tone = Literal["plain", "strong", "muted", "good", "fair", "poor", "bad"]
"""How a text stands out. The last four are ratings and their like: told by the word, by the shade besides."""


class Canvas(Protocol):
    """What figures draw on: millimetres from the upper left corner. `lettering.Sheet` and `svg.SvgSheet` are."""

    def text(
        self, x: float, y: float, text: str, ink: Ink, *, anchor: Anchor = "left baseline", rotation: float = 0.0,
        order: float = 20.0,
    ) -> None:  # fmt: skip
        """One line of text."""

    def box(
        self, box: Box, *, face: str = "none", edge: str = "none", width: float = 0.5, dash: tuple[float, ...] = (),
        order: float = 15.0,
    ) -> None:  # fmt: skip
        """A rectangle; width and dash in points."""

    def line(
        self, points: list[tuple[float, float]], colour: str, width: float, *, dash: tuple[float, ...] = (),
        order: float = 16.0,
    ) -> None:  # fmt: skip
        """A line through points."""

    def shape(self, points: list[tuple[float, float]], face: str, edge: str, width: float, order: float = 16.0) -> None:
        """A filled polygon."""


class Span(msgspec.Struct, frozen=True):
    """A text in a cell or paragraph."""

    text: str
    tone: Tone = "plain"


Cell = tuple[Span, ...]
"""Texts one below the other."""


class Heading(msgspec.Struct, frozen=True):
    """Begins a section (1) or a part of one (2)."""

    text: str
    level: Literal[1, 2] = 1


class Paragraph(msgspec.Struct, frozen=True):
    """Text over the whole width."""

    text: str
    tone: Tone = "plain"


class Bullets(msgspec.Struct, frozen=True):
    """A list; each entry with a remark below it, which may be empty."""

    entries: Sequence[tuple[str, str]]


class Facts(msgspec.Struct, frozen=True):
    """Names and values, one pair a line."""

    rows: Sequence[tuple[str, str]]


class Grid(msgspec.Struct, frozen=True):
    """A table; it runs over pages and repeats its heads. `shares`: of the width. A row of one cell is a heading over
    all columns. `name`: for those who have it read to them."""

    name: str
    heads: Sequence[str]
    shares: Sequence[float]
    rows: Sequence[Sequence[Cell]]
    note: str = ""


class Picture(msgspec.Struct, frozen=True):
    """A figure of the width of the text, `height` millimetres high. `told`: the same in words.

    raster: drawn by matplotlib alone and put into a page as a picture, such as a map.
    """

    title: str
    told: str
    height: float
    draw: Callable[[Canvas, Box], None]
    raster: bool = False


Block = Heading | Paragraph | Bullets | Facts | Grid | Picture


class Report(msgspec.Struct, frozen=True):
    """A whole report. `marking`: stands on every page, its title where there is none. `made`: when and of what, at the
    end. `about`: what it was, in a few sentences."""

    title: str
    subtitle: str
    marking: str
    made: str
    facts: Sequence[tuple[str, str]]
    blocks: Sequence[Block]
    about: str = ""
    exercise: bool = True


def cell(text: str, tone: Tone = "plain") -> Cell:
    """A cell of one text."""
    return (Span(text, tone),) if text else ()
