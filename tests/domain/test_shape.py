from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.shape import Shape, ShapeError, checked, from_shapely, point

RING = [[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [0.0, 0.0]]


@pytest.mark.parametrize(
    ("kind", "coordinates", "reason"),
    [
        ("Circle", [0, 0], "not supported"),
        ("GeometryCollection", [], "not supported"),
        ("Point", [], "nest"),
        ("Point", [1], "nest"),
        ("Point", ["1", "2"], "nest"),
        ("Point", [True, False], "nest"),
        ("Point", [[1, 2]], "nest"),
        ("Point", {"x": 1}, "nest"),
        ("Point", None, "nest"),
        ("Point", [math.nan, 1], "finite"),
        ("Point", [1, 2, math.inf], "finite"),
        ("Point", [180.1, 0], "longitude"),
        ("Point", [0, -90.5], "longitude"),
        ("LineString", [], "empty"),
        ("LineString", [[1, 2]], "fewer than two"),
        ("MultiLineString", [[[1, 2]]], "fewer than two"),
        ("Polygon", [[[0, 0], [1, 1], [0, 0]]], "closed"),
        ("Polygon", [[[0, 0], [1, 0], [1, 1], [0, 1]]], "closed"),
        ("MultiPolygon", [[]], "no ring"),
        ("Polygon", [], "empty"),
    ],
)
def test_what_is_no_geometry_on_this_earth_is_refused(kind: str, coordinates: Any, reason: str) -> None:
    with pytest.raises(ShapeError, match=reason):
        checked(Shape(type=kind, coordinates=coordinates))


@pytest.mark.parametrize("radius", [0.0, -1.0, math.nan, math.inf, 30_000_000.0])
def test_radii_are_lengths_on_earth(radius: float) -> None:
    with pytest.raises(ShapeError, match="radius"):
        point(0, 0, radius_m=radius)


def test_a_track_has_a_time_for_each_position() -> None:
    line = [[0.0, 0.0], [1.0, 1.0]]
    checked(Shape(type="LineString", coordinates=line, times=(Instant(1), Instant(2))))
    with pytest.raises(ShapeError, match="one time for each"):
        checked(Shape(type="LineString", coordinates=line, times=(Instant(1),)))


def test_anchors() -> None:
    assert point(5, 52).anchor() == (5, 52)
    assert Shape(type="LineString", coordinates=[[0.0, 0.0], [2.0, 1.0]]).anchor() == (2.0, 1.0)
    horseshoe = [
        [0.0, 0.0],
        [9.0, 0.0],
        [9.0, 9.0],
        [8.0, 9.0],
        [8.0, 1.0],
        [1.0, 1.0],
        [1.0, 9.0],
        [0.0, 9.0],
        [0.0, 0.0],
    ]
    area = Shape(type="Polygon", coordinates=[horseshoe])
    inside = area.to_shapely().contains(from_shapely(area.to_shapely()).to_shapely().representative_point())
    assert inside
    lon, lat = area.anchor()
    assert area.to_shapely().contains(point(lon, lat).to_shapely())


def test_bounds_of_a_circle_reach_as_far_as_its_radius() -> None:
    # One degree of a meridian is 111.195 km on the mean sphere; at 60 degrees a parallel's is half of that.
    west, south, east, north = point(10.0, 60.0, radius_m=111_195.0).bounds()
    assert south == pytest.approx(59.0, abs=1e-4)
    assert north == pytest.approx(61.0, abs=1e-4)
    assert 2.0 <= 10.0 - west <= 2.1
    assert east - 10.0 == pytest.approx(10.0 - west)
    assert point(179.9, 0.0, radius_m=50_000.0).bounds()[2] == 180.0
    assert point(0.0, 89.9, rings_m=(50_000.0,)).bounds()[3] == 90.0


@given(st.lists(st.tuples(st.floats(-180, 180), st.floats(-90, 90)), min_size=2, max_size=20))
def test_bounds_hold_every_position_tightly(positions: list[tuple[float, float]]) -> None:
    west, south, east, north = Shape(type="LineString", coordinates=[list(p) for p in positions]).bounds()
    assert (west, east) == (min(p[0] for p in positions), max(p[0] for p in positions))
    assert (south, north) == (min(p[1] for p in positions), max(p[1] for p in positions))


def test_a_polygon_survives_shapely() -> None:
    shape = Shape(type="Polygon", coordinates=[RING])
    again = from_shapely(shape.to_shapely(), accuracy_m=5.0)
    assert (again.type, again.coordinates, again.accuracy_m) == ("Polygon", [RING], 5.0)
    assert again.geojson() == {"type": "Polygon", "coordinates": [RING]}
