"""Two readings of one number plate, on Liechtenstein's roads and where there is no way."""

from __future__ import annotations

import networkx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qroc_desktop.domain import geodesy
from qroc_desktop.errors import Refused
from qroc_desktop.exercise.models.plausibility import Basis, Verdict, plausibility, shortest
from qroc_desktop.exercise.models.roads import RoadGraph, Traveller
from qroc_desktop.exercise.models.snapping import snap
from tests.exercise.models.graphs import Road, liechtenstein, small
from tests.exercise.models.test_routing import PARTS, Hunt, small_hunts, spot

VADUZ, SCHAAN, BALZERS = (9.5209, 47.1410), (9.5096, 47.1655), (9.5000, 47.0670)


def at(graph: RoadGraph, node: int) -> tuple[float, float]:
    return float(graph.node_lon[node]), float(graph.node_lat[node])


def by_networkx(graph: RoadGraph, first: tuple[int, float], second: tuple[int, float]) -> float:
    """The least metres by car from a place on a link to another, with an edge for each way to begin and to end."""
    network = networkx.MultiDiGraph()
    network.add_nodes_from(["first", "second"])
    for link in range(graph.links):
        one, other, whole = int(graph.link_from[link]), int(graph.link_to[link]), float(graph.link_length[link])
        for forward, tail, head in ((True, one, other), (False, other, one)):
            if not int(graph.link_passes[link]) & (16 if forward else 32):
                continue
            bar = int(graph.node_bars[tail]) & 4
            begin, end = (part if forward else 1 - part for part in (first[1], second[1]))
            if not bar:
                network.add_edge(tail, head, weight=whole)
            if link == first[0]:
                network.add_edge("first", head, weight=(1 - begin) * whole)
            if link == second[0] and not bar:
                network.add_edge(tail, "second", weight=end * whole)
            if link == first[0] == second[0] and end >= begin:
                network.add_edge("first", "second", weight=(end - begin) * whole)
    try:
        return float(networkx.dijkstra_path_length(network, "first", "second"))
    except networkx.NetworkXNoPath:
        return float("inf")


@settings(max_examples=100)
@given(small_hunts(), st.integers(0, 13), PARTS)
def test_the_distance_is_networkx_shortest_path(hunt: Hunt, link: int, part: float) -> None:
    graph, _, start, _ = hunt
    end = (link % graph.links, part)
    found = shortest(graph, spot(graph, *start), spot(graph, *end))
    metres = found.length_m if found else float("inf")
    assert metres == pytest.approx(by_networkx(graph, start, end), abs=1e-6)
    assert found is None or found.seconds == pytest.approx(metres)


@settings(max_examples=25)
@given(st.integers(0, 5000), st.integers(0, 5000), PARTS, PARTS)
def test_the_way_is_drawn_from_end_to_end_and_as_long_as_said(one: int, other: int, begin: float, end: float) -> None:
    graph = liechtenstein()
    first, second = spot(graph, one, begin), spot(graph, other, end)
    found = shortest(graph, first, second)
    if found is None or found.line is None:
        assert found is None or found.length_m < 1e-6
        return
    places = found.line.coordinates
    assert geodesy.length(places) == pytest.approx(found.length_m, rel=2e-3, abs=0.5)
    assert places[0] == pytest.approx([first.lon, first.lat], abs=1e-7)
    assert places[-1] == pytest.approx([second.lon, second.lat], abs=1e-7)


def test_vaduz_to_balzers_takes_a_car_some_minutes() -> None:
    found = plausibility(liechtenstein(), VADUZ, BALZERS, 10 * 60)
    assert found.basis is Basis.ROADS
    # About 10 km by the road signs.
    assert 8_500 < found.distance_m < 11_500
    assert found.verdict is Verdict.PLAUSIBLE
    assert not found.flagged
    assert plausibility(liechtenstein(), VADUZ, BALZERS, 3 * 60).flagged


def test_a_way_against_a_one_way_street_is_taken_where_there_is_no_other() -> None:
    graph = small([Road(0, 1, 1000, passes=0b010000)], 2)
    there = plausibility(graph, at(graph, 0), at(graph, 1), 60)
    back = plausibility(graph, at(graph, 1), at(graph, 0), 60)
    assert (there.basis, back.basis) == (Basis.ROADS, Basis.ROADS_AGAINST_RULES)
    assert back.distance_m == pytest.approx(1000)


def test_no_way_leaves_the_straight_line_to_judge() -> None:
    graph = small([Road(0, 1, 1000), Road(2, 3, 1000)], 4)
    apart = geodesy.distance(at(graph, 0), at(graph, 3))
    slow = plausibility(graph, at(graph, 0), at(graph, 3), apart / 10)
    assert (slow.verdict, slow.flagged, slow.basis, slow.way) == (Verdict.NO_WAY, False, Basis.STRAIGHT_LINE, None)
    fast = plausibility(graph, at(graph, 0), at(graph, 3), apart / 50)
    assert (fast.verdict, fast.flagged) == (Verdict.TOO_FAST, True)


def test_far_from_all_roads_the_straight_line_judges_too() -> None:
    found = plausibility(liechtenstein(), VADUZ, (16.37, 48.21), 600)
    assert (found.verdict, found.basis) == (Verdict.TOO_FAST, Basis.STRAIGHT_LINE)


def test_no_time_between_the_readings() -> None:
    graph = liechtenstein()
    same = plausibility(graph, VADUZ, VADUZ, 0)
    assert (same.verdict, same.flagged, same.required_kmh) == (Verdict.NOT_LATER, False, None)
    two_places = plausibility(graph, VADUZ, SCHAAN, 0)
    assert (two_places.verdict, two_places.flagged, two_places.required_kmh) == (Verdict.TOO_FAST, True, None)
    backwards = plausibility(graph, VADUZ, SCHAAN, -60)
    assert (backwards.verdict, backwards.flagged) == (Verdict.NOT_LATER, False)


@pytest.mark.parametrize(("seconds", "speed"), [(float("nan"), 120), (60, 0), (60, float("inf"))])
def test_what_is_no_time_or_speed_is_refused(seconds: float, speed: float) -> None:
    with pytest.raises(Refused):
        plausibility(liechtenstein(), VADUZ, SCHAAN, seconds, speed)


def test_snapping_takes_the_nearest_place_of_all() -> None:
    graph = liechtenstein()
    for lon, lat in (VADUZ, SCHAAN, BALZERS):
        spot_found = snap(graph, lon, lat, within_m=2000)
        corners = zip(graph.shape_lon.tolist(), graph.shape_lat.tolist(), strict=True)
        nearest = min(geodesy.distance((lon, lat), corner) for corner in corners if abs(corner[1] - lat) < 0.02)
        away = geodesy.distance((lon, lat), (spot_found.lon, spot_found.lat))
        assert away == pytest.approx(spot_found.off_m, rel=5e-3, abs=0.1)
        assert away <= nearest + 0.1


def test_snapping_to_a_road_for_cars_passes_a_footpath_by() -> None:
    graph = small([Road(0, 1, 700, passes=0b000011), Road(1, 2, 700)], 3)
    lon, lat = graph.position(0, 350)
    assert snap(graph, lon, lat).link == 0
    assert snap(graph, lon, lat, traveller=Traveller.MOTOR, within_m=5000).link == 1


def test_off_all_roads_one_line_says_so() -> None:
    with pytest.raises(Refused, match="No road of the road graph Liechtenstein lies within 500 m") as caught:
        snap(liechtenstein(), 10.5, 47.5)
    assert "\n" not in str(caught.value)
