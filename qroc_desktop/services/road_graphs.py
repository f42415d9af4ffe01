"""The road graphs of this machine: `*-roads.npz` beside the base maps."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from qroc_desktop.domain.geodesy import LonLat
from qroc_desktop.errors import Damaged, Message, Refused
from qroc_desktop.exercise.models.road_file import MAX_BYTES, decode
from qroc_desktop.exercise.models.roads import RoadGraph
from qroc_desktop.reasons import reason_of

SUFFIX: Final = "-roads.npz"


class RoadGraphs:
    """Reads each graph when it is first asked for, and keeps it. `folder`: the program's maps/."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[str, RoadGraph] = {}

    def names(self) -> Sequence[str]:
        """What graphs there are, in alphabetical order."""
        return sorted(path.name.removesuffix(SUFFIX) for path in self._folder.glob(f"*{SUFFIX}"))

    def graph(self, name: str) -> RoadGraph:
        """One of them by its name; raises Damaged where it cannot be read."""
        if name not in self._read:
            path = self._folder / f"{name}{SUFFIX}"
            try:
                if path.stat().st_size > MAX_BYTES:
                    raise Damaged(Message("The road graph is too large."), where=path.name)
                self._read[name] = decode(path.read_bytes(), path.name)
            except OSError as error:
                reason = reason_of(error)
                raise Damaged(
                    Message("The road graph cannot be read: {reason}.", reason=reason), where=path.name
                ) from error
        return self._read[name]

    def around(self, *places: LonLat) -> RoadGraph:
        """The first graph whose box holds the first of the places; Refused where there is none."""
        for name in self.names():
            graph = self.graph(name)
            west, south, east, north = graph.bounds
            if west <= places[0][0] <= east and south <= places[0][1] <= north:
                return graph
        lon, lat = places[0]
        raise Refused(
            Message(
                "There is no road graph for this position; there are: {names}.", names=", ".join(self.names()) or "-"
            ),
            where=f"{lat:.5f}, {lon:.5f}",
            action=Message("An administrator can add one; the guide to the maps says how."),
        )
