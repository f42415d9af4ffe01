"""The dialog for a comment on an item."""

from __future__ import annotations

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from qroc_desktop.translation import tr
from qroc_desktop.ui.panels.details.fields import TextField
from qroc_desktop.ui.text import plain_label
from qroc_desktop.ui.theme import Theme

WIDTH = 460


class CommentDialog(QDialog):
    """`text` is what was written, once accepted."""

    def __init__(self, title: str, owner: str, theme: Theme, parent: QWidget | None = None) -> None:
        """title: of the item; owner: the centre whose item it is, empty for ours."""
        super().__init__(parent)
        self.setWindowTitle(tr("Comment"))
        self.setMinimumWidth(theme.px(WIDTH))
        self.field = TextField(tr("Comment"), theme, lines=5)
        buttons = QDialogButtonBox(self)
        self.go = buttons.addButton(tr("Add"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.go.setDefault(True)
        self.go.setToolTip(tr("Add (Ctrl+Enter)"))
        buttons.addButton(tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole).setAutoDefault(False)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 18, 24, 16)
        column.setSpacing(12)
        heading = plain_label(tr("Comment on: {title}", title=title), wrap=True, parent=self)
        heading.setObjectName("dialogHeading")
        column.addWidget(heading)
        told = tr(
            "It becomes a note of ours beside the item, with the item's marking. {centre} sees it once it is shared.",
            centre=owner,
        )
        if owner:
            column.addWidget(plain_label(told, role="muted", wrap=True, parent=self))
        column.addWidget(self.field)
        column.addWidget(buttons)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self, self.go.click)
        self.field.edited.connect(self._check)
        self._check()
        self.field.setFocus()

    @property
    def text(self) -> str:
        """The comment."""
        return self.field.text().strip()

    def _check(self) -> None:
        self.go.setEnabled(bool(self.text))
