"""Making, opening, appending and closing a workspace."""

from __future__ import annotations

from pathlib import Path

import pytest

from qroc_desktop.domain.aspects import (
    Label,
    Marking,
    Motion,
    Situation,
    Wording,
)
from qroc_desktop.domain.change import Draft
from qroc_desktop.domain.instant import BEGINNING, FOREVER, Instant
from qroc_desktop.domain.query import ItemQuery
from qroc_desktop.domain.shape import Shape
from qroc_desktop.domain.vocabulary import Aspect, SubjectType
from qroc_desktop.errors import Refused
from qroc_desktop.store import Workspace
from tests.store.building import (
    IDENTITY,
    CountingIds,
    HandClock,
    create,
    edit,
    entry,
    incident,
    layer,
)


def test_a_new_workspace_says_whose_it_is(workspace: Workspace) -> None:
    assert workspace.identity() == IDENTITY
    assert not workspace.read_only
    assert [batch.label for batch in workspace.batches()] == ["create"]
    assert workspace.check().findings == []


def test_what_is_appended_is_there_after_opening_again(path: Path, clock: HandClock) -> None:
    with create(path, clock) as workspace:
        outcome = workspace.append([layer("L"), incident("a", title="Fire")], author="anna", label="add")
        before = workspace.item("a")
    with Workspace.open(path, clock=clock, ids=CountingIds()) as again:
        assert again.item("a") == before
        assert [found.id for found in again.layers()] == ["L"]
        info = again.batch(outcome.batch)
        assert info is not None
        assert (info.label, info.author, info.changes, info.undone_by) == ("add", "anna", 2, "")


def test_the_outcome_says_what_changed(workspace: Workspace) -> None:
    outcome = workspace.append([layer("L"), incident("a"), entry("e", "seen")], author="anna", label="add")
    assert (outcome.first_seq, outcome.last_seq) == (2, 4)
    assert [sorted(ids) for ids in (outcome.items, outcome.layers, outcome.entries)] == [["a"], ["L"], ["e"]]
    assert {Aspect.LABEL, Aspect.SHAPE, Aspect.ENTRY} <= outcome.aspects
    assert not outcome.identity
    assert outcome.conflicts == ()


@pytest.mark.parametrize(
    "draft",
    [
        edit("a", {}),
        edit("a", {Aspect.LABEL: Label(name="x")}),
        edit("a", {Aspect.SHAPE: Wording(title="x")}),
        edit("", {Aspect.WORDING: Wording(title="x")}),
        edit("a" * 201, {Aspect.WORDING: Wording(title="x")}),
        edit("a", {Aspect.WORDING: Wording(title="half a letter \ud800")}),
        edit("a\ud800", {Aspect.WORDING: Wording(title="x")}),
        edit("a", {Aspect.WORDING: Wording(title=None)}),  # type: ignore[arg-type]
        edit("a", {Aspect.WORDING: Wording(title=5)}),  # type: ignore[arg-type]
        edit("a", {Aspect.MOTION: Motion(speed_ms=float("nan"))}),
        edit("a", {Aspect.SITUATION: Situation(starts=Instant(2**63))}),
        edit("a", {Aspect.SITUATION: Situation(starts=Instant(2**70))}),
        edit("a", {Aspect.SITUATION: Situation(priority=9)}),  # type: ignore[arg-type]
        edit("a", {Aspect.SHAPE: Shape(type="Blob", coordinates=[1.0, 2.0])}),
        edit("a", {Aspect.SHAPE: Shape(type="Point", coordinates=[1.0, float("nan")])}),
        edit("a", {Aspect.WORDING: Wording(title="x")}, FOREVER),
        edit("a", {Aspect.WORDING: Wording(title="x")}, BEGINNING - 1),
        Draft(subject_type=SubjectType.ENTRY, subject="e", patch={Aspect.MARKING: Marking()}),
        Draft(subject_type="weather", subject="w", patch={Aspect.LABEL: Label(name="x")}),  # type: ignore[arg-type]
    ],
)
def test_a_batch_with_one_bad_draft_leaves_nothing(workspace: Workspace, draft: Draft) -> None:
    with pytest.raises(Refused):
        workspace.append([incident("good"), draft], author="anna", label="add")
    assert list(workspace.changes(1)) == []
    assert workspace.count(ItemQuery()) == 0
    assert workspace.append([incident("good")], author="anna", label="add").first_seq == 2
    assert workspace.check().findings == []


def test_an_empty_batch_is_refused(workspace: Workspace) -> None:
    with pytest.raises(Refused, match="nothing to record"):
        workspace.append([], author="anna", label="add")


def test_everything_is_refused_after_close(path: Path, clock: HandClock) -> None:
    workspace = create(path, clock)
    workspace.close()
    workspace.close()
    with pytest.raises(Refused, match="closed"):
        workspace.append([incident("a")], author="anna", label="add")
    with pytest.raises(Refused, match="closed"):
        workspace.rows(ItemQuery())
