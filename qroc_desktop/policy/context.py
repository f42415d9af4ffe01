"""To whom, for what, on which basis: everything beside the item that a decision depends on."""

from __future__ import annotations

from typing import Final

import msgspec

from qroc_desktop.domain.instant import FOREVER, Instant
from qroc_desktop.domain.state import Item
from qroc_desktop.domain.vocabulary import WorkspaceKind
from qroc_desktop.policy.vocabulary import ConsentKind, Ground, Level, Purpose, RecipientKind

MEMBER_STATES: Final = frozenset(
    {
        "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU",
        "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
    }
)  # fmt: skip
"""ISO 3166-1 codes of the Member States of the European Union."""
ASSOCIATED_STATES: Final = frozenset({"CH", "IS", "LI", "NO"})
"""States associated with the Schengen acquis."""


def kind_of_country(country: str) -> RecipientKind:
    """Under which law the authorities of a country stand; `country` is an ISO 3166-1 code of two letters."""
    if country in MEMBER_STATES:
        return RecipientKind.EU
    return RecipientKind.ASSOCIATED if country in ASSOCIATED_STATES else RecipientKind.THIRD


BUNDLE: Final = "bundle"
"""`Origin.format` of what another centre sent; `Origin.sender` is then the id of its keys."""


class Recipient(msgspec.Struct, frozen=True, kw_only=True):
    """Who is to get it. `centre`: the name by which peers and markings know it. key: the id of its keys, by which what
    came from it is told from what came from others.

    country: ISO 3166-1, two letters; empty for an organisation. clearance: up to which level it may hold
    classified information. officer: the one person meant, where the share names one. mode: whether its
    link serves the live picture or an exercise.
    """

    centre: str
    country: str
    kind: RecipientKind
    clearance: Level = Level.NONE
    officer: str = ""
    mode: WorkspaceKind = WorkspaceKind.LIVE
    key: str = ""

    @property
    def known(self) -> bool:
        """Whether it has a name, and its kind agrees with its country."""
        if self.kind is RecipientKind.ORGANISATION:
            return bool(self.centre.strip())
        return bool(self.centre.strip()) and len(self.country) == 2 and kind_of_country(self.country) is self.kind


class Consent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the owner of one item has allowed, to one recipient, for some purposes, as an officer recorded it.

    originator: whose consent it is. given_by: who there gave it. recorded_by: who here wrote it down.
    """

    kind: ConsentKind
    item: str
    originator: str
    recipient: str
    purposes: tuple[Purpose, ...]
    given_by: str
    recorded_by: str
    recorded_at: Instant
    until: Instant = FOREVER
    reference: str = ""


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """A share, without the items. `centre`: our own name. `basis`: `instrument/basis`.

    at: the instant of the decision; the policy has no clock of its own.
    """

    centre: str
    recipient: Recipient
    purpose: Purpose
    basis: str
    at: Instant
    mode: WorkspaceKind = WorkspaceKind.LIVE
    grounds: frozenset[Ground] = frozenset()
    consents: tuple[Consent, ...] = ()


def forwards(item: Item, context: Context) -> bool:
    """Whether the item is somebody else's: neither ours nor the recipient's own.

    Names are compared exactly: one that is written differently is somebody else. What came by another centre than the
    recipient is not taken for the recipient's own because of a name alone: that centre may know a namesake.
    """
    originator = item.marking.originator
    if originator in ("", context.centre):
        return False
    came_from = item.origin.sender if item.origin.format == BUNDLE else ""
    by_another = bool(came_from and context.recipient.key) and came_from != context.recipient.key
    return originator != context.recipient.centre or by_another


def consented(item: Item, context: Context, kind: ConsentKind) -> bool:
    """Whether a consent of that kind is recorded that covers this item, recipient and purpose, and is in force."""
    owner = item.marking.originator or context.centre
    return any(
        consent.kind is kind
        and consent.item == item.id
        and consent.originator == owner
        and consent.recipient == context.recipient.centre
        and context.purpose in consent.purposes
        and bool(consent.given_by.strip())
        and bool(consent.recorded_by.strip())
        and consent.recorded_at <= context.at < consent.until
        for consent in context.consents
    )
