from __future__ import annotations

import math

import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st

from qroc_desktop.domain import geodesy
from qroc_desktop.domain.shape import Shape, checked, point

LON = st.floats(-180, 180, allow_nan=False)
LAT = st.floats(-90, 90, allow_nan=False)


def polygon(*ring: tuple[float, float]) -> Shape:
    return checked(Shape(type="Polygon", coordinates=[[list(p) for p in (*ring, ring[0])]]))


def degrees(d: float, m: float, s: float) -> float:
    return math.copysign(abs(d) + m / 60 + s / 3600, d)


def test_distances_and_bearings_of_karney() -> None:
    # Karney (2013), tables 2 and 4.
    lon, lat = geodesy.destination((0, 40), 30, 10_000_000)
    assert (lat, lon) == pytest.approx((41.79331020506, 137.84490004377), abs=1e-10)
    assert geodesy.distance((0, -30), (179.8, 29.9)) == pytest.approx(19_989_832.82761, abs=1e-4)
    assert geodesy.bearing((0, -30), (179.8, 29.9)) == pytest.approx(161.89052473633, abs=1e-6)


def test_distances_of_the_geographiclib_manual() -> None:
    # GeographicLib, Python manual, "Examples": Wellington to Salamanca; New York JFK to London.
    assert geodesy.distance((174.81, -41.32), (-5.50, 40.96)) == pytest.approx(19_959_679.267, abs=1e-3)
    assert geodesy.distance((-73.8, 40.6), (-0.5, 51.6)) == pytest.approx(5_551_759.400, abs=1e-3)
    assert geodesy.bearing((-73.8, 40.6), (-0.5, 51.6)) == pytest.approx(51.198882845579, abs=1e-9)


def test_the_line_of_vincentys_test() -> None:
    # Flinders Peak to Buninyong: Geocentric Datum of Australia Technical Manual, chapter 4 (GRS80).
    flinders = (degrees(144, 25, 29.52440), degrees(-37, 57, 3.72030))
    buninyong = (degrees(143, 55, 35.38390), degrees(-37, 39, 10.15610))
    assert geodesy.distance(flinders, buninyong) == pytest.approx(54_972.271, abs=1e-3)
    assert geodesy.bearing(flinders, buninyong) == pytest.approx(degrees(306, 52, 5.37), abs=1e-5)


ANTARCTICA = [
    (-74, -72.9), (-102, -71.9), (-102, -74.9), (-131, -74.3), (-163, -77.5), (163, -77.4), (172, -71.7),
    (140, -65.9), (113, -65.7), (88, -66.6), (59, -66.9), (25, -69.8), (-4, -70.0), (-14, -71.0), (-33, -77.3),
    (-46, -77.9), (-61, -74.7),
]  # fmt: skip


def test_area_and_perimeter_of_antarctica() -> None:
    # PROJ's Python manual, Geod.polygon_area_perimeter.
    shape = polygon(*ANTARCTICA)
    assert geodesy.perimeter(shape) == pytest.approx(14_710_425.407, abs=1e-3)
    assert geodesy.area(shape) == pytest.approx(13_376_856_682_207.4, rel=1e-12)
    backwards = polygon(*reversed(ANTARCTICA))
    assert geodesy.area(backwards) == pytest.approx(13_376_856_682_207.4, rel=1e-12)


def test_holes_are_left_out_and_points_have_no_area() -> None:
    outer = [[10.0, 50.0], [11.0, 50.0], [11.0, 51.0], [10.0, 51.0], [10.0, 50.0]]
    hole = [[10.4, 50.4], [10.4, 50.6], [10.6, 50.6], [10.6, 50.4], [10.4, 50.4]]
    whole = geodesy.area(Shape(type="Polygon", coordinates=[outer]))
    inner = geodesy.area(Shape(type="Polygon", coordinates=[hole]))
    holed = Shape(type="Polygon", coordinates=[outer, hole])
    assert geodesy.area(holed) == pytest.approx(whole - inner)
    both = Shape(type="MultiPolygon", coordinates=[[outer, hole], [hole]])
    assert geodesy.area(both) == pytest.approx(whole)
    assert geodesy.perimeter(both) == pytest.approx(geodesy.length(outer) + 2 * geodesy.length(hole))
    assert geodesy.area(point(1, 2)) == geodesy.perimeter(point(1, 2)) == geodesy.length([[1, 2]]) == 0
    assert geodesy.area(point(1, 2, radius_m=1000)) == pytest.approx(math.pi * 1e6, rel=2e-3)
    line = Shape(type="LineString", coordinates=outer)
    assert geodesy.area(line) == 0
    assert geodesy.perimeter(line) == pytest.approx(geodesy.length(outer))


@given(LON, LAT, LON, LAT)
def test_going_there_arrives(lon1: float, lat1: float, lon2: float, lat2: float) -> None:
    metres = geodesy.distance((lon1, lat1), (lon2, lat2))
    angle = geodesy.bearing((lon1, lat1), (lon2, lat2))
    assert 0 <= angle < 360
    assert 0 <= metres <= geodesy.FARTHEST_M
    assert geodesy.distance(geodesy.destination((lon1, lat1), angle, metres), (lon2, lat2)) < 1e-3


@given(LON, LAT, st.floats(10, 1_000_000))
def test_circles_anywhere(lon: float, lat: float, radius: float) -> None:
    shape = checked(geodesy.circle((lon, lat), radius))
    expected = math.pi * radius**2 * (1 - (radius / 6.371e6) ** 2 / 12)
    assert geodesy.area(shape) == pytest.approx(expected, rel=0.01)
    assert shape.to_shapely().is_valid
    assert {shape.type} <= {"Polygon", "MultiPolygon"}


@pytest.mark.parametrize(
    "centre", [(10.0, 50.0), (180.0, 10.0), (-179.99, -60.0), (0.0, 89.9), (77.0, -90.0), (10.0, 90.0)]
)
def test_every_corner_of_a_circle_is_as_far_and_the_middle_is_in_it(centre: tuple[float, float]) -> None:
    shape = geodesy.circle(centre, 200_000)
    corners = [p for p in shape.positions() if abs(p[0]) < 180 and abs(p[1]) < 90]
    assert all(geodesy.distance(centre, p) == pytest.approx(200_000, rel=1e-6) for p in corners)
    assert shape.to_shapely().covers(shapely.Point(centre[0], max(-89.999, min(89.999, centre[1]))))


def test_range_rings_are_in_the_order_given() -> None:
    rings = geodesy.range_rings((13.4, 52.5), [5000, 1000])
    assert [geodesy.area(ring) for ring in rings] == pytest.approx([math.pi * 25e6, math.pi * 1e6], rel=2e-3)


@pytest.mark.parametrize("radius", [0, -1, float("nan"), float("inf"), 3e7])
def test_a_radius_is_a_length_on_earth(radius: float) -> None:
    with pytest.raises(ValueError, match="radius"):
        geodesy.circle((0, 0), radius)


BUFFERED = [
    Shape(type="LineString", coordinates=[[13.0, 52.0], [13.5, 52.5], [14.0, 52.0]]),
    Shape(type="LineString", coordinates=[[179.5, 60.0], [180.0, 60.5]]),
    Shape(type="MultiLineString", coordinates=[[[179.5, -60.0], [180.0, -60.0]], [[-180.0, -60.0], [-179.5, -60.0]]]),
    Shape(type="LineString", coordinates=[[0.0, 89.5], [90.0, 89.5]]),
    Shape(type="LineString", coordinates=[[0.0, -89.5], [90.0, -89.0]]),
    Shape(type="Polygon", coordinates=[[[10.0, 50.0], [11.0, 50.0], [11.0, 51.0], [10.0, 51.0], [10.0, 50.0]]]),
    Shape(type="MultiPoint", coordinates=[[10.0, 50.0], [12.0, 50.0, 300.0]]),
]


@pytest.mark.parametrize("shape", BUFFERED, ids=range(len(BUFFERED)))
def test_a_buffer_reaches_as_far_as_it_says(shape: Shape) -> None:
    grown = checked(geodesy.buffer(shape, 20_000))
    area = grown.to_shapely()
    assert area.is_valid
    for position in shape.positions():
        for angle in range(0, 360, 15):
            inside = geodesy.destination(position, angle, 19_000)
            assert area.covers(shapely.Point(inside)), (position, angle)
    # The farthest point of the buffer is as far from the nearest point of a dense copy of the shape.
    dense = shapely.get_coordinates(shapely.segmentize(shape.to_shapely(), 0.01))
    edge = [p for p in grown.positions() if abs(p[0]) < 180 and abs(p[1]) < 90]
    farthest = max(min(geodesy.distance(p, q) for q in dense) for p in edge[::40])
    assert farthest < 20_700


def test_a_buffer_of_a_line_has_the_area_of_a_stadium() -> None:
    line = BUFFERED[1]
    grown = geodesy.buffer(line, 20_000)
    assert grown.type == "MultiPolygon"
    expected = 2 * 20_000 * geodesy.length(line.coordinates) + math.pi * 20_000**2
    assert geodesy.area(grown) == pytest.approx(expected, rel=0.002)


def test_a_buffer_of_a_point_is_a_circle_and_its_radius_counts() -> None:
    assert geodesy.buffer(point(1, 2, radius_m=500), 500) == geodesy.circle((1, 2), 1000)
    with pytest.raises(ValueError, match="nothing"):
        geodesy.buffer(point(1, 2, radius_m=500), -500)


def test_a_negative_buffer_shrinks_until_nothing_is_left() -> None:
    square = BUFFERED[5]
    assert 0 < geodesy.area(geodesy.buffer(square, -5_000)) < geodesy.area(square)
    with pytest.raises(ValueError, match="nothing"):
        geodesy.buffer(square, -50_000)


@pytest.mark.parametrize("metres", [0, float("nan"), float("inf"), 1e9])
def test_a_buffer_is_a_length(metres: float) -> None:
    with pytest.raises(ValueError, match="buffer"):
        geodesy.buffer(BUFFERED[0], metres)


def test_simplify_keeps_within_its_tolerance() -> None:
    wave = [[10 + n / 1000, 50 + 0.0005 * math.sin(n / 3)] for n in range(500)]
    line = Shape(type="LineString", coordinates=wave, accuracy_m=5.0)
    rough = geodesy.simplify(line, 100)
    assert 2 <= len(rough.coordinates) < 50
    assert rough.accuracy_m == 5.0
    fine = geodesy.simplify(line, 0.01)
    assert len(rough.coordinates) < len(fine.coordinates) <= 500
    kept = shapely.LineString(rough.coordinates)
    for lon, lat in wave:
        nearest = kept.interpolate(kept.project(shapely.Point(lon, lat)))
        assert geodesy.distance((lon, lat), (nearest.x, nearest.y)) < 150


def test_simplify_leaves_points_and_tracks_alone() -> None:
    track = Shape(type="LineString", coordinates=[[1, 2], [1, 3], [1, 4]], times=(1, 2, 3))  # type: ignore[arg-type]
    for shape in (track, point(1, 2), Shape(type="MultiPoint", coordinates=[[1, 2]])):
        assert geodesy.simplify(shape, 1e6) is shape


def test_simplify_keeps_polygons_valid() -> None:
    ring = [
        [10 + 0.1 * math.cos(t / 50 * math.tau), 50 + 0.1 * math.sin(t / 50 * math.tau) * (1 + 0.1 * (t % 2))]
        for t in range(50)
    ]
    shape = Shape(type="Polygon", coordinates=[[*ring, ring[0]]])
    for tolerance in (1, 100, 5_000, 1e6):
        simple = checked(geodesy.simplify(shape, tolerance))
        assert simple.to_shapely().is_valid
        assert not simple.to_shapely().is_empty


@given(st.lists(st.tuples(st.floats(-20, 20), st.floats(-20, 20)), min_size=2, max_size=8), LON, st.floats(-85, 85))
def test_buffers_of_lines_anywhere(offsets: list[tuple[float, float]], lon: float, lat: float) -> None:
    # A line written on across the antimeridian is cut there, as RFC 7946 says; here each stays on one side.
    positions = [[max(-180.0, min(180.0, lon + x / 10)), max(-89.0, min(89.0, lat + y / 10))] for x, y in offsets]
    assume(positions[0] != positions[-1])
    grown = checked(geodesy.buffer(Shape(type="LineString", coordinates=positions), 10_000))
    assert geodesy.area(grown) > math.pi * 10_000**2 * 0.98
