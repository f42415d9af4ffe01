"""Coastlines tell land from sea: land lies to their left."""

from __future__ import annotations

import pytest
from shapely.geometry import LineString, Point, box

from maps.builder.ground import sea

COVER = box(0, 0, 10, 10)


def test_without_a_coast_there_is_no_sea() -> None:
    assert sea([], COVER).is_empty


def test_east_of_a_coast_that_runs_north_is_sea() -> None:
    found = sea([LineString([(4, -1), (4, 11)])], COVER)
    assert found.area == pytest.approx(60.0)
    assert found.contains(Point(7, 5))


def test_a_coast_in_pieces_is_one_coast() -> None:
    found = sea([LineString([(4, 5), (4, 11)]), LineString([(4, -1), (4, 5)])], COVER)
    assert found.area == pytest.approx(60.0)


def test_an_island_stands_out_of_the_sea_and_a_closed_bay_is_sea() -> None:
    anticlockwise = LineString([(6, 4), (8, 4), (8, 6), (6, 6), (6, 4)])
    clockwise = LineString([(1, 1), (1, 2), (2, 2), (2, 1), (1, 1)])
    coast = LineString([(4, -1), (4, 11)])
    found = sea([coast, anticlockwise, clockwise], COVER)
    assert found.area == pytest.approx(60.0 - 4.0 + 1.0)
    assert not found.contains(Point(7, 5))
    assert found.contains(Point(1.5, 1.5))


def test_a_coast_outside_the_cover_changes_nothing() -> None:
    assert sea([LineString([(20, -1), (20, 11)])], COVER).is_empty
