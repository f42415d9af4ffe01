"""GeoJSON geometry objects as shapes and back (RFC 7946 sections 3.1 and 4)."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from qroc_desktop.domain.shape import GEOMETRY_TYPES, Shape, ShapeError, checked
from qroc_desktop.errors import Message
from qroc_desktop.reasons import reason_of

_DEEPEST_COLLECTION: Final = 16
_FARTHEST_TURN: Final = 540.0
"""Longitudes up to one and a half turns are a line that runs on across the antimeridian; beyond, they are metres."""
CRS84: Final = frozenset(
    {
        "crs84",
        "ogc:crs84",
        "urn:ogc:def:crs:ogc:1.3:crs84",
        "urn:ogc:def:crs:ogc::crs84",
        "http://www.opengis.net/def/crs/ogc/1.3/crs84",
        "https://www.opengis.net/def/crs/ogc/1.3/crs84",
        "http://www.opengis.net/def/crs/ogc/0/crs84",
        "https://www.opengis.net/def/crs/ogc/0/crs84",
    }
)


class GeometryProblem(ValueError):
    """A geometry that is left out, and why."""

    def __init__(self, why: Message) -> None:
        self.why = why
        super().__init__(str(why))


def crs_problem(members: Mapping[str, Any]) -> str:
    """The name of a coordinate reference system other than CRS84 that the object claims; empty where it does not."""
    if members.get("crs") is None:
        return ""
    crs = members["crs"]
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if isinstance(name, str) and name.strip().lower() in CRS84:
        return ""
    return name.strip()[:80] if isinstance(name, str) and name.strip() else "unnamed"


def shapes_of(geometry: Any) -> Iterator[tuple[Shape, list[Message]]]:
    """The shapes of a geometry object, several for a GeometryCollection, each with what was mended in it.

    Raises GeometryProblem for what is not a geometry on Earth.
    """
    yield from _shapes(geometry, 0)


def _shapes(geometry: Any, depth: int) -> Iterator[tuple[Shape, list[Message]]]:
    if not isinstance(geometry, dict):
        raise GeometryProblem(Message("The geometry is not an object."))
    type_ = geometry.get("type")
    if type_ == "GeometryCollection":
        parts = geometry.get("geometries")
        if not isinstance(parts, list) or depth >= _DEEPEST_COLLECTION:
            raise GeometryProblem(Message("The geometry collection cannot be read."))
        for part in parts:
            yield from _shapes(part, depth + 1)
        return
    if type_ not in GEOMETRY_TYPES:
        raise GeometryProblem(Message("The geometry type {type} is not known.", type=repr(str(type_)[:40])))
    yield _shape(type_, geometry.get("coordinates"))


def _shape(type_: str, coordinates: Any) -> tuple[Shape, list[Message]]:
    try:
        return checked(Shape(type=type_, coordinates=coordinates)), []
    except ShapeError:
        mended, notes = _mended(type_, coordinates)
    except (OverflowError, RecursionError) as error:
        raise GeometryProblem(Message("The coordinates cannot be read.")) from error
    try:
        return checked(mended), notes
    except ShapeError as error:
        if _has_null(coordinates):
            raise GeometryProblem(Message("A coordinate is no number.")) from error
        raise GeometryProblem(Message("The geometry is no good: {why}.", why=reason_of(error))) from error


def _has_null(coordinates: Any) -> bool:
    return coordinates is None or (isinstance(coordinates, list) and any(_has_null(part) for part in coordinates))


def _mended(type_: str, coordinates: Any) -> tuple[Shape, list[Message]]:
    notes: list[Message] = []
    try:
        if type_ == "Polygon":
            coordinates = _closed(coordinates, notes)
        elif type_ == "MultiPolygon":
            coordinates = [_closed(rings, notes) for rings in coordinates]
        shape = Shape(type=type_, coordinates=coordinates)
        farthest = max((abs(position[0]) for position in shape.positions()), default=0.0)
    except (TypeError, IndexError, KeyError):
        return Shape(type=type_, coordinates=coordinates), []
    if farthest > _FARTHEST_TURN:
        raise GeometryProblem(
            Message("The coordinates are not degrees: the file may be in a projected coordinate system.")
        )
    if 180 < farthest <= _FARTHEST_TURN:
        shape = _cut(shape)
        notes.append(Message("The geometry ran beyond 180 degrees and was cut at the antimeridian."))
    return shape, notes


def _closed(rings: Any, notes: list[Message]) -> Any:
    closed = []
    for ring in rings:
        if isinstance(ring, list) and len(ring) > 2 and ring[0] != ring[-1]:
            ring = [*ring, ring[0]]
            notes.append(Message("A ring was not closed; it has been closed."))
        closed.append(ring)
    return closed


def _cut(shape: Shape) -> Shape:
    """The geometry with all longitudes within 180 degrees, in several parts where it crosses (section 3.1.9)."""
    if shape.type == "Point":
        return msgspec.structs.replace(shape, coordinates=_turned(shape.coordinates))
    if shape.type == "MultiPoint":
        return msgspec.structs.replace(shape, coordinates=[_turned(p) for p in shape.coordinates])
    import antimeridian

    # The library finds a line's crossing by the jump between two longitudes, a polygon's by longitudes beyond 180.
    if shape.type == "LineString":
        shape = msgspec.structs.replace(shape, coordinates=[_turned(p) for p in shape.coordinates])
    elif shape.type == "MultiLineString":
        turned = [[_turned(p) for p in line] for line in shape.coordinates]
        shape = msgspec.structs.replace(shape, coordinates=turned)
    try:
        cut = antimeridian.fix_shape(shape.geojson(), fix_winding=False, great_circle=False)
    except (ValueError, TypeError, IndexError):
        return shape
    return Shape(type=cut["type"], coordinates=_lists(cut["coordinates"]))


def _turned(position: Sequence[float]) -> list[float]:
    lon = math.remainder(position[0], 360.0)
    return [lon, *position[1:]]


def _lists(value: Any) -> Any:
    return [_lists(part) for part in value] if isinstance(value, (list, tuple)) else float(value)


def wound(shape: Shape) -> dict[str, Any]:
    """The geometry object with outer rings counterclockwise and holes clockwise (section 3.1.6)."""
    coordinates = shape.coordinates
    if shape.type == "Polygon":
        coordinates = _wound(coordinates)
    elif shape.type == "MultiPolygon":
        coordinates = [_wound(rings) for rings in coordinates]
    return {"type": shape.type, "coordinates": coordinates}


def _wound(rings: Sequence[Any]) -> list[Any]:
    return [
        ring if (_signed_area(ring) >= 0) == (place == 0) else list(reversed(ring)) for place, ring in enumerate(rings)
    ]


def _signed_area(ring: Sequence[Sequence[float]]) -> float:
    """Twice the area in square degrees, positive where the ring runs counterclockwise (shoelace formula)."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in itertools.pairwise(ring))
