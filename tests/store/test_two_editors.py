"""Two officers at one workspace, each with a view of the items that is as old as it is.

Against a model that knows neither folds nor SQL: a stack of values for each aspect of each item. What an edit
overlooks is a conflict, an undo takes back what nobody edited since, and what was known at each step stays known.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qroc_desktop.domain.aspects import AspectValue, Situation, Wording
from qroc_desktop.domain.instant import FOREVER, Instant
from qroc_desktop.domain.query import ItemQuery, Moment
from qroc_desktop.domain.shape import point
from qroc_desktop.domain.vocabulary import Aspect, Priority
from qroc_desktop.errors import Refused
from qroc_desktop.store import Workspace
from tests.store.building import HandClock, create, edit

ITEMS = ("a", "b")
OFFICERS = ("anna", "bert")
ASPECTS = (Aspect.WORDING, Aspect.SITUATION, Aspect.SHAPE)
Place = tuple[str, Aspect]
Edits = list[tuple[str, set[Aspect]]]

edits = st.lists(
    st.tuples(st.sampled_from(ITEMS), st.sets(st.sampled_from(ASPECTS), min_size=1)),
    min_size=1, max_size=2, unique_by=lambda e: e[0],
)  # fmt: skip
steps = st.lists(
    st.one_of(
        st.tuples(st.just("edit"), st.sampled_from(OFFICERS), edits, st.integers(0, 2)),
        st.tuples(st.just("look"), st.sampled_from(OFFICERS), st.just([]), st.just(0)),
        st.tuples(st.just("undo"), st.sampled_from(OFFICERS), st.just([]), st.integers(0, 9)),
    ),
    min_size=2, max_size=16,
)  # fmt: skip


def value_of(aspect: Aspect, number: int) -> AspectValue:
    """A few values, so that two officers sometimes write the same."""
    match aspect:
        case Aspect.WORDING:
            return Wording(title=f"title {number}")
        case Aspect.SITUATION:
            return Situation(priority=list(Priority)[number])
        case _:
            return point(5.0 + number, 52.0)


class Model:
    """What the workspace must come to."""

    def __init__(self) -> None:
        self.stacks: defaultdict[Place, list[tuple[str, AspectValue]]] = defaultdict(list)
        self.last: dict[Place, tuple[int, AspectValue | None]] = {}
        self.views: dict[str, dict[Place, int]] = {officer: {} for officer in OFFICERS}
        self.conflicts: set[tuple[int, int, Aspect]] = set()

    def picture(self) -> dict[str, dict[Aspect, AspectValue]]:
        told: defaultdict[str, dict[Aspect, AspectValue]] = defaultdict(dict)
        for (item, aspect), stack in self.stacks.items():
            if stack:
                told[item][aspect] = stack[-1][1]
        return dict(told)

    def look(self, officer: str) -> None:
        self.views[officer] = {place: seq for place, (seq, _) in self.last.items()}

    def edited(self, officer: str, batch: str, first: int, what: Edits, number: int) -> None:
        for seq, (item, aspects) in enumerate(what, first):
            for aspect in aspects:
                value = value_of(aspect, number)
                before, held = self.last.get((item, aspect), (0, None))
                if before and before != self.views[officer].get((item, aspect), 0) and held != value:
                    self.conflicts.add((before, seq, aspect))
                self.last[item, aspect] = seq, value
                self.stacks[item, aspect].append((batch, value))

    def undone(self, batch: str) -> tuple[set[Place], set[Place]]:
        """The places that are taken back, and those that were edited since."""
        taken = {place for place, stack in self.stacks.items() if stack and stack[-1][0] == batch}
        kept = {place for place, stack in self.stacks.items() if any(b == batch for b, _ in stack)} - taken
        return taken, kept


def seqs_now(workspace: Workspace, places: Sequence[Place]) -> dict[Place, int]:
    """Which change gives each of these aspects: the latest in truth, of equals the one recorded last."""
    changes = sorted(workspace.changes(), key=lambda c: (c.valid_at, c.seq))
    return {place: [c.seq for c in changes if c.subject == place[0] and place[1] in c.patch][-1] for place in places}


def shown(workspace: Workspace, at: Moment | None = None) -> dict[str, dict[Aspect, AspectValue]]:
    return {item.id: dict(item.aspects) for item in workspace.items(ItemQuery(), at)}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps)
def test_no_edit_of_two_officers_is_lost_and_every_moment_stays_known(
    history: list[tuple[str, str, Edits, int]],
) -> None:
    with tempfile.TemporaryDirectory() as folder, create(Path(folder) / "w.qroc", clock := HandClock()) as workspace:
        model, batches = Model(), list[str]()
        known: list[tuple[Instant, dict[str, dict[Aspect, AspectValue]]]] = []
        for kind, officer, what, number in history:
            clock.forward(1)
            if kind == "look":
                model.look(officer)
            elif kind == "edit":
                view = model.views[officer]
                drafts = [
                    edit(item, {a: value_of(a, number) for a in aspects}, None,
                         **{str(a): view.get((item, a), 0) for a in aspects})
                    for item, aspects in what
                ]  # fmt: skip
                done = workspace.append(drafts, author=officer, label="edit")
                model.edited(officer, done.batch, done.first_seq, what, number)
                batches.append(done.batch)
                known.append((done.recorded_at, model.picture()))
            elif batches:
                batch = batches.pop(number % len(batches))
                taken, kept = model.undone(batch)
                try:
                    done = workspace.undo(batch, author=officer)
                except Refused:
                    assert not taken
                    continue
                assert set(done.kept) == kept
                for place in taken:
                    model.stacks[place].pop()
                for place, seq in seqs_now(workspace, sorted(taken)).items():
                    model.last[place] = seq, model.stacks[place][-1][1] if model.stacks[place] else None
                known.append((done.recorded_at, model.picture()))
        assert shown(workspace) == model.picture()
        assert {(c.loser.seq, c.winner.seq, c.aspect) for c in workspace.conflicts()} == model.conflicts
        for instant, picture in known:
            assert shown(workspace, Moment(instant, instant)) == picture
            assert shown(workspace, Moment(Instant(FOREVER - 1), instant)) == picture
        assert workspace.check().findings == []
