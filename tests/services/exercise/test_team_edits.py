"""Whoever does what when, and whenever it is recorded and comes back: in the end a team has one picture."""

from __future__ import annotations

import random
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
from qroc_desktop.services.exercise.team_edits import EditFeed, edits_of, own, untold
from qroc_desktop.services.workspaces import EXERCISE_AUTHOR
from qroc_desktop.store import Workspace

NOON = 1_800_000_000_000_000


def at(t: int) -> Instant:
    return Instant(NOON + t * 1000)


class Seat:
    """A workstation without a network between it and the record: `tell` and `hear` are called when the test says so."""

    def __init__(self, folder: Path, name: str) -> None:
        self.name, self.t = name, 0
        self.path = folder / f"{name}.qroc"
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
