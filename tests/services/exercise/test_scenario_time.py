"""Scenario time as directors say and type it. The small exercise begins at 14:00 in Vaduz, on 15 March 2027."""

from __future__ import annotations

import pytest

from qroc_desktop.errors import Because
from qroc_desktop.services.exercise.scenario_time import plus_text, read_time, short_text, span_text, wall_time
from tests.exercise.building import small


@pytest.mark.parametrize(
    ("typed", "now", "meant"),
    [
        ("T+1:05:00", 0, 3_900_000), ("t+0:42", 0, 42_000), ("T+12:30", 0, 750_000),
        ("+10", 60_000, 660_000), ("+ 30 s", 60_000, 90_000), ("+30s", 0, 30_000), ("+2 h", 0, 7_200_000),
        ("+1,5", 0, 90_000), ("+0.5 min", 0, 30_000),
        ("14:45", 0, 2_700_000), ("14:00:30", 0, 30_000), ("14:00", 400, 400), ("15:00", 600_000, 3_600_000),
    ],
)  # fmt: skip
def test_what_a_director_types(typed: str, now: int, meant: int) -> None:
    assert read_time(typed, small(), now) == meant


def test_a_time_of_day_that_has_passed_is_tomorrow_s() -> None:
    assert read_time("13:00", small(), 0) == 23 * 3_600_000


def test_by_the_clock_of_the_country_also_when_summer_time_begins() -> None:
    # 28 March 2027, 02:00 becomes 03:00: from 01:30 to 03:30 is one hour.
    night = small(t0="2027-03-28T01:30:00+01:00")
    assert read_time("03:30", night, 0) == 3_600_000
    assert wall_time(night, 3_600_000).strftime("%H:%M %Z") == "03:30 CEST"


@pytest.mark.parametrize("typed", ["", "later", "T+1", "T+1:99:00", "25:00", "14:61", "10", "-10", "+", "1e9"])
def test_anything_else_is_no_time(typed: str) -> None:
    with pytest.raises(Because):
        read_time(typed, small(), 0)


def test_how_it_is_written() -> None:
    assert plus_text(3_900_999) == "T+1:05:00"
    assert span_text(42_000) == "0:00:42"
    assert [short_text(length) for length in (42_999, 727_000, 3_600_000)] == ["0:42", "12:07", "1:00:00"]


def test_an_unknown_zone_is_utc() -> None:
    assert wall_time(small(timeZone="Nowhere/At-all"), 0).strftime("%H:%M %Z") == "13:00 UTC"
