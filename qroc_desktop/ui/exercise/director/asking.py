"""A short question before what cannot be taken back, in a window that holds up nothing but itself."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from qroc_desktop.translation import tr
from qroc_desktop.ui.text import plain_label

WIDTH = 460


class AskDialog(QDialog):
    """The careful answer is the one that Enter gives."""

    def __init__(self, title: str, text: str, go: str, does: Callable[[], object], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(WIDTH)
        buttons = QDialogButtonBox(self)
        self.go = buttons.addButton(go, QDialogButtonBox.ButtonRole.AcceptRole)
        self.go.setAutoDefault(False)
        self.back = buttons.addButton(tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        self.back.setDefault(True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.accepted.connect(does)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 18, 24, 16)
        column.setSpacing(12)
        heading = plain_label(title, wrap=True, parent=self)
        heading.setObjectName("dialogHeading")
        column.addWidget(heading)
        column.addWidget(plain_label(text, role="muted", wrap=True, parent=self))
        column.addWidget(buttons)
        self.back.setFocus()
