from __future__ import annotations

from PySide6.QtCore import Qt

from qroc_desktop.domain.aspects import Motion, Wording
from qroc_desktop.domain.shape import point
from qroc_desktop.domain.state import Item
from qroc_desktop.domain.vocabulary import (
    Aspect,
    Basis,
    Handling,
    InformationAccuracy,
    Priority,
    SourceReliability,
    SpecialCategory,
    Status,
    Tlp,
)
from tests.ui.desk_window import HandClock, ShownWindow, new_item

HOSTILE = "<b>bold</b><img src=x onerror=alert(1)>"
CTRL = Qt.KeyboardModifier.ControlModifier


def opened(shown: ShownWindow, item: str) -> Item:
    """Select it and wait until the panel shows it."""
    shown.settled()
    shown.select(item)
    details = shown.window.details
    shown.until(lambda: details.item is not None and details.item.id == item)
    assert details.item is not None
    return details.item


def stored(shown: ShownWindow, item: str) -> Item:
    found = shown.desk.picture.item(item)
    assert found is not None
    return found


def test_an_item_is_edited_by_keyboard_alone(shown: ShownWindow) -> None:
    item = new_item(shown.desk, "Fire", description="Smoke\nover the roof")
    opened(shown, item)
    shown.key(Qt.Key.Key_D, CTRL, into=shown.window)
    shown.keys("Large fire")
    assert shown.window.details.tabs.tabText(0).endswith("•")
    assert stored(shown, item).wording.title == "Fire"
    shown.key(Qt.Key.Key_Return, CTRL)
    shown.until(lambda: stored(shown, item).wording.title == "Large fire")
    assert stored(shown, item).wording.description == "Smoke\nover the roof"
    shown.settled()
    assert not shown.window.details.apply.isEnabled()
    assert not shown.window.details.tabs.tabText(0).endswith("•")


def test_looking_at_an_item_changes_nothing(shown: ShownWindow) -> None:
    item = new_item(shown.desk, "Fire", motion=Motion(course_deg=12.3456, speed_ms=13.37))
    opened(shown, item)
    assert shown.window.details.edits() == {}
    for tab in range(4):
        shown.window.details.tabs.setCurrentIndex(tab)
    assert shown.window.details.edits() == {}


def test_only_what_was_changed_is_written(shown: ShownWindow) -> None:
    item = new_item(shown.desk, "Fire")
    opened(shown, item)
    main = shown.window.details.main
    main.status.show_choice(Status.ONGOING)
    main.status.edited.emit()
    assert set(shown.window.details.edits()) == {Aspect.SITUATION}
    shown.window.details.apply.click()
    shown.settled()
    assert stored(shown, item).situation.status is Status.ONGOING
    assert set(shown.desk.picture.history(item)[-1].patch) == {Aspect.SITUATION}


def test_marking_and_evaluation_are_kept_apart(shown: ShownWindow) -> None:
    item = new_item(shown.desk, "Fire")
    opened(shown, item)
    marking = shown.window.details.marking
    marking.source.show_choice(SourceReliability.B)
    marking.information.show_choice(InformationAccuracy.NOT_CORROBORATED)
    marking.basis.show_choice(Basis.ASSESSMENT)
    marking.tlp.show_choice(Tlp.AMBER_STRICT)
    marking.handling.show_choice(Handling.H2)
    marking.special[SpecialCategory.HEALTH].click()
    marking.conditions.setPlainText("ask first\n\n for hospital staff only ")
    shown.window.details.apply.click()
    shown.settled()
    seen = stored(shown, item)
    assert (seen.evaluation.source, seen.evaluation.information, seen.evaluation.basis) == ("B", "4", "assessment")
    assert (seen.marking.tlp, seen.marking.handling) == (Tlp.AMBER_STRICT, Handling.H2)
    assert seen.marking.special == (SpecialCategory.HEALTH,)
    assert seen.marking.conditions == ("ask first", "for hospital staff only")


def test_a_position_may_be_typed_in_any_notation(shown: ShownWindow) -> None:
    item = new_item(shown.desk, "Fire")
    opened(shown, item)
    place = shown.window.details.place
    shown.window.details.tabs.setCurrentIndex(1)
    place.position.setFocus()
    place.position.selectAll()
    # The Brandenburg Gate, as MGRS.
    shown.keys("33UUU8991819701", place.position)
    assert place.notations["decimal"].text().startswith("52.5162")
    shown.window.details.apply.click()
    shown.settled()
    shape = stored(shown, item).shape
    assert shape is not None
    lon, lat = shape.anchor()
    assert abs(lat - 52.5163) < 0.0001
    assert abs(lon - 13.3777) < 0.0001


def test_what_cannot_be_read_cannot_be_applied(shown: ShownWindow) -> None:
    item = new_item(shown.desk, "Fire")
    opened(shown, item)
    main = shown.window.details.main
    shown.keys("soon", main.starts)
    assert not shown.window.details.apply.isEnabled()
    assert "red" in shown.window.details.state.text()
    shown.key(Qt.Key.Key_Return, CTRL, into=main.starts)
    shown.settled()
    assert stored(shown, item).situation.starts is None


def test_edits_of_one_item_are_kept_while_another_is_looked_at(shown: ShownWindow) -> None:
    first, second = new_item(shown.desk, "first"), new_item(shown.desk, "second")
    opened(shown, first)
    shown.window.details.main.title.setText("first, better")
    shown.window.details.main.title.edited.emit()
    opened(shown, second)
    assert shown.window.details.main.title.text() == "second"
    assert "1 other item" in shown.window.details.state.text()
    opened(shown, first)
    assert shown.window.details.main.title.text() == "first, better"
    assert stored(shown, first).wording.title == "first"
    shown.window.details.revert.click()
    assert shown.window.details.main.title.text() == "first"
    assert shown.window.details.drafts == {}


def test_two_edits_of_one_aspect_keep_both_and_a_person_decides(shown: ShownWindow) -> None:
    item = new_item(shown.desk, "Fire")
    opened(shown, item)
    shown.window.details.main.title.setText("Fire, mine")
    shown.window.details.main.title.edited.emit()
    other = stored(shown, item)
    shown.desk.items.edit(other, {Aspect.WORDING: Wording(title="Fire, theirs")})
    shown.settled()
    assert shown.window.details.main.title.text() == "Fire, mine"
    assert "meanwhile" in shown.window.details.state.text()
    shown.window.details.apply.click()
    shown.until(lambda: bool(shown.window.details.conflicts.cards))
    assert any("Both versions are kept" in text for text in shown.notices())
    before = stored(shown, item).wording.title
    shown.window.details.conflicts.cards[0].take_button.click()
    shown.settled()
    after = stored(shown, item).wording.title
    assert {before, after} == {"Fire, mine", "Fire, theirs"}
    assert shown.desk.history.conflicts() == []
    shown.until(lambda: not shown.window.details.conflicts.cards)


def test_the_past_cannot_be_edited_and_says_so(shown: ShownWindow, clock: HandClock) -> None:
    item = new_item(shown.desk, "Fire")
    clock.forward(3600)
    shown.desk.items.edit(stored(shown, item), {Aspect.WORDING: Wording(title="Fire out")})
    opened(shown, item)
    shown.window.bench.cursor.show(type(clock.instant)(clock.instant - 1_800_000_000))
    shown.until(lambda: shown.window.details.main.title.text() == "Fire")
    assert not shown.window.details.main.isEnabled()
    assert "past" in shown.window.details.state.text()
    assert not shown.window.commands["edit.delete"].isEnabled()
    assert "past" in shown.window.commands.why_not("edit.delete")


def test_content_is_text_in_every_label(shown: ShownWindow) -> None:
    item = new_item(shown.desk, HOSTILE, description=HOSTILE)
    opened(shown, item)
    header = shown.window.details.header
    assert header.title.text() == HOSTILE
    assert header.title.textFormat() is Qt.TextFormat.PlainText
    assert shown.window.details.main.description.toPlainText() == HOSTILE


def test_history_says_who_changed_what(shown: ShownWindow) -> None:
    item = new_item(shown.desk, "Fire")
    seen = stored(shown, item)
    shown.desk.items.edit(seen, {Aspect.WORDING: Wording(title="Fire out"), Aspect.SHAPE: point(7.0, 51.0)})
    opened(shown, item)
    history = shown.window.details.history.list
    shown.until(lambda: history.count() == 2)
    newest = history.item(0).text()
    assert "duty-officer" in newest
    assert "title: Fire → Fire out" in newest
    assert "position changed" in newest
    assert "status: unconfirmed" not in history.item(1).text()


def test_several_items_change_status_priority_and_layer_in_one_step(shown: ShownWindow) -> None:
    ids = [new_item(shown.desk, f"item {n}") for n in range(3)]
    target = shown.desk.layers.add("Closed")
    shown.settled()
    shown.select(*ids)
    several = shown.window.details.several
    assert several.count.text() == "3 items selected"
    assert not several.apply.isEnabled()
    several.status.show_choice(Status.CLOSED)
    several.priority.show_choice(Priority.PRIORITY)
    several.layer.show_choice(target)
    several.say()
    batches = len(shown.desk.history.batches())
    several.apply.click()
    shown.settled()
    assert len(shown.desk.history.batches()) == batches + 1
    for item in (stored(shown, i) for i in ids):
        assert (item.situation.status, item.situation.priority, item.layer) == (
            Status.CLOSED, Priority.PRIORITY, target,
        )


def test_a_refused_edit_stays_in_the_form(shown: ShownWindow) -> None:
    item = new_item(shown.desk, "Fire")
    opened(shown, item)
    shown.window.details.main.title.setText("Fire, mine")
    shown.window.details.main.title.edited.emit()
    layer = shown.desk.layers.all()[0]
    shown.desk.layers.lock(layer, locked=True)
    shown.window.details.apply.click()
    shown.until(lambda: any("locked" in text for text in shown.notices()))
    shown.settled()
    assert stored(shown, item).wording.title == "Fire"
    assert shown.window.details.main.title.text() == "Fire, mine"
