"""One centre asks another: real nodes, real files, nothing but `qroc`."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.test_two_centres import PATIENCE, Centre

pytestmark = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can write an administrator's file"
)
SECRET = "Quetzalcoatlus"
ASKED = (
    "--subject", "Grey van", "--information", f"Keeper of {SECRET}, and where it was seen",
    "--facts", "Attempted murder", "--reasons", "It crossed at Vaals",
    "--purpose", "investigation", "--channel", "urgency",
)  # fmt: skip
URGENT = ("--limit", "urgent-direct", "--urgency", "life-or-integrity", "--urgency-reason", "He is armed")


def until(centre: Centre, fits: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The only request of a centre once it fits."""
    deadline = time.monotonic() + PATIENCE
    rows: list[dict[str, Any]] = []
    while time.monotonic() < deadline:
        rows = centre.json("request", "list")["requests"]
        if rows and fits(rows[0]):
            return rows[0]
        time.sleep(0.2)
    pytest.fail(f"it stays at {rows}")


def standing(name: str) -> Callable[[dict[str, Any]], bool]:
    return lambda row: bool(row["standing"] == name)


@pytest.mark.slow
def test_a_request_is_asked_clarified_refused_in_part_and_answered(tmp_path: Path) -> None:
    (tmp_path / "stick").mkdir()
    ours, theirs, third = (Centre(tmp_path, *of) for of in (("Maastricht", "NL"), ("Aachen", "DE"), ("Lille", "FR")))
    for other in (theirs, third):
        ours.enrols(other)
        other.enrols(ours)
    with ours.node(), theirs.node(), third.node():
        request = ours.json("request", "send", "--to", "Aachen", *ASKED, *URGENT, "--officer", "Anna")["request"]
        asked = until(theirs, standing("open"))
        assert (asked["request"], asked["direction"], asked["name"]) == (request, "asked-of-us", "Maastricht")
        due, received = (datetime.fromisoformat(asked[name]) for name in ("due", "received"))
        assert due - received == timedelta(hours=8)
        assert 0 < asked["seconds_left"] <= 8 * 3600
        assert until(ours, standing("open"))["due"] is not None

        theirs.ok("request", "clarify", request[:12], "--question", "Which colour?", "--officer", "Clara")
        until(ours, standing("clarifying"))
        ours.ok("request", "explain", request, "--text", "Grey", "--officer", "Anna")
        until(theirs, standing("open"))
        wrong = theirs.run("request", "refuse", request, "--ground", "z", "--officer", "Clara")
        assert (wrong.returncode, wrong.stderr.count("\n")) == (1, 1)
        assert "none of the codes" in wrong.stderr
        theirs.ok(
            "request", "refuse", request, "--ground", "d", "--part", "the keeper", "--note", "ask the registry",
            "--officer", "Clara",
        )  # fmt: skip
        assert until(ours, lambda row: row["grounds"] == ["d"])["standing"] == "open"

        theirs.ok("-w", theirs.workspace, "import", points(tmp_path))
        answered = theirs.json(
            "-w", theirs.workspace, "request", "answer", request, "--query", "Vaals", "--channel", "urgency",
            "--officer", "Clara", "--why", "asked for",
        )  # fmt: skip
        bundle = answered["sent"][0]["bundle"]
        until(ours, standing("answered-in-part"))
        applied = ours.json("-w", ours.workspace, "inbox", "apply")["applied"]
        assert (bundle, 1) in [(one["bundle"], one["items"]) for one in applied]
        assert [item["title"] for item in ours.json("-w", ours.workspace, "items")["items"]] == ["Seen at Vaals"]
        shown = ours.json("request", "show", request, "--officer", "Anna")
        assert third.json("request", "list") == {"requests": []}
    assert [one["kind"] for one in shown["letters"]] == ["request", "clarification", "explanation", "refusal", "answer"]
    assert shown["letters"][3]["says"] == {"grounds": ["d"], "part": "the keeper", "note": "ask the registry"}
    assert shown["letters"][4]["items"] != []
    (count,) = theirs.json("request", "statistics")["statistics"]
    assert (count["direction"], count["instrument"], count["limit"]) == (
        "asked-of-us", "dir-2023-977", "urgent-direct",
    )  # fmt: skip
    assert (count["outcomes"], count["grounds"], count["in_time"]) == ({"answered-in-part": 1}, {"d": 1}, 1)
    for path in third.folder.rglob("*"):
        assert not path.is_file() or SECRET.encode() not in path.read_bytes(), path
    for centre in (ours, theirs, third):
        assert centre.json("audit", "verify")["whole"] is True


def points(folder: Path) -> Path:
    file = folder / "points.geojson"
    file.write_text(
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"title": "Seen at Vaals"},'
        ' "geometry": {"type": "Point", "coordinates": [6.02, 50.77]}}]}',
        encoding="utf-8",
    )
    return file
