"""The set-up does a thing once, does it again when something changed, and says what failed."""

from __future__ import annotations

import contextlib
import gettext
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import lock
import pytest
import run_demo
import steps
import system_libraries
import translations
from steps import SetUpFailed

if sys.platform != "win32":
    import fcntl

PO = """\
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"

msgid "Map"
msgstr "Karte"

#, fuzzy
msgid "Time"
msgstr "Zeitung"
"""


@pytest.fixture
def logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(steps, "LOGS", tmp_path / "logs")
    return tmp_path / "logs"


def test_a_stamp_holds_for_one_key(tmp_path: Path) -> None:
    stamp = tmp_path / "folder" / "stamp"
    assert not steps.is_done(stamp, "a")
    steps.mark_done(stamp, "a")
    assert steps.is_done(stamp, "a")
    assert not steps.is_done(stamp, "b")


def test_the_fingerprint_changes_with_content_name_and_words(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_text("x")
    second.write_text("x")
    keys = {
        steps.fingerprint([first]),
        steps.fingerprint([second]),
        steps.fingerprint([first, second]),
        steps.fingerprint([first], "3.11"),
        steps.fingerprint([first], "3.12"),
    }
    first.write_text("y")
    keys.add(steps.fingerprint([first]))
    assert len(keys) == 6


def test_a_failing_step_names_itself_its_code_and_its_log(logs: Path) -> None:
    program = "import sys; [print('line', n) for n in range(100)]; sys.exit(7)"
    with pytest.raises(SetUpFailed) as caught:
        steps.run("a-step", [sys.executable, "-c", program])
    text = str(caught.value)
    assert "a-step failed with exit code 7" in text
    assert str(logs / "a-step.log") in text
    assert "line 0\n" in text
    assert text.endswith("line 99")
    assert "line 50" not in text


@pytest.mark.parametrize(
    "said",
    [
        "ERROR: No matching distribution found for click==8.1",
        "npm error code ECONNREFUSED",
        "E: Unable to fetch some archives, maybe run apt-get update",
    ],
    ids=["pip", "npm", "apt"],
)
def test_without_a_network_one_line_says_so(logs: Path, said: str) -> None:
    with pytest.raises(SetUpFailed, match="cannot be reached") as caught:
        steps.run("a-step", [sys.executable, "-c", f"import sys; sys.exit({said!r})"])
    assert "\n" not in str(caught.value)
    assert str(logs / "a-step.log") in str(caught.value)


def test_a_program_that_is_absent_is_a_failed_step(logs: Path, tmp_path: Path) -> None:
    with pytest.raises(SetUpFailed, match="cannot start"):
        steps.run("a-step", [tmp_path / "absent"])


LEFT_BEHIND = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import steps
steps.BUILD = Path(sys.argv[2])
steps.LOGS = steps.BUILD / "logs"
wait = "import pathlib, sys, time; pathlib.Path(sys.argv[1]).touch(); time.sleep(60)"
with steps.only_one_set_up():
    steps.run("long", [sys.executable, "-c", wait, steps.BUILD / "working"])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="locks of POSIX")
def test_a_step_whose_set_up_was_killed_keeps_the_next_one_waiting(tmp_path: Path) -> None:
    command = [sys.executable, "-c", LEFT_BEHIND, str(Path(steps.__file__).parent), str(tmp_path)]
    killed = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        while not (tmp_path / "working").exists():
            assert killed.poll() is None
            time.sleep(0.05)
        killed.kill()
        killed.wait()
        with (tmp_path / "set-up.lock").open("rb") as handle:
            with pytest.raises(BlockingIOError):
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.killpg(killed.pid, signal.SIGKILL)
            fcntl.flock(handle, fcntl.LOCK_EX)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(killed.pid, signal.SIGKILL)


def test_a_translation_is_compiled_once_and_without_guesses(tmp_path: Path) -> None:
    folder = tmp_path / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    source = folder / "qroc.po"
    source.write_text(PO, encoding="utf-8")
    assert translations.stale(tmp_path) == [source]
    translations.compile_one(source)
    assert translations.stale(tmp_path) == []
    catalogue = gettext.translation("qroc", tmp_path, ["de"])
    assert catalogue.gettext("Map") == "Karte"
    assert catalogue.gettext("Time") == "Time"


@pytest.mark.parametrize(
    ("entry", "complaint"),
    [
        ('msgid "{count} items"\nmsgstr "{cuont} Objekte"\n', "cuont"),
        ('msgid "{count} items"\nmsgstr "{count Objekte"\n', "expected '}'"),
        ('msgid "{n} item"\nmsgid_plural "{n} items"\nmsgstr[0] "{n} Objekt"\nmsgstr[1] "{m} Objekte"\n', "lacks: m"),
    ],
    ids=["unknown field", "open bracket", "plural"],
)
def test_a_translation_that_could_not_be_shown_is_refused(tmp_path: Path, entry: str, complaint: str) -> None:
    source = tmp_path / "qroc.po"
    source.write_text(PO + "\n" + entry, encoding="utf-8")
    with pytest.raises(ValueError, match=complaint):
        translations.compile_one(source)
    assert [path.name for path in tmp_path.iterdir()] == ["qroc.po"]


def test_the_list_of_system_libraries_is_read_without_its_comments() -> None:
    names = system_libraries.wanted(can_make_venv=True)
    assert {"xvfb", "libnss3", "libasound2"} <= set(names)
    assert not [name for name in names if " " in name or name.startswith("#")]
    with_venv = system_libraries.wanted(can_make_venv=False)
    assert set(with_venv) - set(names) == {f"python3.{sys.version_info.minor}-venv"}


def test_locks_are_made_for_every_platform_and_without_addresses() -> None:
    for name in lock.SOURCES:
        words = lock.command(name, upgrade=False)
        assert {"--universal", "--generate-hashes", "--no-emit-index-url", "--no-config"} <= set(words)
        assert "--upgrade" not in words


@pytest.mark.skipif(sys.platform == "win32", reason="virtual displays are X11's")
@pytest.mark.parametrize(
    ("program", "code"),
    [
        ("import sys; open(sys.argv[sys.argv.index('--screenshot') + 1], 'w').close()", 0),
        ("pass", 1),
        ("import sys; sys.exit(3)", 3),
    ],
    ids=["picture", "no picture", "failure"],
)
def test_without_a_display_the_demo_must_leave_a_picture(tmp_path: Path, program: str, code: int) -> None:
    picture = tmp_path / "new" / "picture.png"
    assert run_demo.without_display([sys.executable, "-c", program], picture) == code
    assert picture.exists() is (code == 0)
