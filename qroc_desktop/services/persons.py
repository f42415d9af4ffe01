"""The person that an item is about: entered field by field, with the kind of data subject beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

import msgspec

from qroc_desktop.domain.aspects import AspectValue, Person
from qroc_desktop.domain.query import Outcome
from qroc_desktop.domain.state import Item
from qroc_desktop.domain.vocabulary import Aspect, SubjectCategory
from qroc_desktop.errors import Message, Refused
from qroc_desktop.services.items import Items

_BORN: Final = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?", re.ASCII)


class Persons:
    """Of one workspace."""

    def __init__(self, items: Items) -> None:
        self._items = items

    def describe(
        self, item: Item, fields: Mapping[str, str], category: SubjectCategory | None = None
    ) -> Outcome | None:
        """Set these fields of `Person`, and the kind of data subject; what is not named stays. None: nothing new.

        Where nobody has said the kind it becomes `unknown`, which is true, and lets nothing be sent until it is known.
        Raises Refused for a date of birth that is none.
        """
        person = msgspec.structs.replace(item.person or Person(), **{n: text.strip() for n, text in fields.items()})
        if not is_born(person.born):
            raise Refused(
                Message("This is no date of birth."),
                where=person.born[:40],
                action=Message("Write 1987-04-30, or what is known of it: 1987-04, 1987."),
            )
        patch = changes(item, person, category)
        return self._items.edit(item, patch, label="person") if patch else None


def changes(item: Item, person: Person, category: SubjectCategory | None) -> dict[Aspect, AspectValue | None]:
    """The aspects that differ from the item's; a person that says nothing is none."""
    patch: dict[Aspect, AspectValue | None] = {}
    wanted = None if person == Person() else person
    if wanted != item.person:
        patch[Aspect.PERSON] = wanted
    subject = category or item.marking.subject
    if wanted is not None and subject is SubjectCategory.NONE:
        subject = SubjectCategory.UNKNOWN
    if subject is not item.marking.subject:
        patch[Aspect.MARKING] = msgspec.structs.replace(item.marking, subject=subject)
    return patch


def cleared(patch: Mapping[Aspect, AspectValue]) -> dict[Aspect, AspectValue | None]:
    """The same edits, where a person that says nothing any more is taken away."""
    return {aspect: None if value == Person() else value for aspect, value in patch.items()}


def is_born(text: str) -> bool:
    """Whether it is a date of birth as `Person` has it, or nothing."""
    if not text:
        return True
    if not _BORN.fullmatch(text):
        return False
    year, month, day = (*text.split("-"), "01", "01")[:3]
    try:
        date(int(year), int(month), int(day))
    except ValueError:
        return False
    return True
