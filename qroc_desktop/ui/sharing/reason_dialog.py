"""A named officer and a reason: what everything needs that cannot be taken back quietly."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QLineEdit, QVBoxLayout, QWidget

from qroc_desktop.translation import tr
from qroc_desktop.ui.text import plain_label

WIDTH = 460


class ReasonDialog(QDialog):
    """`officer` and `why` hold the answer once accepted; both are required, unless `optional`."""

    def __init__(
        self, title: str, text: str, go: str, *, officer: str, optional: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(WIDTH)
        self._optional = optional
        self.why_field = QLineEdit(self)
        self.why_field.setMaxLength(300)
        self.why_field.setPlaceholderText(tr("not required") if optional else tr("kept in the audit log"))
        self.officer_field = QLineEdit(officer, self)
        self.officer_field.setMaxLength(120)
        buttons = QDialogButtonBox(self)
        self.go = buttons.addButton(go, QDialogButtonBox.ButtonRole.AcceptRole)
        self.go.setDefault(True)
        buttons.addButton(tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole).setAutoDefault(False)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 18, 24, 16)
        column.setSpacing(12)
        heading = plain_label(title, wrap=True, parent=self)
        heading.setObjectName("dialogHeading")
        column.addWidget(heading)
        column.addWidget(plain_label(text, role="muted", wrap=True, parent=self))
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        form.addRow(tr("&Reason"), self.why_field)
        form.addRow(tr("&Officer"), self.officer_field)
        column.addLayout(form)
        column.addWidget(buttons)
        for field in (self.why_field, self.officer_field):
            field.textChanged.connect(self._check)
        self._check()
        self.why_field.setFocus()

    @property
    def officer(self) -> str:
        """Who answers for it."""
        return " ".join(self.officer_field.text().split())

    @property
    def why(self) -> str:
        """The reason."""
        return self.why_field.text().strip()

    def _check(self) -> None:
        self.go.setEnabled(bool(self.officer and (self.why or self._optional)))
