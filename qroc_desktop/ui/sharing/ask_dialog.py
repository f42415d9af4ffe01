"""Asking another centre: the fields of Directive (EU) 2023/977 article 4(5), to one centre, by one time limit."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from qroc_desktop.policy import words
from qroc_desktop.policy.channels import CHANNEL_EXCEPTION, URGENCY_GROUND, Channel, listed
from qroc_desktop.policy.instruments import Instruments, Limit
from qroc_desktop.policy.vocabulary import Purpose
from qroc_desktop.services.requests import Question
from qroc_desktop.sync.letters import Ask
from qroc_desktop.sync.roster import Peer
from qroc_desktop.translation import said, tr
from qroc_desktop.ui.sharing.countries import centre_text
from qroc_desktop.ui.sharing.letter_dialogs import MOST, area
from qroc_desktop.ui.sharing.request_words import code_text, limit_text
from qroc_desktop.ui.text import plain_label
from qroc_desktop.ui.theme import Theme

SIZE = (820, 690)
FIELDS = words.LISTS["request-field"]


class AskDialog(QDialog):
    """Accepted once the officer sends; `question` is what was written. `why` names what the audit log keeps."""

    def __init__(
        self,
        peers: Sequence[tuple[Peer, str]],
        instruments: Instruments,
        *,
        officer: str,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        """peers: each with what is known of its contact."""
        super().__init__(parent)
        self.setWindowTitle(tr("Ask another centre"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._instruments = instruments
        self._limits = [
            (instrument.id, limit)
            for instrument in instruments
            if not instrument.repealed
            for limit in instrument.limits
            if limit.starts == "receipt"
        ]
        self.peers = _combo(self, [(peer.centre, _peer_text(peer, contact)) for peer, contact in peers])
        self.subject = QLineEdit(self)
        self.subject.setPlaceholderText(tr("a line for the other centre's list"))
        self.limit = _combo(self, [(str(n), self._limit_text(*one)) for n, one in enumerate(self._limits)])
        self.urgency = _combo(self, self._codes(URGENCY_GROUND))
        self.urgency_reason = QLineEdit(self)
        self.purpose = _combo(self, [("", tr("choose …")), *((p, said(words.PURPOSES[p])) for p in Purpose)])
        self.information = area(theme, 3, self)
        self.facts = area(theme, 3, self)
        self.reasons = area(theme, 2, self)
        self.link = QLineEdit(self)
        self.link.setPlaceholderText(tr("only where a person is concerned"))
        self.restrictions = QLineEdit(self)
        self.restrictions.setPlaceholderText(tr("not required"))
        self.exception = _combo(self, self._codes(CHANNEL_EXCEPTION))
        self.officer = QLineEdit(officer, self)
        for line, most in ((self.subject, 300), (self.officer, 120)):
            line.setMaxLength(most)
        for line in (self.urgency_reason, self.link, self.restrictions):
            line.setMaxLength(2000)
        self.said = plain_label(role="warning", wrap=True, parent=self)
        self.send_button = QPushButton(tr("Ask (Ctrl+Enter)"), self)
        self.send_button.setProperty("role", "primary")
        self.cancel = QPushButton(tr("Cancel"), self)
        self._lay_out(theme)
        self._connect()
        other = next((n for n, (_, limit) in enumerate(self._limits) if not limit.urgent), 0)
        self.limit.setCurrentIndex(other)
        self._weigh()
        room = (parent or self).screen().availableGeometry()
        self.resize(min(theme.px(SIZE[0]), room.width() - 40), min(theme.px(SIZE[1]), room.height() - 60))
        self.peers.setFocus()

    @property
    def question(self) -> Question:
        """The request as it is to be sent."""
        instrument, limit = self._chosen()
        urgent = limit.urgent
        ask = Ask(
            requested_information=self.information.toPlainText().strip(),
            purpose_facts_offence=self.facts.toPlainText().strip(),
            reasons_it_is_there=self.reasons.toPlainText().strip(),
            instrument=instrument, limit=limit.id, link_with_person=self.link.text().strip(),
            urgency=str(self.urgency.currentData()) if urgent else "",
            urgency_reason=self.urgency_reason.text().strip() if urgent else "",
            use_restrictions=self.restrictions.text().strip(),
        )  # fmt: skip
        return Question(
            to=str(self.peers.currentData()), ask=ask, purpose=Purpose(self.purpose.currentData()),
            channel=Channel(exception=str(self.exception.currentData())), officer=self.officer_name,
            subject=self.subject.text().strip(),
        )  # fmt: skip

    @property
    def officer_name(self) -> str:
        """Who asks."""
        return " ".join(self.officer.text().split())

    def choose_limit(self, limit: str) -> None:
        """Choose a limit by its id."""
        self.limit.setCurrentIndex(next(n for n, (_, one) in enumerate(self._limits) if one.id == limit))

    # --- parts ---------------------------------------------------------------------------------

    def _chosen(self) -> tuple[str, Limit]:
        return self._limits[self.limit.currentIndex()]

    def _limit_text(self, instrument: str, limit: Limit) -> str:
        access = {
            "urgent-direct": tr("directly accessible there"),
            "urgent-indirect": tr("not directly accessible there"),
        }
        law = said(words.instrument(instrument, self._instruments))
        return " · ".join(part for part in (limit_text(limit), access.get(limit.id, ""), law) if part)

    def _codes(self, name: str) -> list[tuple[str, str]]:
        entries = listed(self._instruments, name)
        return [("", tr("choose …")), *((e.id, code_text(self._instruments, name, e.id)) for e in entries)]

    def _weigh(self) -> None:
        urgent = self._chosen()[1].urgent
        for field in (self.urgency, self.urgency_reason):
            field.setEnabled(urgent)
        missing = self._missing(urgent)
        self.said.setText(missing)
        self.send_button.setEnabled(not missing)

    def _missing(self, urgent: bool) -> str:
        texts = [field.toPlainText() for field in (self.information, self.facts, self.reasons)]
        for wanting, text in (
            (self.peers.count() == 0, tr("No other centre is approved yet.")),
            (not self.subject.text().strip(), tr("Write the subject.")),
            (urgent and not self.urgency.currentData(), tr("Choose the ground of urgency.")),
            (urgent and not self.urgency_reason.text().strip(), tr("Write why it is urgent.")),
            (not texts[0].strip(), tr("Write what is asked for.")),
            (not texts[1].strip(), tr("Write purpose, facts and offence.")),
            (not texts[2].strip(), tr("Write why it is believed to be available there.")),
            (max(map(len, texts)) > MOST, tr("The text is too long: at most {count} characters.", count=MOST)),
            (not self.purpose.currentData(), tr("Choose the purpose.")),
            (not self.exception.currentData(), tr("Say why SIENA is not used.")),
            (not self.officer_name, tr("Say who sends it.")),
        ):
            if wanting:
                return text
        return ""

    def _lay_out(self, theme: Theme) -> None:
        inside = QWidget(self)
        form = QFormLayout(inside)
        form.setContentsMargins(0, 0, theme.px(8), 0)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.setVerticalSpacing(theme.px(6))
        rows: Sequence[tuple[str, QWidget]] = (
            (tr("&Centre"), self.peers),
            (tr("Sub&ject"), self.subject),
            (tr("&Time limit"), self.limit),
            (tr("&Urgency"), self.urgency),
            (said(FIELDS["urgency-reason"]), self.urgency_reason),
            (said(FIELDS["requested-information"]), self.information),
            (said(FIELDS["purpose-facts-offence"]), self.facts),
            (tr("&Purpose"), self.purpose),
            (said(FIELDS["reasons-it-is-there"]), self.reasons),
            (said(FIELDS["link-with-person"]), self.link),
            (said(FIELDS["use-restrictions"]), self.restrictions),
            (tr("Not by SIENA &because"), self.exception),
            (tr("Sent b&y"), self.officer),
        )
        for name, field in rows:
            label = plain_label(name, wrap=True)
            label.setBuddy(field)
            label.setFixedWidth(theme.px(200))
            form.addRow(label, field)
        scroll = QScrollArea(self)
        scroll.setWidget(inside)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll = scroll
        for (_, one), (_, following) in pairwise([*rows, ("", self.cancel), ("", self.send_button)]):
            QWidget.setTabOrder(one, following)  # as one reads
        last = QHBoxLayout()
        last.addWidget(self.said, 1)
        last.addWidget(self.cancel)
        last.addWidget(self.send_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(16), theme.px(12), theme.px(16), theme.px(12))
        column.addWidget(scroll, 1)
        column.addLayout(last)

    def _connect(self) -> None:
        for combo in (self.peers, self.limit, self.urgency, self.purpose, self.exception):
            combo.currentIndexChanged.connect(self._weigh)
        for line in (self.subject, self.urgency_reason, self.officer):
            line.textChanged.connect(self._weigh)
        for text in (self.information, self.facts, self.reasons):
            text.textChanged.connect(self._weigh)
        for button in (self.send_button, self.cancel):
            button.setAutoDefault(False)
        self.send_button.clicked.connect(self._send)
        self.cancel.clicked.connect(self.reject)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self, self._send)

    def _send(self) -> None:
        if self.send_button.isEnabled():
            self.accept()


def _peer_text(peer: Peer, contact: str) -> str:
    return f"{centre_text(peer.identity.country, peer.name)} · {contact}"


def _combo(parent: QWidget, entries: Sequence[tuple[str, str]]) -> QComboBox:
    combo = QComboBox(parent)
    combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    combo.setMinimumContentsLength(12)
    for value, text in entries:
        combo.addItem(text, str(value))
    combo.view().setMinimumWidth(combo.view().sizeHintForColumn(0) + 24)
    return combo
