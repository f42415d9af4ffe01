"""What a director does to a run: hold, skip, fire, improvise, shift, jump, fork, and going on after a crash."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from qroc_desktop.errors import Damaged, Refused
from qroc_desktop.exercise.conduct import Conduct
from qroc_desktop.exercise.events import Acted, Cancelled, Event, Fired, PlannedLeg, Resumed
from qroc_desktop.exercise.recording import Recording
from qroc_desktop.exercise.scenario import Effect, Inject, To, Trigger
from qroc_desktop.exercise.vocabulary import ClockState, InjectState, Passed, Rating
from tests.exercise.building import SCHAAN, VADUZ, small
from tests.exercise.watch import Watch

GUIDE = {"guide.md": "# Small: the guide\n"}


class Run:
    """A run under way with a clock of the test's own."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.watch = Watch()
        self.recording = Recording.create(path, small(), handbooks=GUIDE)
        self.conduct = Conduct(self.recording, mono=self.watch.mono, wall=self.watch.wall)

    def wait(self, seconds: float) -> None:
        self.watch.wait(seconds)
        self.conduct.tick()

    def state(self, inject: str) -> InjectState:
        return self.conduct.world.standing.injects[inject].state

    def events(self) -> list[Event]:
        return [event for _, event in self.recording.events()]

    def fired(self) -> dict[str, int]:
        return {event.inject: event.t for event in self.events() if isinstance(event, Fired)}


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    made = Run(tmp_path / "run.qrocrun")
    made.conduct.start()
    yield made
    made.recording.close()


def test_a_held_inject_waits_and_a_released_one_comes_at_its_time_or_at_once(run: Run) -> None:
    run.wait(10)
    run.conduct.hold("alert")
    run.wait(120)
    assert "alert" not in run.fired()
    run.conduct.release("alert")
    assert run.fired()["alert"] == 130_000, "its time has passed: at once"


def test_a_pause_neither_expires_nor_delays_anything(run: Run) -> None:
    run.wait(59)
    run.conduct.pause()
    run.watch.wait(5_000)
    run.conduct.fire("spare")
    assert run.fired() == {"spare": 59_000}, "fire now is now, also in a pause"
    run.conduct.start()
    run.wait(0.9)
    assert "alert" not in run.fired()
    run.wait(0.2)
    assert run.fired()["alert"] == 60_000


def test_a_skipped_inject_is_never_told_and_what_hangs_on_it_is_not_either(run: Run) -> None:
    run.conduct.skip("alert")
    run.wait(400)
    assert run.fired() == {}
    assert run.state("call") is InjectState.SCHEDULED, "it is still there, for the director to fire"
    with pytest.raises(Refused):
        run.conduct.skip("alert")


def test_one_is_improvised_in_one_step_and_reaches_whom_it_is_for(run: Run) -> None:
    run.wait(5)
    run.conduct.improvise(
        Inject(
            id="dog",
            title={"en": "A dog"},
            body={"en": "A dog barks."},
            to=To(teams=("blue",)),
            trigger=Trigger(manual=True),
        )
    )
    assert run.fired() == {"dog": 5_000}
    assert [told.body["en"] for told in run.conduct.view("blue").told] == ["A dog barks."]
    assert run.conduct.view("red").told == ()
    with pytest.raises(Refused):
        run.conduct.improvise(Inject(id="dog", title={"en": "Another"}))


def test_what_nobody_defined_cannot_be_improvised_with(run: Run) -> None:
    run.wait(5)
    before = run.events()
    for wrong in ({"effects": (Effect(entity="ghost", along=(VADUZ,), takes_s=5),)}, {"to": To(teams=("nobody",))}):
        with pytest.raises(Refused, match="is not defined"):
            run.conduct.improvise(msgspec.structs.replace(Inject(id="x", title={"en": "x"}), **wrong))
    assert run.events() == before


def test_the_whole_exercise_is_shifted(run: Run) -> None:
    run.wait(30)
    run.conduct.shift(300_000)
    run.wait(329)
    assert run.fired() == {}
    run.wait(2)
    assert run.fired()["alert"] == 360_000


@pytest.mark.parametrize(
    ("passed", "state"),
    [(Passed.FIRE, InjectState.EXECUTED), (Passed.SKIP, InjectState.CANCELLED), (Passed.LIST, InjectState.ON_HOLD)],
)
def test_a_jump_fires_skips_or_lists_what_it_passes(run: Run, passed: Passed, state: InjectState) -> None:
    run.wait(10)
    run.conduct.pause()
    assert run.conduct.passed_by(200_000) == ["alert", "call"]
    run.conduct.jump(200_000, passed)
    assert run.conduct.clock.t == 200_000
    assert run.state("alert") is state
    assert run.state("call") is (InjectState.EXECUTED if passed is Passed.FIRE else InjectState.SCHEDULED)


def test_a_jump_needs_a_pause_and_never_goes_back(run: Run) -> None:
    run.wait(100)
    before = run.events()
    with pytest.raises(Refused):
        run.conduct.jump(200_000, Passed.FIRE)
    run.conduct.pause()
    with pytest.raises(Refused, match="does not go back"):
        run.conduct.jump(50_000, Passed.FIRE)
    assert run.events() == before


def test_a_fork_goes_its_own_way_and_leaves_the_record_alone(run: Run, tmp_path: Path) -> None:
    run.wait(200)
    before, digest = run.events(), run.recording.world(100_000).digest()
    run.conduct.fork(tmp_path / "fork.qrocrun", 100_000).close()
    other = Recording(tmp_path / "fork.qrocrun")
    branch = Conduct(other, mono=run.watch.mono, wall=run.watch.wall)
    assert branch.world.digest() == digest
    branch.hold("call")
    branch.start()
    run.watch.wait(100)
    branch.tick()
    assert branch.world.standing.injects["call"].state is InjectState.ON_HOLD
    assert run.events() == before
    assert other.forked is not None
    assert other.forked.t == 100_000
    assert other.handbooks() == run.recording.handbooks() == GUIDE
    assert other.verify() == len(list(other.events()))
    other.close()


def test_a_fork_made_in_a_real_emergency_is_free_of_it_and_says_so(run: Run, tmp_path: Path) -> None:
    run.wait(100)
    run.conduct.no_duff("A real accident", team="blue")
    before = run.events()
    run.conduct.fork(tmp_path / "fork.qrocrun").close()
    other = Recording(tmp_path / "fork.qrocrun")
    branch = Conduct(other, mono=run.watch.mono, wall=run.watch.wall)
    assert (branch.clock.state, branch.clock.t) == (ClockState.PAUSED, 100_000)
    assert branch.world.standing.no_duff is None
    assert branch.view("blue").no_duff is None
    assert branch.events() == [*before, Resumed(t=100_000, branched=True)], "what was declared is still in its record"
    branch.start()
    run.watch.wait(60)
    branch.tick()
    assert branch.world.t == 160_000
    assert other.verify() == len(branch.events())
    other.close()
    assert run.events() == before
    standing = run.conduct.world.standing.no_duff
    assert standing is not None
    assert standing.text == "A real accident"
    with pytest.raises(Refused, match="NO DUFF"):
        run.conduct.start()


def test_a_fork_from_before_or_after_a_real_emergency_says_nothing_of_one(run: Run, tmp_path: Path) -> None:
    run.wait(100)
    run.conduct.no_duff("A real accident", team="blue")
    run.conduct.emergency_over()
    for t in (90_000, 100_000):
        other = run.conduct.fork(tmp_path / f"{t}.qrocrun", t)
        assert other.world(t).standing.no_duff is None
        assert [event for _, event in other.events()] == [event for event in run.events() if event.t <= t]
        other.close()


def test_red_goes_by_its_plan_from_where_it_is(run: Run) -> None:
    run.wait(900)
    here = run.conduct.world.position("runner")
    run.conduct.commit(
        "runner",
        [
            PlannedLeg(mode="car", points=(SCHAAN,), starts=900_000, ends=1_000_000),
            PlannedLeg(mode="walk", starts=1_000_000, ends=1_200_000, hide=True),
            PlannedLeg(mode="car", points=(VADUZ,), starts=1_200_000, ends=1_300_000),
        ],
        cost=7,
    )
    assert run.conduct.world.position("runner") == here, "no leap at the commitment"
    run.wait(150)
    assert run.conduct.world.position("runner") == SCHAAN
    assert run.conduct.world.hidden("runner")
    run.wait(250)
    assert run.conduct.world.position("runner") == VADUZ


def test_actions_and_ratings_are_of_the_record(run: Run) -> None:
    run.wait(61)
    run.conduct.act("blue", "ring", "Ring of 5 km around the bank", by="desk")
    run.conduct.rate("contain", "ring-in-time", Rating.PERFORMED, "Quick", by="judge")
    assert run.conduct.world.acted("blue", "ring") == 61_000
    assert run.conduct.world.standing.ratings["ring-in-time"].rating is Rating.PERFORMED
    with pytest.raises(Refused):
        run.conduct.act("nobody", "ring")
    with pytest.raises(Refused):
        run.conduct.rate("contain", "another", Rating.UNABLE, "")
    assert isinstance(run.events()[-2], Acted)


def test_nothing_can_be_done_before_the_start_or_after_the_end(tmp_path: Path) -> None:
    run = Run(tmp_path / "run.qrocrun")
    with pytest.raises(Refused):
        run.conduct.fire("spare")
    run.conduct.start()
    run.wait(4_000)
    assert run.conduct.clock.state is ClockState.STOPPED
    assert run.conduct.clock.t == 3_600_000
    with pytest.raises(Refused):
        run.conduct.fire("spare")
    run.recording.close()


@pytest.mark.parametrize("change", ["data = data || ' '", "t = t + 1", "chain = zeroblob(32)"])
def test_a_record_that_was_changed_is_found(run: Run, change: str) -> None:
    run.wait(300)
    count = run.recording.verify()
    assert count == len(run.events()) > 1
    run.recording._connection.execute(f"UPDATE event SET {change} WHERE seq = 1")
    with pytest.raises(Damaged):
        run.recording.verify()


def test_a_keyframe_that_lies_is_found(run: Run) -> None:
    run.wait(300)
    run.recording._connection.execute("UPDATE keyframe SET digest = 'x' WHERE seq = (SELECT max(seq) FROM keyframe)")
    with pytest.raises(Damaged, match="keyframe"):
        run.recording.verify()


def test_what_cannot_be_recorded_has_not_happened(run: Run) -> None:
    run.wait(10)
    before, digest = run.events(), run.conduct.world.digest()
    full = run.recording._connection.execute("PRAGMA page_count").fetchone()[0]
    run.recording._connection.execute(f"PRAGMA max_page_count = {full}")
    long = Inject(id="long", title={"en": "x"}, body={"en": "x" * 100_000}, to=To(teams=("blue",)))
    with pytest.raises(Refused, match="disk is full"):
        run.conduct.improvise(long)
    assert run.events() == before
    assert run.conduct.world.digest() == digest
    run.recording._connection.execute("PRAGMA max_page_count = 1000000")
    run.conduct.improvise(long)
    run.wait(60)
    assert run.fired() == {"long": 10_000, "alert": 60_000}
    assert run.recording.verify() == len(run.events())


PLAYER = """
import sys, time
from pathlib import Path
from qroc_desktop.domain.instant import Instant
from qroc_desktop.exercise.conduct import Conduct
from qroc_desktop.exercise.recording import Recording
recording = Recording(Path(sys.argv[1]))
conduct = Conduct(recording, mono=time.monotonic_ns, wall=lambda: Instant(time.time_ns() // 1000))
print("resumed", conduct.clock.t, conduct.world.digest(), flush=True)
conduct.set_speed(64)
conduct.start()
while True:
    before = time.monotonic_ns()
    conduct.tick()
    print("shown", conduct.world.t, conduct.world.digest(), before, flush=True)
    time.sleep(0.02)
"""


def parsed(line: str) -> tuple[int, str, int]:
    """The instant that was shown, its digest, and when the clock of the machine was not there yet."""
    _, t, digest, before = line.split()
    return int(t), digest, int(before)


@pytest.mark.slow
def test_killed_at_any_moment_it_goes_on_at_the_second_that_was_shown(tmp_path: Path) -> None:
    path = tmp_path / "run.qrocrun"
    Recording.create(path, small()).close()
    chance = random.Random(11)
    shown: list[tuple[int, str, int]] = []
    ended = 0
    for _ in range(12):
        with subprocess.Popen(
            [sys.executable, "-c", PLAYER, str(path)], stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
        ) as player:
            assert player.stdout is not None
            first = player.stdout.readline().split()
            assert first[0] == "resumed"
            if shown:
                # It may have come one tick further than it could still say: to where its end was, at 64 times.
                most = 64 * ((ended - shown[-1][2]) / 1_000_000) + 1
                assert 0 <= int(first[1]) - shown[-1][0] <= most, "at the instant shown last"
            for _ in range(chance.randrange(1, 30)):
                shown.append(parsed(player.stdout.readline()))
            time.sleep(chance.random() * 0.02)
            os.kill(player.pid, signal.SIGKILL)
            shown += [parsed(line) for line in player.stdout if line.endswith("\n")]
            player.wait()
            ended = time.monotonic_ns()
    recording = Recording(path)
    assert recording.verify() >= 2
    assert len(shown) > 50
    for t, digest, _ in shown:
        assert recording.world(t).digest() == digest, "nothing that was shown is lost"
    recording.close()


def test_skipped_ones_say_whether_a_jump_passed_them(run: Run) -> None:
    run.conduct.pause()
    run.conduct.jump(100_000, Passed.SKIP)
    run.conduct.skip("spare")
    assert [event.passed for event in run.events() if isinstance(event, Cancelled)] == [True, False]


def test_a_record_of_another_version_is_refused_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "run.qrocrun"
    Recording.create(path, small()).close()
    for version, words in ((1, "older version"), (99, "newer version")):
        with contextlib.closing(sqlite3.connect(path)) as connection:
            connection.execute(f"PRAGMA user_version = {version}")
        with pytest.raises(Refused, match=words):
            Recording(path, read_only=True)


def test_the_clock_in_the_record_is_never_ahead_of_the_record(tmp_path: Path) -> None:
    """Whoever follows the record shows the instant that it says: nothing may be recorded for it afterwards."""
    often = [
        {"id": f"i{at}", "title": {"en": "x"}, "body": {"en": "x"}, "to": {"teams": ["blue"]}, "trigger": {"at": at}}
        for at in range(0, 3600, 9)
    ]
    scenario = small(injects=often, branches=[], visibility=[], objectives=[])
    recording = Recording.create(tmp_path / "run.qrocrun", scenario)
    watch = Watch()

    def mono() -> int:
        watch.wait(0.7)  # time goes on between any two lines of the program
        return watch.mono()

    conduct = Conduct(recording, mono=mono, wall=watch.wall)
    shown: list[tuple[int, str]] = []

    def look() -> None:
        reading = recording.last_reading()
        assert reading is not None
        shown.append((reading.t, recording.world(reading.t).digest()))

    conduct.start()
    look()
    for speed in (64, 8, 64, 32, 64, 16):
        conduct.set_speed(speed)
        look()
        conduct.tick()
        look()
    conduct.pause()
    look()
    conduct.start()
    look()
    assert len({t for t, _ in shown}) > 8
    assert conduct.world.standing.events > 30
    assert [digest for _, digest in shown] == [recording.world(t).digest() for t, _ in shown]
    recording.close()


@pytest.mark.parametrize(
    "command",
    [
        lambda conduct: conduct.start(),
        lambda conduct: conduct.jump(200_000, Passed.FIRE),
        lambda conduct: conduct.fire("spare"),
        lambda conduct: conduct.begin("alert"),
        lambda conduct: conduct.release("call"),
        lambda conduct: conduct.improvise(Inject(id="dog", title={"en": "A dog"}, trigger=Trigger(manual=True))),
        lambda conduct: conduct.shift(-600_000),
        lambda conduct: conduct.commit("runner", (), 0.0),
    ],
)  # fmt: skip
def test_in_a_real_emergency_nobody_is_told_anything_of_the_exercise(
    run: Run, command: Callable[[Conduct], None]
) -> None:
    run.wait(10)
    run.conduct.hold("call")
    run.conduct.no_duff("A real accident", team="blue")
    before = run.events()
    with pytest.raises(Refused, match="NO DUFF"):
        command(run.conduct)
    assert run.events() == before
    assert run.conduct.view("blue").told == ()
    run.conduct.emergency_over()
    command(run.conduct)
