"""Briefings of a real workspace: whole or not at all, of the moment that was asked for."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pypdf
import pytest
from PIL import Image

from qroc_desktop.domain.instant import Instant, parse, seconds
from qroc_desktop.domain.query import Moment
from qroc_desktop.errors import Refused
from qroc_desktop.paths import program_files
from qroc_desktop.services import briefing, demonstration
from qroc_desktop.services.briefing import KINDS, Briefings
from qroc_desktop.services.desk import Desk
from qroc_desktop.services.maps import MapLibrary
from qroc_desktop.services.progress import Cancelled, Task
from qroc_desktop.services.tiles import Tiles
from qroc_desktop.services.workspaces import Workspaces
from qroc_desktop.symbology import Kinds, Symbols
from tests.services.test_map_servers import OWNER, MapServer, png_of, policy, server, unused, xyz
from tests.services.test_maps import mbtiles

__all__ = ["server", "unused"]

NOW = parse("2026-03-01T14:00:00Z")
STARTS = {"html": b"<!DOCTYPE html>", "pdf": b"%PDF-", "png": b"\x89PNG"}


@pytest.fixture
def shown(tmp_path: Path) -> Iterator[Desk]:
    path = tmp_path / "demo.qroc"
    demonstration.create(path, clock=lambda: NOW)
    desk = Workspaces(author="somebody", clock=lambda: NOW, ids=lambda: "unused").open(path)
    yield desk
    desk.close()


class Chosen:
    """Which base map the user has chosen."""

    def __init__(self) -> None:
        self.id = "world"


@pytest.fixture
def chosen() -> Chosen:
    return Chosen()


@pytest.fixture
def briefings(shown: Desk, tmp_path: Path, chosen: Chosen) -> Iterator[Briefings]:
    files = program_files()
    kinds = Kinds.load(files.resources / "symbols" / "kinds.toml")
    symbols = Symbols(files.page_libraries / "milsymbol" / "dist" / "milsymbol.js", kinds.badges)
    library = MapLibrary(files.maps, added=tmp_path / "added", servers=tmp_path / "etc" / "servers.toml", owner=OWNER)
    tiles = Tiles(library, cache=tmp_path / "cache")
    zone = ZoneInfo("Europe/Amsterdam")
    yield Briefings(
        shown,
        kinds=kinds,
        symbols=symbols,
        files=files,
        library=library,
        tiles=tiles,
        base_map=lambda: chosen.id,
        zone=zone,
    )
    tiles.close()
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


MAASTRICHT = (5.65, 50.82, 5.75, 50.88)


def red(data: bytes) -> float:
    """How much of a PNG is in the colour of the server's tiles."""
    pixels = np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).reshape(-1, 3)
    return float((pixels == (200, 60, 30)).all(axis=1).mean())


def page_data(data: bytes) -> dict[str, Any]:
    block = re.search(rb'<script type="application/json" id="briefing-base">(.*?)</script>', data, re.DOTALL)
    assert block
    found: dict[str, Any] = json.loads(block.group(1))
    return found


def test_a_map_server_that_is_chosen_is_drawn_with_its_attribution(
    briefings: Briefings, chosen: Chosen, tmp_path: Path, server: MapServer
) -> None:
    declared = xyz(server, "picture", attribution="Kadaster <b>2026</b>")
    policy(tmp_path / "etc", declared)
    chosen.id = f"server-{declared['id']}"
    path = tmp_path / "b"
    assert briefings.save(path, kind="png", bounds=MAASTRICHT) is None
    assert red(path.read_bytes()) > 0.3
    asked = len(server.asked)
    assert 0 < asked <= 120
    assert briefings.save(path, kind="html", bounds=MAASTRICHT) is None
    base = page_data(path.read_bytes())
    assert len(base["pictures"]) > 20
    assert all(uri.startswith("data:image/png;base64,") for uri in base["pictures"].values())
    assert "Kadaster <b>2026</b>" in base["attribution"]
    assert base["note"] == ""
    assert server.url.encode() not in path.read_bytes()
    assert briefings.save(path, kind="pdf", bounds=MAASTRICHT) is None
    assert "Kadaster<b>2026</b>" in text(path.read_bytes())


@pytest.mark.parametrize("place", ["broken", "html", "none", "dead"])
def test_a_server_that_fails_leaves_the_offline_map_and_one_line(
    briefings: Briefings, chosen: Chosen, tmp_path: Path, server: MapServer, unused: int, place: str
) -> None:
    declared = xyz(server, place, attribution="Kadaster", name="Luchtfoto")
    if place == "dead":
        declared["url"] = f"http://127.0.0.1:{unused}/{{z}}/{{x}}/{{y}}"
    policy(tmp_path / "etc", declared)
    chosen.id = f"server-{declared['id']}"
    path = tmp_path / "b"
    note = briefings.save(path, kind="pdf", bounds=MAASTRICHT)
    assert note is not None
    assert "this is the offline map" in str(note)
    assert "\n" not in str(note)
    told = text(path.read_bytes())
    assert "thisistheofflinemap" in told
    assert "Kadaster" not in told
    assert "NaturalEarth" in told
    assert len(server.asked) < 120
    assert briefings.save(path, kind="html", bounds=MAASTRICHT) is not None
    base = page_data(path.read_bytes())
    assert base["pictures"] == {}
    assert "this is the offline map" in base["note"]
    assert base["archives"]


def test_a_raster_file_that_is_chosen_is_drawn_where_it_reaches(
    briefings: Briefings, chosen: Chosen, tmp_path: Path
) -> None:
    tiles = {(13, x, y): png_of((200, 60, 30)) for x in range(4220, 4240) for y in range(2740, 2755)}
    library = MapLibrary(program_files().maps, added=tmp_path / "added", servers=tmp_path / "none.toml")
    library.add(mbtiles(tmp_path / "photo.mbtiles", tiles, bounds="5.65,50.82,5.70,50.88"))
    chosen.id = "added-photo"
    part = red(briefings.draw(kind="png", bounds=MAASTRICHT))
    chosen.id = "world"
    assert red(briefings.draw(kind="png", bounds=MAASTRICHT)) == 0
    assert 0.1 < part < 0.5


def test_a_map_that_is_asked_for_and_is_not_there_is_refused(briefings: Briefings, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no such map"):
        briefings.save(tmp_path / "x.png", kind="png", base_map="added-gone")
    assert not (tmp_path / "x.png").exists()


def test_a_chosen_map_that_is_gone_is_no_reason_for_no_briefing(briefings: Briefings, chosen: Chosen) -> None:
    chosen.id = "added-gone"
    assert briefings.draw(kind="png", bounds=MAASTRICHT).startswith(STARTS["png"])
