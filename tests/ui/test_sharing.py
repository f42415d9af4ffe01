"""Sharing from the window, by keyboard, with a second real centre behind a real folder."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QLabel, QWidget

from qroc_desktop.domain.aspects import Marking, Wording
from qroc_desktop.domain.vocabulary import Aspect, Handling, SubjectCategory
from qroc_desktop.policy.vocabulary import Outcome
from qroc_desktop.services.centre_session import Access
from qroc_desktop.sync.refusals import Code
from qroc_desktop.ui.quick_entry import QuickEntry
from qroc_desktop.ui.sharing.centres_dialog import KNOWN, CentresDialog
from qroc_desktop.ui.sharing.keys_dialog import KeysDialog
from qroc_desktop.ui.sharing.known_centres import STATE
from qroc_desktop.ui.sharing.panel import ALARMS, BOARD, INBOX
from qroc_desktop.ui.sharing.preview_model import GET, OUTCOME, WHY
from qroc_desktop.ui.sharing.read_dialog import ReadDialog
from qroc_desktop.ui.sharing.reason_dialog import ReasonDialog
from qroc_desktop.ui.sharing.share_dialog import ShareDialog
from tests.clocks import HandClock
from tests.ui.desk_window import ShownWindow, new_item
from tests.ui.share_neighbour import PASSPHRASE, Neighbour, unlocked

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


class Keys:
    """Presses keys on whatever has the keyboard, and counts them.

    A window manager gives the keyboard to the newest dialog; the display of the tests has none.
    """

    def __init__(self, shown: ShownWindow) -> None:
        self._shown = shown
        self.count = 0

    def text(self, text: str) -> None:
        for letter in text:
            QTest.keyClicks(self._focus(), letter)
            self.count += 1

    def key(self, *keys: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        for key in keys:
            self._shown.key(key, modifiers, into=self._focus())
            self.count += 1

    def _focus(self) -> QWidget:
        dialogs = [dialog for dialog in self._shown.window.findChildren(QDialog) if dialog.isVisible()]
        if not dialogs:
            return self._shown.window
        has: QWidget | None = dialogs[-1].focusWidget()
        return has if has is not None else dialogs[-1]


def opened(shown: ShownWindow) -> ShareDialog:
    shown.key(Qt.Key.Key_S, CTRL | SHIFT, into=shown.window)
    dialog: ShareDialog = shown.dialog(ShareDialog)
    return dialog


def choose(dialog: ShareDialog, purpose: str = "prevention", basis: str = "dir-2023-977/own-initiative") -> None:
    form = dialog.form
    form.peers.item(0).setCheckState(Qt.CheckState.Checked)
    form.purpose.setCurrentIndex(form.purpose.findData(purpose))
    form.basis.setCurrentIndex(form.basis.findData(basis))
    form.exception.setCurrentIndex(form.exception.findData("urgency"))


def test_nothing_asks_for_keys_until_sharing_is_used(shown: ShownWindow) -> None:
    assert shown.window.findChildren(KeysDialog) == []
    assert str(shown.window.seat.session.access) == Access.NONE
    shown.key(Qt.Key.Key_S, CTRL | SHIFT, into=shown.window)
    keys = shown.dialog(KeysDialog)
    assert keys.name.text() == "Leitstelle Süd"
    shown.keys("too short", keys.passphrase)
    assert not keys.go.isEnabled()
    keys.passphrase.clear()
    shown.keys(PASSPHRASE, keys.passphrase)
    shown.keys(PASSPHRASE, keys.again)
    shown.key(Qt.Key.Key_Return, into=keys.again)
    dialog = shown.dialog(ShareDialog)
    assert str(shown.window.seat.session.access) == Access.OPEN
    assert "No other centre is approved" in dialog.view._empty.text()
    assert not dialog.send_button.isEnabled()
    shown.key(Qt.Key.Key_K, CTRL | SHIFT, into=dialog)
    shown.dialog(CentresDialog).reject()
    shown.settled()


def test_a_wrong_passphrase_is_told_in_the_dialog_and_leaves_the_fields(shown: ShownWindow) -> None:
    session = shown.window.seat.session
    session.make(name="Leitstelle Süd", country="DE", passphrase=PASSPHRASE)
    session.close()
    shown.key(Qt.Key.Key_S, CTRL | SHIFT, into=shown.window)
    keys = shown.dialog(KeysDialog)
    shown.keys("not the passphrase", keys.passphrase)
    shown.key(Qt.Key.Key_Return, into=keys.passphrase)
    shown.until(lambda: "The passphrase is wrong." in keys.said.text())
    assert keys.passphrase.text() == ""
    assert str(session.access) == Access.LOCKED
    shown.keys(PASSPHRASE, keys.passphrase)
    shown.key(Qt.Key.Key_Return, into=keys.passphrase)
    shown.dialog(ShareDialog).reject()
    shown.settled()
    assert str(session.access) == Access.OPEN


def test_from_a_new_incident_to_sent_by_keyboard_alone(
    sharing: ShownWindow, neighbour: Neighbour, capsys: pytest.CaptureFixture[str]
) -> None:
    keys = Keys(sharing)
    keys.key(Qt.Key.Key_N, modifiers=CTRL)
    sharing.dialog(QuickEntry)
    keys.text("shooting")
    keys.key(Qt.Key.Key_Return)
    keys.text("Shots at the station")
    keys.key(Qt.Key.Key_Return)
    sharing.until(lambda: len(sharing.window.bench.selection.ids) == 1)
    sharing.settled()
    keys.key(Qt.Key.Key_S, modifiers=CTRL | SHIFT)
    dialog = sharing.dialog(ShareDialog)
    keys.key(Qt.Key.Key_Space, Qt.Key.Key_Tab)
    keys.text("pr")
    keys.key(Qt.Key.Key_Tab, Qt.Key.Key_Tab)
    keys.text("u")
    keys.key(Qt.Key.Key_Tab)
    keys.text("attack under way")
    sharing.until(dialog.send_button.isEnabled)
    keys.key(Qt.Key.Key_Return, modifiers=CTRL)
    sharing.until(lambda: bool(sharing.window.seat.overview.out))
    with capsys.disabled():
        print(f"\nfrom a new incident to sent: {keys.count} keystrokes")  # noqa: T201 - it is asked for
    # Two minutes at two keystrokes a second, half of it for reading what one sends.
    assert keys.count <= 120
    sharing.settled()
    assert neighbour.carry().received == 1
    list(neighbour.receiving.apply_pending())
    assert [item.wording.title for item in neighbour.items()] == ["Shots at the station"]

    sharing.window.activateWindow()
    sharing.until(sharing.window.isActiveWindow)
    second = Keys(sharing)
    second.key(Qt.Key.Key_S, modifiers=CTRL | SHIFT)
    again = sharing.dialog(ShareDialog)
    second.key(Qt.Key.Key_Space)
    again.form.why.setFocus()
    second.text("still under way")
    sharing.until(again.send_button.isEnabled)
    second.key(Qt.Key.Key_Return, modifiers=CTRL)
    sharing.until(lambda: len(sharing.window.seat.overview.out) == 2)
    sharing.settled()


def test_another_purpose_or_basis_changes_the_preview_at_once(sharing: ShownWindow) -> None:
    person = new_item(
        sharing.desk, "Driver seen", description="grey coat",
        marking=Marking(subject=SubjectCategory.SUSPECT),
    )  # fmt: skip
    sharing.select(person)
    dialog = opened(sharing)
    choose(dialog)
    sharing.until(lambda: bool(dialog.previews))
    model = dialog.view.model
    assert dialog.previews[0].lines[0].decision.outcome is Outcome.RELEASE
    form = dialog.form
    form.basis.setCurrentIndex(form.basis.findData("pruem-2008-615/13"))
    assert not dialog.send_button.isEnabled()
    sharing.until(lambda: bool(dialog.previews))
    assert model.index(0, OUTCOME).data() == "goes in part"
    assert "without" in model.index(0, GET).data()
    assert "Driver seen" not in model.index(0, GET).data()
    why = [model.index(row, WHY, model.index(0, 0)).data() for row in range(model.rowCount(model.index(0, 0)))]
    assert any("allows no personal data" in text and "art. 13" in text for text in why)
    form.purpose.setCurrentIndex(form.purpose.findData("prosecution"))
    sharing.until(lambda: bool(dialog.previews))
    assert model.index(0, OUTCOME).data() == "refused"
    assert "does not cover this purpose" in model.index(0, WHY).data()
    form.purpose.setCurrentIndex(form.purpose.findData("terrorism-prevention"))
    form.basis.setCurrentIndex(form.basis.findData("pruem-2008-615/16"))
    sharing.until(lambda: bool(dialog.previews))
    assert "has to confirm" in model.index(0, WHY).data()
    (box,) = form.confirmations.boxes.values()
    box.setChecked(True)
    sharing.until(lambda: bool(dialog.previews))
    assert "has to confirm" not in model.index(0, WHY).data()
    dialog.reject()
    sharing.settled()


def test_h2_of_another_centre_is_refused_and_nothing_can_be_sent(sharing: ShownWindow) -> None:
    item = new_item(sharing.desk, "Not ours to give", marking=Marking(handling=Handling.H2, originator="Someone"))
    sharing.select(item)
    dialog = opened(sharing)
    choose(dialog)
    dialog.form.why.setText("attack")
    sharing.until(lambda: bool(dialog.previews))
    assert dialog.view.model.index(0, GET).data() == "nothing"
    assert "no consent of that centre is recorded" in dialog.view.model.index(0, WHY).data()
    assert "H2" in dialog.view.model.index(0, WHY).data(Qt.ItemDataRole.ToolTipRole)
    assert not dialog.send_button.isEnabled()
    assert "Nothing of this may go" in dialog.said.text()
    dialog.reject()
    sharing.settled()


def send_one(sharing: ShownWindow, title: str = "Fire in a depot") -> None:
    sharing.select(new_item(sharing.desk, title))
    dialog = opened(sharing)
    choose(dialog)
    dialog.form.why.setText("attack under way")
    dialog.form.subject.setText("Depot")
    sharing.until(dialog.send_button.isEnabled)
    dialog.send()
    sharing.until(lambda: bool(sharing.window.seat.overview.out))
    sharing.settled()


def again(sharing: ShownWindow) -> None:
    sharing.window.seat.carry()
    sharing.settled()


def test_the_board_says_who_has_stored_applied_and_read(sharing: ShownWindow, neighbour: Neighbour) -> None:
    send_one(sharing)
    model = sharing.window.sharing.board.rows
    assert model.index(0, 0).data() == "NL · Meldkamer Limburg"
    assert model.index(0, 1).data() == "picture, 1 item: Depot"
    assert "on its way" in model.index(0, 3).data()
    neighbour.carry()
    again(sharing)
    assert model.index(0, 3).data().startswith("delivered")
    bundle = sharing.window.seat.overview.out[0].sent.bundle
    list(neighbour.receiving.apply_pending())
    neighbour.receiving.read(bundle, officer="J. de Vries")
    neighbour.carry()
    again(sharing)
    assert model.index(0, 4).data() != ""
    assert model.index(0, 5).data().startswith("J. de Vries ")


def test_what_has_changed_is_sent_and_a_share_is_withdrawn(sharing: ShownWindow, neighbour: Neighbour) -> None:
    send_one(sharing)
    panel, seat = sharing.window.sharing, sharing.window.seat
    item = sharing.window.bench.selection.ids[0]
    sharing.desk.items.edit(
        sharing.desk.workspace.items_by_id([item])[item],
        {Aspect.WORDING: Wording(title="Fire is out")},
    )
    sharing.window.shares.update(panel.board.current())
    dialog = sharing.dialog(ShareDialog)
    assert dialog.form.centres == [neighbour.identity.centre]
    dialog.form.why.setText("it is out")
    sharing.until(dialog.send_button.isEnabled)
    dialog.send()
    sharing.until(lambda: len(seat.overview.out) == 2)
    sharing.settled()
    neighbour.carry()
    list(neighbour.receiving.apply_pending())
    assert [i.wording.title for i in neighbour.items()] == ["Fire is out"]

    sharing.window.shares.withdraw(seat.overview.out[1])
    reason = sharing.dialog(ReasonDialog)
    assert not reason.go.isEnabled()
    reason.why_field.setText("sent by mistake")
    reason.accept()
    sharing.until(lambda: len(seat.overview.out) == 3)
    sharing.settled()
    neighbour.carry()
    list(neighbour.receiving.apply_pending())
    assert neighbour.items() == []


def receive_one(sharing: ShownWindow, neighbour: Neighbour, *, fetch: bool = True) -> str:
    from tests.services.sharing_centres import grounds

    item = new_item(neighbour.desk, "Car fled across the border")
    ours = sharing.window.seat.session.exchange.identity.centre
    preview = neighbour.sharing.preview([item], ours, grounds())
    sent = neighbour.sharing.send(preview, officer="J. de Vries", why="pursuit", subject="Pursuit")
    neighbour.carry()
    if fetch:
        again(sharing)
    return sent.bundle


def test_what_came_in_is_put_on_the_picture_and_read(sharing: ShownWindow, neighbour: Neighbour) -> None:
    bundle = receive_one(sharing, neighbour)
    window = sharing.window
    window.shares.show()
    window.sharing.show_tab(INBOX)
    assert window.sharing.inbox.rows.index(0, 1).data() == "picture, 1 item: Pursuit"
    assert "not on the picture" in window.sharing.inbox.rows.index(0, 3).data()
    assert window.sharing.buttons["apply"].isEnabled()
    sharing.key(Qt.Key.Key_I, CTRL | SHIFT)
    sharing.until(lambda: window.sharing.inbox.rows.index(0, 3).data() == "on the picture")
    sharing.until(lambda: "Car fled across the border" in sharing.titles())

    window.shares.read(window.sharing.inbox.current())
    ask = sharing.dialog(ReasonDialog)
    ask.officer_field.setText("K. Meier")
    ask.accept()
    read = sharing.dialog(ReadDialog)
    texts = [label.text() for label in read.findChildren(QLabel)]
    assert "NL · Meldkamer Limburg" in texts
    assert any("art. 7" in text for text in texts)
    read.reject()
    sharing.settled()
    again(sharing)
    neighbour.carry()
    seen = neighbour.exchange.dispatch.one(bundle).seen
    assert {(one.state, one.officer) for one in seen} == {("applied", ""), ("read", "K. Meier")}


def test_a_stopped_bundle_says_why_and_is_tried_again(sharing: ShownWindow, neighbour: Neighbour) -> None:
    send_one(sharing)
    exchange, seat = sharing.window.seat.session.exchange, sharing.window.seat
    exchange.dispatch.rejected(seat.overview.out[0].sent.bundle, Code.REVOKED)
    seat.refresh()
    sharing.settled()
    panel = sharing.window.sharing
    sharing.window.shares.show()
    panel.show_tab(BOARD)
    assert panel.board.rows.index(0, 3).data().startswith("stopped: The sender was revoked")
    assert panel.buttons["resume"].isVisible()
    panel.buttons["resume"].click()
    ask = sharing.dialog(ReasonDialog)
    ask.why_field.setText("cleared up by telephone")
    ask.accept()
    sharing.until(lambda: seat.overview.out[0].sent.state == "queued")
    sharing.settled()
    assert not panel.buttons["resume"].isVisible()
    neighbour.carry()
    again(sharing)
    assert panel.board.rows.index(0, 3).data().startswith("delivered")


def test_a_picture_that_changed_after_the_preview_is_not_sent(sharing: ShownWindow) -> None:
    item = new_item(sharing.desk, "Fire in a depot")
    sharing.select(item)
    dialog = opened(sharing)
    choose(dialog)
    dialog.form.why.setText("attack under way")
    sharing.until(dialog.send_button.isEnabled)
    seen = sharing.desk.picture.item(item)
    assert seen is not None
    sharing.desk.items.edit(seen, {Aspect.WORDING: Wording(title="Two depots on fire")})
    dialog.send()
    sharing.until(lambda: "The picture has changed since the preview" in dialog.said.text())
    sharing.settled()
    assert sharing.window.seat.overview.out == ()
    assert dialog.view.model.index(0, 0).data() == "Two depots on fire"
    dialog.reject()
    sharing.settled()


def test_a_bundle_from_a_clock_far_ahead_waits_for_an_officer(
    sharing: ShownWindow, neighbour: Neighbour, clock: HandClock
) -> None:
    clock.forward(3600)
    bundle = receive_one(sharing, neighbour, fetch=False)
    clock.forward(-3600)
    again(sharing)
    panel, seat = sharing.window.sharing, sharing.window.seat
    sharing.window.shares.show()
    panel.show_tab(INBOX)
    assert panel.inbox.rows.index(0, 3).data().startswith("The sender's clock is more than five minutes ahead")
    panel.buttons["release"].click()
    ask = sharing.dialog(ReasonDialog)
    ask.why_field.setText("their clock is wrong, told by telephone")
    ask.accept()
    sharing.until(lambda: seat.overview.pending == 1)
    assert seat.overview.came[0].received.bundle == bundle
    sharing.settled()


def test_an_alarm_is_shown_and_seen_to(sharing: ShownWindow) -> None:
    seat = sharing.window.seat
    seat.session.exchange.alarms.sound("bad-signature", "", "")
    seat.refresh()
    sharing.settled()
    panel = sharing.window.sharing
    panel.show_tab(ALARMS)
    assert "somebody changed the bundle or pretends" in panel.alarms.rows.index(0, 2).data()
    assert any("1 alarm is open" in text for text in sharing.notices())
    panel.buttons["settle"].click()
    sharing.dialog(ReasonDialog).accept()
    sharing.until(lambda: seat.overview.alarms == ())
    sharing.settled()


def test_a_centre_is_taken_up_and_approved_by_two_officers(shown: ShownWindow, neighbour: Neighbour) -> None:
    unlocked(shown)
    shown.key(Qt.Key.Key_K, CTRL | SHIFT, into=shown.window)
    dialog = shown.dialog(CentresDialog)
    shown.until(lambda: "BEGIN QROC INVITATION" in dialog.own.text.toPlainText())
    dialog.new.text.setPlainText(f"Dear colleagues,\n{neighbour.exchange.invite()}\nRegards")
    dialog.new.take.click()
    shown.until(lambda: dialog.tabs.currentIndex() == KNOWN and bool(dialog.known.list.rows.rows))
    known = dialog.known
    known.said.setText("Alfa Bravo")
    known.officer.setText("Anna")
    known.approve.click()
    shown.until(lambda: "fingerprint" in dialog.said.text())
    for officer in ("Anna", "Bert"):
        known.said.setText(neighbour.identity.public.letters)
        known.officer.setText(officer)
        known.approve.click()
        shown.settled()
    assert "approved" in known.list.rows.index(0, STATE).data()
    known.revoke.click()
    ask = shown.dialog(ReasonDialog)
    ask.why_field.setText("keys lost")
    ask.accept()
    shown.until(lambda: known.list.rows.index(0, STATE).data() == "revoked")
    dialog.reject()
    shown.settled()
