"""Layers as rows, the topmost first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QMimeData, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor

from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.state import Layer
from qroc_desktop.translation import tr
from qroc_desktop.ui.text import tip
from qroc_desktop.ui.theme import Theme
from qroc_desktop.ui.times import age_text, both

Index = QModelIndex | QPersistentModelIndex
VISIBLE, LOCK, NAME, AGE, COUNT = range(5)
MIME: Final = "application/x-qroc-layer"
NOWHERE: Final = QModelIndex()


class LayerModel(QAbstractTableModel):
    """Shows layers and asks for changes by signals; it never changes a layer itself."""

    visibility_asked = Signal(object, bool)
    lock_asked = Signal(object, bool)
    rename_asked = Signal(object, str)
    order_asked = Signal(list)
    """Layers in drawing order, lowest first."""

    def __init__(self, theme: Theme, now: Callable[[], Instant], parent: QObject | None = None) -> None:
        """now: the instant that ages are told from."""
        super().__init__(parent)
        self._theme = theme
        self._now = now
        self.layers: list[Layer] = []
        self._counts: Mapping[str, int] = {}
        self.may_edit = True
        self.may_show = True

    def show(self, layers: Sequence[Layer], counts: Mapping[str, int]) -> None:
        """Layers in drawing order, lowest first, and how many items each holds."""
        topmost_first = list(reversed(layers))
        same = [layer.id for layer in topmost_first] == [layer.id for layer in self.layers]
        if not same:
            self.beginResetModel()
        self.layers, self._counts = topmost_first, counts
        if not same:
            self.endResetModel()
        elif self.layers:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.layers) - 1, COUNT))

    def moved(self, row: int, target: int) -> list[Layer]:
        """Drawing order, lowest first, with the layer of one row put before the row `target`."""
        order = list(self.layers)
        layer = order.pop(row)
        order.insert(target - (target > row), layer)
        return list(reversed(order))

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.layers)

    def columnCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else 5

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        layer = self.layers[index.row()]
        column = index.column()
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return self._text(layer, column)
        if role == Qt.ItemDataRole.DecorationRole:
            return self._icon(layer, column)
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            words = self._words(layer, column)
            return tip(words) if role == Qt.ItemDataRole.ToolTipRole else words
        if role == Qt.ItemDataRole.ForegroundRole and column == AGE:
            return QColor(self._theme.tokens.muted)
        if role == Qt.ItemDataRole.TextAlignmentRole and column in (AGE, COUNT):
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.EditRole or index.column() != NAME:
            return False
        layer = self.layers[index.row()]
        if str(value).strip() and str(value) != layer.name:
            self.rename_asked.emit(layer, str(value))
        return True

    def activate(self, index: Index) -> None:
        """A click or the space bar on a sign."""
        layer = self.layers[index.row()]
        if index.column() == LOCK and self.may_edit:
            self.lock_asked.emit(layer, not layer.locked)
        elif index.column() == VISIBLE and self.may_show:
            self.visibility_asked.emit(layer, not layer.display.visible)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if self.may_edit:
            flags |= Qt.ItemFlag.ItemIsDragEnabled
            if index.column() == NAME:
                flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        return [MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        data = QMimeData()
        if indexes:
            data.setData(MIME, str(indexes[0].row()).encode())
        return data

    def dropMimeData(
        self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index
    ) -> bool:
        if not data.hasFormat(MIME) or not self.may_edit:
            return False
        source = int(bytes(data.data(MIME).data()).decode())
        target = row if row >= 0 else parent.row() if parent.isValid() else len(self.layers)
        if target not in (source, source + 1):
            self.order_asked.emit(self.moved(source, target))
        # False: the view would otherwise remove the row itself; the order comes back from the store.
        return False

    def _text(self, layer: Layer, column: int) -> str | None:
        if column == NAME:
            return layer.name
        if column == AGE:
            return age_text(layer.origin.sent, self._now()) if layer.origin.sent is not None else ""
        if column == COUNT:
            return str(self._counts[layer.id]) if layer.id in self._counts else ""
        return None

    def _icon(self, layer: Layer, column: int) -> Any:
        if column == VISIBLE:
            visible = layer.display.visible
            return self._theme.icon("eye" if visible else "eye-off", size=16, colour="text" if visible else "disabled")
        if column == LOCK:
            return self._theme.icon(
                "lock" if layer.locked else "lock-open", size=15, colour="warning" if layer.locked else "disabled"
            )
        return None

    def _words(self, layer: Layer, column: int) -> str:
        if column == VISIBLE:
            return tr("Shown. Space or a click hides it.") if layer.display.visible else tr(
                "Hidden. Space or a click shows it."
            )
        if column == LOCK:
            return tr("Locked: its items refuse edits.") if layer.locked else tr("Open to edits.")
        if column == COUNT:
            return tr("{n} items", n=self._counts.get(layer.id, 0))
        if layer.origin.source_name and layer.origin.sent is not None:
            return tr("{layer}: from {centre}, as of {time}", layer=layer.name, centre=layer.origin.source_name,
                      time=both(layer.origin.sent))  # fmt: skip
        return layer.name
