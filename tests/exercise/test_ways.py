"""An inject that leads an entity along a way: from where it is, in the time that is given, and then it stays there."""

from __future__ import annotations

from typing import Any

import pytest

from qroc_desktop.exercise import engine
from qroc_desktop.exercise.validation import problems
from qroc_desktop.exercise.world import Ground, World
from tests.exercise.building import SCHAAN, VADUZ, package, small

# Two pieces of equal length due north and back: what is half of the way needs no reckoning.
NORTH, FARTHER = (9.5, 47.1), (9.5, 47.2)


def _inject(**effect: Any) -> list[dict[str, Any]]:
    return [
        {"id": "lead", "title": {"en": "Lead"}, "trigger": {"at": 100}, "effects": [{"entity": "patrol-1", **effect}]}
    ]


def _at(t: int, **effect: Any) -> World:
    world = World(Ground(small(injects=_inject(**effect), branches=[], objectives=[])))
    engine.advance(world, t * 1000)
    return world


def test_it_goes_from_where_it_is_set_down_evenly_to_the_end_and_stays_there() -> None:
    way = {"position": NORTH, "along": [FARTHER, NORTH, FARTHER], "takesS": 300}
    assert _at(99, **way).position("patrol-1") != NORTH
    assert _at(100, **way).position("patrol-1") == NORTH
    assert _at(200, **way).position("patrol-1") == pytest.approx(FARTHER, abs=1e-6)
    assert _at(300, **way).position("patrol-1") == pytest.approx(NORTH, abs=1e-6)
    assert _at(350, **way).position("patrol-1") == pytest.approx((9.5, 47.15), abs=1e-5)
    assert _at(400, **way).position("patrol-1") == FARTHER
    assert _at(3600, **way).position("patrol-1") == FARTHER, "its written course is over"


def test_without_a_place_it_goes_from_where_it_was() -> None:
    before = _at(99, along=[SCHAAN], takesS=60).position("patrol-1")
    assert before is not None
    assert _at(100, along=[SCHAAN], takesS=60).position("patrol-1") == pytest.approx(before, abs=1e-4)
    assert _at(160, along=[SCHAAN], takesS=60).position("patrol-1") == SCHAAN


def test_what_appears_and_has_no_place_begins_where_its_way_begins() -> None:
    injects = _inject(spawn=True, along=[VADUZ, SCHAAN], takesS=60)
    entities = [{"id": "patrol-1", "team": "blue"}]
    world = World(Ground(small(injects=injects, entities=entities, branches=[], objectives=[], visibility=[])))
    engine.advance(world, 99_000)
    assert world.position("patrol-1") is None
    engine.advance(world, 100_000)
    assert world.position("patrol-1") == VADUZ
    engine.advance(world, 160_000)
    assert world.position("patrol-1") == SCHAAN


@pytest.mark.parametrize(
    ("effect", "said"),
    [({"along": [SCHAAN]}, "takesS"), ({"along": [[9.5, 97.0]], "takesS": 60}, "not on this Earth")],
)
def test_a_way_that_cannot_be_gone_is_named(effect: dict[str, Any], said: str) -> None:
    found = [p for p in problems(package(injects=_inject(**effect), branches=[], objectives=[])) if p.fatal]
    assert [p.where for p in found] == ["injects/lead/effects"]
    assert said in str(found[0].why)


def test_an_evaluator_who_does_not_exist_is_named() -> None:
    objective = {"id": "o", "text": {"en": "O"}, "evaluator": "nobody"}
    found = [p for p in problems(package(objectives=[objective], branches=[], injects=[])) if p.fatal]
    assert [p.where for p in found] == ["objectives/o/evaluator"]
