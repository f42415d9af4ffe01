"""Clocks that go as a test says."""

from __future__ import annotations

from qroc_desktop.domain.instant import Instant, parse, seconds


class HandClock:
    """Stands still until told to go on."""

    def __init__(self, start: str = "2026-03-01T12:00:00Z") -> None:
        self.instant = parse(start)

    def __call__(self) -> Instant:
        return self.instant

    def forward(self, by_seconds: float) -> Instant:
        """Move on, and give the new time."""
        self.instant = Instant(self.instant + seconds(by_seconds))
        return self.instant
