"""The real program in a process of its own: which workspace it starts with, and what it says where it cannot."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

pytest.importorskip("PySide6.QtWidgets")

from PySide6.QtGui import QImage

from qroc_desktop.domain.ids import random_id
from qroc_desktop.domain.instant import Instant, seconds
from qroc_desktop.domain.vocabulary import EntryKind
from qroc_desktop.services.system import system_clock
from qroc_desktop.services.workspaces import Workspaces
from qroc_desktop.store import schema
from tests.e2e.processes import Driven, Machine, makers, said


def in_order(driven: Driven) -> None:
    """The program ended as it should: code 0 and not a word."""
    assert driven.close() == 0
    assert said(driven.err) == []


def press(driven: Driven, way: str) -> None:
    driven.do(f"later(dialog().findChild(object, 'way-{way}').click)")


def test_the_first_start_asks_for_centre_and_country_and_nothing_else(machine: Machine) -> None:
    driven = machine.window("--language", "en")
    driven.asked("FirstStartDialog")
    fields = driven.get(
        "[type(w).__name__ for w in dialog().findChildren(object)"
        " if type(w).__name__ in ('QLineEdit', 'QComboBox', 'QCheckBox', 'QRadioButton')"
        " and type(w.parent()).__name__ != 'QComboBox']"
    )
    assert sorted(fields) == ["QComboBox", "QLineEdit"]
    assert driven.get("dialog().focusWidget() is dialog()._centre")
    driven.do("typed('Leitstelle  Süd', dialog().focusWidget())")
    driven.do("QTest.keyClick(dialog().focusWidget(), Qt.Key.Key_Tab)")
    driven.do("dialog().focusWidget().lineEdit().selectAll(); typed('germany', dialog().focusWidget())")
    driven.do("later(lambda: QTest.keyClick(dialog(), Qt.Key.Key_Return))")
    driven.shown()
    assert driven.get("dialog() is None")
    assert driven.get("[window().bench.desk.identity.centre, window().bench.desk.identity.country]") == [
        "Leitstelle Süd",
        "DE",
    ]
    assert driven.get("str(window().bench.desk.workspace.path)") == str(machine.data / "leitstelle-sud.qroc")
    in_order(driven)
    assert machine.settings["last_workspace"] == str(machine.data / "leitstelle-sud.qroc")
    again = machine.window()
    again.shown()
    assert again.get("window().bench.desk.identity.centre") == "Leitstelle Süd"
    in_order(again)


def test_leaving_at_the_first_question_makes_nothing(machine: Machine) -> None:
    driven = machine.window()
    driven.asked("FirstStartDialog")
    driven.do("later(lambda: QTest.keyClick(dialog(), Qt.Key.Key_Escape))")
    assert driven.ended() == 0
    assert not list(machine.home.rglob("*.qroc"))


def test_a_locked_workspace_is_offered_for_reading(machine: Machine, workspace: Path) -> None:
    first = machine.window(workspace)
    first.shown()
    second = machine.window(workspace)
    second.asked("OpeningTroubleDialog")
    text = second.get("dialog().accessibleDescription()")
    assert f"process {first.pid}" in text
    assert str(workspace) in text
    ways = second.get("[b.text().replace('&', '') for b in dialog().findChildren(object) if hasattr(b, 'isDefault')]")
    assert ways == ["Open read-only", "Open another workspace …", "Quit"]
    second.do("later(lambda: QTest.keyClick(dialog().focusWidget(), Qt.Key.Key_Return))")
    second.shown()
    assert second.get("window().bench.desk.read_only")
    assert "LOOK ONLY" in second.get("window().banner.state_text")
    in_order(second)
    in_order(first)


def test_quitting_at_a_locked_workspace_is_a_refusal(machine: Machine, workspace: Path) -> None:
    held = makers().open(workspace)
    driven = machine.window(workspace)
    driven.asked("OpeningTroubleDialog")
    press(driven, "quit")
    assert driven.ended() == 1
    held.close()
    (line,) = said(driven.err)
    assert line.startswith(f"qroc-desktop: {workspace}: ")
    assert f"process {os.getpid()}" in line


def test_a_missing_last_workspace_is_said_and_another_can_be_chosen(machine: Machine, workspace: Path) -> None:
    machine.opened_last(workspace)
    other = workspace.with_name("other.qroc")
    workspace.rename(other)
    driven = machine.window()
    driven.asked("OpeningTroubleDialog")
    assert str(workspace) in driven.get("dialog().accessibleDescription()")
    driven.do(
        "from PySide6.QtWidgets import QFileDialog\n"
        f"QFileDialog.getOpenFileName = staticmethod(lambda *a: ({str(other)!r}, ''))"
    )
    press(driven, "other")
    driven.shown()
    assert driven.get("window().bench.desk.identity.centre") == "Leitstelle Süd"
    in_order(driven)
    assert machine.settings["last_workspace"] == str(other)
    assert not workspace.exists()


def test_a_missing_last_workspace_can_be_followed_by_a_new_one(machine: Machine, workspace: Path) -> None:
    machine.opened_last(workspace)
    workspace.unlink()
    driven = machine.window("--language", "en")
    driven.asked("OpeningTroubleDialog")
    press(driven, "new")
    driven.asked("FirstStartDialog")
    driven.do("later(dialog().reject)")
    driven.asked("OpeningTroubleDialog")
    press(driven, "new")
    driven.asked("FirstStartDialog")
    driven.do("dialog()._centre.setText('Meldkamer'); dialog()._country.setCurrentText('Netherlands')")
    driven.do("later(dialog()._start.click)")
    driven.shown()
    assert driven.get("window().bench.desk.identity.country") == "NL"
    in_order(driven)


def test_a_damaged_workspace_is_recovered_into_a_new_file(machine: Machine, workspace: Path) -> None:
    desk = makers().open(workspace)
    desk.logbook.add(EntryKind.DECISION, "Bahnhof geräumt")
    desk.close()
    data = bytearray(workspace.read_bytes())
    data[:16] = b"\0" * 16
    workspace.write_bytes(data)
    driven = machine.window(workspace, "--language", "en")
    driven.asked("OpeningTroubleDialog")
    assert "damaged" in driven.get("dialog().accessibleDescription()")
    press(driven, "recover")
    driven.shown()
    told = driven.until_noticed("recovered from")
    assert str(workspace) in told
    assert driven.get("[e.entry.text for e in window().bench.desk.logbook.entries()]") == ["Bahnhof geräumt"]
    in_order(driven)
    assert workspace.read_bytes() == bytes(data)


def test_a_newer_file_is_refused_and_left_alone(machine: Machine, workspace: Path) -> None:
    with sqlite3.connect(workspace) as database:
        database.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
    database.close()
    before = workspace.read_bytes()
    driven = machine.window(workspace, "--language", "en")
    driven.asked("OpeningTroubleDialog")
    assert "newer" in driven.get("dialog().accessibleDescription()")
    assert driven.get("dialog().findChild(object, 'way-read-only') is None")
    press(driven, "quit")
    assert driven.ended() == 1
    assert "newer" in said(driven.err)[0]
    assert workspace.read_bytes() == before


def test_errors_are_told_and_logged_without_texts_and_the_program_goes_on(machine: Machine, workspace: Path) -> None:
    secret = "Rautendelein"
    driven = machine.window(workspace)
    driven.shown()
    driven.do(
        "from qroc_desktop.domain.aspects import *\n"
        "from qroc_desktop.domain.vocabulary import *\n"
        "from qroc_desktop.domain.shape import point\n"
        "d = window().bench.desk\n"
        f"d.items.create({{Aspect.NATURE: Nature(type=ItemType.INCIDENT), Aspect.WORDING: Wording(title={secret!r},"
        f" description={secret!r}), Aspect.SHAPE: point(13.0, 50.5)}})\n"
        f"d.logbook.add(EntryKind.DECISION, {secret!r})\n"
    )
    driven.do(f"def bad(): int({secret!r})\nwindow().bench.background.read(bad, print)")
    driven.until("any('ValueError' in n.text for n in window().bench.notices.history)")
    driven.do(
        "from qroc_desktop.errors import Refused, Message\n"
        f"def refuse(): raise Refused(Message('No {{what}}.', what={secret!r}), where={secret!r})\n"
        "later(refuse)"
    )
    driven.until("any('Refused' in n.text for n in window().bench.notices.history)")
    driven.do("import threading\nfor _ in range(3):\n    threading.Thread(target=bad).start()\n    later(bad)")
    driven.until("sum('uncaught' in n.text or '(ValueError)' in n.text for n in window().bench.notices.history) > 1")
    assert driven.close() == 0
    assert "ValueError" in machine.log
    assert "Refused: No {what}." in machine.log
    assert secret not in machine.log + driven.err


def test_a_signal_closes_the_windows_in_order(machine: Machine, workspace: Path) -> None:
    driven = machine.window(workspace)
    driven.shown()
    driven.process.terminate()
    assert driven.ended() == 0
    assert said(driven.err) == []
    assert not Path(f"{workspace}.lock.txt").exists()
    assert not Path(f"{workspace}-wal").exists()


def test_many_windows_in_one_program(machine: Machine, workspace: Path) -> None:
    driven = machine.window(workspace)
    driven.shown()
    other = workspace.with_name("übung 2.qroc")
    driven.do(
        "from pathlib import Path\nfrom qroc_desktop.domain.vocabulary import WorkspaceKind\n"
        "opener = window().files._dialogs._opener\n"
        f"opener.create(Path({str(other)!r}), centre='Süd', country='DE', kind=WorkspaceKind.EXERCISE)"
    )
    driven.until("len(windows()) == 2")
    driven.do(f"opener.open(Path({str(workspace)!r}), read_only=False)")
    assert driven.get("len(windows())") == 2
    driven.do("w = [w for w in windows() if 'S\\u00fcd' == w.bench.desk.identity.centre][0]; w.close(); del w")
    driven.until("len(windows()) == 1")
    driven.until("all(w.isVisible() for w in QApplication.topLevelWidgets() if type(w).__name__ == 'MainWindow')")
    assert not Path(f"{other}.lock.txt").exists()
    in_order(driven)


@pytest.mark.parametrize(("theme", "language", "size"), [("light", "de", "1366x768"), ("dark", "en", "3840x2160")])
@pytest.mark.slow
def test_a_picture_in_sizes_and_themes(machine: Machine, tmp_path: Path, theme: str, language: str, size: str) -> None:
    path = tmp_path / "new folder" / "window.png"
    answer = machine.desktop("--demo", "--screenshot", path, "--theme", theme, "--language", language, "--size", size)
    assert answer.code == 0, answer.err
    assert said(answer.err) == []
    image = QImage(str(path))
    assert (image.width(), image.height()) == tuple(map(int, size.split("x")))
    # The panel's ground, beside the map, says the theme; a picture of nothing has few colours.
    dark = image.pixelColor(image.width() - 2, image.height() // 2).lightness() < 128
    assert dark == (theme == "dark")
    small = image.scaled(200, 200)
    assert len({small.pixel(x, y) for x in range(200) for y in range(200)}) > 200
    assert [p.suffix for p in machine.data.iterdir() if not p.name.startswith("demonstration-")] == []
    assert not list(machine.home.rglob("settings.json")), "a demonstration is not the last workspace"


def test_a_picture_that_cannot_be_written_is_said(machine: Machine, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    answer = machine.desktop("--demo", "--screenshot", tmp_path / "file" / "x.png")
    assert answer.code == 3
    assert "x.png" in answer.line


def test_a_picture_of_the_first_start_is_its_question(machine: Machine, tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "first.png"
    answer = machine.desktop("--screenshot", path, "--language", "de", "--theme", "light")
    assert (answer.code, said(answer.err)) == (0, [])
    image = QImage(str(path))
    assert image.width() >= 460
    assert not list(machine.home.rglob("*.qroc"))
    (tmp_path / "file").write_text("x")
    unwritten = machine.desktop("--screenshot", tmp_path / "file" / "x.png", "--language", "en")
    assert unwritten.code == 1
    assert "x.png: The picture cannot be written." in unwritten.line


def test_settings_that_cannot_be_read_are_said_in_the_window(machine: Machine, workspace: Path) -> None:
    machine.opened_last(workspace)
    settings = machine.home / ".config" / "qroc-desktop" / "settings.json"
    settings.write_text("{")
    driven = machine.window(workspace, "--language", "en")
    driven.shown()
    assert [text for text in driven.get("[n.text for n in window().bench.notices.history]") if str(settings) in text]
    assert driven.close() == 0


def test_refusals_and_usage_have_their_codes(machine: Machine, tmp_path: Path) -> None:
    absent = machine.desktop(tmp_path / "absent.qroc", "--screenshot", tmp_path / "x.png", "--language", "en")
    assert absent.code == 1
    assert "absent.qroc" in absent.line
    assert machine.desktop("--size", "10x10").code == 2
    assert machine.desktop("--demo", "x.qroc").code == 2
    shown = machine.desktop("--help")
    assert (shown.code, "usage: qroc-desktop" in shown.out) == (0, True)
    assert not machine.data.exists()


def test_a_clock_that_is_behind_the_record_is_said(workspace: Path, machine: Machine) -> None:
    ahead = Workspaces(author="another", clock=lambda: Instant(system_clock() + seconds(3600)), ids=random_id)
    desk = ahead.open(workspace)
    desk.logbook.add(EntryKind.MESSAGE, "from the future")
    desk.close()
    driven = machine.window("--language", "en", workspace)
    driven.shown()
    (told,) = [text for text in driven.notices() if "clock" in text]
    assert told.startswith("The clock of this machine is behind the workspace")
    in_order(driven)
