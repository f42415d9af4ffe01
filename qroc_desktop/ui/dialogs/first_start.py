"""The first start: the centre's name and its country, and nothing else."""

from __future__ import annotations

import unicodedata

from babel import Locale, UnknownLocaleError
from PySide6.QtCore import QLocale, Qt
from PySide6.QtWidgets import (
    QComboBox,
    QCompleter,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from qroc_desktop.translation import language, tr
from qroc_desktop.ui.text import plain_label

MIN_WIDTH = 460


class FirstStartDialog(QDialog):
    """Asks who we are; `centre` and `country` hold the answer once accepted."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Welcome to QROC Desktop"))
        self.setMinimumWidth(MIN_WIDTH)
        self._centre = QLineEdit(self)
        self._centre.setMaxLength(120)
        self._centre.setPlaceholderText(tr("As your neighbours know you"))
        self._country = QComboBox(self)
        self._country.setEditable(True)
        self._country.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        for name, code in countries(language()):
            self._country.addItem(name, code)
        self._country.setCurrentIndex(self._country.findData(system_country()))
        completer = QCompleter(self._country.model(), self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self._country.setCompleter(completer)
        self._missing = plain_label(role="warning", wrap=True, parent=self)
        self._buttons = QDialogButtonBox(self)
        self._start = self._buttons.addButton(tr("Start"), QDialogButtonBox.ButtonRole.AcceptRole)
        leave = self._buttons.addButton(tr("Quit"), QDialogButtonBox.ButtonRole.RejectRole)
        # Enter in a form that is not complete says what is missing; it must never leave the program.
        for button in (self._start, leave):
            button.setAutoDefault(False)
        self._start.setDefault(True)
        self._lay_out()
        self._centre.textChanged.connect(self._check)
        self._centre.returnPressed.connect(self._say_missing)
        typed = self._country.lineEdit()
        if typed is not None:
            typed.editingFinished.connect(self._complete)
            typed.returnPressed.connect(self._say_missing)
        self._country.currentTextChanged.connect(self._check)
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)
        self._check()

    @property
    def centre(self) -> str:
        """The centre's name, white space tidied."""
        return " ".join(self._centre.text().split())

    @property
    def country(self) -> str:
        """ISO 3166-1 alpha-2 code of the chosen country; empty where what was typed is none."""
        index = self._country.findText(self._country.currentText(), Qt.MatchFlag.MatchFixedString)
        return str(self._country.itemData(index)) if index >= 0 else ""

    def _lay_out(self) -> None:
        heading = QLabel(tr("Which operations centre is this?"), self)
        heading.setObjectName("dialogHeading")
        hint = QLabel(tr("Both are shown on every screen and in every export. Nothing is sent anywhere."), self)
        hint.setObjectName("hint")
        hint.setWordWrap(True)
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        form.addRow(tr("&Name of the centre"), self._centre)
        form.addRow(tr("&Country"), self._country)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 18)
        column.setSpacing(14)
        column.addWidget(heading)
        column.addLayout(form)
        column.addWidget(hint)
        column.addWidget(self._missing)
        column.addStretch(1)
        column.addWidget(self._buttons)
        self._missing.hide()

    def _check(self) -> None:
        self._start.setEnabled(bool(self.centre and self.country))
        self._missing.hide()

    def _complete(self) -> None:
        """Take what was begun for the country it can only mean: “Germ” and Tab are enough."""
        if self.country:
            return
        meant = self._meant(self._country.currentText())
        if meant >= 0:
            self._country.setCurrentIndex(meant)

    def _meant(self, typed: str) -> int:
        """Row of the only country that begins so, or of the only one that has it in its name; -1 for none or many."""
        names = [_plain(self._country.itemText(row)).casefold() for row in range(self._country.count())]
        wanted = _plain(" ".join(typed.split())).casefold()
        if not wanted:
            return -1
        for fits in (str.startswith, str.__contains__):
            rows = [row for row, name in enumerate(names) if fits(name, wanted)]
            if rows:
                return rows[0] if len(rows) == 1 else -1
        return -1

    def _say_missing(self) -> None:
        self._complete()
        if self._start.isEnabled():
            return
        if not self.centre:
            self._missing.setText(tr("The centre has no name yet."))
            self._centre.setFocus()
        else:
            self._missing.setText(tr("Choose the country from the list."))
            self._country.setFocus()
        self._missing.show()


def countries(language_code: str) -> list[tuple[str, str]]:
    """Names of all countries in a language with their alpha-2 codes, sorted as that language's readers expect."""
    try:
        locale = Locale.parse(language_code, sep="_")
    except (UnknownLocaleError, ValueError):
        locale = Locale("en")
    named = [
        (str(name), code)
        for code, name in locale.territories.items()
        if len(code) == 2 and code.isalpha() and code not in _NOT_COUNTRIES
    ]
    collated = QLocale(language_code)
    return sorted(named, key=lambda pair: collated.toLower(_plain(pair[0])))


def system_country() -> str:
    """The country the operating system is set to; empty where that says nothing, so that nobody starts as a
    country that they only did not change."""
    name = QLocale.system().name()
    return name.split("_")[1] if "_" in name and name not in ("C", "en_US") else ""


# CLDR codes that are regions, groups or pseudo-locales rather than countries.
_NOT_COUNTRIES = frozenset({"EU", "EZ", "UN", "XA", "XB", "ZZ", "QO", "AC", "CP", "DG", "EA", "IC", "TA", "CQ"})


def _plain(name: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
