"""Taking a seat in an exercise that is conducted on another machine: the code, a name, a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from qroc_desktop.errors import QrocError, Refused
from qroc_desktop.exercise import join_code
from qroc_desktop.exercise.join_code import LENGTH, JoinCode
from qroc_desktop.services.exercise.joining import joined_seat as exercise_joining
from qroc_desktop.services.exercise.joining.joined_seat import Joined
from qroc_desktop.sync.allowed import Allowed
from qroc_desktop.translation import explained, said, tr
from qroc_desktop.ui.attempt import attempt
from qroc_desktop.ui.background import Background
from qroc_desktop.ui.text import plain_label
from qroc_desktop.ui.theme import Theme

WIDTH: Final = 720


class JoinDialog(QDialog):
    """Accepted once the seat is taken: `joined` says which, `folder` is to be opened with `JoinedSeat`."""

    def __init__(
        self,
        allowed: Allowed,
        theme: Theme,
        background: Background,
        *,
        name: str,
        folder: Path,
        parent: QWidget | None = None,
    ) -> None:
        """name: who works here. folder: where the seat is kept unless somebody says otherwise; nothing is there yet."""
        super().__init__(parent)
        self._allowed = allowed
        self._background = background
        self.joined: Joined | None = None
        self.setWindowTitle(tr("Join an exercise"))
        self.setMinimumWidth(theme.px(WIDTH))
        self.code = QLineEdit()
        self.code.setFont(theme.font(1.25, figures=True))
        self.code.setMaxLength(300)
        self.code.setPlaceholderText("ops.example:8444/ABCD-EFGH-JKMN-PQRS-TVWX-YZ01")
        self.name = QLineEdit(name)
        self.name.setMaxLength(120)
        self.place = QLineEdit(str(folder))
        self.browse = QPushButton(tr("C&hoose …"))
        self.browse.setAutoDefault(False)
        self.said = plain_label(role="warning", wrap=True)
        self._buttons = QDialogButtonBox()
        self.go = self._buttons.addButton(tr("&Join"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.go.setDefault(True)
        self._buttons.addButton(tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole).setAutoDefault(False)
        self._lay_out(theme)
        for field in (self.code, self.name, self.place):
            field.textChanged.connect(lambda _: self._check())
        self.browse.clicked.connect(self._ask_folder)
        self._buttons.accepted.connect(self._try)
        self._buttons.rejected.connect(self.reject)
        self._check()
        self.code.setFocus()

    @property
    def folder(self) -> Path:
        """Where the seat is kept."""
        return Path(self.place.text().strip())

    # --- parts -----------------------------------------------------------------------------------

    def _lay_out(self, theme: Theme) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(24), theme.px(18), theme.px(24), theme.px(16))
        column.setSpacing(theme.px(12))
        heading = plain_label(tr("Take a seat with the code of the exercise director"), wrap=True)
        heading.setObjectName("dialogHeading")
        column.addWidget(heading)
        hint = tr("Capitals, spaces and hyphens do not matter. Where a letter is mistyped its group is named.")
        column.addWidget(plain_label(hint, role="muted", wrap=True))
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        form.addRow(tr("&Code"), self.code)
        form.addRow(tr("Your &name"), self.name)
        row = QHBoxLayout()
        row.addWidget(self.place, 1)
        row.addWidget(self.browse)
        form.addRow(tr("Keep it in"), row)
        column.addLayout(form)
        column.addWidget(self.said)
        column.addStretch(1)
        column.addWidget(self._buttons)

    def _check(self) -> None:
        code = self._code()
        self.said.setText("" if isinstance(code, JoinCode) or self._unfinished() else said(code.what))
        self.go.setEnabled(isinstance(code, JoinCode) and bool(self.name.text().strip() and self.place.text().strip()))

    def _code(self) -> JoinCode | Refused:
        try:
            return join_code.read(self.code.text())
        except Refused as error:
            return error

    def _unfinished(self) -> bool:
        """Whether somebody is still typing: nothing is wrong then."""
        letters = [letter for letter in self.code.text().partition("/")[2] if letter.isalnum()]
        return len(letters) < LENGTH and " " not in self.code.text().strip()

    def _ask_folder(self) -> None:
        found = QFileDialog.getExistingDirectory(self, tr("Keep it in"), str(self.folder.parent))
        if found:
            self.place.setText(str(Path(found) / self.folder.name))

    def _try(self) -> None:
        code = self._code()
        if not isinstance(code, JoinCode):
            return
        folder, name, allowed = self.folder, self.name.text(), self._allowed
        for widget in (self.code, self.name, self.place, self.browse, self.go):
            widget.setEnabled(False)
        self.said.setText(tr("The seat is being taken …"))
        attempt(
            self._background,
            lambda: exercise_joining.join(code, folder, name=name, allowed=allowed),
            self._taken,
            self._refused,
        )

    def _taken(self, joined: Joined) -> None:
        self.joined = joined
        self.code.clear()
        self.accept()

    def _refused(self, error: QrocError) -> None:
        for widget in (self.code, self.name, self.place, self.browse):
            widget.setEnabled(True)
        self._check()
        self.said.setText(explained(error))
        self.code.setFocus()
