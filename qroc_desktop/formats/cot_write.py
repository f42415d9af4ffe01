"""Writing Cursor on Target events.

An item that came as CoT goes out as it came, with what was changed since written over it; every other item
gets an event of its own. A single event stands alone, as every client reads it; several stand in an `events`
element, so that the file is well-formed XML. Clients that take one event a file take the data package.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any, Final, cast

from lxml import etree

from qroc_desktop.domain.aspects import Motion, Nature, Origin, Situation, Style, Wording
from qroc_desktop.domain.instant import FIRST, LAST, Instant, seconds, to_datetime
from qroc_desktop.domain.shape import Shape
from qroc_desktop.domain.state import Item
from qroc_desktop.domain.vocabulary import Aspect, ItemType, WorkspaceKind
from qroc_desktop.formats import carried, cot_shapes, cot_terms, markings, xml
from qroc_desktop.formats.carried import Aspects
from qroc_desktop.formats.cot_native import DASHES, native_of
from qroc_desktop.formats.cot_terms import EXTENSION, FORMAT, SEALED
from qroc_desktop.formats.reading import Problem, Writing, Written
from qroc_desktop.formats.seal import seal_of
from qroc_desktop.formats.xml import Element, add, created, decimal

_LASTS: Final = seconds(365 * 86_400)
"""An event must say when it goes stale; one that never does here is given a year."""
_HOW: Final = "h-e"
"""Entered by a person, from estimation."""


def write(items: Sequence[Item], context: Writing) -> Written:
    """The items as one event, or as several in an `events` element."""
    problems: list[Problem] = []
    if len(items) == 1:
        return Written(data=xml.document(event_for(items[0], context, problems)), problems=problems)
    # Event by event into bytes: a tree of all of them would take ten times the memory.
    out = io.BytesIO()
    out.write(xml.DECLARATION + b"<events>")
    for item in items:
        out.write(b"\n" + etree.tostring(event_for(item, context, problems), encoding="utf-8"))
    out.write(b"\n</events>\n")
    return Written(data=out.getvalue(), problems=problems)


def event_for(item: Item, context: Writing, problems: list[Problem]) -> Element:
    """The event of an item, with its aspects carried under `detail`."""
    event = event_of(item.aspects, item.valid_from, context.now, problems, item.id)
    event.set("opex", "e" if context.identity.kind is WorkspaceKind.EXERCISE else "o")
    detail = cast("Element", xml.child(event, "detail"))
    extension = add(detail, EXTENSION)
    layer = next((layer.name for layer in context.layers if layer.id == item.layer), "")
    if layer:
        extension.set("layer", xml.legal(layer))
    for name, text in ((carried.VALID, str(item.valid_from)), *carried.texts(item.aspects)):
        add(extension, "aspect", text, name=name)
    extension.set(SEALED, seal_of(event))
    problems += markings.not_shown(item.marking, item.id)
    return event


def event_of(aspects: Aspects, valid: Instant | None, now: Instant, problems: list[Problem], item_id: str) -> Element:
    """The event without what is carried. `now` is its time, `valid` its start."""
    origin = _get(aspects, Aspect.ORIGIN, Origin) or Origin()
    nature = _get(aspects, Aspect.NATURE, Nature) or Nature(type=ItemType.NOTE)
    situation = _get(aspects, Aspect.SITUATION, Situation) or Situation()
    shape = _get(aspects, Aspect.SHAPE, Shape)
    event, before = _kept_event(origin, nature, shape)
    start = _limited(now if valid is None else valid)
    stale = _limited(start + _LASTS if situation.stale_at is None else situation.stale_at)
    event.set("uid", xml.legal((origin.foreign_id if origin.format == FORMAT else "") or item_id or "qroc"))
    for name, instant in (("time", _limited(now)), ("start", start), ("stale", stale)):
        event.set(name, time(instant))
    cot_shapes.set_point(event, shape)
    detail = xml.child(event, "detail")
    detail = detail if detail is not None else add(event, "detail")
    _set_detail(detail, event.get("type") or "", aspects, before, problems, item_id)
    return event


def time(instant: Instant) -> str:
    """CoT's time: UTC with `Z`, to the millisecond."""
    return to_datetime(instant).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _kept_event(origin: Origin, nature: Nature, shape: Shape | None) -> tuple[Element, Aspects]:
    """The event that the item came in, its type brought up to date, and what it said."""
    kept = origin.kept.get(FORMAT)
    kept = kept if isinstance(kept, dict) else {}
    kind = cot_terms.with_affiliation(nature.kind, nature.affiliation) or cot_shapes.drawn_kind(shape)
    event = created("event")
    for name, value in {"version": "2.0", "how": _HOW, **_strings(kept.get("attributes"))}.items():
        event.set(name, xml.legal(value))
    event.set("type", xml.legal(kind))
    # The schema has the point before the detail, and clients look for it among the first bytes.
    add(event, "point", lat="0.0", lon="0.0", hae=cot_terms.UNKNOWN, ce=cot_terms.UNKNOWN, le=cot_terms.UNKNOWN)
    text = kept.get("detail")
    detail = xml.restored(text) if isinstance(text, str) else None
    if detail is None or xml.local(detail) != "detail":
        return event, {}
    event.append(detail)
    if shape is not None:
        cot_shapes.set_point(event, shape)
    try:
        before = cot_shapes.shape_of(event, kind, [])
    except ValueError:
        before = None
    return event, native_of(event, before, [])


def _set_detail(
    detail: Element, kind: str, aspects: Aspects, before: Aspects, problems: list[Problem], item_id: str
) -> None:
    """Write what differs from what the kept detail says, and nothing else."""
    nature, was = _get(aspects, Aspect.NATURE, Nature), _get(before, Aspect.NATURE, Nature)
    if (nature.sidc if nature else "") != (was.sidc if was else ""):
        _replace(detail, "__milsym", id=nature.sidc if nature else "")
    wording, words = (
        _get(aspects, Aspect.WORDING, Wording) or Wording(),
        _get(before, Aspect.WORDING, Wording) or Wording(),
    )
    if wording.title != words.title:
        _set(detail, "contact", callsign=wording.title)
    if wording.description != words.description:
        _replace(detail, "remarks", wording.description)
    motion = _get(aspects, Aspect.MOTION, Motion) or Motion()
    if motion != (_get(before, Aspect.MOTION, Motion) or Motion()):
        fields = {"course": motion.course_deg, "speed": motion.speed_ms}
        _set(detail, "track", **{name: "" if value is None else decimal(value) for name, value in fields.items()})
    shape = _get(aspects, Aspect.SHAPE, Shape)
    if shape != before.get(Aspect.SHAPE):
        cot_shapes.clear_outline(detail)
        if shape is not None:
            cot_shapes.set_outline(detail, kind, shape, problems, item_id)
    style = _get(aspects, Aspect.STYLE, Style) or Style()
    if style != (_get(before, Aspect.STYLE, Style) or Style()):
        _set_style(detail, style)


def _set_style(detail: Element, style: Style) -> None:
    opacity = 1.0 if style.fill_opacity is None else style.fill_opacity
    _replace(detail, "strokeColor", value="" if style.stroke is None else str(cot_terms.argb(style.stroke)))
    _replace(detail, "strokeWeight", value="" if style.width is None else decimal(style.width))
    _replace(detail, "fillColor", value="" if style.fill is None else str(cot_terms.argb(style.fill, opacity)))
    dash = next((name for name, lengths in DASHES.items() if lengths and lengths == style.dash), "")
    _replace(detail, "strokeStyle", value=dash or ("dashed" if style.dash else ""))
    colour = style.fill or style.stroke
    number = "" if colour is None else str(cot_terms.argb(colour))
    _replace(detail, "color", argb=number, value=number)


def _set(detail: Element, name: str, **attributes: str) -> None:
    """Set attributes of a child, adding it where it is missing; an empty value removes the attribute."""
    element = xml.child(detail, name)
    if element is None:
        if not any(attributes.values()):
            return
        element = add(detail, name)
    for key, value in attributes.items():
        if value:
            element.set(key, xml.legal(value))
        elif key in element.attrib:
            del element.attrib[key]


def _replace(detail: Element, name: str, text: str | None = None, **attributes: str) -> None:
    """One child with this name in place of all that there are; none where it would be empty."""
    for element in list(xml.children(detail, name)):
        detail.remove(element)
    given = {key: value for key, value in attributes.items() if value}
    if given or text:
        add(detail, name, text, **given)


def _limited(instant: int) -> Instant:
    return Instant(max(FIRST, min(LAST, instant)))


def _strings(value: Any) -> dict[str, str]:
    """Attributes from a workspace file, those with a name that XML allows."""
    if not isinstance(value, dict):
        return {}
    return {
        name: text
        for name, text in value.items()
        if isinstance(text, str) and isinstance(name, str) and name.isidentifier()
    }


def _get(aspects: Aspects, aspect: Aspect, kind: type[Any]) -> Any:
    value = aspects.get(aspect)
    return value if isinstance(value, kind) else None
