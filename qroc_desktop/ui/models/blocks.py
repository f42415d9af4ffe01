"""Road blocks: selected items, each closed from a time of day on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QPushButton, QVBoxLayout, QWidget

from qroc_desktop.domain.geodesy import LonLat
from qroc_desktop.domain.instant import Instant
from qroc_desktop.translation import ntr, tr
from qroc_desktop.ui.buttons import IconButton
from qroc_desktop.ui.models.kit import Kit, known_since, time_of
from qroc_desktop.ui.panels.details.fields import TimeField
from qroc_desktop.ui.sharing.elided_label import ElidedLabel
from qroc_desktop.ui.text import plain_label, tip


@dataclass(frozen=True, slots=True)
class RoadBlock:
    """Where it stands, what it is called, and since when it is closed; None where that is no time."""

    at: LonLat
    name: str
    since: Instant | None


class BlockList(QWidget):
    """A row for each block. What an item is selected for stays in the list when something else is selected."""

    changed = Signal()

    def __init__(self, kit: Kit) -> None:
        super().__init__()
        self._kit = kit
        self._rows: dict[str, tuple[LonLat, str, TimeField, list[QWidget]]] = {}
        self.add = QPushButton(tr("Add the selected items"))
        self.add.setAutoDefault(False)
        self.said = plain_label(role="muted", wrap=True)
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setColumnStretch(0, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(kit.bench.theme.px(4))
        column.addLayout(self._grid)
        column.addWidget(self.add)
        column.addWidget(self.said)
        self.add.clicked.connect(self.add_selected)
        self._tell(0)

    def add_selected(self) -> None:
        """The selected items, closed from when they are true; what has no place is passed by and said so."""
        bench = self._kit.bench
        passed, before = 0, len(self._rows)
        for item_id in bench.selection.ids:
            item = bench.desk.picture.item(item_id, bench.cursor.moment)
            if item is None or item.removed or item.shape is None:
                passed += 1
            elif item_id not in self._rows:
                name = item.wording.title or tr(bench.kinds.kind_of(item.nature).name)
                self._show(item_id, item.shape.anchor(), name, known_since(item))
        self._tell(passed)
        if len(self._rows) != before:
            self.changed.emit()

    @property
    def blocks(self) -> Sequence[RoadBlock]:
        """What stands in the list."""
        return [RoadBlock(at, name, time_of(field)) for at, name, field, _ in self._rows.values()]

    def field(self, item: str) -> TimeField:
        """Where the time of an item's block is typed."""
        return self._rows[item][2]

    def _show(self, item: str, at: LonLat, name: str, since: Instant) -> None:
        bench = self._kit.bench
        label = ElidedLabel()
        label.setText(name)
        label.setToolTip(tip(name))
        field = TimeField(tr("{name}: closed from", name=name), bench.desk.clock)
        field.show_time(since)
        field.setFixedWidth(bench.theme.px(132))
        drop = IconButton(bench.theme, "x", tr("{name}: no block", name=name))
        field.edited.connect(self.changed)
        drop.clicked.connect(lambda: self._drop(item))
        row = self._grid.rowCount()
        for place, widget in enumerate((label, field, drop)):
            self._grid.addWidget(widget, row, place)
        self._rows[item] = (at, name, field, [label, field, drop])
        self._chain()

    def _drop(self, item: str) -> None:
        for widget in self._rows.pop(item)[3]:
            self._grid.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        self.add.setFocus()
        self._tell(0)
        self.changed.emit()

    def _chain(self) -> None:
        """Tab goes as one reads: the rows, then the button below them."""
        last: QWidget | None = None
        for *_, widgets in self._rows.values():
            for widget in widgets[1:]:
                if last is not None:
                    QWidget.setTabOrder(last, widget)
                last = widget
        if last is not None:
            QWidget.setTabOrder(last, self.add)

    def _tell(self, passed: int) -> None:
        if passed:
            text = ntr("{count} item has no place on the map.", "{count} items have no place on the map.", passed)
        elif not self._rows:
            text = tr("None. Select items on the map or in the list, then add them.")
        else:
            text = tr("Closed from that time on for whoever arrives later.")
        self.said.setText(text)
