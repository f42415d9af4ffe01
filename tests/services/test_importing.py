"""Import: a plan first, then all of it or nothing."""

from __future__ import annotations

import json
import os
import tracemalloc
from pathlib import Path

import pytest

from qroc_desktop.domain.instant import parse
from qroc_desktop.domain.query import ItemQuery, Moment
from qroc_desktop.domain.vocabulary import Aspect, WorkspaceKind
from qroc_desktop.errors import Refused
from qroc_desktop.formats.reading import Wishes
from qroc_desktop.paths import program_files
from qroc_desktop.services.desk import Desk
from qroc_desktop.services.importing import read_file
from qroc_desktop.services.progress import Cancelled, Task
from qroc_desktop.services.workspaces import Workspaces
from qroc_desktop.translation import use_language
from tests.services.test_items import titles

CAP = """<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>A1</identifier><sender>centre@example.org</sender>
<sent>2026-03-01T12:00:00+00:00</sent><status>{status}</status><msgType>Alert</msgType><scope>Public</scope>
<info><category>Safety</category><event>Gas leak</event><urgency>Immediate</urgency><severity>Severe</severity>
<certainty>Observed</certainty><area><areaDesc>Harbour</areaDesc><circle>51.22,4.40 1.5</circle></area></info>
</alert>"""


def features(folder: Path, count: int, name: str = "many.geojson") -> Path:
    """A GeoJSON file of so many points."""
    path = folder / name
    listed = [
        {
            "type": "Feature",
            "properties": {"title": f"item {number}"},
            "geometry": {"type": "Point", "coordinates": [number % 170, number % 80]},
        }
        for number in range(count)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": listed}), encoding="utf-8")
    return path


def test_a_plan_writes_nothing(desk: Desk, tmp_path: Path) -> None:
    last = desk.workspace.span()
    plan = desk.imports.plan([features(tmp_path, 5)])
    assert plan.count == 5
    assert desk.workspace.span() == last
    assert titles(desk) == []


THREE = [("de-DE", "Gasaustritt"), ("en", "Gas leak"), ("fr", "Fuite de gaz")]


def in_three_languages(folder: Path, name: str = "gas.cap", more: str = "") -> Path:
    """An alert whose two parts say the same in German, English and French, in that order."""
    blocks = [
        f"<info><language>{language}</language><category>Safety</category><event>{event}{where}</event>"
        "<urgency>Immediate</urgency><severity>Severe</severity><certainty>Observed</certainty>"
        f"<area><areaDesc>{where}</areaDesc><circle>51.22,4.4{number} 1.5</circle></area></info>"
        for number, where in enumerate((" A", " B"))
        for language, event in THREE
    ]
    head, rest = CAP.format(status="Actual").split("<info>")[0], "</alert>"
    path = folder / name
    path.write_text(
        head.replace("<msgType>Alert</msgType>", more or "<msgType>Alert</msgType>") + "".join(blocks) + rest
    )
    return path


@pytest.mark.parametrize(
    ("language", "event"),
    [
        ("de", "Gasaustritt"),
        ("de_AT", "Gasaustritt"),
        ("en", "Gas leak"),
        ("fr", "Fuite de gaz"),
        ("fr_CH", "Fuite de gaz"),
        ("nl", "Gasaustritt"),
        ("", "Gasaustritt"),
    ],
)
def test_alerts_are_read_in_the_language_that_was_asked_for(
    desk: Desk, tmp_path: Path, language: str, event: str
) -> None:
    plan = desk.imports.plan([in_three_languages(tmp_path)], wishes=Wishes(language=language))
    desk.imports.accept(plan)
    assert titles(desk) == [f"{event} A", f"{event} B"]


def test_alerts_are_read_in_the_language_of_the_program(desk: Desk, tmp_path: Path) -> None:
    translations = program_files().resources / "translations"
    for language, event in (("en", "Gas leak"), ("de_DE", "Gasaustritt")):
        use_language(language, translations)
        try:
            plan = desk.imports.plan([in_three_languages(tmp_path)])
        finally:
            use_language("en", translations)
        told = [str(i.aspects[Aspect.WORDING].title) for f in plan.files if f.reading for i in f.reading.items]  # type: ignore[union-attr]
        assert told == [f"{event} A", f"{event} B"]


def test_an_update_read_in_another_language_reaches_the_same_items(desk: Desk, tmp_path: Path) -> None:
    first = desk.imports.plan([in_three_languages(tmp_path)], wishes=Wishes(language="de"))
    desk.imports.accept(first)
    path = in_three_languages(tmp_path, "newer.cap", "<msgType>Update</msgType>")
    update = path.read_text().replace("<identifier>A1<", "<identifier>A2<").replace("T12:00", "T12:30")
    references = "<references>centre@example.org,A1,2026-03-01T12:00:00+00:00</references>"
    path.write_text(update.replace("</scope>", f"</scope>{references}"))
    desk.imports.accept(desk.imports.plan([path], wishes=Wishes(language="fr")))
    assert sorted(
        item.wording.title for item in desk.picture.items(ItemQuery(), Moment(parse("2026-03-01T13:00:00Z")))
    ) == ["Fuite de gaz A", "Fuite de gaz B"]


def test_the_file_is_named_in_the_item_and_in_the_step(desk: Desk, tmp_path: Path) -> None:
    alert = tmp_path / "gas.cap"
    alert.write_text(CAP.format(status="Actual"), encoding="utf-8")
    plan = desk.imports.plan([features(tmp_path, 1, "depots.geojson"), alert])
    desk.imports.accept(plan, layer="Both")
    assert {item.origin.format: item.origin.file for item in desk.picture.items(ItemQuery())} == {
        "geojson": "depots.geojson",
        "cap": "gas.cap",
    }
    step = desk.history.batches(1)[0]
    assert step.label == "import: depots.geojson, gas.cap"
    assert desk.history.next_undo == step.label
    assert sorted(desk.history.touched(step.id).sources) == ["CAP (gas.cap)", "GEOJSON (depots.geojson)"]


def test_an_item_names_the_file_that_told_of_it_last(desk: Desk, tmp_path: Path) -> None:
    for name, title in (("monday.geojson", "Depot"), ("tuesday.geojson", "Depot, closed")):
        feature = {
            "type": "Feature",
            "id": "depot-1",
            "properties": {"title": title},
            "geometry": {"type": "Point", "coordinates": [6, 51]},
        }
        (tmp_path / name).write_text(json.dumps(feature), encoding="utf-8")
        desk.imports.accept(desk.imports.plan([tmp_path / name]), layer="Depots")
    (item,) = desk.picture.items(ItemQuery())
    assert (item.wording.title, item.origin.file) == ("Depot, closed", "tuesday.geojson")


def test_the_step_names_a_few_of_many_files_as_text(desk: Desk, tmp_path: Path) -> None:
    odd = tmp_path / os.fsdecode(b"\xff\n\xe2\x80\xaexcod.geojson")
    names = ["b.geojson", f"{'c' * 240}.geojson", "d.geojson", "e.geojson"]
    paths = [features(tmp_path, 1, name) for name in (odd.name, *names)]
    desk.imports.accept(desk.imports.plan(paths))
    bad = "\N{REPLACEMENT CHARACTER}"
    assert desk.history.batches(1)[0].label == f"import: {bad}{bad}{bad}xcod.geojson, b.geojson, {'c' * 80}, +2"
    assert f"{bad}{bad}{bad}xcod.geojson" in {item.origin.file for item in desk.picture.items(ItemQuery())}


@pytest.mark.parametrize(
    "name", ["two  spaces.geojson", "line\nfeed.geojson", " .geojson", os.fsdecode(b"\xff.geojson")]
)
def test_a_file_of_any_name_comes_in_again_as_the_same_items(desk: Desk, tmp_path: Path, name: str) -> None:
    path = features(tmp_path, 2, name)
    for _ in range(2):
        desk.imports.accept(desk.imports.plan([path]))
    assert titles(desk) == ["item 0", "item 1"]
    assert len(desk.layers.all()) == 2


def test_a_cancelled_import_leaves_nothing(desk: Desk, tmp_path: Path) -> None:
    plan = desk.imports.plan([features(tmp_path, 5000)])
    steps: list[int] = []

    def stop(done: int, total: int) -> None:
        steps.append(done)
        task.cancel()

    task = Task(stop)
    with pytest.raises(Cancelled):
        desk.imports.accept(plan, task=task)
    assert steps
    assert titles(desk) == []
    assert desk.layers.named("many") is None
    assert desk.workspace.check().sound


def test_an_import_is_one_step(desk: Desk, tmp_path: Path) -> None:
    desk.imports.accept(desk.imports.plan([features(tmp_path, 30), features(tmp_path, 20, "more.geojson")]))
    assert desk.table.count(ItemQuery()) == 50
    desk.history.undo()
    assert desk.table.count(ItemQuery()) == 0
    assert desk.layers.named("many") is None
    desk.history.redo()
    assert desk.table.count(ItemQuery()) == 50


def test_exercise_traffic_never_enters_the_live_picture(desk: Desk, workspaces: Workspaces, tmp_path: Path) -> None:
    live, exercise = tmp_path / "live.cap", tmp_path / "exercise.cap"
    live.write_text(CAP.format(status="Actual"), encoding="utf-8")
    exercise.write_text(CAP.format(status="Exercise"), encoding="utf-8")
    plan = desk.imports.plan([live, exercise])
    assert plan.count == 1
    ((refused, error),) = plan.refusals
    assert refused == exercise
    assert "exercise" in str(error)
    run = workspaces.create(tmp_path / "run.qroc", centre="C", country="NL", kind=WorkspaceKind.EXERCISE)
    plan = run.imports.plan([live, exercise])
    assert [path for path, _ in plan.refusals] == [live]
    run.close()


def test_a_locked_target_layer_refuses_the_import(desk: Desk, tmp_path: Path) -> None:
    (layer,) = desk.layers.all()
    desk.layers.lock(layer, locked=True)
    plan = desk.imports.plan([features(tmp_path, 3)])
    with pytest.raises(Refused, match="locked"):
        desk.imports.accept(plan, layer=layer.name)
    assert titles(desk) == []


def test_a_missing_file_is_a_refusal_with_its_path(desk: Desk, tmp_path: Path) -> None:
    plan = desk.imports.plan([tmp_path / "absent.kml"])
    ((_, error),) = plan.refusals
    assert "absent.kml" in str(error)
    with pytest.raises(Refused, match="nothing to import"):
        desk.imports.accept(plan)


def test_what_is_no_file_is_refused_at_once(desk: Desk, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.geojson"
    os.mkfifo(pipe)
    plan = desk.imports.plan([pipe, tmp_path, Path("/dev/zero")])
    assert len(plan.refusals) == 3
    assert "pipe" in str(plan.refusals[0][1])


def test_no_more_is_read_than_is_allowed(tmp_path: Path) -> None:
    path = tmp_path / "large"
    path.write_bytes(b"x" * 11)
    assert len(read_file(path, limit=11)) == 11
    with pytest.raises(Refused, match="too large"):
        read_file(path, limit=10)


def test_nothing_is_read_of_a_file_that_is_too_large(tmp_path: Path) -> None:
    path = tmp_path / "sparse.csv"
    with path.open("wb") as file:
        file.truncate(1 << 30)
    tracemalloc.start()
    try:
        with pytest.raises(Refused, match="too large"):
            read_file(path, limit=64 << 20)
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()
