"""A small exercise that has one of everything: its record is short enough to be reckoned by hand."""

from __future__ import annotations

from typing import Any

import msgspec

from qroc_desktop.exercise.package import Package
from qroc_desktop.exercise.scenario import Scenario

BALZERS, VADUZ, SCHAAN, FELDKIRCH = (9.5023, 47.0664), (9.5209, 47.1410), (9.5087, 47.1650), (9.5990, 47.2372)

SMALL: dict[str, Any] = {
    "id": "small",
    "formatVersion": 2,
    "kind": "man-hunt",
    "title": {"en": "A small hunt", "de": "Eine kleine Fahndung"},
    "t0": "2027-03-15T14:00:00+01:00",
    "timeZone": "Europe/Vaduz",
    "durationS": 3600,
    "seed": 7,
    "teams": [
        {"id": "blue", "side": "blue", "roles": ["desk"]},
        {"id": "red", "side": "red", "roles": ["fugitive"]},
        {"id": "white", "side": "white", "roles": ["director", "judge"]},
    ],
    "roles": [
        {"id": "desk", "type": "blue"},
        {"id": "fugitive", "type": "red"},
        {"id": "director", "type": "director"},
        {"id": "judge", "type": "evaluator"},
    ],
    "entities": [
        {
            "id": "patrol-1",
            "team": "blue",
            "type": "a-f-G-U-C",
            "name": {"en": "Patrol 1"},
            "initial": {"position": VADUZ, "status": "free"},
            "states": [
                {"t": 600, "position": SCHAAN, "status": "on the way"},
                {"t": 1200, "position": VADUZ, "via": [[9.515, 47.15]], "viaStartT": 900},
            ],
        },
        {
            "id": "runner",
            "team": "red",
            "type": "a-h-G",
            "name": {"en": "REDNAME"},
            "note": "REDNOTE",
            "initial": {"position": BALZERS, "props": {"weapon": "REDPROP"}},
            "states": [{"t": 1800, "position": SCHAAN}, {"t": 3000, "position": FELDKIRCH}],
        },
        {"id": "REDVAN", "team": "red", "initial": {"position": SCHAAN}},
    ],
    "overlays": [
        {"id": "cordon", "geometry": {"type": "Point", "coordinates": VADUZ, "radiusM": 500.0}, "visibility": ["blue"]},
        {"id": "REDOVERLAY", "geometry": {"type": "Point", "coordinates": SCHAAN}, "visibility": ["red"]},
    ],
    "storylines": [{"id": "main", "title": {"en": "Main"}}],
    "injects": [
        {
            "id": "alert",
            "title": {"en": "REDTITLE"},
            "body": {"en": "A man has fled from the bank."},
            "controllerNote": "REDCONTROL",
            "to": {"teams": ["blue"]},
            "trigger": {"at": 60},
            "expected": [{"action": "ring", "withinS": 300, "objective": "contain"}],
        },
        {
            "id": "call",
            "title": {"en": "Call of a witness"},
            "body": {"en": "I saw him."},
            "channel": "phone",
            "to": {"roles": ["desk"]},
            "trigger": {"after": {"inject": "alert", "delayS": 90.5}},
        },
        {
            "id": "switch",
            "title": {"en": "Change of vehicle"},
            "body": {"en": "REDBODY"},
            "to": {"teams": ["red"]},
            "trigger": {"when": {"op": "near", "entity": "runner", "other": "REDVAN", "withinM": 200}},
            "effects": [{"entity": "runner", "patch": {"vehicle": "van", "status": "driving"}}],
        },
        {
            "id": "camera",
            "title": {"en": "Camera"},
            "body": {"en": "A van on the camera."},
            "channel": "cctv",
            "to": {"teams": ["blue"]},
            "contingent": True,
            "trigger": {"after": {"inject": "switch", "delayS": 30}},
        },
        {
            "id": "spare",
            "title": {"en": "Spare"},
            "body": {"en": "."},
            "to": {"teams": ["blue"]},
            "trigger": {"manual": True},
        },
    ],
    "objectives": [
        {
            "id": "contain",
            "text": {"en": "Contain him"},
            "tasks": [
                {
                    "id": "ring-in-time",
                    "criterion": {"en": "A ring within five minutes"},
                    "target": 300,
                    "unit": "s",
                    "auto": {"action": "ring", "since": "alert", "team": "blue"},
                }
            ],
        }
    ],
    "branches": [{"id": "caught-on-camera", "when": {"op": "executed", "inject": "switch"}, "enable": ["camera"]}],
    "visibility": [
        {
            "entity": "runner",
            "team": "blue",
            "mode": "detected",
            "detector": {"rangeM": 2500, "pd": 0.4, "delayS": 20, "everyS": 10},
            "errorM": 150,
            "staleAfterS": 120,
            "seenAs": {"en": "Possible sighting"},
        }
    ],
    "checkpoints": [{"t": 1800, "label": {"en": "Half"}}],
}


FACTS: list[dict[str, Any]] = [
    {"id": name, "text": {"en": text}, "since": [{"inject": name}]}
    for name, text in (("alert", "He has fled"), ("switch", "Change of vehicle"))
]
"""What two injects make true; for tests that let others reveal it."""


def small(**changes: Any) -> Scenario:
    """The small scenario, with parts changed."""
    return msgspec.json.decode(msgspec.json.encode({**SMALL, **changes}), type=Scenario)


def package(**changes: Any) -> Package:
    return Package(scenario=small(**changes), handbooks={"guide.md": "# Small: the guide\n\nREDBOOK\n"})


def dense(entities: int, states: int, duration: int = 7200) -> Scenario:
    """Many entities with many states each, on a lattice: enough to make a scan from the start cost something."""
    moving = [
        {
            "id": f"e{number}",
            "team": "blue" if number % 2 else "red",
            "initial": {"position": [9.0 + number % 50 / 100, 47.0 + number // 50 / 100]},
            "states": [
                {
                    "t": duration * (index + 1) / states,
                    "position": [9.0 + (number + index) % 50 / 100, 47.0 + (number + 3 * index) % 40 / 100],
                    "status": str(index % 5),
                }
                for index in range(states)
            ],
        }
        for number in range(entities)
    ]
    return small(entities=moving, durationS=duration, injects=[], branches=[], visibility=[], objectives=[])
