"""Instants: integer microseconds since the Unix epoch, UTC.

Integers compare and index exactly, survive every round trip, and cannot lose their zone.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final, NewType

Instant = NewType("Instant", int)
Clock = Callable[[], Instant]

MICROSECONDS: Final = 1_000_000
FOREVER: Final = Instant(2**62)
"""Later than anything that can be recorded; fits SQLite's signed 64-bit integer."""
BEGINNING: Final = Instant(-(2**62))

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class InstantError(ValueError):
    """A text that is not an instant with a zone."""


def from_datetime(moment: datetime) -> Instant:
    """Exact conversion; a datetime without a zone is refused, never guessed."""
    if moment.tzinfo is None:
        raise InstantError(f"time without a zone: {moment.isoformat()}")
    return Instant((moment - _EPOCH) // timedelta(microseconds=1))


def to_datetime(instant: Instant) -> datetime:
    """UTC datetime of an instant; years outside 1 to 9999 raise OverflowError."""
    return _EPOCH + timedelta(microseconds=instant)


def parse(text: str) -> Instant:
    """Read ISO 8601 with a zone (`Z` or an offset); raises InstantError otherwise."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise InstantError(f"not an ISO 8601 time: {text[:60]!r}") from error
    try:
        return from_datetime(moment)
    except OverflowError as error:
        raise InstantError(f"time out of range: {text[:60]!r}") from error


def iso(instant: Instant) -> str:
    """ISO 8601 in UTC with `Z`; fractions only where there are any."""
    return to_datetime(instant).isoformat().replace("+00:00", "Z")


def seconds(value: float) -> int:
    """Microseconds in so many seconds, rounded to the nearest."""
    return round(value * MICROSECONDS)
