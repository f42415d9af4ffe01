"""Scenario time as people in the exercise read it: the wall clock of the place where it is played."""

from __future__ import annotations

from qroc_desktop.domain.instant import MICROSECONDS, Instant, parse
from qroc_desktop.exercise.seating import SeatInfo
from qroc_desktop.services.exercise.scenario_time import zone_of
from qroc_desktop.translation import tr
from qroc_desktop.ui.times import local

_MS_PER_SECOND = 1000


class ScenarioTimes:
    """Texts for scenario milliseconds."""

    def __init__(self, t0: str, time_zone: str) -> None:
        self._t0 = parse(t0)
        self._zone = zone_of(time_zone)

    @classmethod
    def of(cls, info: SeatInfo) -> ScenarioTimes:
        """Those of a seat's exercise."""
        return cls(info.t0, info.time_zone)

    def minute(self, t: int) -> str:
        """`16:42`"""
        return local(self._instant(t), self._zone).strftime("%H:%M")

    def second(self, t: int) -> str:
        """`16:42:07`"""
        return local(self._instant(t), self._zone).strftime("%H:%M:%S")

    def _instant(self, t: int) -> Instant:
        return Instant(self._t0 + t * MICROSECONDS // _MS_PER_SECOND)


def length_of_time(milliseconds: int) -> str:
    """`3:07 min`, `1:02:10 h`: rounded to the second."""
    seconds = round(milliseconds / _MS_PER_SECOND)
    minutes, rest = divmod(seconds, 60)
    if minutes < 60:
        return tr("{time} min", time=f"{minutes}:{rest:02}")
    return tr("{time} h", time=f"{minutes // 60}:{minutes % 60:02}:{rest:02}")
