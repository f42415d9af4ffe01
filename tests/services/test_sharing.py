"""Two centres share a picture: what leaves, what arrives, and what never does."""

from __future__ import annotations

from pathlib import Path

import pytest

from qroc_desktop.domain.aspects import Marking
from qroc_desktop.domain.instant import Instant, seconds
from qroc_desktop.domain.vocabulary import Aspect, Handling, SubjectCategory, Tlp, WorkspaceKind
from qroc_desktop.errors import Refused
from qroc_desktop.policy.vocabulary import Code, Outcome, Purpose
from qroc_desktop.services.receiving import layer_id, local_id
from qroc_desktop.sync.bundle import Kind
from qroc_desktop.sync.content import Terms
from qroc_desktop.sync.shipment import Shipment
from tests.services.sharing_centres import Desk, Neighbours, grounds


def share(sender: Desk, to: Desk, *items: str) -> str:
    preview = sender.sharing.preview(items, to.id, grounds())
    return sender.sharing.send(preview, officer="Anna", why="Attack near the border", subject="Markt").bundle


def test_a_shared_item_is_on_the_other_picture_with_where_it_came_from(
    maastricht: Desk, aachen: Desk, neighbours: Neighbours
) -> None:
    item = maastricht.incident("Shooting", marking=Marking(tlp=Tlp.AMBER, conditions=("not to the press",)))
    share(maastricht, aachen, item)
    neighbours.carry()
    assert aachen.pictured() == {}
    assert aachen.applied() == 1
    received = aachen.item(local_id(maastricht.id, item))
    assert received.wording.title == "Shooting"
    assert received.shape == maastricht.item(item).shape
    assert received.marking.tlp is Tlp.AMBER
    assert received.marking.conditions == ("not to the press",)
    assert received.marking.originator == "Maastricht"
    assert (received.origin.sender, received.origin.source_name) == (maastricht.id, "Maastricht")
    (layer,) = [layer for layer in aachen.desk.layers.all() if layer.id == received.layer]
    assert (layer.id, layer.name, layer.locked) == (layer_id(maastricht.id), "Maastricht (NL)", True)
    with pytest.raises(Refused, match="locked"):
        aachen.retitle(received.id, "Ours now")


def test_the_board_says_who_has_seen_what(maastricht: Desk, aachen: Desk, neighbours: Neighbours) -> None:
    bundle = share(maastricht, aachen, maastricht.incident("Shooting"))
    assert [sent.state for sent in maastricht.sharing.board()] == ["queued"]
    neighbours.carry()
    assert [sent.state for sent in maastricht.sharing.board()] == ["stored"]
    aachen.applied()
    aachen.receiving.read(bundle, officer="Clara", why="duty")
    neighbours.carry()
    (sent,) = maastricht.sharing.board()
    assert [(seen.state, seen.officer) for seen in sent.seen] == [("applied", ""), ("read", "Clara")]


def test_what_arrived_is_in_the_logbook(maastricht: Desk, aachen: Desk, neighbours: Neighbours) -> None:
    item = maastricht.incident("Shooting")
    share(maastricht, aachen, item)
    neighbours.carry()
    aachen.applied()
    (entry,) = aachen.desk.logbook.entries()
    assert entry.entry.text == "snapshot - Markt"
    assert entry.entry.counterpart == "Maastricht, Anna"
    assert entry.entry.items == (local_id(maastricht.id, item),)


def test_applying_twice_changes_nothing(maastricht: Desk, aachen: Desk, neighbours: Neighbours) -> None:
    bundle = share(maastricht, aachen, maastricht.incident("Shooting"))
    neighbours.carry()
    aachen.applied()
    before = aachen.desk.workspace.last_seq
    again = aachen.receiving.apply(bundle)
    assert again.outcome is None
    assert aachen.desk.workspace.last_seq == before
    assert aachen.applied() == 0


def test_a_stop_between_workspace_and_exchange_applies_once(
    maastricht: Desk, aachen: Desk, neighbours: Neighbours, monkeypatch: pytest.MonkeyPatch
) -> None:
    share(maastricht, aachen, maastricht.incident("Shooting"))
    neighbours.carry()

    def stopped(_: str, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(aachen.exchange.inbox, "applied", stopped)
        with pytest.raises(KeyboardInterrupt):
            aachen.applied()
    before = aachen.desk.workspace.last_seq
    assert aachen.applied() == 1
    assert aachen.desk.workspace.last_seq == before
    assert len(aachen.pictured()) == 1


def test_an_update_brings_changes_and_takes_away_what_is_gone(
    maastricht: Desk, aachen: Desk, neighbours: Neighbours
) -> None:
    first, second, third = (maastricht.incident(title) for title in ("One", "Two", "Three"))
    bundle = share(maastricht, aachen, first, second)
    maastricht.retitle(first, "One, contained")
    maastricht.desk.items.remove([maastricht.item(second)])
    update = maastricht.sharing.preview_update(bundle, grounds(), also=[third])
    assert update.changed == {first, third}
    assert update.gone == (second,)
    sent = maastricht.sharing.send(update, officer="Anna", why="Contained")
    neighbours.carry()
    aachen.applied()
    assert aachen.pictured() == {first: "One, contained", third: "Three"}
    content = aachen.receiving.content(sent.bundle)
    assert [item.id for item in content.items] == [first, third]
    after = maastricht.sharing.preview_update(sent.bundle, grounds())
    assert (after.changed, after.gone) == (frozenset(), ())
    with pytest.raises(Refused, match="Nothing of this may go"):
        maastricht.sharing.send(after, officer="Anna", why="Nothing new")


def test_an_item_whose_making_was_undone_is_gone_there_too(
    maastricht: Desk, aachen: Desk, neighbours: Neighbours
) -> None:
    kept = maastricht.incident("Kept")
    undone = maastricht.incident("By mistake")
    bundle = share(maastricht, aachen, kept, undone)
    newest = maastricht.desk.workspace.batches(1)[0]
    maastricht.desk.workspace.undo(newest.id, author="Anna")
    update = maastricht.sharing.preview_update(bundle, grounds())
    assert update.gone == (undone,)
    maastricht.sharing.send(update, officer="Anna", why="A mistake")
    neighbours.carry()
    aachen.applied()
    assert set(aachen.pictured()) == {kept}


def test_what_is_not_released_any_more_is_cleared_there(
    maastricht: Desk, aachen: Desk, neighbours: Neighbours
) -> None:
    item = maastricht.incident("Shooting", marking=Marking(tlp=Tlp.GREEN))
    bundle = share(maastricht, aachen, item)
    seen = maastricht.item(item)
    maastricht.desk.items.edit(seen, {Aspect.SHAPE: None})
    maastricht.sharing.send(maastricht.sharing.preview_update(bundle, grounds()), officer="Anna", why="Position wrong")
    neighbours.carry()
    aachen.applied()
    assert aachen.item(local_id(maastricht.id, item)).shape is None


def test_a_withdrawal_takes_all_of_a_share_back_and_nothing_else(
    maastricht: Desk, aachen: Desk, neighbours: Neighbours
) -> None:
    both, only, later = (maastricht.incident(title) for title in ("Both", "Only", "Later"))
    bundle = share(maastricht, aachen, both, only)
    maastricht.sharing.send(maastricht.sharing.preview_update(bundle, grounds(), [later]), officer="Anna", why="more")
    share(maastricht, aachen, both)
    neighbours.carry()
    aachen.applied()
    assert set(aachen.pictured()) == {both, only, later}
    maastricht.sharing.withdraw(bundle, officer="Anna", why="Sent in error")
    neighbours.carry()
    aachen.applied()
    assert set(aachen.pictured()) == {both}
    with pytest.raises(Refused, match="withdrawn already"):
        maastricht.sharing.withdraw(bundle, officer="Anna", why="again")


def test_a_share_that_has_expired_leaves_the_picture(
    maastricht: Desk, aachen: Desk, neighbours: Neighbours
) -> None:
    item = maastricht.incident("Shooting")
    preview = maastricht.sharing.preview([item], aachen.id, grounds())
    ends = Instant(maastricht.time + seconds(3600))
    maastricht.sharing.send(preview, officer="Anna", why="An hour", expires=ends)
    neighbours.carry()
    aachen.applied()
    assert set(aachen.pictured()) == {item}
    aachen.time = Instant(ends + 1)
    assert aachen.applied() == 1
    assert aachen.pictured() == {}
    assert aachen.applied() == 0


def test_what_an_update_that_was_refused_would_have_brought_goes_with_the_next(
    maastricht: Desk, aachen: Desk, neighbours: Neighbours
) -> None:
    item = maastricht.incident("Shooting")
    first = maastricht.sharing.send(
        maastricht.sharing.preview([item], aachen.id, grounds()), officer="Anna", why="Attack"
    )
    neighbours.carry()
    maastricht.retitle(item, "Shooting, two gunmen")
    short = Instant(maastricht.time + seconds(60))
    update = maastricht.sharing.preview_update(first.bundle, grounds())
    late = maastricht.sharing.send(update, officer="Anna", why="Two", expires=short)
    aachen.time = maastricht.time = Instant(short + seconds(3600))
    neighbours.carry()
    assert maastricht.exchange.dispatch.one(late.bundle).state == "stopped"
    again = maastricht.sharing.preview_update(first.bundle, grounds())
    assert again.changed == {item}
    maastricht.sharing.send(again, officer="Anna", why="Two")
    neighbours.carry()
    aachen.applied()
    assert aachen.pictured() == {item: "Shooting, two gunmen"}
    board = maastricht.exchange.dispatch.board()
    assert len(board) == 3
    assert maastricht.exchange.dispatch.board(most=2) == board[:2]


def test_a_withheld_value_is_in_no_byte_of_what_they_have(
    maastricht: Desk, aachen: Desk, neighbours: Neighbours, tmp_path: Path
) -> None:
    secret = "Quetzalcoatlus"
    open_ = maastricht.incident("Cordon")
    kept = maastricht.incident("Suspect", description=secret, marking=Marking(subject=SubjectCategory.UNKNOWN))
    preview = maastricht.sharing.preview([open_, kept], aachen.id, grounds())
    assert [line.decision.outcome for line in preview.lines] == [Outcome.RELEASE, Outcome.REFUSE]
    assert preview.lines[1].decision.reasons[0].code is Code.SUBJECT_UNKNOWN
    queued = maastricht.sharing.send(preview, officer="Anna", why="Attack")
    neighbours.carry()
    aachen.applied()
    assert set(aachen.pictured()) == {open_}
    content = maastricht.exchange.outbox.copy(queued.bundle)
    assert kept not in {item.id for item in content.items}
    aachen.close()
    for path in tmp_path.glob("Aachen*"):
        data = path.read_bytes()
        assert secret.encode() not in data
        assert kept.encode() not in data


def test_a_preview_that_is_out_of_date_sends_nothing(maastricht: Desk, aachen: Desk, neighbours: Neighbours) -> None:
    item = maastricht.incident("Shooting")
    preview = maastricht.sharing.preview([item], aachen.id, grounds())
    maastricht.retitle(item, "Shooting, two names added")
    with pytest.raises(Refused, match="changed since the preview"):
        maastricht.sharing.send(preview, officer="Anna", why="Attack")
    assert maastricht.sharing.board() == []


def test_nothing_is_sent_where_nothing_may_go(maastricht: Desk, aachen: Desk, neighbours: Neighbours) -> None:
    item = maastricht.incident("Suspect", marking=Marking(subject=SubjectCategory.UNKNOWN))
    preview = maastricht.sharing.preview([item], aachen.id, grounds())
    with pytest.raises(Refused, match="Nothing of this may go"):
        maastricht.sharing.send(preview, officer="Anna", why="Attack")
    assert maastricht.sharing.board() == []


def test_a_share_needs_a_justification(maastricht: Desk, aachen: Desk, neighbours: Neighbours) -> None:
    preview = maastricht.sharing.preview([maastricht.incident("Shooting")], aachen.id, grounds())
    with pytest.raises(Refused, match="justification"):
        maastricht.sharing.send(preview, officer="Anna", why=" ")


def test_what_came_under_h2_is_not_passed_on_without_consent(tmp_path: Path) -> None:
    first, second, third = Desk(tmp_path, "One"), Desk(tmp_path, "Two", "BE"), Desk(tmp_path, "Three", "DE")
    between = Neighbours(first, second, third)
    item = first.incident("Weapons", marking=Marking(handling=Handling.H2))
    share(first, second, item)
    between.carry()
    second.applied()
    received = local_id(first.id, item)
    preview = second.sharing.preview([received], third.id, grounds())
    (line,) = preview.lines
    assert line.given is None
    assert Code.HANDLING_H2 in {reason.code for reason in line.decision.reasons}
    for desk in (first, second, third):
        desk.close()


def test_live_and_exercise_never_mix(tmp_path: Path, maastricht: Desk) -> None:
    play = Desk(tmp_path, "Play", kind=WorkspaceKind.EXERCISE)
    item = maastricht.incident("Shooting")
    mixed = type(maastricht.sharing)(maastricht.desk.workspace, play.exchange, maastricht.sharing._policy)
    with pytest.raises(Refused, match="never mix"):
        mixed.preview([item], "0" * 32, grounds())
    play.close()


def test_a_stranger_gets_nothing(maastricht: Desk) -> None:
    item = maastricht.incident("Shooting")
    with pytest.raises(Refused):
        maastricht.sharing.preview([item], "0" * 32, grounds())


def test_another_purpose_is_another_decision(maastricht: Desk, aachen: Desk, neighbours: Neighbours) -> None:
    item = maastricht.incident("Shooting")
    for purpose, expected in ((Purpose.PREVENTION, Outcome.RELEASE), (Purpose.JUDICIAL_PROCEEDINGS, Outcome.REFUSE)):
        preview = maastricht.sharing.preview([item], aachen.id, grounds(purpose=purpose))
        assert [line.decision.outcome for line in preview.lines] == [expected]


def test_a_purpose_that_nobody_knows_keeps_the_bundle_off_the_picture(
    maastricht: Desk, aachen: Desk, neighbours: Neighbours
) -> None:
    item = maastricht.item(maastricht.incident("Shooting"))
    maastricht.exchange.outbox.queue(
        Shipment(to=aachen.id, kind=Kind.SNAPSHOT, officer="Anna", items=(item,), terms=Terms(purpose="revenge"))
    )
    neighbours.carry()
    with pytest.raises(Refused, match="purpose that this program does not know"):
        aachen.applied()
    assert aachen.pictured() == {}
