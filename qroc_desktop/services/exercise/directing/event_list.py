"""The master event list of a run: every inject with where it stands, when it is due, and what came of it.

Pure functions of scenario, standing and record. A row says nothing of the clock, so that it stays equal as long as
nothing happens to its inject; what depends on the clock (countdown, overdue) is asked of it with an instant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from qroc_desktop.exercise.conditions import LonLat
from qroc_desktop.exercise.review import met_in_time
from qroc_desktop.exercise.scenario import Effect, Expected, Inject, Scenario, called, ms, rules_of, said
from qroc_desktop.exercise.standing import Standing
from qroc_desktop.exercise.view import reaches
from qroc_desktop.exercise.vocabulary import Channel, InjectState

FAR: Final = 2**62
OPEN: Final = frozenset({InjectState.SCHEDULED, InjectState.ON_HOLD, InjectState.IN_PROGRESS})
Done = Callable[[str, str, int], int | None]
"""(action, team, since) -> when it was first recorded from then on."""


class Waits(StrEnum):
    """What an inject waits for."""

    TIME = "time"
    AFTER = "after"
    CONDITION = "condition"
    HAND = "hand"


class Reply(StrEnum):
    """How an expected action stands: not asked yet, still to be done, done, done too late, or not done in time."""

    NOT_YET = "not-yet"
    OPEN = "open"
    DONE = "done"
    LATE = "late"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class Answer:
    """An action that an inject expects. `team`: identifier, empty for any. `due`, `done`: scenario milliseconds, None
    before the inject was executed and while it is not done."""

    action: str
    text: str
    team: str
    objective: str
    within: int
    due: int | None = None
    done: int | None = None

    def reply(self, t: int) -> Reply:
        """How it stands at an instant."""
        if self.due is None:
            return Reply.NOT_YET
        met = met_in_time(self.due, self.done, t)
        if self.done is not None:
            return Reply.DONE if met else Reply.LATE
        return Reply.OPEN if met is None else Reply.OVERDUE


@dataclass(frozen=True, slots=True)
class EventRow:
    """An inject. `place_in`: its place in the scenario. `due`: by the clock, None where it waits for something else;
    `likely`: when it will be due, where what it follows has a time; `since`: when it came to its state. `after`: the
    number of the inject that it follows. `told`: names of teams and roles that it is for; `teams`: identifiers of those
    whom it reaches."""

    id: str
    number: str
    place_in: int
    state: InjectState
    due: int | None
    likely: int | None
    since: int
    waits: Waits
    after: str
    storyline: str
    storyline_title: str
    title: str
    body: str
    source: str
    told: tuple[str, ...]
    teams: tuple[str, ...]
    channel: Channel
    objectives: tuple[str, ...]
    answers: tuple[Answer, ...]
    note: str
    responsible: str
    media: tuple[str, ...]
    effects: tuple[Effect, ...]
    place: LonLat | None
    contingent: bool
    improvised: bool

    @property
    def open(self) -> bool:
        """Whether it may still be executed."""
        return self.state in OPEN

    @property
    def when(self) -> int | None:
        """The instant that it stands for: when it was executed or given up, else when it is due."""
        if not self.open:
            return self.since
        return self.due if self.state is not InjectState.IN_PROGRESS or self.due is not None else self.since

    @property
    def drawn_at(self) -> int | None:
        """Where it stands on an axis of time; None where nobody can tell."""
        return self.when if self.when is not None else self.likely

    @property
    def coming(self) -> int | None:
        """When it happens by itself; None where it does not."""
        return self.due if self.state is InjectState.SCHEDULED else None

    def overdue(self, t: int) -> int:
        """How many expected actions are overdue at an instant."""
        return sum(answer.reply(t) is Reply.OVERDUE for answer in self.answers)

    def replied(self) -> int:
        """How many are done."""
        return sum(answer.done is not None for answer in self.answers)


def rows(scenario: Scenario, standing: Standing, done: Done, language: str = "en") -> list[EventRow]:
    """All injects, those of the scenario in its order and then the improvised ones."""
    maker = _Rows(scenario, standing, done, language)
    return [maker.row(inject, place) for place, inject in enumerate(maker.injects.values())]


def next_of(rows: Iterable[EventRow]) -> EventRow | None:
    """The inject that the clock brings next."""
    coming = [row for row in rows if row.coming is not None]
    return min(coming, key=lambda row: (row.coming or 0, row.place_in), default=None)


def next_due(standing: Standing) -> tuple[str, int] | None:
    """The inject that the clock brings next and when, without making rows: for whoever asks often."""
    due = (
        (inject.due, place, name)
        for place, (name, inject) in enumerate(standing.injects.items())
        if inject.state is InjectState.SCHEDULED and inject.due is not None
    )
    first = min(due, default=None)
    return None if first is None else (first[2], first[0])


class _Rows:
    def __init__(self, scenario: Scenario, standing: Standing, done: Done, language: str) -> None:
        self._scenario = scenario
        self._standing = standing
        self._done = done
        self._language = language
        self.injects: dict[str, Inject] = {inject.id: inject for inject in scenario.injects} | dict(standing.improvised)
        self._rules = rules_of(scenario)
        self._storylines = {line.id: said(line.title, language) for line in scenario.storylines}
        self._names: Mapping[str, str] = {
            **{role.id: called(role, language) for role in scenario.roles},
            **{team.id: called(team, language) for team in scenario.teams},
        }

    def row(self, inject: Inject, place: int) -> EventRow:
        standing = self._standing.injects[inject.id]
        executed = standing.since if standing.state is InjectState.EXECUTED else None
        answers = tuple(self._answer(expected, executed) for expected in inject.expected)
        return EventRow(
            id=inject.id,
            number=inject.no,
            place_in=place,
            state=standing.state,
            due=standing.due,
            likely=self._likely(inject, len(self.injects)),
            since=standing.since,
            waits=_waits(inject),
            after=self._after(inject),
            storyline=inject.storyline,
            storyline_title=self._storylines.get(inject.storyline, inject.storyline),
            title=called(inject, self._language),
            body=said(inject.body, self._language),
            source=said(inject.from_, self._language),
            told=tuple(self._names.get(name, name) for name in (*inject.to.teams, *inject.to.roles)),
            teams=tuple(team.id for team in self._scenario.teams if reaches(self._rules, team, inject)),
            channel=inject.channel,
            objectives=tuple(dict.fromkeys(answer.objective for answer in answers if answer.objective)),
            answers=answers,
            note=said(inject.controller_note, self._language),
            responsible=self._names.get(inject.responsible, inject.responsible),
            media=inject.media,
            effects=inject.effects,
            place=inject.place,
            contingent=inject.contingent,
            improvised=inject.id in self._standing.improvised,
        )

    def _answer(self, expected: Expected, executed: int | None) -> Answer:
        within = ms(expected.within_s)
        return Answer(
            action=expected.action,
            text=said(expected.text, self._language) or expected.action,
            team=expected.team,
            objective=expected.objective,
            within=within,
            due=None if executed is None else executed + within,
            done=None if executed is None else self._done(expected.action, expected.team, executed),
        )

    def _likely(self, inject: Inject, deep: int) -> int | None:
        """Told at the end of a chain of injects that follow one another; a ring of them has no time."""
        standing, after = self._standing.injects[inject.id], inject.trigger.after
        if standing.state is InjectState.EXECUTED:
            return standing.since
        if standing.due is not None or after is None or after.inject not in self.injects or deep <= 0:
            return standing.due
        if standing.state is InjectState.CANCELLED:
            return None
        before = self._likely(self.injects[after.inject], deep - 1)
        return None if before is None else before + ms(after.delay_s)

    def _after(self, inject: Inject) -> str:
        if inject.trigger.after is None:
            return ""
        other = self.injects.get(inject.trigger.after.inject)
        return (other.no or other.id) if other is not None else inject.trigger.after.inject


def _waits(inject: Inject) -> Waits:
    if inject.trigger.at is not None:
        return Waits.TIME
    if inject.trigger.after is not None:
        return Waits.AFTER
    return Waits.CONDITION if inject.trigger.when is not None else Waits.HAND
