"""The real page in the real engine: what it shows, and that content from outside stays text."""

from __future__ import annotations

import inspect
import os
import signal
import threading
from typing import Any

import msgspec
import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.query import Moment, Outcome, View
from qroc_desktop.domain.shape import Shape
from qroc_desktop.domain.vocabulary import Aspect, ItemType, Priority
from qroc_desktop.mapview import messages
from qroc_desktop.mapview.messages import BaseMap, LayerLook, OverlayShape
from qroc_desktop.mapview.port import MapPort
from qroc_desktop.mapview.sources import Tile
from qroc_desktop.mapview.widget import MapWidget
from tests.mapview.map_files import FileTiles, world_maps, world_tiles
from tests.mapview.memory_picture import HOUR, NOW, MemoryPicture, row
from tests.mapview.shown_map import PATIENCE, ShownMap, shown_map

HOSTILE = [
    "<img src=x onerror=window.owned=1>",
    "</script><script>window.owned=1</script>",
    "${window.owned=1}",
    "{{window.owned=1}}",
    "\"'><svg onload=window.owned=1>",
    "javascript:window.owned=1",
    "\u202eerauqs der\u202c\u0000\u0007",
]


def three() -> MemoryPicture:
    return MemoryPicture.of(
        [
            row("west", 8.0, 50.0, title="West"),
            row("middle", 10.0, 50.0, title="Middle", priority=Priority.FLASH),
            row("east", 12.0, 50.0, title="East", stale_at=Instant(NOW - HOUR)),
        ]
    )


def outcome(*items: str) -> Outcome:
    return Outcome(
        batch="b",
        first_seq=1,
        last_seq=1,
        recorded_at=NOW,
        items=frozenset(items),
        aspects=frozenset({Aspect.SHAPE}),
    )


def ink(shown: ShownMap, at: QPoint, reach: int = 16, layer: str = "pictureLayer") -> int:
    """How many different colours a layer's canvas has around a point."""
    pad = shown.js(f"qroc.{layer}.frame.pad")
    left, top = at.x() - reach + pad, at.y() - reach + pad
    found: int = shown.js(
        f"""(() => {{
          const copy = document.createElement("canvas");
          copy.width = qroc.{layer}.canvas.width;
          copy.height = qroc.{layer}.canvas.height;
          const context = copy.getContext("2d", {{ willReadFrequently: true }});
          context.drawImage(qroc.{layer}.canvas, 0, 0);
          const data = context.getImageData({left}, {top}, {2 * reach}, {2 * reach}).data;
          return new Set(new Uint32Array(data.buffer)).size;
        }})()"""
    )
    return found


def test_draws_what_is_in_view(qtbot: QtBot) -> None:
    picture = three()
    picture.put(row("far", -60.0, -30.0))
    with shown_map(qtbot, picture) as shown:
        painted = shown.until_said(messages.Painted)
        assert (painted.items, painted.clusters, painted.total) == (3, 0, 3)
        assert sorted(shown.js("[...qroc.picture.items.keys()]")) == ["east", "middle", "west"]
        for lon in (8.0, 10.0, 12.0):
            assert ink(shown, shown.place(lon, 50.0)) > 10
        assert ink(shown, shown.place(10.0, 52.0)) == 1


def test_a_change_is_drawn_and_only_the_change_travels(qtbot: QtBot) -> None:
    picture = three()
    with shown_map(qtbot, picture) as shown:
        shown.run(
            "(window.seen = [], qroc.picture.take = ((take) => (answer) => {"
            " seen.push(answer); take.call(qroc.picture, answer); })(qroc.picture.take))"
        )
        picture.put(row("middle", 10.0, 51.0, title="Middle"))
        shown.widget.refresh(outcome("middle"))
        shown.until_js("window.seen.length === 1")
        assert shown.js("seen[0].rows.map((r) => r[0])") == ["middle"]
        shown.settled()
        assert ink(shown, shown.place(10.0, 51.0)) > 10
        assert ink(shown, shown.place(10.0, 50.0)) == 1
        rows = dict(picture.rows)
        del rows["west"]
        picture.rows = rows
        shown.widget.refresh(outcome("west"))
        shown.until_js("window.seen.length === 2")
        assert shown.js("seen[1].gone") == ["west"]
        assert sorted(shown.js("[...qroc.picture.items.keys()]")) == ["east", "middle"]


def test_an_outcome_with_nothing_drawn_asks_nothing(qtbot: QtBot) -> None:
    picture = three()
    with shown_map(qtbot, picture) as shown:
        before = len(picture.asked)
        entry = msgspec.structs.replace(outcome(), entries=frozenset({"e"}), aspects=frozenset({Aspect.ENTRY}))
        shown.widget.refresh(entry)
        shown.widget.refresh(msgspec.structs.replace(outcome("west"), aspects=frozenset({Aspect.MARKING})))
        shown.widget.select(["west"])
        shown.until_js("qroc.marks.selected.has('west')")
        shown.settled()
        assert len(picture.asked) == before


def hostile_picture() -> MemoryPicture:
    picture = MemoryPicture()
    for i, text in enumerate(HOSTILE):
        picture.put(
            row(f"{i}{text}", 6.0 + i, 50.0, title=text, place=text, layer=text, kind=text, sidc=text, evaluation=text)
        )
    area = Shape(type="Polygon", coordinates=[[[6, 47], [9, 47], [9, 48], [6, 48], [6, 47]]])
    picture.put(row("area", 0, 0, type=ItemType.AREA, title=HOSTILE[0]), area)
    return picture


def all_text(shown: ShownMap) -> str:
    return str(shown.js("document.body.innerText"))


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_content_from_outside_is_text(qtbot: QtBot, number: int) -> None:
    text = HOSTILE[number]
    with shown_map(qtbot, hostile_picture()) as shown:
        widget = shown.widget
        widget.set_overlay([OverlayShape(shape=Shape(type="Point", coordinates=[10, 51], radius_m=9000), text=text)])
        widget.go_to(10.0, 50.0, 6, text)
        widget.set_layers([LayerLook(id=text)])
        widget.set_base_maps([BaseMap(id="none", kind="raster", attribution=text)])
        widget.set_moment(Moment(valid=NOW), text)
        shown.until_js(f"document.querySelector('.qroc-past').textContent === {text!r}" if number < 6 else "true")
        shown.settled()
        shown.hover(shown.place(6.0 + number, 50.0))
        shown.until_js("!document.querySelector('.qroc-tooltip').hidden")
        if number < 6:
            assert text in shown.js("document.querySelector('.qroc-tooltip-title').textContent")
            assert shown.js("document.querySelector('.qroc-credits').textContent") == text
            assert text in all_text(shown)
        assert shown.js("typeof window.owned") == "undefined"
        foreign = "img:not(.leaflet-tile), svg, script:not([src]):not([type])"
        assert shown.js(f"document.querySelectorAll('{foreign}').length") == 0


def test_titles_cannot_turn_the_writing_round(qtbot: QtBot) -> None:
    with shown_map(qtbot, three()) as shown:
        shown.module("labels")
        assert shown.js(r"labels.short('\u202eabc\u0000 \n def')") == "abc def"
        assert len(shown.js("labels.short('x'.repeat(500))")) == 34


def test_hover_says_what_it_is(qtbot: QtBot) -> None:
    picture = three()
    picture.put(row("middle", 10.0, 50.0, title="Bank robbery", place="Fulda", evaluation="B2", assessment=True))
    with shown_map(qtbot, picture) as shown:
        shown.hover(shown.place(10.0, 50.0))
        shown.until_js("!document.querySelector('.qroc-tooltip').hidden")
        lines = shown.js("[...document.querySelector('.qroc-tooltip').children].map((line) => line.textContent)")
        trust = "Assessment · source B2 · 60 min old"
        assert lines == ["Bank robbery", "Incident · Routine · confirmed", "Fulda", trust]
        shown.hover(shown.place(12.0, 50.0))
        shown.until_js("document.querySelector('.qroc-tooltip').innerText.includes('out of date for 60 min')")
        shown.hover(shown.place(11.0, 49.0))
        shown.until_js("document.querySelector('.qroc-tooltip').hidden")


def test_click_tells_items_topmost_first(qtbot: QtBot) -> None:
    picture = three()
    picture.put(row("below", 10.0, 50.0, title="Below"))
    area = Shape(type="Polygon", coordinates=[[[9, 49], [11, 49], [11, 51], [9, 51], [9, 49]]])
    picture.put(row("area", 0, 0, type=ItemType.AREA), area)
    with shown_map(qtbot, picture) as shown:
        shown.click(shown.place(10.0, 50.0))
        clicked = shown.until_said(messages.Clicked)
        assert clicked.ids == ["middle", "below", "area"]
        assert (round(clicked.lon, 1), round(clicked.lat, 1)) == (10.0, 50.0)
        assert (clicked.shift, clicked.control, clicked.double) == (False, False, False)
        shown.click(shown.place(9.3, 49.3), Qt.KeyboardModifier.ControlModifier)
        clicked = shown.until_said(messages.Clicked, 2)
        assert (clicked.ids, clicked.control) == (["area"], True)
        shown.click(shown.place(14.0, 48.0))
        assert shown.until_said(messages.Clicked, 3).ids == []


def test_hidden_layers_are_neither_drawn_nor_hit(qtbot: QtBot) -> None:
    with shown_map(qtbot, three()) as shown:
        shown.widget.set_layers([LayerLook(id="incidents", visible=False)])
        shown.until_js("qroc.pictureLayer.looks.size === 1")
        shown.settled()
        at = shown.place(10.0, 50.0)
        assert ink(shown, at) == 1
        shown.click(at)
        assert shown.until_said(messages.Clicked).ids == []


def test_box_selects(qtbot: QtBot) -> None:
    with shown_map(qtbot, three()) as shown:
        centre = shown.js("qroc.map.getCenter()")
        shown.drag(shown.place(7.5, 50.5), shown.place(10.5, 49.5), Qt.KeyboardModifier.ShiftModifier)
        boxed = shown.until_said(messages.Boxed)
        assert sorted(boxed.ids) == ["middle", "west"]
        assert boxed.bounds == pytest.approx((7.5, 49.5, 10.5, 50.5), abs=0.03)
        assert shown.js("qroc.map.getCenter()") == centre
        shown.widget.start_tool("box")
        shown.until_js("qroc.tools.boxing")
        shown.drag(shown.place(9.5, 50.5), shown.place(12.5, 49.5))
        assert sorted(shown.until_said(messages.Boxed, 2).ids) == ["east", "middle"]
        ended = shown.until_said(messages.ToolEnded)
        assert (ended.tool, ended.finished) == ("box", True)


def test_a_selected_symbol_is_above_all_others(qtbot: QtBot) -> None:
    picture = MemoryPicture.of([row("below", 10.0, 50.0), row("above", 10.0, 50.0, priority=Priority.FLASH)])
    with shown_map(qtbot, picture) as shown:
        shown.settled()
        at = shown.place(10.0, 50.0)
        shown.widget.select(["below"])
        shown.until_js("qroc.marks.frame !== null")
        # Within the ring, which lies farther out: only the symbol itself leaves ink there.
        shown.until(lambda: ink(shown, at, 10, "marks") > 1)


def test_clusters_open(qtbot: QtBot) -> None:
    picture = MemoryPicture.of([row(f"i{i}", 10 + i / 1000, 50.0) for i in range(40)])
    picture.put(row("urgent", 10.01, 50.0, priority=Priority.FLASH))
    with shown_map(qtbot, picture, limit=30) as shown:
        painted = shown.until_said(messages.Painted)
        assert (painted.items, painted.total) == (0, 41)
        assert painted.clusters >= 1
        assert min(shown.js("qroc.picture.clusters.map((c) => c.priority)")) == 1
        x, y = shown.js("[qroc.picture.clusters[0].lon, qroc.picture.clusters[0].lat]")
        at = shown.place(x, y)
        shown.hover(at)
        shown.until_js("document.querySelector('.qroc-tooltip').innerText.includes('most urgent: Flash')")
        shown.click(at)
        shown.until(lambda: shown.of(messages.ViewChanged)[-1].zoom > 6)
        assert shown.of(messages.Clicked) == []


def test_the_past_is_shown_and_said(qtbot: QtBot) -> None:
    picture = three()
    picture.past = MemoryPicture.of([row("old", 9.0, 50.0)])
    with shown_map(qtbot, picture) as shown:
        shown.widget.set_moment(Moment(valid=Instant(NOW - 24 * HOUR)), "As at 14:05")
        shown.until_js("[...qroc.picture.items.keys()].join() === 'old'")
        assert shown.js("document.querySelector('.qroc-past').textContent") == "As at 14:05"
        assert shown.js("qroc.map.getContainer().classList.contains('qroc-is-past')")
        shown.widget.set_moment(None)
        shown.until_js("qroc.picture.items.size === 3")
        assert shown.js("document.querySelector('.qroc-past').hidden")


def test_themes_change_everything_that_is_drawn(qtbot: QtBot) -> None:
    with shown_map(qtbot, three(), tiles=world_tiles()) as shown:
        shown.widget.set_base_maps(world_maps())
        tiles = "[...document.querySelectorAll('canvas.leaflet-tile')].filter((c) => c.width)"
        darkness = f"""{tiles}.slice(0, 4).map((c) => {{
          const copy = document.createElement('canvas').getContext('2d', {{ willReadFrequently: true }});
          copy.drawImage(c, 0, 0);
          const d = copy.getImageData(0, 0, 200, 150).data;
          let sum = 0; for (let i = 0; i < d.length; i += 4) sum += d[i]; return sum / (d.length / 4); }})"""
        shown.until(lambda: len(shown.js(darkness)) == 4 and all(v > 180 for v in shown.js(darkness)))
        shown.widget.set_theme("dark")
        shown.until(lambda: len(shown.js(darkness)) == 4 and all(v < 80 for v in shown.js(darkness)))
        assert shown.js("document.body.className") == "dark"
        assert shown.widget.grab().toImage().pixelColor(450, 60).lightness() < 90


def test_labels_of_the_base_map_speak_the_language(qtbot: QtBot) -> None:
    with shown_map(qtbot, three(), tiles=world_tiles()) as shown:
        shown.widget.set_base_maps(world_maps())
        shown.widget.set_language("de")
        shown.until_js("qroc.bases.vector && qroc.bases.vector.lang === 'de'")
        shown.until_js("document.querySelectorAll('canvas.leaflet-tile-loaded').length > 0")
        assert "Natural Earth" in shown.js("document.querySelector('.qroc-credits').textContent")


def test_a_raster_map_is_shown_below(qtbot: QtBot) -> None:
    svg = (
        b'<svg xmlns="http://www.w3.org/2000/svg" width="256" height="256">'
        b'<rect width="256" height="256" fill="#c00"/></svg>'
    )
    tiles = FileTiles({}, {"aerial": Tile(svg, "image/svg+xml")})
    with shown_map(qtbot, three(), tiles=tiles) as shown:
        shown.widget.set_base_maps([BaseMap(id="aerial", kind="raster", max_zoom=18)])
        shown.until_js("document.querySelectorAll('img.leaflet-tile-loaded').length > 3")
        shown.until(lambda: shown.widget.grab().toImage().pixelColor(300, 400).green() < 60)
        assert shown.widget.grab().toImage().pixelColor(300, 400).red() > 150


def test_goes_where_it_is_told(qtbot: QtBot) -> None:
    with shown_map(qtbot, three()) as shown:
        shown.widget.go_to(24.94, 60.17, 12, "Helsinki")
        shown.until(lambda: shown.of(messages.ViewChanged)[-1].zoom == 12)
        view = shown.of(messages.ViewChanged)[-1]
        assert (view.lon, view.lat) == pytest.approx((24.94, 60.17), abs=1e-3)
        assert shown.js("qroc.marks.marker.text") == "Helsinki"
        shown.widget.fit((5.0, 47.0, 15.0, 55.0))
        shown.until(lambda: shown.of(messages.ViewChanged)[-1].zoom < 12)
        west, south, east, north = shown.of(messages.ViewChanged)[-1].bounds
        assert west < 5 < 15 < east
        assert south < 47 < 55 < north


def test_the_picture_crosses_the_antimeridian(qtbot: QtBot) -> None:
    picture = MemoryPicture.of([row("west", 179.0, 0.0), row("east", -179.0, 0.0)])
    with shown_map(qtbot, picture, lon=180.0, lat=0.0) as shown:
        assert sorted(shown.js("[...qroc.picture.items.keys()]")) == ["east", "west"]
        west, south, east, north = picture.asked[-1][0]
        assert west > 0 > east
        assert south < 0 < north
        middle = shown.js("qroc.map.getSize().x") / 2
        shown.click(QPoint(round(middle + 45.5), 300))
        assert shown.until_said(messages.Clicked).ids == ["east"]


@pytest.mark.expects_log("the map page ended")
def test_a_killed_renderer_comes_back_with_its_state(qtbot: QtBot) -> None:
    with shown_map(qtbot, three()) as shown:
        widget = shown.widget
        widget.set_theme("dark")
        widget.select(["east"])
        widget.go_to(11.0, 50.0, 7)
        widget.edit("area", Shape(type="Point", coordinates=[11.0, 50.0], radius_m=5000.0))
        shown.until(lambda: shown.of(messages.ViewChanged)[-1].zoom == 7)
        shown.settled()
        codes: list[str] = []
        widget.troubled.connect(codes.append)
        with qtbot.waitSignal(widget.painted, timeout=30_000):
            os.kill(widget._page.renderProcessPid(), signal.SIGKILL)
        assert codes == ["reloaded"]
        shown.settled()
        assert shown.js("document.body.className") == "dark"
        assert shown.js("[...qroc.marks.selected]") == ["east"]
        assert shown.js("[qroc.map.getZoom(), Math.round(qroc.map.getCenter().lng)]") == [7, 11]
        assert shown.js("qroc.tools.name") == "edit"


class Stuck(MemoryPicture):
    """Does not answer until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = threading.Event()

    def view(self, *asked: Any, **more: Any) -> View:
        self.gate.wait(2 * PATIENCE / 1000)  # a test that fails must not wait for ever
        return super().view(*asked, **more)


@pytest.mark.expects_log("did not draw and was silent for 700 ms")
@pytest.mark.expects_log("did not draw in 3 attempts")
def test_a_page_that_never_draws_is_loaded_again_and_then_given_up(qtbot: QtBot) -> None:
    picture = Stuck()
    with shown_map(qtbot, picture, wait=False, patience_ms=700, attempts=3) as shown:
        codes: list[str] = []
        shown.widget.troubled.connect(codes.append)
        shown.until(lambda: len(codes) == 3)
        assert codes == ["reloaded", "reloaded", "given-up"]
        picture.gate.set()
        with qtbot.waitSignal(shown.widget.painted, timeout=30_000):
            shown.widget.reload()


def test_a_slow_page_that_gives_signs_of_life_is_not_loaded_again(qtbot: QtBot) -> None:
    picture, patience = Stuck(), 10 * PATIENCE
    with shown_map(qtbot, picture, wait=False, patience_ms=patience) as shown:
        shown.until(lambda: len(shown.of(messages.Ready)) == 1)
        watchdog, renewed = shown.widget._watchdog, list[int]()
        # What is left of the patience becomes less, and a sign of life makes it whole again; to a second or so.
        shown.until(lambda: watchdog.remainingTime() < patience - 4000)
        shown.widget._scheme.asked.connect(lambda *_: renewed.append(watchdog.remainingTime()))
        shown.run("fetch('/page.js')")
        shown.until(lambda: bool(renewed))
        assert renewed[0] > patience - 3000
        assert len(shown.of(messages.Ready)) == 1
        with qtbot.waitSignal(shown.widget.painted, timeout=30_000):
            picture.gate.set()


class Broken(MemoryPicture):
    def view(self, *asked: Any, **more: Any) -> View:
        raise OSError("the workspace is gone")


@pytest.mark.expects_log("the workspace is gone")
@pytest.mark.expects_log("map page: picture")
def test_a_picture_that_cannot_be_read_is_said(qtbot: QtBot) -> None:
    with shown_map(qtbot, Broken(), wait=False) as shown:
        with qtbot.waitSignal(shown.widget.troubled, timeout=30_000) as told:
            pass
        assert told.args == ["picture"]


@pytest.mark.expects_log("Refused to connect|violates")
@pytest.mark.expects_log("map page: policy: connect-src")
def test_no_request_leaves(qtbot: QtBot) -> None:
    with shown_map(qtbot, three()) as shown:
        shown.run("fetch('https://example.org/').catch(() => { window.refused = true; })")
        shown.until_js("window.refused === true")


@pytest.mark.expects_log("wanted to go elsewhere")
def test_no_navigation(qtbot: QtBot) -> None:
    with shown_map(qtbot, three()) as shown:
        shown.run("location.assign('https://example.org/')")
        shown.until_js("true")
        assert shown.js("location.href") == "qroc://map/"


def test_only_listed_files_are_served(qtbot: QtBot) -> None:
    with shown_map(qtbot, three()) as shown:
        for path in ("own/../../../../etc/passwd", "own/package.json", "lib/none.js", "ranges/none?offset=0&length=9"):
            shown.run(f"(window.got = null, fetch('/{path}').then((answer) => {{ window.got = answer.status; }}))")
            shown.until_js("window.got !== null")
            assert shown.js("window.got") == 404


def test_the_map_is_what_its_port_says() -> None:
    names = [name for name, _ in inspect.getmembers(MapPort, inspect.isfunction) if not name.startswith("_")]
    assert len(names) > 10
    for name in names:
        assert inspect.signature(getattr(MapWidget, name)) == inspect.signature(getattr(MapPort, name)), name
