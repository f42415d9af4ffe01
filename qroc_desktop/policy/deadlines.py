"""Time limits, from what starts their clock: hours that elapse, days and years of the calendar.

Days are counted on the calendar of the zone named: three days from Friday 14:05 are Monday 14:05, also where
the clocks change in between. Where that time of day does not exist, the limit ends as the clocks are put forward;
where it comes twice, at the first; where the day does not exist (29 February), on the day before. Of two readings the
earlier is taken, so that nobody who heeds it is late.
"""

from __future__ import annotations

import calendar
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from qroc_desktop.domain.instant import MICROSECONDS, Instant, from_datetime, to_datetime
from qroc_desktop.errors import Message, Refused
from qroc_desktop.policy.instruments import Limit

_HOUR: Final = 3600 * MICROSECONDS


class Deadline(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is due. `started`: what the clock ran from. `zone`: IANA name.

    expected: where a judicial authorisation has to be awaited, when it is expected; the requesting side has to be
    told at once, with `reasons`. The limit itself stays what it is.
    """

    instrument: str
    limit: str
    article: str
    verified: bool
    started: Instant
    due: Instant
    zone: str
    expected: Instant | None = None
    reasons: str = ""


class Countdown(msgspec.Struct, frozen=True, kw_only=True):
    """How it stands. `left`: microseconds, negative once overdue. `share`: of the time that is used up, 0 to 1."""

    left: int
    share: float
    overdue: bool
    departed: bool


def deadline(instrument: str, limit: Limit, started: Instant, zone: str) -> Deadline:
    """The deadline that a limit of an instrument sets. Raises Refused for a zone that is not known."""
    return Deadline(
        instrument=instrument, limit=limit.id, article=limit.article, verified=limit.verified,
        started=started, due=due(limit, started, zone), zone=zone,
    )  # fmt: skip


def due(limit: Limit, started: Instant, zone: str) -> Instant:
    """When a limit ends that began at `started`. Raises Refused for an unknown zone, or a year beyond 9999."""
    try:
        if limit.hours is not None:
            return Instant(started + limit.hours * _HOUR)
        place = ZoneInfo(zone)
        wall = to_datetime(started).astimezone(place).replace(tzinfo=None, fold=0)
        return _instant(_later(wall, limit), place)
    except (ZoneInfoNotFoundError, ValueError, OSError, OverflowError):
        raise Refused(Message("The time limit cannot be worked out for this zone and time."), where=zone[:60]) from None


def awaiting_authorisation(deadline: Deadline, expected: Instant, reasons: str) -> Deadline:
    """The deadline departed from, because a judge has to authorise (Directive (EU) 2023/977, article 5(2)).

    Raises Refused without reasons: the notice that must go at once has to give them.
    """
    if not reasons.strip():
        raise Refused(Message("Give the reasons for the delay: the requesting centre must be told at once."))
    return msgspec.structs.replace(deadline, expected=expected, reasons=reasons.strip())


def countdown(deadline: Deadline, now: Instant) -> Countdown:
    """How a deadline stands at an instant. What is awaited from a judge is not overdue before it is expected."""
    end = max(deadline.due, deadline.expected) if deadline.expected is not None else deadline.due
    whole = end - deadline.started
    share = min(1.0, max(0.0, (now - deadline.started) / whole)) if whole > 0 else 1.0
    return Countdown(left=end - now, share=share, overdue=now > end, departed=end > deadline.due)


def _later(wall: datetime, limit: Limit) -> datetime:
    if limit.days is not None:
        return wall + timedelta(days=limit.days)
    year = wall.year + (limit.years or 0)
    return wall.replace(year=year, day=min(wall.day, calendar.monthrange(year, wall.month)[1]))


def _instant(wall: datetime, place: ZoneInfo) -> Instant:
    """The instant at which clocks in a zone show a time; see the module for those they show twice or never."""
    first = wall.replace(tzinfo=place, fold=0).astimezone(UTC)
    if first.astimezone(place).replace(tzinfo=None, fold=0) == wall:
        return from_datetime(first)
    # Clocks jump over it. Read with the offset after the jump it lies before the jump, with the one before, after.
    low, high = wall.replace(tzinfo=place, fold=1).astimezone(UTC), first
    after = high.astimezone(place).utcoffset()
    while high - low > timedelta(microseconds=1):
        middle = low + (high - low) // 2
        low, high = (low, middle) if middle.astimezone(place).utcoffset() == after else (middle, high)
    return from_datetime(high)
