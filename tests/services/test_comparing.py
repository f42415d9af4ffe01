"""What has become of a received picture, over bundles that really travelled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from qroc_desktop.domain.aspects import Situation
from qroc_desktop.domain.comparison import Fate
from qroc_desktop.domain.shape import point
from qroc_desktop.domain.state import Item
from qroc_desktop.domain.vocabulary import Aspect, Priority
from qroc_desktop.errors import Refused
from qroc_desktop.services.comparing import Comparing, Comparison
from qroc_desktop.services.receiving import local_id
from qroc_desktop.sync.bundle import Kind
from tests.services.sharing_centres import Desk, Neighbours, grounds


class Post:
    """Maastricht shares, Aachen puts it on its picture."""

    def __init__(self, maastricht: Desk, aachen: Desk) -> None:
        self.maastricht, self.aachen = maastricht, aachen
        self.neighbours = Neighbours(maastricht, aachen)
        self.comparing = Comparing(aachen.desk.workspace, aachen.exchange)

    def snapshot(self, *items: str) -> str:
        sharing = self.maastricht.sharing
        preview = sharing.preview(items, self.aachen.id, grounds())
        return self._sent(sharing.send(preview, officer="Anna", why="near the border", subject="Markt").bundle)

    def delta(self, share: str, *also: str) -> str:
        sharing = self.maastricht.sharing
        preview = sharing.preview_update(share, grounds(), also)
        return self._sent(sharing.send(preview, officer="Anna", why="near the border").bundle)

    def withdrawn(self, share: str) -> str:
        return self._sent(self.maastricht.sharing.withdraw(share, officer="Anna", why="sent in error").bundle)

    def _sent(self, bundle: str) -> str:
        self.neighbours.carry()
        assert self.aachen.applied() == 1
        return bundle

    def read(self, bundle: str, officer: str) -> None:
        self.aachen.receiving.read(bundle, officer=officer)

    def move(self, item: str, lon: float) -> None:
        seen = self.maastricht.item(item)
        self.maastricht.desk.items.edit(seen, {Aspect.SHAPE: point(lon, 50.8)})

    def fates(self, comparison: Comparison) -> dict[str, Fate]:
        return {one.latest.wording.title: one.fate for one in comparison.differences}


@pytest.fixture
def post(maastricht: Desk, aachen: Desk) -> Post:
    return Post(maastricht, aachen)


def test_an_update_is_compared_with_what_was_there_before_it(post: Post) -> None:
    ours = post.maastricht
    stays, drives, worse, goes = (ours.incident(t) for t in ("stays", "drives", "worse", "goes"))
    share = post.snapshot(stays, drives, worse, goes)
    first = post.comparing.compare(share)
    assert (first.before, first.count(Fate.NEW), len(first.differences)) == (None, 4, 4)
    post.move(drives, 5.71)
    ours.desk.items.edit(ours.item(worse), {Aspect.SITUATION: Situation(priority=Priority.ROUTINE)})
    ours.desk.items.remove([ours.item(goes)])
    comes = ours.incident("comes")
    update = post.delta(share, comes)
    found = post.comparing.compare(update)
    assert post.fates(found) == {
        "comes": Fate.NEW, "drives": Fate.MOVED, "worse": Fate.CHANGED, "goes": Fate.GONE,
    }  # fmt: skip
    by = {one.latest.wording.title: one for one in found.differences}
    # A hundredth of a degree of longitude at 50.8 degrees north, on the sphere of the same radius: 0.2 % off at most.
    assert by["drives"].distance_m == pytest.approx(111_320 * 0.01 * 0.63203, rel=0.004)
    assert by["drives"].bearing_deg == pytest.approx(90, abs=0.1)
    assert by["worse"].aspects == (Aspect.SITUATION,)
    assert by["goes"].item == local_id(ours.id, goes)
    assert by["goes"].before is not None
    assert not by["goes"].shown
    assert found.before is not None
    assert (found.before.bundle, found.after.bundle) == (share, update)


def test_the_picture_of_a_bundle_stays_what_it_was(post: Post) -> None:
    drives = post.maastricht.incident("drives")
    share = post.snapshot(drives)
    updates = []
    for lon in (5.71, 5.72):
        post.move(drives, lon)
        updates.append(post.delta(share))
    after_one, after_two = (post.comparing.compare(update) for update in updates)
    since_first = post.comparing.compare(updates[1], earlier=share)
    (one,), (two,), (both,) = after_one.differences, after_two.differences, since_first.differences
    assert one.distance_m is not None
    assert two.distance_m == pytest.approx(one.distance_m, rel=1e-6)
    assert both.distance_m == pytest.approx(2 * one.distance_m, rel=1e-6)
    assert [state.bundle for state in post.comparing.earlier(updates[1])] == [updates[0], share]


def test_what_is_new_since_it_was_read(post: Post) -> None:
    ours = post.maastricht
    share = post.snapshot(ours.incident("one"))
    post.delta(share, ours.incident("two"))
    post.read(share, "Clara")
    third = post.delta(share, ours.incident("three"))
    post.read(third, "Dirk")
    fourth = post.delta(share, ours.incident("four"))
    assert post.fates(post.comparing.compare(fourth, reader="clara")) == {"three": Fate.NEW, "four": Fate.NEW}
    assert post.fates(post.comparing.compare(fourth, reader="Dirk")) == {"four": Fate.NEW}
    with pytest.raises(Refused, match="had read nothing"):
        post.comparing.compare(fourth, reader="Emil")
    readers = [state.reader for state in post.comparing.earlier(fourth)]
    assert readers == ["Dirk", "", "Clara", "", ""]


def test_a_newer_snapshot_of_the_same_things_is_compared_with_the_older_one(post: Post) -> None:
    ours = post.maastricht
    kept, left_out = ours.incident("kept"), ours.incident("left out")
    older = post.snapshot(kept, left_out)
    elsewhere = post.snapshot(ours.incident("elsewhere", lon=6.5))
    post.move(kept, 5.75)
    newer = post.comparing.compare(post.snapshot(kept))
    assert newer.before is not None
    assert newer.before.bundle == older
    assert post.fates(newer) == {"kept": Fate.MOVED, "left out": Fate.GONE}
    (gone,) = [one for one in newer.differences if one.fate is Fate.GONE]
    assert gone.shown, "the older share still has it on the picture"
    assert post.comparing.compare(elsewhere).before is None


def test_what_was_taken_back_is_gone(post: Post) -> None:
    ours = post.maastricht
    one = ours.incident("one")
    share, other = post.snapshot(one, ours.incident("two")), post.snapshot(one)
    back = post.comparing.compare(post.withdrawn(share))
    assert back.after.kind is Kind.WITHDRAWAL
    assert post.fates(back) == {"one": Fate.GONE, "two": Fate.GONE}
    assert {d.latest.wording.title: d.shown for d in back.differences} == {"one": True, "two": False}
    assert back.before is not None
    assert back.before.bundle == share
    assert post.comparing.compare(other, earlier=share).count(Fate.GONE) == 1


def test_only_what_is_on_the_picture_and_earlier_can_be_compared(post: Post) -> None:
    ours = post.maastricht
    share = post.snapshot(ours.incident("one"))
    update = post.delta(share, ours.incident("two"))
    with pytest.raises(Refused, match="not earlier"):
        post.comparing.compare(share, earlier=update)
    preview = ours.sharing.preview([ours.incident("three")], post.aachen.id, grounds())
    waiting = ours.sharing.send(preview, officer="Anna", why="near").bundle
    post.neighbours.carry()
    with pytest.raises(Refused, match="not on this picture"):
        post.comparing.compare(waiting)
    with pytest.raises(Refused):
        post.comparing.compare("0" * 64)


def test_each_of_the_two_pictures_is_asked_for_once(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    """Old moments of a large file take their time."""
    drives = post.maastricht.incident("drives")
    share = post.snapshot(drives)
    post.move(drives, 5.71)
    update = post.delta(share)
    workspace, asked = post.aachen.desk.workspace, []
    items = workspace.items

    def counted(*words: Any, **more: Any) -> Iterator[Item]:
        asked.append(words)
        return items(*words, **more)

    monkeypatch.setattr(workspace, "items", counted)
    assert post.fates(post.comparing.compare(share)) == {"drives": Fate.NEW}
    assert len(asked) == 1
    asked.clear()
    assert post.fates(post.comparing.compare(update)) == {"drives": Fate.MOVED}
    assert len(asked) == 2
