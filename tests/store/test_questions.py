"""Questions about items: at a moment, in a place, by words, in order."""

from __future__ import annotations

import pytest

from qroc_desktop.domain.aspects import (
    Origin,
    Placement,
    Presence,
)
from qroc_desktop.domain.change import Draft
from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.query import ItemQuery, Moment
from qroc_desktop.domain.shape import Shape
from qroc_desktop.domain.vocabulary import Aspect, ItemType, Priority
from qroc_desktop.errors import Refused
from qroc_desktop.store import Workspace
from tests.store.building import (
    START,
    WORLD,
    HandClock,
    edit,
    incident,
    layer,
    moved,
    removed,
    titled,
)


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
    origin = Origin(format="cap", foreign_id="x2")
    edits = [edit("b", {Aspect.ORIGIN: origin, Aspect.PRESENCE: Presence(removed=True)})]
    workspace.append(edits, author="anna", label="a file said so")
    assert {entry.id: entry.gone for entry in workspace.foreign("cap", "L")} == {"x1": False, "x2": True, "": False}


def test_many_items_at_once(workspace: Workspace) -> None:
    workspace.append([*(incident(f"i{n}") for n in range(1_100)), removed("i7")], author="anna", label="add")
    found = workspace.items_by_id([f"i{n}" for n in range(1_105)])
    assert found == {f"i{n}": workspace.item(f"i{n}") for n in range(1_100)}
    assert found["i7"].removed
