"""A marking as one line of codes, for formats that have room for a text but none for its parts."""

from __future__ import annotations

from qroc_desktop.domain.aspects import Marking
from qroc_desktop.domain.vocabulary import SubjectCategory, Tlp
from qroc_desktop.errors import Message
from qroc_desktop.formats.reading import Problem


def codes(marking: Marking) -> str:
    """`H2; TLP:AMBER; ...`; empty for no marking."""
    parts = [
        marking.classification,
        marking.handling or "",
        marking.handling_text,
        marking.tlp or "",
        "" if marking.subject is SubjectCategory.NONE else f"subject {marking.subject}",
        *(f"special {category}" for category in marking.special),
        marking.strict_necessity,
        *marking.conditions,
        f"originator {marking.originator}" if marking.originator else "",
    ]
    return "; ".join(part for part in parts if part)


def free(marking: Marking) -> bool:
    """Whether nothing restricts it: it says TLP:CLEAR and nothing else."""
    return marking == Marking(tlp=Tlp.CLEAR)


def not_shown(marking: Marking, where: str) -> list[Problem]:
    """The problem of a marking in a format that has no field for it."""
    if marking == Marking():
        return []
    why = Message("The format has no field for a marking: it is carried, but other programs will not show it.")
    return [Problem(where, why, what=codes(marking), skipped=False)]
