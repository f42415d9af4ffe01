from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from qroc_desktop.domain.instant import InstantError, from_datetime, parse
from qroc_desktop.ui.times import age_text, both, read_time, utc_clock_text

BRUSSELS = ZoneInfo("Europe/Brussels")


@pytest.fixture(autouse=True)
def in_brussels(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Brussels")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


NOW = parse("2026-11-23T13:30:00Z")  # 14:30 in Brussels


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("14:05", "2026-11-23T13:05:00Z"),
        ("1405", "2026-11-23T13:05:00Z"),
        ("13:05Z", "2026-11-23T13:05:00Z"),
        ("1305 utc", "2026-11-23T13:05:00Z"),
        ("14:05:30", "2026-11-23T13:05:30Z"),
        ("2026-11-22 09:00", "2026-11-22T08:00:00Z"),
        ("2026-07-01 09:00", "2026-07-01T07:00:00Z"),  # summer time
        ("22.11. 09:00", "2026-11-22T08:00:00Z"),
        ("22.11.2025 09:00", "2025-11-22T08:00:00Z"),
        ("-30", "2026-11-23T13:00:00Z"),
        ("- 2 h", "2026-11-23T11:30:00Z"),
        ("+1d", "2026-11-24T13:30:00Z"),
    ],
)
def test_times_that_people_type(typed: str, meant: str) -> None:
    assert read_time(typed, NOW) == parse(meant)


def test_a_time_still_to_come_means_yesterday_where_the_past_is_asked_for() -> None:
    assert read_time("23:50", NOW, past=True) == parse("2026-11-22T22:50:00Z")
    assert read_time("23:50", NOW) == parse("2026-11-23T22:50:00Z")


@pytest.mark.parametrize("typed", ["", "soon", "25:00", "14:61", "2026-02-30 10:00", "14", "1-2-3"])
def test_what_is_no_time_is_refused(typed: str) -> None:
    with pytest.raises(InstantError):
        read_time(typed, NOW)


def test_local_time_comes_with_utc() -> None:
    assert both(parse("2026-11-23T13:05:00Z"), zone=BRUSSELS) == "2026-11-23 14:05 CET (13:05Z)"
    assert both(parse("2026-07-01T22:30:00Z"), zone=BRUSSELS) == "2026-07-02 00:30 CEST (2026-07-01 22:30Z)"
    assert utc_clock_text(from_datetime(datetime(2026, 1, 1, 0, 5, tzinfo=UTC))) == "00:05Z"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "< 1 min"), (59, "< 1 min"), (60, "1 min"), (7199, "119 min"), (7200, "2 h"), (172_800, "2 d"),
     (-5, "< 1 min")],
)
def test_ages_are_said_in_one_unit(seconds: int, said: str) -> None:
    assert age_text(NOW, type(NOW)(NOW + seconds * 1_000_000)) == said
