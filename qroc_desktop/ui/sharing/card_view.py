"""One card of the directory, with every field: what is missing is said, and the number can be copied by a key."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFormLayout, QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from qroc_desktop.domain.instant import Clock
from qroc_desktop.services.directory import Card
from qroc_desktop.translation import tr
from qroc_desktop.ui.sharing.countries import centre_text
from qroc_desktop.ui.sharing.directory_words import Line, contact_lines, enrolment_lines, reach_lines
from qroc_desktop.ui.sharing.own_centre import fingerprint_words
from qroc_desktop.ui.text import copyable, plain_label, set_state
from qroc_desktop.ui.theme import Theme

LABEL_WIDTH = 130


class CardView(QScrollArea):
    """Shows one centre; `letters` and `spoken` are its fingerprint."""

    def __init__(self, theme: Theme, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._clock = clock
        self._lines: list[Line] = []
        self._rows: list[tuple[QLabel, QLabel]] = []
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.name = plain_label(role="title", wrap=True)
        self.name.setFont(theme.font(1.2, bold=True))
        self.letters = copyable(plain_label())
        self.letters.setFont(theme.font(1.1, bold=True, figures=True))
        self.spoken = copyable(plain_label(wrap=True))
        self._form = QFormLayout()
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._form.setVerticalSpacing(theme.px(4))
        page = QWidget(self)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, theme.px(8), 0)
        column.setSpacing(theme.px(6))
        column.addWidget(self.name)
        column.addLayout(self._form)
        for widget in (plain_label(tr("Fingerprint"), role="section"), self.letters, self.spoken):
            column.addWidget(widget)
        column.addStretch(1)
        self.setWidget(page)
        for ground in (self.viewport(), page):
            ground.setAutoFillBackground(False)

    @property
    def texts(self) -> dict[str, str]:
        """What stands on it, by name."""
        return {name: text for name, text, _ in self._lines if name}

    def show_card(self, card: Card) -> None:
        """Show this centre."""
        now, identity = self._clock(), card.peer.identity
        self.name.setText(centre_text(identity.country, card.name))
        self.letters.setText(identity.letters)
        self.spoken.setText(fingerprint_words(identity.fingerprint()))
        self._show_lines([*contact_lines(card, now), *reach_lines(card, now), *enrolment_lines(card)])

    def _show_lines(self, lines: Sequence[Line]) -> None:
        while len(self._rows) > len(lines):
            self._form.removeRow(len(self._rows) - 1)
            self._rows.pop()
        while len(self._rows) < len(lines):
            label, value = plain_label(role="muted", wrap=True), copyable(plain_label(wrap=True))
            label.setFixedWidth(self._theme.px(LABEL_WIDTH))
            self._form.addRow(label, value)
            self._rows.append((label, value))
        self._lines = list(lines)
        for (label, value), (name, text, role) in zip(self._rows, lines, strict=True):
            label.setText(name)
            if value.text() != text:  # what somebody has selected there stays selected
                value.setText(text)
            set_state(value, "role", "warning" if role == "missing" else role)
