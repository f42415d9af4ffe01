"""The disk is full, the file is gone or cannot be written while a run is played: one line, nothing lost, the same
second."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from qroc_desktop.errors import Damaged, Refused
from qroc_desktop.exercise import engine
from qroc_desktop.exercise.conduct import Conduct
from qroc_desktop.exercise.events import Event
from qroc_desktop.exercise.recording import Recording
from qroc_desktop.exercise.vocabulary import ClockState
from qroc_desktop.exercise.world import Ground, World
from tests.exercise.building import small
from tests.exercise.watch import Watch

END = 3_600_000


class Played:
    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.path = folder / "run.qrocrun"
        self.watch = Watch()
        self.recording = Recording.create(self.path, small())
        self.conduct = Conduct(self.recording, mono=self.watch.mono, wall=self.watch.wall)
        self.conduct.start()
        self.conduct.set_speed(8)

    def tick(self) -> None:
        self.watch.wait(1)
        self.conduct.tick()

    def until_refused(self, line: str) -> int:
        """Play until it cannot be recorded; the last instant that was shown."""
        shown = [self.conduct.world.t]
        with pytest.raises(Refused, match=line) as refused:
            self.play(shown)
        assert str(refused.value).isprintable()
        assert "this step was not recorded" in str(refused.value.kept)
        return shown[-1]

    def play(self, shown: list[int]) -> None:
        while not self.conduct.over:
            self.tick()
            shown.append(self.conduct.world.t)

    def state(self) -> ClockState:
        return self.conduct.clock.state

    def execute(self, command: str) -> None:
        self.recording._connection.execute(command).fetchone()

    def to_the_end(self) -> list[Event]:
        self.play([])
        assert self.recording.verify() > 20
        return [event for _, event in self.recording.events()]


@pytest.fixture
def played(tmp_path: Path) -> Iterator[Played]:
    made = Played(tmp_path / "here")
    yield made
    made.recording.close()


@pytest.fixture(scope="module")
def undisturbed() -> list[Event]:
    return engine.advance(World(Ground(small())), END)


def full(played: Played) -> Callable[[], None]:
    pages = played.recording._connection.execute("PRAGMA page_count").fetchone()[0]
    played.execute(f"PRAGMA max_page_count = {pages + 2}")
    return lambda: played.execute("PRAGMA max_page_count = 1000000")


def moved(played: Played) -> Callable[[], None]:
    there = played.path.parent.rename(played.path.parent.with_name("there"))

    def back() -> None:
        there.rename(played.path.parent)

    return back


def unwritable(played: Played) -> Callable[[], None]:
    played.execute("PRAGMA query_only = ON")
    return lambda: played.execute("PRAGMA query_only = OFF")


@pytest.mark.parametrize(
    ("trouble", "line"), [(full, "disk is full"), (moved, "moved, deleted or replaced"), (unwritable, "be written")]
)
def test_it_stands_still_at_what_was_recorded_and_goes_on_there(
    played: Played, undisturbed: list[Event], trouble: Callable[[Played], Callable[[], None]], line: str
) -> None:
    for _ in range(20):
        played.tick()
    mended = trouble(played)
    shown = played.until_refused(line)
    stood = played.conduct.clock
    assert stood.state is ClockState.PAUSED
    assert stood.t == played.conduct.world.t
    assert 0 <= stood.t - shown <= 8_000, "not further than the step that failed"

    played.watch.wait(10_000)
    mended()
    played.conduct.tick()
    assert played.conduct.clock == stood, "hours later it stands there still, and nothing has burst out"
    played.conduct.start()
    assert played.to_the_end() == undisturbed


@pytest.mark.parametrize("trouble", [full, unwritable])
def test_after_a_crash_in_trouble_it_goes_on_at_what_was_shown(
    played: Played, undisturbed: list[Event], trouble: Callable[[Played], Callable[[], None]]
) -> None:
    for _ in range(20):
        played.tick()
    trouble(played)
    shown = played.until_refused("full|written")
    played.recording.close()
    played.recording = Recording(played.path)
    played.conduct = Conduct(played.recording, mono=played.watch.mono, wall=played.watch.wall)
    assert 0 <= played.conduct.clock.t - shown <= 8_000
    played.conduct.start()
    assert played.to_the_end() == undisturbed


def test_a_run_whose_folder_was_deleted_says_so_before_anything_is_lost_in_it(played: Played) -> None:
    played.tick()
    before = list(played.recording.events())
    shutil.rmtree(played.path.parent)
    played.until_refused("moved, deleted or replaced")
    commands: list[Callable[[], None]] = [
        lambda: played.conduct.fire("spare"), lambda: played.conduct.shift(5), played.conduct.start
    ]  # fmt: skip
    for command in commands:
        with pytest.raises(Refused, match="moved, deleted or replaced"):
            command()
    assert list(played.recording.events()) == before
    assert played.conduct.world.standing.events == len(before)


def test_a_command_that_finds_no_room_changes_nothing_and_stops_the_clock_only_where_time_cannot_be_kept(
    played: Played,
) -> None:
    played.tick()
    moved(played)
    with pytest.raises(Refused, match="moved"):
        played.conduct.fire("spare")
    assert played.state() is ClockState.STARTED, "the next tick finds out"
    with pytest.raises(Refused, match="moved"):
        played.tick()
    assert played.state() is ClockState.PAUSED
    with pytest.raises(Refused, match="moved"):
        played.conduct.stop()
    assert played.state() is ClockState.PAUSED, "not over: nothing says so on the disk"


def test_a_damaged_record_is_called_what_it_is(tmp_path: Path) -> None:
    """Its officers have no workspace that could be recovered: the line is about the exercise."""
    path = tmp_path / "run.qrocrun"
    Recording.create(path, small()).close()
    data = bytearray(path.read_bytes())
    data[4096:] = bytes(len(data) - 4096)
    path.write_bytes(data)
    with pytest.raises(Damaged, match="file of the exercise is damaged") as refused:
        Recording(path, read_only=True)
    assert "copy of the exercise's folder" in str(refused.value.action)
