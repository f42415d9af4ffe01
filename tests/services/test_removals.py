"""Deletions in streams of states: the item that came in by that id is removed, and comes back when reported again."""

from __future__ import annotations

from pathlib import Path

import pytest

from qroc_desktop.domain.aspects import Wording
from qroc_desktop.domain.instant import parse
from qroc_desktop.domain.query import ItemQuery, Moment
from qroc_desktop.domain.vocabulary import Aspect
from qroc_desktop.errors import Refused
from qroc_desktop.services.desk import Desk


def report(uid: str, at: str, title: str = "") -> str:
    time = f"2026-03-01T{at}:00Z"
    return (
        f"<event version='2.0' uid='{uid}' type='a-f-G-U-C' how='m-g' time='{time}' start='{time}' stale='{time}'>"
        "<point lat='50' lon='6' hae='9999999' ce='9999999' le='9999999'/>"
        f"<detail><contact callsign='{title or uid}'/></detail></event>"
    )


def deletion(uid: str, at: str) -> str:
    time = f"2026-03-01T{at}:00Z"
    return (
        f"<event version='2.0' uid='d-{uid}-{at}' type='t-x-d-d' how='m-g' time='{time}' start='{time}'"
        f" stale='{time}'><point lat='0' lon='0' hae='0' ce='9999999' le='9999999'/>"
        f"<detail><link uid='{uid}' relation='none' type='none'/><__forcedelete/></detail></event>"
    )


def bring(desk: Desk, folder: Path, *events: str, name: str = "stream", layer: str = "") -> str:
    path = folder / f"{name}.cot"
    path.write_text("\n".join(events), encoding="utf-8")
    return desk.imports.accept(desk.imports.plan([path]), layer=layer).batch


def shown(desk: Desk, at: str = "11:30") -> list[str]:
    moment = Moment(parse(f"2026-03-01T{at}:00Z"))
    return sorted(item.wording.title for item in desk.picture.items(ItemQuery(), moment))


def told(desk: Desk, folder: Path, *events: str) -> list[tuple[str, str, bool]]:
    path = folder / "asked.cot"
    path.write_text("\n".join(events), encoding="utf-8")
    return [(p.what, str(p.why), p.skipped) for _, p in desk.imports.plan([path]).problems]


def test_a_deletion_removes_the_item_wherever_it_lies_and_is_undone_with_its_import(desk: Desk, tmp_path: Path) -> None:
    bring(desk, tmp_path, report("X", "10:00"), report("Y", "10:00"), layer="Units")
    layers = desk.layers.all()
    batch = bring(desk, tmp_path, deletion("X", "10:30"), name="deletion")
    assert shown(desk) == ["Y"]
    assert shown(desk, "10:29") == ["X", "Y"]
    assert desk.layers.all() == layers
    desk.history.undo_batch(batch)
    assert shown(desk) == ["X", "Y"]
    assert desk.workspace.check().sound


def test_a_deletion_is_told_before_it_is_carried_out(desk: Desk, tmp_path: Path) -> None:
    bring(desk, tmp_path, report("X", "10:00"))
    removes = ("X", "An item is removed from the picture, since the file says that it is gone.", False)
    unknown = "There is nothing to remove: no item that came in with this identifier is on the picture."
    newer = "Nothing is removed: what is known of the item is newer than its deletion."
    assert told(desk, tmp_path, deletion("X", "10:30"), deletion("Z", "10:30")) == [removes, ("Z", unknown, True)]
    assert told(desk, tmp_path, deletion("X", "09:30")) == [("X", newer, True)]
    assert told(desk, tmp_path, deletion("X", "10:30"), deletion("X", "10:40")) == [removes, ("X", unknown, True)]
    bring(desk, tmp_path, deletion("X", "10:30"))
    assert told(desk, tmp_path, deletion("X", "10:30")) == [("X", unknown, True)]
    with pytest.raises(Refused, match="There is nothing to import"):
        bring(desk, tmp_path, deletion("X", "10:30"))


def test_a_stream_read_twice_is_there_once(desk: Desk, tmp_path: Path) -> None:
    stream = [report("X", "10:00"), deletion("X", "10:20"), report("X", "10:40"), report("Y", "10:00")]
    stream += [deletion("Y", "10:30")]
    for _ in range(2):
        bring(desk, tmp_path, *stream)
        pictures = {at: shown(desk, at) for at in ("10:10", "10:25", "10:35", "10:50")}
        assert pictures == {"10:10": ["X", "Y"], "10:25": ["Y"], "10:35": [], "10:50": ["X"]}
    assert desk.workspace.check().sound


@pytest.mark.parametrize("layer", ["", "Units"])
def test_files_of_one_import_know_of_each_other(desk: Desk, tmp_path: Path, layer: str) -> None:
    first, second = tmp_path / "first.cot", tmp_path / "second.cot"
    first.write_text(report("X", "10:00") + report("Y", "10:00"), encoding="utf-8")
    second.write_text(deletion("X", "10:30"), encoding="utf-8")
    plan = desk.imports.plan([first, second])
    assert (plan.count, plan.removals) == (3, 1)
    desk.imports.accept(plan, layer=layer)
    assert shown(desk) == ["Y"]


def test_what_was_edited_here_is_kept_when_the_thing_comes_back(desk: Desk, tmp_path: Path) -> None:
    bring(desk, tmp_path, report("X", "10:00", "ALPHA"))
    (item,) = desk.picture.items(ItemQuery())
    desk.items.edit(item, {Aspect.WORDING: Wording(title="Edited")}, valid_at=parse("2026-03-01T10:10:00Z"))
    bring(desk, tmp_path, deletion("X", "10:30"))
    bring(desk, tmp_path, report("X", "10:40", "ALPHA"))
    assert shown(desk) == ["Edited"]
    assert [i.id for i in desk.picture.items(ItemQuery())] == [item.id]
    assert desk.history.conflicts() == []


def test_an_item_removed_by_a_person_is_not_brought_back_by_a_file(desk: Desk, tmp_path: Path) -> None:
    bring(desk, tmp_path, report("X", "10:00"))
    (item,) = desk.picture.items(ItemQuery())
    desk.items.remove([item])
    bring(desk, tmp_path, report("X", "10:00"))
    (other,) = desk.picture.items(ItemQuery())
    assert other.id != item.id


def test_a_locked_layer_keeps_its_items(desk: Desk, tmp_path: Path) -> None:
    bring(desk, tmp_path, report("X", "10:00"), layer="Units")
    layer = desk.layers.named("Units")
    assert layer is not None
    desk.layers.lock(layer, locked=True)
    with pytest.raises(Refused):
        bring(desk, tmp_path, deletion("X", "10:30"), name="deletion")
    assert shown(desk) == ["X"]
