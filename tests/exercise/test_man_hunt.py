"""The man hunt that comes with the program: complete, and true to the ground."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from qroc_desktop.domain import geodesy
from qroc_desktop.exercise.conditions import Acted as HasActed
from qroc_desktop.exercise.conditions import LonLat, Reached, parts
from qroc_desktop.exercise.library import read
from qroc_desktop.exercise.scenario import Entity, Scenario, as_data, said
from qroc_desktop.exercise.validation import problems
from qroc_desktop.exercise.vocabulary import Channel, RoleType, Side
from tests.exercise.hunt import (
    CONDUCTS,
    FASTEST_AIRCRAFT,
    FASTEST_CAR,
    FASTEST_WALKER,
    FOLDER,
    hunt,
    played,
    way_length,
)
from tests.maps.tiles import Archive


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return hunt()


def test_it_validates_without_an_error_and_without_a_warning() -> None:
    assert problems(read(FOLDER)) == []


def test_its_size_and_its_variety(scenario: Scenario) -> None:
    assert 2 * 3600 <= scenario.duration_s <= 4 * 3600
    assert len(scenario.injects) >= 40
    assert {inject.channel for inject in scenario.injects} == set(Channel)
    triggers = [inject.trigger for inject in scenario.injects]
    assert any(t.at is not None for t in triggers)
    assert any(t.after is not None for t in triggers)
    assert any(t.when is not None for t in triggers)
    assert any(t.manual for t in triggers)
    assert sum(inject.contingent for inject in scenario.injects) >= 10
    assert sum(bool(inject.effects) for inject in scenario.injects) >= 15
    assert len(scenario.storylines) >= 7
    assert 5 <= len(scenario.objectives) <= 8
    assert len(scenario.branches) >= 5
    assert {team.side for team in scenario.teams} == set(Side)
    assert "red" in scenario.budgets


def test_every_inject_serves_an_objective_or_is_marked_as_colour(scenario: Scenario) -> None:
    adrift = [
        inject.id
        for inject in scenario.injects
        if inject.storyline != "colour" and not any(expected.objective for expected in inject.expected)
    ]
    assert adrift == []


def test_every_inject_tells_its_controller_what_it_is_for_and_who_plays_it(scenario: Scenario) -> None:
    roles = {role.id for role in scenario.roles}
    for inject in scenario.injects:
        assert min(len(said(inject.controller_note, code)) for code in ("en", "de")) >= 40, inject.id
        assert inject.responsible in roles, inject.id
    assert [i.id for i in scenario.injects if any(e.within_s <= 0 for e in i.expected)] == []


def test_every_objective_has_injects_an_evaluator_tasks_and_measures(scenario: Scenario) -> None:
    judges = {role.id for role in scenario.roles if role.type is RoleType.EVALUATOR}
    served = Counter(e.objective for i in scenario.injects for e in i.expected if e.team == "blue")
    guide = (FOLDER / "evaluators-guide.md").read_text(encoding="utf-8")
    for objective in scenario.objectives:
        assert served[objective.id] >= 3, objective.id
        assert objective.evaluator in judges
        assert sum(task.auto is not None for task in objective.tasks) >= 2, objective.id
        for task in objective.tasks:
            assert f"`{task.id}`" in guide


def test_what_is_measured_is_what_the_inject_asks_for(scenario: Scenario) -> None:
    expected = {inject.id: {e.action for e in inject.expected} for inject in scenario.injects}
    anywhere = set().union(*expected.values())
    for objective in scenario.objectives:
        for task in objective.tasks:
            if task.auto is not None:
                assert task.auto.action in anywhere, task.id
                assert task.target is not None
                assert task.unit == "s"
    # A condition that nobody can ever fulfil would be a branch that nobody reaches.
    asked = {
        (part.team, part.action)
        for condition in [b.when for b in scenario.branches]
        + [i.trigger.when for i in scenario.injects if i.trigger.when]
        for part in parts(condition)
        if isinstance(part, HasActed)
    }
    known = {(e.team, e.action) for i in scenario.injects for e in i.expected}
    handbook = (FOLDER / "directors-handbook.md").read_text(encoding="utf-8")
    assert [action for team, action in asked - known if f"`{action}`" not in handbook] == []


def test_nothing_waits_for_a_time_that_a_shift_would_not_shift(scenario: Scenario) -> None:
    """A director shifts what is due by the clock; a condition on the clock itself would stay behind."""
    conditions = [b.when for b in scenario.branches] + [i.trigger.when for i in scenario.injects if i.trigger.when]
    assert [part for condition in conditions for part in parts(condition) if isinstance(part, Reached)] == []


def test_german_and_english_are_complete(scenario: Scenario) -> None:
    for where, texts in _texts(as_data(scenario)):
        assert set(texts) == {"en", "de"}, where
        assert all(text.strip() for text in texts.values()), where
    for inject in scenario.injects:
        assert inject.body["en"] != inject.body["de"], inject.id


def test_every_message_to_players_says_that_it_is_an_exercise(scenario: Scenario) -> None:
    for inject in scenario.injects:
        assert inject.body["en"].startswith(("EXERCISE", "REHEARSAL")), inject.id
        assert inject.body["de"].startswith(("ÜBUNG", "PROBE")), inject.id


def _texts(data: Any, where: str = "") -> Iterator[tuple[str, dict[str, str]]]:
    """Whatever is by language."""
    if isinstance(data, dict):
        if "en" in data or "de" in data:
            yield where, data
            return
        for key, value in data.items():
            yield from _texts(value, f"{where}/{data.get('id', '')}/{key}")
    elif isinstance(data, list | tuple):
        for value in data:
            yield from _texts(value, where)


# --- the ground ----------------------------------------------------------------------------------


def test_all_places_are_within_the_box(scenario: Scenario) -> None:
    assert scenario.bbox is not None
    west, south, east, north = scenario.bbox
    places = list(_places(as_data(scenario)))
    assert len(places) > 500
    assert [place for place in places if not (west <= place[0] <= east and south <= place[1] <= north)] == []


def _places(data: Any) -> Iterator[LonLat]:
    if isinstance(data, list | tuple) and len(data) == 2 and all(isinstance(part, float) for part in data):
        yield data[0], data[1]
    elif isinstance(data, dict):
        for value in data.values():
            yield from _places(value)
    elif isinstance(data, list | tuple):
        for value in data:
            yield from _places(value)


@pytest.mark.parametrize("name", CONDUCTS)
def test_who_drives_or_walks_is_on_a_road_or_a_path(name: str) -> None:
    """By the roads of the street map, which are the same data as the road graph but not the same file."""
    roads = Roads()
    beyond = _beyond()
    moving = {entity for entity, _, _ in played(name).ways} - {"hotel-1"} | {"car-1"}
    seen = {(entity, place) for _, entity, place in played(name).samples if entity in moving}
    assert len(seen) > 150
    astray = [
        (entity, place, round(away))
        for entity, place in sorted(seen)
        if (away := roads.away(place)) > 60 and not any(_off(place, a, b) < 20 for a, b in beyond)
    ]
    assert astray == []


def test_what_lies_beyond_the_street_map_lies_between_real_places() -> None:
    """Both stretches lead from where the street map ends to a place of the gazetteer, and are short."""
    ends = [pair for pair in _beyond() if math.dist(pair[0], pair[1]) > 0]
    assert 3 <= len(ends) <= 10
    assert sum(geodesy.distance(a, b) for a, b in ends) < 12_000


def _beyond() -> list[tuple[LonLat, LonLat]]:
    routes = json.loads((FOLDER / "routes.json").read_text(encoding="utf-8"))
    found: list[tuple[LonLat, LonLat]] = []
    for name in ("haag-to-salez", "nofels-to-feldkirch"):
        points = [(lon, lat) for lon, lat in routes[name]]
        found += pairwise(points)
    bridge = routes["bendern-over"][-1]
    found.append(((bridge[0], bridge[1]), found[0][0]))
    return found


class Roads:
    """The roads of the street map around the scenario, as segments in a plane."""

    def __init__(self) -> None:
        archive = Archive("liechtenstein.pmtiles")
        zoom, extent = 14, 4096
        size = 2**zoom
        segments = []
        for x in range(_tile_x(9.46, size), _tile_x(9.60, size) + 1):
            for y in range(_tile_y(47.29, size), _tile_y(47.04, size) + 1):
                tile = archive.tile(zoom, x, y) or {}
                for feature in tile.get("roads", {}).get("features", []):
                    shape = feature["geometry"]
                    lines = [shape["coordinates"]] if shape["type"] == "LineString" else shape["coordinates"]
                    for line in lines:
                        points = [_lonlat((x + px / extent) / size, (y + py / extent) / size) for px, py in line]
                        segments += [(*a, *b) for a, b in pairwise(points)]
        self._segments = np.array(segments) * [*_SCALE, *_SCALE]

    def away(self, place: LonLat) -> float:
        """Metres to the nearest road."""
        point = np.array(place) * _SCALE
        start, run = self._segments[:, :2], self._segments[:, 2:] - self._segments[:, :2]
        square = np.maximum((run**2).sum(axis=1), 1e-9)
        part = np.clip(((point - start) * run).sum(axis=1) / square, 0, 1)
        return float(np.hypot(*(start + part[:, None] * run - point).T).min())


_SCALE = np.array([111_320 * math.cos(math.radians(47.15)), 111_195.0])


def _tile_x(lon: float, size: int) -> int:
    return int((lon + 180) / 360 * size)


def _tile_y(lat: float, size: int) -> int:
    return int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * size)


def _lonlat(x: float, y: float) -> LonLat:
    return x * 360 - 180, math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y))))


def _off(place: LonLat, start: LonLat, end: LonLat) -> float:
    point, a, b = (np.array(p) * _SCALE for p in (place, start, end))
    run = b - a
    part = np.clip(((point - a) * run).sum() / max(float((run**2).sum()), 1e-9), 0, 1)
    return float(np.hypot(*(a + part * run - point)))


@pytest.mark.parametrize("name", CONDUCTS)
def test_nobody_is_faster_than_he_can_be(scenario: Scenario, name: str) -> None:
    entities = {entity.id: entity for entity in scenario.entities}
    ways = set(played(name).ways)
    flight = next(state for state in entities["car-1"].states if state.via)
    start = entities["car-1"].initial.position
    assert start is not None
    assert flight.position is not None
    assert flight.via_start_t is not None
    metres = way_length([start, *flight.via, flight.position])
    ways.add(("car-1", metres, flight.t - flight.via_start_t))
    for entity, metres, seconds in ways:
        kmh = metres / seconds * 3.6
        assert kmh <= _limit(entities[entity]), (entity, round(metres), seconds)
        assert kmh >= 1, f"{entity} hardly moves"
    # Between samples too: an effect that sets somebody down elsewhere would be a jump.
    last: dict[str, tuple[int, LonLat]] = {}
    for t, entity, place in played(name).samples:
        if entity in last and t > last[entity][0]:
            before, there = last[entity]
            kmh = geodesy.distance(there, place) / ((t - before) / 1000) * 3.6
            assert kmh <= _limit(entities[entity]) + 1, (entity, t)
        last[entity] = (t, place)


def _limit(entity: Entity) -> float:
    if entity.type.endswith("-hps"):
        return FASTEST_AIRCRAFT
    return FASTEST_WALKER if entity.id in ("f1", "f2") else FASTEST_CAR


def test_the_impossible_hit_is_impossible() -> None:
    """Even in a straight line, which no road is, from reader to reader."""
    fired = played("nothing").fired()
    injects = {inject.id: inject for inject in hunt().injects}
    here, there = injects["anpr-schaan"].place, injects["anpr-balzers"].place
    assert here is not None
    assert there is not None
    seconds = (fired["anpr-balzers"] - fired["anpr-schaan"]) / 1000
    assert geodesy.distance(here, there) / seconds * 3.6 > 140


# --- the play ------------------------------------------------------------------------------------
