"""Whatever is answered of an exercise says that it is one; of the live picture nothing does."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Qroc

MARK = "EXERCISE EXERCISE EXERCISE"


@pytest.mark.parametrize("kind", ["live", "exercise"])
def test_every_answer_about_a_workspace_says_whether_it_is_an_exercise(qroc: Qroc, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "picture.qroc"
    assert qroc("-w", path, "workspace", "create", "--centre", "Süd", "--country", "DE", "--kind", kind).code == 0
    played = kind == "exercise"
    for words in (
        ("log", "add", "decision", "Bahnhof geräumt"), ("log",), ("items",), ("workspace", "check"),
        ("attachments", "nothing"),
    ):  # fmt: skip
        text = qroc("-w", path, *words)
        assert (text.out.splitlines()[:1] == [MARK]) is (played and text.code == 0), words
        data = qroc("-w", path, *words, "--json")
        assert data.code == text.code
        if data.code == 0:
            assert data.json.get("exercise", False) is played, words


def test_whoever_acts_as_the_centre_of_exercises_reads_it_too(qroc: Qroc, tmp_path: Path) -> None:
    home = ("--home", tmp_path / "home")
    assert qroc(*home, "--exercise", "node", "status").out.splitlines()[0] == MARK
    assert qroc(*home, "--exercise", "node", "status", "--json").json["exercise"] is True
    assert MARK not in qroc(*home, "node", "status").out
