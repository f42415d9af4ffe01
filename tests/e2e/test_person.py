"""Prüm article 16 from end to end: of a person exactly five data arrive, by two real exchanges and `qroc` alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from qroc_desktop.domain.vocabulary import WorkspaceKind
from qroc_desktop.services.carrying import carry
from qroc_desktop.services.centre import CentreFolder
from qroc_desktop.services.system import system_clock
from qroc_desktop.sync.exchange import Exchange
from tests.e2e.test_two_centres import Centre

PERSON = {
    "surname": "Quetzalcoatl", "first_names": "Xiuhtecuhtli Ana", "born": "1987-04-30",
    "birth_place": "Utopiagrad", "circumstances": "Bought forty litres of peroxide",
}  # fmt: skip
WITHHELD = ("Tlahuizcalpantecuhtli", "Sekretgasse", "Zimapan", "5.6912345", "Hinweisgeber")
ARTICLE_16 = (
    "--purpose", "terrorism-prevention", "--basis", "pruem-2008-615/16", "--channel", "urgency",
    "--confirm", "reason-to-believe",
)  # fmt: skip


@pytest.fixture
def centres(tmp_path: Path) -> tuple[Centre, Centre]:
    (tmp_path / "stick").mkdir()
    ours, theirs = Centre(tmp_path, "Maastricht", "NL"), Centre(tmp_path, "Aachen", "DE")
    ours.enrols(theirs)
    theirs.enrols(ours)
    return ours, theirs


def opened(centre: Centre) -> Exchange:
    return CentreFolder(centre.folder / "centre", clock=system_clock).open(
        WorkspaceKind.LIVE, f"the passphrase of {centre.name}"
    )


def brought(*centres: Centre) -> None:
    for centre in centres:
        with opened(centre) as exchange:
            carry(exchange, centre.folder.parent / "stick")


def files(centre: Centre) -> Iterator[tuple[Path, bytes]]:
    for path in centre.folder.rglob("*"):
        if path.is_file():
            yield path, path.read_bytes()


@pytest.mark.slow
def test_under_pruem_16_exactly_the_five_data_arrive(centres: tuple[Centre, Centre], tmp_path: Path) -> None:
    ours, theirs = centres
    feature = {
        "type": "Feature",
        "properties": {"title": f"House of {WITHHELD[0]}", "description": f"{WITHHELD[1]} 4, told by {WITHHELD[2]}"},
        "geometry": {"type": "Point", "coordinates": [float(WITHHELD[3]), 50.85]},
    }
    file = tmp_path / f"{WITHHELD[4]}.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    ours.ok("-w", ours.workspace, "import", file)
    (item,) = ours.json("-w", ours.workspace, "items")["items"]
    fields = [word for name, text in PERSON.items() for word in (f"--{name.replace('_', '-')}", text)]
    said = ours.json("-w", ours.workspace, "person", item["id"], *fields)
    assert said["category"] == "unknown"
    send = ("-w", ours.workspace, "share", "send", "--to", "Aachen", "--item", item["id"], *ARTICLE_16)
    why = ("--officer", "Anna", "--why", "Reason to believe")
    unknown = ours.run(*send, *why)
    assert (unknown.returncode, unknown.stderr.count("\n")) == (1, 1), "an unknown kind of person blocks the release"
    ours.ok("-w", ours.workspace, "person", item["id"], "--category", "suspect")
    sent: dict[str, Any] = ours.json(*send, *why)
    brought(ours, theirs)
    applied = theirs.json("-w", theirs.workspace, "inbox", "apply")["applied"]
    assert [(one["bundle"], one["items"]) for one in applied] == [(sent["sent"][0]["bundle"], 1)]

    (arrived,) = theirs.json("-w", theirs.workspace, "items")["items"]
    assert arrived["person"] == {**PERSON, "category": "suspect"}
    assert (arrived["title"], arrived["place"], arrived["lon"], arrived["lat"]) == ("", "", None, None)
    assert (arrived["kind"], arrived["about"]) == ("", None)
    assert theirs.json("-w", theirs.workspace, "items", "--query", "Utopiagrad")["count"] == 1
    with opened(theirs) as exchange:
        content = exchange.inbox.opened(sent["sent"][0]["bundle"]).content
    (travelled,) = content.items
    patch = json.loads(bytes(travelled.patch))
    assert patch == {"person": PERSON, "marking": {"subject": "suspect"}}
    assert content.layers == ()
    for path, data in files(theirs):
        assert [word for word in WITHHELD if word.encode() in data] == [], path
    assert any(PERSON["surname"].encode() in data for _, data in files(theirs))
