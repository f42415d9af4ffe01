"""Isochrones: parts of roads, areas, what grows and what a block leaves."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from qroc_desktop.domain import geodesy
from qroc_desktop.errors import Refused
from qroc_desktop.exercise.models.isochrones import Isochrones, isochrones, rim, stretches
from qroc_desktop.exercise.models.modes import MODES
from qroc_desktop.exercise.models.roads import Floats, RoadClass, RoadGraph, Setting
from qroc_desktop.exercise.models.routing import Block, earliest
from qroc_desktop.exercise.models.snapping import Spot, snap
from tests.exercise.models.graphs import Road, liechtenstein, small
from tests.exercise.models.test_routing import Hunt, small_hunts, spot

ALONG = small([Road(0, 1, 10_000)], 2)


def reached(graph: RoadGraph, mode: str, start: Spot, seconds: float, *blocks: Block) -> list[Any]:
    """Link, from and to metres, of each stretch; Any, so that pytest.approx may stand beside it."""
    found = stretches(earliest(graph, start, MODES[mode], blocks=blocks, limit_s=seconds), seconds)
    return [(one.link, one.from_m, one.to_m) for one in found]


@pytest.mark.parametrize(
    ("mode", "setting", "km"),
    [
        ("walk", Setting.URBAN, 5), ("run", Setting.RURAL, 10), ("cycle", Setting.URBAN, 15),
        ("car", Setting.URBAN, 40), ("car", Setting.RURAL, 80), ("car", Setting.MOTORWAY, 120),
    ],
)  # fmt: skip
def test_an_hour_leads_as_many_kilometres_as_the_speed_says(mode: str, setting: Setting, km: float) -> None:
    graph = small([Road(0, 1, 200_000, setting=setting)], 2)
    assert reached(graph, mode, spot(graph, 0, 0.0), 3600) == [(0, 0.0, pytest.approx(1000 * km))]


def test_a_road_is_reached_in_part_to_both_sides() -> None:
    assert reached(ALONG, "walk", spot(ALONG, 0, 0.5), 720) == [(0, pytest.approx(4000), pytest.approx(6000))]


def test_a_road_reached_from_both_ends_is_whole_where_they_meet() -> None:
    ring = small([Road(0, 1, 1000), Road(1, 2, 1000), Road(2, 0, 1000)], 3)
    short = reached(ring, "run", spot(ring, 0, 0.5), 342)
    assert [one for one in short if one[0] == 1] == [(1, 0.0, pytest.approx(450))]
    assert [one for one in short if one[0] == 2] == [(2, pytest.approx(550), 1000.0)]
    longer = reached(ring, "run", spot(ring, 0, 0.5), 540)
    assert longer == [(0, 0, 1000), (1, 0, 1000), (2, 0, 1000)]


def test_up_to_a_block_and_no_farther() -> None:
    assert reached(ALONG, "walk", spot(ALONG, 0, 0.0), 3600, Block(0, 1000.0, 600.0)) == [(0, 0.0, pytest.approx(1000))]
    assert reached(ALONG, "walk", spot(ALONG, 0, 0.0), 3600, Block(0, 1000.0, 721.0)) == [(0, 0.0, pytest.approx(5000))]


def metres(found: list[Any], graph: RoadGraph) -> Floats:
    held = np.zeros(graph.links)
    for link, from_m, to_m in found:
        held[link] += to_m - from_m
    return held


@settings(max_examples=100)
@given(small_hunts(), st.floats(1, 2000), st.floats(0, 2000))
def test_more_time_reaches_no_less_and_a_block_no_more(hunt: Hunt, seconds: float, longer: float) -> None:
    graph, mode, start, stops = hunt
    blocks = [Block(link, part * float(graph.link_length[link]), since) for link, part, since in stops]
    little = metres(reached(graph, mode, spot(graph, *start), seconds, *blocks), graph)
    much = metres(reached(graph, mode, spot(graph, *start), seconds + longer, *blocks), graph)
    free = metres(reached(graph, mode, spot(graph, *start), seconds), graph)
    assert (little <= much + 1e-6).all()
    assert (little <= free + 1e-6).all()
    assert (much <= graph.link_length + 1e-6).all()


@pytest.fixture(scope="module")
def vaduz() -> Isochrones:
    graph = liechtenstein()
    start = snap(graph, 9.5209, 47.1410, traveller=MODES["run"].traveller)
    return isochrones(graph, start, MODES["run"], [600, 300, 900])


def test_areas_lie_within_one_another_and_around_their_lines(vaduz: Isochrones) -> None:
    assert [band.limit_s for band in vaduz.bands] == [300, 600, 900]
    areas = [band.area.to_shapely() for band in vaduz.bands]
    assert all(area.is_valid for area in areas)
    for inner, outer in itertools.pairwise(areas):
        # In square degrees: about a square metre, which rounding alone can make.
        assert inner.difference(outer).area < 1e-10
    for band, area in zip(vaduz.bands, areas, strict=True):
        assert area.covers(band.lines.to_shapely())


def test_no_reached_place_is_farther_than_the_straight_line_allows(vaduz: Isochrones) -> None:
    here = (vaduz.start.lon, vaduz.start.lat)
    for band in vaduz.bands:
        farthest = max(geodesy.distance(here, place) for place in band.lines.positions())
        assert 0.5 * band.limit_s / 3.6 * 10 < farthest < band.limit_s / 3.6 * 10 * 1.001


def test_the_lines_are_as_long_as_the_band_says(vaduz: Isochrones) -> None:
    band = vaduz.bands[0]
    drawn = sum(geodesy.length(line) for line in band.lines.coordinates)
    assert drawn == pytest.approx(band.length_m, rel=1e-3)


def test_the_card_says_what_went_in_and_whose_roads_they_are(vaduz: Isochrones) -> None:
    card = vaduz.card
    assert str(card.label) == "Training model"
    assert "OpenStreetMap" in str(card.source)
    assert "2013-08-03" in str(card.source)
    assert {one.key: one.value for one in card.inputs}["limits"] == "5, 10, 15"
    assert [one.key for one in card.inputs if one.from_memory] == ["speed"]
    assert len(card.limits) >= 3


def test_who_stands_at_a_block_is_somewhere_all_the_same() -> None:
    found = isochrones(ALONG, spot(ALONG, 0, 0.5), MODES["walk"], [600], blocks=[Block(0, 5000.0, -1.0)])
    assert found.bands[0].stretches == ()
    assert found.bands[0].area.to_shapely().covers(shapely.Point(found.start.lon, found.start.lat))


@pytest.mark.parametrize("limits", [[], [0], [-5], [float("nan")], [1e9]])
def test_limits_that_are_none_are_refused(limits: list[float]) -> None:
    with pytest.raises(Refused):
        isochrones(ALONG, spot(ALONG, 0, 0.5), MODES["walk"], limits)


def test_it_is_told_when_a_main_road_leads_out_of_the_road_graph() -> None:
    """A kilometre of street and a kilometre of main road, which goes on where the graph ends; at 40 km/h 3 min."""
    main = small([Road(0, 1, 1000), Road(1, 2, 1000, road=RoadClass.PRIMARY)], 3)
    start = spot(main, 0, 0.0)
    assert isochrones(main, start, MODES["car"], [60, 240]).leaves_s == pytest.approx(180)
    assert isochrones(main, start, MODES["car"], [60, 170]).leaves_s == np.inf
    street = small([Road(0, 1, 1000), Road(1, 2, 1000)], 3)
    assert isochrones(street, spot(street, 0, 0.0), MODES["car"], [240]).leaves_s == np.inf


def test_liechtenstein_is_left_by_its_seven_main_roads() -> None:
    """Over the Rhine to Bendern, Buchs, Sevelen and Trübbach, and to Ruggell, Tisis and the Luzisteig."""
    graph = liechtenstein()
    crossings = sorted((round(float(graph.node_lat[n]), 2), round(float(graph.node_lon[n]), 2)) for n in rim(graph))
    assert crossings == [
        (47.05, 9.51), (47.07, 9.49), (47.13, 9.51), (47.17, 9.49), (47.21, 9.5), (47.24, 9.52), (47.25, 9.56),
    ]  # fmt: skip
