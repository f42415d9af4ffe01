"""Where a CoT event is: its point, and the shapes that TAK clients put under `detail`."""

from __future__ import annotations

from collections.abc import Iterator
from math import atan2, cos, degrees, hypot, radians, sin
from typing import Final

import msgspec
from pyproj import Geod

from qroc_desktop.domain.shape import Shape, ShapeError, checked
from qroc_desktop.errors import Message, Refused
from qroc_desktop.formats import outlines, xml
from qroc_desktop.formats.cot_terms import UNKNOWN, measure
from qroc_desktop.formats.outlines import Ring
from qroc_desktop.formats.reading import Problem
from qroc_desktop.formats.xml import Element, add, decimal

_GEOD: Final = Geod(ellps="WGS84")
_DRAWN: Final = ("u-d-f", "u-d-r", "u-d-p", "b-m-r")
"""Types whose links with a `point` are their corners."""
_TELESTRATION: Final = "u-d-f-m"


def shape_of(event: Element, kind: str, problems: list[Problem]) -> Shape | None:
    """The event's shape; None where it has no position. Raises ShapeError for what is no place on Earth."""
    anchor = _point(event)
    detail = xml.child(event, "detail")
    if detail is None:
        return anchor
    found = _telestration(detail, problems) if kind == _TELESTRATION else None
    if found is None and kind.startswith(_DRAWN):
        found = _linked(detail, kind)
    if found is None:
        found = _polylines(detail)
    if found is None and anchor is not None:
        found = _ellipses(detail, anchor, problems) or (_bearing(detail, anchor) if kind == "u-rb-a" else None)
    return checked(found) if found is not None else anchor


def set_point(event: Element, shape: Shape | None) -> None:
    """The event's point: the position itself, else where a symbol stands; unknown numbers for no shape."""
    point = xml.child(event, "point")
    point = point if point is not None else add(event, "point")
    lon, lat = shape.anchor() if shape is not None else (0.0, 0.0)
    height = (
        shape.coordinates[2] if shape is not None and shape.type == "Point" and len(shape.coordinates) > 2 else None
    )
    values = {
        "lat": decimal(lat),
        "lon": decimal(lon),
        "hae": UNKNOWN if height is None else decimal(height),
        "ce": UNKNOWN if shape is None or shape.accuracy_m is None else decimal(shape.accuracy_m),
        "le": UNKNOWN if shape is None or shape.vertical_accuracy_m is None else decimal(shape.vertical_accuracy_m),
    }
    for name, value in values.items():
        point.set(name, value)


def drawn_kind(shape: Shape | None) -> str:
    """The type of a drawing for an item that has none of its own: what TAK clients draw."""
    if shape is None or shape.type in ("Point", "MultiPoint"):
        circle = shape is not None and (shape.radius_m or shape.rings_m)
        return "u-d-c-c" if circle else "b-m-p-s-m"
    return "u-d-f"


def set_outline(detail: Element, kind: str, shape: Shape, problems: list[Problem], where: str) -> None:
    """Add the corners or circles of a shape; what CoT cannot say is noted."""
    for ring in [line for rings in outlines.polygons(shape) for line in rings[1:]][:1]:
        problems.append(_noted(where, Message("CoT has no holes in areas: they are left out."), len(ring)))
    if shape.times:
        problems.append(
            _noted(where, Message("CoT has no tracks: the times of the positions are left out."), len(shape.times))
        )
    radii = [radius for radius in (shape.radius_m, *shape.rings_m) if radius]
    if radii and shape.type == "Point":
        circles = add(detail, "shape")
        for radius in radii:
            add(circles, "ellipse", major=decimal(radius), minor=decimal(radius), angle="360")
        return
    if shape.type == "MultiPoint":
        problems.append(_noted(where, Message("CoT has one point an event: the others are left out."), 1))
    areas = [] if shape.type == "Point" else [rings[0] for rings in outlines.polygons(shape)]
    lines = outlines.lines(shape)
    if kind.startswith(_DRAWN) and kind != _TELESTRATION and len(areas) + len(lines) == 1:
        for position in (areas or lines)[0]:
            add(detail, "link", point=",".join(decimal(number) for number in _lat_lon(position)))
    elif areas or lines:
        outline = add(detail, "shape")
        for line in areas or lines:
            _add_polyline(outline, line, closed=bool(areas))


def clear_outline(detail: Element) -> None:
    """Remove what set_outline adds and what other clients draw the same with."""
    for element in list(detail):
        name = xml.local(element)
        if name == "shape" or (name == "link" and (element.get("point") or element.get("line"))):
            detail.remove(element)


def _point(event: Element) -> Shape | None:
    """The event's own point. 0, 0 with unknown error is how clients say that there is none."""
    point = xml.child(event, "point")
    if point is None:
        raise ShapeError(Message("the event has no point"))
    lat, lon = xml.number(point.get("lat") or ""), xml.number(point.get("lon") or "")
    hae, ce, le = (measure(point.get(name)) for name in ("hae", "ce", "le"))
    if measure(point.get("lat")) is None or measure(point.get("lon")) is None:
        return None
    if lat == 0 and lon == 0 and hae is None and ce is None:
        return None
    position = [lon, lat] if hae is None else [lon, lat, hae]
    return checked(Shape(type="Point", coordinates=position, accuracy_m=ce, vertical_accuracy_m=le))


def _linked(detail: Element, kind: str) -> Shape | None:
    corners = [_corner(text) for link in xml.children(detail, "link") if (text := link.get("point"))]
    if not corners:
        return None
    if kind.startswith(("u-d-r", "u-d-p")) or (len(corners) > 3 and corners[0] == corners[-1]):
        return Shape(type="Polygon", coordinates=[outlines.closed(corners)])
    return _line(corners)


def _telestration(detail: Element, problems: list[Problem]) -> Shape | None:
    """Freehand lines: each link holds the text of an event of its own, with its corners."""
    lines: list[Ring] = []
    for link in xml.children(detail, "link"):
        text = link.get("line")
        if not text:
            continue
        try:
            inner = xml.child(xml.parse(text.encode(), name=xml.where(link)), "detail")
        except Refused as error:
            problems.append(Problem(xml.where(link), error.what, what=text))
            continue
        corners = (
            [_corner(p) for e in xml.children(inner, "link") if (p := e.get("point"))] if inner is not None else []
        )
        if len(corners) > 1:
            lines.append(corners)
    if len(lines) == 1:
        return Shape(type="LineString", coordinates=lines[0])
    return Shape(type="MultiLineString", coordinates=lines) if lines else None


def _polylines(detail: Element) -> Shape | None:
    areas: list[Ring] = []
    lines: list[Ring] = []
    for polyline in (p for shape in xml.children(detail, "shape") for p in xml.children(shape, "polyline")):
        corners = [_vertex(vertex) for vertex in xml.children(polyline, "vertex")]
        if not corners:
            continue
        if polyline.get("closed") in ("true", "1"):
            areas.append(outlines.closed(corners))
        else:
            lines.append(corners)
    if len(areas) == 1:
        return Shape(type="Polygon", coordinates=areas)
    if areas:
        return Shape(type="MultiPolygon", coordinates=[[ring] for ring in areas])
    if len(lines) == 1:
        return _line(lines[0])
    return Shape(type="MultiLineString", coordinates=lines) if lines else None


def _ellipses(detail: Element, anchor: Shape, problems: list[Problem]) -> Shape | None:
    """Circles around the point: one is a circle, several are range rings. TAK clients write half axes in metres."""
    radii: list[float] = []
    for ellipse in (e for shape in xml.children(detail, "shape") for e in xml.children(shape, "ellipse")):
        major, minor = xml.number(ellipse.get("major") or ""), xml.number(ellipse.get("minor") or "")
        if major != minor:
            why = Message("The ellipse came in as a polygon.")
            problems.append(Problem(xml.where(ellipse), why, skipped=False))
            return Shape(
                type="Polygon", coordinates=[_ellipse(anchor, major, minor, measure(ellipse.get("angle")) or 0.0)]
            )
        radii.append(major)
    if not radii:
        return None
    if len(radii) == 1:
        return msgspec.structs.replace(anchor, radius_m=radii[0])
    return msgspec.structs.replace(anchor, rings_m=tuple(sorted(radii)))


def _ellipse(anchor: Shape, major: float, minor: float, angle: float) -> Ring:
    """A ring around the point; the angle turns the major half axis clockwise from north."""
    ring = []
    for corner in range(outlines.CORNERS):
        turn = radians(-360.0 * corner / outlines.CORNERS)
        north, east = major * cos(turn), minor * sin(turn)
        azimuth = degrees(atan2(east, north)) + angle
        lon, lat, _ = _GEOD.fwd(anchor.coordinates[0], anchor.coordinates[1], azimuth, hypot(north, east))
        ring.append([round(lon, 9), round(lat, 9)])
    return [*ring, ring[0]]


def _bearing(detail: Element, anchor: Shape) -> Shape | None:
    """Range and bearing: from the point so many metres in a direction from true north."""
    range_, bearing = xml.child(detail, "range"), xml.child(detail, "bearing")
    if range_ is None or bearing is None:
        return None
    lon, lat = anchor.coordinates[:2]
    end = _GEOD.fwd(lon, lat, xml.number(bearing.get("value") or ""), xml.number(range_.get("value") or ""))
    return Shape(type="LineString", coordinates=[[lon, lat], [end[0], end[1]]])


def _add_polyline(outline: Element, line: Ring, *, closed: bool) -> None:
    polyline = add(outline, "polyline", closed="true" if closed else "false")
    for position in line:
        numbers = [decimal(number) for number in _lat_lon(position)]
        add(polyline, "vertex", **dict(zip(("lat", "lon", "hae"), numbers, strict=False)))


def _line(corners: Ring) -> Shape:
    if len(corners) == 1:
        return Shape(type="Point", coordinates=corners[0])
    return Shape(type="LineString", coordinates=corners)


def _corner(text: str) -> list[float]:
    """lon, lat and height where it is known, of CoT's `lat,lon[,hae]`."""
    parts = text.split(",")
    if not 2 <= len(parts) <= 3:
        raise ShapeError(Message("not a corner: {text}", text=repr(text[:40])))
    height = measure(parts[2]) if len(parts) > 2 else None
    return [xml.number(parts[1]), xml.number(parts[0]), *([] if height is None else [height])]


def _vertex(vertex: Element) -> list[float]:
    height = measure(vertex.get("hae"))
    position = [xml.number(vertex.get("lon") or ""), xml.number(vertex.get("lat") or "")]
    return position if height is None else [*position, height]


def _lat_lon(position: list[float]) -> Iterator[float]:
    yield position[1]
    yield position[0]
    yield from position[2:3]


def _noted(where: str, why: Message, count: int) -> Problem:
    return Problem(where, why, what=str(count), skipped=False)
