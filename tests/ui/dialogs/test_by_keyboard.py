"""Dialogs by keyboard alone and read aloud: where Tab goes, what Enter and Esc do, what a control is called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytest.importorskip("PySide6.QtWidgets")

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QDialog,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QTableView,
    QWidget,
)
from pytestqt.qtbot import QtBot

from qroc_desktop.domain.aspects import Nature, Wording
from qroc_desktop.domain.vocabulary import Aspect, EntryKind, ItemType
from qroc_desktop.errors import Damaged, Message, Refused
from qroc_desktop.formats.reading import Problem, Reading, ReadItem
from qroc_desktop.services.importing import FilePlan, ImportPlan
from qroc_desktop.ui.dialogs.briefing import BriefingDialog
from qroc_desktop.ui.dialogs.csv_mapping import CsvMappingDialog
from qroc_desktop.ui.dialogs.history import HistoryDialog
from qroc_desktop.ui.dialogs.import_preview import ImportPreviewDialog
from qroc_desktop.ui.dialogs.opening_trouble import OpeningTroubleDialog, Way
from qroc_desktop.ui.theme import Theme
from tests.ui.desk_window import ShownWindow, new_item, show_in_front
from tests.ui.tabbing import backwards, first_of, name, reachable, stops

TABLE = "Name;Breite;Länge\nDepot;50,85;4,35\n".encode()
OPEN_ELSEWHERE = Refused(Message("The workspace is open already: {user} on {host}.", user="anna", host="pult-2"))
TORN = Damaged(Message("The workspace file is damaged."), where="/srv/lage.qroc")


def plan(items: int, findings: int) -> ImportPlan:
    reading = Reading(
        format="geojson",
        items=[
            ReadItem(aspects={Aspect.NATURE: Nature(type=ItemType.UNIT), Aspect.WORDING: Wording(title="Zug 1")})
            for _ in range(items)
        ],
        problems=[Problem(f"features[{n}]", Message("There is no geometry."), skipped=True) for n in range(findings)],
    )
    return ImportPlan(files=[FilePlan(path=Path("lage.geojson"), reading=reading)])


def dialogs() -> dict[str, Callable[[], QDialog]]:
    return {
        "import with findings": lambda: ImportPreviewDialog(plan(2, 30), []),
        "import without findings": lambda: ImportPreviewDialog(plan(2, 0), []),
        "nothing to import": lambda: ImportPreviewDialog(plan(0, 3), []),
        "columns": lambda: CsvMappingDialog(Path("lage.csv"), TABLE),
        "briefing": lambda: BriefingDialog("as it is now", (5.0, 50.0, 7.0, 52.0)),
        "open elsewhere": lambda: OpeningTroubleDialog(OPEN_ELSEWHERE, readable=True),
        "damaged": lambda: OpeningTroubleDialog(TORN, readable=False),
    }


ALL = [*dialogs(), "history"]


@pytest.fixture
def show(qtbot: QtBot, theme: Theme, request: pytest.FixtureRequest) -> Iterator[Callable[[str], QDialog]]:
    """Put a dialog on the screen, ready for keys."""

    def showing(which: str) -> QDialog:
        dialog = steps(request) if which == "history" else dialogs()[which]()
        if which != "history":
            qtbot.addWidget(dialog)
        show_in_front(dialog, qtbot)
        return dialog

    yield showing
    QApplication.sendPostedEvents()


def steps(request: pytest.FixtureRequest) -> HistoryDialog:
    """The history of a window with some steps, one of which cannot be undone."""
    shown: ShownWindow = request.getfixturevalue("shown")
    new_item(shown.desk, "Fire")
    shown.desk.logbook.add(EntryKind.DECISION, "Evacuate")
    new_item(shown.desk, "Flood")
    shown.settled()
    shown.ctrl(Qt.Key.Key_H)
    dialog: HistoryDialog = shown.dialog(HistoryDialog)
    shown.until(lambda: dialog.model.rowCount() >= 3)
    shown.settled()
    return dialog


def spoken(widget: QWidget) -> str:
    """What a screen reader calls a control."""
    return QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name).strip()


@pytest.mark.parametrize("which", ALL)
def test_tab_goes_as_one_reads_and_comes_back(show: Callable[[str], QDialog], which: str) -> None:
    dialog = show(which)
    wanted = reachable(dialog)
    found = stops(dialog, first_of(dialog, wanted))
    assert backwards(dialog, found) == []
    assert {name(w) for w in wanted} - {name(w) for w in found} == set()
    dialog.reject()


@pytest.mark.parametrize("which", ALL)
def test_every_control_is_called_something(show: Callable[[str], QDialog], which: str) -> None:
    dialog = show(which)
    nameless = [name(w) for w in reachable(dialog) if not spoken(w)]
    assert nameless == []
    dialog.reject()


@pytest.mark.parametrize("which", ALL)
def test_a_letter_with_alt_means_one_thing(show: Callable[[str], QDialog], which: str) -> None:
    dialog = show(which)
    labelled = [w.text() for w in dialog.findChildren(QLabel) if w.buddy() is not None]
    pressed = [w.text() for w in dialog.findChildren(QAbstractButton) if w.isVisibleTo(dialog)]
    letters = Counter(QKeySequence.mnemonic(text).toString() for text in labelled + pressed)
    del letters[""]
    assert [letter for letter, count in letters.items() if count > 1] == []
    dialog.reject()


@pytest.mark.parametrize("which", ALL)
def test_esc_leaves_from_wherever_the_keyboard_is(show: Callable[[str], QDialog], which: str) -> None:
    for number in range(len(reachable(show(which)))):
        dialog = show(which)
        controls = sorted(reachable(dialog), key=name)
        controls[number].setFocus()
        QTest.keyClick(controls[number], Qt.Key.Key_Escape)
        assert not dialog.isVisible(), name(controls[number])
        assert dialog.result() == QDialog.DialogCode.Rejected
        if which == "history":
            return


PRESSED = {
    "import with findings": "Import 2 items",
    "import without findings": "Import 2 items",
    "nothing to import": "",
    "columns": "Next",
    "briefing": "Save as …",
    "open elsewhere": "Open &read-only",
    "damaged": "Re&cover what can be read into a new file",
    "history": "",
}


@pytest.mark.parametrize("which", ALL)
def test_enter_in_a_field_does_what_the_dialog_is_for_and_never_leaves_it(
    show: Callable[[str], QDialog], which: str
) -> None:
    """From any control that is no button of its own, Enter presses the button that says what is asked."""
    dialog = show(which)
    fields = [w for w in reachable(dialog) if not isinstance(w, QPushButton)]
    for field in fields:
        if not isinstance(field, QComboBox | QLineEdit | QRadioButton | QTableView):
            continue
        field.setFocus()
        default = [b.text() for b in dialog.findChildren(QPushButton) if b.isDefault() and b.isEnabled()]
        assert default == ([PRESSED[which]] if PRESSED[which] else []), name(field)
    if fields and not PRESSED[which]:
        for field in fields:
            QTest.keyClick(field, Qt.Key.Key_Return)
            assert dialog.isVisible(), name(field)
    elif fields:
        last = sorted(fields, key=name)[-1]
        QTest.keyClick(last, Qt.Key.Key_Return)
        assert dialog.result() == QDialog.DialogCode.Accepted, name(last)
    dialog.reject()


@pytest.mark.parametrize(
    ("which", "at"),
    [
        ("import with findings", "QComboBox"),
        ("import without findings", "QComboBox"),
        ("nothing to import", "QTableView"),
        ("columns", "QComboBox"),
        ("briefing", "QRadioButton"),
        ("open elsewhere", "QPushButton"),
        ("damaged", "QPushButton"),
        ("history", "QLineEdit"),
    ],
)
def test_a_dialog_begins_where_one_begins(show: Callable[[str], QDialog], which: str, at: str) -> None:
    dialog = show(which)
    focus = QApplication.focusWidget()
    assert focus is not None
    assert dialog.isAncestorOf(focus)
    assert type(focus).__name__ == at
    dialog.reject()


def test_the_ways_on_are_taken_by_their_letter(show: Callable[[str], QDialog], qtbot: QtBot) -> None:
    dialog = show("damaged")
    assert isinstance(dialog, OpeningTroubleDialog)
    QTest.keyClick(dialog, Qt.Key.Key_C, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: dialog.way is Way.RECOVER, timeout=20_000)


@pytest.mark.parametrize("which", ["open elsewhere", "damaged"])
def test_what_is_wrong_is_read_aloud(show: Callable[[str], QDialog], which: str) -> None:
    dialog = show(which)
    said = QAccessible.queryAccessibleInterface(dialog).text(QAccessible.Text.Description)
    assert ("anna on pult-2" if which == "open elsewhere" else "/srv/lage.qroc") in said
