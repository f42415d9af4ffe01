"""Whoever does what when, and whenever it is recorded and comes back: in the end a team has one picture."""

from __future__ import annotations

import random
import subprocess
import sys
from collections import deque
from pathlib import Path
from typing import Any

import msgspec
import pytest

from qroc_desktop.domain.aspects import NOWHERE, Identity, Nature, Situation, Wording
from qroc_desktop.domain.ids import random_id
from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.query import ItemQuery, Outcome
from qroc_desktop.domain.shape import point
from qroc_desktop.domain.vocabulary import Aspect, ItemType, Status, WorkspaceKind
from qroc_desktop.errors import Refused
from qroc_desktop.exercise import edits
from qroc_desktop.exercise.edits import Edit
from qroc_desktop.services.desk import Desk
from qroc_desktop.services.exercise.team_edits import MOST_STEPS, EditFeed, edits_of, own, untold
from qroc_desktop.services.workspaces import EXERCISE_AUTHOR
from qroc_desktop.store import Workspace

NOON = 1_800_000_000_000_000
ROOT = Path(__file__).parents[3]


def at(t: int) -> Instant:
    return Instant(NOON + t * 1000)


class Seat:
    """A workstation without a network between it and the record: `tell` and `hear` are called when the test says so."""

    def __init__(self, folder: Path, name: str) -> None:
        self.name, self.t = name, 0
        self.path = folder / f"{name}.qroc"
        if not self.path.exists():
            identity = Identity(centre=name, country=NOWHERE, kind=WorkspaceKind.EXERCISE)
            Workspace.create(self.path, identity, author=EXERCISE_AUTHOR, clock=self.now, ids=random_id).close()
        self.untold: deque[Edit] = deque()
        self.heard: set[str] = set()
        self.open()

    def open(self) -> None:
        workspace = Workspace.open(self.path, clock=self.now, ids=random_id)
        self.desk = Desk(workspace, author=self.name, clock=self.now, ids=random_id)
        self.feed = EditFeed(workspace, at, lambda _: False)
        self.desk.subscribe(self._done)

    def close(self) -> None:
        self.desk.close()

    def now(self) -> Instant:
        return at(self.t)

    def _done(self, outcome: Outcome) -> None:
        made = own(self.desk.workspace, outcome.batch)
        if made is not None and outcome.batch not in self.heard:
            self.untold.extend(edits_of(self.desk.workspace, made, outcome))

    def tell(self, record: list[Edit], t: int) -> None:
        if self.untold:
            record.append(edits.checked(msgspec.structs.replace(self.untold.popleft(), at=t)))

    def hear(self, record: list[Edit]) -> None:
        self.heard |= {edit.id for edit in record}
        self.feed.show(record, ())

    def act(self, chance: random.Random) -> None:
        items = list(self.desk.workspace.items(ItemQuery()))
        what = chance.choice(["create", "word", "word", "place", "status", "remove", "undo", "undo", "redo", "any"])
        try:
            if what == "create" or not items:
                nature = Nature(type=ItemType.NOTE)
                self.desk.items.create({Aspect.NATURE: nature, Aspect.WORDING: Wording(title=self.name)}, layer="team")
            elif what in ("undo", "redo"):
                getattr(self.desk.history, what)()
            elif what == "any":
                self.desk.history.undo_batch(chance.choice(self.desk.history.batches(limit=10)).id)
            elif what == "remove":
                self.desk.items.remove([chance.choice(items)])
            else:
                number = chance.randrange(1_000)
                value: dict[str, Any] = {
                    "word": {Aspect.WORDING: Wording(title=f"{self.name} {number}")},
                    "place": {Aspect.SHAPE: point(number / 10 - 50, 47.0)},
                    "status": {Aspect.SITUATION: Situation(status=chance.choice(list(Status)))},
                }
                self.desk.items.edit(chance.choice(items), value[what])
        except Refused:
            pass  # there is nothing to be undone just now

    def picture(self) -> dict[str, dict[Aspect, Any]]:
        return {item.id: dict(item.aspects) for item in self.desk.workspace.items(ItemQuery())}


@pytest.mark.parametrize("seed", range(4))
def test_all_end_with_one_picture_whatever_the_network_and_the_clocks_did(tmp_path: Path, seed: int) -> None:
    seats = [Seat(tmp_path, name) for name in ("Anna", "Bert", "Carl")]
    record, t = played(seats, random.Random(seed))
    for seat in seats:
        seat.t = t
        while seat.untold:
            seat.tell(record, t)
    for seat in seats:
        seat.hear(record)
    assert len(record) > 20
    assert len({edit.id for edit in record}) == len(record)
    assert seats[0].picture()
    assert seats[0].picture() == seats[1].picture() == seats[2].picture()
    late = Seat(tmp_path, "late")
    late.t = t
    late.hear(record)
    assert late.picture() == seats[0].picture()
    assert not late.untold
    for seat in (*seats, late):
        assert seat.desk.workspace.check().sound
        seat.close()


def played(seats: list[Seat], chance: random.Random) -> tuple[list[Edit], int]:
    """What is recorded of some minutes in which anything may happen, and how late it is then."""
    record: list[Edit] = []
    t = 0
    for _ in range(120):
        if chance.random() < 0.5:  # else time stands still
            t += chance.randrange(5_000)
        for seat in seats:
            # Some are ahead and some behind, and none goes back.
            seat.t = max(seat.t, t + chance.randrange(-2_000, 2_000))
        seat = chance.choice(seats)
        match chance.choice(["act", "act", "tell", "hear", "hear", "crash"]):
            case "act":
                seat.act(chance)
            case "tell":
                seat.tell(record, t)
            case "hear":
                seat.hear(record)
            case "crash" if chance.random() < 0.2:
                seat.close()
                seat.open()
                told = seat.heard | {edit.id for edit in record}
                seat.hear(record)
                seat.untold = deque(untold(seat.desk.workspace, told))
    return record, t + 10_000


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> list[Edit]:
    """The record of two seats that have taken a few hundred steps."""
    folder = tmp_path_factory.mktemp("long")
    seats = [Seat(folder, name) for name in ("Anna", "Bert")]
    chance, record = random.Random(5), list[Edit]()
    for t in range(1_000, 261_000, 1_000):
        seat = seats[t // 1_000 % 2]
        seat.t = t
        seat.hear(record)
        seat.act(chance)
        while seat.untold:
            seat.tell(record, t)
    for seat in seats:
        seat.close()
    assert len(record) > 200
    return record


def done(seat: Seat) -> list[tuple[str, str, str, str, int]]:
    """What a seat has in its file of others, the first first."""
    batches = reversed(seat.desk.workspace.batches(limit=1_000))
    return [(b.id, b.author, b.label, b.undoes, b.changes) for b in batches if own(seat.desk.workspace, b.id)]


def test_who_joins_late_writes_the_steps_in_portions_and_has_the_same_as_who_heard_each(
    tmp_path: Path, long: list[Edit]
) -> None:
    each, late = Seat(tmp_path, "each"), Seat(tmp_path, "late")
    commits, told = list[str](), list[str]()
    for seat in (each, late):
        seat.t = 300_000
    for count in range(len(long)):
        each.hear(long[: count + 1])
    late.desk.workspace._writing().do(
        lambda connection: connection.set_trace_callback(
            lambda statement: commits.append(statement) if statement == "COMMIT" else None
        )
    )
    late.desk.subscribe(lambda outcome: told.append(outcome.batch))
    late.hear(long)
    steps = [name for name, *_ in done(late)]
    assert len(steps) > 200
    assert len(commits) - 1 == -(-len(long) // MOST_STEPS), "and the commit of what began to look"
    assert told == steps, "each is told of, in its order"
    assert done(late) == done(each)
    assert late.picture() == each.picture() != {}
    late.hear(long)
    assert [name for name, *_ in done(late)] == steps, "and each once"
    for seat in (each, late):
        assert seat.desk.workspace.check().sound
        seat.close()


def test_a_portion_that_a_kill_interrupts_is_not_there_and_comes_the_next_time(
    tmp_path: Path, long: list[Edit]
) -> None:
    record = tmp_path / "record.json"
    record.write_bytes(msgspec.json.encode(long))
    line = [sys.executable, "-m", "tests.services.exercise.late_child", str(tmp_path), str(record)]
    # The very first batch says whose the workspace is, and was written before.
    ended = subprocess.run([*line, str(MOST_STEPS + 20)], cwd=ROOT, timeout=60, check=False)
    assert ended.returncode == 9
    late = Seat(tmp_path, "late")
    assert [name for name, *_ in done(late)] == [edit.id for edit in long[:MOST_STEPS]]
    late.t = 300_000
    late.hear(long)
    assert [name for name, *_ in done(late)] == [edit.id for edit in long]
    assert late.desk.workspace.check().sound
    late.close()


@pytest.mark.expects_log("an edit of the team cannot be done here: Refused")
def test_a_step_that_cannot_be_done_here_does_not_take_the_others_of_its_portion_with_it(tmp_path: Path) -> None:
    """An older program may not know what a newer one recorded."""
    anna, late = Seat(tmp_path, "Anna"), Seat(tmp_path, "late")
    record: list[Edit] = []
    for number in range(3):
        anna.desk.items.create({Aspect.NATURE: Nature(type=ItemType.NOTE), Aspect.WORDING: Wording(title=str(number))},
                               layer="team")  # fmt: skip
    while anna.untold:
        anna.tell(record, 1_000)
    strange = msgspec.structs.replace(record[1].touches[-1], id="x" * 300)
    record[1] = msgspec.structs.replace(record[1], touches=(*record[1].touches, strange))
    late.hear(record)
    assert [name for name, *_ in done(late)] == [record[0].id, *[edit.id for edit in record[2:]]]
    assert late.desk.workspace.check().sound
    for seat in (anna, late):
        seat.close()
