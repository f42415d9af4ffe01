"""Probability maps: sums, sightings, searches, clipping, and the classes that a search leader reads."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from qroc_desktop.domain import geodesy
from qroc_desktop.domain.shape import Shape, from_shapely
from qroc_desktop.errors import Refused
from qroc_desktop.exercise.models.isochrones import isochrones
from qroc_desktop.exercise.models.modes import WALK
from qroc_desktop.exercise.models.probability_map import (
    ProbabilityMap,
    Sector,
    clipped,
    heat,
    searched,
    sighted,
    spread,
)
from qroc_desktop.exercise.models.snapping import snap
from tests.exercise.models.graphs import liechtenstein

WEST, SOUTH = 9.50, 47.12


def box(column: int, row: int = 0) -> Shape:
    """A sector of about 1.5 by 2.2 km."""
    west, south = WEST + 0.02 * column, SOUTH + 0.02 * row
    return from_shapely(shapely.box(west, south, west + 0.02, south + 0.02))


def four(poa: tuple[float, ...] = (0.4, 0.3, 0.2, 0.1), size_m: float | None = None) -> ProbabilityMap:
    sectors = [
        Sector(str(number), f"Sector {number}", box(number % 2, number // 2), one) for number, one in enumerate(poa)
    ]
    return spread(sectors, size_m)


def total(found: ProbabilityMap) -> float:
    return math.fsum([*found.poa.tolist(), found.outside])


def test_cells_hold_their_sectors_probability_and_area() -> None:
    found = four()
    assert found.sector_poa == pytest.approx((0.4, 0.3, 0.2, 0.1))
    assert total(found) == pytest.approx(1)
    expected = sum(geodesy.area(sector.area) for sector in found.sectors)
    assert found.area_m2.sum() == pytest.approx(expected, rel=1e-4)
    assert 1000 < len(found.poa) < 4000


def test_a_failed_search_gives_the_specified_values() -> None:
    after = searched(four(), {"0": 0.6})
    assert after.sector_poa == pytest.approx((0.2105, 0.3947, 0.2632, 0.1316), abs=5e-5)


def test_what_sectors_lack_is_elsewhere_and_grows_by_a_failed_search() -> None:
    found = four((0.4, 0.2, 0.1, 0.1))
    assert found.outside == pytest.approx(0.2)
    after = searched(found, {"0": 0.5, "1": 0.5})
    assert after.outside == pytest.approx(0.2 / 0.7)
    assert total(after) == pytest.approx(1)


def test_a_sighting_moves_probability_as_bayes_rule_has_it() -> None:
    found = four((0.4, 0.3, 0.1, 0.1), 100)
    seen = (WEST + 0.03, SOUTH + 0.01)
    after = sighted(found, seen, 400, 0.7)
    # The same from the definition, in the middle of each cell and not as a mean over it.
    uniform = 1 / found.area_m2.sum()
    middle = shapely.centroid(found.parts)
    east, north = found.plane.metres(*seen)
    away = np.hypot(shapely.get_x(middle) - east, shapely.get_y(middle) - north)
    weights = 0.7 * np.exp(-0.5 * (away / 400) ** 2) / (2 * math.pi * 400**2) + 0.3 * uniform
    expected = np.append(found.poa * weights, found.outside * 0.3 * uniform)
    expected /= expected.sum()
    assert np.append(after.poa, after.outside) == pytest.approx(expected, abs=2e-4)
    assert after.sector_poa == pytest.approx(np.bincount(found.sector, expected[:-1]).tolist(), rel=1e-2)
    assert after.sector_poa[1] > 0.7
    assert total(after) == pytest.approx(1)


@settings(max_examples=25)
@given(
    st.floats(-0.05, 0.09), st.floats(-0.05, 0.09), st.floats(20, 5000), st.floats(0, 0.99),
    st.lists(st.floats(0, 0.95), min_size=4, max_size=4),
)  # fmt: skip
def test_poa_stays_a_distribution_whatever_is_seen_and_searched(
    east: float, north: float, sigma: float, credibility: float, pods: list[float]
) -> None:
    found = four((0.3, 0.2, 0.2, 0.1), 200)
    found = sighted(found, (WEST + east, SOUTH + north), sigma, credibility)
    assert total(found) == pytest.approx(1)
    found = searched(found, {str(number): one for number, one in enumerate(pods)})
    assert total(found) == pytest.approx(1)
    assert found.poa.min() >= 0
    classes = heat(found)
    assert math.fsum(one.poa for one in classes) == pytest.approx(found.poa.sum())


def test_the_sighting_does_not_depend_on_the_size_of_cells() -> None:
    seen = (WEST + 0.013, SOUTH + 0.017)
    coarse, fine = (sighted(four(size_m=size), seen, 150, 0.8).sector_poa for size in (300, 50))
    assert coarse == pytest.approx(fine, abs=0.02)


def test_clipping_to_an_isochrone_leaves_nothing_beyond_it() -> None:
    graph = liechtenstein()
    start = snap(graph, 9.5209, 47.1410, traveller=WALK.traveller)
    reach = isochrones(graph, start, WALK, [900]).bands[0].area
    found = four()
    after = clipped(found, reach)
    assert total(after) == pytest.approx(1)
    area = found.plane.flat(reach.to_shapely())
    beyond = sum(cell.difference(area).area for cell in after.parts)
    assert beyond < 1e-3 * after.area_m2.sum()
    # Density within a sector stays even: clipping is no judgement of where he is within reach.
    for number in set(after.sector.tolist()):
        density = (after.poa / after.area_m2)[after.sector == number]
        assert density.max() == pytest.approx(density.min())
    assert after.area_m2.sum() < found.area_m2.sum()


def test_classes_are_ranked_by_density_and_say_what_they_hold() -> None:
    classes = heat(four((0.4, 0.3, 0.2, 0.1)))
    # Even sectors are never parted: .4 begins below 50 %, and so does .3, which begins at .4.
    assert [round(one.poa, 6) for one in classes] == [0.7, 0.2, 0.1]
    assert [round(one.within, 6) for one in classes] == [0.7, 0.9, 1.0]
    for one in classes:
        assert one.least * 0.999999 <= one.poa / one.area_km2 <= one.greatest * 1.000001
        assert geodesy.area(one.area) / 1e6 == pytest.approx(one.area_km2, rel=1e-3)
    assert all(better.least >= worse.greatest for better, worse in itertools.pairwise(classes))


def test_classes_after_a_sighting_are_small_where_it_was() -> None:
    seen = (WEST + 0.01, SOUTH + 0.01)
    classes = heat(sighted(four(), seen, 200, 0.8))
    assert [round(one.within, 2) for one in classes] == pytest.approx([0.5, 0.75, 0.9, 1.0], abs=0.05)
    assert classes[0].area.to_shapely().covers(shapely.Point(*seen))
    assert classes[0].area_km2 < 0.25
    assert [one.rank for one in classes] == [1, 2, 3, 4]


def test_sectors_that_overlap_are_refused_by_name() -> None:
    sectors = [Sector("a", "North", box(0), 0.5), Sector("b", "South", box(0), 0.5)]
    with pytest.raises(Refused, match="North, South: Two search sectors overlap"):
        spread(sectors)


@pytest.mark.parametrize(
    "act",
    [
        lambda: spread([]),
        lambda: four((0.9, 0.9, 0.0, 0.0)),
        lambda: four(size_m=0.5),
        lambda: spread([Sector("a", "A", Shape(type="Point", coordinates=[9.5, 47.1]), 1.0)]),
        lambda: searched(four(), {"nowhere": 0.5}),
        lambda: searched(four(), {str(number): 1.0 for number in range(4)}),
        lambda: clipped(four(), geodesy.circle((12.0, 50.0), 500)),
        lambda: sighted(four(), (9.5, 47.1), 0, 0.5),
        lambda: sighted(four(), (9.5, 47.1), 100, 1.5),
    ],
)
def test_bad_input_gets_one_line(act: object) -> None:
    with pytest.raises(Refused) as caught:
        act()  # type: ignore[operator]
    assert "\n" not in str(caught.value)
