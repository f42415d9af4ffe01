"""Scenario folders: what comes with the program is listed and read, and an author's slip is told in one line."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from qroc_desktop.errors import Refused
from qroc_desktop.exercise.library import read, shipped
from qroc_desktop.exercise.package import read as unpacked
from qroc_desktop.exercise.package import written
from qroc_desktop.formats import geojson
from qroc_desktop.paths import program_files
from tests.exercise.building import small

RESOURCES = program_files().resources


def test_the_man_hunt_is_there_with_its_handbooks() -> None:
    (hunt,) = [scenario for scenario in shipped(RESOURCES) if scenario.id == "man-hunt"]
    assert hunt.title["en"].startswith("Silver Thistle")
    assert hunt.title["de"].startswith("Silberdistel")
    assert {book.name: list(book.written) for book in hunt.handbooks} == {
        "directors-handbook": ["en", "de"],
        "evaluators-guide": ["en", "de"],
    }
    assert hunt.handbooks[0].written["de"] == (hunt.folder / "directors-handbook.de.md").read_text("utf-8")
    assert {path.name for path in hunt.documents} == {path.name for path in hunt.folder.glob("*.md")}


def test_a_package_of_it_is_the_same_every_time_and_reads_back_equal() -> None:
    folder = RESOURCES / "scenarios" / "man-hunt"
    package = read(folder)
    assert written(package) == written(read(folder))
    back = unpacked(written(package))
    assert back.scenario == package.scenario
    assert back.media == dict(package.media)
    assert back.handbooks == package.handbooks
    assert len(back.handbooks) == 4
    assert back.ignored == ()


def test_every_medium_is_used_and_small() -> None:
    package = read(RESOURCES / "scenarios" / "man-hunt")
    used = {name for inject in package.scenario.injects for name in inject.media}
    used |= {shared.medium for inject in package.scenario.injects for shared in inject.shares}
    assert set(package.media) == used
    assert max(len(data) for data in package.media.values()) < 150_000
    for name, data in package.media.items():
        assert b"EXERCISE" in data if name.endswith((".txt", ".geojson")) else data.startswith(b"\x89PNG"), name


def test_every_route_and_place_is_used() -> None:
    folder = RESOURCES / "scenarios" / "man-hunt"
    text = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.toml"))
    script = (folder / "routes.py").read_text(encoding="utf-8")
    for line in (folder / "routes.json").read_text(encoding="utf-8").splitlines()[1:-1]:
        name = line.split('"')[1]
        assert f'"@{name}"' in text or script.count(f'"{name}"') > 1, name


def test_every_inject_stands_in_the_handbook() -> None:
    folder = RESOURCES / "scenarios" / "man-hunt"
    handbook = (folder / "directors-handbook.md").read_text(encoding="utf-8")
    for inject in read(folder).scenario.injects:
        rows = [line for line in handbook.splitlines() if line.startswith(f"| {inject.no} |")]
        assert len(rows) == 1, inject.no
        assert inject.title["en"] in rows[0]


def test_a_folder_with_a_scenario_file_is_read_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "scenario.json").write_bytes(msgspec.json.encode(small()))
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / "a.txt").write_bytes(b"x")
    package = read(tmp_path)
    assert msgspec.json.encode(package.scenario) == msgspec.json.encode(small())
    assert package.media == {"a.txt": b"x"}


def test_parts_are_joined_in_the_order_of_their_names(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(
        'id = "x"\nformatVersion = 1\nkind = "man-hunt"\nt0 = "2027-03-15T14:00:00+01:00"\ntimeZone = "Europe/Vaduz"\n'
        'durationS = 60\n[title]\nen = "X"\n[[storylines]]\nid = "one"\ntitle = { en = "1" }\n'
    )
    (tmp_path / "b.toml").write_text(
        '[title]\nde = "Y"\n[[storylines]]\nid = "two"\ntitle = { en = "2" }\n'
        '[[entities]]\nid = "e"\nteam = "t"\ninitial = { position = "@here" }\n'
    )
    (tmp_path / "places.toml").write_text("here = [9.5, 47.1]\n")
    scenario = read(tmp_path).scenario
    assert scenario.title == {"en": "X", "de": "Y"}
    assert [storyline.id for storyline in scenario.storylines] == ["one", "two"]
    assert scenario.entities[0].initial.position == (9.5, 47.1)


@pytest.mark.parametrize(
    ("name", "text", "where"),
    [
        ("a.toml", "id = ", "a.toml"),
        ("a.toml", 'id = "@nowhere"', "places.toml"),
        ("routes.json", "[", "routes.json"),
        ("routes.json", "[1, 2]", "routes.json"),
        ("a.toml", 'id = "x"', "formatVersion"),
        ("scenario.json", "{", "scenario.json"),
    ],
)
def test_a_slip_is_told_in_one_line(tmp_path: Path, name: str, text: str, where: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(Refused) as refused:
        read(tmp_path)
    assert "\n" not in str(refused.value)
    assert where in str(refused.value) or where in str(refused.value.where)


def test_an_empty_library_lists_nothing(tmp_path: Path) -> None:
    assert shipped(tmp_path) == ()


def test_what_the_neighbour_shares_is_read_and_is_exercise() -> None:
    """The program itself reads it, whole, and would not let it into a live picture."""
    files = sorted((RESOURCES / "scenarios" / "man-hunt" / "media" / "neighbour").glob("*.geojson"))
    assert len(files) == 4
    for path in files:
        reading = geojson.read(path.read_bytes(), name=path.name)
        assert reading.exercise is True
        assert reading.problems == []
        assert reading.items
        assert path.name[:3] in {inject.no for inject in read(path.parents[2]).scenario.injects}
