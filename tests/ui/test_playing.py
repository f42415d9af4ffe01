"""Time that runs through the past: as fast on a slow machine as on a fast one."""

from __future__ import annotations

import pytest

from qroc_desktop.domain.instant import Instant, parse, seconds
from qroc_desktop.ui.panels.playing import Playing

START = parse("2027-03-16T14:30:00Z")


class Mono:
    def __init__(self) -> None:
        self.ns = 7_000_000_000

    def __call__(self) -> int:
        return self.ns

    def wait(self, by_seconds: float) -> None:
        self.ns += round(by_seconds * 1e9)


@pytest.mark.parametrize("speed", [0.1, 0.5, 1, 8, 64])
def test_where_it_is_does_not_depend_on_how_often_it_is_looked_at(speed: float) -> None:
    mono = Mono()
    slow, fast = Playing(mono), Playing(mono)
    slow.start(START, speed)
    fast.start(START, speed)
    for step in range(1, 601):
        mono.wait(0.05)
        fast.at()
        if step % 60 == 0:
            assert slow.at() == fast.at() == START + round(step * 0.05 * speed * 1e6)
    assert slow.at() == START + seconds(30 * speed)


def test_a_change_of_speed_goes_on_from_where_it_is() -> None:
    mono = Mono()
    playing = Playing(mono)
    playing.start(START, 64)
    mono.wait(10)
    playing.set_speed(0.5)
    mono.wait(20)
    assert playing.at() == Instant(START + seconds(640 + 10))


def test_led_elsewhere_it_goes_on_from_there() -> None:
    mono = Mono()
    playing = Playing(mono)
    playing.start(START, 2)
    mono.wait(5)
    playing.lead(Instant(START - seconds(600)))
    mono.wait(3)
    assert playing.at() == Instant(START - seconds(600) + seconds(6))
