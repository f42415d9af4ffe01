"""Briefings of a real workspace: whole or not at all, of the moment that was asked for."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pypdf
import pytest

from qroc_desktop.domain.instant import Instant, parse, seconds
from qroc_desktop.domain.query import Moment
from qroc_desktop.errors import Refused
from qroc_desktop.paths import program_files
from qroc_desktop.services import briefing, demonstration
from qroc_desktop.services.briefing import KINDS, Briefings
from qroc_desktop.services.desk import Desk
from qroc_desktop.services.maps import MapLibrary
from qroc_desktop.services.progress import Cancelled, Task
from qroc_desktop.services.workspaces import Workspaces
from qroc_desktop.symbology import Kinds, Symbols

NOW = parse("2026-03-01T14:00:00Z")
STARTS = {"html": b"<!DOCTYPE html>", "pdf": b"%PDF-", "png": b"\x89PNG"}


@pytest.fixture
def shown(tmp_path: Path) -> Iterator[Desk]:
    path = tmp_path / "demo.qroc"
    demonstration.create(path, clock=lambda: NOW)
    desk = Workspaces(author="somebody", clock=lambda: NOW, ids=lambda: "unused").open(path)
    yield desk
    desk.close()


@pytest.fixture
def briefings(shown: Desk, tmp_path: Path) -> Iterator[Briefings]:
    files = program_files()
    kinds = Kinds.load(files.resources / "symbols" / "kinds.toml")
    symbols = Symbols(files.page_libraries / "milsymbol" / "dist" / "milsymbol.js", kinds.badges)
    library = MapLibrary(files.maps, added=tmp_path / "added", servers=tmp_path / "none.toml")
    zone = ZoneInfo("Europe/Amsterdam")
    yield Briefings(shown, kinds=kinds, symbols=symbols, files=files, library=library, zone=zone)
    symbols.close()


def text(data: bytes) -> str:
    return re.sub(r"\s+", "", "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_saved(briefings: Briefings, tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"briefing.{kind}"
    path.write_bytes(b"an earlier one")
    reports: list[tuple[int, int]] = []
    briefings.save(path, kind=kind, task=Task(lambda done, total: reports.append((done, total))))
    assert path.read_bytes().startswith(STARTS[kind])
    assert len(reports) > 2
    assert all(0 < done < total for done, total in reports)
    assert sorted(reports) == reports
    assert sorted(found.name for found in tmp_path.glob("*briefing*")) == [path.name]


@pytest.mark.parametrize("kind", KINDS)
def test_a_cancelled_briefing_leaves_the_earlier_file(briefings: Briefings, tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"briefing.{kind}"
    path.write_bytes(b"an earlier one")
    task = Task(lambda done, _: task.cancel() if done == 2 else None)
    with pytest.raises(Cancelled):
        briefings.save(path, kind=kind, task=task)
    assert path.read_bytes() == b"an earlier one"
    assert sorted(found.name for found in tmp_path.glob("*briefing*")) == [path.name]


def test_the_moment_asked_for_is_the_one_that_is_told(briefings: Briefings) -> None:
    then = Instant(NOW - seconds(130 * 60))
    past = text(briefings.draw(kind="pdf", moment=Moment(then, then), title="Rückblick"))
    assert "Rückblick" in past
    assert "Trueat1Mar2026,12:50(UTC+1)11:50UTC" in past
    assert "Asknownat1Mar2026,12:50(UTC+1)11:50UTC" in past
    assert "Shooting,Markt" in past
    assert "ArrestattheVroenhovenbridge" not in past
    assert "ArrestattheVroenhovenbridge" in text(briefings.draw(kind="pdf"))


def test_a_hidden_layer_is_left_out_and_said_so(shown: Desk, briefings: Briefings) -> None:
    neighbours = shown.layers.named("Neighbouring centres")
    assert neighbours is not None
    shown.layers.display(neighbours, visible=False)
    told = text(briefings.draw(kind="pdf"))
    assert "Threatlevelraised" not in told
    assert "Layersnotshown:Neighbouringcentres" in told


def test_only_known_kinds_and_papers(briefings: Briefings, tmp_path: Path) -> None:
    for kind, paper in (("docx", "A4"), ("pdf", "letter")):
        with pytest.raises(Refused):
            briefings.save(tmp_path / "x", kind=kind, paper=paper)
    assert not (tmp_path / "x").exists()


def test_too_much_for_a_briefing_is_refused_and_not_cut(
    briefings: Briefings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(briefing, "MOST_ITEMS", 10)
    with pytest.raises(Refused, match="at most 10 items"):
        briefings.save(tmp_path / "x.pdf", kind="pdf")
    assert not (tmp_path / "x.pdf").exists()


def test_a_place_that_cannot_be_written_gets_one_line(briefings: Briefings, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="cannot be written") as refused:
        briefings.save(tmp_path / "no" / "folder" / "x.png", kind="png")
    assert "\n" not in str(refused.value)
