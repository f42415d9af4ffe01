"""Dialogs by themselves, and the window with the real conversations on a real desk."""

from __future__ import annotations

import gettext
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("PySide6.QtWidgets")

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from qroc_desktop import translation
from qroc_desktop.paths import program_files
from qroc_desktop.services.briefing import Briefings
from qroc_desktop.services.desk import Desk
from qroc_desktop.services.maps import MapLibrary
from qroc_desktop.services.places import Places
from qroc_desktop.store.gazetteer import Gazetteer
from qroc_desktop.symbology import Kinds, Symbols
from qroc_desktop.ui.dialogs.conversations import Conversations
from qroc_desktop.ui.theme import Theme
from tests.ui.desk_window import ShownWindow
from tests.ui.dialogs.talking import Openings, Talk


class Lengthened(gettext.NullTranslations):
    """A language of long words: every text half as long again, as German is against English at its worst."""

    def gettext(self, message: str) -> str:
        return message + " " + "übermäßig"[: max(2, len(message) // 2)] * (len(message) // 18 + 1)

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        return self.gettext(singular if n == 1 else plural)


@pytest.fixture
def long_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(translation, "_catalogue", Lengthened())


@pytest.fixture(autouse=True)
def dressed(theme: Theme) -> Iterator[None]:
    """The program's look, put back where a test chooses another."""
    yield
    theme.choose("dark")


@pytest.fixture
def talk(
    shown: ShownWindow,
    qtbot: QtBot,
    desk: Desk,
    tmp_path: Path,
    kinds: Kinds,
    symbols: Symbols,
    monkeypatch: pytest.MonkeyPatch,
) -> Talk:
    """The real conversations with a window on a real desk, and the hands of a person."""
    files = program_files()
    library = MapLibrary(files.maps, added=tmp_path / "maps", servers=tmp_path / "servers.toml")
    openings = Openings()
    folder = tmp_path / "files"
    folder.mkdir()
    conversations = Conversations(
        desk,
        places=Places(Gazetteer(files.maps / "places.sqlite")),
        briefings=Briefings(desk, kinds=kinds, symbols=symbols, files=files, library=library),
        opener=openings,
        folder=lambda: folder,
    )
    QApplication.processEvents()
    return Talk(shown, conversations, openings, folder, qtbot)
