"""The demonstration: believable, clearly one, and with a history that can be looked back into."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from qroc_desktop.domain.instant import Instant, parse, seconds
from qroc_desktop.domain.query import ItemQuery, Moment
from qroc_desktop.domain.vocabulary import Basis, ItemType, Priority, Status, WorkspaceKind
from qroc_desktop.paths import program_files
from qroc_desktop.services import demonstration
from qroc_desktop.services.desk import Desk
from qroc_desktop.services.workspaces import Workspaces
from qroc_desktop.symbology import Kinds

NOW = parse("2026-03-01T14:00:00Z")
HERE = (4.0, 50.0, 7.2, 51.4)


def ago(minutes: float) -> Instant:
    return Instant(NOW - seconds(minutes * 60))


@pytest.fixture
def shown(tmp_path: Path) -> Iterator[Desk]:
    path = tmp_path / "demo.qroc"
    demonstration.create(path, clock=lambda: NOW)
    desk = Workspaces(author="somebody", clock=lambda: NOW, ids=lambda: "unused").open(path)
    yield desk
    desk.close()


def test_it_is_an_exercise_that_calls_itself_a_demonstration(shown: Desk) -> None:
    assert shown.identity.kind is WorkspaceKind.EXERCISE
    assert "DEMONSTRATION" in shown.identity.centre
    assert shown.identity.marking.tlp


def test_items_of_every_type_lie_in_the_border_region_on_five_layers(shown: Desk) -> None:
    items = list(shown.picture.items(ItemQuery()))
    incidents = [item for item in items if item.nature.type is ItemType.INCIDENT]
    assert len(incidents) >= 35
    assert {item.nature.type for item in items} == set(ItemType)
    assert len({item.nature.kind for item in incidents}) >= 25
    assert len(shown.layers.all()) == 5
    assert {item.layer for item in items} == {layer.id for layer in shown.layers.all()}
    for item in items:
        assert item.shape is not None
        west, south, east, north = item.shape.bounds()
        assert HERE[0] < west <= east < HERE[2], item.wording.title
        assert HERE[1] < south <= north < HERE[3], item.wording.title


def test_every_kind_is_one_that_has_a_symbol_of_its_own(shown: Desk) -> None:
    kinds = Kinds.load(program_files().resources / "symbols" / "kinds.toml")
    for item in shown.picture.items(ItemQuery()):
        assert kinds.get(item.nature.kind) is not None, (item.wording.title, item.nature.kind)


def test_the_past_is_told_as_it_was_known_then(shown: Desk) -> None:
    known_now = list(shown.picture.items(ItemQuery(), Moment(ago(150))))
    known_then = list(shown.picture.items(ItemQuery(), Moment(ago(150), ago(150))))
    assert 0 < len(known_then) < len(known_now) < len(list(shown.picture.items(ItemQuery())))
    stolen = [item for item in known_now if "stolen in the night" in item.wording.title]
    assert stolen
    assert stolen[0].id not in {item.id for item in known_then}


def test_nothing_was_recorded_before_the_story_or_in_the_future(shown: Desk) -> None:
    for item in shown.picture.items(ItemQuery()):
        for change in shown.picture.history(item.id):
            assert ago(200) <= change.recorded_at <= NOW + seconds(1)
            assert change.valid_at <= change.recorded_at


def test_it_has_one_of_everything_that_a_picture_can_say(shown: Desk) -> None:
    items = list(shown.picture.items(ItemQuery()))
    assert [item.wording.title for item in items if item.stale(NOW)]
    assert [item for item in items if item.evaluation.basis is Basis.ASSESSMENT]
    assert {item.situation.status for item in items} == set(Status)
    assert {item.situation.priority for item in items} == set(Priority)
    assert len(shown.history.conflicts()) == 1
    entries = shown.logbook.entries()
    corrected = [entry for entry in entries if entry.corrected_by]
    assert len(corrected) == 1
    assert (
        next(entry for entry in entries if entry.id == corrected[0].corrected_by[0]).entry.corrects == corrected[0].id
    )
    assert {entry.entry.kind for entry in entries} == {"message", "decision", "action"}


def test_filling_a_desk_of_ones_own_keeps_what_lies_there(desk: Desk) -> None:
    before = {layer.id for layer in desk.layers.all()}
    demonstration.fill(desk, now=desk.now())
    after = {layer.id for layer in desk.layers.all()}
    assert before < after
    assert desk.identity.centre == "Leitstelle Süd"
    assert len(list(desk.picture.items(ItemQuery()))) > 60
