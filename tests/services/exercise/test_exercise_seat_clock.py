"""Scenario time at a joined workstation, and how much of a node may be asked."""

from __future__ import annotations

import asyncio

from qroc_desktop.domain.instant import parse, seconds
from qroc_desktop.exercise.clock import Reading
from qroc_desktop.exercise.vocabulary import ClockState
from qroc_desktop.services.exercise.joining.allowance import Allowance, Strikes
from qroc_desktop.services.exercise.joining.seat_clock import ALONE_S, SeatClock

T0 = "2027-03-15T14:00:00+01:00"


class Mono:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def reading(t: int, speed: float = 1.0, state: ClockState = ClockState.STARTED) -> Reading:
    return Reading(state=state, t=t, speed=speed)


def test_it_goes_on_between_what_is_served() -> None:
    mono = Mono()
    clock = SeatClock(T0, 3_600_000, reading(0, state=ClockState.RESET), mono)
    clock.set(reading(10_000, speed=8))
    mono.now += 2.5
    assert clock.reading() == reading(30_000, speed=8)
    assert clock.now() == parse(T0) + seconds(30)
    clock.set(reading(31_000, speed=8, state=ClockState.PAUSED))
    mono.now += 5
    assert clock.reading().t == 31_000


def test_it_never_goes_back() -> None:
    mono = Mono()
    clock = SeatClock(T0, 3_600_000, reading(0), mono)
    clock.set(reading(10_000))
    mono.now += 20
    assert clock.reading().t == 30_000
    clock.set(reading(12_000, state=ClockState.PAUSED))
    assert clock.reading() == reading(30_000, state=ClockState.PAUSED)
    clock.set(reading(29_000))
    mono.now += 3
    assert clock.reading().t == 32_000


def test_with_no_word_it_stands_after_a_while_and_at_the_end() -> None:
    mono = Mono()
    clock = SeatClock(T0, 3_600_000, reading(0), mono)
    clock.set(reading(0, speed=2))
    mono.now += 10 * ALONE_S
    assert clock.reading().t == 2_000 * ALONE_S
    clock.set(reading(3_599_000, speed=64))
    mono.now += 1
    assert clock.reading().t == 3_600_000


def test_what_was_shown_before_a_new_start_stands_still() -> None:
    mono = Mono()
    clock = SeatClock(T0, 3_600_000, reading(50_000), mono)
    mono.now += 10
    assert clock.reading() == reading(50_000, state=ClockState.PAUSED)


def test_a_burst_is_allowed_and_then_so_much_a_second() -> None:
    mono = Mono()
    allowance = Allowance(per_second=2, burst=5, mono=mono)
    assert [allowance.take("a") for _ in range(7)] == [True] * 5 + [False] * 2
    assert allowance.take("b"), "others are others"
    mono.now += 1
    assert [allowance.take("a") for _ in range(3)] == [True, True, False]
    for number in range(5_000):
        allowance.take(number)
    assert len(allowance._left) <= 1_000


def test_wrong_keys_wait_longer_each_time_and_only_a_few_at_once() -> None:
    strikes = Strikes(first_s=0.001, longest_s=0.05)

    async def come(address: str) -> bool:
        async with strikes.waiting(address) as room:
            return room

    async def all_at_once() -> list[bool]:
        return await asyncio.gather(*(come("10.0.0.9") for _ in range(10)), come("10.0.0.8"))

    assert asyncio.run(all_at_once()) == [True] * 4 + [False] * 6 + [True]
    assert strikes.counts == {"10.0.0.9": 10, "10.0.0.8": 1}
    assert not strikes._waiting
    for number in range(2_000):
        strikes.counts[str(number)] = 1
    asyncio.run(come("last"))
    assert len(strikes.counts) <= 1_000
