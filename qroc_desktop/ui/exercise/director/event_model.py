"""The master event list as a table: only what changed is told to the view, however many injects there are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from qroc_desktop.exercise.scenario import Scenario
from qroc_desktop.exercise.vocabulary import InjectState
from qroc_desktop.services.exercise.directing.event_list import FAR, EventRow, Waits, next_of
from qroc_desktop.services.exercise.scenario_time import MINUTE, plus_text, short_text, wall_time
from qroc_desktop.translation import said, tr
from qroc_desktop.ui.exercise.director.words import CHANNEL_SIGNS, CHANNELS, COLOURS, SIGNS, STATES, WAITS
from qroc_desktop.ui.text import tip
from qroc_desktop.ui.theme import Theme

Index = QModelIndex | QPersistentModelIndex
NOWHERE: Final = QModelIndex()
COLUMNS: Final = (
    "state", "number", "when", "countdown", "title", "answers", "told", "channel", "clock", "storyline", "objectives",
)
ROW_ROLE: Final = Qt.ItemDataRole.UserRole + 1
SOON_MS: Final = MINUTE
_NAMING: Final = (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole)
_STATE_ORDER: Final = {state: place for place, state in enumerate(STATES)}


@dataclass(frozen=True, slots=True)
class Filter:
    """Which rows are shown; empty sets leave nothing out."""

    text: str = ""
    states: frozenset[InjectState] = frozenset()
    storylines: frozenset[str] = frozenset()
    teams: frozenset[str] = frozenset()

    def fits(self, row: EventRow) -> bool:
        """Whether a row is shown."""
        if self.states and row.state not in self.states:
            return False
        if self.storylines and row.storyline not in self.storylines:
            return False
        if self.teams and not self.teams.intersection(row.teams):
            return False
        wanted = self.text.casefold().split()
        words = f"{row.number} {row.title} {row.body} {row.source} {row.note} {' '.join(row.objectives)}".casefold()
        return all(word in words for word in wanted)


class EventModel(QAbstractTableModel):
    """All rows, those that the filter lets through, and the instant that countdowns are told from."""

    def __init__(self, scenario: Scenario, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._scenario = scenario
        self._theme = theme
        self._all: dict[str, EventRow] = {}
        self._shown: list[EventRow] = []
        self._filter = Filter()
        self._column, self._descending = "when", False
        self._t = 0
        self._worded = True
        self.next: str = ""
        """The inject that the clock brings next."""

    # --- rows ------------------------------------------------------------------------------------

    @property
    def shown(self) -> Sequence[EventRow]:
        """The rows of the table, in its order."""
        return self._shown

    @property
    def everything(self) -> Sequence[EventRow]:
        """All rows, in the scenario's order."""
        return list(self._all.values())

    def find(self, inject: str) -> EventRow | None:
        """A row by its inject, shown or not."""
        return self._all.get(inject)

    def place(self, inject: str) -> int:
        """Where an inject stands in the table, -1 where it does not."""
        return next((place for place, row in enumerate(self._shown) if row.id == inject), -1)

    def show_rows(self, rows: Iterable[EventRow], t: int) -> None:
        """Take in rows; those that are as they were are not touched."""
        self._t = t
        self._all = {row.id: row for row in rows}
        coming = next_of(self._all.values())
        self.next = coming.id if coming is not None else ""
        self._arrange()

    def choose(self, wanted: Filter) -> None:
        """Show what a filter lets through."""
        self._filter = wanted
        self._arrange()

    def say_states(self, worded: bool) -> None:
        """Whether a state is told by its word too, or by its sign alone; tips and screen readers always have it."""
        if worded == self._worded:
            return
        self._worded = worded
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, 0)
        if self._shown:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._shown) - 1, 0))

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._column = COLUMNS[column]
        self._descending = order is Qt.SortOrder.DescendingOrder
        self._arrange()

    def tick(self, t: int, first: int, last: int) -> None:
        """Scenario time has come to `t`; rows from `first` to `last` are on the screen."""
        self._t = t
        last = min(last, len(self._shown) - 1)
        if 0 <= first <= last:
            for name in ("countdown", "answers"):
                column = COLUMNS.index(name)
                self.dataChanged.emit(self.index(first, column), self.index(last, column))

    def _arrange(self) -> None:
        wanted = sorted(
            (row for row in self._all.values() if self._filter.fits(row)), key=self._key(), reverse=self._descending
        )
        before = self._shown
        if [row.id for row in wanted] == [row.id for row in before]:
            self._shown = wanted
            for place, (old, new) in enumerate(zip(before, wanted, strict=True)):
                if old != new:
                    self.dataChanged.emit(self.index(place, 0), self.index(place, len(COLUMNS) - 1))
            return
        # The rows that a person has selected stay selected wherever they go.
        self.layoutAboutToBeChanged.emit()
        old_indexes = self.persistentIndexList()
        places = {row.id: place for place, row in enumerate(wanted)}
        moved = []
        for index in old_indexes:
            place = places.get(before[index.row()].id, -1)
            moved.append(self.createIndex(place, index.column()) if place >= 0 else NOWHERE)
        self._shown = wanted
        self.changePersistentIndexList(old_indexes, moved)
        self.layoutChanged.emit()

    def _key(self) -> Callable[[EventRow], Any]:
        own, t = _SORTED_BY.get(self._column), self._t
        if own is None:
            return lambda row: (_when(row), row.place_in)
        return lambda row: (own(row, t), _when(row), row.place_in)

    # --- what the view asks ----------------------------------------------------------------------

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return column_title(COLUMNS[section]) if self._worded or COLUMNS[section] != "state" else ""
        if orientation is Qt.Orientation.Horizontal and role in _NAMING:
            return column_title(COLUMNS[section])
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, column = self._shown[index.row()], COLUMNS[index.column()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self.text(row, column) if self._worded or column != "state" else ""
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{column_title(column)}: {self._explained(row, column)}"
            case Qt.ItemDataRole.ToolTipRole:
                return tip(self._explained(row, column))
            case Qt.ItemDataRole.DecorationRole:
                return self._sign(row, column)
            case Qt.ItemDataRole.ForegroundRole:
                return QColor(getattr(self._theme.tokens, self._colour(row, column)))
            case Qt.ItemDataRole.FontRole:
                return self._theme.font(bold=row.id == self.next, figures=True)
            case _:
                return row if role == ROW_ROLE else None

    def text(self, row: EventRow, column: str) -> str:  # noqa: PLR0911 - one line for each column
        """What a cell says."""
        match column:
            case "state":
                return said(STATES[row.state])
            case "when":
                return plus_text(row.when) if row.when is not None else waits_text(row)
            case "clock":
                return wall_time(self._scenario, row.when).strftime("%H:%M:%S") if row.when is not None else ""
            case "countdown":
                return f"−{short_text(row.coming - self._t)}" if row.coming is not None else ""
            case "told":
                return ", ".join(row.told)
            case "channel":
                return said(CHANNELS[row.channel])
            case "storyline":
                return row.storyline_title
            case "objectives":
                return " ".join(row.objectives)
            case "answers":
                return self._answers(row)
            case _:
                return str(getattr(row, column))

    def _explained(self, row: EventRow, column: str) -> str:
        late = row.overdue(self._t) if column == "answers" else 0
        text = self.text(row, column)
        return tr("{share} · {count} overdue", share=text, count=late) if late else text

    def _answers(self, row: EventRow) -> str:
        if not row.answers:
            return ""
        return f"{row.replied()}/{len(row.answers)}"

    def _sign(self, row: EventRow, column: str) -> Any:
        if column == "state":
            return self._theme.icon(SIGNS[row.state], size=15, colour=COLOURS[row.state])
        if column == "answers" and row.overdue(self._t):
            return self._theme.icon("circle-alert", size=15, colour="danger")
        if column == "channel":
            return self._theme.icon(CHANNEL_SIGNS[row.channel], size=15, colour="muted")
        return None

    def _colour(self, row: EventRow, column: str) -> str:
        if column == "state":
            return COLOURS[row.state]
        if column == "answers" and row.overdue(self._t):
            return "danger"
        if row.state is InjectState.CANCELLED:
            return "disabled"
        if column == "countdown" and row.coming is not None and row.coming - self._t <= SOON_MS:
            return "warning"
        if row.state is InjectState.EXECUTED or column not in ("title", "when", "countdown", "number"):
            return "muted"
        return "text"


def waits_text(row: EventRow) -> str:
    """What an inject waits for that no clock brings."""
    return tr("after {number}", number=row.after) if row.waits is Waits.AFTER else said(WAITS[row.waits])


def column_title(column: str) -> str:
    """Name of a column."""
    return {
        "state": tr("State"),
        "number": tr("No."),
        "when": tr("Due"),
        "clock": tr("Clock time"),
        "countdown": tr("In"),
        "title": tr("Title"),
        "told": tr("To"),
        "channel": tr("Channel"),
        "storyline": tr("Storyline"),
        "objectives": tr("Objectives"),
        "answers": tr("Expected"),
    }[column]


def _when(row: EventRow) -> int:
    return FAR if row.when is None else row.when


_SORTED_BY: Final[dict[str, Callable[[EventRow, int], Any]]] = {
    "state": lambda row, t: _STATE_ORDER[row.state],
    "number": lambda row, t: row.number.casefold(),
    "countdown": lambda row, t: FAR if row.coming is None else row.coming,
    "title": lambda row, t: row.title.casefold(),
    "told": lambda row, t: ", ".join(row.told).casefold(),
    "channel": lambda row, t: said(CHANNELS[row.channel]).casefold(),
    "storyline": lambda row, t: row.storyline_title.casefold(),
    "objectives": lambda row, t: row.objectives or ("\uffff",),
    "answers": lambda row, t: (-row.overdue(t), row.replied() - len(row.answers)),
}
"""What a column sorts by before the time; the most pressing first."""
