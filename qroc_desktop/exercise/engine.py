"""What happens next: from a world at one instant to the events on the way to a later one.

`advance` is a pure function of world and target. What is due happens at its own instant, whatever the size of the
step, so that a run played at any speed, jumped or stepped has the same record. Conditions that time alone can change,
and detectors, are asked at whole seconds of scenario time; everything else after each event.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

from qroc_desktop.domain import geodesy
from qroc_desktop.exercise import chance
from qroc_desktop.exercise.conditions import Condition, LonLat, continuous, holds
from qroc_desktop.exercise.events import Branched, Cancelled, Event, Fired, Held, Rearmed, Spotted
from qroc_desktop.exercise.scenario import Visibility, ms
from qroc_desktop.exercise.vocabulary import InjectState, Passed
from qroc_desktop.exercise.world import World

STEP_MS: Final = 1000
_MOST_ROUNDS: Final = 1000
"""Branches that set one another off are ended here; validation warns of such rings."""
_TURN: Final = 360.0


def advance(world: World, to: int, passed: Passed = Passed.FIRE) -> list[Event]:
    """The events after `world.t` up to and with `to` (milliseconds), already folded into `world`, which ends at `to`.

    passed: whether injects on the way are executed, cancelled (SKIP) or put on hold for the director (LIST).
    """
    # At the very beginning nothing has been asked yet; later everything is settled that could be.
    happened: list[Event] = settle(world, passed) if world.t == 0 else []
    while (instant := _next(world, to)) is not None:
        world.t = instant
        happened.extend(_at_instant(world, passed))
    world.t = to
    return happened


def settle(world: World, passed: Passed = Passed.FIRE) -> list[Event]:
    """The events that follow at once, at `world.t`, from what was just recorded; folded in."""
    return list(_consequences(world, passed))


def _next(world: World, to: int) -> int | None:
    """The first instant after now at which something may happen."""
    after = world.t
    instants = [
        standing.due
        for standing in world.standing.injects.values()
        if standing.state is InjectState.SCHEDULED and standing.due is not None and after < standing.due <= to
    ]
    if _needs_steps(world):
        step = (after // STEP_MS + 1) * STEP_MS
        if step <= to:
            instants.append(step)
    return min(instants, default=None)


def _needs_steps(world: World) -> bool:
    return bool(world.ground.detections) or any(continuous(condition) for condition in _open_conditions(world))


def _open_conditions(world: World) -> Iterator[Condition]:
    for branch in world.ground.scenario.branches:
        if world.standing.branches.get(branch.id, 0) < branch.max_fires:
            yield branch.when
    for inject, standing in world.standing.injects.items():
        when = world.inject(inject).trigger.when
        if when is not None and standing.state is InjectState.SCHEDULED:
            yield when


def _at_instant(world: World, passed: Passed) -> Iterator[Event]:
    if world.t % STEP_MS == 0:
        for event in list(_looks(world)):
            world.take(event)
            yield event
    yield from _consequences(world, passed)


def _consequences(world: World, passed: Passed) -> Iterator[Event]:
    rounds = 0
    while rounds < _MOST_ROUNDS:
        event = _due(world, passed)
        if event is None:
            # Each inject comes once; only branches can go round in a ring.
            event, rounds = _branching(world), rounds + 1
        if event is None:
            return
        world.take(event)
        yield event


def _due(world: World, passed: Passed) -> Event | None:
    """The first inject, by due time and then in the scenario's order, whose moment has come."""
    found: tuple[int, str] | None = None
    for inject, standing in world.standing.injects.items():
        if standing.state is not InjectState.SCHEDULED:
            continue
        when = world.inject(inject).trigger.when
        due = standing.due if standing.due is not None else (world.t if when and holds(when, world) else None)
        if due is not None and due <= world.t and (found is None or due < found[0]):
            found = (due, inject)
    if found is None:
        return None
    match passed:
        case Passed.FIRE:
            return Fired(t=world.t, inject=found[1])
        case Passed.SKIP:
            return Cancelled(t=world.t, inject=found[1], passed=True)
        case Passed.LIST:
            return Held(t=world.t, inject=found[1])


def _branching(world: World) -> Event | None:
    for branch in world.ground.scenario.branches:
        if world.standing.branches.get(branch.id, 0) >= branch.max_fires:
            continue
        true, waits = holds(branch.when, world), branch.id in world.standing.waiting
        if true and not waits:
            return Branched(t=world.t, branch=branch.id)
        if waits and not true:
            return Rearmed(t=world.t, branch=branch.id)
    return None


def _looks(world: World) -> Iterator[Spotted]:
    """What detectors find at this instant. A look has a chance of its own: nothing depends on looks before it."""
    for rule in world.ground.detections:
        detector = rule.detector
        if detector is None or world.t % max(STEP_MS, ms(detector.every_s)):
            continue
        place = world.position(rule.entity)
        if place is None or world.hidden(rule.entity) or not _in_range(world, rule, place, detector.range_m):
            continue
        subject = f"{rule.team}\0{rule.entity}"
        look = 2 * (world.t // STEP_MS)
        if chance.uniform(world.ground.scenario.seed, subject, look) < detector.pd:
            told = _told(place, rule.error_m, chance.normal_pair(world.ground.scenario.seed, subject, look + 1))
            known = world.t + ms(detector.delay_s)
            yield Spotted(t=world.t, team=rule.team, entity=rule.entity, place=told, known=known)


def _in_range(world: World, rule: Visibility, place: LonLat, metres: float) -> bool:
    own = (entity.id for entity in world.ground.scenario.entities if entity.team == rule.team)
    places = (world.position(entity) for entity in own)
    return any(where is not None and geodesy.distance(where, place) <= metres for where in places)


def _told(place: LonLat, error_m: float, drawn: tuple[float, float]) -> LonLat:
    if error_m <= 0:
        return place
    east, north = drawn[0] * error_m, drawn[1] * error_m
    lon, lat = geodesy.destination(place, math.degrees(math.atan2(east, north)) % _TURN, math.hypot(east, north))
    return round(lon, 6), round(lat, 6)
