from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from qroc_desktop.domain.aspects import Wording
from qroc_desktop.domain.instant import Instant, parse, seconds
from qroc_desktop.domain.query import Moment
from qroc_desktop.domain.vocabulary import Aspect
from qroc_desktop.ui.panels.time_bar import TimeBar, ticks
from qroc_desktop.ui.theme import Theme
from qroc_desktop.ui.times import DAY, HOUR, local
from tests.clocks import HandClock
from tests.ui.desk_window import ShownWindow, new_item


@pytest.fixture
def story(shown: ShownWindow, clock: HandClock) -> dict[str, str]:
    """12:00 a fire, 13:00 it is out; at 14:00 somebody learns that it was out at 12:30 already."""
    item = new_item(shown.desk, "Fire")
    clock.forward(3600)
    seen = shown.desk.picture.item(item)
    assert seen
    shown.desk.items.edit(seen, {Aspect.WORDING: Wording(title="Fire out")})
    clock.forward(3600)
    seen = shown.desk.picture.item(item)
    assert seen
    shown.desk.items.edit(
        seen, {Aspect.WORDING: Wording(title="Fire out at half past")}, valid_at=parse("2026-03-01T12:30:00Z")
    )
    shown.settled()
    return {"item": item}


def test_what_did_we_know_at(shown: ShownWindow, story: dict[str, str]) -> None:
    assert shown.titles() == ["Fire out"]
    shown.key(Qt.Key.Key_F8)
    shown.keys("12:45Z")
    shown.key(Qt.Key.Key_Return)
    moment = parse("2026-03-01T12:45:00Z")
    assert shown.window.bench.cursor.moment == Moment(moment, moment)
    shown.settled()
    assert shown.titles() == ["Fire"]
    assert shown.map.of("moment")[-1][0] == Moment(moment, moment)
    assert "PAST" in shown.window.banner.state_text
    assert shown.window.banner.property("state") == "past"
    assert not shown.window.commands["edit.new"].isEnabled()
    assert not shown.window.timeline.live.isChecked()


def test_what_was_true_then_as_we_know_it_now(shown: ShownWindow, story: dict[str, str], clock: HandClock) -> None:
    timeline = shown.window.timeline
    assert not timeline.known.isVisible()
    timeline.choose(parse("2026-03-01T12:45:00Z"))
    timeline.link.click()
    assert timeline.known.isVisible()
    timeline.known.clear()
    shown.keys("14:30Z", timeline.known)
    clock.forward(3600)
    shown.key(Qt.Key.Key_Return, into=timeline.known)
    shown.settled()
    assert shown.window.bench.cursor.moment == Moment(parse("2026-03-01T12:45:00Z"), parse("2026-03-01T14:30:00Z"))
    assert shown.titles() == ["Fire out at half past"]
    timeline.link.click()
    assert shown.window.bench.cursor.moment == Moment(parse("2026-03-01T12:45:00Z"), parse("2026-03-01T12:45:00Z"))


def test_f9_is_live_again(shown: ShownWindow, story: dict[str, str]) -> None:
    shown.window.timeline.choose(parse("2026-03-01T12:45:00Z"))
    shown.settled()
    shown.key(Qt.Key.Key_F9, into=shown.window)
    shown.settled()
    assert shown.window.bench.cursor.live
    assert shown.titles() == ["Fire out"]
    assert shown.window.banner.property("state") == "live"
    assert shown.window.commands["edit.new"].isEnabled()


def test_what_is_no_time_is_said_and_changes_nothing(shown: ShownWindow) -> None:
    shown.key(Qt.Key.Key_F8)
    shown.keys("soon")
    shown.key(Qt.Key.Key_Return)
    assert shown.window.bench.cursor.live
    assert any("soon" in text and "14:05" in text for text in shown.notices())


def test_steps_and_jumps(shown: ShownWindow, story: dict[str, str]) -> None:
    timeline = shown.window.timeline
    alt = Qt.KeyboardModifier.AltModifier
    shown.key(Qt.Key.Key_Left, alt, into=shown.window)
    first = shown.window.bench.cursor.moment
    assert first is not None
    shown.key(Qt.Key.Key_Left, alt, into=shown.window)
    second = shown.window.bench.cursor.moment
    assert second is not None
    assert first.valid - second.valid == timeline.bar.step
    timeline.choose(parse("2026-03-01T12:45:00Z"))
    timeline.jump(1)
    shown.settled()
    after = shown.window.bench.cursor.moment
    assert after is not None
    assert abs(after.valid - parse("2026-03-01T13:00:00Z")) < seconds(1)


def test_playing_runs_into_the_present_and_stops(shown: ShownWindow, story: dict[str, str]) -> None:
    timeline = shown.window.timeline
    timeline.speed.setCurrentIndex(timeline.speed.count() - 1)
    timeline.choose(parse("2026-03-01T12:45:00Z"))
    shown.key(Qt.Key.Key_F7, into=shown.window)
    shown.until(lambda: shown.window.bench.cursor.live)
    assert not timeline._player.isActive()


def test_the_bar_is_worked_by_mouse_and_keys(theme: Theme, qtbot: object) -> None:
    bar = TimeBar(theme)
    start, stop = parse("2026-03-01T06:00:00Z"), parse("2026-03-01T12:00:00Z")
    bar.resize(620, 44)
    bar.show_span(start, stop, [0, 1, 0, 5])
    chosen: list[Instant] = []
    bar.chosen.connect(chosen.append)
    QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.rect().center())
    assert abs(chosen[-1] - parse("2026-03-01T09:00:00Z")) <= seconds(120)
    QTest.keyClick(bar, Qt.Key.Key_Home)
    assert chosen[-1] == start
    bar.show_moment(Moment(parse("2026-03-01T09:00:00Z")))
    QTest.keyClick(bar, Qt.Key.Key_Right)
    assert chosen[-1] == parse("2026-03-01T09:00:00Z") + bar.step
    bar.deleteLater()


def test_ticks_are_round_local_times() -> None:
    found = ticks(parse("2026-03-28T20:10:00Z"), parse("2026-03-29T06:00:00Z"), HOUR)
    assert all(local(t).minute == 0 for t in found)
    assert len(found) >= 9
    days = ticks(parse("2026-03-01T00:00:00Z"), parse("2026-03-08T00:00:00Z"), DAY)
    assert all(local(t).hour == 0 for t in days)


def test_a_slow_clock_is_said(shown: ShownWindow, clock: HandClock) -> None:
    new_item(shown.desk, "Fire")
    shown.settled()
    clock.forward(-120)
    shown.window.banner.tick()
    assert "BEHIND" in shown.window.banner.state_text


def test_in_the_past_the_live_button_says_that_it_leads_back(shown: ShownWindow, story: dict[str, str]) -> None:
    live = shown.window.timeline.live
    assert live.text() == "LIVE"
    width = live.width()
    shown.window.timeline.choose(parse("2026-03-01T12:45:00Z"))
    assert live.text() == "Back to live"
    assert live.accessibleName() == "Back to live"
    shown.settled()
    assert live.width() == width
    live.click()
    assert shown.window.bench.cursor.live
    assert live.text() == "LIVE"
