"""Lines from files in which some positions have a height and others have none."""

from __future__ import annotations

from qroc_desktop.domain.shape import Shape, checked


def test_a_line_with_and_without_heights_has_an_anchor_and_a_geometry() -> None:
    mixed = [[10.0, 50.0, 120.0], [11.0, 50.0], [12.0, 50.0, 90.0, 1.0]]
    line = checked(Shape(type="MultiLineString", coordinates=[mixed]))
    assert line.to_shapely().length == 2.0
    lon, lat = line.anchor()
    assert 10.0 <= lon <= 12.0
    assert lat == 50.0
    assert line.coordinates[0][0] == [10.0, 50.0, 120.0]
