"""`T = T_anchor + speed * (mono - mono_anchor)`, and which command fits which state."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from qroc_desktop.errors import Refused
from qroc_desktop.exercise.clock import Reading, ScenarioClock
from qroc_desktop.exercise.vocabulary import ClockState

SECOND = 1_000_000_000


def started(duration: int = 3_600_000) -> ScenarioClock:
    clock = ScenarioClock(duration)
    clock.initialise()
    clock.start(10 * SECOND)
    return clock


def test_a_second_is_a_second_and_the_speed_changes_live() -> None:
    clock = started()
    assert clock.now(13 * SECOND) == 3_000
    clock.set_speed(8, 13 * SECOND)
    assert clock.now(13 * SECOND) == 3_000, "no leap at the change"
    assert clock.now(14 * SECOND) == 11_000
    clock.set_speed(0.1, 14 * SECOND)
    assert clock.now(24 * SECOND) == 12_000
    clock.set_speed(0, 24 * SECOND)
    assert clock.now(1000 * SECOND) == 12_000


def test_nothing_passes_in_a_pause() -> None:
    clock = started()
    clock.pause(12 * SECOND)
    assert clock.now(500 * SECOND) == 2_000
    clock.start(600 * SECOND)
    assert clock.now(601 * SECOND) == 3_000


def test_it_never_goes_back_and_never_beyond_the_end() -> None:
    clock = started(5_000)
    assert clock.now(9 * SECOND) == 0, "a monotonic reading from before the start"
    assert clock.now(99 * SECOND) == 5_000


@pytest.mark.parametrize("speed", [-0.1, 64.1, float("nan"), float("inf")])
def test_other_speeds_are_refused_and_change_nothing(speed: float) -> None:
    clock = started()
    with pytest.raises(Refused):
        clock.set_speed(speed, 11 * SECOND)
    assert clock.now(12 * SECOND) == 2_000


def test_the_time_is_set_only_while_it_is_paused() -> None:
    clock = started()
    with pytest.raises(Refused):
        clock.set_time(60_000)
    clock.pause(11 * SECOND)
    clock.set_time(60_000)
    clock.start(20 * SECOND)
    assert clock.now(21 * SECOND) == 61_000


def test_states_follow_one_another_and_in_no_other_way() -> None:
    clock = ScenarioClock(1000)
    commands: list[Callable[[], None]] = [
        lambda: clock.start(0),
        lambda: clock.pause(0),
        lambda: clock.stop(0),
        clock.reset,
    ]
    for command in commands:
        with pytest.raises(Refused):
            command()
    clock.initialise()
    clock.start(0)
    with pytest.raises(Refused):
        clock.reset()
    clock.stop(SECOND)
    with pytest.raises(Refused):
        clock.start(SECOND)
    clock.reset()
    assert clock.state is ClockState.RESET
    assert clock.now(9 * SECOND) == 0


def test_after_a_crash_it_goes_on_paused_at_the_instant_that_was_shown() -> None:
    clock = ScenarioClock(60_000, Reading(state=ClockState.STARTED, t=42_123, speed=4))
    assert clock.state is ClockState.PAUSED
    assert clock.now(99 * SECOND) == 42_123
    clock.start(100 * SECOND)
    assert clock.now(101 * SECOND) == 46_123
