"""Shapes as formats without circles, rings or tracks have them: as rings of positions."""

from __future__ import annotations

from typing import Final

from pyproj import Geod

from qroc_desktop.domain.shape import Shape

_GEOD: Final = Geod(ellps="WGS84")
CORNERS: Final = 64

Ring = list[list[float]]


def circle(lon: float, lat: float, radius_m: float) -> Ring:
    """A closed ring of lon, lat around the point, counter-clockwise; exact on the ellipsoid at each corner."""
    azimuths = [-360.0 * corner / CORNERS for corner in range(CORNERS)]
    lons, lats, _ = _GEOD.fwd([lon] * CORNERS, [lat] * CORNERS, azimuths, [radius_m] * CORNERS)
    ring = [[round(float(x), 9), round(float(y), 9)] for x, y in zip(lons, lats, strict=True)]
    return [*ring, ring[0]]


def closed(ring: Ring) -> Ring:
    """The ring with its first position at the end."""
    return ring if ring and ring[0] == ring[-1] else [*ring, ring[0]] if ring else ring


def polygons(shape: Shape) -> list[list[Ring]]:
    """The polygons (outer ring, then holes) of an area or a circle; empty for points and lines."""
    if shape.type == "Polygon":
        return [shape.coordinates]
    if shape.type == "MultiPolygon":
        return list(shape.coordinates)
    if shape.type == "Point" and shape.radius_m:
        return [[circle(shape.coordinates[0], shape.coordinates[1], shape.radius_m)]]
    return []


def lines(shape: Shape) -> list[Ring]:
    """The lines of a line; empty for anything else."""
    if shape.type == "LineString":
        return [shape.coordinates]
    return list(shape.coordinates) if shape.type == "MultiLineString" else []


def points(shape: Shape) -> list[list[float]]:
    """The single positions of a point (with or without radius) or of many; empty for anything else."""
    if shape.type == "Point":
        return [shape.coordinates]
    return list(shape.coordinates) if shape.type == "MultiPoint" else []
