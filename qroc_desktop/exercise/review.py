"""After the exercise: what the record says about tasks, about what was expected, and about what a team knew when.

Everything here is folded from the record, so that it can be asked for any instant and comes out the same at every
asking. Times are scenario milliseconds, distances metres.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from qroc_desktop.domain import geodesy
from qroc_desktop.exercise.conditions import LonLat
from qroc_desktop.exercise.events import Acted, Cancelled, Event, Fired, Held, Improvised, Rated, Spotted
from qroc_desktop.exercise.recording import Recording
from qroc_desktop.exercise.scenario import Fact, Inject, Moment, Objective, Task, Team, ms
from qroc_desktop.exercise.view import TeamView, reaches, view_of
from qroc_desktop.exercise.vocabulary import KnownBy, Rating, VisibilityMode
from qroc_desktop.exercise.world import World


def met_in_time(due: int | None, done: int | None, at: int) -> bool | None:
    """Whether what was due was done in time, as of an instant; None without a limit and while it cannot be told."""
    if due is None:
        return None
    if done is not None:
        return done <= due
    # Not done yet is not a failure before its time is over.
    return False if at > due else None


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """A task and how it was met. `took`: milliseconds where it is measured; `met`: None while it cannot be told."""

    objective: str
    task: str
    took: int | None = None
    met: bool | None = None
    rating: Rating | None = None
    notes: tuple[str, ...] = ()


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """What was expected about an inject, and when it was done, if it was."""

    inject: str
    action: str
    team: str
    told: int
    due: int
    done: int | None = None

    @property
    def in_time(self) -> bool:
        """Whether it was done before it was due."""
        return self.done is not None and met_in_time(self.due, self.done, self.done) is True


class Latency(msgspec.Struct, frozen=True, kw_only=True):
    """A fact: true from `true`, known to a team from `known`, if ever, and while it was true.

    `fact`: the identifier of a fact, or of an entity where `entity`, which is there to be detected. `how`: None while
    nobody knows; `by`: the inject that told it, or the action; for what was passed on, with whose it was in `whose`.
    `over`: when it ceased to be true, if it has.
    """

    team: str
    fact: str
    true: int
    known: int | None = None
    how: KnownBy | None = None
    by: str = ""
    whose: str = ""
    over: int | None = None
    entity: bool = False


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    """What a team believed about an entity at `t` beside the truth. `age`: of what it knew; `off`: how far it was."""

    t: int
    entity: str
    believed: LonLat | None
    truth: LonLat | None
    age: int | None = None
    off: float | None = None


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """A run in numbers, up to an instant. `decisions`: what teams did and decided; a correction is no second one."""

    until: int
    executed: int
    improvised: int
    held: int
    cancelled: int
    decisions: int


_Way = tuple[int, KnownBy, str, str]
"""When a team came to know a fact, how, by which inject or action, and whose action that was."""
_UNKNOWN: tuple[None, None, str, str] = (None, None, "", "")


class Review:
    """Questions to the record of a run, up to and with an instant (as far as it was played where None)."""

    def __init__(self, recording: Recording, until: int | None = None) -> None:
        self._recording = recording
        self._events: list[Event] = [event for _, event in recording.events(until=until)]
        self._acts = [event for event in self._events if isinstance(event, Acted)]
        self._rated = [event for event in self._events if isinstance(event, Rated)]
        self._until = until if until is not None else recording.reached()
        self._world: World = recording.world(self._until)

    def figures(self) -> Figures:
        """The run in numbers."""
        return Figures(
            until=self._until,
            executed=self._count(Fired),
            improvised=self._count(Improvised),
            held=self._count(Held),
            cancelled=self._count(Cancelled),
            decisions=sum(not event.corrects for event in self._acts),
        )

    def tasks(self) -> list[Measured]:
        """Every task of every objective, in the scenario's order."""
        scenario = self._recording.scenario
        return [self._measured(objective, task) for objective in scenario.objectives for task in objective.tasks]

    def answers(self) -> list[Answered]:
        """What was expected about every inject that was executed."""
        found = []
        for event in self._events:
            if isinstance(event, Fired):
                inject = self._world.inject(event.inject)
                found += list(self._answered(inject, event.t))
        return found

    def latencies(self, team: str) -> list[Latency]:
        """How long it took a team to know: the facts that it is asked about, and entities that it detects."""
        found = next(entry for entry in self._recording.scenario.teams if entry.id == team)
        asked = (
            fact for fact in self._recording.scenario.facts if not fact.matters_to or team in fact.matters_to
        )  # fmt: skip
        facts = (self._of_fact(found, fact) for fact in asked)
        return [*(latency for latency in facts if latency is not None), *self._detected(team)]

    def knew(self, team: str, t: int) -> TeamView:
        """What a team saw at an instant."""
        return view_of(self._recording.world(t), team, self._recording.secret)

    def gaps(self, team: str, t: int) -> list[Gap]:
        """What a team believed about the things it has to detect, beside the truth."""
        world = self._recording.world(t)
        return [_gap(world, team, entity) for entity in self.hunted(team)]

    def hunted(self, team: str) -> list[str]:
        """The entities that a team has to detect."""
        rules = (rule for rule in self._recording.scenario.visibility if rule.team == team and rule.entity)
        return [rule.entity for rule in rules if rule.mode is VisibilityMode.DETECTED]

    # --- parts -----------------------------------------------------------------------------------

    def _count(self, kind: type[Event]) -> int:
        return sum(isinstance(event, kind) for event in self._events)

    def _measured(self, objective: Objective, task: Task) -> Measured:
        judged = self._world.standing.ratings.get(task.id)
        said = (event for event in self._rated if event.objective == objective.id)
        notes = tuple(event.note for event in said if event.note and event.task in ("", task.id))
        took, met = self._took(task)
        rating = judged.rating if judged is not None else None
        return Measured(objective=objective.id, task=task.id, took=took, met=met, rating=rating, notes=notes)

    def _took(self, task: Task) -> tuple[int | None, bool | None]:
        if task.auto is None:
            return None, None
        since = self._world.executed_at(task.auto.since)
        if since is None:
            return None, None
        done = self._done(task.auto.action, task.auto.team, since)
        due = None if task.target is None else since + ms(task.target)
        return None if done is None else done - since, met_in_time(due, done, self._until)

    def _done(self, action: str, team: str, since: int) -> int | None:
        """The first time from `since` on that a team, any where none is named, recorded an action."""
        for event in self._acts:
            if event.action == action and event.t >= since and team in ("", event.team):
                return event.t
        return None

    def _answered(self, inject: Inject, told: int) -> Iterator[Answered]:
        for expected in inject.expected:
            done = self._done(expected.action, expected.team, told)
            yield Answered(
                inject=inject.id,
                action=expected.action,
                team=expected.team,
                told=told,
                due=told + ms(expected.within_s),
                done=done,
            )

    def _of_fact(self, team: Team, fact: Fact) -> Latency | None:
        """None where it has not become true."""
        true = 0 if not fact.since else self._first(fact.since)
        if true is None:
            return None
        over = self._first(fact.until, true)
        ways = [*self._told(team, fact), *self._shown(team, fact, true)]
        ways = [way for way in ways if over is None or way[0] < over]
        # What is told at the instant of an action follows from it.
        at, how, by, whose = min(ways, key=lambda way: (way[0], way[1] is KnownBy.TOLD), default=_UNKNOWN)
        return Latency(
            team=team.id, fact=fact.id, true=true, known=None if at is None else max(at, true), how=how, by=by,
            whose=whose, over=over,
        )  # fmt: skip

    def _first(self, moments: Sequence[Moment], after: int = 0) -> int | None:
        """The first of some moments that has come, not before an instant."""
        begun = [self._began(moment) for moment in moments]
        return min((t for t in begun if t is not None and after <= t <= self._until), default=None)

    def _began(self, moment: Moment) -> int | None:
        if moment.at is not None:
            return max(0, ms(moment.at))
        executed = self._world.executed_at(moment.inject)
        return None if executed is None else executed + ms(moment.delay_s)

    def _told(self, team: Team, fact: Fact) -> Iterator[_Way]:
        for event in self._events:
            if isinstance(event, Fired):
                inject = self._world.inject(event.inject)
                if fact.id in inject.reveals and reaches(self._recording.ground.rules, team, inject):
                    yield event.t, KnownBy.TOLD, inject.id, ""

    def _shown(self, team: Team, fact: Fact, true: int) -> Iterator[_Way]:
        """What was done before it was true does not show it."""
        for shown in fact.shown:
            own = shown.team == team.id
            if own or team.id in shown.tells:
                for act in self._acts:
                    if act.t >= true and (act.action, act.team) == (shown.action, shown.team):
                        yield act.t, KnownBy.CONCLUDED if own else KnownBy.PASSED_ON, shown.action, act.team

    def _detected(self, team: str) -> Iterator[Latency]:
        begun = self._recording.world(0)
        rules = self._recording.ground.rules.get(team, {})
        for entity in self.hunted(team):
            looked_for = rules[(entity, "", "")].looked_for
            begun_at = self._first(looked_for) if looked_for else 0
            appeared = 0 if begun.present(entity) else self._appeared(entity)
            if appeared is None or begun_at is None:
                continue
            there = max(appeared, begun_at)
            first = min(
                (
                    e.known
                    for e in self._events
                    if isinstance(e, Spotted) and (e.team, e.entity) == (team, entity) and e.known >= there
                ),
                default=None,
            )
            known = first if first is not None and first <= self._until else None
            how = KnownBy.DETECTED if known is not None else None
            yield Latency(team=team, fact=entity, true=there, known=known, how=how, entity=True)

    def _appeared(self, entity: str) -> int | None:
        """When an entity that was not there from the beginning came into the world: since then it can be detected."""
        for event in self._events:
            if isinstance(event, Fired) and any(
                effect.entity == entity and effect.spawn for effect in self._world.inject(event.inject).effects
            ):
                return event.t
        return None


def _gap(world: World, team: str, entity: str) -> Gap:
    truth, sighting = world.position(entity), world.sighting(team, entity)
    if sighting is None:
        return Gap(t=world.t, entity=entity, believed=None, truth=truth)
    off = None if truth is None else geodesy.distance(sighting.place, truth)
    return Gap(t=world.t, entity=entity, believed=sighting.place, truth=truth, age=world.t - sighting.t, off=off)
