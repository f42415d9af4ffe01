"""The drafts of one seat: what is being made for each entity, step by step, and what was sent last."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from qroc_desktop.domain.geodesy import LonLat
from qroc_desktop.exercise.plans import Intent
from qroc_desktop.services.exercise.plan_drafts import DraftLeg, Drafts
from qroc_desktop.services.exercise.road_legs import road_leg
from qroc_desktop.services.road_graphs import RoadGraphs
from qroc_desktop.translation import said

_STEPS: Final = 200

Legs = tuple[DraftLeg, ...]


class Drafting:
    """Keeps the steps, so that each can be taken back. Not for several threads."""

    def __init__(self) -> None:
        self._drafts = Drafts()
        self._steps: list[tuple[str, Legs]] = []

    @property
    def drafts(self) -> Drafts:
        """What is to be kept."""
        return self._drafts

    def begin(self, drafts: Drafts) -> None:
        """Go on with what was kept; what has been made since the window opened is newer."""
        ours = self._drafts
        self._drafts = Drafts(making={**drafts.making, **ours.making}, sent={**drafts.sent, **ours.sent})

    def legs(self, entity: str) -> Legs:
        """What is being made for an entity."""
        return self._drafts.making.get(entity, ())

    def sent(self, entity: str) -> Legs:
        """What was sent for it last."""
        return self._drafts.sent.get(entity, ())

    def put(self, entity: str, legs: Legs, *, step: bool = True) -> None:
        """Other legs; `step`: one that can be taken back, as opposed to what the program found out about it."""
        if step:
            self._steps = [*self._steps[-_STEPS:], (entity, self.legs(entity))]
        making = {name: held for name, held in {**self._drafts.making, entity: legs}.items() if held}
        self._drafts = msgspec.structs.replace(self._drafts, making=making)

    def back(self, entity: str) -> bool:
        """Take the last step for an entity back, else its last leg; whether there was anything."""
        at = next((n for n in reversed(range(len(self._steps))) if self._steps[n][0] == entity), -1)
        if at >= 0:
            self.put(entity, self._steps.pop(at)[1], step=False)
            return True
        legs = self.legs(entity)
        if legs:
            self.put(entity, legs[:-1], step=False)
        return bool(legs)

    def gone(self, entity: str) -> None:
        """It was sent: the next turn begins empty."""
        sent = {**self._drafts.sent, entity: self.legs(entity)}
        making = {name: held for name, held in self._drafts.making.items() if name != entity}
        self._drafts = Drafts(making=making, sent=sent)
        self._steps = [step for step in self._steps if step[0] != entity]


def laid(roads: RoadGraphs, start: LonLat, legs: Sequence[DraftLeg]) -> Legs:
    """The legs with their ways as they are from `start` on. Asks the road graph: off the GUI thread."""
    found: list[DraftLeg] = []
    for leg in legs:
        if not leg.places:
            found.append(leg)
            continue
        if leg.roads:
            way = road_leg(roads, start, leg.places, leg.intent.mode)
            why = said(way.why) if way.why is not None else ""
            intent = msgspec.structs.replace(leg.intent, points=way.points)
            found.append(msgspec.structs.replace(leg, intent=intent, along=way.along, why=why))
        else:
            intent = msgspec.structs.replace(leg.intent, points=leg.places)
            found.append(msgspec.structs.replace(leg, intent=intent, along=False, why=""))
        start = found[-1].intent.points[-1]
    return tuple(found)


def moved(legs: Legs, at: int, by: int) -> Legs:
    """A leg up or down; as they were where it does not go further."""
    to = at + by
    if not (0 <= at < len(legs) and 0 <= to < len(legs)):
        return legs
    order = list(legs)
    order[at], order[to] = order[to], order[at]
    return tuple(order)


def without(legs: Legs, at: int) -> Legs:
    """All but one."""
    return legs[:at] + legs[at + 1 :]


def waits(minutes: float, *, hide: bool = False) -> DraftLeg:
    """A leg that leads nowhere."""
    return DraftLeg(intent=Intent(wait_s=minutes * 60, hide=hide))
