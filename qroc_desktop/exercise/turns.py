"""Turns of a plan: what a team proposes for an entity's next turn, and what the directing staff makes of it.

Each of these reckons the event that a command records, for a world at the instant of the command, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from qroc_desktop.errors import Message, Refused
from qroc_desktop.exercise import plans, ruling
from qroc_desktop.exercise.conditions import LonLat
from qroc_desktop.exercise.events import Committed, Proposed
from qroc_desktop.exercise.plans import Intent
from qroc_desktop.exercise.ruling import RuledLeg
from qroc_desktop.exercise.scenario import Budget
from qroc_desktop.exercise.world import World


def proposed(world: World, entity: str, intents: Sequence[Intent], by: str) -> Proposed:
    """A plan of an entity. Raises Refused where it cannot be travelled or its team cannot afford it."""
    allowed = budget(world, entity)
    legs = plans.timed(allowed, _start(world, entity), intents)
    price = plans.affordable(allowed, legs, spent(world, entity))
    return Proposed(t=world.t, entity=entity, legs=legs, cost=price, by=by)


def accepted(world: World, entity: str, most: int | None, reason: str, by: str) -> Committed:
    """What waits, from now on; of its legs only the first `most`. Raises Refused where nothing waits or is left."""
    asked = waiting(world, entity)
    kept = asked.legs[:most]
    if not kept:
        raise Refused(Message("The plan has no leg."))
    cost = asked.cost if kept == asked.legs else plans.cost(budget(world, entity), kept)
    return Committed(t=world.t, entity=entity, legs=plans.begun(kept, world.t), cost=cost, reason=reason, by=by)


def ruled(world: World, entity: str, legs: Sequence[RuledLeg], reason: str, by: str) -> Committed:
    """What the director makes of what waits. Raises Refused where nothing waits, where a leg cannot be travelled so, or
    where it is ruled otherwise without a reason."""
    asked = waiting(world, entity)
    allowed = budget(world, entity)
    timed = ruling.timed(allowed, _start(world, entity), asked.legs, legs)
    if not timed:
        raise Refused(Message("The plan has no leg."))
    otherwise = ruling.changed(asked.legs, timed)
    if otherwise and not reason.strip():
        raise Refused(Message("It is ruled otherwise without a reason; red reads it."))
    cost = plans.cost(allowed, timed) if otherwise else asked.cost
    return Committed(t=world.t, entity=entity, legs=plans.begun(timed, world.t), cost=cost, reason=reason, by=by)


def waiting(world: World, entity: str) -> Proposed:
    """The plan of an entity that the director has not adjudicated yet. Raises Refused where there is none."""
    plan = world.standing.plans.get(entity)
    if plan is None or plan.proposed is None:
        raise Refused(Message("No plan waits for {name}.", name=entity))
    return plan.proposed


def budget(world: World, entity: str) -> Budget:
    """What an entity's team may spend. Raises Refused where it has no budget to plan with."""
    found = world.ground.entities.get(entity)
    if found is None:
        raise Refused(Message("{name} is not defined.", name=entity))
    allowed = world.ground.scenario.budgets.get(found.team)
    if allowed is None:
        raise Refused(Message("{name} plans nothing in this exercise.", name=found.team))
    return allowed


def spent(world: World, entity: str) -> float:
    """Points that an entity's team has spent."""
    return world.standing.spent.get(world.ground.entities[entity].team, 0.0)


def _start(world: World, entity: str) -> LonLat:
    start = world.position(entity)
    if start is None:
        raise Refused(Message("{name} is nowhere to go from.", name=entity))
    return start
