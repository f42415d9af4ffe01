"""The item table: everything on the picture, sorted, filtered and searched, in step with the map."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QByteArray, QItemSelection, QItemSelectionModel, QItemSelectionRange, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QFontMetrics, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QMenu,
    QStackedLayout,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from qroc_desktop.domain.query import Moment, Outcome
from qroc_desktop.domain.state import Layer
from qroc_desktop.domain.words import PRIORITIES
from qroc_desktop.translation import ntr, said, tr
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.panels.filters import FilterBar
from qroc_desktop.ui.panels.item_delegate import ROW_HEIGHT, ItemDelegate
from qroc_desktop.ui.panels.item_model import COLUMNS, ItemModel, column_title
from qroc_desktop.ui.text import empty_hint

WIDTHS = {
    "priority": 108, "kind": 164, "title": 230, "status": 98, "age": 66, "evaluation": 54, "place": 140,
    "layer": 92, "type": 80, "starts": 200,
}
HIDDEN_AT_FIRST = ("type", "starts")


def runs(rows: Iterable[int]) -> list[tuple[int, int]]:
    """Rows as ranges, first and last: everything selected is one range and not 100,000."""
    found: list[tuple[int, int]] = []
    for row in sorted(rows):
        if found and row == found[-1][1] + 1:
            found[-1] = (found[-1][0], row)
        else:
            found.append((row, row))
    return found


class ItemTable(QTableView):
    """Enter shows the item on the map."""

    entered = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._given = 0

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit()
            event.accept()
            return
        super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Room that no column has goes to the title, and comes from there again; no column that was set narrower or
        wider is touched.
        """
        super().resizeEvent(event)
        header = self.horizontalHeader()
        spare = max(self.viewport().width() - header.length(), -self._given)
        if spare:
            title = COLUMNS.index("title")
            self._given += spare
            header.resizeSection(title, header.sectionSize(title) + spare)


class ItemsPanel(QWidget):
    """Table with its filter above."""

    zoom_asked = Signal()
    menu_asked = Signal(QPoint)
    """A context menu for the selection, at a global position."""

    def __init__(self, bench: Bench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self._bench = bench
        self._following = False
        self._scale = bench.theme.scale
        self.model = ItemModel(bench, self)
        self.filter = FilterBar(bench.theme)
        self.table = ItemTable()
        # Kept here: the view does not own its delegate.
        self._delegate = ItemDelegate(bench)
        self._empty = empty_hint("", "")
        self._stack = QStackedLayout()
        self._set_up_table()
        self._lay_out()
        self._connect()
        self.model.ask()

    # --- state -------------------------------------------------------------------------------

    def save_state(self) -> QByteArray:
        """Columns, their order, widths and sorting."""
        return self.table.horizontalHeader().saveState()

    def restore_state(self, state: QByteArray) -> None:
        """Inverse of save_state; a state of another version is passed by."""
        if not state.isEmpty():
            self.table.horizontalHeader().restoreState(state)

    def focus_search(self) -> None:
        """Put the cursor into the search field."""
        self.filter.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filter.search.selectAll()

    def select_all(self) -> None:
        """Select all that the table shows."""
        self._bench.selection.set(self.model.ids)

    def on_change(self, outcome: Outcome) -> None:
        """Something was recorded."""
        if outcome.items or outcome.layers:
            self.model.ask()

    def on_moment(self, _moment: Moment | None) -> None:
        """Another instant is looked at."""
        self.model.ask()

    def on_layers(self, layers: list[Layer]) -> None:
        """Layers were read: their names stand in a column."""
        self.model.layer_names = {layer.id: layer.name for layer in layers}
        self.filter.show_layers(layers)
        self.table.viewport().update()

    # --- selection ---------------------------------------------------------------------------

    def _follow_selection(self, *_: object) -> None:
        """Take over what is selected elsewhere."""
        if self._following:
            return
        wanted = [row for row in map(self.model.row_of, self._bench.selection.ids) if row >= 0]
        chosen = QItemSelection()
        for first, last in runs(wanted):
            chosen.append(QItemSelectionRange(self.model.index(first, 0), self.model.index(last, len(COLUMNS) - 1)))
        self._following = True
        self.table.selectionModel().select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if wanted:
            index = self.model.index(wanted[-1], 0)
            self.table.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
            self.table.scrollTo(index)
        self._following = False

    def _tell_selection(self, *_: object) -> None:
        """Pass on what was selected here."""
        if self._following:
            return
        self._following = True
        rows = sorted(index.row() for index in self.table.selectionModel().selectedRows())
        self._bench.selection.set(self.model.ids[row] for row in rows)
        self._following = False

    # --- parts -------------------------------------------------------------------------------

    def _counted(self, count: int) -> None:
        self.filter.count.setText(ntr("{count} item", "{count} items", count))
        if count:
            self._stack.setCurrentWidget(self.table)
            return
        if self.filter.active:
            text = tr("Nothing fits.\n\nDrop the search or a filter with “Show all”.")
        elif self._bench.cursor.live:
            text = tr(
                "The picture is empty.\n\nCtrl+N enters an incident, Ctrl+I imports files; files may be dropped on the "
                "window.\nF1 shows all keys."
            )
        else:
            text = tr("Nothing was known at this time.\n\nF9 goes back to now.")
        self._empty.setText(text)
        self._stack.setCurrentWidget(self._empty)

    def _columns_menu(self, place: QPoint) -> None:
        menu = QMenu(self)
        header = self.table.horizontalHeader()
        for section, column in enumerate(COLUMNS):
            action = QAction(column_title(column), menu)
            action.setCheckable(True)
            action.setChecked(not header.isSectionHidden(section))
            action.setEnabled(column != "title")
            action.toggled.connect(lambda shown, section=section: header.setSectionHidden(section, not shown))
            menu.addAction(action)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(header.mapToGlobal(place))

    def _context(self, place: QPoint) -> None:
        if self._bench.selection.ids:
            self.menu_asked.emit(self.table.viewport().mapToGlobal(place))

    def _set_up_table(self) -> None:
        table, px = self.table, self._bench.theme.px
        table.setModel(self.model)
        table.setItemDelegate(self._delegate)
        table.setAccessibleName(tr("Items"))
        table.setMinimumHeight(px(56))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        table.verticalHeader().hide()
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header = table.horizontalHeader()
        # An empty selection of its own: to paint a section, Qt asks every selected row whether the whole column is
        # selected, which took seconds for 100,000.
        header.setSelectionModel(QItemSelectionModel(self.model, self))
        table.verticalHeader().setSelectionModel(QItemSelectionModel(self.model, self))
        header.setHighlightSections(False)
        header.setSectionsMovable(True)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setSortIndicator(COLUMNS.index("priority"), Qt.SortOrder.AscendingOrder)
        table.setSortingEnabled(True)
        for section, column in enumerate(COLUMNS):
            header.resizeSection(section, max(px(WIDTHS[column]), self._widest_word() if column == "priority" else 0))
            header.setSectionHidden(section, column in HIDDEN_AT_FIRST)
        self._dress()

    def _widest_word(self) -> int:
        """Room for the sign and every priority's word in bold: what is most urgent must not be cut."""
        theme = self._bench.theme
        letters = QFontMetrics(theme.font(bold=True, figures=True))
        widest = max(letters.horizontalAdvance(said(word)) for word in PRIORITIES.values())
        return theme.px(24 + 6 + 4 + 2) + widest

    def _dress(self) -> None:
        scale = self._bench.theme.scale
        if scale != self._scale:
            header = self.table.horizontalHeader()
            for section in range(header.count()):
                header.resizeSection(section, round(header.sectionSize(section) * scale / self._scale))
            self._scale = scale
        vertical = self.table.verticalHeader()
        vertical.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        vertical.setDefaultSectionSize(self._bench.theme.px(ROW_HEIGHT))

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.filter)
        column.addLayout(self._stack, 1)
        self._stack.addWidget(self.table)
        self._stack.addWidget(self._empty)

    def _connect(self) -> None:
        self.filter.changed.connect(self.model.ask)
        self.model.counted.connect(self._counted)
        self.model.asked.connect(self._follow_selection)
        self.table.selectionModel().selectionChanged.connect(self._tell_selection)
        self.table.entered.connect(self.zoom_asked)
        self.table.doubleClicked.connect(self.zoom_asked)
        self.table.customContextMenuRequested.connect(self._context)
        self.table.horizontalHeader().customContextMenuRequested.connect(self._columns_menu)
        self.filter.search.returnPressed.connect(self.table.setFocus)
        self._bench.selection.changed.connect(self._follow_selection)
        self._bench.theme.changed.connect(self._dress)
