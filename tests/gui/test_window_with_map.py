"""The window with the real map page in the real engine."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

pytest.importorskip("PySide6.QtWebEngineCore")

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from qroc_desktop.domain.query import ItemQuery
from qroc_desktop.domain.state import Item
from qroc_desktop.domain.vocabulary import ItemType, Priority
from qroc_desktop.mapview.widget import Look, MapWidget
from qroc_desktop.paths import program_files
from qroc_desktop.services.desk import Desk
from qroc_desktop.services.workspaces import Workspaces
from qroc_desktop.symbology import Kinds, Symbols
from qroc_desktop.ui.models.ring_form import RingForm
from qroc_desktop.ui.quick_entry import QuickEntry
from qroc_desktop.ui.theme import Theme
from tests.clocks import HandClock
from tests.mapview.map_files import RESOURCES, styles, symbols, world_tiles
from tests.mapview.shown_map import ShownMap
from tests.ui.desk_window import ShownWindow, new_item, open_window
from tests.ui.models.driving import computed, fill, opened

pytestmark = pytest.mark.qt_log_ignore("[Vv]ulkan", "GPU")


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def desk(clock: HandClock, tmp_path: Path) -> Iterator[Desk]:
    numbers = count(1)
    workspaces = Workspaces(author="duty-officer", clock=clock, ids=lambda: f"id-{next(numbers):06}")
    made = workspaces.create(tmp_path / "picture.qroc", centre="Leitstelle Süd", country="DE")
    yield made
    made.close()


@pytest.fixture
def shown(qtbot: QtBot, qapp: QApplication, desk: Desk, tmp_path: Path) -> Iterator[tuple[ShownWindow, ShownMap]]:
    kinds = Kinds.load(program_files().resources / "symbols" / "kinds.toml")
    drawing = Symbols(program_files().page_libraries / "milsymbol" / "dist" / "milsymbol.js", kinds.badges)
    theme = Theme(qapp, program_files().resources / "styles" / "window.qss", choice="dark")

    def make_map(parent: QWidget) -> MapWidget:
        return MapWidget(
            picture=desk.picture,
            symbols=symbols(),
            tiles=world_tiles(),
            clock=desk.clock,
            look=Look(map_folder=RESOURCES / "map", styles=styles(), lon=6.0, lat=51.0, zoom=10.0),
            parent=parent,
        )

    window, dialogs = open_window(desk, tmp_path, drawing, kinds, theme, map_factory=make_map)
    real = ShownMap(window.map, qtbot)
    window.resize(1366, 768)
    with qtbot.waitSignal(window.map.painted, timeout=60_000):
        window.show()
    driven = ShownWindow(window, desk, dialogs, qtbot)
    driven.settled()
    yield driven, real
    window.details.drafts.clear()
    window.details._item = None
    window.close()
    window.deleteLater()
    drawing.close()
    QApplication.sendPostedEvents()
    assert [t.name for t in threading.enumerate() if t.name.startswith(("qroc-", "map-"))] == []


def items(desk: Desk) -> list[Item]:
    return list(desk.picture.items(ItemQuery()))


def test_from_a_click_on_the_map_to_an_incident(shown: tuple[ShownWindow, ShownMap], desk: Desk) -> None:
    window, page = shown
    window.window.commands["draw.point"].trigger()
    page.until_js("qroc.tools.name === 'point'")
    at = page.target.rect().center()
    page.click(at)
    entry = window.dialog(QuickEntry)
    QTest.keyClicks(entry.kinds.search, "bomb th1")
    QTest.keyClick(entry.kinds.search, Qt.Key.Key_Return)
    QTest.keyClicks(entry.title, "Call to the station")
    QTest.keyClick(entry.title, Qt.Key.Key_Return)
    window.until(lambda: len(items(desk)) == 1)
    made = items(desk)[0]
    assert made.nature.type is ItemType.INCIDENT
    assert made.situation.priority is Priority.FLASH
    assert made.wording.title == "Call to the station"
    assert made.shape
    lon, lat = made.shape.anchor()
    expected_lon, expected_lat = page.position(at)
    assert abs(lon - expected_lon) < 0.002
    assert abs(lat - expected_lat) < 0.002


def test_a_click_on_a_symbol_selects_its_row(shown: tuple[ShownWindow, ShownMap], desk: Desk) -> None:
    window, page = shown
    item = new_item(desk, "Fire", lon=6.0, lat=51.0, priority=Priority.FLASH)
    window.settled()
    window.until(lambda: window.titles() == ["Fire"])
    page.settled()
    page.click(page.place(6.0, 51.0))
    window.until(lambda: window.window.bench.selection.ids == (item,))
    rows = [index.row() for index in window.window.items.table.selectionModel().selectedRows()]
    assert rows == [0]
    window.until(lambda: window.window.details.item is not None)


def test_the_past_is_on_map_and_window_alike(shown: tuple[ShownWindow, ShownMap], desk: Desk, clock: HandClock) -> None:
    window, page = shown
    clock.forward(3600)
    new_item(desk, "Fire", lon=6.0, lat=51.0)
    window.settled()
    page.settled()
    window.window.timeline.choose(type(clock.instant)(clock.instant - 600_000_000))
    window.settled()
    assert window.window.items.model.rowCount() == 0
    page.until_js("document.body.innerText.includes('PAST')")
    window.window.timeline.go_live()
    window.settled()
    assert window.titles() == ["Fire"]


def test_a_ring_is_pointed_at_tried_out_and_recorded_on_the_real_map(
    shown: tuple[ShownWindow, ShownMap], desk: Desk
) -> None:
    window, page = shown
    dialog = opened(window, Qt.Key.Key_R)
    form = dialog.form
    assert isinstance(form, RingForm)
    QTest.mouseClick(form.place.pick, Qt.MouseButton.LeftButton)
    page.until_js("qroc.tools.name === 'pick'")
    at = page.target.rect().center() - QPoint(150, 60)
    page.click(at)
    window.until(lambda: form.place.at is not None)
    assert form.place.at == pytest.approx(page.position(at), abs=0.002)
    assert not form.place.pick.isChecked()
    for field, text in ((form.seen, "-10"), (form.stands, "+15"), (form.speed, "8")):
        fill(field, text)
    computed(window, dialog)
    page.until_js("qroc.model.shapes.length === 2")
    assert page.js("document.querySelector('.qroc-model-words').textContent") == "Ring of 3.3 km"
    assert page.js("document.querySelector('.qroc-model-detail').textContent") == "Tried out, not recorded"
    assert items(desk) == []
    QTest.mouseClick(dialog.place, Qt.MouseButton.LeftButton)
    window.until(lambda: len(items(desk)) == 1)
    page.until_js("qroc.picture.items.size === 1 && qroc.model.shapes.length === 0")
    assert page.js("document.querySelector('.qroc-model-detail').textContent") == "Recorded"
    dialog.reject()
    page.until_js("document.querySelector('.qroc-model').hidden")
