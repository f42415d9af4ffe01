"""All steps with time, author and size; any of them undone by name."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication

from qroc_desktop.domain.aspects import Wording
from qroc_desktop.domain.ids import random_id
from qroc_desktop.domain.query import ItemQuery
from qroc_desktop.domain.vocabulary import Aspect, EntryKind
from qroc_desktop.services import demonstration
from qroc_desktop.store import Workspace
from qroc_desktop.ui.dialogs.history import COLUMNS, HistoryDialog
from qroc_desktop.ui.words import STEPS
from tests.clocks import HandClock
from tests.ui.desk_window import ShownWindow, new_item

FILE = """{"type": "FeatureCollection", "features": [
 {"type": "Feature", "properties": {"name": "Gate A"}, "geometry": {"type": "Point", "coordinates": [6, 51]}},
 {"type": "Feature", "properties": {"name": "Gate B"}, "geometry": {"type": "Point", "coordinates": [6.1, 51]}}]}"""


@pytest.fixture
def imported(shown: ShownWindow, tmp_path: Path, clock: HandClock) -> None:
    """An import, and work of an hour after it."""
    path = tmp_path / "gates.geojson"
    path.write_text(FILE, "utf-8")
    shown.desk.imports.accept(shown.desk.imports.plan([path]))
    clock.forward(3600)
    new_item(shown.desk, "Fire")
    shown.desk.logbook.add(EntryKind.DECISION, "Evacuate")
    shown.settled()


def opened(shown: ShownWindow) -> HistoryDialog:
    shown.ctrl(Qt.Key.Key_H)
    dialog: HistoryDialog = shown.dialog(HistoryDialog)
    shown.until(lambda: dialog.model.rowCount() > 0)
    shown.settled()
    return dialog


def texts(dialog: HistoryDialog, row: int) -> list[str]:
    return [str(dialog.model.index(row, column).data()) for column in range(len(COLUMNS))]


def whats(dialog: HistoryDialog) -> list[str]:
    return [texts(dialog, row)[2] for row in range(dialog.model.rowCount())]


def titles(shown: ShownWindow) -> set[str]:
    return {item.wording.title for item in shown.desk.picture.items(ItemQuery())}


def test_an_import_of_an_hour_ago_is_undone_by_name(shown: ShownWindow, imported: None) -> None:
    dialog = opened(shown)
    row = whats(dialog).index("import: gates.geojson")
    assert texts(dialog, row)[1] == "duty-officer"
    assert texts(dialog, row)[3] == "3"
    dialog.table.selectRow(row)
    shown.settled()
    assert "GEOJSON (gates.geojson)" in dialog.about.text()
    assert "gates" in dialog.about.text()
    assert "Gate A" in dialog.about.text()
    assert titles(shown) == {"Gate A", "Gate B", "Fire"}
    dialog.undo.click()
    shown.until(lambda: titles(shown) == {"Fire"})
    shown.settled()
    row = whats(dialog).index("import: gates.geojson")
    assert texts(dialog, row)[4].startswith("undone by duty-officer, ")
    assert not dialog.undo.isEnabled()
    assert "undone already" in dialog.why_not.text()
    assert whats(dialog)[0].startswith("undo: import")
    assert any("undone" in text for text in shown.notices())
    dialog.reject()


def test_an_undo_by_name_can_itself_be_undone(shown: ShownWindow, imported: None) -> None:
    dialog = opened(shown)
    dialog.table.selectRow(whats(dialog).index("import: gates.geojson"))
    dialog.undo.click()
    shown.until(lambda: titles(shown) == {"Fire"})
    shown.settled()
    offers = [line for line in shown.window.bench.notices.history if line.offer]
    assert offers[-1].offer
    offers[-1].offer[1]()
    shown.until(lambda: titles(shown) == {"Gate A", "Gate B", "Fire"})
    shown.settled()
    assert texts(dialog, whats(dialog).index("import: gates.geojson"))[4] == ""
    dialog.reject()


def test_the_logbook_is_never_undone(shown: ShownWindow, imported: None) -> None:
    dialog = opened(shown)
    dialog.table.selectRow(whats(dialog).index("logbook: decision · Evacuate"))
    assert not dialog.undo.isEnabled()
    assert "append-only" in dialog.why_not.text()
    dialog.reject()


def test_what_somebody_edited_since_stays_and_is_said(shown: ShownWindow, imported: None) -> None:
    gate = next(item for item in shown.desk.picture.items(ItemQuery()) if item.wording.title == "Gate A")
    shown.desk.items.edit(gate, {Aspect.WORDING: Wording(title="Gate A, closed")})
    shown.settled()
    dialog = opened(shown)
    dialog.table.selectRow(whats(dialog).index("import: gates.geojson"))
    dialog.undo.click()
    shown.until(lambda: any("left as" in text for text in shown.notices()))
    dialog.reject()


def test_steps_are_found_by_words(shown: ShownWindow, imported: None) -> None:
    dialog = opened(shown)
    every = dialog.model.rowCount()
    dialog.search.setText("import duty")
    assert whats(dialog) == ["import: gates.geojson"]
    dialog.search.setText("fire")
    assert whats(dialog) == ["new item · Fire"]
    dialog.search.clear()
    assert dialog.model.rowCount() == every
    dialog.reject()


def test_the_past_only_looks(shown: ShownWindow, imported: None, clock: HandClock) -> None:
    shown.window.timeline.choose(clock.instant - 600_000_000)  # type: ignore[arg-type]
    dialog = opened(shown)
    assert not dialog.undo.isEnabled()
    assert "LIVE" in dialog.why_not.text()
    dialog.reject()


def test_more_steps_come_when_asked_for(
    shown: ShownWindow, imported: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qroc_desktop.ui.dialogs.history.PAGE", 2)
    dialog = opened(shown)
    assert dialog.model.rowCount() == 2
    dialog.more.click()
    shown.until(lambda: dialog.model.rowCount() == 4)
    dialog.reject()


def test_every_step_of_a_real_picture_has_words(tmp_path: Path) -> None:
    path = tmp_path / "demonstration.qroc"
    demonstration.create(path, clock=HandClock())
    with Workspace.open(path, clock=HandClock(), ids=random_id, read_only=True) as workspace:
        labels = {batch.label for batch in workspace.batches(5000)}
    assert len(labels) > 5
    assert labels - STEPS.keys() == set()


def test_it_may_be_closed_while_it_still_reads(shown: ShownWindow, imported: None) -> None:
    dialog = opened(shown)
    dialog.table.selectRow(1)
    dialog.reload()
    dialog.reject()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    shown.settled()
    assert shown.window.editing.steps is None
