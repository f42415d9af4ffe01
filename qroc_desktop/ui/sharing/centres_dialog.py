"""Centres: our own, those that we know, and a new one."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from qroc_desktop.domain.instant import Clock
from qroc_desktop.errors import Message, QrocError, Refused
from qroc_desktop.reasons import reason_of
from qroc_desktop.sync.exchange import Exchange
from qroc_desktop.sync.roster import Peer
from qroc_desktop.translation import explained, tr
from qroc_desktop.ui.attempt import attempt
from qroc_desktop.ui.background import Background
from qroc_desktop.ui.sharing.known_centres import Cards, KnownCentres
from qroc_desktop.ui.sharing.own_centre import SUFFIX, OwnCentre
from qroc_desktop.ui.text import plain_label
from qroc_desktop.ui.theme import Theme

SIZE = (1290, 660)
MOST_BYTES = 1024 * 1024
OWN, KNOWN, NEW = range(3)


class NewCentre(QWidget):
    """Takes up an invitation, pasted or from a file."""

    taken = Signal(object)
    """Peer"""
    told = Signal(str)

    def __init__(
        self, exchange: Exchange, background: Background, theme: Theme, officer: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._exchange = exchange
        self._background = background
        self.text = QPlainTextEdit(self)
        self.text.setTabChangesFocus(True)
        self.text.setPlaceholderText("-----BEGIN QROC INVITATION-----")
        self.text.setAccessibleName(tr("Invitation of the other centre"))
        self.officer = QLineEdit(officer, self)
        self.file = QPushButton(tr("From a file …"), self)
        self.take = QPushButton(tr("Take up"), self)
        self.take.setProperty("role", "primary")
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(14), theme.px(10), theme.px(14), theme.px(10))
        heading = tr("Paste the invitation of the other centre, with whatever stands around it in the mail.")
        column.addWidget(plain_label(heading, wrap=True, parent=self))
        column.addWidget(self.text, 1)
        form = QFormLayout()
        form.addRow(tr("&Officer"), self.officer)
        column.addLayout(form)
        row = QHBoxLayout()
        row.addWidget(self.file)
        row.addStretch(1)
        row.addWidget(self.take)
        column.addLayout(row)
        for button in (self.file, self.take):
            button.setAutoDefault(False)
        self.file.clicked.connect(self._ask_file)
        self.take.clicked.connect(self._take)
        self.text.textChanged.connect(self._weigh)
        self.officer.textChanged.connect(self._weigh)
        self._weigh()

    def read_file(self, path: Path) -> None:
        """Read an invitation from a file into the field."""
        attempt(self._background, lambda: _read(path), self.text.setPlainText, self._refused)

    def _ask_file(self) -> None:
        kinds = f"{tr('Invitations')} (*{SUFFIX});;{tr('All files')} (*)"
        name, _ = QFileDialog.getOpenFileName(self, tr("Invitation"), str(Path.home()), kinds)
        if name:
            self.read_file(Path(name))

    def _take(self) -> None:
        text, officer = self.text.toPlainText(), " ".join(self.officer.text().split())
        self.take.setEnabled(False)
        attempt(self._background, lambda: self._exchange.enrol(text, officer=officer), self._enrolled, self._refused)

    def _enrolled(self, peer: Peer) -> None:
        self.text.clear()
        self.told.emit(tr("{centre} is taken up. Two officers have to compare its fingerprint.", centre=peer.name))
        self.taken.emit(peer)

    def _refused(self, error: QrocError) -> None:
        self.told.emit(explained(error))
        self._weigh()

    def _weigh(self) -> None:
        self.take.setEnabled(bool(self.text.toPlainText().strip() and self.officer.text().strip()))


class CentresDialog(QDialog):
    """Says `changed` when the list of centres is otherwise than before."""

    changed = Signal()

    def __init__(
        self,
        exchange: Exchange,
        background: Background,
        theme: Theme,
        clock: Clock,
        officer: str,
        cards: Cards,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Centres"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.tabs = QTabWidget(self)
        self.own = OwnCentre(exchange, background, theme, officer)
        self.known = KnownCentres(exchange, background, theme, clock, officer, cards)
        self.new = NewCentre(exchange, background, theme, officer)
        self.tabs.addTab(self.own, tr("Our centre"))
        self.tabs.addTab(self.known, tr("Known centres"))
        self.tabs.addTab(self.new, tr("New centre"))
        self.said = plain_label(role="title", wrap=True, parent=self)
        close = QPushButton(tr("Close"), self)
        close.setAutoDefault(False)
        close.clicked.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(12), theme.px(10), theme.px(12), theme.px(10))
        column.setSpacing(theme.px(8))
        column.addWidget(self.tabs, 1)
        last = QHBoxLayout()
        last.addWidget(self.said, 1)
        last.addWidget(close)
        column.addLayout(last)
        for page in (self.own, self.known, self.new):
            page.told.connect(self.said.setText)
        self.known.changed.connect(self.changed)
        self.own.changed.connect(self.changed)
        self.new.taken.connect(self._taken)
        room = (parent or self).screen().availableGeometry()
        self.resize(min(theme.px(SIZE[0]), room.width() - 40), min(theme.px(SIZE[1]), room.height() - 60))

    def refresh(self) -> None:
        """Whether centres can be reached may be otherwise by now."""
        self.known.refresh()

    def _taken(self, peer: Peer) -> None:
        self.changed.emit()
        self.known.reload()
        self.tabs.setCurrentIndex(KNOWN)


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES).decode("utf-8", "replace")
    except OSError as error:
        reason = reason_of(error)
        raise Refused(Message("The file cannot be read: {reason}.", reason=reason), where=str(path)) from error
