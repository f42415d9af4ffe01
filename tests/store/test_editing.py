"""Layers, logbook, undo and conflicts."""

from __future__ import annotations

import pytest

from qroc_desktop.domain.aspects import (
    Identity,
    Label,
    Lock,
    Marking,
    Nature,
    Presence,
    Wording,
)
from qroc_desktop.domain.change import Draft, Patch
from qroc_desktop.domain.query import ItemQuery, Moment
from qroc_desktop.domain.shape import point
from qroc_desktop.domain.vocabulary import Aspect, ItemType, SubjectType, Tlp
from qroc_desktop.errors import Refused
from qroc_desktop.store import Workspace
from tests.store.building import (
    IDENTITY,
    START,
    WORLD,
    HandClock,
    edit,
    entry,
    incident,
    layer,
    moved,
    titled,
)


def test_layers_are_folded(workspace: Workspace, clock: HandClock) -> None:
    workspace.append([layer("L", "Fire")], author="anna", label="add")
    then = workspace.now()
    clock.forward()
    patch: Patch = {Aspect.LABEL: Label(name="Fires"), Aspect.LOCK: Lock(locked=True)}
    workspace.append([Draft(subject_type=SubjectType.LAYER, subject="L", patch=patch)], author="anna", label="edit")
    (now,) = workspace.layers()
    (before,) = workspace.layers(Moment(then))
    assert (now.name, now.locked, before.name, before.locked) == ("Fires", True, "Fire", False)
    gone = {Aspect.PRESENCE: Presence(removed=True)}
    clock.forward()
    workspace.append([Draft(subject_type=SubjectType.LAYER, subject="L", patch=gone)], author="anna", label="remove")
    assert workspace.layers() == []


def test_the_logbook(workspace: Workspace, clock: HandClock) -> None:
    workspace.append([entry("e1", "Caller reports smöke", items=("a",))], author="anna", label="log")
    clock.forward()
    workspace.append([entry("e2", "Not smoke: steam", corrects="e1")], author="anna", label="log")
    then = workspace.now()
    clock.forward()
    workspace.append([entry("e3", "Unit 5 on scene", items=("a", "b"), counterpart="Unit 5")], author="b", label="log")
    assert [found.id for found in workspace.entries()] == ["e3", "e2", "e1"]
    assert workspace.entries(item="b")[0].entry.items == ("a", "b")
    assert [found.id for found in workspace.entries(text="SMOKE")] == ["e2", "e1"]
    assert workspace.entries(text="?") == []
    assert [found.id for found in workspace.entries(at=Moment(then, then))] == ["e2", "e1"]
    first = workspace.entries()[-1]
    assert first.corrected_by == ("e2",)
    assert workspace.entries(at=Moment(START + 1))[-1].corrected_by == ()  # type: ignore[arg-type]
    page = workspace.entries(limit=1)
    assert [found.id for found in workspace.entries(before=page[0].seqs[Aspect.ENTRY])] == ["e2", "e1"]
    marking = Marking(tlp=Tlp.RED)
    marked = Draft(subject_type=SubjectType.ENTRY, subject="e1", patch={Aspect.MARKING: marking})
    workspace.append([marked], author="anna", label="mark")
    assert workspace.entries()[-1].get(Aspect.MARKING, Marking) == marking


def test_entries_are_never_edited_nor_undone(workspace: Workspace) -> None:
    outcome = workspace.append([entry("e", "seen"), incident("a")], author="anna", label="add")
    with pytest.raises(Refused, match="never edited"):
        workspace.append([entry("e", "not seen")], author="anna", label="edit")
    cleared = Draft(subject_type=SubjectType.ENTRY, subject="e", patch={Aspect.ENTRY: None})
    with pytest.raises(Refused, match="never edited"):
        workspace.append([cleared], author="anna", label="edit")
    with pytest.raises(Refused, match="never edited"):
        workspace.append([entry("f", "one"), entry("f", "two")], author="anna", label="add")
    undo = workspace.undo(outcome.batch, author="anna")
    assert undo.kept == (("e", Aspect.ENTRY),)
    assert [found.entry.text for found in workspace.entries()] == ["seen"]
    assert workspace.item("a") is None
    only = workspace.append([entry("g", "alone")], author="anna", label="log")
    with pytest.raises(Refused, match="logbook"):
        workspace.undo(only.batch, author="anna")


def test_the_identity_can_be_changed_and_is_never_undone_away(workspace: Workspace, clock: HandClock) -> None:
    created = workspace.batches()[0].id
    other = Identity(centre="Other", country="DE")
    clock.forward()
    draft = Draft(subject_type=SubjectType.WORKSPACE, subject="workspace", patch={Aspect.IDENTITY: other})
    assert workspace.append([draft], author="anna", label="rename").identity
    assert workspace.identity() == other
    assert workspace.identity(Moment(START)) == IDENTITY
    with pytest.raises(Refused):
        workspace.undo(created, author="anna")
    workspace.undo(workspace.batches()[0].id, author="anna")
    assert workspace.identity() == IDENTITY


def test_undo_keeps_what_others_edited_since(workspace: Workspace, clock: HandClock) -> None:
    workspace.append([incident("a", title="one")], author="anna", label="add")
    clock.forward()
    patch = {Aspect.WORDING: Wording(title="two"), Aspect.NATURE: Nature(type=ItemType.NOTE)}
    mistake = workspace.append([edit("a", patch)], author="anna", label="edit")
    clock.forward()
    workspace.append([titled("a", "three")], author="bert", label="edit")
    undo = workspace.undo(mistake.batch, author="anna")
    assert undo.kept == (("a", Aspect.WORDING),)
    assert undo.undoes == mistake.batch
    item = workspace.item("a")
    assert item is not None
    assert (item.wording.title, item.nature.type) == ("three", ItemType.INCIDENT)
    info = workspace.batch(mistake.batch)
    assert info is not None
    assert info.undone_by == undo.batch
    with pytest.raises(Refused, match="undone already"):
        workspace.undo(mistake.batch, author="anna")
    with pytest.raises(Refused, match="no such batch"):
        workspace.undo("nothing", author="anna")


def test_undo_of_an_import_takes_all_of_it_back(workspace: Workspace) -> None:
    outcome = workspace.append_many((incident(f"i{n}", n % 90, n % 60) for n in range(2_500)), author="a", label="i")
    assert workspace.count(ItemQuery()) == 2_500
    undo = workspace.undo(outcome.batch, author="anna")
    assert workspace.count(ItemQuery()) == 0
    assert workspace.view(WORLD, 2, limit=0).total == 0
    workspace.undo(undo.batch, author="anna")
    assert workspace.count(ItemQuery()) == 2_500
    assert workspace.check().findings == []


def test_edits_of_different_aspects_never_conflict(workspace: Workspace, clock: HandClock) -> None:
    base = workspace.append([incident("a")], author="anna", label="add").last_seq
    clock.forward()
    one = workspace.append([titled("a", "new", wording=base)], author="anna", label="edit")
    two = workspace.append([moved("a", 6.0, 53.0, shape=base)], author="bert", label="move")
    assert one.conflicts == two.conflicts == ()
    item = workspace.item("a")
    assert item is not None
    assert (item.wording.title, item.shape) == ("new", point(6.0, 53.0))


def test_edits_of_one_aspect_keep_the_loser(workspace: Workspace, clock: HandClock) -> None:
    base = workspace.append([incident("a")], author="anna", label="add").last_seq
    clock.forward()
    first = workspace.append([titled("a", "anna's", wording=base)], author="anna", label="edit")
    clock.forward()
    second = workspace.append([titled("a", "bert's", wording=base)], author="bert", label="edit")
    (conflict,) = second.conflicts
    assert (conflict.winner.seq, conflict.loser.seq) == (second.last_seq, first.last_seq)
    assert conflict.loser.author == "anna"
    assert workspace.conflicts() == [conflict]
    # Whoever sees the winner and edits on makes no further conflict, nor does one who wrote the same.
    clock.forward()
    assert not workspace.append([titled("a", "both", wording=second.last_seq)], author="anna", label="e").conflicts
    assert not workspace.append([titled("a", "both", wording=base)], author="bert", label="e").conflicts
    workspace.settle(conflict, author="anna")
    assert workspace.conflicts() == []
    assert workspace.conflicts(open_only=False) == [conflict]
    assert workspace.check().findings == []


def test_a_backdated_edit_loses_to_a_newer_one_it_did_not_see(workspace: Workspace, clock: HandClock) -> None:
    base = workspace.append([incident("a")], author="anna", label="add").last_seq
    clock.forward(60)
    newer = workspace.append([titled("a", "newer", wording=base)], author="anna", label="edit")
    late = workspace.append([titled("a", "late", clock() - 1_000_000, wording=0)], author="bert", label="edit")
    (conflict,) = late.conflicts
    assert (conflict.winner.seq, conflict.loser.seq) == (newer.last_seq, late.last_seq)
    seen_then = workspace.append([titled("a", "x", clock() - 2_000_000, wording=base)], author="bert", label="edit")
    assert seen_then.conflicts == ()


def test_layers_conflict_as_well(workspace: Workspace, clock: HandClock) -> None:
    base = workspace.append([layer("L", "one")], author="anna", label="add").last_seq

    def named(name: str) -> Draft:
        patch = {Aspect.LABEL: Label(name=name)}
        return Draft(subject_type=SubjectType.LAYER, subject="L", patch=patch, bases={Aspect.LABEL: base})

    clock.forward()
    assert not workspace.append([named("two")], author="anna", label="edit").conflicts
    clock.forward()
    assert len(workspace.append([named("three")], author="bert", label="edit").conflicts) == 1
