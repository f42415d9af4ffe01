"""The values that the man hunt is specified by: speeds are from memory, all others computed by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qroc_desktop.domain import geodesy
from qroc_desktop.errors import Refused
from qroc_desktop.exercise.models import search
from qroc_desktop.exercise.models.containment import containment, radius_m
from qroc_desktop.exercise.models.modes import CAR, MODES
from qroc_desktop.exercise.models.plausibility import Verdict, plausibility
from qroc_desktop.exercise.models.search import Detection
from qroc_desktop.exercise.models.sighting import density, likelihood, updated
from tests.exercise.models.graphs import Road, small

VADUZ = (9.5209, 47.1410)


def test_containment_car_80_kmh_10_and_15_minutes_gives_33_3_km() -> None:
    assert radius_m(80, 10 * 60, 15 * 60) / 1000 == pytest.approx(33.3, abs=0.05)


def test_containment_ring_is_that_far_from_its_middle_all_around() -> None:
    ring = containment(VADUZ, 80, 600, 900)
    assert ring.circle.radius_m == pytest.approx(33_333.3, abs=0.1)
    assert {round(geodesy.distance(VADUZ, place)) for place in ring.area.positions()} == {33_333}
    assert str(ring.card.label) == "Training model"
    assert {one.key: one.value for one in ring.card.inputs} == {"v_max": 80, "elapsed": 10, "deploy": 15}


@pytest.mark.parametrize(
    "arguments", [(0, 600, 900), (math.nan, 600, 900), (80, -1, 900), (80, 600, math.inf), (80, 0, 0)]
)
def test_containment_refuses_what_is_no_speed_or_time(arguments: tuple[float, float, float]) -> None:
    with pytest.raises(Refused):
        containment(VADUZ, *arguments)


def test_speeds_from_memory_are_marked_so_and_can_be_edited() -> None:
    assert {key: mode.speeds for key, mode in MODES.items()} == {
        "walk": (5, 5, 5), "run": (10, 10, 10), "cycle": (15, 15, 15), "car": (40, 80, 120),
    }  # fmt: skip
    assert [one.from_memory for one in CAR.inputs()] == [True, True, True]
    chosen = CAR.with_speed(60)
    assert set(chosen.speeds) == {60.0}
    assert [(one.value, one.from_memory) for one in chosen.inputs()] == [(60, False)]


@pytest.mark.parametrize(("covered", "expected"), [(0.5, 0.3935), (1, 0.6321), (2, 0.8647)])
def test_pod_random_at_coverage(covered: float, expected: float) -> None:
    assert search.pod(covered) == pytest.approx(expected, abs=5e-5)


def test_pod_inverse_cube_at_coverage_1_is_0_7899() -> None:
    assert search.pod(1, Detection.INVERSE_CUBE) == pytest.approx(0.7899, abs=5e-5)


@pytest.mark.parametrize(("covered", "expected"), [(0, 0), (0.4, 0.4), (1, 1), (3, 1)])
def test_pod_definite_range_is_the_coverage_up_to_1(covered: float, expected: float) -> None:
    assert search.pod(covered, Detection.DEFINITE_RANGE) == expected


def test_coverage_is_width_speed_and_time_over_area() -> None:
    # 20 m wide, 3 km/h, 10 h: 0.6 km² swept of 2 km².
    assert search.coverage(20, 3, 10, 2) == pytest.approx(0.3)


def test_failed_search_of_sector_1_with_pod_0_6_gives_pos_0_24() -> None:
    after = search.after_failed_search([0.4, 0.3, 0.2, 0.1], [0.6, 0, 0, 0])
    assert after.success == pytest.approx(0.24)
    assert after.poa == pytest.approx([0.2105, 0.3947, 0.2632, 0.1316], abs=5e-5)
    assert after.outside == 0


def test_failed_search_moves_probability_elsewhere_where_sectors_do_not_hold_all() -> None:
    after = search.after_failed_search([0.5, 0.3], [0.5, 0.0])
    assert after.outside == pytest.approx(0.2 / 0.75)
    assert [*after.poa, after.outside] == pytest.approx([0.25 / 0.75, 0.3 / 0.75, 0.2 / 0.75])


def test_cumulative_pod_of_two_searches() -> None:
    assert search.cumulative_pod([0.6, 0.5]) == pytest.approx(0.8)
    assert search.cumulative_pod([]) == 0


POA = st.lists(st.floats(0.001, 1), min_size=1, max_size=12)


@given(POA, st.floats(0, 0.9), st.data())
def test_poa_stays_a_distribution_after_any_failed_search(
    weights: list[float], outside: float, data: st.DataObject
) -> None:
    poa = [(1 - outside) * weight / math.fsum(weights) for weight in weights]
    pods = data.draw(st.lists(st.floats(0, 0.99), min_size=len(poa), max_size=len(poa)))
    after = search.after_failed_search(poa, pods)
    assert math.fsum([*after.poa, after.outside]) == pytest.approx(1)
    assert all(0 <= one <= 1 for one in (*after.poa, after.outside))
    # Bayes' rule as a sum over all that could have been, each sector an event of its own.
    missed = [one * (1 - detected) for one, detected in zip(poa, pods, strict=True)]
    assert after.poa == pytest.approx([one / (math.fsum(missed) + 1 - math.fsum(poa)) for one in missed])


@given(POA, st.data())
def test_two_failed_searches_of_a_sector_are_one_of_their_cumulative_pod(
    weights: list[float], data: st.DataObject
) -> None:
    poa = [weight / math.fsum(weights) for weight in weights]
    first, second = data.draw(st.floats(0, 0.9)), data.draw(st.floats(0, 0.9))
    rest = [0.0] * (len(poa) - 1)
    twice = search.after_failed_search(search.after_failed_search(poa, [first, *rest]).poa, [second, *rest])
    once = search.after_failed_search(poa, [search.cumulative_pod([first, second]), *rest])
    assert twice.poa == pytest.approx(once.poa)


@pytest.mark.parametrize(
    ("poa", "pods"), [([0.7, 0.4], [0, 0]), ([1.0], [1.0]), ([0.5], [1.2]), ([-0.1], [0]), ([math.nan], [0])]
)
def test_failed_search_refuses_what_is_no_distribution(poa: list[float], pods: list[float]) -> None:
    with pytest.raises(Refused):
        search.after_failed_search(poa, pods)


@given(
    st.lists(st.builds(search.Ground, st.floats(0, 0.3), st.floats(0.1, 5), st.floats(5, 100), st.floats(1, 5)),
             min_size=3, max_size=3),
    st.sampled_from(list(Detection)),
)  # fmt: skip
def test_allocation_is_the_best_of_all_ways_to_share_out_six_hours(
    grounds: list[search.Ground], detection: Detection
) -> None:
    def success(hours: tuple[int, ...]) -> float:
        return sum(
            one.poa * search.pod(one.width_m / 1000 * one.speed_kmh * each / one.area_km2, detection)
            for one, each in zip(grounds, hours, strict=True)
        )

    best = max(success((a, b, 6 - a - b)) for a in range(7) for b in range(7 - a))
    found = search.allocation(grounds, 6, step_h=1, detection=detection)
    assert sum(found.hours) == 6
    assert found.success == pytest.approx(best)


def test_sighting_likelihood_is_the_mixture_specified() -> None:
    # N at its middle is 1 / 2πσ².
    assert density(0, 100) == pytest.approx(1 / (2 * math.pi * 10_000))
    assert density(200, 100) / density(0, 100) == pytest.approx(math.exp(-2))
    assert likelihood(3e-6, 0.7, 1e-7) == pytest.approx(0.7 * 3e-6 + 0.3 * 1e-7)


def test_sighting_nobody_believes_changes_nothing() -> None:
    weights = [likelihood(density(metres, 300), 0.0, 1e-7) for metres in (0, 500, 5000)]
    assert updated([0.5, 0.3, 0.2], weights) == pytest.approx([0.5, 0.3, 0.2])


@given(POA, st.floats(0, 0.99), st.data())
def test_poa_stays_a_distribution_after_any_sighting(
    weights: list[float], credibility: float, data: st.DataObject
) -> None:
    poa = [weight / math.fsum(weights) for weight in weights]
    away = data.draw(st.lists(st.floats(0, 1e5), min_size=len(poa), max_size=len(poa)))
    after = updated(poa, [likelihood(density(metres, 250), credibility, 1e-8) for metres in away])
    assert math.fsum(after) == pytest.approx(1)
    nearest, farthest = int(np.argmin(away)), int(np.argmax(away))
    assert after[nearest] / poa[nearest] >= after[farthest] / poa[farthest] * (1 - 1e-9)


def test_sighting_that_leaves_nothing_is_refused() -> None:
    with pytest.raises(Refused, match="probability map"):
        updated([1.0], [0.0])


def test_anpr_v_req_is_network_distance_over_time() -> None:
    graph = small([Road(0, 1, 3000), Road(1, 2, 3000)], 3)
    ends = (float(graph.node_lon[0]), 47.1), (float(graph.node_lon[2]), 47.1)
    found = plausibility(graph, *ends, 181, 120)
    assert found.distance_m == pytest.approx(6000)
    assert found.required_kmh == pytest.approx(6 / (181 / 3600))
    assert found.verdict is Verdict.PLAUSIBLE
    assert plausibility(graph, *ends, 179, 120).verdict is Verdict.TOO_FAST
    assert plausibility(graph, *ends, 179, 120).flagged
