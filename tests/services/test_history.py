"""Undo and redo as a person at the window expects them."""

from __future__ import annotations

import pytest

from qroc_desktop.domain.aspects import Situation, Wording
from qroc_desktop.domain.vocabulary import Aspect, EntryKind, Status
from qroc_desktop.errors import Refused
from qroc_desktop.services.desk import Desk
from tests.clocks import HandClock
from tests.services.test_items import incident, seen, titles


def test_undo_and_redo_step_through_what_this_desk_did(desk: Desk, clock: HandClock) -> None:
    item, _ = desk.items.create(incident("one"))
    clock.forward(1)
    desk.items.edit(seen(desk, item), {Aspect.WORDING: Wording(title="two")})
    clock.forward(1)
    desk.history.undo()
    assert titles(desk) == ["one"]
    desk.history.undo()
    assert titles(desk) == []
    desk.history.redo()
    assert titles(desk) == ["one"]
    desk.history.redo()
    assert titles(desk) == ["two"]
    assert not desk.history.can_redo
    desk.history.undo()
    assert titles(desk) == ["one"]


def test_a_new_step_forgets_what_could_be_done_again(desk: Desk, clock: HandClock) -> None:
    desk.items.create(incident("one"))
    clock.forward(1)
    desk.history.undo()
    desk.items.create(incident("other"))
    assert not desk.history.can_redo
    assert desk.history.redo() is None


def test_undo_passes_by_showing_and_hiding(desk: Desk) -> None:
    desk.items.create(incident("one"))
    (layer,) = desk.layers.all()
    desk.layers.display(layer, visible=False)
    desk.history.undo()
    assert titles(desk) == []
    assert not desk.layers.all()[0].display.visible


def test_the_logbook_is_never_undone(desk: Desk) -> None:
    _, outcome = desk.logbook.add(EntryKind.DECISION, "Evacuate the platform")
    with pytest.raises(Refused, match="append-only"):
        desk.history.undo_batch(outcome.batch)
    while desk.history.can_undo:
        desk.history.undo()
    assert [entry.entry.text for entry in desk.logbook.entries()] == ["Evacuate the platform"]


def test_undo_keeps_what_was_edited_since(desk: Desk, clock: HandClock) -> None:
    item, _ = desk.items.create(incident("one"))
    clock.forward(1)
    first = desk.items.edit(
        seen(desk, item),
        {Aspect.WORDING: Wording(title="two"), Aspect.SITUATION: Situation(status=Status.CLOSED)},
    )
    clock.forward(1)
    desk.items.edit(seen(desk, item), {Aspect.WORDING: Wording(title="three")})
    clock.forward(1)
    outcome = desk.history.undo_batch(first.batch)
    assert outcome.kept == ((item, Aspect.WORDING),)
    assert titles(desk) == ["three"]
    assert seen(desk, item).situation.status is Status.UNCONFIRMED


def test_undo_of_a_step_that_was_wholly_edited_since_is_refused(desk: Desk, clock: HandClock) -> None:
    item, _ = desk.items.create(incident("one"))
    clock.forward(1)
    first = desk.items.edit(seen(desk, item), {Aspect.WORDING: Wording(title="two")})
    clock.forward(1)
    desk.items.edit(seen(desk, item), {Aspect.WORDING: Wording(title="three")})
    with pytest.raises(Refused, match="edited since"):
        desk.history.undo_batch(first.batch)
    assert titles(desk) == ["three"]


def test_undo_of_the_past_stays_visible_in_the_past(desk: Desk, clock: HandClock) -> None:
    from qroc_desktop.domain.query import Moment

    desk.items.create(incident("mistake"))
    then = desk.now()
    clock.forward(60)
    desk.history.undo()
    now = clock.forward(60)
    assert titles(desk, Moment(then, then)) == ["mistake"]
    assert titles(desk, Moment(then, now)) == []
