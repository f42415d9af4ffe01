"""Belief beside truth on the real page: marks where they belong, words as text, and nothing left when it ends."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from qroc_desktop.mapview.messages import Belief
from tests.mapview.memory_picture import MemoryPicture, row
from tests.mapview.shown_map import ShownMap, shown_map

MARKS = [
    Belief(believed=(8.0, 49.5), truth=(12.0, 50.5), name="<b>off</b>", text="290 km"),
    Belief(believed=None, truth=(8.0, 51.5), name="unknown"),
    Belief(believed=(12.0, 49.0), truth=None, name="gone"),
]
NOTE = "document.querySelector('.qroc-beliefs')"


@pytest.fixture
def shown(qtbot: QtBot) -> Iterator[ShownMap]:
    with shown_map(qtbot, MemoryPicture.of([row("a", 12.0, 50.5)])) as map_:
        yield map_


def inked(shown: ShownMap, lon: float, lat: float) -> int:
    """Pixels of the marks' colour in 60 CSS pixels around a place."""
    return shown.inked(lon, lat, "{ belief: qroc.marks.palette.belief }", 60, 60)["belief"]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_marks_stand_at_belief_and_truth_and_go_with_the_title(shown: ShownMap, theme: str) -> None:
    shown.widget.set_theme(theme)
    shown.widget.set_beliefs("16:30: <i>Leitstelle</i>", MARKS)
    shown.until_js(f"{NOTE}.hidden === false")
    shown.settled()
    for lon, lat in ((8.0, 49.5), (12.0, 50.5), (8.0, 51.5), (12.0, 49.0)):
        assert inked(shown, lon, lat) > 40, (lon, lat)
    assert inked(shown, 10.0, 50.01) > 5, "a dashed way leads from one to the other"
    assert inked(shown, 10.0, 48.8) == 0
    assert shown.js(f"{NOTE}.textContent") == "16:30: <i>Leitstelle</i>"
    assert shown.js(f"{NOTE}.children.length") == 0
    shown.widget.set_beliefs("", [])
    shown.until_js(f"{NOTE}.hidden === true")
    shown.settled()
    assert shown.js("qroc.marks.idle") is True
