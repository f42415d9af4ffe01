"""`qroc exercise`: an exercise from the command line alone."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Qroc
from tests.exercise.building import SMALL

NARVIK = Path(__file__).parents[3] / "shared" / "samples" / "orbat" / "narvik40.json"


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    return _saved(tmp_path, durationS=400)


def _saved(folder: Path, **changes: Any) -> Path:
    path = folder / "small.json"
    path.write_text(json.dumps({**SMALL, **changes}), encoding="utf-8")
    return path


def test_a_good_scenario_is_valid_and_a_bad_one_is_refused_with_its_faults(qroc: Qroc, scenario: Path) -> None:
    good = qroc("exercise", "validate", scenario, "--json")
    assert (good.code, good.json) == (
        0,
        {"valid": True, "problems": [], "scenario": "small", "entities": 3, "injects": 5, "media": 0, "handbooks": 0},
    )
    bad = qroc("exercise", "validate", _saved(scenario.parent, timeZone="Mars/Olympus"), "--json")
    assert bad.code == 1
    assert bad.json["problems"] == [{"where": "timeZone", "why": "This time zone is not known.", "fatal": True}]
    assert bad.err.count("\n") == 1


def test_what_comes_with_the_program_is_played_by_its_name(qroc: Qroc, tmp_path: Path) -> None:
    (listed,) = qroc("exercise", "list", "--json").json["scenarios"]
    assert listed["id"] == "man-hunt"
    played = qroc(
        "exercise", "run", "man-hunt", "--headless", "--jump", "--until", "300", "--out", tmp_path / "a.run", "--json"
    )
    assert (played.code, played.json["t_s"]) == (0, 300)
    assert qroc("exercise", "validate", listed["folder"], "--json").json["problems"] == []


def test_played_fast_and_jumped_are_the_same_run(qroc: Qroc, scenario: Path, tmp_path: Path) -> None:
    played = qroc("exercise", "run", scenario, "--headless", "--speed", "64", "--out", tmp_path / "a.run", "--json")
    jumped = qroc("exercise", "run", scenario, "--headless", "--jump", "--out", tmp_path / "b.run", "--json")
    assert played.code == jumped.code == 0, played.err + jumped.err
    assert played.json["exercise"] is True
    assert played.json["state"] == jumped.json["state"] == "stopped"
    assert played.json["sha256"] == jumped.json["sha256"]
    assert played.json["record"] == jumped.json["record"]
    for at in ("0", "1:00", "0:02:30.5", "T+00:05:00"):
        one = qroc("exercise", "state", tmp_path / "a.run", "--at", at, "--json").json
        assert one == qroc("exercise", "state", tmp_path / "b.run", "--at", at, "--json").json
    assert qroc("exercise", "verify", tmp_path / "a.run", "--json").json["events"] == 2


def test_it_pauses_where_it_is_told_to_and_goes_on_from_there(qroc: Qroc, scenario: Path, tmp_path: Path) -> None:
    run = ("exercise", "run", scenario, "--headless", "--jump", "--out", tmp_path / "a.run", "--json")
    first = qroc(*run, "--until", "100")
    assert (first.json["state"], first.json["t_s"]) == ("paused", 100)
    second = qroc(*run)
    assert (second.json["resumed_s"], second.json["state"], second.json["t_s"]) == (100, "stopped", 400)
    third = qroc(*run)
    assert third.code == 1
    assert "This run is over." in third.err


SMALL_DISK = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
from qroc_desktop.cli.main import main
main()
"""


@pytest.mark.skipif(os.name != "posix", reason="needs a limit on the size of files")
def test_where_there_is_no_room_for_the_desks_the_line_says_that_the_run_stays(
    scenario: Path, tmp_path: Path, qroc: Qroc
) -> None:
    folder = tmp_path / "run"
    words = ["exercise", "run", str(scenario), "--headless", "--jump", "--desks", "--out", str(folder), "--json"]
    refused = subprocess.run(
        [sys.executable, "-c", SMALL_DISK, *words], cwd=Path(__file__).parents[2], capture_output=True, check=False
    )
    (line,) = refused.stderr.decode().splitlines()
    assert refused.returncode == 1
    assert "The run was made and stays; the same command goes on with it." in line
    assert "Nothing was changed" not in line
    assert (folder / "run.qrocrun").exists()
    assert qroc(*words).json["state"] == "stopped"


def test_killed_it_goes_on_at_the_second_that_was_recorded(scenario: Path, tmp_path: Path, qroc: Qroc) -> None:
    path = tmp_path / "a.run"
    command = [sys.executable, "-m", "qroc_desktop.cli.start", "exercise", "run", str(scenario)]
    command += ["--headless", "--speed", "32", "--out", str(path)]
    with subprocess.Popen(command, cwd=Path(__file__).parents[2]) as player:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            time.sleep(0.2)
            state = qroc("exercise", "state", path, "--json")  # there may be no record yet
            if state.code == 0 and state.json["t_s"] > 65:
                break
        os.kill(player.pid, signal.SIGKILL)
    reached = qroc("exercise", "state", path, "--json").json
    assert reached["t_s"] > 65
    again = qroc("exercise", "run", scenario, "--headless", "--jump", "--out", path, "--json")
    assert again.json["resumed_s"] == reached["t_s"]
    assert again.json["state"] == "stopped"
    assert qroc("exercise", "verify", path).code == 0


def test_a_team_gets_its_own_view_and_no_other(qroc: Qroc, scenario: Path, tmp_path: Path) -> None:
    qroc("exercise", "run", scenario, "--headless", "--jump", "--out", tmp_path / "a.run")
    blue = qroc("exercise", "state", tmp_path / "a.run", "--team", "blue", "--json")
    assert [told["body"]["en"] for told in blue.json["view"]["told"]] == ["A man has fled from the bank.", "I saw him."]
    assert "RED" not in blue.out
    nobody = qroc("exercise", "state", tmp_path / "a.run", "--team", "yellow")
    assert nobody.code == 1
    assert "Teams: blue, red, white." in nobody.err


def test_the_review_measures_the_tasks(qroc: Qroc, scenario: Path, tmp_path: Path) -> None:
    qroc("exercise", "run", scenario, "--headless", "--jump", "--out", tmp_path / "a.run")
    review = qroc("exercise", "review", tmp_path / "a.run", "--json").json
    assert review["figures"]["executed"] == 2
    assert review["tasks"][0]["met"] is False, "nobody drew a ring in the 300 s after the alert"
    early = qroc("exercise", "review", tmp_path / "a.run", "--at", "3:00", "--json").json
    assert early["tasks"][0]["met"] is None, "there is time yet"


def test_each_team_has_a_workspace_of_its_own_that_opens_like_any_other(
    qroc: Qroc, scenario: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "hunt"
    run = ("exercise", "run", scenario, "--headless", "--desks", "--out", folder, "--json")
    half = qroc(*run, "--jump", "--until", "100")
    assert (half.code, half.json["t_s"]) == (0, 100), half.err
    whole = qroc(*run, "--jump")
    assert whole.json["resumed_s"] == 100
    alone = qroc("exercise", "run", scenario, "--headless", "--jump", "--out", tmp_path / "alone.run", "--json")
    assert whole.json["sha256"] == alone.json["sha256"]
    assert qroc("exercise", "verify", folder, "--json").json["record"] == alone.json["record"]
    log = qroc("-w", folder / "blue.qroc", "log", "--json").json["entries"]
    assert [entry["text"] for entry in log] == ["I saw him.", "A man has fled from the bank."]
    assert [entry["at"] for entry in log] == ["2027-03-15T13:02:30.500000Z", "2027-03-15T13:01:00Z"]
    assert qroc("-w", folder / "red.qroc", "log", "--json").json["entries"] == []
    then = ("--valid", "2027-03-15T13:02:00Z", "--known", "2027-03-15T13:02:00Z")
    place = qroc("-w", folder / "blue.qroc", "picture", *then).json["features"][0]["geometry"]["coordinates"]
    now = qroc("-w", folder / "blue.qroc", "picture").json["features"][0]["geometry"]["coordinates"]
    assert place != now, "the patrol was elsewhere then"


def test_desks_speak_the_language_that_is_named(qroc: Qroc, scenario: Path, tmp_path: Path) -> None:
    folder = tmp_path / "hunt"
    words = ("exercise", "run", scenario, "--headless", "--jump", "--until", "100", "--desks", "--out", folder)
    assert qroc(*words, "--language", "de").code == 0
    layers = qroc("-w", folder / "blue.qroc", "workspace", "info", "--json").json["layers"]
    assert "Eigene Kräfte" in json.dumps(layers, ensure_ascii=False)
    log = qroc("-w", folder / "blue.qroc", "log", "--json").json["entries"]
    assert [entry["counterpart"].rpartition(" · ")[2] for entry in log] == ["Telefon"]


def test_every_text_says_that_it_is_an_exercise(qroc: Qroc, scenario: Path, tmp_path: Path) -> None:
    said = [
        qroc("exercise", "run", scenario, "--headless", "--jump", "--out", tmp_path / "a.run"),
        qroc("exercise", "state", tmp_path / "a.run"),
        qroc("exercise", "review", tmp_path / "a.run"),
    ]
    assert all(answer.out.startswith("EXERCISE EXERCISE EXERCISE\n") for answer in said)


def test_what_is_no_run_is_refused_in_one_line(qroc: Qroc, scenario: Path, tmp_path: Path, workspace: Path) -> None:
    (tmp_path / "empty.run").write_bytes(b"")
    for path in (tmp_path / "gone.run", tmp_path / "empty.run", scenario, workspace, tmp_path):
        answer = qroc("exercise", "verify", path)
        assert answer.code in (1, 2)
        assert "Traceback" not in answer.err
    other = qroc("exercise", "run", scenario, "--headless", "--jump", "--out", workspace)
    assert other.code == 1
    assert qroc("-w", workspace, "workspace", "check").code == 0


def test_a_run_of_another_scenario_is_not_gone_on_with(qroc: Qroc, scenario: Path, tmp_path: Path) -> None:
    qroc("exercise", "run", scenario, "--headless", "--jump", "--until", "5", "--out", tmp_path / "a.run")
    other = qroc("exercise", "run", _saved(tmp_path, id="another"), "--headless", "--jump", "--out", tmp_path / "a.run")
    assert other.code == 1
    assert "another scenario: small" in other.err


@pytest.mark.skipif(not NARVIK.exists(), reason="the sample scenarios are not here")
def test_a_scenario_of_orbat_mapper_is_imported_and_played(qroc: Qroc, tmp_path: Path) -> None:
    made = qroc("exercise", "import", NARVIK, "--out", tmp_path / "narvik.zip", "--json")
    assert (made.code, made.json["entities"]) == (0, 39)
    direct = qroc("exercise", "run", NARVIK, "--headless", "--jump", "--out", tmp_path / "a.run", "--json")
    packed = qroc(
        "exercise", "run", tmp_path / "narvik.zip", "--headless", "--jump", "--out", tmp_path / "b.run", "--json"
    )
    assert direct.json["sha256"] == packed.json["sha256"]


def test_a_time_that_no_clock_shows_is_no_scenario_time(qroc: Qroc, tmp_path: Path) -> None:
    for wrong in ("9:99:99", "0:60:00", "1:75", "-5", "soon"):
        refused = qroc("exercise", "state", tmp_path / "a.run", "--at", wrong)
        assert refused.code == 2
        assert "is no scenario time" in refused.err


def test_a_state_that_was_not_played_says_so(qroc: Qroc, scenario: Path, tmp_path: Path) -> None:
    run = tmp_path / "a.run"
    qroc("exercise", "run", scenario, "--headless", "--jump", "--until", "100", "--out", run)
    later = qroc("exercise", "state", run, "--at", "0:05:00")
    assert "not played yet (only up to T+0:01:40)" in later.out
    assert qroc("exercise", "state", run, "--at", "0:05:00", "--json").json["played_s"] == 100
    assert "not played" not in qroc("exercise", "state", run, "--at", "0:01:40").out


def test_another_file_is_no_recording_and_nobody_is_told_to_recover_it(qroc: Qroc, tmp_path: Path) -> None:
    other = tmp_path / "letter.txt"
    other.write_text("Dear colleague, the meeting is on Monday.")
    refused = qroc("exercise", "verify", other)
    assert (refused.code, refused.err.count("\n")) == (1, 1)
    assert "no recording of an exercise" in refused.err
    assert "recover" not in refused.err


def test_what_holds_no_scenario_is_called_by_its_name(qroc: Qroc, tmp_path: Path) -> None:
    empty, other = tmp_path / "Übung leer", tmp_path / "notes.json"
    empty.mkdir()
    other.write_text("not json", encoding="utf-8")
    refused = qroc("exercise", "validate", empty)
    assert f"{empty}: There is no scenario in this folder." in refused.err
    refused = qroc("exercise", "import", other, "--out", tmp_path / "out")
    assert "notes.json: The scenario is not JSON" in refused.err
    assert not (tmp_path / "out").exists()


def test_what_stands_where_a_run_would_go_is_called_what_it_is(qroc: Qroc, scenario: Path, tmp_path: Path) -> None:
    folder, file = tmp_path / "folder", tmp_path / "file"
    folder.mkdir()
    file.write_text("minutes of a meeting", encoding="utf-8")
    alone = qroc("exercise", "run", scenario, "--headless", "--jump", "--out", folder)
    desks = qroc("exercise", "run", scenario, "--headless", "--jump", "--desks", "--out", file)
    assert alone.err.strip() == f"qroc: {folder}: There is a folder of that name already. Nothing was changed."
    assert desks.err.strip() == f"qroc: {file}: There is a file of that name already. Nothing was changed."
    assert (alone.code, desks.code, list(folder.iterdir())) == (1, 1, [])
    assert file.read_text(encoding="utf-8") == "minutes of a meeting"
    nowhere = qroc("exercise", "run", scenario, "--headless", "--jump", "--out", file / "a.run")
    assert nowhere.err.strip() == f"qroc: {file}: There is no such folder. Nothing was changed."
