"""The details panel in the language with the longest words: as narrow as in English, with every word to be read."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from qroc_desktop.ui.flow_layout import FlowLayout
from tests.ui.desk_window import PATIENCE, ShownWindow, new_item

NARROW = 348
"""What the usual arrangement gives the panel on a small screen, in pixels of the design."""


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_panel_is_as_wide_as_the_arrangement_says(language: str, request: pytest.FixtureRequest) -> None:
    if language == "de":
        request.getfixturevalue("in_german")
    shown: ShownWindow = request.getfixturevalue("shown")
    shown.window.resize(1366, 768)
    item = new_item(shown.desk, "Hostage taking, Liège-Guillemins, platform 3 to 5")
    shown.window.bench.selection.set([item])
    shown.settled()
    details = shown.window.details
    assert details.minimumSizeHint().width() <= 340
    details.resize(NARROW, 600)
    files = details.files
    details.tabs.setCurrentWidget(files)
    QApplication.processEvents()
    bar = details.tabs.tabBar()
    assert bar.sizeHint().width() <= NARROW, "all tabs are seen"
    for button in (files.add, files.open, files.save, files.remove):
        assert button.width() >= button.sizeHint().width(), button.text()
        assert button.geometry().right() < files.width()
    ends = [files.add, files.open, files.save, files.remove]
    assert [b.geometry() for b in ends] == sorted((b.geometry() for b in ends), key=lambda r: (r.y(), r.x()))


def test_a_row_goes_on_in_the_next_line(qtbot: QtBot) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    flow = FlowLayout(6, page)
    flow.setContentsMargins(10, 5, 10, 5)
    parts = [QWidget(page) for _ in range(3)]
    for part in parts:
        part.setFixedSize(100, 20)
        flow.addWidget(part)
    with qtbot.waitExposed(page, timeout=PATIENCE):
        page.show()
    for width, tops in ((10 + 3 * 100 + 2 * 6 + 10, [5, 5, 5]), (250, [5, 5, 31]), (120, [5, 31, 57])):
        page.resize(width, 200)
        QApplication.processEvents()
        # What the display still says of the size before comes later, and puts that back for a moment.
        qtbot.waitUntil(lambda tops=tops: [part.y() for part in parts] == tops, timeout=PATIENCE)  # type: ignore[misc]
        assert flow.heightForWidth(width) == tops[-1] + 20 + 5
    assert flow.minimumSize().width() == 120
    parts[1].hide()
    page.resize(250, 200)
    QApplication.processEvents()
    qtbot.waitUntil(lambda: parts[2].y() == 5, timeout=PATIENCE)
    assert flow.takeAt(0) is not None
    assert (flow.count(), flow.itemAt(5), flow.takeAt(-1)) == (2, None, None)
