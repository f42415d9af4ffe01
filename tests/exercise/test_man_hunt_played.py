"""The man hunt that comes with the program, played to its end in every way."""

from __future__ import annotations

import json
import random
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest

from qroc_desktop.exercise import engine
from qroc_desktop.exercise.conduct import Conduct
from qroc_desktop.exercise.events import Acted, Branched, Fired
from qroc_desktop.exercise.recording import Recording
from qroc_desktop.exercise.scenario import Inject, Scenario
from qroc_desktop.exercise.view import encoded, view_of
from qroc_desktop.exercise.vocabulary import Side
from qroc_desktop.exercise.world import Ground, World
from tests.exercise.hunt import (
    CONDUCTS,
    END,
    REACHED,
    WELL,
    hunt,
    played,
)
from tests.exercise.watch import Watch


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return hunt()


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
