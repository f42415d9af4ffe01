"""The window on a desk of its own; whatever a test leaves behind fails it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

pytest.importorskip("PySide6.QtWidgets")

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from qroc_desktop import translation
from qroc_desktop.paths import program_files
from qroc_desktop.services.desk import Desk
from qroc_desktop.services.workspaces import Workspaces
from qroc_desktop.symbology import Kinds, Symbols
from qroc_desktop.ui.theme import Theme
from tests.clocks import HandClock
from tests.ui.desk_window import ShownWindow, window_of
from tests.ui.share_neighbour import Neighbour, unlocked


@pytest.fixture(scope="session")
def kinds() -> Kinds:
    return Kinds.load(program_files().resources / "symbols" / "kinds.toml")


@pytest.fixture(scope="session")
def symbols(kinds: Kinds) -> Iterator[Symbols]:
    library = program_files().page_libraries / "milsymbol" / "dist" / "milsymbol.js"
    drawing = Symbols(library, kinds.badges)
    yield drawing
    drawing.close()


@pytest.fixture(scope="session")
def theme(qapp: QApplication) -> Theme:
    return Theme(qapp, program_files().resources / "styles" / "window.qss", choice="dark")


@pytest.fixture
def in_german() -> Iterator[None]:
    folder = program_files().resources / "translations"
    translation.use_language("de", folder)
    yield
    translation.use_language("en", folder)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def workspaces(clock: HandClock) -> Workspaces:
    numbers = count(1)
    return Workspaces(author="duty-officer", clock=clock, ids=lambda: f"id-{next(numbers):06}")


@pytest.fixture
def desk(workspaces: Workspaces, tmp_path: Path) -> Iterator[Desk]:
    made = workspaces.create(tmp_path / "picture.qroc", centre="Leitstelle Süd", country="DE")
    yield made
    made.close()


@pytest.fixture
def nothing_left(qapp: QApplication) -> Iterator[None]:
    """Fail a test that leaves a window on the screen or a thread of the window running."""
    before = set(qapp.topLevelWidgets())
    yield
    left = [w for w in qapp.topLevelWidgets() if w.isVisible() and w not in before]
    threads = [t.name for t in threading.enumerate() if t.name.startswith(("qroc-read", "qroc-write"))]
    assert not left, f"left on the screen: {left}"
    assert not threads, f"still running: {threads}"


@pytest.fixture
def shown(
    nothing_left: None,
    qtbot: QtBot,
    desk: Desk,
    tmp_path: Path,
    symbols: Symbols,
    kinds: Kinds,
    theme: Theme,
) -> Iterator[ShownWindow]:
    """The window with a fake map, at 1366x768."""
    with window_of(desk, tmp_path, symbols, kinds, theme, qtbot) as made:
        yield made



@pytest.fixture
def neighbour(tmp_path: Path, clock: HandClock) -> Iterator[Neighbour]:
    other = Neighbour(tmp_path, clock)
    yield other
    other.close()


@pytest.fixture
def sharing(shown: ShownWindow, neighbour: Neighbour) -> ShownWindow:
    """The window, unlocked, with an approved neighbour and the post plugged in."""
    neighbour.enrol(unlocked(shown).exchange)
    shown.window.seat.folder = neighbour.post
    shown.window.seat.refresh()
    shown.settled()
    return shown
