"""An incident is shared with what belongs to it."""

from __future__ import annotations

from qroc_desktop.domain.query import ItemQuery
from qroc_desktop.domain.vocabulary import EntryKind
from qroc_desktop.services.belonging import belonging
from tests.services.sharing_centres import Desk, Neighbours, grounds


def test_comments_and_what_the_logbook_names_belong_to_an_incident(maastricht: Desk) -> None:
    desk = maastricht.desk
    incident, van, patrol, other, gone = (
        maastricht.incident(title) for title in ("Shooting", "Van", "Patrol", "Elsewhere", "Taken off")
    )
    desk.logbook.add(EntryKind.MESSAGE, "The van was there", items=[incident, van])
    desk.logbook.add(EntryKind.ACTION, "Patrol sent, other place told", items=[patrol, incident])
    desk.logbook.add(EntryKind.ACTION, "Nothing to do with it", items=[other, van])
    desk.logbook.add(EntryKind.MESSAGE, "An error", items=[incident, gone])
    comment, _ = desk.comments.add(maastricht.item(incident), "Two patrols on their way")
    desk.items.remove([maastricht.item(gone)])
    assert belonging(desk.workspace, maastricht.item(incident)) == [incident, comment, van, patrol]
    assert belonging(desk.workspace, maastricht.item(other)) == [other, van]


def test_a_comment_on_what_a_peer_sent_belongs_to_it_here(
    maastricht: Desk, aachen: Desk, neighbours: Neighbours
) -> None:
    incident = maastricht.incident("Shooting")
    preview = maastricht.sharing.preview([incident], aachen.id, grounds())
    maastricht.sharing.send(preview, officer="Anna", why="Attack")
    neighbours.carry()
    aachen.applied()
    (received,) = aachen.desk.workspace.items(ItemQuery())
    comment, _ = aachen.desk.comments.add(received, "We close the bridge")
    assert belonging(aachen.desk.workspace, received) == [received.id, comment]
