"""CAP areas: polygons as `lat,lon` pairs, circles as `lat,lon radius` in kilometres, geocodes."""

from __future__ import annotations

from typing import Any, Final

import shapely
from shapely.geometry import MultiPolygon, Polygon

from qroc_desktop.domain.shape import Shape, ShapeError, checked
from qroc_desktop.errors import Message
from qroc_desktop.formats import outlines, xml
from qroc_desktop.formats.outlines import Ring
from qroc_desktop.formats.reading import Problem
from qroc_desktop.formats.xml import Element, add, decimal
from qroc_desktop.reasons import reason_of

_ROUND: Final = 111_195.0
"""Metres in a degree of latitude on the mean sphere."""
_NARROW_M: Final = 25.0
"""Half the width of the strip that stands for a line, which CAP does not have."""


def shape_of(areas: list[Element], problems: list[Problem]) -> Shape | None:
    """All areas as one shape; a circle stays one where it is alone.

    An area without polygon and circle (geocodes alone) has no shape: that is noted.
    """
    rings: list[Ring] = []
    circles: list[tuple[float, float, float]] = []
    for area in areas:
        found = _rings(area, problems), _circles(area, problems)
        rings += found[0]
        circles += found[1]
        if not any(found):
            what = ", ".join(xml.child_text(code, "value") for code in xml.children(area, "geocode"))
            why = Message("The area has no polygon and no circle: it came in without a place on the map.")
            problems.append(Problem(xml.where(area), why, what=what, skipped=False))
    if len(circles) == 1 and not rings:
        lon, lat, radius = circles[0]
        return Shape(type="Point", coordinates=[lon, lat], radius_m=radius or None)
    if circles and not rings and not any(radius for _, _, radius in circles):
        return Shape(type="MultiPoint", coordinates=[[lon, lat] for lon, lat, _ in circles])
    if circles:
        why = Message("Circles beside other areas came in as polygons.")
        problems.append(Problem(xml.where(areas[0]), why, skipped=False))
        rings += [outlines.circle(lon, lat, radius or 1.0) for lon, lat, radius in circles]
    if len(rings) == 1:
        return Shape(type="Polygon", coordinates=rings)
    return Shape(type="MultiPolygon", coordinates=[[ring] for ring in rings]) if rings else None


def write_areas(shape: Shape | None, place: str, info: Element, problems: list[Problem], where: str) -> None:
    """Add the area element of an item to its info block; nothing where it has neither shape nor place."""
    if shape is None and not place:
        return
    area = add(info, "area")
    add(area, "areaDesc", place or _coordinates(shape))
    if shape is None:
        return
    if shape.type == "Point" and not shape.radius_m and shape.rings_m:
        problems.append(_approximate(where, Message("Range rings are written as their widest circle.")))
        _add_circle(area, shape.coordinates, max(shape.rings_m))
        return
    if shape.type in ("Point", "MultiPoint"):
        for position in outlines.points(shape):
            _add_circle(area, position, shape.radius_m or 0.0)
        return
    if outlines.lines(shape):
        problems.append(_approximate(where, Message("CAP has no lines: it is written as a narrow area.")))
    for rings in outlines.polygons(shape) or _strip(shape):
        if len(rings) > 1:
            problems.append(_approximate(where, Message("CAP has no holes in areas: they are left out.")))
        add(area, "polygon", " ".join(f"{decimal(p[1])},{decimal(p[0])}" for p in outlines.closed(rings[0])))


def _rings(area: Element, problems: list[Problem]) -> list[Ring]:
    rings = []
    for element in xml.children(area, "polygon"):
        text = xml.text_of(element)
        if not text.strip():
            continue
        try:
            ring = [_position(pair) for pair in text.split()]
            checked(Shape(type="Polygon", coordinates=[outlines.closed(ring)]))
        except ValueError as error:
            why = Message("The polygon cannot be read: {error}.", error=reason_of(error))
            problems.append(Problem(xml.where(element), why, what=text))
            continue
        if outlines.closed(ring) != ring:
            why = Message("The polygon was not closed; its first position was added at the end.")
            problems.append(Problem(xml.where(element), why, skipped=False))
        rings.append(outlines.closed(ring))
    return rings


def _circles(area: Element, problems: list[Problem]) -> list[tuple[float, float, float]]:
    circles = []
    for element in xml.children(area, "circle"):
        text = xml.text_of(element)
        if not text.strip():
            continue
        try:
            centre, radius_km = _two(text.split(), text)
            lon, lat = _position(centre)
            radius = round(xml.number(radius_km) * 1000, 6)
            if radius < 0:
                raise ShapeError(Message("radius {radius} km is negative", radius=radius_km))
            checked(Shape(type="Point", coordinates=[lon, lat], radius_m=radius or None))
        except ValueError as error:
            why = Message("The circle cannot be read: {error}.", error=reason_of(error))
            problems.append(Problem(xml.where(element), why, what=text))
            continue
        circles.append((lon, lat, radius))
    return circles


def _position(pair: str) -> list[float]:
    """lon, lat of CAP's `lat,lon`."""
    lat, lon = _two(pair.split(","), pair)
    return [xml.number(lon), xml.number(lat)]


def _two(parts: list[str], text: str) -> tuple[str, str]:
    if len(parts) != 2:
        raise ShapeError(Message("{text} is not two values", text=repr(text[:40])))
    return parts[0], parts[1]


def _add_circle(area: Element, position: list[float], radius_m: float) -> None:
    add(area, "circle", f"{decimal(position[1])},{decimal(position[0])} {decimal(radius_m / 1000)}")


def _strip(shape: Shape) -> list[list[Ring]]:
    # Positions closer together than a hand's breadth make the buffer divide by nothing.
    near = shapely.set_precision(shape.to_shapely(), 1e-6, mode="pointwise")
    strip: Any = near.buffer(_NARROW_M / _ROUND, quad_segs=1)
    parts = list(strip.geoms) if isinstance(strip, MultiPolygon) else [strip]
    return [
        [[[_within(x, 180.0), _within(y, 90.0)] for x, y, *_ in part.exterior.coords]]
        for part in parts
        if isinstance(part, Polygon) and not part.is_empty
    ]


def _within(value: float, limit: float) -> float:
    return max(-limit, min(limit, round(value, 9)))


def _coordinates(shape: Shape | None) -> str:
    if shape is None:
        return ""
    west, south, east, north = shape.bounds()
    return f"{(south + north) / 2:.5f}, {(west + east) / 2:.5f}"


def _approximate(where: str, why: Message) -> Problem:
    return Problem(where, why, skipped=False)
