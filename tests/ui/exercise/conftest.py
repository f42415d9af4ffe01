from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from qroc_desktop.paths import program_files
from qroc_desktop.symbology import Kinds, Symbols
from qroc_desktop.ui.theme import Theme
from tests.exercise.building import package
from tests.ui.exercise.playing import Playing


@pytest.fixture
def playing(
    nothing_left: None, qtbot: QtBot, tmp_path: Path, symbols: Symbols, kinds: Kinds, theme: Theme
) -> Iterator[Playing]:
    """The small exercise, at its beginning, with the director's window open."""
    made = Playing(tmp_path, program_files().resources, symbols, kinds, theme, qtbot)
    made.begin(package())
    yield made
    made.close()
