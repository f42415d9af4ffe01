"""What the director makes of a plan of red, leg by leg: other modes and ways, more time, a wait, an early end, a leg
less.

A leg that nobody touches takes exactly what red was told that it takes. One that is gone otherwise, or that begins
elsewhere because of what was ruled before it, is timed anew by the scenario's speeds. Time that the director adds costs
by the minute as any other does. A ruling may be longer than a turn and dearer than what is left: it is for the director
to say what happens, and the budget shows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import msgspec

from qroc_desktop.domain import geodesy
from qroc_desktop.errors import Message, Refused
from qroc_desktop.exercise import plans
from qroc_desktop.exercise.conditions import LonLat
from qroc_desktop.exercise.events import PlannedLeg
from qroc_desktop.exercise.plans import Intent
from qroc_desktop.exercise.scenario import Budget

LONGEST_EXTRA_S: Final = 36_000.0
_AT_MOST: Final = 0.99
"""Of what a mode allows: red meant to go as fast as it can."""


class RuledLeg(msgspec.Struct, frozen=True, kw_only=True):
    """One leg as it is ruled. `asked`: the number of red's leg that it comes from, from 1. `takes_ms`: as red's plan
    has it; None: as mode, speed and way give. `extra_s`: how much longer it takes than that. `after_s`: how long it
    then has to wait where it ends, such as at a block; a leg of its own in what is recorded."""

    asked: int
    intent: Intent
    takes_ms: int | None = None
    extra_s: float = 0.0
    after_s: float = 0.0


def as_asked(budget: Budget, start: LonLat, asked: Sequence[PlannedLeg]) -> tuple[RuledLeg, ...]:
    """What red asked for, nothing changed. start: lon, lat of where the plan would begin now."""
    found = []
    for number, (here, leg) in enumerate(zip(plans.starts(start, asked), asked, strict=True), start=1):
        takes = leg.ends - leg.starts
        speed = _speed(budget, here, leg)
        wait = 0.0 if leg.points else takes / 1000
        intent = Intent(
            mode=leg.mode, points=leg.points, wait_s=wait, speed_kmh=speed, hide=leg.hide, vehicle=leg.vehicle
        )
        found.append(RuledLeg(asked=number, intent=intent, takes_ms=takes))
    return tuple(found)


def timed(
    budget: Budget, start: LonLat, asked: Sequence[PlannedLeg], ruled: Sequence[RuledLeg]
) -> tuple[PlannedLeg, ...]:
    """The ruled legs one after the other from `start`, their times in milliseconds from 0; `asked`: red's. Raises
    Refused where one cannot be travelled as it is ruled."""
    return tuple(leg for legs in timed_apart(budget, start, asked, ruled) for leg in legs)


def timed_apart(
    budget: Budget, start: LonLat, asked: Sequence[PlannedLeg], ruled: Sequence[RuledLeg]
) -> tuple[tuple[PlannedLeg, ...], ...]:
    """As `timed`, for each ruled leg the leg itself and, where it has to wait after it, that wait."""
    began = plans.starts(start, asked)
    legs: list[tuple[PlannedLeg, ...]] = []
    here, now = start, 0
    for one in ruled:
        _require_time(one)
        as_it_was = 1 <= one.asked <= len(began) and began[one.asked - 1] == here
        (leg,) = plans.timed(budget, here, [one.intent])
        takes = one.takes_ms if one.takes_ms is not None and as_it_was else leg.ends
        takes += round(one.extra_s * 1000)
        gone = msgspec.structs.replace(leg, starts=now, ends=now + takes)
        waits = PlannedLeg(mode="", points=(), starts=gone.ends, ends=gone.ends + round(one.after_s * 1000))
        legs.append((gone, waits) if one.after_s else (gone,))
        now = waits.ends
        here = plans.end(here, leg)
    return tuple(legs)


def gone_otherwise(leg: RuledLeg, intent: Intent) -> RuledLeg:
    """The same leg with another intent; timed anew where mode, speed, way or wait are others."""
    before = leg.intent
    same = (before.mode, before.speed_kmh, before.points, before.wait_s) == (
        intent.mode, intent.speed_kmh, intent.points, intent.wait_s,
    )  # fmt: skip
    return msgspec.structs.replace(leg, intent=intent, takes_ms=leg.takes_ms if same else None)


def stopped(start: LonLat, points: Sequence[LonLat], place: LonLat) -> tuple[tuple[LonLat, ...], float]:
    """A way (lon, lat, after its start) up to where it comes nearest to a place, and how many metres away that is.
    Raises Refused where it would lead nowhere at all."""
    best: tuple[float, int, LonLat] | None = None
    for number, (a, b) in enumerate(pairwise((start, *points))):
        foot = _foot(a, b, place)
        metres = geodesy.distance(foot, place)
        if best is None or metres < best[0]:
            best = (metres, number, foot)
    if best is None or (best[1] == 0 and geodesy.distance(start, best[2]) < 1):
        raise Refused(Message("It would stop where it begins; take the leg out instead."))
    metres, number, foot = best
    kept = tuple(points[:number])
    return (*kept, foot) if not kept or geodesy.distance(kept[-1], foot) >= 1 else kept, metres


def changed(asked: Sequence[PlannedLeg], legs: Sequence[PlannedLeg]) -> bool:
    """Whether what is ruled (times from 0) is anything else than what was asked for."""
    return tuple(asked) != tuple(legs)


def _require_time(leg: RuledLeg) -> None:
    most = round(LONGEST_EXTRA_S / 60)
    if not 0 <= leg.extra_s <= LONGEST_EXTRA_S:
        raise Refused(Message("A leg can take up to {most} min longer, and never less.", most=most))
    if not 0 <= leg.after_s <= LONGEST_EXTRA_S:
        raise Refused(Message("After a leg it can wait up to {most} min.", most=most))


def _speed(budget: Budget, here: LonLat, leg: PlannedLeg) -> float:
    """What red meant, from its way and its time: 0 for the most, as in an intent."""
    most, takes = budget.speed_kmh.get(leg.mode, 0.0), leg.ends - leg.starts
    if not leg.points or takes <= 0:
        return 0.0
    kmh = geodesy.length((here, *leg.points)) / takes * 3600
    return 0.0 if kmh >= most * _AT_MOST else round(kmh, 1)


def _foot(a: LonLat, b: LonLat, place: LonLat) -> LonLat:
    """As `geodesy.foot`, where a leg may end: to six digits, but for the ends, which are red's own."""
    foot = geodesy.foot(a, b, place)
    return foot if foot in (a, b) else (round(foot[0], 6), round(foot[1], 6))
