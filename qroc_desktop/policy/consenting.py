"""What consent would lift: read from the rules themselves, so that a new rule needs no list here."""

from __future__ import annotations

from qroc_desktop.policy.decision import Decision
from qroc_desktop.policy.instruments import Instruments
from qroc_desktop.policy.vocabulary import Code, ConsentKind, Exemption, Outcome

_KINDS = {Exemption.FORWARD_CONSENT: ConsentKind.FORWARD, Exemption.JUDICIAL_CONSENT: ConsentKind.JUDICIAL}

ASKS_AN_OFFICER = frozenset({Code.GROUND_MISSING, Code.TLP_NAMED_ONLY})
"""What an officer would have to confirm or to say."""


def liftable(instruments: Instruments) -> dict[tuple[str, str, Code], frozenset[ConsentKind]]:
    """Which consents lift which rule, by instrument, article and code."""
    return {
        (instrument.id, rule.article, rule.code): kinds
        for instrument in instruments
        for rule in instrument.rules
        if (kinds := frozenset(kind for exemption, kind in _KINDS.items() if exemption in rule.unless))
    }


def wanted(decision: Decision, instruments: Instruments) -> frozenset[ConsentKind]:
    """The consents for want of which an item is refused, among other reasons perhaps; empty where it goes."""
    if decision.outcome is not Outcome.REFUSE:
        return frozenset()
    known = liftable(instruments)
    kinds = (known.get((r.instrument, r.article, r.code), frozenset()) for r in decision.reasons)
    return frozenset().union(*kinds)
