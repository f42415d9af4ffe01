from __future__ import annotations

from collections import Counter

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence

from qroc_desktop.ui.actions import ACTIONS, MENUS, PARENT, Need, Situation, refusal
from qroc_desktop.ui.command_palette import CommandPalette, KeyList
from qroc_desktop.ui.icons import icon_svg
from tests.ui.desk_window import ShownWindow, new_item


def test_no_key_means_two_things() -> None:
    keys = Counter(QKeySequence(key).toString() for spec in ACTIONS for key in spec.keys)
    assert [key for key, times in keys.items() if times > 1] == []


def test_every_key_is_one_that_qt_knows() -> None:
    for spec in ACTIONS:
        for key in spec.keys:
            assert not QKeySequence(key).isEmpty(), spec.id


@pytest.mark.parametrize("name", sorted({spec.icon for spec in ACTIONS if spec.icon}))
def test_every_icon_is_there(name: str) -> None:
    assert icon_svg(name, "#123456").count(b"#123456") >= 1


@pytest.mark.expects_log("not found")
def test_an_icon_that_is_not_there_is_an_error() -> None:
    with pytest.raises(KeyError):
        icon_svg("no-such-icon", "#000000")


def test_every_action_does_something_and_stands_in_a_menu(shown: ShownWindow) -> None:
    assert shown.window.commands.unbound() == []
    for spec in ACTIONS:
        assert spec.menu in MENUS
        menu = shown.window.commands.menus[spec.menu]
        assert shown.window.commands[spec.id] in menu.actions()
    for child, parent in PARENT.items():
        assert shown.window.commands.menus[child].menuAction() in shown.window.commands.menus[parent].actions()


@pytest.mark.parametrize(
    ("need", "situation", "words"),
    [
        (Need.WRITE, Situation(past=True), "past"),
        (Need.WRITE, Situation(read_only=True), "look only"),
        (Need.SOME, Situation(), "Nothing is selected"),
        (Need.ONE, Situation(selected=2), "exactly one"),
        (Need.UNDO, Situation(), "nothing to undo"),
    ],
)
def test_what_cannot_be_done_says_why(need: Need, situation: Situation, words: str) -> None:
    assert words in str(refusal(need, situation))


def test_what_can_be_done_is_not_refused() -> None:
    assert refusal(Need.WRITE | Need.ONE, Situation(selected=1)) is None


def test_the_palette_finds_and_does(shown: ShownWindow) -> None:
    shown.ctrl(Qt.Key.Key_K)
    palette = shown.dialog(CommandPalette)
    shown.keys("measure dist", palette.search)
    assert palette.list.count() == 1
    shown.key(Qt.Key.Key_Return, into=palette.search)
    shown.until(lambda: ["measure"] in shown.map.of("tool"))


def test_the_palette_does_not_do_what_cannot_be_done(shown: ShownWindow) -> None:
    shown.ctrl(Qt.Key.Key_K)
    palette = shown.dialog(CommandPalette)
    shown.keys("remove from", palette.search)
    assert "Nothing is selected" in palette.list.item(0).text()
    shown.key(Qt.Key.Key_Return, into=palette.search)
    assert palette.isVisible()
    palette.reject()


def test_all_keys_are_listed(shown: ShownWindow) -> None:
    shown.key(Qt.Key.Key_F1)
    keys = shown.dialog(KeyList)
    every = Qt.MatchFlag.MatchWildcard | Qt.MatchFlag.MatchRecursive
    texts = [item.text(1) for item in keys.tree.findItems("*", every)]
    for spec in ACTIONS:
        for key in spec.keys:
            assert any(QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText) in t for t in texts), key
    keys.reject()


def test_undo_and_redo_say_what(shown: ShownWindow) -> None:
    item = new_item(shown.desk, "Fire")
    shown.settled()
    assert shown.window.commands["edit.undo"].text() == "&Undo: new item"
    shown.ctrl(Qt.Key.Key_Z)
    shown.until(lambda: shown.window.commands["edit.redo"].text() == "&Redo: new item")
    seen = shown.desk.picture.item(item)
    assert seen is None or seen.removed
    shown.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    shown.until(lambda: shown.titles() == ["Fire"])
