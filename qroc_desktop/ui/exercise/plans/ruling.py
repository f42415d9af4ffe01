"""A ruling while the director makes it: red's legs with what he changes about them, step by step."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final

import msgspec

from qroc_desktop.domain.geodesy import LonLat
from qroc_desktop.errors import Refused
from qroc_desktop.exercise import plans, ruling
from qroc_desktop.exercise.events import PlannedLeg
from qroc_desktop.exercise.plans import Intent
from qroc_desktop.exercise.ruling import RuledLeg
from qroc_desktop.exercise.scenario import Budget
from qroc_desktop.services.exercise.plan_drafts import RulingLeg
from qroc_desktop.services.exercise.road_legs import road_leg
from qroc_desktop.services.road_graphs import RoadGraphs
from qroc_desktop.translation import said, tr
from qroc_desktop.ui.exercise.plans.legs import LegRow
from qroc_desktop.ui.exercise.plans.words import mode_text
from qroc_desktop.ui.exercise.scenario_clock import ScenarioTimes, length_of_time

_STEPS: Final = 200


Edits = tuple[RulingLeg, ...]


class Ruling:
    """Keeps the steps, so that each can be taken back. Not for several threads."""

    def __init__(self, budget: Budget, start: LonLat, asked: Sequence[PlannedLeg]) -> None:
        """asked: red's legs, their times from 0."""
        self.budget, self.asked = budget, tuple(asked)
        self._first = ruling.as_asked(budget, start, asked)
        self.edits: Edits = tuple(RulingLeg(leg=leg) for leg in self._first)
        self._steps: list[Edits] = []

    @property
    def touched(self) -> bool:
        """Whether anything is other than what red asked for, or can be taken back."""
        return bool(self._steps)

    def resume(self, edits: Edits) -> None:
        """Go on with what was kept, as one step; not with what is no ruling on these legs, or where one was begun."""
        numbers = [edit.leg.asked for edit in edits]
        fits = all(a < b for a, b in pairwise((0, *numbers, len(self.asked) + 1)))
        if fits and not self.touched:
            self.put(edits)

    def put(self, edits: Edits, *, step: bool = True) -> None:
        """Other legs; `step`: one that can be taken back, as opposed to what the program found out about it."""
        if step and edits != self.edits:
            self._steps = [*self._steps[-_STEPS:], self.edits]
        self.edits = edits

    def back(self) -> None:
        """Take the last step back."""
        if self._steps:
            self.edits = self._steps.pop()

    def reset(self) -> None:
        """As red asked for it."""
        if self._steps:
            self.edits, self._steps = self._steps[0], []

    def find(self, number: int) -> int:
        """Where red's leg of that number is now; -1 where it was taken out."""
        return next((n for n, edit in enumerate(self.edits) if edit.leg.asked == number), -1)

    def change(self, number: int, does: Callable[[RulingLeg], RulingLeg]) -> bool:
        """One leg otherwise; whether it is."""
        at = self.find(number)
        if at < 0 or (made := self._as_red(does(self.edits[at]))) == self.edits[at]:
            return False
        self.put((*self.edits[:at], made, *self.edits[at + 1 :]))
        return True

    def _as_red(self, edit: RulingLeg) -> RulingLeg:
        """Gone again as red asked for it, it takes what red was told that it takes."""
        first = self._first[edit.leg.asked - 1]
        again = ruling.gone_otherwise(first, edit.leg.intent)
        return msgspec.structs.replace(edit, leg=msgspec.structs.replace(edit.leg, takes_ms=again.takes_ms))

    def without(self, number: int) -> None:
        """Take a leg out."""
        self.put(tuple(edit for edit in self.edits if edit.leg.asked != number))

    def ruled(self, upto: int) -> tuple[RuledLeg, ...]:
        """What is ruled, up to red's leg of that number."""
        return tuple(edit.leg for edit in self.edits if edit.leg.asked <= upto)

    def start_of(self, number: int, start: LonLat) -> LonLat:
        """Where a leg begins as it is ruled; `start`: where the plan does."""
        for edit in self.edits:
            if edit.leg.asked >= number:
                break
            start = plans.end(start, edit.leg.intent)
        return start

    def timed(self, start: LonLat, upto: int) -> tuple[PlannedLeg, ...]:
        """The ruled legs, their times from 0. Raises Refused."""
        return ruling.timed(self.budget, start, self.asked, self.ruled(upto))

    def timed_apart(self, start: LonLat, upto: int) -> tuple[tuple[PlannedLeg, ...], ...]:
        """Each ruled leg with the wait after it, if there is one, their times from 0. Raises Refused."""
        return ruling.timed_apart(self.budget, start, self.asked, self.ruled(upto))

    def numbers(self, upto: int) -> list[int]:
        """Which of red's legs each of `timed` comes from."""
        return [leg.asked for leg in self.ruled(upto) for _ in range(2 if leg.after_s else 1)]


def laid(roads: RoadGraphs, start: LonLat, edits: Edits) -> Edits:
    """The legs with their ways found anew where they should follow roads. Asks the road graph: off the GUI thread."""
    found: list[RulingLeg] = []
    for edit in edits:
        made = _laid(roads, start, edit) if edit.roads and edit.places else edit
        found.append(made)
        start = plans.end(start, made.leg.intent)
    return tuple(found)


def gone(edit: RulingLeg, *, places: tuple[LonLat, ...], roads: bool) -> RulingLeg:
    """A leg by other places; straight until its way is found."""
    intent = msgspec.structs.replace(edit.leg.intent, points=places)
    return RulingLeg(leg=ruling.gone_otherwise(edit.leg, intent), places=places, roads=roads)


def said_of(edit: RulingLeg, intent: Intent, extra_s: float, after_s: float) -> RulingLeg:
    """A leg with what the form says of it."""
    leg = ruling.gone_otherwise(edit.leg, intent)
    return msgspec.structs.replace(edit, leg=msgspec.structs.replace(leg, extra_s=extra_s, after_s=after_s))


def rows(made: Ruling, start: LonLat, now: int, upto: int, times: ScenarioTimes) -> list[LegRow]:
    """Every leg that red asked for, in its order: as it is ruled, with what red asked for beside it, or taken out."""
    asked = plans.begun(made.asked, now)
    try:
        legs = [plans.begun(one, now)[0] for one in made.timed_apart(start, upto)]
    except Refused as refused:
        return [dataclasses.replace(row, why=refused) for row in asked_rows(made, start, now)]
    kept = [edit for edit in made.edits if edit.leg.asked <= upto]
    ruled = {
        edit.leg.asked: _ruled(made, edit, begins, asked[edit.leg.asked - 1], leg, times)
        for edit, begins, leg in zip(kept, plans.starts(start, legs), legs, strict=True)
    }
    return [ruled.get(row.number) or _dropped(row, times) for row in asked_rows(made, start, now)]


def asked_rows(made: Ruling, start: LonLat, now: int) -> list[LegRow]:
    """What red asked for, as the map shows it beside the ruling."""
    asked = plans.begun(made.asked, now)
    return [
        LegRow(state="waiting", number=number, start=begins, leg=leg, cost=plans.cost(made.budget, [leg]))
        for number, (begins, leg) in enumerate(zip(plans.starts(start, asked), asked, strict=True), start=1)
    ]


def _laid(roads: RoadGraphs, start: LonLat, edit: RulingLeg) -> RulingLeg:
    way = road_leg(roads, start, edit.places, edit.leg.intent.mode)
    intent = msgspec.structs.replace(edit.leg.intent, points=way.points)
    why = said(way.why) if way.why is not None else ""
    return msgspec.structs.replace(edit, leg=ruling.gone_otherwise(edit.leg, intent), along=way.along, why=why)


def _ruled(
    made: Ruling, edit: RulingLeg, begins: LonLat, asked: PlannedLeg, leg: PlannedLeg, times: ScenarioTimes
) -> LegRow:
    return LegRow(
        state="ruled" if leg != asked or edit.leg.after_s else "waiting",
        number=edit.leg.asked,
        start=begins,
        leg=leg,
        cost=plans.cost(made.budget, [leg]),
        along=edit.along,
        remark=_remark(edit, asked, leg, times),
    )


def _dropped(row: LegRow, times: ScenarioTimes) -> LegRow:
    told = tr("red asked: {what}", what=_asked(row.leg, row.leg, times))
    return dataclasses.replace(row, state="dropped", remark=told)


def _remark(edit: RulingLeg, asked: PlannedLeg, ruled: PlannedLeg, times: ScenarioTimes) -> str:
    parts = []
    if asked != ruled:
        parts.append(tr("red asked: {what}", what=_asked(asked, ruled, times)))
    if edit.leg.extra_s:
        parts.append(tr("{minutes} min longer", minutes=f"{edit.leg.extra_s / 60:g}"))
    if edit.leg.after_s:
        until = times.minute(ruled.ends + round(edit.leg.after_s * 1000))
        parts.append(tr("then waits {minutes} min, until {time}", minutes=f"{edit.leg.after_s / 60:g}", time=until))
    if edit.why:
        parts.append(tr("straight: {why}", why=edit.why))
    return " · ".join(parts)


def _asked(asked: PlannedLeg, ruled: PlannedLeg, times: ScenarioTimes) -> str:
    """What red asked for, as far as it is ruled otherwise; all of it where nothing is left of it."""
    parts, out = [], asked is ruled
    if (out or asked.mode != ruled.mode) and asked.points:
        parts.append(mode_text(asked.mode))
    if asked.points != ruled.points:
        parts.append(tr("another way"))
    takes = asked.ends - asked.starts
    if out or takes != ruled.ends - ruled.starts:
        parts.append(length_of_time(takes))
    if out or asked.ends != ruled.ends:
        parts.append(tr("until {time}", time=times.minute(asked.ends)))
    if not out and asked.hide != ruled.hide:
        parts.append(tr("hidden") if asked.hide else tr("not hidden"))
    if asked.vehicle != ruled.vehicle or (out and asked.vehicle):
        changes = tr("changes to {vehicle}", vehicle=asked.vehicle)
        parts.append(changes if asked.vehicle else tr("keeps the vehicle"))
    return ", ".join(parts)
