"""Items and logbook as tables that run over pages; text wraps, rows keep together, every page repeats the heads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec
import numpy as np

from qroc_desktop.domain.aspects import Nature
from qroc_desktop.domain.state import Item, LogEntry
from qroc_desktop.domain.vocabulary import EntryKind, ItemType, Priority
from qroc_desktop.reports.content import Content
from qroc_desktop.reports.legend import priority_pixels
from qroc_desktop.reports.lettering import Ink, Sheet, Weight, line_mm, width_mm, wrapped
from qroc_desktop.reports.map_sheet import Sources, symbol_pixels
from qroc_desktop.reports.space import Box, around
from qroc_desktop.reports.words import (
    said_entry,
    said_evaluation,
    said_marking,
    said_priority,
    said_status,
    said_type,
)
from qroc_desktop.translation import tr

Pixels = np.ndarray[Any, Any]
TEXT: Final = 6.8
_PAD: Final = 1.2
_RULE: Final = "#b9c1c9"
_BAND: Final = "#f2f4f6"
_HEAD: Final = "#dfe4e9"


Behind = Callable[[Sheet, float, float, float, float], None]


class Cell(msgspec.Struct, frozen=True):
    """Text of a cell, in parts one below the other, each with its ink. `behind`: what is drawn behind a part, by its
    place, for each of its lines: given x, y of the upper left corner, width and height."""

    parts: tuple[tuple[str, Ink], ...] = ()
    draw: Callable[[Sheet, Box], None] | None = None
    behind: Sequence[tuple[int, Behind]] = ()


class Table(msgspec.Struct):
    """A table: heads and shares of the width, and rows of cells. A row of one cell is a heading over all columns."""

    title: str
    heads: list[str]
    shares: list[float]
    rows: list[list[Cell]]
    note: str = ""


def plain(text: str, *, weight: Weight = "normal", colour: str = "#1a1d21", slanted: bool = False) -> Cell:
    """A cell of one text."""
    return Cell(((text, Ink(TEXT, weight, "italic" if slanted else "normal", colour)),)) if text else Cell()


def items_table(content: Content, sources: Sources) -> Table:
    """Every item with its number on the map, grouped by type."""
    rows: list[list[Cell]] = []
    group: ItemType | None = None
    signs = _Signs(sources)
    for number, item in content.numbered:
        if item.nature.type is not group:
            group = item.nature.type
            count = sum(1 for _, other in content.numbered if other.nature.type is group)
            rows.append([plain(f"{said_type(group)} ({count})", weight="bold")])
        rows.append(_item_row(number, item, content, signs))
    when = [tr("Status"), tr("Since"), tr("Evaluation"), tr("Marking")]
    return Table(
        tr("Items"),
        [tr("No."), "", tr("Priority"), tr("What"), tr("Where"), *when],
        [8, 8, 24, 101, 42, 22, 19, 24, 33],
        rows,
    )


class _Signs:
    """Symbols and badges as pixels, each drawn once however many rows show it."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self._symbols: dict[str, Pixels] = {}
        self._badges: dict[Priority, Pixels | None] = {}

    def symbol(self, nature: Nature) -> Pixels:
        sidc = self.sources.kinds.symbol_for(nature)
        if sidc not in self._symbols:
            self._symbols[sidc] = symbol_pixels(self.sources.symbols, sidc, None)
        return self._symbols[sidc]

    def badge(self, priority: Priority) -> Pixels | None:
        if priority not in self._badges:
            self._badges[priority] = priority_pixels(self.sources.kinds, priority)
        return self._badges[priority]


def _item_row(number: int, item: Item, content: Content, signs: _Signs) -> list[Cell]:
    nature, situation, wording = item.nature, item.situation, item.wording
    pixels = signs.symbol(nature)
    stale = item.stale(content.moment.valid)
    grey = "#6a727b" if stale else "#1a1d21"
    title = wording.title or tr(signs.sources.kinds.kind_of(nature).name)
    what = [(title, Ink(TEXT, "bold", colour=grey))]
    if wording.description:
        what.append((wording.description, Ink(TEXT, colour=grey)))
    since = situation.starts or item.valid_from
    times = [content.short_time(since)]
    if item.valid_from != since:
        times.append(tr("last {time}", time=content.short_time(item.valid_from)))
    if stale and situation.stale_at is not None:
        times.append(tr("stale {time}", time=content.short_time(situation.stale_at)))
    urgent = nature.type is ItemType.INCIDENT
    return [
        plain(str(number), weight="bold"),
        Cell(draw=lambda sheet, box: sheet.image(box, pixels, alpha=0.5 if stale else 1.0)),
        _priority(item, signs) if urgent else Cell(),
        Cell(tuple(what)),
        plain(wording.place),
        plain(said_status(situation.status)) if urgent else Cell(),
        Cell(tuple((text, Ink(TEXT)) for text in times)),
        plain(said_evaluation(item.evaluation)),
        plain(said_marking(item.marking)),
    ]


def _priority(item: Item, signs: _Signs) -> Cell:
    pixels = signs.badge(item.situation.priority)
    word = said_priority(item.situation.priority)
    if pixels is None:
        return plain("      " + word)

    def draw(sheet: Sheet, box: Box) -> None:
        sheet.image(around(box[0] + 1.6, box[1] + 1.9, 3.4, 3.4), pixels)

    return Cell((("      " + word, Ink(TEXT)),), draw)


def log_table(content: Content) -> Table:
    """The logbook, newest first, corrections beside what they correct."""
    numbers = {item.id: number for number, item in content.numbered}
    texts = {entry.id: entry for entry in content.entries}
    rows = [_log_row(entry, content, numbers, texts) for entry in content.entries]
    return Table(
        tr("Logbook"),
        [tr("Time"), tr("Kind"), tr("Entry"), tr("With"), tr("Items"), tr("By")],
        [26, 22, 133, 40, 26, 34],
        rows,
        tr("Earlier entries are not listed here.") if content.earlier_entries else "",
    )


def _log_row(entry: LogEntry, content: Content, numbers: dict[str, int], texts: dict[str, LogEntry]) -> list[Cell]:
    said = entry.entry
    wrong = bool(entry.corrected_by)
    colour = "#6a727b" if wrong else "#1a1d21"
    parts: list[tuple[str, Ink]] = [(said.text, Ink(TEXT, colour=colour, slant="italic" if wrong else "normal"))]
    if said.corrects:
        corrected = texts.get(said.corrects)
        when = content.short_time(corrected.valid_from) if corrected else "?"
        parts.append((tr("Corrects the entry of {time}.", time=when), Ink(TEXT - 0.6, colour="#8a4b00")))
    if wrong:
        parts.append((tr("Corrected later."), Ink(TEXT - 0.6, colour="#8a4b00")))
    linked = ", ".join(str(numbers[item]) for item in said.items if item in numbers)
    return [
        plain(content.short_time(entry.valid_from), weight="bold"),
        plain(said_entry(said.kind), weight="bold" if said.kind is EntryKind.DECISION else "normal"),
        Cell(tuple(parts)),
        plain(said.counterpart),
        plain(linked),
        plain(entry.author),
    ]


class TableWriter:
    """Writes tables onto pages. `next_page` gives a fresh sheet with the box that is free on it."""

    def __init__(self, next_page: Callable[[], tuple[Sheet, Box]]) -> None:
        self._next_page = next_page
        self._sheet, self._box = next_page()
        self._y = self._box[1]

    @property
    def y(self) -> float:
        """How far down the page it is written."""
        return self._y

    def write(self, table: Table) -> None:
        """One table after the other; a new page only where it is needed."""
        if not table.rows:
            return
        if self._box[3] - self._y < 45:
            self._turn()
        self._sheet.text(self._box[0], self._y + 4.2, table.title, Ink(11, "bold"))
        self._y += 7.0
        self.write_rows(table)
        if table.note:
            self._sheet.text(self._box[0], self._y + 4.0, table.note, Ink(TEXT, slant="italic"))
            self._y += 5.0
        self._y += 5.0

    def write_rows(self, table: Table) -> None:
        """Heads and rows alone."""
        widths = self._widths(table)
        self._heads(table, widths)
        band = False
        for number, row in enumerate(table.rows):
            cells = self._lined(row, widths)
            high = max(_height(cells), 5.6 if len(row) > 1 else 4.8)
            follows = 9.0 if len(row) == 1 and number + 1 < len(table.rows) else 0.0
            if self._y + high + follows > self._box[3]:
                self._turn()
                self._heads(table, widths)
            self._row(row, cells, widths, high, band)
            band = not band if len(row) > 1 else False

    def _turn(self) -> None:
        self._sheet, self._box = self._next_page()
        self._y = self._box[1]

    def _widths(self, table: Table) -> list[float]:
        whole = self._box[2] - self._box[0]
        return [share / sum(table.shares) * whole for share in table.shares]

    def _heads(self, table: Table, widths: list[float]) -> None:
        high = line_mm(TEXT) + 1.6
        self._sheet.box((self._box[0], self._y, self._box[2], self._y + high), face=_HEAD, order=10)
        x = self._box[0]
        for head, width in zip(table.heads, widths, strict=True):
            self._sheet.text(x + _PAD, self._y + high - 1.5, head, Ink(TEXT, "bold", colour="#39424c"))
            x += width
        self._y += high

    def _lined(self, row: Sequence[Cell], widths: list[float]) -> list[list[tuple[str, Ink]]]:
        spans = widths if len(row) > 1 else [sum(widths)]
        return [
            [(line, ink) for text, ink in cell.parts for line in _lines(text, width - 2 * _PAD, ink)]
            for cell, width in zip(row, spans, strict=True)
        ]

    def _row(
        self, row: Sequence[Cell], cells: list[list[tuple[str, Ink]]], widths: list[float], high: float, band: bool
    ) -> None:
        left, right, top = self._box[0], self._box[2], self._y
        if band:
            self._sheet.box((left, top, right, top + high), face=_BAND, order=9)
        x = left
        for cell, lines, width in zip(row, cells, widths if len(row) > 1 else [sum(widths)], strict=True):
            if cell.draw:
                side = min(5.0, width - 1.0)
                cell.draw(self._sheet, around(x + _PAD + side / 2 - 0.6, top + 0.3 + side / 2, side, side))
            if cell.behind:
                _draw_behind(self._sheet, cell, width - 2 * _PAD, x + _PAD, top + 0.5)
            y = top + 0.5
            for line, ink in lines:
                self._sheet.text(x + _PAD, y + line_mm(ink.size) * 0.8, line, ink)
                y += line_mm(ink.size)
            x += width
        self._sheet.line([(left, top + high), (right, top + high)], _RULE, 0.3, order=11)
        self._y += high


def _draw_behind(sheet: Sheet, cell: Cell, width: float, x: float, y: float) -> None:
    behind = dict(cell.behind)
    for place, (text, ink) in enumerate(cell.parts):
        for line in _lines(text, width, ink):
            if place in behind:
                behind[place](sheet, x, y, width_mm(line, ink.size, ink.weight), line_mm(ink.size))
            y += line_mm(ink.size)


def _lines(text: str, width: float, ink: Ink) -> list[str]:
    # A leading indent leaves room for a sign.
    indent = text[: len(text) - len(text.lstrip())]
    lines = wrapped(text.lstrip(), width - len(indent) * 0.75, ink.size, weight=ink.weight)
    return [indent + line for line in lines]


def _height(cells: list[list[tuple[str, Ink]]]) -> float:
    return max((sum(line_mm(ink.size) for _, ink in lines) for lines in cells), default=0.0) + 1.2
