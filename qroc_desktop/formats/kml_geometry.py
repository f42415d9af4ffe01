"""KML geometries: `lon,lat[,altitude]`, altitude in metres above the sea (EGM96), kept as the file has it."""

from __future__ import annotations

import re
from typing import Any, Final

from qroc_desktop.domain.instant import Instant, InstantError, iso
from qroc_desktop.domain.shape import Shape, ShapeError, checked
from qroc_desktop.errors import Message
from qroc_desktop.formats import kml_terms, outlines, xml
from qroc_desktop.formats.kml_terms import part, parts
from qroc_desktop.formats.outlines import Ring
from qroc_desktop.formats.reading import Problem
from qroc_desktop.formats.xml import Element, add, created, decimal
from qroc_desktop.reasons import reason_of

GEOMETRIES: Final = ("Point", "LineString", "LinearRing", "Polygon", "MultiGeometry", "Model", "Track", "MultiTrack")
_COMMA: Final = re.compile(r"\s*,\s*")
_MULTI: Final = {"Point": "MultiPoint", "LineString": "MultiLineString", "Polygon": "MultiPolygon"}


def shapes_of(placemark: Element, problems: list[Problem]) -> list[Shape]:
    """The shapes of a placemark: one, or several where a MultiGeometry mixes kinds.

    A geometry that is no good is left out and noted.
    """
    found: list[Shape] = []
    waiting = list(parts(placemark, *GEOMETRIES))[::-1]
    while waiting:
        geometry = waiting.pop()
        if xml.local(geometry) == "MultiGeometry":
            waiting += list(parts(geometry, *GEOMETRIES))[::-1]
            continue
        try:
            shape = _shape(geometry, problems)
        except (ValueError, InstantError) as error:
            why = Message("The geometry cannot be read: {error}.", error=reason_of(error))
            problems.append(Problem(xml.where(geometry), why, what=_start(geometry)))
            continue
        if shape is not None:
            found.append(shape)
    return _joined(found)


def has_geometry(placemark: Element) -> bool:
    """Whether the file meant it to have a place."""
    return next(parts(placemark, *GEOMETRIES), None) is not None


def geometry_of(shape: Shape) -> Element:
    """A circle becomes a polygon, range rings a point with rings around it, a track a gx:Track."""
    if shape.times and shape.type in ("LineString", "MultiLineString"):
        return _track(shape)
    elements = [_point(position) for position in outlines.points(shape) if not shape.radius_m]
    elements += [_line("LineString", line) for line in outlines.lines(shape)]
    elements += [_polygon(rings) for rings in outlines.polygons(shape)]
    for radius in shape.rings_m:
        for position in outlines.points(shape):
            elements.append(_line("LinearRing", outlines.circle(position[0], position[1], radius)))
    if len(elements) == 1 and not shape.type.startswith("Multi"):
        return elements[0]
    multi = created("MultiGeometry", kml_terms.NAMESPACE)
    multi.extend(elements)
    return multi


def _shape(geometry: Element, problems: list[Problem]) -> Shape | None:
    kind = xml.local(geometry)
    if kind == "Point":
        positions = _positions(geometry)
        if len(positions) != 1:
            raise ShapeError(Message("a point with {count} positions", count=len(positions)))
        return checked(Shape(type="Point", coordinates=positions[0]))
    if kind in ("LineString", "LinearRing"):
        return checked(Shape(type="LineString", coordinates=_positions(geometry)))
    if kind == "Polygon":
        return checked(Shape(type="Polygon", coordinates=_rings(geometry, problems)))
    if kind in ("Track", "MultiTrack"):
        return _read_track(geometry)
    why = Message("A model in three dimensions is not shown.")
    problems.append(Problem(xml.where(geometry), why))
    return None


def _rings(polygon: Element, problems: list[Problem]) -> list[Ring]:
    rings = []
    for boundary in (*parts(polygon, "outerBoundaryIs"), *parts(polygon, "innerBoundaryIs")):
        for element in parts(boundary, "LinearRing"):
            ring = _positions(element)
            if outlines.closed(ring) != ring:
                why = Message("The ring was not closed; its first position was added at the end.")
                problems.append(Problem(xml.where(element), why, skipped=False))
            rings.append(outlines.closed(ring))
    if part(polygon, "outerBoundaryIs") is None:
        raise ShapeError(Message("a polygon without an outer boundary"))
    return rings


def _positions(element: Element) -> Ring:
    text = xml.text_of(part(element, "coordinates"))
    return [_position(triple.split(",")) for triple in _COMMA.sub(",", text).split()]


def _position(numbers: list[str]) -> list[float]:
    if not 2 <= len(numbers) <= 3:
        raise ShapeError(Message("a position of {count} numbers", count=len(numbers)))
    return [xml.number(n) for n in numbers if n or n is not numbers[-1]]


def _read_track(geometry: Element) -> Shape | None:
    """A gx:Track, or all tracks of a gx:MultiTrack as one track of several lines; empty coordinates are gaps."""
    tracks = [geometry] if xml.local(geometry) == "Track" else list(parts(geometry, "Track"))
    lines: list[Ring] = []
    times: list[Instant] = []
    for track in tracks:
        whens = [xml.text_of(e) for e in parts(track, "when")]
        coords = [xml.text_of(e).split() for e in parts(track, "coord")]
        if len(whens) != len(coords):
            raise ShapeError(
                Message("a track with {times} times for {count} positions", times=len(whens), count=len(coords))
            )
        pairs = [(xml.moment(w)[0], _position(c)) for w, c in zip(whens, coords, strict=True) if c and w.strip()]
        if pairs:
            lines.append([position for _, position in pairs])
            times += [moment for moment, _ in pairs]
    if not lines:
        raise ShapeError(Message("the track is empty"))
    if len(lines) == 1 and len(lines[0]) == 1:
        return checked(Shape(type="Point", coordinates=lines[0][0], times=tuple(times)))
    if xml.local(geometry) == "Track":
        return checked(Shape(type="LineString", coordinates=lines[0], times=tuple(times)))
    return checked(Shape(type="MultiLineString", coordinates=lines, times=tuple(times)))


def _joined(shapes: list[Shape]) -> list[Shape]:
    """Shapes of one kind become one; tracks and what is mixed stay apart."""
    kinds = {shape.type for shape in shapes}
    if len(shapes) < 2 or len(kinds) > 1 or not kinds <= _MULTI.keys() or any(s.times for s in shapes):
        return shapes
    return [Shape(type=_MULTI[kinds.pop()], coordinates=[shape.coordinates for shape in shapes])]


def _track(shape: Shape) -> Element:
    times = iter(shape.times)
    tracks = []
    for line in outlines.lines(shape):
        track = created("Track", kml_terms.GX)
        for _ in line:
            add(track, "when", iso(next(times)), space=kml_terms.NAMESPACE)
        for position in line:
            add(track, "coord", " ".join(decimal(number) for number in position[:3]))
        tracks.append(track)
    if shape.type == "LineString":
        return tracks[0]
    multi = created("MultiTrack", kml_terms.GX)
    multi.extend(tracks)
    return multi


def _point(position: list[float]) -> Element:
    element = created("Point", kml_terms.NAMESPACE)
    add(element, "coordinates", _text([position]))
    return element


def _line(kind: str, line: Ring) -> Element:
    element = created(kind, kml_terms.NAMESPACE)
    add(element, "coordinates", _text(line))
    return element


def _polygon(rings: list[Ring]) -> Element:
    element = created("Polygon", kml_terms.NAMESPACE)
    for number, ring in enumerate(rings):
        boundary = add(element, "innerBoundaryIs" if number else "outerBoundaryIs")
        boundary.append(_line("LinearRing", ring))
    return element


def _text(positions: list[Any]) -> str:
    return " ".join(",".join(decimal(number) for number in position[:3]) for position in positions)


def _start(geometry: Element) -> str:
    return " ".join(xml.text_of(geometry)[:200].split())
