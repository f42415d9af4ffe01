"""Time limits, with ends worked out by hand on a calendar and from the published days of the clock changes.

Europe/Berlin in 2026: clocks go forward on 29 March at 01:00 UTC and back on 25 October at 01:00 UTC.
"""

from __future__ import annotations

from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from qroc_desktop.domain.instant import Instant, iso, parse
from qroc_desktop.errors import Refused
from qroc_desktop.policy import Instruments, load
from qroc_desktop.policy.deadlines import awaiting_authorisation, countdown, deadline, due
from qroc_desktop.policy.instruments import Limit

DIRECTIVE, FRAMEWORK, PRUEM, PRUEM_II = "dir-2023-977", "fd-2006-960", "pruem-2008-615", "reg-2024-982"
HOUR = 3_600_000_000

LIMITS = [
    # the default
    (DIRECTIVE, "urgent-direct", "2026-11-26T20:30:00+01:00", "2026-11-27T04:30:00+01:00"),  # across midnight
    (DIRECTIVE, "urgent-direct", "2026-03-28T22:00:00+01:00", "2026-03-29T07:00:00+02:00"),  # eight real hours
    (DIRECTIVE, "urgent-direct", "2026-10-24T22:00:00+02:00", "2026-10-25T05:00:00+01:00"),
    (DIRECTIVE, "urgent-direct", "2026-12-31T18:00:00+01:00", "2027-01-01T02:00:00+01:00"),
    (DIRECTIVE, "urgent-indirect", "2026-11-27T14:05:00+01:00", "2026-11-30T14:05:00+01:00"),  # a weekend counts
    (DIRECTIVE, "urgent-indirect", "2026-03-27T14:05:00+01:00", "2026-03-30T14:05:00+02:00"),  # 71 hours
    (DIRECTIVE, "urgent-indirect", "2026-10-23T14:05:00+02:00", "2026-10-26T14:05:00+01:00"),  # 73 hours
    (DIRECTIVE, "urgent-indirect", "2026-03-26T02:30:00+01:00", "2026-03-29T03:00:00+02:00"),  # 02:30 does not exist
    (DIRECTIVE, "urgent-indirect", "2026-10-22T02:30:00+02:00", "2026-10-25T02:30:00+02:00"),  # twice: the first
    (DIRECTIVE, "urgent-indirect", "2026-11-26T23:59:59+01:00", "2026-11-29T23:59:59+01:00"),
    (DIRECTIVE, "urgent-indirect", "2026-11-26T00:00:00+01:00", "2026-11-29T00:00:00+01:00"),
    (DIRECTIVE, "urgent-indirect", "2026-12-30T12:00:00+01:00", "2027-01-02T12:00:00+01:00"),  # the year ends
    (DIRECTIVE, "urgent-indirect", "2028-02-27T10:00:00+01:00", "2028-03-01T10:00:00+01:00"),  # 2028 has a 29 February
    (DIRECTIVE, "urgent-indirect", "2027-02-27T10:00:00+01:00", "2027-03-02T10:00:00+01:00"),  # 2027 has none
    (DIRECTIVE, "other", "2026-01-28T09:00:00+01:00", "2026-02-04T09:00:00+01:00"),  # the month ends
    (DIRECTIVE, "other", "2026-03-25T09:00:00+01:00", "2026-04-01T09:00:00+02:00"),
    (DIRECTIVE, "other", "2026-10-25T02:30:00+01:00", "2026-11-01T02:30:00+01:00"),  # received in the hour that repeats
    # the legacy profile
    (FRAMEWORK, "urgent", "2026-11-26T20:30:00+01:00", "2026-11-27T04:30:00+01:00"),
    (FRAMEWORK, "urgent-postponed", "2026-11-26T20:30:00+01:00", "2026-11-29T20:30:00+01:00"),
    (FRAMEWORK, "listed-offence", "2026-11-26T20:30:00+01:00", "2026-12-03T20:30:00+01:00"),
    (FRAMEWORK, "other", "2026-10-20T08:00:00+02:00", "2026-11-03T08:00:00+01:00"),
    # 48 hours elapse, whatever the clocks do
    (PRUEM_II, "core-data", "2026-03-28T14:00:00+01:00", "2026-03-30T15:00:00+02:00"),
    (PRUEM_II, "core-data", "2026-10-24T14:00:00+02:00", "2026-10-26T13:00:00+01:00"),
    # a year at most; 29 February has none, so the day before
    (PRUEM, "erase-major-event", "2026-06-01T12:00:00+02:00", "2027-06-01T12:00:00+02:00"),
    (PRUEM, "erase-major-event", "2028-02-29T12:00:00+01:00", "2029-02-28T12:00:00+01:00"),
    (PRUEM, "erase-major-event", "2027-03-01T00:30:00+01:00", "2028-03-01T00:30:00+01:00"),
    (PRUEM, "records", "2026-12-31T23:59:59+01:00", "2028-12-31T23:59:59+01:00"),
]


@pytest.fixture(scope="module")
def instruments() -> Instruments:
    return load()


def limit_of(instruments: Instruments, instrument: str, name: str) -> Limit:
    found = instruments.limit(instrument, name)
    assert found is not None
    return found


@pytest.mark.parametrize(("instrument", "name", "received", "end"), LIMITS)
def test_limits_end_when_the_calendar_says(
    instrument: str, name: str, received: str, end: str, instruments: Instruments
) -> None:
    limit = limit_of(instruments, instrument, name)
    assert iso(due(limit, parse(received), "Europe/Berlin")) == iso(parse(end))


@pytest.mark.parametrize(
    ("zone", "received", "end"),
    [
        # The same instant is another day elsewhere, and clocks change on other days.
        ("Europe/Lisbon", "2026-03-27T23:30:00Z", "2026-03-30T22:30:00Z"),
        ("UTC", "2026-03-27T23:30:00Z", "2026-03-30T23:30:00Z"),
        ("Europe/Bucharest", "2026-10-23T22:30:00Z", "2026-10-26T23:30:00Z"),
        # Half an hour is skipped on 4 October 2026 at 02:00.
        ("Australia/Lord_Howe", "2026-10-01T02:15:00+10:30", "2026-10-04T02:00:00+10:30"),
        # A whole day, 30 December 2011, was skipped at the midnight before.
        ("Pacific/Apia", "2011-12-27T10:00:00-10:00", "2011-12-30T00:00:00-10:00"),
    ],
)
def test_days_are_those_of_the_zone_named(zone: str, received: str, end: str, instruments: Instruments) -> None:
    limit = limit_of(instruments, DIRECTIVE, "urgent-indirect")
    assert iso(due(limit, parse(received), zone)) == iso(parse(end))


@pytest.mark.parametrize("zone", ["Europe/Atlantis", "", "../../etc/passwd", "/etc/passwd", "Europe", "x" * 5000, "\0"])
def test_an_unknown_zone_is_refused_in_one_line(zone: str, instruments: Instruments) -> None:
    with pytest.raises(Refused) as refused:
        due(limit_of(instruments, DIRECTIVE, "other"), parse("2026-11-26T12:00:00Z"), zone)
    assert len(str(refused.value)) < 200


def test_a_year_beyond_the_calendar_is_refused(instruments: Instruments) -> None:
    with pytest.raises(Refused):
        due(limit_of(instruments, PRUEM, "records"), parse("9998-12-01T00:00:00Z"), "UTC")


def test_a_countdown_runs_out(instruments: Instruments) -> None:
    received = parse("2026-11-26T20:30:00+01:00")
    end = deadline(DIRECTIVE, limit_of(instruments, DIRECTIVE, "urgent-direct"), received, "Europe/Berlin")
    assert (end.article, end.verified) == ("5(1)(a)", True)
    at_start, half, last, late = (countdown(end, Instant(received + int(h * HOUR))) for h in (0, 4, 8, 9.5))
    assert [(c.left, c.share, c.overdue) for c in (at_start, half, last)] == [
        (8 * HOUR, 0.0, False), (4 * HOUR, 0.5, False), (0, 1.0, False),
    ]  # fmt: skip
    assert (late.left, late.share, late.overdue) == (-3 * HOUR // 2, 1.0, True)
    before = countdown(end, Instant(received - HOUR))
    assert (before.left, before.share) == (9 * HOUR, 0.0)


def test_awaiting_a_judge_departs_from_the_limit_with_reasons_only(instruments: Instruments) -> None:
    received, expected = parse("2026-11-26T20:30:00+01:00"), parse("2026-11-27T09:00:00+01:00")
    end = deadline(DIRECTIVE, limit_of(instruments, DIRECTIVE, "urgent-direct"), received, "Europe/Berlin")
    with pytest.raises(Refused, match="reasons"):
        awaiting_authorisation(end, expected, "  ")
    awaited = awaiting_authorisation(end, expected, "the judge sits at nine")
    assert awaited.due == end.due
    now = countdown(awaited, parse("2026-11-27T06:00:00+01:00"))
    assert (now.left, now.overdue, now.departed) == (3 * HOUR, False, True)
    assert countdown(awaited, parse("2026-11-27T09:00:01+01:00")).overdue
    sooner = awaiting_authorisation(end, parse("2026-11-26T21:00:00+01:00"), "soon")
    assert countdown(sooner, received).left == 8 * HOUR


@hypothesis_settings(deadline=None, max_examples=200)
@given(
    st.sampled_from(sorted(available_timezones())),
    st.integers(parse("1990-01-01T00:00:00Z"), parse("2037-12-01T00:00:00Z")),
    st.integers(1, 400),
)
def test_days_end_within_a_day_of_so_many_times_24_hours_and_never_before_an_earlier_receipt(
    zone: str, received: int, days: int
) -> None:
    limit = Limit(id="x", article="1", verified=False, days=days)
    end = due(limit, Instant(received), zone)
    assert abs(end - received - days * 24 * HOUR) <= 24 * HOUR
    assert due(Limit(id="x", article="1", verified=False, days=days + 1), Instant(received), zone) > end
