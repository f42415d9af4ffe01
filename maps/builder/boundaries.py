"""What each boundary line is: geometry from the newer layer, sides from the older one, policy from a table."""

from __future__ import annotations

import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from .sources import Shape, Sources

POLICY = Path(__file__).parent / "data" / "boundaries.toml"
# The two layers differ by some hundred metres; a line of the one lies this close (degrees) to its twin.
_CLOSE = 0.02
_SAMPLES = 25


@dataclass(frozen=True, slots=True)
class Boundary:
    """A line (lon, lat), its kind (country, disputed, region) and the names of its sides, where known."""

    geometry: Any
    kind: str
    sides: tuple[str, str]


def country_boundaries(sources: Sources) -> list[Boundary]:
    """All land boundaries between countries, with disputed ones marked."""
    policy = tomllib.loads(POLICY.read_text(encoding="utf-8"))
    by_sides = {frozenset(entry["sides"]): entry["kind"] for entry in policy["line"]}
    known = sources.natural_earth_10m_attributed("ne_10m_admin_0_boundary_lines_land")
    tree = shapely.STRtree([shape.geometry for shape in known])
    found = []
    for shape in sources.natural_earth_10m("ne_10m_admin_0_boundary_lines_land"):
        twin = _twin(shape, known, tree)
        if twin is None:
            boundary = Boundary(shape.geometry, _kind_by_box(shape, policy["box"]), ("", ""))
        else:
            sides = (twin["adm0_left"], twin["adm0_right"])
            kind = by_sides.get(frozenset(sides)) or _kind_by_class(twin["featurecla"])
            boundary = Boundary(shape.geometry, kind, sides)
        if boundary.kind != "none":
            found.append(boundary)
    return found


def _twin(shape: Shape, known: list[Shape], tree: shapely.STRtree) -> dict[str, Any] | None:
    """The attributes of the older line that most samples of the newer one lie on."""
    fractions = np.linspace(0.02, 0.98, _SAMPLES)
    line: Any = shape.geometry
    points = shapely.line_interpolate_point(line, fractions, normalized=True)
    (_, indexes), distances = tree.query_nearest(points, return_distance=True, all_matches=False)
    votes = Counter(int(i) for i, d in zip(indexes, distances, strict=True) if d < _CLOSE)
    return known[votes.most_common(1)[0][0]].properties if votes else None


def _kind_by_class(feature_class: str) -> str:
    settled = ("International", "Lease", "ForgetMagics")
    return "country" if feature_class.startswith(settled) else "disputed"


def _kind_by_box(shape: Shape, boxes: list[dict[str, Any]]) -> str:
    for entry in boxes:
        if shapely.box(*entry["bounds"]).contains(shape.geometry):
            return str(entry["kind"])
    return "country"
