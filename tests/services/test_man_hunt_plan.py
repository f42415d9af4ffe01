"""Red's free play of the man hunt: plans follow the roads of the written play, and the budget is short."""

from __future__ import annotations

import pytest

from qroc_desktop.domain import geodesy
from qroc_desktop.exercise import plans
from qroc_desktop.exercise.models.modes import MODES
from qroc_desktop.exercise.plans import Intent
from qroc_desktop.exercise.scenario import Budget, Effect
from qroc_desktop.paths import program_files
from qroc_desktop.services.exercise.road_legs import road_leg
from qroc_desktop.services.road_graphs import RoadGraphs
from tests.exercise.hunt import FOLDER, hunt

SCENARIO = hunt()
BUDGET: Budget = SCENARIO.budgets["red"]


@pytest.fixture(scope="module")
def roads() -> RoadGraphs:
    return RoadGraphs(program_files().maps)


def effect(no: str, entity: str) -> Effect:
    inject = next(inject for inject in SCENARIO.injects if inject.no == no)
    return next(effect for effect in inject.effects if effect.entity == entity)


@pytest.mark.parametrize(
    ("no", "entity", "mode"),
    [("304", "van", "car"), ("306", "van", "car"), ("310", "van", "car"), ("320", "van", "car"), ("304", "f1", "walk")],
)
def test_a_leg_along_roads_is_the_way_that_the_written_play_takes(
    roads: RoadGraphs, no: str, entity: str, mode: str
) -> None:
    written = effect(no, entity)
    leg = road_leg(roads, written.along[0], [written.along[-1]], mode)
    assert leg.along
    metres = geodesy.length([written.along[0], *leg.points])
    assert metres == pytest.approx(geodesy.length(written.along), rel=0.1)
    (planned,) = plans.timed(BUDGET, written.along[0], [Intent(mode=mode, points=leg.points)])
    # Whoever plots for himself may hurry, but cannot fly.
    assert 0.4 * written.takes_s * 1000 < planned.ends <= written.takes_s * 1000
    assert plans.cost(BUDGET, [planned]) < BUDGET.points / 10


def test_every_mode_can_follow_roads_and_nobody_drives_all_the_time() -> None:
    assert set(BUDGET.speed_kmh) == set(BUDGET.per_minute) == set(MODES)
    minutes = BUDGET.points / BUDGET.per_minute["car"]
    assert minutes * 60 < SCENARIO.duration_s / 2
    turn = BUDGET.turn_s / 60 * BUDGET.per_minute["car"]
    handbook = (FOLDER / "directors-handbook.md").read_text("utf-8")
    assert f"A full turn at the wheel is {turn:.0f} points of the {BUDGET.points:.0f}" in handbook
    assert f"hiding costs {BUDGET.hide:.0f}, a change\nof vehicle {BUDGET.change:.0f}" in handbook
    assert f"car {BUDGET.speed_kmh['car']:.0f} km/h at most" in " ".join(handbook.split())
    assert minutes == 80, "eighty minutes at the wheel, as the handbook says"
