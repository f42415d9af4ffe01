"""A shift: whatever is still due by the clock comes so much later or earlier, conditions too; what has passed stays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from qroc_desktop.exercise import engine
from qroc_desktop.exercise.conduct import Conduct
from qroc_desktop.exercise.events import Branched, Event, Fired, Rearmed
from qroc_desktop.exercise.recording import Recording
from qroc_desktop.exercise.scenario import Scenario
from qroc_desktop.exercise.vocabulary import Passed
from qroc_desktop.exercise.world import Ground, World
from tests.exercise.building import SMALL, small
from tests.exercise.watch import Watch


def inject(name: str, trigger: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": name, "title": {"en": name}, "to": {"teams": ["blue"]}, "trigger": trigger, **more}


def clockwork(**changes: Any) -> Scenario:
    """Everything in it waits for the clock, in each of the ways that there are."""
    injects = [
        inject("first", {"at": 60}),
        inject("by-delay", {"after": {"inject": "first", "delayS": 300}}),
        inject("by-time", {"when": {"op": "time", "at": 400}}),
        inject("by-execution", {"when": {"op": "executed", "inject": "first", "afterS": 200}}),
        inject("contingent", {"at": 500}, contingent=True),
        inject("early-only", {"when": {"op": "all", "of": [
            {"op": "acted", "team": "blue", "action": "ring"},
            {"op": "not", "of": {"op": "time", "at": 300}},
        ]}}),
    ]  # fmt: skip
    branches = [
        {"id": "noon", "when": {"op": "time", "at": 450}, "enable": ["contingent"], "maxFires": 9},
        {"id": "late", "when": {"op": "executed", "inject": "first", "afterS": 700}, "enable": []},
    ]
    quiet = {"entities": [], "overlays": [], "objectives": [], "visibility": [], "durationS": 2_000}
    return small(**{**quiet, "injects": injects, "branches": branches, **changes})


class Shifting:
    def __init__(self, folder: Path, scenario: Scenario) -> None:
        self.watch = Watch()
        self.recording = Recording.create(folder / "run.qrocrun", scenario)
        self.conduct = Conduct(self.recording, mono=self.watch.mono, wall=self.watch.wall)
        self.conduct.start()

    def until(self, t: float) -> None:
        self.watch.wait(t - self.conduct.world.t / 1000)
        self.conduct.tick()

    def happened(self) -> dict[str, float]:
        return {
            event.inject if isinstance(event, Fired) else event.branch: event.t / 1000
            for event in self.events()
            if isinstance(event, Fired | Branched)
        }

    def events(self) -> list[Event]:
        return [event for _, event in self.recording.events()]


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Shifting]:
    made = Shifting(tmp_path, clockwork())
    yield made
    made.recording.close()


def test_without_a_shift_each_comes_when_the_scenario_says(run: Shifting) -> None:
    run.until(1_900)
    assert run.happened() == {
        "first": 60, "by-execution": 260, "by-delay": 360, "by-time": 400, "noon": 450, "contingent": 500, "late": 760,
    }  # fmt: skip


def test_all_that_is_due_by_the_clock_comes_later_conditions_and_branches_too(run: Shifting) -> None:
    run.until(100)
    run.conduct.shift(120_000)
    run.until(1_900)
    assert run.happened() == {
        "first": 60, "by-execution": 380, "by-delay": 480, "by-time": 520, "noon": 570, "contingent": 620, "late": 880,
    }  # fmt: skip


def test_shifts_add_up_and_can_be_taken_back(run: Shifting) -> None:
    run.until(30)
    run.conduct.shift(120_000)
    run.until(100)
    run.conduct.shift(-120_000)
    assert run.happened() == {"first": 100}, "due 20 s ago by the second shift: at once"
    run.until(1_900)
    assert run.happened() == {
        "first": 100, "by-execution": 300, "by-delay": 400, "by-time": 400, "noon": 450, "contingent": 500, "late": 800,
    }, "what counts from an execution counts from the true one"  # fmt: skip


def test_what_a_time_has_brought_stays_when_the_rest_is_shifted(run: Shifting) -> None:
    run.until(460)
    run.conduct.shift(600_000)
    run.until(1_900)
    assert [type(event) for event in run.events() if isinstance(event, Branched | Rearmed)] == [Branched, Branched]
    assert run.happened()["noon"] == 450, "a branch that has fired is not armed again by a shift"
    assert run.happened()["contingent"] == 1_100
    assert run.happened()["late"] == 1_360


def test_a_window_that_closes_by_the_clock_closes_later(run: Shifting) -> None:
    run.until(100)
    run.conduct.shift(600_000)
    run.until(600)
    run.conduct.act("blue", "ring")
    assert run.happened()["early-only"] == 600, "until 300 s, and the exercise is ten minutes late"


def test_what_is_released_after_a_shift_comes_at_its_shifted_time(run: Shifting) -> None:
    run.conduct.hold("first")
    run.until(10)
    run.conduct.shift(120_000)
    run.conduct.release("first")
    run.until(400)
    assert run.happened()["first"] == 180


@pytest.mark.parametrize("fired_first", [True, False])
def test_of_a_shift_and_an_execution_at_one_instant_the_order_counts(run: Shifting, fired_first: bool) -> None:
    run.until(10)
    run.conduct.pause()
    steps: list[Callable[[], None]] = [lambda: run.conduct.fire("first"), lambda: run.conduct.shift(120_000)]
    for step in steps if fired_first else reversed(steps):
        step()
    run.conduct.start()
    run.until(600)
    late = 120 if fired_first else 0
    assert run.happened()["by-execution"] == 210 + late
    assert run.happened()["by-delay"] == 310 + late


@pytest.mark.parametrize("step", [0.7, 13.0, 61.0, 490.0])
def test_played_jumped_rewound_and_loaded_are_equal_through_shifts(tmp_path: Path, step: float) -> None:
    def conducted(folder: Path, pace: float, jumps: bool) -> Recording:
        folder.mkdir()
        run = Shifting(folder, clockwork(entities=SMALL["entities"], visibility=SMALL["visibility"]))
        for at, by in ((100, 120_000), (455, -70_000), (900, 45_500)):
            while run.conduct.world.t < at * 1000:
                to = min(at * 1000, run.conduct.world.t + round(pace * 1000))
                if jumps:
                    run.conduct.pause()
                    run.conduct.jump(to, Passed.FIRE)
                    run.conduct.start()
                else:
                    run.until(to / 1000)
            run.conduct.shift(by)
        run.until(2_000)
        run.recording.close()
        return Recording(run.recording.path)

    played, other = conducted(tmp_path / "a", step, False), conducted(tmp_path / "b", step * 3.1, True)
    assert [event for _, event in played.events()] == [event for _, event in other.events()]
    for t in (99_999, 100_000, 455_000, 570_000, 899_999, 900_001, 1_999_999):
        folded = World(Ground(played.scenario)).take_all((e for _, e in played.events(until=t)), t)
        assert played.world(t).digest() == other.world(t).digest() == folded.digest()
    assert played.verify() == other.verify() > 5
    onward = played.world(500_000)
    events = [event for _, event in played.events() if 500_000 < event.t < 900_000]
    assert engine.advance(onward, 899_999) == events, "a state that was loaded goes on as the one that was played"
    played.close()
    other.close()
