"""Played, jumped, rewound, loaded from disk: the same state, byte for byte, whatever the speed and the steps."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qroc_desktop.exercise import engine
from qroc_desktop.exercise.conduct import Conduct
from qroc_desktop.exercise.events import Event, Fired, Spotted
from qroc_desktop.exercise.orbat import imported
from qroc_desktop.exercise.recording import Recording
from qroc_desktop.exercise.scenario import Scenario
from qroc_desktop.exercise.vocabulary import Passed
from qroc_desktop.exercise.world import Ground, World
from tests.exercise.building import BALZERS, SMALL, dense, small
from tests.exercise.watch import Watch

NARVIK = Path(__file__).parents[3] / "shared" / "samples" / "orbat" / "narvik40.json"
END = 3_600_000
ROUND_THE_WORLD = small(
    entities=[
        {
            "id": "east",
            "team": "blue",
            "initial": {"position": [179, 10]},
            "states": [{"t": 1000, "position": [-179, -10]}],
        },
        {
            "id": "west",
            "team": "blue",
            "initial": {"position": [-179, 0]},
            "states": [{"t": 1000, "position": [179, 0]}],
        },
        {"id": "nowhere", "team": "red"},
        {"id": "later", "team": "red", "states": [{"t": 50, "position": [0, 0]}, {"t": 60, "status": "x"}]},
        {"id": "before", "team": "red", "states": [{"t": -50, "position": [0, 0]}, {"t": 50, "position": [1, 1]}]},
    ],
    injects=[],
    branches=[],
    visibility=[],
    objectives=[],
)
UNEVEN = small(
    entities=[
        {
            "id": f"u{number}",
            "team": "blue",
            "states": [
                # Some have none, some many, most of them in one minute, and several at one instant.
                {
                    "t": 600 + step * step % 61 + (step % 9 == 0) * 2_000,
                    "position": [step / 10, number],
                    "status": str(step),
                }
                for step in range(number * number)
            ],
        }
        for number in range(9)
    ],
    injects=[],
    branches=[],
    visibility=[],
    objectives=[],
)
GROUNDS = [Ground(small()), Ground(dense(20, 30)), Ground(ROUND_THE_WORLD), Ground(UNEVEN)]


def test_in_a_crowded_minute_all_together_are_where_each_is_by_itself() -> None:
    ground = GROUNDS[3]
    for t in (0, *range(599_500, 662_000, 500), *range(2_599_500, 2_662_000, 500)):
        world = World(ground, t)
        assert world.whereabouts() == {
            entity: (world.position(entity), world.prop(entity, "status")) for entity in ground.entities
        }


def played(scenario: Scenario, stops: list[int]) -> dict[int, str]:
    """Digests at the stops, coming to each from the one before."""
    world = World(Ground(scenario))
    digests = {}
    for stop in stops:
        engine.advance(world, stop)
        digests[stop] = world.digest()
    return digests


def jumped(scenario: Scenario, to: int) -> str:
    world = World(Ground(scenario))
    engine.advance(world, to)
    return world.digest()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, END), min_size=1, max_size=12, unique=True))
def test_a_state_does_not_depend_on_the_steps_that_led_to_it(stops: list[int]) -> None:
    for stop, digest in played(small(), sorted(stops)).items():
        assert digest == jumped(small(), stop)


@pytest.mark.parametrize("speed", [0.5, 1, 8, 64])
def test_played_at_any_speed_jumped_rewound_and_loaded_are_equal(tmp_path: Path, speed: float) -> None:
    scenario = small(durationS=900)
    watch = Watch()
    recording = Recording.create(tmp_path / "run.qrocrun", scenario)
    conduct = Conduct(recording, mono=watch.mono, wall=watch.wall)
    conduct.start()
    conduct.set_speed(speed)
    shown: dict[int, str] = {}
    while conduct.world.t < 900_000:
        watch.wait(37.3 / speed + 0.011)
        conduct.tick()
        shown[conduct.world.t] = conduct.world.digest()
    recording.close()

    again = Recording(tmp_path / "run.qrocrun")
    for t, digest in reversed(shown.items()):
        assert again.world(t).digest() == digest, "rewound and loaded"
        assert jumped(scenario, t) == digest, "jumped"
    assert again.verify() == conduct.world.standing.events
    again.close()


def test_every_instant_that_matters_is_the_one_that_was_written_down() -> None:
    happened = _all(small())
    fired = {event.inject: event.t for event in happened if isinstance(event, Fired)}
    assert fired["alert"] == 60_000
    assert fired["call"] == 150_500, "60 s and a delay of 90.5 s"
    # The runner goes the 10.97 km (haversine) from Balzers to Schaan in 1,800 s: the last 200 m begin 32.8 s before he
    # is there, and the engine looks at full seconds.
    assert fired["switch"] == 1_768_000
    assert fired["camera"] == fired["switch"] + 30_000
    assert "spare" not in fired


def test_chance_belongs_to_the_look_and_not_to_the_order_of_looks() -> None:
    spotted = [event for event in _all(small()) if isinstance(event, Spotted)]
    assert len(spotted) > 5
    halfway = World(Ground(small()))
    engine.advance(halfway, spotted[3].t, Passed.SKIP)
    later = engine.advance(halfway, END, Passed.SKIP)
    assert [event for event in later if isinstance(event, Spotted)] == spotted[4:]


def test_another_seed_is_another_exercise() -> None:
    assert [e for e in _all(small()) if isinstance(e, Spotted)] != [
        e for e in _all(small(seed=8)) if isinstance(e, Spotted)
    ]


def test_the_way_over_the_date_line_is_the_short_one() -> None:
    world = World(GROUNDS[2], 250_000)
    assert world.position("east") == (179.5, 5.0)
    assert world.position("west") == (-179.5, 0.0)


def test_what_is_recorded_never_goes_back_in_time() -> None:
    assert all(one.t <= other.t for one, other in pairwise(_all(small())))


@settings(max_examples=60, deadline=None)
@given(st.integers(-100_000, 2 * END))
def test_all_together_are_where_each_is_by_itself(t: int) -> None:
    for ground in GROUNDS:
        world = World(ground, t)
        assert world.positions() == {entity: world.position(entity) for entity in ground.entities}
        assert ground.courses.props(t) == {entity: world.props(entity) for entity in ground.entities}
        assert world.whereabouts() == {
            entity: (world.position(entity), world.prop(entity, "status")) for entity in ground.entities
        }


def test_what_was_led_along_or_taken_away_is_elsewhere_than_its_track_says() -> None:
    effects = [
        {"entity": "patrol-1", "position": BALZERS, "patch": {"status": "stuck"}},
        {"entity": "REDVAN", "remove": True},
    ]
    world = World(Ground(small(injects=[{**SMALL["injects"][0], "effects": effects}], branches=[])))
    engine.advance(world, 600_000)
    assert world.whereabouts()["patrol-1"] == (tuple(BALZERS), "stuck")
    assert "REDVAN" not in world.whereabouts()
    assert world.whereabouts()["runner"] == (world.position("runner"), "")


@pytest.mark.skipif(not NARVIK.exists(), reason="the sample scenarios are not here")
def test_an_imported_scenario_is_the_same_played_and_jumped() -> None:
    scenario = imported(NARVIK.read_bytes()).scenario
    end = round(scenario.duration_s * 1000)
    stops = [end * part // 17 for part in range(1, 18)]
    for stop, digest in played(scenario, stops).items():
        assert digest == jumped(scenario, stop)


def _all(scenario: Scenario) -> list[Event]:
    return engine.advance(World(Ground(scenario)), END)
