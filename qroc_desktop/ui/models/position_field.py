"""A place that goes into a model: typed in any notation or by name, taken from the selected item, or pointed at."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from qroc_desktop.domain.coordinates import format_all
from qroc_desktop.domain.geodesy import LonLat
from qroc_desktop.domain.state import Item
from qroc_desktop.translation import tr
from qroc_desktop.ui.buttons import IconButton
from qroc_desktop.ui.models.kit import Kit
from qroc_desktop.ui.panels.details.fields import LineField
from qroc_desktop.ui.text import plain_label, set_state

TYPING_PAUSE_MS = 150


class PositionField(QWidget):
    """Says what was understood below the field, before anything is computed from it."""

    changed = Signal()
    pick_asked = Signal(object)
    """Itself."""
    taken = Signal(object)
    """Item: the place is that of an item."""

    def __init__(self, kit: Kit, name: str) -> None:
        super().__init__()
        self._kit = kit
        self.name = name
        self.at: LonLat | None = None
        self.called = ""
        self.text = LineField(name, hint=tr("Coordinate or name of a place"))
        theme = kit.bench.theme
        self.pick = IconButton(theme, "locate-fixed", tr("{name}: point at it on the map", name=name))
        self.pick.setCheckable(True)
        self.take = IconButton(theme, "square-mouse-pointer", tr("{name}: take that of the selected item", name=name))
        self.where = plain_label(role="muted", wrap=True)
        self.where.hide()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(TYPING_PAUSE_MS)
        self._lay_out()
        self.setFocusProxy(self.text)
        self._pause.timeout.connect(self._read)
        self.text.edited.connect(self._typed)
        self.text.editingFinished.connect(self._hurry)
        self.pick.clicked.connect(lambda: self.pick_asked.emit(self))
        self.take.clicked.connect(self.take_selected)

    def put(self, at: LonLat, called: str = "") -> None:
        """A place that was pointed at, or that of an item."""
        self._pause.stop()
        self.at, self.called = at, called
        self.text.show_text(format_all(*at).decimal)
        self._say()
        self.changed.emit()

    def clear(self) -> None:
        """No place."""
        self._pause.stop()
        self.at, self.called = None, ""
        self.text.show_text("")
        self._say()
        self.changed.emit()

    def take_selected(self) -> None:
        """The place of the one selected item."""
        bench = self._kit.bench
        item = self._selected()
        if item is None or item.shape is None:
            self._refuse(
                tr("Select exactly one item first.") if item is None else tr("The item has no place on the map.")
            )
            return
        self.put(item.shape.anchor(), item.wording.title or tr(bench.kinds.kind_of(item.nature).name))
        self.taken.emit(item)

    @property
    def pending(self) -> bool:
        """Whether something was typed that has not been looked up yet."""
        return self._pause.isActive()

    def _selected(self) -> Item | None:
        bench = self._kit.bench
        ids = bench.selection.ids
        found = bench.desk.picture.item(ids[0], bench.cursor.moment) if len(ids) == 1 else None
        return None if found is None or found.removed else found

    def _typed(self) -> None:
        self.at, self.called = None, ""
        self._pause.start()
        self.changed.emit()

    def _hurry(self) -> None:
        if self._pause.isActive():
            self._pause.stop()
            self._read()

    def _read(self) -> None:
        text = self.text.text().strip()
        found = self._kit.places.find(text, limit=1, near=self._kit.near()) if text else []
        if found:
            place = found[0]
            self.at = (place.lon, place.lat)
            decimal = format_all(place.lon, place.lat).decimal
            self.called = "" if place.detail == decimal else f"{place.name}, {place.detail}"
        self._say()
        self.changed.emit()

    def _say(self) -> None:
        typed = bool(self.text.text().strip())
        set_state(self.text, "wrong", "true" if typed and self.at is None else "false")
        if self.at is None:
            self._refuse(tr("No place or coordinate like this.") if typed else "")
            return
        forms = format_all(*self.at)
        self._tell(" · ".join(part for part in (self.called, forms.decimal, forms.mgrs) if part), "muted")

    def _refuse(self, why: str) -> None:
        self._tell(why, "warning")

    def _tell(self, text: str, role: str) -> None:
        set_state(self.where, "role", role)
        self.where.setText(text)
        self.where.setVisible(bool(text))

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(self._kit.bench.theme.px(2))
        line.addWidget(self.text, 1)
        line.addWidget(self.pick)
        line.addWidget(self.take)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(self._kit.bench.theme.px(2))
        column.addLayout(line)
        column.addWidget(self.where)
