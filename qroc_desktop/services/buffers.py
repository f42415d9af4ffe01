"""Areas around shapes, measured on the ground and not in degrees."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pyproj
import shapely
from shapely.ops import transform

from qroc_desktop.domain.shape import Shape, from_shapely
from qroc_desktop.errors import Message, Refused

QUARTER_SEGMENTS = 24
"""Vertices in a quarter circle: the outline deviates from the circle by less than 0.06 % of the radius."""
FARTHEST_M = 2_000_000.0
"""From its centre an azimuthal equidistant projection stretches across by less than 2 % so far out (x / sin x)."""


def buffered(shapes: Sequence[Shape], metres: float) -> Shape:
    """The area within `metres` of any of the shapes; a circle counts with its radius.

    Computed in an azimuthal equidistant projection around their middle (Snyder, Map Projections: A Working
    Manual, USGS 1395, chapter 25) on the WGS84 ellipsoid. Raises Refused where they lie so far apart that it
    would not be true, or where the area meets the antimeridian or a pole.
    """
    middle = shapely.union_all([shape.to_shapely() for shape in shapes]).centroid
    there = pyproj.Transformer.from_crs(
        "EPSG:4326", f"+proj=aeqd +lat_0={middle.y} +lon_0={middle.x} +datum=WGS84 +units=m", always_xy=True
    )
    grown = [
        transform(there.transform, shapely.force_2d(shape.to_shapely())).buffer(
            metres + (shape.radius_m or 0.0), QUARTER_SEGMENTS
        )
        for shape in shapes
    ]
    area = shapely.union_all(grown)
    west, south, east, north = area.bounds
    if max(abs(west), abs(south), abs(east), abs(north)) > FARTHEST_M:
        raise Refused(Message("These items lie too far apart for one buffer."))
    back = transform(partial(there.transform, direction="INVERSE"), area)
    west, south, east, north = back.bounds
    if east - west > 180 or north > 89 or south < -89:
        raise Refused(Message("The buffer would cross the antimeridian or a pole."))
    return from_shapely(back)

