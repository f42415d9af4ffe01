"""The centres that we know: how to reach them, how far their approval is, and ending it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from qroc_desktop.domain.instant import Clock
from qroc_desktop.errors import QrocError
from qroc_desktop.sync.exchange import Exchange
from qroc_desktop.sync.roster import APPROVALS, Peer, PeerState
from qroc_desktop.translation import explained, said, tr
from qroc_desktop.ui.background import Background
from qroc_desktop.ui.sharing.attempt import attempt
from qroc_desktop.ui.sharing.countries import centre_text, country_name
from qroc_desktop.ui.sharing.own_centre import fingerprint_words
from qroc_desktop.ui.sharing.reason_dialog import ReasonDialog
from qroc_desktop.ui.sharing.rows import Column, RowsModel, RowsView
from qroc_desktop.ui.sharing.share_words import PEERS
from qroc_desktop.ui.text import copyable, empty_hint, plain_label
from qroc_desktop.ui.theme import Theme
from qroc_desktop.ui.times import both

Contacts = Callable[[str], str]


class KnownCentres(QWidget):
    """List on the left, the chosen one on the right."""

    told = Signal(str)
    changed = Signal()

    def __init__(
        self,
        exchange: Exchange,
        background: Background,
        theme: Theme,
        clock: Clock,
        officer: str,
        last_contact: Contacts,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._exchange = exchange
        self._background = background
        self._clock = clock
        self._last_contact = last_contact
        columns: tuple[Column[Peer], ...] = (
            Column(tr("Centre"), lambda peer: centre_text(peer.identity.country, peer.name), 160),
            Column(tr("State"), lambda p: said(PEERS[p.state][0]), 0, lambda p: PEERS[p.state][1:]),
        )
        self.list: RowsView[Peer] = RowsView(
            RowsModel(columns, lambda peer: peer.centre, theme, self), tr("Centres"), theme, self
        )
        self.name = plain_label(role="title", wrap=True)
        self.facts = copyable(plain_label(wrap=True))
        self.letters = copyable(plain_label())
        self.letters.setFont(theme.font(1.15, bold=True, figures=True))
        self.spoken = copyable(plain_label(wrap=True))
        self.comparing = QWidget(self)
        self.said = QLineEdit()
        self.said.setPlaceholderText(tr("type what they read out, letters or words"))
        self.officer = QLineEdit(officer)
        self.officer.setMaxLength(120)
        self.approve = QPushButton(tr("I have compared it"))
        self.revoke = QPushButton(tr("Revoke …"))
        self._pages = QStackedLayout()
        self._lay_out(theme)
        self.list.selectionModel().currentChanged.connect(lambda *_: self._choose())
        self.said.textChanged.connect(lambda _: self._weigh())
        self.officer.textChanged.connect(lambda _: self._weigh())
        self.approve.clicked.connect(self._approve)
        self.revoke.clicked.connect(self._ask_revoke)
        self.reload()

    def reload(self) -> None:
        """Read the list again."""
        attempt(self._background, self._exchange.roster.peers, self._show, self._refused)

    def choose(self, centre: str) -> None:
        """Bring one centre up."""
        for number, peer in enumerate(self.list.rows.rows):
            if peer.centre == centre:
                self.list.setCurrentIndex(self.list.rows.index(number, 0))

    def _show(self, peers: tuple[Peer, ...]) -> None:
        self.list.show_rows(peers)
        self._pages.setCurrentIndex(0 if peers else 1)
        self._choose()

    def _choose(self) -> None:
        peer = self.list.current()
        if peer is None:
            return
        identity = peer.identity
        self.name.setText(centre_text(identity.country, peer.name))
        self.letters.setText(identity.letters)
        self.spoken.setText(fingerprint_words(identity.fingerprint()))
        self.facts.setText("\n".join(self._facts(peer)))
        self.comparing.setVisible(peer.state is PeerState.PROPOSED)
        self.revoke.setEnabled(peer.state is not PeerState.REVOKED)
        self.said.clear()
        self._weigh()

    def _facts(self, peer: Peer) -> list[str]:
        approved = ", ".join(f"{a.officer} ({both(a.at)})" for a in peer.approvals)
        lines = [
            country_name(peer.identity.country),
            " · ".join(filter(None, [peer.contact.point, *peer.contact.telephone, ", ".join(peer.contact.languages)])),
            self._last_contact(peer.centre),
            tr("Proposed by {officer}", officer=peer.proposed_by),
            tr("Fingerprint compared by: {officers}", officers=approved) if approved else "",
        ]
        if peer.state is PeerState.PROPOSED:
            count = len(peer.approvals)
            lines.append(tr("{count} of {needed} officers have compared it.", count=count, needed=APPROVALS))
        if peer.state is PeerState.REVOKED and peer.revoked_at is not None:
            lines.append(
                tr(
                    "Revoked by {officer}, {time}: {why}",
                    officer=peer.revoked_by, time=both(peer.revoked_at), why=peer.revoked_why,
                )
            )  # fmt: skip
        return [line for line in lines if line]

    def _weigh(self) -> None:
        self.approve.setEnabled(bool(self.said.text().strip() and self.officer.text().strip()))

    def _approve(self) -> None:
        peer = self.list.current()
        if peer is None:
            return
        officer, typed = " ".join(self.officer.text().split()), self.said.text()
        attempt(
            self._background,
            lambda: self._exchange.roster.approve(peer.centre, officer=officer, said=typed),
            self._approved,
            self._refused,
        )

    def _approved(self, peer: Peer) -> None:
        if peer.state is PeerState.ACTIVE:
            self.told.emit(tr("{centre} is approved; you can share with it now.", centre=peer.name))
        else:
            self.told.emit(tr("Noted. A second officer has to compare it too."))
            self.officer.clear()
        self.changed.emit()
        self.reload()

    def _ask_revoke(self) -> None:
        peer = self.list.current()
        if peer is None:
            return
        dialog = ReasonDialog(
            tr("Revoke {centre}?", centre=peer.name),
            tr("Nothing is sent to it or taken from it from now on. To share again it has to be enrolled anew."),
            tr("Revoke"),
            officer=self.officer.text(),
            parent=self,
        )
        dialog.accepted.connect(lambda: self._revoke(peer, dialog.officer, dialog.why))
        dialog.open()

    def _revoke(self, peer: Peer, officer: str, why: str) -> None:
        def done(_: Peer) -> None:
            self.told.emit(tr("{centre} is revoked.", centre=peer.name))
            self.changed.emit()
            self.reload()

        attempt(
            self._background,
            lambda: self._exchange.roster.revoke(peer.centre, officer=officer, why=why),
            done,
            self._refused,
        )

    def _refused(self, error: QrocError) -> None:
        self.told.emit(explained(error))

    def _lay_out(self, theme: Theme) -> None:
        px = theme.px
        right = QVBoxLayout()
        right.setSpacing(px(6))
        fingerprint = _section(tr("Fingerprint"))
        for widget in (self.name, self.facts, fingerprint, self.letters, self.spoken):
            right.addWidget(widget)
        form = QFormLayout(self.comparing)
        form.setContentsMargins(0, px(6), 0, 0)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        hint = plain_label(
            tr("Call the centre by a number that you know from elsewhere, and have it read out there."),
            role="muted", wrap=True,
        )  # fmt: skip
        form.addRow(hint)
        form.addRow(tr("&Read out"), self.said)
        form.addRow(tr("&Officer"), self.officer)
        form.addRow(self.approve)
        right.addWidget(self.comparing)
        right.addStretch(1)
        last = QHBoxLayout()
        last.addStretch(1)
        last.addWidget(self.revoke)
        right.addLayout(last)
        for button in (self.approve, self.revoke):
            button.setAutoDefault(False)
        full = QWidget(self)
        empty = empty_hint(tr("No other centre is known."), tr("Take up an invitation: next page."))
        row = QHBoxLayout(full)
        row.setContentsMargins(px(14), px(10), px(14), px(10))
        row.setSpacing(px(14))
        row.addWidget(self.list, 5)
        row.addLayout(right, 6)
        self._pages.addWidget(full)
        self._pages.addWidget(empty)
        self.setLayout(self._pages)


def _section(text: str) -> QLabel:
    return plain_label(text, role="section")
