"""What the columns of a table mean: guessed, shown with the first rows, and for a person to correct."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import available_timezones

import msgspec
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from qroc_desktop.domain.vocabulary import ItemType
from qroc_desktop.errors import QrocError
from qroc_desktop.formats import csv_table
from qroc_desktop.formats.csv_mapping import TARGETS, Mapping
from qroc_desktop.formats.reading import Reading
from qroc_desktop.translation import explained, ntr, tr

Index = QModelIndex | QPersistentModelIndex
DELIMITERS = ((",", "Comma"), (";", "Semicolon"), ("\t", "Tab"), ("|", "Bar"))
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1252", "iso8859-15")
COLUMN_WIDTH = 150


class RowsModel(QAbstractTableModel):
    """The first rows of the file as they stand."""

    def __init__(self, names: Sequence[str], rows: Sequence[tuple[int, list[str]]]) -> None:
        super().__init__()
        self._names = names
        self._rows = rows

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Rows of the preview."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Columns of the file."""
        return 0 if parent.isValid() else len(self._names)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        """A cell; empty where the row is shorter."""
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        cells = self._rows[index.row()][1]
        return cells[index.column()] if index.column() < len(cells) else ""

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> str | None:
        """Names of the columns, and the lines of the file."""
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if orientation == Qt.Orientation.Horizontal:
            return self._names[section]
        return str(self._rows[section][0])


class CsvMappingDialog(QDialog):
    """Shows the table under a mapping; `reading()` is the whole file under the mapping that was chosen."""

    def __init__(self, path: Path, data: bytes, parent: QWidget | None = None) -> None:
        """Raises Refused for what is no table."""
        super().__init__(parent)
        self._path = path
        self._data = data
        self._preview = csv_table.preview(data, path.name)
        self.setWindowTitle(tr("Columns of {file}", file=path.name))
        self.resize(900, 560)
        self._table = QTableView(self)
        self._choices: list[QComboBox] = []
        self._choice_row = QHBoxLayout()
        self._finding = QLabel(self)
        self._finding.setTextFormat(Qt.TextFormat.PlainText)
        self._finding.setWordWrap(True)
        self._encoding = self._combo([(name, name) for name in ENCODINGS])
        self._delimiter = self._combo([(sign, tr(word)) for sign, word in DELIMITERS])
        self._decimal = self._combo([(".", tr("Point")), (",", tr("Comma"))])
        self._header = QCheckBox(tr("The first row holds &names"), self)
        self._zone = self._combo([("", "UTC"), *[(zone, zone) for zone in _zones()]])
        self._zone.setEditable(True)
        self._day_first = QCheckBox(tr("03/04 is in A&pril"), self)
        self._type = self._combo([(str(type_), tr(str(type_))) for type_ in ItemType])
        self._buttons = QDialogButtonBox(self)
        self._next = self._buttons.addButton(tr("Next"), QDialogButtonBox.ButtonRole.AcceptRole)
        self._buttons.addButton(tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)
        self._lay_out()
        self._show_mapping()
        self._show_preview()
        self._connect()

    def reading(self) -> Reading:
        """All rows under the chosen mapping. Raises Refused where it cannot be followed."""
        return csv_table.read(self._data, name=self._path.name, mapping=self._chosen())

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(12)
        settings = QHBoxLayout()
        for fields in (
            ((tr("&Encoding"), self._encoding), (tr("&Delimiter"), self._delimiter)),
            ((tr("Decimal &sign"), self._decimal), (tr("Time &zone"), self._zone)),
            ((tr("&Rows are"), self._type), ("", self._header), ("", self._day_first)),
        ):
            form = QFormLayout()
            for label, field in fields:
                form.addRow(label, field)
            settings.addLayout(form, 1)
        column.addLayout(settings)
        heading = QLabel(tr("What each column means"), self)
        heading.setObjectName("dialogHeading")
        column.addWidget(heading)
        self._table.setAccessibleName(tr("First rows of the file"))
        self._table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self._table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self._table.setAlternatingRowColors(True)
        self._table.horizontalHeader().setDefaultSectionSize(COLUMN_WIDTH)
        holder = QWidget(self)
        holder.setLayout(self._choice_row)
        self._choice_row.setContentsMargins(0, 0, 0, 0)
        self._choice_row.setSpacing(0)
        scroll = QScrollArea(self)
        scroll.setWidget(holder)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # The choices stand above their columns and move with them.
        self._table.horizontalScrollBar().valueChanged.connect(scroll.horizontalScrollBar().setValue)
        self._choices_area = scroll
        column.addWidget(scroll)
        column.addWidget(self._table, 1)
        column.addWidget(self._finding)
        column.addWidget(self._buttons)

    def _combo(self, entries: Sequence[tuple[str, str]]) -> QComboBox:
        combo = QComboBox(self)
        for value, words in entries:
            combo.addItem(words, value)
        return combo

    def _connect(self) -> None:
        for combo in (self._encoding, self._delimiter, self._decimal, self._zone, self._type):
            combo.currentIndexChanged.connect(self._changed)
        for check in (self._header, self._day_first):
            check.toggled.connect(self._changed)

    def _show_mapping(self) -> None:
        mapping = self._preview.mapping
        for combo, value in (
            (self._encoding, mapping.encoding),
            (self._delimiter, mapping.delimiter),
            (self._decimal, mapping.decimal),
            (self._zone, mapping.zone),
            (self._type, str(mapping.default_type)),
        ):
            if combo.findData(value) < 0:
                combo.addItem(value, value)
            combo.setCurrentIndex(combo.findData(value))
        self._header.setChecked(mapping.header)
        self._day_first.setChecked(mapping.day_first)
        self._show_choices(mapping)

    def _show_choices(self, mapping: Mapping) -> None:
        while self._choice_row.count():
            old = self._choice_row.takeAt(0)
            widget = old.widget() if old else None
            if widget is not None:
                widget.deleteLater()
        self._choices = []
        margin = QWidget(self)
        margin.setFixedWidth(self._table.verticalHeader().sizeHint().width())
        self._choice_row.addWidget(margin)
        for place, name in enumerate(self._preview.names):
            combo = self._combo([("", tr("(only kept)")), *[(target, target_words(target)) for target in TARGETS]])
            target = mapping.columns[place] if place < len(mapping.columns) else ""
            combo.setCurrentIndex(combo.findData(target))
            combo.setFixedWidth(COLUMN_WIDTH)
            combo.setAccessibleName(tr("Meaning of column {name}", name=name))
            combo.currentIndexChanged.connect(self._changed)
            self._choices.append(combo)
            self._choice_row.addWidget(combo)
        self._choice_row.addStretch(1)
        self._choices_area.setFixedHeight(self._choices[0].sizeHint().height() + 2 if self._choices else 0)

    def _chosen(self) -> Mapping:
        return msgspec.structs.replace(
            self._preview.mapping,
            encoding=str(self._encoding.currentData()),
            delimiter=str(self._delimiter.currentData()),
            decimal=str(self._decimal.currentData()),
            header=self._header.isChecked(),
            columns=tuple(str(choice.currentData()) for choice in self._choices),
            zone=str(self._zone.currentData() or ""),
            day_first=self._day_first.isChecked(),
            default_type=ItemType(str(self._type.currentData())),
        )

    def _changed(self) -> None:
        try:
            preview = csv_table.preview(self._data, self._path.name, self._chosen())
        except QrocError as error:
            self._finding.setText(explained(error))
            self._next.setEnabled(False)
            return
        columns_changed = len(preview.names) != len(self._preview.names)
        self._preview = preview
        if columns_changed:
            self._show_choices(preview.mapping)
        self._show_preview()

    def _show_preview(self) -> None:
        preview = self._preview
        self._table.setModel(RowsModel(preview.names, preview.rows))
        count = len(preview.reading.items)
        self._finding.setText(
            ntr(
                "{count} of the first {rows} rows can be imported.",
                "{count} of the first {rows} rows can be imported.",
                count,
                rows=len(preview.rows),
            )
        )
        self._next.setEnabled(any(preview.mapping.columns))


def target_words(target: str) -> str:
    """A target in words."""
    return tr(_WORDS.get(target, target.replace("_", " ").replace(".", " ")))


def _zones() -> list[str]:
    """Europe's time zones, and first the machine's own."""
    own = getattr(datetime.now().astimezone().tzinfo, "key", "")
    europe = sorted(zone for zone in available_timezones() if zone.startswith("Europe/"))
    return [own, *europe] if own and own not in europe else europe


_WORDS = {
    "lat": "latitude",
    "lon": "longitude",
    "position": "position in one cell",
    "wkt": "geometry (WKT)",
    "valid_at": "time",
    "id": "identifier",
    "radius_m": "radius in m",
    "rings_m": "range rings in m",
    "accuracy_m": "accuracy in m",
    "vertical_accuracy_m": "vertical accuracy in m",
    "times": "times of the track",
    "qroc": "all aspects (JSON)",
}
