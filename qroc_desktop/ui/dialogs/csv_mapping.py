"""What the columns of a table mean: guessed, shown with the first rows, and for a person to correct."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from zoneinfo import available_timezones

import msgspec
from PySide6.QtCore import QAbstractTableModel, QEvent, QModelIndex, QObject, QPersistentModelIndex, QPoint, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from qroc_desktop.domain.vocabulary import ItemType
from qroc_desktop.domain.words import TYPES
from qroc_desktop.errors import Message, QrocError
from qroc_desktop.formats import csv_mapping, csv_table
from qroc_desktop.formats.csv_mapping import TARGETS, Mapping
from qroc_desktop.translation import explained, ntr, said, tr
from qroc_desktop.ui.dialogs.column_words import COLUMN_WORDS

Index = QModelIndex | QPersistentModelIndex
DELIMITERS = ((",", Message("Comma")), (";", Message("Semicolon")), ("\t", Message("Tab")), ("|", Message("Bar")))
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1252", "iso8859-15")
COLUMN_WIDTH = 150


class RowsModel(QAbstractTableModel):
    """The first rows of the file as they stand."""

    def __init__(
        self, names: Sequence[str], rows: Sequence[tuple[int, list[str]]], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
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


class ChoiceStrip(QWidget):
    """One choice above each column of a table; they move and stretch with the columns."""

    def __init__(self, table: QTableView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._table = table
        self.choices: list[QComboBox] = []
        header = table.horizontalHeader()
        header.sectionResized.connect(self.place)
        header.geometriesChanged.connect(self.place)
        table.verticalHeader().geometriesChanged.connect(self.place)
        table.horizontalScrollBar().valueChanged.connect(self.place)

    def show_choices(self, choices: Sequence[QComboBox]) -> None:
        """Other choices, one a column."""
        for old in self.choices:
            old.hide()
            old.deleteLater()
        self.choices = list(choices)
        for choice in self.choices:
            choice.setParent(self)
            choice.installEventFilter(self)
            choice.show()
        self.setFixedHeight(self.choices[0].sizeHint().height() + 2 if self.choices else 0)
        self.place()

    def place(self) -> None:
        """Put every choice above its column."""
        header = self._table.horizontalHeader()
        origin = self._table.viewport().mapTo(self._table, QPoint()).x()
        for column, choice in enumerate(self.choices):
            width = header.sectionSize(column)
            choice.setGeometry(origin + header.sectionViewportPosition(column), 0, width, self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A column whose choice gets the keyboard has to be seen."""
        if event.type() == QEvent.Type.FocusIn and isinstance(watched, QComboBox) and watched in self.choices:
            self._table.scrollTo(self._table.model().index(0, self.choices.index(watched)))
        return super().eventFilter(watched, event)


class CsvMappingDialog(QDialog):
    """Shows the table under a mapping; `mapping` is what was chosen."""

    def __init__(self, path: Path, data: bytes, parent: QWidget | None = None) -> None:
        """Raises Refused for what is no table."""
        super().__init__(parent)
        self._path = path
        self._data = data
        self._preview = csv_table.preview(data, path.name)
        self.setWindowTitle(tr("Columns of {file}", file=path.name))
        self.resize(900, 560)
        self._table = QTableView(self)
        self._strip = ChoiceStrip(self._table, self)
        self._finding = QLabel(self)
        self._finding.setTextFormat(Qt.TextFormat.PlainText)
        self._finding.setWordWrap(True)
        self._encoding = self._combo([(name, name) for name in ENCODINGS])
        self._delimiter = self._combo([(sign, said(word)) for sign, word in DELIMITERS])
        self._decimal = self._combo([(".", tr("Point")), (",", tr("Comma"))])
        self._header = QCheckBox(tr("The first row holds &names"), self)
        self._zone = self._combo([("", "UTC"), *[(zone, zone) for zone in _zones()]])
        self._zone.setEditable(True)
        self._day_first = QCheckBox(tr("03/04 is in A&pril"), self)
        self._type = self._combo([(str(type_), said(TYPES[type_])) for type_ in ItemType])
        self._buttons = QDialogButtonBox(self)
        self._next = self._buttons.addButton(tr("Next"), QDialogButtonBox.ButtonRole.AcceptRole)
        self._buttons.addButton(tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)
        self._lay_out()
        self._show_mapping()
        self._show_preview()
        self._connect()

    @property
    def mapping(self) -> Mapping:
        """What was chosen."""
        return self._chosen()

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
        self._table.setTabKeyNavigation(False)
        self._table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self._table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self._table.setAlternatingRowColors(True)
        header = self._table.horizontalHeader()
        header.setDefaultSectionSize(COLUMN_WIDTH)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        column.addWidget(self._strip)
        column.addWidget(self._table, 1)
        column.addWidget(self._finding)
        column.addWidget(self._buttons)

    def _combo(self, entries: Sequence[tuple[str, str]]) -> QComboBox:
        combo = QComboBox(self)
        for value, words in entries:
            combo.addItem(words, value)
        return combo

    def _connect(self) -> None:
        for combo in (self._decimal, self._zone, self._type):
            combo.currentIndexChanged.connect(self._meaning_changed)
        for combo in (self._encoding, self._delimiter):
            combo.currentIndexChanged.connect(self._structure_changed)
        self._header.toggled.connect(self._structure_changed)
        self._day_first.toggled.connect(self._meaning_changed)

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
        choices = []
        for place, name in enumerate(self._preview.names):
            meanings = [(target, said(COLUMN_WORDS[target])) for target in TARGETS]
            combo = self._combo([("", tr("(only kept)")), *meanings])
            target = mapping.columns[place] if place < len(mapping.columns) else ""
            combo.setCurrentIndex(combo.findData(target))
            combo.setAccessibleName(tr("Meaning of column {name}", name=name))
            combo.currentIndexChanged.connect(self._meaning_changed)
            choices.append(combo)
        self._strip.show_choices(choices)
        self._order_tabs()

    def _order_tabs(self) -> None:
        """As it is read: how the file is written, what each column means, the table. Choices come anew with each file
        structure, and would else be reached behind the buttons.
        """
        order: list[QWidget] = [
            self._encoding, self._delimiter, self._decimal, self._zone, self._type, self._header, self._day_first,
            *self._strip.choices, self._table, *self._buttons.buttons(),
        ]
        for one, other in pairwise(order):
            QWidget.setTabOrder(one, other)

    def _chosen(self) -> Mapping:
        return msgspec.structs.replace(
            self._preview.mapping,
            encoding=str(self._encoding.currentData()),
            delimiter=str(self._delimiter.currentData()),
            decimal=str(self._decimal.currentData()),
            header=self._header.isChecked(),
            columns=tuple(str(choice.currentData()) for choice in self._strip.choices),
            zone=str(self._zone.currentData() or ""),
            day_first=self._day_first.isChecked(),
            default_type=ItemType(str(self._type.currentData())),
        )

    def _meaning_changed(self) -> None:
        self._look(self._chosen())

    def _structure_changed(self) -> None:
        """Other columns than before: what they mean is guessed anew."""
        try:
            chosen = self._guessed(msgspec.structs.replace(self._chosen(), columns=()))
        except QrocError as error:
            self._refuse(error)
            return
        if self._look(chosen):
            self._show_choices(chosen)

    def _guessed(self, bare: Mapping) -> Mapping:
        found = csv_table.preview(self._data, self._path.name, bare)
        rows = [cells for _, cells in found.rows]
        if bare.header:
            rows = [found.names, *rows]
        guess = csv_mapping.guess(rows, encoding=bare.encoding, delimiter=bare.delimiter)
        columns = guess.columns if guess.header == bare.header else ()
        return msgspec.structs.replace(bare, columns=(*columns, *[""] * len(found.names))[: len(found.names)])

    def _look(self, mapping: Mapping) -> bool:
        try:
            self._preview = csv_table.preview(self._data, self._path.name, mapping)
        except QrocError as error:
            self._refuse(error)
            return False
        self._show_preview()
        return True

    def _refuse(self, error: QrocError) -> None:
        self._finding.setText(explained(error))
        self._next.setEnabled(False)

    def _show_preview(self) -> None:
        preview = self._preview
        self._table.setModel(RowsModel(preview.names, preview.rows, self._table))
        text = ntr(
            "{count} of the first {rows} rows can be imported.",
            "{count} of the first {rows} rows can be imported.",
            len(preview.reading.items),
            rows=len(preview.rows),
        )
        skipped = [problem for problem in preview.reading.problems if problem.skipped]
        if skipped:
            text += f" {skipped[0].where}: {said(skipped[0].why)}"
        self._finding.setText(text)
        self._next.setEnabled(any(preview.mapping.columns))


def _zones() -> list[str]:
    """Europe's time zones, and first the machine's own."""
    own = getattr(datetime.now().astimezone().tzinfo, "key", "")
    europe = sorted(zone for zone in available_timezones() if zone.startswith("Europe/"))
    return [own, *europe] if own and own not in europe else europe
