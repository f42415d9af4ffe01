"""A training model's result on the real page: under the symbols, with a legend, gone when it is ended; pointing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import shapely
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from qroc_desktop.domain.shape import from_shapely, point
from qroc_desktop.mapview.messages import Drawn, ModelClass, ModelShape, ToolEnded
from qroc_desktop.services.model_sketches import heat_style
from tests.mapview.memory_picture import MemoryPicture, row
from tests.mapview.shown_map import ShownMap, shown_map

TEXT = "Tried out <b>here</b>"
CLASSES = [ModelClass(style=heat_style(rank), text=f"{rank}: <i>x</i>", mark=str(rank)) for rank in (1, 2, 3, 4)]
SHAPES = [
    ModelShape(
        shape=from_shapely(shapely.box(west, 49.0, west + 1.5, 51.0)),
        style=heat_style(rank), text=str(rank), at=(west + 0.75, 50.0),
    )
    for rank, west in ((4, 7.0), (3, 8.5), (2, 10.0), (1, 11.5))
]  # fmt: skip
WORDS = "[...document.querySelectorAll('.qroc-model-words')].map((words) => words.textContent)"


@pytest.fixture
def shown(qtbot: QtBot) -> Iterator[ShownMap]:
    with shown_map(qtbot, MemoryPicture.of([row("a", 9.2, 50.6)])) as map_:
        yield map_


def grey(shown: ShownMap, lon: float, lat: float) -> float:
    """How much is seen of what covers the base map at a place: the opacity of the picture's canvas, 0 to 255."""
    at = shown.place(lon, lat)
    found: float = shown.js(
        f"""(() => {{
          const canvas = qroc.pictureLayer.canvas, box = canvas.getBoundingClientRect();
          const held = qroc.map.getContainer().getBoundingClientRect();
          const by = canvas.width / box.width;
          const x = ({at.x()} + held.x - box.x) * by, y = ({at.y()} + held.y - box.y) * by;
          const copy = new OffscreenCanvas(1, 1).getContext("2d", {{ willReadFrequently: true }});
          copy.drawImage(canvas, x, y, 1, 1, 0, 0, 1, 1);
          return copy.getImageData(0, 0, 1, 1).data[3];
        }})()"""
    )
    return found


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_likelier_the_more_it_covers_and_the_legend_says_so(shown: ShownMap, theme: str) -> None:
    shown.widget.set_theme(theme)
    shown.widget.set_model(
        "Training model: search", TEXT, CLASSES, [*SHAPES, ModelShape(shape=point(9, 48), text="<u>")]
    )
    shown.until_js("!document.querySelector('.qroc-model').hidden")
    shown.settled()
    covers = [grey(shown, lon, 49.4) for lon in (7.7, 9.2, 10.7, 12.2)]
    assert covers == pytest.approx([255 * (one.style.fill_opacity or 0) for one in SHAPES], abs=2)
    assert shown.js(WORDS) == [one.text for one in CLASSES]
    assert shown.js("document.querySelector('.qroc-model-detail').textContent") == TEXT
    assert shown.js("document.querySelectorAll('.qroc-model b, .qroc-model i').length") == 0
    assert shown.js("document.querySelectorAll('.qroc-model-sample').length") == 4


def test_ended_nothing_of_it_is_left(shown: ShownMap) -> None:
    shown.widget.set_model("Training model", "", CLASSES, SHAPES)
    shown.until_js("qroc.model.shapes.length === 4")
    shown.widget.set_model("")
    shown.until_js("document.querySelector('.qroc-model').hidden")
    shown.settled()
    assert grey(shown, 12.2, 49.4) == 0


def test_a_page_that_is_loaded_again_has_it_still(shown: ShownMap) -> None:
    shown.widget.set_model("Training model", "", CLASSES, SHAPES)
    shown.until_js("qroc.model.shapes.length === 4")
    with shown.qtbot.waitSignal(shown.widget.ready, timeout=30_000):
        shown.widget.reload()
    shown.until_js("window.qroc && qroc.model.shapes.length === 4")


def test_pointing_takes_one_click_and_draws_nothing(shown: ShownMap) -> None:
    shown.widget.start_tool("pick")
    shown.until_js("qroc.tools.name === 'pick'")
    at = shown.place(10.5, 50.2)
    shown.click(at)
    drawn = shown.until_said(Drawn)
    assert drawn.tool == "pick"
    assert drawn.shape.anchor() == pytest.approx(shown.position(at), abs=0.01)
    assert shown.until_said(ToolEnded).finished
    assert shown.js("qroc.marks.sketch") is None


def test_pointing_by_keyboard_and_giving_up(shown: ShownMap) -> None:
    shown.focus()
    shown.widget.start_tool("pick")
    shown.until_js("qroc.tools.name === 'pick'")
    shown.key(Qt.Key.Key_Return)
    assert shown.until_said(Drawn).shape.anchor() == pytest.approx((10.0, 50.0), abs=0.02)
    shown.widget.start_tool("pick")
    shown.until_js("qroc.tools.name === 'pick'")
    shown.key(Qt.Key.Key_Escape)
    assert not shown.until_said(ToolEnded, 2).finished
