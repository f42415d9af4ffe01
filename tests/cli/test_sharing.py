"""Two centres, scripted with `qroc` alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from qroc_desktop.cli.centre import ENVIRONMENT
from tests.cli.conftest import Answer, Qroc

LAW = (
    "--purpose", "prevention", "--basis", "dir-2023-977/own-initiative", "--channel", "urgency",
)  # fmt: skip
Centre = Callable[..., Answer]


@pytest.fixture
def ours(qroc: Qroc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Centre:
    monkeypatch.setenv(ENVIRONMENT, "correct horse battery")
    return _centre(qroc, tmp_path / "ours", "Maastricht", "nl")


@pytest.fixture
def theirs(qroc: Qroc, tmp_path: Path, ours: Centre) -> Centre:
    return _centre(qroc, tmp_path / "theirs", "Aachen", "de")


def _centre(qroc: Qroc, home: Path, name: str, country: str) -> Centre:
    def run(*arguments: object) -> Answer:
        return qroc("--home", home, *arguments)

    made = run("identity", "create", "--centre", name, "--country", country, "--json")
    assert made.code == 0, made.err
    return run


def enrol(ours: Centre, theirs: Centre, folder: Path) -> dict[str, Any]:
    """We enrol them: invitation, and two officers who compare what is read out."""
    invitation = folder / "invitation.txt"
    assert theirs("peer", "invite", "--out", invitation).code == 0
    assert ours("peer", "add", invitation, "--officer", "Anna", "--json").json["state"] == "proposed"
    said = " ".join(theirs("identity", "show", "--json").json["words"])
    for officer in ("Anna", "Bert"):
        approved = ours("peer", "approve", "Aachen", "--said", said, "--officer", officer, "--json")
        assert approved.code == 0, approved.err
    peer: dict[str, Any] = approved.json
    return peer


def imported(qroc: Qroc, workspace: Path, geojson: Path) -> None:
    assert qroc("-w", workspace, "import", geojson, "--layer", "Shared").code == 0


def test_a_centre_is_active_after_two_officers(ours: Centre, theirs: Centre, tmp_path: Path) -> None:
    peer = enrol(ours, theirs, tmp_path)
    assert (peer["state"], [a["officer"] for a in peer["approvals"]]) == ("active", ["Anna", "Bert"])
    assert [one["name"] for one in ours("peer", "list", "--json").json["peers"]] == ["Aachen"]


def test_one_officer_is_not_two(ours: Centre, theirs: Centre, tmp_path: Path) -> None:
    invitation = tmp_path / "invitation.txt"
    theirs("peer", "invite", "--out", invitation)
    ours("peer", "add", invitation, "--officer", "Anna")
    said = theirs("identity", "show", "--json").json["fingerprint"]
    ours("peer", "approve", "Aachen", "--said", said, "--officer", "Anna")
    again = ours("peer", "approve", "Aachen", "--said", said, "--officer", "anna")
    assert again.code == 1
    assert "same officer" in again.err
    wrong = ours("peer", "approve", "Aachen", "--said", "34GD INKC D6PJ WFQ2 GWAI KFBD", "--officer", "Bert")
    assert wrong.code == 1
    assert "fingerprint is not" in wrong.err


def test_a_preview_says_why_and_sends_nothing(
    qroc: Qroc, ours: Centre, theirs: Centre, workspace: Path, geojson: Path, tmp_path: Path
) -> None:
    enrol(ours, theirs, tmp_path)
    imported(qroc, workspace, geojson)
    shown = ours("-w", workspace, "share", "preview", "--to", "Aachen", "--layer", "Shared", *LAW, "--json")
    assert shown.code == 0, shown.err
    titles = {line["title"]: line["fields"] for line in shown.json["items"]}
    assert titles.keys() == {"Röntgenstraße", "Depot"}
    outcomes = {field["field"]: field["outcome"] for field in titles["Depot"]}
    assert outcomes["wording.title"] == "release"
    assert outcomes["origin.file"] == "redact"
    assert ours("outbox", "--json").json == {"bundles": []}


def test_a_share_is_queued_with_its_audit_entry(
    qroc: Qroc, ours: Centre, theirs: Centre, workspace: Path, geojson: Path, tmp_path: Path
) -> None:
    enrol(ours, theirs, tmp_path)
    imported(qroc, workspace, geojson)
    sent = ours(
        "-w", workspace, "share", "send", "--to", "Aachen", "--query", "Depot", *LAW,
        "--officer", "Anna", "--why", "Attack near the border", "--json",
    )  # fmt: skip
    assert sent.code == 0, sent.err
    (row,) = sent.json["sent"]
    (queued,) = ours("outbox", "--json").json["bundles"]
    assert (queued["bundle"], queued["name"], queued["state"]) == (row["bundle"], "Aachen", "queued")
    entry = ours("audit", "--json").json["entries"][0]
    assert entry["action"] == "disclosure"
    assert entry["detail"]["officer"] == "Anna"
    assert entry["detail"]["why"] == "Attack near the border"
    assert entry["detail"]["basis"] == "dir-2023-977/own-initiative"
    verified = ours("audit", "verify", "--json")
    assert (verified.code, verified.json["whole"]) == (0, True)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--to", "Liège", "--query", "Depot"), "There is no such centre."),
        (("--to", "Aachen", "--query", "nowhere at all"), "No item fits."),
        (("--to", "Aachen", "--layer", "No such layer"), "There is no such layer."),
        (("--to", "Aachen", "--item", "unknown"), "There is no such item."),
    ],
)
def test_what_cannot_be_shared_is_one_line(
    qroc: Qroc, ours: Centre, theirs: Centre, workspace: Path, geojson: Path, tmp_path: Path,
    words: tuple[str, ...], says: str,
) -> None:  # fmt: skip
    enrol(ours, theirs, tmp_path)
    imported(qroc, workspace, geojson)
    answer = ours("-w", workspace, "share", "preview", *words, *LAW)
    assert answer.code == 1
    assert says in answer.err
    assert answer.err.count("\n") == 1


def test_without_an_identity_nothing_is_shared(
    qroc: Qroc, workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENVIRONMENT, "correct horse battery")
    answer = qroc("--home", tmp_path / "none", "-w", workspace, "share", "preview", "--to", "A", "--item", "x", *LAW)
    assert (answer.code, "no identity yet" in answer.err) == (1, True)


def test_a_wrong_passphrase_opens_nothing(ours: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENVIRONMENT, "another one altogether")
    answer = ours("outbox")
    assert (answer.code, "passphrase is wrong" in answer.err) == (1, True)
    assert "another one" not in answer.err


def test_the_passphrase_may_come_from_a_file(ours: Centre, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ENVIRONMENT)
    file = tmp_path / "passphrase"
    file.write_text("correct horse battery\n", encoding="utf-8")
    assert ours("--passphrase-file", file, "outbox", "--json").json == {"bundles": []}


def test_renewed_keys_are_still_this_centre(ours: Centre) -> None:
    before = ours("identity", "show", "--json").json
    after = ours("identity", "rotate", "--json").json
    assert after["centre"] == before["centre"]
    assert after["fingerprint"] != before["fingerprint"]
    assert ours("identity", "show", "--json").json["fingerprint"] == after["fingerprint"]


def test_a_second_identity_is_refused(ours: Centre) -> None:
    answer = ours("identity", "create", "--centre", "Other", "--country", "NL")
    assert (answer.code, "identity already" in answer.err) == (1, True)


def test_a_file_that_is_no_bundle_is_one_line(ours: Centre, geojson: Path) -> None:
    for command in ("inspect", "verify"):
        answer = ours("bundle", command, geojson)
        assert answer.code == 1
        assert answer.err.count("\n") == 1


def test_a_signed_head_proves_a_log_that_was_cut_short(ours: Centre, theirs: Centre, tmp_path: Path) -> None:
    enrol(ours, theirs, tmp_path)
    head = tmp_path / "head"
    assert ours("audit", "head", "--out", head).code == 0
    assert ours("audit", "verify", "--head", head, "--json").json["heads"] == 1
    with closing(sqlite3.connect(tmp_path / "ours" / "live.qrocx")) as connection, connection:
        connection.execute("DROP TRIGGER audit_is_not_removed")
        connection.execute("DELETE FROM audit WHERE no = (SELECT max(no) FROM audit)")
    answer = ours("audit", "verify", "--head", head, "--json")
    assert answer.code == 1
    assert [finding["fault"] for finding in answer.json["findings"]] == ["cut-short"]


def test_a_standing_order_is_given_carried_out_paused_and_ended(
    qroc: Qroc, ours: Centre, theirs: Centre, workspace: Path, geojson: Path, tmp_path: Path
) -> None:
    enrol(ours, theirs, tmp_path)
    imported(qroc, workspace, geojson)
    why = ("--officer", "Anna", "--why", "Attack near the border", "--json")
    sent = ours("-w", workspace, "share", "send", "--to", "Aachen", "--query", "Depot", *LAW, *why).json["sent"][0]
    given = ours("-w", workspace, "share", "order", sent["bundle"], "--layer", "Shared", *LAW, *why)
    assert given.code == 0, given.err
    order = given.json["order"]
    assert ours("-w", workspace, "share", "orders", "--json").json["orders"] == [given.json]
    assert ours("-w", workspace, "share", "pause", order, "--officer", "Bert", "--json").json["state"] == "paused"
    assert ours("-w", workspace, "share", "follow", "--once", "--json").out == ""
    assert ours("-w", workspace, "share", "go-on", order, "--officer", "Bert", "--json").json["state"] == "active"
    over = ours("-w", workspace, "share", "end", order, "--officer", "Bert", "--why", "Over", "--json").json
    assert (over["state"], over["by"], over["reason"]) == ("ended", "Bert", "Over")
    again = ours("-w", workspace, "share", "pause", order, "--officer", "Bert")
    assert (again.code, "over already" in again.err) == (1, True)
    wrong = ours("-w", workspace, "share", "order", sent["bundle"], "--layer", "No such layer", *LAW, *why)
    assert (wrong.code, "no such layer" in wrong.err) == (1, True)


def test_follow_sends_what_has_changed(
    qroc: Qroc, ours: Centre, theirs: Centre, workspace: Path, geojson: Path, tmp_path: Path
) -> None:
    enrol(ours, theirs, tmp_path)
    batch = qroc("-w", workspace, "import", geojson, "--layer", "Shared", "--json").json["batch"]
    why = ("--officer", "Anna", "--why", "Attack near the border", "--json")
    sent = ours("-w", workspace, "share", "send", "--to", "Aachen", "--layer", "Shared", *LAW, *why).json["sent"][0]
    order = ours("-w", workspace, "share", "order", sent["bundle"], *LAW, *why).json["order"]  # its layer is known
    # The import is taken back: they are to have less, and that does not wait.
    assert qroc("-w", workspace, "undo", batch).code == 0
    followed = ours("-w", workspace, "share", "follow", "--once", "--json")
    assert followed.code == 0, followed.err
    assert followed.json["order"] == order
    newest, _ = ours("outbox", "--json").json["bundles"]
    assert (newest["bundle"], newest["kind"]) == (followed.json["bundle"], "delta")
    entry = ours("audit", "--json").json["entries"][0]["detail"]
    assert (entry["officer"], entry["facts"]["order"]) == ("Anna", order)
    assert ours("-w", workspace, "share", "follow", "--once", "--json").out == ""


def test_consents_are_recorded_listed_and_revoked(
    qroc: Qroc, ours: Centre, theirs: Centre, workspace: Path, geojson: Path, tmp_path: Path
) -> None:
    enrol(ours, theirs, tmp_path)
    imported(qroc, workspace, geojson)
    item = qroc("-w", workspace, "items", "--query", "Depot", "--json").json["items"][0]["id"]
    words = ("consent", "add", "--item", item, "--to", "Aachen", "--purpose", "prevention", "--officer", "Anna")
    made = ours("-w", workspace, *words, "--given-by", "Piet", "--way", "telephone", "--json")
    assert made.code == 0, made.err
    (row,) = made.json["recorded"]
    (listed,) = ours("-w", workspace, "consent", "list", "--json").json["consents"]
    assert (listed["consent"], listed["in_force"], listed["title"]) == (row["consent"], True, "Depot")
    ours("-w", workspace, "consent", "revoke", row["consent"], "--officer", "Bert", "--why", "Piet called")
    (listed,) = ours("-w", workspace, "consent", "list", "--item", item, "--json").json["consents"]
    assert (listed["in_force"], listed["revoked_by"]) == (False, "Bert")
    nobody = ours("-w", workspace, *words, "--given-by", " ")
    assert (nobody.code, "who gave it" in nobody.err, nobody.err.count("\n")) == (1, True, 1)


def test_a_share_that_is_withdrawn_at_once_was_held_back(
    qroc: Qroc, ours: Centre, theirs: Centre, workspace: Path, geojson: Path, tmp_path: Path
) -> None:
    enrol(ours, theirs, tmp_path)
    imported(qroc, workspace, geojson)
    why = ("--officer", "Anna", "--why", "Attack near the border", "--json")
    sent = ours("-w", workspace, "share", "send", "--to", "Aachen", "--query", "Depot", *LAW, *why).json["sent"][0]
    assert ours("-w", workspace, "share", "withdraw", sent["bundle"], *why).code == 0
    rows = {row["bundle"]: row for row in ours("outbox", "--json").json["bundles"]}
    assert rows[sent["bundle"]]["held_back"] is True
    assert ours("audit", "--json").json["entries"][0]["detail"]["facts"]["held_back"] == sent["bundle"]
    late = ours("-w", workspace, "share", "update", sent["bundle"], *LAW, *why)
    assert (late.code, "withdrawn already" in late.err) == (1, True)
