"""Scenarios of ORBAT Mapper become ours: sides, units, their states over time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from qroc_desktop.errors import Refused
from qroc_desktop.exercise import orbat
from qroc_desktop.exercise.package import Package
from qroc_desktop.exercise.validation import problems
from qroc_desktop.exercise.world import Ground, World

NARVIK = Path(__file__).parents[3] / "shared" / "samples" / "orbat" / "narvik40.json"


def data(**changes: Any) -> bytes:
    unit = {
        "id": "u1",
        "name": "Patrol",
        "sidc": "10031000161211000000",
        "state": [
            {"t": "2027-01-01T10:20:00Z", "location": [10, 50], "via": [[9.5, 50]]},
            {"t": "2027-01-01T09:50:00Z", "location": [9, 50]},
            {"t": "yesterday", "location": [0, 0]},
            {"t": "2027-01-01T10:30:00Z", "status": "Resting", "location": ["x", 1]},
            {"t": 1_798_799_400_000, "location": [11, 50], "interpolate": False},
        ],
        "subUnits": [],
    }
    raw = {
        "type": "ORBAT-mapper",
        "id": "demo",
        "name": "Demo",
        "version": "3.3.0",
        "startTime": "2027-01-01T10:00:00Z",
        "timeZone": "Europe/Oslo",
        "sides": [
            {
                "id": "s",
                "name": "Ours",
                "standardIdentity": "3",
                "groups": [{"id": "g", "name": "G", "subUnits": [unit]}],
            },
            {"id": "r", "name": "Theirs", "standardIdentity": "6", "groups": []},
        ],
        "layerStack": [
            {
                "id": "l",
                "items": [
                    {"id": "f", "geometry": {"type": "Point", "coordinates": [9, 50]}, "properties": {"name": "Camp"}},
                    {"id": "empty"},
                ],
            }
        ],
    }
    return json.dumps({**raw, **changes}).encode()


def test_units_move_as_they_do_there() -> None:
    made = orbat.imported(data())
    ground = Ground(made.scenario)

    def place(minutes: float) -> object:
        return World(ground, round(minutes * 60_000)).position("u1")

    assert place(-20) is None, "nothing is known of it before its first state"
    assert place(-10) == (9.0, 50.0)
    assert place(5) == (9.5, 50.0), "half of the thirty minutes from 9:50 to 10:20"
    assert place(20) == (10.0, 50.0)
    assert place(29.9) == (10.0, 50.0), "it does not go there, it is there"
    assert place(30) == (11.0, 50.0)


def test_sides_are_teams_and_what_cannot_be_read_is_said() -> None:
    made = orbat.imported(data())
    assert [(team.id, team.side) for team in made.scenario.teams] == [("s", "blue"), ("r", "red"), ("white", "white")]
    assert [(where, str(why)) for where, why in made.skipped] == [
        ("u1", "A state has no time that can be read."),
        ("u1", "A state has no place that can be read."),
        ("empty", "It has no geometry."),
    ]
    assert [overlay.name for overlay in made.scenario.overlays] == [{"en": "Camp"}]
    assert [problem for problem in problems(Package(scenario=made.scenario)) if problem.fatal] == []


@pytest.mark.parametrize(
    "bad", [b"", b"{}", b'{"type": "ORBAT-mapper"', b"[" * 50_000, json.dumps({"type": "other"}).encode()]
)
def test_what_is_none_is_refused_in_one_line(bad: bytes) -> None:
    with pytest.raises(Refused) as refused:
        orbat.imported(bad)
    assert "\n" not in str(refused.value)


def test_nonsense_within_costs_only_itself() -> None:
    made = orbat.imported(
        data(sides=[None, 5, {"id": 7, "groups": [{"subUnits": [{"state": 5}, {"id": "u1", "state": [{}]}]}]}])
    )
    assert [entity.id for entity in made.scenario.entities] == ["unit", "u1"]


@pytest.mark.skipif(not NARVIK.exists(), reason="the sample scenarios are not here")
def test_the_sample_is_imported_whole() -> None:
    assert orbat.is_orbat(NARVIK.read_bytes())
    made = orbat.imported(NARVIK.read_bytes())
    assert made.skipped == ()
    assert len(made.scenario.entities) == 39
    assert sum(len(entity.states) for entity in made.scenario.entities) == 24
    assert [team.name["en"] for team in made.scenario.teams] == ["Allied forces", "Axis forces", "Exercise control"]
    assert [problem for problem in problems(Package(scenario=made.scenario)) if problem.fatal] == []
    # Eidsvold lies where its only placed state says, also at the very start.
    assert World(Ground(made.scenario)).position("EaPcn0Sv5yfULEaLgVpgN") == (17.3582574, 68.4364868)
