"""A plane in metres around a position: azimuthal equidistant, on WGS84 (Snyder, USGS 1395, chapter 25).

Distances from the middle are true; 100 km out, those across are stretched by less than 0.01 %.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyproj
import shapely


class Plane:
    """Metres east and north of a position (lon, lat)."""

    def __init__(self, lon: float, lat: float) -> None:
        self._proj = pyproj.Proj(proj="aeqd", lon_0=lon, lat_0=lat, ellps="WGS84")

    def flat(self, geometry: Any) -> Any:
        """A shapely geometry in lon, lat, in metres."""
        return shapely.transform(geometry, self._flat)

    def back(self, geometry: Any) -> Any:
        """A shapely geometry in metres, in lon, lat."""
        return shapely.transform(geometry, self._back)

    def metres(self, lon: float, lat: float) -> tuple[float, float]:
        """One position in metres east and north."""
        x, y = self._proj(lon, lat)
        return float(x), float(y)

    def _flat(self, points: Any) -> Any:
        return np.column_stack(self._proj(points[:, 0], points[:, 1]))

    def _back(self, points: Any) -> Any:
        return np.column_stack(self._proj(points[:, 0], points[:, 1], inverse=True))
