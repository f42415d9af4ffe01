"""Values of the fields of an item as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

import msgspec

from qroc_desktop.domain.aspects import Attachments, Nature
from qroc_desktop.domain.shape import Shape
from qroc_desktop.domain.state import Item
from qroc_desktop.domain.vocabulary import Priority, SpecialCategory, Status, SubjectCategory
from qroc_desktop.domain.words import PRIORITIES, STATUSES, TYPES
from qroc_desktop.errors import Message
from qroc_desktop.policy.fields import Field, values
from qroc_desktop.symbology import Kinds
from qroc_desktop.translation import said, tr
from qroc_desktop.ui.measures import size_text
from qroc_desktop.ui.times import both
from qroc_desktop.ui.words import SPECIALS, SUBJECTS

LONGEST = 400
_TABLES: tuple[tuple[type[Enum], Mapping[Any, Message]], ...] = (
    (Status, STATUSES), (Priority, PRIORITIES), (SubjectCategory, SUBJECTS), (SpecialCategory, SPECIALS),
)  # fmt: skip


def field_texts(item: Item | None, kinds: Kinds, layers: Mapping[str, str]) -> dict[Field, str]:
    """What an item says, field by field; `layers`: names by id."""
    if item is None:
        return {}
    return {field: _text(field, value, kinds, layers)[:LONGEST] for field, value in values(item).items()}


def _text(field: Field, value: Any, kinds: Kinds, layers: Mapping[str, str]) -> str:
    if isinstance(value, Nature):
        return f"{said(TYPES[value.type])}, {tr(kinds.kind_of(value).name)}"
    if field is Field.LAYER:
        return layers.get(value.layer, "")
    if isinstance(value, Shape):
        return _shape(value)
    if isinstance(value, Attachments):
        return ", ".join(f"{file.name} ({size_text(file.size)})" for file in value.files)
    if field is Field.TIMES:
        return ", ".join(both(instant) for instant in value.values())
    if field is Field.SENT:
        return both(value)
    return _any(value)


def _shape(shape: Shape) -> str:
    if shape.type == "Point":
        lon, lat = shape.coordinates[:2]
        return f"{lat:.5f}, {lon:.5f}"
    return tr("drawn on the map")


def _any(value: Any) -> str:
    for kind, table in _TABLES:
        if isinstance(value, kind):
            return said(table[value])
    if isinstance(value, msgspec.Struct):
        return ", ".join(_any(part) for part in msgspec.structs.astuple(value) if part not in (None, "", (), False))
    if isinstance(value, Mapping):
        return ", ".join(_any(part) for part in value.values())
    if isinstance(value, list | tuple | frozenset):
        return ", ".join(_any(part) for part in value)
    return str(value)
