"""`qroc exercise report`, `hot-wash` and `remark`: a review with no window."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Qroc
from tests.exercise.building import SMALL


@pytest.fixture
def run(qroc: Qroc, tmp_path: Path) -> Path:
    scenario = tmp_path / "small.json"
    scenario.write_text(json.dumps({**SMALL, "durationS": 900}), encoding="utf-8")
    run = tmp_path / "a.run"
    assert qroc("exercise", "run", scenario, "--headless", "--jump", "--out", run).code == 0
    return run


def test_a_review_from_draft_to_report(qroc: Qroc, run: Path, tmp_path: Path) -> None:
    drafts = qroc("exercise", "hot-wash", run, "--json").json["drafts"]
    task = next(draft for draft in drafts if draft["id"] == "draft-task-ring-in-time")
    assert task["kind"] == "improvement"
    assert task["basis"] == "Measured: no such action in the record; target 5 min."
    taken = qroc(
        "exercise", "remark", run, "--accept", task["id"], "--kind", "action", "--owner", "Haas", "--due",
        "2027-06-01", "--json",
    )  # fmt: skip
    assert (taken.code, taken.json["state"]) == (0, "recorded")
    assert {key: taken.json["remark"][key] for key in ("kind", "owner", "due")} == {
        "kind": "action", "owner": "Haas", "due": "2027-06-01",
    }  # fmt: skip
    assert qroc("exercise", "remark", run, "--drop", "draft-unrated-contain").code == 0
    made = qroc("exercise", "remark", run, "--kind", "strength", "--text", "Calm voices", "--json").json["remark"]
    assert qroc("exercise", "remark", run, "--id", made["id"], "--text", "Very calm voices").code == 0
    assert qroc("exercise", "remark", run, "--id", task["id"], "--done").code == 0
    gone = qroc("exercise", "remark", run, "--kind", "improvement", "--text", "oops", "--json").json["remark"]
    assert qroc("exercise", "remark", run, "--id", gone["id"], "--withdraw", "--json").json["state"] == "withdrawn"
    washed = qroc("exercise", "hot-wash", run, "--json").json
    assert {draft["id"] for draft in washed["drafts"]} == {draft["id"] for draft in drafts} - {
        task["id"], "draft-unrated-contain",
    }  # fmt: skip
    assert {remark["text"] for remark in washed["remarks"]} == {task["text"], "Very calm voices"}
    out = tmp_path / "report.html"
    report = qroc("exercise", "report", run, "--out", out, "--at", "0:05:00", "--language", "de", "--json")
    assert report.code == 0, report.err
    assert report.json["record"] == washed["record"] == qroc("exercise", "verify", run, "--json").json["record"]
    assert (report.json["remarks"], report.json["team"], report.json["over"]) == (2, "blue", True)
    text = out.read_text(encoding="utf-8")
    assert "Very calm voices" in text
    assert "Auswertungsbericht" in text
    assert report.json["record"] in text


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["remark", "{run}", "--id", "none", "--text", "x"], "no remark of this name"),
        (["remark", "{run}", "--accept", "none"], "no draft of this name"),
        (["remark", "{run}", "--kind", "action", "--text", "x", "--due", "soon"], "no date: soon"),
        (["remark", "{run}", "--kind", "action"], "needs a kind and a text"),
        (["report", "{run}", "--out", "{folder}/a.txt"], "HTML or PDF"),
        (["report", "{run}", "--out", "{folder}/a.pdf", "--team", "purple"], "purple is not defined"),
        (["report", "{folder}/none", "--out", "{folder}/a.pdf"], "no such file"),
    ],
)
def test_what_does_not_fit_gets_one_clear_line(
    qroc: Qroc, run: Path, tmp_path: Path, given: list[str], said: str
) -> None:
    answer = qroc("exercise", *(part.format(run=run, folder=tmp_path) for part in given))
    assert answer.code == 1
    assert answer.err.count("\n") == 1
    assert said in answer.err
    assert not list(tmp_path.glob("a.[tp]*"))


def test_two_ways_at_once_are_a_usage_error(qroc: Qroc, run: Path) -> None:
    assert qroc("exercise", "remark", run, "--id", "a", "--drop", "b").code == 2
    assert qroc("exercise", "remark", run, "--withdraw").code == 2
