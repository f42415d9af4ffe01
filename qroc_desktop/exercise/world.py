"""The state of a run at an instant: a fold of the scenario and the events up to then.

`World.take` is the only way in; it is pure: no wall clock, no chance, no order of dictionaries. Two worlds that took
the same events have equal bytes (`canonical`), whichever way they came there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

import msgspec

from qroc_desktop.domain import geodesy
from qroc_desktop.exercise.conditions import LonLat
from qroc_desktop.exercise.edit_log import EditLog, counted
from qroc_desktop.exercise.edits import EditStanding
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
    PlannedLeg,
    Proposed,
    Rated,
    Rearmed,
    Released,
    Remarked,
    Resumed,
    Shifted,
    Spotted,
)
from qroc_desktop.exercise.motion import Courses, Leg, Track
from qroc_desktop.exercise.scenario import (
    Branch,
    Effect,
    Entity,
    Inject,
    Objective,
    Rules,
    Scenario,
    Visibility,
    ms,
    rules_of,
)
from qroc_desktop.exercise.standing import (
    EntityStanding,
    InjectStanding,
    Judgement,
    PlanStanding,
    Sighting,
    Standing,
)
from qroc_desktop.exercise.vocabulary import InjectState

_encoder = msgspec.json.Encoder(order="deterministic")
_decoder = msgspec.json.Decoder(Standing)


class Ground:
    """What a scenario says once and for all, laid out for looking up. Shared by every world of a run."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.entities: dict[str, Entity] = {entity.id: entity for entity in scenario.entities}
        self.injects: dict[str, Inject] = {inject.id: inject for inject in scenario.injects}
        self.branches: dict[str, Branch] = {branch.id: branch for branch in scenario.branches}
        self.objectives: dict[str, Objective] = {objective.id: objective for objective in scenario.objectives}
        self.duration = ms(scenario.duration_s)
        self._tracks: dict[str, Track] = {}
        self._legs: dict[tuple[str, int], tuple[LonLat, PlannedLeg, Leg]] = {}

    def track(self, entity: str) -> Track:
        """The course of an entity; laid out when it is first asked for."""
        found = self._tracks.get(entity)
        if found is None:
            found = self._tracks[entity] = Track(self.entities[entity])
        return found

    def leg(self, which: tuple[str, int], start: LonLat, planned: PlannedLeg) -> Leg:
        """A leg of an entity's plan, laid out; the last one of each is kept, since it is asked for at every step."""
        held = self._legs.get(which)
        if held is None or held[0] != start or held[1] is not planned:
            leg = Leg((start, *planned.points), planned.starts, planned.ends)
            held = self._legs[which] = start, planned, leg
        return held[2]

    def lay_out(self) -> None:
        """Have all tracks laid out now, so that no frame waits for it: five seconds for a million states."""
        self.courses.positions(0)

    @cached_property
    def courses(self) -> Courses:
        """All tracks together."""
        return Courses({entity: self.track(entity) for entity in self.entities})

    @cached_property
    def rules(self) -> dict[str, Rules]:
        """The rules of visibility by team."""
        return rules_of(self.scenario)

    @cached_property
    def detections(self) -> tuple[Visibility, ...]:
        """Who detects what, in the scenario's order."""
        return tuple(rule for rule in self.scenario.visibility if rule.detector is not None and rule.entity)


class World:
    """A run at one instant. Answers what conditions ask (`conditions.Facts`)."""

    def __init__(
        self, ground: Ground, t: int = 0, standing: Standing | None = None, edits: EditLog | None = None
    ) -> None:
        self.ground = ground
        self.t = t
        self.edits = edits if edits is not None else EditLog()
        self.standing = standing if standing is not None else _beginning(ground.scenario)

    # --- the fold --------------------------------------------------------------------------------

    def take(self, event: Event) -> None:
        """Fold one event in. Events come in the order of their recording."""
        self.t = event.t
        self.standing.events += 1
        match event:
            case Fired() | Begun() | Held() | Released() | Cancelled() | Improvised() | Shifted():
                self._take_inject(event)
            case Branched(branch=branch):
                self._branch(self.ground.branches[branch])
            case Rearmed(branch=branch):
                self.standing.waiting.discard(branch)
            case Spotted():
                self._spot(event)
            case Proposed() | Declined() | Committed():
                self._plan(event)
            case Acted() | Edited():
                self._do(event)
            case NoDuff() | Resumed():
                self.standing.no_duff = event if isinstance(event, NoDuff) else None
            case Rated() | Remarked():
                self._judge(event)

    def take_all(self, events: Iterable[Event], until: int) -> World:
        """Fold several and come to rest at `until`."""
        for event in events:
            self.take(event)
        self.t = until
        return self

    # --- what it is ------------------------------------------------------------------------------

    def inject(self, inject: str) -> Inject:
        """An inject of the scenario or an improvised one. KeyError where there is none."""
        found = self.ground.injects.get(inject)
        return found if found is not None else self.standing.improvised[inject]

    def present(self, entity: str) -> bool:
        """Whether an entity is in the world."""
        standing = self.standing.entities.get(entity)
        return entity in self.ground.entities and (standing is None or standing.present)

    def due(self, at: int) -> int:
        """When comes what the scenario has at `at`, both in milliseconds: what was due is later by every shift since,
        and what a shift found passed stays passed."""
        return _shifted(at, self.standing.shifts)

    def due_after(self, inject: str, delay: int) -> int | None:
        """When comes what follows an inject's execution by so many milliseconds; None where it was not executed."""
        standing = self.standing.injects.get(inject)
        if standing is None or standing.state is not InjectState.EXECUTED:
            return None
        return _shifted(standing.since + delay, self.standing.shifts[standing.shifts :])

    def position(self, entity: str) -> LonLat | None:
        """Where an entity is; None where it is nowhere or not there."""
        standing = self.standing.entities.get(entity)
        if standing is None:
            return self.ground.track(entity).position(self.t) if entity in self.ground.entities else None
        if not standing.present:
            return None
        if standing.moved is None and not standing.legs:
            return self.ground.track(entity).position(self.t)
        return self._led(entity, standing)

    def positions(self) -> dict[str, LonLat | None]:
        """Where everything is that is in the world, by identifier."""
        found = self.ground.courses.positions(self.t)
        for entity, standing in self.standing.entities.items():
            if not standing.present:
                found.pop(entity, None)
            elif standing.moved is not None or standing.legs:
                found[entity] = self._led(entity, standing)
        return found

    def props(self, entity: str) -> dict[str, Any]:
        """Status, symbol and properties."""
        held = dict(self.ground.track(entity).props(self.t))
        standing = self.standing.entities.get(entity)
        if standing is not None:
            held |= standing.props
            if standing.vehicle:
                held["vehicle"] = standing.vehicle
        return held

    def whereabouts(self) -> dict[str, tuple[LonLat | None, Any]]:
        """Place and status of everything that is in the world, by identifier."""
        found = self.ground.courses.whereabouts(self.t)
        for entity, standing in self.standing.entities.items():
            if not standing.present:
                found.pop(entity, None)
            elif entity in found:
                found[entity] = self.position(entity), self.props(entity)["status"]
        return found

    def hidden(self, entity: str) -> bool:
        """Whether it hides now, by a leg of its plan."""
        standing = self.standing.entities.get(entity)
        return standing is not None and any(leg.hide and leg.starts <= self.t < leg.ends for leg in standing.legs)

    # --- what conditions ask ---------------------------------------------------------------------

    def now(self) -> int:
        """Scenario milliseconds."""
        return self.t

    def executed_at(self, inject: str) -> int | None:
        """When an inject was executed, or None."""
        standing = self.standing.injects.get(inject)
        return standing.since if standing is not None and standing.state is InjectState.EXECUTED else None

    def prop(self, entity: str, name: str) -> object:
        """A property of an entity; None where there is none."""
        if not self.present(entity):
            return None
        standing = self.standing.entities.get(entity)
        if standing is None:
            return self.ground.track(entity).prop(name, self.t)
        return self.props(entity).get(name)

    def has_seen(self, team: str, entity: str) -> bool:
        """Whether a team knows of a detection by now."""
        seen = self.standing.sightings.get(team, {}).get(entity, ())
        return any(sighting.known <= self.t for sighting in seen)

    def acted(self, team: str, action: str) -> int | None:
        """When a team first recorded an action."""
        return self.standing.acts.get(team, {}).get(action)

    def has_said(self, team: str, entry: str) -> bool:
        """Whether an entry of a team's logbook is in the record."""
        return any(said.id == entry for said in self.standing.said.get(team, ()))

    def edited(self, team: str) -> EditStanding:
        """How it stands with what a team has edited."""
        return (self.standing.edited or {}).get(team, EditStanding())

    def metres(self, a: LonLat, b: LonLat) -> float:
        """Along the geodesic."""
        return geodesy.distance(a, b)

    def sighting(self, team: str, entity: str) -> Sighting | None:
        """The newest detection that a team knows of."""
        known = [s for s in self.standing.sightings.get(team, {}).get(entity, ()) if s.known <= self.t]
        return known[-1] if known else None

    # --- bytes -----------------------------------------------------------------------------------

    def canonical(self) -> bytes:
        """The whole state, positions and properties of all entities included, as JSON in one fixed form."""
        places, props = self.positions(), self.ground.courses.props(self.t)
        props.update((entity, self.props(entity)) for entity in self.standing.entities if entity in props)
        entities = [[entity, places[entity], props[entity]] for entity in self.ground.entities if entity in places]
        return _encoder.encode([self.t, self.standing, entities])

    def digest(self) -> str:
        """SHA-256 of `canonical`."""
        return hashlib.sha256(self.canonical()).hexdigest()

    def packed(self) -> bytes:
        """What a keyframe keeps."""
        return _encoder.encode(self.standing)

    # --- parts -----------------------------------------------------------------------------------

    def _take_inject(self, event: Fired | Begun | Held | Released | Cancelled | Improvised | Shifted) -> None:
        match event:
            case Fired():
                self._fire(event)
            case Begun(inject=inject):
                self._set(inject, InjectState.IN_PROGRESS)
            case Held(inject=inject):
                self._set(inject, InjectState.ON_HOLD)
            case Released(inject=inject, at=at):
                self._set(inject, InjectState.SCHEDULED, due=self._due_again(inject) if at is None else at)
            case Cancelled(inject=inject):
                self._set(inject, InjectState.CANCELLED)
            case Improvised(inject=inject):
                self.standing.improvised[inject.id] = inject
                self.standing.injects[inject.id] = _scheduled(inject, event.t)
            case Shifted(by_ms=by):
                self._shift(by)

    def _set(self, inject: str, state: InjectState, due: int | None = None) -> None:
        held = self.standing.injects[inject]
        self.standing.injects[inject] = InjectStanding(
            state, held.due if due is None else due, self.t, len(self.standing.shifts)
        )

    def _due_again(self, inject: str) -> int | None:
        trigger = self.inject(inject).trigger
        if trigger.at is not None:
            return max(self.due(ms(trigger.at)), self.t)
        due = None if trigger.after is None else self.due_after(trigger.after.inject, ms(trigger.after.delay_s))
        return None if due is None else max(due, self.t)

    def _fire(self, event: Fired) -> None:
        self._set(event.inject, InjectState.EXECUTED)
        for other, standing in self.standing.injects.items():
            after = self.inject(other).trigger.after
            if after is not None and after.inject == event.inject and standing.state is InjectState.SCHEDULED:
                standing.due = event.t + ms(after.delay_s)
        for effect in self.inject(event.inject).effects:
            self._affect(effect, event.t)

    def _affect(self, effect: Effect, t: int) -> None:
        standing = self.standing.entities.setdefault(effect.entity, EntityStanding())
        if effect.spawn or effect.remove:
            standing.present = not effect.remove
        if effect.position is not None:
            standing.moved, standing.legs = (t, *effect.position), ()
        if effect.along:
            start = self.position(effect.entity) or effect.along[0]
            standing.moved = (t, *start)
            standing.legs = (PlannedLeg(mode="", points=effect.along, starts=t, ends=t + ms(effect.takes_s)),)
        standing.props = {**standing.props, **effect.patch}

    def _shift(self, by: int) -> None:
        self.standing.shifts.append((self.t, by))
        for standing in self.standing.injects.values():
            if standing.state in (InjectState.SCHEDULED, InjectState.ON_HOLD) and standing.due is not None:
                standing.due = max(self.t, standing.due + by)

    def _branch(self, branch: Branch) -> None:
        self.standing.branches[branch.id] = self.standing.branches.get(branch.id, 0) + 1
        self.standing.waiting.add(branch.id)
        for inject in branch.enable:
            if self.standing.injects[inject].state is InjectState.ON_HOLD:
                self._set(inject, InjectState.SCHEDULED, due=self._due_again(inject))
        for inject in branch.disable:
            if self.standing.injects[inject].state in (InjectState.SCHEDULED, InjectState.ON_HOLD):
                self._set(inject, InjectState.CANCELLED)

    def _spot(self, event: Spotted) -> None:
        seen = self.standing.sightings.setdefault(event.team, {}).setdefault(event.entity, [])
        # Of those known by now only the newest matters; those still under way are kept.
        passed = [s for s in seen if s.known <= event.t]
        seen[:] = passed[-1:] + [s for s in seen if s.known > event.t]
        seen.append(Sighting(event.t, event.known, event.place))

    def _plan(self, event: Proposed | Declined | Committed) -> None:
        match event:
            case Proposed():
                self.standing.plans[event.entity] = PlanStanding(proposed=event)
            case Declined():
                self.standing.plans[event.entity] = PlanStanding(declined=event.reason)
            case Committed():
                before = self.standing.plans.pop(event.entity, None)
                if event.reason:
                    asked = before.proposed if before is not None else None
                    self.standing.plans[event.entity] = PlanStanding(changed=event.reason, asked=asked, ruled=event)
                self._commit(event)

    def _do(self, event: Acted | Edited) -> None:
        match event:
            case Acted(team=team, action=action):
                self.standing.acts.setdefault(team, {}).setdefault(action, event.t)
                if event.id and event.text:
                    self.standing.said.setdefault(team, []).append(event)
            case Edited(team=team):
                edited = self.standing.edited or {}
                self.standing.edited = {**edited, team: counted(self.edited(team), event)}
                self.edits.take(event)

    def _judge(self, event: Rated | Remarked) -> None:
        match event:
            case Rated(task=task, rating=rating, by=by):
                self.standing.noted.append(event)
                if task and rating is not None:
                    self.standing.ratings[task] = Judgement(rating, event.seen, by)
            case Remarked(text=""):
                self.standing.remarks.pop(event.id, None)
            case Remarked():
                self.standing.remarks[event.id] = event

    def _commit(self, event: Committed) -> None:
        team = self.ground.entities[event.entity].team
        self.standing.spent[team] = self.standing.spent.get(team, 0.0) + event.cost
        here = self.position(event.entity)
        standing = self.standing.entities.setdefault(event.entity, EntityStanding())
        if here is not None:
            standing.moved = (event.t, *here)
        standing.legs = event.legs
        vehicles = [leg.vehicle for leg in event.legs if leg.vehicle]
        standing.vehicle = vehicles[-1] if vehicles else standing.vehicle

    def _led(self, entity: str, standing: EntityStanding) -> LonLat | None:
        place = self.ground.track(entity).position(self.t) if standing.moved is None else standing.moved[1:]
        for index, leg in enumerate(standing.legs):
            if leg.starts > self.t:
                break
            if leg.points and place is not None:
                place = self.ground.leg((entity, index), place, leg).position(self.t)
        return place


def unpacked(ground: Ground, t: int, data: bytes, edits: EditLog) -> World:
    """The world of a keyframe; `edits` are those before it. Raises msgspec.DecodeError or msgspec.ValidationError for
    what is none."""
    return World(ground, t, _decoder.decode(data), edits)


def _shifted(due: int, shifts: Sequence[tuple[int, int]]) -> int:
    for at, by in shifts:
        if due > at:
            due = max(at, due + by)
    return due


def _beginning(scenario: Scenario) -> Standing:
    hidden = {effect.entity for inject in scenario.injects for effect in inject.effects if effect.spawn}
    return Standing(
        injects={inject.id: _scheduled(inject, 0) for inject in scenario.injects},
        entities={entity: EntityStanding(present=False) for entity in sorted(hidden)},
    )


def _scheduled(inject: Inject, t: int) -> InjectStanding:
    trigger = inject.trigger
    waits = trigger.manual or not inject.enabled or inject.contingent
    due = None if trigger.at is None else ms(trigger.at)
    return InjectStanding(InjectState.ON_HOLD if waits else InjectState.SCHEDULED, due, t)
