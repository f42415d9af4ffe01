"""What an exercise costs, as a table: `python -m tests.benchmarks.bench_exercise [--quick]`.

Seeking: the state at random instants, every entity's place and status included, beside a scan of all states from the
start, re-made here as a player without an index would do it. Both answer the same question at the same instants, one
after the other, and their answers are compared. Playing: how long a tick takes at speed 64, the record on the disk and
the views of all teams included; with desks, the teams' workspaces as well. Beside the time that went by stands the time
that this program's own threads had the processor: on a machine that others use too, the rest is theirs.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from qroc_desktop.domain.ids import random_id
from qroc_desktop.domain.instant import Instant
from qroc_desktop.exercise import library
from qroc_desktop.exercise.conduct import Conduct
from qroc_desktop.exercise.package import Package
from qroc_desktop.exercise.recording import Recording
from qroc_desktop.exercise.scenario import Scenario, ms
from qroc_desktop.exercise.view import encoded
from qroc_desktop.exercise.vocabulary import Passed
from qroc_desktop.paths import program_files
from qroc_desktop.services.exercise.run import ExerciseRun
from tests.exercise.building import dense, small

FRAME_MS = 50
SLOW_MS = 100
SEEKS = 5
_CLOSE = 2e-7
"""Degrees: places are told to about a centimetre."""
_Picture = dict[str, tuple[tuple[float, float] | None, object]]


class Cost(NamedTuple):
    """Milliseconds: those that went by, and those in which this process had a processor."""

    wall: float
    cpu: float


@contextmanager
def measured(into: list[Cost]) -> Iterator[None]:
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    into.append(Cost((time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000))


def scan(scenario: Scenario, t: int) -> _Picture:
    """Place and status of all at `t`, by going through every state up to then."""
    found: _Picture = {}
    seconds = t / 1000
    for entity in scenario.entities:
        place, since, status = entity.initial.position, 0.0, entity.initial.status
        for state in entity.states:
            if state.t > seconds:
                if state.position is not None and place is not None:
                    part = (t - ms(since)) / (ms(state.t) - ms(since))
                    (lon, lat), (to_lon, to_lat) = place, state.position
                    place = lon + (to_lon - lon) * part, lat + (to_lat - lat) * part
                break
            if state.position is not None:
                place, since = state.position, state.t
            if state.status is not None:
                status = state.status
        found[entity.id] = (place, status)
    return found


def seeking(entities: int, states: int, folder: Path) -> None:
    scenario = dense(entities, states)
    recording = Recording.create(folder / "dense.qrocrun", scenario)
    conduct = Conduct(recording, mono=time.monotonic_ns, wall=lambda: Instant(0))
    conduct.ready()
    conduct.jump(recording.ground.duration - 1, Passed.FIRE)
    chance = random.Random(4)
    ours: list[Cost] = []
    theirs: list[Cost] = []
    # By turns, so that whatever else this machine does falls on both.
    for _ in range(SEEKS):
        instants = [chance.randrange(recording.ground.duration) for _ in range(SEEKS)]
        found = [asked(lambda t: recording.world(t).whereabouts(), t, ours) for t in instants]
        expected = [asked(lambda t: scan(scenario, t), t, theirs) for t in instants]
        assert all(same(*answers) for answers in zip(found, expected, strict=True)), "both answer the same question"
    name = f"seek in {entities} entities x {states} states"
    for kind, at in (("wall", 0), ("CPU", 1)):
        mine, other = (statistics.median(cost[at] for cost in costs) for costs in (ours, theirs))
        print(f"{name}, {kind:4}: {mine:7.2f} ms, scan {other:8.1f} ms, ratio {other / mine:6.1f}")
    recording.close()


def asked(question: Callable[[int], _Picture], t: int, into: list[Cost]) -> _Picture:
    with measured(into):
        return question(t)


def same(found: _Picture, expected: _Picture) -> bool:
    for entity, (place, status) in expected.items():
        there, told = found[entity]
        if told != status or (there is None) is not (place is None):
            return False
        if there and place and max(abs(a - b) for a, b in zip(there, place, strict=True)) > _CLOSE:
            return False
    return len(found) == len(expected)


def playing(scenario: Scenario, name: str, folder: Path, seconds: float) -> None:
    recording = Recording.create(folder / f"{name}.qrocrun", scenario)
    conduct = Conduct(recording, mono=time.monotonic_ns, wall=lambda: Instant(time.time_ns() // 1000))
    conduct.start()
    conduct.set_speed(64)

    def frame() -> bool:
        conduct.tick()
        for team in scenario.teams:
            encoded(conduct.view(team.id))
        return not conduct.over

    table(f"play {name} at 64x", frame, seconds)
    recording.close()


def playing_with_desks(package: Package, name: str, folder: Path, seconds: float) -> None:
    """A run as the window has it: the record, and a workspace of its own for each team."""
    ExerciseRun.create(package, folder / name, clock=lambda: Instant(time.time_ns() // 1000))
    running = ExerciseRun(
        folder / name,
        clock=lambda: Instant(time.time_ns() // 1000),
        mono=time.monotonic_ns,
        ids=random_id,
        author="benchmark",
    )
    running.conduct.start()
    running.conduct.set_speed(64)

    def frame() -> bool:
        running.tick()
        return not running.conduct.over

    table(f"play {name} with desks at 64x", frame, seconds)
    running.close()


def table(name: str, frame: Callable[[], bool], seconds: float) -> None:
    taken: list[Cost] = []
    end, going = time.monotonic() + seconds, True
    while going and time.monotonic() < end:
        with measured(taken):
            going = frame()
        time.sleep(max(0.0, (FRAME_MS - taken[-1].wall) / 1000))
    for kind, at in (("wall", 0), ("CPU", 1)):
        costs = sorted(cost[at] for cost in taken)
        print(
            f"{name}, {kind:4}: {len(costs)} frames, median {statistics.median(costs):6.1f} ms, "
            f"99 of 100 within {costs[len(costs) * 99 // 100]:6.1f} ms, longest {costs[-1]:6.1f} ms, "
            f"over {SLOW_MS} ms: {sum(cost > SLOW_MS for cost in costs)}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="shorter")
    quick = parser.parse_args().quick
    seconds = 5 if quick else 30
    hunt = library.read(program_files().resources / library.FOLDER / "man-hunt")
    with tempfile.TemporaryDirectory() as folder:
        seeking(*((200, 400) if quick else (1_000, 2_000)), Path(folder))
        playing(small(), "small", Path(folder), seconds)
        playing(dense(200, 100), "200 entities", Path(folder), seconds)
        playing(hunt.scenario, "man hunt", Path(folder), seconds)
        playing_with_desks(Package(scenario=dense(200, 100)), "200 entities", Path(folder), seconds)
        playing_with_desks(hunt, "man hunt", Path(folder), 5 * seconds)


if __name__ == "__main__":
    main()
