"""`qroc exercise host, invite, guests, join`: an exercise of several workstations from the command line alone."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from qroc_desktop.services import settings
from qroc_desktop.services.exercise.joining import node_status as exercise_node_status
from qroc_desktop.sync import allowed
from tests.cli.conftest import Qroc
from tests.exercise.building import package
from tests.services.exercise.exercise_host import Host, until

pytestmark = pytest.mark.skipif(os.name == "nt", reason="SIGTERM ends a process at once there")


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    made = Host(tmp_path / "run", package())
    (tmp_path / "admin").mkdir()
    file = tmp_path / "admin" / allowed.FILE
    file.write_text(f'[exercise]\nlisten = "127.0.0.1:{made.port}"\nto = ["127.0.0.1:*"]\n')
    monkeypatch.setattr(allowed, "only_administrators", lambda *_: True)
    monkeypatch.setattr(settings, "administrators_folder", lambda: tmp_path / "admin")
    yield made
    made.close()


def test_a_code_is_made_taken_looked_at_and_revoked(qroc: Qroc, host: Host, tmp_path: Path) -> None:
    run, seat = host.folder, tmp_path / "seat"
    made = qroc("exercise", "invite", run, "--team", "blue", "--json")
    assert (made.code, made.json["team"], made.json["role"]) == (0, "blue", "blue")
    host.conduct(64)
    joined = qroc(
        "exercise",
        "join",
        made.json["code"],
        "--out",
        seat,
        "--name",
        "Anna",
        "--headless",
        "--until",
        "1:00",
        "--json",
    )
    assert joined.code == 0, joined.err
    assert joined.json["t_s"] >= 60
    assert (joined.json["exercise"], joined.json["team"], joined.json["trouble"]) == (True, "blue", None)
    again = qroc("exercise", "join", "--out", seat, "--headless", "--until", "2:00", "--json")
    assert (again.code, again.json["t_s"] >= 120) == (0, True)
    told = qroc("-w", seat / "blue.qroc", "log", "--json").json
    assert "A man has fled from the bank." in str(told)
    until(lambda: qroc("exercise", "guests", run, "--json").json.get("guests") == [])
    until(lambda: qroc("exercise", "guests", run, "--json").json.get("conducted"))  # who conducts may have been slow
    listed = qroc("exercise", "guests", run, "--json").json
    assert (listed["running"], listed["guests"], listed["wrong_codes"]) == (True, [], {})
    text = qroc("exercise", "invite", run, "--team", "white", "--role", "evaluator").out.splitlines()
    assert text[:2] == ["EXERCISE EXERCISE EXERCISE", "white, evaluator"]
    assert qroc("exercise", "invite", run, "--team", "blue", "--revoke", "--json").json["revoked"] is True
    refused = qroc("exercise", "join", made.json["code"], "--out", tmp_path / "late", "--headless")
    assert (refused.code, refused.err.count("\n")) == (1, 1)
    assert "not valid" in refused.err
    until(lambda: "1 times a wrong code" in qroc("exercise", "guests", run).out)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["join", "nothing", "--out", "x", "--headless"], "machine and its port"),
        (["join", "--out", "x", "--headless"], "No exercise was joined in this folder"),
        (["join", "elsewhere.example:8444/0000-0000-0000-0000-0000-0000", "--out", "x", "--headless"], "may not join"),
        (["host", "nowhere"], "no such folder"),
        (["invite", "nowhere", "--team", "blue"], "no such folder"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_line(qroc: Qroc, host: Host, words: list[str], why: str) -> None:
    refused = qroc("exercise", *words)
    assert (refused.code, refused.err.count("\n")) == (1, 1)
    assert why in refused.err


def test_without_an_administrators_word_nothing_listens_and_nothing_is_joined(
    qroc: Qroc, host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = str(host.code())
    monkeypatch.setattr(settings, "administrators_folder", lambda: tmp_path / "none")
    for words in (
        ["host", host.folder],
        ["invite", host.folder, "--team", "blue"],
        ["join", code, "--out", "x", "--headless"],
    ):
        refused = qroc("exercise", *words)
        assert refused.code == 1
        assert "Ask your administrator" in refused.err


def test_the_node_runs_until_it_is_told_to_stop(qroc: Qroc, host: Host) -> None:
    assert "Another node is at work on this run." in qroc("exercise", "host", host.folder).err
    host.node.terminate()
    host.node.wait(30)
    assert qroc("exercise", "guests", host.folder, "--json").json == {"exercise": True, "running": False}

    def stop() -> None:
        until(lambda: (found := exercise_node_status.read(host.folder)) and found.state == "running")
        os.kill(os.getpid(), signal.SIGTERM)

    stopper = threading.Thread(target=stop)
    stopper.start()
    ended = qroc("exercise", "host", host.folder)
    stopper.join()
    assert (ended.code, ended.out, ended.err) == (0, "", "")
