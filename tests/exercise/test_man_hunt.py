"""The man hunt that comes with the program: complete, true to the ground, and playable to its end in every way."""

from __future__ import annotations

import json
import math
import random
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from qroc_desktop.domain import geodesy
from qroc_desktop.exercise import engine
from qroc_desktop.exercise.conditions import Acted as HasActed
from qroc_desktop.exercise.conditions import LonLat, Reached, parts
from qroc_desktop.exercise.conduct import Conduct
from qroc_desktop.exercise.events import Acted, Branched, Event, Fired
from qroc_desktop.exercise.library import read
from qroc_desktop.exercise.recording import Recording
from qroc_desktop.exercise.scenario import Entity, Inject, Scenario, as_data
from qroc_desktop.exercise.validation import problems
from qroc_desktop.exercise.view import encoded, view_of
from qroc_desktop.exercise.vocabulary import Channel, RoleType, Side
from qroc_desktop.exercise.world import Ground, World
from tests.exercise.watch import Watch
from tests.maps.tiles import Archive

FOLDER = Path(__file__).parents[2] / "resources" / "scenarios" / "man-hunt"
END = 10_800_000
FASTEST_CAR, FASTEST_WALKER, FASTEST_AIRCRAFT = 160.0, 12.0, 250.0

# What is done, and when in seconds: by which team, and which action. A director's hand is "white".
NOTHING: list[tuple[int, str, str]] = []
WELL = [
    (300, "white", "link-test"), (700, "blue", "first-patrols"), (800, "blue", "explosive-warning"),
    (1500, "blue", "close-bendern"), (1560, "blue", "close-schaanwald"), (2000, "blue", "request-neighbour"),
    (2900, "blue", "dog-team"), (2950, "blue", "helicopter"), (3100, "blue", "van-alert"),
    (3200, "blue", "close-ruggell"), (3300, "blue", "rumour-corrected"), (4000, "blue", "publish-photo"),
    (4900, "blue", "welfare-check"), (5000, "blue", "check-cellar"), (5100, "blue", "search-update"),
    (5200, "blue", "hut-checked"), (6300, "blue", "cordon-schellenberg"),
]  # fmt: skip
TOWN = [
    (500, "red", "change-early"), (760, "blue", "first-patrols"), (2700, "blue", "van-alert"),
    (3000, "blue", "dog-team"), (5800, "blue", "request-neighbour"),
]  # fmt: skip
CONDUCTS = {"nothing": NOTHING, "well": WELL, "town": TOWN}
REACHED = {
    "nothing": {"not-warned", "bendern-open", "neighbour-not-asked", "rumour-unanswered", "photo-withheld"},
    "well": {
        "patrols-sent", "bendern-closed", "neighbour-holds", "hills-well-searched", "rumour-corrected",
        "photo-published", "driver-caught",
    },
    "town": {
        "patrols-sent", "not-warned", "red-early-change", "bendern-open", "neighbour-holds", "rumour-unanswered",
        "photo-withheld", "driver-caught",
    },
}  # fmt: skip


class Played(msgspec.Struct):
    """What came of a conduct. `samples`: entity and place every twenty seconds. `ways`: entity, metres, seconds."""

    events: list[Event] = []
    samples: list[tuple[int, str, LonLat]] = []
    ways: set[tuple[str, float, float]] = set()
    world: World | None = None

    def fired(self) -> dict[str, int]:
        return {event.inject: event.t for event in self.events if isinstance(event, Fired)}

    def branched(self) -> set[str]:
        return {event.branch for event in self.events if isinstance(event, Branched)}


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return hunt()


@cache
def hunt() -> Scenario:
    return read(FOLDER).scenario


@cache
def played(name: str) -> Played:
    """The whole exercise under a conduct, by the engine alone."""
    world = World(Ground(hunt()))
    course = Played(world=world, events=engine.settle(world))
    for t in sorted({*range(0, END + 1, 20_000), *(at * 1000 for at, _, _ in CONDUCTS[name])}):
        course.events += engine.advance(world, t)
        for at, team, action in CONDUCTS[name]:
            if at * 1000 == t:
                event = Fired(t=t, inject=action) if team == "white" else Acted(t=t, team=team, action=action)
                world.take(event)
                course.events += [event, *engine.settle(world)]
        _sample(world, course)
    return course


def _sample(world: World, course: Played) -> None:
    for entity in world.ground.scenario.entities:
        place = world.position(entity.id)
        if place is not None:
            course.samples.append((world.t, entity.id, place))
        standing = world.standing.entities.get(entity.id)
        if standing is not None and standing.moved is not None:
            start: LonLat = (standing.moved[1], standing.moved[2])
            for leg in standing.legs:
                course.ways.add((entity.id, _metres([start, *leg.points]), (leg.ends - leg.starts) / 1000))


def _metres(points: list[LonLat]) -> float:
    return sum(geodesy.distance(a, b) for a, b in pairwise(points))


# --- what it is made of --------------------------------------------------------------------------


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
    assert [i.id for i in scenario.injects if len(i.controller_note) < 40 or i.responsible not in roles] == []
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
    metres = _metres([start, *flight.via, flight.position])
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


@pytest.mark.parametrize("name", CONDUCTS)
def test_each_conduct_reaches_its_branches(name: str) -> None:
    assert played(name).branched() == REACHED[name]


def test_every_branch_is_reached_by_some_conduct(scenario: Scenario) -> None:
    assert set().union(*(played(name).branched() for name in CONDUCTS)) == {branch.id for branch in scenario.branches}


def test_every_inject_is_played_in_some_conduct_but_the_reserve(scenario: Scenario) -> None:
    told = set().union(*(played(name).fired() for name in CONDUCTS))
    assert {i.id for i in scenario.injects} - told == {"reserve-prank", "reserve-deer", "reserve-drone"}


def test_what_blue_does_decides_what_happens() -> None:
    nothing, well, town = (played(name).fired() for name in ("nothing", "well", "town"))
    # The bridge at Bendern: open, or closed in time.
    assert "red-over" in nothing
    assert not {"block-turned", "red-turned"} & set(nothing)
    assert {"block-turned", "red-turned"} <= set(well)
    assert "red-over" not in well
    # The neighbour: asked too late, answering by sharing, answering by telephone.
    assert {"arrest-abroad", "van-abroad"} <= set(nothing)
    assert {"arrest-here", "gate-turned", "neighbour-shares"} <= set(well)
    assert {"arrest-here", "gate-turned", "neighbour-calls"} <= set(town)
    assert not {"neighbour-calls", "arrest-abroad"} & set(well)
    assert not {"neighbour-shares", "arrest-abroad"} & set(town)
    assert well["arrest-here"] < town["arrest-here"], "a cordon is worth an hour"
    # The hills: a search that learns finds him in the hut; else he comes down by himself.
    assert not {"hills-surrender", "red-higher"} & set(well)
    assert {"hills-surrender", "red-higher"} <= set(nothing)
    assert "hills-arrest" not in nothing
    assert well["hills-arrest"] < nothing["hills-surrender"]
    assert "thermal" in well, "the helicopter really detected the man"
    # Red's early change: the car and the witness are others, and the van comes back over a bridge that is watched.
    assert {"car-found-town", "cctv-town", "bus-driver-van", "cctv-bridge"} <= set(town)
    assert not {"car-found-forest", "bus-driver"} & set(town)


@pytest.mark.parametrize("name", CONDUCTS)
def test_it_ends_with_both_in_custody_and_nothing_left_hanging(name: str) -> None:
    course = played(name)
    assert course.world is not None
    assert [course.world.prop(man, "status") for man in ("f1", "f2")] == ["arrested", "arrested"]
    assert course.fired()["endex"] == END


@pytest.mark.parametrize("name", CONDUCTS)
def test_there_are_quiet_phases_and_peaks_and_never_a_flood(scenario: Scenario, name: str) -> None:
    """By ten minutes, what blue is told."""
    injects = {inject.id: inject for inject in scenario.injects}
    told = [t for inject, t in played(name).fired().items() if _reaches_blue(scenario, injects[inject])]
    tens = Counter(t // 600_000 for t in told)
    assert max(tens.values()) <= 12, "a peak is one message a minute, with room to breathe"
    assert tens[0] <= 4, "the beginning is quiet"
    assert all(tens[ten] >= 1 for ten in range(18)), "and nobody falls asleep"
    assert sum(tens.values()) >= 40


def _reaches_blue(scenario: Scenario, inject: Inject) -> bool:
    blue = next(team for team in scenario.teams if team.side is Side.BLUE)
    return blue.id in inject.to.teams or bool(set(blue.roles) & set(inject.to.roles))


INSTANTS = sorted(random.Random(316).sample(range(60_000, END), 8))


@pytest.mark.slow
@pytest.mark.parametrize("speed", [0.5, 1, 8, 64])
def test_a_director_plays_it_to_its_end_and_it_is_the_same_at_any_speed(tmp_path: Path, speed: float) -> None:
    """By commands, on disk; and the same by the engine alone, rewound, and loaded again."""
    watch = Watch()
    recording = Recording.create(tmp_path / "hunt.qrocrun", hunt())
    conduct = Conduct(recording, mono=watch.mono, wall=watch.wall)
    conduct.start()
    conduct.set_speed(speed)
    shown: dict[int, str] = {}
    for stop, acts in _stops():
        while conduct.clock.t < stop:
            watch.wait(min(97.3, (stop - conduct.clock.t) / 1000) / speed)
            conduct.tick()
        for team, action in acts:
            conduct.fire(action) if team == "white" else conduct.act(team, action)
        shown[conduct.world.t] = conduct.world.digest()
    assert conduct.world.t == END
    assert [e for _, e in recording.events() if isinstance(e, Fired | Branched)] == [
        e for e in played("well").events if isinstance(e, Fired | Branched)
    ]
    recording.close()
    again = Recording(tmp_path / "hunt.qrocrun")
    assert {t: again.world(t).digest() for t in sorted(shown, reverse=True)} == shown, "rewound and loaded"
    assert {stop: digest for stop, digest in _digests().items() if stop in shown} == shown, "whatever the speed"
    assert again.verify() > 0
    again.close()


def _stops() -> list[tuple[int, list[tuple[str, str]]]]:
    """The random instants, those at which something is done, and what."""
    found: dict[int, list[tuple[str, str]]] = {instant: [] for instant in [*INSTANTS, END]}
    for at, team, action in WELL:
        found.setdefault(at * 1000, []).append((team, action))
    return sorted(found.items())


@cache
def _digests() -> dict[int, str]:
    """The state at each stop, come to in one step from the stop before."""
    world = World(Ground(hunt()))
    engine.settle(world)
    digests = {}
    for stop, acts in _stops():
        engine.advance(world, stop)
        for team, action in acts:
            world.take(Fired(t=stop, inject=action) if team == "white" else Acted(t=stop, team=team, action=action))
            engine.settle(world)
        digests[stop] = world.digest()
    return digests


@pytest.mark.slow
def test_played_and_jumped_from_the_start_are_equal_at_random_instants() -> None:
    world = World(Ground(hunt()))
    digests = {}
    for stop in INSTANTS:
        for piece in range(world.t, stop, 61_234):
            engine.advance(world, piece)
        engine.advance(world, stop)
        digests[stop] = world.digest()
    for stop in INSTANTS[::3]:
        jumped = World(Ground(hunt()))
        engine.advance(jumped, stop)
        assert jumped.digest() == digests[stop]


@pytest.mark.slow
def test_no_word_of_red_is_in_blues_view_at_any_of_a_hundred_instants() -> None:
    marked, words = _marked(hunt())
    assert len(words) > 300
    world = World(Ground(marked))
    acts = {at * 1000: (team, action) for at, team, action in WELL}
    instants = set(random.Random(7).sample(range(END), 100))
    looked = 0
    for t in sorted(instants | set(acts) | {END}):
        engine.advance(world, t)
        if t in acts:
            team, action = acts[t]
            world.take(Fired(t=t, inject=action) if team == "white" else Acted(t=t, team=team, action=action))
            engine.settle(world)
        view = encoded(view_of(world, "blue", b"secret")).decode()
        assert "XRED" not in view, view[max(0, view.find("XRED") - 200) :][:400]
        assert not any(f'"{name}"' in view for name in ("car-1", "van", "f1", "f2", "hide-hut", "red-brief"))
        looked += t in instants
    assert looked == 100
    # The words are there to be found: red itself sees many of them.
    assert encoded(view_of(world, "red", b"secret")).decode().count("XRED") > 20


class Words:
    """Words that stand nowhere else."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def word(self) -> str:
        self.made.append(f"XRED{len(self.made):05d}")
        return self.made[-1]

    def texts(self) -> dict[str, str]:
        return {"en": self.word(), "de": self.word()}

    def entity(self, entity: dict[str, Any]) -> None:
        entity |= {"note": self.word(), "sidc": self.word(), "name": self.texts()}
        for state in [entity["initial"], *entity.get("states", [])]:
            state |= {"status": self.word(), "props": {self.word(): self.word()}}

    def inject(self, inject: dict[str, Any], *, hidden: bool, red: set[str]) -> None:
        inject |= {"title": self.texts(), "controllerNote": self.word()}
        for expected in inject.get("expected", []):
            expected["text"] = self.texts()
        if hidden:
            inject |= {"body": self.texts(), "from": self.word()}
        for effect in inject.get("effects", []):
            if effect["entity"] in red:
                effect["patch"] = {"status": self.word(), self.word(): self.word()}


def _marked(scenario: Scenario) -> tuple[Scenario, list[str]]:
    """The scenario with a word of its own in every field that is not for blue."""
    data = json.loads(msgspec.json.encode(scenario))
    words = Words()
    red = {entity["id"] for entity in data["entities"] if entity["team"] == "red"}
    for entity in data["entities"]:
        if entity["id"] in red:
            words.entity(entity)
    for overlay in data["overlays"]:
        if "blue" not in overlay["visibility"]:
            overlay["name"] = words.texts()
    hidden = {inject.id for inject in scenario.injects if not _reaches_blue(scenario, inject)}
    for inject in data["injects"]:
        words.inject(inject, hidden=inject["id"] in hidden, red=red)
    return msgspec.convert(data, Scenario), words.made
