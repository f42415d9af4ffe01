"""What a bundle says, with where it came from and how it may be used; opening it is recorded and the sender is told."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QVBoxLayout, QWidget

from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.state import Item
from qroc_desktop.policy import words
from qroc_desktop.policy.instruments import Instruments
from qroc_desktop.policy.vocabulary import Purpose
from qroc_desktop.services.share_board import InRow
from qroc_desktop.sync.content import Content
from qroc_desktop.translation import ntr, said, tr
from qroc_desktop.ui.sharing.countries import centre_text
from qroc_desktop.ui.sharing.share_words import what
from qroc_desktop.ui.text import copyable, plain_label
from qroc_desktop.ui.times import both

WIDTH = 620
MOST_TITLES = 12


class ReadDialog(QDialog):
    """Shows one bundle."""

    def __init__(
        self,
        row: InRow,
        content: Content,
        items: list[Item],
        erase_by: Instant | None,
        instruments: Instruments,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Received"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(WIDTH)
        buttons = QDialogButtonBox(self)
        close = buttons.addButton(tr("Close"), QDialogButtonBox.ButtonRole.RejectRole)
        close.setDefault(True)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 18, 24, 16)
        column.setSpacing(12)
        heading = plain_label(content.subject or what(row.received.kind, "", row.items), wrap=True, parent=self)
        heading.setObjectName("dialogHeading")
        column.addWidget(heading)
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setVerticalSpacing(6)
        for name, text in _lines(row, content, items, erase_by, instruments):
            if text:
                form.addRow(plain_label(name, role="muted"), copyable(plain_label(text, wrap=True)))
        column.addLayout(form)
        column.addStretch(1)
        column.addWidget(buttons)
        close.setFocus()


def _lines(
    row: InRow, content: Content, items: list[Item], erase_by: Instant | None, instruments: Instruments
) -> list[tuple[str, str]]:
    titles = [item.wording.title or tr("(no title)") for item in items[:MOST_TITLES]]
    if len(items) > MOST_TITLES:
        titles.append(ntr("and {count} more", "and {count} more", len(items) - MOST_TITLES))
    terms = content.terms
    marks = {mark for item in items for mark in (item.marking.tlp, item.marking.handling) if mark is not None}
    conditions = [*terms.conditions, *(text for item in items for text in item.marking.conditions)]
    return [
        (tr("From"), centre_text(row.country, row.name)),
        (tr("Officer"), content.officer),
        (tr("Sent"), both(row.received.created)),
        (tr("Received"), both(row.received.received_at)),
        (tr("Message"), content.text),
        (tr("Items"), "\n".join(titles)),
        (tr("Purpose"), _purpose(terms.purpose)),
        (tr("Legal basis"), _basis(terms.basis, instruments)),
        (tr("Marking"), ", ".join(sorted(str(mark) for mark in marks))),
        (tr("Conditions"), "\n".join(dict.fromkeys(conditions))),
        (tr("Expires"), both(row.received.expires) if row.received.expires else ""),
        (tr("To be erased by"), both(erase_by) if erase_by else ""),
        (tr("Read by"), ", ".join(row.received.read_by)),
    ]


def _purpose(code: str) -> str:
    return said(words.PURPOSES[Purpose(code)]) if code in {str(p) for p in Purpose} else code


def _basis(name: str, instruments: Instruments) -> str:
    found = instruments.bases.get(name)
    if found is None:
        return name
    law = said(words.instrument(found[0].id, instruments))
    return f"{said(words.basis(name, instruments))} · {law}, {tr('art. {article}', article=found[1].article)}"
