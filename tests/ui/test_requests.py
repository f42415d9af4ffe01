"""Requests in the window, by keyboard, with a second real centre behind a real folder."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtWidgets import QLabel

from qroc_desktop.domain.instant import parse
from qroc_desktop.policy.channels import Channel
from qroc_desktop.policy.vocabulary import Purpose
from qroc_desktop.services.request_threads import Standing
from qroc_desktop.services.requests import Question, Requests
from qroc_desktop.sync.letters import Ask, Delay, Refusal
from qroc_desktop.ui.sharing.ask_dialog import AskDialog
from qroc_desktop.ui.sharing.letter_dialogs import DelayDialog, RefuseDialog, TextDialog
from qroc_desktop.ui.sharing.panel import BOARD, REQUESTS
from qroc_desktop.ui.sharing.reason_dialog import ReasonDialog
from qroc_desktop.ui.sharing.request_dialog import RequestDialog
from qroc_desktop.ui.sharing.share_dialog import ShareDialog
from qroc_desktop.ui.sharing.statistics_dialog import StatisticsDialog
from tests.clocks import HandClock
from tests.ui.desk_window import ShownWindow, new_item
from tests.ui.share_neighbour import Neighbour, unlocked
from tests.ui.test_sharing import Keys

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
LEFT, WHO, WHAT, DUE, STATE = range(5)


class Asking:
    """The neighbour's requests."""

    def __init__(self, neighbour: Neighbour, sharing: ShownWindow, clock: HandClock) -> None:
        self.neighbour = neighbour
        self.requests = Requests(neighbour.exchange, neighbour.sharing.instruments, clock)
        self._sharing = sharing

    def ask(self, **more: Any) -> str:
        """They ask us, and we have it."""
        values: dict[str, Any] = {
            "requested_information": "Keeper of the van, and where it was seen",
            "purpose_facts_offence": "<b>Attempted murder</b>", "reasons_it_is_there": "It crossed at Vaals",
            "instrument": "dir-2023-977", "limit": "urgent-direct", "urgency": "life-or-integrity",
            "urgency_reason": "He is armed",
        }  # fmt: skip
        seat = self._sharing.window.seat
        assert seat.works is not None
        question = Question(
            to=seat.works.exchange.identity.centre, ask=Ask(**(values | more)), purpose=Purpose.INVESTIGATION,
            channel=Channel(exception="urgency"), officer="Anna", subject="Grey van",
        )  # fmt: skip
        request = self.requests.send(question).bundle
        self.exchange()
        self._sharing.until(lambda: any(one.id == request for one in seat.overview.requests))
        return request

    def exchange(self) -> None:
        """Both take out and put in, so that everything has arrived."""
        for _ in range(2):
            self.neighbour.carry()
            self._sharing.window.seat.carry()
            self._sharing.settled()
        self.neighbour.carry()


@pytest.fixture
def asking(shown: ShownWindow, neighbour: Neighbour, clock: HandClock) -> Asking:
    neighbour.enrol(unlocked(shown).exchange)
    shown.window.seat.folder = neighbour.post
    shown.window.seat.officer = "Clara"
    shown.window.seat.refresh()
    shown.settled()
    return Asking(neighbour, shown, clock)


def cell(shown: ShownWindow, column: int, row: int = 0) -> str:
    return str(shown.window.sharing.requests.rows.index(row, column).data())


def front(shown: ShownWindow, kind: type[Any]) -> Any:
    """A dialog with the keyboard in it: the display of the tests has no window manager to give it."""
    dialog = shown.dialog(kind)
    dialog.activateWindow()
    shown.until(dialog.isActiveWindow)
    return dialog


def opened(shown: ShownWindow) -> RequestDialog:
    """Enter on the request, then Enter on the officer's name."""
    shown.window.shares.show()
    shown.window.sharing.show_tab(REQUESTS)
    shown.key(Qt.Key.Key_Return, into=shown.window.sharing.requests)
    reason = shown.dialog(ReasonDialog)
    shown.key(Qt.Key.Key_Return, into=reason.officer_field)
    dialog: RequestDialog = shown.dialog(RequestDialog)
    return dialog


def test_what_is_asked_of_us_counts_down_and_is_overdue_in_words(
    shown: ShownWindow, asking: Asking, clock: HandClock
) -> None:
    asking.ask()
    panel = shown.window.sharing
    assert panel.tabs.tabText(REQUESTS) == "Requests (1)"
    assert any("Meldkamer Limburg asks: Grey van. Due " in text for text in shown.notices())
    assert (cell(shown, LEFT), cell(shown, WHO), cell(shown, WHAT)) == (
        "8 h 0 min left", "from NL · Meldkamer Limburg", "Grey van",
    )  # fmt: skip
    clock.forward(7 * 3600 + 30 * 60 + 15)
    assert cell(shown, LEFT) == "29 min 45 s left"
    clock.forward(30 * 60)
    assert cell(shown, LEFT) == "OVERDUE by 0 min 15 s"
    tokens = shown.window.bench.theme.tokens
    colour = panel.requests.rows.index(0, LEFT).data(Qt.ItemDataRole.ForegroundRole)
    assert colour == QColor(tokens.danger)
    shown.window.seat.refresh()
    shown.settled()
    assert panel.tabs.tabText(REQUESTS) == "Requests (1, 1 overdue)"
    assert shown.notices().count("Overdue: Grey van (Meldkamer Limburg).") == 1
    shown.window.seat.refresh()
    shown.settled()
    assert shown.notices().count("Overdue: Grey van (Meldkamer Limburg).") == 1


def test_the_countdown_of_an_open_dialog_ticks(shown: ShownWindow, asking: Asking, clock: HandClock) -> None:
    asking.ask()
    dialog = opened(shown)
    assert dialog.left.text() == "open · 8 h 0 min left"
    clock.forward(3601)
    shown.until(lambda: dialog.left.text() == "open · 6 h 59 min left")
    dialog.reject()
    shown.settled()


def test_a_request_is_written_and_sent_by_keyboard(shown: ShownWindow, asking: Asking) -> None:
    keys = Keys(shown)
    keys.key(Qt.Key.Key_J, modifiers=CTRL | SHIFT)
    dialog = front(shown, AskDialog)
    assert not dialog.send_button.isEnabled()
    keys.key(Qt.Key.Key_Tab)
    for text in ("Grey van", "8", "im", "He is armed", "Keeper of the van", "Attempted murder", "inv", "Vaals"):
        keys.text(text)
        keys.key(Qt.Key.Key_Tab)
    assert dialog.said.text() == "Say why SIENA is not used."
    keys.key(Qt.Key.Key_Tab, Qt.Key.Key_Tab)
    keys.text("u")
    assert dialog.said.text() == ""
    keys.key(Qt.Key.Key_Return, modifiers=CTRL)
    shown.until(lambda: bool(shown.window.seat.overview.requests))
    assert shown.window.seat.overview.requests[0].standing is Standing.SENDING
    asking.exchange()
    (request,) = asking.requests.all()
    _, written = asking.requests.read(request.id, officer="Anna")
    letter = written[0].letter
    assert isinstance(letter, Ask)
    assert (letter.requested_information, letter.limit, letter.urgency, letter.urgency_reason) == (
        "Keeper of the van", "urgent-direct", "public-security", "He is armed",
    )  # fmt: skip
    shown.until(lambda: shown.window.seat.overview.requests[0].standing is Standing.OPEN)
    assert cell(shown, WHO) == "to NL · Meldkamer Limburg"


def test_a_part_is_refused_with_its_grounds_and_the_rest_stays_due(shown: ShownWindow, asking: Asking) -> None:
    request = asking.ask()
    dialog = opened(shown)
    dialog.buttons["refuse"].click()
    refuse = front(shown, RefuseDialog)
    assert refuse.said.text() == "Tick the grounds."
    shown.key(Qt.Key.Key_Space, into=refuse.boxes["d"])
    assert not refuse.go.isEnabled()
    shown.keys("the keeper", refuse.part)
    shown.key(Qt.Key.Key_Return, CTRL, into=refuse.part)
    shown.settled()
    asking.exchange()
    assert asking.requests.one(request).standing is Standing.OPEN
    _, written = asking.requests.read(request, officer="Anna")
    letter = written[-1].letter
    assert isinstance(letter, Refusal)
    assert (letter.grounds, letter.part) == (("d",), "the keeper")


def test_a_question_goes_and_the_answer_comes_back(shown: ShownWindow, asking: Asking) -> None:
    request = asking.ask()
    opened(shown).buttons["clarify"].click()
    question = front(shown, TextDialog)
    shown.keys("Which colour?", question.text)
    shown.key(Qt.Key.Key_Return, CTRL, into=question.text)
    shown.settled()
    asking.exchange()
    assert asking.requests.one(request).standing is Standing.CLARIFYING
    assert cell(shown, STATE) == "asked back"
    asking.requests.explain(request, "Grey", officer="Anna")
    asking.exchange()
    shown.until(lambda: cell(shown, STATE) == "open")


def test_a_delay_is_announced_with_reasons(shown: ShownWindow, asking: Asking) -> None:
    request = asking.ask()
    opened(shown).buttons["delay"].click()
    delay = front(shown, DelayDialog)
    shown.keys("+2 h", delay.expected_field)
    assert delay.said.text() == "That is before the limit ends; there is no delay."
    delay.expected_field.clear()
    shown.keys("2026-03-02 18:00Z", delay.expected_field)
    shown.keys("The judge is asked", delay.reasons)
    shown.key(Qt.Key.Key_Return, CTRL, into=delay.reasons)
    shown.settled()
    asking.exchange()
    found, written = asking.requests.read(request, officer="Anna")
    letter = written[-1].letter
    assert isinstance(letter, Delay)
    assert (found.standing, letter.expected) == (Standing.DELAYED, parse("2026-03-02T18:00:00Z"))
    assert "expected" in cell(shown, DUE)


def test_a_request_is_answered_by_a_share_on_its_own_basis(shown: ShownWindow, asking: Asking) -> None:
    request = asking.ask()
    shown.select(new_item(shown.desk, "Seen at Vaals"))
    opened(shown).buttons["answer"].click()
    share = shown.dialog(ShareDialog)
    assert share.windowTitle() == "Answer to Meldkamer Limburg: Grey van"
    assert share.form.basis.currentData() == "dir-2023-977/request"
    assert share.form.purpose.currentData() == "investigation"
    share.form.exception.setCurrentIndex(share.form.exception.findData("urgency"))
    share.form.why.setText("asked for")
    shown.until(share.send_button.isEnabled)
    share.send()
    shown.until(lambda: shown.window.seat.overview.requests[0].standing is Standing.ANSWERED)
    asking.exchange()
    assert asking.requests.one(request).standing is Standing.ANSWERED
    list(asking.neighbour.receiving.apply_pending())
    assert "Seen at Vaals" in [item.wording.title for item in asking.neighbour.items()]
    # The next share is on our own initiative again.
    assert shown.window.shares.choice.basis == "dir-2023-977/own-initiative"
    assert cell(shown, LEFT) == "in time"


def test_what_was_written_is_text_and_reading_it_is_recorded(shown: ShownWindow, asking: Asking) -> None:
    request = asking.ask()
    dialog = opened(shown)
    shown_texts = [label.text() for label in dialog.findChildren(QLabel)]
    assert "<b>Attempted murder</b>" in shown_texts
    assert all(label.textFormat() is Qt.TextFormat.PlainText for label in dialog.findChildren(QLabel))
    dialog.reject()
    works = shown.window.seat.works
    assert works is not None
    assert works.exchange.inbox.one(request).read_by == ("Clara",)
    asking.exchange()
    seen = asking.neighbour.exchange.dispatch.one(request).seen
    assert {(one.state, one.officer) for one in seen} == {("applied", ""), ("read", "Clara")}


def test_letters_are_noted_in_the_logbook_by_themselves(shown: ShownWindow, asking: Asking) -> None:
    request = asking.ask()
    seat = shown.window.seat
    shown.until(lambda: not seat.overview.letters)
    assert seat.overview.pending == 0
    (found,) = shown.desk.logbook.entries()
    entry = found.entry
    assert entry.text == "request - Grey van - Keeper of the van, and where it was seen"
    assert entry.counterpart == "Meldkamer Limburg, Anna"
    assert shown.window.sharing.inbox.rows.index(0, 3).data() == "in the logbook; see Requests"
    asking.exchange()
    assert [seen.state for seen in asking.neighbour.exchange.dispatch.one(request).seen] == ["applied"]


def test_what_became_of_them_is_counted_and_can_be_copied(shown: ShownWindow, asking: Asking) -> None:
    asking.ask()
    shown.key(Qt.Key.Key_J, CTRL, into=shown.window)
    panel = shown.window.sharing
    shown.until(panel.requests.isVisible)
    panel.buttons["statistics"].click()
    dialog = shown.dialog(StatisticsDialog)
    dialog.copy.click()
    header, row = QGuiApplication.clipboard().text().splitlines()
    assert header.split("\t")[:4] == ["Asked", "Law and limit", "Total", "Outcome"]
    assert row.split("\t") == [
        "of us", "Directive (EU) 2023/977, 8 hours, urgent · art. 5(1)(a)", "1", "1 × open", "0", "0", "0", "",
    ]  # fmt: skip
    dialog.reject()
    shown.settled()


def test_the_tabs_are_in_their_order(shown: ShownWindow, asking: Asking) -> None:
    panel = shown.window.sharing
    assert [panel.tabs.tabText(n) for n in range(5)] == ["Sent", "Received", "Requests", "Standing orders", "Alarms"]
    panel.show_tab(REQUESTS)
    assert panel.buttons["ask"].isVisibleTo(panel)
    assert not panel.buttons["open"].isEnabled()
    panel.show_tab(BOARD)
    assert not panel.buttons["ask"].isVisibleTo(panel)
