"""Symbols that would cover one another stand as one, on the real page in the real engine."""

from __future__ import annotations

from PySide6.QtCore import QPoint
from pytestqt.qtbot import QtBot

from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.vocabulary import Priority, Status
from qroc_desktop.mapview import messages
from tests.mapview.memory_picture import HOUR, NOW, MemoryPicture, row
from tests.mapview.shown_map import ShownMap, shown_map


def heap() -> MemoryPicture:
    """Four items within 900 m at 10 E, 50 N, one far away."""
    return MemoryPicture.of(
        [
            row("routine", 10.0, 50.0, title="Patrol"),
            row("flash", 10.005, 50.0, title="Shooting", priority=Priority.FLASH),
            row("urgent", 10.01, 50.005, title="Fire", priority=Priority.IMMEDIATE),
            row("over", 10.005, 50.005, title="False alarm", priority=Priority.FLASH, status=Status.FALSE_ALARM),
            row("far", 12.0, 50.0, title="Far away"),
        ]
    )


def stacks(shown: ShownMap) -> dict[str, list[str]]:
    found: dict[str, list[str]] = shown.js(
        "Object.fromEntries([...qroc.picture.items.values()].filter((item) => item.behind.length)"
        ".map((item) => [item.id, item.behind.map((one) => one.id)]))"
    )
    return found


def tooltip(shown: ShownMap) -> list[str]:
    lines: list[str] = shown.js("[...document.querySelector('.qroc-tooltip').children].map((one) => one.textContent)")
    return lines


def badge(shown: ShownMap, item: str) -> QPoint:
    """The middle of a stack's number, as a point of the map."""
    x, y, pad = shown.js(
        f"(({{ x, y }}) => [x, y, qroc.pictureLayer.frame.pad])"
        f"(qroc.pictureLayer.countAt(qroc.pictureLayer.frame, qroc.picture.items.get('{item}')))"
    )
    return QPoint(round(x - pad), round(y - pad))


def test_the_most_urgent_that_goes_on_stands_for_those_behind_it(qtbot: QtBot) -> None:
    with shown_map(qtbot, heap()) as shown:
        assert stacks(shown) == {"flash": ["urgent", "routine", "over"]}


def test_what_is_apart_on_the_screen_stands_alone(qtbot: QtBot) -> None:
    with shown_map(qtbot, heap(), lon=10.005, lat=50.002, zoom=16) as shown:
        assert stacks(shown) == {}
        shown.run("qroc.map.setZoom(6, { animate: false })")
        shown.settled()
        assert list(stacks(shown)) == ["flash"]


def test_urgency_counts_before_age_and_age_before_order(qtbot: QtBot) -> None:
    old = Instant(NOW - HOUR)
    picture = MemoryPicture.of(
        [
            row("old routine", 10.0, 50.0, stale_at=old),
            row("routine", 10.0, 50.0),
            row("old flash", 10.0, 50.0, priority=Priority.FLASH, stale_at=old),
        ]
    )
    with shown_map(qtbot, picture) as shown:
        assert stacks(shown) == {"old flash": ["routine", "old routine"]}


def test_a_hidden_layer_is_not_counted(qtbot: QtBot) -> None:
    picture = MemoryPicture.of([row("a", 10.0, 50.0, layer="seen"), row("b", 10.0, 50.0, layer="unseen")])
    with shown_map(qtbot, picture) as shown:
        assert sum(map(len, stacks(shown).values())) == 1
        shown.widget.set_layers([messages.LayerLook(id="unseen", visible=False)])
        shown.until_js("qroc.pictureLayer.looks.size === 1")
        shown.settled()
        assert stacks(shown) == {}


def test_pointing_at_a_stack_names_all_of_it(qtbot: QtBot) -> None:
    with shown_map(qtbot, heap()) as shown:
        shown.hover(shown.place(10.005, 50.0))
        shown.until_js("!document.querySelector('.qroc-tooltip').hidden")
        lines = tooltip(shown)
        assert lines[0] == "Shooting"
        assert lines[-4:] == ["3 more here:", "Immediate: Fire", "Routine: Patrol", "Flash: False alarm"]


def test_a_click_tells_the_whole_stack_and_a_double_click_once(qtbot: QtBot) -> None:
    with shown_map(qtbot, heap()) as shown:
        at = shown.place(10.0, 50.0) - QPoint(8, 8)
        shown.click(at)
        assert shown.until_said(messages.Clicked).ids == ["flash", "urgent", "routine", "over"]
        shown.events.clear()
        shown.double_click(at)
        shown.until(lambda: any(event.double for event in shown.of(messages.Clicked)))
        assert [event.double for event in shown.of(messages.Clicked)][-1] is True
        assert len(shown.of(messages.Clicked)) <= 2


def test_a_click_on_the_number_takes_the_stack_apart(qtbot: QtBot) -> None:
    with shown_map(qtbot, heap()) as shown:
        shown.click(badge(shown, "flash"))
        shown.until_js("qroc.map.getZoom() > 10 && !qroc.map._animatingZoom")
        shown.settled()
        assert stacks(shown) == {}
        assert shown.of(messages.Clicked) == []


def test_items_at_one_place_cannot_be_taken_apart_and_are_told(qtbot: QtBot) -> None:
    picture = MemoryPicture.of([row("a", 10.0, 50.0, priority=Priority.FLASH), row("b", 10.0, 50.0)])
    with shown_map(qtbot, picture) as shown:
        shown.click(badge(shown, "a"))
        assert shown.until_said(messages.Clicked).ids == ["a", "b"]
        assert shown.js("qroc.map.getZoom()") == 6


def test_a_box_takes_what_is_behind_as_well(qtbot: QtBot) -> None:
    with shown_map(qtbot, heap()) as shown:
        shown.widget.start_tool("box")
        shown.until_js("qroc.tools.boxing")
        at = shown.place(10.0, 50.0)
        shown.drag(at - QPoint(40, 40), at + QPoint(40, 40))
        assert sorted(shown.until_said(messages.Boxed).ids) == ["flash", "over", "routine", "urgent"]
