"""Anything may stand anywhere in a scenario: it is refused in one line, or played to its end; never anything else."""

from __future__ import annotations

import copy
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from qroc_desktop.errors import Refused
from qroc_desktop.exercise.conduct import Conduct
from qroc_desktop.exercise.recording import Recording
from qroc_desktop.exercise.view import encoded
from qroc_desktop.exercise.vocabulary import Passed
from qroc_desktop.services.exercise.runs import Exercises
from tests.exercise.building import SMALL
from tests.exercise.watch import Watch

Path_ = tuple[str | int, ...]


def _paths(value: Any, here: Path_ = ()) -> Iterator[Path_]:
    if here:
        yield here
    for key, held in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from _paths(held, (*here, key))


RICH = {
    **json.loads(json.dumps(SMALL)),
    "durationS": 300,
    "bbox": [9.4, 47.0, 9.7, 47.3],
    "budgets": {"red": {"points": 10, "speedKmh": {"car": 80}, "perMinute": {"car": 1}}},
}
RICH["injects"][0]["effects"] = [
    {"entity": "patrol-1", "along": [[9.51, 47.1], [9.52, 47.2]], "takesS": 60, "patch": {"status": "led"}}
]
RICH["injects"][0]["place"] = [9.5, 47.1]
RICH["injects"][1]["media"] = ["gone.png"]
RICH["branches"].append({"id": "t", "when": {"op": "time", "at": 100}, "disable": ["spare"], "maxFires": 2})
PATHS = sorted(_paths(RICH), key=str)
EDGES: list[Any] = [
    None, True, 0, -1, 1, 0.5, 2**53, -(2**53), 2**53 + 1, 1e15, -1e15, 1e-300, 1e308, 10**30, "", "blue", "runner",
    "alert", "x" * 5_000, "../../evil", "a\u202eb\u2066c", "line\nline", "\x00", "2027-01-01T00:00:00Z", [], {}, [[]],
    [0, 0], [181, 91], [9.5, 47.1], {"op": "time", "at": 1}, {"en": "x"}, {"id": "x"}, ["blue", "blue"], [{"id": "x"}],
]  # fmt: skip
ANYTHING = st.sampled_from(EDGES) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def _changed(path: Path_, value: Any) -> bytes:
    raw = copy.deepcopy(RICH)
    at: Any = raw
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    return json.dumps(raw).encode()


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(PATHS), ANYTHING)
@example(("overlays", 0, "geometry", "radiusM"), 1e15)
@example(("visibility", 0, "errorM"), 1e15)
@example(("budgets", "red", "points"), float("inf"))
def test_it_is_refused_in_one_line_or_played_to_its_end(path: Path_, value: Any) -> None:
    exercises = Exercises(Watch().wall)
    with tempfile.TemporaryDirectory() as folder:
        file, run = Path(folder) / "s.json", Path(folder) / "run.qrocrun"
        file.write_bytes(_changed(path, value))
        try:
            loaded = exercises.load(file)
            for problem in loaded.problems:
                assert f"{problem.where}: {problem.why}".isprintable(), problem
            exercises.create(loaded.package, run)
        except Refused as refused:
            line = str(refused)
        else:
            line = ""
            _play(run)
        assert line.isprintable()
        assert run.exists() is not bool(line), "nothing half done"


def _play(run: Path) -> None:
    recording = Recording(run)
    watch = Watch()
    conduct = Conduct(recording, mono=watch.mono, wall=watch.wall)
    conduct.ready()
    conduct.jump(min(conduct.duration, 600_000), Passed.FIRE)
    for team in recording.scenario.teams:
        encoded(conduct.view(team.id))
    assert recording.verify() == conduct.world.standing.events
    recording.close()
