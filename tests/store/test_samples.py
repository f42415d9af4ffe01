"""A workspace of every file format there ever was still opens, is sound, and says what it said then."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.query import ItemQuery, Moment
from qroc_desktop.store import Workspace, schema
from tests.store.building import IDENTITY, START, CountingIds, HandClock, incident
from tests.store.samples.make_sample import PHOTO

SAMPLES = sorted((Path(__file__).parent / "samples").glob("format-*.qroc"))
MINUTE = 60_000_000


def test_there_is_one_of_every_format() -> None:
    assert [sample.name for sample in SAMPLES] == [f"format-{n}.qroc" for n in range(1, schema.VERSION + 1)]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_a_sample_opens_and_says_what_it_said(sample: Path, tmp_path: Path) -> None:
    path = tmp_path / "old.qroc"
    shutil.copy(sample, path)
    clock = HandClock(START + 30 * MINUTE)
    with Workspace.open(path, clock=clock, ids=CountingIds("new")) as workspace:
        assert workspace.schema_version == schema.VERSION
        assert workspace.check().findings == []
        assert workspace.identity() == IDENTITY
        assert [found.name for found in workspace.layers()] == ["Fire", "Einheiten"]
        assert titles(workspace, None) == {"a": "Explosion", "b": "Überfall", "area": ""}
        early = Instant(START + 3 * MINUTE)
        assert titles(workspace, Moment(early, early)) == {"a": "Brand in de Łódźstraat", "b": "Überfall"}
        late = Instant(START + 9 * MINUTE)
        assert titles(workspace, Moment(late, late)) == {"b": "Überfall", "area": ""}
        assert titles(workspace, Moment(late)) == {"a": "Explosion", "b": "Überfall", "area": ""}
        item = workspace.item("b", Moment(Instant(START + 5 * MINUTE + 30_000_000)))
        assert item is not None
        assert item.shape is not None
        assert item.shape.anchor() == (13.41, 52.51)
        clock.forward(7_200)
        assert workspace.row_ids(ItemQuery(text="uberfall", bounds=(13.45, 52.55, 13.55, 52.65))) == ["b"]
        assert workspace.conflicts() == []
        assert len(workspace.conflicts(open_only=False)) == 1
        assert [found.id for found in workspace.entries(text="smoke")] == ["e1"]
        if sample.stem != "format-1":
            (file,) = workspace.items_by_id(["b"])["b"].attachments.files
            stream = workspace.file(file.sha256)
            assert stream is not None
            with stream:
                assert (file.name, stream.read()) == ("Tor.jpg", PHOTO)
        workspace.append([incident("new")], author="anna", label="add")
        assert workspace.check().findings == []


def titles(workspace: Workspace, at: Moment | None) -> dict[str, str]:
    return {row.id: row.title for row in workspace.rows(ItemQuery(), at)}
