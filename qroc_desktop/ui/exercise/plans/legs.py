"""A plan as rows of a table and as lines on the map, whoever looks at it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from qroc_desktop.domain.geodesy import LonLat
from qroc_desktop.errors import Refused
from qroc_desktop.exercise import plans
from qroc_desktop.exercise.events import PlannedLeg
from qroc_desktop.exercise.motion import Leg as Motion
from qroc_desktop.mapview.messages import PlanLine, PlanMark
from qroc_desktop.translation import tr
from qroc_desktop.ui.exercise.plans.words import metres_of
from qroc_desktop.ui.exercise.scenario_clock import ScenarioTimes

State = Literal["draft", "waiting", "under-way", "ruled", "dropped"]
"""`ruled`: otherwise than red asked for; `dropped`: the director has taken it out."""
EVERY_MS: Final = 300_000
"""How far apart the minutes are that are marked on the way."""
_DIGITS: Final = 5


@dataclass(frozen=True, slots=True)
class LegRow:
    """One leg. `number` from 1 within its plan; `start`: where it begins; `leg`: its times are scenario milliseconds.
    `speed_kmh`: as it was meant, 0 for the most. `cost`: its points alone. `why`: why it cannot be part of the turn.
    `remark`: what else is to be known, such as that no road leads there."""

    state: State
    number: int
    start: LonLat
    leg: PlannedLeg
    cost: float
    speed_kmh: float = 0.0
    along: bool = False
    remark: str = ""
    why: Refused | None = None

    @property
    def key(self) -> str:
        """Tells the same leg again after the next look, whatever the director makes of it."""
        state = "waiting" if self.state in ("ruled", "dropped") else self.state
        return f"{state}-{self.number}"

    @property
    def metres(self) -> float:
        """How far it leads."""
        return metres_of(self.start, self.leg.points)

    @property
    def end(self) -> LonLat:
        """Where it ends."""
        return plans.end(self.start, self.leg)


def lines(rows: Sequence[LegRow], chosen: str = "") -> list[PlanLine]:
    """As the map draws them."""
    return [
        PlanLine(
            points=[_rounded(place) for place in (row.start, *row.leg.points)],
            state=row.state,
            hide=row.leg.hide,
            chosen=row.key == chosen,
        )
        for row in rows
        if row.state != "dropped"
    ]


def marks(rows: Sequence[LegRow], times: ScenarioTimes) -> list[PlanMark]:
    """Where legs end with their time, and what is passed every five minutes."""
    found: list[PlanMark] = []
    for row in rows:
        if row.state == "dropped":
            continue
        found += _passed(row, times)
        told = [times.minute(row.leg.ends)]
        if row.leg.hide:
            told.append(tr("hidden"))
        if row.leg.vehicle:
            told.append(row.leg.vehicle)
        lon, lat = _rounded(row.end)
        found.append(PlanMark(lon=lon, lat=lat, state=row.state, text=" · ".join(told), strong=True))
    return found


def _passed(row: LegRow, times: ScenarioTimes) -> Iterator[PlanMark]:
    if row.state == "dropped" or not row.leg.points or row.leg.ends <= row.leg.starts:
        return
    motion = Motion((row.start, *row.leg.points), row.leg.starts, row.leg.ends)
    first = (row.leg.starts // EVERY_MS + 1) * EVERY_MS
    for t in range(first, row.leg.ends, EVERY_MS):
        lon, lat = _rounded(motion.position(t))
        yield PlanMark(lon=lon, lat=lat, state=row.state, text=times.minute(t))


def _rounded(place: LonLat) -> tuple[float, float]:
    """To the metre: the map need not be told of less."""
    return round(place[0], _DIGITS), round(place[1], _DIGITS)
