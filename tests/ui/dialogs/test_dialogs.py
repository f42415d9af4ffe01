"""Each dialog by itself: what it asks, what it shows of texts from outside, and that it works by keyboard."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytest.importorskip("PySide6.QtWidgets")

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QCheckBox,
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
from qroc_desktop.domain.state import Layer
from qroc_desktop.domain.vocabulary import Aspect, ItemType, WorkspaceKind
from qroc_desktop.errors import Damaged, Message, Refused
from qroc_desktop.formats.reading import Problem, Reading, ReadItem
from qroc_desktop.paths import program_files
from qroc_desktop.services.desk import Desk
from qroc_desktop.services.importing import FilePlan, ImportPlan
from qroc_desktop.services.places import Destination, Places
from qroc_desktop.store.gazetteer import Gazetteer
from qroc_desktop.ui.dialogs.briefing import BriefingDialog
from qroc_desktop.ui.dialogs.csv_mapping import CsvMappingDialog
from qroc_desktop.ui.dialogs.first_start import FirstStartDialog, countries
from qroc_desktop.ui.dialogs.go_to import GoToDialog
from qroc_desktop.ui.dialogs.import_preview import FindingsModel, ImportPreviewDialog
from qroc_desktop.ui.dialogs.new_workspace import NewWorkspaceDialog
from qroc_desktop.ui.dialogs.opening_trouble import OpeningTroubleDialog, Way
from qroc_desktop.ui.theme import Theme
from tests.ui.desk_window import show_in_front
from tests.ui.dialogs.talking import press, typed

HOSTILE = "<img src=x onerror=alert(1)><b>Amt & {x} %n"
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
TABLE = "Name;Breite;Länge;Lage\nRöntgenstraße;50,77;6,08;heiß\nDepot;50,85;4,35;kühl\n"


@pytest.fixture
def show(qtbot: QtBot, theme: Theme) -> Iterator[Callable[[QDialog], None]]:
    """Put a dialog on the screen, ready for keys."""

    def showing(dialog: QDialog) -> None:
        qtbot.addWidget(dialog)
        show_in_front(dialog, qtbot)

    yield showing
    QApplication.sendPostedEvents()


def plan(findings: int = 0, *, name: str = "three.geojson", items: int = 2, refused: bool = False) -> ImportPlan:
    reading = Reading(
        format="geojson",
        items=[
            ReadItem(aspects={Aspect.NATURE: Nature(type=ItemType.UNIT), Aspect.WORDING: Wording(title=HOSTILE)})
            for _ in range(items)
        ],
        problems=[
            Problem(f"features[{n}]", Message("The latitude is {lat}.", lat=91 + n), what=HOSTILE, skipped=n % 2 == 0)
            for n in range(findings)
        ],
    )
    files = [FilePlan(path=Path(name), reading=reading)]
    if refused:
        files.append(FilePlan(path=Path(HOSTILE), refused=Refused(Message("The file is empty."), where=HOSTILE)))
    return ImportPlan(files=files)


def layers(desk: Desk, *names: str, locked: str = "") -> list[Layer]:
    for name in names:
        desk.layers.add(name)
    if locked:
        desk.layers.add(locked)
        made = desk.layers.named(locked)
        assert made is not None
        desk.layers.lock(made, locked=True)
    return desk.layers.all()


def every_dialog(tmp: Path, desk: Desk) -> list[QDialog]:
    """One of each, with texts of the worst kind."""
    table = tmp / f"{LONG}.csv"
    table.write_text(TABLE, encoding="utf-8")
    error = Refused(
        Message("The workspace is open already: {user} on {host}.", user=LONG, host="host"),
        where=f"/srv/{LONG}/{HOSTILE}.qroc",
        action=Message("Close it there, or open it for reading only."),
    )
    places = Places(Gazetteer(program_files().maps / "places.sqlite"))
    go_to = GoToDialog(places.find)
    go_to._text.setText("Wien")
    return [
        FirstStartDialog(),
        NewWorkspaceDialog(f"{HOSTILE} {LONG}"),
        ImportPreviewDialog(plan(200, name=f"{LONG}.kml", refused=True), layers(desk, LONG, HOSTILE)),
        ImportPreviewDialog(plan(0), []),
        CsvMappingDialog(table, table.read_bytes()),
        BriefingDialog("as of 2026-03-01T14:05:00Z", (5.0, 50.0, 7.0, 52.0)),
        go_to,
        OpeningTroubleDialog(error, readable=True),
        OpeningTroubleDialog(Damaged(Message("The workspace file is damaged."), where="/srv/x.qroc"), readable=False),
    ]


def cut_off(dialog: QDialog) -> list[str]:
    """Texts of labels and buttons that have less room than they need."""
    found = []
    for widget in dialog.findChildren(QWidget):
        if not widget.isVisibleTo(dialog):
            continue
        if isinstance(widget, QLabel) and widget.text() and not widget.wordWrap():
            if widget.width() < widget.sizeHint().width():
                found.append(widget.text())
        elif isinstance(widget, QLabel) and widget.text():
            if widget.height() < widget.heightForWidth(widget.width()):
                found.append(widget.text())
        elif isinstance(widget, QPushButton | QCheckBox | QRadioButton) and widget.width() < widget.sizeHint().width():
            found.append(widget.text())
    return found


@pytest.mark.parametrize("theme_name", ["dark", "light"])
def test_long_words_fit_on_a_small_screen(
    show: Callable[[QDialog], None], theme: Theme, theme_name: str, tmp_path: Path, desk: Desk, long_words: None
) -> None:
    theme.choose(theme_name)
    for dialog in every_dialog(tmp_path, desk):
        show(dialog)
        QApplication.processEvents()
        assert dialog.width() <= 1366, dialog
        assert dialog.height() <= 700, dialog
        assert cut_off(dialog) == [], dialog
        dialog.reject()


def test_texts_from_outside_are_never_markup(show: Callable[[QDialog], None], tmp_path: Path, desk: Desk) -> None:
    for dialog in every_dialog(tmp_path, desk):
        show(dialog)
        for label in dialog.findChildren(QLabel):
            if "<" in label.text() or "{" in label.text():
                assert label.textFormat() is Qt.TextFormat.PlainText, (dialog, label.text())
        for widget in dialog.findChildren(QWidget):
            assert "<img" not in widget.toolTip(), (dialog, widget)
        dialog.reject()


def test_every_field_has_a_name_and_every_dialog_a_way_out(
    show: Callable[[QDialog], None], tmp_path: Path, desk: Desk
) -> None:
    for dialog in every_dialog(tmp_path, desk):
        show(dialog)
        buddies = {label.buddy() for label in dialog.findChildren(QLabel)}
        for field in [*dialog.findChildren(QLineEdit), *dialog.findChildren(QComboBox)]:
            own = isinstance(field.parent(), QComboBox)
            named = field.accessibleName() or field in buddies or getattr(field, "placeholderText", str)()
            assert own or named, (dialog, field)
        for button in dialog.findChildren(QAbstractButton):
            assert button.text() or button.accessibleName() or isinstance(button.parent(), QTableView | QLineEdit)
        press(dialog, Qt.Key.Key_Escape)
        assert not dialog.isVisible()
        assert dialog.result() == QDialog.DialogCode.Rejected


# --- first start -------------------------------------------------------------------------------


def test_first_start_by_keyboard(show: Callable[[QDialog], None]) -> None:
    dialog = FirstStartDialog()
    show(dialog)
    assert not dialog._start.isEnabled()
    typed(dialog._centre, "  Leitstelle   Süd ")
    dialog._country.setCurrentIndex(-1)
    assert not dialog._start.isEnabled()
    press(dialog._centre, Qt.Key.Key_Tab)
    assert dialog.focusWidget() is dialog._country
    line = dialog._country.lineEdit()
    assert line is not None
    line.selectAll()
    typed(line, "nowhere")
    assert not dialog._start.isEnabled()
    line.selectAll()
    typed(line, "austria")
    assert dialog._start.isEnabled()
    assert (dialog.centre, dialog.country) == ("Leitstelle Süd", "AT")
    press(dialog, Qt.Key.Key_Return)
    assert dialog.result() == QDialog.DialogCode.Accepted


def test_countries_have_names_of_the_language_in_its_order() -> None:
    german = countries("de")
    names = [name for name, _ in german]
    assert ("Österreich", "AT") in german
    assert names.index("Norwegen") < names.index("Österreich") < names.index("Polen")
    codes = {code for _, code in german}
    # The member states as ISO 3166-1 has them.
    states = "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE"
    assert set(states.split()) <= codes
    assert "EU" not in codes
    assert [code for name, code in countries("no-such") if name == "Germany"] == ["DE"]


# --- import preview ----------------------------------------------------------------------------


def test_findings_stand_as_they_are(show: Callable[[QDialog], None], desk: Desk) -> None:
    dialog = ImportPreviewDialog(plan(3, refused=True), layers(desk, HOSTILE, locked="fixed"))
    show(dialog)
    table = dialog.findChild(QTableView)
    assert table is not None
    cells = [[str(table.model().index(r, c).data()) for c in range(3)] for r in range(table.model().rowCount())]
    assert [row[0] for row in cells] == ["Refused", "Skipped", "Skipped", "Note"]
    assert cells[0][1] == HOSTILE
    assert cells[1] == ["Skipped", "three.geojson: features[0]", f"The latitude is 91. ({HOSTILE})"]
    tip = table.model().index(1, 2).data(Qt.ItemDataRole.ToolTipRole)
    assert "<img" not in tip
    assert "&lt;img" in tip
    heading = dialog.findChild(QLabel, "dialogHeading")
    assert heading is not None
    assert heading.text() == "2 items can be imported. 2 elements are skipped. 1 file is refused."
    names = [dialog._layers.itemText(n) for n in range(dialog._layers.count())]
    assert names == ["A layer named after each file", HOSTILE, "Incidents"]
    assert dialog.layer == ""
    dialog._layers.setCurrentIndex(1)
    assert dialog.layer == HOSTILE
    line = dialog._layers.lineEdit()
    assert line is not None
    line.selectAll()
    typed(line, "  Neue Lage ")
    assert dialog.layer == "Neue Lage"


def test_ten_thousand_findings_are_all_there(show: Callable[[QDialog], None]) -> None:
    dialog = ImportPreviewDialog(plan(10_000), [])
    show(dialog)
    table = dialog.findChild(QTableView)
    assert table is not None
    model = table.model()
    assert isinstance(model, FindingsModel)
    assert model.rowCount() == 10_000
    table.setFocus()
    press(table, Qt.Key.Key_End)
    table.scrollToBottom()
    last = table.visualRect(model.index(9_999, 1))
    assert table.viewport().rect().intersects(last)
    assert model.index(9_999, 1).data() == "three.geojson: features[9999]"


def test_nothing_to_import_cannot_be_accepted(show: Callable[[QDialog], None]) -> None:
    dialog = ImportPreviewDialog(plan(4, items=0), [])
    show(dialog)
    (accept, _) = dialog._buttons.buttons()
    assert not accept.isEnabled()
    press(dialog, Qt.Key.Key_Return)
    assert dialog.result() != QDialog.DialogCode.Accepted


# --- CSV ---------------------------------------------------------------------------------------


@pytest.fixture
def mapping(show: Callable[[QDialog], None], tmp_path: Path) -> CsvMappingDialog:
    dialog = CsvMappingDialog(tmp_path / "lage.csv", TABLE.encode())
    show(dialog)
    return dialog


def test_a_table_is_guessed_and_shown(mapping: CsvMappingDialog) -> None:
    chosen = mapping.mapping
    assert (chosen.encoding, chosen.delimiter, chosen.decimal, chosen.header) == ("utf-8", ";", ",", True)
    assert chosen.columns[:3] == ("title", "lat", "lon")
    assert mapping._table.model().index(0, 0).data() == "Röntgenstraße"
    assert "2 of the first 2 rows" in mapping._finding.text()
    assert mapping._next.isEnabled()


def test_the_meaning_of_a_column_is_changed(mapping: CsvMappingDialog) -> None:
    lat = mapping._strip.choices[1]
    assert lat.accessibleName() == "Meaning of column Breite"
    lat.setFocus()
    lat.setCurrentIndex(lat.findData("description"))
    assert mapping.mapping.columns[1] == "description"
    # Half a position cannot be followed, and that is said.
    assert "Latitude and longitude" in mapping._finding.text()
    assert not mapping._next.isEnabled()
    lat.setCurrentIndex(lat.findData("lat"))
    assert "2 of the first 2 rows" in mapping._finding.text()
    lat.setCurrentIndex(0)
    words = mapping._strip.choices[3]
    words.setCurrentIndex(words.findData("lat"))
    # Why a row cannot be imported is said with the first line that cannot.
    assert "0 of the first 2 rows" in mapping._finding.text()
    assert "line 2" in mapping._finding.text()
    for choice in mapping._strip.choices:
        choice.setCurrentIndex(0)
    assert not mapping._next.isEnabled()


def test_a_wrong_encoding_is_seen_or_said(mapping: CsvMappingDialog) -> None:
    encoding = mapping._encoding
    encoding.setCurrentIndex(encoding.findData("cp1252"))
    assert mapping._table.model().index(0, 0).data() == "RÃ¶ntgenstraÃŸe"
    encoding.setCurrentIndex(encoding.findData("utf-16"))
    assert "2 of the first 2 rows" not in mapping._finding.text()
    encoding.setCurrentIndex(encoding.findData("utf-8"))
    assert mapping._table.model().index(0, 0).data() == "Röntgenstraße"
    assert mapping._next.isEnabled()


def test_a_table_without_names_and_with_another_delimiter(mapping: CsvMappingDialog) -> None:
    mapping._header.setChecked(False)
    assert mapping._table.model().rowCount() == 3
    mapping._delimiter.setCurrentIndex(mapping._delimiter.findData("\t"))
    assert mapping._table.model().columnCount() == 1
    assert len(mapping._strip.choices) == 1
    mapping._delimiter.setCurrentIndex(mapping._delimiter.findData(";"))
    assert len(mapping._strip.choices) == 4


def test_choices_stand_above_their_columns(show: Callable[[QDialog], None], tmp_path: Path, qtbot: QtBot) -> None:
    names = ";".join(f"column {n}" for n in range(30))
    dialog = CsvMappingDialog(tmp_path / "wide.csv", f"{names}\n{';'.join('1' * 30)}\n".encode())
    show(dialog)

    def aligned() -> bool:
        table = dialog._table
        for n, choice in enumerate(dialog._strip.choices):
            left = table.viewport().mapToGlobal(table.visualRect(table.model().index(0, n)).topLeft()).x()
            if abs(choice.mapToGlobal(choice.rect().topLeft()).x() - left) > 2:
                return False
        return True

    qtbot.waitUntil(aligned, timeout=20_000)
    bar = dialog._table.horizontalScrollBar()
    bar.setValue(bar.maximum())
    qtbot.waitUntil(aligned, timeout=20_000)
    dialog._strip.choices[0].setFocus()
    qtbot.waitUntil(lambda: bar.value() == bar.minimum(), timeout=20_000)
    dialog._table.setColumnWidth(0, 300)
    qtbot.waitUntil(aligned, timeout=20_000)
    assert dialog._strip.choices[0].width() == 300


# --- the others --------------------------------------------------------------------------------


def test_go_to_by_keyboard_alone(show: Callable[[QDialog], None], qtbot: QtBot) -> None:
    places = Places(Gazetteer(program_files().maps / "places.sqlite"))
    dialog = GoToDialog(places.find)
    show(dialog)
    assert dialog.focusWidget() is dialog._text
    typed(dialog._text, "xqzwv")
    qtbot.waitUntil(lambda: dialog._hint.text() == "No place or coordinate like this.", timeout=20_000)
    press(dialog._text, Qt.Key.Key_Return)
    assert dialog.isVisible()
    dialog._text.selectAll()
    typed(dialog._text, "wien")
    qtbot.waitUntil(lambda: dialog._results.count() > 1, timeout=20_000)
    assert "50.8503" in dialog._hint.text()
    second = dialog._results.item(1).data(Qt.ItemDataRole.UserRole)
    press(dialog._text, Qt.Key.Key_Down)
    press(dialog._text, Qt.Key.Key_Return)
    assert dialog.destination == second
    assert dialog.result() == QDialog.DialogCode.Accepted


def test_enter_right_after_typing_goes_to_what_was_typed(show: Callable[[QDialog], None]) -> None:
    found = {"50.85, 4.35": [Destination(name="50.85, 4.35", detail=HOSTILE, lon=4.35, lat=50.85, zoom=13.0)]}
    dialog = GoToDialog(lambda text: found.get(text, []))
    show(dialog)
    typed(dialog._text, "50.85, 4.35")
    press(dialog._text, Qt.Key.Key_Return)
    assert dialog.destination is not None
    assert (dialog.destination.lon, dialog.destination.lat) == (4.35, 50.85)


def test_briefing_choices(show: Callable[[QDialog], None]) -> None:
    dialog = BriefingDialog("as it is now", (5.0, 50.0, 7.0, 52.0))
    show(dialog)
    assert (dialog.kind, dialog.paper, dialog.bounds) == ("pdf", "A4", (5.0, 50.0, 7.0, 52.0))
    dialog._area.setCurrentIndex(1)
    assert dialog.bounds is None
    html = dialog._forms.button(1)
    html.setFocus()
    press(html, Qt.Key.Key_Space)
    assert dialog.kind == "html"
    assert not dialog._paper.isEnabled()
    press(html, Qt.Key.Key_Down)
    assert dialog.kind == "png"
    assert dialog._paper.isEnabled()
    dialog._title.setText("   ")
    assert dialog.title == "Situation briefing"
    assert BriefingDialog("now", None).bounds is None


def test_new_workspace_is_live_unless_said_otherwise(show: Callable[[QDialog], None]) -> None:
    dialog = NewWorkspaceDialog(HOSTILE)
    show(dialog)
    kinds = [dialog.kind]
    heading = dialog.findChild(QLabel, "dialogHeading")
    assert heading is not None
    assert heading.text() == f"A new workspace of {HOSTILE}"
    dialog._kinds.button(1).click()
    kinds.append(dialog.kind)
    assert kinds == [WorkspaceKind.LIVE, WorkspaceKind.EXERCISE]


@pytest.mark.parametrize(
    ("readable", "damaged", "ways"),
    [
        (True, False, ["read-only", "other", "quit"]),
        (False, False, ["other", "new", "quit"]),
        (False, True, ["recover", "other", "new", "quit"]),
    ],
)
def test_ways_on_from_a_workspace_that_cannot_be_opened(
    show: Callable[[QDialog], None], readable: bool, damaged: bool, ways: list[str]
) -> None:
    kind = Damaged if damaged else Refused
    dialog = OpeningTroubleDialog(kind(Message("It is broken."), where=HOSTILE), readable=readable)
    show(dialog)
    buttons = [b for b in dialog.findChildren(QPushButton) if b.objectName().startswith("way-")]
    assert [b.objectName().removeprefix("way-") for b in buttons] == ways
    assert dialog.focusWidget() is buttons[0]
    press(dialog, Qt.Key.Key_Return)
    assert dialog.way is Way(ways[0])
