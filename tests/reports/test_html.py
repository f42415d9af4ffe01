"""The briefing as one HTML file, taken apart."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

import lxml.html
import pytest
from pmtiles.reader import MemorySource, Reader

from qroc_desktop.domain.shape import point
from qroc_desktop.domain.vocabulary import WorkspaceKind
from qroc_desktop.paths import program_files
from qroc_desktop.reports.content import Content
from qroc_desktop.reports.extract import cut
from qroc_desktop.reports.html import draw_html
from qroc_desktop.reports.map_sheet import Sources
from tests.reports.conftest import ENDING, FORMULA, GREEK, MARKUP, item

Make = Callable[..., Content]
ELEMENTS = {"html", "head", "meta", "title", "style", "body", "div", "script"}


@pytest.fixture
def html(make_content: Make, sources: Sources) -> str:
    return draw_html(make_content(title=MARKUP), sources, program_files()).decode("utf-8")


def block(page: Any, name: str) -> Any:
    return json.loads(page.get_element_by_id(name).text)


def opened(data: bytes) -> Any:
    make: Any = Reader
    source: Any = MemorySource
    return make(source(data))


def test_texts_from_outside_are_data_and_make_no_element(html: str) -> None:
    page = lxml.html.document_fromstring(html)
    assert {str(element.tag) for element in page.iter()} == ELEMENTS
    assert MARKUP not in html
    data = block(page, "briefing-data")
    assert data["title"] == MARKUP
    titles = {item["title"] for item in data["items"]}
    assert {MARKUP, FORMULA, GREEK} <= titles
    assert ENDING in {item["description"] for item in data["items"]}
    assert str(page.findtext(".//title")).startswith(MARKUP)


@pytest.mark.parametrize(
    "text",
    [
        "{{ 7 * 7 }}",
        "{{{7*7}}}",
        "{% for x in y %}",
        "{# gone #}",
        "{{ ''.__class__.__mro__ }}",
        "a{",
        "{",
        "\\{{x}}",
        "{}{{}}",
    ],
)
def test_no_text_is_taken_for_a_template(text: str, make_content: Make, sources: Sources) -> None:
    content = make_content([item(text, point(9.5, 47.1))], title=text)
    page = lxml.html.document_fromstring(draw_html(content, sources, program_files()).decode())
    data = block(page, "briefing-data")
    assert (data["title"], data["items"][0]["title"]) == (text, text)


def test_nothing_in_the_file_leads_out_of_it(html: str) -> None:
    page = lxml.html.document_fromstring(html)
    for element in page.iter():
        assert not {"src", "href", "srcset", "action", "data"} & set(element.attrib)
    styles = "\n".join(style.text or "" for style in page.iter("style"))
    assert "url(" not in styles
    assert "@import" not in styles
    assert "sourceMappingURL" not in html


def test_the_policy_names_every_script_and_style_by_its_hash_and_nothing_else(html: str) -> None:
    page = lxml.html.document_fromstring(html)
    (meta,) = (meta for meta in page.iter("meta") if meta.get("http-equiv") == "Content-Security-Policy")
    rules = dict(rule.strip().split(" ", 1) for rule in str(meta.get("content")).split(";"))
    assert rules["default-src"] == "'none'"
    assert "connect-src" not in rules
    for tag, rule in (("script", "script-src"), ("style", "style-src")):
        texts = re.findall(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        hashes = {f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in texts}
        assert texts
        assert hashes == set(rules[rule].split())
    runnable = [script for script in page.iter("script") if script.get("type") != "application/json"]
    assert len(runnable) == html.count("<script>")


def test_the_file_is_small_enough_to_be_sent(html: str) -> None:
    assert len(html.encode()) < 6_000_000


def test_the_legend_and_the_symbols_cover_every_item(html: str, sources: Sources, make_content: Make) -> None:
    data = block(lxml.html.document_fromstring(html), "briefing-data")
    named = {row["text"] for part in data["legend"] for row in part["rows"]}
    for shown, (_, one) in zip(data["items"], make_content().numbered, strict=True):
        assert not shown["symbol"] or shown["symbol"] in data["symbols"]
        name = sources.kinds.kind_of(one.nature).name
        assert one.shape is None or any(text.startswith(name) for text in named)
    for symbol in data["symbols"].values():
        assert symbol["uri"].startswith("data:image/svg+xml;base64,")
        assert b"<script" not in base64.b64decode(symbol["uri"].partition(",")[2])


def test_an_exercise_and_the_marking_are_told(make_content: Make, sources: Sources) -> None:
    page = draw_html(make_content(kind=WorkspaceKind.EXERCISE), sources, program_files()).decode()
    data = block(lxml.html.document_fromstring(page), "briefing-data")
    assert data["exercise"] is True
    assert data["marking"] == "TLP:AMBER  ·  Handling H1"
    assert data["times"][0][1:] == ["1 Mar 2026, 14:05 (UTC+1)", "13:05 UTC"]


def test_the_piece_of_the_base_map_holds_the_same_tiles(sources: Sources, html: str) -> None:
    base = block(lxml.html.document_fromstring(html), "briefing-base")
    assert {entry["streets"] for entry in base["archives"]} == {False, True}
    assert "OpenStreetMap" in base["attribution"]
    world = next(archive for archive in sources.archives if not archive.detailed)
    piece = next(entry for entry in base["archives"] if not entry["streets"])
    reader = opened(base64.b64decode(piece["bytes"]))
    header = reader.header()
    assert header["max_zoom"] == piece["max_zoom"] >= 8
    # Vaduz: tile 9/269/179 by the usual formula (lon 9.52, lat 47.14).
    packed = reader.get(9, 269, 179)
    assert packed is not None
    assert gzip.decompress(packed) == world.tile(9, 269, 179)


def test_a_piece_stays_within_its_budget_and_begins_with_the_whole_world(sources: Sources) -> None:
    (piece,) = cut([archive for archive in sources.archives if not archive.detailed], (5.0, 50.0, 7.0, 51.0), 400_000)
    assert len(piece.data) < 500_000
    reader = opened(piece.data)
    assert reader.get(0, 0, 0)
    assert reader.get(2, 3, 1)
