"""Geometry as it is stored: a GeoJSON geometry with what operations add to it.

A circle is a Point with `radius_m`; range rings are a Point with `rings_m`; a track is a
LineString with an instant per vertex. Kept as plain coordinates: a million shapes are read and written
without building a million geometry objects, and `to_shapely` gives one where computing needs it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec
import shapely
from shapely.geometry.base import BaseGeometry

from qroc_desktop.domain.instant import Instant
from qroc_desktop.errors import Because, Message

Position = tuple[float, ...]
"""lon, lat in degrees, and optionally metres above the WGS84 ellipsoid."""
Bounds = tuple[float, float, float, float]
"""west, south, east, north in degrees; west > east when it crosses the antimeridian."""

GEOMETRY_TYPES: Final = (
    "Point",
    "MultiPoint",
    "LineString",
    "MultiLineString",
    "Polygon",
    "MultiPolygon",
)
_DEPTH: Final = dict(zip(GEOMETRY_TYPES, (0, 1, 1, 2, 2, 3), strict=True))
EARTH_RADIUS_M: Final = 6_371_008.8
"""Mean radius R1 of the WGS84 ellipsoid (IUGG)."""


class ShapeError(Because):
    """Coordinates that are not a geometry on this Earth."""


class Shape(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One geometry. `coordinates` nest as RFC 7946 says for `type`."""

    type: str
    coordinates: Any
    radius_m: float | None = None
    rings_m: tuple[float, ...] = ()
    times: tuple[Instant, ...] = ()
    accuracy_m: float | None = None
    vertical_accuracy_m: float | None = None

    def positions(self) -> Iterator[Sequence[float]]:
        """Every position of the geometry, in order."""
        yield from _walk(self.coordinates, _DEPTH[self.type])

    def bounds(self) -> Bounds:
        """Bounding box, radius and rings included.

        Rings of one geometry are taken not to cross the antimeridian (RFC 7946 section 3.1.9 has
        them cut); a MultiPolygon cut there spans the world, and a query still finds it.
        """
        lons, lats = zip(*((p[0], p[1]) for p in self.positions()), strict=True)
        west, east = min(lons), max(lons)
        south, north = min(lats), max(lats)
        reach = max((self.radius_m or 0.0, *self.rings_m))
        if reach:
            dlat = math.degrees(reach / EARTH_RADIUS_M)
            south, north = max(-90.0, south - dlat), min(90.0, north + dlat)
            shrink = math.cos(math.radians(min(89.9, max(abs(south), abs(north)))))
            dlon = min(180.0, dlat / shrink)
            west, east = max(-180.0, west - dlon), min(180.0, east + dlon)
        return (west, south, east, north)

    def anchor(self) -> tuple[float, float]:
        """lon, lat where a symbol stands: the point, the last vertex of a line, inside an area."""
        if self.type == "Point":
            return (self.coordinates[0], self.coordinates[1])
        if self.type == "LineString":
            return (self.coordinates[-1][0], self.coordinates[-1][1])
        inside = self.to_shapely().representative_point()
        return (inside.x, inside.y)

    def to_shapely(self) -> BaseGeometry:
        """The plain geometry in lon, lat, without heights, radius and rings, for computing.

        Files mix positions with and without a height in one line; shapely refuses such a mixture.
        """
        return shapely.geometry.shape({"type": self.type, "coordinates": _flat(self.coordinates, _DEPTH[self.type])})

    def geojson(self) -> dict[str, Any]:
        """RFC 7946 geometry object."""
        return {"type": self.type, "coordinates": self.coordinates}


def point(lon: float, lat: float, **extra: Any) -> Shape:
    """A checked Point shape."""
    return checked(Shape(type="Point", coordinates=[lon, lat], **extra))


def from_shapely(geometry: BaseGeometry, **extra: Any) -> Shape:
    """A checked shape of a shapely geometry (not a GeometryCollection)."""
    mapping = shapely.geometry.mapping(geometry)
    return checked(Shape(type=mapping["type"], coordinates=_as_lists(mapping.get("coordinates", [])), **extra))


def checked(shape: Shape) -> Shape:
    """The same shape, or ShapeError that says what is wrong with it.

    Checks nesting, finite numbers, latitude and longitude range, number of positions, closed rings,
    and an instant per vertex where there are any.
    """
    if shape.type not in _DEPTH:
        raise ShapeError(Message("geometry type {type} is not supported", type=repr(shape.type[:40])))
    try:
        _check_nested(shape.coordinates, _DEPTH[shape.type])
    except (TypeError, IndexError, KeyError) as error:
        raise ShapeError(Message("coordinates do not nest as a {type}", type=shape.type)) from error
    _check_counts(shape)
    for length in (shape.radius_m, *shape.rings_m):
        if length is not None and not (math.isfinite(length) and 0 < length <= 20_040_000):
            raise ShapeError(Message("radius {length} m is not a length on Earth", length=length))
    if shape.times and len(shape.times) != sum(1 for _ in shape.positions()):
        raise ShapeError(Message("the track has not one time for each position"))
    return shape


def _flat(coordinates: Any, depth: int) -> Any:
    return coordinates[:2] if depth == 0 else [_flat(part, depth - 1) for part in coordinates]


def _walk(coordinates: Any, depth: int) -> Iterator[Sequence[float]]:
    if depth == 0:
        yield coordinates
        return
    for part in coordinates:
        yield from _walk(part, depth - 1)


def _check_nested(coordinates: Any, depth: int) -> None:
    if not isinstance(coordinates, (list, tuple)):
        raise TypeError
    if depth:
        for part in coordinates:
            _check_nested(part, depth - 1)
        return
    if not 2 <= len(coordinates) <= 4 or not all(
        isinstance(n, (int, float)) and not isinstance(n, bool) for n in coordinates
    ):
        raise TypeError
    lon, lat = coordinates[0], coordinates[1]
    if not all(math.isfinite(n) for n in coordinates):
        raise ShapeError(Message("a coordinate is not a finite number"))
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise ShapeError(Message("position {lon}, {lat} is not a longitude and a latitude", lon=lon, lat=lat))


def _check_counts(shape: Shape) -> None:
    depth = _DEPTH[shape.type]
    if depth and not shape.coordinates:
        raise ShapeError(Message("the {type} is empty", type=shape.type))
    if shape.type in ("LineString", "MultiLineString"):
        lines = [shape.coordinates] if shape.type == "LineString" else shape.coordinates
        if any(len(line) < 2 for line in lines):
            raise ShapeError(Message("a line has fewer than two positions"))
    if shape.type in ("Polygon", "MultiPolygon"):
        polygons = [shape.coordinates] if shape.type == "Polygon" else shape.coordinates
        for ring in (ring for polygon in polygons for ring in polygon):
            if len(ring) < 4 or list(ring[0]) != list(ring[-1]):
                raise ShapeError(Message("a ring is not closed or has fewer than four positions"))
        if not all(polygons):
            raise ShapeError(Message("a polygon has no ring"))


def _as_lists(coordinates: Any) -> Any:
    return [_as_lists(part) for part in coordinates] if isinstance(coordinates, (list, tuple)) else float(coordinates)
