"""`qroc model`: the man hunt's models from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Qroc

VADUZ = "47.1410,9.5209"


def test_containment_in_json(qroc: Qroc, workspace: Path) -> None:
    arguments = ("--at", VADUZ, "--speed", 80, "--elapsed", 10, "--deploy", 15, "--json")
    answer = qroc("-w", workspace, "model", "containment", *arguments)
    assert answer.code == 0, answer.err
    assert answer.json["label"] == "Training model"
    assert answer.json["found"]["radius_m"] == pytest.approx(33_333.3, abs=0.1)
    assert answer.json["limits"]
    assert answer.json["items"] == []
    assert qroc("-w", workspace, "items", "--json").json["count"] == 0


def test_an_isochrone_is_drawn_when_asked_to(qroc: Qroc, workspace: Path) -> None:
    arguments = ("--at", VADUZ, "--mode", "run", "--minutes", 5, "--minutes", 10, "--block", "47.145,9.5215", 2)
    answer = qroc("-w", workspace, "model", "isochrone", *arguments, "--draw", "--json")
    assert answer.code == 0, answer.err
    assert [one["minutes"] for one in answer.json["found"]["bands"]] == [5, 10]
    listed = qroc("-w", workspace, "items", "--json").json["items"]
    assert {one["id"] for one in listed} == set(answer.json["items"])
    assert {one["layer"] for one in listed} == {"Training model: Isochrone on the road graph"}
    assert all(one["assessment"] for one in listed)


def test_an_item_can_be_where_it_begins(qroc: Qroc, workspace: Path) -> None:
    ring = ("--at", VADUZ, "--speed", 30, "--elapsed", 2)
    item = qroc("-w", workspace, "model", "containment", *ring, "--draw", "--json").json["items"][0]
    answer = qroc("-w", workspace, "model", "isochrone", "--at", item, "--minutes", 3, "--speed", 20, "--json")
    assert answer.code == 0, answer.err
    assert [one["value"] for one in answer.json["inputs"] if one["key"] == "speed"] == [20]


def test_anpr(qroc: Qroc, workspace: Path) -> None:
    arguments = ("--first", VADUZ, "--second", "47.067,9.500", "--minutes", 3)
    answer = qroc("-w", workspace, "model", "anpr", *arguments, "--json")
    assert answer.json["found"]["verdict"] == "too-fast"
    said = qroc("-w", workspace, "model", "anpr", *arguments)
    assert "a cloned plate or a misread is likely" in said.out


@pytest.fixture
def sectors(qroc: Qroc, workspace: Path, tmp_path: Path) -> list[str]:
    """Four areas side by side; their ids."""
    features = []
    for number, (west, south) in enumerate(((9.50, 47.12), (9.52, 47.12), (9.50, 47.14), (9.52, 47.14))):
        ring = [[west, south], [west + 0.02, south], [west + 0.02, south + 0.02], [west, south + 0.02], [west, south]]
        geometry = {"type": "Polygon", "coordinates": [ring]}
        features.append({"type": "Feature", "geometry": geometry, "properties": {"title": f"S{number}"}})
    path = tmp_path / "sectors.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    assert qroc("-w", workspace, "import", path).code == 0
    listed = qroc("-w", workspace, "items", "--json").json["items"]
    return [one["id"] for one in sorted(listed, key=lambda one: str(one["title"]))]


def test_search_gives_the_specified_values(qroc: Qroc, workspace: Path, sectors: list[str]) -> None:
    given = [word for item, poa in zip(sectors, (0.4, 0.3, 0.2, 0.1), strict=True) for word in ("--sector", item, poa)]
    answer = qroc("-w", workspace, "model", "search", *given, "--searched", sectors[0], 0.6, "--json")
    assert answer.code == 0, answer.err
    assert [one["poa"] for one in answer.json["found"]["sectors"]] == pytest.approx(
        [0.2105, 0.3947, 0.2632, 0.1316], abs=5e-5
    )
    seen = ("--at", "47.13,9.53", "--sigma", 300, "--credibility", 0.8)
    answer = qroc("-w", workspace, "model", "sighting", *given, *seen, "--draw", "--json")
    assert answer.code == 0, answer.err
    assert len(answer.json["items"]) == len(answer.json["found"]["classes"]) == 4


def test_effort_is_shared_out_by_what_it_adds(qroc: Qroc, workspace: Path, sectors: list[str]) -> None:
    given = [word for item, poa in zip(sectors, (0.4, 0.3, 0.2, 0.1), strict=True) for word in ("--sector", item, poa)]
    how = ("--width", 30, "--speed", 3, "--hours", 40)
    answer = qroc("-w", workspace, "model", "effort", *given, *how, "--json")
    assert answer.code == 0, answer.err
    hours = [one["hours"] for one in answer.json["found"]["sectors"]]
    assert sum(hours) == 40
    assert hours == sorted(hours, reverse=True)
    # What the last hour adds is the same everywhere: POA·e^-C, since the sectors are of one size.
    odds = [
        (1 - one["pod"]) * poa for one, poa in zip(answer.json["found"]["sectors"], (0.4, 0.3, 0.2, 0.1), strict=True)
    ]
    searched = [one for one, spent in zip(odds, hours, strict=True) if spent]
    assert max(searched) == pytest.approx(min(searched), rel=0.02)
    assert qroc("-w", workspace, "model", "effort", *given, "--width", 0, "--speed", 3, "--hours", 4).code == 1


@pytest.mark.parametrize(
    "words",
    [
        ("containment", "--at", VADUZ, "--speed", 0, "--elapsed", 10),
        ("containment", "--at", "nowhere", "--speed", 80, "--elapsed", 10),
        ("isochrone", "--at", "60.0,25.0", "--minutes", 10),
        ("isochrone", "--at", VADUZ, "--minutes", "nan"),
        ("anpr", "--first", VADUZ, "--second", VADUZ, "--minutes", 1, "--speed", "inf"),
        ("search", "--sector", "nothing", 0.5),
    ],
    ids=str,
)
def test_bad_input_is_one_line_and_changes_nothing(qroc: Qroc, workspace: Path, words: tuple[object, ...]) -> None:
    answer = qroc("-w", workspace, "model", *words, "--draw")
    assert (answer.code, answer.out) == (1, "")
    assert len(answer.err.splitlines()) == 1
    assert qroc("-w", workspace, "items", "--json").json["count"] == 0
