"""Reading KML: placemarks in their folders. Nothing that lies elsewhere is ever fetched."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from qroc_desktop.domain.aspects import Origin, Style
from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.shape import Shape
from qroc_desktop.domain.vocabulary import Aspect
from qroc_desktop.errors import Message
from qroc_desktop.formats import carried, kml_terms, xml, xml_stream
from qroc_desktop.formats.kml_geometry import has_geometry, shapes_of
from qroc_desktop.formats.kml_native import data_of, native_of, times_of
from qroc_desktop.formats.kml_outline import CONTAINERS, FEATURES, TAGS, Outline, outline_of, within
from qroc_desktop.formats.kml_styles import Styles, look_of
from qroc_desktop.formats.kml_terms import FORMAT, parts
from qroc_desktop.formats.kml_write import native_again
from qroc_desktop.formats.reading import Problem, Progress, Reading, ReadItem
from qroc_desktop.formats.seal import SEAL, seal_of
from qroc_desktop.formats.xml import Element
from qroc_desktop.formats.xml_stream import Stream, pieces

_NOT_FOLLOWED: Final = {
    "NetworkLink": Message("A link to another file is not followed."),
    "GroundOverlay": Message("A picture laid on the ground is not shown."),
    "PhotoOverlay": Message("A photo is not shown."),
    "ScreenOverlay": Message("A picture laid on the screen is not shown."),
    "Tour": Message("A tour is not shown."),
}
_EVERY: Final = 500


def read(data: bytes, *, name: str, progress: Progress | None = None) -> Reading:
    """All placemarks. Raises Refused for what is not KML.

    The document is gone through twice: what lies anywhere in it comes first, then each placemark by itself.
    """
    text = xml.decoded(data, name=name, limit=xml_stream.MAX_BYTES)
    xml.refuse_dtd(text, name=name)
    xml_stream.require_count(text, name=name)
    outline = outline_of(text, name=name, progress=progress)
    reading = Reading(format=FORMAT, exercise=outline.exercise)
    styles = Styles(outline.styles, reading.problems)
    for done, (element, folders) in enumerate(_features(text, name, outline), 1):
        kind = xml.local(element)
        if kind == "Placemark":
            _placemark(element, folders, styles, reading)
        else:
            what = kml_terms.text(element, "name")
            reading.problems.append(Problem(xml.where(element), _NOT_FOLLOWED[kind], what=what))
        if progress and done % _EVERY == 0:
            progress(done, outline.features)
    return reading


def _features(data: bytes, name: str, outline: Outline) -> Iterator[tuple[Element, tuple[str, ...]]]:
    """(feature, names of its folders from the outermost) in the order of the document; each is let go after."""
    stream = Stream(TAGS, name=name)
    running: list[str] = []
    started = 0
    parent: Element | None = None
    inside = False
    for event, element in stream.events(pieces(data)):
        if xml.local(element) in CONTAINERS:
            if event == "start":
                running.append(outline.names.get(started, ""))
                started += 1
            else:
                running.pop()
        elif event == "end" and xml.local(element) in FEATURES:
            if element.getparent() is not parent or parent is None:
                parent = element.getparent()
                inside = within(parent)
            if inside and kml_terms.known(xml.namespace(element)):
                yield element, tuple([label for label in running if label])
            if inside:
                stream.let_go(element)


def _placemark(element: Element, folders: tuple[str, ...], styles: Styles, reading: Reading) -> None:
    where = xml.where(element)
    style = styles.of(element)
    pairs = data_of(element)
    ours = any(name.startswith(carried.PREFIX) for name, _ in pairs)
    if ours and (untouched := _untouched(element, pairs, style, folders, where)) is not None:
        reading.items.append(untouched)
        return
    shapes = shapes_of(element, reading.problems)
    if has_geometry(element) and not shapes:
        why = Message("The placemark has no geometry that can be read.")
        reading.problems.append(Problem(where, why, what=kml_terms.text(element, "name")))
        return
    times = times_of(element, reading.problems)
    brought = carried.aspects_of(pairs, reading.problems, where)
    if ours and (own := _own(element, shapes, style, brought, folders, where)) is not None:
        reading.items.append(own)
        return
    if len(shapes) > 1:
        why = Message("Geometries of several kinds came in as {count} items.", count=len(shapes))
        reading.problems.append(Problem(where, why, skipped=False))
    each: list[Shape | None] = [*shapes] or [None]
    for shape in each:
        reading.items.append(
            ReadItem(
                aspects=native_of(element, shape, style, times),
                valid_at=times.when if times.when is not None else _last(shape),
                folders=folders,
                where=where,
            )
        )


def _untouched(
    element: Element, pairs: list[tuple[str, str]], style: Style, folders: tuple[str, ...], where: str
) -> ReadItem | None:
    """The item of our own export whose seal says that nobody edited it; None where it has to be compared."""
    seal = dict(pairs).get(SEAL)
    valid = carried.valid_of(pairs)
    if not seal or valid is None:
        return None
    for extended in parts(element, "ExtendedData"):
        for sealed in [data for data in parts(extended, "Data") if data.get("name") == SEAL]:
            extended.remove(sealed)
    if seal_of(element) != seal:
        return None
    problems: list[Problem] = []
    brought = carried.aspects_of(pairs, problems, where)
    own = brought.get(Aspect.STYLE)
    # A shared style lies outside the placemark: it could have been edited all the same.
    if problems or style != look_of(own if isinstance(own, Style) else Style()):
        return None
    return ReadItem(aspects=brought, valid_at=valid, folders=folders, where=where, known_as=_known_as(pairs))


def _own(
    element: Element, shapes: list[Shape], style: Style, brought: carried.Aspects, folders: tuple[str, ...], where: str
) -> ReadItem | None:
    """An item of our own export; None where its geometry was edited into several."""
    pairs = data_of(element)
    valid = carried.valid_of(pairs)
    again, shapes_again, again_times = native_again(brought, valid)
    times = times_of(element, [])
    if shapes != shapes_again and len(shapes) > 1:
        return None
    native = native_of(element, shapes[0] if len(shapes) == 1 else None, style, times)
    return ReadItem(
        aspects=carried.reconciled(native, brought, again, FORMAT),
        valid_at=valid if times.when == again_times.when else times.when,
        folders=folders,
        where=where,
        known_as=_known_as(pairs),
    )


def _known_as(pairs: list[tuple[str, str]]) -> Origin | None:
    own = dict(pairs).get(carried.ID)
    return Origin(format=carried.OURS, foreign_id=own) if own else None


def _last(shape: Shape | None) -> Instant | None:
    return max(shape.times) if shape is not None and shape.times else None
