"""Legs along the roads of Liechtenstein: by each mode as its rules allow, straight where the graph ends."""

from __future__ import annotations

import pytest

from qroc_desktop.domain import geodesy
from qroc_desktop.exercise.models.roads import Traveller
from qroc_desktop.exercise.models.snapping import snap
from qroc_desktop.paths import program_files
from qroc_desktop.services.exercise.road_legs import road_leg
from qroc_desktop.services.road_graphs import RoadGraphs

VADUZ, SCHAAN, ROME = (9.5209, 47.1410), (9.5087, 47.1650), (12.5, 41.9)


@pytest.fixture(scope="module")
def roads() -> RoadGraphs:
    return RoadGraphs(program_files().maps)


def test_every_bend_of_it_lies_on_a_road(roads: RoadGraphs) -> None:
    leg = road_leg(roads, VADUZ, [SCHAAN], "car")
    assert leg.along
    assert leg.why is None
    graph = roads.around(VADUZ)
    assert max(snap(graph, *place).off_m for place in leg.points[:-1]) < 1
    metres = geodesy.length([VADUZ, *leg.points])
    assert geodesy.distance(VADUZ, SCHAAN) <= metres < 2 * geodesy.distance(VADUZ, SCHAAN)
    assert geodesy.distance(leg.points[-1], SCHAAN) < 15


def test_it_goes_by_the_places_in_turn(roads: RoadGraphs) -> None:
    there = road_leg(roads, VADUZ, [SCHAAN], "car").points
    back = road_leg(roads, VADUZ, [SCHAAN, VADUZ], "car").points
    assert back[: len(there)] == there
    assert geodesy.distance(back[-1], VADUZ) < 15


def test_beside_the_road_the_last_bit_is_gone_straight(roads: RoadGraphs) -> None:
    slope = (9.534, 47.165)
    away = snap(roads.around(VADUZ), *slope, traveller=Traveller.FOOT).off_m
    assert away > 200
    leg = road_leg(roads, VADUZ, [slope], "walk")
    assert leg.along
    assert leg.points[-1] == slope
    assert geodesy.distance(*leg.points[-2:]) == pytest.approx(away, rel=0.01)


@pytest.mark.parametrize(
    ("places", "mode", "why"),
    [
        ([ROME], "car", "No road of the road graph"),
        ([SCHAAN], "boat", "No road graph knows how one moves by boat."),
    ],
)
def test_where_that_is_not_possible_it_goes_straight_and_says_why(
    roads: RoadGraphs, places: list[tuple[float, float]], mode: str, why: str
) -> None:
    leg = road_leg(roads, VADUZ, places, mode)
    assert leg.points == tuple(places)
    assert not leg.along
    assert str(leg.why).startswith(why)


def test_from_where_no_graph_is_it_goes_straight(roads: RoadGraphs) -> None:
    leg = road_leg(roads, ROME, [VADUZ], "car")
    assert (leg.points, leg.along) == ((VADUZ,), False)
    assert str(leg.why).startswith("There is no road graph for this position")
