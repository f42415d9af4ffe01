"""How the event list shares its room: titles first, whole columns, signs without words where it is narrow."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from qroc_desktop.ui.exercise.director.event_model import COLUMNS
from qroc_desktop.ui.exercise.director.event_table import FIRST, WIDTHS, EventTable
from tests.ui.exercise.conftest import PATIENCE, Directing

SMALL = 579
"""What the list has on a screen of 1366x768 beside the chosen inject."""
WORDS = ("geplant", "zurückgehalten", "eingespielt")


@pytest.fixture
def german(in_german: None, directing: Directing) -> Directing:
    directing.settled()
    return directing


@pytest.fixture
def table(german: Directing, qtbot: QtBot) -> EventTable:
    """The list in a window of its own, so that a test says how wide it is."""
    made = EventTable(german.panel.events._bench, german.panel.events.model)
    qtbot.addWidget(made)
    with qtbot.waitExposed(made, timeout=PATIENCE):
        made.show()
    return made


def wide(german: Directing, table: EventTable, width: int) -> dict[str, int]:
    """The list with a viewport of that width; gives the width of each column."""
    table.resize(table.width() + width - table.viewport().width(), 300)
    QApplication.processEvents()
    # What the display still says of the size before comes later, and puts that back for a moment.
    german.until(lambda: table.viewport().width() == width)
    return {name: table.columnWidth(COLUMNS.index(name)) for name in COLUMNS}


def state_cell(directing: Directing, role: Qt.ItemDataRole) -> str:
    return str(directing.panel.events.model.index(0, 0).data(role) or "")


def test_on_a_small_screen_the_title_has_room_and_the_state_is_a_sign(german: Directing, table: EventTable) -> None:
    has = wide(german, table, SMALL)
    assert has["title"] >= 330, "nine of ten German titles of the man hunt"
    assert has["state"] + has["title"] + sum(has[name] for name in FIRST) == SMALL, "nothing of it is scrolled for"
    assert state_cell(german, Qt.ItemDataRole.DisplayRole) == ""
    for role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
        assert any(word in state_cell(german, role) for word in WORDS)
    assert german.panel.events.model.index(0, 0).data(Qt.ItemDataRole.DecorationRole) is not None
    header = german.panel.events.model.headerData
    assert header(0, Qt.Orientation.Horizontal) == ""
    assert header(0, Qt.Orientation.Horizontal, Qt.ItemDataRole.AccessibleTextRole) == "Zustand"


def test_where_there_is_room_the_word_stands_by_the_sign(german: Directing, table: EventTable) -> None:
    wide(german, table, SMALL)
    has = wide(german, table, 900)
    assert state_cell(german, Qt.ItemDataRole.DisplayRole) in WORDS
    assert has["title"] >= WIDTHS["title"]


@pytest.mark.parametrize("width", [700, 815, 890, 1000, 1240, 1500])
def test_no_column_is_seen_in_part(german: Directing, table: EventTable, width: int) -> None:
    has, edges, at = wide(german, table, width), [], 0
    for name in COLUMNS:
        at += has[name]
        edges.append(at)
    assert width in edges


def test_a_title_that_somebody_made_narrow_stays_so(german: Directing, table: EventTable) -> None:
    wide(german, table, 900)
    table.horizontalHeader().resizeSection(COLUMNS.index("title"), 222)
    assert wide(german, table, 1000)["title"] == 222


def test_in_a_high_and_narrow_panel_the_chosen_inject_stands_below(directing: Directing) -> None:
    events = directing.panel.events
    for size, wanted in (
        ((960, 300), Qt.Orientation.Horizontal), ((560, 700), Qt.Orientation.Vertical),
        ((560, 300), Qt.Orientation.Horizontal),
    ):  # fmt: skip
        directing.window.resize(*size)
        QApplication.processEvents()
        directing.until(lambda wanted=wanted: events.splitter.orientation() is wanted)  # type: ignore[misc]


@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0])
def test_what_can_be_done_with_an_inject_is_whole_at_any_text_size(german: Directing, scale: float) -> None:
    theme, events = german.bench.theme, german.panel.events
    theme.resize(scale)
    try:
        german.window.resize(1366, 768)
        events.splitter.setSizes([2000, 1])  # as narrow as the chosen inject can be made
        QApplication.processEvents()
        german.until(lambda: (german.window.width(), german.window.height()) == (1366, 768))
        row = events.actions_row
        for name, button in row.buttons.items():
            assert row.rect().contains(button.geometry()), (name, row.rect(), button.geometry())
            assert button.width() >= button.minimumSizeHint().width(), name
            assert button.height() >= button.sizeHint().height(), name
        assert not row.geometry().intersects(events.detail.geometry())
    finally:
        theme.resize(1.0)
