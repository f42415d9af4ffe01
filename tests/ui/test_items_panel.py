from __future__ import annotations

import pytest
from PySide6.QtCore import QItemSelectionModel, QPoint, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtTest import QTest

from qroc_desktop.domain.aspects import Evaluation
from qroc_desktop.domain.change import Draft
from qroc_desktop.domain.instant import seconds
from qroc_desktop.domain.vocabulary import (
    Aspect,
    InformationAccuracy,
    ItemType,
    Priority,
    SourceReliability,
    Status,
    SubjectType,
)
from qroc_desktop.domain.words import PRIORITIES
from qroc_desktop.translation import said
from qroc_desktop.ui.panels.item_model import COLUMNS, STALE_ROLE
from qroc_desktop.ui.panels.items import runs
from tests.clocks import HandClock
from tests.ui.desk_window import ShownWindow, new_item

HOSTILE = "<img src=x onerror=alert(1)>"


def cell(shown: ShownWindow, row: int, column: str) -> str:
    model = shown.window.items.model
    shown.until(lambda: model.index(row, 0).data() is not None)
    return str(model.index(row, COLUMNS.index(column)).data())


def test_the_most_urgent_come_first_and_a_click_on_a_title_sorts_by_it(shown: ShownWindow) -> None:
    for title, priority in (("b", Priority.ROUTINE), ("c", Priority.FLASH), ("a", Priority.IMMEDIATE)):
        new_item(shown.desk, title, priority=priority)
    shown.settled()
    assert shown.titles() == ["c", "a", "b"]
    header = shown.window.items.table.horizontalHeader()
    place = QPoint(header.sectionViewportPosition(COLUMNS.index("title")) + 20, header.height() // 2)
    for expected in (["a", "b", "c"], ["c", "b", "a"]):
        QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)
        shown.settled()
        assert shown.titles() == expected


def test_search_as_one_types_ignores_diacritics(shown: ShownWindow) -> None:
    new_item(shown.desk, "Brand Liège")
    new_item(shown.desk, "Unfall")
    shown.settled()
    shown.ctrl(Qt.Key.Key_F)
    shown.keys("lieg")
    shown.until(lambda: shown.window.items.model.rowCount() == 1)
    assert shown.titles() == ["Brand Liège"]
    assert shown.window.items.filter.count.text() == "1 item"


def test_filters_of_status_priority_and_type_work_together(shown: ShownWindow) -> None:
    new_item(shown.desk, "one", status=Status.ONGOING, priority=Priority.FLASH)
    new_item(shown.desk, "two", status=Status.CLOSED, priority=Priority.FLASH)
    new_item(shown.desk, "three", status=Status.ONGOING, type_=ItemType.UNIT)
    shown.settled()
    bar = shown.window.items.filter
    tick(bar.statuses, Status.ONGOING)
    shown.settled()
    assert sorted(shown.titles()) == ["one", "three"]
    tick(bar.priorities, Priority.FLASH)
    shown.settled()
    assert shown.titles() == ["one"]
    assert bar.reset.isVisible()
    bar.reset.click()
    shown.settled()
    assert len(shown.titles()) == 3


def tick(choice: object, key: object) -> None:
    menu = choice.menu()  # type: ignore[attr-defined]
    next(action for action in menu.actions() if action.data() == key).trigger()


def test_nothing_found_says_what_to_do(shown: ShownWindow) -> None:
    assert "Ctrl+N" in shown.window.items._empty.text()
    new_item(shown.desk, "Fire")
    shown.settled()
    shown.window.items.filter.search.setText("zzz")
    shown.until(shown.window.items._empty.isVisible)
    assert "Show all" in shown.window.items._empty.text()


def test_selection_is_one_for_table_and_map(shown: ShownWindow) -> None:
    ids = [new_item(shown.desk, f"item {n}") for n in range(3)]
    shown.settled()
    table = shown.window.items.table
    shown.titles()
    index = table.model().index(1, 2)
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=table.visualRect(index).center())
    chosen = shown.window.items.model.ids[1]
    assert shown.window.bench.selection.ids == (chosen,)
    assert shown.map.of("select")[-1] == [(chosen,)]
    shown.window.bench.selection.set([ids[0], ids[2]])
    rows = {index.row() for index in table.selectionModel().selectedRows()}
    assert rows == {shown.window.items.model.row_of(ids[0]), shown.window.items.model.row_of(ids[2])}


def test_selection_survives_news(shown: ShownWindow) -> None:
    first = new_item(shown.desk, "first")
    shown.settled()
    shown.select(first)
    new_item(shown.desk, "second", priority=Priority.FLASH)
    shown.settled()
    rows = [index.row() for index in shown.window.items.table.selectionModel().selectedRows()]
    assert rows == [shown.window.items.model.row_of(first)]
    assert shown.window.bench.selection.ids == (first,)


def test_enter_shows_the_item_on_the_map(shown: ShownWindow) -> None:
    item = new_item(shown.desk, "Fire", lon=10.0, lat=50.0)
    shown.settled()
    shown.select(item)
    shown.window.items.table.setFocus()
    shown.key(Qt.Key.Key_Return)
    shown.until(lambda: bool(shown.map.of("fit")))
    west, south, east, north = shown.map.of("fit")[-1][0]
    assert west < 10.0 < east
    assert south < 50.0 < north


def test_select_all_and_remove_and_undo_by_keys(shown: ShownWindow) -> None:
    for n in range(4):
        new_item(shown.desk, f"item {n}")
    shown.settled()
    shown.window.items.table.setFocus()
    shown.ctrl(Qt.Key.Key_A)
    assert len(shown.window.bench.selection.ids) == 4
    shown.key(Qt.Key.Key_Delete)
    shown.until(lambda: shown.window.items.model.rowCount() == 0)
    shown.ctrl(Qt.Key.Key_Z)
    shown.until(lambda: shown.window.items.model.rowCount() == 4)


def test_content_is_text(shown: ShownWindow) -> None:
    new_item(shown.desk, HOSTILE)
    shown.settled()
    assert shown.titles() == [HOSTILE]
    tip = shown.window.items.model.index(0, 2).data(Qt.ItemDataRole.ToolTipRole)
    assert "<img" not in tip
    assert "&lt;img" in tip


def test_what_is_out_of_date_is_marked_when_its_time_has_come(shown: ShownWindow, clock: HandClock) -> None:
    new_item(shown.desk, "Fire", stale_at=type(clock.instant)(clock.instant + seconds(60)))
    shown.settled()
    shown.titles()
    index = shown.window.items.model.index(0, 0)
    assert index.data(STALE_ROLE) is False
    clock.forward(61)
    assert index.data(STALE_ROLE) is True


def test_age_evaluation_and_kind_are_said(shown: ShownWindow, clock: HandClock) -> None:
    rated = Evaluation(source=SourceReliability.B, information=InformationAccuracy.CORROBORATED)
    new_item(shown.desk, "Fire", evaluation=rated)
    shown.settled()
    clock.forward(12 * 60 + 1)
    assert cell(shown, 0, "age") == "12 min"
    assert cell(shown, 0, "evaluation") == "B3"
    assert cell(shown, 0, "kind") == "Crime"
    assert cell(shown, 0, "layer") == "Incidents"


def test_rows_come_a_window_at_a_time(shown: ShownWindow) -> None:
    layer = shown.desk.layers.default()
    from qroc_desktop.domain.aspects import Nature, Placement, Wording

    drafts = [
        Draft(
            subject_type=SubjectType.ITEM,
            subject=f"many-{n:05}",
            patch={
                Aspect.NATURE: Nature(type=ItemType.NOTE),
                Aspect.PLACEMENT: Placement(layer=layer),
                Aspect.WORDING: Wording(title=f"note {n:05}"),
            },
        )
        for n in range(3000)
    ]
    shown.desk.workspace.append(drafts, author="duty-officer", label="import")
    shown.settled()
    model = shown.window.items.model
    assert model.rowCount() == 3000
    assert len(model._rows) < 1000
    shown.window.items.table.scrollToBottom()
    shown.until(lambda: model.index(2999, 2).data() is not None)
    assert len(model._rows) < 1500


def test_runs_join_neighbours() -> None:
    assert runs([5, 1, 2, 3, 9]) == [(1, 3), (5, 5), (9, 9)]
    assert runs([]) == []


@pytest.mark.parametrize("number", [1, 2, 3])
def test_priority_keys_change_everything_selected_as_one_step(shown: ShownWindow, number: int) -> None:
    ids = [new_item(shown.desk, "a", status=Status.ONGOING), new_item(shown.desk, "b", status=Status.CLOSED)]
    shown.settled()
    shown.select(*ids)
    modifiers = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
    shown.key(Qt.Key(Qt.Key.Key_0 + number), modifiers, into=shown.window)
    shown.settled()
    items = [shown.desk.picture.item(i) for i in ids]
    assert [i.situation.priority for i in items if i] == [Priority(number)] * 2
    assert [i.situation.status for i in items if i] == [Status.ONGOING, Status.CLOSED]
    shown.window.items.table.setFocus()
    shown.ctrl(Qt.Key.Key_Z)
    shown.settled()
    assert {i.situation.priority for i in map(shown.desk.picture.item, ids) if i} == {Priority.ROUTINE}


def test_the_selection_model_follows_rows(shown: ShownWindow) -> None:
    ids = [new_item(shown.desk, f"item {n}") for n in range(2)]
    shown.settled()
    table = shown.window.items.table
    shown.titles()
    model = shown.window.items.model
    flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
    for item in ids:
        table.selectionModel().select(model.index(model.row_of(item), 0), flags)
    assert set(shown.window.bench.selection.ids) == set(ids)


def test_no_priority_is_cut(shown: ShownWindow) -> None:
    """The painted text of each priority, at the width that the column has at first."""
    new_item(shown.desk, "Fire", priority=Priority.IMMEDIATE)
    shown.settled()
    panel = shown.window.items
    theme = shown.window.bench.theme
    room = panel.table.columnWidth(COLUMNS.index("priority")) - theme.px(24 + 6 + 4)
    letters = QFontMetrics(theme.font(bold=True, figures=True))
    for word in PRIORITIES.values():
        assert letters.elidedText(said(word), Qt.TextElideMode.ElideRight, room) == said(word)
