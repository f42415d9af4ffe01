"""The comparison of received pictures on the real page: there when asked for, each fate with a shape of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from qroc_desktop.mapview.messages import CompareMark
from tests.mapview.memory_picture import MemoryPicture, row
from tests.mapview.shown_map import ShownMap, shown_map

MARKS = [
    CompareMark(fate="new", lon=8.0, lat=51.0, text="<b>new</b>"),
    CompareMark(fate="moved", lon=12.0, lat=51.0, was=(10.5, 50.3), text="moved"),
    CompareMark(fate="changed", lon=8.0, lat=49.0, text="changed"),
    CompareMark(fate="gone", lon=12.0, lat=49.0, text="gone"),
]
LEGEND = "[...document.querySelectorAll('.qroc-comparison-words')].map((words) => words.textContent)"


@pytest.fixture
def shown(qtbot: QtBot) -> Iterator[ShownMap]:
    picture = MemoryPicture.of([row(name, lon, lat) for name, lon, lat in (("a", 8, 51), ("b", 12, 51), ("c", 8, 49))])
    with shown_map(qtbot, picture) as map_:
        yield map_


def compared(shown: ShownMap, title: str = "Maastricht", marks: list[CompareMark] | None = None) -> None:
    shown.widget.set_comparison(title, MARKS if marks is None else marks)
    shown.until_js(f"document.querySelector('.qroc-comparison').hidden === {'false' if title else 'true'}")
    shown.settled()


def colours(shown: ShownMap, lon: float, lat: float) -> dict[str, int]:
    """How many pixels near a place have the colour of each fate."""
    return shown.inked(lon, lat, "qroc.marks.palette.fates", 72, 72)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_fate_is_marked_where_it_befell_and_told_in_the_legend(shown: ShownMap, theme: str) -> None:
    shown.widget.set_theme(theme)
    compared(shown)
    for mark in MARKS:
        inks = colours(shown, mark.lon, mark.lat)
        assert inks[mark.fate] > 60, (mark.fate, inks)
        assert sum(count for fate, count in inks.items() if fate != mark.fate) == 0
    assert colours(shown, 10.5, 50.3)["moved"] > 20, "the old place of what moved"
    assert shown.js(LEGEND) == ["1 new", "1 moved", "1 changed", "1 gone"]
    assert shown.js("document.querySelector('.qroc-comparison-head').textContent") == "Comparison"
    assert shown.js("document.querySelector('.qroc-comparison-detail').textContent") == "Maastricht"
    assert shown.js("document.querySelectorAll('b').length") == 0


def test_the_shapes_differ_without_their_colours(shown: ShownMap) -> None:
    """Drawn in one ink, no two fates leave the same pixels."""
    same = [CompareMark(fate=mark.fate, lon=10.0, lat=50.0, was=None) for mark in MARKS if mark.fate != "moved"]
    pictures = []
    for mark in [*same, CompareMark(fate="moved", lon=10.0, lat=50.0, was=(9.0, 49.5))]:
        compared(shown, marks=[mark])
        ink = "{new: '#000', moved: '#000', changed: '#000', gone: '#000'}"
        shown.run(f"(qroc.marks.palette = {{...qroc.marks.palette, fates: {ink}}}, qroc.marks.invalidate())")
        shown.settled()
        pictures.append(shown.js("qroc.marks.canvas.toDataURL()"))
    assert len(set(pictures)) == len(MARKS)


def test_without_a_comparison_nothing_of_it_is_left(shown: ShownMap) -> None:
    compared(shown)
    compared(shown, "", [])
    assert shown.js("qroc.marks.idle")
    assert shown.js("getComputedStyle(document.querySelector('.qroc-comparison')).display") == "none"


def test_a_page_that_is_loaded_again_has_it_still(shown: ShownMap) -> None:
    compared(shown)
    with shown.qtbot.waitSignal(shown.widget.ready, timeout=30_000):
        shown.widget.reload()
    shown.until_js("window.qroc && qroc.marks.comparison.length === 4")
    assert shown.js(LEGEND)[0] == "1 new"


def test_thousands_of_marks_are_drawn(shown: ShownMap, tmp_path: Path) -> None:
    many = [CompareMark(fate="new", lon=5 + (i % 100) / 10, lat=46 + (i // 100) / 10) for i in range(5000)]
    compared(shown, marks=many)
    assert shown.js(LEGEND)[0].endswith("new")
    file = tmp_path / "map.png"
    assert shown.widget.grab().save(str(file))
    assert not QImage(str(file)).isNull()
