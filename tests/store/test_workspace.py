"""Writing to a workspace and asking it, without anything going wrong."""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import Future, wait
from pathlib import Path

import pytest

from qroc_desktop.domain.aspects import (
    Identity,
    Label,
    Lock,
    Marking,
    Motion,
    Nature,
    Origin,
    Placement,
    Presence,
    Situation,
    Wording,
)
from qroc_desktop.domain.change import Draft, Patch
from qroc_desktop.domain.instant import BEGINNING, FOREVER, Instant
from qroc_desktop.domain.query import ItemQuery, Moment, Outcome
from qroc_desktop.domain.shape import Shape, point
from qroc_desktop.domain.vocabulary import Aspect, ItemType, Priority, SubjectType, Tlp
from qroc_desktop.errors import Refused
from qroc_desktop.store import Workspace
from tests.store.building import (
    IDENTITY,
    START,
    WORLD,
    CountingIds,
    HandClock,
    create,
    edit,
    entry,
    incident,
    layer,
    moved,
    removed,
    titled,
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


def test_items_come_in_drawing_order(workspace: Workspace, clock: HandClock) -> None:
    workspace.append([layer("top", order=2.0), layer("below", order=1.0)], author="anna", label="layers")
    for item, on in (("a", "top"), ("b", "below"), ("c", "top"), ("d", "below")):
        clock.forward()
        workspace.append([incident(item, layer=on)], author="anna", label="add")
    assert [item.id for item in workspace.items(ItemQuery())] == ["b", "d", "a", "c"]
    assert [found.id for found in workspace.layers()] == ["below", "top"]


def test_a_removed_item_is_off_the_picture_but_can_be_asked_for(workspace: Workspace, clock: HandClock) -> None:
    workspace.append([incident("a")], author="anna", label="add")
    clock.forward()
    workspace.append([removed("a")], author="anna", label="remove")
    item = workspace.item("a")
    assert item is not None
    assert item.removed
    assert workspace.count(ItemQuery()) == 0
    assert workspace.view(WORLD, 3).total == 0
    clock.forward()
    workspace.append([edit("a", {Aspect.PRESENCE: Presence(removed=False)})], author="anna", label="restore")
    assert workspace.row_ids(ItemQuery()) == ["a"]


def test_the_picture_of_a_past_moment(workspace: Workspace, clock: HandClock) -> None:
    workspace.append([incident("a", 5.0, 52.0)], author="anna", label="add")
    first = clock()
    clock.forward(60)
    workspace.append([moved("a", 6.0, 53.0)], author="anna", label="move")
    moved_at = workspace.now()
    clock.forward(60)
    late = workspace.append([moved("a", 5.5, 52.5, at=first + 30_000_000)], author="anna", label="late report")
    between = Instant(first + 40_000_000)
    assert lon_lat(workspace, Moment(between, moved_at)) == (5.0, 52.0)
    assert lon_lat(workspace, Moment(between)) == (5.5, 52.5)
    assert lon_lat(workspace, Moment(moved_at)) == (6.0, 53.0)
    assert lon_lat(workspace, None) == (6.0, 53.0)
    assert workspace.item("a", Moment(Instant(START - 1))) is None
    assert late.recorded_at > moved_at


def test_what_is_to_be_true_later_does_not_show_before(workspace: Workspace, clock: HandClock) -> None:
    workspace.append([incident("a", 5.0, 52.0)], author="anna", label="add")
    workspace.append([moved("a", 6.0, 53.0, at=clock() + 60_000_000)], author="anna", label="plan")
    workspace.append([incident("b", layer="M", at=clock() + 60_000_000)], author="anna", label="plan")
    assert lon_lat(workspace, None) == (5.0, 52.0)
    assert workspace.row_ids(ItemQuery()) == ["a"]
    assert workspace.view(WORLD, 3, limit=0).total == 1
    clock.forward(61)
    assert lon_lat(workspace, None) == (6.0, 53.0)
    assert sorted(workspace.row_ids(ItemQuery())) == ["a", "b"]


def lon_lat(workspace: Workspace, at: Moment | None) -> tuple[float, float]:
    (row,) = workspace.rows(ItemQuery(layers=frozenset({"L"}), types=frozenset({ItemType.INCIDENT})), at)
    assert row.lon is not None
    assert row.lat is not None
    return (row.lon, row.lat)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("lodz", {"a"}),
        ("ŁÓDŹ", {"a"}),
        ("strasse", {"a"}),
        ("gross stras", {"a"}),
        ("stras gross", set()),
        ("fire", {"a", "b"}),
        ("fire nat", {"b"}),
        ("o'brien", {"b"}),
        ("fire -smoke", {"b"}),
        ('fire" OR "x', set()),
        ("!!!", set()),
        ("", {"a", "b"}),
    ],
)
def test_search_folds_letters_and_takes_no_orders(workspace: Workspace, text: str, found: set[str]) -> None:
    workspace.append(
        [
            incident("a", title="Fire in Łódź", place="Große Straße 5", description="gross tonnage"),
            incident("b", title="Fire", place="Nationalgalerie", description="smoke, caller O'Brien"),
        ],
        author="anna",
        label="add",
    )
    assert set(workspace.row_ids(ItemQuery(text=text))) == found


def test_search_at_a_past_moment_finds_the_words_of_then(workspace: Workspace, clock: HandClock) -> None:
    workspace.append([titled("a", "collision")], author="anna", label="add")
    then = workspace.now()
    clock.forward()
    workspace.append([titled("a", "pile-up")], author="anna", label="edit")
    assert workspace.row_ids(ItemQuery(text="collision")) == []
    assert workspace.row_ids(ItemQuery(text="collision"), Moment(then)) == ["a"]
    assert workspace.row_ids(ItemQuery(text="pile"), Moment(then)) == []


def test_bounds_across_the_antimeridian(workspace: Workspace) -> None:
    drafts = [incident("fiji", 178.0, -17.0), incident("samoa", -172.0, -14.0), incident("home", 5.0, 52.0)]
    workspace.append(drafts, author="anna", label="add")
    pacific = (170.0, -30.0, -160.0, 0.0)
    assert set(workspace.row_ids(ItemQuery(bounds=pacific))) == {"fiji", "samoa"}
    assert {row.id for row in workspace.view(pacific, 5).rows} == {"fiji", "samoa"}
    assert workspace.view(pacific, 5, limit=0).total == 2
    nearly_all = (10.0, -80.0, 5.5, 80.0)
    assert workspace.view(nearly_all, 0, limit=0).total == 3
    assert len(workspace.view(nearly_all, 0).rows) == 3


def test_sorting_is_as_people_sort(workspace: Workspace) -> None:
    names = ["Zebra", "ähnlich", "Abend", "", "Ørsted", "okay"]
    workspace.append([titled(f"i{n}", name) for n, name in enumerate(names)], author="anna", label="add")
    rows = workspace.rows(ItemQuery(), order="title", descending=False)
    assert [row.title for row in rows] == ["Abend", "ähnlich", "okay", "Ørsted", "Zebra", ""]
    with pytest.raises(Refused, match="sorted"):
        workspace.rows(ItemQuery(), order="title; DROP TABLE item")


@pytest.mark.parametrize(
    "order",
    [
        "id", "layer", "type", "kind", "sidc", "affiliation", "title", "place", "status", "priority", "starts",
        "valid_from", "stale_at", "lon", "lat", "extent", "evaluation", "assessment",
    ],
)  # fmt: skip
def test_every_field_of_a_row_sorts(workspace: Workspace, order: str) -> None:
    workspace.append([layer("L"), *(incident(f"i{n}", 5.0 + n, 52.0) for n in range(5))], author="anna", label="add")
    up = workspace.row_ids(ItemQuery(), order=order, descending=False)
    down = workspace.row_ids(ItemQuery(), order=order, descending=True)
    assert sorted(up) == sorted(down) == [f"i{n}" for n in range(5)]
    rows = workspace.rows_by_id(up)
    assert [row.id for row in rows] == list(up)
    values = [getattr(row, order) for row in rows]
    assert [v for v in values if v is not None] == sorted(v for v in values if v is not None)


def test_windows_of_rows(workspace: Workspace) -> None:
    workspace.append([incident(f"i{n:02}") for n in range(30)], author="anna", label="add")
    ids = workspace.row_ids(ItemQuery(), order="title", descending=False)
    page = workspace.rows(ItemQuery(limit=10), order="title", descending=False, offset=10)
    assert [row.id for row in page] == list(ids[10:20]) == [f"i{n:02}" for n in range(10, 20)]
    assert workspace.rows_by_id(["i05", "nobody", "i01"]) == workspace.rows_by_id(["i05", "i01"])


def test_view_clusters_what_would_be_too_much(workspace: Workspace) -> None:
    many = [incident(f"i{n}", 5.0 + n % 20 * 0.001, 52.0 + n // 20 * 0.001) for n in range(400)]
    far = incident("far", 20.0, 50.0, priority=Priority.FLASH, layer="M")
    workspace.append([*many, far], author="anna", label="add")
    everything = workspace.view(WORLD, 4, limit=1000)
    assert (len(everything.rows), everything.clusters, everything.total) == (401, [], 401)
    clusters = workspace.view(WORLD, 4, limit=100)
    assert clusters.rows == []
    assert clusters.total == 401
    crowd, lonely = sorted(clusters.clusters, key=lambda c: -c.count)
    assert (crowd.count, lonely.count) == (400, 1)
    assert crowd.lon == pytest.approx(5.0095)
    assert crowd.lat == pytest.approx(52.0095)
    assert crowd.bounds[0] <= 5.0 <= crowd.bounds[2]
    assert crowd.bounds[1] <= 52.0 <= crowd.bounds[3]
    assert (crowd.priority, lonely.priority) == (Priority.ROUTINE, Priority.FLASH)
    only = workspace.view(WORLD, 4, limit=100, layers=frozenset({"M"}))
    assert [row.id for row in only.rows] == ["far"]
    assert workspace.view(WORLD, 4, layers=frozenset()).total == 0
    close = workspace.view((4.99, 51.99, 5.03, 52.03), 16, limit=100)
    assert close.total == 400
    assert len(close.clusters) > 20


def test_shapes_are_generalised_to_the_zoom(workspace: Workspace) -> None:
    coast = [[5.0 + n * 0.0001, 52.0 + (n % 2) * 0.00001] for n in range(5_000)]
    line = Shape(type="LineString", coordinates=coast, times=tuple(Instant(START + n) for n in range(5_000)))
    workspace.append([edit("coast", {Aspect.SHAPE: line}), incident("p")], author="anna", label="add")
    ((row, shape, style),) = workspace.shapes(WORLD, 8)
    assert (row.id, row.extent, style) == ("coast", True, None)
    assert len(shape.coordinates) < 50
    assert shape.coordinates[0] == coast[0]
    assert list(shape.coordinates[-1]) == coast[-1]
    ((_, close, _),) = workspace.shapes(WORLD, 20)
    assert len(close.coordinates) == 5_000
    assert workspace.shapes(WORLD, 0) == []
    assert workspace.shapes((50.0, 0.0, 60.0, 10.0), 8) == []


def test_items_by_the_names_that_they_have_elsewhere(workspace: Workspace) -> None:
    def came(item: str, foreign: str, on: str, format_: str = "cap") -> Draft:
        origin = Origin(format=format_, foreign_id=foreign)
        return edit(item, {Aspect.ORIGIN: origin, Aspect.PLACEMENT: Placement(layer=on)})

    drafts = [came("a", "x1", "L"), came("b", "x2", "L"), came("c", "x1", "M"), came("d", "x3", "L", "kml")]
    workspace.append([*drafts, came("e", "", "L"), came("f", "gone", "L"), removed("f")], author="anna", label="add")
    assert {entry.id: entry.item for entry in workspace.foreign("cap", "L")} == {"x1": "a", "x2": "b", "": "e"}
    assert workspace.foreign("cap", "nowhere") == []
    assert {entry.layer for entry in workspace.foreign("cap")} == {"L", "M"}


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


def test_a_clock_set_back_neither_reorders_nor_hides(workspace: Workspace, clock: HandClock) -> None:
    first = workspace.append([titled("a", "first")], author="anna", label="add")
    assert workspace.clock_behind == 1  # the creation took this microsecond
    clock.time = Instant(START - 3_600_000_000)
    second = workspace.append([titled("a", "second")], author="anna", label="edit")
    assert second.recorded_at == first.recorded_at + 1
    assert workspace.rows(ItemQuery())[0].title == "second"
    assert workspace.clock_behind == 3_600_000_002
    assert workspace.now() == second.recorded_at
    clock.time = Instant(START + 10)
    assert workspace.clock_behind == 0


def test_subscribers_hear_of_every_batch_before_append_returns(workspace: Workspace) -> None:
    heard: list[str] = []
    forget = workspace.subscribe(lambda outcome: heard.append(outcome.batch))
    one = workspace.append([incident("a")], author="anna", label="add").batch
    two = workspace.undo(one, author="anna").batch
    forget()
    forget()
    workspace.append([incident("b")], author="anna", label="add")
    assert heard == [one, two]


@pytest.mark.expects_log("a subscriber to the workspace failed")
def test_a_failing_subscriber_disturbs_nobody(workspace: Workspace) -> None:
    heard: list[Outcome] = []

    def fails(outcome: Outcome) -> None:
        raise ValueError(outcome.batch)

    workspace.subscribe(fails)
    workspace.subscribe(heard.append)
    outcome = workspace.append([incident("a")], author="anna", label="add")
    assert heard == [outcome]


def test_a_subscriber_that_writes_and_waits_is_told_so(workspace: Workspace, caplog: pytest.LogCaptureFixture) -> None:
    problems: list[str] = []

    def writes(_: Outcome) -> None:
        try:
            workspace.append([incident("b")], author="anna", label="add")
        except RuntimeError as error:
            problems.append(str(error))

    with caplog.at_level(logging.ERROR):
        workspace.subscribe(writes)
        workspace.append([incident("a")], author="anna", label="add")
    assert "submit" in problems[0]


class Stop(Exception):
    pass


def test_an_import_that_is_cancelled_leaves_nothing(workspace: Workspace) -> None:
    steps: list[int] = []

    def progress(done: int, total: int) -> None:
        steps.append(done)
        if done >= 3_000:
            raise Stop

    drafts = (incident(f"i{n}", n % 90, n % 60) for n in range(10_000))
    with pytest.raises(Stop):
        workspace.append_many(drafts, author="anna", label="import", progress=progress)
    assert steps == [1_000, 2_000, 3_000]
    assert workspace.count(ItemQuery()) == 0
    assert list(workspace.changes(1)) == []
    assert workspace.check().findings == []


def test_an_import_may_read_the_workspace_meanwhile(workspace: Workspace) -> None:
    workspace.append([incident("seen")], author="anna", label="add")

    def drafts() -> Iterator[Draft]:
        for n in range(1_500):
            assert workspace.count(ItemQuery()) == 1
            yield incident(f"i{n}")

    workspace.append_many(drafts(), author="anna", label="import")
    assert workspace.count(ItemQuery()) == 1_501


def test_readers_see_whole_batches_while_others_are_written(workspace: Workspace) -> None:
    workspace.append([moved(item, 0.0, 0.0) for item in "abc"], author="anna", label="add")
    stop = threading.Event()
    torn: list[object] = []
    reads = [0, 0, 0]

    def read(place: int) -> None:
        try:
            while not stop.is_set():
                rows = workspace.rows(ItemQuery())
                if len({row.lon for row in rows}) != 1 or len(rows) != 3:
                    torn.append(rows)
                reads[place] += 1
        except Exception as error:
            torn.append(error)

    threads = [threading.Thread(target=read, args=(place,)) for place in range(3)]
    for thread in threads:
        thread.start()
    written: list[Future[Outcome]] = []
    while min(reads) < 20 or len(written) < 50:
        lon = float(len(written) % 90)
        written.append(workspace.submit([moved(item, lon, 1.0) for item in "abc"], author="anna", label="move"))
        wait(written[-1:])
    stop.set()
    for thread in threads:
        thread.join()
    assert torn == []
    assert [future.result().first_seq for future in written] == [5 + 3 * n for n in range(len(written))]
    assert workspace.check().findings == []


def test_span_and_histogram(workspace: Workspace, clock: HandClock) -> None:
    hour = 3_600_000_000
    clock.forward(7_000)
    workspace.append([incident("a", at=START - hour)], author="anna", label="add")
    workspace.append([moved("a", 1.0, 1.0)], author="anna", label="move")
    span = workspace.span()
    assert span is not None
    minute = 60_000_000
    assert span == ((START - hour) // minute * minute, workspace.now())
    counts = workspace.histogram(3)
    assert sum(counts) == 3
    assert counts == [1, 1, 1]
    assert workspace.histogram(2, Instant(START + hour), Instant(START + 3 * hour)) == [1, 0]


def test_changes_and_history_are_in_the_order_of_recording(workspace: Workspace, clock: HandClock) -> None:
    for n in range(5):
        clock.forward()
        workspace.append([moved("a", float(n), 0.0), moved("b", float(n), 0.0)], author="anna", label="move")
    assert [change.seq for change in workspace.changes()] == list(range(1, 12))
    assert [change.seq for change in workspace.changes(9)] == [10, 11]
    assert [change.seq for change in workspace.history(SubjectType.ITEM, "b")] == [3, 5, 7, 9, 11]
    batches = workspace.batches(limit=2)
    assert [batch.id for batch in workspace.batches(limit=2, before=batches[-1].id)] == ["id4", "id3"]


def test_the_record_is_append_only_even_for_sql(workspace: Workspace, path: Path) -> None:
    workspace.append([incident("a")], author="anna", label="add")
    connection = sqlite3.connect(path)
    for statement in (
        "UPDATE change SET author = 'nobody'",
        "DELETE FROM change",
        "UPDATE batch SET author = 'nobody'",
        "DELETE FROM batch",
    ):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            connection.execute(statement)
    connection.close()


def test_tampering_breaks_the_chain(path: Path, clock: HandClock) -> None:
    with create(path, clock) as workspace:
        batches = [workspace.append([titled("a", f"title {n}")], author="anna", label="edit").batch for n in range(3)]
    connection = sqlite3.connect(path)
    connection.execute("DROP TRIGGER change_is_not_edited")
    connection.execute("UPDATE change SET author = 'nobody' WHERE seq = 3")
    connection.commit()
    connection.close()
    with Workspace.open(path, clock=clock, ids=CountingIds()) as again:
        report = again.check()
    assert report.chain_broken_at == batches[1]
    assert not report.sound


def test_a_wrong_projection_is_found_and_repaired(path: Path, clock: HandClock) -> None:
    with create(path, clock) as workspace:
        workspace.append([incident(f"i{n}", n, n) for n in range(20)], author="anna", label="add")
        right = workspace.rows(ItemQuery())
    connection = sqlite3.connect(path)
    connection.execute("UPDATE item SET title = 'wrong' WHERE id = 'i3'")
    connection.execute("DELETE FROM item_box WHERE key = 5")
    connection.execute("INSERT INTO wording_text (rowid, text) VALUES (999, 'planted')")
    connection.commit()
    connection.close()
    with Workspace.open(path, clock=clock, ids=CountingIds()) as again:
        report = again.check()
        assert [line.split("index ")[1].split(" ")[0] for line in report.findings] == [
            "item",
            "item_box",
            "wording_text",
        ]
        assert report.chain_broken_at == ""
        again.repair()
        assert again.check().findings == []
        assert again.rows(ItemQuery()) == right


def test_a_backup_is_a_whole_workspace(workspace: Workspace, path: Path, tmp_path: Path, clock: HandClock) -> None:
    workspace.append([incident("a")], author="anna", label="add")
    copy = tmp_path / "copy.qroc"
    workspace.backup(copy)
    with pytest.raises(Refused, match="already"):
        workspace.backup(copy)
    workspace.append([incident("b")], author="anna", label="add")
    with Workspace.open(copy, clock=clock, ids=CountingIds()) as other:
        assert other.row_ids(ItemQuery()) == ["a"]
        assert other.check().findings == []
    assert sorted(file.name for file in tmp_path.iterdir() if not file.name.startswith(path.name)) == [
        "copy.qroc",
        "copy.qroc.lock",
    ]


def test_everything_is_refused_after_close(path: Path, clock: HandClock) -> None:
    workspace = create(path, clock)
    workspace.close()
    workspace.close()
    with pytest.raises(Refused, match="closed"):
        workspace.append([incident("a")], author="anna", label="add")
    with pytest.raises(Refused, match="closed"):
        workspace.rows(ItemQuery())
