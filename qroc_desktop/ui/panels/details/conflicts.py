"""Edits that lost to another edit of the same aspect: both are shown, a person decides."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from qroc_desktop.domain.query import Conflict
from qroc_desktop.translation import said, tr
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.change_words import value_lines
from qroc_desktop.ui.text import copyable, plain_label
from qroc_desktop.ui.times import clock_text
from qroc_desktop.ui.words import ASPECTS


class ConflictCard(QFrame):
    """One conflict with its two ways out."""

    take = Signal(object)
    settle = Signal(object)

    def __init__(self, conflict: Conflict, bench: Bench) -> None:
        super().__init__()
        self.setObjectName("notice")
        self.setProperty("level", "warning")
        px = bench.theme.px
        column = QVBoxLayout(self)
        column.setContentsMargins(px(10), px(8), px(10), px(8))
        column.setSpacing(px(4))
        column.addWidget(
            plain_label(tr("Two edits of the {what} at once", what=said(ASPECTS[conflict.aspect])), role="title")
        )
        for change, words in ((conflict.winner, tr("In force")), (conflict.loser, tr("Kept beside it"))):
            lines = "\n".join(value_lines(change.patch.get(conflict.aspect))) or tr("the usual values")
            head = f"{words}: {change.author}, {clock_text(change.recorded_at)}"
            column.addWidget(plain_label(head, role="muted", wrap=True))
            column.addWidget(copyable(plain_label(lines, wrap=True)))
        row = QHBoxLayout()
        self.take_button = QPushButton(tr("Take the other"))
        self.settle_button = QPushButton(tr("Leave as it is"))
        self.take_button.clicked.connect(lambda: self.take.emit(conflict))
        self.settle_button.clicked.connect(lambda: self.settle.emit(conflict))
        for button in (self.take_button, self.settle_button):
            button.setEnabled(bench.editable)
            row.addWidget(button)
        row.addStretch(1)
        column.addLayout(row)


class Conflicts(QWidget):
    """The open conflicts of the item that is shown."""

    take = Signal(object)
    settle = Signal(object)

    def __init__(self, bench: Bench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bench = bench
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(1)
        self.cards: list[ConflictCard] = []

    def show_conflicts(self, conflicts: list[Conflict]) -> None:
        """These and no others."""
        for card in self.cards:
            card.hide()
            card.deleteLater()
        self.cards = [ConflictCard(conflict, self._bench) for conflict in conflicts]
        for card in self.cards:
            card.take.connect(self.take)
            card.settle.connect(self.settle)
            self._column.addWidget(card)
        self.setVisible(bool(conflicts))
