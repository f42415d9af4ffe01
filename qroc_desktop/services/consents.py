"""Recording that the owner of something allows it to go on, and looking it up when a share is decided."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from qroc_desktop.domain.instant import FOREVER, Instant
from qroc_desktop.domain.state import Item
from qroc_desktop.errors import Message, Refused
from qroc_desktop.policy import Consent
from qroc_desktop.policy.vocabulary import ConsentKind, Purpose
from qroc_desktop.store import Workspace
from qroc_desktop.sync.consents import Recorded
from qroc_desktop.sync.exchange import Exchange
from qroc_desktop.sync.roster import Peer


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """What an officer writes down. given_by: who at the originator gave it. way: by telephone, by which message.

    recipient: the centre id of the peer that it is for. until: None for as long as it is not revoked.
    """

    items: tuple[str, ...]
    kinds: tuple[ConsentKind, ...]
    recipient: str
    purposes: tuple[Purpose, ...]
    given_by: str
    officer: str
    way: str = ""
    until: Instant | None = None


class ConsentBook:
    """The consents that our centre has recorded, for the items of one workspace."""

    def __init__(self, workspace: Workspace, exchange: Exchange) -> None:
        self._workspace = workspace
        self._exchange = exchange

    def record(self, given: Given) -> list[Recorded]:
        """Record it for each item, all or none. Raises Refused where an item is unknown or somebody is not named.

        Whose consent it is says the marking of the item: nobody else can allow it.
        """
        if self._workspace.identity().kind is not self._exchange.mode:
            raise Refused(Message("Live and exercise never mix."))
        peer = self._exchange.roster.active(given.recipient)
        found = self._workspace.items_by_id(given.items)
        if missing := [item for item in given.items if item not in found]:
            raise Refused(Message("There is no such item."), where=missing[0][:80])
        with self._exchange.database.writing():
            return [
                self._exchange.consents.add(self._recorded(given, found[item], peer, kind))
                for item in given.items
                for kind in given.kinds
            ]

    def record_all(self, given: Iterable[Given]) -> list[Recorded]:
        """Record several, all or none."""
        with self._exchange.database.writing():
            return [recorded for one in given for recorded in self.record(one)]

    def revoke(self, consent: str, *, officer: str, why: str) -> Recorded:
        """It is not relied on any more from now on."""
        return self._exchange.consents.revoke(consent, officer=officer, why=why)

    def all(self, item: str = "") -> list[Recorded]:
        """Every consent, the newest first."""
        return self._exchange.consents.all(item)[::-1]

    def _recorded(self, given: Given, item: Item, peer: Peer, kind: ConsentKind) -> Recorded:
        return Recorded(
            id="",
            kind=str(kind),
            item=item.id,
            title=item.wording.title,
            originator=item.marking.originator or self._exchange.identity.name,
            recipient=peer.centre,
            name=peer.name,
            purposes=tuple(sorted(str(purpose) for purpose in given.purposes)),
            given_by=" ".join(given.given_by.split()),
            recorded_by=" ".join(given.officer.split()),
            at=Instant(0),
            until=given.until,
            way=given.way.strip(),
        )


def in_force(exchange: Exchange, peer: Peer, at: Instant) -> list[Recorded]:
    """Those that may be relied on towards a peer, told by its keys and not by its name."""
    return [one for one in exchange.consents.all() if one.recipient == peer.centre and one.in_force(at)]


def for_policy(recorded: Iterable[Recorded], peer: Peer) -> tuple[Consent, ...]:
    """As the policy asks for them. Codes that this version does not know allow nothing."""
    kinds, purposes = {str(k): k for k in ConsentKind}, {str(p): p for p in Purpose}
    return tuple(
        Consent(
            kind=kinds[one.kind],
            item=one.item,
            originator=one.originator,
            recipient=peer.name,
            purposes=tuple(purposes[p] for p in one.purposes if p in purposes),
            given_by=one.given_by,
            recorded_by=one.recorded_by,
            recorded_at=one.at,
            until=FOREVER if one.until is None else one.until,
            reference=one.id,
        )
        for one in recorded
        if one.kind in kinds
    )
