"""Codes in words, for briefings."""

from __future__ import annotations

from qroc_desktop.domain.aspects import Evaluation, Marking
from qroc_desktop.domain.vocabulary import (
    Affiliation,
    EntryKind,
    ItemType,
    Priority,
    Status,
    SubjectCategory,
)
from qroc_desktop.domain.words import BASES, ENTRIES, PRIORITIES, STATUSES, TYPES
from qroc_desktop.translation import said, tr


def said_priority(priority: Priority) -> str:
    """A priority in words."""
    return said(PRIORITIES[priority])


def said_status(status: Status) -> str:
    """A status in words."""
    return said(STATUSES[status])


def said_type(kind: ItemType) -> str:
    """An item type in words."""
    return said(TYPES[kind])


def said_affiliation(affiliation: Affiliation) -> str:
    """An affiliation in words, empty for the one that says nothing."""
    return {
        Affiliation.PENDING: tr("pending"),
        Affiliation.UNKNOWN: "",
        Affiliation.ASSUMED_FRIEND: tr("assumed friend"),
        Affiliation.FRIEND: tr("own"),
        Affiliation.NEUTRAL: tr("neutral"),
        Affiliation.SUSPECT: tr("suspect"),
        Affiliation.HOSTILE: tr("hostile"),
    }[affiliation]


def said_entry(kind: EntryKind) -> str:
    """What a logbook entry is."""
    return said(ENTRIES[kind])


def said_subject(subject: SubjectCategory) -> str:
    """Whom personal data are about; empty where there are none."""
    return {
        SubjectCategory.NONE: "",
        SubjectCategory.SUSPECT: tr("suspects"),
        SubjectCategory.CONVICTED: tr("convicted people"),
        SubjectCategory.VICTIM: tr("victims"),
        SubjectCategory.OTHER: tr("other people"),
        SubjectCategory.UNKNOWN: tr("people, category unknown"),
    }[subject]


def said_evaluation(evaluation: Evaluation) -> str:
    """`B2`, `X?`, with whether it is an assessment."""
    code = ""
    if evaluation.source or evaluation.information:
        code = f"{evaluation.source or '?'}{evaluation.information or '?'}"
    basis = said(BASES[evaluation.basis]) if evaluation.basis is not None else ""
    return " ".join(part for part in (code, basis) if part)


def said_marking(marking: Marking) -> str:
    """An item's own marking in one line; each axis by itself."""
    subject = said_subject(marking.subject)
    parts = [
        marking.classification,
        str(marking.tlp or ""),
        str(marking.handling or ""),
        tr("personal data: {whom}", whom=subject) if subject else "",
        *marking.conditions,
    ]
    return " · ".join(part for part in parts if part)
