"""The panel beside the map: scale, north, and what every sign on the map means."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any, Final

import matplotlib.image
import msgspec
import numpy as np
from babel.numbers import format_decimal

from qroc_desktop.domain.standard_identity import affiliation_of_sidc
from qroc_desktop.domain.vocabulary import Affiliation, Priority
from qroc_desktop.reports.drawing import PIXEL, STALE
from qroc_desktop.reports.lettering import Ink, Sheet, line_mm, wrapped
from qroc_desktop.reports.map_sheet import Drawn, Sign, symbol_pixels
from qroc_desktop.reports.projection import Frame, ground_length, round_length
from qroc_desktop.reports.space import Box, around
from qroc_desktop.reports.words import said_affiliation, said_priority
from qroc_desktop.symbology import Symbols
from qroc_desktop.symbology.badges import badge_svg
from qroc_desktop.symbology.kinds import Badge, Kinds
from qroc_desktop.translation import language, tr

_COLUMN: Final = 60.0
_HEAD: Final = Ink(6.4, "bold", colour="#39424c")
_DARK: Final = "#20262d"


class Sizes(msgspec.Struct, frozen=True):
    """How large a legend's rows are."""

    text: float
    sign: float
    row: float


_SIZES: Final = (Sizes(6.4, 5.4, 6.2), Sizes(5.8, 4.6, 5.2), Sizes(5.2, 3.8, 4.3), Sizes(4.6, 3.1, 3.5))


class Row(msgspec.Struct, frozen=True):
    """A row of the legend: what draws its sign at the middle of a box, and its words. An empty `draw` is a heading."""

    text: str
    draw: Callable[[Sheet, Box], None] | None = None


def scale_bar(frame: Frame, longest_mm: float) -> tuple[float, float]:
    """Metres and millimetres of a scale bar: a round length, true along the parallel in the middle of the map."""
    per_mm = ground_length(frame.metres_per_mm, frame.latitude)
    metres = round_length(longest_mm * per_mm)
    return metres, metres / per_mm


def said_length(metres: float) -> str:
    """`500 m`, `20 km`, in the user's way of writing numbers."""
    spoken = language().replace("-", "_")
    if metres >= 1000:
        return f"{format_decimal(metres / 1000, locale=spoken)} km"
    return f"{format_decimal(metres, locale=spoken)} m"


def draw_scale(sheet: Sheet, x: float, y: float, frame: Frame, width: float) -> float:
    """North arrow, scale bar and scale in the upper left corner x, y; returns the y below them."""
    _arrow(sheet, x + 4.2, y)
    metres, length = scale_bar(frame, width - 20)
    left, top = x + 12, y + 4.2
    quarter = length / 4
    for number in range(4):
        face = _DARK if number % 2 == 0 else "#ffffff"
        box = (left + number * quarter, top, left + (number + 1) * quarter, top + 1.5)
        sheet.box(box, face=face, edge=_DARK, width=0.5)
    small = Ink(5.6)
    for share in (0.0, 0.5, 1.0):
        text = "0" if share == 0 else said_length(metres * share)
        sheet.text(left + share * length, top - 1.0, text, small, anchor="center baseline")
    spoken = language().replace("-", "_")
    rounded = round(frame.scale() / 1000) * 1000 if frame.scale() >= 10_000 else round(frame.scale())
    latitude = format_decimal(abs(frame.latitude), format="0.0", locale=spoken)
    side = tr("{degrees}° N", degrees=latitude) if frame.latitude >= 0 else tr("{degrees}° S", degrees=latitude)
    sheet.text(left, top + 4.2, f"1 : {format_decimal(rounded, locale=spoken)}", Ink(6.4, "bold"))
    sheet.text(left, top + 7.0, tr("at {latitude}, Web Mercator", latitude=side), Ink(5.2, colour="#4a5a69"))
    return y + 13.5


def _arrow(sheet: Sheet, x: float, y: float) -> None:
    tip, foot, half = y + 0.4, y + 9.2, 2.7
    sheet.shape([(x, tip), (x + half, foot), (x, foot - 2.2)], "#ffffff", _DARK, 0.6)
    sheet.shape([(x, tip), (x - half, foot), (x, foot - 2.2)], _DARK, _DARK, 0.6)
    sheet.text(x, foot + 3.0, tr("N"), Ink(7.5, "bold"), anchor="center baseline")


def rows_of(drawn: Drawn, symbols: Symbols, kinds: Kinds) -> list[Row]:
    """Every sign on the map, in groups."""
    rows: list[Row] = []
    named = sorted((said_symbol(kind.name, sidc), sidc) for (sidc, _), kind in drawn.symbols.items())
    if named:
        rows.append(Row(tr("Symbols")))
    rows += [Row(name, _symbol(symbols, sidc)) for name, sidc in named]
    if drawn.shapes:
        rows.append(Row(tr("Areas and lines")))
    for sign, kind in sorted(drawn.shapes.items(), key=lambda entry: tr(entry[1].name)):
        rows.append(Row(tr(kind.name), _swatch(sign)))
    rows += _manners(drawn, kinds)
    return rows


def _manners(drawn: Drawn, kinds: Kinds) -> list[Row]:
    """What the way of drawing says, whatever the symbol."""
    rows = [
        Row(said_priority(priority), _badge(kinds.badges[priority]))
        for priority in sorted(drawn.priorities)
        if priority in kinds.badges
    ]
    if rows:
        rows.insert(0, Row(tr("Priority")))
    other: list[Row] = []
    if drawn.stale:
        other.append(Row(tr("faded: information out of date"), _tone(STALE)))
    if drawn.over:
        other.append(Row(tr("pale: over, closed or false alarm"), _tone(0.6)))
    if drawn.assessments:
        other.append(Row(tr("slanted title: assessment, not fact"), _letter))
    if drawn.moved:
        other.append(Row(tr("moved aside; the dot is the place"), _leader))
    if drawn.crowds:
        other.append(Row(tr("so many items close together"), _crowd))
    return rows + ([Row(tr("Signs")), *other] if other else [])


def said_symbol(name: str, sidc: str) -> str:
    """What a symbol means: the kind's name, and whose it is where its frame says so."""
    affiliation = affiliation_of_sidc(sidc) or Affiliation.UNKNOWN
    word = said_affiliation(affiliation)
    return f"{tr(name)} ({word})" if word else tr(name)


def draw_rows(sheet: Sheet, box: Box, rows: Sequence[Row]) -> list[Row]:
    """As many rows as fit in a box, in columns and as large as they can be; returns those that did not fit."""
    sizes = next((sizes for sizes in _SIZES if _fitting(box, rows, sizes) == len(rows)), _SIZES[-1])
    count = _fitting(box, rows, sizes, draw=sheet)
    return list(rows[count:])


def _fitting(box: Box, rows: Sequence[Row], sizes: Sizes, draw: Sheet | None = None) -> int:
    """How many rows fit; draws them where `draw` is a sheet."""
    gap = 2.0
    # A panel is one column of large rows or two of small ones; a whole page has room for several of either.
    columns = max(1, int((box[2] - box[0] + gap) // _COLUMN))
    if sizes not in _SIZES[:2]:
        columns *= 2
    width = (box[2] - box[0] - gap * (columns - 1)) / columns
    column, y = 0, box[1]
    for number, row in enumerate(rows):
        lines = wrapped(row.text, width - (sizes.sign + 1.5 if row.draw else 0), sizes.text, most=4)
        high = max(sizes.row, len(lines) * line_mm(sizes.text) + 0.8) if row.draw else sizes.row
        # A heading does not stand alone at the foot of a column.
        needed = high if row.draw else high + sizes.row
        if y + needed > box[3]:
            column, y = column + 1, box[1]
            if column >= columns:
                return number
        if draw:
            _draw_row(draw, box[0] + column * (width + gap), y, high, row, lines, sizes)
        y += high
    return len(rows)


def _draw_row(sheet: Sheet, x: float, y: float, high: float, row: Row, lines: list[str], sizes: Sizes) -> None:
    if row.draw is None:
        sheet.text(x, y + sizes.row * 0.75, row.text, msgspec.structs.replace(_HEAD, size=sizes.text))
        return
    row.draw(sheet, around(x + sizes.sign / 2, y + high / 2, sizes.sign, sizes.sign))
    first = y + high / 2 - len(lines) * line_mm(sizes.text) / 2 + line_mm(sizes.text) * 0.75
    for place, line in enumerate(lines):
        sheet.text(x + sizes.sign + 1.5, first + place * line_mm(sizes.text), line, Ink(sizes.text))


def _symbol(symbols: Symbols, sidc: str) -> Callable[[Sheet, Box], None]:
    return lambda sheet, box: sheet.image(box, symbol_pixels(symbols, sidc, None))


def _badge(badge: Badge) -> Callable[[Sheet, Box], None]:
    return lambda sheet, box: sheet.image(box, badge_pixels(badge))


def _swatch(sign: Sign) -> Callable[[Sheet, Box], None]:
    def draw(sheet: Sheet, box: Box) -> None:
        left, top, right, bottom = box
        look, middle, height = sign.look, (top + bottom) / 2, (bottom - top) * 0.28
        dash = tuple(part * PIXEL for part in look.dash)
        if not sign.filled:
            sheet.line([(left, middle), (right, middle)], look.stroke, look.width * PIXEL, dash=dash)
            return
        inner = (left, middle - height, right, middle + height)
        face = _mixed(look.fill, look.fill_opacity)
        sheet.box(inner, face=face, edge=look.stroke, width=look.width * PIXEL, dash=dash)

    return draw


def _mixed(colour: str, opacity: float) -> str:
    parts = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(255 + (part - 255) * opacity):02x}" for part in parts)


def _tone(alpha: float) -> Callable[[Sheet, Box], None]:
    def draw(sheet: Sheet, box: Box) -> None:
        left, top, right, bottom = box
        side = (right - left) * 0.3
        middle = (top + bottom) / 2
        sheet.box((left, middle - side, left + 2 * side - 0.2, middle + side), face="#39424c", order=15)
        pale = (right - 2 * side + 0.2, middle - side, right, middle + side)
        sheet.box(pale, face=_mixed("#39424c", alpha), order=15)

    return draw


def _letter(sheet: Sheet, box: Box) -> None:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    sheet.text(x, y, "Abc", Ink(5.6, slant="italic"), anchor="center middle")


def _leader(sheet: Sheet, box: Box) -> None:
    left, top, right, bottom = box
    sheet.line([(left + 0.8, bottom - 1.0), (right - 0.8, top + 1.0)], _DARK, 0.6)
    sheet.box(around(left + 0.8, bottom - 1.0, 1.1, 1.1), face=_DARK, order=16)


def _crowd(sheet: Sheet, box: Box) -> None:
    sheet.box(box, face=_DARK, order=15)
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    sheet.text(x, y, "9", Ink(6.0, "bold", colour="#ffffff"), anchor="center middle")


def badge_pixels(badge: Badge) -> np.ndarray[Any, Any]:
    """A priority's badge as pixels with transparency."""
    import resvg_py

    reach = 40
    document = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{2 * reach}" height="{2 * reach}" '
        f'viewBox="{-reach} {-reach} {2 * reach} {2 * reach}">{badge_svg(badge, 0, 0)}</svg>'
    )
    data = bytes(resvg_py.svg_to_bytes(svg_string=document, width=96, height=96))
    return np.asarray(matplotlib.image.imread(io.BytesIO(data), format="png"))


def priority_pixels(kinds: Kinds, priority: Priority) -> np.ndarray[Any, Any] | None:
    """The badge of a priority, where it has one."""
    badge = kinds.badges.get(priority)
    return badge_pixels(badge) if badge else None
