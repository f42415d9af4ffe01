"""What a team is told with pictures, and what it shares, in its real window."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from qroc_desktop.domain.ids import random_id
from qroc_desktop.domain.query import ItemQuery
from qroc_desktop.domain.vocabulary import EntryKind
from qroc_desktop.exercise.library import read
from qroc_desktop.exercise.package import Package
from qroc_desktop.paths import program_files
from qroc_desktop.services.centre_session import Access
from qroc_desktop.services.system import system_clock
from qroc_desktop.services.workspaces import Workspaces
from qroc_desktop.symbology import Kinds, Symbols
from qroc_desktop.ui.theme import Theme
from qroc_desktop.ui.wall_window import WallWindow
from tests.exercise.building import SMALL, small
from tests.fakes.map_widget import FakeMap
from tests.ui.desk_window import ShownWindow, open_window
from tests.ui.exercise.playing import Playing

RESOURCES = program_files().resources
VAN = (RESOURCES / "scenarios" / "man-hunt" / "media" / "cctv-van.png").read_bytes()


def with_media() -> Package:
    first = {**SMALL["injects"][0], "media": ["van.png", "list.txt"], "trigger": {"at": 1}}
    media = {"van.png": VAN, "list.txt": b"Streife 1: 078"}
    return Package(scenario=small(injects=[first, *SMALL["injects"][1:]]), media=media)


@pytest.fixture
def playing(
    nothing_left: None, qtbot: QtBot, tmp_path: Path, symbols: Symbols, kinds: Kinds, theme: Theme
) -> Iterator[Playing]:
    made = Playing(tmp_path, RESOURCES, symbols, kinds, theme, qtbot)
    made.begin(with_media())
    yield made
    made.close()


def told(playing: Playing) -> ShownWindow:
    """Blue's window, once the message is in its logbook."""
    blue = playing.team("blue")
    playing.driver.do(lambda run: run.conduct.set_speed(30)).result()
    playing.driver.do(lambda run: run.conduct.start()).result()
    blue.until(lambda: bool(blue.window.logbook.model.entries))
    playing.driver.do(lambda run: run.conduct.pause()).result()
    blue.settled()
    return blue


def open_message(blue: ShownWindow) -> None:
    logbook = blue.window.logbook
    row = next(n for n, e in enumerate(logbook.model.entries) if "fled from the bank" in e.entry.text)
    logbook.list.setCurrentIndex(logbook.model.index(row, 0))
    logbook.list.doubleClicked.emit(logbook.model.index(row, 0))
    blue.settled()


def test_a_double_click_on_a_message_without_a_place_shows_its_picture(playing: Playing) -> None:
    blue = told(playing)
    open_message(blue)
    details = blue.window.details
    blue.until(lambda: details.item is not None)
    assert details.item is not None
    assert details.item.shape is None
    assert details.tabs.currentWidget() is details.files
    (file,) = details.item.attachments.files
    blue.until(lambda: details.files.picture(file) is not None)
    assert "Streife 1: 078" in details.item.wording.description
    assert blue.notices() == [], "nothing complains that it has no place"


def test_the_next_item_without_files_is_shown_as_ever(playing: Playing) -> None:
    blue = told(playing)
    open_message(blue)
    details = blue.window.details
    blue.until(lambda: details.tabs.currentWidget() is details.files)
    patrol = next(row.id for row in blue.desk.workspace.rows(ItemQuery()) if row.title == "Patrol 1")
    blue.select(patrol)
    blue.until(lambda: details.item is not None and details.item.id == patrol)
    assert details.tabs.currentIndex() == 0


def test_what_is_copied_says_that_it_is_an_exercise(playing: Playing) -> None:
    blue = told(playing)
    logbook = blue.window.logbook
    logbook.list.setCurrentIndex(logbook.model.index(0, 0))
    logbook.list.copied.emit()
    copied = QGuiApplication.clipboard().text()
    assert copied.splitlines()[0].startswith("EXERCISE")
    assert copied.endswith("EXERCISE")
    blue.window.bench.notices.info("Sent.")
    (notice,) = [n for n in blue.window.bench.notices.history if n.text == "Sent."]
    assert str(notice.kind) == "exercise"


def banded(widget: QWidget, colour: str) -> float:
    """How much of the strip at the top of a picture of it has the colour of exercises."""
    image, wanted = widget.grab().toImage(), QColor(colour)
    strip = [image.pixelColor(x, 4) for x in range(0, image.width(), 7)]
    pairs = [(c.red() - wanted.red(), c.green() - wanted.green(), c.blue() - wanted.blue()) for c in strip]
    return sum(sum(map(abs, pair)) < 20 for pair in pairs) / len(strip)


def test_title_and_pictures_of_window_and_video_wall_say_that_it_is_an_exercise(playing: Playing) -> None:
    blue = playing.team("blue")
    colour = blue.window.bench.theme.tokens.exercise
    assert banded(blue.window, colour) > 0.95
    assert blue.window.windowTitle().startswith("EXERCISE · ")
    wall = WallWindow(blue.window.bench, FakeMap)  # type: ignore[arg-type]
    assert wall.windowTitle().startswith("EXERCISE · ")
    assert wall.banner._kind.text() == "EXERCISE"
    blue.settled()
    wall.resize(1200, 700)
    assert banded(wall, colour) > 0.95
    wall.close()
    wall.deleteLater()


def test_a_live_window_has_neither(
    nothing_left: None, qtbot: QtBot, tmp_path: Path, symbols: Symbols, kinds: Kinds, theme: Theme
) -> None:
    desk = Workspaces(author="Officer", clock=system_clock, ids=random_id).create(
        tmp_path / "live.qroc", centre="Real", country="LI"
    )
    window, dialogs = open_window(desk, tmp_path, symbols, kinds, theme)
    live = ShownWindow(window, desk, dialogs, qtbot)
    window.show()
    live.settled()
    assert banded(window, theme.tokens.exercise) == 0
    assert "EXERCISE" not in window.windowTitle()
    desk.logbook.add(EntryKind.MESSAGE, "All quiet")
    live.until(lambda: bool(window.logbook.model.entries))
    window.logbook.list.setCurrentIndex(window.logbook.model.index(0, 0))
    window.logbook.list.copied.emit()
    assert "EXERCISE" not in QGuiApplication.clipboard().text()
    window.close()
    desk.close()
    window.deleteLater()


def test_a_teams_workspace_opened_by_itself_says_that_it_does_not_run_and_its_clock_stands(
    playing: Playing, tmp_path: Path, symbols: Symbols, kinds: Kinds, theme: Theme, qtbot: QtBot
) -> None:
    told(playing)
    playing.close()
    desk = Workspaces(author="Officer", clock=system_clock, ids=random_id).open(playing.folder / "blue.qroc")
    window, dialogs = open_window(desk, tmp_path, symbols, kinds, theme)
    shown = ShownWindow(window, desk, dialogs, qtbot)
    window.show()
    shown.settled()
    assert window.banner.state_text == "NOT RUNNING HERE"
    assert window.banner._date.text() == "2027-03-15"
    before = window.banner._local.text()
    window.banner.tick()
    qtbot.wait(1100)
    window.banner.tick()
    assert window.banner._local.text() == before
    desk.logbook.add(EntryKind.MESSAGE, "Afterthought")
    shown.settled()
    assert shown.notices() == []
    window.close()
    desk.close()
    window.deleteLater()


def test_blues_window_shares_with_the_keys_of_the_run_and_asks_nobody(
    nothing_left: None, qtbot: QtBot, tmp_path: Path, symbols: Symbols, kinds: Kinds, theme: Theme
) -> None:
    hunt = Playing(tmp_path, RESOURCES, symbols, kinds, theme, qtbot)
    hunt.begin(read(RESOURCES / "scenarios" / "man-hunt"))
    run = hunt.driver.run
    session = run.centre("blue")
    assert session.access is Access.OPEN
    window, dialogs = open_window(run.desks["blue"], tmp_path, symbols, kinds, theme, centre=session)
    blue = ShownWindow(window, run.desks["blue"], dialogs, qtbot)
    window.show()
    blue.until(lambda: window.seat.works is not None)
    hunt.driver.do(lambda run: run.conduct.set_speed(64)).result()
    hunt.driver.do(lambda run: run.seat_taken("blue")).result()
    hunt.driver.do(lambda run: run.conduct.start()).result()
    blue.until(lambda: window.seat.overview.pending == 1)
    assert window.seat.overview.node.running, "bundles go by themselves"
    (peer,) = window.seat.works.exchange.roster.peers()  # type: ignore[union-attr]
    assert peer.name == "Neighbouring centre (simulated)"
    hunt.driver.do(lambda run: run.conduct.pause()).result()
    window.close()
    window.deleteLater()
    hunt.close()
