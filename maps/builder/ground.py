"""Land and sea from OpenStreetMap's coastlines, which keep the land to their left."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import shapely
import shapely.ops

# Degrees; some 20 centimetres, less than any coastline is accurate to.
_STEP = 2e-6


def sea(coast: Sequence[Any], cover: Any) -> Any:
    """The parts of `cover` that lie to the right of the coastlines; empty where there is no coastline.

    coast: lines (lon, lat), cut anywhere. A coast that ends within the cover bounds nothing and is left out.
    """
    if not coast:
        return shapely.Polygon()
    lines = shapely.intersection(shapely.line_merge(shapely.MultiLineString(list(coast))), cover)
    faces = shapely.ops.polygonize(shapely.union_all([lines, cover.boundary]))
    found = [face for face in faces if _is_sea(face, lines)]
    return shapely.union_all(found) if found else shapely.Polygon()


def _is_sea(face: Any, coast: Any) -> bool:
    """Vote over the coast's pieces on the face's edge: is the face to their right?"""
    votes = 0
    for line in getattr(coast, "geoms", [coast]):
        shared = shapely.intersection(line, face.boundary)
        for piece in getattr(shared, "geoms", [shared]):
            if piece.geom_type == "LineString" and piece.length > 0:
                votes += 1 if _right_of(piece, line, face) else -1
    return votes > 0


def _right_of(piece: Any, line: Any, face: Any) -> bool:
    start = line.project(piece.interpolate(0.4, normalized=True))
    a, b = line.interpolate(max(0.0, start - _STEP / 2)), line.interpolate(start + _STEP / 2)
    east, north = b.x - a.x, b.y - a.y
    length = math.hypot(east, north) or 1.0
    right = shapely.Point((a.x + b.x) / 2 + north / length * _STEP, (a.y + b.y) / 2 - east / length * _STEP)
    return bool(face.contains(right))
