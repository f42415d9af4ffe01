"""Time that runs by itself through the past: as fast on every machine, however late its pictures come."""

from __future__ import annotations

import time
from collections.abc import Callable

from qroc_desktop.domain.instant import Instant

Mono = Callable[[], int]
"""A monotonic clock in nanoseconds."""


class Playing:
    """`valid = anchor + speed * (now - anchored)`, anchored anew when it starts, is led elsewhere or changes speed.

    What is shown is always reckoned from the anchor and never added up from tick to tick: a picture that takes long
    leaves out instants, and does not make the next ones late.
    """

    def __init__(self, mono: Mono = time.monotonic_ns) -> None:
        self._mono = mono
        self._anchor = Instant(0)
        self._since = 0
        self._speed = 1.0
        self.on = False

    def start(self, at: Instant, speed: float) -> None:
        """From an instant on, at so many seconds a second."""
        self._anchor, self._since, self._speed, self.on = at, self._mono(), speed, True

    def stop(self) -> None:
        """Stand still."""
        self.on = False

    def lead(self, to: Instant) -> None:
        """Somebody chose another instant: go on from there."""
        self._anchor, self._since = to, self._mono()

    def set_speed(self, speed: float) -> None:
        """Go on at another speed from where it is."""
        self._anchor, self._since, self._speed = self.at(), self._mono(), speed

    def at(self) -> Instant:
        """Which instant it has come to, in whole microseconds."""
        return Instant(self._anchor + int((self._mono() - self._since) * self._speed) // 1000)
