"""The objectives of an exercise: which injects serve each, who judges it, and what has been measured and rated so far.

Pure functions of scenario, standing and rows of the event list.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from qroc_desktop.exercise.review import met_in_time
from qroc_desktop.exercise.scenario import Objective, Scenario, Task, called, ms, said
from qroc_desktop.exercise.standing import Standing
from qroc_desktop.exercise.vocabulary import InjectState, Rating
from qroc_desktop.services.exercise.directing.event_list import Done, EventRow


class Lacks(StrEnum):
    """What an objective lacks, so that it cannot be judged."""

    INJECT = "inject"
    EVALUATOR = "evaluator"
    TASK = "task"


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task. `limit`: milliseconds, None where it is not measured by the program. `since`: when its time began to run;
    `took`: milliseconds until it was done."""

    id: str
    text: str
    limit: int | None
    since: int | None
    took: int | None
    rating: Rating | None

    def met(self, t: int) -> bool | None:
        """Whether it was met in time, as of an instant; None while that cannot be told."""
        if self.limit is None or self.since is None:
            return None
        done = None if self.took is None else self.since + self.took
        return met_in_time(self.since + self.limit, done, t)


@dataclass(frozen=True, slots=True)
class ObjectiveRow:
    """An objective. `injects`: numbers of those that serve it, `told` of them executed; `done` of `expected` actions of
    executed injects. `lacks`: nothing where all is well."""

    id: str
    text: str
    capability: str
    evaluator: str
    tasks: tuple[TaskRow, ...]
    injects: tuple[str, ...]
    told: int
    done: int
    expected: int
    lacks: tuple[Lacks, ...]


def objective_rows(
    scenario: Scenario, standing: Standing, events: Sequence[EventRow], done: Done, language: str = "en"
) -> list[ObjectiveRow]:
    """All objectives, in the scenario's order."""
    names = {role.id: called(role, language) for role in scenario.roles}
    since = {name: inject.since for name, inject in standing.injects.items() if inject.state is InjectState.EXECUTED}

    def task(entry: Task) -> TaskRow:
        began = since.get(entry.auto.since) if entry.auto is not None else None
        at = done(entry.auto.action, entry.auto.team, began) if entry.auto is not None and began is not None else None
        judged = standing.ratings.get(entry.id)
        return TaskRow(
            id=entry.id,
            text=said(entry.criterion, language),
            limit=ms(entry.target) if entry.auto is not None and entry.target is not None else None,
            since=began,
            took=None if at is None or began is None else at - began,
            rating=judged.rating if judged is not None else None,
        )

    def row(objective: Objective) -> ObjectiveRow:
        starts = {entry.auto.since for entry in objective.tasks if entry.auto is not None}
        serving = [event for event in events if objective.id in event.objectives or event.id in starts]
        answers = [
            answer for event in serving for answer in event.answers
            if answer.objective == objective.id and answer.due is not None
        ]  # fmt: skip
        checks = (
            (Lacks.INJECT, not serving), (Lacks.EVALUATOR, not objective.evaluator), (Lacks.TASK, not objective.tasks),
        )  # fmt: skip
        return ObjectiveRow(
            id=objective.id,
            text=said(objective.text, language),
            capability=said(objective.capability, language),
            evaluator=names.get(objective.evaluator, objective.evaluator),
            tasks=tuple(task(entry) for entry in objective.tasks),
            injects=tuple(event.number or event.id for event in serving),
            told=sum(event.state is InjectState.EXECUTED for event in serving),
            done=sum(answer.done is not None for answer in answers),
            expected=len(answers),
            lacks=tuple(lack for lack, holds in checks if holds),
        )

    return [row(objective) for objective in scenario.objectives]
