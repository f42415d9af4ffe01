"""PDF and PNG of a picture, read back."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import matplotlib.image
import numpy as np
import pypdf
import pytest
from matplotlib.figure import Figure

from qroc_desktop.domain.aspects import Marking
from qroc_desktop.domain.instant import Instant, seconds
from qroc_desktop.domain.shape import point
from qroc_desktop.domain.state import Item
from qroc_desktop.domain.vocabulary import ItemType, Tlp, WorkspaceKind
from qroc_desktop.reports import print_map
from qroc_desktop.reports.content import Content
from qroc_desktop.reports.legend import rows_of, said_symbol
from qroc_desktop.reports.lettering import Sheet
from qroc_desktop.reports.map_sheet import MapSheet, Sources
from qroc_desktop.reports.placing import MapArea
from qroc_desktop.reports.projection import frame_around
from tests.reports.conftest import FORMULA, GREEK, LONG, MARKUP, NOW, hard_items, item

Make = Callable[..., Content]


def read(data: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(data))


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def texts(data: bytes) -> list[str]:
    return [squeezed(page.extract_text()) for page in read(data).pages]


def test_every_page_of_the_pdf_carries_marking_title_centre_and_times(make_content: Make, sources: Sources) -> None:
    pages = texts(print_map.draw_pdf(make_content(title="Lage Süd"), sources))
    assert len(pages) >= 3
    for number, page in enumerate(pages, start=1):
        assert page.count(squeezed("TLP:AMBER  ·  Handling H1")) == 2
        assert "LageSüd" in page
        assert "LeitstelleSüd·LI" in page
        assert squeezed("1 Mar 2026, 14:05 (UTC+1)") in page
        assert "13:05UTC" in page
        assert f"Page{number}of{len(pages)}" in page
        assert "EXERCISE" not in page


def test_texts_from_outside_stand_in_the_pdf_as_they_are(make_content: Make, sources: Sources) -> None:
    whole = "".join(texts(print_map.draw_pdf(make_content(), sources)))
    for text in (MARKUP, FORMULA, LONG, GREEK, f"{MARKUP} decided"):
        assert squeezed(text) in whole
    assert "invoice\ufffdgpj.exe" in whole


def test_an_exercise_says_so_on_every_page_twice_at_the_top_and_at_the_bottom(
    make_content: Make, sources: Sources
) -> None:
    for page in texts(print_map.draw_pdf(make_content(kind=WorkspaceKind.EXERCISE), sources)):
        assert page.count("EXERCISE") == 4


def test_what_was_known_when_is_said(make_content: Make, sources: Sources) -> None:
    known = Instant(NOW - seconds(300))
    page = texts(print_map.draw_pdf(make_content(known=known), sources))[0]
    assert "Asknownat" in page
    assert squeezed("1 Mar 2026, 14:00 (UTC+1)") in page


def test_the_strictest_tlp_of_what_is_shown_marks_the_whole(make_content: Make) -> None:
    red = item("red", point(9.5, 47.1), marking=Marking(tlp=Tlp.RED))
    clear = item("clear", point(9.5, 47.1), marking=Marking(tlp=Tlp.CLEAR))
    assert make_content([red, clear]).marking == "TLP:RED  ·  Handling H1"
    assert make_content([clear]).marking == "TLP:AMBER  ·  Handling H1"


def test_fonts_are_embedded_and_nothing_is_said_of_this_machine(make_content: Make, sources: Sources) -> None:
    data = print_map.draw_pdf(make_content(title="Lage"), sources)
    reader = read(data)
    fonts: dict[str, Any] = {}
    for page in reader.pages:
        resources: Any = page["/Resources"].get_object()
        fonts.update(resources["/Font"])
    assert fonts
    for reference in fonts.values():
        font = reference.get_object()
        holder = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
        descriptor = holder["/FontDescriptor"].get_object()
        assert "/FontFile2" in descriptor or "/FontFile3" in descriptor
    assert reader.metadata is not None
    assert reader.metadata.title == "Lage"
    assert reader.metadata.author == "Leitstelle Süd"
    assert reader.metadata.producer is None
    assert not re.search(rb"/home|/root|/tmp|matplotlib", data)


@pytest.mark.parametrize(("paper", "width", "height"), [("A4", 297, 210), ("A3", 420, 297)])
def test_paper_and_picture_have_their_size(
    make_content: Make, sources: Sources, paper: print_map.Size, width: float, height: float
) -> None:
    box = read(print_map.draw_pdf(make_content(), sources, size=paper)).pages[0].mediabox
    assert (float(box.width), float(box.height)) == pytest.approx((width / 25.4 * 72, height / 25.4 * 72), abs=0.5)
    pixels = matplotlib.image.imread(io.BytesIO(print_map.draw_png(make_content(), sources, size=paper)), format="png")
    assert pixels.shape[:2] == (int(height / 25.4 * 200), int(width / 25.4 * 200))


def test_the_picture_is_not_blank_and_shows_land_symbols_and_strips(make_content: Make, sources: Sources) -> None:
    pixels = matplotlib.image.imread(io.BytesIO(print_map.draw_png(make_content(), sources)), format="png")
    colours = {tuple(round(float(part) * 255) for part in colour) for colour in pixels[::3, ::3, :3].reshape(-1, 3)}
    assert (0x15, 0x19, 0x1E) in colours, "the marking's strip"
    assert (0xF4, 0xF3, 0xEF) in colours, "the style's land"
    assert (0xD4, 0x00, 0x00) in colours, "the badge of a flash"
    assert len(colours) > 500


def drawn_rows(content: Content, sources: Sources) -> tuple[list[str], list[Item]]:
    figure = Figure(figsize=(297 / 25.4, 210 / 25.4))
    box = (12.0, 28.0, 220.0, 190.0)
    area = MapArea(frame_around(content.bounds, box[2] - box[0], box[3] - box[1]), box)
    drawn = MapSheet(Sheet(figure, 297, 210), area, content, sources, lambda: None).draw()
    return [row.text for row in rows_of(drawn, sources.symbols, sources.kinds)], list(content.items)


def test_the_legend_names_every_sign_on_the_map(make_content: Make, sources: Sources) -> None:
    rows, items = drawn_rows(make_content(), sources)
    for one in items:
        if one.shape is None:
            continue
        name = sources.kinds.kind_of(one.nature).name
        sidc = sources.kinds.symbol_for(one.nature)
        area = one.nature.type in (ItemType.AREA, ItemType.LINE)
        assert (name if area else said_symbol(name, sidc)) in rows
    for word in ("Flash", "Immediate", "Priority"):
        assert word in rows
    assert any("out of date" in row for row in rows)
    assert any("assessment" in row for row in rows)


def test_a_legend_that_is_too_long_goes_on_on_the_next_page(make_content: Make, sources: Sources) -> None:
    kinds = [kind for kind in sources.kinds if kind.type is ItemType.INCIDENT]
    many = [
        item(f"n{number}", point(9.4 + number % 15 * 0.02, 47.0 + number // 15 * 0.02), kind=kind.code)
        for number, kind in enumerate(kinds)
    ]
    assert len(many) > 100
    pages = texts(print_map.draw_pdf(make_content(many), sources))
    legend = "".join(pages[:2])
    shown = {kinds_name for one in many if (kinds_name := sources.kinds.kind_of(one.nature).name)}
    assert all(squeezed(name) in legend for name in shown)


def test_a_png_holds_the_whole_legend_in_pages_below_the_map(
    make_content: Make, sources: Sources, monkeypatch: pytest.MonkeyPatch
) -> None:
    kinds = [kind for kind in sources.kinds if kind.type in (ItemType.INCIDENT, ItemType.FACILITY)]
    many = [
        item(f"n{number}", point(9.0 + number % 20 * 0.05, 47.0 + number // 20 * 0.05), kind=kind.code, type=kind.type)
        for number, kind in enumerate(kinds)
    ]
    assert len(many) > 150
    written: list[str] = []
    write = Sheet.text

    def note(self: Sheet, x: float, y: float, text: str, *more: Any, **options: Any) -> None:
        written.append(text)
        write(self, x, y, text, *more, **options)

    monkeypatch.setattr(Sheet, "text", note)
    pixels = matplotlib.image.imread(io.BytesIO(print_map.draw_png(make_content(many), sources)), format="png")
    assert pixels.shape[:2] == (2 * int(210 / 25.4 * 200), int(297 / 25.4 * 200))
    assert {"Page 1 of 2", "Page 2 of 2"} <= set(written)
    words = squeezed("".join(written))
    assert all(squeezed(sources.kinds.kind_of(one.nature).name) in words for one in many)
    # Both pages carry the marking.
    assert sum("TLP:AMBER" in text for text in written) == 4


def test_the_pdf_lists_every_item_however_many(make_content: Make, sources: Sources) -> None:
    many = [item(f"nr{number}x", point(9.0 + number % 30 * 0.01, 47.0)) for number in range(1200)]
    pages = texts(print_map.draw_pdf(make_content(many), sources))
    whole = "".join(pages)
    assert all(f"nr{number}x" in whole for number in range(1200))
    assert f"Page{len(pages)}of{len(pages)}" in pages[-1]


def test_the_map_of_the_antimeridian_shows_both_sides(make_content: Make, sources: Sources) -> None:
    both = [item("east", point(179.5, -17.0)), item("west", point(-179.5, -17.5))]
    content = make_content(both)
    assert content.bounds == (179.5, -17.5, -179.5, -17.0)
    page = texts(print_map.draw_pdf(content, sources))[0]
    assert "liesoutside" not in page
    assert "180°" in page


def test_a_picture_without_items_is_a_map_of_europe(make_content: Make, sources: Sources) -> None:
    pages = texts(print_map.draw_pdf(make_content([]), sources))
    assert "FRANCE" in pages[0].upper()


def test_very_many_items_are_told_as_crowds(make_content: Make, sources: Sources) -> None:
    many = [item(f"n{number}", point(9.0 + number % 30 * 0.01, 47.0 + number // 30 * 0.01)) for number in range(700)]
    rows, _ = drawn_rows(make_content(many), sources)
    assert "so many items close together" in rows


def test_items_beyond_the_map_are_counted(make_content: Make, sources: Sources) -> None:
    page = texts(print_map.draw_pdf(make_content(asked=(9.0, 47.0, 9.2, 47.05)), sources))[0]
    located = sum(1 for one in hard_items() if one.shape)
    assert f"{located}itemslieoutsidethismap." in page
    assert "1itemhasnoplace." in page


def test_a_moved_symbol_is_led_back_to_its_place(make_content: Make, sources: Sources) -> None:
    crowd = [item(f"n{number}", point(9.52, 47.14)) for number in range(6)]
    rows, _ = drawn_rows(make_content(crowd), sources)
    assert any("moved aside" in row for row in rows)


def test_the_step_that_raises_stops_the_drawing(make_content: Make, sources: Sources) -> None:
    class Stopped(Exception):
        pass

    def stop() -> None:
        raise Stopped

    with pytest.raises(Stopped):
        print_map.draw_pdf(make_content(), sources, step=stop)
    assert np.frombuffer(print_map.draw_png(make_content(), sources)[:8], np.uint8)[1] == ord("P")


def test_a_closer_map_follows_where_most_happens_close_together(make_content: Make, sources: Sources) -> None:
    close = [item(f"near {number}", point(9.5 + number * 0.002, 47.1 + number * 0.001)) for number in range(10)]
    content = make_content([*close, item("far", point(11.5, 48.0))])
    core = content.core()
    assert core is not None
    assert core[2] - core[0] < 0.05
    pages = texts(print_map.draw_pdf(content, sources))
    assert "Situationpicture–Detail" in pages[1]
    assert "1itemliesoutsidethismap." in pages[1]
    assert make_content(close).core() is None
    assert make_content([*close, item("far", point(11.5, 48.0))], asked=(9, 47, 10, 48)).core() is None
