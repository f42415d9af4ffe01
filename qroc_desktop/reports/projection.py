"""Spherical Web Mercator (EPSG:3857) for a sheet of paper, and true lengths on it.

Mercator keeps north up everywhere on the sheet; its scale grows with latitude, so lengths are computed on the
WGS84 ellipsoid at the latitude where they are drawn.
"""

from __future__ import annotations

import math
from typing import Final

import msgspec
import pyproj

from qroc_desktop.domain.shape import Bounds

SPHERE_M: Final = 6_378_137.0
WORLD_M: Final = 2 * math.pi * SPHERE_M
NORTHERNMOST: Final = 85.0511
CSS_PIXEL_MM: Final = 0.24
"""How large a pixel of the screen map's style is drawn on paper."""
_TILE_PIXELS: Final = 256
_GEOD: Final = pyproj.Geod(ellps="WGS84")
_SMALLEST_M: Final = 1500.0


def forward(lon: float, lat: float) -> tuple[float, float]:
    """x, y in metres of EPSG:3857; latitudes beyond the map's end are drawn at its end."""
    lat = max(-NORTHERNMOST, min(NORTHERNMOST, lat))
    return SPHERE_M * math.radians(lon), SPHERE_M * math.asinh(math.tan(math.radians(lat)))


def inverse(x: float, y: float) -> tuple[float, float]:
    """lon, lat in degrees."""
    return math.degrees(x / SPHERE_M), math.degrees(math.atan(math.sinh(y / SPHERE_M)))


class Frame(msgspec.Struct, frozen=True):
    """The part of the world on a sheet: metres of EPSG:3857, and the millimetres it is drawn in.

    `east` may lie beyond 180 degrees where the sheet crosses the antimeridian.
    """

    west: float
    south: float
    east: float
    north: float
    width_mm: float
    height_mm: float

    @property
    def metres_per_mm(self) -> float:
        """Metres of the projection in a millimetre of paper, which are true metres at the equator alone."""
        return (self.east - self.west) / self.width_mm

    @property
    def zoom(self) -> float:
        """Zoom of web map tiles whose style looks right at this scale."""
        return math.log2(WORLD_M / (self.metres_per_mm * CSS_PIXEL_MM * _TILE_PIXELS))

    @property
    def latitude(self) -> float:
        """Latitude in the middle of the sheet."""
        return inverse(0.0, (self.south + self.north) / 2)[1]

    @property
    def bounds(self) -> Bounds:
        """west, south, east, north in degrees; east may exceed 180."""
        west, south = inverse(self.west, self.south)
        east, north = inverse(self.east, self.north)
        return (west, south, east, north)

    def place(self, lon: float, lat: float) -> tuple[float, float]:
        """x, y of a position, on the turn of the world that the sheet shows."""
        x, y = forward(lon, lat)
        if x < self.west and x + WORLD_M <= self.east:
            x += WORLD_M
        return x, y

    def holds(self, x: float, y: float) -> bool:
        """Whether a point of the projection is on the sheet."""
        return self.west <= x <= self.east and self.south <= y <= self.north

    def scale(self) -> float:
        """The denominator of the scale in the middle of the sheet, west to east."""
        return ground_length(self.metres_per_mm, self.latitude) * 1000


def frame_around(bounds: Bounds, width_mm: float, height_mm: float, *, margin: float = 0.06) -> Frame:
    """A frame of that size on paper that shows all of `bounds` (west > east crosses the antimeridian)."""
    west, south = forward(bounds[0], bounds[1])
    east, north = forward(bounds[2], bounds[3])
    if bounds[0] > bounds[2]:
        east += WORLD_M
    least = _SMALLEST_M / math.cos(math.radians((bounds[1] + bounds[3]) / 2) * 0.99)
    wide = max((east - west) * (1 + 2 * margin), least)
    high = max((north - south) * (1 + 2 * margin), least * height_mm / width_mm)
    per_mm = min(max(wide / width_mm, high / height_mm), WORLD_M / width_mm)
    middle_x, middle_y = (west + east) / 2, (south + north) / 2
    half_x, half_y = per_mm * width_mm / 2, per_mm * height_mm / 2
    end = forward(0.0, NORTHERNMOST)[1]
    if half_y < end:
        middle_y = max(-end + half_y, min(end - half_y, middle_y))
    return Frame(middle_x - half_x, middle_y - half_y, middle_x + half_x, middle_y + half_y, width_mm, height_mm)


def ground_length(projected_m: float, lat: float) -> float:
    """True metres along the parallel of `lat` in so many metres of the projection."""
    step = math.degrees(1000.0 / SPHERE_M)
    _, _, metres = _GEOD.inv(0.0, lat, step, lat)
    return projected_m * float(metres) / 1000.0


def round_length(longest_m: float) -> float:
    """The largest of 1, 2, 5 times a power of ten that is not longer."""
    power = 10.0 ** math.floor(math.log10(longest_m))
    return max(step * power for step in (1, 2, 5) if step * power <= longest_m * (1 + 1e-9))


def circle(lon: float, lat: float, radius_m: float, corners: int = 96) -> list[tuple[float, float]]:
    """lon, lat of the corners of a geodesic circle on the WGS84 ellipsoid, closed."""
    bearings = [360.0 * i / corners for i in range(corners)]
    lons, lats, _ = _GEOD.fwd([lon] * corners, [lat] * corners, bearings, [radius_m] * corners)
    ring = [(lon + (found - lon + 540) % 360 - 180, north) for found, north in zip(lons, lats, strict=True)]
    return [*ring, ring[0]]
