"""The projection against the definition: for every history and every pair of instants the workspace answers what
`domain.fold` says."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qroc_desktop.domain.aspects import (
    Evaluation,
    Motion,
    Nature,
    Origin,
    Placement,
    Presence,
    Situation,
    Style,
    Wording,
)
from qroc_desktop.domain.change import Change, Draft
from qroc_desktop.domain.fold import fold_subject
from qroc_desktop.domain.instant import FOREVER, Instant
from qroc_desktop.domain.query import ItemQuery, Moment
from qroc_desktop.domain.shape import Shape, point
from qroc_desktop.domain.state import Item
from qroc_desktop.domain.vocabulary import Aspect, Basis, ItemType, Priority, SourceReliability, SubjectType
from qroc_desktop.errors import Refused
from qroc_desktop.store import Workspace
from tests.store.building import START, WORLD, HandClock, create, edit

ITEMS = ("a", "b", "c")
VALUES: dict[Aspect, list[object]] = {
    Aspect.PRESENCE: [Presence(removed=True), Presence(removed=False), None],
    Aspect.NATURE: [Nature(type=ItemType.UNIT, kind="a-f-G"), None],
    Aspect.PLACEMENT: [Placement(layer="L1"), Placement(layer="L2"), None],
    Aspect.SHAPE: [
        point(5.0, 52.0),
        point(-170.0, -10.0),
        point(5.0, 52.0, radius_m=50_000.0),
        Shape(type="LineString", coordinates=[[4.0, 51.0], [20.0, 60.0]]),
        Shape(type="Polygon", coordinates=[[[0.0, 0.0], [9.0, 0.0], [9.0, 9.0], [0.0, 0.0]]]),
        None,
    ],
    Aspect.SITUATION: [Situation(priority=Priority.FLASH, stale_at=START), None],
    Aspect.WORDING: [Wording(title="Łódź"), Wording(title="Smoke", description="große Straße"), None],
    Aspect.EVALUATION: [Evaluation(source=SourceReliability.A, basis=Basis.ASSESSMENT), None],
    Aspect.MOTION: [Motion(speed_ms=3.0), None],
    Aspect.STYLE: [Style(stroke="#ff0000"), None],
    Aspect.ORIGIN: [Origin(format="cot", foreign_id="x"), None],
}

patches = st.dictionaries(st.sampled_from(list(VALUES)), st.integers(0, 5), min_size=1, max_size=4).map(
    lambda chosen: {aspect: VALUES[aspect][n % len(VALUES[aspect])] for aspect, n in chosen.items()}
)
drafts = st.builds(
    lambda item, patch, offset: (item, patch, offset),
    st.sampled_from(ITEMS),
    patches,
    st.none() | st.integers(-8, 8),
)
steps = st.one_of(
    st.tuples(st.just("append"), st.lists(drafts, min_size=1, max_size=4), st.integers(0, 3)),
    st.tuples(st.just("append"), st.lists(drafts, min_size=1, max_size=1), st.integers(0, 3)),
    st.tuples(st.just("undo"), st.integers(0, 20), st.integers(0, 3)),
)
histories = st.lists(steps, min_size=1, max_size=14)


def played(workspace: Workspace, clock: HandClock, history: list[tuple[str, object, int]]) -> None:
    """Offsets are seconds from the clock; None is the moment of recording."""
    batches: list[str] = []
    for kind, what, wait in history:
        clock.forward(wait)
        if kind == "append":
            assert isinstance(what, list)
            batch: list[Draft] = [
                edit(item, patch, None if offset is None else clock() + offset * 1_000_000)
                for item, patch, offset in what
            ]
            batches.append(workspace.append(batch, author="anna", label="edit").batch)
        elif batches:
            assert isinstance(what, int)
            try:
                batches.append(workspace.undo(batches[what % len(batches)], author="bert").batch)
            except Refused:
                continue


def moments(changes: list[Change]) -> Iterator[Moment]:
    valid = sorted({t + d for c in changes for t in (c.valid_at, c.recorded_at) for d in (-1, 0)})
    known = sorted({c.recorded_at + d for c in changes for d in (-1, 0)})
    for k in (*known[:: max(1, len(known) // 6)], FOREVER):
        for t in (*valid[:: max(1, len(valid) // 12)], FOREVER):
            yield Moment(Instant(t), Instant(k))


def expected(changes: list[Change], moment: Moment) -> dict[str, Item]:
    """Items with anything but presence known of them."""
    folded = {}
    for id_ in ITEMS:
        mine = [c for c in changes if c.subject_type is SubjectType.ITEM and c.subject == id_]
        item = fold_subject(mine, Item, valid=moment.valid, known=moment.known)
        if item and set(item.aspects) - {Aspect.PRESENCE}:
            folded[id_] = item
    return folded


def overlapping(item: Item, bounds: tuple[float, float, float, float]) -> bool:
    if item.shape is None:
        return False
    west, south, east, north = item.shape.bounds()
    return west <= bounds[2] and east >= bounds[0] and south <= bounds[3] and north >= bounds[1]


def agrees(workspace: Workspace, at: Moment | None, folded: dict[str, Item]) -> None:
    for id_ in ITEMS:
        assert workspace.item(id_, at) == folded.get(id_)
    shown = {id_: item for id_, item in folded.items() if not item.removed}
    assert {item.id: item for item in workspace.items(ItemQuery(), at)} == shown
    assert workspace.count(ItemQuery(), at) == len(shown)
    assert sorted(workspace.row_ids(ItemQuery(), at)) == sorted(shown)
    rows = {row.id: row for row in workspace.rows(ItemQuery(), at)}
    assert {row.id: row for row in workspace.rows_by_id(ITEMS, at)} == rows
    for id_, item in shown.items():
        anchor = item.shape.anchor() if item.shape else (None, None)
        row = rows[id_]
        assert (row.lon, row.lat) == anchor
        assert (row.layer, row.title, row.valid_from) == (item.layer, item.wording.title, item.valid_from)
        assert (row.type, row.kind, row.priority) == (item.nature.type, item.nature.kind, item.situation.priority)
        assert row.assessment == (item.evaluation.basis is Basis.ASSESSMENT)
        assert row.stale_at == item.situation.stale_at
    bounds = (3.0, 50.0, 6.0, 55.0)
    near = {id_ for id_, item in shown.items() if overlapping(item, bounds)}
    assert set(workspace.row_ids(ItemQuery(bounds=bounds), at)) == near
    assert {row.id for row in workspace.view(bounds, 6, at).rows} == near
    shapes = workspace.shapes(WORLD, 9, at)
    extents = {id_: item for id_, item in shown.items() if item.shape and rows[id_].extent}
    assert {row.id: (shape, style) for row, shape, style in shapes} == {
        id_: (item.shape, item.aspects.get(Aspect.STYLE)) for id_, item in extents.items()
    }
    words = {id_ for id_, item in shown.items() if item.wording.description}
    assert set(workspace.row_ids(ItemQuery(text="STRASSE gr"), at)) == words
    first = {id_ for id_, item in shown.items() if item.layer == "L1"}
    assert set(workspace.row_ids(ItemQuery(layers=frozenset({"L1"})), at)) == first
    placed = [item for item in shown.values() if item.shape]
    clusters = workspace.view(WORLD, 2, at, limit=0)
    if placed:
        assert clusters.total == sum(cluster.count for cluster in clusters.clusters) == len(placed)
        assert min(c.priority for c in clusters.clusters) == min(item.situation.priority for item in placed)
    else:
        assert (clusters.total, clusters.clusters) == (0, [])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(histories)
def test_every_answer_is_what_the_fold_says(history: list[tuple[str, object, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        clock = HandClock()
        with create(Path(folder) / "w.qroc", clock) as workspace:
            played(workspace, clock, history)
            changes = list(workspace.changes())
            for moment in moments(changes):
                agrees(workspace, moment, expected(changes, moment))
            agrees(workspace, None, expected(changes, Moment(workspace.now())))
            assert workspace.check().findings == []


@settings(max_examples=25, deadline=None)
@given(histories)
def test_a_projection_folded_again_is_the_same(history: list[tuple[str, object, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        clock = HandClock()
        with create(Path(folder) / "w.qroc", clock) as workspace:
            played(workspace, clock, history)
            workspace.repair()
            assert workspace.check().findings == []
            changes = list(workspace.changes())
            agrees(workspace, None, expected(changes, Moment(workspace.now())))


@settings(max_examples=40, deadline=None)
@given(histories, st.lists(drafts, min_size=1, max_size=3))
def test_undo_gives_back_the_picture_at_every_instant(
    history: list[tuple[str, object, int]], last: list[tuple[str, dict[Aspect, object], int | None]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        clock = HandClock()
        with create(Path(folder) / "w.qroc", clock) as workspace:
            played(workspace, clock, history)
            before = list(workspace.changes())
            played(workspace, clock, [("append", last, 1)])
            done = workspace.batches(1)[0]
            mistaken = list(workspace.changes())
            undo = workspace.undo(done.id, author="bert")
            assert undo.kept == ()
            after = list(workspace.changes())
            again = workspace.undo(undo.batch, author="bert")
            redone = list(workspace.changes())
            assert again.kept == ()
            for moment in moments(redone):
                if moment.known == FOREVER:
                    assert values(after, moment) == values(before, moment)
                    assert values(redone, moment) == values(mistaken, moment)


@settings(max_examples=30, deadline=None)
@given(histories, st.lists(st.lists(drafts, min_size=1, max_size=3), min_size=1, max_size=4))
def test_steps_undone_newest_first_and_redone_go_through_the_same_pictures(
    history: list[tuple[str, object, int]], lately: list[list[tuple[str, dict[Aspect, object], int | None]]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        clock = HandClock()
        with create(Path(folder) / "w.qroc", clock) as workspace:
            played(workspace, clock, history)
            states = [list(workspace.changes())]
            done: list[str] = []
            for batch in lately:
                played(workspace, clock, [("append", batch, 1)])
                done.append(workspace.batches(1)[0].id)
                states.append(list(workspace.changes()))
            undone: list[str] = []
            seen: list[tuple[list[Change], list[Change]]] = []
            for place in reversed(range(len(done))):
                undone.append(workspace.undo(done[place], author="bert").batch)
                seen.append((list(workspace.changes()), states[place]))
            for place in range(len(done)):
                workspace.undo(undone.pop(), author="bert")
                seen.append((list(workspace.changes()), states[place + 1]))
            for moment in moments(seen[-1][0]):
                if moment.known == FOREVER:
                    for now, then in seen:
                        assert values(now, moment) == values(then, moment)


def values(changes: list[Change], moment: Moment) -> dict[str, bytes]:
    return {
        id_: msgspec.json.encode({str(a): v for a, v in item.aspects.items()}, order="deterministic")
        for id_, item in expected(changes, moment).items()
    }
