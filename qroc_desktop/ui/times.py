"""Instants as people read them: local and UTC, and how old."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

from qroc_desktop.domain.instant import MICROSECONDS, Instant, from_datetime, to_datetime
from qroc_desktop.translation import tr

MINUTE = 60 * MICROSECONDS
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def local(instant: Instant, zone: tzinfo | None = None) -> datetime:
    """Date and time in `zone` (None: the zone of this machine)."""
    return to_datetime(instant).astimezone(zone)


def clock_text(instant: Instant, *, seconds: bool = False, zone: tzinfo | None = None) -> str:
    """Local time of day with the zone's short name: `14:05 CET`."""
    moment = local(instant, zone)
    return moment.strftime("%H:%M:%S %Z" if seconds else "%H:%M %Z")


def utc_clock_text(instant: Instant, *, seconds: bool = False) -> str:
    """Time of day in UTC, marked with Z: `13:05Z`."""
    return to_datetime(instant).strftime("%H:%M:%SZ" if seconds else "%H:%MZ")


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
    here, there = local(instant, zone), to_datetime(instant)
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
    return tr("{n} d", n=passed // DAY)


def from_wall(year: int, month: int, day: int, hour: int, minute: int, second: int = 0) -> Instant:
    """The instant of a local wall time on this machine; of two at the end of summer time the earlier."""
    return from_datetime(datetime(year, month, day, hour, minute, second).astimezone())


def from_utc(year: int, month: int, day: int, hour: int, minute: int, second: int = 0) -> Instant:
    """The instant of a time in UTC."""
    return from_datetime(datetime(year, month, day, hour, minute, second, tzinfo=UTC))
