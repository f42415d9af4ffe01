"""What has happened: asked after the exercise has been stopped already."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLineEdit, QVBoxLayout, QWidget

from qroc_desktop.translation import tr
from qroc_desktop.ui.text import plain_label


class NoDuffDialog(QDialog):
    """One line; it may stay empty."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("NO DUFF: real emergency"))
        self.setMinimumWidth(520)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 18, 24, 16)
        column.setSpacing(12)
        heading = plain_label(tr("The exercise stands still for everybody."), wrap=True)
        heading.setObjectName("dialogHeading")
        column.addWidget(heading)
        column.addWidget(plain_label(tr("What has really happened, and where? Everybody reads it."), wrap=True))
        self.line = QLineEdit()
        self.line.setMaxLength(500)
        self.line.setAccessibleName(tr("What has really happened"))
        column.addWidget(self.line)
        buttons = QDialogButtonBox()
        buttons.addButton(tr("Tell everybody"), QDialogButtonBox.ButtonRole.AcceptRole).setDefault(True)
        buttons.addButton(tr("Not now"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)

    @property
    def text(self) -> str:
        """What was written."""
        return self.line.text().strip()
