"""The draft of a hot wash: what the record suggests to talk about first, each with the measurement it comes from.

A draft is no conclusion. A person accepts it, changes it or drops it; what is dropped does not come again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import msgspec

from qroc_desktop.exercise.events import Remarked
from qroc_desktop.exercise.vocabulary import Rating, RemarkKind
from qroc_desktop.services.exercise.ratings import said_rating
from qroc_desktop.services.exercise.review.after_action import (
    AfterAction,
    Expectation,
    Known,
    ObjectiveResult,
    TaskResult,
)
from qroc_desktop.services.exercise.review.words import said_duration, said_metres
from qroc_desktop.translation import ntr, tr

SLOW_MS: Final = 15 * 60_000
"""A fact that took longer to be known is worth a word."""
FAR_M: Final = 1000.0
_QUICK: Final = 0.5
"""A task done in so small a part of its time is a strength."""
_NAMED: Final = 4
_FACTS: Final = 6
"""So many facts a first talk has time for; the table of the review has them all."""


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A proposal. `id`: of the remark that it becomes. `basis`: the measurement that it comes from, in words."""

    id: str
    kind: RemarkKind
    text: str
    basis: str
    objective: str = ""

    def accepted(self, *, text: str = "", owner: str = "", due: str = "", by: str = "") -> Remarked:
        """The remark that it becomes; its time is set by the conduct. text: where a person changed it."""
        return Remarked(
            t=0, id=self.id, kind=self.kind, text=text or self.text, objective=self.objective, owner=owner, due=due,
            by=by,
        )  # fmt: skip

    def declined(self, by: str = "") -> Remarked:
        """What is recorded when nobody wants it."""
        return Remarked(t=0, id=self.id, kind=self.kind, text="", objective=self.objective, by=by)


def drafts(found: AfterAction, clock: Callable[[int], str], *, slow_ms: int = SLOW_MS) -> list[Draft]:
    """What the record suggests and nobody has taken up or dropped yet, in the language in use: strengths first.

    clock: the time of day of a scenario time.
    """
    taken = {remark.id for remark in found.remarks} | found.dropped
    made = [*_tasks(found), *_rated(found), *_expected(found, clock), *_knowledge(found, clock, slow_ms)]
    order = list(RemarkKind)
    return sorted((draft for draft in made if draft.id not in taken), key=lambda draft: order.index(draft.kind))


def _tasks(found: AfterAction) -> Iterator[Draft]:
    for objective in found.objectives:
        for task in objective.tasks:
            if task.target is None or task.met is None:
                continue
            if not task.met:
                yield _missed(objective, task)
            elif task.took is not None and task.took <= task.target * _QUICK:
                yield Draft(
                    id=f"draft-task-{task.id}",
                    kind=RemarkKind.STRENGTH,
                    text=tr("Quick: {task}", task=task.criterion),
                    basis=_measured(task),
                    objective=objective.id,
                )


def _missed(objective: ObjectiveResult, task: TaskResult) -> Draft:
    late = task.took is not None
    text = tr("Too late: {task}", task=task.criterion) if late else tr("Not done: {task}", task=task.criterion)
    return Draft(
        id=f"draft-task-{task.id}",
        kind=RemarkKind.IMPROVEMENT,
        text=text,
        basis=_measured(task),
        objective=objective.id,
    )


def _measured(task: TaskResult) -> str:
    target = said_duration(task.target or 0)
    if task.took is None:
        return tr("Measured: no such action in the record; target {target}.", target=target)
    return tr("Measured: {took}; target {target}.", took=said_duration(task.took), target=target)


def _rated(found: AfterAction) -> Iterator[Draft]:
    for objective in found.objectives:
        ratings = [task.rating for task in objective.tasks]
        bad = [task for task in objective.tasks if task.rating in (Rating.MAJOR_CHALLENGES, Rating.UNABLE)]
        if bad:
            yield Draft(
                id=f"draft-rated-{objective.id}",
                kind=RemarkKind.IMPROVEMENT,
                text=tr("Difficult: {tasks}", tasks=_some([task.criterion for task in bad])),
                basis=tr(
                    "Rated by evaluators: {ratings}.", ratings=", ".join(said_rating(task.rating) for task in bad)
                ),
                objective=objective.id,
            )
        elif ratings and all(rating is Rating.PERFORMED for rating in ratings):
            yield Draft(
                id=f"draft-rated-{objective.id}",
                kind=RemarkKind.STRENGTH,
                text=tr("Achieved throughout: {objective}", objective=objective.text),
                basis=tr("Rated by evaluators: every task {rating}.", rating=said_rating(Rating.PERFORMED)),
                objective=objective.id,
            )
        if objective.tasks and not objective.rated:
            yield Draft(
                id=f"draft-unrated-{objective.id}",
                kind=RemarkKind.ACTION,
                text=tr("Rate this objective, or say why it was not: {objective}", objective=objective.text),
                basis=tr("The record has no rating of any of its tasks."),
                objective=objective.id,
            )


def _expected(found: AfterAction, clock: Callable[[int], str]) -> Iterator[Draft]:
    """One draft for each objective, not one for each action: nobody reads eighty of them."""
    groups = [*((objective.id, objective.text) for objective in found.objectives), ("", "")]
    for objective, _ in groups:
        about = [one for one in found.expectations if one.objective == objective]
        late = [one for one in about if one.outcome == "late"]
        never = [one for one in about if one.outcome == "never"]
        if late:
            worst = max(late, key=lambda one: (one.done or 0) - one.due)
            yield Draft(
                id=f"draft-late-{objective or 'none'}",
                kind=RemarkKind.IMPROVEMENT,
                text=tr("Expected and done late: {actions}", actions=_some([one.text for one in late])),
                basis=tr(
                    "Measured: {count} of {all} expected actions late, the worst “{action}” by {duration}.",
                    count=len(late), all=len(about), action=worst.text,
                    duration=said_duration((worst.done or 0) - worst.due),
                ),
                objective=objective,
            )  # fmt: skip
        if never:
            yield _never(objective, never, len(about), clock)


def _never(objective: str, never: list[Expectation], count: int, clock: Callable[[int], str]) -> Draft:
    first = min(never, key=lambda one: one.told)
    return Draft(
        id=f"draft-never-{objective or 'none'}",
        kind=RemarkKind.IMPROVEMENT,
        text=tr("Expected and not recorded: {actions}", actions=_some([one.text for one in never])),
        basis=tr(
            "Measured: {count} of {all} expected actions are not in the record, the first “{action}”, due at {time}. "
            "They may have been done and not recorded.",
            count=len(never), all=count, action=first.text, time=clock(first.due),
        ),
        objective=objective,
    )  # fmt: skip


def _learned(team: str, fact: Known) -> str:
    if fact.entity:
        if fact.latency is None:
            return tr("{team} never sighted: {name}", team=team, name=fact.name)
        return tr("{team} sighted late: {name}", team=team, name=fact.name)
    if fact.latency is None:
        return tr("{team} never learned: {fact}", team=team, fact=fact.name)
    return tr("{team} learned late: {fact}", team=team, fact=fact.name)


def _knowledge(found: AfterAction, clock: Callable[[int], str], slow_ms: int) -> Iterator[Draft]:
    # What was never known counts as if it had been learned at the end, or when it was over.
    waited = [(fact.latency or (fact.over or found.until) - fact.true, fact) for fact in found.latencies
              if fact.latency != 0 and not fact.waited_for]  # fmt: skip
    slow = sorted((pair for pair in waited if pair[0] > slow_ms), key=lambda pair: pair[0], reverse=True)
    for _, fact in slow[:_FACTS]:
        late = fact.latency is not None
        yield Draft(
            id=f"draft-known-{fact.fact}",
            kind=RemarkKind.IMPROVEMENT,
            text=_learned(found.team_name, fact),
            basis=tr(
                "Measured: true from {time}, known after {duration}.",
                time=clock(fact.true), duration=said_duration(fact.latency or 0),
            )
            if late
            else tr("Measured: true from {time}, not known by the end of the record.", time=clock(fact.true)),
            objective=fact.objective,
        )  # fmt: skip
    for belief in found.beliefs:
        known = [gap for gap in belief.course if gap.off is not None]
        worst = max(known, key=lambda gap: gap.off or 0.0, default=None)
        if worst is not None and (worst.off or 0.0) > FAR_M:
            yield Draft(
                id=f"draft-off-{belief.entity}",
                kind=RemarkKind.IMPROVEMENT,
                text=tr("{team} looked in the wrong place: {name}", team=found.team_name, name=belief.name),
                basis=tr(
                    "Measured: at {time} the last detection was {age} old and {distance} from the true place.",
                    time=clock(worst.t), age=said_duration(worst.age or 0), distance=said_metres(worst.off or 0.0),
                ),
            )  # fmt: skip


def _some(texts: list[str]) -> str:
    unique = list(dict.fromkeys(texts))
    more = len(unique) - _NAMED
    listed = "; ".join(unique[:_NAMED])
    return listed if more <= 0 else ntr("{listed}; {count} more", "{listed}; {count} more", more, listed=listed)
