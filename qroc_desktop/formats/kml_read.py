"""Reading KML: placemarks in their folders. Nothing that lies elsewhere is ever fetched."""

from __future__ import annotations

from typing import Final

from qroc_desktop.domain.aspects import Style
from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.shape import Shape
from qroc_desktop.domain.vocabulary import WorkspaceKind
from qroc_desktop.errors import Message, Refused
from qroc_desktop.formats import carried, kml_terms, xml
from qroc_desktop.formats.kml_geometry import has_geometry, shapes_of
from qroc_desktop.formats.kml_native import data_of, native_of, times_of
from qroc_desktop.formats.kml_styles import Styles
from qroc_desktop.formats.kml_terms import FORMAT
from qroc_desktop.formats.kml_write import KIND, native_again
from qroc_desktop.formats.reading import Problem, Progress, Reading, ReadItem
from qroc_desktop.formats.xml import Element

_CONTAINERS: Final = ("Document", "Folder")
_NOT_FOLLOWED: Final = {
    "NetworkLink": Message("A link to another file is not followed."),
    "GroundOverlay": Message("A picture laid on the ground is not shown."),
    "PhotoOverlay": Message("A photo is not shown."),
    "ScreenOverlay": Message("A picture laid on the screen is not shown."),
    "Tour": Message("A tour is not shown."),
}
_EVERY: Final = 500


def read(data: bytes, *, name: str, progress: Progress | None = None) -> Reading:
    """All placemarks. Raises Refused for what is not KML."""
    root = xml.parse(data, name=name)
    if xml.local(root) not in ("kml", *_CONTAINERS, "Placemark") or not kml_terms.known(xml.namespace(root)):
        raise Refused(Message("It is not KML."), where=name)
    reading = Reading(format=FORMAT, exercise=_exercise(root))
    styles = Styles(root, reading.problems)
    total = sum(1 for e in root.iter() if xml.local(e) == "Placemark")
    done = 0
    waiting: list[tuple[Element, tuple[str, ...]]] = [(root, ())]
    while waiting:
        element, folders = waiting.pop()
        kind = xml.local(element)
        if kind == "Placemark":
            _placemark(element, folders, styles, reading)
            done += 1
            if progress and done % _EVERY == 0:
                progress(done, total)
        elif kind in _NOT_FOLLOWED:
            what = kml_terms.text(element, "name")
            reading.problems.append(Problem(xml.where(element), _NOT_FOLLOWED[kind], what=what))
        elif kind in ("kml", *_CONTAINERS):
            label = kml_terms.text(element, "name") if kind in _CONTAINERS else ""
            inside = (*folders, label) if label else folders
            waiting += [(child, inside) for child in reversed(element) if kml_terms.known(xml.namespace(child))]
    return reading


def _placemark(element: Element, folders: tuple[str, ...], styles: Styles, reading: Reading) -> None:
    where = xml.where(element)
    shapes = shapes_of(element, reading.problems)
    if has_geometry(element) and not shapes:
        why = Message("The placemark has no geometry that can be read.")
        reading.problems.append(Problem(where, why, what=kml_terms.text(element, "name")))
        return
    times = times_of(element, reading.problems)
    style = styles.of(element)
    pairs = data_of(element)
    brought = carried.aspects_of(pairs, reading.problems, where)
    ours = any(name.startswith(carried.PREFIX) for name, _ in pairs)
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


def _own(
    element: Element, shapes: list[Shape], style: Style, brought: carried.Aspects, folders: tuple[str, ...], where: str
) -> ReadItem | None:
    """An item of our own export; None where its geometry was edited into several."""
    valid = carried.valid_of(data_of(element))
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
    )


def _last(shape: Shape | None) -> Instant | None:
    return max(shape.times) if shape is not None and shape.times else None


def _exercise(root: Element) -> bool | None:
    """What our own export says of its workspace; other KML cannot say."""
    for document in (root, *root):
        kind = dict(data_of(document)).get(KIND)
        if kind in set(WorkspaceKind):
            return kind == WorkspaceKind.EXERCISE
    return None
