"""What an exercise costs, as a table: `python -m tests.benchmarks.bench_exercise [--quick]`.

Seeking: the state at random instants, every entity's place and status included, beside a scan of all states from the
start, re-made here as a player without an index would do it. Playing: how long a tick takes at speed 64, the record on
the disk and the views of all teams included.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from qroc_desktop.domain.instant import Instant
from qroc_desktop.exercise.conduct import Conduct
from qroc_desktop.exercise.recording import Recording
from qroc_desktop.exercise.scenario import Scenario, ms
from qroc_desktop.exercise.view import encoded
from qroc_desktop.exercise.vocabulary import Passed
from tests.exercise.building import dense, small

FRAME_MS = 50


def scan(scenario: Scenario, t: int) -> dict[str, tuple[object, str]]:
    """Place and status of all at `t`, by going through every state up to then."""
    found: dict[str, tuple[object, str]] = {}
    for entity in scenario.entities:
        place, since, status = entity.initial.position, 0, entity.initial.status
        for state in entity.states:
            at = ms(state.t)
            if at > t:
                if state.position is not None and place is not None:
                    part = (t - since) / (at - since)
                    place = tuple(a + (b - a) * part for a, b in zip(place, state.position, strict=True))  # type: ignore[assignment]
                break
            place, since = state.position or place, at
            status = state.status if state.status is not None else status
        found[entity.id] = (place, status)
    return found


def median_ms(job: Callable[[int], object], instants: list[int]) -> float:
    taken = []
    for t in instants:
        start = time.perf_counter()
        job(t)
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken)


def seeking(entities: int, states: int, folder: Path) -> None:
    scenario = dense(entities, states)
    recording = Recording.create(folder / "dense.qrocrun", scenario)
    conduct = Conduct(recording, mono=time.monotonic_ns, wall=lambda: Instant(0))
    conduct.ready()
    conduct.jump(recording.ground.duration - 1, Passed.FIRE)
    chance = random.Random(4)
    instants = [chance.randrange(recording.ground.duration) for _ in range(15)]

    def seek(t: int) -> dict[str, tuple[object, str]]:
        world = recording.world(t)
        return {name: (place, str(world.prop(name, "status"))) for name, place in world.positions().items()}

    for t in instants[:3]:
        ours, theirs = seek(t), scan(scenario, t)
        assert all(ours[name][1] == theirs[name][1] for name in theirs), "both answer the same question"
    ours_ms = median_ms(seek, instants)
    scan_ms = median_ms(lambda t: scan(scenario, t), instants)
    name = f"seek in {entities} entities x {states} states"
    print(f"{name}: {ours_ms:9.1f} ms, scan {scan_ms:9.1f} ms, ratio {scan_ms / ours_ms:6.1f}")
    recording.close()


def playing(scenario: Scenario, name: str, folder: Path, seconds: float) -> None:
    recording = Recording.create(folder / f"{name}.qrocrun", scenario)
    conduct = Conduct(recording, mono=time.monotonic_ns, wall=lambda: Instant(time.time_ns() // 1000))
    conduct.start()
    conduct.set_speed(64)
    taken: list[float] = []
    end = time.monotonic() + seconds
    while time.monotonic() < end and not conduct.over:
        start = time.perf_counter()
        conduct.tick()
        for team in scenario.teams:
            encoded(conduct.view(team.id))
        taken.append((time.perf_counter() - start) * 1000)
        time.sleep(max(0.0, FRAME_MS / 1000 - taken[-1] / 1000))
    over = sum(frame > 100 for frame in taken)
    print(
        f"play {name} at 64x: {len(taken)} frames, median {statistics.median(taken):6.1f} ms, "
        f"longest {max(taken):6.1f} ms, over 100 ms: {over}"
    )
    recording.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="shorter")
    quick = parser.parse_args().quick
    with tempfile.TemporaryDirectory() as folder:
        seeking(*((200, 400) if quick else (1_000, 2_000)), Path(folder))
        playing(small(), "small", Path(folder), 5 if quick else 30)
        playing(dense(200, 100), "200 entities", Path(folder), 5 if quick else 30)


if __name__ == "__main__":
    main()
