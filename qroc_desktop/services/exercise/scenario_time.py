"""Scenario time as directors say and type it: since the beginning (`T+1:05:00`), or by the clock on the wall there.

Scenario time is milliseconds since the scenario's `t0`.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from qroc_desktop.domain.instant import to_datetime
from qroc_desktop.errors import Because, Message
from qroc_desktop.exercise.scenario import Scenario

SECOND: Final = 1000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
_SINCE: Final = re.compile(r"T\s*\+\s*(?:(\d{1,3}):)?(\d{1,2}):(\d{2})\Z", re.IGNORECASE)
_AHEAD: Final = re.compile(r"\+\s*(\d{1,4}(?:[.,]\d{1,2})?)\s*(s|sec|sek|m|min|h)?\Z", re.IGNORECASE)
_WALL: Final = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?\Z")
_UNITS: Final = {"s": SECOND, "sec": SECOND, "sek": SECOND, "h": HOUR}


def zone_of(name: str) -> tzinfo:
    """An exercise's own time zone by its name; UTC where this machine does not know it."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def plus_text(t: int) -> str:
    """Since the beginning: `T+1:05:00`."""
    return f"T+{span_text(t)}"


def span_text(length: int) -> str:
    """A length of time in whole seconds, hours not padded: `1:05:00`, `0:00:42`."""
    seconds = abs(length) // SECOND
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def short_text(length: int) -> str:
    """A length of time as short as it can be told: `0:42`, `12:07`, `1:05:00`."""
    seconds = abs(length) // SECOND
    if seconds >= 3600:
        return span_text(length)
    return f"{seconds // 60}:{seconds % 60:02}"


def wall_time(scenario: Scenario, t: int) -> datetime:
    """Date and time there."""
    return to_datetime(scenario.instant(t)).astimezone(zone_of(scenario.time_zone))


def read_time(text: str, scenario: Scenario, now: int) -> int:
    """What a director typed, in milliseconds: `T+1:05:00`, `+10` (minutes), `+30 s`, `+2 h`, `16:45`, `16:45:30`.

    A time of day is by the clock there, the first one from now on. Raises Because for anything else.
    """
    typed = text.strip()
    if since := _SINCE.match(typed):
        hours, minutes, seconds = (int(part or 0) for part in since.groups())
        if minutes < 60 and seconds < 60:
            return hours * HOUR + minutes * MINUTE + seconds * SECOND
    if ahead := _AHEAD.match(typed):
        number, unit = ahead.groups()
        return now + round(float(number.replace(",", ".")) * _UNITS.get((unit or "m").lower(), MINUTE))
    if wall := _WALL.match(typed):
        hour, minute, second = (int(part or 0) for part in wall.groups())
        if hour < 24 and minute < 60 and second < 60:
            return _next_wall(scenario, now, hour, minute, second)
    raise Because(Message("not a time: {text}", text=repr(typed[:40])))


def _next_wall(scenario: Scenario, now: int, hour: int, minute: int, second: int) -> int:
    here = wall_time(scenario, now)
    found = here.replace(hour=hour, minute=minute, second=second, microsecond=0)
    # Only whole seconds are typed: the second that has begun is not one of tomorrow.
    if found < here.replace(microsecond=0):
        found = (found.replace(tzinfo=None) + timedelta(days=1)).replace(tzinfo=here.tzinfo)
    start = to_datetime(scenario.instant(0))
    return max(now, round((found - start).total_seconds() * SECOND))
