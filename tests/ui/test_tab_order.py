"""Tab goes in reading order through every panel and dialog, what has the keyboard is seen, and Esc leaves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from pytestqt.qtbot import QtBot

from qroc_desktop.domain.shape import Shape
from qroc_desktop.paths import program_files
from qroc_desktop.services.places import Places
from qroc_desktop.store.gazetteer import Gazetteer
from qroc_desktop.ui.dialogs.briefing import BriefingDialog
from qroc_desktop.ui.dialogs.csv_mapping import CsvMappingDialog
from qroc_desktop.ui.dialogs.first_start import FirstStartDialog
from qroc_desktop.ui.dialogs.go_to import GoToDialog
from qroc_desktop.ui.dialogs.new_workspace import NewWorkspaceDialog
from qroc_desktop.ui.quick_entry import QuickEntry
from qroc_desktop.ui.theme import Theme
from tests.ui.desk_window import ShownWindow, new_item, show_in_front
from tests.ui.tabbing import backwards, first_of, name, reachable, stops

AREA = Shape(type="Polygon", coordinates=[[[6.0, 51.0], [6.1, 51.0], [6.1, 51.1], [6.0, 51.0]]])


@pytest.mark.parametrize("panel", ["items", "layers", "details", "logbook"])
def test_tab_goes_through_a_panel_as_one_reads(shown: ShownWindow, panel: str) -> None:
    shown.select(new_item(shown.desk, "Fire in a depot"))
    shown.until(lambda: shown.window.details.item is not None)
    shown.window.docks.show(panel)
    shown.settled()
    part: QWidget = getattr(shown.window, panel)
    wanted = reachable(part)
    found = stops(part, first_of(part, wanted))
    assert backwards(part, found) == []
    assert {name(w) for w in wanted} - {name(w) for w in found} == set()


@pytest.mark.parametrize("tab", [0, 1, 2, 3])
def test_tab_goes_through_every_page_of_the_details(shown: ShownWindow, tab: int) -> None:
    shown.select(new_item(shown.desk, "Fire in a depot"))
    shown.until(lambda: shown.window.details.item is not None)
    shown.window.docks.show("details")
    details = shown.window.details
    details.tabs.setCurrentIndex(tab)
    shown.settled()
    page = details.tabs.currentWidget()
    assert page is not None
    found = stops(details, details.tabs.tabBar())
    inside = [w for w in found if page.isAncestorOf(w) or w is page]
    assert inside
    assert backwards(details, inside) == []
    assert {name(w) for w in reachable(page)} - {name(w) for w in inside} == set()


def test_tab_goes_along_the_timeline(shown: ShownWindow) -> None:
    timeline = shown.window.timeline
    found = stops(timeline, timeline.live)
    assert backwards(timeline, found) == []
    assert timeline.bar in found
    assert timeline.valid in found


@pytest.mark.parametrize("guessed", [True, False])
def test_tab_goes_through_a_new_incident(shown: ShownWindow, guessed: bool) -> None:
    if guessed:
        shown.ctrl(Qt.Key.Key_N)
        entry = shown.dialog(QuickEntry)
    else:
        shown.window.drawing._type = shown.window.drawing._type.AREA
        shown.window.drawing._ask(shown.window.drawing._type, AREA)
        entry = shown.dialog(QuickEntry)
    found = stops(entry, entry.kinds.search)
    assert backwards(entry, found) == []
    assert [name(w) for w in found[:3]] == [
        name(w) for w in (entry.kinds.search, entry.priorities[entry.priority], entry.title)
    ]
    assert {name(w) for w in reachable(entry)} - {name(w) for w in found} == set()
    entry.reject()


def dialogs(places: Places) -> dict[str, Callable[[], QDialog]]:
    table = "Name;Breite;Länge\nDepot;50,85;4,35\n".encode()
    return {
        "first": FirstStartDialog,
        "new": lambda: NewWorkspaceDialog("Leitstelle Süd"),
        "go": lambda: GoToDialog(places.find),
        "briefing": lambda: BriefingDialog("as it is now", (5.0, 50.0, 7.0, 52.0)),
        "table": lambda: CsvMappingDialog(Path("t.csv"), table),
    }


@pytest.fixture(scope="module")
def places() -> Places:
    return Places(Gazetteer(program_files().maps / "places.sqlite"))


@pytest.mark.parametrize("which", ["first", "new", "go", "briefing", "table"])
def test_tab_goes_through_a_dialog_and_esc_leaves_it(qtbot: QtBot, theme: Theme, places: Places, which: str) -> None:
    dialog = dialogs(places)[which]()
    qtbot.addWidget(dialog)
    show_in_front(dialog, qtbot)
    wanted = reachable(dialog)
    found = stops(dialog, first_of(dialog, wanted))
    assert backwards(dialog, found) == []
    assert {name(w) for w in wanted} - {name(w) for w in found} == set()
    QTest.keyClick(QApplication.focusWidget() or dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not dialog.isVisible(), timeout=20_000)
    assert dialog.result() == QDialog.DialogCode.Rejected


@pytest.mark.parametrize("look", ["dark", "light"])
def test_what_has_the_keyboard_looks_different(shown: ShownWindow, theme: Theme, look: str) -> None:
    """A picture of each control with the keyboard differs from one without it, in colours that can be told apart."""
    theme.choose(look)
    shown.select(new_item(shown.desk, "Fire in a depot"))
    shown.until(lambda: shown.window.details.item is not None)
    same = []
    for panel in ("items", "layers", "details", "logbook"):
        shown.window.docks.show(panel)
        shown.settled()
        part: QWidget = getattr(shown.window, panel)
        found = stops(part, first_of(part, reachable(part)))
        same += [name(w) for w in found if not _seen(w, shown.window.timeline.valid)]
    same += [name(w) for w in (shown.window.timeline.live, shown.window.timeline.bar, shown.window.timeline.play)
             if not _seen(w, shown.window.timeline.valid)]
    theme.choose("dark")
    assert same == []


def _seen(widget: QWidget, elsewhere: QWidget) -> bool:
    elsewhere.setFocus(Qt.FocusReason.TabFocusReason)
    without = _picture(widget)
    widget.setFocus(Qt.FocusReason.TabFocusReason)
    return _different(without, _picture(widget)) >= 20


def _picture(widget: QWidget) -> QImage:
    QApplication.processEvents()
    return widget.grab().toImage()


def _different(one: QImage, other: QImage) -> int:
    """Pixels whose lightness differs by a third of the scale or more."""
    return sum(
        abs(one.pixelColor(x, y).lightness() - other.pixelColor(x, y).lightness()) > 40
        for x in range(one.width())
        for y in range(one.height())
    )
