"""The event list on an axis: no mark hides another, and what follows an inject stands where it will come."""

from __future__ import annotations

from itertools import combinations

import pytest

from qroc_desktop.exercise.vocabulary import InjectState
from qroc_desktop.services.exercise.directing.event_axis import tracks
from tests.exercise.hunt import hunt
from tests.services.exercise.test_event_list import Played

MINUTE_AT_1366 = 1100 / 180


def test_a_follower_is_guessed_from_what_it_follows() -> None:
    run = Played()
    made = run.rows()
    assert made["call"].likely == 150_500
    (track,) = tracks(list(made.values()), 0.001, lambda _: 10.0, 2.0)
    assert [(mark.row.id, mark.left, mark.guessed) for mark in track.marks] == [
        ("alert", 60.0, False), ("call", pytest.approx(150.5), True),
    ]  # fmt: skip
    assert {row.id for row in track.undated} == {"switch", "camera", "spare"}


def test_marks_of_the_man_hunt_never_hide_one_another() -> None:
    run = Played(hunt())
    run.to(5_000_000)
    rows = list(run.rows("de").values())
    made = tracks(rows, MINUTE_AT_1366 / 60_000, lambda _: 36.0, 3.0)
    assert sum(len(track.marks) + len(track.undated) for track in made) == len(rows) == len(hunt().injects)
    for track in made:
        for one, other in combinations(track.marks, 2):
            apart = one.right + 3.0 <= other.left + 1e-6 or other.right + 3.0 <= one.left + 1e-6
            assert apart or one.lane != other.lane
        assert track.lanes == max((mark.lane for mark in track.marks), default=0) + 1
    assert sum(track.lanes for track in made) <= 45, "readable without scrolling far"


def test_the_executed_stand_where_they_were_executed() -> None:
    run = Played()
    run.to(200_000)
    (track,) = tracks(list(run.rows().values()), 1.0, lambda _: 1.0, 0.0)
    told = {mark.row.id: mark.left for mark in track.marks if mark.row.state is InjectState.EXECUTED}
    assert told == {"alert": 60_000.0, "call": 150_500.0}
