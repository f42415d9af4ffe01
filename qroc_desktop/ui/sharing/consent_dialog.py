"""Writing down that an owner allows something to go on: who gave it, for whom and what, until when, by which way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QGridLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from qroc_desktop.domain.instant import Clock, Instant, seconds
from qroc_desktop.errors import Message, QrocError
from qroc_desktop.policy import words
from qroc_desktop.policy.vocabulary import ConsentKind, Purpose
from qroc_desktop.services.consents import ConsentBook, Given
from qroc_desktop.sync.roster import Peer
from qroc_desktop.translation import explained, said, tr
from qroc_desktop.ui.attempt import attempt
from qroc_desktop.ui.background import Background
from qroc_desktop.ui.sharing.countries import centre_text
from qroc_desktop.ui.text import plain_label
from qroc_desktop.ui.theme import Theme

WIDTH: Final = 640
HOURS: Final = (6, 24, 72, 168)
_UNTIL: Final = {
    6: Message("for 6 hours"),
    24: Message("for 24 hours"),
    72: Message("for 3 days"),
    168: Message("for 7 days"),
}
_ITEM: Final = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True)
class Wanting:
    """An item that does not go for want of consent: whose it is, and which consents would let it go."""

    item: str
    title: str
    originator: str
    kinds: frozenset[ConsentKind]


class ConsentDialog(QDialog):
    """Accepted once the consents are in the record."""

    def __init__(
        self,
        wanting: Sequence[Wanting],
        peer: Peer,
        purpose: Purpose,
        officer: str,
        work: tuple[ConsentBook, Background, Clock],
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Record consent"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._wanting = list(wanting)
        self._peer = peer
        self._book, self._background, self._clock = work
        self.items = self._item_list(theme)
        self.purposes: dict[Purpose, QCheckBox] = {}
        for each in Purpose:
            box = QCheckBox(said(words.PURPOSES[each]), self)
            box.setChecked(each is purpose)
            self.purposes[each] = box
        self.given_by = QLineEdit(self)
        self.given_by.setPlaceholderText(tr("the officer at the originator, by name"))
        self.way = QLineEdit(self)
        self.way.setPlaceholderText(tr("by telephone, by message number …"))
        self.until = QComboBox(self)
        self.until.addItem(tr("until it is revoked"), 0)
        for hours in HOURS:
            self.until.addItem(said(_UNTIL[hours]), hours)
        self.until.setCurrentIndex(2)
        self.officer = QLineEdit(officer, self)
        for line in (self.given_by, self.way, self.officer):
            line.setMaxLength(200)
        self.said = plain_label(role="warning", wrap=True, parent=self)
        self._buttons = QDialogButtonBox(self)
        self.go = self._buttons.addButton(tr("Record"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.go.setDefault(True)
        self._buttons.addButton(tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole).setAutoDefault(False)
        self._lay_out(theme)
        self._connect()
        self._check()
        self.given_by.setFocus()

    @property
    def given(self) -> list[Given]:
        """What was said, one for each group of items that wants the same consents."""
        hours = int(self.until.currentData())
        until = Instant(self._clock() + seconds(hours * 3600)) if hours else None
        groups: dict[frozenset[ConsentKind], list[str]] = {}
        for one in self._ticked():
            groups.setdefault(one.kinds, []).append(one.item)
        return [
            Given(
                items=tuple(items),
                kinds=tuple(sorted(kinds)),
                recipient=self._peer.centre,
                purposes=tuple(purpose for purpose, box in self.purposes.items() if box.isChecked()),
                given_by=self.given_by.text(),
                officer=self.officer.text(),
                way=self.way.text(),
                until=until,
            )
            for kinds, items in groups.items()
        ]

    def accept(self) -> None:
        """Record it; what stands against it is told here."""
        given, book = self.given, self._book
        self.go.setEnabled(False)

        def work() -> None:
            book.record_all(given)

        attempt(self._background, work, lambda _: super(ConsentDialog, self).accept(), self._refused)

    # --- parts ---------------------------------------------------------------------------------

    def _refused(self, error: QrocError) -> None:
        self.said.setText(explained(error))
        self.go.setEnabled(True)

    def _ticked(self) -> list[Wanting]:
        rows = (self.items.item(row) for row in range(self.items.count()))
        return [self._wanting[row.data(_ITEM)] for row in rows if row.checkState() is Qt.CheckState.Checked]

    def _check(self) -> None:
        self.said.setText("")
        filled = all(line.text().strip() for line in (self.given_by, self.officer))
        purposes = any(box.isChecked() for box in self.purposes.values())
        self.go.setEnabled(filled and purposes and bool(self._ticked()))

    def _item_list(self, theme: Theme) -> QListWidget:
        found = QListWidget(self)
        found.setAccessibleName(tr("Items that the consent is for"))
        found.setWordWrap(True)
        found.setSpacing(theme.px(2))
        for number, one in enumerate(self._wanting):
            title = one.title or tr("(no title)")
            row = QListWidgetItem(tr("{title} · information of {centre}", title=title, centre=one.originator))
            row.setData(_ITEM, number)
            row.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable)
            row.setCheckState(Qt.CheckState.Checked)
            found.addItem(row)
        found.setFixedHeight(theme.px(14 + 38 * min(3, len(self._wanting))))
        return found

    def _lay_out(self, theme: Theme) -> None:
        self.setMinimumWidth(theme.px(WIDTH))
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(24), theme.px(18), theme.px(24), theme.px(16))
        column.setSpacing(theme.px(10))
        heading = plain_label(tr("Record consent"), wrap=True, parent=self)
        heading.setObjectName("dialogHeading")
        column.addWidget(heading)
        text = tr(
            "Only the originator can allow that its information goes on to {centre}. Call there first; who gave the"
            " consent and who recorded it is kept in the audit log.",
            centre=centre_text(self._peer.identity.country, self._peer.name),
        )
        column.addWidget(plain_label(text, role="muted", wrap=True, parent=self))
        column.addWidget(self.items)
        column.addWidget(plain_label(tr("For these purposes"), role="section", parent=self))
        column.addLayout(self._purpose_grid(theme))
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setVerticalSpacing(theme.px(6))
        form.addRow(tr("&Given by"), self.given_by)
        form.addRow(tr("&How"), self.way)
        form.addRow(tr("&Holds"), self.until)
        form.addRow(tr("Recorded b&y"), self.officer)
        column.addLayout(form)
        column.addWidget(self.said)
        column.addWidget(self._buttons)

    def _purpose_grid(self, theme: Theme) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.px(16))
        grid.setVerticalSpacing(theme.px(4))
        for number, box in enumerate(self.purposes.values()):
            grid.addWidget(box, number // 2, number % 2)
        return grid

    def _connect(self) -> None:
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)
        for line in (self.given_by, self.officer):
            line.textChanged.connect(self._check)
        for box in self.purposes.values():
            box.toggled.connect(self._check)
        self.items.itemChanged.connect(lambda _: self._check())
