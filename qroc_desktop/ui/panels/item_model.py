"""Items as rows: all ids of an answer, and the rows of what is on the screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer, Signal

from qroc_desktop.domain.aspects import Nature
from qroc_desktop.domain.query import ItemQuery, Moment, Row
from qroc_desktop.domain.vocabulary import Affiliation
from qroc_desktop.domain.words import PRIORITIES, STATUSES, TYPES
from qroc_desktop.translation import said, tr
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.text import tip
from qroc_desktop.ui.times import age_text, both

Index = QModelIndex | QPersistentModelIndex
NOWHERE: Final = QModelIndex()
BLOCK: Final = 128
"""Rows fetched at once; more than a screen holds, few enough to come within a frame."""
KEPT_BLOCKS: Final = 40

COLUMNS: Final = (
    "priority", "kind", "title", "status", "age", "evaluation", "place", "layer", "type", "starts",
)
ORDER: Final = {
    "priority": "priority", "kind": "kind", "title": "title", "status": "status", "age": "valid_from",
    "evaluation": "evaluation", "place": "place", "layer": "layer", "type": "type", "starts": "starts",
}
"""The field of `Row` that a column sorts by, in the store."""
ROW_ROLE: Final = Qt.ItemDataRole.UserRole + 1
STALE_ROLE: Final = Qt.ItemDataRole.UserRole + 2


class ItemModel(QAbstractTableModel):
    """100,000 rows cost as much as the screen that shows them. Rows that are not here yet show as empty
    and come a moment later; rows that changed stay on the screen until their new text is there."""

    counted = Signal(int)
    asked = Signal(object)
    """The ids in their new order."""

    def __init__(self, bench: Bench, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bench = bench
        self._query = ItemQuery()
        self._column = "priority"
        self._descending = False
        self._ids: list[str] = []
        self._places: dict[str, int] | None = None
        self._rows: dict[str, Row] = {}
        self._fetching: set[int] = set()
        self._fresh: dict[int, None] = {}
        self._round = 0
        self.layer_names: dict[str, str] = {}
        self._age = QTimer(self)
        self._age.setInterval(30_000)
        self._age.timeout.connect(self._grow_older)
        self._age.start()
        bench.icons.drawn.connect(self._repaint_kinds)

    # --- questions -----------------------------------------------------------------------------

    @property
    def ids(self) -> Sequence[str]:
        """All ids of the answer, in order."""
        return self._ids

    @property
    def order(self) -> tuple[str, bool]:
        """The column that is sorted by, and whether downwards."""
        return self._column, self._descending

    def ask(self, query: ItemQuery | None = None, then: Callable[[], None] | None = None) -> None:
        """Ask the store again, with another question where one is given."""
        if query is not None:
            self._query = query
        wanted, moment = self._query, self._bench.cursor.moment
        order, descending = ORDER[self._column], self._descending
        table = self._bench.desk.table

        def take(ids: list[str]) -> None:
            self._take(ids)
            if then:
                then()

        self._bench.background.read(
            lambda: list(table.ids(wanted, moment, order=order, descending=descending)), take, key="table"
        )

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._column = COLUMNS[column]
        # "Oldest first" is the larger age: the column shows ages, the store sorts instants.
        self._descending = (order == Qt.SortOrder.DescendingOrder) != (self._column == "age")
        self.ask()

    def row_of(self, item: str) -> int:
        """Where an item stands, -1 where it is not in the answer."""
        if self._places is None:
            self._places = {identifier: place for place, identifier in enumerate(self._ids)}
        return self._places.get(item, -1)

    def row(self, place: int) -> Row | None:
        """A row that is here; asks for it where it is not."""
        if not 0 <= place < len(self._ids):
            return None
        found = self._rows.get(self._ids[place])
        block = place // BLOCK
        if block not in self._fresh and block not in self._fetching:
            self._fetch(block)
        return found

    # --- answers -------------------------------------------------------------------------------

    def _take(self, ids: list[str]) -> None:
        self._round += 1
        self._fetching.clear()
        self._fresh.clear()
        if ids != self._ids:
            self.beginResetModel()
            self._ids, self._places = ids, None
            self.endResetModel()
            self.asked.emit(ids)
        elif ids:
            self.dataChanged.emit(self.index(0, 0), self.index(len(ids) - 1, len(COLUMNS) - 1))
        self.counted.emit(len(ids))

    def _fetch(self, block: int) -> None:
        self._fetching.add(block)
        ids = self._ids[block * BLOCK : (block + 1) * BLOCK]
        moment, number = self._bench.cursor.moment, self._round
        table = self._bench.desk.table
        self._bench.background.read(
            lambda: table.rows(ids, moment), lambda rows: self._took(block, number, rows, moment)
        )

    def _took(self, block: int, number: int, rows: list[Row], moment: Moment | None) -> None:
        if number != self._round or moment != self._bench.cursor.moment:
            return
        self._fetching.discard(block)
        self._fresh[block] = None
        self._rows.update((row.id, row) for row in rows)
        self._forget(block)
        first, last = block * BLOCK, min(len(self._ids), (block + 1) * BLOCK) - 1
        if first <= last:
            self.dataChanged.emit(self.index(first, 0), self.index(last, len(COLUMNS) - 1))

    def _forget(self, block: int) -> None:
        """Keep what was looked at last: scrolling through all of it must not keep all of it."""
        while len(self._fresh) > KEPT_BLOCKS:
            oldest = next(b for b in self._fresh if b != block)
            del self._fresh[oldest]
            for item in self._ids[oldest * BLOCK : (oldest + 1) * BLOCK]:
                self._rows.pop(item, None)

    def _grow_older(self) -> None:
        if self._ids:
            column = COLUMNS.index("age")
            self.dataChanged.emit(self.index(0, column), self.index(len(self._ids) - 1, column))

    def _repaint_kinds(self) -> None:
        if self._ids:
            column = COLUMNS.index("kind")
            self.dataChanged.emit(self.index(0, column), self.index(len(self._ids) - 1, column))

    # --- what the view asks ----------------------------------------------------------------------

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._ids)

    def columnCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return column_title(COLUMNS[section])
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.row(index.row())
        if row is None:
            return None
        column = COLUMNS[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text(row, column)
        if role == ROW_ROLE:
            return row
        if role == STALE_ROLE:
            return row.stale_at is not None and self._bench.shown_now() >= row.stale_at
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip(self._explained(row, column))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{column_title(column)}: {self.text(row, column)}"
        return None

    def text(self, row: Row, column: str) -> str:  # noqa: PLR0911 - one line for each column
        """What a cell says."""
        match column:
            case "priority":
                return said(PRIORITIES[row.priority])
            case "kind":
                return self.kind_name(row)
            case "title":
                return row.title or tr("(no title)")
            case "status":
                return said(STATUSES[row.status])
            case "age":
                return age_text(row.valid_from, self._bench.shown_now())
            case "layer":
                return self.layer_names.get(row.layer, "")
            case "type":
                return said(TYPES[row.type])
            case "starts":
                return both(row.starts) if row.starts is not None else ""
            case _:
                return str(getattr(row, column))

    def kind_name(self, row: Row) -> str:
        """The kind in the user's language, the type where no kind was said."""
        nature = Nature(type=row.type, kind=row.kind, sidc=row.sidc, affiliation=Affiliation(row.affiliation))
        return tr(self._bench.kinds.kind_of(nature).name)

    def _explained(self, row: Row, column: str) -> str:
        if column == "age":
            words = both(row.valid_from)
            if row.stale_at is not None:
                words += " · " + tr("good until {time}", time=both(row.stale_at))
            return words
        if column == "evaluation" and row.assessment:
            return f"{row.evaluation} · {tr('Assessment')}"
        return self.text(row, column)


def column_title(column: str) -> str:
    """Name of a column."""
    return {
        "priority": tr("Priority"),
        "kind": tr("Kind"),
        "title": tr("Title"),
        "status": tr("Status"),
        "age": tr("Age"),
        "evaluation": tr("Eval."),
        "place": tr("Place"),
        "layer": tr("Layer"),
        "type": tr("Type"),
        "starts": tr("Began"),
    }[column]
