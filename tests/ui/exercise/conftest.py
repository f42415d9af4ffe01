"""A run that goes by itself, and a director's window on it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

pytest.importorskip("PySide6.QtWidgets")

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from qroc_desktop.domain.ids import random_id
from qroc_desktop.exercise.conduct import Conduct
from qroc_desktop.exercise.vocabulary import InjectState, Passed
from qroc_desktop.paths import program_files
from qroc_desktop.services.exercise.driver import ExerciseDriver
from qroc_desktop.services.exercise.run import ExerciseRun
from qroc_desktop.services.system import system_clock
from qroc_desktop.symbology import Kinds, Symbols
from qroc_desktop.ui.actions import ACTIONS
from qroc_desktop.ui.background import Background
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.exercise.director.clock_controls import ClockControls
from qroc_desktop.ui.exercise.director.commands import bindings
from qroc_desktop.ui.exercise.director.panel import DirectorPanel
from qroc_desktop.ui.notices import Notices
from qroc_desktop.ui.selection import Selection
from qroc_desktop.ui.symbol_icons import SymbolIcons
from qroc_desktop.ui.theme import Theme
from qroc_desktop.ui.time_cursor import TimeCursor
from tests.exercise.building import package
from tests.ui.desk_window import ShownWindow, show_in_front, to_front, window_of
from tests.ui.exercise.played import Played
from tests.ui.exercise.playing import Playing

PATIENCE = 20_000
D = TypeVar("D", bound=QDialog)


class Directing:
    """A director's window: clock controls above the panel, and what a person does there."""

    def __init__(self, driver: ExerciseDriver, bench: Bench, window: QWidget, qtbot: QtBot) -> None:
        self.driver = driver
        self.bench = bench
        self.window = window
        self.qtbot = qtbot
        self.controls = ClockControls(bench, driver)
        self.panel = DirectorPanel(bench, driver)
        does = bindings(self.controls, self.panel)
        for spec in ACTIONS:
            for keys in spec.keys if spec.id in does else ():
                QShortcut(QKeySequence(keys), window).activated.connect(does[spec.id])
        column = QVBoxLayout(window)
        column.addWidget(self.controls)
        column.addWidget(self.panel, 1)

    def until(self, holds: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(holds, timeout=PATIENCE)

    def conduct(self, command: Callable[[Conduct], object]) -> None:
        self.driver.do(lambda run: command(run.conduct)).result()

    def state(self, inject: str) -> InjectState:
        return self.driver.snapshot.standing.injects[inject].state

    def notices(self) -> list[str]:
        return [notice.text for notice in self.bench.notices.history]

    def dialog(self, kind: type[D]) -> D:
        """The open dialog of a kind, once it has the keyboard."""

        def found() -> list[D]:
            return [made for made in self.window.findChildren(kind) if made.isVisible()]

        self.until(lambda: bool(found()))
        made = found()[0]
        to_front(made, self.qtbot)
        return made

    def key(self, key: Qt.Key, *modifiers: Qt.KeyboardModifier) -> None:
        """Press a key wherever the keyboard is."""
        held = Qt.KeyboardModifier.NoModifier
        for modifier in modifiers:
            held |= modifier
        QTest.keyClick(self._focus(), key, held)

    def keys(self, text: str) -> None:
        """Type wherever the keyboard is."""
        QTest.keyClicks(self._focus(), text)

    def _focus(self) -> QWidget:
        """Where the keyboard is; it comes back to the window when a dialog has gone."""
        if QApplication.focusWidget() is None:
            to_front(self.window, self.qtbot)
        return QApplication.focusWidget() or self.window

    def settled(self) -> None:
        """Everything that happened is shown."""
        self.panel.refresh()
        self.until(
            lambda: self.bench.background.idle and self.panel.shown_events == self.driver.snapshot.standing.events
        )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    ExerciseRun.create(package(), tmp_path / "run", clock=system_clock)
    return tmp_path / "run"


@pytest.fixture
def driver(folder: Path) -> Iterator[ExerciseDriver]:
    def opened() -> ExerciseRun:
        return ExerciseRun(folder, clock=system_clock, mono=time.monotonic_ns, ids=random_id, author="Director")

    made = ExerciseDriver(opened, tick_s=0.01)
    yield made
    made.close()


@pytest.fixture
def directing(
    driver: ExerciseDriver, nothing_left: None, qtbot: QtBot, symbols: Symbols, kinds: Kinds, theme: Theme
) -> Iterator[Directing]:
    window = QWidget()
    notices = Notices(system_clock, window)
    background = Background(notices, window)
    bench = Bench(
        desk=driver.run.desks["white"],
        theme=theme,
        background=background,
        notices=notices,
        selection=Selection(window),
        cursor=TimeCursor(window),
        kinds=kinds,
        icons=SymbolIcons(kinds, symbols, background, window),
    )
    made = Directing(driver, bench, window, qtbot)
    window.resize(1366, 420)
    show_in_front(window, qtbot)
    made.settled()
    yield made
    # A dialog goes once what it asked for is done, which may be after a test has seen that in the run.
    made.until(lambda: background.idle)
    made.controls.close_down()
    made.panel.close_down()
    background.close()
    window.close()
    window.deleteLater()
    QApplication.sendPostedEvents()


@pytest.fixture
def running(directing: Directing) -> Directing:
    """Started and paused at 70 s: `alert` was told, `call` is due at 150.5 s."""
    directing.conduct(lambda conduct: conduct.start())
    directing.conduct(lambda conduct: conduct.pause())
    directing.driver.do(lambda run: run.jump(70_000, Passed.FIRE)).result()
    directing.settled()
    return directing


@pytest.fixture
def playing(
    nothing_left: None, qtbot: QtBot, tmp_path: Path, symbols: Symbols, kinds: Kinds, theme: Theme
) -> Iterator[Playing]:
    """The small exercise, at its beginning, with the director's window open."""
    made = Playing(tmp_path, program_files().resources, symbols, kinds, theme, qtbot)
    made.begin(package())
    yield made
    made.close()


@pytest.fixture
def played(tmp_path: Path) -> Iterator[Played]:
    made = Played(tmp_path / "run")
    yield made
    made.driver.close()


@pytest.fixture
def reds(
    played: Played, tmp_path: Path, symbols: Symbols, kinds: Kinds, theme: Theme, qtbot: QtBot
) -> Iterator[ShownWindow]:
    """Red's window."""
    with window_of(played.seat("red").desk, tmp_path, symbols, kinds, theme, qtbot) as shown:
        yield shown


@pytest.fixture
def whites(
    played: Played, tmp_path: Path, symbols: Symbols, kinds: Kinds, theme: Theme, qtbot: QtBot
) -> Iterator[ShownWindow]:
    """The directing staff's window."""
    with window_of(played.seat("white").desk, tmp_path, symbols, kinds, theme, qtbot) as shown:
        yield shown
