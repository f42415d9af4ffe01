"""What start-up is made of: words, engine flags, file names, the log."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("PySide6.QtCore")

from qroc_desktop.app.arguments import parse
from qroc_desktop.app.engine import FLAGS, REMOTE, has_gpu, prepare
from qroc_desktop.app.logs import Discreet
from qroc_desktop.app.starting import data_folder, fresh_demonstration, new_path
from qroc_desktop.domain.query import Outcome
from qroc_desktop.domain.vocabulary import EntryKind
from qroc_desktop.errors import Message, Refused
from qroc_desktop.services.system import system_clock
from tests.e2e.processes import makers


def test_arguments() -> None:
    given = parse(["lage.qroc", "--read-only", "--size", "1366X768", "--language", "de", "--theme", "light"])
    assert (given.workspace, given.read_only, given.size) == (Path("lage.qroc"), True, (1366, 768))
    assert (given.language, given.theme, given.demo, given.screenshot) == ("de", "light", False, None)
    assert parse([]).workspace is None


@pytest.mark.parametrize(
    "words",
    [
        ["--size", "wide"],
        ["--size", "799x600"],
        ["--size", "800x599"],
        ["--theme", "pink"],
        ["--demo", "x"],
        ["a", "b"],
    ],
)
def test_wrong_arguments_are_usage_errors(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        parse(words)
    assert end.value.code == 2
    assert "usage: qroc-desktop" in capsys.readouterr().err


@pytest.mark.parametrize(("gpu", "flags"), [("off", "--x --disable-gpu"), ("on", "--x")])
def test_engine_flags(gpu: str, flags: str) -> None:
    environment = {FLAGS: "--x", REMOTE: "9222"}
    prepare(gpu, environment)
    prepare(gpu, environment)
    assert environment == {FLAGS: flags}


def test_a_gpu_is_known_by_its_render_node(tmp_path: Path) -> None:
    assert not has_gpu(tmp_path, "linux")
    (tmp_path / "renderD128").touch()
    assert has_gpu(tmp_path, "linux")
    assert has_gpu(tmp_path / "absent", "win32")


@pytest.mark.parametrize(
    ("centre", "name"),
    [
        ("Leitstelle Süd", "leitstelle-sud"),
        ("Große Straße", "grosse-strasse"),
        ("../../etc/passwd", "etc-passwd"),
        ("Αθήνα", "workspace"),
        ("x" * 200, "x" * 60),
    ],
)
def test_a_new_file_is_named_after_the_centre(tmp_path: Path, centre: str, name: str) -> None:
    first = new_path(tmp_path, centre)
    assert first == tmp_path / f"{name}.qroc"
    first.touch()
    assert new_path(tmp_path, centre) == tmp_path / f"{name}-2.qroc"


def test_a_fresh_demonstration_clears_away_only_what_nobody_has_open(tmp_path: Path) -> None:
    workspaces = makers()
    free, held = tmp_path / "demonstration-free.qroc", tmp_path / "demonstration-held.qroc"
    workspaces.create(free, centre="C", country="DE").close()
    open_one = workspaces.create(held, centre="C", country="DE")
    own = tmp_path / "lage.qroc"
    workspaces.create(own, centre="C", country="DE").close()
    made = fresh_demonstration(tmp_path, workspaces, clock=system_clock)
    open_one.close()
    left = {path.name for path in tmp_path.glob("*.qroc")}
    assert left == {"demonstration-held.qroc", "lage.qroc", made.name}


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "file"))
    with pytest.raises(Refused, match="file"):
        data_folder()


def formatted(raises: Callable[[], object]) -> str:
    try:
        raises()
    except Exception as error:
        info = (type(error), error, error.__traceback__)
        record = logging.LogRecord("x", logging.ERROR, __file__, 1, "failed", (), info)
        record.exc_text = "another formatter's, with the secret"
        return Discreet().format(record)
    raise AssertionError


def test_the_log_tells_kind_and_place_and_not_the_words() -> None:
    def inner() -> None:
        raise Refused(Message("No {what}.", what="secret"), where="secret")

    def outer() -> None:
        try:
            inner()
        except Refused as error:
            raise OSError(28, "secret") from error

    text = formatted(outer)
    assert "OSError: ENOSPC" in text
    assert "Refused: No {what}." in text
    assert "in inner" in text
    assert "the secret" not in text
    assert text.count("secret") == text.count('"secret"')  # the line of this file, and nothing that was said


def test_a_reader_is_told_of_what_another_records(tmp_path: Path) -> None:
    import queue

    path = tmp_path / "lage.qroc"
    writer = makers().create(path, centre="C", country="DE")
    reader = makers().open(path, read_only=True)
    told: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
    stop = reader.subscribe(told.put)
    entry, outcome = writer.logbook.add(EntryKind.MESSAGE, "x")
    seen = told.get(timeout=30)
    assert (seen.first_seq, seen.last_seq, seen.batch) == (outcome.first_seq, outcome.last_seq, outcome.batch)
    assert seen.entries == {entry}
    assert seen.aspects == outcome.aspects
    assert not seen.identity
    stop()
    reader.close()
    writer.close()
