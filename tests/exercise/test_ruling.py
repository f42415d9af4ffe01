"""What the director makes of red's plan leg by leg: what it takes and costs then, and how the record keeps both."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from qroc_desktop.errors import Refused
from qroc_desktop.exercise import events, plans, ruling
from qroc_desktop.exercise.edit_log import EditLog
from qroc_desktop.exercise.events import Committed, PlannedLeg, Proposed
from qroc_desktop.exercise.plans import Intent
from qroc_desktop.exercise.recording import Recording
from qroc_desktop.exercise.ruling import RuledLeg
from qroc_desktop.exercise.world import unpacked
from tests.exercise.building import BALZERS
from tests.exercise.test_plans import BUDGET, MILE_NORTH, Red

TWO_NORTH = (BALZERS[0], BALZERS[1] + 2 / 60)
PLAN = (
    Intent(mode="car", points=(MILE_NORTH,), speed_kmh=30),
    Intent(wait_s=120, hide=True),
    Intent(mode="walk", points=((BALZERS[0], BALZERS[1] + 1.2 / 60),)),
)
ASKED = plans.timed(BUDGET, BALZERS, PLAN)
MILE_S = 1852.9 / 60_000 * 3600
"""A sea mile north of Balzers at 60 km/h; see test_plans."""


@pytest.fixture
def red(tmp_path: Path) -> Iterator[Red]:
    made = Red(tmp_path / "run.qrocrun")
    yield made
    made.recording.close()


def asked() -> list[RuledLeg]:
    return list(ruling.as_asked(BUDGET, BALZERS, ASKED))


def ruled(legs: list[RuledLeg]) -> tuple[PlannedLeg, ...]:
    return ruling.timed(BUDGET, BALZERS, ASKED, legs)


def test_a_plan_that_nobody_touches_is_exactly_what_red_asked_for() -> None:
    assert ruled(asked()) == ASKED
    assert [leg.intent.speed_kmh for leg in asked()] == [30, 0, 0], "what red meant: as fast as a walker can is 'most'"


def test_more_time_moves_everything_after_it_and_costs_by_the_minute() -> None:
    legs = asked()
    legs[0] = msgspec.structs.replace(legs[0], extra_s=600)
    found = ruled(legs)
    assert [(leg.starts, leg.ends) for leg in found] == [
        (0, ASKED[0].ends + 600_000),
        (ASKED[1].starts + 600_000, ASKED[1].ends + 600_000),
        (ASKED[2].starts + 600_000, ASKED[2].ends + 600_000),
    ]
    # Ten minutes in a car at three points a minute; walking and waiting cost what they did.
    assert plans.cost(BUDGET, found) == pytest.approx(plans.cost(BUDGET, ASKED) + 30)


def test_a_wait_after_a_leg_is_a_leg_of_its_own_that_costs_nothing_and_moves_what_follows() -> None:
    legs = asked()
    legs[0] = msgspec.structs.replace(legs[0], after_s=720)
    found = ruled(legs)
    arrives = ASKED[0].ends
    assert found[0] == ASKED[0], "it takes no longer: it stands where it ends"
    assert found[1] == PlannedLeg(mode="", starts=arrives, ends=arrives + 720_000)
    assert [(leg.starts, leg.ends) for leg in found[2:]] == [
        (leg.starts + 720_000, leg.ends + 720_000) for leg in ASKED[1:]
    ]
    assert plans.cost(BUDGET, found) == pytest.approx(plans.cost(BUDGET, ASKED))
    assert ruling.timed_apart(BUDGET, BALZERS, ASKED, legs) == (found[:2], found[2:3], found[3:])


def test_another_mode_or_speed_is_timed_by_the_scenario() -> None:
    legs = asked()
    legs[0] = ruling.gone_otherwise(legs[0], Intent(mode="car", points=(MILE_NORTH,)))
    assert ruled(legs)[0].ends == pytest.approx(MILE_S * 1000, rel=2e-3)
    legs[0] = ruling.gone_otherwise(legs[0], Intent(mode="walk", points=(MILE_NORTH,)))
    assert ruled(legs)[0].ends == pytest.approx(MILE_S * 10 * 1000, rel=2e-3), "6 km/h are a tenth of 60"
    legs[0] = ruling.gone_otherwise(legs[0], Intent(mode="car", points=(MILE_NORTH,), speed_kmh=90))
    with pytest.raises(Refused, match="Faster than car allows"):
        ruled(legs)


def test_a_leg_that_begins_elsewhere_keeps_reds_speed_and_not_its_time() -> None:
    further = Intent(mode="car", points=(TWO_NORTH,), speed_kmh=30)
    back = plans.timed(BUDGET, BALZERS, [PLAN[0], Intent(mode="car", points=(BALZERS,), speed_kmh=30)])
    legs = list(ruling.as_asked(BUDGET, BALZERS, back))
    legs[0] = ruling.gone_otherwise(legs[0], further)
    out, home = ruling.timed(BUDGET, BALZERS, back, legs)
    assert home.ends - home.starts == pytest.approx(4 * MILE_S * 1000, rel=3e-3), "two miles at half of 60 km/h"
    assert out.ends == home.starts


def test_a_leg_less_is_a_leg_less() -> None:
    legs = asked()
    del legs[1]
    found = ruled(legs)
    assert [leg.mode for leg in found] == ["car", "walk"]
    assert found[1].ends == ASKED[2].ends - 120_000
    assert plans.cost(BUDGET, found) == pytest.approx(plans.cost(BUDGET, ASKED) - 8), "hiding is not paid for"


def test_a_way_ends_where_it_comes_nearest_to_a_place() -> None:
    corner = (BALZERS[0] + 0.02, BALZERS[1])
    way = (corner, (corner[0], corner[1] + 1 / 60))
    kept, metres = ruling.stopped(BALZERS, way, (corner[0] + 0.001, corner[1] + 0.5 / 60))
    assert kept[0] == corner
    assert kept[1] == pytest.approx((corner[0], corner[1] + 0.5 / 60), abs=1e-5)
    assert len(kept) == 2
    # A thousandth of a degree of longitude at 47.05 degrees north.
    assert metres == pytest.approx(76, abs=1)
    beyond, _ = ruling.stopped(BALZERS, way, (corner[0], corner[1] + 1))
    assert beyond == way
    with pytest.raises(Refused, match="stop where it begins"):
        ruling.stopped(BALZERS, way, (BALZERS[0] - 0.01, BALZERS[1]))


@pytest.mark.parametrize("extra", [-60.0, 36_001.0, float("nan"), float("inf")])
def test_time_is_added_within_reason_and_never_given_back(extra: float) -> None:
    legs = asked()
    legs[1] = msgspec.structs.replace(legs[1], extra_s=extra)
    with pytest.raises(Refused, match="up to 600 min longer"):
        ruled(legs)


@pytest.mark.parametrize("after", [-60.0, 36_001.0, float("nan"), float("inf")])
def test_it_waits_within_reason(after: float) -> None:
    legs = asked()
    legs[0] = msgspec.structs.replace(legs[0], after_s=after)
    with pytest.raises(Refused, match="can wait up to 600 min"):
        ruled(legs)


def test_the_record_keeps_what_was_asked_and_what_was_ruled_and_red_reads_both(red: Red) -> None:
    red.wait(10)
    proposed = red.conduct.propose("runner", PLAN, by="red")
    red.wait(5)
    start = red.conduct.world.position("runner")
    assert start is not None
    legs = list(ruling.as_asked(BUDGET, start, proposed.legs))
    legs[0] = msgspec.structs.replace(legs[0], extra_s=600)
    made = red.conduct.rule("runner", legs[:1], "A tree lies across the road.", by="director")
    assert (made.t, made.by, made.reason) == (15_000, "director", "A tree lies across the road.")
    (leg,) = made.legs
    assert (leg.starts, leg.ends) == (15_000, 15_000 + proposed.legs[0].ends + 600_000)
    kept = [event for event in red.conduct.events() if isinstance(event, Proposed | Committed)]
    assert kept == [proposed, made]
    plan = red.conduct.view("red").plans[0]
    assert (plan.changed, plan.asked, plan.ruled) == ("A tree lies across the road.", proposed.legs, made.legs)
    assert plan.under_way == made.legs
    assert red.conduct.view("red").spent == pytest.approx(made.cost) == pytest.approx(plans.cost(BUDGET, made.legs))
    # He is where a slower car is after half of its time: half-way, from where it was ruled.
    red.wait((leg.ends - leg.starts) / 2000)
    lon, lat = red.conduct.world.position("runner") or (0, 0)
    assert (lon, lat) == pytest.approx(((start[0] + MILE_NORTH[0]) / 2, (start[1] + MILE_NORTH[1]) / 2), abs=1e-4)


def test_a_ruling_is_replayed_as_it_was(red: Red) -> None:
    red.wait(10)
    proposed = red.conduct.propose("runner", PLAN)
    legs = ruling.as_asked(BUDGET, red.conduct.world.position("runner") or BALZERS, proposed.legs)
    red.conduct.rule("runner", legs[:2], "Not on foot.")
    red.wait(60)
    again = Recording(red.path, read_only=True)
    world = again.world(red.conduct.world.t)
    assert world.packed() == red.conduct.world.packed()
    assert unpacked(world.ground, world.t, world.packed(), EditLog()).standing.plans == world.standing.plans
    again.close()


def test_ruled_otherwise_it_needs_a_reason_and_as_it_is_none(red: Red) -> None:
    red.wait(10)
    proposed = red.conduct.propose("runner", PLAN)
    legs = ruling.as_asked(BUDGET, red.conduct.world.position("runner") or BALZERS, proposed.legs)
    for less in (legs[:1], [*legs[:1], msgspec.structs.replace(legs[1], extra_s=60), legs[2]]):
        with pytest.raises(Refused, match="without a reason"):
            red.conduct.rule("runner", less, " ")
    with pytest.raises(Refused, match="no leg"):
        red.conduct.rule("runner", [], "Nothing of it.")
    assert red.conduct.view("red").plans[0].waiting == proposed.legs
    made = red.conduct.rule("runner", legs, "")
    assert made.cost == proposed.cost
    assert (red.conduct.view("red").plans[0].changed, red.conduct.view("red").plans[0].asked) == ("", ())


def test_a_ruling_may_be_longer_than_the_turn_and_dearer_than_what_is_left(red: Red) -> None:
    red.wait(10)
    proposed = red.conduct.propose("runner", PLAN[:1])
    (leg,) = ruling.as_asked(BUDGET, red.conduct.world.position("runner") or BALZERS, proposed.legs)
    made = red.conduct.rule("runner", [msgspec.structs.replace(leg, extra_s=3600)], "The bridge is up.")
    assert made.cost > BUDGET.points
    with pytest.raises(Refused, match="are left"):
        red.conduct.propose("runner", [Intent(wait_s=10, hide=True)])


def test_a_record_from_before_there_were_rulings_is_read(red: Red) -> None:
    old = b'{"e":"committed","t":5,"entity":"runner","legs":[],"cost":3.0,"reason":"Cut."}'
    event = events.decoded(old)
    assert isinstance(event, Committed)
    world = red.recording.world(0)
    world.take(event)
    plan = world.standing.plans["runner"]
    assert (plan.changed, plan.asked, plan.ruled) == ("Cut.", None, event)
