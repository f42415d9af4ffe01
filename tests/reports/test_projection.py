"""Mercator against PROJ, and lengths on the sheet against geodesics."""

from __future__ import annotations

import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qroc_desktop.reports.drawing import grid_lines
from qroc_desktop.reports.legend import scale_bar
from qroc_desktop.reports.projection import circle, forward, frame_around, inverse, round_length

GEOD = pyproj.Geod(ellps="WGS84")
TO_MERCATOR = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:3857", always_xy=True)
LONS = st.floats(-180, 180)
LATS = st.floats(-85, 85)


@given(LONS, LATS)
def test_forward_is_epsg_3857(lon: float, lat: float) -> None:
    assert forward(lon, lat) == pytest.approx(TO_MERCATOR.transform(lon, lat), abs=1e-3)


@given(LONS, LATS)
def test_inverse_undoes_forward(lon: float, lat: float) -> None:
    assert inverse(*forward(lon, lat)) == pytest.approx((lon, lat), abs=1e-9)


@pytest.mark.parametrize("lat", [0.0, 35.5, 50.8, -41.0, 69.6])
@pytest.mark.parametrize("wide", [0.05, 1.0, 8.0])
def test_the_scale_bar_has_the_length_it_says(lat: float, wide: float) -> None:
    frame = frame_around((10.0, lat - wide / 8, 10.0 + wide, lat + wide / 8), 200, 150)
    metres, length_mm = scale_bar(frame, 42.0)
    assert 42.0 / 2.5 - 0.01 <= length_mm <= 42.0
    # Walk the bar along the middle of the map and measure the way on the ellipsoid.
    middle_x, middle_y = (frame.west + frame.east) / 2, (frame.south + frame.north) / 2
    start = inverse(middle_x, middle_y)
    end = inverse(middle_x + length_mm * frame.metres_per_mm, middle_y)
    assert GEOD.inv(*start, *end)[2] == pytest.approx(metres, rel=1e-3)


@pytest.mark.parametrize(
    "bounds",
    [(5.0, 50.0, 7.0, 51.0), (178.0, -20.0, -178.0, -15.0), (9.5, 47.1, 9.5, 47.1), (-180, -90, 180, 90)],
)
def test_a_frame_holds_its_bounds(bounds: tuple[float, float, float, float]) -> None:
    frame = frame_around(bounds, 210, 160)
    for lon, lat in ((bounds[0], max(bounds[1], -85)), (bounds[2], min(bounds[3], 85))):
        x, y = frame.place(lon, lat)
        assert frame.west <= x <= frame.east
        if abs(bounds[1]) < 89:
            assert frame.south <= y <= frame.north
    assert (frame.east - frame.west) / 210 == pytest.approx((frame.north - frame.south) / 160)


def test_the_zoom_is_that_of_web_map_tiles() -> None:
    frame = frame_around((0.0, 50.0, 1.0, 50.5), 100, 80, margin=0)
    pixels = 100 / 0.24
    assert (frame.east - frame.west) / pixels == pytest.approx(40_075_016.686 / (256 * 2**frame.zoom), rel=1e-6)


def test_meridians_and_parallels_stand_where_they_say() -> None:
    frame = frame_around((5.35, 50.55, 6.3, 51.02), 210, 160)
    lines = grid_lines(frame)
    assert {line.meridian for line in lines} == {True, False}
    for line in lines:
        degrees, _, minutes = line.text[:-1].partition("°")
        value = int(degrees) + int(minutes.rstrip("′") or 0) / 60
        assert line.text[-1] == ("E" if line.meridian else "N")
        shown = inverse(line.at, 0)[0] if line.meridian else inverse(0, line.at)[1]
        assert shown == pytest.approx(value, abs=1e-9)


@given(st.floats(-179, 179), st.floats(-80, 80), st.floats(10, 100_000))
def test_a_circle_is_as_far_as_its_radius_everywhere(lon: float, lat: float, radius: float) -> None:
    for east, north in circle(lon, lat, radius, corners=12):
        assert GEOD.inv(lon, lat, east, north)[2] == pytest.approx(radius, rel=1e-6)


@pytest.mark.parametrize(("longest", "expected"), [(999, 500), (1000, 1000), (4999, 2000), (5000, 5000), (0.7, 0.5)])
def test_round_lengths(longest: float, expected: float) -> None:
    assert round_length(longest) == pytest.approx(expected)
