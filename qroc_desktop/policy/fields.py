"""The closed list of fields of an item that are released or not, one by one.

A field is one aspect as a whole, or some attributes of one. What is not in the list is never released: an
attribute that somebody adds to an aspect stays here until it has been given a field.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

import msgspec

from qroc_desktop.domain.aspects import ASPECT_TYPES
from qroc_desktop.domain.state import Item
from qroc_desktop.domain.vocabulary import Aspect, SubjectCategory


class Field(StrEnum):
    """Fields, by aspect."""

    NATURE = "nature"
    LAYER = "layer"
    SHAPE = "shape"
    MOTION = "motion"
    STATUS = "situation.status"
    PRIORITY = "situation.priority"
    TIMES = "situation.times"
    TITLE = "wording.title"
    DESCRIPTION = "wording.description"
    PLACE = "wording.place"
    HANDLING = "marking.handling"
    HANDLING_TEXT = "marking.handling_text"
    TLP = "marking.tlp"
    SUBJECT = "marking.subject"
    SPECIAL = "marking.special"
    STRICT_NECESSITY = "marking.strict_necessity"
    CONDITIONS = "marking.conditions"
    ORIGINATOR = "marking.originator"
    CLASSIFICATION = "marking.classification"
    SOURCE = "evaluation.source"
    INFORMATION = "evaluation.information"
    FACT_OR_ASSESSMENT = "evaluation.basis"
    STYLE = "style"
    SURNAME = "person.surname"
    FIRST_NAMES = "person.first_names"
    BORN = "person.born"
    BIRTH_PLACE = "person.birth_place"
    CIRCUMSTANCES = "person.circumstances"
    ATTACHMENTS = "attachments"
    ABOUT = "about"
    REFERENCE = "origin.reference"
    SENT = "origin.sent"
    SOURCE_NAME = "origin.source_name"
    FILE = "origin.file"
    KEPT = "origin.kept"


class Spec(msgspec.Struct, frozen=True):
    """Where a field lies. `attributes`: of the aspect; empty for the aspect as a whole.

    personal: it says something of the person, where the item is about one.
    mark: it says how the rest may be used, and so goes wherever anything of the item goes.
    binding: a mark that restricts; where it may not go, nothing of the item may.
    """

    aspect: Aspect
    attributes: tuple[str, ...] = ()
    personal: bool = False
    mark: bool = False
    binding: bool = False


SPECS: Final[Mapping[Field, Spec]] = {
    Field.NATURE: Spec(Aspect.NATURE),
    Field.LAYER: Spec(Aspect.PLACEMENT),
    Field.SHAPE: Spec(Aspect.SHAPE, personal=True),
    Field.MOTION: Spec(Aspect.MOTION, personal=True),
    Field.STATUS: Spec(Aspect.SITUATION, ("status",)),
    Field.PRIORITY: Spec(Aspect.SITUATION, ("priority",)),
    Field.TIMES: Spec(Aspect.SITUATION, ("starts", "ends", "stale_at")),
    Field.TITLE: Spec(Aspect.WORDING, ("title",), personal=True),
    Field.DESCRIPTION: Spec(Aspect.WORDING, ("description",), personal=True),
    Field.PLACE: Spec(Aspect.WORDING, ("place",), personal=True),
    Field.HANDLING: Spec(Aspect.MARKING, ("handling",), mark=True, binding=True),
    Field.HANDLING_TEXT: Spec(Aspect.MARKING, ("handling_text",), personal=True, mark=True, binding=True),
    Field.TLP: Spec(Aspect.MARKING, ("tlp",), mark=True, binding=True),
    Field.SUBJECT: Spec(Aspect.MARKING, ("subject",), personal=True, mark=True),
    Field.SPECIAL: Spec(Aspect.MARKING, ("special",), personal=True, mark=True),
    Field.STRICT_NECESSITY: Spec(Aspect.MARKING, ("strict_necessity",), personal=True, mark=True),
    Field.CONDITIONS: Spec(Aspect.MARKING, ("conditions",), personal=True, mark=True, binding=True),
    Field.ORIGINATOR: Spec(Aspect.MARKING, ("originator",), mark=True, binding=True),
    Field.CLASSIFICATION: Spec(Aspect.MARKING, ("classification",), mark=True, binding=True),
    Field.SOURCE: Spec(Aspect.EVALUATION, ("source",)),
    Field.INFORMATION: Spec(Aspect.EVALUATION, ("information",)),
    Field.FACT_OR_ASSESSMENT: Spec(Aspect.EVALUATION, ("basis",)),
    Field.STYLE: Spec(Aspect.STYLE),
    Field.SURNAME: Spec(Aspect.PERSON, ("surname",), personal=True),
    Field.FIRST_NAMES: Spec(Aspect.PERSON, ("first_names",), personal=True),
    Field.BORN: Spec(Aspect.PERSON, ("born",), personal=True),
    Field.BIRTH_PLACE: Spec(Aspect.PERSON, ("birth_place",), personal=True),
    Field.CIRCUMSTANCES: Spec(Aspect.PERSON, ("circumstances",), personal=True),
    Field.ATTACHMENTS: Spec(Aspect.ATTACHMENTS, personal=True),
    Field.ABOUT: Spec(Aspect.ABOUT, personal=True),
    Field.REFERENCE: Spec(Aspect.ORIGIN, ("format", "foreign_id", "part", "earlier", "sender"), personal=True),
    Field.SENT: Spec(Aspect.ORIGIN, ("sent",)),
    Field.SOURCE_NAME: Spec(Aspect.ORIGIN, ("source_name",), personal=True),
    Field.FILE: Spec(Aspect.ORIGIN, ("file",), personal=True),
    Field.KEPT: Spec(Aspect.ORIGIN, ("kept",), personal=True),
}

BOOKKEEPING: Final = frozenset({Aspect.PRESENCE, Aspect.SETTLEMENT})
"""What a workspace keeps for itself: no part of what a peer is sent."""


_ALWAYS_SAY: Final = frozenset({Aspect.NATURE, Aspect.PLACEMENT, Aspect.SHAPE})
_NOTHING: Final[Mapping[Aspect, Any]] = {
    aspect: ASPECT_TYPES[aspect]() for aspect in {spec.aspect for spec in SPECS.values()} - _ALWAYS_SAY
}
"""Each aspect as it is where nobody said anything."""


def values(item: Item) -> dict[Field, Any]:
    """What the item has in each field, in the order of the list; fields that say nothing are left out.

    A field of several attributes gives a mapping of those that say something.
    """
    found: dict[Field, Any] = {}
    for field, spec in SPECS.items():
        value = item.aspects.get(spec.aspect)
        if value is None:
            continue
        if spec.attributes:
            said = said_of(spec.aspect, value, spec.attributes)
            if said:
                found[field] = said[spec.attributes[0]] if len(spec.attributes) == 1 else said
        elif _says_something(spec.aspect, value):
            found[field] = value
    return found


def said_of(aspect: Aspect, value: Any, attributes: tuple[str, ...]) -> dict[str, Any]:
    """Those attributes of an aspect's value that differ from what they are where nobody said anything."""
    nothing = _NOTHING[aspect]
    return {name: said for name in attributes if (said := getattr(value, name)) != getattr(nothing, name)}


def about_a_person(item: Item) -> bool:
    """Whether the item is personal data: its marking says so, or it names a person."""
    marking = item.marking
    return marking.subject is not SubjectCategory.NONE or bool(marking.special) or Aspect.PERSON in item.aspects


def _says_something(aspect: Aspect, value: Any) -> bool:
    return aspect not in _NOTHING or bool(value != _NOTHING[aspect])
