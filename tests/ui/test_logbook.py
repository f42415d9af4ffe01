from __future__ import annotations

from PySide6.QtCore import Qt

from qroc_desktop.domain.instant import parse
from qroc_desktop.domain.state import LogEntry
from qroc_desktop.domain.vocabulary import EntryKind
from qroc_desktop.ui.panels.blocks import BLOCKS_ROLE
from tests.clocks import HandClock
from tests.ui.desk_window import ShownWindow, new_item

ALT = Qt.KeyboardModifier.AltModifier


def entries(shown: ShownWindow) -> list[LogEntry]:
    return shown.desk.logbook.entries()


def test_a_decision_about_the_selection_by_keyboard_alone(shown: ShownWindow) -> None:
    item = new_item(shown.desk, "Fire")
    shown.settled()
    shown.select(item)
    shown.ctrl(Qt.Key.Key_L)
    shown.keys("Evacuate the school")
    shown.key(Qt.Key.Key_2, ALT)
    shown.key(Qt.Key.Key_0, ALT)
    shown.key(Qt.Key.Key_Return)
    shown.until(lambda: len(entries(shown)) == 1)
    entry = entries(shown)[0].entry
    assert (entry.kind, entry.text, entry.items) == (EntryKind.DECISION, "Evacuate the school", (item,))
    shown.until(lambda: shown.window.logbook.model.rowCount() == 1)
    shown.until(lambda: shown.window.logbook.writer.text.toPlainText() == "")
    assert not shown.window.logbook.writer.link.isChecked()


def test_shift_enter_begins_a_line_and_nothing_is_not_recorded(shown: ShownWindow) -> None:
    shown.ctrl(Qt.Key.Key_L)
    shown.key(Qt.Key.Key_Return)
    shown.keys("one")
    shown.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    shown.keys("two")
    shown.key(Qt.Key.Key_Return)
    shown.until(lambda: len(entries(shown)) == 1)
    assert entries(shown)[0].entry.text == "one\ntwo"


def test_an_entry_says_when_it_happened_and_with_whom(shown: ShownWindow, clock: HandClock) -> None:
    writer = shown.window.logbook.writer
    shown.window.docks.show("logbook")
    shown.keys("Call", writer.text)
    shown.keys("11:40Z", writer.at)
    shown.keys("Leitstelle Nord", writer.counterpart)
    writer.record.click()
    shown.until(lambda: len(entries(shown)) == 1)
    entry = entries(shown)[0]
    assert entry.valid_from == parse("2026-03-01T11:40:00Z")
    assert entry.entry.counterpart == "Leitstelle Nord"


def test_a_correction_is_a_new_entry_and_the_old_one_is_struck_through(shown: ShownWindow) -> None:
    shown.desk.logbook.add(EntryKind.MESSAGE, "3 injured")
    shown.settled()
    shown.window.docks.show("logbook")
    log = shown.window.logbook
    shown.until(lambda: log.model.rowCount() == 1)
    log.list.setCurrentIndex(log.model.index(0))
    log.list.setFocus()
    shown.ctrl(Qt.Key.Key_R)
    assert "Correction" in log.writer.what.text()
    shown.keys("4 injured", log.writer.text)
    shown.key(Qt.Key.Key_Return, into=log.writer.text)
    shown.until(lambda: log.model.rowCount() == 2)
    newest, oldest = entries(shown)
    assert newest.entry.corrects == oldest.id
    assert (newest.entry.text, oldest.entry.text) == ("4 injured", "3 injured")
    assert log.model.index(1).data(BLOCKS_ROLE).struck
    assert not log.model.index(0).data(BLOCKS_ROLE).struck


def test_the_logbook_is_not_undone(shown: ShownWindow) -> None:
    shown.desk.logbook.add(EntryKind.MESSAGE, "3 injured")
    shown.settled()
    assert shown.window.commands["edit.undo"].isEnabled() is False or "log" not in shown.window.commands[
        "edit.undo"
    ].text()
    assert len(entries(shown)) == 1


def test_search_finds_words(shown: ShownWindow) -> None:
    shown.desk.logbook.add(EntryKind.MESSAGE, "Straße gesperrt")
    shown.desk.logbook.add(EntryKind.ACTION, "Hubschrauber angefordert")
    shown.window.docks.show("logbook")
    shown.settled()
    shown.keys("hub", shown.window.logbook.search)
    shown.until(lambda: shown.window.logbook.model.rowCount() == 1)
    assert shown.window.logbook.model.entries[0].entry.text.startswith("Hubschrauber")


def test_enter_goes_to_the_items_of_an_entry(shown: ShownWindow) -> None:
    item = new_item(shown.desk, "Fire")
    shown.desk.logbook.add(EntryKind.MESSAGE, "About the fire", items=[item])
    shown.settled()
    shown.window.docks.show("logbook")
    log = shown.window.logbook
    shown.until(lambda: log.model.rowCount() == 1)
    log.list.setCurrentIndex(log.model.index(0))
    shown.key(Qt.Key.Key_Return, into=log.list)
    assert shown.window.bench.selection.ids == (item,)
    shown.until(lambda: bool(shown.map.of("fit")))


def test_in_the_past_one_may_still_write_and_is_told_when_it_counts(shown: ShownWindow, clock: HandClock) -> None:
    clock.forward(3600)
    new_item(shown.desk, "Fire")
    shown.settled()
    shown.window.bench.cursor.show(type(clock.instant)(clock.instant - 60_000_000))
    assert "recorded now" in shown.window.logbook.writer.what.text()
    shown.ctrl(Qt.Key.Key_L)
    shown.keys("Call came in")
    shown.key(Qt.Key.Key_Return)
    shown.until(lambda: len(entries(shown)) == 1)
    assert entries(shown)[0].valid_from >= clock.instant
