"""The exercises that this process conducts: their drivers, and which windows look at them."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from qroc_desktop.app.starting import usual_folder
from qroc_desktop.domain.ids import random_id
from qroc_desktop.domain.instant import Clock
from qroc_desktop.errors import QrocError, Refused
from qroc_desktop.exercise import library
from qroc_desktop.exercise.events import Remarked
from qroc_desktop.exercise.handbooks import Bookshelf, bound
from qroc_desktop.exercise.package import Package
from qroc_desktop.exercise.teams import staff
from qroc_desktop.paths import ProgramFiles
from qroc_desktop.services.desk import Desk
from qroc_desktop.services.exercise.driver import ExerciseDriver
from qroc_desktop.services.exercise.joining.hosting import Hosting
from qroc_desktop.services.exercise.joining.joined_seat import JOINED, JoinedSeat
from qroc_desktop.services.exercise.review.files import AfterActionFiles
from qroc_desktop.services.exercise.review.reviewed_seat import ReviewedSeat
from qroc_desktop.services.exercise.review.run_review import ReviewedRun, ReviewSource
from qroc_desktop.services.exercise.run import ExerciseRun
from qroc_desktop.services.exercise.runs import RECORD, Exercises, Loaded
from qroc_desktop.services.exercise.seat import LocalSeat, usual_seat
from qroc_desktop.services.road_graphs import RoadGraphs
from qroc_desktop.sync import allowed
from qroc_desktop.sync.allowed import Allowed
from qroc_desktop.translation import language
from qroc_desktop.ui.exercise.place import ExercisePlace, ReviewPlace

FOLDER = "exercises"
REVIEW, SEAT = "?review", "?seat"
"""Windows that are no team's: a run that is only looked at, and a seat that was joined."""
_log = logging.getLogger(__name__)


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

    def __init__(
        self, *, files: ProgramFiles, roads: RoadGraphs, routes: Path, clock: Clock, author: str, show: Show
    ) -> None:
        """routes: the administrator's list of what may be reached; see `sync.allowed`."""
        self._routes = routes
        self._files = files
        self._resources = files.resources
        self._roads = roads
        self._clock = clock
        self._author = author
        self._show = show
        self._drivers: dict[Path, ExerciseDriver] = {}
        self._windows: dict[tuple[Path, str], ShownWindow] = {}
        self._places: dict[tuple[Path, str], ExercisePlace] = {}
        self._guests: dict[Path, Guests] = {}

    # --- scenarios -----------------------------------------------------------------------------

    def shipped(self) -> Sequence[Loaded]:
        """Those that come with the program."""
        exercises = Exercises(self._clock)
        return [exercises.load(one.folder) for one in library.shipped(self._resources)]

    def load(self, path: Path) -> Loaded:
        """One from a file."""
        return Exercises(self._clock).load(path)

    def handbooks(self, place: ExercisePlace) -> Bookshelf:
        """Those that the run was made with; for one that was made before they travelled, those of the program."""
        with Exercises(self._clock).reading(self._folder_of(place)) as recording:
            held, scenario = bound(recording.handbooks()), recording.scenario.id
        ours = next((one.handbooks for one in library.shipped(self._resources) if one.id == scenario), ())
        return Bookshelf(handbooks=held or ours, ours=held in ((), ours))

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
        """The director's window of a run; where somebody else conducts it, one to look at it. A folder in which an
        exercise was joined opens as the seat that was taken."""
        path = (folder.parent if folder.name == RECORD else folder).resolve()
        if (path / JOINED).is_file():
            self.take_seat(path)
            return
        try:
            driver = self._drivers.get(path) or ExerciseDriver(lambda: self._run(path))
        except Refused as refusal:
            self._look_only(path, refusal)
            return
        self._drivers[path] = driver
        try:
            self._window(path, driver, staff(driver.scenario).id)
        except QrocError:
            self._let_go(path)
            raise
        self._host_again(path)

    def close(self) -> None:
        """Pause and close what still goes on; the windows are gone by then."""
        for path in list(self._drivers):
            self._let_go(path)

    def gone(self, place: ExercisePlace) -> None:
        """A window was closed. With the director's all of its run are, and the run is let go."""
        place.seat.left()
        for path, team in [key for key, other in self._places.items() if other is place]:
            del self._places[(path, team)]
            self._windows.pop((path, team), None)
            if place.driver is not None:
                self._close_rest(path)
                self._let_go(path)

    def _close_rest(self, path: Path) -> None:
        for (other, team), window in list(self._windows.items()):
            if other == path:
                self._windows.pop((other, team), None)
                window.close()

    def _let_go(self, path: Path) -> None:
        guests = self._guests.pop(path, None)
        if guests is not None:
            guests.close()
        driver = self._drivers.pop(path, None)
        if driver is not None:
            driver.close()

    def _run(self, folder: Path) -> ExerciseRun:
        return ExerciseRun(
            folder, clock=self._clock, mono=time.monotonic_ns, ids=random_id, author=self._author, language=language()
        )

    def _window(self, path: Path, driver: ExerciseDriver, team: str) -> None:
        if not self._raised(path, team):
            seat = LocalSeat(driver, usual_seat(driver.scenario, team))
            conducts = team == staff(driver.scenario).id

            def record(remark: Remarked) -> None:
                driver.do(lambda run: run.conduct.remark(remark)).result()

            place = ExercisePlace(
                seat=seat,
                roads=self._roads,
                driver=driver if conducts else None,
                open_team=(lambda name: self._window(path, driver, name)) if conducts else None,
                open_run=self.open if conducts else None,
                review=self._review(path, record) if conducts else None,
            )
            self._shown(path, team, place)

    def _folder_of(self, place: ExercisePlace) -> Path:
        return next(path for (path, _), other in self._places.items() if other is place)

    def _raised(self, path: Path, team: str) -> bool:
        """Whether there is such a window already, which comes to the front then."""
        shown = self._windows.get((path, team))
        if shown is not None:
            shown.raise_()
            shown.activateWindow()
        return shown is not None

    def _shown(self, path: Path, team: str, place: ExercisePlace) -> None:
        self._places[(path, team)] = place
        self._windows[(path, team)] = self._show(place.seat.desk, place)
        place.seat.taken()

    def _review(self, path: Path, record: Callable[[Remarked], object] | None) -> ReviewPlace:
        source = ReviewSource(path, clock=self._clock, language=language())
        return ReviewPlace(source=source, files=AfterActionFiles(self._files, clock=self._clock), record=record)

    def _look_only(self, path: Path, refusal: Refused) -> None:
        """Raises the refusal where there is nothing to look at either."""
        if self._raised(path, REVIEW):
            return
        try:
            seat = ReviewedSeat(ReviewedRun(path, ids=random_id, author=self._author), self._clock)
        except QrocError:
            raise refusal from None
        self._shown(path, REVIEW, ExercisePlace(seat=seat, roads=self._roads, review=self._review(path, None)))

    # --- other workstations --------------------------------------------------------------------

    def invite(self, place: ExercisePlace) -> Hosting:
        """What others are invited by; the run's node is at work from then on. Raises Refused where an administrator
        has not allowed it."""
        path = self._folder_of(place)
        if path not in self._guests:
            self._guests[path] = self._guests_of(path)
        return self._guests[path].hosting

    def allowed(self) -> Allowed:
        """Where exercises may be joined, by an administrator's word. Raises Refused where that is not understood."""
        return allowed.read(self._routes)

    def take_seat(self, folder: Path) -> None:
        """The window of a seat that was joined. Raises Refused or Damaged."""
        path = folder.resolve()
        if not self._raised(path, SEAT):
            seat = JoinedSeat(path, allowed=self.allowed(), ids=random_id, language=language())
            try:
                self._shown(path, SEAT, ExercisePlace(seat=seat, roads=self._roads))
            except QrocError:
                seat.close()
                raise

    def _guests_of(self, path: Path) -> Guests:
        return Guests(Hosting(path, self.allowed(), self._clock), self._routes)

    def _host_again(self, path: Path) -> None:
        """Whoever had joined before the director's window was closed, or the machine failed, comes in again."""
        if path in self._guests or not Hosting.has_guests(path):
            return
        try:
            self._guests[path] = self._guests_of(path)
        except QrocError as error:
            _log.warning("nobody can join the exercise again: %s", error.what.template)


class Guests:
    """A run's node and what it is told, as long as the run is conducted here."""

    def __init__(self, hosting: Hosting, routes: Path) -> None:
        self.hosting = hosting
        self._node = hosting.child(routes)

    def close(self) -> None:
        """End the node; codes stay good for the next time."""
        self._node.stop()
        self.hosting.close()
