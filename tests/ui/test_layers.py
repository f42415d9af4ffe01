from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from qroc_desktop.ui.panels.layer_model import COUNT, LOCK, NAME, VISIBLE
from tests.ui.desk_window import ShownWindow, new_item


def names(shown: ShownWindow) -> list[str]:
    return [layer.name for layer in shown.window.layers.model.layers]


def with_three(shown: ShownWindow) -> None:
    shown.desk.layers.add("Units")
    shown.desk.layers.add("Cordons")
    shown.window.docks.show("layers")
    shown.settled()
    assert names(shown) == ["Cordons", "Units", "Incidents"]


def current(shown: ShownWindow, row: int, column: int = NAME) -> None:
    view = shown.window.layers.view
    view.setCurrentIndex(view.model().index(row, column))
    view.setFocus()


def test_space_hides_and_shows_and_the_map_is_told(shown: ShownWindow) -> None:
    with_three(shown)
    current(shown, 0)
    shown.key(Qt.Key.Key_Space, into=shown.window.layers.view)
    shown.settled()
    assert not shown.desk.layers.all()[-1].display.visible
    looks = {look.id: look for look in shown.map.of("layers")[-1][0]}
    assert not looks[shown.window.layers.model.layers[0].id].visible
    shown.key(Qt.Key.Key_Space, into=shown.window.layers.view)
    shown.settled()
    assert shown.desk.layers.all()[-1].display.visible


def test_a_click_on_the_lock_protects_the_items(shown: ShownWindow) -> None:
    item = new_item(shown.desk, "Fire")
    shown.window.docks.show("layers")
    shown.settled()
    view = shown.window.layers.view
    shown.until(lambda: view.visualRect(view.model().index(0, LOCK)).isValid())
    place = view.visualRect(view.model().index(0, LOCK)).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    shown.settled()
    assert shown.desk.layers.all()[0].locked
    shown.select(item)
    shown.window.commands["edit.delete"].trigger()
    shown.until(lambda: any("locked" in text for text in shown.notices()))
    seen = shown.desk.picture.item(item)
    assert seen
    assert not seen.removed


def test_ctrl_down_draws_below(shown: ShownWindow) -> None:
    with_three(shown)
    current(shown, 0)
    shown.key(Qt.Key.Key_Down, Qt.KeyboardModifier.ControlModifier, into=shown.window.layers.view)
    shown.settled()
    assert names(shown) == ["Units", "Cordons", "Incidents"]
    assert [layer.name for layer in shown.desk.layers.all()] == ["Incidents", "Cordons", "Units"]
    current(shown, 2)
    shown.key(Qt.Key.Key_Up, Qt.KeyboardModifier.ControlModifier, into=shown.window.layers.view)
    shown.settled()
    assert names(shown) == ["Units", "Incidents", "Cordons"]


def test_dropping_a_layer_moves_it(shown: ShownWindow) -> None:
    with_three(shown)
    model = shown.window.layers.model
    data = model.mimeData([model.index(2, NAME)])
    from PySide6.QtCore import QModelIndex

    model.dropMimeData(data, Qt.DropAction.MoveAction, 0, 0, QModelIndex())
    shown.settled()
    assert names(shown) == ["Incidents", "Cordons", "Units"]


def test_f2_renames(shown: ShownWindow) -> None:
    with_three(shown)
    current(shown, 1)
    shown.key(Qt.Key.Key_F2, into=shown.window.layers.view)
    editor = shown.window.layers.view.findChild(QLineEdit)
    assert isinstance(editor, QLineEdit)
    editor.selectAll()
    shown.keys("Streifen", editor)
    shown.key(Qt.Key.Key_Return, into=editor)
    shown.until(lambda: "Streifen" in names(shown))


def test_a_new_layer_is_named_at_once(shown: ShownWindow) -> None:
    shown.window.docks.show("layers")
    shown.window.layers.add.click()
    shown.until(lambda: shown.window.layers.view.findChild(QLineEdit) is not None)
    editor = shown.window.layers.view.findChild(QLineEdit)
    assert isinstance(editor, QLineEdit)
    shown.keys("Sperrungen", editor)
    shown.key(Qt.Key.Key_Return, into=editor)
    shown.until(lambda: "Sperrungen" in names(shown))


def test_counts_follow_the_items(shown: ShownWindow) -> None:
    model = shown.window.layers.model
    assert model.index(0, COUNT).data() == "0"
    new_item(shown.desk, "Fire")
    shown.until(lambda: model.index(0, COUNT).data() == "1")


def test_a_layer_with_items_is_not_removed(shown: ShownWindow) -> None:
    new_item(shown.desk, "Fire")
    shown.settled()
    shown.window.layers.remove.click()
    shown.until(lambda: any("still holds items" in text for text in shown.notices()))
    assert len(shown.desk.layers.all()) == 1


def test_opacity_is_stored_when_the_keys_have_set_it(shown: ShownWindow) -> None:
    shown.window.docks.show("layers")
    shown.settled()
    shown.key(Qt.Key.Key_PageDown, into=shown.window.layers.opacity)
    shown.settled()
    assert shown.desk.layers.all()[0].display.opacity == 0.9


def test_signs_say_in_words_what_they_show(shown: ShownWindow) -> None:
    model = shown.window.layers.model
    role = Qt.ItemDataRole.AccessibleTextRole
    assert "Shown" in model.index(0, VISIBLE).data(role)
    assert "Open" in model.index(0, LOCK).data(role)
