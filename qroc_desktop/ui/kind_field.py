"""Choosing a kind: type a few letters in one's own language, see the symbol, press Enter."""

from __future__ import annotations

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QKeyEvent, QPixmap
from PySide6.QtWidgets import QLineEdit, QListView, QVBoxLayout, QWidget

from qroc_desktop.domain.vocabulary import ItemType
from qroc_desktop.symbology import Kind, Kinds
from qroc_desktop.translation import tr
from qroc_desktop.ui.symbol_icons import SymbolIcons
from qroc_desktop.ui.theme import Theme

Index = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()
_MOVES = (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp)
SYMBOL = 26


class KindModel(QAbstractListModel):
    """Kinds that were found, each with its symbol and where it belongs."""

    def __init__(self, kinds: Kinds, icons: SymbolIcons, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._kinds = kinds
        self._icons = icons
        self._theme = theme
        self.found: list[Kind] = []
        icons.drawn.connect(self._repaint)

    def show(self, found: list[Kind]) -> None:
        """These and no others."""
        self.beginResetModel()
        self.found = found
        self.endResetModel()

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.found)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> str | QIcon | None:
        kind = self.found[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            parent = self._kinds.get(kind.parent) if kind.parent else None
            return f"{tr(kind.name)}  ·  {tr(parent.name)}" if parent else tr(kind.name)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return tr(kind.name)
        if role == Qt.ItemDataRole.DecorationRole:
            picture = self._icons.of_code(kind.sidc, self._theme.px(SYMBOL) * 2)
            if picture is None:
                picture = QPixmap(self._theme.px(SYMBOL), self._theme.px(SYMBOL))
                picture.fill(Qt.GlobalColor.transparent)
            made = QIcon(picture)
            # A symbol keeps its colours on the bar of the selection: they mean something.
            made.addPixmap(picture, QIcon.Mode.Selected)
            return made
        return None

    def _repaint(self) -> None:
        if self.found:
            self.dataChanged.emit(self.index(0), self.index(len(self.found) - 1))


class KindPalette(QWidget):
    """A search field over a list; the arrow keys move in the list while one types."""

    chosen = Signal(object)
    """Kind: Enter or a double click."""
    moved = Signal()
    """Another kind is current."""
    key = Signal(int)
    """A digit 1 to 4 was typed: no kind has one in its name, so that it can mean a priority."""

    def __init__(self, kinds: Kinds, icons: SymbolIcons, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kinds = kinds
        self._type: ItemType | None = None
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("What is it? Type a few letters"))
        self.search.setAccessibleName(tr("Search kinds"))
        self.search.setClearButtonEnabled(True)
        self.model = KindModel(kinds, icons, theme, self)
        self.view = QListView()
        self.view.setModel(self.model)
        self.view.setUniformItemSizes(True)
        self.view.setIconSize(QSize(theme.px(SYMBOL), theme.px(SYMBOL)))
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.view.setAccessibleName(tr("Kinds"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(4))
        column.addWidget(self.search)
        column.addWidget(self.view, 1)
        self.search.textChanged.connect(self._look)
        self.search.returnPressed.connect(self._choose)
        self.view.doubleClicked.connect(self._choose)
        self.view.selectionModel().currentChanged.connect(self.moved)
        self.search.installEventFilter(self)
        self.setFocusProxy(self.search)

    def offer(self, type_: ItemType | None) -> None:
        """Kinds of one item type, or of all."""
        self._type = type_
        self.search.clear()
        self._look()

    def current(self) -> Kind | None:
        """The kind that the bar is on."""
        row = self.view.currentIndex().row()
        return self.model.found[row] if 0 <= row < len(self.model.found) else None

    def eventFilter(self, watched: QObject, event: object) -> bool:
        """Arrow keys go to the list, digits to whoever listens."""
        if watched is self.search and isinstance(event, QKeyEvent) and event.type() == QKeyEvent.Type.KeyPress:
            if event.key() in _MOVES:
                step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8}.get(Qt.Key(event.key()), -8)
                row = max(0, min(len(self.model.found) - 1, self.view.currentIndex().row() + step))
                self.view.setCurrentIndex(self.model.index(row))
                return True
            if event.text() in ("1", "2", "3", "4"):
                self.key.emit(int(event.text()))
                return True
        return False

    def _look(self) -> None:
        self.model.show(self._kinds.search(self.search.text(), tr, self._type))
        self.view.setCurrentIndex(self.model.index(0))
        self.moved.emit()

    def _choose(self) -> None:
        kind = self.current()
        if kind:
            self.chosen.emit(kind)
