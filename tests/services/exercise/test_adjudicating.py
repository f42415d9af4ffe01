"""How near a thing is to a way, and to which leg of it."""

from __future__ import annotations

import pytest

from qroc_desktop.domain import geodesy
from qroc_desktop.exercise.events import PlannedLeg
from qroc_desktop.services.exercise.adjudicating import beside_m, nearest

A, B = (9.50, 47.10), (9.50, 47.20)
LEGS = (
    PlannedLeg(mode="car", points=(B,)),
    PlannedLeg(mode="", hide=True),
    PlannedLeg(mode="walk", points=((9.60, 47.20),)),
)


@pytest.mark.parametrize("away", [0.0, 10.0, 450.0])
def test_beside_the_middle_it_is_as_far_as_the_geodesic_across(away: float) -> None:
    place = geodesy.destination((9.50, 47.15), 90, away)
    assert beside_m(A, B, place) == pytest.approx(away, abs=0.2)


def test_before_the_beginning_and_behind_the_end_it_is_as_far_as_those() -> None:
    assert beside_m(A, B, (9.5, 47.05)) == pytest.approx(geodesy.distance(A, (9.5, 47.05)), rel=1e-6)
    assert beside_m(A, A, B) == pytest.approx(geodesy.distance(A, B), rel=1e-6)


@pytest.mark.parametrize(
    ("place", "leg"), [((9.501, 47.12), 1), ((9.55, 47.201), 3), ((9.61, 47.20), 3), ((9.49, 47.09), 1)]
)
def test_the_leg_that_comes_nearest_is_named(place: tuple[float, float], leg: int) -> None:
    assert nearest(A, LEGS, place)[0] == leg
