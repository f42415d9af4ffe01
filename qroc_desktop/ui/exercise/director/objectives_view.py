"""Objectives with their tasks and injects, what was measured and rated so far, and what is lacking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHeaderView, QVBoxLayout, QWidget

from qroc_desktop.errors import Message
from qroc_desktop.services.exercise.directing.objective_list import Lacks, ObjectiveRow, TaskRow
from qroc_desktop.services.exercise.ratings import said_rating
from qroc_desktop.services.exercise.scenario_time import short_text
from qroc_desktop.translation import said, tr
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.sharing.rows import Column, RowsModel, RowsView

LACKS: Mapping[Lacks, Message] = {
    Lacks.INJECT: Message("no inject serves it"),
    Lacks.EVALUATOR: Message("nobody evaluates it"),
    Lacks.TASK: Message("it has no task"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """An objective, or one of its tasks below it."""

    objective: ObjectiveRow
    task: TaskRow | None = None

    @property
    def id(self) -> str:
        """Of its own among the lines."""
        return self.objective.id if self.task is None else f"{self.objective.id} {self.task.id}"


class ObjectivesView(QWidget):
    """`numbers_asked`: the injects of an objective are wanted, by their numbers."""

    numbers_asked = Signal(object)

    def __init__(self, bench: Bench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._t = 0
        columns: tuple[Column[Line], ...] = (
            Column("", lambda _: "", 30, self._sign),
            Column(tr("Objective and tasks"), _text, 480),
            Column(tr("Measured"), self._measured, 150),
            Column(tr("Rated"), _rated, 215),
            Column(tr("Injects"), _injects, 180),
            Column(tr("Evaluator"), _evaluator, 260),
        )
        model = RowsModel(columns, lambda line: line.id, bench.theme, self)
        self.list: RowsView[Line] = RowsView(model, tr("Objectives"), bench.theme)
        self.list.header().setStretchLastSection(False)
        self.list.header().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self.list.activated.connect(lambda _: self._ask())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.list)

    def show_rows(self, rows: Sequence[ObjectiveRow], t: int) -> None:
        """Objectives as they are now."""
        self._t = t
        lines = [line for row in rows for line in (Line(row), *(Line(row, task) for task in row.tasks))]
        if lines != self.list.rows.rows:
            self.list.show_rows(lines)

    def tick(self, t: int) -> None:
        """Scenario time has come to `t`: tasks run out of time though nothing happens."""
        self._t = t
        if self.isVisible() and self.list.rows.rows:
            last = len(self.list.rows.rows) - 1
            self.list.rows.dataChanged.emit(self.list.rows.index(0, 0), self.list.rows.index(last, 2))

    # --- parts -----------------------------------------------------------------------------------

    def _ask(self) -> None:
        line = self.list.current()
        if line is not None:
            self.numbers_asked.emit(line.objective.injects)

    def _sign(self, line: Line) -> tuple[str, str]:
        if line.task is None:
            return ("triangle-alert", "warning") if line.objective.lacks else ("target", "text")
        met = line.task.met(self._t)
        if met is not None:
            return ("circle-check", "good") if met else ("circle-alert", "danger")
        return ("circle-dashed", "muted") if line.task.since is None else ("circle", "accent")

    def _measured(self, line: Line) -> str:
        task = line.task
        if task is None:
            row = line.objective
            return tr("{done} of {whole} actions", done=row.done, whole=row.expected) if row.expected else ""
        if task.limit is None:
            return tr("by the evaluator")
        limit = short_text(task.limit)
        if task.took is not None:
            return tr("{took} of {limit}", took=short_text(task.took), limit=limit)
        if task.since is None:
            return tr("not begun")
        left = task.since + task.limit - self._t
        if left >= 0:
            return tr("{time} left", time=short_text(left))
        return tr("{time} overdue", time=short_text(left))


def _text(line: Line) -> str:
    if line.task is not None:
        return f"      {line.task.text}"
    row = line.objective
    lacks = ", ".join(said(LACKS[lack]) for lack in row.lacks)
    return f"{row.id}  {row.text}" + (f"  — {lacks}" if lacks else "")


def _rated(line: Line) -> str:
    if line.task is None:
        tasks = line.objective.tasks
        rated = sum(task.rating is not None for task in tasks)
        return tr("{done} of {whole} rated", done=rated, whole=len(tasks)) if tasks else ""
    rating = line.task.rating
    return said_rating(rating) if rating is not None else ""


def _injects(line: Line) -> str:
    if line.task is not None:
        return ""
    row = line.objective
    told = tr("{told} of {whole}:", told=row.told, whole=len(row.injects))
    return f"{told} {' '.join(row.injects)}" if row.injects else ""


def _evaluator(line: Line) -> str:
    return line.objective.evaluator if line.task is None else ""
