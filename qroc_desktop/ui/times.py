"""Instants as people read them: local and UTC, and how old."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo

from qroc_desktop.domain.instant import MICROSECONDS, Instant, InstantError, from_datetime, shown, to_datetime
from qroc_desktop.errors import Message
from qroc_desktop.translation import tr

SECOND = MICROSECONDS
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
YEAR = 8766 * HOUR


def local(instant: Instant, zone: tzinfo | None = None) -> datetime:
    """Date and time in `zone` (None: the zone of this machine)."""
    return to_datetime(shown(instant)).astimezone(zone)


def clock_text(instant: Instant, *, seconds: bool = False, zone: tzinfo | None = None) -> str:
    """Local time of day with the zone's short name: `14:05 CET`."""
    moment = local(instant, zone)
    return moment.strftime("%H:%M:%S %Z" if seconds else "%H:%M %Z")


def utc_clock_text(instant: Instant, *, seconds: bool = False) -> str:
    """Time of day in UTC, marked with Z: `13:05Z`."""
    return to_datetime(shown(instant)).strftime("%H:%M:%SZ" if seconds else "%H:%MZ")


def date_text(instant: Instant, zone: tzinfo | None = None) -> str:
    """Local date in ISO 8601, which no two countries read differently."""
    return local(instant, zone).strftime("%Y-%m-%d")


def stamp(instant: Instant, *, seconds: bool = False, zone: tzinfo | None = None) -> str:
    """Local date and time: `2026-11-23 14:05`."""
    return local(instant, zone).strftime("%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M")


def both(instant: Instant, *, seconds: bool = False, zone: tzinfo | None = None) -> str:
    """Local date and time with UTC behind it: `2026-11-23 14:05 CET (13:05Z)`.

    The UTC date is said too where it is another one.
    """
    here, there = local(instant, zone), to_datetime(shown(instant))
    shape = "%H:%M:%SZ" if seconds else "%H:%MZ"
    if here.date() != there.date():
        shape = "%Y-%m-%d " + shape
    return f"{stamp(instant, seconds=seconds, zone=zone)} {here.strftime('%Z')} ({there.strftime(shape)})"


def brief(instant: Instant, now: Instant, zone: tzinfo | None = None) -> str:
    """Time of day today, date and time otherwise."""
    here = local(instant, zone)
    return here.strftime("%H:%M") if here.date() == local(now, zone).date() else here.strftime("%Y-%m-%d %H:%M")


def age_text(then: Instant, now: Instant) -> str:
    """How long ago, in one unit: `12 min`."""
    passed = max(0, now - then)
    if passed < MINUTE:
        return tr("< 1 min")
    if passed < 2 * HOUR:
        return tr("{n} min", n=passed // MINUTE)
    if passed < 2 * DAY:
        return tr("{n} h", n=passed // HOUR)
    if passed < 2 * YEAR:
        return tr("{n} d", n=passed // DAY)
    return tr("{n} y", n=passed // YEAR)


def from_wall(year: int, month: int, day: int, hour: int, minute: int, second: int = 0) -> Instant:
    """The instant of a local wall time on this machine; of two at the end of summer time the earlier."""
    return from_datetime(datetime(year, month, day, hour, minute, second).astimezone())


def from_utc(year: int, month: int, day: int, hour: int, minute: int, second: int = 0) -> Instant:
    """The instant of a time in UTC."""
    return from_datetime(datetime(year, month, day, hour, minute, second, tzinfo=UTC))


_RELATIVE = re.compile(r"([+-])\s*(\d{1,5})\s*(min|m|h|d|)\Z", re.IGNORECASE)
_WALL = re.compile(
    r"(?:(\d{4})-(\d{1,2})-(\d{1,2})[T\s]+|(\d{1,2})\.(\d{1,2})\.(\d{4})?\s+)?"
    r"(\d{1,2}):?(\d{2})(?::(\d{2}))?\s*(Z|UTC)?\Z",
    re.IGNORECASE,
)


def read_time(text: str, now: Instant, *, past: bool = False) -> Instant:
    """What a person typed: `14:05`, `1405Z`, `2026-11-23 14:05`, `23.11. 14:05`, `-30` (minutes), `+2 h`.

    Without Z the time is local, without a date it is today; `past` takes yesterday for a time of day that is
    still to come. Raises InstantError for anything else.
    """
    typed = text.strip()
    relative = _RELATIVE.match(typed)
    if relative:
        sign, number, unit = relative.groups()
        length = {"h": HOUR, "d": DAY}.get(unit.lower(), MINUTE)
        return Instant(now + (1 if sign == "+" else -1) * int(number) * length)
    wall = _WALL.match(typed)
    if not wall:
        raise InstantError(Message("not a time: {text}", text=repr(typed[:40])))
    try:
        return _of_wall(wall, now, past=past)
    except (ValueError, OverflowError) as error:
        raise InstantError(Message("not a time: {text}", text=repr(typed[:40]))) from error


def _of_wall(wall: re.Match[str], now: Instant, *, past: bool) -> Instant:
    year, month, day, day2, month2, year2, hour, minute, second, utc = wall.groups()
    zone = UTC if utc else None
    today = local(now, zone)
    date = (
        int(year or year2 or today.year),
        int(month or month2 or today.month),
        int(day or day2 or today.day),
    )
    make = from_utc if utc else from_wall
    found = make(*date, int(hour), int(minute), int(second or 0))
    if past and not (day or day2) and found > now:
        yesterday = today - timedelta(days=1)
        found = make(yesterday.year, yesterday.month, yesterday.day, int(hour), int(minute), int(second or 0))
    return found
