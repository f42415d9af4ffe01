"""Earliest arrivals against networkx, on Liechtenstein's roads and on small graphs made by chance."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qroc_desktop.exercise.models.modes import MODES
from qroc_desktop.exercise.models.roads import RoadGraph, Setting
from qroc_desktop.exercise.models.routing import Block, blocks_at, earliest
from qroc_desktop.exercise.models.snapping import Spot
from tests.exercise.models import oracle
from tests.exercise.models.graphs import ALL_WAYS, Road, liechtenstein, small

MODE_KEYS = st.sampled_from(sorted(MODES))
# Fractions that a float holds exactly: what is the same place for one must be it for the other.
PARTS = st.integers(0, 64).map(lambda number: number / 64)


def spot(graph: RoadGraph, link: int, part: float) -> Spot:
    at_m = part * float(graph.link_length[link])
    return Spot(link, at_m, *graph.position(link, at_m), 0.0)


def found(
    graph: RoadGraph,
    mode: str,
    start: tuple[int, float],
    stops: Sequence[oracle.Stop] = (),
    start_s: float = 0.0,
) -> list[float]:
    blocks = [Block(link, part * float(graph.link_length[link]), since) for link, part, since in stops]
    at: list[float] = earliest(graph, spot(graph, *start), MODES[mode], blocks=blocks, start_s=start_s).at.tolist()
    return at


def close(one: Sequence[float], other: Sequence[float]) -> bool:
    return all(a == b or math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-6) for a, b in zip(one, other, strict=True))


@functools.cache
def around(link: int, mode: str) -> tuple[list[int], float]:
    """The links near a link of Liechtenstein in the order of arrival, and when the last of them is reached."""
    graph = liechtenstein()
    at = np.array(found(graph, mode, (link, 0.5)))
    order = np.argsort(np.minimum(at[graph.link_from], at[graph.link_to]), kind="stable")
    near = order[:400]
    last = at[graph.link_from[near]]
    return near.tolist(), float(last[np.isfinite(last)].max(initial=60.0))


@st.composite
def hunts(draw: st.DrawFn) -> tuple[str, tuple[int, float], list[oracle.Stop]]:
    """A start anywhere in Liechtenstein, and blocks at roads around it that close while he is on his way."""
    mode = draw(MODE_KEYS)
    start = (draw(st.integers(0, liechtenstein().links - 1)), draw(PARTS))
    near, last = around(start[0], mode)
    stops = draw(st.lists(st.tuples(st.sampled_from(near), PARTS, st.floats(-60, last)), max_size=12))
    return mode, start, stops


@pytest.mark.slow
@settings(max_examples=30)
@given(hunts())
def test_liechtenstein_with_and_without_blocks_as_networkx_has_it(
    hunt: tuple[str, tuple[int, float], list[oracle.Stop]],
) -> None:
    mode, start, stops = hunt
    graph = liechtenstein()
    assert close(found(graph, mode, start), oracle.arrivals(graph, mode, start))
    assert close(found(graph, mode, start, stops), oracle.arrivals(graph, mode, start, stops))


SMALL_ROADS = st.lists(
    st.builds(
        Road,
        st.integers(0, 5),
        st.integers(0, 5),
        st.floats(1, 3000),
        st.integers(1, ALL_WAYS),
        st.sampled_from(list(Setting)),
    ),
    min_size=1,
    max_size=14,
)
BARS = st.lists(st.sampled_from([0, 0, 0, 4, 7]), min_size=6, max_size=6)


@st.composite
def small_hunts(
    draw: st.DrawFn,
) -> tuple[RoadGraph, str, tuple[int, float], list[oracle.Stop]]:
    graph = small(draw(SMALL_ROADS), 6, draw(BARS))
    links = st.integers(0, graph.links - 1)
    parts = PARTS
    stops = draw(st.lists(st.tuples(links, parts, st.floats(-10, 2000)), max_size=8))
    return graph, draw(MODE_KEYS), (draw(links), draw(parts)), stops


Hunt = tuple[RoadGraph, str, tuple[int, float], list[oracle.Stop]]


@settings(max_examples=250)
@given(small_hunts())
def test_small_graphs_as_networkx_has_them(hunt: Hunt) -> None:
    graph, mode, start, stops = hunt
    assert close(found(graph, mode, start, stops), oracle.arrivals(graph, mode, start, stops))


@settings(max_examples=100)
@given(small_hunts(), st.integers(0, 13), PARTS, st.floats(-10, 2000))
def test_one_more_block_makes_no_arrival_earlier(hunt: Hunt, link: int, part: float, since: float) -> None:
    graph, mode, start, stops = hunt
    before = found(graph, mode, start, stops)
    after = found(graph, mode, start, [*stops, (link % graph.links, part, since)])
    assert all(later >= earlier for earlier, later in zip(before, after, strict=True))


@settings(max_examples=100)
@given(small_hunts(), st.floats(0, 600))
def test_who_leaves_later_arrives_no_earlier(hunt: Hunt, delay: float) -> None:
    graph, mode, start, stops = hunt
    at_once = found(graph, mode, start, stops)
    delayed = found(graph, mode, start, stops, start_s=delay)
    assert all(later >= earlier - 1e-6 for earlier, later in zip(at_once, delayed, strict=True))


@settings(max_examples=100)
@given(small_hunts(), st.integers(0, 13), PARTS)
def test_a_block_before_any_arrival_is_an_edge_that_is_not_there(hunt: Hunt, link: int, part: float) -> None:
    graph, mode, start, _ = hunt
    removed = link % graph.links
    if removed == start[0]:
        return
    roads = [
        Road(
            int(graph.link_from[number]),
            int(graph.link_to[number]),
            float(graph.link_length[number]),
            0 if number == removed else int(graph.link_passes[number]),
            Setting(int(graph.link_setting[number])),
        )
        for number in range(graph.links)
    ]
    without = small(roads, graph.nodes, graph.node_bars.tolist())
    assert close(found(graph, mode, start, [(removed, part, -1.0)]), found(without, mode, start))


def test_a_block_lets_through_who_is_there_when_it_closes_and_nobody_later() -> None:
    graph = small([Road(0, 1, 1000), Road(1, 2, 1000)], 3)
    in_time = 1500 / (5 / 3.6)
    assert found(graph, "walk", (0, 0.0), [(1, 0.5, in_time)])[2] == pytest.approx(1440)
    assert found(graph, "walk", (0, 0.0), [(1, 0.5, in_time - 0.01)])[2] == math.inf


def test_a_block_turns_the_way_round_it() -> None:
    graph = small([Road(0, 1, 100), Road(0, 2, 400), Road(2, 1, 500)], 3)
    assert found(graph, "run", (0, 0.0))[1] == pytest.approx(36)
    assert found(graph, "run", (0, 0.0), [(0, 0.5, 0.0)])[1] == pytest.approx(900 / (10 / 3.6))


def test_one_way_streets_hold_for_cars_and_not_for_walkers() -> None:
    graph = small([Road(0, 1, 100, passes=0b010111)], 2)
    assert found(graph, "car", (0, 1.0))[0] == math.inf
    assert found(graph, "walk", (0, 1.0))[0] == pytest.approx(72)


def test_a_bollard_is_reached_by_car_and_not_passed() -> None:
    graph = small([Road(0, 1, 100), Road(1, 2, 100)], 3, bars=[0, 4, 0])
    assert found(graph, "car", (0, 0.0))[1:] == [pytest.approx(9), math.inf]
    assert found(graph, "cycle", (0, 0.0))[2] == pytest.approx(48)


def test_a_block_in_vaduz_stands_on_all_roads_at_the_place() -> None:
    graph = liechtenstein()
    node = int(np.argmax(np.bincount(np.concatenate([graph.link_from, graph.link_to]))))
    at = (float(graph.node_lon[node]), float(graph.node_lat[node]))
    arms = set(np.flatnonzero((graph.link_from == node) | (graph.link_to == node)).tolist())
    assert len(arms) >= 5
    assert arms <= {block.link for block in blocks_at(graph, *at, 60.0)}


def test_the_limit_cuts_and_changes_nothing_before_it() -> None:
    graph = liechtenstein()
    start = spot(graph, 100, 0.5)
    everything = earliest(graph, start, MODES["car"]).at
    cut = earliest(graph, start, MODES["car"], limit_s=300).at
    assert np.array_equal(np.where(everything <= 300, everything, np.inf), cut)


def test_the_oracle_reckons_as_one_does_by_hand() -> None:
    graph = small([Road(0, 1, 100), Road(1, 2, 100)], 3)
    assert oracle.arrivals(graph, "walk", (0, 0.0)) == pytest.approx([0, 72, 144])
    assert oracle.arrivals(graph, "walk", (0, 0.0), [(1, 0.5, 108.0)]) == pytest.approx([0, 72, 144])
    assert oracle.arrivals(graph, "walk", (0, 0.0), [(1, 0.5, 107.0)]) == pytest.approx([0, 72, math.inf])
