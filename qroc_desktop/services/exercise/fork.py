"""A fork of a run that has desks: a new folder that shares record and teams' workspaces up to an instant.

The record is forked in the thread of the run. Every team's workspace is then replayed batch by batch, in any thread and
while the run goes on: what it was shown and what it did itself, with the same authors, times and names, so that in the
fork each team sees at that instant what it saw. The folder gets its name when it is whole.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path
from typing import BinaryIO, Final

from qroc_desktop.domain.aspects import Attachments, Identity
from qroc_desktop.domain.change import Change, Draft
from qroc_desktop.domain.ids import random_id
from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.query import BatchInfo
from qroc_desktop.domain.vocabulary import Aspect
from qroc_desktop.errors import Damaged, Message, Refused
from qroc_desktop.exercise.run_file import in_the_way, not_made
from qroc_desktop.services.exercise.fork_centres import ForkedCentres
from qroc_desktop.services.exercise.pieces import size_here
from qroc_desktop.services.exercise.run import ExerciseRun
from qroc_desktop.services.exercise.runs import RECORD
from qroc_desktop.services.progress import Task
from qroc_desktop.store import Workspace
from qroc_desktop.store.appending import Repeated
from qroc_desktop.store.files import NewFile

_MS: Final = 1000
_TOGETHER: Final = 100
"""So many batches are recorded in one commit, for each waits for the disk, and nobody sees the folder until it is
whole."""
_ALL: Final = 2**31


class Fork:
    """A fork in the making, in the folder `rough`. `t`: scenario milliseconds where it branches off."""

    def __init__(self, run: ExerciseRun, folder: Path, t: int | None = None) -> None:
        """In the thread of the run, between two ticks. `t` of None is now. Raises Refused where the folder is there
        already, or the instant has not been played."""
        played = run.conduct.world.t
        self.t = played if t is None else t
        self.folder = folder
        if not 0 <= self.t <= played:
            raise Refused(Message("This time has not been played yet."), where=str(self.t / _MS))
        if (there := in_the_way(folder)) is not None:
            raise Refused(there, where=str(folder))
        self._source = run.folder
        self._now = run.conduct.scenario.instant(self.t)
        self._until = Instant(self._now + _MS - 1)
        self._teams = [desk.workspace.path.name for desk in run.desks.values()]
        self.rough = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")
        try:
            self.rough.mkdir(parents=True)
        except OSError as error:
            raise not_made(folder, error) from error
        with _tidy(self.rough):
            run.conduct.fork(self.rough / RECORD, self.t).close()
            self._centres = ForkedCentres(run.folder, self.rough)

    @property
    def left_behind(self) -> Message | None:
        """What of the run is not in the fork since it could not be read, once that is whole; None where all is."""
        return self._centres.left_behind

    def complete(self, task: Task | None = None) -> Path:
        """In any thread: replay the teams' workspaces and give the folder its name. Raises what the task's `step`
        raises, and Refused; nothing is left then."""
        with _tidy(self.rough), closing(self._centres):
            self._centres.complete(self._until, self._now)
            for name in self._teams:
                _replayed(self._source / name, self.rough / name, self._until, task or Task())
            try:
                self.rough.rename(self.folder)
            except OSError as error:
                raise not_made(self.folder, error) from error
        return self.folder


@contextmanager
def _tidy(rough: Path) -> Iterator[None]:
    """Leaves no half-made folder behind."""
    try:
        yield
    except BaseException:
        shutil.rmtree(rough, ignore_errors=True)
        raise


@dataclass(frozen=True, slots=True)
class _Kept:
    """A file of the workspace that is forked; implements `store.files.NewFile`."""

    old: Workspace
    sha256: str
    size: int
    where: str

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        found = self.old.file(self.sha256)
        if found is None:
            raise Damaged(Message("Part of the file {file} is lost.", file=self.where), where=str(self.old.path))
        with found:
            yield found


def _replayed(source: Path, target: Path, until: Instant, task: Task) -> None:
    """A new workspace with the batches of another that were recorded up to and with an instant."""
    with Workspace.open(source, clock=lambda: until, ids=random_id, read_only=True) as old:
        batches = {batch.id: batch for batch in old.batches(limit=_ALL) if batch.recorded_at <= until}
        course = _by_batch(old, batches)
        first, changes = next(course, (None, []))
        identity = changes[0].patch.get(Aspect.IDENTITY) if changes else None
        if first is None or not isinstance(identity, Identity):
            raise Damaged(Message("The workspace does not say whose it is."), where=str(source))
        with Workspace.create(
            target, identity, author=first.author, clock=lambda: first.recorded_at, ids=lambda: first.id
        ) as new:
            done, following = 1, list(islice(course, _TOGETHER))
            while following:
                new.repeat([_repeated(old, batch, changes) for batch, changes in following])
                done += len(following)
                task.step(done, len(batches))
                following = list(islice(course, _TOGETHER))


def _by_batch(old: Workspace, batches: dict[str, BatchInfo]) -> Iterator[tuple[BatchInfo, list[Change]]]:
    for name, changes in groupby(old.changes(), key=lambda change: change.batch):
        if name not in batches:
            return
        yield batches[name], list(changes)


def _repeated(old: Workspace, batch: BatchInfo, changes: list[Change]) -> Repeated:
    brings = [file for change in changes for file in _files(old, change)]
    return Repeated(batch, [_again(change) for change in changes], brings)


def _again(change: Change) -> Draft:
    return Draft(
        subject_type=change.subject_type,
        subject=change.subject,
        patch=change.patch,
        valid_at=change.valid_at,
        bases=change.bases,
    )


def _files(old: Workspace, change: Change) -> Iterator[NewFile]:
    held = change.patch.get(Aspect.ATTACHMENTS)
    for attached in held.files if isinstance(held, Attachments) else ():
        if size_here(old, attached.sha256) is not None:  # else it was on its way from another seat
            yield _Kept(old, attached.sha256, attached.size, attached.name)
