"""A screen of 1366x768 at twice the text size: wall and banner stay whole, and the map keeps most of the window."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from qroc_desktop.domain.instant import Instant, seconds
from qroc_desktop.domain.vocabulary import Priority
from qroc_desktop.ui.theme import Theme
from qroc_desktop.ui.wall_window import WallWindow
from tests.ui.desk_window import ShownWindow, new_item


def inside(widget: QWidget, window: QWidget) -> bool:
    return window.rect().contains(QRect(widget.mapTo(window, widget.rect().topLeft()), widget.size()))


@pytest.fixture
def wall(shown: ShownWindow, theme: Theme) -> Iterator[WallWindow]:
    for number in range(12):
        new_item(shown.desk, f"Suspected second device, Place Saint-Lambert {number}", priority=Priority.FLASH)
    shown.settled()
    shown.window.commands["view.wall"].trigger()
    made = shown.window.wall.wall
    assert made is not None
    shown.until(lambda: len(made.rows) == 12)
    yield made
    theme.resize(1.0)


@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0])
@pytest.mark.parametrize("language", ["en", "de"])
def test_the_wall_stays_on_a_small_screen(language: str, scale: float, request: pytest.FixtureRequest) -> None:
    if language == "de":
        request.getfixturevalue("in_german")
    shown: ShownWindow = request.getfixturevalue("shown")
    wall: WallWindow = request.getfixturevalue("wall")
    shown.window.bench.theme.resize(scale)
    wall.resize(1366, 768)
    QApplication.processEvents()
    # What the display still says of the size before comes later, and puts that back for a moment.
    shown.until(lambda: (wall.width(), wall.height()) == (1366, 768))
    assert wall.map.width() > wall.width() // 2
    labels = [label for label in wall.findChildren(QLabel) if label.isVisible() and label.text()]
    assert [label.text() for label in labels if not inside(label, wall)] == []
    for clock in (wall.banner._local, wall.banner._utc):
        assert clock.width() >= clock.fontMetrics().horizontalAdvance(clock.text())
    whole = [card for card in wall._cards if card.isVisible()]
    assert whole
    for card in whole:
        assert card.height() >= card.heightForWidth(card.width())
    left = len(wall.rows) - len(whole)
    assert (str(left) in wall._more.text()) == (left > 0)


def test_esc_leaves_the_wall(shown: ShownWindow, wall: WallWindow) -> None:
    wall.activateWindow()
    shown.until(wall.isActiveWindow)
    shown.key(Qt.Key.Key_Escape, into=wall.map)
    shown.until(lambda: shown.window.wall.wall is None)
    assert not shown.window.commands["view.wall"].isChecked()


def test_the_past_stands_before_the_kind(shown: ShownWindow) -> None:
    """LIVE beside PAST would say two things; at any text size the clocks stay whole."""
    banner = shown.window.banner
    assert banner._kind.text() == "LIVE"
    shown.window.timeline.choose(Instant(shown.desk.now() - seconds(3600)))
    shown.settled()
    assert banner.state_text.startswith("PAST")
    assert banner._kind.text() == "LIVE WORKSPACE"
    assert banner._state.x() < banner._kind.x()
    shown.window.timeline.go_live()
    shown.settled()
    assert banner._kind.text() == "LIVE"
    assert banner._kind.x() < banner._centre.x()


def test_the_map_keeps_the_most_of_a_small_window(shown: ShownWindow) -> None:
    """The table gives way first on a screen that is not high; at full height it has more rows."""
    window = shown.window
    window.docks.arrange(1366, 768)
    QApplication.processEvents()
    assert window.map.width() * window.map.height() > 0.4 * 1366 * 768
    assert window.status.isVisible()
    assert inside(window.status, window)


def test_a_long_job_does_not_move_the_map(shown: ShownWindow) -> None:
    before = shown.window.map.geometry()
    ended: list[str] = []
    shown.window.bench.background.long("Reading", lambda task: "read", ended.append)
    shown.until(lambda: ended == ["read"])
    assert shown.window.map.geometry() == before
    assert shown.window.status.height() == shown.window.bench.theme.px(24)
