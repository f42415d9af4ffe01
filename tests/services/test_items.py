"""Items: creating, editing, removing, locks and conflicts."""

from __future__ import annotations

import pytest

from qroc_desktop.domain.aspects import AspectValue, Nature, Placement, Situation, Wording
from qroc_desktop.domain.query import ItemQuery, Moment
from qroc_desktop.domain.shape import point
from qroc_desktop.domain.state import Item
from qroc_desktop.domain.vocabulary import Aspect, ItemType, Priority, Status
from qroc_desktop.errors import Refused
from qroc_desktop.services.desk import Desk
from tests.clocks import HandClock


def incident(title: str, lon: float = 6.0, lat: float = 50.8) -> dict[Aspect, AspectValue]:
    """Aspects of a new incident."""
    return {
        Aspect.NATURE: Nature(type=ItemType.INCIDENT, kind="a-u-X-i"),
        Aspect.SHAPE: point(lon, lat),
        Aspect.WORDING: Wording(title=title),
        Aspect.SITUATION: Situation(priority=Priority.IMMEDIATE),
    }


def seen(desk: Desk, item: str) -> Item:
    """The item as somebody reads it now."""
    found = desk.picture.item(item)
    assert found is not None
    return found


def titles(desk: Desk, moment: Moment | None = None) -> list[str]:
    """Titles on the picture, in drawing order."""
    return [item.wording.title for item in desk.picture.items(ItemQuery(), moment)]


def test_a_new_item_lies_on_the_first_layer(desk: Desk) -> None:
    item, outcome = desk.items.create(incident("Explosion"))
    assert outcome.items == {item}
    assert seen(desk, item).layer == desk.layers.all()[0].id
    assert titles(desk) == ["Explosion"]


def test_what_did_we_know_at(desk: Desk, clock: HandClock) -> None:
    item, _ = desk.items.create(incident("Bang reported"))
    then = desk.now()
    clock.forward(300)
    desk.items.edit(seen(desk, item), {Aspect.WORDING: Wording(title="Explosion confirmed")})
    clock.forward(300)
    assert titles(desk) == ["Explosion confirmed"]
    assert titles(desk, Moment(then, then)) == ["Bang reported"]


def test_edits_of_different_aspects_are_both_kept(desk: Desk) -> None:
    item, _ = desk.items.create(incident("Explosion"))
    first, second = seen(desk, item), seen(desk, item)
    desk.items.edit(first, {Aspect.WORDING: Wording(title="Explosion at the station")})
    outcome = desk.items.edit(second, {Aspect.SITUATION: Situation(status=Status.CONFIRMED)})
    now = seen(desk, item)
    assert outcome.conflicts == ()
    assert (now.wording.title, now.situation.status) == ("Explosion at the station", Status.CONFIRMED)


def test_the_losing_edit_of_one_aspect_is_kept_and_shown(desk: Desk, clock: HandClock) -> None:
    item, _ = desk.items.create(incident("Explosion"))
    first, second = seen(desk, item), seen(desk, item)
    clock.forward(1)
    desk.items.edit(first, {Aspect.WORDING: Wording(title="Two explosions")})
    clock.forward(1)
    outcome = desk.items.edit(second, {Aspect.WORDING: Wording(title="Gas explosion")})
    (conflict,) = outcome.conflicts
    assert conflict.loser.patch[Aspect.WORDING] == Wording(title="Two explosions")
    assert conflict.winner.patch[Aspect.WORDING] == Wording(title="Gas explosion")
    assert titles(desk) == ["Gas explosion"]
    (shown,) = desk.history.conflicts()
    assert shown.loser.seq == conflict.loser.seq
    desk.history.settle([shown])
    assert desk.history.conflicts() == []
    patches = [change.patch.get(Aspect.WORDING) for change in desk.picture.history(item)]
    assert Wording(title="Two explosions") in patches


def test_removed_items_leave_the_picture_and_come_back(desk: Desk, clock: HandClock) -> None:
    item, _ = desk.items.create(incident("Hoax"))
    clock.forward(1)
    desk.items.remove([seen(desk, item)])
    assert titles(desk) == []
    clock.forward(1)
    desk.items.restore([seen(desk, item)])
    assert titles(desk) == ["Hoax"]


def test_a_locked_layer_refuses_every_edit(desk: Desk) -> None:
    item, _ = desk.items.create(incident("Evidence"))
    (layer,) = desk.layers.all()
    desk.layers.lock(layer, locked=True)
    other = desk.layers.add("Other")
    before = seen(desk, item)
    for refused in (
        lambda: desk.items.edit(before, {Aspect.WORDING: Wording(title="Changed")}),
        lambda: desk.items.edit(before, {Aspect.PLACEMENT: Placement(layer=other)}),
        lambda: desk.items.remove([before]),
        lambda: desk.items.create(incident("New"), layer=layer.id),
    ):
        with pytest.raises(Refused, match="locked"):
            refused()
    assert seen(desk, item) == before
    new, _ = desk.items.create(incident("New"))
    assert seen(desk, new).layer == other


def test_an_item_cannot_be_moved_into_a_locked_layer(desk: Desk) -> None:
    other = desk.layers.add("Archive")
    archive = desk.layers.named("Archive")
    assert archive is not None
    item, _ = desk.items.create(incident("Evidence"), layer=desk.layers.all()[0].id)
    desk.layers.lock(archive, locked=True)
    with pytest.raises(Refused, match="Archive"):
        desk.items.edit(seen(desk, item), {Aspect.PLACEMENT: Placement(layer=other)})


def test_several_items_change_as_one_step(desk: Desk, clock: HandClock) -> None:
    items = [desk.items.create(incident(name))[0] for name in "abc"]
    clock.forward(1)
    desk.items.edit_many([seen(desk, item) for item in items], {Aspect.SITUATION: Situation(status=Status.CLOSED)})
    desk.history.undo()
    assert {seen(desk, item).situation.priority for item in items} == {Priority.IMMEDIATE}
