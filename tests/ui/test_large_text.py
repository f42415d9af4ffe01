"""Text at twice its size on a small screen: everything stays on the screen and can be reached."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QWidget

from qroc_desktop.ui.theme import Theme
from tests.ui.desk_window import ShownWindow, new_item


@pytest.fixture
def doubled(shown: ShownWindow, theme: Theme) -> Iterator[ShownWindow]:
    item = new_item(shown.desk, "Suspected second device, Place Saint-Lambert")
    shown.select(item)
    theme.resize(2.0)
    shown.settled()
    yield shown
    theme.resize(1.0)


def on_screen(widget: QWidget, window: QWidget) -> bool:
    place = QRect(widget.mapTo(window, widget.rect().topLeft()), widget.size())
    return widget.isVisible() and window.rect().contains(place)


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_window_stays_on_a_small_screen(
    language: str, request: pytest.FixtureRequest
) -> None:
    if language == "de":
        request.getfixturevalue("in_german")
    shown: ShownWindow = request.getfixturevalue("doubled")
    window = shown.window
    # A tenth is left for fonts that are wider than the one here.
    assert window.minimumSizeHint().width() <= 1366 * 0.9
    assert window.minimumSizeHint().height() <= 768 * 0.98
    window.resize(1366, 768)
    shown.settled()
    shown.until(lambda: (window.width(), window.height()) == (1366, 768))
    for widget in (
        window.timeline.live, window.timeline.bar, window.timeline.valid, window.details.apply,
        window.items.filter.search,
        window.items.filter.layers, window.items.table, window.banner,
    ):
        assert on_screen(widget, window), widget.objectName() or widget.accessibleName()


def test_columns_grow_with_the_text(shown: ShownWindow, theme: Theme) -> None:
    header = shown.window.items.table.horizontalHeader()
    before = [header.sectionSize(section) for section in (0, 1, 3)]
    theme.resize(2.0)
    assert [header.sectionSize(section) for section in (0, 1, 3)] == [2 * width for width in before]
    theme.resize(1.0)
    assert [header.sectionSize(section) for section in (0, 1, 3)] == before


def test_what_one_can_do_without_comes_back(doubled: ShownWindow, theme: Theme) -> None:
    doubled.window.resize(1366, 768)
    theme.resize(1.0)
    doubled.settled()
    assert doubled.window.timeline.speed.isVisible()
    assert doubled.window.items.filter.count.isVisible()
