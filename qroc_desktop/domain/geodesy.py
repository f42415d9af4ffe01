"""Lengths, directions and areas on the WGS84 ellipsoid, and shapes made by them.

Geodesics after Karney (2013), "Algorithms for geodesics", doi:10.1007/s00190-012-0578-z, as PROJ has them.
Positions are lon, lat in degrees, lengths in metres, directions in degrees clockwise from true north.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Final

import antimeridian
import msgspec
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from qroc_desktop.domain.shape import EARTH_RADIUS_M, Shape, from_shapely

LonLat = tuple[float, float]
_GEOD: Final = pyproj.Geod(ellps="WGS84")
FARTHEST_M: Final = 20_003_931.459
"""Half a meridian: nothing on Earth is farther."""
BUFFER_LIMIT_M: Final = 5_000_000.0
"""A buffer grows in a plane that is true to distance from its middle; beyond this it would mislead."""
_LONGEST_EDGE_M: Final = 100_000.0
_LONGEST_EDGE_DEG: Final = 0.25
_POLE_REACH_M: Final = 300_000.0
_FULL_TURN: Final = 360.0
_LEAST_SHRINK: Final = 0.01
"""Of degrees of longitude against those of latitude, which near a pole come to nothing."""


def distance(start: Sequence[float], end: Sequence[float]) -> float:
    """Metres along the geodesic."""
    return float(_GEOD.inv(start[0], start[1], end[0], end[1])[2])


def bearing(start: Sequence[float], end: Sequence[float]) -> float:
    """Direction at the start of the geodesic, from 0 up to but not including 360."""
    return _turned(float(_GEOD.inv(start[0], start[1], end[0], end[1])[0]))


def foot(a: LonLat, b: LonLat, place: LonLat) -> LonLat:
    """The place of a short stretch that is nearest to another place, in a plane that is true near that one; `a` or `b`
    themselves at the ends."""
    shrink = max(_LEAST_SHRINK, math.cos(math.radians(place[1])))
    if a == b:
        return a
    east, north = (b[0] - a[0]) * shrink, b[1] - a[1]
    along = ((place[0] - a[0]) * shrink * east + (place[1] - a[1]) * north) / (east * east + north * north)
    if not 0 < along < 1:
        return a if along <= 0 else b
    return a[0] + (b[0] - a[0]) * along, a[1] + (b[1] - a[1]) * along


def destination(start: Sequence[float], bearing_deg: float, metres: float) -> LonLat:
    """Where one comes to, going straight from `start` in a direction."""
    lon, lat, _ = _GEOD.fwd(start[0], start[1], bearing_deg, metres)
    return float(lon), float(lat)


def length(positions: Sequence[Sequence[float]]) -> float:
    """Metres along a path; 0 for fewer than two positions."""
    if len(positions) < 2:
        return 0.0
    return float(_GEOD.line_length([p[0] for p in positions], [p[1] for p in positions]))


def area(shape: Shape) -> float:
    """Square metres within a shape, holes left out; 0 for points and lines, a radius counts."""
    if shape.radius_m and shape.type == "Point":
        return area(circle(shape.coordinates, shape.radius_m))
    polygons = {"Polygon": [shape.coordinates], "MultiPolygon": shape.coordinates}.get(shape.type, [])
    return sum(abs(_ring_area(rings[0])) - sum(abs(_ring_area(hole)) for hole in rings[1:]) for rings in polygons)


def perimeter(shape: Shape) -> float:
    """Metres along all lines and rings of a shape."""
    if shape.radius_m and shape.type == "Point":
        return perimeter(circle(shape.coordinates, shape.radius_m))
    return sum((length(line) for line in _lines(shape)), 0.0)


def circle(centre: Sequence[float], radius_m: float, corners: int = 72) -> Shape:
    """A geodesic circle as a polygon; cut at the antimeridian and led around a pole where it reaches so far."""
    if not 0 < radius_m < FARTHEST_M:
        raise ValueError(f"radius {radius_m} m is not a length on Earth")
    bearings = [-_FULL_TURN * corner / corners for corner in range(corners)]
    lons, lats, _ = _GEOD.fwd([centre[0]] * corners, [centre[1]] * corners, bearings, [radius_m] * corners)
    ring = [(float(lon), float(lat)) for lon, lat in zip(lons, lats, strict=True)]
    return _on_the_globe(shapely.Polygon([*ring, ring[0]]), _poles_within(centre, radius_m))


def range_rings(centre: Sequence[float], radii_m: Sequence[float], corners: int = 72) -> list[Shape]:
    """A circle for each radius, in the order given."""
    return [circle(centre, radius, corners) for radius in radii_m]


def buffer(shape: Shape, metres: float) -> Shape:
    """All that lies within so many metres of a shape (negative: what lies farther inside).

    It is grown in an azimuthal equidistant projection around the shape's middle, a part at a time, so that it is
    true to distance near the shape; cut at the antimeridian, led around a pole. ValueError where nothing is left or
    the length is beyond BUFFER_LIMIT_M.
    """
    if not (math.isfinite(metres) and 0 < abs(metres) <= BUFFER_LIMIT_M):
        raise ValueError(f"{metres} m is no distance to buffer by")
    if shape.type == "Point":
        return _grown_point(shape, metres)
    middle = _middle(shape)
    project, back = _projection(middle)
    # Lines are straight in degrees (RFC 7946, section 3.1.1), as the map draws them, and not geodesics.
    drawn = shapely.segmentize(_without_height(shape.to_shapely()), _LONGEST_EDGE_DEG)
    flat = shapely.transform(drawn, project)
    grown = shapely.segmentize(flat.buffer(metres, quad_segs=18), _edge(shape, metres))
    if grown.is_empty:
        raise ValueError("nothing is left")
    poles = tuple(
        pole
        for pole, lat in (("north", 90.0), ("south", -90.0))
        if distance(middle, (0.0, lat)) < FARTHEST_M - _POLE_REACH_M
        and shapely.Point(*project(_array([[0.0, lat]]))[0]).within(grown)
    )
    parts = getattr(grown, "geoms", [grown])
    return _joined([_on_the_globe(shapely.transform(part, back), poles) for part in parts])


def simplify(shape: Shape, tolerance_m: float) -> Shape:
    """The shape with fewer vertices, none farther from it than the tolerance (Douglas and Peucker), rings kept valid.

    Points stay; so do tracks, whose every vertex has its instant.
    """
    if tolerance_m <= 0 or shape.type in ("Point", "MultiPoint") or shape.times:
        return shape
    project, back = _projection(_middle(shape))
    flat = shapely.transform(_without_height(shape.to_shapely()), project)
    simple = shapely.transform(flat.simplify(tolerance_m, preserve_topology=True), back)
    if simple.is_empty:
        return shape
    result = from_shapely(simple)
    return msgspec.structs.replace(result, accuracy_m=shape.accuracy_m, vertical_accuracy_m=shape.vertical_accuracy_m)


def _edge(shape: Shape, metres: float) -> float:
    """How long an edge may be, so that drawn straight in degrees it strays half a percent of the distance at most.

    A parallel strays from the geodesic of length L by L² tan(lat) / 8R.
    """
    reach = math.degrees(abs(metres) / EARTH_RADIUS_M)
    lat = min(89.9, max(abs(p[1]) for p in shape.positions()) + reach)
    strays = max(1.0, 0.005 * abs(metres))
    return min(_LONGEST_EDGE_M, math.sqrt(8 * EARTH_RADIUS_M * strays / max(math.tan(math.radians(lat)), 1e-3)))


def _grown_point(shape: Shape, metres: float) -> Shape:
    radius = (shape.radius_m or 0.0) + metres
    if radius <= 0:
        raise ValueError("nothing is left")
    return circle(shape.coordinates, radius)


def _ring_area(ring: Sequence[Sequence[float]]) -> float:
    return float(_GEOD.polygon_area_perimeter([p[0] for p in ring], [p[1] for p in ring])[0])


def _turned(azimuth: float) -> float:
    turned = azimuth % _FULL_TURN
    return 0.0 if turned == _FULL_TURN else turned


def _poles_within(centre: Sequence[float], radius_m: float) -> tuple[str, ...]:
    return tuple(
        pole for pole, lat in (("north", 90.0), ("south", -90.0)) if distance(centre, (centre[0], lat)) < radius_m
    )


def _on_the_globe(polygon: Any, poles: Sequence[str]) -> Shape:
    """The polygon within 180 degrees of longitude, cut at the antimeridian (RFC 7946, section 3.1.9)."""
    fixed = antimeridian.fix_polygon(
        polygon,
        force_north_pole="north" in poles,
        force_south_pole="south" in poles,
        fix_winding=not poles,
        great_circle=True,
    )
    return from_shapely(fixed)


def _joined(shapes: Sequence[Shape]) -> Shape:
    if len(shapes) == 1:
        return shapes[0]
    polygons = [rings for shape in shapes for rings in _polygons(shape)]
    return Shape(type="MultiPolygon", coordinates=polygons)


def _lines(shape: Shape) -> list[Any]:
    if shape.type == "LineString":
        return [shape.coordinates]
    if shape.type in ("MultiLineString", "Polygon"):
        return list(shape.coordinates)
    return [ring for rings in shape.coordinates for ring in rings] if shape.type == "MultiPolygon" else []


def _polygons(shape: Shape) -> list[Any]:
    return [shape.coordinates] if shape.type == "Polygon" else list(shape.coordinates)


def _middle(shape: Shape) -> LonLat:
    """A middle of the shape that the antimeridian does not mislead: the direction of the sum of its vertices."""
    x = y = z = 0.0
    for position in shape.positions():
        lon, lat = math.radians(position[0]), math.radians(position[1])
        x += math.cos(lat) * math.cos(lon)
        y += math.cos(lat) * math.sin(lon)
        z += math.sin(lat)
    if math.hypot(x, y, z) < 1e-9:
        first = next(shape.positions())
        return float(first[0]), float(first[1])
    return math.degrees(math.atan2(y, x)), math.degrees(math.atan2(z, math.hypot(x, y)))


def _projection(middle: LonLat) -> tuple[Callable[[Any], Any], Callable[[Any], Any]]:
    """Functions that take arrays of lon, lat to metres east and north of the middle, and back."""
    plane = pyproj.Proj(proj="aeqd", lon_0=middle[0], lat_0=middle[1], ellps="WGS84")

    def project(points: Any) -> Any:
        return _columns(plane(points[:, 0], points[:, 1]))

    def back(points: Any) -> Any:
        return _columns(plane(points[:, 0], points[:, 1], inverse=True))

    return project, back


def _columns(pair: Any) -> Any:
    import numpy

    return numpy.column_stack(pair)


def _array(points: Any) -> Any:
    import numpy

    return numpy.array(points)


def _without_height(geometry: BaseGeometry) -> BaseGeometry:
    return shapely.force_2d(geometry)
