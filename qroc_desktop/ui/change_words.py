"""Changes in words: which fields of which aspects became what."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from typing import Any, Final

from qroc_desktop.domain.aspects import AspectValue, Attachment, Presence, Settlement
from qroc_desktop.domain.change import Change
from qroc_desktop.domain.shape import Shape
from qroc_desktop.domain.vocabulary import Aspect
from qroc_desktop.domain.words import BASES, PRIORITIES, STATUSES, TYPES
from qroc_desktop.errors import Message
from qroc_desktop.translation import said, tr
from qroc_desktop.ui import words
from qroc_desktop.ui.times import both

FIELDS: Final[Mapping[str, Message]] = {
    "type": Message("type"),
    "kind": Message("kind"),
    "sidc": Message("symbol code"),
    "affiliation": Message("identity"),
    "layer": Message("layer"),
    "course_deg": Message("course"),
    "speed_ms": Message("speed"),
    "status": Message("status"),
    "priority": Message("priority"),
    "starts": Message("began"),
    "ends": Message("ended"),
    "stale_at": Message("good until"),
    "title": Message("title"),
    "description": Message("description"),
    "place": Message("place"),
    "handling": Message("handling"),
    "handling_text": Message("handling, in words"),
    "subject": Message("person"),
    "special": Message("special categories"),
    "strict_necessity": Message("strict necessity"),
    "conditions": Message("conditions"),
    "originator": Message("originator"),
    "surname": Message("surname"),
    "first_names": Message("first names"),
    "born": Message("date of birth"),
    "birth_place": Message("place of birth"),
    "circumstances": Message("circumstances"),
    "classification": Message("classification"),
    "source": Message("source"),
    "information": Message("information"),
    "basis": Message("basis"),
    "stroke": Message("line colour"),
    "fill": Message("fill colour"),
    "width": Message("line width"),
    "fill_opacity": Message("fill opacity"),
    "dash": Message("line pattern"),
    "files": Message("files"),
}
_INSTANTS: Final = frozenset({"starts", "ends", "stale_at"})
_WORDS: Final[tuple[Mapping[Any, Message], ...]] = (
    TYPES, PRIORITIES, STATUSES, words.AFFILIATIONS, BASES, words.SUBJECTS, words.SPECIALS,
)
LONGEST: Final = 120
LayerName = Callable[[str], str]


def histories(changes: Iterable[Change], layer_name: LayerName) -> list[tuple[Change, list[str]]]:
    """Every change with what it changed, first to last; each aspect is compared with what it was before."""
    now: dict[Aspect, AspectValue | None] = {}
    told = []
    for change in changes:
        lines: list[str] = []
        for aspect, value in change.patch.items():
            lines += differences(aspect, now.get(aspect), value, layer_name)
            now[aspect] = value
        told.append((change, lines))
    return told


def differences(
    aspect: Aspect, before: AspectValue | None, after: AspectValue | None, layer_name: LayerName = str
) -> list[str]:
    """Lines that say what an aspect became."""
    if isinstance(after, Presence):
        return [tr("removed from the picture") if after.removed else tr("brought back")]
    if isinstance(after, Settlement):
        return [tr("a conflict was settled")]
    if after is None:
        return [tr("{what}: cleared", what=said(words.ASPECTS[aspect]))]
    if isinstance(after, Shape):
        return [tr("position set") if before is None else tr("position changed")]
    lines = []
    for name in after.__struct_fields__:
        if name not in FIELDS:
            continue
        old, new = getattr(before, name, None) if before else _default(after, name), getattr(after, name)
        if old != new:
            lines.append(_became(name, old, new, layer_name))
    return lines or ([tr("{what}: set", what=said(words.ASPECTS[aspect]))] if before is None else [])


def value_lines(value: AspectValue | None, layer_name: LayerName = str) -> list[str]:
    """All that a value says, for a conflict where both have to be seen."""
    if value is None:
        return [tr("nothing")]
    if isinstance(value, (Presence, Shape)):
        return differences(Aspect.PRESENCE if isinstance(value, Presence) else Aspect.SHAPE, None, value)
    names = [name for name in value.__struct_fields__ if name in FIELDS]
    return [
        f"{said(FIELDS[name])}: {told(name, getattr(value, name), layer_name)}"
        for name in names
        if getattr(value, name) not in (None, "", ())
    ]


def told(name: str, value: object, layer_name: LayerName = str) -> str:
    """One value in words."""
    if value in (None, "", ()):
        return "–"
    if name in _INSTANTS:
        return both(value)  # type: ignore[arg-type]
    if name == "layer":
        return layer_name(str(value))
    if isinstance(value, Attachment):
        return " ".join(value.name.split())[:LONGEST]
    if isinstance(value, tuple):
        return ", ".join(told(name, part) for part in value)
    if isinstance(value, Enum):
        return next((said(table[value]) for table in _WORDS if value in table), str(value.value))
    text = " ".join(str(value).split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _became(name: str, old: object, new: object, layer_name: LayerName) -> str:
    field = said(FIELDS[name])
    if old in (None, "", ()):
        return f"{field}: {told(name, new, layer_name)}"
    return f"{field}: {told(name, old, layer_name)} → {told(name, new, layer_name)}"


def _default(value: AspectValue, name: str) -> object:
    fields = value.__struct_fields__
    defaults = value.__struct_defaults__
    place = fields.index(name) - (len(fields) - len(defaults))
    return defaults[place] if place >= 0 else None
