"""Cards of the directory in words and signs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from babel import Locale, UnknownLocaleError

from qroc_desktop.domain.instant import Instant
from qroc_desktop.errors import Message
from qroc_desktop.services.directory import Card, Order, RouteCard
from qroc_desktop.sync.roster import APPROVALS, PeerState
from qroc_desktop.translation import language, said, tr
from qroc_desktop.ui.sharing.countries import country_name
from qroc_desktop.ui.sharing.share_words import PEERS
from qroc_desktop.ui.times import age_text, both, brief

ORDERS: Final[dict[Order, Message]] = {
    Order.REACHABLE: Message("Reachable first"),
    Order.BORDER: Message("Neighbouring countries first"),
    Order.NAME: Message("By name"),
}
MISSING: Final = Message("missing")
OLD_DAYS: Final = 180
"""Contact data that nobody has confirmed for so long are shown as doubtful."""

Line = tuple[str, str, str]
"""Name, text, and role of the label: `missing`, `warning`, `danger`, `good` or none."""


def state_text(card: Card) -> str:
    """How far it is enrolled."""
    return said(PEERS[card.peer.state][0])


def state_sign(card: Card) -> tuple[str, str]:
    """Icon and colour of that."""
    return PEERS[card.peer.state][1:]


def now_text(card: Card, now: Instant) -> str:
    """Whether its program can be reached, in few words."""
    if card.peer.state is not PeerState.ACTIVE:
        return "–"
    if card.reach.reachable is None:
        return tr("not known")
    word = tr("reachable") if card.reach.reachable else tr("not reachable")
    since = card.reach.since
    return tr("{state} for {age}", state=word, age=age_text(since, now)) if since is not None else word


def now_sign(card: Card) -> tuple[str, str]:
    """Icon and colour of that."""
    if card.peer.state is not PeerState.ACTIVE or card.reach.reachable is None:
        return "circle-dashed", "muted"
    return ("circle-check", "good") if card.reach.reachable else ("circle-x", "danger")


def telephone_text(card: Card) -> str:
    """The first number, and that there are more."""
    numbers = card.peer.contact.telephone
    if not numbers:
        return said(MISSING)
    return numbers[0] if len(numbers) == 1 else f"{numbers[0]} (+{len(numbers) - 1})"


def way_text(way: RouteCard, now: Instant) -> str:
    """One way in words, with since when."""
    since = brief(way.since, now) if way.since is not None else ""
    if way.works is None:
        return tr("{route}: not tried yet, or not allowed on this machine", route=way.route)
    if not way.works:
        return tr("{route}: does not work since {time}: {reason}", route=way.route, time=since, reason=way.trouble)
    if way.kind == "https":
        return tr("{route}: reachable since {time}", route=way.route, time=since)
    return tr("{route}: takes parcels since {time}; whether they are fetched is not seen", route=way.route, time=since)


def contact_lines(card: Card, now: Instant) -> list[Line]:
    """How to reach its people; every field, also those that are empty."""
    contact = card.peer.contact
    border = {2: tr("own country"), 1: tr("neighbouring country"), 0: ""}[card.borders]
    return [
        (tr("Country"), " · ".join(p for p in (country_name(card.country), border) if p), ""),
        _field(tr("Contact point"), contact.point),
        _field(tr("Day and night"), "\n".join(contact.telephone)),
        _field(tr("E-mail"), contact.email),
        _field(tr("Languages"), ", ".join(map(_language, contact.languages))),
        _confirmed(card, now),
    ]


def reach_lines(card: Card, now: Instant) -> list[Line]:
    """Whether and how its program can be reached."""
    role = {True: "good", False: "danger", None: ""}[card.reach.reachable]
    text = now_text(card, now)
    if card.reach.reachable is False and card.reach.trouble:
        text = f"{text}: {card.reach.trouble}"
    last = card.last_contact
    return [
        (tr("Reachable now"), text, role if card.peer.state is PeerState.ACTIVE else ""),
        _field(tr("Ways"), "\n".join(way_text(way, now) for way in card.routes)),
        (
            tr("Last contact"),
            tr("{age} ago, {time}", age=age_text(last, now), time=both(last)) if last else tr("no contact yet"),
            "",
        ),
    ]


def enrolment_lines(card: Card) -> list[Line]:
    """Who enrolled it, and who has compared what."""
    peer = card.peer
    approved = "\n".join(f"{a.officer} ({both(a.at)})" for a in peer.approvals)
    lines = [
        (tr("State"), state_text(card), ""),
        (tr("Proposed by"), f"{peer.proposed_by} ({both(peer.proposed_at)})", ""),
        (tr("Compared by"), approved, ""),
    ]
    if peer.state is PeerState.PROPOSED:
        count = len(peer.approvals)
        text = tr("{count} of {needed} officers have compared it.", count=count, needed=APPROVALS)
        lines.append(("", text, ""))
    if peer.state is PeerState.REVOKED and peer.revoked_at is not None:
        revoked = tr(
            "Revoked by {officer}, {time}: {why}",
            officer=peer.revoked_by, time=both(peer.revoked_at), why=peer.revoked_why,
        )  # fmt: skip
        lines.append(("", revoked, "danger"))
    return [line for line in lines if line[1]]


def language_finder() -> Callable[[Card], str]:
    """What a card is found by besides what stands on it: names of country and languages in the user's language."""
    return lambda card: " ".join((country_name(card.country), *map(_language, card.peer.contact.languages)))


def _confirmed(card: Card, now: Instant) -> Line:
    name, at = tr("Confirmed"), card.confirmed
    if at is None:
        return (name, said(MISSING), "missing")
    text = tr("{age} ago, {time}", age=age_text(at, now), time=both(at))
    old = now - at > OLD_DAYS * 86_400_000_000
    return (name, tr("{text}: ask whether it still holds", text=text) if old else text, "warning" if old else "")


def _field(name: str, text: str) -> Line:
    return (name, text, "") if text.strip() else (name, said(MISSING), "missing")


def _language(code: str) -> str:
    try:
        return str(Locale.parse(language()).languages.get(code.casefold(), code))
    except (UnknownLocaleError, ValueError):
        return code
