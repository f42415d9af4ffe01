"""Secret plans on the real page: drawn apart from the picture, a leg from where somebody is, and nothing else told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from qroc_desktop.domain.shape import Shape
from qroc_desktop.mapview.messages import PlanLine, PlanMark, ToolChanged, ToolEnded
from tests.mapview.memory_picture import MemoryPicture, row
from tests.mapview.shown_map import ShownMap, shown_map

LINES = [
    PlanLine(points=[(7.0, 51.0), (10.0, 51.0)], state="draft"),
    PlanLine(points=[(7.0, 50.0), (10.0, 50.0)], state="waiting"),
    PlanLine(points=[(7.0, 49.0), (10.0, 49.0)], state="under-way"),
    PlanLine(points=[(11.0, 49.0)], state="draft", hide=True),
]
MARKS = [
    PlanMark(lon=10.0, lat=51.0, state="draft", text="<b>16:42</b>", strong=True),
    PlanMark(lon=9.5, lat=51.0, state="draft", text="16:40"),
]


@pytest.fixture
def shown(qtbot: QtBot) -> Iterator[ShownMap]:
    with shown_map(qtbot, MemoryPicture.of([row("a", 8, 51)])) as map_:
        yield map_


def show(shown: ShownMap, title: str = "Secret plan") -> None:
    shown.widget.set_plans(title, "Only this seat sees it.", LINES if title else [], MARKS if title else [])
    shown.until_js(f"document.querySelector('.qroc-plans').hidden === {'false' if title else 'true'}")
    shown.settled()


def ink(shown: ShownMap, lon: float, lat: float, width: int = 100, height: int = 12) -> int:
    """How many pixels of the plan's colour are near a place, in CSS pixels around it."""
    return shown.inked(lon, lat, "{ plan: qroc.marks.palette.plan }", width, height)["plan"]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_states_of_a_plan_differ_by_their_dashes(shown: ShownMap, theme: str) -> None:
    shown.widget.set_theme(theme)
    show(shown)
    draft, waiting, under_way = (ink(shown, 8.3, lat) for lat in (51.0, 50.0, 49.0))
    # Of a line 3.5 px wide 100 px hold some 350 pixels; dashes leave gaps.
    assert under_way > 250
    assert 120 < waiting < 0.9 * under_way
    assert 40 < draft < 0.85 * waiting
    assert ink(shown, 11.0, 49.0, 40, 40) > 40, "who waits hidden has a box around him"
    words = (
        "[...document.querySelectorAll('.qroc-plans-row:not([hidden]) .qroc-plans-words')].map((w) => w.textContent)"
    )
    assert shown.js(words) == ["being made", "waits for the director", "under way"]
    assert shown.js("document.querySelector('.qroc-plans-head').textContent") == "Secret plan"
    assert shown.js("document.querySelectorAll('b').length") == 0


def test_it_ends_and_leaves_nothing(shown: ShownMap) -> None:
    show(shown)
    assert ink(shown, 8.3, 49.0) > 0
    show(shown, "")
    assert ink(shown, 8.3, 49.0) == 0


def test_a_page_that_is_loaded_again_has_it_again(shown: ShownMap, qtbot: QtBot) -> None:
    show(shown)
    with qtbot.waitSignal(shown.widget.painted, timeout=60_000):
        shown.widget.reload()
    shown.until_js("document.querySelector('.qroc-plans')?.hidden === false")
    shown.settled()
    assert ink(shown, 8.3, 49.0) > 250


class Heard:
    """What the widget said of drawn shapes."""

    def __init__(self, shown: ShownMap) -> None:
        self.legs: list[Shape] = []
        self.items: list[Any] = []
        shown.widget.leg_drawn.connect(self.legs.append)
        shown.widget.drawn.connect(self.items.append)


def test_a_leg_begins_where_somebody_is_and_is_no_item(shown: ShownMap) -> None:
    heard = Heard(shown)
    start = (9.0, 50.0)
    shown.widget.start_leg(start)
    assert shown.until_said(ToolChanged).step == "next"
    first = shown.place(*start) + QPoint(60, 0)
    second = first + QPoint(0, 50)
    shown.click(first)
    shown.until(lambda: shown.of(ToolChanged)[-1].points == 2)
    shown.click(second)
    shown.until(lambda: shown.of(ToolChanged)[-1].points == 3)
    shown.key(Qt.Key.Key_Return)
    shown.until(lambda: bool(heard.legs))
    (leg,) = heard.legs
    places = list(leg.positions())
    assert tuple(places[0]) == start
    assert [tuple(place) for place in places[1:]] == [
        pytest.approx(shown.position(at), abs=0.01) for at in (first, second)
    ]
    assert heard.items == [], "items are made of what is drawn"
    assert shown.of(ToolEnded)[-1].finished


def test_its_start_is_not_taken_back_and_alone_it_is_no_leg(shown: ShownMap) -> None:
    heard = Heard(shown)
    shown.focus()
    shown.widget.start_leg((9.0, 50.0))
    shown.until_said(ToolChanged)
    shown.key(Qt.Key.Key_Backspace)
    shown.until_said(ToolChanged, 2)
    assert shown.of(ToolChanged)[-1].points == 1
    # The crosshair in the middle of the map gives the next place.
    shown.key(Qt.Key.Key_Return)
    shown.until(lambda: shown.of(ToolChanged)[-1].points == 2)
    shown.key(Qt.Key.Key_Return)
    shown.until(lambda: bool(heard.legs))
    assert list(heard.legs[0].positions())[1] == pytest.approx([10.0, 50.0], abs=0.01)
