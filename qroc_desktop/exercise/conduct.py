"""Conducting a run: the clock that drives the engine, the director's commands, and the record of both.

Everything goes through here, whoever shows it. `tick` brings the run up to the clock; what was recorded is on the disk
before it is shown. Nothing here waits or sleeps; a caller passes monotonic readings and calls often enough.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec

from qroc_desktop.domain.instant import Clock
from qroc_desktop.errors import Message, Refused
from qroc_desktop.exercise import edits, engine, turns
from qroc_desktop.exercise.clock import Reading, ScenarioClock
from qroc_desktop.exercise.edits import Edit
from qroc_desktop.exercise.events import (
    Acted,
    Begun,
    Cancelled,
    Committed,
    Declined,
    Edited,
    Event,
    Fired,
    Held,
    Improvised,
    NoDuff,
    PlannedLeg,
    Proposed,
    Rated,
    Released,
    Remarked,
    Resumed,
    Shifted,
)
from qroc_desktop.exercise.forking import forked
from qroc_desktop.exercise.plans import Intent
from qroc_desktop.exercise.recording import KEYFRAME_EVERY_MS, Recording
from qroc_desktop.exercise.ruling import RuledLeg
from qroc_desktop.exercise.scenario import Budget, Inject, Scenario, Trigger
from qroc_desktop.exercise.team_files import Shelf
from qroc_desktop.exercise.teams import team_of
from qroc_desktop.exercise.view import TeamView, view_of, views_of
from qroc_desktop.exercise.vocabulary import ClockState, InjectState, Passed, Rating
from qroc_desktop.exercise.world import World

Mono = Callable[[], int]
_ENTRY: Final = re.compile(r"[A-Za-z0-9_.-]{1,100}")
_AHEAD_MS: Final = 60_000
"""At speed 1; a seat that hears nothing goes on by itself for a while."""
_OPEN: Final = frozenset({InjectState.SCHEDULED, InjectState.ON_HOLD, InjectState.IN_PROGRESS})


class Conduct:
    """A run under way. Not for several threads at once.

    Commands raise Refused, in one line, where they do not fit; nothing is changed then.
    """

    def __init__(self, recording: Recording, *, mono: Mono, wall: Clock) -> None:
        """mono: monotonic nanoseconds. wall: for the record of the clock's commands only.

        A run that was interrupted goes on paused, at the instant that was last shown.
        """
        recording.ground.lay_out()
        self._recording = recording
        self._mono = mono
        self._wall = wall
        self._taking: int | None = None
        reading = recording.last_reading()
        self._clock = ScenarioClock(recording.ground.duration, reading)
        self._world = recording.world(reading.t if reading is not None else 0)
        # Events may have been recorded just before the end of the process and their instant not shown yet.
        for _, event in recording.events(after=self._world.standing.events):
            self._world.take(event)
        if self._world.t > self._clock.now(mono()):
            self._clock.set_time(self._world.t)

    # --- how it stands ---------------------------------------------------------------------------

    @property
    def world(self) -> World:
        """The truth, as of the last tick. For the directing staff alone."""
        return self._world

    @property
    def clock(self) -> Reading:
        """How the clock stands."""
        return self._clock.reading(self._mono())

    @property
    def over(self) -> bool:
        """Whether the exercise has ended."""
        return self._clock.state is ClockState.STOPPED

    @property
    def duration(self) -> int:
        """Milliseconds from the beginning to the end."""
        return self._recording.ground.duration

    @property
    def scenario(self) -> Scenario:
        """What it is a run of."""
        return self._recording.scenario

    @property
    def chain(self) -> str:
        """The newest hash of the record."""
        return self._recording.chain()

    def medium(self, name: str) -> bytes | None:
        """A medium of the scenario, None where it has none of that name."""
        return self._recording.medium(name)

    def events(self, after: int = 0) -> list[Event]:
        """What was recorded after so many events."""
        return [event for _, event in self._recording.events(after=after)]

    def view(self, team: str) -> TeamView:
        """What a team sees as of the last tick."""
        return view_of(self._world, team, self._recording.secret)

    def views(self, teams: Iterable[str]) -> dict[str, TeamView]:
        """What several teams see as of the last tick, by team."""
        return views_of(self._world, teams, self._recording.secret)

    # --- what seats say from elsewhere ----------------------------------------------------------

    @property
    def taken(self) -> int:
        """The number of what seats said that was recorded last."""
        return self._recording.taken()

    @contextmanager
    def taking(self, number: int) -> Iterator[None]:
        """What is done within is what the intake has under this number; the record keeps both in one commit, so that
        it is not done again."""
        self._taking = number
        try:
            yield
        finally:
            self._taking = None

    # --- the clock -------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin, or go on after a pause. Not while a real emergency stands."""
        self._no_emergency()
        self.ready()
        fresh = self._clock.state is ClockState.INITIALISED and self._world.t == 0
        self._clock.start(self._mono())
        with self._or_still():
            if fresh:
                with self._kept():
                    self._record(engine.settle(self._world))
            self._noted()

    def ready(self) -> None:
        """Initialise, where that has not been done yet."""
        if self._clock.state is ClockState.RESET:
            self._clock.initialise()
            self._noted()

    def tick(self) -> None:
        """Bring the run up to the clock; at the end of the scenario it stops."""
        reading = self._clock.reading(self._mono())
        with self._or_still():
            self._advance(reading.t)
            self._recording.pulse(reading)
        if reading.running and reading.t >= self._recording.ground.duration:
            self.stop()

    def pause(self) -> None:
        """Hold scenario time."""
        self._clock.pause(self._mono())
        with self._or_still():
            self._advance(self._clock.now(self._mono()))
            self._noted()

    def halt(self) -> None:
        """Hold scenario time at what was shown last, without a word in the record: there is trouble with the disk."""
        if self._clock.state is ClockState.STARTED:
            self._clock.halt(self._world.t)

    def stop(self) -> None:
        """End of the exercise."""
        self._clock.stop(self._mono())
        with self._or_still():
            self._advance(self._clock.now(self._mono()))
            self._recording.frame(self._world)
            self._noted()

    def set_speed(self, speed: float) -> None:
        """From 0 to 64."""
        self._clock.set_speed(speed, self._mono())
        with self._or_still():
            self._noted()

    def jump(self, t: int, passed: Passed) -> None:
        """Go to a later instant (milliseconds), only while paused; to go back, fork. Not in a real emergency."""
        self._no_emergency()
        if t < self._world.t:
            raise Refused(
                Message("A run does not go back: what was recorded stays."),
                action=Message("Make a fork at the earlier time, or look at it in the review."),
            )
        self._clock.set_time(t)
        with self._or_still():
            self._advance(t, passed)
            self._noted()
        if t >= self.duration:
            self.stop()

    def passed_by(self, t: int) -> list[str]:
        """The injects that a jump to `t` would pass, in their order."""
        trial = self._recording.world(self._world.t)
        return [event.inject for event in engine.advance(trial, t) if isinstance(event, Fired)]

    # --- injects ---------------------------------------------------------------------------------

    def fire(self, inject: str, by: str = "") -> None:
        """Execute an inject now. Not while a real emergency stands."""
        self._no_emergency()
        t = self._now()
        self._standing(inject, _OPEN)
        self._do(Fired(t=t, inject=inject, by=by))

    def begin(self, inject: str, by: str = "") -> None:
        """Somebody is about to tell it."""
        self._no_emergency()
        t = self._now()
        self._standing(inject, {InjectState.SCHEDULED, InjectState.ON_HOLD})
        self._do(Begun(t=t, inject=inject, by=by))

    def hold(self, inject: str, by: str = "") -> None:
        """Keep it back until it is released or fired."""
        t = self._now()
        self._standing(inject, {InjectState.SCHEDULED, InjectState.IN_PROGRESS})
        self._do(Held(t=t, inject=inject, by=by))

    def release(self, inject: str, at: int | None = None, by: str = "") -> None:
        """Schedule it again; `at`: a new time in milliseconds, not before now. Not while a real emergency stands,
        since what is due at once is told at once."""
        self._no_emergency()
        t = self._now()
        self._standing(inject, {InjectState.ON_HOLD, InjectState.SCHEDULED, InjectState.CANCELLED})
        if at is not None and at < t:
            raise Refused(Message("This time has passed."))
        self._do(Released(t=t, inject=inject, at=at, by=by))

    def skip(self, inject: str, by: str = "") -> None:
        """It will not be executed."""
        t = self._now()
        self._standing(inject, _OPEN)
        self._do(Cancelled(t=t, inject=inject, by=by))

    def improvise(self, inject: Inject, by: str = "") -> None:
        """An inject that nobody had planned; with a manual trigger it is executed at once. Not in a real emergency."""
        self._no_emergency()
        t = self._now()
        if inject.id in self._world.standing.injects:
            raise Refused(Message("There is an inject of this name already."), where=inject.id)
        known = {team.id for team in self._recording.scenario.teams}
        if unknown := [team for team in inject.to.teams if team not in known]:
            raise Refused(Message("{name} is not defined.", name=unknown[0]), where=inject.id)
        for effect in inject.effects:
            if effect.entity not in self._recording.ground.entities:
                raise Refused(Message("{name} is not defined.", name=effect.entity), where=inject.id)
        at_once = inject.trigger.manual
        scheduled = msgspec.structs.replace(inject, trigger=Trigger(at=t / 1000)) if at_once else inject
        self._do(Improvised(t=t, inject=scheduled, by=by))

    def shift(self, by_ms: int, by: str = "") -> None:
        """Everything that is still due by the clock comes so much later, or earlier. Not in a real emergency."""
        self._no_emergency()
        t = self._now()
        self._do(Shifted(t=t, by_ms=by_ms, by=by))

    # --- players and evaluators ------------------------------------------------------------------

    def propose(self, entity: str, intents: Sequence[Intent], by: str = "") -> Proposed:
        """A plan for an entity's next turn, in place of one that still waits. Raises Refused where it is not possible
        or the budget of its team does not allow it."""
        self._now()
        proposed = turns.proposed(self._world, entity, intents, by)
        self._do(proposed)
        return proposed

    def accept(self, entity: str, by: str = "", *, legs: int | None = None, reason: str = "") -> None:
        """What was proposed happens from now on; of its legs only the first so many, where the director cuts it."""
        self._now()
        self._do(turns.accepted(self._world, entity, legs, reason, by))

    def rule(self, entity: str, ruled: Sequence[RuledLeg], reason: str, by: str = "") -> Committed:
        """Of what was proposed happens from now on what the director makes of it; red reads the reason. What was
        proposed stays in the record as it was. Raises Refused where a leg cannot be travelled so, or where it is ruled
        otherwise without a reason."""
        self._now()
        made = turns.ruled(self._world, entity, ruled, reason, by)
        self._do(made)
        return made

    def decline(self, entity: str, reason: str, by: str = "") -> None:
        """What was proposed does not happen; red learns why."""
        t = self._now()
        turns.waiting(self._world, entity)
        self._do(Declined(t=t, entity=entity, reason=reason, by=by))

    def budget(self, entity: str) -> Budget:
        """What an entity's team may spend. Raises Refused where it has no budget to plan with."""
        return turns.budget(self._world, entity)

    def spent(self, entity: str) -> float:
        """Points that an entity's team has spent."""
        return turns.spent(self._world, entity)

    def commit(self, entity: str, legs: Sequence[PlannedLeg], cost: float, by: str = "") -> None:
        """Legs of a turn as the director has adjudicated them, whether or not they were proposed so."""
        self._no_emergency()
        t = self._now()
        if not self._world.present(entity):
            raise Refused(Message("{name} is not defined.", name=entity))
        self._do(Committed(t=t, entity=entity, legs=tuple(legs), cost=cost, by=by))

    def act(
        self, team: str, action: str = "", text: str = "", by: str = "", *, entry: str = "", corrects: str = ""
    ) -> None:
        """A team decided or did something. entry: its id in the team's logbook, where it wrote one; what is recorded
        already is not recorded again."""
        t = self._now()
        self._require_names(team, entry, corrects)
        if not (entry and self._world.has_said(team, entry)):
            self._do(Acted(t=t, team=team, action=action, text=text, by=by, id=entry, corrects=corrects))

    def edit(self, team: str, edit: Edit) -> None:
        """A team changed its own picture, see `edits`; what is recorded already is not recorded again."""
        t = self._now()
        self._require_names(team)
        edit = edits.checked(edit)
        if edit.id in self._world.edits.ids(team):
            return
        edits.require_room(self._world.edited(team), edit)
        self._do(
            Edited(t=t, team=team, id=edit.id, label=edit.label, undoes=edit.undoes, by=edit.by, touches=edit.touches)
        )

    @property
    def files(self) -> Shelf:
        """The files of items in the record."""
        return self._recording.files

    def edited(self, team: str) -> Set[str]:
        """The ids of a team's edits in the record."""
        return self._world.edits.ids(team)

    def rate(
        self, objective: str, task: str, rating: Rating | None, note: str, by: str = "", at: int | None = None
    ) -> None:
        """An evaluator's rating or observation, also after the end. `at`: when it was seen, in milliseconds; a seat
        elsewhere may reckon a little ahead."""
        t = self._world.t if self.over else self._now()
        if at is not None and not 0 <= at <= t + _AHEAD_MS * max(1.0, self.clock.speed):
            raise Refused(Message("Nobody can have seen that yet: its time is still to come, or before the beginning."))
        at = None if at is None else min(at, t)
        found = self._recording.ground.objectives.get(objective)
        if found is None or (task and task not in {entry.id for entry in found.tasks}):
            raise Refused(Message("{name} is not defined.", name=task or objective))
        self._do(Rated(t=t, objective=objective, task=task, rating=rating, note=note, at=at, by=by))

    def remark(self, remark: Remarked) -> None:
        """A conclusion of the review, also after the end. Its time is set here."""
        t = self._world.t if self.over else self._now()
        if remark.objective and remark.objective not in self._recording.ground.objectives:
            raise Refused(Message("{name} is not defined.", name=remark.objective))
        self._do(msgspec.structs.replace(remark, t=t))

    # --- a real emergency ------------------------------------------------------------------------

    def no_duff(self, text: str = "", team: str = "", by: str = "") -> None:
        """A real emergency: everything stands still at once. Called again it may say more about what has happened."""
        t = self._now()
        if self._world.standing.no_duff is None or text:
            self._do(NoDuff(t=t, text=text, team=team, by=by))
        if self._clock.state is ClockState.STARTED:
            self.pause()

    def emergency_over(self, by: str = "") -> None:
        """The real emergency is over; the clock stays as it is until it is started."""
        t = self._now()
        if self._world.standing.no_duff is None:
            raise Refused(Message("There is no real emergency."))
        self._do(Resumed(t=t, by=by))

    # --- forks -----------------------------------------------------------------------------------

    def fork(self, path: Path, t: int | None = None) -> Recording:
        """A new run that shares the record up to `t` (now where None) and goes on from there, paused."""
        return forked(self._recording, path, self._world.t if t is None else t, self._wall)

    # --- parts -----------------------------------------------------------------------------------

    def _no_emergency(self) -> None:
        """Before anything by which players would be told something."""
        if self._world.standing.no_duff is not None:
            raise Refused(
                Message("NO DUFF: a real emergency stands. The exercise does not go on."),
                action=Message("End the emergency first, when everybody has heard that it is over."),
            )

    def _require_names(self, team: str, *names: str) -> None:
        try:
            team_of(self._recording.scenario, team)
        except KeyError:
            raise Refused(Message("{name} is not defined.", name=team)) from None
        if wrong := next((name for name in names if name and not _ENTRY.fullmatch(name)), ""):
            raise Refused(Message("This is no identifier."), where=wrong[:80])

    def _standing(self, inject: str, allowed: frozenset[InjectState] | set[InjectState]) -> None:
        standing = self._world.standing.injects.get(inject)
        if standing is None:
            raise Refused(Message("{name} is not defined.", name=inject))
        if standing.state not in allowed:
            raise Refused(
                Message("The inject does not stand so that this can be done."), where=f"{inject}: {standing.state}"
            )

    def _do(self, event: Event) -> None:
        """Record a command and what follows from it at once."""
        with self._kept():
            self._world.take(event)
            self._recording.append([event, *engine.settle(self._world)], self._world, taken=self._taking)

    def _now(self) -> int:
        """The instant of a command: the run is brought up to the clock before."""
        if self._clock.state in (ClockState.RESET, ClockState.STOPPED):
            raise Refused(Message("The exercise is not under way."), where=str(self._clock.state))
        with self._or_still():
            self._advance(self._clock.now(self._mono()))
        return self._world.t

    def _advance(self, t: int, passed: Passed = Passed.FIRE) -> None:
        while self._world.t < t:
            # In pieces, so that a long way has its keyframes; the pieces make no difference to what happens.
            piece = min(t, (self._world.t // KEYFRAME_EVERY_MS + 1) * KEYFRAME_EVERY_MS)
            with self._kept():
                self._record(engine.advance(self._world, piece, passed))

    @contextmanager
    def _or_still(self) -> Iterator[None]:
        """Where the record cannot be written, scenario time stands still at what was recorded last, until somebody
        starts it again: nothing is lost, and nothing bursts out when there is room again."""
        try:
            yield
        except BaseException:
            self._clock.halt(self._world.t)
            raise

    @contextmanager
    def _kept(self) -> Iterator[None]:
        """What could not be recorded has not happened: the world is again what the record says."""
        t = self._world.t
        try:
            yield
        except BaseException:
            self._world = self._recording.world(t)
            raise

    def _record(self, events: list[Event]) -> None:
        if events:
            self._recording.append(events, self._world)
        elif self._world.t % KEYFRAME_EVERY_MS == 0:
            self._recording.frame(self._world)

    def _noted(self) -> None:
        """The clock in the record, which is brought up to it first: whoever follows the record shows the instant that
        it says, and must not show it before what happened until then."""
        reading = self._clock.reading(self._mono())
        self._advance(reading.t)
        self._recording.control(reading, self._wall())
