"""A further workspace: live or exercise, of which centre."""

from __future__ import annotations

from PySide6.QtWidgets import QButtonGroup, QDialog, QDialogButtonBox, QLabel, QRadioButton, QVBoxLayout, QWidget

from qroc_desktop.domain.vocabulary import WorkspaceKind
from qroc_desktop.translation import tr
from qroc_desktop.ui.text import plain_label


class NewWorkspaceDialog(QDialog):
    """Asks for the kind; centre and country are those of the open workspace."""

    def __init__(self, centre: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("New workspace"))
        self.setMinimumWidth(440)
        self._kinds = QButtonGroup(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 18, 24, 16)
        column.setSpacing(12)
        heading = plain_label(tr("A new workspace of {centre}", centre=centre), wrap=True, parent=self)
        heading.setObjectName("dialogHeading")
        column.addWidget(heading)
        for number, words in enumerate(
            (tr("&Live: for what really happens"), tr("&Exercise: for training; never mixes with the live picture"))
        ):
            choice = QRadioButton(words, self)
            choice.setChecked(number == 0)
            self._kinds.addButton(choice, number)
            column.addWidget(choice)
        hint = QLabel(tr("The kind is written in the file and cannot be changed later."), self)
        hint.setObjectName("hint")
        hint.setWordWrap(True)
        column.addWidget(hint)
        buttons = QDialogButtonBox(self)
        buttons.addButton(tr("Choose a file …"), QDialogButtonBox.ButtonRole.AcceptRole).setDefault(True)
        buttons.addButton(tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)

    @property
    def kind(self) -> WorkspaceKind:
        """The chosen kind."""
        return WorkspaceKind.LIVE if self._kinds.checkedId() == 0 else WorkspaceKind.EXERCISE
