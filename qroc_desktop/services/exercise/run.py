"""A run on disk and under way: the record of the directing staff, and a workspace of its own for each team.

    FOLDER/run.qrocrun       scenario, events, keyframes: everything, for the directing staff alone
    FOLDER/TEAM.qroc         what the team has seen and done, as an ordinary workspace of the kind exercise
    FOLDER/centres/          keys and exchanges of the teams that share as centres do
    FOLDER/run.intake        what seats said that joined from other workstations, where there is a node

The clock of a team's workspace is scenario time, so that its time slider is the exercise's.
"""

from __future__ import annotations

import hashlib
from collections import deque
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
from qroc_desktop.exercise.edits import Edit
from qroc_desktop.exercise.package import Package
from qroc_desktop.exercise.run_file import in_the_way, not_made
from qroc_desktop.exercise.scenario import Team, called
from qroc_desktop.exercise.seating import spoken
from qroc_desktop.exercise.teams import file_name, staff, teams
from qroc_desktop.exercise.view import TeamView
from qroc_desktop.exercise.vocabulary import ClockState, Passed
from qroc_desktop.services.centre_session import CentreSession
from qroc_desktop.services.desk import Desk
from qroc_desktop.services.exercise.centres import ExerciseCentres, home_of
from qroc_desktop.services.exercise.joining.hearing import Hearing
from qroc_desktop.services.exercise.runs import RECORD, Exercises
from qroc_desktop.services.exercise.team_edits import FEED, edits_of, own, untold
from qroc_desktop.services.exercise.team_feed import AUTHOR, MOST_ENTRIES, TeamFeed
from qroc_desktop.services.exercise.team_files import TeamFiles
from qroc_desktop.store import Workspace

SHARED_WITHIN_MS: Final = 60_000
"""How long ago an inject may have been executed when a run is opened for its pictures to be sent still: a crash may
have come between the two."""
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
        self._written: deque[tuple[str, str | Edit]] = deque()
        self._dropped: set[str] = set()
        self.desks: dict[str, Desk] = {}
        self.views: dict[str, TeamView] = {}
        self._lacking: set[str] = set()
        self._feeds: dict[str, TeamFeed] = {}
        with ExitStack() as opening:
            self.conduct = opening.enter_context(Exercises(clock, mono).conducting(folder / RECORD))
            self._scenario = self.conduct.scenario
            for team in teams(self._scenario):
                self._open(team, language, opening)
            self._opened_at = self.conduct.world.standing.events
            self._centres = self._join_centres(opening)
            self._hearing = Hearing(folder, self.conduct)
            opening.callback(self._hearing.close)
            self._team_files = TeamFiles(self.conduct, self.desks, lambda: self._hearing.intake)
            self._show()
            self._files = opening.pop_all()

    @classmethod
    def create(cls, package: Package, folder: Path, *, clock: Clock) -> None:
        """A new run in a folder that is new or empty. Raises Refused where it is not, or the scenario has errors."""
        try:
            # One in which a process was killed just as it began is as good as none.
            for rest in folder.glob(f".{RECORD}.*") if folder.is_dir() else ():
                rest.unlink()
            if not folder.is_dir() or any(folder.iterdir()):
                if (there := in_the_way(folder)) is not None:
                    raise Refused(there, where=str(folder))
                folder.mkdir(parents=True)
        except OSError as error:
            raise not_made(folder, error) from error
        try:
            Exercises(clock).create(package, folder / RECORD)
        except Refused:
            folder.rmdir()
            raise

    def now(self) -> Instant:
        """Scenario time as an instant."""
        return self._scenario.instant(self.conduct.clock.t)

    def tick(self) -> None:
        """Bring record and desks up to the clock, what the teams wrote into the record, and bundles to centres."""
        self.conduct.tick()
        self._take_in()
        self._hearing.tick()
        self._carry()
        self._show(everything=self.conduct.over)
        for line in self._team_files.tick():
            self._tell_staff(line)

    def jump(self, to: int, passed: Passed) -> None:
        """Go to a later instant (milliseconds), only while it is not running; the teams' workspaces get every stage
        on the way, so that their time sliders show it. What the teams did before is recorded before."""
        self._take_in()
        while (t := self.conduct.clock.t) < to:
            self.conduct.jump(min(to, t + STAGE_MS), passed)
            self._carry()
            self._show(everything=True)

    def centre(self, team: str) -> CentreSession:
        """The centre that a team's windows share by, with open keys; one without keys where the team is none. Never a
        real one: all of it lies in the folder of the run. From any thread."""
        found = self._centres.session(team) if self._centres is not None else None
        return found or CentreSession(home_of(self.folder, self.desks[team], self.now), WorkspaceKind.EXERCISE)

    def seat_taken(self, team: str) -> None:
        """Somebody has sat down at a team's desk: from now on bundles that come in there are theirs to apply, and
        pictures that the scenario would send theirs to send."""
        if self._centres is not None:
            self._centres.seat_taken(team)

    def seat_left(self, team: str) -> None:
        """One of them has left."""
        if self._centres is not None:
            self._centres.seat_left(team)

    def close(self) -> None:
        """Let all files go; the run can be opened again where it stands."""
        self._files.close()

    # --- parts -----------------------------------------------------------------------------------

    def _open(self, team: Team, language: str, opening: ExitStack) -> None:
        path = self.folder / f"{file_name(team.id)}.qroc"
        if not path.exists():
            centre = called(team, language)
            country = team.centre.country if team.centre is not None else NOWHERE
            identity = Identity(centre=centre, country=country, kind=WorkspaceKind.EXERCISE)
            Workspace.create(path, identity, author=AUTHOR, clock=self.now, ids=self._ids).close()
        workspace = Workspace.open(path, clock=self.now, ids=self._ids)
        desk = Desk(workspace, author=self._author, clock=self.now, ids=self._ids)
        opening.callback(desk.close)
        self.desks[team.id] = desk
        self._feeds[team.id] = TeamFeed(
            workspace, self._scenario.instant, language, media=self.conduct.medium, refused=self._dropped.__contains__
        )
        # What was written in the last moment before a crash is in the desk and not yet in the record.
        for entry in reversed(workspace.entries(limit=MOST_ENTRIES)):
            if entry.author != AUTHOR and not self.conduct.world.has_said(team.id, entry.id):
                self._written.append((team.id, entry.id))
        for edit in untold(workspace, self.conduct.edited(team.id)):
            self._written.append((team.id, edit))
        opening.callback(desk.subscribe(lambda outcome: self._heard(team.id, outcome)))

    def _heard(self, team: str, outcome: Outcome) -> None:
        """In the writer's thread: keep what was written for the next tick."""
        workspace = self.desks[team].workspace
        if (made := own(workspace, outcome.batch)) is None:
            return
        self._written.extend((team, entry) for entry in outcome.entries)
        self._written.extend((team, edit) for edit in edits_of(workspace, made, outcome))

    def _take_in(self) -> None:
        """Decisions, actions and messages of a team, and what it does to its picture, are the record of what it did:
        from the start of the exercise on, with what was written before, until its end."""
        if self.conduct.clock.state in (ClockState.RESET, ClockState.STOPPED):
            return
        while self._written:
            team, made = self._written[0]
            if isinstance(made, Edit):
                self._take_edit(team, made)
            else:
                self._take_entry(team, made)
            # What the disk had no room for waits in its place.
            self._written.popleft()

    def _take_entry(self, team: str, name: str) -> None:
        made = self.desks[team].workspace.history(SubjectType.ENTRY, name)[0]
        entry = made.patch.get(Aspect.ENTRY)
        if isinstance(entry, Entry) and made.author != AUTHOR:
            text = spoken(entry.kind, entry.text)
            self.conduct.act(team, text=text, by=made.author, entry=name, corrects=entry.corrects)

    def _take_edit(self, team: str, edit: Edit) -> None:
        try:
            self.conduct.edit(team, edit)
        except Refused as error:
            if error.where == str(self.folder / RECORD):
                raise
            self._dropped.add(edit.id)
            name = self.desks[team].identity.centre
            self._tell_staff(
                Message("A step of {team} is not in the record: {reason}", team=name, reason=error.what), about=edit.id
            )

    def _show(self, *, everything: bool = False) -> None:
        """Every team's picture; where one of them cannot be written the others are, and scenario time stands still:
        nobody plays on without seeing."""
        trouble: QrocError | None = None
        begun: list[TeamFeed] = []
        self.views.update(self.conduct.views(self._feeds))
        for team, feed in self._feeds.items():
            try:
                feed.begin(self.views[team], everything=everything)
                begun.append(feed)
            except QrocError as error:
                trouble = trouble or error
        # All disks are waited for at once and not one after the other.
        for feed in begun:
            try:
                feed.finish()
            except QrocError as error:
                trouble = trouble or error
        for feed in self._feeds.values():
            for name in feed.lacking.keys() - self._lacking:
                self._note_lacking(name, feed.lacking[name])
        if trouble is not None:
            self.conduct.halt()
            raise trouble

    def _note_lacking(self, name: str, why: Message) -> None:
        """The message was shown without its medium."""
        self._lacking.add(name)
        self._tell_staff(
            Message("A message is shown without its medium {name}: {reason}.", name=name, reason=why), about=name
        )

    def _join_centres(self, opening: ExitStack) -> ExerciseCentres | None:
        since = self.conduct.world.t - SHARED_WITHIN_MS

        def handled(inject: str) -> bool:
            at = self.conduct.world.executed_at(inject)
            return at is not None and at < since

        try:
            centres = ExerciseCentres(
                self.folder, self._scenario, self.desks, clock=self.now, ids=self._ids, medium=self.conduct.medium,
                handled=handled,
            )  # fmt: skip
        except QrocError as error:
            self._tell_staff(_no_sharing(error))
            return None
        opening.callback(centres.close)
        return centres

    def _carry(self) -> None:
        """The exercise goes on where an exchange file cannot be used."""
        if self._centres is None:
            return
        # A window whose seat it is comes a moment after the run is opened.
        fresh = self.conduct.clock.running or self.conduct.world.standing.events > self._opened_at
        try:
            for line in self._centres.tick(self.conduct, fresh):
                self._tell_staff(line)
        except QrocError as error:
            self._tell_staff(_no_sharing(error))

    def _tell_staff(self, what: Message, about: str = "") -> None:
        """A line in the directing staff's logbook, once. about: what it is said of only once, whatever is said."""
        desk = self.desks[staff(self._scenario).id]
        text = translation.said(what)
        subject = f"note-{hashlib.sha256((about or text).encode()).hexdigest()[:32]}"
        if not desk.workspace.history(SubjectType.ENTRY, subject):
            entry = Entry(kind=EntryKind.MESSAGE, text=text)
            draft = Draft(subject_type=SubjectType.ENTRY, subject=subject, patch={Aspect.ENTRY: entry})
            desk.workspace.append([draft], author=AUTHOR, label=FEED)


def _no_sharing(error: QrocError) -> Message:
    return Message("Centres of the exercise cannot share: {reason}", reason=translation.explained(error))
