"""Scenario time at a workstation that joined: what was served, going on by itself until it is served anew.

It never goes back, so that nothing that is written there seems to be older than what was before it. Where it has gone
too far, since the exercise was paused meanwhile, it stands until the exercise has come up.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

import msgspec

from qroc_desktop.domain.instant import MICROSECONDS, Instant, parse
from qroc_desktop.exercise.clock import Reading
from qroc_desktop.exercise.vocabulary import ClockState

ALONE_S: Final = 30.0
"""So many seconds the clock goes on with no word from the exercise; then it stands."""


class SeatClock:
    """For any thread. `mono` gives monotonic seconds."""

    def __init__(self, t0: str, duration: int, reading: Reading, mono: Callable[[], float]) -> None:
        """t0: ISO 8601 with a zone; duration: milliseconds. A reading that is not from now stands still."""
        self._t0 = parse(t0)
        self._duration = duration
        self._mono = mono
        self._turn = threading.Lock()
        self._reading = msgspec.structs.replace(reading, state=ClockState.PAUSED) if reading.running else reading
        self._anchor = mono()
        self._furthest = reading.t

    def set(self, reading: Reading) -> None:
        """The exercise's clock as it stands now."""
        with self._turn:
            self._reading, self._anchor = reading, self._mono()

    def reading(self) -> Reading:
        """How it stands."""
        with self._turn:
            return msgspec.structs.replace(self._reading, t=self._now())

    def now(self) -> Instant:
        """Scenario time as an instant."""
        with self._turn:
            return self.instant(self._now())

    def instant(self, t: int) -> Instant:
        """The instant of a scenario time in milliseconds."""
        return Instant(self._t0 + t * MICROSECONDS // 1000)

    def _now(self) -> int:
        reading = self._reading
        t = reading.t
        if reading.running:
            gone = min(max(0.0, self._mono() - self._anchor), ALONE_S)
            t = min(self._duration, t + int(gone * 1000 * reading.speed))
        self._furthest = max(self._furthest, t)
        return self._furthest
