"""The directory of centres in the window: found as one types, sorted, copied from and kept up to date, by keyboard."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from qroc_desktop.domain.instant import Instant, seconds
from qroc_desktop.services.directory import Order
from qroc_desktop.sync import status
from qroc_desktop.sync.exchange import Exchange
from qroc_desktop.sync.identity import Identity
from qroc_desktop.sync.invitation import Contact
from qroc_desktop.ui.sharing.centres_dialog import OWN, CentresDialog
from qroc_desktop.ui.sharing.known_centres import NAME, NOW, STATE, TELEPHONE, KnownCentres
from tests.clocks import HandClock
from tests.ui.desk_window import ShownWindow
from tests.ui.share_neighbour import OFFICERS, Neighbour, unlocked

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
CENTRES = {
    "Lagezentrum Wien": ("AT", Contact()),
    "Centre d'information": ("FR", Contact(point="Permanence", telephone=("+33 3 20 00 00 00",), languages=("fr",))),
    "Central de Lisboa": ("PT", Contact(telephone=("+351 21 111 2222", "+351 21 333 4444"), languages=("pt", "en"))),
}


@pytest.fixture
def exchange(shown: ShownWindow, tmp_path: Path, clock: HandClock) -> Exchange:
    """Ours, which knows all of them."""
    ours = unlocked(shown).exchange
    for number, (name, (country, contact)) in enumerate(CENTRES.items()):
        identity = Identity.new(name, country, clock())
        with Exchange.create(tmp_path / f"{number}.qrocx", identity, clock) as other:
            peer = ours.enrol(other.invite(contact=contact, routes=("https://c.example:8443",)), officer="Anna")
        for officer in OFFICERS:
            ours.roster.approve(peer.centre, officer=officer, said=identity.public.letters)
    return ours


def tell(exchange: Exchange, at: Instant, reach: dict[str, status.Contact]) -> None:
    """What a node would write beside the exchange."""
    centres = {peer.name: peer.centre for peer in exchange.roster.peers()}
    peers = {centres[name]: contact for name, contact in reach.items()}
    status.write(
        exchange.path, status.NodeStatus(pid=1, state="running", started=at, at=at, listening="here:1", peers=peers)
    )


def opened(shown: ShownWindow, clock: HandClock, exchange: Exchange) -> KnownCentres:
    """The page of known centres; Vienna can be reached, Lisbon cannot, of the third nothing is known."""
    now = clock()
    refused = {"https://c.example:8443": status.Way(Instant(now - seconds(600)), "connection refused")}
    tell(exchange, now, {
        "Lagezentrum Wien": status.Contact(reachable=True, since=Instant(now - seconds(3600)), last_contact=now),
        "Central de Lisboa": status.Contact(
            reachable=False, since=Instant(now - seconds(600)), trouble="connection refused", routes=refused,
        ),
    })  # fmt: skip
    shown.window.seat.refresh()
    shown.settled()
    shown.key(Qt.Key.Key_K, CTRL | SHIFT, into=shown.window)
    dialog = shown.dialog(CentresDialog)
    dialog.activateWindow()
    shown.until(dialog.isActiveWindow)
    known: KnownCentres = dialog.known
    shown.until(lambda: known.list.rows.rowCount() == len(CENTRES))
    return known


def column(known: KnownCentres, number: int) -> list[str]:
    return [known.list.rows.index(row, number).data() for row in range(known.list.rows.rowCount())]


def closed(shown: ShownWindow) -> None:
    shown.dialog(CentresDialog).reject()
    shown.settled()


def test_what_can_be_reached_is_on_top_and_said_in_words(
    shown: ShownWindow, clock: HandClock, exchange: Exchange
) -> None:
    known = opened(shown, clock, exchange)
    assert column(known, NAME) == ["AT · Lagezentrum Wien", "FR · Centre d'information", "PT · Central de Lisboa"]
    assert column(known, NOW) == ["reachable for 60 min", "not known", "not reachable for 10 min"]
    assert column(known, TELEPHONE) == ["missing", "+33 3 20 00 00 00", "+351 21 111 2222 (+1)"]
    assert set(column(known, STATE)) == {"approved"}
    for order, first in ((Order.BORDER, "AT · Lagezentrum Wien"), (Order.NAME, "PT · Central de Lisboa")):
        known.order.setCurrentIndex(known.order.findData(order))
        assert column(known, NAME)[0] == first
    known.choose(next(p.centre for p in exchange.roster.peers() if p.name == "Central de Lisboa"))
    texts = known.card.texts
    assert texts["Day and night"] == "+351 21 111 2222\n+351 21 333 4444"
    assert texts["Reachable now"] == "not reachable for 10 min: connection refused"
    assert texts["Ways"].startswith("https://c.example:8443: does not work since ")
    assert texts["Ways"].endswith(": connection refused")
    assert (texts["Languages"], texts["E-mail"], texts["Contact point"]) == (
        "Portuguese, English",
        "missing",
        "missing",
    )
    assert texts["Last contact"] == "no contact yet"
    assert texts["Confirmed"].startswith("< 1 min ago, ")
    closed(shown)


def test_typing_finds_and_a_key_copies_the_number(shown: ShownWindow, clock: HandClock, exchange: Exchange) -> None:
    known = opened(shown, clock, exchange)
    shown.key(Qt.Key.Key_F, CTRL, into=known.list)
    shown.keys("portug", known.search)
    assert column(known, NAME) == ["PT · Central de Lisboa"]
    shown.key(Qt.Key.Key_Down, into=known.search)
    shown.until(known.list.hasFocus)
    shown.key(Qt.Key.Key_C, CTRL, into=known.list)
    assert QGuiApplication.clipboard().text() == "+351 21 111 2222"
    assert shown.dialog(CentresDialog).said.text() == "+351 21 111 2222 of Central de Lisboa is on the clipboard."
    known.search.setText("austria")
    assert column(known, NAME) == ["AT · Lagezentrum Wien"]
    assert not known.copy.isEnabled()
    known.copy_number()
    assert shown.dialog(CentresDialog).said.text() == "No number of Lagezentrum Wien is known."
    known.search.setText("nobody")
    assert column(known, NAME) == []
    assert known._nothing.isVisible()
    closed(shown)


def test_it_changes_while_one_looks(shown: ShownWindow, clock: HandClock, exchange: Exchange) -> None:
    known = opened(shown, clock, exchange)
    lisbon = next(p.centre for p in exchange.roster.peers() if p.name == "Central de Lisboa")
    known.choose(lisbon)
    now = clock.forward(60)
    tell(exchange, now, {"Central de Lisboa": status.Contact(reachable=True, since=now, last_contact=now)})
    shown.window.seat.refresh()
    shown.until(lambda: known.card.texts["Reachable now"] == "reachable for < 1 min")
    current = known.list.current()
    assert current is not None
    assert current.peer.centre == lisbon
    assert column(known, NAME)[0] == "PT · Central de Lisboa"
    closed(shown)


def test_data_that_nobody_has_confirmed_for_long_are_doubted(
    shown: ShownWindow, clock: HandClock, exchange: Exchange
) -> None:
    clock.forward(200 * 86_400)
    known = opened(shown, clock, exchange)
    assert known.card.texts["Confirmed"].startswith("200 d ago, ")
    assert known.card.texts["Confirmed"].endswith(": ask whether it still holds")
    closed(shown)


def test_we_tell_our_own_data_and_they_stay(shown: ShownWindow, neighbour: Neighbour) -> None:
    neighbour.enrol(unlocked(shown).exchange)
    shown.window.seat.folder = neighbour.post
    shown.key(Qt.Key.Key_K, CTRL | SHIFT, into=shown.window)
    dialog = shown.dialog(CentresDialog)
    dialog.tabs.setCurrentIndex(OWN)
    own = dialog.own
    own.point.setText("Shift leader")
    own.telephone.setText("+49 241 1, +49 241 2")
    own.languages.setText("de, nl")
    own.email.setText("lage@example")
    own.tell.click()
    shown.until(lambda: dialog.said.text() == "Kept, and told to 1 centre.")
    closed(shown)
    shown.window.seat.carry()
    shown.settled()
    neighbour.carry()
    (peer,) = neighbour.exchange.roster.peers()
    assert peer.contact == Contact(
        point="Shift leader", telephone=("+49 241 1", "+49 241 2"), languages=("de", "nl"), email="lage@example"
    )
    shown.window.activateWindow()
    shown.until(shown.window.isActiveWindow)
    shown.key(Qt.Key.Key_K, CTRL | SHIFT, into=shown.window)
    again = shown.dialog(CentresDialog)
    assert (again.own.point.text(), again.own.telephone.text()) == ("Shift leader", "+49 241 1, +49 241 2")
    closed(shown)
