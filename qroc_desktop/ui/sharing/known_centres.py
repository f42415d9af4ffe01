"""The directory: the centres that we know, found as one types; how to reach them, and how far their approval is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from qroc_desktop.domain.instant import Clock
from qroc_desktop.errors import QrocError
from qroc_desktop.services.directory import Card, Order, fits, ordered
from qroc_desktop.sync.exchange import Exchange
from qroc_desktop.sync.roster import Peer, PeerState
from qroc_desktop.translation import explained, said, tr
from qroc_desktop.ui.attempt import attempt
from qroc_desktop.ui.background import Background
from qroc_desktop.ui.sharing.card_view import CardView
from qroc_desktop.ui.sharing.countries import centre_text
from qroc_desktop.ui.sharing.directory_words import (
    ORDERS,
    language_finder,
    now_sign,
    now_text,
    state_sign,
    state_text,
    telephone_text,
)
from qroc_desktop.ui.sharing.reason_dialog import ReasonDialog
from qroc_desktop.ui.sharing.rows import Column, RowsModel, RowsView
from qroc_desktop.ui.text import empty_hint, plain_label
from qroc_desktop.ui.theme import Theme

Cards = Callable[[Sequence[Peer]], list[Card]]
NAME, NOW, TELEPHONE, STATE = range(4)


class KnownCentres(QWidget):
    """Search, order and list on the left, the chosen one on the right.

    Down goes from the search into the list, Ctrl+F back; Ctrl+C in either copies the first number of the chosen one.
    """

    told = Signal(str)
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
        self._exchange = exchange
        self._background = background
        self._make = cards
        self._peers: tuple[Peer, ...] = ()
        self._shown: tuple[str, PeerState] | None = None
        columns: tuple[Column[Card], ...] = (
            Column(tr("Centre"), lambda card: centre_text(card.country, card.name), 215),
            Column(tr("Now"), lambda card: now_text(card, clock()), 215, now_sign),
            Column(tr("Day and night"), telephone_text, 150),
            Column(tr("State"), state_text, 0, state_sign),
        )
        self.search = QLineEdit(self)
        self.search.setPlaceholderText(tr("name, country, language, number"))
        self.search.setClearButtonEnabled(True)
        self.search.setAccessibleName(tr("Find a centre"))
        self.order = QComboBox(self)
        self.order.setAccessibleName(tr("Order"))
        for order, text in ORDERS.items():
            self.order.addItem(said(text), order)
        self.list: RowsView[Card] = RowsView(
            RowsModel(columns, lambda card: card.peer.centre, theme, self), tr("Centres"), theme, self
        )
        self.card = CardView(theme, clock, self)
        self.letters, self.spoken = self.card.letters, self.card.spoken
        self.copy = QPushButton(tr("Copy the number (Ctrl+C)"))
        self.comparing = QWidget(self)
        self.said = QLineEdit()
        self.said.setPlaceholderText(tr("type what they read out, letters or words"))
        self.officer = QLineEdit(officer)
        self.officer.setMaxLength(120)
        self.approve = QPushButton(tr("I have compared it"))
        self.revoke = QPushButton(tr("Revoke …"))
        self._pages = QStackedLayout()
        self._nothing = plain_label(tr("No centre fits."), role="muted", parent=self)
        self._lay_out(theme)
        self._connect()
        self.reload()

    def reload(self) -> None:
        """Read the list again."""
        attempt(self._background, self._exchange.roster.peers, self._show, self._refused)

    def refresh(self) -> None:
        """Whether they can be reached may be otherwise by now."""
        self._show(self._peers)

    def choose(self, centre: str) -> None:
        """Bring one centre up."""
        for number, card in enumerate(self.list.rows.rows):
            if card.peer.centre == centre:
                self.list.setCurrentIndex(self.list.rows.index(number, 0))

    def copy_number(self) -> None:
        """The first number of the chosen centre, to the clipboard."""
        card = self.list.current()
        if card is None:
            return
        numbers = card.peer.contact.telephone
        if numbers:
            QGuiApplication.clipboard().setText(numbers[0])
            self.told.emit(tr("{number} of {centre} is on the clipboard.", number=numbers[0], centre=card.name))
        else:
            self.told.emit(tr("No number of {centre} is known.", centre=card.name))

    def _show(self, peers: tuple[Peer, ...]) -> None:
        self._peers = peers
        more, text = language_finder(), self.search.text()
        found = [card for card in self._make(peers) if fits(card, text, more(card))]
        rows = ordered(found, Order(self.order.currentData()))
        if rows != self.list.rows.rows:
            self.list.show_rows(rows)
        self._pages.setCurrentIndex(0 if peers else 1)
        self._nothing.setVisible(bool(peers) and not rows)
        self.card.setVisible(bool(rows))
        self._choose()

    def _choose(self) -> None:
        card = self.list.current()
        self.copy.setEnabled(card is not None and bool(card.peer.contact.telephone))
        self.revoke.setEnabled(card is not None and card.peer.state is not PeerState.REVOKED)
        if card is None:
            return
        self.card.show_card(card)
        self.comparing.setVisible(card.peer.state is PeerState.PROPOSED)
        if self._shown != (card.peer.centre, card.peer.state):
            self._shown = (card.peer.centre, card.peer.state)
            self.said.clear()
            self.card.verticalScrollBar().setValue(0)
        self._weigh()

    def _weigh(self) -> None:
        self.approve.setEnabled(bool(self.said.text().strip() and self.officer.text().strip()))

    def _approve(self) -> None:
        card = self.list.current()
        if card is None:
            return
        centre, officer, typed = card.peer.centre, " ".join(self.officer.text().split()), self.said.text()
        attempt(
            self._background,
            lambda: self._exchange.roster.approve(centre, officer=officer, said=typed),
            self._approved,
            self._refused,
        )

    def _approved(self, peer: Peer) -> None:
        if peer.state is PeerState.ACTIVE:
            self.told.emit(tr("{centre} is approved; you can share with it now.", centre=peer.name))
        else:
            self.told.emit(tr("Noted. A second officer has to compare it too."))
            self.officer.clear()
            self.said.clear()
        self.changed.emit()
        self.reload()

    def _ask_revoke(self) -> None:
        card = self.list.current()
        if card is None:
            return
        peer = card.peer
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

    # --- parts ---------------------------------------------------------------------------------

    def _connect(self) -> None:
        self.list.selectionModel().currentChanged.connect(lambda *_: self._choose())
        self.search.textChanged.connect(lambda _: self.refresh())
        self.order.currentIndexChanged.connect(lambda _: self.refresh())
        self.said.textChanged.connect(lambda _: self._weigh())
        self.officer.textChanged.connect(lambda _: self._weigh())
        self.approve.clicked.connect(self._approve)
        self.revoke.clicked.connect(self._ask_revoke)
        self.copy.clicked.connect(self.copy_number)
        within = Qt.ShortcutContext.WidgetShortcut
        QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), self.list, self.copy_number, context=within)
        QShortcut(QKeySequence(Qt.Key.Key_Down), self.search, self.list.setFocus, context=within)
        QShortcut(
            QKeySequence(QKeySequence.StandardKey.Find), self, self._find,
            context=Qt.ShortcutContext.WidgetWithChildrenShortcut,
        )  # fmt: skip

    def _find(self) -> None:
        self.search.setFocus()
        self.search.selectAll()

    def _lay_out(self, theme: Theme) -> None:
        px = theme.px
        top = QHBoxLayout()
        top.addWidget(self.search, 3)
        top.addWidget(self.order, 2)
        left = QVBoxLayout()
        left.setSpacing(px(6))
        left.addLayout(top)
        left.addWidget(self.list, 1)
        left.addWidget(self._nothing)
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
        last = QHBoxLayout()
        last.addWidget(self.copy)
        last.addStretch(1)
        last.addWidget(self.revoke)
        right = QVBoxLayout()
        right.setSpacing(px(6))
        right.addWidget(self.card, 1)
        right.addWidget(self.comparing)
        right.addLayout(last)
        for button in (self.copy, self.approve, self.revoke):
            button.setAutoDefault(False)
        full = QWidget(self)
        empty = empty_hint(tr("No other centre is known."), tr("Take up an invitation: next page."))
        row = QHBoxLayout(full)
        row.setContentsMargins(px(14), px(10), px(14), px(10))
        row.setSpacing(px(14))
        row.addLayout(left, 7)
        row.addLayout(right, 5)
        self._pages.addWidget(full)
        self._pages.addWidget(empty)
        self.setLayout(self._pages)
