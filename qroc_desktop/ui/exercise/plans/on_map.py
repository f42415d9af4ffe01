"""Plans on a map: drawn apart from the workspace's items, and only told to it where something is new."""

from __future__ import annotations

from collections.abc import Sequence

from qroc_desktop.domain.geodesy import LonLat
from qroc_desktop.mapview.messages import PlanLine, PlanMark
from qroc_desktop.mapview.port import MapPort
from qroc_desktop.ui.exercise.plans.legs import LegRow, lines, marks
from qroc_desktop.ui.exercise.scenario_clock import ScenarioTimes


class PlansOnMap:
    """`map_` None: there is no map to draw on."""

    def __init__(self, map_: MapPort | None, times: ScenarioTimes) -> None:
        self._map = map_
        self._times = times
        self._said: tuple[str, list[PlanLine], list[PlanMark]] = ("", [], [])

    def show(self, title: str, detail: str, plans: Sequence[tuple[Sequence[LegRow], str]]) -> None:
        """All plans, each with the key of the leg that is chosen; without a leg nothing is drawn, nor the legend."""
        drawn = [line for rows, chosen in plans for line in lines(rows, chosen)]
        places = [mark for rows, _ in plans for mark in marks(rows, self._times)]
        told = (title if drawn else "", drawn, places)
        if self._map is not None and told != self._said:
            self._said = told
            self._map.set_plans(told[0], detail, drawn, places)

    def clear(self) -> None:
        """Nothing of it stays."""
        self.show("", "", [])

    def fit(self, rows: Sequence[LegRow]) -> None:
        """Show all of these legs."""
        places = [place for row in rows for place in (row.start, *row.leg.points)]
        if self._map is None or not places:
            return
        lons, lats = zip(*places, strict=True)
        if len(set(places)) > 1:
            self._map.fit((min(lons), min(lats), max(lons), max(lats)))
        else:
            self._map.go_to(lons[0], lats[0])

    def go_to(self, place: LonLat, text: str = "") -> None:
        """Centre on a place, and mark it where there is a text."""
        if self._map is not None:
            self._map.go_to(*place, text=text)
