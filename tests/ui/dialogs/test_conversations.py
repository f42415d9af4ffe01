"""Whole conversations by keyboard on a real desk: what was chosen is in the workspace or in the file afterwards."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("PySide6.QtWidgets")

import pyproj
from pypdf import PdfReader
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFileDialog, QLabel, QLineEdit, QMessageBox, QPushButton

from qroc_desktop.domain.query import ItemQuery
from qroc_desktop.domain.vocabulary import WorkspaceKind
from qroc_desktop.errors import Message, Refused
from qroc_desktop.ui.dialogs.briefing import BriefingDialog
from qroc_desktop.ui.dialogs.csv_mapping import CsvMappingDialog
from qroc_desktop.ui.dialogs.go_to import GoToDialog
from qroc_desktop.ui.dialogs.import_preview import ImportPreviewDialog
from qroc_desktop.ui.dialogs.new_workspace import NewWorkspaceDialog
from tests.ui.desk_window import new_item
from tests.ui.dialogs.talking import Talk, press, saves_as, typed


def three(folder: Path) -> Path:
    features = [
        {
            "type": "Feature",
            "properties": {"title": title},
            "geometry": {"type": "Point", "coordinates": position},
        }
        for title, position in (("Röntgenstraße", [6.08, 50.77]), ("Depot", [4.35, 50.85]), ("Nowhere", [4, 91]))
    ]
    path = folder / "three.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def accept(dialog: QDialog) -> None:
    press(dialog, Qt.Key.Key_Return)


def titles(talk: Talk) -> set[str]:
    return {row.title for row in talk.shown.desk.workspace.rows(ItemQuery())}


def test_an_import_from_file_to_undone(talk: Talk) -> None:
    path = three(talk.folder)

    def chooses(dialog: ImportPreviewDialog) -> None:
        assert titles(talk) == set()
        line = dialog._layers.lineEdit()
        assert line is not None
        line.selectAll()
        typed(line, "Lage")
        press(dialog, Qt.Key.Key_Return)

    talk.answer(QFileDialog, saves_as(path))
    talk.answer(ImportPreviewDialog, chooses)
    talk.conversations.import_files(talk.window, [])
    talk.settled()
    assert titles(talk) == {"Röntgenstraße", "Depot"}
    assert [layer.name for layer in talk.shown.desk.layers.all()][-1] == "Lage"
    assert talk.notices() == ["2 items imported. Undo takes them back."]
    talk.shown.window.commands["edit.undo"].trigger()
    talk.settled()
    assert titles(talk) == set()
    assert "Lage" not in [layer.name for layer in talk.shown.desk.layers.all()]


def test_an_import_that_is_not_accepted_writes_nothing(talk: Talk) -> None:
    before = talk.shown.desk.workspace.last_seq
    talk.answer(ImportPreviewDialog, lambda dialog: press(dialog, Qt.Key.Key_Escape))
    talk.conversations.import_files(talk.window, [three(talk.folder)])
    talk.settled()
    assert talk.shown.desk.workspace.last_seq == before
    assert talk.window.findChildren(ImportPreviewDialog) == []


def test_a_bad_file_is_refused_by_itself(talk: Talk) -> None:
    bad = talk.folder / "bad.kml"
    bad.write_bytes(b'<!DOCTYPE x [<!ENTITY a "b">]><kml>&a;</kml>')

    def sees(dialog: ImportPreviewDialog) -> None:
        heading = dialog.findChild(QLabel, "dialogHeading")
        assert heading is not None
        assert "1 file is refused." in heading.text()
        press(dialog, Qt.Key.Key_Return)

    talk.answer(ImportPreviewDialog, sees)
    talk.conversations.import_files(talk.window, [bad, three(talk.folder)])
    talk.settled()
    assert titles(talk) == {"Röntgenstraße", "Depot"}


def test_a_table_is_mapped_looked_at_and_imported(talk: Talk) -> None:
    table = talk.folder / "lage.csv"
    table.write_text("Was;y;x\nDepot;50,85;4,35\nohne Ort;;\n", encoding="utf-8")

    def maps(dialog: CsvMappingDialog) -> None:
        what = dialog._strip.choices[0]
        what.setCurrentIndex(what.findData("title"))
        for place, target in ((1, "lat"), (2, "lon")):
            combo = dialog._strip.choices[place]
            combo.setCurrentIndex(combo.findData(target))
        press(dialog, Qt.Key.Key_Return)

    talk.answer(CsvMappingDialog, maps)
    talk.answer(ImportPreviewDialog, accept)
    talk.conversations.import_files(talk.window, [table])
    talk.settled()
    assert "Depot" in titles(talk)
    rows = {row.title: (row.lon, row.lat) for row in talk.shown.desk.workspace.rows(ItemQuery())}
    assert rows["Depot"] == (4.35, 50.85)


def test_a_file_that_cannot_be_read_is_said(talk: Talk) -> None:
    talk.conversations.import_files(talk.window, [talk.folder / "absent.csv"])
    talk.settled()
    assert "absent.csv" in talk.notices()[0]


@pytest.mark.parametrize(("filter_", "suffix"), [("GeoJSON", ".geojson"), ("KML", ".kml"), ("CSV table", ".csv")])
def test_an_export_has_the_suffix_of_its_format(talk: Talk, filter_: str, suffix: str) -> None:
    new_item(talk.shown.desk, "Depot")

    def saves(dialog: QFileDialog) -> None:
        (wanted,) = [f for f in dialog.nameFilters() if f.startswith(f"{filter_} (")]
        dialog.selectNameFilter(wanted)
        dialog.filterSelected.emit(wanted)
        saves_as(talk.folder / "lage")(dialog)

    talk.answer(QFileDialog, saves)
    talk.conversations.export(talk.window, None, None)
    talk.settled()
    assert [path.name for path in talk.folder.iterdir()] == [f"lage{suffix}"]
    assert b"Depot" in (talk.folder / f"lage{suffix}").read_bytes()
    assert str(talk.folder / f"lage{suffix}") in talk.notices()[0]


def test_a_file_is_only_replaced_after_a_question(talk: Talk) -> None:
    there = talk.folder / "lage.geojson"
    there.write_text("precious")

    def no(box: QMessageBox) -> None:
        box.button(QMessageBox.StandardButton.No).click()

    talk.answer(QFileDialog, saves_as(talk.folder / "lage"))
    talk.answer(QMessageBox, no)
    talk.answer(QFileDialog, lambda dialog: press(dialog, Qt.Key.Key_Escape))
    talk.conversations.export(talk.window, None, None)
    talk.settled()
    assert there.read_text() == "precious"


def test_an_export_that_cannot_be_written_is_said(talk: Talk) -> None:
    talk.answer(QFileDialog, saves_as(Path("/proc/lage.geojson")))
    talk.conversations.export(talk.window, None, None)
    talk.settled()
    (notice,) = talk.notices()
    assert notice.startswith("/proc/lage.geojson: The file cannot be written")


def test_a_briefing_becomes_a_pdf(talk: Talk) -> None:
    new_item(talk.shown.desk, "Brand im Depot")

    def forms(dialog: BriefingDialog) -> None:
        dialog._title.setText("Lage <b>Süd</b>")
        press(dialog, Qt.Key.Key_Return)

    talk.answer(BriefingDialog, forms)
    talk.answer(QFileDialog, saves_as(talk.folder / "lage"))
    talk.conversations.briefing(talk.window, None, (5.0, 50.0, 7.0, 52.0))
    talk.settled()
    pages = PdfReader(talk.folder / "lage.pdf").pages
    text = "\n".join(page.extract_text() for page in pages)
    assert "Lage <b>Süd</b>" in text
    assert "Brand im Depot" in text
    assert "Leitstelle Süd" in text
    assert any("lage.pdf" in notice for notice in talk.notices())


def test_go_to_gives_the_place(talk: Talk) -> None:
    def types(dialog: GoToDialog) -> None:
        typed(dialog.findChildren(QLineEdit)[0], "31UFS1234567890")
        press(dialog.findChildren(QLineEdit)[0], Qt.Key.Key_Return)

    talk.answer(GoToDialog, types)
    found = talk.conversations.go_to(talk.window, None)
    talk.settled()
    assert found is not None
    # Column F of zone 31 is 600 km east, row S in band U is 5600 km north.
    lon, lat = pyproj.Transformer.from_crs(32631, 4326, always_xy=True).transform(612_345, 5_667_890)
    assert (found.lon, found.lat) == pytest.approx((lon, lat), abs=2e-5)
    talk.answer(GoToDialog, lambda dialog: press(dialog, Qt.Key.Key_Escape))
    assert talk.conversations.go_to(talk.window, None) is None


def test_a_new_workspace_has_this_centre(talk: Talk) -> None:
    def exercise(dialog: NewWorkspaceDialog) -> None:
        dialog._kinds.button(1).click()
        press(dialog, Qt.Key.Key_Return)

    talk.answer(NewWorkspaceDialog, exercise)
    talk.answer(QFileDialog, saves_as(talk.folder / "übung 2026.03"))
    talk.conversations.new_workspace(talk.window)
    talk.settled()
    assert talk.openings.asked == [
        ("create", talk.folder / "übung 2026.03.qroc", "Leitstelle Süd", "DE", WorkspaceKind.EXERCISE)
    ]


def test_a_locked_workspace_is_offered_for_reading(talk: Talk) -> None:
    path = talk.folder / "other.qroc"
    path.write_bytes(b"x")
    talk.openings.refusal = Refused(Message("It is open elsewhere."), where=str(path))
    talk.answer(QFileDialog, saves_as(path))
    talk.conversations.open_workspace(talk.window, read_only=False)
    talk.settled()
    (notice,) = talk.shown.window.bench.notices.history
    assert notice.text.startswith(str(path))
    offer = [b for b in talk.window.findChildren(QPushButton) if b.text() == "Open read-only" and b.isVisible()]
    assert len(offer) == 1
    offer[0].click()
    assert talk.openings.asked == [("open", path, False), ("open", path, True)]
