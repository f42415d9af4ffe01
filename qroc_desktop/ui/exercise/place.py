"""What a window knows of the exercise that it sits in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from qroc_desktop.services.exercise_driver import ExerciseDriver
from qroc_desktop.services.exercise_seat import ExerciseSeat
from qroc_desktop.services.road_graphs import RoadGraphs


@dataclass(frozen=True, slots=True)
class ExercisePlace:
    """roads: of this machine, for plans that follow them. driver: of the run, in the directing staff's window on the
    machine that conducts it; None everywhere else. open_team: opens the window of a team of this run, or brings it to
    the front."""

    seat: ExerciseSeat
    roads: RoadGraphs
    driver: ExerciseDriver | None = None
    open_team: Callable[[str], None] | None = None
