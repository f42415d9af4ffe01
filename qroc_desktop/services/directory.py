"""The directory of centres: how to reach the people of each, whether its program can be reached now, and how."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Final

import msgspec

from qroc_desktop.domain.instant import Instant
from qroc_desktop.services.node_view import NodeView, Reach
from qroc_desktop.sync.roster import Peer, PeerState

_NEIGHBOURS: Final = {
    "AT": "CH CZ DE HU IT LI SI SK", "BE": "DE FR LU NL", "BG": "GR MK RO RS TR", "CH": "AT DE FR IT LI",
    "CZ": "AT DE PL SK", "DE": "AT BE CH CZ DK FR LU NL PL", "DK": "DE SE", "EE": "LV RU", "ES": "AD FR GI PT",
    "FI": "NO RU SE", "FR": "AD BE CH DE ES GB IT LU MC", "GB": "FR IE", "GR": "AL BG MK TR", "HR": "BA HU ME RS SI",
    "HU": "AT HR RO RS SI SK UA", "IE": "GB", "IT": "AT CH FR SI SM VA", "LI": "AT CH", "LT": "BY LV PL RU",
    "LU": "BE DE FR", "LV": "BY EE LT RU", "NL": "BE DE", "NO": "FI RU SE", "PL": "BY CZ DE LT RU SK UA", "PT": "ES",
    "RO": "BG HU MD RS UA", "SE": "DK FI NO", "SI": "AT HR HU IT", "SK": "AT CZ HU PL UA",
}  # fmt: skip
BORDERS: Final = {country: frozenset(text.split()) for country, text in _NEIGHBOURS.items()}
"""Land borders of the states of the Union and of Schengen, with the links over the Öresund and under the Channel."""


class Order(StrEnum):
    """How the directory can be sorted."""

    REACHABLE = "reachable"
    BORDER = "border"
    NAME = "name"


class RouteCard(msgspec.Struct, frozen=True, kw_only=True):
    """One way. kind: `https`, `folder` or `nats`. works: None where it was not tried, or is not allowed here."""

    route: str
    kind: str
    works: bool | None
    since: Instant | None = None
    trouble: str = ""


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """One centre. borders: 2 for our own country, 1 for a neighbour of it, 0 for others. confirmed: when the centre
    last confirmed its contact data."""

    peer: Peer
    reach: Reach
    last_contact: Instant | None
    borders: int
    routes: tuple[RouteCard, ...]

    @property
    def name(self) -> str:
        """The centre's name."""
        return self.peer.name

    @property
    def country(self) -> str:
        """Its country, two letters."""
        return self.peer.identity.country

    @property
    def confirmed(self) -> Instant | None:
        """When the centre last confirmed its contact data, by its clock."""
        return self.peer.contact_at

    @property
    def missing(self) -> tuple[str, ...]:
        """Fields of the contact data that are empty."""
        contact = self.peer.contact
        fields = {
            "point": contact.point.strip(), "telephone": contact.telephone, "languages": contact.languages,
            "email": contact.email.strip(),
        }  # fmt: skip
        return tuple(name for name, value in fields.items() if not value)


def cards(
    peers: Iterable[Peer], node: NodeView, last_contact: Callable[[str], Instant | None], own_country: str
) -> list[Card]:
    """A card for each peer, in their order."""
    return [
        Card(
            peer=peer, reach=node.reach.get(peer.centre, Reach()), last_contact=last_contact(peer.centre),
            borders=_borders(own_country, peer.identity.country), routes=_routes(peer, node),
        )
        for peer in peers
    ]  # fmt: skip


def ordered(found: Iterable[Card], order: Order) -> list[Card]:
    """Sorted; revoked centres come last whatever the order."""

    def key(card: Card) -> tuple[bool, int, int, str]:
        reachable = {True: 0, None: 1, False: 2}[card.reach.reachable]
        first, second = {
            Order.REACHABLE: (reachable, -card.borders),
            Order.BORDER: (-card.borders, reachable),
            Order.NAME: (0, 0),
        }[order]
        return (card.peer.state is PeerState.REVOKED, first, second, card.name.casefold())

    return sorted(found, key=key)


def fits(card: Card, text: str, more: str = "") -> bool:
    """Whether every word of a text is somewhere on a card; numbers are found however they are written.

    more: what else stands on the card, such as the country's name in the user's language.
    """
    contact = card.peer.contact
    all_of_it = " ".join(
        (card.name, card.country, more, contact.point, contact.email, *contact.telephone, *contact.languages)
    ).casefold()
    digits = " ".join(_digits(number) for number in contact.telephone)
    return all(
        word in all_of_it or (len(_digits(word)) >= 3 and _digits(word) in digits) for word in text.casefold().split()
    )


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isdigit())


def _borders(own: str, other: str) -> int:
    if own == other:
        return 2
    return int(other in BORDERS.get(own, ()) or own in BORDERS.get(other, ()))


def _routes(peer: Peer, node: NodeView) -> tuple[RouteCard, ...]:
    tried = node.reach.get(peer.centre, Reach()).routes
    found = []
    for route in dict.fromkeys((*tried, *peer.routes)):
        kind = route.partition(":")[0]
        way = tried.get(route)
        found.append(
            RouteCard(
                route=route,
                kind="nats" if kind == "tls" else kind,
                works=None if way is None else not way.trouble,
                since=way.since if way else None,
                trouble=way.trouble if way else "",
            )
        )
    return tuple(found)
