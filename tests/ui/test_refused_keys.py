"""A key that cannot be used now says why: one that does nothing looks like a program that hangs."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from qroc_desktop.domain.instant import Instant, seconds
from qroc_desktop.ui.quick_entry import QuickEntry
from tests.ui.desk_window import ShownWindow, new_item


def test_editing_the_past_is_refused_with_the_reason(shown: ShownWindow) -> None:
    shown.window.timeline.choose(Instant(shown.desk.now() - seconds(3600)))
    shown.settled()
    shown.key(Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier, into=shown.window)
    assert shown.notices() == ["You are looking at the past. Go back to LIVE to edit."]
    assert not shown.window.findChildren(QuickEntry)
    shown.window.timeline.go_live()
    shown.settled()
    shown.key(Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier, into=shown.window)
    shown.dialog(QuickEntry).reject()
    assert len(shown.notices()) == 1


@pytest.mark.parametrize(
    ("key", "reason"),
    [(Qt.Key.Key_Y, "There is nothing to do again."), (Qt.Key.Key_9, "Nothing is selected."),
     (Qt.Key.Key_D, "Select exactly one item.")],
)
def test_each_reason(shown: ShownWindow, key: Qt.Key, reason: str) -> None:
    shown.key(key, Qt.KeyboardModifier.ControlModifier, into=shown.window)
    assert shown.notices() == [reason]


def test_undo_says_what_it_took_back(shown: ShownWindow) -> None:
    new_item(shown.desk, "Fire")
    shown.settled()
    shown.window.commands["edit.undo"].trigger()
    shown.until(lambda: len(shown.notices()) == 1)
    assert shown.notices()[0].startswith("Undone: ")
    shown.settled()
    shown.window.commands["edit.redo"].trigger()
    shown.until(lambda: len(shown.notices()) == 2)
    assert shown.notices()[1].startswith("Done again: ")
    shown.settled()
