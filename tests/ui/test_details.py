from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QStyle, QStyleOptionComboBox, QToolButton

from qroc_desktop.domain.aspects import Motion, Style, Wording
from qroc_desktop.domain.coordinates import format_all
from qroc_desktop.domain.instant import Instant, seconds
from qroc_desktop.domain.query import Moment
from qroc_desktop.domain.shape import Shape, point
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
from qroc_desktop.ui.panels.details.marking_section import MarkingSection
from qroc_desktop.ui.theme import Theme
from tests.clocks import HandClock
from tests.ui.desk_window import ShownWindow, new_item

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
    shown.until(lambda: any("Both versions are kept" in text for text in shown.notices()))
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


def test_an_edit_may_have_been_true_earlier(shown: ShownWindow, clock: HandClock) -> None:
    item = new_item(shown.desk, "Fire")
    before = clock.instant
    clock.forward(3600)
    opened(shown, item)
    details = shown.window.details
    assert not details.since.isVisible()
    details.focus_title()
    shown.keys("Fire out")
    assert details.since.isVisible()
    shown.keys("+5", details.since)
    assert not details.apply.isEnabled()
    details.since.clear()
    shown.keys("-30", details.since)
    shown.key(Qt.Key.Key_Return, CTRL)
    shown.until(lambda: stored(shown, item).wording.title == "Fire out")
    half_past = Instant(before + seconds(1800))
    for at, title in ((half_past, "Fire out"), (Instant(half_past - 1), "Fire")):
        then = shown.desk.picture.item(item, Moment(at))
        assert then
        assert then.wording.title == title
    shown.settled()
    assert not details.since.isVisible()
    assert details.since.text() == ""


def test_what_is_known_of_a_later_time_still_stands_and_that_is_said(shown: ShownWindow, clock: HandClock) -> None:
    item = new_item(shown.desk, "Fire")
    clock.forward(3600)
    shown.desk.items.edit(stored(shown, item), {Aspect.WORDING: Wording(title="Fire out")})
    clock.forward(600)
    opened(shown, item)
    shown.window.details.focus_title()
    shown.keys("Fire, two engines")
    shown.keys("-30", shown.window.details.since)
    shown.key(Qt.Key.Key_Return, CTRL)
    shown.until(lambda: any("later time still stands" in text for text in shown.notices()))
    assert stored(shown, item).wording.title == "Fire out"


def test_a_time_that_is_not_applied_yet_is_kept_with_its_edit(shown: ShownWindow, clock: HandClock) -> None:
    one, other = new_item(shown.desk, "Fire"), new_item(shown.desk, "Flood")
    clock.forward(3600)
    opened(shown, one)
    shown.window.details.focus_title()
    shown.keys("Fire out")
    shown.keys("-30", shown.window.details.since)
    opened(shown, other)
    assert shown.window.details.since.time() is None
    opened(shown, one)
    assert shown.window.details.since.time() == clock.instant - seconds(1800)


def test_how_a_shape_is_drawn_can_be_edited(shown: ShownWindow) -> None:
    style = Style(stroke="#aa0000", fill_opacity=0.123456789, dash=(3.0, 1.0))
    item = new_item(shown.desk, "Cordon", style=style)
    opened(shown, item)
    place = shown.window.details.place
    assert shown.window.details.edits() == {}
    assert place.opacity.text() == "12.345679"
    assert place.dash.currentText() == "3 1"
    place.opacity.setText("140")
    place.opacity.textEdited.emit("140")
    assert not shown.window.details.apply.isEnabled()
    place.opacity.setText("40")
    place.opacity.textEdited.emit("40")
    place.dash.setCurrentIndex(place.dash.findText("dashed"))
    place.dash.edited.emit()
    shown.window.details.apply.click()
    shown.until(lambda: stored(shown, item).style.fill_opacity == 0.4)
    assert stored(shown, item).style.dash == (8.0, 6.0)
    assert stored(shown, item).style.stroke == "#aa0000"


def test_every_notation_can_be_copied(shown: ShownWindow) -> None:
    item = new_item(shown.desk, "Fire", lon=5.69, lat=50.85)
    opened(shown, item)
    details = shown.window.details
    details.tabs.setCurrentIndex(1)
    forms = format_all(5.69, 50.85)
    for word, text in (("Lat, lon", forms.decimal), ("DMS", forms.dms), ("UTM", forms.utm), ("MGRS", forms.mgrs)):
        button = next(b for b in details.place.findChildren(QToolButton) if b.accessibleName() == f"Copy {word}")
        button.click()
        assert QApplication.clipboard().text() == text


def test_accuracy_is_said(shown: ShownWindow) -> None:
    shape = Shape(type="Point", coordinates=[6.0, 51.0], accuracy_m=35.0)
    item = new_item(shown.desk, "Fire", shape=shape)
    opened(shown, item)
    assert "accuracy 35 m" in shown.window.details.place.what.text()


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_long_choices_are_not_cut(shown: ShownWindow, in_german: None, theme: Theme, scale: float) -> None:
    section = MarkingSection(shown.window.bench)
    theme.resize(scale)
    section.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    section.resize(theme.px(348), theme.px(800))
    section.show()
    for field in (section.source, section.information):
        longest = max(field.fontMetrics().horizontalAdvance(field.itemText(i)) for i in range(field.count()))
        option = QStyleOptionComboBox()
        field.initStyleOption(option)
        room = field.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, field
        )
        assert room.width() >= longest
    section.close()
    theme.resize(1.0)
