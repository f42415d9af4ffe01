"""What OpenStreetMap's tags say of a way, and how ways become a graph."""

from __future__ import annotations

import pytest
import shapely

from maps.builder import road_tags, roads
from qroc_desktop.exercise.models.roads import About, RoadClass, RoadGraph, Setting, Traveller

FOOT, BICYCLE, MOTOR = Traveller.FOOT, Traveller.BICYCLE, Traveller.MOTOR
BOTH, AHEAD, BACK, CLOSED = (True, True), (True, False), (False, True), (False, False)


def open_to(traveller: Traveller, **tags: str) -> tuple[bool, bool]:
    way = road_tags.way(1, {name.replace("__", ":"): value for name, value in tags.items()})
    passes = way.passes if way else 0
    return bool(passes & traveller.forward), bool(passes & traveller.back)


# Tags, then foot, bicycle, motor; from OpenStreetMap's documentation of these tags.
CASES = [
    ({"highway": "residential"}, BOTH, BOTH, BOTH),
    ({"highway": "motorway"}, CLOSED, CLOSED, AHEAD),
    ({"highway": "primary", "motorroad": "yes"}, CLOSED, CLOSED, BOTH),
    ({"highway": "secondary", "oneway": "yes"}, BOTH, AHEAD, AHEAD),
    ({"highway": "secondary", "oneway": "-1"}, BOTH, BACK, BACK),
    ({"highway": "residential", "oneway": "yes", "oneway__bicycle": "no"}, BOTH, BOTH, AHEAD),
    ({"highway": "residential", "oneway": "yes", "cycleway": "opposite"}, BOTH, BOTH, AHEAD),
    ({"highway": "tertiary", "junction": "roundabout"}, BOTH, AHEAD, AHEAD),
    ({"highway": "footway"}, BOTH, CLOSED, CLOSED),
    ({"highway": "footway", "bicycle": "yes"}, BOTH, BOTH, CLOSED),
    ({"highway": "steps"}, BOTH, CLOSED, CLOSED),
    ({"highway": "cycleway"}, BOTH, BOTH, CLOSED),
    ({"highway": "path"}, BOTH, BOTH, CLOSED),
    ({"highway": "track"}, BOTH, BOTH, BOTH),
    ({"highway": "track", "motorcar": "no"}, BOTH, BOTH, CLOSED),
    ({"highway": "track", "access": "agricultural"}, CLOSED, CLOSED, CLOSED),
    ({"highway": "track", "access": "no", "foot": "yes"}, BOTH, CLOSED, CLOSED),
    ({"highway": "service", "vehicle": "no", "motor_vehicle": "destination"}, BOTH, CLOSED, BOTH),
    ({"highway": "path", "access": "yes"}, BOTH, BOTH, CLOSED),
    ({"highway": "pedestrian", "area": "yes"}, CLOSED, CLOSED, CLOSED),
    ({"highway": "construction"}, CLOSED, CLOSED, CLOSED),
]


@pytest.mark.parametrize(("tags", "foot", "bicycle", "motor"), CASES, ids=str)
def test_who_may_go_where(
    tags: dict[str, str], foot: tuple[bool, bool], bicycle: tuple[bool, bool], motor: tuple[bool, bool]
) -> None:
    assert (open_to(FOOT, **tags), open_to(BICYCLE, **tags), open_to(MOTOR, **tags)) == (foot, bicycle, motor)


@pytest.mark.parametrize(
    ("tags", "stopped"),
    [
        ({"barrier": "bollard"}, {MOTOR}),
        ({"barrier": "gate"}, set()),
        ({"barrier": "gate", "access": "private"}, {FOOT, BICYCLE, MOTOR}),
        ({"barrier": "gate", "access": "no", "bicycle": "yes", "foot": "yes"}, {MOTOR}),
        ({"barrier": "cattle_grid"}, set()),
        ({"barrier": "fence"}, {FOOT, BICYCLE, MOTOR}),
        ({"highway": "crossing"}, set()),
    ],
)
def test_whom_a_barrier_stops(tags: dict[str, str], stopped: set[Traveller]) -> None:
    assert {one for one in Traveller if road_tags.bars(tags) & one.barred} == stopped


@pytest.mark.parametrize(
    ("text", "kmh"), [("50", 50), ("30 mph", 48), ("CH:urban", 50), ("none", 0), ("", 0), ("walk", 0), ("5000", 0)]
)
def test_speed_limits(text: str, kmh: int) -> None:
    way = road_tags.way(1, {"highway": "tertiary", "maxspeed": text})
    assert way is not None
    assert way.limit == kmh


def made(
    ways: list[tuple[dict[str, str], list[int]]], places: dict[int, tuple[float, float]], **more: object
) -> RoadGraph:
    found = roads.Found(places=places)
    for number, (tags, nodes) in enumerate(ways):
        way = road_tags.way(number, tags)
        assert way is not None
        found.ways.append((way, nodes))
    for name, value in more.items():
        setattr(found, name, value)
    return roads.graph(found, About("Test", "", "", ""))


ROAD = {"highway": "tertiary"}
CROSS = {
    1: (9.50, 47.10), 2: (9.51, 47.10), 3: (9.52, 47.10), 4: (9.51, 47.09), 5: (9.51, 47.11),
    8: (9.60, 47.20), 9: (9.6001, 47.20),
}  # fmt: skip


def ends(graph: RoadGraph) -> set[tuple[float, float, float, float]]:
    lon, lat = graph.node_lon, graph.node_lat
    pairs = zip(graph.link_from, graph.link_to, strict=True)
    return {(float(lon[a]), float(lat[a]), float(lon[b]), float(lat[b])) for a, b in pairs}


def test_ways_are_cut_where_they_share_a_node() -> None:
    graph = made([(ROAD, [1, 2, 3]), (ROAD, [4, 2, 5])], CROSS)
    assert (graph.nodes, graph.links) == (5, 4)
    assert all((9.51, 47.10) in (end[:2], end[2:]) for end in ends(graph))


def test_a_bridge_over_a_road_is_not_joined_to_it() -> None:
    over = {**ROAD, "bridge": "yes", "layer": "1"}
    joined = {1: (9.50, 47.10), 3: (9.52, 47.10), 4: (9.51, 47.09), 5: (9.51, 47.11), 6: (9.53, 47.10)}
    graph = made([(ROAD, [1, 3]), (over, [4, 5]), (ROAD, [3, 6]), (ROAD, [6, 5])], joined)
    assert graph.links == 4
    assert (9.50, 47.10, 9.52, 47.10) in ends(graph)
    assert (9.51, 47.09, 9.51, 47.11) in ends(graph)


def test_what_hangs_together_with_nothing_is_dropped_and_counted() -> None:
    graph = made([(ROAD, [1, 2, 3]), (ROAD, [8, 9])], CROSS)
    assert graph.links == 1
    assert graph.about.dropped_links == 1
    assert graph.about.dropped_m == pytest.approx(7.6, abs=0.1)


def test_a_barrier_cuts_a_way_and_stands_at_the_node() -> None:
    graph = made([(ROAD, [1, 2, 3])], CROSS, bars={2: MOTOR.barred})
    assert graph.links == 2
    assert sorted(graph.node_bars.tolist()) == [0, 0, MOTOR.barred]


@pytest.mark.parametrize(
    ("tags", "inside", "setting"),
    [
        ({"highway": "motorway"}, True, Setting.MOTORWAY),
        ({"highway": "motorway_link"}, False, Setting.RURAL),
        ({"highway": "trunk"}, True, Setting.RURAL),
        ({"highway": "primary", "maxspeed": "50"}, False, Setting.URBAN),
        ({"highway": "primary", "maxspeed": "80"}, True, Setting.RURAL),
        ({"highway": "primary"}, True, Setting.URBAN),
        ({"highway": "primary"}, False, Setting.RURAL),
        ({"highway": "residential"}, False, Setting.URBAN),
        ({"highway": "track"}, False, Setting.URBAN),
    ],
)
def test_which_speed_holds(tags: dict[str, str], inside: bool, setting: Setting) -> None:
    town = [shapely.box(9.49, 47.09, 9.53, 47.11)] if inside else []
    graph = made([(tags, [1, 3])], CROSS, built_up=town)
    assert graph.link_setting.tolist() == [setting]
    assert graph.link_class.tolist() == [int(RoadClass[tags["highway"].removesuffix("_link").upper()])]
