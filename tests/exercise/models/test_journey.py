"""The quickest way: as long as the oracle says, passable at each of its instants, and somewhere at any time."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qroc_desktop.domain import geodesy
from qroc_desktop.exercise.models.journey import Journey, journey
from qroc_desktop.exercise.models.modes import CAR, MODES
from qroc_desktop.exercise.models.roads import Setting
from qroc_desktop.exercise.models.routing import Block
from tests.exercise.models import oracle
from tests.exercise.models.graphs import Road, liechtenstein, small
from tests.exercise.models.test_routing import PARTS, Hunt, small_hunts, spot


@settings(max_examples=250)
@given(small_hunts(), st.integers(0, 5))
def test_to_a_junction_it_takes_as_long_as_networkx_says(hunt: Hunt, node: int) -> None:
    graph, mode, start, stops = hunt
    # The end of a link that is open both ways is the junction itself.
    both = oracle.FORWARD[mode] | oracle.BACK[mode]
    fits = [n for n in range(graph.links) if int(graph.link_to[n]) == node and int(graph.link_passes[n]) & both == both]
    if not fits or int(graph.node_bars[node]):
        return
    into = fits[0]
    blocks = [Block(link, part * float(graph.link_length[link]), since) for link, part, since in stops]
    # A block at the very end of the link on which one ends would hold up the last step alone.
    blocks = [block for block in blocks if block.link != into]
    stops = [stop for stop in stops if stop[0] != into]
    found = journey(graph, spot(graph, *start), spot(graph, into, 1.0), MODES[mode], blocks=blocks)
    expected = oracle.arrivals(graph, mode, start, stops)[node]
    assert (found.seconds if found else math.inf) == pytest.approx(expected, abs=1e-6)


@settings(max_examples=25)
@given(st.integers(0, 5000), st.integers(0, 5000), PARTS, PARTS, st.sampled_from(sorted(MODES)))
def test_on_the_way_time_and_place_go_on_together(one: int, other: int, begin: float, end: float, mode: str) -> None:
    graph = liechtenstein()
    found = journey(graph, spot(graph, one, begin), spot(graph, other, end), MODES[mode], start_s=100)
    if found is None:
        return
    assert len(found.places) == len(found.times)
    assert found.times[0] == 100
    assert all(later >= earlier for earlier, later in itertools.pairwise(found.times))
    fastest = MODES[mode].fastest / 3.6
    for number in range(20):
        now = 100 + found.seconds * number / 20
        step = geodesy.distance(found.at(now), found.at(now + 1))
        assert step <= fastest * 1.01 + 0.01


def test_before_and_after_it_one_is_at_its_ends() -> None:
    found = Journey(((9.0, 47.0), (9.0, 47.1), (9.2, 47.1)), (0.0, 10.0, 30.0), 1.0)
    assert (found.at(-5), found.at(0), found.at(30), found.at(99)) == (
        (9.0, 47.0),
        (9.0, 47.0),
        (9.2, 47.1),
        (9.2, 47.1),
    )
    assert found.at(5) == pytest.approx((9.0, 47.05))
    assert found.at(20) == pytest.approx((9.1, 47.1))


def test_the_quickest_way_is_not_the_shortest() -> None:
    graph = small([Road(0, 1, 1000), Road(0, 2, 800, setting=Setting.RURAL), Road(2, 1, 800, setting=Setting.RURAL)], 3)
    found = journey(graph, spot(graph, 0, 0.0), spot(graph, 0, 1.0), CAR)
    assert found is not None
    assert (found.length_m, found.seconds) == (pytest.approx(1600), pytest.approx(72))  # type: ignore[comparison-overlap]
