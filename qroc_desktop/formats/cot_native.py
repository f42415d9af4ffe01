"""What the fields of a CoT event say by themselves, as aspects; and its style."""

from __future__ import annotations

import copy
from typing import Any, Final

from qroc_desktop.domain.aspects import Motion, Nature, Origin, Situation, Style, Wording
from qroc_desktop.domain.instant import Instant, InstantError
from qroc_desktop.domain.shape import Shape
from qroc_desktop.domain.vocabulary import Aspect, Priority, Status
from qroc_desktop.errors import Message
from qroc_desktop.formats import cot_terms, xml
from qroc_desktop.formats.carried import Aspects
from qroc_desktop.formats.cot_terms import EXTENSION, FORMAT
from qroc_desktop.formats.reading import Problem
from qroc_desktop.formats.xml import Element

DASHES: Final = {"dashed": (10.0, 10.0), "dotted": (2.0, 8.0), "outlined": ()}
"""Stroke styles of TAK clients as lengths on and off, in pixels."""
_OWN: Final = frozenset({"uid", "type", "time", "start", "stale", "opex"})
"""Attributes that are written anew each time."""


def native_of(event: Element, shape: Shape | None, problems: list[Problem]) -> Aspects:
    """The aspects of an event whose shape has been read."""
    kind = event.get("type") or ""
    detail = xml.child(event, "detail")
    aspects: Aspects = {
        Aspect.NATURE: Nature(
            type=cot_terms.item_type(kind, shape.type if shape else ""),
            kind=kind,
            sidc=sidc_of(event),
            affiliation=cot_terms.affiliation_of(kind),
        ),
        Aspect.SITUATION: Situation(
            status=Status.RESOLVED if kind == "b-a-o-can" else Status.UNCONFIRMED,
            priority=Priority.FLASH
            if kind.startswith(("b-a-o", "b-a-g")) and kind != "b-a-o-can"
            else Priority.ROUTINE,
            stale_at=time_of(event, "stale", problems),
        ),
        Aspect.WORDING: Wording(title=_attribute(detail, "contact", "callsign"), description=_text(detail, "remarks")),
        Aspect.ORIGIN: Origin(
            format=FORMAT,
            foreign_id=event.get("uid") or "",
            sender=_attribute(detail, "link", "parent_callsign"),
            sent=time_of(event, "time", []),
            kept={FORMAT: _kept(event)},
        ),
    }
    if shape is not None:
        aspects[Aspect.SHAPE] = shape
    motion = Motion(
        course_deg=_course(cot_terms.measure(_attribute(detail, "track", "course"))),
        speed_ms=cot_terms.measure(_attribute(detail, "track", "speed")),
    )
    if motion != Motion():
        aspects[Aspect.MOTION] = motion
    style = _style(detail)
    if style != Style():
        aspects[Aspect.STYLE] = style
    return aspects


def sidc_of(event: Element) -> str:
    """The symbol code that an event carries beside its type."""
    return _attribute(xml.child(event, "detail"), "__milsym", "id")


def time_of(event: Element, name: str, problems: list[Problem]) -> Instant | None:
    """One of the event's times; without a zone it is read as UTC, as CoT has it, and noted."""
    text = event.get(name) or ""
    try:
        moment, zoned = xml.moment(text)
    except InstantError:
        why = Message("{name} cannot be read as a time; it is left out.", name=name)
        problems.append(Problem(xml.where(event), why, what=text, skipped=False))
        return None
    if not zoned:
        why = Message("{name} has no zone and is read as UTC.", name=name)
        problems.append(Problem(xml.where(event), why, what=text, skipped=False))
    return moment


def _style(detail: Element | None) -> Style:
    stroke = cot_terms.colour_of(_attribute(detail, "strokeColor", "value") or _circle(detail, "LineStyle", "color"))
    fill = cot_terms.colour_of(_attribute(detail, "fillColor", "value") or _circle(detail, "PolyStyle", "color"))
    marker = cot_terms.colour_of(_attribute(detail, "color", "argb") or _attribute(detail, "color", "value"))
    width = cot_terms.measure(_attribute(detail, "strokeWeight", "value") or _circle(detail, "LineStyle", "width"))
    return Style(
        stroke=stroke[0] if stroke else None,
        fill=fill[0] if fill else marker[0] if marker and not stroke else None,
        fill_opacity=fill[1] if fill else None,
        width=width if width is not None and width >= 0 else None,
        dash=DASHES.get(_attribute(detail, "strokeStyle", "value"), ()),
    )


def _circle(detail: Element | None, style: str, field: str) -> str:
    """A field of the style that TAK clients put into a circle; its colours are aarrggbb, not KML's aabbggrr."""
    if detail is None:
        return ""
    for shape in xml.children(detail, "shape"):
        for element in shape.iter():
            if xml.local(element) == style:
                text = xml.child_text(element, field)
                return f"#{text.removeprefix('#')}" if field == "color" and text else text
    return ""


def _kept(event: Element) -> dict[str, Any]:
    attributes = {str(n): str(v) for n, v in event.attrib.items() if n not in _OWN}
    kept: dict[str, Any] = {"attributes": attributes}
    detail = xml.child(event, "detail")
    if detail is not None:
        own = copy.deepcopy(detail)
        for element in list(xml.children(own, EXTENSION)):
            own.remove(element)
        kept["detail"] = xml.serialised(xml.compacted(own))
    return kept


def _course(value: float | None) -> float | None:
    return None if value is None else value % 360.0


def _attribute(detail: Element | None, name: str, attribute: str) -> str:
    """The first such attribute of a child with this name."""
    if detail is None:
        return ""
    return next((value for e in xml.children(detail, name) if (value := e.get(attribute))), "")


def _text(detail: Element | None, name: str) -> str:
    return xml.text_of(xml.child(detail, name)) if detail is not None else ""
