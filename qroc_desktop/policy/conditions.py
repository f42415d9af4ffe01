"""Conditions of use: what the owner asked for travels with the information and binds whoever has it."""

from __future__ import annotations

from typing import Final

import msgspec

from qroc_desktop.domain.aspects import Marking
from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.state import Item
from qroc_desktop.domain.vocabulary import Aspect, Handling, Tlp, WorkspaceKind
from qroc_desktop.policy.context import Context, Recipient
from qroc_desktop.policy.deadlines import due
from qroc_desktop.policy.instruments import Instruments, Reason, reason
from qroc_desktop.policy.rules import against
from qroc_desktop.policy.vocabulary import Code, Purpose, RecipientKind

_STRICTEST_FIRST: Final = (Tlp.RED, Tlp.AMBER_STRICT, Tlp.AMBER, Tlp.GREEN, Tlp.CLEAR)


class Conditions(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What travels with one item. `basis`: `instrument/basis`; `keep`: its time limit for erasure, if it has one."""

    item: str
    originator: str
    purpose: Purpose
    basis: str
    mode: WorkspaceKind = WorkspaceKind.LIVE
    handling: Handling | None = None
    handling_text: str = ""
    tlp: Tlp | None = None
    texts: tuple[str, ...] = ()
    classification: str = ""
    keep: str = ""


def conditions_of(item: Item, context: Context, instruments: Instruments) -> Conditions:
    """The conditions under which an item goes out; the owner of what names no originator are we."""
    marking = item.marking
    found = instruments.bases.get(context.basis)
    return Conditions(
        item=item.id,
        originator=marking.originator or context.centre,
        purpose=context.purpose,
        basis=context.basis,
        mode=context.mode,
        handling=marking.handling,
        handling_text=marking.handling_text,
        tlp=marking.tlp,
        texts=marking.conditions,
        classification=marking.classification,
        keep=found[1].keep if found else "",
    )


def bound(item: Item, conditions: Conditions) -> Item:
    """The item with the conditions it was received under in its marking, whatever has become of that since.

    The owner's word wins; of two TLP labels the stricter, and texts of both stay. Binding twice changes nothing.
    Raises ValueError for the conditions of another item.
    """
    if conditions.item != item.id:
        raise ValueError(f"the conditions are those of item {conditions.item}, not of {item.id}")
    marking = item.marking
    kept = tuple(text for text in marking.conditions if text not in conditions.texts)
    made = msgspec.structs.replace(
        marking,
        originator=conditions.originator,
        handling=conditions.handling or marking.handling,
        handling_text=conditions.handling_text or marking.handling_text,
        tlp=_stricter(conditions.tlp, marking.tlp),
        conditions=(*conditions.texts, *kept),
        classification=conditions.classification or marking.classification,
    )
    return msgspec.structs.replace(item, aspects={**item.aspects, Aspect.MARKING: made})


def against_use(conditions: Conditions, purpose: Purpose, at: Instant, instruments: Instruments) -> tuple[Reason, ...]:
    """What stands against using received information oneself for a purpose; empty where nothing does."""
    found = instruments.bases.get(conditions.basis)
    if found is None:
        return (instruments.own(Code.BASIS_UNKNOWN),)
    instrument, basis = found
    reasons = []
    if purpose not in basis.purposes:
        reasons.append(reason(Code.PURPOSE_NOT_COVERED, instrument, basis, purpose))
    marking = Marking(handling=conditions.handling, handling_text=conditions.handling_text)
    # Using is no forwarding: seen as the owner's own, only what narrows the purpose is left.
    user = Recipient(centre=conditions.originator, country="", kind=RecipientKind.ORGANISATION)
    context = Context(centre=conditions.originator, recipient=user, purpose=purpose, basis=conditions.basis, at=at)
    item = Item(id=conditions.item, aspects={Aspect.MARKING: marking}, seqs={}, valid_from=at, known_from=at)
    return (*reasons, *against(item, context, instruments))


def erase_by(conditions: Conditions, received: Instant, zone: str, instruments: Instruments) -> Instant | None:
    """When what was received must be gone at the latest; None where the basis sets no limit."""
    limit = instruments.limit(conditions.basis.partition("/")[0], conditions.keep) if conditions.keep else None
    return due(limit, received, zone) if limit else None


def _stricter(one: Tlp | None, other: Tlp | None) -> Tlp | None:
    return next((label for label in _STRICTEST_FIRST if label in (one, other)), None)
