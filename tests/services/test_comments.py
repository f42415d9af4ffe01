"""A comment on a peer's item, sent back and seen there on the peer's own item; and answered."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from qroc_desktop.domain.aspects import About, Marking
from qroc_desktop.domain.vocabulary import Aspect, Handling, ItemType, Tlp
from qroc_desktop.errors import Refused
from qroc_desktop.policy.vocabulary import Outcome
from qroc_desktop.services.receiving import layer_id, local_id
from tests.services.sharing_centres import Desk, Neighbours, grounds


@pytest.fixture
def centres(tmp_path: Path) -> Iterator[tuple[Desk, Desk, Desk]]:
    desks = (Desk(tmp_path, "Maastricht", "NL"), Desk(tmp_path, "Aachen", "DE"), Desk(tmp_path, "Lille", "FR"))
    yield desks
    for desk in desks:
        desk.close()


def share(sender: Desk, to: Desk, neighbours: Neighbours, *items: str) -> None:
    sender.sharing.send(sender.sharing.preview(items, to.id, grounds()), officer="Anna", why="near the border")
    neighbours.carry()
    assert to.applied() == 1


def comments(desk: Desk, item: str) -> list[str]:
    return [one.wording.title for one in desk.desk.comments.thread(desk.item(item)).comments]


def test_a_comment_goes_there_and_back_and_is_answered(centres: tuple[Desk, Desk, Desk]) -> None:
    maastricht, aachen, _ = centres
    neighbours = Neighbours(*centres)
    item = maastricht.incident("Shooting", marking=Marking(tlp=Tlp.AMBER, handling=Handling.H2))
    share(maastricht, aachen, neighbours, item)
    received = local_id(maastricht.id, item)
    note, _ = aachen.desk.comments.add(aachen.item(received), "Two of our patrols are on their way")
    made = aachen.item(note)
    assert made.nature.type is ItemType.NOTE
    assert made.shape == aachen.item(received).shape
    assert made.layer != layer_id(maastricht.id)
    assert (made.marking.handling, made.marking.originator) == (Handling.H2, "Maastricht")
    assert comments(aachen, received) == ["Two of our patrols are on their way"]
    about = aachen.desk.comments.thread(made).about
    assert about is not None
    assert about.id == received

    share(aachen, maastricht, neighbours, note)
    assert comments(maastricht, item) == ["Two of our patrols are on their way"]
    arrived = maastricht.item(local_id(aachen.id, note))
    assert arrived.about == About(item=item)
    assert arrived.marking.originator == "Aachen", "these are Aachen's words, whatever they are about"
    assert maastricht.sharing.preview([arrived.id], centres[2].id, grounds()).lines[0].given is None
    (thread,) = maastricht.desk.comments.thread(maastricht.item(item)).comments
    assert (thread.id, thread.origin.source_name) == (arrived.id, "Aachen")

    answer, _ = maastricht.desk.comments.add(arrived, "Good. Meet at the bridge")
    share(maastricht, aachen, neighbours, answer)
    assert comments(aachen, note) == ["Good. Meet at the bridge"]


def test_nobody_else_learns_what_a_comment_is_about(centres: tuple[Desk, Desk, Desk]) -> None:
    maastricht, aachen, lille = centres
    neighbours = Neighbours(*centres)
    item = maastricht.incident("Shooting")
    share(maastricht, aachen, neighbours, item)
    note, _ = aachen.desk.comments.add(aachen.item(local_id(maastricht.id, item)), "Seen by us too")
    preview = aachen.sharing.preview([note], lille.id, grounds())
    assert preview.lines[0].decision.outcome is Outcome.REFUSE, "the comment may repeat what Maastricht said"
    ours = aachen.item(note)
    aachen.desk.items.edit(ours, {Aspect.MARKING: Marking()})
    share(aachen, lille, neighbours, note)
    arrived = lille.item(local_id(aachen.id, note))
    assert (arrived.wording.title, arrived.about) == ("Seen by us too", None)


def test_a_long_comment_is_kept_whole_and_an_empty_one_refused(centres: tuple[Desk, Desk, Desk]) -> None:
    desk = centres[0]
    item = desk.item(desk.incident("Shooting"))
    text = "The road is closed at the roundabout\n" + "and everywhere behind it, as far as one can see. " * 20
    note, _ = desk.desk.comments.add(item, text)
    made = desk.item(note)
    assert made.wording.title == "The road is closed at the roundabout"
    assert made.wording.description == text.strip()
    assert comments(desk, item.id) == [made.wording.title]
    with pytest.raises(Refused, match="needs a text"):
        desk.desk.comments.add(item, " \n ")
    desk.desk.history.undo()
    assert comments(desk, item.id) == []
