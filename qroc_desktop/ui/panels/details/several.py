"""Several items at once: status, priority and layer in one step."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFormLayout, QPushButton, QVBoxLayout, QWidget

from qroc_desktop.domain.state import Layer
from qroc_desktop.domain.vocabulary import Priority, Status
from qroc_desktop.domain.words import PRIORITIES, STATUSES
from qroc_desktop.translation import ntr, said, tr
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.panels.details.fields import ChoiceField
from qroc_desktop.ui.text import plain_label


class Several(QWidget):
    """Choices that are left open change nothing."""

    asked = Signal(object, object, object)
    """Status, Priority and layer id; None leaves one as it is."""

    def __init__(self, bench: Bench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bench = bench
        px = bench.theme.px
        self.count = plain_label(role="title")
        self.count.setFont(bench.theme.font(1.15, bold=True))
        leave = tr("leave as it is")
        self.status = ChoiceField[Status](tr("Status"), {k: said(w) for k, w in STATUSES.items()}, none=leave)
        self.priority = ChoiceField[Priority](
            tr("Priority"), {k: f"{int(k)} · {said(w)}" for k, w in PRIORITIES.items()}, none=leave
        )
        self.layer = ChoiceField[str](tr("Layer"), {"": leave})
        self.apply = QPushButton()
        self.apply.setProperty("role", "primary")
        self.apply.clicked.connect(self._ask)
        form = QFormLayout()
        form.setVerticalSpacing(px(6))
        for name, field in ((tr("Status"), self.status), (tr("Priority"), self.priority), (tr("Layer"), self.layer)):
            form.addRow(plain_label(name, role="muted"), field)
            field.edited.connect(self.say)
        column = QVBoxLayout(self)
        column.setContentsMargins(px(12), px(12), px(12), px(12))
        column.setSpacing(px(10))
        column.addWidget(self.count)
        column.addLayout(form)
        column.addWidget(self.apply)
        column.addStretch(1)

    def show_count(self, count: int) -> None:
        """How many are selected; choices start anew."""
        self.count.setText(ntr("{count} item selected", "{count} items selected", count))
        self.apply.setText(ntr("Change {count} item", "Change {count} items", count))
        self.status.show_choice(None)
        self.priority.show_choice(None)
        self.layer.show_choice("")
        self.say()

    def show_layers(self, layers: list[Layer]) -> None:
        """Layers to move the items to."""
        self.layer.offer(
            {"": tr("leave as it is"), **{la.id: la.name for la in reversed(layers) if not la.locked}}
        )

    def say(self) -> None:
        """Enable what can be done."""
        chosen = any((self.status.chosen(), self.priority.chosen(), self.layer.chosen()))
        for field in (self.status, self.priority, self.layer):
            field.setEnabled(self._bench.editable)
        self.apply.setEnabled(chosen and self._bench.editable)

    def _ask(self) -> None:
        self.asked.emit(self.status.chosen(), self.priority.chosen(), self.layer.chosen() or None)
