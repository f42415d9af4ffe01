"""Red's secret plan: what legs take and cost, what the budget and the turn allow, and what the director makes of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from qroc_desktop.errors import Refused
from qroc_desktop.exercise import plans
from qroc_desktop.exercise.conduct import Conduct
from qroc_desktop.exercise.plans import Intent
from qroc_desktop.exercise.recording import Recording
from qroc_desktop.exercise.scenario import Budget
from tests.exercise.building import BALZERS, SCHAAN, small
from tests.exercise.watch import Watch

BUDGET = Budget(
    points=100,
    turn_s=900,
    speed_kmh={"walk": 6.0, "car": 60.0},
    per_minute={"walk": 1.0, "car": 3.0},
    hide=8,
    change=15,
)
# One minute of arc along a meridian is a sea mile on a sphere; on WGS84 at 47 degrees north it is 1852.9 m (the
# meridian's radius of curvature there is 6,369,6xx m): 60 km/h take 111.2 s for it.
MILE_NORTH = (BALZERS[0], BALZERS[1] + 1 / 60)


def test_a_leg_takes_as_long_as_its_way_at_the_speed_of_its_mode() -> None:
    (leg,) = plans.timed(BUDGET, BALZERS, [Intent(mode="car", points=(MILE_NORTH,))])
    assert leg.starts == 0
    assert leg.ends == pytest.approx(1852.9 / 60_000 * 3_600_000, rel=2e-3)


def test_legs_follow_one_another_and_hiding_and_changing_cost_flat_points() -> None:
    legs = plans.timed(
        BUDGET,
        BALZERS,
        [
            Intent(mode="car", points=(MILE_NORTH,)),
            Intent(wait_s=120, hide=True),
            Intent(mode="car", points=(BALZERS,), vehicle="van"),
        ],
    )
    assert [leg.starts for leg in legs[1:]] == [leg.ends for leg in legs[:-1]]
    assert legs[1].ends - legs[1].starts == 120_000
    minutes = (legs[0].ends + legs[2].ends - legs[2].starts) / 60_000
    assert plans.cost(BUDGET, legs) == pytest.approx(3 * minutes + 8 + 15)


@pytest.mark.parametrize(
    ("intents", "why"),
    [
        ([], "no leg"),
        ([Intent()], "leads nowhere"),
        ([Intent(mode="boat", points=(SCHAAN,))], "boat is no way to move"),
        ([Intent(mode="car", points=(SCHAAN,), speed_kmh=90)], "Faster than car allows"),
        ([Intent(wait_s=901)], "a turn has 15"),
        ([Intent(wait_s=60, hide=True)] * 13, "costs 104 points; 100 are left"),
    ],
)
def test_what_the_turn_or_the_budget_does_not_allow_is_refused(intents: list[Intent], why: str) -> None:
    with pytest.raises(Refused, match=why):
        plans.affordable(BUDGET, plans.timed(BUDGET, BALZERS, intents), 0)


class Red:
    """A run in which red plans, with a clock of the test's own."""

    def __init__(self, path: Path) -> None:
        self.path, self.watch = path, Watch()
        self.recording = Recording.create(path, msgspec.structs.replace(small(), budgets={"red": BUDGET}))
        self.conduct = Conduct(self.recording, mono=self.watch.mono, wall=self.watch.wall)
        self.conduct.start()

    def wait(self, seconds: float) -> None:
        self.watch.wait(seconds)
        self.conduct.tick()


@pytest.fixture
def red(tmp_path: Path) -> Iterator[Red]:
    made = Red(tmp_path / "run.qrocrun")
    yield made
    made.recording.close()


GO = [Intent(mode="car", points=(MILE_NORTH,))]


def test_a_plan_moves_nothing_until_the_director_accepts_it(red: Red) -> None:
    red.wait(10)
    proposed = red.conduct.propose("runner", GO, by="red")
    red.wait(200)
    plain = red.recording.ground.track("runner").position(210_000)
    assert red.conduct.world.position("runner") == plain
    assert red.conduct.view("red").plans[0].waiting
    red.conduct.accept("runner", by="director")
    red.wait(300)
    assert red.conduct.world.position("runner") == pytest.approx(MILE_NORTH, abs=1e-6)
    assert red.conduct.view("red").spent == proposed.cost
    assert not red.conduct.view("red").plans[0].waiting


def test_a_declined_plan_costs_nothing_and_says_why(red: Red) -> None:
    red.wait(10)
    red.conduct.propose("runner", GO)
    red.conduct.decline("runner", "The road is closed.")
    plan = red.conduct.view("red").plans[0]
    assert (plan.waiting, plan.declined, red.conduct.view("red").spent) == ((), "The road is closed.", 0.0)
    with pytest.raises(Refused, match="No plan waits"):
        red.conduct.accept("runner")


def test_a_plan_is_no_word_to_blue(red: Red) -> None:
    red.wait(10)
    before = red.conduct.view("blue")
    red.conduct.propose("runner", [*GO, Intent(wait_s=60, hide=True, vehicle="SECRETVAN")])
    assert red.conduct.view("blue") == before


def test_points_that_are_spent_are_gone(red: Red) -> None:
    red.wait(10)
    for _ in range(12):
        red.conduct.propose("runner", [Intent(wait_s=10, hide=True)])
        red.conduct.accept("runner")
    with pytest.raises(Refused, match="costs 8 points; 4 are left"):
        red.conduct.propose("runner", [Intent(wait_s=10, hide=True)])


def test_blue_plans_nothing(red: Red) -> None:
    red.wait(10)
    with pytest.raises(Refused, match="plans nothing"):
        red.conduct.propose("patrol-1", GO)


def test_a_plan_in_the_making_says_of_each_leg_what_is_wrong_with_it() -> None:
    legs = [
        Intent(mode="car", points=(MILE_NORTH,)),
        Intent(mode="boat", points=(SCHAAN,)),
        Intent(wait_s=120, hide=True),
        Intent(wait_s=800),
    ]
    found = plans.weighed(BUDGET, BALZERS, legs, spent=80)
    assert [str(one.why.what) if one.why is not None else "" for one in found] == [
        "",
        "boat is no way to move in this exercise.",
        "",
        "The plan takes 17.2 min; a turn has 15.",
    ]
    assert [one.cost for one in found] == pytest.approx([3 * 111.2 / 60, 0, 8, 0], rel=2e-3)
    (dear,) = plans.weighed(BUDGET, BALZERS, [Intent(wait_s=60, hide=True)], spent=93)
    assert str(dear.why.what if dear.why is not None else "") == "The plan costs 8 points; 7 are left."


def test_what_is_accepted_can_be_cut_and_red_learns_why(red: Red) -> None:
    red.wait(10)
    proposed = red.conduct.propose("runner", [*GO, Intent(wait_s=60, hide=True)])
    with pytest.raises(Refused, match="no leg"):
        red.conduct.accept("runner", legs=0)
    red.conduct.accept("runner", "director", legs=1, reason="No hiding place there.")
    plan = red.conduct.view("red").plans[0]
    assert (len(plan.under_way), plan.changed) == (1, "No hiding place there.")
    assert red.conduct.view("red").spent == pytest.approx(3 * proposed.legs[0].ends / 60_000)
    red.conduct.propose("runner", GO)
    assert red.conduct.view("red").plans[0].changed == ""
