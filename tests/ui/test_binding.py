"""Consents, standing orders and where a bundle lies, in the window, with a second real centre behind a real folder."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from qroc_desktop.domain.aspects import Marking, Wording
from qroc_desktop.domain.ids import random_id
from qroc_desktop.domain.vocabulary import Aspect, Handling, Tlp
from qroc_desktop.errors import Message, Refused
from qroc_desktop.policy.vocabulary import Outcome, Purpose
from qroc_desktop.services.receiving import Receiving
from qroc_desktop.services.workspaces import Workspaces
from qroc_desktop.sync.bundle import Kind
from qroc_desktop.sync.orders import OrderState
from qroc_desktop.ui.sharing.consent_dialog import ConsentDialog
from qroc_desktop.ui.sharing.panel import BOARD, INBOX, ORDERS
from qroc_desktop.ui.sharing.preview_model import OUTCOME
from qroc_desktop.ui.sharing.reason_dialog import ReasonDialog
from qroc_desktop.ui.sharing.share_dialog import ShareDialog
from tests.clocks import HandClock
from tests.services.sharing_centres import grounds
from tests.ui.desk_window import ShownWindow, new_item
from tests.ui.share_neighbour import Neighbour
from tests.ui.test_sharing import choose, opened, receive_one, send_one


def test_consent_is_recorded_from_the_preview_and_decided_anew_at_once(
    sharing: ShownWindow, neighbour: Neighbour
) -> None:
    marking = Marking(handling=Handling.H2, tlp=Tlp.AMBER, originator="Lille")
    sharing.select(new_item(sharing.desk, "White van", marking=marking))
    dialog = opened(sharing)
    choose(dialog)
    dialog.form.why.setText("they are next")
    sharing.until(lambda: bool(dialog.previews))
    assert dialog.consent_button.isVisible()
    assert not dialog.send_button.isEnabled()
    dialog.consent_button.click()
    ask = sharing.dialog(ConsentDialog)
    assert ask.items.item(0).text() == "White van · information of Lille"
    assert [p for p, box in ask.purposes.items() if box.isChecked()] == [Purpose.PREVENTION]
    assert not ask.go.isEnabled()
    ask.given_by.setText("Capitaine Dubois")
    ask.way.setText("telephone, 14:05")
    assert ask.go.isEnabled()
    ask.go.click()
    sharing.until(lambda: bool(dialog.previews) and dialog.previews[0].lines[0].decision.outcome is not Outcome.REFUSE)
    assert not dialog.consent_button.isVisible()
    assert dialog.view.model.index(0, OUTCOME).data() == "goes whole"
    sharing.until(dialog.send_button.isEnabled)
    dialog.send()
    sharing.until(lambda: bool(sharing.window.seat.overview.out))
    sharing.settled()
    neighbour.carry()
    list(neighbour.receiving.apply_pending())
    (item,) = neighbour.items()
    assert (item.marking.handling, item.marking.originator) == (Handling.H2, "Lille")
    (consent,) = sharing.window.seat.session.exchange.consents.all()
    assert (consent.given_by, consent.recorded_by, consent.way) == (
        "Capitaine Dubois", sharing.desk.author, "telephone, 14:05",
    )  # fmt: skip


def test_no_consent_is_asked_for_where_none_could_help(sharing: ShownWindow) -> None:
    sharing.select(new_item(sharing.desk, "Ours"))
    dialog = opened(sharing)
    choose(dialog)
    sharing.until(lambda: bool(dialog.previews))
    assert not dialog.consent_button.isVisible()
    dialog.reject()
    sharing.settled()


def retitle(sharing: ShownWindow, item: str, title: str) -> None:
    seen = sharing.desk.workspace.items_by_id([item])[item]
    sharing.desk.items.edit(seen, {Aspect.WORDING: Wording(title=title)})


def stands(sharing: ShownWindow, state: OrderState) -> bool:
    return sharing.window.seat.overview.orders[0].order.state is state


def test_a_share_is_kept_up_to_date_paused_and_ended(
    sharing: ShownWindow, neighbour: Neighbour, clock: HandClock
) -> None:
    send_one(sharing)
    item = sharing.window.bench.selection.ids[0]
    panel, seat = sharing.window.sharing, sharing.window.seat
    sharing.window.shares.show()
    panel.show_tab(BOARD)
    panel.buttons["keep"].click()
    dialog = sharing.dialog(ShareDialog)
    choose(dialog)
    dialog.form.why.setText("they are next")
    sharing.until(dialog.send_button.isEnabled)  # although nothing has changed yet
    assert "Keep up to date" in dialog.send_button.text()
    dialog.send()
    sharing.until(lambda: len(seat.overview.orders) == 1)
    sharing.settled()
    assert "kept up to date until" in panel.board.rows.index(0, 3).data()
    assert not panel.buttons["keep"].isVisible()
    clock.forward(31)
    retitle(sharing, item, "Fire is out")
    seat.carry_out_orders()
    sharing.until(lambda: any(row.sent.kind is Kind.DELTA for row in seat.overview.out))
    sharing.settled()
    neighbour.carry()
    list(neighbour.receiving.apply_pending())
    assert [i.wording.title for i in neighbour.items()] == ["Fire is out"]

    panel.show_tab(ORDERS)
    assert panel.tabs.tabText(ORDERS) == "Standing orders (1)"
    assert panel.orders.rows.index(0, 3).data() == "in force"
    for button, state, text in (
        ("pause", OrderState.PAUSED, "paused: "), ("go_on", OrderState.ACTIVE, "in force"),
        ("end", OrderState.ENDED, "ended: "),
    ):  # fmt: skip
        assert panel.buttons[button].isEnabled()
        panel.buttons[button].click()
        sharing.dialog(ReasonDialog).accept()
        sharing.until(partial(stands, sharing, state))
        sharing.settled()
        assert panel.orders.rows.index(0, 3).data().startswith(text)
    assert panel.tabs.tabText(ORDERS) == "Standing orders"


def test_an_order_can_be_given_with_the_share_and_brings_what_is_new_on_the_layer(
    sharing: ShownWindow, neighbour: Neighbour, clock: HandClock
) -> None:
    new_item(sharing.desk, "Fire in a depot")
    sharing.settled()
    dialog = opened(sharing)
    choose(dialog)
    layer = next(n for n in range(dialog.source.count()) if dialog.source.itemText(n).startswith("Layer: "))
    dialog.source.setCurrentIndex(layer)
    dialog.form.keep.setCurrentIndex(dialog.form.keep.findData("6"))
    dialog.form.why.setText("they are next")
    sharing.until(dialog.send_button.isEnabled)
    dialog.send()
    seat = sharing.window.seat
    sharing.until(lambda: len(seat.overview.orders) == 1)
    sharing.settled()
    clock.forward(31)
    new_item(sharing.desk, "Second fire")
    seat.carry_out_orders()
    sharing.until(lambda: len(seat.overview.out) == 2)
    sharing.settled()
    clock.forward(31)
    new_item(sharing.desk, "Van", marking=Marking(handling=Handling.H2, originator="Lille"))
    seat.carry_out_orders()
    sharing.until(lambda: seat.overview.orders[0].order.state is OrderState.STOPPED)
    sharing.until(lambda: len(seat.overview.alarms) == 1)
    sharing.settled()
    panel = sharing.window.sharing
    assert "needs a consent" in panel.orders.rows.index(0, 3).data()
    assert "standing order was stopped" in panel.alarms.rows.index(0, 2).data()
    neighbour.carry()
    list(neighbour.receiving.apply_pending())
    assert {i.wording.title for i in neighbour.items()} == {"Fire in a depot", "Second fire"}


def test_the_board_says_that_a_withdrawal_was_in_time(sharing: ShownWindow, neighbour: Neighbour) -> None:
    sharing.window.seat.folder = None
    send_one(sharing)
    sharing.window.shares.withdraw(sharing.window.seat.overview.out[0])
    reason = sharing.dialog(ReasonDialog)
    reason.why_field.setText("sent by mistake")
    reason.accept()
    sharing.until(lambda: len(sharing.window.seat.overview.out) == 2)
    sharing.settled()
    texts = [sharing.window.sharing.board.rows.index(row, 3).data() for row in range(2)]
    assert "withdrawn before it was delivered" in texts
    sharing.window.seat.carry(neighbour.post)
    sharing.settled()
    neighbour.carry()
    list(neighbour.receiving.apply_pending())
    assert neighbour.items() == []


def test_what_another_workspace_has_can_be_put_on_this_picture_too(
    sharing: ShownWindow, neighbour: Neighbour, clock: HandClock, tmp_path: Path
) -> None:
    works = sharing.window.seat.works
    assert works is not None
    receive_one(sharing, neighbour)
    other = Workspaces(author="Night shift", clock=clock, ids=random_id).create(
        tmp_path / "Einsatz Nord.qroc", centre="Leitstelle Süd", country="DE"
    )
    receiving = Receiving(other.workspace, works.exchange, works.instruments, author="Night shift")
    assert len(list(receiving.apply_pending())) == 1
    sharing.window.seat.refresh()
    sharing.settled()
    panel = sharing.window.sharing
    sharing.window.shares.show()
    panel.show_tab(INBOX)
    assert panel.inbox.rows.index(0, 3).data() == "on the picture of Einsatz Nord"
    assert sharing.titles() == []
    assert not panel.buttons["apply"].isEnabled()
    panel.buttons["here_too"].click()
    sharing.until(lambda: panel.inbox.rows.index(0, 3).data() == "on the picture")
    sharing.until(lambda: "Car fled across the border" in sharing.titles())
    assert not panel.buttons["here_too"].isVisible()
    sharing.settled()
    other.close()


def test_a_share_whose_order_is_refused_is_sent_once_and_said(
    sharing: ShownWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    sharing.select(new_item(sharing.desk, "Fire in a depot"))
    dialog = opened(sharing)
    choose(dialog)
    dialog.form.keep.setCurrentIndex(dialog.form.keep.findData("6"))
    dialog.form.why.setText("they are next")
    sharing.until(dialog.send_button.isEnabled)
    # In the time between the two a share may have come to its end.
    works = sharing.window.seat.works
    assert works is not None
    monkeypatch.setattr(works.standing, "give", _refuse)
    dialog.send()
    sharing.until(lambda: len(sharing.window.seat.overview.out) == 1)
    sharing.settled()
    assert not [d for d in sharing.window.findChildren(ShareDialog) if d.isVisible()]
    assert any("withdrawn already" in text for text in sharing.notices())


def test_a_window_with_locked_keys_says_that_orders_wait(sharing: ShownWindow) -> None:
    send_one(sharing)
    window = sharing.window
    works = window.seat.works
    assert works is not None
    works.standing.give(window.seat.overview.out[0].sent.bundle, grounds(), officer="Anna", why="They are next")
    # As after a start of the program: nothing is open, and nothing was asked yet.
    window.seat.session.close()
    window.seat.works = None
    window.seat._ask_for_orders()
    sharing.settled()
    assert any("1 standing order waits: the keys of this centre are locked." in text for text in sharing.notices())


def _refuse(*_: object, **__: object) -> None:
    raise Refused(Message("The share was withdrawn already."))
