"""Where an item came from, and every change of it with who and when."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from qroc_desktop.domain.aspects import Origin
from qroc_desktop.domain.change import Change
from qroc_desktop.domain.state import Item
from qroc_desktop.translation import tr
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.change_words import histories
from qroc_desktop.ui.panels.blocks import BLOCKS_ROLE, BlockDelegate, Blocks
from qroc_desktop.ui.text import copyable, plain_label, rule
from qroc_desktop.ui.times import both

NOTABLE = 60_000_000
"""Microseconds between being true and being recorded from which on both are said."""


class ItemHistory(QWidget):
    """The newest change first."""

    def __init__(self, bench: Bench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bench = bench
        self.layer_names: dict[str, str] = {}
        px = bench.theme.px
        self.origin = copyable(plain_label(role="muted", wrap=True))
        self.origin.setMargin(px(12))
        self.list = QListWidget()
        self.list.setWordWrap(True)
        self.list.setAccessibleName(tr("History"))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._delegate = BlockDelegate(bench.theme, self.list)
        self.list.setItemDelegate(self._delegate)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.origin)
        column.addWidget(rule())
        column.addWidget(self.list, 1)

    def show_item(self, item: Item) -> None:
        """Where it came from."""
        self.origin.setText(origin_words(item.origin))

    def show_changes(self, changes: list[Change]) -> None:
        """All changes of the item, first to last."""
        self.list.clear()
        for change, lines in reversed(histories(changes, lambda layer: self.layer_names.get(layer, layer))):
            head = f"{both(change.valid_at)} · {change.author}"
            late = change.recorded_at - change.valid_at >= NOTABLE
            foot = tr("recorded {time}", time=both(change.recorded_at)) if late else ""
            item = QListWidgetItem("\n".join(part for part in (head, *lines, foot) if part))
            item.setData(BLOCKS_ROLE, Blocks(head, "\n".join(lines) or tr("no field of it changed"), foot))
            self.list.addItem(item)


def origin_words(origin: Origin) -> str:
    """Provenance in words."""
    if not origin.format:
        return tr("Entered here.")
    parts = [tr("From {format}", format=origin.format.upper())]
    if origin.source_name:
        parts.append(tr("source: {name}", name=origin.source_name))
    if origin.file:
        parts.append(tr("file: {name}", name=origin.file))
    if origin.sender:
        parts.append(tr("sender {name}", name=origin.sender))
    if origin.sent is not None:
        parts.append(tr("sent {time}", time=both(origin.sent)))
    if origin.foreign_id:
        parts.append(tr("identifier {id}", id=origin.foreign_id))
    return "\n".join(parts)
