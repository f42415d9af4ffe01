"""Instants: integer microseconds since the Unix epoch, UTC.

Integers compare and index exactly, survive every round trip, and cannot lose their zone.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final, NewType

from qroc_desktop.errors import Because, Message

Instant = NewType("Instant", int)
Clock = Callable[[], Instant]

MICROSECONDS: Final = 1_000_000
FOREVER: Final = Instant(2**62)
"""Later than anything that can be recorded; fits SQLite's signed 64-bit integer."""
BEGINNING: Final = Instant(-(2**62))

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class InstantError(Because):
    """A text that is not an instant with a zone."""


FIRST: Final = Instant(-62_135_596_800_000_000)
LAST: Final = Instant(253_402_300_799_999_999)
"""The first and the last instant of the years 1 to 9999 in UTC, which is what a calendar can show."""
_DAY: Final = 86_400 * MICROSECONDS


def from_datetime(moment: datetime) -> Instant:
    """Exact conversion; a datetime without a zone, and one outside the years 1 to 9999 of UTC, is refused."""
    if moment.tzinfo is None:
        raise InstantError(Message("time without a zone: {text}", text=moment.isoformat()))
    instant = Instant((moment - _EPOCH) // timedelta(microseconds=1))
    if not FIRST <= instant <= LAST:
        # Near an end of the calendar, in a zone of its own.
        raise InstantError(Message("time out of range: {text}", text=moment.isoformat()))
    return instant


def to_datetime(instant: Instant) -> datetime:
    """UTC datetime of an instant; years outside 1 to 9999 raise OverflowError."""
    return _EPOCH + timedelta(microseconds=instant)


def shown(instant: Instant) -> Instant:
    """The nearest instant that a calendar can show in every time zone: what is kept may lie outside."""
    return Instant(min(max(instant, FIRST + _DAY), LAST - _DAY))


def parse(text: str) -> Instant:
    """Read ISO 8601 with a zone (`Z` or an offset); raises InstantError otherwise."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise InstantError(Message("not an ISO 8601 time: {text}", text=repr(text[:60]))) from error
    try:
        return from_datetime(moment)
    except OverflowError as error:
        raise InstantError(Message("time out of range: {text}", text=repr(text[:60]))) from error


def iso(instant: Instant) -> str:
    """ISO 8601 in UTC with `Z`; fractions only where there are any."""
    return to_datetime(instant).isoformat().replace("+00:00", "Z")


def seconds(value: float) -> int:
    """Microseconds in so many seconds, rounded to the nearest."""
    return round(value * MICROSECONDS)
