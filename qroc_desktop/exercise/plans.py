"""Red's secret plan of a turn: how long its legs take, what they cost, and whether the budget and the turn allow them.

Speeds and prices are the scenario's (`scenario.Budget`). A leg's way is the great circle between its points, so that a
plan drawn along roads costs what the road is long.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final

import msgspec

from qroc_desktop.domain import geodesy
from qroc_desktop.errors import Message, Refused
from qroc_desktop.exercise.conditions import LonLat
from qroc_desktop.exercise.events import PlannedLeg
from qroc_desktop.exercise.scenario import Budget

_MS_PER_HOUR: Final = 3_600_000
_MS_PER_MINUTE: Final = 60_000
_TOLERANCE: Final = 1e-9


class Intent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One leg as red thinks of it: by `mode` along `points` (lon, lat), or, without points, waiting `wait_s` seconds.
    `speed_kmh`: 0 is the most that the mode allows."""

    mode: str = ""
    points: tuple[LonLat, ...] = ()
    wait_s: float = 0.0
    speed_kmh: float = 0.0
    hide: bool = False
    vehicle: str = ""


def timed(budget: Budget, start: LonLat, intents: Iterable[Intent]) -> tuple[PlannedLeg, ...]:
    """Legs one after the other from `start`, their times in milliseconds from 0. Raises Refused where a leg cannot be
    travelled as it is meant."""
    legs: list[PlannedLeg] = []
    for leg, why in _laid_out(budget, start, intents):
        if why is not None:
            raise why
        legs.append(leg)
    return tuple(legs)


def end(start: LonLat, leg: PlannedLeg | Intent) -> LonLat:
    """Where a leg that begins at `start` ends."""
    return leg.points[-1] if leg.points else start


def starts(start: LonLat, legs: Iterable[PlannedLeg]) -> list[LonLat]:
    """Where each of some legs begins, the first of them at `start`."""
    found = []
    for leg in legs:
        found.append(start)
        start = end(start, leg)
    return found


def cost(budget: Budget, legs: Sequence[PlannedLeg]) -> float:
    """Points: each leg by its minutes and mode, and flat for every hiding and every change of vehicle."""
    moving = sum(
        budget.per_minute.get(leg.mode, 0.0) * (leg.ends - leg.starts) / _MS_PER_MINUTE for leg in legs if leg.points
    )
    flat = sum(budget.hide * leg.hide + budget.change * bool(leg.vehicle) for leg in legs)
    return moving + flat


def affordable(budget: Budget, legs: Sequence[PlannedLeg], spent: float) -> float:
    """The plan's cost. Raises Refused where it is empty, longer than a turn, or dearer than what is left."""
    if not legs:
        raise Refused(Message("The plan has no leg."))
    price = cost(budget, legs)
    if (why := _too_much(budget, legs[-1].ends, price, spent)) is not None:
        raise why
    return price


class Weighed(msgspec.Struct, frozen=True, kw_only=True):
    """A leg of a plan that is being made: its cost alone, and why it cannot be part of this turn, if it cannot."""

    leg: PlannedLeg
    cost: float
    why: Refused | None = None


def weighed(budget: Budget, start: LonLat, intents: Iterable[Intent], spent: float) -> tuple[Weighed, ...]:
    """Legs one after the other from `start`, as `timed`, each with what is wrong with it instead of an exception."""
    found: list[Weighed] = []
    total = 0.0
    for leg, why in _laid_out(budget, start, intents):
        price = cost(budget, [leg])
        total += price
        found.append(Weighed(leg=leg, cost=price, why=why or _too_much(budget, leg.ends, total, spent)))
    return tuple(found)


def begun(legs: Sequence[PlannedLeg], t: int) -> tuple[PlannedLeg, ...]:
    """The legs of a plan that begins at `t` (scenario milliseconds)."""
    return tuple(msgspec.structs.replace(leg, starts=leg.starts + t, ends=leg.ends + t) for leg in legs)


def _laid_out(budget: Budget, start: LonLat, intents: Iterable[Intent]) -> Iterator[tuple[PlannedLeg, Refused | None]]:
    """Each leg with why it cannot be travelled, if it cannot: then it takes no time."""
    here, now = start, 0
    for number, intent in enumerate(intents, start=1):
        takes, why = 0, None
        try:
            takes = _takes(budget, here, intent, number)
        except Refused as refused:
            why = refused
        leg = PlannedLeg(
            mode=intent.mode, points=intent.points, starts=now, ends=now + takes,
            hide=intent.hide, vehicle=intent.vehicle,
        )  # fmt: skip
        yield leg, why
        now, here = leg.ends, end(here, intent)


def _too_much(budget: Budget, ends: int, price: float, spent: float) -> Refused | None:
    turn = round(budget.turn_s * 1000)
    if ends > turn:
        over = Message("The plan takes {minutes} min; a turn has {turn}.", minutes=_minutes(ends), turn=_minutes(turn))
        return Refused(over, action=Message("Shorten it; the rest is for the next turn."))
    if price > budget.points - spent + _TOLERANCE:
        what = Message("The plan costs {cost} points; {left} are left.", cost=_points(price),
                       left=_points(budget.points - spent))  # fmt: skip
        return Refused(what, action=Message("Go slower, hide less, or keep the vehicle."))
    return None


def _takes(budget: Budget, here: LonLat, intent: Intent, number: int) -> int:
    where = str(number)
    if not intent.points:
        if intent.wait_s <= 0:
            raise Refused(Message("This leg leads nowhere and waits for nothing."), where=where)
        return round(intent.wait_s * 1000)
    most = budget.speed_kmh.get(intent.mode)
    if most is None:
        raise Refused(Message("{name} is no way to move in this exercise.", name=intent.mode or "–"), where=where)
    if intent.speed_kmh > most:
        raise Refused(Message("Faster than {mode} allows: {most} km/h.", mode=intent.mode, most=most), where=where)
    metres = sum(geodesy.distance(a, b) for a, b in pairwise((here, *intent.points)))
    return max(1, round(metres / 1000 / (intent.speed_kmh or most) * _MS_PER_HOUR))


def _minutes(milliseconds: int) -> str:
    return f"{milliseconds / _MS_PER_MINUTE:.1f}".removesuffix(".0")


def _points(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
