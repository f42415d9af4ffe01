"""Drawing, editing and measuring on the real page, by mouse and by keyboard."""

from __future__ import annotations

import math
from typing import Any

import pytest
from pyproj import Geod, Transformer
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.shape import Shape
from qroc_desktop.mapview import messages
from qroc_desktop.mapview.messages import ToolName
from tests.mapview.memory_picture import MemoryPicture, row
from tests.mapview.shown_map import ShownMap, shown_map

WGS84 = Geod(ellps="WGS84")
KEY = Qt.Key
PIXEL = 360 / 256 / 2**6
"""Degrees of longitude that a pixel is at zoom 6."""
A, B, C = QPoint(300, 200), QPoint(600, 210), QPoint(450, 420)


def start(shown: ShownMap, name: ToolName, radii: tuple[float, ...] = ()) -> None:
    shown.widget.start_tool(name, radii)
    shown.until_js(f"qroc.tools.name === '{name}'")


def near(expected: tuple[float, float]) -> Any:
    return pytest.approx(expected, abs=PIXEL)


def points_drawn(shown: ShownMap, count: int) -> None:
    shown.until_js(f"qroc.tools.active && qroc.tools.active.points.length === {count}")


def test_a_point_by_mouse(qtbot: QtBot) -> None:
    with shown_map(qtbot, MemoryPicture()) as shown:
        start(shown, "point")
        shown.click(A)
        drawn = shown.until_said(messages.Drawn)
        assert (drawn.tool, drawn.shape.type) == ("point", "Point")
        assert tuple(drawn.shape.coordinates) == near(shown.position(A))
        assert shown.until_said(messages.ToolEnded).finished
        assert shown.of(messages.Clicked) == []


def test_a_line_by_mouse_ends_with_a_double_click(qtbot: QtBot) -> None:
    with shown_map(qtbot, MemoryPicture()) as shown:
        start(shown, "line")
        shown.click(A)
        points_drawn(shown, 1)
        shown.click(B)
        points_drawn(shown, 2)
        shown.double_click(C)
        shape = shown.until_said(messages.Drawn).shape
        assert shape.type == "LineString"
        assert [tuple(p) for p in shape.coordinates] == [near(shown.position(at)) for at in (A, B, C)]


def test_a_polygon_is_closed_and_finished_by_enter(qtbot: QtBot) -> None:
    with shown_map(qtbot, MemoryPicture()) as shown:
        start(shown, "polygon")
        for count, at in enumerate((A, B, C), 1):
            shown.click(at)
            points_drawn(shown, count)
        shown.key(KEY.Key_Return)
        shape = shown.until_said(messages.Drawn).shape
        ring = shape.coordinates[0]
        assert (shape.type, len(ring), ring[0]) == ("Polygon", 4, ring[-1])
        assert [tuple(p) for p in ring[:3]] == [near(shown.position(at)) for at in (A, B, C)]


def test_a_circle_is_pulled_from_its_centre(qtbot: QtBot) -> None:
    with shown_map(qtbot, MemoryPicture()) as shown:
        start(shown, "circle")
        shown.drag(A, A + QPoint(120, 0))
        shape = shown.until_said(messages.Drawn).shape
        centre, edge = shown.position(A), shown.position(A + QPoint(120, 0))
        assert tuple(shape.coordinates) == near(centre)
        assert shape.radius_m == pytest.approx(WGS84.inv(*centre, *edge)[2], rel=0.01)
        assert shown.js("qroc.map.dragging.enabled()")


def test_a_circle_by_two_clicks(qtbot: QtBot) -> None:
    with shown_map(qtbot, MemoryPicture()) as shown:
        start(shown, "circle")
        shown.click(A)
        points_drawn(shown, 1)
        shown.click(A + QPoint(0, 90))
        shape = shown.until_said(messages.Drawn).shape
        far = WGS84.inv(*shown.position(A), *shown.position(A + QPoint(0, 90)))[2]
        assert shape.radius_m == pytest.approx(far, rel=0.01)


def test_range_rings_by_clicks_and_by_typed_radii(qtbot: QtBot) -> None:
    with shown_map(qtbot, MemoryPicture()) as shown:
        start(shown, "rings")
        shown.click(A)
        points_drawn(shown, 1)
        for count, right in enumerate((150, 60), 2):
            shown.click(A + QPoint(right, 0))
            points_drawn(shown, count)
        shown.key(KEY.Key_Return)
        rings = shown.until_said(messages.Drawn).shape.rings_m
        centre = shown.position(A)
        expected = [WGS84.inv(*centre, *shown.position(A + QPoint(x, 0)))[2] for x in (60, 150)]
        assert list(rings) == pytest.approx(expected, rel=0.02)
        start(shown, "rings", (1000.0, 5000.0))
        shown.click(B)
        assert shown.until_said(messages.Drawn, 2).shape.rings_m == (1000.0, 5000.0)


def test_a_line_without_a_mouse(qtbot: QtBot) -> None:
    with shown_map(qtbot, MemoryPicture()) as shown:
        shown.focus()
        start(shown, "line")
        first = shown.js("qroc.map.getCenter()")
        shown.key(KEY.Key_Space)
        points_drawn(shown, 1)
        assert not shown.js("qroc.furniture && qroc.furniture.crosshair.hidden")
        shown.key(KEY.Key_Right)
        shown.until_js(f"qroc.map.getCenter().lng > {first['lng'] + 10 * PIXEL} && !qroc.map._panAnim?._inProgress")
        second = shown.js("qroc.map.getCenter()")
        shown.key(KEY.Key_Space)
        points_drawn(shown, 2)
        shown.key(KEY.Key_Down, Qt.KeyboardModifier.ControlModifier)
        shown.until_js(f"qroc.map.getCenter().lat < {second['lat']}")
        shown.key(KEY.Key_Space)
        points_drawn(shown, 3)
        shown.key(KEY.Key_Backspace)
        points_drawn(shown, 2)
        shown.key(KEY.Key_Return)
        shape = shown.until_said(messages.Drawn).shape
        expected = [(place["lng"], place["lat"]) for place in (first, second)]
        assert [tuple(p) for p in shape.coordinates] == [pytest.approx(p, abs=1e-6) for p in expected]


def test_a_point_without_a_mouse(qtbot: QtBot) -> None:
    with shown_map(qtbot, MemoryPicture()) as shown:
        shown.focus()
        start(shown, "point")
        shown.key(KEY.Key_Return)
        assert tuple(shown.until_said(messages.Drawn).shape.coordinates) == pytest.approx((10.0, 50.0), abs=1e-6)


def test_escape_draws_nothing(qtbot: QtBot) -> None:
    with shown_map(qtbot, MemoryPicture()) as shown:
        start(shown, "polygon")
        shown.click(A)
        points_drawn(shown, 1)
        shown.key(KEY.Key_Escape)
        ended = shown.until_said(messages.ToolEnded)
        assert (ended.tool, ended.finished) == ("polygon", False)
        assert shown.of(messages.Drawn) == []
        assert shown.js("qroc.marks.sketch") is None


def test_a_shape_too_small_is_not_finished(qtbot: QtBot) -> None:
    with shown_map(qtbot, MemoryPicture()) as shown:
        start(shown, "line")
        shown.click(A)
        points_drawn(shown, 1)
        shown.hover(B)
        shown.run("qroc.tools.finish()")
        assert shown.js("qroc.tools.name") == "line"
        assert shown.of(messages.Drawn) == []


TRIANGLE = Shape(type="Polygon", coordinates=[[[8.0, 49.0], [12.0, 49.0], [10.0, 51.0], [8.0, 49.0]]])


def edit(shown: ShownMap, shape: Shape) -> None:
    shown.widget.edit("area", shape)
    shown.until_js("qroc.tools.name === 'edit'")


def test_a_vertex_is_pulled(qtbot: QtBot) -> None:
    with shown_map(qtbot, MemoryPicture()) as shown:
        edit(shown, TRIANGLE)
        view = shown.js("qroc.map.getCenter()")
        goal = shown.place(8.0, 49.0) + QPoint(-50, 30)
        shown.drag(shown.place(8.0, 49.0), goal)
        shown.key(KEY.Key_Return)
        edited = shown.until_said(messages.Edited)
        ring = edited.shape.coordinates[0]
        assert edited.id == "area"
        assert tuple(ring[0]) == near(shown.position(goal))
        assert ring[0] == ring[-1]
        assert [list(p) for p in ring[1:3]] == [[12.0, 49.0], [10.0, 51.0]]
        assert shown.js("qroc.map.getCenter()") == view


def test_a_vertex_is_put_between_two_and_taken_out(qtbot: QtBot) -> None:
    with shown_map(qtbot, MemoryPicture()) as shown:
        edit(shown, TRIANGLE)
        middle = shown.place(10.0, 49.0)
        goal = middle + QPoint(0, 60)
        shown.drag(middle, goal)
        shown.until_js("qroc.tools.active.shape.coordinates[0].length === 5")
        assert tuple(shown.js("qroc.tools.active.shape.coordinates[0][1]")) == near(shown.position(goal))
        shown.key(KEY.Key_Delete)
        shown.until_js("qroc.tools.active.shape.coordinates[0].length === 4")
        shown.key(KEY.Key_Delete)
        shown.key(KEY.Key_Return)
        assert shown.until_said(messages.Edited).shape.coordinates == TRIANGLE.coordinates


def test_a_vertex_is_moved_without_a_mouse(qtbot: QtBot) -> None:
    with shown_map(qtbot, MemoryPicture()) as shown:
        shown.focus()
        edit(shown, TRIANGLE)
        shown.key(KEY.Key_N)
        shown.until_js("qroc.tools.active.active === 1")
        shown.key(KEY.Key_Right, Qt.KeyboardModifier.ShiftModifier)
        shown.key(KEY.Key_Return)
        ring = shown.until_said(messages.Edited).shape.coordinates[0]
        assert tuple(ring[1]) == pytest.approx((12.0 + 20 * PIXEL, 49.0), abs=PIXEL)
        assert [list(ring[0]), list(ring[2])] == [[8.0, 49.0], [10.0, 51.0]]


def test_escape_leaves_the_shape_as_it_was(qtbot: QtBot) -> None:
    with shown_map(qtbot, MemoryPicture()) as shown:
        edit(shown, TRIANGLE)
        shown.drag(shown.place(8.0, 49.0), shown.place(7.0, 48.5))
        shown.key(KEY.Key_Escape)
        ended = shown.until_said(messages.ToolEnded)
        assert (ended.tool, ended.finished) == ("edit", False)
        assert shown.of(messages.Edited) == []


def test_a_circle_is_made_larger(qtbot: QtBot) -> None:
    with shown_map(qtbot, MemoryPicture()) as shown:
        edit(shown, Shape(type="Point", coordinates=[10.0, 50.0], radius_m=100_000.0))
        lon, lat, _ = WGS84.fwd(10.0, 50.0, 90, 100_000)
        goal = shown.place(lon, lat) + QPoint(60, 0)
        shown.drag(shown.place(lon, lat), goal)
        shown.key(KEY.Key_Return)
        shape = shown.until_said(messages.Edited).shape
        assert shape.radius_m == pytest.approx(WGS84.inv(10.0, 50.0, *shown.position(goal))[2], rel=0.01)
        assert list(shape.coordinates) == [10.0, 50.0]


def test_a_track_keeps_a_time_for_each_position(qtbot: QtBot) -> None:
    track = Shape(
        type="LineString",
        coordinates=[[8.0, 50.0], [10.0, 50.5], [12.0, 50.0]],
        times=(Instant(1), Instant(2), Instant(3)),
    )
    with shown_map(qtbot, MemoryPicture()) as shown:
        shown.focus()
        edit(shown, track)
        assert shown.js("qroc.tools.active.middles()") == []
        shown.key(KEY.Key_N)
        shown.until_js("qroc.tools.active.active === 1")
        shown.key(KEY.Key_Delete)
        shown.key(KEY.Key_Return)
        shape = shown.until_said(messages.Edited).shape
        assert [list(p) for p in shape.coordinates] == [[8.0, 50.0], [12.0, 50.0]]
        assert shape.times == (1, 3)


def test_measures_are_geodesic(qtbot: QtBot) -> None:
    with shown_map(qtbot, MemoryPicture()) as shown:
        start(shown, "measure")
        shown.click(A)
        points_drawn(shown, 1)
        shown.click(B)
        points_drawn(shown, 2)
        shown.key(KEY.Key_Return)
        measured = shown.until_said(messages.ToolEnded) and shown.of(messages.Measured)[-1]
        assert measured.done
        lons, lats = zip(*measured.points, strict=True)
        assert measured.length_m == pytest.approx(WGS84.line_length(lons, lats), abs=0.01)
        assert shown.js("qroc.marks.sketch.labels[0].text").startswith("Length ")
        shown.key(KEY.Key_Escape)
        shown.until_js("qroc.marks.sketch === null")


def test_measured_areas_are_geodesic(qtbot: QtBot) -> None:
    with shown_map(qtbot, MemoryPicture()) as shown:
        start(shown, "measure-area")
        for count, at in enumerate((A, B, C), 1):
            shown.click(at)
            points_drawn(shown, count)
        shown.key(KEY.Key_Return)
        measured = shown.until_said(messages.ToolEnded) and shown.of(messages.Measured)[-1]
        lons, lats = zip(*measured.points, strict=True)
        area, perimeter = WGS84.polygon_area_perimeter(lons, lats)
        assert measured.area_m2 == pytest.approx(abs(area), rel=1e-9)
        assert measured.length_m == pytest.approx(perimeter, rel=1e-9)


def test_keys_move_the_map_and_step_through_items(qtbot: QtBot) -> None:
    picture = MemoryPicture.of([row("north", 10.0, 52.0), row("south", 10.0, 49.0)])
    with shown_map(qtbot, picture) as shown:
        shown.focus()
        shown.key(KEY.Key_N)
        shown.until_js("qroc.marks.hovered === 'north'")
        assert shown.js("document.querySelector('.qroc-spoken').textContent").startswith("north, Incident")
        shown.key(KEY.Key_N)
        shown.until_js("qroc.marks.hovered === 'south'")
        shown.key(KEY.Key_Return)
        assert shown.until_said(messages.Clicked).ids == ["south"]
        shown.key(KEY.Key_Escape)
        assert shown.until_said(messages.Clicked, 2).ids == []
        shown.key(KEY.Key_Plus)
        shown.until(lambda: shown.of(messages.ViewChanged)[-1].zoom == 7)
        shown.settled()
        shown.key(KEY.Key_Left)
        shown.until(lambda: shown.of(messages.ViewChanged)[-1].lon < 9.9)


def test_a_menu_is_asked_for(qtbot: QtBot) -> None:
    with shown_map(qtbot, MemoryPicture.of([row("one", 10.0, 50.0)])) as shown:
        at = shown.place(10.0, 50.0)
        shown.hover(at)
        where = f"{{clientX: {at.x()}, clientY: {at.y()}}}"
        shown.run(f"qroc.map.getContainer().dispatchEvent(new MouseEvent('contextmenu', {where}))")
        menu = shown.until_said(messages.Context)
        assert menu.ids == ["one"]
        assert (menu.x, menu.y) == (at.x(), at.y())


def test_the_pointer_is_told(qtbot: QtBot) -> None:
    with shown_map(qtbot, MemoryPicture()) as shown:
        shown.hover(A)
        shown.until(lambda: bool(shown.of(messages.Pointer)))
        pointer = shown.of(messages.Pointer)[-1]
        assert (pointer.lon, pointer.lat) == pytest.approx(shown.position(A), abs=1e-6)


@pytest.mark.parametrize(
    ("lon", "lat", "zone", "epsg"),
    [
        (13.4, 52.5, 33, 32633),
        (24.94, 60.17, 35, 32635),
        (-3.7, 40.4, 30, 32630),
        (18.42, -33.92, 34, 32734),
        (8.9, 61.0, 32, 32632),
    ],
)
def test_the_grid_is_utm(qtbot: QtBot, lon: float, lat: float, zone: int, epsg: int) -> None:
    with shown_map(qtbot, MemoryPicture()) as shown:
        shown.module("mgrs")
        assert shown.js(f"mgrs.zoneOf({lon}, {lat})") == zone
        expected = Transformer.from_crs(4326, epsg, always_xy=True).transform(lon, lat)
        assert shown.js(f"mgrs.toUtm({lon}, {lat}, {zone})") == pytest.approx(expected, abs=1e-3)
        back = shown.js(f"mgrs.fromUtm({expected[0]}, {expected[1]}, {zone}, {'true' if lat < 0 else 'false'})")
        assert back == pytest.approx((lon, lat), abs=1e-8)


def test_squares_are_named_as_in_a_grid_reference(qtbot: QtBot) -> None:
    from mgrs import MGRS

    with shown_map(qtbot, MemoryPicture()) as shown:
        shown.module("mgrs")
        for lon, lat in [(13.4, 52.5), (2.35, 48.85), (24.94, 60.17), (-9.14, 38.72), (18.42, -33.92), (37.6, 55.75)]:
            name = MGRS().toMGRS(lat, lon, MGRSPrecision=0)
            said = shown.js(
                f"""(() => {{ const zone = mgrs.zoneOf({lon}, {lat});
                const [e, n] = mgrs.toUtm({lon}, {lat}, zone);
                return mgrs.designator(zone, {lat}) + mgrs.square(e, n, zone); }})()"""
            )
            assert said == name


def test_graticules_are_drawn(qtbot: QtBot) -> None:
    with shown_map(qtbot, MemoryPicture()) as shown:
        shown.module("graticule")
        assert shown.js("graticule.degrees(-5400, 'EW', 1800)") == "1°30′W"
        assert shown.js("graticule.degrees(0, 'NS', 3600)") == "0°"
        step = shown.js("graticule.stepFor(qroc.pictureLayer.frame)")
        assert step / 3600 / PIXEL >= 110
        assert step / 3600 / PIXEL < 110 * 2.6
        for kind in ("degrees", "mgrs", "off"):
            shown.widget.set_graticule(kind)
            shown.until_js("!qroc.pictureLayer.asked")
            shown.settled()
        assert math.isfinite(shown.js("qroc.pictureLayer.took"))
