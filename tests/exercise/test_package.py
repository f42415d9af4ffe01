"""Packages from strangers: read whole, or refused with one line that names what is wrong."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from qroc_desktop.errors import Refused
from qroc_desktop.exercise import package as packages
from qroc_desktop.exercise import versions
from qroc_desktop.exercise.package import Package
from qroc_desktop.exercise.validation import Problem, problems
from tests.exercise.building import SMALL, package, small

SCHEMA = Path(__file__).parents[2] / "resources" / "scenarios" / "scenario.schema.json"


def zipped(members: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def changed(**changes: Any) -> bytes:
    return json.dumps({**SMALL, **changes}).encode()


def said(found: list[Problem]) -> set[str]:
    return {f"{problem.where}: {problem.why}" for problem in found}


def test_a_package_comes_back_as_it_was_written_and_in_equal_bytes() -> None:
    handbooks = {"guide.md": "# Small: the guide\n", "guide.de.md": "# Klein: der Leitfaden für alle\n"}
    made = Package(scenario=small(), media={"map.png": b"\x89PNG", "a/b.txt": b"x"}, handbooks=handbooks)
    assert packages.read(packages.written(made)) == made
    assert packages.written(made) == packages.written(packages.read(packages.written(made)))


def test_a_bare_scenario_is_read_too() -> None:
    assert packages.read(changed()).scenario == small()


@pytest.mark.parametrize(
    "name",
    [
        "../evil",
        "media/../../evil",
        "/etc/passwd",
        "media\\..\\evil",
        "C:evil",
        "media//x",
        "media/./x",
    ],
)
def test_a_path_that_leads_out_is_ignored_and_said(name: str) -> None:
    read = packages.read(zipped({"scenario.json": changed(), name: b"x"}))
    assert read.media == {}
    assert len(read.ignored) == 1
    assert [problem.fatal for problem in problems(read)] == [False]


@pytest.mark.parametrize(
    "name",
    ["handbooks/../x.md", "handbooks/a/b.md", "handbooks/x.html", "x.md", "handbooks/a\u202eb.md"],
)
def test_a_handbook_is_a_text_of_its_folder_and_nothing_else(name: str) -> None:
    read = packages.read(zipped({"scenario.json": changed(), name: b"x", "handbooks/good.md": "für alle".encode()}))
    assert read.handbooks == {"good.md": "für alle"}
    assert len(read.ignored) == 1
    latin = packages.read(zipped({"scenario.json": changed(), "handbooks/latin.md": "für alle".encode("latin-1")}))
    assert (latin.handbooks, latin.ignored) == ({}, ("handbooks/latin.md",))


def test_a_handbook_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "LARGEST_HANDBOOK", 1_000)
    with pytest.raises(Refused, match="too large"):
        packages.read(zipped({"scenario.json": changed(), "handbooks/guide.md": bytes(1_001)}))


def test_a_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "LARGEST_MEDIUM", 1_000_000)
    monkeypatch.setattr(packages, "LARGEST_WHOLE", 50_000_000)
    bomb = zipped({"scenario.json": changed(), "media/zeros": bytes(2_000_000)})
    assert len(bomb) < 20_000
    with pytest.raises(Refused, match="too large"):
        packages.read(bomb)
    with pytest.raises(Refused, match="too large"):
        packages.read(zipped({f"media/{n}": bytes(999_999) for n in range(60)}))


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"", "not JSON"),
        (b"[]", "not an object"),
        (b"{}", "which version"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"formatVersion": 1, "seed": NaN}', "not JSON"),
        (changed(formatVersion=99), "newer version"),
        (changed(formatVersion=True), "which version"),
        (changed(seed="7"), r"\$\.seed: .*Expected `int`"),
        (changed(surprise=1), "unknown field `surprise`"),
        (zipped({"other.json": b"{}"}), "no scenario.json"),
        (zipped({"scenario.json": b"{"}), "not JSON"),
        (zipped({"scenario.json": changed()})[:-30], "not JSON"),
    ],
)
def test_what_is_no_package_is_refused_in_one_line(data: bytes, line: str) -> None:
    with pytest.raises(Refused, match=line) as refused:
        packages.read(data)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("data", "where"),
    [
        (zipped({"scenario.json": changed(), "media/x.png": bytes(1_001)}), "hunt.zip: media/x.png"),
        (zipped({"scenario.json": b"{"}), "hunt.zip: scenario.json"),
        (zipped({"scenario.json": changed(teams=[{"id": 4}])}), "hunt.zip: $.teams[0].id (4)"),
        (zipped({"readme.md": b""}), "hunt.zip"),
        (zipped({"scenario.json": changed()})[:-30] + bytes(30), "hunt.zip"),
        (b"{", "hunt.zip"),
    ],
)
def test_what_is_wrong_in_a_package_is_named_with_the_package(
    data: bytes, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packages, "LARGEST_MEDIUM", 1_000)
    with pytest.raises(Refused) as refused:
        packages.read(data, "hunt.zip")
    assert refused.value.where == where


def test_an_element_that_cannot_be_read_is_named_by_place_and_identifier() -> None:
    teams = [*SMALL["teams"][:2], {**SMALL["teams"][2], "side": "pink"}]
    with pytest.raises(Refused, match=r"\$\.teams\[2\]\.side \(white\): .*pink"):
        packages.read(changed(teams=teams))


def test_a_condition_is_data_and_never_run() -> None:
    evil = {**SMALL["branches"][0], "when": "__import__('os').system('true')"}
    with pytest.raises(Refused, match=r"\$\.branches\[0\]"):
        packages.read(changed(branches=[evil]))


def test_the_small_scenario_has_no_problem() -> None:
    assert problems(package()) == []


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"t0": "2027-03-15 14:00"}, "t0: This is not an ISO 8601 time with a zone."),
        ({"timeZone": "Mars/Olympus"}, "timeZone: This time zone is not known."),
        ({"durationS": 0}, "durationS: An exercise lasts from a second to thirty days."),
        ({"teams": [*SMALL["teams"], SMALL["teams"][0]]}, "teams/blue: This identifier is given twice."),
        (
            {"teams": [{**SMALL["teams"][0], "canSee": ["red"]}, *SMALL["teams"][1:]]},
            "teams/blue/canSee: Blue would see all of red: red.",
        ),
        (
            {
                "entities": [{"id": "x", "team": "nobody"}],
                "injects": [],
                "branches": [],
                "visibility": [],
                "objectives": [],
            },
            "entities/x/team: nobody is not defined.",
        ),
        (
            {"entities": [*SMALL["entities"], {"id": "x", "team": "red", "initial": {"position": [200, 0]}}]},
            "entities/x: This place is not on this Earth: [200.0, 0.0].",
        ),
        (
            {"entities": [*SMALL["entities"], {"id": "x", "team": "red", "states": [{"t": 5}, {"t": 4}]}]},
            "entities/x/states: The states are not in the order of time.",
        ),
        (
            {"overlays": [{"id": "o", "geometry": {"type": "Polygon", "coordinates": [1, 2]}}]},
            "overlays/o/geometry: This is no geometry on this Earth.",
        ),
        (
            {
                "injects": [
                    *SMALL["injects"],
                    {"id": "x", "title": {"en": "x"}, "to": {"teams": ["blue"]}, "trigger": {"at": 1, "manual": True}},
                ]
            },
            "injects/x/trigger: Exactly one of at, after, when and manual has to be given.",
        ),
        (
            {
                "injects": [
                    *SMALL["injects"],
                    {"id": "x", "title": {"en": "x"}, "to": {"teams": ["blue"]}, "trigger": {"at": 99_999}},
                ]
            },
            "injects/x/trigger: This time is outside the exercise.",
        ),
        (
            {
                "injects": [
                    *SMALL["injects"],
                    {
                        "id": "x",
                        "title": {"en": "x"},
                        "to": {"teams": ["blue"]},
                        "trigger": {"after": {"inject": "gone"}},
                    },
                ]
            },
            "injects/x/trigger: gone is not defined.",
        ),
        (
            {"branches": [{"id": "b", "when": {"op": "seen", "team": "blue", "entity": "ghost"}}]},
            "branches/b/when: ghost is not defined.",
        ),
        (
            {"branches": [{"id": "b", "when": {"op": "near", "entity": "REDVAN", "withinM": 5}}]},
            "branches/b/when: Exactly one of place and other has to be given.",
        ),
        (
            {"visibility": [{"team": "blue", "mode": "never"}]},
            "visibility/0: Exactly one of entity, overlay and inject has to be given.",
        ),
    ],
)
def test_each_fault_names_its_element_and_the_reason(changes: dict[str, Any], line: str) -> None:
    found = [problem for problem in problems(package(**changes)) if problem.fatal]
    assert line in said(found)


def test_a_missing_medium_stops_nothing() -> None:
    injects = [{**SMALL["injects"][0], "media": ["gone.png"]}, *SMALL["injects"][1:]]
    (found,) = problems(package(injects=injects))
    assert not found.fatal
    assert "media/gone.png is not in the package" in str(found.why)


ABROAD = {"country": "AT"}


def with_centre(**centre: Any) -> list[dict[str, Any]]:
    return [{**SMALL["teams"][0], "centre": {"country": "LI", **centre}}, *SMALL["teams"][1:]]


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        (
            {"teams": with_centre(country="li")},
            "teams/blue/centre: A country is given by its two letters, such as NL or DE.",
        ),
        ({"teams": with_centre(ready="gone")}, "teams/blue/centre: gone is not defined."),
        (
            {"teams": with_centre(counts=[{"traffic": "share", "action": "told", "after": "gone"}])},
            "teams/blue/centre: gone is not defined.",
        ),
        (
            {
                "teams": with_centre(),
                "injects": [
                    {**SMALL["injects"][0], "shares": [{"by": "red", "to": "blue", "medium": "x"}]},
                    *SMALL["injects"][1:],
                ],
            },
            "injects/alert/shares: red is not defined.",
        ),
        (
            {
                "teams": with_centre(),
                "injects": [
                    {**SMALL["injects"][0], "shares": [{"by": "blue", "to": "blue", "medium": "x"}]},
                    *SMALL["injects"][1:],
                ],
            },
            "injects/alert/shares: A centre does not share with itself.",
        ),
        (
            {"teams": [*SMALL["teams"], *({"id": f"c{n}", "side": "green", "centre": ABROAD} for n in range(11))]},
            "teams: An exercise has at most 10 centres.",
        ),
    ],
)
def test_a_centre_names_what_is_there(changes: dict[str, Any], line: str) -> None:
    assert line in said([problem for problem in problems(package(**changes)) if problem.fatal])


def test_what_counts_is_traffic_that_is_known() -> None:
    teams = with_centre(counts=[{"traffic": "smoke", "action": "told"}])
    with pytest.raises(Refused, match="Invalid enum value"):
        packages.read(changed(teams=teams))


def test_a_condition_nested_without_end_is_refused() -> None:
    deep: dict[str, Any] = {"op": "time", "at": 1}
    for _ in range(30):
        deep = {"op": "not", "of": deep}
    assert "branches/b/when: The condition is nested too deeply." in said(
        problems(package(branches=[{"id": "b", "when": deep}]))
    )


def test_a_million_entities_get_one_line() -> None:
    entities = [{"id": str(number), "team": "red"} for number in range(1_000_000)]
    read = packages.read(changed(entities=entities))
    assert said(problems(read)) == {"scenario: There is too much in it to be played."}


def test_older_versions_are_brought_up_step_by_step() -> None:
    steps = {
        1: lambda raw: {**raw, "title": {"en": raw["title"]}},
        2: lambda raw: {**{name: raw[name] for name in raw if name != "length"}, "durationS": raw["length"]},
    }
    assert versions.brought_up({"formatVersion": 1, "title": "Hunt", "length": 5}, steps, 3) == {
        "formatVersion": 3,
        "title": {"en": "Hunt"},
        "durationS": 5,
    }
    with pytest.raises(Refused, match="old version"):
        versions.brought_up({"formatVersion": 1}, {}, 3)


def test_the_published_schema_is_the_one_that_is_read_by() -> None:
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == json.loads(json.dumps(packages.schema()))
