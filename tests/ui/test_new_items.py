from __future__ import annotations

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from qroc_desktop.domain.instant import seconds
from qroc_desktop.domain.query import ItemQuery
from qroc_desktop.domain.shape import Shape, point
from qroc_desktop.domain.state import Item
from qroc_desktop.domain.vocabulary import ItemType, Priority
from qroc_desktop.mapview.messages import Drawn
from qroc_desktop.ui.quick_entry import QuickEntry
from qroc_desktop.ui.signs import paint_priority
from qroc_desktop.ui.theme import Theme
from tests.clocks import HandClock
from tests.ui.desk_window import ShownWindow, new_item

AREA = Shape(type="Polygon", coordinates=[[[6.0, 51.0], [6.1, 51.0], [6.1, 51.1], [6.0, 51.0]]])


def items(shown: ShownWindow) -> list[Item]:
    return list(shown.desk.picture.items(ItemQuery()))


def test_an_incident_by_keyboard_alone(shown: ShownWindow) -> None:
    shown.ctrl(Qt.Key.Key_N)
    entry = shown.dialog(QuickEntry)
    shown.keys("demons", entry.kinds.search)
    shown.keys("1", entry.kinds.search)
    assert entry.kinds.search.text() == "demons"
    shown.key(Qt.Key.Key_Return, into=entry.kinds.search)
    assert entry.focusWidget() is entry.title
    shown.keys("March on the town hall", entry.title)
    shown.key(Qt.Key.Key_Return, into=entry.title)
    shown.until(lambda: len(items(shown)) == 1)
    made = items(shown)[0]
    assert made.nature.type is ItemType.INCIDENT
    assert made.nature.kind == "a-u-X-i-l-c-d"
    assert made.situation.priority is Priority.FLASH
    assert made.wording.title == "March on the town hall"
    assert made.shape == point(6.0, 51.0)
    shown.until(lambda: shown.window.bench.selection.ids == (made.id,))


def test_the_position_may_be_typed(shown: ShownWindow) -> None:
    shown.ctrl(Qt.Key.Key_N)
    entry = shown.dialog(QuickEntry)
    entry.position.selectAll()
    shown.keys("52°31'00\"N 13°24'00\"E", entry.position)
    shown.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier, into=entry.position)
    shown.until(lambda: len(items(shown)) == 1)
    shape = items(shown)[0].shape
    assert shape
    lon, lat = shape.anchor()
    assert abs(lon - 13.4) < 1e-6
    assert abs(lat - 52.516666) < 1e-5


def test_without_a_position_that_can_be_read_nothing_is_made(shown: ShownWindow) -> None:
    shown.ctrl(Qt.Key.Key_N)
    entry = shown.dialog(QuickEntry)
    entry.position.setText("nowhere")
    entry.create_button.click()
    assert entry.isVisible()
    assert entry.position.property("wrong") == "true"
    entry.reject()
    shown.settled()
    assert items(shown) == []


def test_escape_makes_nothing(shown: ShownWindow) -> None:
    shown.ctrl(Qt.Key.Key_N)
    entry = shown.dialog(QuickEntry)
    shown.key(Qt.Key.Key_Escape, into=entry)
    shown.until(lambda: not shown.window.findChildren(QuickEntry))
    assert items(shown) == []


def test_a_drawn_area_becomes_an_area(shown: ShownWindow) -> None:
    shown.window.commands["draw.area"].trigger()
    assert shown.map.of("tool")[-1] == ["polygon"]
    shown.map.drawn.emit(Drawn(tool="polygon", shape=AREA))
    entry = shown.dialog(QuickEntry)
    assert all(kind.type is ItemType.AREA for kind in entry.kinds.model.found)
    entry.title.setText("Cordon")
    entry.create_button.click()
    shown.until(lambda: len(items(shown)) == 1)
    made = items(shown)[0]
    assert (made.nature.type, made.shape, made.wording.title) == (ItemType.AREA, AREA, "Cordon")


def test_units_and_incidents_share_the_point_tool(shown: ShownWindow) -> None:
    shown.window.commands["draw.unit"].trigger()
    shown.map.drawn.emit(Drawn(tool="point", shape=point(7.0, 50.0)))
    entry = shown.dialog(QuickEntry)
    assert all(kind.type is ItemType.UNIT for kind in entry.kinds.model.found)
    entry.reject()


def test_an_edited_shape_is_stored_as_a_move(shown: ShownWindow) -> None:
    item = new_item(shown.desk, "Fire")
    shown.settled()
    shown.select(item)
    shown.window.commands["edit.shape"].trigger()
    shown.until(lambda: bool(shown.map.of("edit")))
    assert shown.map.of("edit")[-1] == [item, point(6.0, 51.0)]
    shown.map.edited.emit(item, point(6.5, 51.5))
    shown.settled()
    seen = shown.desk.picture.item(item)
    assert seen
    assert seen.shape == point(6.5, 51.5)
    assert shown.window.commands["edit.undo"].text() == "&Undo: move"


def test_the_position_may_be_a_place_by_name(shown: ShownWindow) -> None:
    shown.ctrl(Qt.Key.Key_N)
    entry = shown.dialog(QuickEntry)
    assert "middle of the map" in entry.where.text()
    entry.position.selectAll()
    shown.keys("maastricht", entry.position)
    shown.until(lambda: entry.where.text().startswith("Maastricht, "))
    shown.key(Qt.Key.Key_Return, into=entry.position)
    shown.until(lambda: len(items(shown)) == 1)
    shape = items(shown)[0].shape
    assert shape
    lon, lat = shape.anchor()
    assert abs(lon - 5.69) < 0.05
    assert abs(lat - 50.85) < 0.05


def test_what_was_typed_for_elsewhere_is_gone_to(shown: ShownWindow) -> None:
    for position in ("41.38, 2.17", "51.5, 6.5"):
        shown.ctrl(Qt.Key.Key_N)
        entry = shown.dialog(QuickEntry)
        entry.position.selectAll()
        shown.keys(position, entry.position)
        shown.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier, into=entry.position)
        shown.settled()
    shown.until(lambda: len(items(shown)) == 2)
    # The map shows 5 to 7 east, 50 to 52 north: the second one is in sight.
    assert [place[:2] for place in shown.map.of("go-to")] == [[2.17, 41.38]]


def test_something_that_was_so_earlier(shown: ShownWindow, clock: HandClock) -> None:
    shown.ctrl(Qt.Key.Key_N)
    entry = shown.dialog(QuickEntry)
    shown.keys("+20", entry.since)
    entry.create_button.click()
    assert entry.isVisible()
    entry.since.clear()
    shown.keys("-20", entry.since)
    shown.key(Qt.Key.Key_Return, into=entry.since)
    shown.until(lambda: len(items(shown)) == 1)
    assert items(shown)[0].valid_from == clock.instant - seconds(20 * 60)


def test_a_drawn_circle_says_its_radius(shown: ShownWindow) -> None:
    shown.map.drawn.emit(Drawn(tool="circle", shape=Shape(type="Point", coordinates=[6.0, 51.0], radius_m=250.0)))
    entry = shown.dialog(QuickEntry)
    assert "250" in entry.where.text()
    entry.reject()


def contrast(one: QColor, other: QColor) -> float:
    """WCAG 2.2, contrast ratio."""

    def light(colour: QColor) -> float:
        parts = (colour.redF(), colour.greenF(), colour.blueF())
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def seen(image: QImage) -> float:
    """The strongest contrast to what stands in the middle of the left edge."""
    ground = image.pixelColor(4, image.height() // 2)
    return max(contrast(image.pixelColor(x, y), ground) for x in range(image.width()) for y in range(image.height()))


@pytest.mark.parametrize("look", ["light", "dark"])
def test_every_priority_can_be_read_on_its_button_chosen_or_not(shown: ShownWindow, theme: Theme, look: str) -> None:
    theme.choose(look)
    shown.ctrl(Qt.Key.Key_N)
    entry = shown.dialog(QuickEntry)
    for chosen in Priority:
        entry.priorities[chosen].click()
        for button in entry.priorities.values():
            image = button.grab().toImage()
            half = image.height() // 2
            assert seen(image.copy(5, half, image.width() - 10, half - 5)) >= 4.5
            assert seen(image.copy(5, 5, image.width() - 10, half - 5)) >= 4.5
    entry.reject()
    theme.choose("dark")


@pytest.mark.parametrize("look", ["light", "dark"])
@pytest.mark.parametrize("priority", list(Priority))
def test_the_sign_is_seen_on_a_selected_row(theme: Theme, look: str, priority: Priority) -> None:
    theme.choose(look)
    image = QImage(40, 40, QImage.Format.Format_RGB32)
    image.fill(QColor(theme.tokens.selection))
    painter = QPainter(image)
    paint_priority(painter, QRectF(10, 10, 20, 20), priority, theme, selected=True)
    painter.end()
    assert seen(image) >= 4.5
    theme.choose("dark")
