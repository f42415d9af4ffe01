"""What is written at one seat of a team is in the logbook of all its seats, once, and in nobody else's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from qroc_desktop.domain.aspects import Identity
from qroc_desktop.domain.ids import random_id
from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.vocabulary import EntryKind, WorkspaceKind
from qroc_desktop.errors import Refused
from qroc_desktop.exercise import seating, view
from qroc_desktop.exercise.events import Acted
from qroc_desktop.exercise.seating import Seat, Wrote, heard, spoken
from qroc_desktop.exercise.vocabulary import RoleType
from qroc_desktop.services.desk import Desk
from qroc_desktop.services.exercise.run import ExerciseRun
from qroc_desktop.services.exercise.runs import Exercises
from qroc_desktop.services.exercise.team_feed import AUTHOR, TeamFeed
from qroc_desktop.store import Workspace
from tests.exercise.building import package
from tests.exercise.watch import Watch

BLUE = Seat(team="blue", role=RoleType.BLUE)


class Table:
    """A run with blue's desk on the director's machine and a second one of blue elsewhere, fed with the same view."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.watch = folder / "run", Watch()
        ExerciseRun.create(package(), self.folder, clock=self.watch.wall)
        self.run = self.opened()
        identity = Identity(centre="Blue", country="XX", kind=WorkspaceKind.EXERCISE)
        second = Workspace.create(folder / "two.qroc", identity, author=AUTHOR, clock=self.now, ids=random_id)
        self.second = Desk(second, author="Second", clock=self.now, ids=random_id)
        self.feed = TeamFeed(second, self.run.conduct.scenario.instant)

    def opened(self) -> ExerciseRun:
        return ExerciseRun(self.folder, clock=self.watch.wall, mono=self.watch.mono, ids=random_id, author="First")

    def now(self) -> Instant:
        return self.run.now()

    def again(self) -> None:
        self.run.close()
        self.run = self.opened()

    def wait(self, seconds: float = 1) -> None:
        self.watch.wait(seconds)
        self.run.tick()
        self.feed.show(self.run.views["blue"])

    def say(self, entry: str, text: str, corrects: str = "") -> None:
        """As a joined workstation tells what was written there."""
        seating.take(self.run.conduct, BLUE, Wrote(id=entry, by="Second", text=text, corrects=corrects))

    def acted(self) -> list[str]:
        with Exercises(self.watch.wall).reading(self.folder) as recording:
            return [event.text for _, event in recording.events() if isinstance(event, Acted)]


@pytest.fixture
def table(tmp_path: Path) -> Iterator[Table]:
    made = Table(tmp_path)
    made.run.conduct.start()
    yield made
    made.run.close()
    made.second.close()


def log(desk: Desk) -> list[tuple[str, str, str]]:
    written = [entry for entry in desk.logbook.entries() if entry.author != AUTHOR]
    return [(str(entry.entry.kind), entry.entry.text, entry.author) for entry in reversed(written)]


def test_each_seat_has_what_the_others_wrote_and_its_own_once(table: Table) -> None:
    table.wait()
    table.run.desks["blue"].logbook.add(EntryKind.DECISION, "Ring: five kilometres")
    table.wait()
    entry, _ = table.second.logbook.add(EntryKind.ACTION, "Called the neighbour")
    table.say(entry, spoken(EntryKind.ACTION, "Called the neighbour"))
    for _ in range(3):
        table.wait()
    wanted = [("decision", "Ring: five kilometres", "First"), ("action", "Called the neighbour", "Second")]
    assert log(table.run.desks["blue"]) == wanted
    assert log(table.second) == wanted
    assert table.acted() == ["decision: Ring: five kilometres", "action: Called the neighbour"]
    times = {one.entry.text: one.valid_from for one in table.second.logbook.entries()}
    assert times["Ring: five kilometres"] == table.run.conduct.scenario.instant(2000), "when it was recorded"


def test_a_correction_corrects_the_same_entry_everywhere(table: Table) -> None:
    table.wait()
    desk = table.run.desks["blue"]
    desk.logbook.add(EntryKind.DECISION, "Close the bridge at Bendern")
    table.wait()
    (wrong,) = [entry for entry in table.second.logbook.entries() if entry.author == "First"]
    entry, _ = table.second.logbook.correct(wrong, "Close the bridge at Ruggell")
    table.say(entry, spoken(EntryKind.DECISION, "Close the bridge at Ruggell"), corrects=wrong.id)
    table.wait()
    found = {entry.entry.text: entry for entry in desk.logbook.entries()}
    assert found["Close the bridge at Bendern"].corrected_by
    assert found["Close the bridge at Ruggell"].entry.corrects == wrong.id


def test_no_other_team_gets_a_word_of_it(table: Table) -> None:
    table.wait()
    table.run.desks["blue"].logbook.add(EntryKind.DECISION, "BLUEWORDS")
    table.run.desks["red"].logbook.add(EntryKind.MESSAGE, "REDWORDS")
    table.wait()
    views = {team: view.encoded(served) for team, served in table.run.views.items()}
    assert b"BLUEWORDS" in views["blue"]
    assert b"REDWORDS" not in views["blue"]
    assert b"REDWORDS" in views["red"]
    assert b"BLUEWORDS" not in views["red"]
    table.run.close()
    blue = b"".join(file.read_bytes() for file in table.folder.glob("blue.qroc*"))
    red = b"".join(file.read_bytes() for file in table.folder.glob("red.qroc*"))
    assert b"REDWORDS" not in blue
    assert b"BLUEWORDS" not in red
    assert b"BLUEWORDS" in blue
    assert b"REDWORDS" in red
    table.run = table.opened()


def test_what_the_directing_staff_notes_of_a_team_is_not_shown_to_it(table: Table) -> None:
    table.wait()
    table.run.conduct.act("blue", action="ring", text="They forgot the north", by="Director")
    table.wait()
    assert b"forgot" not in view.encoded(table.run.views["blue"])


def test_what_arrives_twice_is_recorded_once(table: Table) -> None:
    table.wait()
    for _ in range(2):
        table.say("e1", "message: Twice told")
        table.wait()
    assert table.acted() == ["message: Twice told"]
    assert log(table.run.desks["blue"]) == [("message", "Twice told", "Second")]
    with pytest.raises(Refused, match="no identifier"):
        table.say("../x y", "message: Odd")


def test_written_before_the_start_it_is_recorded_when_the_exercise_begins(tmp_path: Path) -> None:
    table = Table(tmp_path)
    table.run.desks["blue"].logbook.add(EntryKind.MESSAGE, "We are ready")
    table.run.tick()
    assert table.acted() == []
    table.run.conduct.start()
    table.wait()
    assert table.acted() == ["message: We are ready"]
    table.run.close()
    table.second.close()


def test_written_in_the_last_moment_before_a_crash_it_is_recorded_afterwards(table: Table) -> None:
    table.wait()
    table.run.desks["blue"].logbook.add(EntryKind.DECISION, "Just before")
    table.again()
    table.run.tick()
    assert table.acted() == ["decision: Just before"]
    table.again()
    table.run.tick()
    assert table.acted() == ["decision: Just before"]
    assert log(table.run.desks["blue"]) == [("decision", "Just before", "First")]


def test_the_directing_staff_may_write_in_its_own_logbook(tmp_path: Path) -> None:
    watch = Watch()
    roles = [{"id": "desk", "type": "blue"}]
    teams = [{"id": "blue", "side": "blue", "roles": ["desk"]}]
    without = package(teams=teams, roles=roles, entities=[], overlays=[], injects=[], branches=[], objectives=[],
                      visibility=[])  # fmt: skip
    ExerciseRun.create(without, tmp_path / "run", clock=watch.wall)
    run = ExerciseRun(tmp_path / "run", clock=watch.wall, mono=watch.mono, ids=random_id, author="Director")
    run.conduct.start()
    run.desks["*"].logbook.add(EntryKind.MESSAGE, "All in place")
    run.tick()
    assert run.conduct.world.has_said("*", run.desks["*"].logbook.entries()[0].id)
    run.close()


@pytest.mark.parametrize("text", ["Ring: five", "decision: ", "nonsense: x"])
def test_a_text_without_a_kind_is_a_message_as_it_is(text: str) -> None:
    assert heard(text) == (EntryKind.MESSAGE, text)


@pytest.mark.parametrize("kind", list(EntryKind))
def test_kind_and_text_come_back_as_they_were_spoken(kind: EntryKind) -> None:
    assert heard(spoken(kind, "a: b\nc")) == (kind, "a: b\nc")
