"""Tasks, measured and rated, as they stood at the moment that is shown."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from qroc_desktop.services.exercise.ratings import said_rating
from qroc_desktop.services.exercise.review.after_action import ObjectiveResult, TaskResult
from qroc_desktop.services.exercise.review.run_review import Shown
from qroc_desktop.services.exercise.review.words import said_duration
from qroc_desktop.translation import tr
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.exercise.rating_signs import RATING_SIGNS
from qroc_desktop.ui.exercise.review.knowledge import give_rest_to_first
from qroc_desktop.ui.sharing.rows import Column, RowsModel, RowsView
from qroc_desktop.ui.text import plain_label


class Row:
    """A task with its objective."""

    def __init__(self, objective: ObjectiveResult, task: TaskResult) -> None:
        self.objective = objective
        self.task = task


class TasksPage(QWidget):
    """One list; above it what an evaluator wrote about the task that the bar is on."""

    def __init__(self, bench: Bench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        columns: Sequence[Column[Row]] = (
            Column(tr("Task"), lambda row: row.task.criterion),
            Column(tr("Target"), said_target, 62),
            Column(tr("Measured"), said_measured, 124, _sign),
            Column(tr("Rating"), lambda row: said_rating(row.task.rating), 150, _rated),
        )
        model = RowsModel(columns, lambda row: row.task.id, bench.theme, self)
        self.list: RowsView[Row] = RowsView(model, tr("Tasks and ratings"), bench.theme, self)
        self.notes = plain_label(role="muted", wrap=True, parent=self)
        give_rest_to_first(self.list)
        px = bench.theme.px
        column = QVBoxLayout(self)
        column.setContentsMargins(px(6), px(6), px(6), px(6))
        column.addWidget(self.list, 1)
        column.addWidget(self.notes)
        self.list.selectionModel().currentChanged.connect(lambda *_: self._say())

    def show_moment(self, shown: Shown) -> None:
        """How they stood at an instant."""
        objectives = shown.found.objectives
        self.list.show_rows([Row(objective, task) for objective in objectives for task in objective.tasks])
        self._say()

    def _say(self) -> None:
        row = self.list.current()
        if row is None:
            self.notes.setText(tr("This exercise has no tasks."))
            return
        notes = [one for one in row.objective.observations if one.note and one.task in ("", row.task.id)]
        said = [f"{one.by}: {one.note}" if one.by else one.note for one in notes[-3:]]
        self.notes.setText("\n".join([row.objective.text, *said]))


def said_target(row: Row) -> str:
    """In how long it was to be done."""
    return "–" if row.task.target is None else said_duration(row.task.target)


def said_measured(row: Row) -> str:
    """What the record says."""
    task = row.task
    if not task.measured:
        return tr("by judgement alone")
    if task.took is None:
        return tr("not done") if task.met is False else tr("open")
    took = said_duration(task.took)
    return took if task.met is None else tr("{took}, met", took=took) if task.met else tr("{took}, not met", took=took)


def _rated(row: Row) -> tuple[str, str]:
    return RATING_SIGNS[row.task.rating]


def _sign(row: Row) -> tuple[str, str]:
    if row.task.met is None:
        return "circle-dashed", "muted"
    return ("check", "good") if row.task.met else ("x", "danger")
