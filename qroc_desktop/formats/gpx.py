"""GPX 1.0 and 1.1 in: waypoints, routes, and tracks with a time for each position.

Each segment of a track is an item of its own: between segments the receiver was off or blind, and a line
drawn across would say something that nobody recorded. Elevation stays as the file has it, in metres.
"""

from __future__ import annotations

import copy
from pathlib import PurePath
from typing import Any, Final

from qroc_desktop.domain.aspects import Nature, Origin, Situation, Wording
from qroc_desktop.domain.instant import Instant, InstantError
from qroc_desktop.domain.shape import Shape, ShapeError, checked
from qroc_desktop.domain.vocabulary import Aspect, ItemType
from qroc_desktop.errors import Message, Refused
from qroc_desktop.formats import xml
from qroc_desktop.formats.carried import Aspects
from qroc_desktop.formats.reading import Problem, Progress, Reading, ReadItem
from qroc_desktop.formats.xml import Element
from qroc_desktop.reasons import reason_of

FORMAT: Final = "gpx"
NAMES: Final = (".gpx",)
_SPACES: Final = ("http://www.topografix.com/GPX/", "https://www.topografix.com/GPX/")
_READ: Final = frozenset({"ele", "time"})


def looks_like(data: bytes, name: str) -> bool:
    """Whether the root is `gpx`."""
    space, local = xml.root_name(data)
    return local == "gpx" and (not space or space.startswith(_SPACES))


def read(data: bytes, *, name: str, progress: Progress | None = None) -> Reading:
    """Waypoints, routes and track segments; a way without a name is called as its file. Raises Refused for what is
    not GPX."""
    root = xml.parse(data, name=name)
    if xml.local(root) != "gpx":
        raise Refused(Message("It is not GPX."), where=name)
    reading = Reading(format=FORMAT)
    metadata = xml.child(root, "metadata")
    label = xml.child_text(metadata if metadata is not None else root, "name")
    folders = (label,) if label else ()
    unnamed = label or PurePath(name).stem
    features = list(xml.children(root, "wpt", "rte", "trk"))
    for number, feature in enumerate(features):
        if progress:
            progress(number, len(features))
        kind = xml.local(feature)
        if kind == "wpt":
            _waypoint(feature, folders, reading)
        elif kind == "rte":
            _line(feature, list(xml.children(feature, "rtept")), ItemType.LINE, folders, reading, unnamed=unnamed)
        else:
            segments = list(xml.children(feature, "trkseg"))
            if not segments:
                _note(reading, feature, Message("The track has no segment."), skipped=True)
            for segment in segments:
                points = list(xml.children(segment, "trkpt"))
                _line(feature, points, ItemType.TRACK, folders, reading, segment, unnamed=unnamed)
    return reading


def _waypoint(element: Element, folders: tuple[str, ...], reading: Reading) -> None:
    try:
        shape = checked(Shape(type="Point", coordinates=_position(element)))
    except ValueError as error:
        _note(reading, element, Message("The point cannot be read: {error}.", error=reason_of(error)), skipped=True)
        return
    moment = _time(element, reading)
    aspects = _aspects(element, ItemType.NOTE, shape, xml.serialised(xml.compacted(copy.deepcopy(element))))
    reading.items.append(ReadItem(aspects=aspects, valid_at=moment, folders=folders, where=xml.where(element)))


def _line(
    feature: Element,
    points: list[Element],
    kind: ItemType,
    folders: tuple[str, ...],
    reading: Reading,
    segment: Element | None = None,
    *,
    unnamed: str,
) -> None:
    """A route, or one segment of a track."""
    place = segment if segment is not None else feature
    positions: list[list[float]] = []
    times: list[Instant | None] = []
    for element in points:
        try:
            position = _position(element)
        except ValueError as error:
            _note(reading, element, Message("The point cannot be read: {error}.", error=reason_of(error)), skipped=True)
            continue
        positions.append(position)
        times.append(_time(element, reading))
    if not positions:
        _note(reading, place, Message("It has no points."), skipped=True)
        return
    known = tuple(t for t in times if t is not None)
    if known and len(known) < len(times):
        why = Message("{count} of its points have no time: it came in without times.", count=len(times) - len(known))
        _note(reading, place, why)
    if any(xml.local(part) not in _READ for element in points for part in element):
        _note(reading, place, Message("What its points say beside position, elevation and time is left out."))
    if len(positions) == 1:
        _note(reading, place, Message("It has only one point and came in as a point."))
    complete = known if len(known) == len(times) else ()
    if len(positions) == 1:
        shape = Shape(type="Point", coordinates=positions[0], times=complete)
    else:
        shape = Shape(type="LineString", coordinates=positions, times=complete)
    aspects = _aspects(feature, kind, shape, _header(feature), unnamed)
    if known:
        aspects[Aspect.SITUATION] = Situation(starts=min(known), ends=max(known))
    valid = max(known) if known else None
    reading.items.append(ReadItem(aspects=aspects, valid_at=valid, folders=folders, where=xml.where(place)))


def _aspects(element: Element, kind: ItemType, shape: Shape, kept: str, unnamed: str = "") -> Aspects:
    texts = [xml.text_of(xml.child(element, name)) for name in ("desc", "cmt")]
    return {
        Aspect.NATURE: Nature(type=kind),
        Aspect.SHAPE: shape,
        Aspect.WORDING: Wording(
            title=xml.child_text(element, "name") or unnamed,
            description="\n\n".join(dict.fromkeys(text for text in texts if text.strip())),
        ),
        Aspect.ORIGIN: Origin(format=FORMAT, source_name=xml.child_text(element, "src"), kept={FORMAT: kept}),
    }


def _header(feature: Element) -> str:
    """The route or track without its points."""
    header: Any = xml.created(xml.local(feature), xml.namespace(feature))
    header.extend([copy.deepcopy(p) for p in feature if xml.local(p) not in ("rtept", "trkseg")])
    return xml.serialised(xml.compacted(header))


def _position(element: Element) -> list[float]:
    """lon, lat and elevation where there is one; ValueError for what is no place on Earth."""
    lat, lon = element.get("lat"), element.get("lon")
    if lat is None or lon is None:
        raise ShapeError(Message("lat or lon is missing"))
    position = [xml.number(lon), xml.number(lat)]
    try:
        position.append(xml.number(xml.child_text(element, "ele")))
    except ValueError:
        pass
    checked(Shape(type="Point", coordinates=position))
    return position


def _time(element: Element, reading: Reading) -> Instant | None:
    """The point's time; one without a zone is UTC by GPX's own rule, and noted."""
    text = xml.child_text(element, "time")
    if not text:
        return None
    try:
        moment, zoned = xml.moment(text)
    except InstantError:
        _note(reading, element, Message("The time cannot be read; it is left out."), what=text)
        return None
    if not zoned:
        _note(reading, element, Message("The time has no zone and is read as UTC."), what=text)
    return moment


def _note(reading: Reading, element: Element, why: Message, *, what: str = "", skipped: bool = False) -> None:
    reading.problems.append(Problem(xml.where(element), why, what=what, skipped=skipped))
