"""Writing KML 2.2: a folder for each layer, shared styles, times, and every aspect in ExtendedData."""

from __future__ import annotations

import html
import io
from collections.abc import Sequence
from typing import Final

from lxml import etree

from qroc_desktop.domain.aspects import Marking, Origin, Situation, Style, Wording
from qroc_desktop.domain.instant import FIRST, LAST, Instant, iso
from qroc_desktop.domain.shape import Shape
from qroc_desktop.domain.state import Item
from qroc_desktop.domain.vocabulary import Aspect
from qroc_desktop.errors import Message
from qroc_desktop.formats import carried, kml_terms, markings, xml
from qroc_desktop.formats.carried import Aspects
from qroc_desktop.formats.kml_geometry import geometry_of, shapes_of
from qroc_desktop.formats.kml_native import Times, native_of, times_of
from qroc_desktop.formats.kml_styles import Styles, style_element
from qroc_desktop.formats.kml_terms import FORMAT
from qroc_desktop.formats.reading import Problem, Writing, Written
from qroc_desktop.formats.seal import SEAL, seal_of
from qroc_desktop.formats.xml import Element, add, created

KIND: Final = "qroc:kind"
_ORDER: Final = (
    "name", "visibility", "open", "author", "link", "address", "AddressDetails", "phoneNumber", "Snippet", "snippet",
    "description", "AbstractView", "Camera", "LookAt", "TimeSpan", "TimeStamp", "styleUrl", "Style", "StyleMap",
    "Region", "Metadata", "ExtendedData",
)  # fmt: skip
"""The order that the schema of KML 2.2 asks for; geometry and extensions come after."""
_RANKS: Final = {name: rank for rank, name in enumerate(_ORDER)}
_SPACES: Final = etree.tostring(created("x", kml_terms.NAMESPACE, gx=kml_terms.GX))[2:-2]
"""The declarations as they stand in every element that is written by itself."""


def write(items: Sequence[Item], context: Writing) -> Written:
    """The items as KML, one placemark a line. Descriptions are escaped once more: other programs read them as HTML."""
    problems: list[Problem] = []
    shared: dict[Style, str] = {}
    for item in items:
        shared.setdefault(item.style, f"s{len(shared)}")
    # Placemark by placemark into bytes: a tree of all of them would take ten times the memory.
    out = io.BytesIO()
    out.write(xml.DECLARATION)
    root = created("kml", kml_terms.NAMESPACE, gx=kml_terms.GX)
    root.append(_document(context, shared))
    out.write(xml.opened(root, 2))
    for layer, members in _folders(items, context):
        if layer:
            folder = created("Folder", kml_terms.NAMESPACE, gx=kml_terms.GX)
            add(folder, "name", layer)
            out.write(b"\n" + _inside(xml.opened(folder, 1)))
        for item in members:
            out.write(b"\n" + _inside(etree.tostring(_placemark_of(item, shared, problems), encoding="utf-8")))
        if layer:
            out.write(b"\n</Folder>")
    out.write(b"\n</Document></kml>\n")
    return Written(data=out.getvalue(), problems=problems)


def _document(context: Writing, shared: dict[Style, str]) -> Element:
    """The document without its placemarks."""
    document = created("Document", kml_terms.NAMESPACE)
    add(document, "name", context.identity.centre)
    document.extend(style_element(style, identifier) for style, identifier in shared.items())
    extended = add(document, "ExtendedData")
    _data(extended, KIND, str(context.identity.kind))
    if context.identity.marking != Marking():
        _data(extended, "qroc:marking", markings.codes(context.identity.marking))
    return document


def _inside(written: bytes) -> bytes:
    """An element as bytes, without the declarations of the namespaces that the root has."""
    name = written[1 : written.index(b" ")]
    return b"<" + name + written[1 + len(name) :].removeprefix(_SPACES)


def native_again(aspects: Aspects, valid: Instant | None) -> tuple[Aspects, list[Shape], Times]:
    """What the elements that we would write for an item say: its aspects, its shapes and its times."""
    element = _placemark(aspects, valid, [])
    style = aspects.get(Aspect.STYLE)
    element.append(style_element(style if isinstance(style, Style) else Style()))
    shapes = shapes_of(element, [])
    times = times_of(element, [])
    look = Styles((), []).of(element)
    return native_of(element, shapes[0] if len(shapes) == 1 else None, look, times), shapes, times


def _placemark_of(item: Item, shared: dict[Style, str], problems: list[Problem]) -> Element:
    element = _placemark(item.aspects, item.valid_from, problems, item.id)
    url = created("styleUrl", kml_terms.NAMESPACE)
    url.text = f"#{shared.setdefault(item.style, f's{len(shared)}')}"
    element.append(url)
    extended = xml.child(element, "ExtendedData")
    if extended is None:
        extended = add(element, "ExtendedData")
    _data(extended, carried.ID, item.id)
    _data(extended, carried.VALID, str(item.valid_from))
    for name, text in carried.texts(item.aspects):
        _data(extended, name, text)
    problems += markings.not_shown(item.marking, item.id)
    element = _ordered(element)
    _data(extended, SEAL, seal_of(element))
    return element


def _placemark(aspects: Aspects, valid: Instant | None, problems: list[Problem], where: str = "") -> Element:
    """The placemark without its style and without what is carried."""
    wording, situation = aspects.get(Aspect.WORDING), aspects.get(Aspect.SITUATION)
    shape, origin = aspects.get(Aspect.SHAPE), aspects.get(Aspect.ORIGIN)
    element = created("Placemark", kml_terms.NAMESPACE, gx=kml_terms.GX)
    if isinstance(origin, Origin):
        if origin.format == FORMAT and origin.foreign_id:
            element.set("id", xml.legal(origin.foreign_id))
        _keep(element, origin)
    if isinstance(wording, Wording):
        for name, text in (("name", wording.title), ("address", wording.place)):
            if text:
                add(element, name, text)
        if wording.description:
            add(element, "description", html.escape(wording.description, quote=False))
    _times(element, situation if isinstance(situation, Situation) else Situation(), valid, problems, where)
    if isinstance(shape, Shape):
        element.append(geometry_of(shape))
    return element


def _times(element: Element, situation: Situation, valid: Instant | None, problems: list[Problem], where: str) -> None:
    """A TimeSpan for what began or ended, else a TimeStamp of the instant that it was true at."""
    instants = {"begin": situation.starts, "end": situation.ends}
    if situation.starts is None and situation.ends is None:
        instants = {"when": valid}
    known = {name: t for name, t in instants.items() if t is not None and FIRST <= t <= LAST}
    if len(known) < sum(t is not None for t in instants.values()):
        why = Message("A time outside the years 1 to 9999 is left out.")
        problems.append(Problem(where, why, skipped=False))
    if known:
        primitive = add(element, "TimeStamp" if "when" in known else "TimeSpan")
        for name, instant in known.items():
            add(primitive, name, iso(instant))


def _keep(element: Element, origin: Origin) -> None:
    kept = origin.kept.get(FORMAT)
    for text in kept if isinstance(kept, (list, tuple)) else ():
        restored = xml.restored(text) if isinstance(text, str) else None
        if restored is not None:
            element.append(_brought(restored))


def _brought(element: Element) -> Element:
    """The element with every KML namespace made the one that we write, so that it stays KML there."""
    for part in element.iter():
        space = xml.namespace(part)
        if kml_terms.known(space) and not space.startswith("http://www.google.com/"):
            part.tag = f"{{{kml_terms.NAMESPACE}}}{xml.local(part)}"
    return element


def _ordered(element: Element) -> Element:
    element[:] = sorted(element, key=lambda part: _RANKS.get(xml.local(part), len(_RANKS)))
    return element


def _data(extended: Element, name: str, value: str) -> None:
    add(add(extended, "Data", name=name), "value", value)


def _folders(items: Sequence[Item], context: Writing) -> list[tuple[str, list[Item]]]:
    """(name, items) of each layer in drawing order; items of no known layer first, without a name."""
    by_layer: dict[str, list[Item]] = {}
    for item in items:
        by_layer.setdefault(item.layer, []).append(item)
    known = sorted(
        (layer for layer in context.layers if layer.id in by_layer), key=lambda layer: (layer.order, layer.id)
    )
    with_name = {layer.id for layer in known}
    loose = [item for layer, members in by_layer.items() if layer not in with_name for item in members]
    return [("", loose), *((layer.name, by_layer[layer.id]) for layer in known)]
