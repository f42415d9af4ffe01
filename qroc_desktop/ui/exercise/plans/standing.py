"""How red's plans stand, from what its seat was served: rows, places, and what is said of them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import msgspec

from qroc_desktop.domain.geodesy import LonLat
from qroc_desktop.exercise import plans
from qroc_desktop.exercise.events import PlannedLeg
from qroc_desktop.exercise.scenario import Budget
from qroc_desktop.exercise.scenario import said as in_language
from qroc_desktop.exercise.seating import SeatInfo, Served
from qroc_desktop.exercise.view import Planned
from qroc_desktop.services.exercise.adjudicating import beside_m
from qroc_desktop.services.exercise.plan_drafts import DraftLeg
from qroc_desktop.translation import ntr, tr
from qroc_desktop.ui.exercise.plans.drafting import Drafting
from qroc_desktop.ui.exercise.plans.legs import LegRow, State
from qroc_desktop.ui.exercise.plans.planners import PlannerRow
from qroc_desktop.ui.exercise.plans.words import mode_text
from qroc_desktop.ui.exercise.scenario_clock import ScenarioTimes, length_of_time

ON_THE_WAY_M: Final = 5.0


def planned(served: Served, entity: str) -> Planned | None:
    """What stands for an entity."""
    return next((plan for plan in served.view.plans if plan.entity == entity), None)


def place(served: Served, entity: str) -> LonLat | None:
    """Where an entity is; None where it is not in play."""
    plan = planned(served, entity)
    if plan is None:
        return None
    return next((seen.place for seen in served.view.entities if seen.id == plan.id), None)


def rows(served: Served, entity: str, draft: Sequence[DraftLeg], budget: Budget) -> list[LegRow]:
    """What is under way, what waits, and what is being made, in that order."""
    plan, start, now = planned(served, entity), place(served, entity), served.reading.t
    if plan is None or start is None:
        return []
    found = _recorded("under-way", start, plan.under_way, budget, now)
    found += _recorded("waiting", start, plans.begun(plan.waiting, now), budget, 0)
    weighed = plans.weighed(budget, start, (leg.intent for leg in draft), served.view.spent)
    legs = plans.begun([one.leg for one in weighed], now)
    starts = plans.starts(start, legs)
    found += [
        LegRow(
            state="draft", number=number, start=begins, leg=leg, cost=one.cost, why=one.why,
            speed_kmh=held.intent.speed_kmh, along=held.along, remark=_remark(held),
        )
        for number, (begins, leg, one, held) in enumerate(zip(starts, legs, weighed, draft, strict=True), start=1)
    ]  # fmt: skip
    return found


def _recorded(state: State, start: LonLat, legs: Sequence[PlannedLeg], budget: Budget, now: int) -> list[LegRow]:
    found = []
    for number, (begins, leg) in enumerate(zip(plans.starts(start, legs), legs, strict=True), start=1):
        # Of a leg that is gone already in part, what lies ahead begins where its entity is.
        ahead = _ahead(start, leg, now) if leg.starts < now < leg.ends else leg
        cost = plans.cost(budget, [leg])
        found.append(LegRow(state=state, number=number, start=begins, leg=ahead, cost=cost))
    return found


def _ahead(here: LonLat, leg: PlannedLeg, now: int) -> PlannedLeg:
    """The rest of a leg. Where it began is not served; where its entity is, lies on its way."""
    points = leg.points
    passed = 0
    if len(points) > 1:
        near = [beside_m(a, b, here) for a, b in pairwise(points)]
        passed = near.index(min(near)) + 1 if min(near) < ON_THE_WAY_M else 0
    return msgspec.structs.replace(leg, points=points[passed:], starts=now)


def _remark(leg: DraftLeg) -> str:
    if not leg.places:
        return ""
    if leg.why:
        return tr("straight: {why}", why=leg.why)
    return "" if leg.along else tr("straight")


def planner_rows(info: SeatInfo, served: Served, drafting: Drafting, language: str) -> list[PlannerRow]:
    """Everybody that the seat plans for, and how his plan stands."""
    return [
        PlannerRow(
            entity=planner.entity,
            name=in_language(planner.name, language) or planner.entity,
            state=_short(served, planner.entity, bool(drafting.legs(planner.entity))),
        )
        for planner in info.planners
    ]


def _short(served: Served, entity: str, drafting: bool) -> str:
    plan = planned(served, entity)
    if plan is None or place(served, entity) is None:
        return "away"
    if plan.waiting:
        return "waiting"
    if drafting:
        return "draft"
    if plan.declined:
        return "declined"
    return "under-way" if plan.under_way else "idle"


def state_text(served: Served, entity: str, times: ScenarioTimes) -> tuple[str, str]:
    """One line about a plan, and the role that it is shown in."""
    plan = planned(served, entity)
    if plan is None or place(served, entity) is None:
        return tr("Not in play yet: it is planned for once it has appeared."), "muted"
    if plan.waiting:
        return tr("Waits for the director; a new plan takes its place."), "warning"
    if plan.declined:
        return tr("Declined: {reason}", reason=plan.declined), "danger"
    if plan.under_way:
        until = times.minute(plan.under_way[-1].ends)
        if plan.changed:
            text = tr("Accepted with changes: {reason} Under way until {time}.", reason=plan.changed, time=until)
            return " · ".join(part for part in (text, _instead(plan)) if part), "good"
        return tr("Under way until {time}; a plan that is accepted takes its place.", time=until), "good"
    return "", "muted"


def _instead(plan: Planned) -> str:
    """What was ruled beside what had been asked for."""
    if not plan.asked or not plan.ruled:
        return ""
    takes = plan.ruled[-1].ends - plan.ruled[0].starts
    return tr("{takes} in {count}, not {asked} in {before}", takes=length_of_time(takes),
              count=_legs(len(plan.ruled)), asked=length_of_time(plan.asked[-1].ends),
              before=_legs(len(plan.asked)))  # fmt: skip


def _legs(count: int) -> str:
    return ntr("{count} leg", "{count} legs", count)


def asked_for(plan: Planned) -> str:
    """What red had asked for and what was ruled instead, leg by leg, a line each; empty where nothing was changed."""
    if not plan.asked or not plan.ruled:
        return ""
    lines = [tr("You asked for:"), *_told(plan.asked), tr("It was ruled:"), *_told(plan.ruled)]
    return "\n".join(lines)


def _told(legs: Sequence[PlannedLeg]) -> list[str]:
    return [f"{number}. {_leg_text(leg)}" for number, leg in enumerate(legs, start=1)]


def _leg_text(leg: PlannedLeg) -> str:
    parts = [mode_text(leg.mode) if leg.points else tr("waiting"), length_of_time(leg.ends - leg.starts)]
    parts += [tr("hidden")] if leg.hide else []
    parts += [tr("changes to {vehicle}", vehicle=leg.vehicle)] if leg.vehicle else []
    return ", ".join(parts)


def answer_text(info: SeatInfo, plan: Planned, language: str) -> tuple[str, bool]:
    """What the director made of a plan, as a notice; whether it was declined."""
    name = next((in_language(p.name, language) for p in info.planners if p.entity == plan.entity), plan.entity)
    if plan.declined:
        return tr("The director declines the plan for {name}: {reason}", name=name, reason=plan.declined), True
    if plan.changed:
        return tr("The director accepts the plan for {name} with changes: {reason}", name=name,
                  reason=plan.changed), False  # fmt: skip
    return tr("The director accepts the plan for {name}.", name=name), False
