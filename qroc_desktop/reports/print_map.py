"""The picture as PDF and as PNG, drawn with matplotlib and no Qt.

The PDF's first page is the map, with a closer one after it where most happens close together; tables of items and
logbook follow. Text is text in embedded fonts. Neither file
says anything of the machine or the person that made it.
"""

from __future__ import annotations

import dataclasses
import io
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, Literal

import matplotlib as mpl
import matplotlib.image
import msgspec
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_pdf import FigureCanvasPdf, PdfPages
from matplotlib.figure import Figure

from qroc_desktop.domain.instant import to_datetime
from qroc_desktop.reports.content import Content
from qroc_desktop.reports.legend import draw_rows, draw_scale, rows_of
from qroc_desktop.reports.lettering import Ink, Sheet, Unwritten, families, shortened, width_mm, wrapped
from qroc_desktop.reports.map_sheet import Drawn, MapSheet, Sources
from qroc_desktop.reports.placing import MapArea
from qroc_desktop.reports.projection import frame_around
from qroc_desktop.reports.space import Box
from qroc_desktop.reports.tables import Table, TableWriter, items_table, log_table
from qroc_desktop.translation import ntr, said, tr

Size = Literal["A4", "A3"]
Step = Callable[[], None]
PAPER_MM: Final[dict[Size, tuple[float, float]]] = {"A4": (297.0, 210.0), "A3": (420.0, 297.0)}
PNG_DPI: Final = 200
_IMAGE_DPI: Final = 300
_MARGIN: Final = 8.0
_TOP: Final = 26.0
_PANEL: Final = 62.0
_EXERCISE: Final = "#f5b800"
_DARK: Final = "#15191e"
# Settings of matplotlib are the process's: one briefing is drawn at a time.
_ONE_AT_A_TIME: Final = threading.Lock()
_SETTINGS: Final[Any] = {
    "text.parse_math": False,
    "text.usetex": False,
    "pdf.fonttype": 42,
    "pdf.compression": 6,
    "image.composite_image": False,
    "lines.scale_dashes": False,
    "path.simplify": True,
    "agg.path.chunksize": 20000,
}


def draw_png(content: Content, sources: Sources, *, size: Size = "A4", step: Step = lambda: None) -> bytes:
    """The map page as a PNG of 200 dots per inch; a legend that is too long goes on in pages below it."""
    with drawing():
        papers = _map_and_legend(content, sources, size, step)
        pictures = []
        for number, paper in enumerate(papers, start=1):
            paper.number(number, len(papers))
            canvas: Any = FigureCanvasAgg(paper.figure)
            paper.figure.set_dpi(PNG_DPI)
            canvas.draw()
            pictures.append(np.asarray(canvas.buffer_rgba()))
            step()
        buffer = io.BytesIO()
        told: Any = {"Title": content.headline, "Software": None}
        matplotlib.image.imsave(buffer, np.concatenate(pictures), format="png", dpi=PNG_DPI, metadata=told)
        return buffer.getvalue()


def draw_pdf(content: Content, sources: Sources, *, size: Size = "A4", step: Step = lambda: None) -> bytes:
    """Map, legend, items and logbook as PDF."""
    with drawing():
        papers = _map_and_legend(content, sources, size, step)
        core = content.core()
        if core is not None:
            papers.append(_Paper(content, size, tr("Detail")))
            _map_page(papers[-1], dataclasses.replace(content, asked=core), sources, step)
        tables = [items_table(content, sources), log_table(content)]
        tables = [table for table in tables if table.rows]
        pages = len(papers) + _pages_of(tables, papers[0])
        buffer = io.BytesIO()
        with PdfPages(buffer, metadata=_information(content)) as pdf:

            def save(paper: _Paper) -> None:
                # One by one: thousands of rows are hundreds of pages, which together are too much for the memory.
                paper.number(pdf.get_pagecount() + 1, pages)
                FigureCanvasPdf(paper.figure)
                pdf.savefig(paper.figure, dpi=_IMAGE_DPI)
                step()

            def next_page() -> tuple[Sheet, Box]:
                save(papers.pop())
                papers.append(_Paper(content, size))
                return papers[-1].sheet, papers[-1].inside

            for paper in papers[:-1]:
                save(paper)
            del papers[:-1]
            if tables:
                _write(tables, next_page)
            save(papers.pop())
        return buffer.getvalue()


def _information(content: Content) -> dict[str, Any]:
    return {
        "Title": content.headline,
        "Author": content.identity.centre,
        "Subject": content.marking,
        "Creator": "QROC Desktop",
        "Producer": None,
        "CreationDate": to_datetime(content.made_at),
    }


def _write(tables: Sequence[Table], next_page: Callable[[], tuple[Sheet, Box]]) -> None:
    writer = TableWriter(next_page)
    for table in tables:
        writer.write(table)


def _pages_of(tables: Sequence[Table], paper: _Paper) -> int:
    """How many pages the tables take: laid out once without being drawn, for every page says how many there are."""
    count = 0
    blank = Unwritten(paper.figure, paper.sheet.width, paper.sheet.height)

    def next_page() -> tuple[Sheet, Box]:
        nonlocal count
        count += 1
        return blank, paper.inside

    if tables:
        _write(tables, next_page)
    return count


@contextmanager
def drawing() -> Iterator[None]:
    """Settings of matplotlib for paper; one drawing at a time, for they are the process's."""
    with _ONE_AT_A_TIME, mpl.rc_context({**_SETTINGS, "font.family": list(families())}):
        yield


def _map_and_legend(content: Content, sources: Sources, size: Size, step: Step) -> list[_Paper]:
    """The map, and as many further pages as its legend needs: no row of it is dropped."""
    papers = [_Paper(content, size)]
    _, rest = _map_page(papers[0], content, sources, step)
    while rest:
        papers.append(_Paper(content, size, tr("Legend")))
        rest = draw_rows(papers[-1].sheet, papers[-1].inside, rest)
    return papers


class _Paper:
    """A page with its marking, heads and foot; `inside` is what is free for its content."""

    def __init__(self, content: Content, size: Size, part: str = "") -> None:
        width, height = PAPER_MM[size]
        self.figure = Figure(figsize=(width / 25.4, height / 25.4), facecolor="white")
        self.sheet = Sheet(self.figure, width, height)
        self.inside: Box = (_MARGIN, _TOP, width - _MARGIN, height - 15.0)
        self._content = content
        self._title = f"{content.headline} – {part}" if part else content.headline
        self._strips()
        self._head()

    def number(self, page: int, pages: int) -> None:
        """The page's number, once it is known how many there are."""
        text = tr("Page {page} of {pages}", page=page, pages=pages)
        x, y = self.sheet.width - _MARGIN, self.sheet.height - 11.0
        self.sheet.text(x, y, text, Ink(6.2, colour="#39424c"), anchor="right baseline")

    def _strips(self) -> None:
        """The marking at the top and at the bottom; an exercise says so in both, whatever the marking."""
        for top in (2.5, self.sheet.height - 8.0):
            self._strip(top)

    def _strip(self, top: float) -> None:
        sheet, content = self.sheet, self._content
        left, right, bottom = _MARGIN, sheet.width - _MARGIN, top + 5.4
        sheet.box((left, top, right, bottom), face=_DARK, order=10)
        room = right - left - 4
        if content.exercise:
            word = tr("EXERCISE")
            wide = width_mm(word, 8.6, "bold") + 6
            for x in (left, right - wide):
                sheet.box((x, top, x + wide, bottom), face=_EXERCISE, order=11)
                sheet.text(x + wide / 2, top + 3.9, word, Ink(8.6, "bold"), anchor="center baseline")
            room -= 2 * wide
        ink = Ink(8.6, "bold", colour="#ffffff")
        text = content.marking
        if width_mm(text, ink.size, "bold") > room:
            ink = msgspec.structs.replace(ink, size=6.0)
        sheet.text((left + right) / 2, top + 3.9, text, ink, anchor="center baseline")

    def _head(self) -> None:
        sheet, content = self.sheet, self._content
        right = sheet.width - _MARGIN
        true_at, true_utc = content.clock(content.moment.valid)
        times = [(tr("True at"), f"{true_at}   {true_utc}", Ink(8.2, "bold"))]
        if content.past_knowledge:
            known, known_utc = content.clock(content.moment.known)
            times.append((tr("As known at"), f"{known}   {known_utc}", Ink(7.0)))
        made, made_utc = content.clock(content.made_at)
        times.append((tr("Made"), f"{made}   {made_utc}", Ink(6.2, colour="#4a5a69")))
        widest = 0.0
        for place, (name, text, ink) in enumerate(times):
            y = 13.4 + place * 4.2
            wide = width_mm(text, ink.size, ink.weight)
            # In the order of reading, for those who have it read to them.
            sheet.text(right - wide - 2, y, name, Ink(6.2, colour="#4a5a69"), anchor="right baseline")
            sheet.text(right, y, text, ink, anchor="right baseline")
            widest = max(widest, wide + 2 + width_mm(name, 6.2))
        room = right - _MARGIN - widest - 8
        for place, line in enumerate(wrapped(self._title, room, 14, weight="bold", most=1)):
            sheet.text(_MARGIN, 15.0 + place * 6, line, Ink(14, "bold"))
        centre = f"{content.identity.centre}  ·  {content.identity.country}"
        sheet.text(_MARGIN, 20.4, shortened(centre, room, 8.2), Ink(8.2, colour="#39424c"))
        sheet.line([(_MARGIN, 22.8), (right, 22.8)], _DARK, 0.8)


def _map_page(paper: _Paper, content: Content, sources: Sources, step: Step) -> tuple[Drawn, list[Any]]:
    """Draw map and panel; returns what was drawn and the rows of the legend that did not fit."""
    left, top, right, bottom = paper.inside
    box: Box = (left + 3.5, top + 2.2, right - _PANEL - 6.5, bottom - 4.5)
    frame = frame_around(content.bounds, box[2] - box[0], box[3] - box[1])
    drawn = MapSheet(paper.sheet, MapArea(frame, box), content, sources, step).draw()
    x = right - _PANEL
    y = draw_scale(paper.sheet, x, top, frame, _PANEL)
    notes = _notes(content, drawn, sources)
    foot = bottom - 3.0 * len(notes)
    for place, line in enumerate(notes):
        paper.sheet.text(x, foot + 3.0 * (place + 0.8), line, Ink(5.4, slant="italic", colour="#39424c"))
    rest = draw_rows(paper.sheet, (x, y + 2.0, right, foot - 1.5), rows_of(drawn, sources.symbols, sources.kinds))
    _attribute(paper, drawn.attributions)
    return drawn, rest


def _notes(content: Content, drawn: Drawn, sources: Sources) -> list[str]:
    notes = []
    if sources.imagery and sources.imagery.note:
        notes.append(said(sources.imagery.note))
    if drawn.off_map:
        notes.append(ntr("{count} item lies outside this map.", "{count} items lie outside this map.", drawn.off_map))
    without = sum(1 for item in content.items if item.shape is None)
    if without:
        notes.append(ntr("{count} item has no place.", "{count} items have no place.", without))
    if content.hidden:
        notes.append(tr("Layers not shown: {names}", names=", ".join(content.hidden)))
    return [line for note in notes for line in wrapped(note, _PANEL, 5.4, most=3)]


def _attribute(paper: _Paper, attributions: list[str]) -> None:
    if not attributions:
        return
    text = tr("Base map: {sources}", sources="; ".join(attributions))
    room = paper.sheet.width - 2 * _MARGIN - 30
    for place, line in enumerate(wrapped(text, room, 5.0, most=2)):
        paper.sheet.text(_MARGIN, paper.sheet.height - 12.2 + place * 2.3, line, Ink(5.0, colour="#4a5a69"))
