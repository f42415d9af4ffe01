"""After the exercise: everything that a report or a review needs from the record of a run, as plain data.

Times are scenario milliseconds, distances metres. Texts of the scenario are in the language asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from qroc_desktop.domain.aspects import AspectValue
from qroc_desktop.domain.instant import Instant, to_datetime
from qroc_desktop.domain.vocabulary import Aspect
from qroc_desktop.errors import Message, Refused
from qroc_desktop.exercise.conditions import LonLat
from qroc_desktop.exercise.edits import picture
from qroc_desktop.exercise.events import Event, Rated, Remarked, Spotted
from qroc_desktop.exercise.recording import Fork, Recording
from qroc_desktop.exercise.review import Answered, Figures, Gap, Latency, Review, met_in_time
from qroc_desktop.exercise.scenario import Fact, Objective, Scenario, Storyline, Task, Team, Wording, called, ms, said
from qroc_desktop.exercise.vocabulary import KnownBy, Rating, Side
from qroc_desktop.exercise.world import World
from qroc_desktop.services.exercise.review.chronicle import Chronicle, Mark
from qroc_desktop.services.exercise.scenario_time import plus_text

SAMPLES: Final = 180
"""Into so many parts the exercise is cut where a course over time is asked for."""


class Observation(msgspec.Struct, frozen=True, kw_only=True):
    """What an evaluator rated or wrote down, and when it was seen."""

    t: int
    objective: str
    task: str = ""
    rating: Rating | None = None
    note: str = ""
    by: str = ""


class TaskResult(msgspec.Struct, frozen=True, kw_only=True):
    """A task beside what became of it. `target`, `took`: milliseconds, None where nothing is measured."""

    id: str
    criterion: str
    target: int | None = None
    took: int | None = None
    met: bool | None = None
    rating: Rating | None = None
    measured: bool = False


class ObjectiveResult(msgspec.Struct, frozen=True, kw_only=True):
    """An objective with its tasks, and what was observed about it in the order of time."""

    id: str
    text: str
    capability: str = ""
    tasks: tuple[TaskResult, ...] = ()
    observations: tuple[Observation, ...] = ()

    @property
    def rated(self) -> bool:
        """Whether any of its tasks has a rating."""
        return any(task.rating is not None for task in self.tasks)


class Expectation(msgspec.Struct, frozen=True, kw_only=True):
    """What was expected about an inject. `until`: how far the record goes, without which late is not never."""

    inject: str
    title: str
    action: str
    text: str
    team: str
    objective: str
    told: int
    due: int
    done: int | None
    until: int

    @property
    def outcome(self) -> str:
        """`in-time`, `late`, `never`, or `open` while its time is not over."""
        if self.done is not None:
            return "in-time" if met_in_time(self.due, self.done, self.until) else "late"
        return "open" if met_in_time(self.due, None, self.until) is None else "never"


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """How long a team took to know of a fact. `by`: the title of the inject that told it, what the action that shows
    it is, or the team that passed it on. `over`: when it ceased to be true. `entity`: it is one that was hunted.
    `waited_for`: the team could only wait until somebody told it, for there is no action that shows it."""

    team: str
    fact: str
    name: str
    true: int
    known: int | None
    how: KnownBy | None
    by: str
    over: int | None = None
    objective: str = ""
    entity: bool = False
    waited_for: bool = False

    @property
    def latency(self) -> int | None:
        """Milliseconds, None where it was never known."""
        return None if self.known is None else self.known - self.true


class Belief(msgspec.Struct, frozen=True, kw_only=True):
    """What a team believed about an entity over time, beside the truth."""

    team: str
    entity: str
    name: str
    course: tuple[Gap, ...]


class Placed(msgspec.Struct, frozen=True, kw_only=True):
    """An entity on the map of an instant."""

    entity: str
    name: str
    type: str
    sidc: str
    place: LonLat
    own: bool


class Instance(msgspec.Struct, frozen=True, kw_only=True):
    """An instant for a map: the truth, what a team believed of what it hunts, and what it had drawn by then, with the
    identifiers of the items."""

    t: int
    placed: tuple[Placed, ...]
    gaps: tuple[Gap, ...]
    drawn: tuple[tuple[str, Mapping[Aspect, AspectValue]], ...] = ()


class AfterAction(msgspec.Struct, frozen=True, kw_only=True):
    """A run as it is looked back at. `chain`: newest hash of the record, which ties a report to it. `whole`: whether
    every hash and keyframe of the record was found sound; None where nobody looked."""

    run: str
    title: str
    description: str
    classification: str
    scenario: str
    kind: str
    time_zone: str
    t0: Instant
    until: int
    duration: int
    over: bool
    began: Instant | None
    ended: Instant | None
    fork: Fork | None
    teams: tuple[tuple[str, str, Side], ...]
    team: str
    team_name: str
    figures: Figures
    storylines: tuple[tuple[str, str], ...]
    marks: tuple[Mark, ...]
    objectives: tuple[ObjectiveResult, ...]
    expectations: tuple[Expectation, ...]
    latencies: tuple[Known, ...]
    beliefs: tuple[Belief, ...]
    remarks: tuple[Remarked, ...]
    dropped: frozenset[str]
    instants: tuple[Instance, ...]
    checkpoints: tuple[tuple[int, str], ...]
    events: int
    chain: str
    whole: bool | None = None

    def instant(self, t: int) -> Instant:
        """The instant of a scenario time."""
        return Instant(self.t0 + t * 1000)

    def time_of_day(self, t: int, *, seconds: bool = False) -> str:
        """The time of day in the scenario's own zone: `16:30`."""
        moment = to_datetime(self.instant(t)).astimezone(ZoneInfo(self.time_zone))
        return moment.strftime("%H:%M:%S" if seconds else "%H:%M")


def after_action(
    recording: Recording, *, team: str = "", language: str = "en", at: Sequence[int] = (), samples: int = SAMPLES,
    until: int | None = None, verify: bool = False,
) -> AfterAction:  # fmt: skip
    """Look back at a run. team: whose knowledge is looked at, the first blue one where empty. at: instants of maps.

    samples: into how many parts beliefs over time are cut, 0 leaves them out. until: as it stood at that instant, all
    that was played where None; remarks are those of today, for they are made about the past.

    verify: look at every hash of the record as well. Raises Refused where the team is not one of the exercise or an
    instant was not played, and Damaged where the record is not whole.
    """
    if verify:
        recording.verify()
    return _Gatherer(recording, team, language, samples, until).gathered(at, whole=True if verify else None)


def team_of(scenario: Scenario, wanted: str) -> Team:
    """The team of that name, or the first blue one. Raises Refused where there is none."""
    if wanted:
        for team in scenario.teams:
            if team.id == wanted:
                return team
        raise Refused(
            Message("{name} is not defined.", name=wanted),
            action=Message("Teams: {teams}.", teams=", ".join(team.id for team in scenario.teams)),
        )
    blue = [team for team in scenario.teams if team.side is Side.BLUE]
    if not blue and not scenario.teams:
        raise Refused(Message("This exercise has no team whose knowledge could be looked at."))
    return (blue or list(scenario.teams))[0]


def _shows(fact: Fact, team: str) -> bool:
    """Whether a team can know a fact before an inject tells it: by its own thinking, or from another team."""
    return any(team in shown.tells or (shown.team == team and not shown.tells) for shown in fact.shown)


class _Gatherer:
    def __init__(self, recording: Recording, team: str, language: str, samples: int, until: int | None) -> None:
        self._recording = recording
        self._scenario = recording.scenario
        self._team = team_of(self._scenario, team)
        self._language = language
        self._samples = samples
        self._until = recording.reached() if until is None else until
        self._review = Review(recording, self._until)
        self._all: list[Event] = [event for _, event in recording.events()]
        self._events = [event for event in self._all if event.t <= self._until]
        self._world = recording.world(self._until)
        self._remarks = recording.world(recording.reached()).standing.remarks
        self._facts = {fact.id: fact for fact in self._scenario.facts}
        self._names = {entity.id: called(entity, language) for entity in self._scenario.entities}
        self._expected = {
            (inject.id, expected.action): expected
            for inject in self._scenario.injects
            for expected in inject.expected
        }  # fmt: skip

    def gathered(self, at: Sequence[int], *, whole: bool | None) -> AfterAction:
        scenario, recording = self._scenario, self._recording
        chronicle = Chronicle(recording, self._events, self._world, self._language)
        began, ended, over = chronicle.wall()
        for t in at:
            if not 0 <= t <= self._until:
                raise Refused(
                    Message("This time was not played: {time}.", time=plus_text(t)),
                    action=Message("It was played up to {time}.", time=plus_text(self._until)),
                )
        return AfterAction(
            run=recording.path.name,
            title=called(scenario, self._language),
            description=self._said(scenario.description),
            classification=scenario.classification,
            scenario=scenario.id,
            kind=scenario.kind,
            time_zone=scenario.time_zone,
            t0=scenario.instant(0),
            until=self._until,
            duration=recording.ground.duration,
            over=over,
            began=began,
            ended=ended,
            fork=recording.forked,
            teams=tuple((team.id, called(team, self._language), team.side) for team in scenario.teams),
            team=self._team.id,
            team_name=called(self._team, self._language),
            figures=self._review.figures(),
            storylines=tuple(self._storylines(scenario.storylines)),
            marks=tuple(chronicle.marks()),
            objectives=tuple(self._objectives()),
            expectations=tuple(self._expectation(answer) for answer in self._review.answers()),
            latencies=tuple(self._known(latency) for latency in self._review.latencies(self._team.id)),
            beliefs=tuple(self._beliefs()),
            remarks=tuple(sorted(self._remarks.values(), key=lambda remark: remark.t)),
            dropped=self._dropped(),
            instants=tuple(self._instance(t) for t in at),
            checkpoints=tuple((ms(point.t), self._said(point.label)) for point in scenario.checkpoints),
            events=len(self._all),
            chain=recording.chain(),
            whole=whole,
        )

    # --- parts -----------------------------------------------------------------------------------

    def _said(self, texts: Wording) -> str:
        return said(texts, self._language)

    def _storylines(self, storylines: Sequence[Storyline]) -> Iterator[tuple[str, str]]:
        for storyline in storylines:
            yield storyline.id, called(storyline, self._language)

    def _objectives(self) -> Iterator[ObjectiveResult]:
        measured = {result.task: result for result in self._review.tasks()}
        for objective in self._scenario.objectives:
            tasks = []
            for task in objective.tasks:
                found = measured[task.id]
                tasks.append(self._task(task, found.took, found.met, found.rating))
            yield ObjectiveResult(
                id=objective.id,
                text=self._said(objective.text),
                capability=self._said(objective.capability),
                tasks=tuple(tasks),
                observations=tuple(self._observed(objective)),
            )

    def _task(self, task: Task, took: int | None, met: bool | None, rating: Rating | None) -> TaskResult:
        return TaskResult(
            id=task.id,
            criterion=self._said(task.criterion) or task.id,
            target=None if task.target is None or task.auto is None else ms(task.target),
            took=took,
            met=met,
            rating=rating,
            measured=task.auto is not None,
        )

    def _observed(self, objective: Objective) -> Iterator[Observation]:
        for event in self._events:
            if isinstance(event, Rated) and event.objective == objective.id:
                yield Observation(
                    t=event.seen, objective=event.objective, task=event.task, rating=event.rating, note=event.note,
                    by=event.by,
                )  # fmt: skip

    def _expectation(self, answer: Answered) -> Expectation:
        expected = self._expected.get((answer.inject, answer.action))
        return Expectation(
            inject=answer.inject,
            title=self._said(self._world.inject(answer.inject).title),
            action=answer.action,
            text=(self._said(expected.text) if expected else "") or answer.action,
            team=answer.team,
            objective=expected.objective if expected else "",
            told=answer.told,
            due=answer.due,
            done=answer.done,
            until=self._until,
        )

    def _known(self, latency: Latency) -> Known:
        fact = None if latency.entity else self._facts[latency.fact]
        name = self._names[latency.fact] if fact is None else self._said(fact.text)
        return Known(
            team=latency.team, fact=latency.fact, name=name or latency.fact, true=latency.true, known=latency.known,
            how=latency.how, by=self._known_by(latency), over=latency.over, entity=latency.entity,
            objective="" if fact is None else fact.objective,
            waited_for=latency.how is KnownBy.TOLD and fact is not None and not _shows(fact, latency.team),
        )  # fmt: skip

    def _known_by(self, latency: Latency) -> str:
        match latency.how:
            case KnownBy.TOLD:
                return called(self._world.inject(latency.by), self._language)
            case KnownBy.CONCLUDED:
                texts = (self._said(one.text) for (_, action), one in self._expected.items() if action == latency.by)
                return next(filter(None, texts), latency.by)
            case KnownBy.PASSED_ON:
                teams = {team.id: team for team in self._scenario.teams}
                return called(teams[latency.whose], self._language)
            case _:
                return ""

    def _beliefs(self) -> Iterator[Belief]:
        hunted = self._review.hunted(self._team.id)
        if not self._samples:
            for entity in hunted:
                yield Belief(team=self._team.id, entity=entity, name=self._names[entity], course=())
            return
        courses: dict[str, list[Gap]] = {entity: [] for entity in hunted}
        for t in self._sampled(hunted) if hunted else ():
            for gap in self._review.gaps(self._team.id, t):
                courses[gap.entity].append(gap)
        for entity, course in courses.items():
            yield Belief(team=self._team.id, entity=entity, name=self._names[entity], course=tuple(course))

    def _sampled(self, hunted: Sequence[str]) -> list[int]:
        """Evenly, and just before and at each instant at which something became known: there the course breaks."""
        found = {round(self._until * part / self._samples) for part in range(self._samples + 1)}
        for event in self._events:
            if isinstance(event, Spotted) and event.team == self._team.id and event.entity in hunted:
                found |= {event.known, max(0, event.known - 1)}
        return sorted(t for t in found if t <= self._until)

    def _dropped(self) -> frozenset[str]:
        """Identifiers of remarks that somebody has withdrawn, drafts that nobody wanted among them."""
        named = {event.id for event in self._all if isinstance(event, Remarked)}
        return frozenset(named - set(self._remarks))

    def _instance(self, t: int) -> Instance:
        world = self._recording.world(t)
        return Instance(
            t=t, placed=tuple(self._placed(world)), gaps=tuple(self._review.gaps(self._team.id, t)),
            drawn=tuple(picture(world.edits.of(self._team.id)).items()),
        )  # fmt: skip

    def _placed(self, world: World) -> Iterator[Placed]:
        for entity in self._scenario.entities:
            place = world.position(entity.id)
            if place is not None:
                props = world.props(entity.id)
                yield Placed(
                    entity=entity.id, name=self._names[entity.id], type=entity.type,
                    sidc=str(props.get("sidc") or entity.sidc), place=place,
                    own=entity.team == self._team.id,
                )  # fmt: skip
