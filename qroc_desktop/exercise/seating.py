"""A seat in an exercise: what is served to it, and what may come from it.

Both are plain data, the same for a window on the director's machine and for a workstation that joined. What is served
is made here, from what the seat may know and nothing else; what comes from a seat is done in the name of its team.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from qroc_desktop.domain.vocabulary import EntryKind
from qroc_desktop.errors import Message, Refused
from qroc_desktop.exercise.clock import Reading
from qroc_desktop.exercise.conduct import Conduct
from qroc_desktop.exercise.edits import Edit, Touch
from qroc_desktop.exercise.events import Rated
from qroc_desktop.exercise.plans import Intent
from qroc_desktop.exercise.scenario import Budget, Objective, Scenario, Texts, ms
from qroc_desktop.exercise.standing import Judgement, Standing
from qroc_desktop.exercise.teams import team_of
from qroc_desktop.exercise.view import TeamView
from qroc_desktop.exercise.vocabulary import InjectState, Rating, RoleType, Side

LONGEST_TEXT: Final = 20_000
_KINDS: Final = frozenset(str(kind) for kind in EntryKind)
_JUDGES: Final = frozenset({RoleType.OBSERVER, RoleType.EVALUATOR})


class Seat(msgspec.Struct, frozen=True, kw_only=True):
    """Whose view is served and whether notes and ratings may come from there."""

    team: str
    role: RoleType

    @property
    def judges(self) -> bool:
        """Whether an observer or evaluator sits there."""
        return self.role in _JUDGES


class Planner(msgspec.Struct, frozen=True, kw_only=True):
    """An entity that a seat plans for."""

    entity: str
    name: Texts = {}


class SeatInfo(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a seat knows of the exercise from the beginning. `duration`: milliseconds. `budget`, `planners`: of those
    who plan in secret. `objectives`, `evaluators` (their roles by identifier): of those who judge, and nobody else."""

    exercise: str
    title: Texts
    t0: str
    time_zone: str
    duration: int
    seat: Seat
    side: Side
    name: Texts = {}
    bbox: tuple[float, float, float, float] | None = None
    budget: Budget | None = None
    planners: tuple[Planner, ...] = ()
    objectives: tuple[Objective, ...] = ()
    evaluators: dict[str, Texts] = {}


class Stopwatch(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Of a task that is measured: it runs from `since` to `done`, None while nobody has done it."""

    since: int
    done: int | None = None


class Served(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a seat is shown at an instant. For those who judge, `judgements`: the ratings by task; `notes`: every rating
    and observation in the order of recording; `measured`: by task, as far as it can be told."""

    reading: Reading
    view: TeamView
    judgements: dict[str, Judgement] = {}
    notes: tuple[Rated, ...] = ()
    measured: dict[str, Stopwatch] = {}


class _Said(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, tag_field="say"):
    """`id`: made by the sender, so that what arrives twice is done once. `by`: who says it."""

    id: str
    by: str = ""


class Wrote(_Said, frozen=True, kw_only=True, tag="wrote"):
    """A decision, message or action of the team. `action`: what was expected and is herewith done, if it is that.

    `id` is that of the entry in the sender's logbook, and of the same entry in everybody's of the team; `text` is as
    `spoken` makes it; `corrects`: the entry that it takes the place of.
    """

    text: str = ""
    action: str = ""
    corrects: str = ""


class Edits(_Said, frozen=True, kw_only=True, tag="edits"):
    """A step in the team's workspace, done with the ordinary tools; `id` is that of the batch. See `edits.Edit`."""

    touches: tuple[Touch, ...]
    label: str = "edit"
    undoes: str = ""


class Plans(_Said, frozen=True, kw_only=True, tag="plans"):
    """A plan for the next turn of an entity."""

    entity: str
    intents: tuple[Intent, ...]


class Rates(_Said, frozen=True, kw_only=True, tag="rates"):
    """A rating of a task, or an observation about it or about the whole objective. `at`: when it was seen, in scenario
    milliseconds, as opposed to when it was written down."""

    objective: str
    task: str = ""
    rating: Rating | None = None
    note: str = ""
    at: int | None = None


class CallsNoDuff(_Said, frozen=True, kw_only=True, tag="no-duff"):
    """A real emergency."""

    text: str = ""


Saying = Wrote | Edits | Plans | Rates | CallsNoDuff

_encoder = msgspec.json.Encoder(order="deterministic")
_decoder: msgspec.json.Decoder[Saying] = msgspec.json.Decoder(Saying)


def encoded(saying: Saying) -> bytes:
    """As it travels."""
    return _encoder.encode(saying)


def decoded(data: bytes) -> Saying:
    """Inverse of `encoded`. Raises msgspec.DecodeError or msgspec.ValidationError for anything else."""
    return _decoder.decode(data)


def spoken(kind: EntryKind, text: str) -> str:
    """An entry of a logbook as the record has it."""
    return f"{kind}: {text}"


def heard(text: str) -> tuple[EntryKind, str]:
    """Inverse of `spoken`; what says no kind is a message."""
    kind, colon, rest = text.partition(": ")
    return (EntryKind(kind), rest) if colon and kind in _KINDS and rest else (EntryKind.MESSAGE, text)


def draws(seat: Seat, side: Side) -> bool:
    """Whether what is done at a seat to its team's picture is the team's: whoever judges a team draws for himself."""
    return not seat.judges or side is Side.WHITE


def edit_of(saying: Edits) -> Edit:
    """What a seat says that it did to the picture."""
    return Edit(id=saying.id, by=saying.by, label=saying.label, undoes=saying.undoes, touches=saying.touches)


def info(scenario: Scenario, seat: Seat) -> SeatInfo:
    """What a seat may know from the beginning. KeyError where there is no such team."""
    team = team_of(scenario, seat.team)
    budget = scenario.budgets.get(team.id)
    own = (entity for entity in scenario.entities if entity.team == team.id)
    return SeatInfo(
        exercise=scenario.id,
        title=scenario.title,
        t0=scenario.t0,
        time_zone=scenario.time_zone,
        duration=ms(scenario.duration_s),
        seat=seat,
        side=team.side,
        name=team.name,
        bbox=scenario.bbox,
        budget=budget,
        planners=tuple(Planner(entity=entity.id, name=entity.name) for entity in own) if budget is not None else (),
        objectives=scenario.objectives if seat.judges else (),
        evaluators=_evaluators(scenario) if seat.judges else {},
    )


def _evaluators(scenario: Scenario) -> dict[str, Texts]:
    judging = {objective.evaluator for objective in scenario.objectives if objective.evaluator}
    names = {role.id: role.name for role in scenario.roles}
    return {role: names.get(role, {}) for role in sorted(judging)}


def served(
    seat: Seat, reading: Reading, view: TeamView, standing: Standing, objectives: Sequence[Objective] = ()
) -> Served:
    """What a seat is shown; `view` is its team's. `objectives`: whose measured times are told to those who judge."""
    if not seat.judges:
        return Served(reading=reading, view=view)
    return Served(
        reading=reading,
        view=view,
        judgements=dict(standing.ratings),
        notes=tuple(standing.noted),
        measured=dict(_measured(standing, objectives)),
    )


def _measured(standing: Standing, objectives: Sequence[Objective]) -> Iterator[tuple[str, Stopwatch]]:
    for task in (task for objective in objectives for task in objective.tasks):
        inject = standing.injects.get(task.auto.since) if task.auto is not None else None
        if task.auto is None or inject is None or inject.state is not InjectState.EXECUTED:
            continue
        teams = (task.auto.team,) if task.auto.team else tuple(standing.acts)
        first = [at for team in teams if (at := standing.acts.get(team, {}).get(task.auto.action)) is not None]
        # Only the first time of an action is kept here; where that was before the inject, the review tells.
        if not first or min(first) >= inject.since:
            yield task.id, Stopwatch(since=inject.since, done=min(first, default=None))


def take(conduct: Conduct, seat: Seat, saying: Saying) -> None:
    """Do what a seat says. Raises Refused where it may not, or where it does not fit."""
    match saying:
        case Wrote():
            text = _short(saying.text)
            conduct.act(seat.team, saying.action, text, saying.by, entry=saying.id, corrects=saying.corrects)
        case Edits():
            if seat.judges and not draws(seat, info(conduct.scenario, seat).side):
                raise Refused(Message("Observers and evaluators do not change the picture of a team."))
            conduct.edit(seat.team, edit_of(saying))
        case Plans():
            if saying.entity not in {planner.entity for planner in info(conduct.scenario, seat).planners}:
                raise Refused(Message("{name} is not of your team.", name=saying.entity))
            conduct.propose(saying.entity, saying.intents, by=saying.by)
        case Rates():
            if not seat.judges:
                raise Refused(Message("Only observers and evaluators rate."))
            conduct.rate(saying.objective, saying.task, saying.rating, _short(saying.note), by=saying.by, at=saying.at)
        case CallsNoDuff():
            conduct.no_duff(_short(saying.text), team=seat.team, by=saying.by)


def _short(text: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise Refused(Message("The text is longer than {limit} characters.", limit=LONGEST_TEXT))
    return text
