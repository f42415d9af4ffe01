"""What leaves a team's desk says that it is an exercise, tells nothing of red, and does not get into a live picture."""

from __future__ import annotations

import base64
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pypdf
import pytest
from PIL import Image

from qroc_desktop.domain.ids import random_id
from qroc_desktop.domain.query import ItemQuery
from qroc_desktop.domain.vocabulary import Aspect, EntryKind
from qroc_desktop.errors import Refused
from qroc_desktop.exercise.package import Package
from qroc_desktop.exercise.vocabulary import Passed
from qroc_desktop.formats import registry
from qroc_desktop.paths import program_files
from qroc_desktop.policy import Policy
from qroc_desktop.services.briefing import Briefings
from qroc_desktop.services.desk import Desk
from qroc_desktop.services.exercise.run import ExerciseRun
from qroc_desktop.services.maps import MapLibrary
from qroc_desktop.services.sharing import Sharing
from qroc_desktop.services.tiles import Tiles
from qroc_desktop.services.workspaces import Workspaces
from qroc_desktop.symbology import Kinds, Symbols
from qroc_desktop.sync.content import Opened, written
from tests.exercise.building import SMALL, small
from tests.exercise.watch import Watch
from tests.services.exercise.exercise_host import ring, until
from tests.services.sharing_centres import INSTRUMENTS, grounds

RED = [
    b"REDNAME", b"REDNOTE", b"REDPROP", b"REDOVERLAY", b"REDTITLE", b"REDCONTROL", b"REDBODY", b"REDVAN", b"runner",
    b"REDBOOK", b"REDPICTURE", b"REDTEXT", b"red.png", b"UNUSED", b"REDSUBJECT", b"REDLAYER", b"REDWRITTEN", b"REDTEAM",
    b"REDPHOTO", b"REDFILENAME",
]  # fmt: skip
PNG = b"\x89PNG\r\n\x1a\n"
MEDIA = {
    "van.png": PNG + b"BLUEPICTURE" * 20, "red.png": PNG + b"REDPICTURE" * 20, "red.txt": b"REDTEXT",
    "unused.png": PNG + b"UNUSED", "to-green.geojson": b'{"type": "FeatureCollection", "features": [{"type": "Feature",'
    b' "id": "x", "geometry": {"type": "Point", "coordinates": [9.5, 47.1]}, "properties": {"name": "REDLAYER"}}]}',
}  # fmt: skip


def made() -> Package:
    """The small exercise with a neighbour, media, and words of red in every field that others are not to see."""
    teams = [
        {**SMALL["teams"][0], "name": {"en": "Blue desk"}, "centre": {"country": "LI"}},
        {**SMALL["teams"][1], "name": {"en": "REDTEAM"}},
        SMALL["teams"][2],
        {"id": "green", "side": "green", "name": {"en": "Neighbour"}, "centre": {"country": "AT"}},
        {"id": "other", "side": "red", "centre": {"country": "CH"}, "name": {"en": "Third"}},
    ]
    injects = [
        {**SMALL["injects"][0], "media": ["van.png"]},
        *SMALL["injects"][1:],
        {
            "id": "REDMESSAGE", "title": {"en": "REDTITLE"}, "body": {"en": "REDBODY"}, "to": {"teams": ["red"]},
            "trigger": {"at": 50}, "media": ["red.png", "red.txt"], "responsible": "REDNOTE",
            "shares": [
                {"by": "other", "to": "green", "medium": "to-green.geojson", "text": {"en": "REDSUBJECT"}},
            ],
        },
    ]  # fmt: skip
    return Package(scenario=small(teams=teams, injects=injects), media=MEDIA, handbooks={"guide.md": "# REDBOOK"})


def attached(desk: Desk, path: Path, data: bytes) -> None:
    path.write_bytes(data)
    item = ring(desk, "A place")
    desk.attachments.attach(desk.workspace.items_by_id([item])[item], [path])


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ExerciseRun]:
    folder, watch = tmp_path_factory.mktemp("outside") / "run", Watch()
    ExerciseRun.create(made(), folder, clock=watch.wall)
    opened = ExerciseRun(folder, clock=watch.wall, mono=watch.mono, ids=random_id, author="Officer")
    opened.conduct.start()
    watch.wait(1)
    opened.tick()
    opened.desks["red"].logbook.add(EntryKind.MESSAGE, "REDWRITTEN")
    opened.desks["blue"].logbook.add(EntryKind.DECISION, "Close the road")
    attached(opened.desks["red"], folder.parent / "REDFILENAME.png", PNG + b"REDPHOTO" * 20)
    attached(opened.desks["blue"], folder.parent / "photo.png", PNG + b"BLUEPHOTO" * 20)

    def recorded() -> bool:
        opened.tick()
        return all(opened.conduct.files.whole(team) for team in ("red", "blue"))

    until(recorded)
    opened.conduct.pause()
    opened.jump(3_500_000, Passed.FIRE)
    opened.conduct.start()
    opened.tick()
    yield opened
    opened.close()


@pytest.fixture
def blue(run: ExerciseRun) -> Desk:
    return run.desks["blue"]


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Desk]:
    desk = Workspaces(author="Officer", clock=Watch().wall, ids=random_id).create(
        tmp_path / "live.qroc", centre="Real", country="LI"
    )
    yield desk
    desk.close()


def inside(data: bytes) -> bytes:
    """The bytes, and what is packed in them."""
    found = [data]
    if zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            found += [inside(archive.read(name)) for name in archive.namelist()]
    for packed in re.findall(rb"stream\r?\n(.*?)endstream", data, re.DOTALL):
        try:
            found.append(zlib.decompress(packed))
        except zlib.error:
            continue
    for text in re.findall(rb"[A-Za-z0-9+/]{200,}={0,2}", data):
        found.append(base64.b64decode(text[: len(text) // 4 * 4]))
    return b"\n".join(found)


def words_of_red(data: bytes) -> list[bytes]:
    held = inside(data)
    return [word for word in RED if word in held]


def test_red_has_what_is_searched_for(run: ExerciseRun) -> None:
    """The search can find it: each word is in the record or on a desk of its owner."""
    held = b"".join(path.read_bytes() for path in run.folder.rglob("*") if path.is_file())
    assert [word for word in RED if word not in held] == []


@pytest.mark.parametrize("format_", registry.WRITERS)
def test_every_export_is_refused_by_a_live_workspace_and_holds_nothing_of_red(
    blue: Desk, live: Desk, tmp_path: Path, format_: str
) -> None:
    path = tmp_path / f"blue{registry.FORMATS[format_].suffixes[0]}"
    blue.exports.save(path, format_)
    assert words_of_red(path.read_bytes()) == []
    reading = registry.read(path.read_bytes(), name=path.name)
    assert reading.exercise is True
    assert reading.items, "there is something in it"
    plan = live.imports.plan([path])
    assert [str(refused.what) for _, refused in plan.refusals] == [
        "The file is exercise or test traffic; this is the live picture."
    ]
    with pytest.raises(Refused, match="nothing to import"):
        live.imports.accept(plan)
    assert live.workspace.count(ItemQuery()) == 0


@pytest.mark.parametrize("format_", registry.WRITERS)
def test_a_live_export_does_not_get_into_an_exercise(blue: Desk, live: Desk, tmp_path: Path, format_: str) -> None:
    for item in list(blue.workspace.items(ItemQuery()))[:3]:
        wanted = (Aspect.NATURE, Aspect.SHAPE, Aspect.WORDING)
        live.items.create({aspect: item.aspects[aspect] for aspect in wanted if aspect in item.aspects})
    path = tmp_path / f"live{registry.FORMATS[format_].suffixes[0]}"
    live.exports.save(path, format_)
    plan = blue.imports.plan([path])
    assert [str(refused.what) for _, refused in plan.refusals] == ["The file is live traffic; this is an exercise."]


@pytest.fixture(scope="module")
def briefings(run: ExerciseRun, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Briefings]:
    files = program_files()
    kinds = Kinds.load(files.resources / "symbols" / "kinds.toml")
    symbols = Symbols(files.page_libraries / "milsymbol" / "dist" / "milsymbol.js", kinds.badges)
    tiles = Tiles(MapLibrary(files.maps), cache=tmp_path_factory.mktemp("tiles"))
    yield Briefings(
        run.desks["blue"], kinds=kinds, symbols=symbols, files=files, library=MapLibrary(files.maps), tiles=tiles,
        base_map=lambda: "world", zone=ZoneInfo("Europe/Vaduz"),
    )  # fmt: skip
    tiles.close()
    symbols.close()


def test_a_briefing_says_so_on_every_page_and_holds_nothing_of_red(briefings: Briefings, tmp_path: Path) -> None:
    for kind in ("html", "pdf"):
        briefings.save(tmp_path / f"b.{kind}", kind=kind)
        data = (tmp_path / f"b.{kind}").read_bytes()
        assert words_of_red(data) == []
        if kind == "pdf":
            for page in pypdf.PdfReader(io.BytesIO(data)).pages:
                text = page.extract_text().replace(" ", "")
                assert text.count("EXERCISE") >= 4
                assert not [word for word in RED if word.decode() in text]
        else:
            assert b"\"exercise\": true" in data or b"\"exercise\":true" in data


def test_a_picture_has_the_colour_of_exercises_at_its_top_and_at_its_bottom(
    briefings: Briefings, tmp_path: Path
) -> None:
    briefings.save(tmp_path / "b.png", kind="png")
    with Image.open(tmp_path / "b.png") as image:
        seen = np.asarray(image.convert("RGB"))
    yellow = np.all(np.abs(seen.astype(int) - np.array([0xF5, 0xB8, 0x00])) <= 2, axis=2)
    height = len(seen)
    assert yellow[: height // 8].sum() > 500
    assert yellow[-height // 8 :].sum() > 500
    assert yellow[height // 3 : height // 2].sum() < 50


def test_a_bundle_is_of_an_exercise_and_holds_nothing_of_red(run: ExerciseRun, blue: Desk) -> None:
    exchange = run.centre("blue").exchange
    sharing = Sharing(blue.workspace, exchange, Policy(INSTRUMENTS))
    items = [item.id for item in blue.workspace.items(ItemQuery())]
    preview = sharing.preview(items, run.centre("green").exchange.identity.centre, grounds())
    bundle = sharing.send(preview, officer="Liaison", why="All that we have").bundle
    run.tick()
    run.tick()
    there = run.centre("green").exchange.inbox.opened(bundle)
    assert isinstance(there, Opened)
    assert str(there.content.mode) == "exercise"
    assert there.content.items
    assert words_of_red(written(there.content, there.files)) == []


def test_the_files_of_blue_and_its_centre_hold_nothing_of_red(run: ExerciseRun) -> None:
    paths = [path for path in run.folder.rglob("*") if path.is_file() and "blue" in str(path.relative_to(run.folder))]
    assert len(paths) >= 3
    for path in paths:
        assert words_of_red(path.read_bytes()) == [], path.name
