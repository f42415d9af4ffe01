"""Whether a rule of an instrument applies to an item in a share: the reading of `when` and `unless`."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from qroc_desktop.domain.state import Item
from qroc_desktop.domain.vocabulary import SubjectCategory, WorkspaceKind
from qroc_desktop.policy.context import Context, consented, forwards
from qroc_desktop.policy.fields import about_a_person
from qroc_desktop.policy.instruments import Instruments, Reason, When, reason
from qroc_desktop.policy.vocabulary import ConsentKind, Exemption, Lack, Level


class Facts(msgspec.Struct, frozen=True):
    """What rules look at, worked out once for an item."""

    personal: bool
    special: bool
    forwarding: bool
    classified: bool
    over: bool
    lacks: frozenset[Lack]
    exempt: frozenset[Exemption]


def facts(item: Item, context: Context, level: Level) -> Facts:
    """Work them out; `level` is what the item's classification means."""
    marking = item.marking
    personal = about_a_person(item)
    lacking = {
        Lack.STRICT_NECESSITY: not marking.strict_necessity.strip(),
        Lack.HANDLING_TEXT: not marking.handling_text.strip(),
        Lack.SUBJECT: personal and marking.subject is SubjectCategory.NONE,
        Lack.NAMED_OFFICER: not context.recipient.officer.strip(),
    }
    exempting = {
        Exemption.FORWARD_CONSENT: consented(item, context, ConsentKind.FORWARD),
        Exemption.JUDICIAL_CONSENT: consented(item, context, ConsentKind.JUDICIAL),
        Exemption.EXERCISE: context.mode is WorkspaceKind.EXERCISE,
    }
    return Facts(
        personal=personal,
        special=bool(marking.special),
        forwarding=forwards(item, context),
        classified=level is not Level.NONE,
        over=level > context.recipient.clearance,
        lacks=frozenset(lack for lack, so in lacking.items() if so),
        exempt=frozenset(exemption for exemption, so in exempting.items() if so),
    )


def against(item: Item, context: Context, instruments: Instruments) -> Iterator[Reason]:
    """Every rule that refuses the item, in the order of the instruments."""
    known = facts(item, context, instruments.level(item.marking.classification))
    for instrument in instruments:
        for rule in instrument.rules:
            if _applies(rule.when, known, item, context) and not known.exempt.intersection(rule.unless):
                yield reason(rule.code, instrument, rule)


def _applies(when: When, known: Facts, item: Item, context: Context) -> bool:
    marking = item.marking
    lists = (
        (when.handling, marking.handling),
        (when.tlp, marking.tlp),
        (when.subject, marking.subject),
        (when.recipients, context.recipient.kind),
        (when.purposes, context.purpose),
    )
    flags = (
        (when.personal, known.personal),
        (when.special, known.special),
        (when.forwarding, known.forwarding),
        (when.classified, known.classified),
        (when.over, known.over),
    )
    return (
        all(not wanted or is_so in wanted for wanted, is_so in lists)
        and all(wanted is None or wanted is is_so for wanted, is_so in flags)
        and context.purpose not in when.other_purposes_than
        and known.lacks.issuperset(when.lacks)
    )
