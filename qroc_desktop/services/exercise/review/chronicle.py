"""The course of a run as a list that people read: what was told, decided, found and commanded, in the order of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum

import msgspec

from qroc_desktop.domain.instant import Instant
from qroc_desktop.exercise.clock import Reading
from qroc_desktop.exercise.events import (
    Acted,
    Begun,
    Branched,
    Cancelled,
    Committed,
    Declined,
    Edited,
    Event,
    Fired,
    Held,
    Improvised,
    NoDuff,
    Proposed,
    Rated,
    Rearmed,
    Released,
    Remarked,
    Resumed,
    Shifted,
    Spotted,
)
from qroc_desktop.exercise.recording import Recording
from qroc_desktop.exercise.scenario import called
from qroc_desktop.exercise.vocabulary import ClockState
from qroc_desktop.exercise.world import World


class MarkKind(StrEnum):
    """What a line of the chronicle tells."""

    INJECT = "inject"
    IMPROVISED = "improvised"
    BEGUN = "begun"
    HELD = "held"
    RELEASED = "released"
    SKIPPED = "skipped"
    PASSED = "passed"
    SHIFTED = "shifted"
    BRANCH = "branch"
    DETECTION = "detection"
    ACTION = "action"
    PLAN = "plan"
    RATING = "rating"
    REMARK = "remark"
    NO_DUFF = "no-duff"
    RESUMED = "resumed"
    BRANCHED = "branched"
    PAUSE = "pause"
    JUMP = "jump"
    SPEED = "speed"


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """One line.

    team: whose it is, several divided by commas, or empty. ref: the inject, entity, branch or objective that it is
    about. step: of a plan: proposed, declined or accepted; of an action: corrected, where it takes the place of an
    earlier entry. value: milliseconds of a shift, a pause (of the wall clock),
    a jump's goal, a detection's delay. wall: by the wall clock, where that was recorded. seq: of the event in the
    record, 0 for a command to the clock.
    """

    t: int
    kind: MarkKind
    text: str = ""
    team: str = ""
    ref: str = ""
    storyline: str = ""
    step: str = ""
    by: str = ""
    value: int | None = None
    wall: Instant | None = None
    seq: int = 0


class Chronicle:
    """Makes the lines of one run. `language`: of the scenario's texts."""

    def __init__(self, recording: Recording, events: Sequence[Event], world: World, language: str) -> None:
        self._events = events
        self._controls = recording.controls()
        self._world = world
        self._language = language
        self._branches = recording.ground.branches
        entities = recording.scenario.entities
        self._names = {entity.id: called(entity, language) for entity in entities}
        self._roles = {role.id: called(role, language) for role in recording.scenario.roles}
        self._teams = {entity.id: entity.team for entity in entities}

    def marks(self) -> list[Mark]:
        """All of them, in the order of scenario time; of one instant, in the order of the record."""
        numbered = enumerate(self._events, start=1)
        lines = [mark for seq, event in numbered if (mark := self._mark(seq, event)) is not None]
        return sorted([*lines, *self._clock()], key=lambda mark: mark.t)

    def wall(self) -> tuple[Instant | None, Instant | None, bool]:
        """When it was started and ended by the wall clock, and whether it is over."""
        began = next((wall for wall, reading in self._controls if reading.running), None)
        if began is None and self._controls:
            began = self._controls[0][0]
        over = bool(self._controls) and self._controls[-1][1].state is ClockState.STOPPED
        return began, self._controls[-1][0] if over else None, over

    # --- parts -----------------------------------------------------------------------------------

    def _mark(self, seq: int, event: Event) -> Mark | None:
        match event:
            case Edited():
                return None  # what a team draws is seen on its map; each step as a line would hide all others
            case Fired() | Begun() | Held() | Released() | Cancelled() | Improvised():
                return self._inject(seq, event)
            case Proposed() | Declined() | Committed():
                return self._plan(seq, event)
            case Acted() | Spotted() | Rated() | Remarked():
                return self._done(seq, event)
            case Branched() | Rearmed():
                return _mark(seq, event, MarkKind.BRANCH, event.branch, ref=event.branch)
            case Shifted():
                return _mark(seq, event, MarkKind.SHIFTED, value=event.by_ms, by=event.by)
            case NoDuff():
                return _mark(seq, event, MarkKind.NO_DUFF, event.text, team=event.team, by=event.by)
            case Resumed():
                kind = MarkKind.BRANCHED if event.branched else MarkKind.RESUMED
                return _mark(seq, event, kind, by=event.by)

    def _done(self, seq: int, event: Acted | Spotted | Rated | Remarked) -> Mark:
        match event:
            case Acted():
                text = event.text or event.action
                made = _mark(seq, event, MarkKind.ACTION, text, team=event.team, ref=event.action, by=event.by)
                return msgspec.structs.replace(made, step="corrected") if event.corrects else made
            case Spotted():
                name = self._names.get(event.entity, event.entity)
                wait = event.known - event.t
                return _mark(seq, event, MarkKind.DETECTION, name, team=event.team, ref=event.entity, value=wait)
            case Rated():
                text = " ".join(part for part in (str(event.rating or ""), event.note) if part)
                return _mark(seq, event, MarkKind.RATING, text, ref=event.task or event.objective, by=event.by)
            case Remarked():
                return _mark(seq, event, MarkKind.REMARK, event.text, ref=event.objective, by=event.by)

    def _inject(self, seq: int, event: Fired | Begun | Held | Released | Cancelled | Improvised) -> Mark:
        inject = event.inject if isinstance(event, Improvised) else self._world.inject(event.inject)
        match event:
            case Improvised():
                kind = MarkKind.IMPROVISED
            case Fired():
                kind = MarkKind.INJECT
            case Begun():
                kind = MarkKind.BEGUN
            case Held():
                kind = MarkKind.HELD
            case Released():
                kind = MarkKind.RELEASED
            case Cancelled():
                kind = MarkKind.PASSED if event.passed else MarkKind.SKIPPED
        title = " ".join(part for part in (inject.no, called(inject, self._language)) if part)
        team = ", ".join([*inject.to.teams, *(self._roles.get(role, role) for role in inject.to.roles)])
        return msgspec.structs.replace(
            _mark(seq, event, kind, title, team=team, ref=inject.id, by=event.by), storyline=inject.storyline
        )

    def _plan(self, seq: int, event: Proposed | Declined | Committed) -> Mark:
        name = self._names.get(event.entity, event.entity)
        reason = event.reason if isinstance(event, Declined | Committed) else ""
        text = f"{name}: {reason}" if reason else name
        team = self._teams.get(event.entity, "")
        return msgspec.structs.replace(
            _mark(seq, event, MarkKind.PLAN, text, team=team, ref=event.entity, by=event.by),
            step={Proposed: "proposed", Declined: "declined", Committed: "accepted"}[type(event)],
        )

    def _clock(self) -> Iterator[Mark]:
        """Pauses by the wall clock, jumps and changes of speed."""
        before: Reading | None = None
        jumped: Mark | None = None
        for place, (wall, reading) in enumerate(self._controls):
            moved = before is not None and reading.t != before.t and not before.running
            if moved and before is not None:
                # A long jump is made in stages, so that the teams' time sliders show the way.
                jumped = jumped or Mark(t=before.t, kind=MarkKind.JUMP, wall=wall)
                jumped = msgspec.structs.replace(jumped, value=reading.t)
            elif jumped is not None:
                yield jumped
                jumped = None
            if before is not None and reading.running and reading.speed != before.speed:
                yield Mark(t=reading.t, kind=MarkKind.SPEED, text=f"{reading.speed:g}", wall=wall)
            if before is not None and (before.state, reading.state) == (ClockState.STARTED, ClockState.PAUSED):
                yield Mark(t=reading.t, kind=MarkKind.PAUSE, wall=wall, value=self._waited(place))
            before = reading
        if jumped is not None:
            yield jumped

    def _waited(self, place: int) -> int | None:
        """Milliseconds of the wall clock from a pause to the command that ended it."""
        wall = self._controls[place][0]
        for at, reading in self._controls[place + 1 :]:
            if reading.state is not ClockState.PAUSED:
                return (at - wall) // 1000
        return None


def _mark(
    seq: int, event: Event, kind: MarkKind, text: str = "", *, team: str = "", ref: str = "", by: str = "",
    value: int | None = None,
) -> Mark:  # fmt: skip
    return Mark(t=event.t, kind=kind, text=text, team=team, ref=ref, by=by, value=value, seq=seq)
