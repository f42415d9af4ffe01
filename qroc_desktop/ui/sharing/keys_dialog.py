"""Makes this centre's keys at first need, or unlocks them; the passphrase leaves the field for the keystore alone."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QDialog, QDialogButtonBox, QFormLayout, QLineEdit, QVBoxLayout, QWidget

from qroc_desktop.domain.vocabulary import WorkspaceKind
from qroc_desktop.errors import QrocError
from qroc_desktop.services.centre_session import Access, CentreSession
from qroc_desktop.sync.keystore import FEWEST_LETTERS
from qroc_desktop.translation import explained, tr
from qroc_desktop.ui.attempt import attempt
from qroc_desktop.ui.background import Background
from qroc_desktop.ui.text import plain_label

WIDTH = 500


class KeysDialog(QDialog):
    """Accepted once the keys are open. `asks`: whether the keys that there are need a passphrase."""

    def __init__(
        self,
        session: CentreSession,
        background: Background,
        *,
        name: str,
        country: str,
        asks: bool,
        keyring: bool,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._background = background
        self._country = country
        self._new = session.access is Access.NONE
        self._asks = asks or self._new
        self.setWindowTitle(tr("Keys of this centre"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(WIDTH)
        self.name = QLineEdit(name, self)
        self.name.setMaxLength(120)
        self.passphrase = _secret(self)
        self.again = _secret(self)
        self.keyring = QCheckBox(tr("Keep the key in this computer's keyring, without a passphrase"), self)
        self.keyring.setVisible(self._new and keyring)
        self.said = plain_label(role="warning", wrap=True, parent=self)
        self._buttons = QDialogButtonBox(self)
        words = tr("Make the keys") if self._new else tr("Unlock")
        self.go = self._buttons.addButton(words, QDialogButtonBox.ButtonRole.AcceptRole)
        self.go.setDefault(True)
        self._buttons.addButton(tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole).setAutoDefault(False)
        self._lay_out()
        for field in (self.name, self.passphrase, self.again):
            field.textChanged.connect(self._check)
        self.keyring.toggled.connect(self._check)
        self._buttons.accepted.connect(self._try)
        self._buttons.rejected.connect(self.reject)
        self._check()
        self.passphrase.setFocus()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 18, 24, 16)
        column.setSpacing(12)
        heading = plain_label(self._heading(), parent=self, wrap=True)
        heading.setObjectName("dialogHeading")
        column.addWidget(heading)
        column.addWidget(plain_label(self._hint(), role="muted", wrap=True, parent=self))
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        if self._new:
            form.addRow(tr("&Name"), self.name)
            form.addRow(tr("Country"), plain_label(self._country, parent=self))
        else:
            self.name.hide()
        if self._asks:
            form.addRow(tr("&Passphrase"), self.passphrase)
        else:
            self.passphrase.hide()
        if self._new:
            form.addRow(tr("Passphrase a&gain"), self.again)
        else:
            self.again.hide()
        column.addLayout(form)
        column.addWidget(self.keyring)
        column.addWidget(self.said)
        column.addStretch(1)
        column.addWidget(self._buttons)

    def _heading(self) -> str:
        exercise = self._session.kind is WorkspaceKind.EXERCISE
        if self._new:
            if exercise:
                return tr("Make this centre's keys for exercises")
            return tr("Make this centre's keys")
        return tr("Unlock this centre's keys for exercises") if exercise else tr("Unlock this centre's keys")

    def _hint(self) -> str:
        if not self._new:
            return tr("What is shared is signed and sealed with them. The passphrase is not kept.")
        return tr(
            "What is shared is signed and sealed with them. They stay on this machine. Whoever forgets the passphrase "
            "has to be enrolled anew by every other centre."
        )

    def _check(self) -> None:
        keyring = self._new and self.keyring.isChecked()
        for field in (self.passphrase, self.again):
            field.setEnabled(not keyring)
        self.said.setText(self._missing(keyring))
        self.go.setEnabled(not self.said.text())

    def _missing(self, keyring: bool) -> str:
        if self._new and not self.name.text().strip():
            return tr("The centre needs a name.")
        if keyring or not self._asks:
            return ""
        typed = self.passphrase.text()
        if not self._new:
            return "" if typed else tr("Type the passphrase.")
        if len(typed) < FEWEST_LETTERS:
            return tr("The passphrase needs at least {count} characters; several words are good.", count=FEWEST_LETTERS)
        return "" if typed == self.again.text() else tr("Type the same passphrase twice.")

    def _try(self) -> None:
        session, name, country, passphrase = self._session, self.name.text(), self._country, self.passphrase.text()
        chosen = None if self.keyring.isChecked() else passphrase

        def work() -> None:
            if self._new:
                session.make(name=name, country=country, passphrase=chosen)
            else:
                session.unlock(passphrase)

        self.go.setEnabled(False)
        self.said.setText(tr("Opening the keys …"))
        attempt(self._background, work, lambda _: self._opened(), self._refused)

    def _opened(self) -> None:
        self._wipe()
        self.accept()

    def _refused(self, error: QrocError) -> None:
        self._wipe()
        self.said.setText(explained(error))
        self.passphrase.setFocus()

    def _wipe(self) -> None:
        for field in (self.passphrase, self.again):
            field.clear()


def _secret(parent: QWidget) -> QLineEdit:
    field = QLineEdit(parent)
    field.setEchoMode(QLineEdit.EchoMode.Password)
    field.setMaxLength(1000)
    return field
