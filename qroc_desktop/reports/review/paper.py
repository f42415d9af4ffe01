"""A report as PDF on A4, drawn with matplotlib and no Qt: text is text, tables repeat their heads."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any, Final

from matplotlib.backends.backend_pdf import FigureCanvasPdf, PdfPages
from matplotlib.figure import Figure

from qroc_desktop.reports import tables
from qroc_desktop.reports.lettering import Ink, Sheet, Unwritten, line_mm, shortened, width_mm, wrapped
from qroc_desktop.reports.print_map import drawing
from qroc_desktop.reports.review.blocks import (
    Block,
    Bullets,
    Cell,
    Facts,
    Grid,
    Heading,
    Paragraph,
    Picture,
    Report,
    Span,
    Tone,
)
from qroc_desktop.reports.space import Box
from qroc_desktop.translation import tr

WIDE: Final = 210.0
HIGH: Final = 297.0
_SIDE: Final = 18.0
_TOP: Final = 15.0
_FOOT: Final = 17.0
_DPI: Final = 220
_DARK: Final = "#15191e"
_SOFT: Final = "#4a5560"
_EXERCISE: Final = "#f5b800"
_BODY: Final = 8.6
_SIZES: Final = {1: 14.0, 2: 10.0}
_TONES: Final[dict[Tone, Ink]] = {
    "plain": Ink(tables.TEXT),
    "strong": Ink(tables.TEXT, "bold"),
    "muted": Ink(tables.TEXT - 0.4, colour=_SOFT),
    "good": Ink(tables.TEXT, "bold"),
    "fair": Ink(tables.TEXT, "bold"),
    "poor": Ink(tables.TEXT, "bold"),
    "bad": Ink(tables.TEXT, "bold", colour="#ffffff"),
}
_FACES: Final[dict[Tone, str]] = {"good": "#ffffff", "fair": "#e3e6e9", "poor": "#98a2ac", "bad": _DARK}
Step = Callable[[], None]


def draw_paper(report: Report, *, step: Step = lambda: None) -> bytes:
    """The PDF. It says nothing of the machine or the person that made it."""
    with drawing():
        pages = _laid_out(report)
        buffer = io.BytesIO()
        information: dict[str, Any] = {
            "Title": f"{report.title} - {report.subtitle}", "Subject": report.marking, "Creator": "QROC Desktop",
            "Producer": None, "CreationDate": None,
        }  # fmt: skip
        with PdfPages(buffer, metadata=information) as pdf:

            def save(page: _Page, number: int) -> None:
                # One by one: a record of thousands of events is hundreds of pages.
                page.number(number, pages.count)
                FigureCanvasPdf(page.figure)
                pdf.savefig(page.figure, dpi=_DPI)
                step()

            _Writer(report, save, pages.heads).write()
        return buffer.getvalue()


class _Pages:
    """How many pages there are, and on which each section begins."""

    def __init__(self) -> None:
        self.count = 0
        self.heads: dict[str, int] = {}


def _laid_out(report: Report) -> _Pages:
    """Everything once without being drawn: every page says how many there are, and the contents where what is."""
    pages = _Pages()

    def count(_page: _Page, number: int) -> None:
        pages.count = number

    writer = _Writer(report, count, {}, blank=True)
    writer.write()
    pages.heads = writer.heads
    return pages


class _Page:
    """A sheet with its strips; `inside` is free for content."""

    def __init__(self, report: Report, *, blank: bool) -> None:
        self.figure = Figure(figsize=(WIDE / 25.4, HIGH / 25.4), facecolor="white")
        self.sheet = (Unwritten if blank else Sheet)(self.figure, WIDE, HIGH)
        self.inside: Box = (_SIDE, _TOP, WIDE - _SIDE, HIGH - _FOOT)
        self._report = report
        for top in (0.0, HIGH - 6.4):
            self._strip(top)

    def number(self, page: int, pages: int) -> None:
        """The page's number beside what it is a page of."""
        y = HIGH - 9.2
        right = WIDE - _SIDE
        text = tr("Page {page} of {pages}", page=page, pages=pages)
        self.sheet.text(right, y, text, Ink(6.6, colour=_SOFT), anchor="right baseline")
        room = right - _SIDE - width_mm(text, 6.6) - 6
        title = shortened(f"{self._report.title} – {self._report.subtitle}", room, 6.6)
        self.sheet.text(_SIDE, y, title, Ink(6.6, colour=_SOFT))

    def _strip(self, top: float) -> None:
        bottom, word = top + 6.4, tr("EXERCISE")
        self.sheet.box((0.0, top, WIDE, bottom), face=_DARK, order=10)
        room = WIDE - 8
        if self._report.exercise:
            wide = width_mm(word, 9, "bold") + 9
            for x in (0.0, WIDE - wide):
                self.sheet.box((x, top, x + wide, bottom), face=_EXERCISE, order=11)
                self.sheet.text(x + wide / 2, top + 4.4, word, Ink(9, "bold"), anchor="center baseline")
            room -= 2 * wide
        text = shortened(self._report.marking or self._report.title, room, 8.6, "bold")
        self.sheet.text(WIDE / 2, top + 4.4, text, Ink(8.6, "bold", colour="#ffffff"), anchor="center baseline")


class _Writer:
    """Sets blocks one below the other. `heads`: the page of each section, by its text, as it comes out."""

    def __init__(
        self, report: Report, save: Callable[[_Page, int], None], known: dict[str, int], *, blank: bool = False
    ) -> None:
        self._report = report
        self._save = save
        self._known = known
        self._blank = blank
        self._number = 1
        self._page = _Page(report, blank=blank)
        self._y = self._page.inside[1]
        self.heads: dict[str, int] = {}

    def write(self) -> None:
        """All of it."""
        self._title()
        for place, block in enumerate(self._report.blocks):
            self._put(block, self._report.blocks[place + 1 :])
        self._lines(self._report.made, Ink(6.6, colour=_SOFT))
        self._save(self._page, self._number)

    # --- parts -----------------------------------------------------------------------------------

    @property
    def _left(self) -> float:
        return self._page.inside[0]

    @property
    def _room(self) -> float:
        return self._page.inside[2] - self._page.inside[0]

    def _turn(self) -> None:
        self._save(self._page, self._number)
        self._number += 1
        self._page = _Page(self._report, blank=self._blank)
        self._y = self._page.inside[1]

    def _need(self, height: float) -> None:
        if self._y + height > self._page.inside[3] and self._y > self._page.inside[1]:
            self._turn()

    def _title(self) -> None:
        report = self._report
        self._y += 4
        if report.exercise:
            self._lines(tr("EXERCISE EXERCISE EXERCISE"), Ink(9, "bold"))
            self._y += 2
        self._lines(report.title, Ink(21, "bold"))
        self._lines(report.subtitle, Ink(12, colour=_SOFT))
        self._y += 3
        if report.about:
            self._lines(report.about, Ink(_BODY))
            self._y += 2
        self._facts(report.facts)
        self._contents()

    def _contents(self) -> None:
        heads = [block.text for block in self._report.blocks if isinstance(block, Heading) and block.level == 1]
        if len(heads) < 2:
            return
        self._need(8 + 5.2 * len(heads))
        self._y += 3
        top = self._y
        self._y += 5.5
        self._page.sheet.text(self._left + 4, self._y, tr("Contents"), Ink(_BODY, "bold"))
        for number, head in enumerate(heads, start=1):
            self._y += 5.0
            self._page.sheet.text(self._left + 4, self._y, f"{number}.  {head}", Ink(_BODY))
            page = str(self._known.get(head, ""))
            self._page.sheet.text(self._left + self._room - 4, self._y, page, Ink(_BODY), anchor="right baseline")
        self._y += 3.5
        self._page.sheet.box((self._left, top, self._left + self._room, self._y), face="#f2f4f6", order=5)
        self._y += 3

    def _put(self, block: Block, following: Sequence[Block]) -> None:
        match block:
            case Heading():
                self._heading(block, following)
            case Paragraph():
                colour = _SOFT if block.tone == "muted" else "#1a1d21"
                self._lines(block.text, Ink(_BODY, "bold" if block.tone == "strong" else "normal", colour=colour))
                self._y += 2
            case Bullets():
                self._bullets(block)
            case Facts():
                self._facts(block.rows)
            case Grid():
                self._grid(block)
            case Picture():
                self._picture(block)

    def _heading(self, heading: Heading, following: Sequence[Block]) -> None:
        size = _SIZES[heading.level]
        lines = wrapped(heading.text, self._room, size, weight="bold")
        # Never alone at the foot of a page.
        picture = following[0] if following and isinstance(following[0], Picture) else None
        self._need(len(lines) * line_mm(size) + (12 + picture.height if picture else 34))
        self._y += 7 if heading.level == 1 else 3.5
        if self._y <= self._page.inside[1] + 7.1:
            self._y = self._page.inside[1] + 1
        if heading.level == 1:
            self.heads[heading.text] = self._number
        self._lines(heading.text, Ink(size, "bold"))
        if heading.level == 1:
            y = self._y + 0.6
            self._page.sheet.line([(self._left, y), (self._left + self._room, y)], _DARK, 1.2)
            self._y += 3.0
        else:
            self._y += 0.8

    def _lines(self, text: str, ink: Ink, indent: float = 0.0) -> None:
        high = line_mm(ink.size) * 1.06
        for line in wrapped(text, self._room - indent, ink.size, weight=ink.weight):
            self._need(high)
            self._page.sheet.text(self._left + indent, self._y + high * 0.78, line, ink)
            self._y += high

    def _bullets(self, block: Bullets) -> None:
        for text, remark in block.entries:
            self._need(3 * line_mm(_BODY))
            self._page.sheet.text(self._left + 1.5, self._y + line_mm(_BODY) * 0.82, "•", Ink(_BODY, "bold"))
            self._lines(text, Ink(_BODY), indent=5)
            if remark:
                self._lines(remark, Ink(7.0, colour=_SOFT), indent=5)
            self._y += 1.4
        self._y += 1.0

    def _facts(self, rows: Sequence[tuple[str, str]]) -> None:
        name_room = min(62.0, max((width_mm(name, _BODY) for name, _ in rows), default=0.0) + 6)
        high = line_mm(_BODY) * 1.12
        for name, value in rows:
            names = wrapped(name, name_room - 3, _BODY)
            values = wrapped(value, self._room - name_room, _BODY, weight="bold")
            self._need(high * max(len(names), len(values)))
            for x, lines, ink in (
                (self._left, names, Ink(_BODY, colour=_SOFT)),
                (self._left + name_room, values, Ink(_BODY, "bold")),
            ):
                for place, line in enumerate(lines):
                    self._page.sheet.text(x, self._y + place * high + high * 0.78, line, ink)
            self._y += high * max(len(names), len(values)) + 0.5
        self._y += 2.5

    def _grid(self, grid: Grid) -> None:
        rows = [[_cell(one) for one in row] for row in grid.rows]
        if not rows:
            return

        first = True

        def next_page() -> tuple[Sheet, Box]:
            nonlocal first
            left, top, right, bottom = self._page.inside
            if first and self._y + 22 <= bottom:
                first = False
                return self._page.sheet, (left, self._y, right, bottom)
            first = False
            self._turn()
            return self._page.sheet, (left, top, right, bottom)

        writer = tables.TableWriter(next_page)
        writer.write_rows(tables.Table("", list(grid.heads), list(grid.shares), rows))
        self._y = writer.y + 1.5
        if grid.note:
            self._lines(grid.note, Ink(6.8, colour=_SOFT))
        self._y += 2.5

    def _picture(self, picture: Picture) -> None:
        told = wrapped(f"{picture.title} {picture.told}", self._room, 7.2)
        self._need(picture.height + len(told) * line_mm(7.2) + 4)
        box: Box = (self._left, self._y, self._left + self._room, self._y + picture.height)
        if not self._blank:
            picture.draw(self._page.sheet, box)
        self._y += picture.height + 1.5
        self._lines(picture.title, Ink(7.2, "bold"))
        self._lines(picture.told, Ink(7.2, colour=_SOFT))
        self._y += 4


def _cell(spans: Cell) -> tables.Cell:
    """Ratings stand on their shade: drawn behind the first text that has one."""
    parts = tuple((f" {span.text}" if span.tone in _FACES else span.text, _TONES[span.tone]) for span in spans)
    shaded = [(place, span) for place, span in enumerate(spans) if span.tone in _FACES]
    if not shaded:
        return tables.Cell(parts)
    return tables.Cell(parts, behind=[(place, _shade(span)) for place, span in shaded])


def _shade(span: Span) -> Callable[[Sheet, float, float, float, float], None]:
    def draw(sheet: Sheet, x: float, y: float, wide: float, high: float) -> None:
        sheet.box((x - 0.2, y, x + wide + 1.2, y + high), face=_FACES[span.tone], edge=_DARK, width=0.5, order=12)

    return draw
