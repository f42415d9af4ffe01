"""What a window knows of the exercise that it sits in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from qroc_desktop.exercise.events import Remarked
from qroc_desktop.services.exercise.driver import ExerciseDriver
from qroc_desktop.services.exercise.review.files import AfterActionFiles
from qroc_desktop.services.exercise.review.run_review import ReviewSource
from qroc_desktop.services.exercise.seat import ExerciseSeat
from qroc_desktop.services.road_graphs import RoadGraphs


@dataclass(frozen=True, slots=True)
class ReviewPlace:
    """What the review asks and writes. record: puts a remark into the record; None where somebody else conducts."""

    source: ReviewSource
    files: AfterActionFiles
    record: Callable[[Remarked], object] | None


@dataclass(frozen=True, slots=True)
class ExercisePlace:
    """roads: of this machine, for plans that follow them. driver: of the run, in the directing staff's window on the
    machine that conducts it; None everywhere else. open_team: opens the window of a team of this run, or brings it to
    the front. open_run: another run, such as a fork of this one. review: where the directing
    staff looks back at the run."""

    seat: ExerciseSeat
    roads: RoadGraphs
    driver: ExerciseDriver | None = None
    open_run: Callable[[Path], None] | None = None
    review: ReviewPlace | None = None
    open_team: Callable[[str], None] | None = None
