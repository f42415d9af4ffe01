"""What is new, moved, changed and gone between two states."""

from __future__ import annotations

import pytest

from qroc_desktop.domain.aspects import AspectValue, Nature, Origin, Person, Placement, Situation, Wording
from qroc_desktop.domain.comparison import Fate, compare
from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.shape import Shape, point
from qroc_desktop.domain.state import Item
from qroc_desktop.domain.vocabulary import Aspect, ItemType, Priority, Status

FLASH = Situation(priority=Priority.FLASH)


def item(id_: str, **aspects: AspectValue) -> Item:
    given: dict[Aspect, AspectValue] = {
        Aspect.NATURE: Nature(type=ItemType.INCIDENT),
        Aspect.WORDING: Wording(title=id_),
        **{Aspect(name): value for name, value in aspects.items()},
    }
    return Item(id=id_, aspects=given, seqs={}, valid_from=Instant(0), known_from=Instant(0))


def state(*items: Item) -> dict[str, Item]:
    return {one.id: one for one in items}


def test_each_item_has_the_fate_that_befell_it() -> None:
    before = state(item("stays"), item("goes"), item("worse"), item("drives", shape=point(6.0, 51.0)))
    after = state(item("stays"), item("comes"), item("worse", situation=FLASH), item("drives", shape=point(6.0, 51.01)))
    found = {one.item: one for one in compare(before, after)}
    assert {name: one.fate for name, one in found.items()} == {
        "comes": Fate.NEW, "drives": Fate.MOVED, "worse": Fate.CHANGED, "goes": Fate.GONE,
    }  # fmt: skip
    assert [one.item for one in compare(before, after)] == ["comes", "drives", "worse", "goes"]
    assert found["worse"].aspects == (Aspect.SITUATION,)
    assert (found["comes"].before, found["goes"].after) == (None, None)
    assert found["goes"].latest.id == "goes"


def test_a_move_is_told_in_metres_and_degrees() -> None:
    """Vincenty's own example, Flinders Peak to Buninyong: 54 972.271 m at 306 52 05.37 (Geoscience Australia)."""
    peak, hill = point(144.42486789, -37.95103342), point(143.92649553, -37.65282114)
    (moved,) = compare(state(item("x", shape=peak)), state(item("x", shape=hill)))
    assert moved.fate is Fate.MOVED
    assert moved.distance_m == pytest.approx(54_972.271, abs=0.5)
    assert moved.bearing_deg == pytest.approx(306 + 52 / 60 + 5.37 / 3600, abs=0.001)


def test_what_moved_may_have_changed_as_well() -> None:
    before = item("x", shape=point(6.0, 51.0))
    after = item("x", shape=point(6.1, 51.0), situation=Situation(status=Status.CONFIRMED))
    (moved,) = compare(state(before), state(after))
    assert (moved.fate, moved.aspects) == (Fate.MOVED, (Aspect.SHAPE, Aspect.SITUATION))


def test_a_hair_s_breadth_is_no_move_and_a_first_place_is_none_either() -> None:
    nearly = state(item("x", shape=point(6.000001, 51.0)))
    (moved,) = compare(state(item("x", shape=point(6.0, 51.0))), nearly)
    assert (moved.fate, moved.distance_m) == (Fate.CHANGED, None)
    (placed,) = compare(state(item("x")), nearly)
    assert (placed.fate, placed.aspects, placed.distance_m) == (Fate.CHANGED, (Aspect.SHAPE,), None)


def test_an_area_that_grew_has_changed_in_its_shape() -> None:
    def square(side: float) -> Shape:
        ring = [[-side, -side], [side, -side], [side, side], [-side, side], [-side, -side]]
        return Shape(type="Polygon", coordinates=[ring])

    (grown,) = compare(state(item("x", shape=square(1.0))), state(item("x", shape=square(2.0))))
    assert (grown.fate, grown.aspects) == (Fate.CHANGED, (Aspect.SHAPE,))


def test_how_an_item_is_kept_here_is_no_difference() -> None:
    before = item("x", placement=Placement(layer="a"), origin=Origin(format="bundle", sent=Instant(1)))
    after = item("x", placement=Placement(layer="b"), origin=Origin(format="bundle", sent=Instant(2)))
    assert compare(state(before), state(after)) == ()
    (named,) = compare(state(before), state(item("x", person=Person(surname="Nemo"))))
    assert named.aspects == (Aspect.PERSON,)


def test_the_most_urgent_comes_first() -> None:
    after = state(item("b"), item("a"), item("z", situation=FLASH))
    assert [one.item for one in compare({}, after)] == ["z", "a", "b"]
