"""A run that is looked at and not conducted: its record and the teams' workspaces, all open for reading only."""

from __future__ import annotations

from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import msgspec

from qroc_desktop.domain.ids import IdSource
from qroc_desktop.domain.instant import Clock, Instant
from qroc_desktop.exercise.recording import Recording
from qroc_desktop.exercise.review import Gap, Review
from qroc_desktop.exercise.scenario import Scenario
from qroc_desktop.exercise.teams import file_name, teams
from qroc_desktop.exercise.vocabulary import ClockState
from qroc_desktop.services.desk import Desk
from qroc_desktop.services.exercise.review.after_action import AfterAction, after_action
from qroc_desktop.services.exercise.runs import Exercises
from qroc_desktop.store import Workspace


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What a review shows of one instant: belief beside truth, and how far tasks and knowledge had come by then."""

    t: int
    found: AfterAction
    gaps: tuple[Gap, ...]


class ReviewSource:
    """Asks the record of a run, from any thread: every question opens it for reading by itself and closes it again,
    so that it can be asked while the run is conducted, here or elsewhere."""

    def __init__(self, run: Path, *, clock: Clock, language: str = "en") -> None:
        """run: the record, or the folder that it lies in."""
        self.run = run
        self._clock = clock
        self._language = language

    def look_back(self, team: str = "") -> AfterAction:
        """All of the run as far as it was played. Raises what `after_action` raises."""
        with self._reading() as recording:
            return after_action(recording, team=team, language=self._language)

    def shown(self, at: Instant, team: str = "") -> Shown:
        """The run as it stood at an instant of the scenario; before its beginning its beginning, after its end its
        end."""
        with self._reading() as recording:
            begins = recording.scenario.instant(0)
            t = min(max(0, (at - begins) // 1000), recording.reached())
            found = after_action(recording, team=team, language=self._language, until=t, samples=0)
            return Shown(t=t, found=found, gaps=tuple(Review(recording, t).gaps(found.team, t)))

    def _reading(self) -> AbstractContextManager[Recording]:
        return Exercises(self._clock).reading(self.run)


class ReviewedRun:
    """A run's desks for replay. Close it at the end."""

    def __init__(self, folder: Path, *, ids: IdSource, author: str) -> None:
        """Needs no lock: the run may be over, or conducted by somebody else. Raises Refused or Damaged where there is
        no run in that folder or a workspace of it cannot be read.

        Where a team has no workspace, because the run was played without desks, it has no desk here either.
        """
        self.folder = folder
        self.desks: dict[str, Desk] = {}
        with ExitStack() as opening:
            with Exercises(lambda: Instant(0)).reading(folder) as recording:
                self.scenario: Scenario = recording.scenario
                self.over = over(recording)
                end = self.scenario.instant(recording.reached())
            for team in teams(self.scenario):
                path = folder / f"{file_name(team.id)}.qroc"
                if folder.is_dir() and path.exists():
                    self.desks[team.id] = self._opened(path, end, ids, author, opening)
            self._files = opening.pop_all()

    def close(self) -> None:
        """Let all files go."""
        self._files.close()

    def _opened(self, path: Path, end: Instant, ids: IdSource, author: str, opening: ExitStack) -> Desk:
        # Live is the end of what was played: scenario time does not go on here.
        workspace = Workspace.open(path, clock=lambda: end, ids=ids, read_only=True)
        desk = Desk(workspace, author=author, clock=lambda: end, ids=ids)
        opening.callback(desk.close)
        return desk


def over(recording: Recording) -> bool:
    """Whether the exercise has ended: such a run is replayed and reviewed, and conducted no more."""
    reading = recording.last_reading()
    return reading is not None and reading.state is ClockState.STOPPED


def is_over(run: Path) -> bool:
    """The same of a run on disk, which need not be opened for that. Raises Refused or Damaged where it is none."""
    with Exercises(lambda: Instant(0)).reading(run) as recording:
        return over(recording)
