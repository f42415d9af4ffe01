"""Objectives with their tasks as one list, for the keyboard."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHeaderView, QWidget

from qroc_desktop.exercise.scenario import Objective, Task
from qroc_desktop.exercise.scenario import said as in_language
from qroc_desktop.exercise.seating import SeatInfo, Served
from qroc_desktop.exercise.vocabulary import Rating
from qroc_desktop.services.exercise.ratings import RATINGS
from qroc_desktop.translation import language, said, tr
from qroc_desktop.ui.exercise.observing.words import measured_colour, measured_text, target_text
from qroc_desktop.ui.exercise.rating_signs import RATING_SIGNS
from qroc_desktop.ui.sharing.rows import Column, Index, RowsModel, RowsView
from qroc_desktop.ui.text import tip
from qroc_desktop.ui.theme import Theme

RATING, WHAT, TARGET, MEASURED = range(4)
_INDENT: Final = "    "


@dataclass(frozen=True, slots=True)
class TaskRow:
    """An objective, or, with `task`, a task of it. `pending`: the rating is on its way to the record."""

    number: int
    objective: Objective
    task: Task | None = None
    rating: Rating | None = None
    pending: bool = False
    measured: str = ""
    colour: str = "muted"

    @property
    def key(self) -> str:
        """Tells the row again after the next look."""
        return f"{self.objective.id}/{self.task.id if self.task is not None else ''}"

    @property
    def text(self) -> str:
        """The objective, or the task's criterion."""
        if self.task is None:
            return f"{self.number}  {in_language(self.objective.text, language())}"
        return in_language(self.task.criterion, language()) or self.task.id


def task_rows(info: SeatInfo, served: Served, pending: dict[str, Rating], evaluator: str = "") -> Iterator[TaskRow]:
    """Everything to be judged, or what one evaluator judges."""
    for number, objective in enumerate(info.objectives, start=1):
        if evaluator and objective.evaluator != evaluator:
            continue
        yield TaskRow(number=number, objective=objective)
        for task in objective.tasks:
            held = served.judgements.get(task.id)
            watch = served.measured.get(task.id)
            yield TaskRow(
                number=number,
                objective=objective,
                task=task,
                rating=pending.get(task.id, held.rating if held is not None else None),
                pending=task.id in pending,
                measured=measured_text(task, watch, served.reading.t),
                colour=measured_colour(task, watch, served.reading.t),
            )


class TasksModel(RowsModel[TaskRow]):
    """Times go on in place, so that nobody loses the row that he is at."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        columns: Sequence[Column[TaskRow]] = (
            Column(tr("Rating"), _rating, 74),
            Column(tr("Objective and criterion"), lambda row: row.text if row.task is None else _INDENT + row.text),
            Column(tr("Target"), lambda row: target_text(row.task) if row.task is not None else "", 84),
            Column(tr("Measured"), lambda row: row.measured, 118),
        )
        super().__init__(columns, lambda row: row.key, theme, parent)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, column = self.rows[index.row()], index.column()
        if role == Qt.ItemDataRole.FontRole:
            return self._theme.font(1.0, bold=row.task is None or column == RATING, figures=True)
        if role == Qt.ItemDataRole.ForegroundRole:
            if column == RATING and row.rating is not None:
                return QColor(getattr(self._theme.tokens, RATING_SIGNS[row.rating].colour))
            if column == MEASURED:
                return QColor(getattr(self._theme.tokens, row.colour))
            return None
        if role == Qt.ItemDataRole.AccessibleTextRole and column == RATING and row.rating is not None:
            return said(RATINGS[row.rating].full)
        if role == Qt.ItemDataRole.ToolTipRole and column == RATING and row.rating is not None:
            return tip(said(RATINGS[row.rating].full))
        if role == Qt.ItemDataRole.TextAlignmentRole and column == RATING:
            return Qt.AlignmentFlag.AlignCenter
        return super().data(index, role)

    def show(self, rows: Sequence[TaskRow]) -> None:
        """These and no others."""
        if [row.key for row in rows] != [row.key for row in self.rows]:
            super().show(rows)
        elif list(rows) != self.rows:
            self.rows = list(rows)
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(self.columns) - 1))


class TasksView(RowsView[TaskRow]):
    """One line each; what does not fit stands whole under the list."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(TasksModel(theme), tr("Objectives and tasks"), theme, parent)
        self.rows.setParent(self)
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(WHAT, QHeaderView.ResizeMode.Stretch)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)

    def show_rows(self, rows: Sequence[TaskRow]) -> None:
        """Other rows."""
        same = [row.key for row in rows] == [row.key for row in self.rows.rows]
        if same and self.currentIndex().isValid():
            self.rows.show(rows)
            return
        super().show_rows(rows)


def _rating(row: TaskRow) -> str:
    if row.task is None:
        return ""
    if row.rating is None:
        return "·"
    return f"{row.rating} …" if row.pending else str(row.rating)
