"""A clock that goes only when it is told to."""

from __future__ import annotations

from qroc_desktop.domain.instant import Instant


class Watch:
    """Monotonic and wall readings for `Conduct`."""

    def __init__(self) -> None:
        self._ns = 5_000_000_000

    def wait(self, seconds: float) -> None:
        self._ns += round(seconds * 1e9)

    def mono(self) -> int:
        return self._ns

    def wall(self) -> Instant:
        return Instant(1_800_000_000_000_000 + self._ns // 1000)
