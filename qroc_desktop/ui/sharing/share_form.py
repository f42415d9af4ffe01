"""The left half of a share: to whom, what for, on which basis, by which exception, why."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from qroc_desktop.domain.instant import Instant, seconds
from qroc_desktop.errors import Message
from qroc_desktop.policy import words
from qroc_desktop.policy.channels import Listed
from qroc_desktop.policy.instruments import Instruments
from qroc_desktop.policy.vocabulary import Ground, Purpose
from qroc_desktop.services.composing import Choice, Keep, Words, basis_of, exceptions, waivers
from qroc_desktop.sync.roster import Peer
from qroc_desktop.translation import said, tr
from qroc_desktop.ui.sharing.countries import centre_text, country_name
from qroc_desktop.ui.text import plain_label
from qroc_desktop.ui.theme import Theme

WIDTH = 372
HOURS = (6, 24, 72, 168)
KEEP_HOURS = (1, 6, 24, 72)
PEER_ROLE = Qt.ItemDataRole.UserRole
_EXPIRY = {
    6: Message("after 6 hours"),
    24: Message("after 24 hours"),
    72: Message("after 3 days"),
    168: Message("after 7 days"),
}
_KEEP = {
    1: Message("by itself, for 1 hour"),
    6: Message("by itself, for 6 hours"),
    24: Message("by itself, for 24 hours"),
    72: Message("by itself, for 3 days"),
}


class Confirmations(QWidget):
    """What an officer has to confirm for a basis, each with a box of its own."""

    changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.boxes: dict[Ground, QCheckBox] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.px(4))

    def ask(self, grounds: Sequence[Ground], confirmed: frozenset[Ground]) -> None:
        """These and no others."""
        if list(self.boxes) == list(grounds):
            return
        while (place := self._column.takeAt(0)) is not None:
            row = place.widget()
            if row is not None:
                row.hide()
                row.deleteLater()
        self.boxes = {}
        for ground in grounds:
            self._column.addWidget(self._row(ground, ground in confirmed))
        self.setVisible(bool(grounds))

    @property
    def confirmed(self) -> frozenset[Ground]:
        """What is ticked."""
        return frozenset(ground for ground, box in self.boxes.items() if box.isChecked())

    def _row(self, ground: Ground, ticked: bool) -> QWidget:
        row, text = QWidget(self), said(words.GROUNDS[ground])
        box = QCheckBox(row)
        box.setChecked(ticked)
        box.setAccessibleName(text)
        box.toggled.connect(self.changed)
        self.boxes[ground] = box
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(box, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(plain_label(text, wrap=True, parent=row), 1)
        return row


class ShareForm(QWidget):
    """Says `changed` for whatever the decision depends on, `typed` for words."""

    changed = Signal()
    typed = Signal()

    def __init__(
        self,
        instruments: Instruments,
        peers: Sequence[tuple[Peer, str]],
        choice: Choice,
        officer: str,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        """peers: each with what is known of the last contact."""
        super().__init__(parent)
        self._instruments = instruments
        self.setFixedWidth(theme.px(WIDTH))
        self.peers = self._peer_list(peers, theme)
        self.purpose = _combo(self, [("", tr("choose …")), *((p, said(words.PURPOSES[p])) for p in Purpose)])
        self.basis = _combo(self, [(name, self._basis_text(name)) for name in instruments.bases])
        self.exception = _combo(self, [("", tr("choose …")), *map(_listed, exceptions(instruments))])
        self.waiver = _combo(self, [("", tr("our contact point gets a copy")), *map(_listed, waivers(instruments))])
        self.confirmations = Confirmations(theme, self)
        self.person = QLineEdit(choice.person, self)
        self.person.setPlaceholderText(tr("only where it is meant for one person"))
        self.officer = QLineEdit(officer, self)
        self.why = QLineEdit(self)
        self.why.setPlaceholderText(tr("kept in the audit log, not sent"))
        self.subject = QLineEdit(self)
        self.subject.setPlaceholderText(tr("the other centre sees it"))
        self.expiry = _combo(self, [("", tr("never")), *((str(h), said(_EXPIRY[h])) for h in HOURS)])
        self.keep = _combo(
            self,
            [("", tr("by hand")), ("0", tr("by itself, until the share ends")),
             *((str(h), said(_KEEP[h])) for h in KEEP_HOURS)],
        )  # fmt: skip
        for line in (self.person, self.officer, self.why, self.subject):
            line.setMaxLength(300)
        self._lay_out(theme)
        self._take(choice)
        self._connect()

    @property
    def centres(self) -> list[str]:
        """Ids of the ticked centres."""
        rows = (self.peers.item(row) for row in range(self.peers.count()))
        return [str(row.data(PEER_ROLE)) for row in rows if row.checkState() is Qt.CheckState.Checked]

    @property
    def choice(self) -> Choice:
        """What the decision depends on."""
        purpose = self.purpose.currentData()
        return Choice(
            purpose=Purpose(purpose) if purpose else None,
            basis=str(self.basis.currentData() or ""),
            exception=str(self.exception.currentData()),
            waiver=str(self.waiver.currentData()),
            person=" ".join(self.person.text().split()),
            confirmed=self.confirmations.confirmed,
        )

    def words(self, now: Instant) -> Words:
        """Who sends it and why."""
        hours = self.expiry.currentData()
        return Words(
            officer=" ".join(self.officer.text().split()),
            why=self.why.text().strip(),
            subject=self.subject.text().strip(),
            expires=Instant(now + seconds(int(hours) * 3600)) if hours else None,
            keep=self._kept(now, int(hours) if hours else None),
        )

    def _kept(self, now: Instant, ends: int | None) -> Keep | None:
        """By standing order for so long, though not longer than the share."""
        chosen = self.keep.currentData()
        if not chosen:
            return None
        hours = int(chosen)
        if not hours or (ends is not None and hours >= ends):
            return Keep()
        return Keep(Instant(now + seconds(hours * 3600)))

    def missing(self) -> str:
        """What has still to be said before anything can be shown; empty where nothing is."""
        for wanting, text in (
            (not self.centres, tr("Tick the centres that shall get it.")),
            (not self.purpose.currentData(), tr("Choose the purpose.")),
            (not self.exception.currentData(), tr("Say why SIENA is not used.")),
        ):
            if wanting:
                return text
        return ""

    def unsaid(self) -> str:
        """Words that are missing for sending."""
        if not self.officer.text().strip():
            return tr("Say who sends it.")
        return "" if self.why.text().strip() else tr("Write the justification.")

    def _peer_list(self, peers: Sequence[tuple[Peer, str]], theme: Theme) -> QListWidget:
        found = QListWidget(self)
        found.setAccessibleName(tr("Centres that get it"))
        found.setWordWrap(True)
        found.setMinimumHeight(theme.px(84))
        for peer, contact in peers:
            parts = [country_name(peer.identity.country), peer.contact.point, *peer.contact.telephone[:1], contact]
            row = QListWidgetItem(
                f"{centre_text(peer.identity.country, peer.name)}\n{' · '.join(part for part in parts if part)}"
            )
            row.setData(PEER_ROLE, peer.centre)
            row.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable)
            row.setCheckState(Qt.CheckState.Unchecked)
            found.addItem(row)
        if peers:
            found.setCurrentRow(0)
        return found

    def _chain(self) -> None:
        """Tab goes as one reads."""
        boxes = list(self.confirmations.boxes.values())
        order: list[QWidget] = [self.peers, self.purpose, self.basis, self.exception, *boxes, self.why, self.subject]
        order += [self.waiver, self.person, self.expiry, self.keep, self.officer]
        for one, following in pairwise(order):
            QWidget.setTabOrder(one, following)

    def order(self) -> None:
        """It is about a standing order and nothing else: there is no share that could end, and no way by hand."""
        self.keep.removeItem(0)
        self.keep.setCurrentIndex(self.keep.findData("24"))
        self.expiry.setEnabled(False)

    def tick(self, centre: str) -> None:
        """Tick one centre, for good: an update goes to whom the share went."""
        for row in range(self.peers.count()):
            item = self.peers.item(row)
            chosen = item.data(PEER_ROLE) == centre
            item.setCheckState(Qt.CheckState.Checked if chosen else Qt.CheckState.Unchecked)
        self.peers.setEnabled(False)

    def only(self, centres: set[str]) -> None:
        """Take the tick from all others."""
        self.peers.blockSignals(True)
        for row in range(self.peers.count()):
            item = self.peers.item(row)
            if item.data(PEER_ROLE) not in centres:
                item.setCheckState(Qt.CheckState.Unchecked)
        self.peers.blockSignals(False)

    def _basis_text(self, name: str) -> str:
        instrument, basis = self._instruments.bases[name]
        law = said(words.instrument(instrument.id, self._instruments))
        return f"{said(words.basis(name, self._instruments))} · {law}, {tr('art. {article}', article=basis.article)}"

    def _lay_out(self, theme: Theme) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(6))
        heading = plain_label(tr("To w&hom (space ticks)"), role="section", parent=self)
        heading.setBuddy(self.peers)
        column.addWidget(heading)
        column.addWidget(self.peers, 1)
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setVerticalSpacing(theme.px(6))
        form.addRow(tr("&Purpose"), self.purpose)
        form.addRow(tr("&Legal basis"), self.basis)
        form.addRow(tr("Not by SIENA &because"), self.exception)
        form.addRow(self.confirmations)
        form.addRow(tr("&Justification"), self.why)
        form.addRow(tr("Sub&ject"), self.subject)
        form.addRow(tr("Own &copy"), self.waiver)
        form.addRow(tr("For one o&fficer"), self.person)
        form.addRow(tr("E&xpires"), self.expiry)
        form.addRow(tr("&Updates"), self.keep)
        form.addRow(tr("Sent b&y"), self.officer)
        column.addLayout(form)

    def _take(self, choice: Choice) -> None:
        for combo, value in (
            (self.purpose, choice.purpose or ""),
            (self.basis, choice.basis),
            (self.exception, choice.exception),
            (self.waiver, choice.waiver),
        ):
            combo.setCurrentIndex(max(0, combo.findData(str(value))))
        self._ask(choice.confirmed)

    def _connect(self) -> None:
        for combo in (self.purpose, self.exception, self.waiver):
            combo.currentIndexChanged.connect(self.changed)
        self.basis.currentIndexChanged.connect(self._basis_changed)
        self.confirmations.changed.connect(self.changed)
        self.person.editingFinished.connect(self.changed)
        self.peers.itemChanged.connect(lambda _: self.changed.emit())
        self.why.textChanged.connect(self.typed)
        self.officer.textChanged.connect(self.typed)

    def _basis_changed(self) -> None:
        # A confirmation holds for the basis that it was given for.
        self._ask(frozenset())
        self.changed.emit()

    def _ask(self, confirmed: frozenset[Ground]) -> None:
        basis = basis_of(self._instruments, str(self.basis.currentData()))
        self.confirmations.ask(basis.grounds if basis else (), confirmed)
        self._chain()


def _combo(parent: QWidget, entries: Sequence[tuple[str, str]]) -> QComboBox:
    combo = QComboBox(parent)
    combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    combo.setMinimumContentsLength(12)
    for value, text in entries:
        combo.addItem(text, str(value))
    combo.view().setTextElideMode(Qt.TextElideMode.ElideNone)
    combo.view().setMinimumWidth(combo.view().sizeHintForColumn(0) + 24)
    return combo


def _listed(entry: Listed) -> tuple[str, str]:
    text = words.LISTS.get(entry.list, {}).get(entry.id)
    return entry.id, f"{said(text) if text else entry.id} · {said(words.cited(entry))}"
