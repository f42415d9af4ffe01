"""Symbols drawn by milsymbol, a JavaScript library, in a V8 engine of its own without network or files.

The same code gives the same bytes on the map, in tables and in print.
"""

from __future__ import annotations

import base64
import json
import re
import threading
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

import msgspec
from py_mini_racer import MiniRacer

from qroc_desktop.domain.standard_identity import is_sidc
from qroc_desktop.domain.vocabulary import Priority
from qroc_desktop.errors import Damaged, Message
from qroc_desktop.symbology.badges import BADGE_REACH, INSET, badge_svg
from qroc_desktop.symbology.kinds import Badge

DEFAULT_SIZE: Final = 24
"""Side in pixels of the octagon that every frame is drawn around."""
LARGEST: Final = 1024
UNKNOWN: Final = "10010000000000000000"
"""What is drawn for a code that nobody knows: unknown affiliation, unknown dimension, a question mark."""
# The white line around the frame keeps it readable on dark and on light maps; fills are milsymbol's light ones,
# under which the black icon has the most contrast, and the frame's shape says what its colour says.
_STYLE: Final = {
    "civilianColor": False,
    "colorMode": "Light",
    "infoFields": False,
    "outlineColor": "white",
    "outlineWidth": 5,
}
# Icons name Arial alone, which Linux has not, and would fall to a serif face there.
_FONTS: Final = ('font-family="Arial"', "font-family=\"Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif\"")
# The dashes of a frame that is pending, assumed or suspect are one pixel long at the size of a map symbol: too
# short to be seen, and they are all that tells a suspect from a hostile.
_DASHES: Final = ('stroke-dasharray="4,4"', 'stroke-dasharray="16,12"')
_SCRIPT: Final = """
function qrocDraw(sidc, options) {
  var symbol = new ms.Symbol(sidc, options);
  var anchor = symbol.getAnchor(), size = symbol.getSize(), svg = symbol.asSVG();
  // The library calls some codes valid for which it draws nothing at all.
  var blank = svg.indexOf("><") + 2 === svg.lastIndexOf("</svg>") + 1;
  return JSON.stringify({valid: symbol.isValid() === true && !blank, svg: svg,
    width: size.width, height: size.height, anchor_x: anchor.x, anchor_y: anchor.y});
}
"""
_OUTER: Final = re.compile(r'<svg [^>]*?viewBox="(-?[\d.]+) (-?[\d.]+) ([\d.]+) ([\d.]+)"[^>]*>(.*)</svg>\Z', re.DOTALL)


class Symbol(msgspec.Struct, frozen=True):
    """An SVG document. width, height and the anchor from the upper left corner are in pixels."""

    svg: str
    width: float
    height: float
    anchor_x: float
    anchor_y: float


class _Drawn(msgspec.Struct, frozen=True):
    valid: bool
    svg: str
    width: float
    height: float
    anchor_x: float
    anchor_y: float


class Symbols:
    """Draws symbols. May be called from any thread; the engine starts at the first symbol."""

    def __init__(self, milsymbol: Path, badges: Mapping[Priority, Badge] | None = None, cache: int = 4096) -> None:
        """milsymbol: the library's `dist/milsymbol.js`. cache: how many drawings are kept."""
        self._milsymbol = milsymbol
        self._badges = dict(badges or {})
        self._lock = threading.Lock()
        self._engine: MiniRacer | None = None
        self._draw = lru_cache(cache)(self._drawn)
        self._paint = lru_cache(cache)(self._painted)

    def close(self) -> None:
        """Let the engine go; a later symbol starts another."""
        with self._lock:
            engine, self._engine = self._engine, None
        if engine is not None:
            engine.close()

    def known(self, sidc: str) -> bool:
        """Whether the code has a symbol of its own; others are drawn as the nearest that has."""
        return is_sidc(sidc) and self._ask(sidc, DEFAULT_SIZE).valid

    def svg(
        self,
        sidc: str,
        size: float = DEFAULT_SIZE,
        *,
        priority: Priority | None = None,
        centred: bool = False,
    ) -> Symbol:
        """The symbol of a code; of a code that is unknown, the nearest known one, in the end a question mark.

        size: side of the frame's octagon in pixels, at most LARGEST. priority: draws its badge, if it has one.
        centred: grows the document so that the anchor is its middle. Raises Damaged where the library is missing.
        """
        # In this order a NaN becomes the largest size.
        return self._draw(sidc, max(1.0, min(float(LARGEST), float(size))), priority, centred)

    def png(self, sidc: str, pixels: int, *, priority: Priority | None = None) -> bytes:
        """The symbol as a square PNG with transparent ground, as large as fits."""
        return self._paint(sidc, min(max(int(pixels), 1), LARGEST), priority)

    def _painted(self, sidc: str, pixels: int, priority: Priority | None) -> bytes:
        import resvg_py

        symbol = self.svg(sidc, 100, priority=priority)
        side = max(symbol.width, symbol.height)
        x, y, _, _, inner = _taken_apart(symbol.svg)
        scale = _units(symbol)
        left, top = x - (side - symbol.width) * scale / 2, y - (side - symbol.height) * scale / 2
        document = _document(left, top, side * scale, side * scale, pixels / side / scale, inner)
        return bytes(
            resvg_py.svg_to_bytes(svg_string=document, width=pixels, height=pixels, sans_serif_family="DejaVu Sans")
        )

    def _drawn(self, sidc: str, size: float, priority: Priority | None, centred: bool) -> Symbol:
        drawn = next(drawn for code in _nearest(sidc) if (drawn := self._ask(code, size)).valid)
        x, y, width, height, inner = _taken_apart(drawn.svg)
        scale = drawn.width / width
        middle_x, middle_y = x + drawn.anchor_x / scale, y + drawn.anchor_y / scale
        right, bottom = x + width, y + height
        badge = self._badges.get(priority) if priority else None
        if badge:
            inner += badge_svg(badge, right - INSET, y + INSET)
            right, y = right + BADGE_REACH - INSET, y - BADGE_REACH + INSET
        if centred:
            half = max(middle_x - x, right - middle_x, middle_y - y, bottom - middle_y)
            x, right, y, bottom = middle_x - half, middle_x + half, middle_y - half, middle_y + half
        return Symbol(
            svg=_document(x, y, right - x, bottom - y, scale, inner),
            width=(right - x) * scale,
            height=(bottom - y) * scale,
            anchor_x=(middle_x - x) * scale,
            anchor_y=(middle_y - y) * scale,
        )

    def _ask(self, sidc: str, size: float) -> _Drawn:
        # The code goes in as a JSON literal: whatever it holds, it cannot become a program.
        call = f"qrocDraw({json.dumps(sidc)}, {json.dumps({**_STYLE, 'size': size})})"
        with self._lock:
            if self._engine is None:
                self._engine = self._started()
            answer = self._engine.eval(call)
        return msgspec.json.decode(str(answer), type=_Drawn)

    def _started(self) -> MiniRacer:
        try:
            library = self._milsymbol.read_text(encoding="utf-8")
        except OSError as error:
            raise Damaged(
                Message("The symbol library is missing."),
                where=str(self._milsymbol),
                action=Message("Run the set-up again, or install QROC Desktop again."),
            ) from error
        engine = MiniRacer()
        engine.eval("var self = this, window = this;")
        engine.eval(library)
        engine.eval(_SCRIPT)
        return engine


def data_uri(symbol: Symbol) -> str:
    """The symbol as a `data:` address, for a document that stands alone."""
    return "data:image/svg+xml;base64," + base64.b64encode(symbol.svg.encode()).decode("ascii")


def _nearest(sidc: str) -> Iterator[str]:
    """The code itself, then ever more general ones, the last of which is always known."""
    if is_sidc(sidc):
        yield sidc
        if sidc[0].isdigit():
            yield from _more_general(sidc[:20])
        else:
            for length in range(9, 3, -1):
                yield sidc[:length].ljust(15, "-")
    yield UNKNOWN


def _more_general(sidc: str) -> Iterator[str]:
    frame, entity = f"10{sidc[2:6]}0000", sidc[10:20]
    for length in (10, 6, 4, 2, 0):
        yield frame + entity[:length].ljust(10, "0")
    yield f"10{sidc[2:4]}{'0' * 16}"


def _taken_apart(svg: str) -> tuple[float, float, float, float, str]:
    """x, y, width, height of the view box, and what the document draws."""
    match = _OUTER.match(svg)
    if match is None:
        raise Damaged(Message("The symbol library gave something that is not a symbol."), where=svg[:80])
    x, y, width, height = (float(match.group(place)) for place in range(1, 5))
    return x, y, width, height, match.group(5).replace(*_FONTS).replace(*_DASHES)


def _units(symbol: Symbol) -> float:
    return _taken_apart(symbol.svg)[2] / symbol.width


def _document(x: float, y: float, width: float, height: float, scale: float, inner: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" version="1.1" width="{width * scale:.4g}" '
        f'height="{height * scale:.4g}" viewBox="{x:.6g} {y:.6g} {width:.6g} {height:.6g}">{inner}</svg>'
    )
