"""What a clumsy or a malicious user hands over: one line each, nothing lost, and never a wait without end."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Qroc


def features(*times: object) -> str:
    return json.dumps(
        {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "properties": {"name": f"at {time}", "time": time},
                    "geometry": {"type": "Point", "coordinates": [6, 51]},
                }
                for time in times
            ],
        }
    )


@pytest.mark.parametrize("form", ["html", "pdf", "geojson", "cap", "kml", "cot", "csv"])
def test_times_at_the_ends_of_the_calendar_are_shown_and_left_out(
    qroc: Qroc, workspace: Path, tmp_path: Path, form: str
) -> None:
    """A time of the year 9999 in a western zone lies in the year 10000 of UTC, which no calendar shows."""
    beyond = "9999-12-31T23:59:59-14:00"
    odd = ("0000-01-01T00:00:00Z", beyond, "0001-01-01T00:00:00+14:00", "292277026596-12-04T15:30Z")
    kept = ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z")
    path = tmp_path / "ends.geojson"
    path.write_text(features(*odd, *kept, 2**63 - 1), encoding="utf-8")
    answer = qroc("-w", workspace, "import", path)
    assert answer.code == 0
    assert answer.out.count("The time cannot be read; it is left out.") == len(odd) + 1
    for valid in ("0001-01-01T00:00:00Z", "2026-03-01T12:00:00Z", "9999-12-31T23:59:59Z"):
        assert qroc("-w", workspace, "items", "--valid", valid, "--json").code == 0
        out = tmp_path / f"{valid[:4]}.{form}"
        written = qroc("-w", workspace, "export", "--format", form, "--valid", valid, "--out", out)
        assert (written.code, "Traceback" in written.err) == (0, False)
        assert out.stat().st_size
    assert qroc("-w", workspace, "log", "add", "decision", "--at", beyond, "x").code == 2


@pytest.mark.skipif(sys.platform == "win32", reason="pipes and links of POSIX")
def test_a_workspace_that_became_something_else_is_refused_at_once(qroc: Qroc, tmp_path: Path) -> None:
    pipe, loop = tmp_path / "pipe.qroc", tmp_path / "loop.qroc"
    os.mkfifo(pipe)
    loop.symlink_to(loop)
    device = tmp_path / "device.qroc"
    device.symlink_to("/dev/zero")
    recover = ("workspace", "recover", tmp_path / "new")
    for path in (pipe, loop, device):
        for words in (("workspace", "info"), ("log", "add", "decision", "x"), recover):
            answer = qroc("-w", path, *words)
            assert (answer.code, answer.out) == (1, ""), (path, words)
            assert len(answer.err.splitlines()) == 1, answer.err
    assert not (tmp_path / "new").exists()


def test_signs_that_drive_a_terminal_do_not(qroc: Qroc, workspace: Path, tmp_path: Path) -> None:
    assert qroc("-w", workspace, "log", "add", "message", "a\x1b[31mb\u202ec\x07").code == 0
    assert "a\N{REPLACEMENT CHARACTER}[31mb\N{REPLACEMENT CHARACTER}c" in qroc("-w", workspace, "log").out
    (entry,) = qroc("-w", workspace, "log", "--json").json["entries"]
    assert entry["text"] == "a\x1b[31mb\u202ec\x07"
