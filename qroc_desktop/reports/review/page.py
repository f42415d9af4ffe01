"""A report as one HTML file that opens offline, runs no script and asks for nothing. It prints on A4 by itself."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Sequence
from typing import Final

import lxml.html
from lxml.html import HtmlElement

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
)
from qroc_desktop.reports.review.raster import picture_png
from qroc_desktop.reports.review.svg import SvgSheet
from qroc_desktop.translation import language, tr

WIDTH: Final = 174.0
"""Millimetres of the text, and so of a figure."""
Step = Callable[[], None]


def draw_page(report: Report, style: str, *, step: Step = lambda: None) -> bytes:
    """The page as UTF-8. `style`: the style sheet, which its policy names by hash."""
    style = style.replace("\r\n", "\n")
    root = lxml.html.Element("html", lang=language().replace("_", "-"))
    root.append(_head(report, style))
    body = _add(root, "body")
    for place in ("top", "bottom"):
        body.append(_strip(report, place))
    # A table repeats head and foot on every page that is printed: they keep free what the strips cover.
    frame = _add(body, "table", "frame", role="presentation")
    _add(_add(_add(frame, "thead"), "tr"), "td", "keep")
    _add(_add(_add(frame, "tfoot"), "tr"), "td", "keep")
    main = _add(_add(_add(_add(frame, "tbody"), "tr"), "td"), "main")
    _title(main, report)
    _contents(main, report.blocks)
    for number, block in enumerate(report.blocks):
        _put(main, block, number)
        step()
    _add(main, "p", "made").text = _clean(report.made)
    written: bytes = lxml.html.tostring(root, encoding="utf-8")
    return b"<!DOCTYPE html>\n" + written


def policy(style: str) -> str:
    """The policy of a page with that style sheet."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"


def _head(report: Report, style: str) -> HtmlElement:
    head = lxml.html.Element("head")
    _add(head, "meta", charset="utf-8")
    _add(head, "meta", attributes={"http-equiv": "Content-Security-Policy", "content": policy(style)})
    _add(head, "meta", name="viewport", content="width=device-width, initial-scale=1")
    _add(head, "meta", name="referrer", content="no-referrer")
    _add(head, "title").text = _clean(f"{report.title} - {report.subtitle}")
    _add(head, "style").text = style
    return head


def _strip(report: Report, place: str) -> HtmlElement:
    strip = lxml.html.Element("div", attrib={"class": f"strip {place}"})
    word = tr("EXERCISE")
    if report.exercise:
        _add(strip, "b").text = word
    _add(strip, "span").text = _clean(report.marking or report.title)
    if report.exercise:
        _add(strip, "b").text = word
    return strip


def _title(main: HtmlElement, report: Report) -> None:
    if report.exercise:
        _add(main, "p", "kicker").text = tr("EXERCISE EXERCISE EXERCISE")
    _add(main, "h1").text = _clean(report.title)
    _add(main, "p", "subtitle").text = _clean(report.subtitle)
    if report.about:
        _add(main, "p").text = _clean(report.about)
    _facts(main, report.facts, "facts title")


def _contents(main: HtmlElement, blocks: Sequence[Block]) -> None:
    heads = [(n, block) for n, block in enumerate(blocks) if isinstance(block, Heading) and block.level == 1]
    if len(heads) < 2:
        return
    box = _add(main, "nav", attributes={"aria-label": tr("Contents")})
    _add(box, "p", "contents").text = tr("Contents")
    entries = _add(box, "ol")
    for number, head in heads:
        _add(_add(entries, "li"), "a", href=f"#part-{number}").text = _clean(head.text)


def _put(main: HtmlElement, block: Block, number: int) -> None:
    match block:
        case Heading():
            made = _add(main, f"h{block.level + 1}", id=f"part-{number}")
            made.text = _clean(block.text)
        case Paragraph():
            _add(main, "p", block.tone).text = _clean(block.text)
        case Bullets():
            listed = _add(main, "ul")
            for text, remark in block.entries:
                entry = _add(listed, "li")
                entry.text = _clean(text)
                if remark:
                    _add(entry, "div", "muted").text = _clean(remark)
        case Facts():
            _facts(main, block.rows, "facts")
        case Grid():
            _grid(main, block)
        case Picture():
            _picture(main, block)


def _facts(main: HtmlElement, rows: Sequence[tuple[str, str]], kind: str) -> None:
    table = _add(main, "table", kind)
    for name, value in rows:
        row = _add(table, "tr")
        _add(row, "th", scope="row").text = _clean(name)
        _add(row, "td").text = _clean(value)


def _grid(main: HtmlElement, grid: Grid) -> None:
    table = _add(main, "table", "grid", attributes={"aria-label": _clean(grid.name)})
    shares = _add(table, "colgroup")
    for share in grid.shares:
        _add(shares, "col", width=f"{share / sum(grid.shares):.1%}")
    heads = _add(_add(table, "thead"), "tr")
    for head in grid.heads:
        _add(heads, "th", scope="col").text = _clean(head)
    body = _add(table, "tbody")
    for cells in grid.rows:
        row = _add(body, "tr")
        if len(cells) == 1:
            _fill(_add(row, "th", "group", colspan=str(len(grid.heads)), scope="rowgroup"), cells[0])
            continue
        for cell in cells:
            _fill(_add(row, "td"), cell)
    if grid.note:
        _add(main, "p", "note").text = _clean(grid.note)


def _fill(target: HtmlElement, cell: Cell) -> None:
    for span in cell:
        _add(target, "div", span.tone).text = _clean(span.text)


def _picture(main: HtmlElement, picture: Picture) -> None:
    figure = _add(main, "figure")
    if picture.raster:
        data = base64.b64encode(picture_png(picture, WIDTH)).decode("ascii")
        _add(figure, "img", src=f"data:image/png;base64,{data}", alt=_clean(picture.told))
    else:
        sheet = SvgSheet(WIDTH, picture.height, picture.title, picture.told)
        picture.draw(sheet, (0.5, 0.5, WIDTH - 0.5, picture.height - 0.5))
        figure.append(sheet.element())
    caption = _add(figure, "figcaption")
    _add(caption, "b").text = _clean(picture.title)
    caption[-1].tail = " " + _clean(picture.told)


def _add(
    parent: HtmlElement, tag: str, kind: str = "", attributes: dict[str, str] | None = None, **more: str
) -> HtmlElement:
    made = lxml.html.Element(tag, attrib={**(attributes or {}), **more})
    if kind:
        made.set("class", kind)
    parent.append(made)
    return made


def _clean(text: str) -> str:
    """Without what cannot stand in a document."""
    return "".join(
        c for c in text if (c >= " " or c in "\t\n") and not "\ud800" <= c <= "\udfff" and c not in "\ufffe\uffff"
    )
