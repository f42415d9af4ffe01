"""The comparison of received pictures in the window: panel, map, one key; with a second real centre."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from qroc_desktop.domain.aspects import Marking, Situation
from qroc_desktop.domain.comparison import Fate
from qroc_desktop.domain.instant import Instant, seconds
from qroc_desktop.domain.shape import point
from qroc_desktop.domain.vocabulary import Aspect, Handling, Priority, Status, Tlp
from qroc_desktop.policy.channels import Channel
from qroc_desktop.policy.vocabulary import Purpose
from qroc_desktop.services.receiving import layer_id, local_id
from qroc_desktop.services.sharing import Grounds
from qroc_desktop.ui.dialogs.comment import CommentDialog
from qroc_desktop.ui.panels.layer_model import AGE, NAME
from qroc_desktop.ui.sharing.comparison_panel import DETAIL, FATE, TITLE
from qroc_desktop.ui.sharing.panel import INBOX
from tests.clocks import HandClock
from tests.ui.desk_window import ShownWindow, new_item
from tests.ui.share_neighbour import Neighbour, unlocked

GROUNDS = Grounds(purpose=Purpose.PREVENTION, basis="dir-2023-977/own-initiative", channel=Channel(exception="urgency"))
MARKING = Marking(tlp=Tlp.AMBER, handling=Handling.H2, conditions=("not to the press", "duty officers only"))


class Sender:
    """The other centre shares; the window puts it on its picture."""

    def __init__(self, shown: ShownWindow, clock: HandClock, neighbour: Neighbour) -> None:
        self.shown, self.clock, self.neighbour = shown, clock, neighbour
        works = unlocked(shown)
        neighbour.enrol(works.exchange)
        self.us = works.exchange.identity.centre
        self.reading = works.receiving
        shown.window.seat.folder = neighbour.post
        desk = neighbour.desk
        self.items = {
            name: new_item(desk, name, lon=lon, lat=51.0, marking=MARKING)
            for name, lon in (("stays", 6.0), ("drives", 6.1), ("worse", 6.2), ("goes", 6.3))
        }

    def local(self, name: str) -> str:
        return local_id(self.neighbour.identity.centre, self.items[name])

    def snapshot(self, expires: Instant | None = None) -> str:
        sharing = self.neighbour.sharing
        preview = sharing.preview(self.items.values(), self.us, GROUNDS)
        return self._sent(sharing.send(preview, officer="Anna", why="near", subject="Markt", expires=expires).bundle)

    def update(self, share: str) -> str:
        desk = self.neighbour.desk
        seen = {name: desk.picture.item(item) for name, item in self.items.items()}
        drives, worse, goes = seen["drives"], seen["worse"], seen["goes"]
        assert drives is not None
        assert worse is not None
        assert goes is not None
        desk.items.edit(drives, {Aspect.SHAPE: point(6.1, 51.05)})
        flash = Situation(priority=Priority.FLASH, status=Status.CONFIRMED)
        desk.items.edit(worse, {Aspect.SITUATION: flash})
        desk.items.remove([goes])
        self.items["comes"] = new_item(desk, "comes", lon=6.4, marking=MARKING)
        sharing = self.neighbour.sharing
        preview = sharing.preview_update(share, GROUNDS, [self.items["comes"]])
        return self._sent(sharing.send(preview, officer="Anna", why="near").bundle)

    def withdraw(self, share: str) -> None:
        self._sent(self.neighbour.sharing.withdraw(share, officer="Anna", why="in error").bundle)

    def _sent(self, bundle: str) -> str:
        shown, seat = self.shown, self.shown.window.seat
        self.clock.forward(60)
        self.neighbour.carry()
        seat.carry()
        shown.until(lambda: seat.overview.pending > 0)
        shown.window.commands["share.apply"].trigger()
        shown.until(lambda: seat.overview.pending == 0)
        shown.settled()
        self.clock.forward(60)
        return bundle


@pytest.fixture
def sender(shown: ShownWindow, clock: HandClock, tmp_path: Path) -> Iterator[Sender]:
    neighbour = Neighbour(tmp_path, clock)
    yield Sender(shown, clock, neighbour)
    neighbour.close()


def rows(shown: ShownWindow) -> list[tuple[str, str, str]]:
    model = shown.window.comparison.list.rows
    return [
        (str(model.index(row, FATE).data()), str(model.index(row, TITLE).data()), str(model.index(row, DETAIL).data()))
        for row in range(model.rowCount())
    ]


def marks(shown: ShownWindow) -> dict[str, str]:
    (title, said), *_ = reversed(shown.map.of("comparison"))
    return {mark.text: mark.fate for mark in said} if title else {}


def compared(shown: ShownWindow) -> None:
    shown.key(Qt.Key.Key_8, Qt.KeyboardModifier.ControlModifier, into=shown.window)
    shown.until(lambda: shown.window.comparison.found is not None)
    shown.settled()


def test_the_newest_picture_is_compared_by_one_key_and_marked_on_the_map(shown: ShownWindow, sender: Sender) -> None:
    share = sender.snapshot()
    sender.update(share)
    assert shown.map.of("comparison") == []
    compared(shown)
    assert [(fate, title) for fate, title, _ in rows(shown)] == [
        ("new", "comes"), ("moved", "drives"), ("changed", "worse"), ("gone", "goes"),
    ]  # fmt: skip
    _, moved, changed, _ = rows(shown)
    # The meridian of WGS 84 has a radius of 6 374.085 km at 51.025 degrees north; a twentieth of a degree of it.
    assert moved[2] == "5.562 km towards 000°"
    assert changed[2] == "status: unconfirmed → confirmed · priority: Routine → Flash"
    assert marks(shown) == {"comes": "new", "drives": "moved", "worse": "changed", "goes": "gone"}
    (title, said) = shown.map.of("comparison")[-1]
    assert title.startswith("Meldkamer Limburg\n")
    (drives,) = [mark for mark in said if mark.text == "drives"]
    assert (drives.was, (drives.lon, drives.lat)) == ((6.1, 51.0), (6.1, 51.05))
    shown.key(Qt.Key.Key_F4, into=shown.window)
    assert marks(shown) == {}
    assert not shown.window.comparison.on_map.isChecked()
    shown.key(Qt.Key.Key_F4, into=shown.window)
    assert len(marks(shown)) == 4


def test_a_click_shows_the_place_and_a_heading_sorts(shown: ShownWindow, sender: Sender) -> None:
    sender.update(sender.snapshot())
    compared(shown)
    panel = shown.window.comparison
    panel.list.setCurrentIndex(panel.list.rows.index(0, TITLE))
    panel.list.clicked.emit(panel.list.currentIndex())
    shown.settled()
    assert shown.window.bench.selection.ids == (sender.local("comes"),)
    assert shown.map.of("go-to")[-1][:2] == [6.4, 51.0]
    panel.list.setCurrentIndex(panel.list.rows.index(1, TITLE))
    panel.list.activated.emit(panel.list.currentIndex())
    west, south, east, north = shown.map.of("fit")[-1][0]
    assert west < 6.1 < east
    assert south < 51.0 < 51.05 < north
    panel.list.setCurrentIndex(panel.list.rows.index(3, TITLE))
    panel.list.clicked.emit(panel.list.currentIndex())
    assert shown.map.of("go-to")[-1][:2] == [6.3, 51.0]
    panel.list.header().setSortIndicator(TITLE, Qt.SortOrder.DescendingOrder)
    assert [title for _, title, _ in rows(shown)] == ["worse", "goes", "drives", "comes"]


def test_any_earlier_state_can_be_chosen_and_a_new_bundle_is_followed(shown: ShownWindow, sender: Sender) -> None:
    share = sender.snapshot()
    compared(shown)
    panel = shown.window.comparison
    assert [fate for fate, _, _ in rows(shown)] == ["new"] * 4
    assert not panel.against.isEnabled()
    sender.reading.read(share, officer="Clara")
    update = sender.update(share)
    shown.until(lambda: panel.found is not None and panel.found.after.bundle == update)
    shown.settled()
    reader = next(at for at in range(panel.against.count()) if "Clara" in panel.against.itemText(at))
    panel.against.setCurrentIndex(reader)
    panel.against.activated.emit(reader)
    shown.until(lambda: panel.found is not None and panel.found.before is not None and panel.found.before.reader != "")
    shown.settled()
    assert panel.found is not None
    assert panel.found.count(Fate.GONE) == 1
    assert "as Clara read it" in shown.map.of("comparison")[-1][0]
    panel.picture.activated.emit(1)
    shown.until(lambda: panel.found is not None and panel.found.after.bundle == share)
    assert not panel.newest_chosen


def test_the_inbox_compares_what_is_chosen_there(shown: ShownWindow, sender: Sender) -> None:
    share = sender.snapshot()
    sender.update(share)
    window = shown.window
    window.docks.show("sharing")
    window.sharing.show_tab(INBOX)
    view = window.sharing.inbox
    view.setCurrentIndex(view.rows.index(1, 0))
    window.sharing.buttons["compare"].click()
    shown.until(lambda: window.comparison.found is not None)
    assert window.comparison.found is not None
    assert window.comparison.found.after.bundle == share


def test_in_the_past_the_marks_say_that_they_do_not_follow(shown: ShownWindow, sender: Sender) -> None:
    sender.update(sender.snapshot())
    compared(shown)
    assert "time slider" not in shown.map.of("comparison")[-1][0]
    shown.window.bench.cursor.show(shown.desk.clock())
    shown.settled()
    assert "Does not follow the time slider." in shown.map.of("comparison")[-1][0]


def test_locked_keys_are_told_and_nothing_is_drawn(shown: ShownWindow) -> None:
    shown.window.docks.show("comparison")
    panel = shown.window.comparison
    assert "locked" in panel._hint.text()
    assert panel.unlock.isVisible()
    assert shown.map.of("comparison") == []


def test_a_received_item_tells_where_it_is_from_and_how_it_may_be_used(
    shown: ShownWindow, sender: Sender, clock: HandClock
) -> None:
    sender.snapshot(expires=Instant(clock() + seconds(3600)))
    shown.select(sender.local("stays"))
    strip = shown.window.details.received
    assert strip.isVisible()
    assert strip.source.text() == "from Meldkamer Limburg: Markt"
    assert "as of" in strip.times.text()
    assert "may be used until" in strip.times.text()
    assert strip.terms.text() == "TLP:AMBER · H2 · not to the press · 1 more condition"
    assert not strip.ended.isVisible()
    layers = shown.window.layers
    theirs = layer_id(sender.neighbour.identity.centre)
    row = [layer.id for layer in layers.model.layers].index(theirs)
    assert layers.model.index(row, AGE).data() == "2 min"
    assert "from Meldkamer Limburg" in layers.model.index(row, NAME).data(Qt.ItemDataRole.AccessibleTextRole)
    (looks,) = shown.map.of("layers")[-1]
    assert [look.source for look in looks if look.source] == ["Meldkamer Limburg"]
    clock.forward(4000)
    shown.window.seat.refresh()
    # Said once, with the way out, and shown with the item.
    shown.until(lambda: strip.ended.text().startswith("EXPIRED"))
    shown.settled()  # the item is read beside what ran out; either may be first
    told = "What 1 bundle of another centre brought may not be used any more."
    assert shown.notices().count(told) == 1
    inbox = shown.window.sharing.inbox.rows
    assert str(inbox.index(0, 3).data()).startswith("expired")
    shown.window.seat.refresh()
    shown.settled()
    assert shown.notices().count(told) == 1
    shown.window.commands["share.apply"].trigger()
    shown.settled()
    shown.window.details.reload()
    shown.until(lambda: "Ctrl+Shift+I" not in strip.ended.text())
    assert "REMOVED" in shown.window.details.header.facts.text()


def test_what_was_taken_back_or_out_says_so(shown: ShownWindow, sender: Sender) -> None:
    share = sender.snapshot()
    shown.select(sender.local("goes"))
    strip = shown.window.details.received
    sender.update(share)
    shown.until(lambda: strip.ended.text().startswith("TAKEN OUT by Meldkamer Limburg"))
    shown.select(sender.local("stays"))
    sender.withdraw(share)
    shown.until(lambda: strip.ended.text().startswith("WITHDRAWN by Meldkamer Limburg"))
    assert strip.property("level") == "warning"


def test_one_s_own_items_have_no_such_strip(shown: ShownWindow) -> None:
    shown.select(new_item(shown.desk, "ours"))
    assert not shown.window.details.received.isVisible()
    assert not shown.window.details.talk.isVisible()


def test_a_comment_is_made_by_keyboard_and_shown_with_both(shown: ShownWindow, sender: Sender) -> None:
    sender.snapshot()
    item = sender.local("stays")
    shown.select(item)
    shown.key(Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier, into=shown.window)
    dialog = shown.dialog(CommentDialog)
    assert not dialog.go.isEnabled()
    shown.keys("Two patrols are on their way", dialog.field)
    shown.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier, into=dialog.field)
    talk = shown.window.details.talk
    shown.until(lambda: bool(talk.lines))
    shown.settled()
    assert talk.lines[0].accessibleName().endswith("Two patrols are on their way")
    talk.lines[0].click()
    shown.settled()
    note = shown.window.details.item
    assert note is not None
    assert (note.wording.title, note.about is not None) == ("Two patrols are on their way", True)
    assert [line.accessibleName() for line in talk.lines] == ["Comment on: stays"]
    talk.lines[0].click()
    assert shown.window.bench.selection.ids == (item,)
    shown.settled()
    shown.window.commands["edit.undo"].trigger()
    shown.settled()
    assert shown.desk.comments.thread(note).comments == ()


@pytest.mark.usefixtures("in_german")
def test_the_panel_fits_a_small_screen_in_german(shown: ShownWindow, sender: Sender) -> None:
    sender.update(sender.snapshot())
    compared(shown)
    shown.select(sender.local("worse"))
    assert shown.window.minimumSizeHint().width() <= 1366
    assert shown.window.width() == 1366
    assert [fate for fate, _, _ in rows(shown)] == ["neu", "bewegt", "geändert", "weg"]
