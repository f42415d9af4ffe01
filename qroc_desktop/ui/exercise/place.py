"""What a window knows of the exercise that it sits in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from qroc_desktop.services.exercise_driver import ExerciseDriver
from qroc_desktop.services.exercise_seat import ExerciseSeat


@dataclass(frozen=True, slots=True)
class ExercisePlace:
    """driver: of the run, in the directing staff's window on the machine that conducts it; None everywhere else.
    open_team: opens the window of a team of this run, or brings it to the front."""

    seat: ExerciseSeat
    driver: ExerciseDriver | None = None
    open_team: Callable[[str], None] | None = None
