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
    at = shown.place(lon, lat)
    found: int = shown.js(f"""(() => {{
      const canvas = qroc.marks.canvas, box = canvas.getBoundingClientRect();
      const held = qroc.map.getContainer().getBoundingClientRect();
      const by = canvas.width / box.width, side = 60 * by;
      const x = ({at.x()} + held.x - box.x) * by - side / 2, y = ({at.y()} + held.y - box.y) * by - side / 2;
      const copy = new OffscreenCanvas(side, side).getContext("2d", {{ willReadFrequently: true }});
      copy.drawImage(canvas, x, y, side, side, 0, 0, side, side);
      const data = copy.getImageData(0, 0, side, side).data, ink = qroc.marks.palette.belief;
      const wanted = [1, 3, 5].map((i) => parseInt(ink.slice(i, i + 2), 16));
      let count = 0;
      for (let i = 0; i < data.length; i += 4) {{
        if (data[i + 3] > 250 && wanted.every((part, k) => Math.abs(part - data[i + k]) < 3)) count += 1;
      }}
      return count;
    }})()""")
    return found


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
