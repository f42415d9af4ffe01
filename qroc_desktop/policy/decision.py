"""Who may be sent what, and why: a decision on one item, and on each of its fields, with the article.

`Policy.decide` is total, deterministic and pure: the same item in the same share gets the same answer, whatever
the time of day. What the policy does not know is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from qroc_desktop.domain.state import Item
from qroc_desktop.domain.vocabulary import WorkspaceKind
from qroc_desktop.policy.context import Context
from qroc_desktop.policy.fields import SPECS, Field, about_a_person, values
from qroc_desktop.policy.instruments import Basis, Instrument, Instruments, Reason, reason
from qroc_desktop.policy.rules import against
from qroc_desktop.policy.vocabulary import Code, Outcome


class FieldDecision(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of one field, and why."""

    field: Field
    outcome: Outcome
    reason: Reason

    @property
    def code(self) -> Code:
        """Why, as a code."""
        return self.reason.code

    @property
    def instrument(self) -> str:
        """Id of the instrument that it rests on."""
        return self.reason.instrument

    @property
    def article(self) -> str:
        """The article that it rests on."""
        return self.reason.article


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of an item. `item`: its id. `fields`: those in which it says something.

    reasons: for a refusal everything that stands against it, the decisive first; else the basis.
    """

    item: str
    outcome: Outcome
    reasons: tuple[Reason, ...]
    fields: tuple[FieldDecision, ...]

    @property
    def released(self) -> frozenset[Field]:
        """The fields that go."""
        return frozenset(field.field for field in self.fields if field.outcome is Outcome.RELEASE)


class Policy:
    """Decides by a set of instruments."""

    def __init__(self, instruments: Instruments) -> None:
        self.instruments = instruments
        self._withheld = _withheld(instruments)

    def decide(self, item: Item, context: Context) -> Decision:
        """The decision on an item in a share."""
        has = values(item)
        against_it = self._against_the_share(context)
        if item.removed or not has:
            against_it.append(self.instruments.own(Code.NOT_ON_PICTURE))
        against_it += against(item, context, self.instruments)
        found = self.instruments.bases.get(context.basis)
        if against_it or found is None:
            return _refusal(item, has, against_it)
        return self._by_field(item, has, context, *found)

    def _against_the_share(self, context: Context) -> list[Reason]:
        """What stands against the share whatever the item."""
        reasons = []
        if context.mode is not context.recipient.mode:
            reasons.append(self.instruments.own(Code.MODES_MIX))
        if not context.recipient.known:
            reasons.append(self.instruments.own(Code.RECIPIENT_UNKNOWN))
        found = self.instruments.bases.get(context.basis)
        if found is None:
            return [*reasons, self.instruments.own(Code.BASIS_UNKNOWN)]
        instrument, basis = found
        if instrument.repealed and context.mode is not WorkspaceKind.EXERCISE:
            reasons.append(reason(Code.BASIS_REPEALED, instrument, basis))
        if context.recipient.kind not in basis.recipients:
            reasons.append(reason(Code.RECIPIENT_NOT_COVERED, instrument, basis, context.recipient.kind))
        if context.purpose not in basis.purposes:
            reasons.append(reason(Code.PURPOSE_NOT_COVERED, instrument, basis, context.purpose))
        missing = sorted(ground for ground in basis.grounds if ground not in context.grounds)
        return reasons + [reason(Code.GROUND_MISSING, instrument, basis, ground) for ground in missing]

    def _against_link(self, item: Item, context: Context) -> Reason | None:
        """A comment's link goes to the owner of what it is about: anybody else would learn what the owner has, or that
        an item of ours was withheld."""
        owner = item.about.centre if item.about else ""
        return None if owner and owner == context.recipient.key else self.instruments.own(Code.LINK_ELSEWHERE)

    def _by_field(
        self, item: Item, has: Mapping[Field, Any], context: Context, instrument: Instrument, basis: Basis
    ) -> Decision:
        stripped = not basis.personal and about_a_person(item)
        permitted = reason(Code.PERMITTED, instrument, basis)
        fields = []
        for field in has:
            why = self._withheld.get(field) or _against_field(field, instrument, basis, stripped=stripped)
            why = why or (self._against_link(item, context) if field is Field.ABOUT else None)
            outcome = Outcome.REDACT if why else Outcome.RELEASE
            fields.append(FieldDecision(field=field, outcome=outcome, reason=why or permitted))
        held_back = [f for f in fields if f.outcome is Outcome.REDACT]
        for bound in (f for f in held_back if SPECS[f.field].binding):
            mark = msgspec.structs.replace(self.instruments.own(Code.MARK_CANNOT_TRAVEL), detail=bound.field)
            return _refusal(item, has, [mark, bound.reason])
        if not any(f.outcome is Outcome.RELEASE and not SPECS[f.field].mark for f in fields):
            return _refusal(item, has, [reason(Code.NOTHING_LEFT, instrument, basis)])
        outcome = Outcome.REDACT if held_back else Outcome.RELEASE
        return Decision(item=item.id, outcome=outcome, reasons=(permitted,), fields=tuple(fields))


def _withheld(instruments: Instruments) -> dict[Field, Reason]:
    """Fields that never leave."""
    return {
        field: reason(Code.INTERNAL, instrument, datum)
        for instrument in instruments
        for datum in instrument.withheld
        for field in datum.fields
    }


def _against_field(field: Field, instrument: Instrument, basis: Basis, *, stripped: bool) -> Reason | None:
    spec = SPECS[field]
    if stripped and spec.personal:
        return reason(Code.PERSONAL_DATA, instrument, basis)
    if basis.only and not spec.mark and field not in basis.only:
        return reason(Code.NOT_IN_LIST, instrument, basis)
    return None


def _refusal(item: Item, has: Mapping[Field, Any], reasons: list[Reason]) -> Decision:
    fields = tuple(FieldDecision(field=field, outcome=Outcome.REFUSE, reason=reasons[0]) for field in has)
    return Decision(item=item.id, outcome=Outcome.REFUSE, reasons=tuple(reasons), fields=fields)
