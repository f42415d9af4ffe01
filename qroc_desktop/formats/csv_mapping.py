"""Which column of a table means what: guessed from its header and cells, for a person to correct."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import msgspec

from qroc_desktop.domain.coordinates import CoordinateError, parse
from qroc_desktop.domain.vocabulary import ItemType
from qroc_desktop.formats.csv_text import guess_decimal, is_number
from qroc_desktop.formats.flat import COLUMNS
from qroc_desktop.formats.synonyms import column_of, rank_of

OURS: Final = "qroc"
"""The last column of our own export: in JSON what the other columns cannot say. It also tells that it is ours."""
GRID: Final = ("easting", "northing", "utm_zone")
PLACE_TARGETS: Final = ("lat", "lon", "position", "wkt", *GRID)
CLOCK: Final = "time_of_day"
SHAPE_TARGETS: Final = ("radius_m", "rings_m", "accuracy_m", "vertical_accuracy_m", "times")
TARGETS: Final = ("id", "layer", "valid_at", CLOCK, *COLUMNS, *PLACE_TARGETS, *SHAPE_TARGETS, OURS)
"""What a column can be mapped to; `valid_at`: when it was true, or the day of it where `time_of_day` has the rest;
`position`: latitude and longitude in one cell, in any notation, MGRS and UTM too; `wkt`: a geometry; `easting` and
`northing`: metres in the `utm_zone`, such as 32U."""
_READ_ONLY: Final = frozenset({"position", CLOCK, *GRID})
EXPORTED: Final = tuple(target for target in TARGETS if target not in _READ_ONLY)
_OWN_NAMES: Final = frozenset(TARGETS)
_EXAMPLES: Final = 20
_DATE: Final = re.compile(r"(?:\d{4}-\d{2}-\d{2}|\d{1,2}[./-]\d{1,2}[./-]\d{4})(?:[ T]00:00(?::00)?)?", re.ASCII)
_CLOCK: Final = re.compile(r"\d{1,2}[:.h]\d{2}(?:[:.]\d{2})?", re.ASCII)
GEOMETRIES: Final = ("POINT", "LINESTRING", "POLYGON", "MULTI", "GEOMETRYCOLLECTION", "SRID=")
"""What well-known text begins with."""


class Mapping(msgspec.Struct, frozen=True, kw_only=True):
    """How a table is read.

    columns: for each column of the file one of TARGETS, or empty for one that is only kept.
    zone: IANA name of the time zone of times that name none; empty reads them as UTC and says so.
    day_first: whether 03/04/2024 is in April. default_type: what a row is where no column says.
    """

    encoding: str = "utf-8"
    delimiter: str = ","
    decimal: str = "."
    header: bool = True
    columns: tuple[str, ...] = ()
    zone: str = ""
    day_first: bool = True
    default_type: ItemType = ItemType.NOTE

    @property
    def ours(self) -> bool:
        """Whether the table is our own export."""
        return OURS in self.columns


def guess(rows: Sequence[Sequence[str]], *, encoding: str, delimiter: str) -> Mapping:
    """The most likely mapping for the first rows of a table."""
    decimal = guess_decimal(rows, delimiter)
    header = _has_header(rows)
    names = [cell.strip() for cell in rows[0]] if header and rows else []
    width = len(names) if header else max((len(row) for row in rows), default=0)
    body = rows[1:] if header else rows
    columns = _own_columns(names) if OURS in names else _by_name(names, width)
    if OURS not in columns:
        columns = _with_clock(columns, names, body)
    if not {"lat", "position", "wkt", "easting"} & set(columns):
        columns = _by_content(columns, body)
    return Mapping(encoding=encoding, delimiter=delimiter, decimal=decimal, header=header, columns=tuple(columns))


def column_names(first: Sequence[str], *, header: bool, width: int) -> list[str]:
    """A name for each column, no two the same: from the header, else its number."""
    names: list[str] = []
    for place in range(max(width, len(first) if header else 0)):
        name = first[place].strip() if header and place < len(first) else ""
        name = name or f"column {place + 1}"
        twins = sum(1 for other in names if other == name or other.startswith(f"{name} ("))
        names.append(f"{name} ({twins + 1})" if twins else name)
    return names


def _own_columns(names: Sequence[str]) -> list[str]:
    seen: set[str] = set()
    columns = []
    for name in names:
        target = name if name in _OWN_NAMES and name not in seen else ""
        seen.add(target)
        columns.append(target)
    return columns


def _by_name(names: Sequence[str], width: int) -> list[str]:
    """Targets by the names of the columns; of two columns for one target the better name, then the first, has it."""
    columns = [column_of(name) or "" for name in names] + [""] * (width - len(names))
    for target in set(columns) - {""}:
        rivals = [place for place, column in enumerate(columns) if column == target]
        winner = min(rivals, key=lambda place: (rank_of(names[place]), place))
        for place in rivals:
            columns[place] = target if place == winner else ""
    if ("lat" in columns) != ("lon" in columns):
        columns = ["" if column in ("lat", "lon") else column for column in columns]
    if not set(GRID) <= set(columns):
        columns = ["" if column in GRID else column for column in columns]
    if "lat" in columns and "position" in columns:
        columns[columns.index("position")] = ""
    return columns


def _with_clock(columns: list[str], names: Sequence[str], body: Sequence[Sequence[str]]) -> list[str]:
    """Of the columns that are called times, one with dates alone and one with times of day belong together."""
    called = [place for place, name in enumerate(names) if column_of(name) == "valid_at"]
    dates = [place for place in called if _all(body, place, _DATE)]
    clocks = [place for place in called if _all(body, place, _CLOCK)]
    if not dates or not clocks:
        return columns
    cleared = ["" if column == "valid_at" else column for column in columns]
    cleared[dates[0]], cleared[clocks[0]] = "valid_at", CLOCK
    return cleared


def _all(body: Sequence[Sequence[str]], place: int, form: re.Pattern[str]) -> bool:
    cells = [row[place].strip() for row in body[:_EXAMPLES] if place < len(row) and row[place].strip()]
    return bool(cells) and all(form.fullmatch(cell) for cell in cells)


def _by_content(columns: list[str], body: Sequence[Sequence[str]]) -> list[str]:
    """A column whose cells are positions or geometries, where no name told where things are."""
    for place in range(len(columns)):
        cells = [row[place].strip() for row in body[:_EXAMPLES] if place < len(row) and row[place].strip()]
        if not cells or columns[place] in ("id", "title"):
            continue
        if all(cell.upper().startswith(GEOMETRIES) for cell in cells):
            return [*columns[:place], "wkt", *columns[place + 1 :]]
        if all(_is_position(cell) for cell in cells):
            return [*columns[:place], "position", *columns[place + 1 :]]
    return columns


def _is_position(cell: str) -> bool:
    try:
        parse(cell)
    except CoordinateError:
        return False
    return True


def _has_header(rows: Sequence[Sequence[str]]) -> bool:
    if not rows:
        return False
    first = [cell.strip() for cell in rows[0]]
    if any(is_number(cell) or _is_position(cell) for cell in first):
        return False
    if any(column_of(cell) for cell in first):
        return True
    return any(is_number(cell) for row in rows[1:_EXAMPLES] for cell in row)
