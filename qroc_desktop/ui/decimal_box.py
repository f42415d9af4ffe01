"""A number with arrows whose decimal sign is the user's, and that reads point and comma alike."""

from __future__ import annotations

from PySide6.QtCore import QLocale
from PySide6.QtGui import QValidator
from PySide6.QtWidgets import QDoubleSpinBox, QWidget

from qroc_desktop.ui.measures import decimal_sign


class DecimalBox(QDoubleSpinBox):
    """Qt takes the sign of another language for a separator of thousands and drops it: 2.5 would become 25."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        plain = QLocale.c()
        plain.setNumberOptions(QLocale.NumberOption.OmitGroupSeparator | QLocale.NumberOption.RejectGroupSeparator)
        self.setLocale(plain)

    def validate(self, text: str, at: int) -> tuple[QValidator.State, str, int]:
        """As it is typed, whichever sign."""
        state, _, place = super().validate(text.replace(",", "."), at)
        return state, text, place

    def valueFromText(self, text: str) -> float:
        return super().valueFromText(text.replace(",", "."))

    def textFromValue(self, value: float) -> str:
        return super().textFromValue(value).replace(".", decimal_sign())
