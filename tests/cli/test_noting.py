"""Comments, persons and comparisons from the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from qroc_desktop.cli.centre import ENVIRONMENT
from qroc_desktop.domain.ids import random_id
from qroc_desktop.domain.vocabulary import WorkspaceKind
from qroc_desktop.services.carrying import carry
from qroc_desktop.services.centre import CentreFolder
from qroc_desktop.services.system import system_clock
from tests.cli.conftest import Answer, Qroc

WORDS = "correct horse battery"
LAW = ("--purpose", "prevention", "--basis", "dir-2023-977/own-initiative", "--channel", "urgency")
SENDS = ("--officer", "Anna", "--why", "near the border")


def items(qroc: Qroc, workspace: Path, *more: object) -> dict[str, Any]:
    return {item["title"]: item for item in qroc("-w", workspace, "items", "--json", *more).json["items"]}


def test_a_person_is_entered_field_by_field(qroc: Qroc, workspace: Path, geojson: Path) -> None:
    qroc("-w", workspace, "import", geojson)
    item = items(qroc, workspace)["Depot"]["id"]
    said = qroc("-w", workspace, "person", item, "--surname", "Nemo", "--born", "1987-04", "--json")
    assert (said.code, said.json["category"]) == (0, "unknown")
    more = ("--first-names", "Nils", "--circumstances", "seen twice", "--category", "suspect")
    assert qroc("-w", workspace, "person", item, *more, "--json").json["category"] == "suspect"
    assert items(qroc, workspace)["Depot"]["person"] == {
        "surname": "Nemo", "first_names": "Nils", "born": "1987-04", "birth_place": "",
        "circumstances": "seen twice", "category": "suspect",
    }  # fmt: skip
    assert items(qroc, workspace)["Röntgenstraße"]["person"] is None
    assert list(items(qroc, workspace, "--query", "nils nemo")) == ["Depot"]
    again = qroc("-w", workspace, "person", item, "--surname", "Nemo", "--json")
    assert (again.code, again.json["batch"]) == (0, None)
    cleared = [word for name in ("surname", "first-names", "born", "circumstances") for word in (f"--{name}", "")]
    assert qroc("-w", workspace, "person", item, *cleared).code == 0
    assert items(qroc, workspace)["Depot"]["person"] is None


@pytest.mark.parametrize("born", ["1987-13", "1987-02-30", "30.4.1987", "87"])
def test_what_is_no_date_of_birth_is_refused(qroc: Qroc, workspace: Path, geojson: Path, born: str) -> None:
    qroc("-w", workspace, "import", geojson)
    item = items(qroc, workspace)["Depot"]["id"]
    answer = qroc("-w", workspace, "person", item, "--born", born)
    assert (answer.code, "no date of birth" in answer.err, answer.err.count("\n")) == (1, True, 1)
    assert items(qroc, workspace)["Depot"]["person"] is None


def test_an_item_that_is_not_there_gets_neither(qroc: Qroc, workspace: Path) -> None:
    for words in (("comment", random_id(), "hello"), ("person", random_id(), "--surname", "Nemo")):
        answer = qroc("-w", workspace, *words)
        assert (answer.code, "no such item" in answer.err) == (1, True)
    assert qroc("-w", workspace, "person", random_id()).code == 2


class Centre:
    """One centre's shell; parcels go by a folder."""

    def __init__(self, qroc: Qroc, folder: Path, name: str, country: str) -> None:
        self.qroc, self.home, self.workspace = qroc, folder / name, folder / f"{name}.qroc"
        self.post = folder / "post"
        self.post.mkdir(exist_ok=True)
        self("identity", "create", "--centre", name, "--country", country)
        self("workspace", "create", "--centre", name, "--country", country)

    def __call__(self, *words: object) -> Any:
        answer: Answer = self.qroc("--home", self.home, "-w", self.workspace, *words, "--json")
        assert answer.code == 0, answer.err
        return answer.json

    def enrols(self, other: Centre, name: str) -> None:
        invitation = self.post.parent / "invitation.txt"
        assert other.qroc("--home", other.home, "peer", "invite", "--out", invitation).code == 0
        self("peer", "add", invitation, "--officer", "Anna")
        said = " ".join(other("identity", "show")["words"])
        for officer in ("Anna", "Bert"):
            self("peer", "approve", name, "--said", said, "--officer", officer)

    def carry(self) -> None:
        with CentreFolder(self.home, clock=system_clock).open(WorkspaceKind.LIVE, WORDS) as exchange:
            carry(exchange, self.post)

    def titled(self, title: str) -> dict[str, Any]:
        found: dict[str, Any]
        (found,) = [item for item in self("items")["items"] if item["title"] == title]
        return found


@pytest.fixture
def centres(qroc: Qroc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Centre, Centre]:
    monkeypatch.setenv(ENVIRONMENT, WORDS)
    ours, theirs = Centre(qroc, tmp_path, "Maastricht", "NL"), Centre(qroc, tmp_path, "Aachen", "DE")
    ours.enrols(theirs, "Aachen")
    theirs.enrols(ours, "Maastricht")
    return ours, theirs


@pytest.fixture
def brought(centres: tuple[Centre, Centre], geojson: Path) -> Callable[..., str]:
    ours, theirs = centres
    ours("import", geojson, "--layer", "Shared")

    def send(*words: object) -> str:
        sent = ours("share", *words, *SENDS)
        bundle: str = sent["sent"][0]["bundle"] if "sent" in sent else sent["bundle"]
        ours.carry()
        theirs.carry()
        assert len(theirs("inbox", "apply")["applied"]) == 1
        return bundle

    return send


def test_a_comparison_says_what_a_bundle_made_of_the_picture(
    centres: tuple[Centre, Centre], brought: Callable[..., str]
) -> None:
    ours, theirs = centres
    first = brought("send", "--to", "Aachen", "--layer", "Shared", *LAW)
    shown = theirs("inbox", "compare", first)
    assert (shown["compared_with"], shown["counts"]["new"], shown["name"]) == (None, 2, "Maastricht")
    theirs("inbox", "read", first, "--officer", "Clara")
    ours("person", ours.titled("Depot")["id"], "--surname", "Nemo", "--category", "victim")
    second = brought("update", first, *LAW)
    shown = theirs("inbox", "compare", second)
    assert [(d["title"], d["fate"], d["aspects"]) for d in shown["differences"]] == [
        ("Depot", "changed", ["marking", "person"])
    ]
    assert (shown["compared_with"]["bundle"], shown["compared_with"]["read_by"]) == (first, None)
    read = theirs("inbox", "compare", second, "--since-read", "Clara")
    assert (read["differences"], read["compared_with"]["read_by"]) == (shown["differences"], "Clara")
    assert theirs("inbox", "compare", second, "--with", first)["differences"] == shown["differences"]
    words = ("--home", theirs.home, "-w", theirs.workspace, "inbox", "compare")
    told = theirs.qroc(*words, second)
    assert "~ changed  Depot  marking, person" in told.out
    assert "since 20" in told.out
    assert theirs.qroc(*words, second, "--with", first, "--since-read", "Clara").code == 2
    back = theirs.qroc(*words, first, "--with", second)
    assert (back.code, "not earlier" in back.err) == (1, True)


def test_a_comment_is_told_with_what_it_is_about(centres: tuple[Centre, Centre], brought: Callable[..., str]) -> None:
    _, theirs = centres
    brought("send", "--to", "Aachen", "--query", "Depot", *LAW)
    received = theirs.titled("Depot")["id"]
    note = theirs("comment", received, "A", "patrol", "is", "there")["item"]
    told = theirs.titled("A patrol is there")
    assert (told["id"], told["about"], told["type"]) == (note, received, "note")
    assert theirs.titled("Depot")["about"] is None
