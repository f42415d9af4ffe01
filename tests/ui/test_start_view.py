"""Where the map looks when a window opens."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import QSettings
from pytestqt.qtbot import QtBot

from qroc_desktop.mapview.messages import ViewChanged
from qroc_desktop.services.desk import Desk
from qroc_desktop.services.workspaces import Workspaces
from qroc_desktop.symbology import Kinds, Symbols
from qroc_desktop.ui.theme import Theme
from tests.fakes.map_widget import FakeMap
from tests.ui.desk_window import ShownWindow, new_item, open_window


class Opening:
    """Opens windows one after the other on one desk and one layout."""

    def __init__(self, qtbot: QtBot, tmp: Path, symbols: Symbols, kinds: Kinds, theme: Theme) -> None:
        self._parts = (symbols, kinds, theme)
        self._qtbot = qtbot
        self._tmp = tmp
        self.layout = QSettings(str(tmp / "layout.ini"), QSettings.Format.IniFormat)

    def open(self, desk: Desk) -> ShownWindow:
        window, dialogs = open_window(desk, self._tmp, *self._parts, layout=self.layout)
        window.show()
        shown = ShownWindow(window, desk, dialogs, self._qtbot)
        shown.settled()
        return shown

    def close(self, shown: ShownWindow) -> None:
        shown.window.close()
        shown.window.deleteLater()


@pytest.fixture
def opening(
    nothing_left: None, qtbot: QtBot, tmp_path: Path, symbols: Symbols, kinds: Kinds, theme: Theme
) -> Opening:
    return Opening(qtbot, tmp_path, symbols, kinds, theme)


def test_a_picture_opens_where_its_items_are(opening: Opening, desk: Desk) -> None:
    new_item(desk, "Shooting", lon=5.69, lat=50.85)
    new_item(desk, "Explosion", lon=6.08, lat=50.77)
    shown = opening.open(desk)
    [[bounds]] = shown.map.of("fit")
    west, south, east, north = bounds
    assert west < 5.69 < 6.08 < east
    assert south < 50.77 < 50.85 < north
    assert east - west < 1
    opening.close(shown)


def test_a_view_is_remembered_for_its_workspace(
    opening: Opening, desk: Desk, workspaces: Workspaces, tmp_path: Path
) -> None:
    new_item(desk, "Shooting", lon=5.69, lat=50.85)
    shown = opening.open(desk)
    cast(FakeMap, shown.window.map).view = ViewChanged(bounds=(1.0, 41.0, 3.0, 42.0), lon=2.17, lat=41.38, zoom=12.5)
    opening.close(shown)
    again = opening.open(desk)
    assert again.map.of("go-to") == [[2.17, 41.38, 12.5, ""]]
    assert again.map.of("fit") == []
    opening.close(again)
    other = workspaces.create(tmp_path / "other.qroc", centre="Leitstelle Süd", country="DE")
    new_item(other, "Fire", lon=13.4, lat=52.5)
    elsewhere = opening.open(other)
    assert elsewhere.map.of("go-to") == []
    assert len(elsewhere.map.of("fit")) == 1
    opening.close(elsewhere)
    other.close()
    assert str(tmp_path) not in Path(opening.layout.fileName()).read_text("utf-8")


def test_an_empty_picture_opens_at_the_centres_country(
    opening: Opening, workspaces: Workspaces, tmp_path: Path
) -> None:
    desk = workspaces.create(tmp_path / "empty.qroc", centre="Comando", country="ES")
    shown = opening.open(desk)
    [[bounds]] = shown.map.of("fit")
    west, south, east, north = bounds
    # Madrid, Barcelona and Sevilla are in sight, Paris and Warsaw are not.
    for lon, lat in ((-3.70, 40.42), (2.17, 41.38), (-5.98, 37.39)):
        assert west < lon < east
        assert south < lat < north
    assert north < 48.8
    assert east < 21.0
    opening.close(shown)
    desk.close()


def test_damage_to_what_was_remembered_does_no_harm(opening: Opening, desk: Desk) -> None:
    new_item(desk, "Shooting", lon=5.69, lat=50.85)
    for rubbish in ("[1, 2]", "{", '{"a": [1]}', "7"):
        opening.layout.setValue("views/1", rubbish)
        shown = opening.open(desk)
        assert len(shown.map.of("fit")) == 1
        opening.close(shown)
