"""The exercises that this process conducts: their drivers, and which windows look at them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from qroc_desktop.app.starting import usual_folder
from qroc_desktop.domain.ids import random_id
from qroc_desktop.domain.instant import Clock
from qroc_desktop.errors import QrocError
from qroc_desktop.exercise import library
from qroc_desktop.exercise.package import Package
from qroc_desktop.services.desk import Desk
from qroc_desktop.services.exercise_driver import ExerciseDriver
from qroc_desktop.services.exercise_run import ExerciseRun, staff
from qroc_desktop.services.exercise_seat import LocalSeat, usual_seat
from qroc_desktop.services.exercises import RECORD, Exercises, Loaded
from qroc_desktop.services.road_graphs import RoadGraphs
from qroc_desktop.translation import language
from qroc_desktop.ui.exercise.place import ExercisePlace

FOLDER = "exercises"


class ShownWindow(Protocol):
    """A window as far as it matters here."""

    def close(self) -> bool:
        """Close it."""

    def raise_(self) -> None:
        """Bring it to the front."""

    def activateWindow(self) -> None:
        """Give it the keyboard."""


Show = Callable[[Desk, ExercisePlace], ShownWindow]


class ConductedExercises:
    """Implements `ui.commands.exercising.ExerciseOpener`."""

    def __init__(self, *, resources: Path, roads: RoadGraphs, clock: Clock, author: str, show: Show) -> None:
        self._roads = roads
        self._resources = resources
        self._clock = clock
        self._author = author
        self._show = show
        self._drivers: dict[Path, ExerciseDriver] = {}
        self._windows: dict[tuple[Path, str], ShownWindow] = {}

    # --- scenarios -----------------------------------------------------------------------------

    def shipped(self) -> Sequence[Loaded]:
        """Those that come with the program."""
        exercises = Exercises(self._clock)
        return [exercises.load(one.folder) for one in library.shipped(self._resources)]

    def load(self, path: Path) -> Loaded:
        """One from a file."""
        return Exercises(self._clock).load(path)

    def handbooks(self, scenario: str) -> Sequence[Path]:
        """The documents of a scenario that comes with the program."""
        return next((one.documents for one in library.shipped(self._resources) if one.id == scenario), ())

    def folder_for(self, scenario: str) -> Path:
        """A name that is free, with the day in it."""
        day = datetime.fromtimestamp(self._clock() / 1_000_000, UTC).astimezone().date().isoformat()
        wanted = usual_folder() / FOLDER / f"{scenario}-{day}"
        number, folder = 2, wanted
        while folder.exists():
            folder = wanted.with_name(f"{wanted.name}-{number}")
            number += 1
        return folder

    # --- runs ----------------------------------------------------------------------------------

    def create(self, package: Package, folder: Path) -> None:
        """A new run, and its director's window."""
        ExerciseRun.create(package, folder, clock=self._clock)
        self.open(folder)

    def open(self, folder: Path) -> None:
        """The director's window of a run."""
        self._opened(folder.parent if folder.name == RECORD else folder)

    def _opened(self, folder: Path) -> None:
        path = folder.resolve()
        driver = self._drivers.get(path)
        if driver is None:
            driver = self._drivers[path] = ExerciseDriver(lambda: self._run(path))
        try:
            self._window(path, driver, staff(driver.scenario).id)
        except QrocError:
            self._left_by_all(path)
            raise

    def close(self) -> None:
        """Pause and close what still goes on; the windows are gone by then."""
        for driver in self._drivers.values():
            driver.close()
        self._drivers.clear()

    def gone(self, place: ExercisePlace) -> None:
        """A window was closed. With the director's all of its run are, and the run is let go."""
        for path, team in list(self._windows):
            driver = self._drivers.get(path)
            if driver is None or driver.run.desks.get(team) is not place.seat.desk:
                continue
            del self._windows[(path, team)]
            if place.driver is not None:
                self._close_rest(path)
                self._left_by_all(path)

    def _close_rest(self, path: Path) -> None:
        for (other, team), window in list(self._windows.items()):
            if other == path:
                self._windows.pop((other, team), None)
                window.close()

    def _left_by_all(self, path: Path) -> None:
        driver = self._drivers.pop(path, None)
        if driver is not None:
            driver.close()

    def _run(self, folder: Path) -> ExerciseRun:
        return ExerciseRun(
            folder, clock=self._clock, mono=time.monotonic_ns, ids=random_id, author=self._author, language=language()
        )

    def _window(self, path: Path, driver: ExerciseDriver, team: str) -> None:
        shown = self._windows.get((path, team))
        if shown is not None:
            shown.raise_()
            shown.activateWindow()
            return
        seat = LocalSeat(driver, usual_seat(driver.scenario, team))
        conducts = team == staff(driver.scenario).id
        place = ExercisePlace(
            seat=seat,
            roads=self._roads,
            driver=driver if conducts else None,
            open_team=(lambda name: self._window(path, driver, name)) if conducts else None,
        )
        self._windows[(path, team)] = self._show(seat.desk, place)
