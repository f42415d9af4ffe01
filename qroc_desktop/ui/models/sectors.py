"""Search sectors with their probabilities: one list for all models that work on them, and the table that shows it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from qroc_desktop.errors import QrocError
from qroc_desktop.exercise.models.search import TOLERANCE
from qroc_desktop.services.training_models import TrainingModels
from qroc_desktop.translation import explained, tr
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.buttons import IconButton
from qroc_desktop.ui.measures import figures
from qroc_desktop.ui.models.kit import Kit, put_number
from qroc_desktop.ui.panels.details.fields import NumberField
from qroc_desktop.ui.sharing.elided_label import ElidedLabel
from qroc_desktop.ui.text import plain_label, set_state, tip


@dataclass(slots=True)
class Sector:
    """An area item that is searched. `poa` from 0 to 1; None where nobody has said it yet."""

    id: str
    name: str
    km2: float
    poa: float | None = None


class SectorBook(QObject):
    """What a search leader says once and every model of sectors uses: the sectors and their POA."""

    changed = Signal()

    def __init__(self, bench: Bench, models: TrainingModels, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bench = bench
        self._models = models
        self.sectors: dict[str, Sector] = {}

    def add_selected(self) -> str:
        """Add the selected areas; gives why something was passed by, empty where nothing was."""
        ids, why = self._bench.selection.ids, ""
        for item_id in ids:
            if item_id in self.sectors:
                continue
            try:
                km2 = self._models.area_km2(item_id)
            except QrocError as error:
                why = explained(error)
                continue
            item = self._bench.desk.picture.item(item_id)
            name = item.wording.title if item else ""
            self.sectors[item_id] = Sector(item_id, name or tr("Sector {n}", n=len(self.sectors) + 1), km2)
        self.changed.emit()
        if not ids:
            return tr("Select areas on the map or in the list first.")
        if not why:
            self._bench.selection.set([])  # a ring around each would lie over what is to be read
        return why

    def follow(self, items: Iterable[str]) -> None:
        """Items changed: a sector has the name and size that its item has now, and goes with it."""
        touched = [item for item in items if item in self.sectors]
        for item_id in touched:
            item = self._bench.desk.picture.item(item_id)
            try:
                self.sectors[item_id].km2 = self._models.area_km2(item_id)
            except QrocError:
                del self.sectors[item_id]  # removed, or no area any more
                continue
            if item is not None and item.wording.title:
                self.sectors[item_id].name = item.wording.title
        if touched:
            self.changed.emit()

    def remove(self, item: str) -> None:
        """No sector any more."""
        del self.sectors[item]
        self.changed.emit()

    def say(self, item: str, poa: float | None) -> None:
        """What somebody typed."""
        self.sectors[item].poa = poa
        self.changed.emit()

    def equal(self) -> None:
        """All alike, and nothing elsewhere."""
        self.take({item: 1 / len(self.sectors) for item in self.sectors})

    def by_area(self) -> None:
        """Each by its size, and nothing elsewhere."""
        total = math.fsum(sector.km2 for sector in self.sectors.values())
        self.take({item: sector.km2 / total for item, sector in self.sectors.items()})

    def take(self, poa: Mapping[str, float]) -> None:
        """These probabilities, of those that are sectors."""
        for item, value in poa.items():
            if item in self.sectors:
                self.sectors[item].poa = value
        self.changed.emit()

    @property
    def total(self) -> float:
        """What all sectors hold together."""
        return math.fsum(sector.poa or 0.0 for sector in self.sectors.values())

    def poa(self) -> dict[str, float] | str:
        """POA by sector; or what has still to be said."""
        if not self.sectors:
            return tr("Select areas on the map or in the list, then add them as sectors.")
        missing = next((sector.name for sector in self.sectors.values() if sector.poa is None), None)
        if missing is not None:
            return tr("Say how likely he is in {name}, in percent.", name=missing)
        if self.total > 1 + TOLERANCE:
            return self.sum_text()
        return {item: sector.poa or 0.0 for item, sector in self.sectors.items()}

    def sum_text(self) -> str:
        """What the probabilities add up to, and what that means."""
        total = figures(100 * self.total, 4)
        if self.total > 1 + TOLERANCE:
            return tr("Together {total} %: more than 100 %.", total=total)
        if self.total < 1 - TOLERANCE:
            return tr(
                "Together {total} %: {rest} % are elsewhere.", total=total, rest=figures(100 * (1 - self.total), 4)
            )
        return tr("Together 100 %.")


class SectorTable(QWidget):
    """The book as rows, with further columns of one form's own. Says `edited` for those: item, number of column."""

    edited = Signal(str, int)

    def __init__(self, kit: Kit, book: SectorBook, extras: Sequence[str] = ()) -> None:
        """extras: names of the form's own columns."""
        super().__init__()
        self._kit = kit
        self._book = book
        self._extras = tuple(extras)
        self._rows: dict[str, tuple[NumberField, list[NumberField], list[QWidget]]] = {}
        self.add = _button(tr("Add the selected areas"))
        self.equal = _button(tr("In equal parts"))
        self.by_area = _button(tr("By area"))
        self.sum = plain_label(role="muted", wrap=True)
        self._grid = QGridLayout()
        self._lay_out()
        self.add.clicked.connect(self._add)
        self.equal.clicked.connect(book.equal)
        self.by_area.clicked.connect(book.by_area)
        book.changed.connect(self._show)
        self._show()

    def poa(self, item: str) -> NumberField:
        """Where a sector's POA is typed."""
        return self._rows[item][0]

    def own(self, item: str, column: int) -> NumberField:
        """Where a sector's value in a column of the form's own is typed."""
        return self._rows[item][1][column]

    def _show(self) -> None:
        sectors = self._book.sectors
        for gone in [item for item in self._rows if item not in sectors]:
            self._drop(gone)
        for sector in sectors.values():
            if sector.id not in self._rows:
                self._append(sector)
            field, _, widgets = self._rows[sector.id]
            for label, words in zip(widgets, (sector.name, figures(sector.km2, 3)), strict=False):
                if isinstance(label, QLabel):
                    label.setText(words)
            if not field.hasFocus():  # who types is not interrupted
                put_number(field, None if sector.poa is None else round(100 * sector.poa, 2))
        for widget in self._head:
            widget.setVisible(bool(sectors))
        for button in (self.equal, self.by_area):
            button.setEnabled(bool(sectors))
        text = self._book.poa() if not sectors else self._book.sum_text()
        self._tell(str(text), "warning" if self._book.total > 1 + TOLERANCE else "muted")

    def _append(self, sector: Sector) -> None:
        theme = self._kit.bench.theme
        name = ElidedLabel()
        name.setText(sector.name)
        name.setToolTip(tip(sector.name))
        size = plain_label(figures(sector.km2, 3), role="muted")
        size.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        poa = self._number(tr("{name}: POA in percent", name=sector.name), 100)
        extras = [self._number(f"{sector.name}: {extra}", 10_000) for extra in self._extras]
        drop = IconButton(theme, "x", tr("{name}: no sector", name=sector.name))
        poa.edited.connect(lambda: self._typed(sector.id))
        for place, extra in enumerate(extras):
            extra.edited.connect(lambda place=place: self.edited.emit(sector.id, place))
        drop.clicked.connect(lambda: self._book.remove(sector.id))
        row = self._grid.rowCount()
        widgets: list[QWidget] = [name, size, poa, *extras, drop]
        for place, widget in enumerate(widgets):
            self._grid.addWidget(widget, row, place)
        self._rows[sector.id] = (poa, extras, widgets)
        self._chain()

    def _typed(self, item: str) -> None:
        percent = self._rows[item][0].number()
        self._book.say(item, None if percent is None else percent / 100)

    def _drop(self, item: str) -> None:
        for widget in self._rows.pop(item)[2]:
            self._grid.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        if self.isVisible():
            self.add.setFocus()

    def _add(self) -> None:
        why = self._book.add_selected()
        if why:
            self._tell(why, "warning")

    def _tell(self, text: str, role: str) -> None:
        set_state(self.sum, "role", role)
        self.sum.setText(text)

    def _number(self, name: str, most: float) -> NumberField:
        field = NumberField(name, 0, most)
        field.setFixedWidth(self._kit.bench.theme.px(62))
        field.setAlignment(Qt.AlignmentFlag.AlignRight)
        return field

    def _chain(self) -> None:
        fields: list[QWidget] = [widget for *_, widgets in self._rows.values() for widget in widgets[2:]]
        chain([*fields, self.add])

    def _lay_out(self) -> None:
        px = self._kit.bench.theme.px
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(px(6))
        self._grid.setVerticalSpacing(px(4))
        self._grid.setColumnStretch(0, 1)
        self._head: list[QWidget] = []
        for place, name in enumerate((tr("Sector"), "km²", "POA %", *self._extras)):
            label = plain_label(name, role="muted")
            right = Qt.AlignmentFlag.AlignRight if place else Qt.AlignmentFlag.AlignLeft
            self._grid.addWidget(label, 0, place, right)
            self._head.append(label)
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, 0, 0)
        for button in (self.add, self.equal, self.by_area):
            line.addWidget(button)
        line.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(4))
        column.addLayout(self._grid)
        column.addWidget(self.sum)
        column.addLayout(line)


def chain(widgets: Iterable[QWidget]) -> None:
    """Tab goes from one to the next."""
    last: QWidget | None = None
    for widget in widgets:
        if last is not None:
            QWidget.setTabOrder(last, widget)
        last = widget


def _button(text: str) -> QPushButton:
    button = QPushButton(text)
    button.setAutoDefault(False)
    return button
