"""A run on disk and under way: the record of the directing staff, and a workspace of its own for each team.

    FOLDER/run.qrocrun       scenario, events, keyframes: everything, for the directing staff alone
    FOLDER/TEAM.qroc         what the team has seen and done, as an ordinary workspace of the kind exercise

The clock of a team's workspace is scenario time, so that its time slider is the exercise's.
"""

from __future__ import annotations

import hashlib
import queue
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from qroc_desktop import translation
from qroc_desktop.domain.aspects import NOWHERE, Entry, Identity
from qroc_desktop.domain.change import Draft
from qroc_desktop.domain.ids import IdSource
from qroc_desktop.domain.instant import Clock, Instant
from qroc_desktop.domain.query import Outcome
from qroc_desktop.domain.vocabulary import Aspect, EntryKind, SubjectType, WorkspaceKind
from qroc_desktop.errors import Message, QrocError, Refused
from qroc_desktop.exercise.conduct import Mono
from qroc_desktop.exercise.package import Package
from qroc_desktop.exercise.scenario import Scenario, Team, said
from qroc_desktop.exercise.seating import spoken
from qroc_desktop.exercise.view import STAFF, TeamView, file_name
from qroc_desktop.exercise.vocabulary import ClockState, Passed, Side
from qroc_desktop.reasons import reason_of
from qroc_desktop.services.desk import Desk
from qroc_desktop.services.exercises import RECORD, Exercises
from qroc_desktop.services.team_feed import AUTHOR, MOST_ENTRIES, MOST_MOVES, TeamFeed
from qroc_desktop.store import Workspace

STAGE_MS: Final = 10_000
"""How far apart the pictures are that a jump leaves in the teams' workspaces."""


class ExerciseRun:
    """One machine's run: its conduct and the desks of its teams. `tick` often; close it at the end."""

    def __init__(
        self, folder: Path, *, clock: Clock, mono: Mono, ids: IdSource, author: str, language: str = "en"
    ) -> None:
        """Opens a run, paused where it was interrupted. Raises Refused where another program conducts it."""
        self.folder = folder
        self._ids = ids
        self._author = author
        self._written: queue.SimpleQueue[tuple[str, str]] = queue.SimpleQueue()
        self.desks: dict[str, Desk] = {}
        self.views: dict[str, TeamView] = {}
        self._lacking: set[str] = set()
        self._feeds: dict[str, TeamFeed] = {}
        with ExitStack() as opening:
            self.conduct = opening.enter_context(Exercises(clock, mono).conducting(folder / RECORD))
            self._scenario = self.conduct.scenario
            for team in teams(self._scenario):
                self._open(team, language, opening)
            self._show()
            self._files = opening.pop_all()

    @classmethod
    def create(cls, package: Package, folder: Path, *, clock: Clock) -> None:
        """A new run in a folder that is not there yet. Raises Refused where it is, or the scenario has errors."""
        try:
            folder.mkdir(parents=True)
        except FileExistsError as error:
            raise Refused(Message("There is a folder of that name already."), where=str(folder)) from error
        except OSError as error:
            what = Message("The folder cannot be made: {reason}.", reason=reason_of(error))
            raise Refused(what, where=str(folder)) from error
        try:
            Exercises(clock).create(package, folder / RECORD)
        except Refused:
            folder.rmdir()
            raise

    def now(self) -> Instant:
        """Scenario time as an instant."""
        return self._scenario.instant(self.conduct.clock.t)

    def tick(self) -> None:
        """Bring record and desks up to the clock, and what the teams wrote into the record."""
        self.conduct.tick()
        self._take_in()
        self._show(every_move=self.conduct.over)

    def jump(self, to: int, passed: Passed) -> None:
        """Go to a later instant (milliseconds), only while it is not running; the teams' workspaces get every stage
        on the way, so that their time sliders show it."""
        while (t := self.conduct.clock.t) < to:
            self.conduct.jump(min(to, t + STAGE_MS), passed)
            self._show(every_move=True)

    def close(self) -> None:
        """Let all files go; the run can be opened again where it stands."""
        self._files.close()

    # --- parts -----------------------------------------------------------------------------------

    def _open(self, team: Team, language: str, opening: ExitStack) -> None:
        path = self.folder / f"{file_name(team.id)}.qroc"
        if not path.exists():
            centre = said(team.name, language) or team.id
            identity = Identity(centre=centre, country=NOWHERE, kind=WorkspaceKind.EXERCISE)
            Workspace.create(path, identity, author=AUTHOR, clock=self.now, ids=self._ids).close()
        workspace = Workspace.open(path, clock=self.now, ids=self._ids)
        desk = Desk(workspace, author=self._author, clock=self.now, ids=self._ids)
        opening.callback(desk.close)
        self.desks[team.id] = desk
        self._feeds[team.id] = TeamFeed(workspace, self._scenario.instant, language, media=self.conduct.medium)
        # What was written in the last moment before a crash is in the desk and not yet in the record.
        for entry in reversed(workspace.entries(limit=MOST_ENTRIES)):
            if entry.author != AUTHOR and not self.conduct.world.has_said(team.id, entry.id):
                self._written.put((team.id, entry.id))
        opening.callback(desk.subscribe(lambda outcome: self._heard(team.id, outcome)))

    def _heard(self, team: str, outcome: Outcome) -> None:
        """In the writer's thread: keep what was written for the next tick."""
        for entry in outcome.entries:
            self._written.put((team, entry))

    def _take_in(self) -> None:
        """Decisions, actions and messages of a team are the record of what it did: from the start of the exercise on,
        with what was written before, until its end."""
        if self.conduct.clock.state in (ClockState.RESET, ClockState.STOPPED):
            return
        while not self._written.empty():
            team, name = self._written.get()
            made = self.desks[team].workspace.history(SubjectType.ENTRY, name)[0]
            entry = made.patch.get(Aspect.ENTRY)
            if isinstance(entry, Entry) and made.author != AUTHOR:
                text = spoken(entry.kind, entry.text)
                self.conduct.act(team, text=text, by=made.author, entry=name, corrects=entry.corrects)

    def _show(self, *, every_move: bool = False) -> None:
        """Every team's picture; where one of them cannot be written the others are, and scenario time stands still:
        nobody plays on without seeing."""
        trouble: QrocError | None = None
        for team, feed in self._feeds.items():
            view = self.views[team] = self.conduct.view(team)
            try:
                feed.show(view, None if every_move else MOST_MOVES)
            except QrocError as error:
                trouble = trouble or error
            for name in feed.lacking.keys() - self._lacking:
                self._note_lacking(name, feed.lacking[name])
        if trouble is not None:
            self.conduct.halt()
            raise trouble

    def _note_lacking(self, name: str, why: Message) -> None:
        """A line for the directing staff, once for each medium; the message was shown without it."""
        self._lacking.add(name)
        desk = self.desks[staff(self._scenario).id]
        subject = f"medium-{hashlib.sha256(name.encode()).hexdigest()[:32]}"
        if not desk.workspace.history(SubjectType.ENTRY, subject):
            what = Message("A message is shown without its medium {name}: {reason}.", name=name, reason=why)
            entry = Entry(kind=EntryKind.MESSAGE, text=translation.said(what))
            draft = Draft(subject_type=SubjectType.ENTRY, subject=subject, patch={Aspect.ENTRY: entry})
            desk.workspace.append([draft], author=AUTHOR, label="exercise-feed")


def teams(scenario: Scenario) -> tuple[Team, ...]:
    """All who have a desk: the scenario's teams, and the directing staff where no team of it is white."""
    white = any(team.side is Side.WHITE for team in scenario.teams)
    return scenario.teams if white else (*scenario.teams, STAFF)


def staff(scenario: Scenario) -> Team:
    """The team that conducts the exercise and sees everything."""
    return next(team for team in teams(scenario) if team.side is Side.WHITE)
