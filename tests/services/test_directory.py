"""The directory of centres, and contact data that a centre tells its peers itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from qroc_desktop.domain.instant import Instant, seconds
from qroc_desktop.errors import Refused
from qroc_desktop.services.directory import BORDERS, Card, Order, cards, fits, ordered
from qroc_desktop.services.node_view import NodeView, Reach, look
from qroc_desktop.sync import invitation, status
from qroc_desktop.sync.audit import Action
from qroc_desktop.sync.bundle import Kind
from qroc_desktop.sync.content import written
from qroc_desktop.sync.identity import Identity
from qroc_desktop.sync.invitation import Contact
from qroc_desktop.sync.refusals import Code
from qroc_desktop.sync.roster import Peer, PeerKey, PeerState
from qroc_desktop.sync.status import Way
from tests.sync.building import START, Centre, befriended, forged, plain

CONTACT = Contact(point="Chef van dienst", telephone=("+31 43 123 4567",), languages=("nl", "de"), email="a@b.example")
HOUR = seconds(3600)


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[Centre, Centre]]:
    noord, sued = befriended(tmp_path, "Noord", "Süd")
    yield noord, sued
    for centre in (noord, sued):
        centre.exchange.close()


def peer(name: str, country: str, state: PeerState = PeerState.ACTIVE, **more: Any) -> Peer:
    identity = Identity.new(name, country, START).public
    values: dict[str, Any] = {
        "centre": identity.centre, "state": state, "keys": (PeerKey(identity=identity, since=START),),
        "proposed_by": "Anna", "proposed_at": START,
    }  # fmt: skip
    return Peer(**(values | more))


def made(peers: list[Peer], reach: dict[str, Reach] | None = None, own: str = "DE") -> list[Card]:
    return cards(peers, NodeView(running=True, reach=reach or {}), lambda _: None, own)


def carried(sender: Centre, recipient: Centre) -> list[bytes]:
    """Everything that is due, with its acknowledgements; the parcels."""
    parcels = [sender.parcel(row) for row in sender.exchange.dispatch.due()]  # type: ignore[arg-type]
    for data in parcels:
        for reply in recipient.receive(data, None).replies:
            sender.receive(reply, None)
    return parcels


def test_a_centre_tells_its_contact_data_and_its_peers_have_them(pair: tuple[Centre, Centre]) -> None:
    noord, sued = pair
    keys = sued.exchange.roster.peer(noord.id).keys
    routes = sued.exchange.roster.peer(noord.id).routes
    for centre in pair:
        centre.clock.forward(3600)
    assert noord.exchange.tell_contact(CONTACT, officer="Anna") == 1
    assert noord.exchange.contact() == CONTACT
    (parcel,) = carried(noord, sued)
    known = sued.exchange.roster.peer(noord.id)
    assert (known.contact, known.contact_at) == (CONTACT, START + HOUR)
    assert (known.keys, known.routes, known.state) == (keys, routes, PeerState.ACTIVE)
    # It is the program's own business: nobody has to apply it, and a second copy changes nothing.
    version = [entry.action for entry in sued.exchange.audit.entries()].count(Action.PEER_CHANGED)
    sued.receive(parcel, None)
    assert [entry.action for entry in sued.exchange.audit.entries()].count(Action.PEER_CHANGED) == version == 1
    assert (sued.exchange.inbox.received(), noord.exchange.dispatch.board()) == ([], [])
    told = [entry.detail for entry in noord.exchange.audit.entries() if entry.action == Action.CONTACT_TOLD]
    assert [(detail.officer, detail.facts["told"]) for detail in told if detail] == [("Anna", "1")]
    noord.reopen()
    sued.reopen()
    assert noord.exchange.contact() == CONTACT
    assert sued.exchange.roster.peer(noord.id).contact == CONTACT


def test_the_same_data_told_again_are_confirmed(pair: tuple[Centre, Centre]) -> None:
    noord, sued = pair
    noord.exchange.tell_contact(CONTACT, officer="Anna")
    carried(noord, sued)
    for centre in pair:
        centre.clock.forward(86_400)
    noord.exchange.tell_contact(CONTACT, officer="Bert")
    carried(noord, sued)
    assert sued.exchange.roster.peer(noord.id).contact_at == START + 24 * HOUR


def test_an_invitation_carries_what_was_told_last(pair: tuple[Centre, Centre]) -> None:
    noord, _ = pair
    noord.exchange.tell_contact(CONTACT, officer="Anna")
    assert invitation.read(noord.exchange.invite()).invitation.contact == CONTACT
    other = Contact(point="someone else")
    assert invitation.read(noord.exchange.invite(contact=other)).invitation.contact == other


def test_an_older_invitation_does_not_confirm(pair: tuple[Centre, Centre]) -> None:
    noord, sued = pair
    for centre in pair:
        centre.clock.forward(3600)
    sued.exchange.roster.confirm(noord.id, CONTACT, Instant(START + HOUR))
    sued.exchange.roster.confirm(noord.id, Contact(point="old"), Instant(START + HOUR - 1))
    assert sued.exchange.roster.peer(noord.id).contact == CONTACT


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"contact": msgspec.UNSET, "format": 1}, Code.BAD_CONTENT),
        ({"contact": CONTACT, "kind": Kind.SNAPSHOT}, Code.BAD_CONTENT),
        ({"contact": CONTACT, "format": 1}, Code.BAD_CONTENT),
        ({"contact": Contact(telephone=("1",) * 9)}, Code.BAD_CONTENT),
        ({"contact": Contact(point="x" * 301)}, Code.BAD_CONTENT),
    ],
)
def test_contact_data_that_are_none_are_refused(
    fields: dict[str, Any], code: Code, pair: tuple[Centre, Centre]
) -> None:
    noord, sued = pair
    kind = fields.get("kind", Kind.CONTACT)
    content = plain(noord, sued, **{"kind": kind, "format": 2, **fields})
    before = sued.exchange.roster.peer(noord.id)
    assert sued.receive(forged(noord, sued, kind=kind, content=written(content, {})), None).code == code
    assert sued.exchange.roster.peer(noord.id) == before


def test_nobody_tells_the_data_of_another_centre(pair: tuple[Centre, Centre]) -> None:
    noord, sued = pair
    stranger = Identity.new("Noord", "NL", START)
    content = plain(noord, sued, kind=Kind.CONTACT, format=2, contact=CONTACT)
    with pytest.raises(Refused, match="signature"):
        sued.receive(forged(noord, sued, kind=Kind.CONTACT, content=written(content, {}), keys=stranger), None)
    assert sued.exchange.roster.peer(noord.id).contact == Contact()


def test_what_cannot_be_told_is_refused_and_changes_nothing(pair: tuple[Centre, Centre]) -> None:
    noord, _ = pair
    for contact, officer in ((CONTACT, " "), (Contact(telephone=("1",) * 9), "Anna")):
        with pytest.raises(Refused):
            noord.exchange.tell_contact(contact, officer=officer)
    assert noord.exchange.contact() == Contact()
    assert noord.exchange.dispatch.due() == []


def test_the_orders_and_who_borders_on_whom() -> None:
    aachen, wien, lille, gone = (
        peer("Aachen", "DE"), peer("Wien", "AT"), peer("Lille", "FR"), peer("Brussel", "BE", PeerState.REVOKED),
    )  # fmt: skip
    found = made(
        [wien, gone, lille, aachen], {aachen.centre: Reach(reachable=False), wien.centre: Reach(reachable=True)},
        own="NL",
    )  # fmt: skip

    def names(order: Order) -> list[str]:
        return [card.name for card in ordered(found, order)]

    assert names(Order.REACHABLE) == ["Wien", "Lille", "Aachen", "Brussel"]
    assert names(Order.BORDER) == ["Aachen", "Wien", "Lille", "Brussel"]
    assert names(Order.NAME) == ["Aachen", "Lille", "Wien", "Brussel"]


def test_borders_hold_in_both_directions() -> None:
    assert [
        (one, other) for one, others in BORDERS.items() for other in others
        if other in BORDERS and one not in BORDERS[other]
    ] == []  # fmt: skip
    assert BORDERS["NL"] == {"BE", "DE"}
    assert BORDERS["DE"] == {"AT", "BE", "CH", "CZ", "DK", "FR", "LU", "NL", "PL"}


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("limb", True), ("nl", True), ("dienst limburg", True), ("0431", False), ("4312345", True),
        ("+31 43", True), ("0043", False), ("zuid", False), ("niederlande", True), ("", True), ("a@b", True),
    ],
)  # fmt: skip
def test_a_centre_is_found_by_whatever_one_knows_of_it(typed: str, found: bool) -> None:
    (card,) = made([peer("Meldkamer Limburg", "NL", contact=CONTACT)])
    assert fits(card, typed, "Niederlande") is found


def test_what_is_missing_is_named() -> None:
    full, empty = made([peer("A", "NL", contact=CONTACT), peer("B", "NL")])
    assert (full.missing, empty.missing) == ((), ("point", "telephone", "languages", "email"))


def test_each_route_is_told_with_since_when(tmp_path: Path) -> None:
    exchange, now = tmp_path / "live.qrocx", [START]
    contacts = status.Contacts(None, lambda: now[0])
    contacts.tried("c", "https://c.example:8443", "connection refused")
    contacts.missed("c", "connection refused")
    now[0] = Instant(START + HOUR)
    contacts.tried("c", "https://c.example:8443", "timed out")
    contacts.missed("c", "timed out")
    contacts.tried("c", "folder:/stick", "")
    peers, _ = contacts.seen()
    assert peers["c"].since == START
    assert peers["c"].routes == {
        "https://c.example:8443": Way(START, "timed out"), "folder:/stick": Way(Instant(START + HOUR)),
    }  # fmt: skip
    now[0] = Instant(START + 2 * HOUR)
    contacts.tried("c", "https://c.example:8443", "")
    contacts.met("c", now[0])
    peers, _ = contacts.seen()
    assert (peers["c"].reachable, peers["c"].since, peers["c"].trouble) == (True, START + 2 * HOUR, "")
    status.write(exchange, status.NodeStatus(pid=1, state="running", started=START, at=now[0], peers=peers))
    shown = look(exchange, now[0]).reach["c"]
    assert shown.routes["https://c.example:8443"] == Way(Instant(START + 2 * HOUR))
    # A node that is gone says nothing of what can be reached now.
    gone = look(exchange, Instant(now[0] + HOUR)).reach["c"]
    assert (gone.reachable, gone.routes, gone.last) == (None, {}, now[0])


def test_a_status_of_an_older_program_is_read(tmp_path: Path) -> None:
    exchange = tmp_path / "live.qrocx"
    old = {"pid": 1, "state": "running", "started": START, "at": START,
           "peers": {"c": {"reachable": True, "trouble": "", "last_contact": START}}}  # fmt: skip
    status.path_for(exchange).write_text(json.dumps(old), encoding="utf-8")
    assert look(exchange, START).reach["c"].reachable is True
