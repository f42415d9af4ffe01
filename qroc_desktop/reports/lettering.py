"""Text on paper: measured, wrapped, and never read as markup.

Matplotlib reads `$...$` as a formula unless it is told not to; text here always is. Text stays text in a PDF: a
halo is a second, outlined copy beneath it, because an effect on the text itself would turn it into drawings.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from typing import Any, Final, Literal

import msgspec
import numpy as np
from matplotlib import font_manager
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.ft2font import FT2Font
from matplotlib.image import BboxImage
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon, Rectangle
from matplotlib.patheffects import Stroke
from matplotlib.text import Text
from matplotlib.textpath import text_to_path
from matplotlib.transforms import Bbox, TransformedBbox

from qroc_desktop.reports.space import Box

POINTS_PER_MM: Final = 72 / 25.4
_BASE_FAMILY: Final = "DejaVu Sans"
# Looked for in this order after the family that matplotlib brings, for scripts that it lacks.
_FURTHER: Final = (
    "Noto Sans", "Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans Arabic", "Noto Sans Hebrew", "Noto Sans Devanagari",
    "Noto Sans Thai", "Noto Sans Symbols2", "Microsoft YaHei", "Segoe UI", "Segoe UI Symbol", "Hiragino Sans",
    "PingFang SC", "Arial Unicode MS",
)  # fmt: skip
_REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"
# They could make a line read in another order than it was written.
_ORDERING: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_BREAKS: Final = re.compile(r"\S+")
# Long words may be broken after these.
_JOINTS: Final = "-/\u2010\u2013.,:;_\u00ad"

Weight = Literal["normal", "bold"]
Slant = Literal["normal", "italic"]
Anchor = Literal[
    "left baseline", "center baseline", "right baseline", "left top", "center top", "right top",
    "left middle", "center middle", "right middle",
]  # fmt: skip


@functools.cache
def families() -> tuple[str, ...]:
    """Font families in the order in which a character is looked for."""
    installed = set(font_manager.fontManager.get_font_names())
    return (_BASE_FAMILY, *(name for name in _FURTHER if name in installed))


@functools.cache
def _characters(family: str) -> frozenset[int]:
    path = font_manager.findfont(FontProperties(family=family))
    return frozenset(FT2Font(str(path)).get_charmap())


@functools.lru_cache(maxsize=65536)
def _has_glyph(character: str) -> bool:
    return any(ord(character) in _characters(family) for family in families())


def printable(text: str) -> str:
    """The text with what no font here can show, or what would change its order, replaced by a visible sign."""
    shown = []
    for character in unicodedata.normalize("NFC", text):
        if character in "\t\n\r\v\f\u2028\u2029":
            shown.append("\n" if character in "\n\u2028\u2029" else " ")
        elif character in _ORDERING or unicodedata.category(character) in ("Cc", "Cs", "Cn"):
            shown.append(_REPLACEMENT)
        else:
            shown.append(character if _has_glyph(character) else _REPLACEMENT)
    return "".join(shown)


@functools.lru_cache(maxsize=256)
def _font(size: float, weight: Weight, slant: Slant, foreign: bool) -> FontProperties:
    if foreign:
        # Fonts for further scripts come in one weight as often as not.
        return FontProperties(family=list(families()), size=size)
    return FontProperties(family=_BASE_FAMILY, size=size, weight=weight, style=slant)


def font(text: str, size: float, weight: Weight = "normal", slant: Slant = "normal") -> FontProperties:
    """Properties of the font that shows a text; size in points."""
    own = _characters(_BASE_FAMILY)
    return _font(size, weight, slant, any(ord(character) not in own for character in text))


@functools.lru_cache(maxsize=65536)
def width_mm(text: str, size: float, weight: Weight = "normal", slant: Slant = "normal") -> float:
    """Width of one line of printable text in millimetres."""
    if not text:
        return 0.0
    wide, _, _ = text_to_path.get_text_width_height_descent(text, font(text, size, weight, slant), ismath=False)
    return float(wide) / POINTS_PER_MM


def line_mm(size: float) -> float:
    """Distance from line to line in millimetres."""
    return size * 1.25 / POINTS_PER_MM


def wrapped(text: str, width: float, size: float, *, weight: Weight = "normal", most: int | None = None) -> list[str]:
    """Lines that are no wider than `width` millimetres; words that are too long are broken, after a joint where
    they have one. With more than `most` lines the last one ends in an ellipsis."""
    lines: list[str] = []
    for paragraph in printable(text).split("\n"):
        lines.extend(_filled(paragraph, width, size, weight))
    if most is not None and len(lines) > most:
        lines = lines[:most]
        lines[-1] = shortened(lines[-1] + "…", width, size, weight)
    return lines


def shortened(text: str, width: float, size: float, weight: Weight = "normal") -> str:
    """One line, cut with an ellipsis where it is wider than `width` millimetres."""
    line = printable(text).replace("\n", " ")
    if width_mm(line, size, weight) <= width:
        return line
    low, high = 0, len(line)
    while low < high:
        middle = (low + high + 1) // 2
        if width_mm(line[:middle].rstrip() + "…", size, weight) <= width:
            low = middle
        else:
            high = middle - 1
    return line[:low].rstrip("… ") + "…"


def _filled(paragraph: str, width: float, size: float, weight: Weight) -> list[str]:
    lines, line = [], ""
    for word in _BREAKS.findall(paragraph):
        joined = f"{line} {word}" if line else word
        if width_mm(joined, size, weight) <= width:
            line = joined
            continue
        if line:
            lines.append(line)
        *whole, line = _broken(word, width, size, weight)
        lines.extend(whole)
    return [*lines, line] if line or not lines else lines


def _broken(word: str, width: float, size: float, weight: Weight) -> list[str]:
    pieces = []
    while word and width_mm(word, size, weight) > width:
        fits = 1
        while fits < len(word) and width_mm(word[: fits + 1], size, weight) <= width:
            fits += 1
        joint = max(word.rfind(mark, fits // 3, fits) for mark in _JOINTS) + 1
        cut = joint or fits
        pieces.append(word[:cut])
        word = word[cut:]
    return [*pieces, word] if word else pieces


class Ink(msgspec.Struct, frozen=True):
    """How a text is written; size in points. `halo` is the colour of an outline beneath it, `reach` its width in
    sizes of the text."""

    size: float
    weight: Weight = "normal"
    slant: Slant = "normal"
    colour: str = "#1a1d21"
    halo: str | None = None
    reach: float = 0.28


class Sheet:
    """A page measured in millimetres from its upper left corner."""

    def __init__(self, figure: Figure, width: float, height: float) -> None:
        self.figure = figure
        self.width = width
        self.height = height

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Figure coordinates of a point."""
        return x / self.width, 1 - y / self.height

    def add(self, artist: Artist) -> Artist:
        """Draw something in figure coordinates."""
        return self.figure.add_artist(artist)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        ink: Ink,
        *,
        anchor: Anchor = "left baseline",
        rotation: float = 0.0,
        order: float = 20.0,
    ) -> None:
        """One line of text at x, y."""
        across, _, along = anchor.partition(" ")
        shown = printable(text).replace("\n", " ")
        options: dict[str, Any] = {
            "fontproperties": font(shown, ink.size, ink.weight, ink.slant),
            "ha": across,
            "va": {"baseline": "baseline", "top": "top", "middle": "center_baseline"}[along],
            "rotation": rotation,
            "rotation_mode": "anchor",
            "parse_math": False,
            "usetex": False,
        }
        if ink.halo:
            below = Text(*self.at(x, y), shown, color=ink.halo, zorder=order, **options)
            below.set_path_effects([Stroke(linewidth=ink.size * ink.reach, foreground=ink.halo, joinstyle="round")])
            self.add(below)
        self.add(Text(*self.at(x, y), shown, color=ink.colour, zorder=order + 0.01, **options))

    def box(
        self,
        box: Box,
        *,
        face: str = "none",
        edge: str = "none",
        width: float = 0.5,
        dash: tuple[float, ...] = (),
        order: float = 15.0,
    ) -> None:
        """A rectangle; width and dash of its edge in points."""
        left, top, right, bottom = box
        x, y = self.at(left, bottom)
        self.add(
            Rectangle(
                (x, y),
                (right - left) / self.width,
                (bottom - top) / self.height,
                transform=self.figure.transFigure,
                facecolor=face,
                edgecolor=edge,
                linewidth=width,
                linestyle=(0, dash) if dash else "solid",
                zorder=order,
            )
        )

    def line(
        self,
        points: list[tuple[float, float]],
        colour: str,
        width: float,
        *,
        dash: tuple[float, ...] = (),
        order: float = 16.0,
    ) -> None:
        """A line through points; width and dash in points."""
        xs, ys = zip(*(self.at(x, y) for x, y in points), strict=True)
        style: Any = (0, dash) if dash else "solid"
        self.add(Line2D(xs, ys, color=colour, linewidth=width, linestyle=style, zorder=order, solid_capstyle="butt"))

    def shape(self, points: list[tuple[float, float]], face: str, edge: str, width: float, order: float = 16.0) -> None:
        """A filled polygon; width of its edge in points."""
        corners = [self.at(x, y) for x, y in points]
        self.add(
            Polygon(
                corners,
                closed=True,
                transform=self.figure.transFigure,
                facecolor=face,
                edgecolor=edge,
                linewidth=width,
                joinstyle="miter",
                zorder=order,
            )
        )

    def image(self, box: Box, pixels: np.ndarray[Any, Any], *, alpha: float = 1.0, order: float = 18.0) -> None:
        """A picture that fills a box."""
        left, top, right, bottom = box
        (x0, y0), (x1, y1) = self.at(left, bottom), self.at(right, top)
        place = TransformedBbox(Bbox.from_extents(x0, y0, x1, y1), self.figure.transFigure)
        image = BboxImage(place, interpolation="antialiased", zorder=order, alpha=alpha)
        image.set_data(pixels)
        self.add(image)


class Unwritten(Sheet):
    """A page that only takes up room: what is laid out on it is not drawn."""

    def text(self, *_: Any, **__: Any) -> None:
        """Nothing."""

    box = line = shape = image = text
