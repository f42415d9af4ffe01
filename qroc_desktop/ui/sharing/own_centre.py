"""Our own centre as others see it: the fingerprint to be read out, and the invitation to hand over."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from qroc_desktop.errors import QrocError
from qroc_desktop.services.exporting import save_whole
from qroc_desktop.sync.exchange import Exchange
from qroc_desktop.sync.invitation import Contact
from qroc_desktop.sync.words import words
from qroc_desktop.translation import explained, ntr, tr
from qroc_desktop.ui.attempt import attempt
from qroc_desktop.ui.background import Background
from qroc_desktop.ui.sharing.countries import centre_text
from qroc_desktop.ui.text import copyable, plain_label
from qroc_desktop.ui.theme import Theme

SUFFIX = ".qroc-invitation"


def fingerprint_words(fingerprint: bytes) -> str:
    """Six groups, two to a line."""
    groups = [" ".join(group) for group in words(fingerprint)]
    return "\n".join("  ·  ".join(groups[at : at + 2]) for at in range(0, len(groups), 2))


class OwnCentre(QWidget):
    """Nothing secret is in it."""

    told = Signal(str)
    changed = Signal()

    def __init__(
        self, exchange: Exchange, background: Background, theme: Theme, officer: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._exchange = exchange
        self._background = background
        public = exchange.identity.public
        self.letters = copyable(plain_label(public.letters, role="title", parent=self))
        self.letters.setFont(theme.font(1.25, bold=True, figures=True))
        self.spoken = copyable(plain_label(fingerprint_words(public.fingerprint()), wrap=True, parent=self))
        self.point = QLineEdit(self)
        self.point.setPlaceholderText(tr("such as: shift leader"))
        self.telephone = QLineEdit(self)
        self.telephone.setPlaceholderText(tr("answered day and night"))
        self.languages = QLineEdit(self)
        self.languages.setPlaceholderText("de, en, fr")
        self.routes = QLineEdit(self)
        self.routes.setPlaceholderText(tr("https://host:port; empty: folder or stick"))
        self.email = QLineEdit(self)
        self.email.setPlaceholderText(tr("read day and night"))
        self.officer = QLineEdit(officer, self)
        self.officer.setMaxLength(120)
        self.tell = QPushButton(tr("&Keep, and tell all centres"), self)
        self._take(exchange.contact())
        self.text = QPlainTextEdit(self)
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName(tr("Our invitation"))
        self.copy = QPushButton(tr("Copy"), self)
        self.save = QPushButton(tr("Save as …"), self)
        self._lay_out(centre_text(public.country, public.name), theme)
        for field in (self.point, self.telephone, self.email, self.languages, self.routes):
            field.setMaxLength(250)
            field.editingFinished.connect(self._write)
        self.tell.clicked.connect(self._tell)
        for button in (self.copy, self.save, self.tell):
            button.setAutoDefault(False)
        self.copy.clicked.connect(self._copy)
        self.save.clicked.connect(self._save)
        self._write()

    def _lay_out(self, name: str, theme: Theme) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(14), theme.px(10), theme.px(14), theme.px(10))
        column.setSpacing(theme.px(6))
        column.addWidget(plain_label(name, role="title", parent=self))
        column.addWidget(plain_label(tr("Fingerprint, to be read out by telephone"), role="section", parent=self))
        column.addWidget(self.letters)
        column.addWidget(self.spoken)
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        form.addRow(tr("Contact &point"), self.point)
        form.addRow(tr("&Telephone"), self.telephone)
        form.addRow(tr("E-&mail"), self.email)
        form.addRow(tr("&Languages"), self.languages)
        form.addRow(tr("Way to &us"), self.routes)
        told = QHBoxLayout()
        told.addWidget(self.officer, 1)
        told.addWidget(self.tell)
        label = plain_label(tr("&Officer"), parent=self)
        label.setBuddy(self.officer)
        form.addRow(label, told)
        column.addLayout(form)
        heading = plain_label(tr("Our invitation: hand it over by any way, nothing in it is secret"), role="section")
        column.addWidget(heading)
        column.addWidget(self.text, 1)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.copy)
        row.addWidget(self.save)
        column.addLayout(row)

    def _write(self) -> None:
        contact = self.contact
        routes = _several(self.routes)
        attempt(
            self._background,
            lambda: self._exchange.invite(contact=contact, routes=routes),
            self.text.setPlainText,
            lambda error: self.told.emit(explained(error)),
        )

    @property
    def contact(self) -> Contact:
        """What stands in the fields."""
        return Contact(
            point=self.point.text().strip(), telephone=_several(self.telephone), languages=_several(self.languages),
            email=self.email.text().strip(),
        )  # fmt: skip

    def _take(self, contact: Contact) -> None:
        self.point.setText(contact.point)
        self.telephone.setText(", ".join(contact.telephone))
        self.languages.setText(", ".join(contact.languages))
        self.email.setText(contact.email)

    def _tell(self) -> None:
        contact, officer = self.contact, " ".join(self.officer.text().split())

        def done(count: int) -> None:
            self.told.emit(ntr("Kept, and told to {count} centre.", "Kept, and told to {count} centres.", count))
            self.changed.emit()

        attempt(
            self._background,
            lambda: self._exchange.tell_contact(contact, officer=officer),
            done,
            lambda error: self.told.emit(explained(error)),
        )

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text.toPlainText())
        self.told.emit(tr("The invitation is on the clipboard."))

    def _save(self) -> None:
        asking = QFileDialog(self, tr("Save our invitation"), str(Path.home()), f"{tr('Invitations')} (*{SUFFIX})")
        asking.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        asking.setDefaultSuffix(SUFFIX)
        if not asking.exec():
            return
        path = Path(asking.selectedFiles()[0])
        asking.deleteLater()
        try:
            save_whole(path, self.text.toPlainText().encode())
        except QrocError as error:
            self.told.emit(explained(error))
            return
        self.told.emit(tr("Written: {path}", path=path))


def _several(field: QLineEdit) -> tuple[str, ...]:
    return tuple(part.strip() for part in field.text().split(",") if part.strip())[:8]
