"""Requests and the directory by `qroc` alone; what travels is carried by a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from qroc_desktop.domain.vocabulary import WorkspaceKind
from qroc_desktop.services.carrying import carry
from qroc_desktop.services.centre import CentreFolder
from qroc_desktop.services.system import system_clock
from tests.cli.test_sharing import Centre, enrol, ours, theirs

__all__ = ["ours", "theirs"]
ASKED = (
    "--subject", "Grey van", "--information", "Keeper", "--facts", "Attempted murder", "--reasons", "Seen there",
    "--purpose", "investigation", "--channel", "urgency", "--officer", "Anna",
)  # fmt: skip
CONTACT = ("--contact", "Shift leader", "--telephone", "+49 241 1", "--telephone", "+49 241 2", "--speaks", "de")


@pytest.fixture
def post(ours: Centre, theirs: Centre, tmp_path: Path) -> Path:
    """They know each other, and share a folder."""
    enrol(ours, theirs, tmp_path)
    invitation = tmp_path / "ours.txt"
    assert ours("peer", "invite", "--out", invitation).code == 0
    assert theirs("peer", "add", invitation, "--officer", "Anna").code == 0
    said = ours("identity", "show", "--json").json["fingerprint"]
    for officer in ("Anna", "Bert"):
        assert theirs("peer", "approve", "Maastricht", "--said", said, "--officer", officer).code == 0
    folder = tmp_path / "post"
    folder.mkdir()
    return folder


def carried(tmp_path: Path, post: Path) -> None:
    """Until nothing is on its way."""
    for _ in range(3):
        for home in ("ours", "theirs"):
            folder = CentreFolder(tmp_path / home, clock=system_clock)
            with folder.open(WorkspaceKind.LIVE, "correct horse battery") as exchange:
                carry(exchange, post)


def only(centre: Centre) -> dict[str, Any]:
    (found,) = centre("request", "list", "--json").json["requests"]
    return dict(found)


def test_a_request_is_refused_in_part_and_taken_back(ours: Centre, theirs: Centre, post: Path, tmp_path: Path) -> None:
    sent = ours("request", "send", "--to", "Aachen", *ASKED, "--json")
    assert sent.code == 0, sent.err
    request = sent.json["request"]
    assert only(ours)["standing"] == "sending"
    carried(tmp_path, post)
    row = only(theirs)
    assert (row["standing"], row["direction"], row["limit"], row["zone"]) == (
        "open", "asked-of-us", "other", "Europe/Berlin",
    )  # fmt: skip
    refused = theirs("request", "refuse", request, "--ground", "e", "--part", "the keeper", "--officer", "Clara")
    assert refused.code == 0, refused.err
    carried(tmp_path, post)
    assert (only(ours)["standing"], only(ours)["grounds"]) == ("open", ["e"])
    text = ours("request", "list").out
    assert "asked-by-us  Aachen  Grey van  open, due " in text
    assert ours("request", "cancel", request, "--why", "found it", "--officer", "Anna").code == 0
    carried(tmp_path, post)
    assert only(theirs)["standing"] == "cancelled"
    assert theirs("request", "list", "--open").out == "no requests\n"
    late = theirs("request", "refuse", request, "--ground", "a", "--officer", "Clara")
    assert (late.code, late.err) == (1, "qroc: Grey van: This request is closed. Nothing was changed.\n")
    shown = theirs("request", "show", request, "--officer", "Clara").out
    assert "refusal" in shown
    assert "part: the keeper" in shown


def test_what_is_wrong_is_said_in_one_line(ours: Centre, theirs: Centre, tmp_path: Path) -> None:
    enrol(ours, theirs, tmp_path)
    for wrong, what in (
        (("--limit", "yesterday"), "There is no such time limit for requests."),
        (("--limit", "urgent-direct"), "is none of the codes"),
        (("--channel", "because"), "is none of the codes"),
        (("--information", " "), "Say what is asked for"),
    ):
        answer = ours("request", "send", "--to", "Aachen", *ASKED, *wrong)
        assert (answer.code, answer.err.count("\n")) == (1, 1)
        assert what in answer.err
    assert ours("outbox", "--json").json == {"bundles": []}


def test_the_codes_are_listed(ours: Centre) -> None:
    codes = ours("request", "codes", "--json").json
    assert {(one["instrument"], one["limit"], one["hours"], one["days"]) for one in codes["limits"]} >= {
        ("dir-2023-977", "urgent-direct", 8, None), ("dir-2023-977", "urgent-indirect", None, 3),
        ("dir-2023-977", "other", None, 7),
    }  # fmt: skip
    assert [one["code"] for one in codes["departure"]] == ["judicial-authorisation"]
    assert len(codes["refusal-ground"]) == 11


def test_the_directory_has_every_field_and_is_kept_by_the_centre_itself(
    ours: Centre, theirs: Centre, post: Path, tmp_path: Path
) -> None:
    (before,) = ours("peer", "list", "--json").json["peers"]
    assert before["missing"] == ["point", "telephone", "languages", "email"]
    assert before["confirmed_at"] is not None
    assert (before["reachable"], before["last_contact"], before["border"]) == (None, None, True)
    nobody = theirs("identity", "contact", *CONTACT)
    assert (nobody.code, "name of an officer" in nobody.err) == (1, True)
    told = theirs("identity", "contact", *CONTACT, "--officer", "Clara", "--json")
    assert told.json["told"] == 1, told.err
    carried(tmp_path, post)
    (after,) = ours("peer", "list", "--json").json["peers"]
    assert after["contact"] == {
        "point": "Shift leader", "telephone": ["+49 241 1", "+49 241 2"], "languages": ["de"], "email": "",
    }  # fmt: skip
    assert after["missing"] == ["email"]
    assert after["confirmed_at"] > before["confirmed_at"]
    assert after["last_contact"] is not None
    assert after["fingerprint"] == before["fingerprint"]
    assert [one["name"] for one in ours("peer", "list", "--find", "2411", "--json").json["peers"]] == ["Aachen"]
    assert ours("peer", "list", "--find", "nobody").out == "no other centre is known\n"
    again = theirs("identity", "contact", "--email", "lage@example", "--officer", "Clara", "--json").json
    assert (again["point"], again["email"]) == ("Shift leader", "lage@example")
    assert theirs("identity", "contact", "--json").json["told"] is None
