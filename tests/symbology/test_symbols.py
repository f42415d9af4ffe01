from __future__ import annotations

import io
import struct
import threading
import zlib
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qroc_desktop.domain.aspects import Nature
from qroc_desktop.domain.standard_identity import sidc_with
from qroc_desktop.domain.vocabulary import Affiliation, ItemType, Priority
from qroc_desktop.errors import Damaged
from qroc_desktop.symbology import Kinds, Symbols
from qroc_desktop.symbology.symbols import LARGEST, UNKNOWN, data_uri

DEMONSTRATION = "10014000001201000000"
SVG = "{http://www.w3.org/2000/svg}"


def test_every_kind_has_a_symbol_of_its_own_in_every_affiliation(kinds: Kinds, symbols: Symbols) -> None:
    for kind in kinds:
        for affiliation in Affiliation:
            sidc = kinds.symbol_for(Nature(type=kind.type, kind=kind.code, affiliation=affiliation))
            assert symbols.known(sidc), (kind.code, sidc)
            assert len(ElementTree.fromstring(symbols.svg(sidc).svg)) > 1, kind.code


def test_affiliations_differ_in_outline_and_not_only_in_colour(symbols: Symbols) -> None:
    outlines = set()
    for affiliation in Affiliation:
        root = ElementTree.fromstring(symbols.svg(sidc_with(DEMONSTRATION, affiliation)).svg)
        frames = [p.get("d") for p in root.iter(f"{SVG}path")][1:2]
        dashed = any(p.get("stroke-dasharray") for p in root.iter(f"{SVG}path"))
        outlines.add((*frames, dashed))
    assert len(outlines) == len(Affiliation)


def test_a_white_line_lies_under_the_frame(symbols: Symbols) -> None:
    root = ElementTree.fromstring(symbols.svg(DEMONSTRATION).svg)
    under, frame = list(root.iter(f"{SVG}path"))[:2]
    assert (under.get("stroke"), frame.get("stroke")) == ("white", "black")
    assert float(under.get("stroke-width", "0")) > float(frame.get("stroke-width", "0"))


def test_size_is_in_pixels_and_scales(symbols: Symbols) -> None:
    small, large = symbols.svg(DEMONSTRATION, 20), symbols.svg(DEMONSTRATION, 60)
    assert large.width / small.width == pytest.approx(3, rel=0.02)
    root = ElementTree.fromstring(small.svg)
    assert float(root.get("width", "0")) == pytest.approx(small.width, abs=0.01)
    assert 0 < small.anchor_x < small.width
    assert 0 < small.anchor_y < small.height


@pytest.mark.parametrize("priority", [None, *Priority])
@pytest.mark.parametrize("sidc", [DEMONSTRATION, "10012500001303000000", "SFAPMFF--------"])
def test_centred_puts_the_anchor_in_the_middle(symbols: Symbols, sidc: str, priority: Priority | None) -> None:
    symbol = symbols.svg(sidc, 30, priority=priority, centred=True)
    assert symbol.anchor_x == pytest.approx(symbol.width / 2)
    assert symbol.anchor_y == pytest.approx(symbol.height / 2)


def test_badges_differ_in_outline(symbols: Symbols) -> None:
    drawings = {symbols.svg(DEMONSTRATION, priority=priority).svg for priority in Priority}
    assert len(drawings) == 4
    assert symbols.svg(DEMONSTRATION, priority=Priority.ROUTINE) == symbols.svg(DEMONSTRATION)


def test_the_same_code_gives_the_same_bytes_in_another_engine(kinds: Kinds, symbols: Symbols) -> None:
    other = Symbols(symbols._milsymbol, kinds.badges)
    try:
        for sidc in (DEMONSTRATION, "SFGPUCIM-------", UNKNOWN, ""):
            assert other.svg(sidc, 31, priority=Priority.FLASH) == symbols.svg(sidc, 31, priority=Priority.FLASH)
    finally:
        other.close()


HOSTILE = [
    "",
    "x",
    "<svg onload=alert(1)>",
    "'); throw new Error('",
    '"}); while(true){} //',
    "`${1}`",
    "__proto__",
    "constructor",
    "\u2028",
    "\ud800",
    "\x00",
    "1" * 100_000,
    "٠" * 20,
    "10034000001201000000\n",
]


@pytest.mark.parametrize("sidc", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_code_gives_the_question_mark(symbols: Symbols, sidc: str) -> None:
    assert symbols.svg(sidc) == symbols.svg(UNKNOWN)
    assert not symbols.known(sidc)
    ElementTree.fromstring(symbols.svg(sidc).svg)


@pytest.mark.parametrize(
    ("sidc", "drawn_as"),
    [
        ("10034000001201009900", "10034000001201000000"),
        ("10034000001299000000", "10034000001200000000"),
        ("10034000009999990000", "10034000000000000000"),
        ("99034000001201000000", "10034000001201000000"),
        ("SFGPUCIMZZ-----", "SFGPUCIM-------"),
        ("10999900000000000000", UNKNOWN),
    ],
)
def test_an_unknown_code_is_drawn_as_the_nearest_known(symbols: Symbols, sidc: str, drawn_as: str) -> None:
    assert symbols.svg(sidc) == symbols.svg(drawn_as)


@given(st.one_of(st.text(), st.from_regex(r"\A[0-9]{20}\Z"), st.from_regex(r"\A[A-Z*-]{15}\Z")))
def test_no_code_breaks_it(symbols: Symbols, sidc: str) -> None:
    symbol = symbols.svg(sidc)
    ElementTree.fromstring(symbol.svg)
    assert symbol.width > 0
    assert symbol.height > 0


@pytest.mark.parametrize("size", [float("nan"), float("inf"), -5, 0, 10**9])
def test_sizes_are_kept_within_reason(symbols: Symbols, size: float) -> None:
    symbol = symbols.svg(DEMONSTRATION, size)
    assert 0 < symbol.width < 3 * LARGEST


def test_png_is_square_and_not_blank(symbols: Symbols) -> None:
    data = symbols.png(DEMONSTRATION, 48, priority=Priority.FLASH)
    width, height = struct.unpack(">II", data[16:24])
    assert (width, height) == (48, 48)
    chunks = io.BytesIO(data[8:])
    packed = b""
    while header := chunks.read(8):
        length, name = struct.unpack(">I4s", header)
        body = chunks.read(length + 4)[:length]
        packed += body if name == b"IDAT" else b""
    assert len(set(zlib.decompress(packed))) > 20


def test_data_uri_holds_no_markup(symbols: Symbols) -> None:
    address = data_uri(symbols.svg(DEMONSTRATION))
    assert address.startswith("data:image/svg+xml;base64,")
    assert "<" not in address


def test_many_threads_at_once(symbols: Symbols) -> None:
    codes = [sidc_with(f"1001400000{entity}0000", a) for entity in ("110200", "120100", "140000") for a in Affiliation]
    expected = {code: symbols.svg(code, 33).svg for code in codes}
    fresh = Symbols(symbols._milsymbol)
    found: list[dict[str, str]] = []

    def draw() -> None:
        found.append({code: fresh.svg(code, 33).svg for code in codes})

    threads = [threading.Thread(target=draw) for _ in range(8)]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        fresh.close()
    assert found == [expected] * 8


def test_a_missing_library_is_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(Damaged) as caught:
        Symbols(tmp_path / "milsymbol.js").svg(DEMONSTRATION)
    assert "milsymbol.js" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_closing_is_not_the_end(kinds: Kinds, symbols: Symbols) -> None:
    own = Symbols(symbols._milsymbol, kinds.badges)
    first = own.svg(DEMONSTRATION, 17)
    own.close()
    own.close()
    assert own.svg(DEMONSTRATION, 18).width > first.width
    own.close()


def test_item_types_without_kind_have_a_symbol(kinds: Kinds, symbols: Symbols) -> None:
    for type_ in ItemType:
        assert symbols.known(kinds.symbol_for(Nature(type=type_)))
