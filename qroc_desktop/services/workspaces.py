"""Making and opening workspace files."""

from __future__ import annotations

from pathlib import Path

from qroc_desktop.domain.aspects import Identity
from qroc_desktop.domain.ids import IdSource
from qroc_desktop.domain.instant import BEGINNING, Clock, Instant
from qroc_desktop.domain.vocabulary import WorkspaceKind
from qroc_desktop.errors import Message, Refused
from qroc_desktop.services.desk import Desk
from qroc_desktop.services.layers import Layers
from qroc_desktop.services.progress import Task
from qroc_desktop.store import Report, Workspace, recover
from qroc_desktop.store.lock import WorkspaceLock

SUFFIX = ".qroc"
EXERCISE_AUTHOR = "EXERCISE"
"""Who writes what a team of an exercise sees into its workspace, and makes it."""
LONGEST_CENTRE = 200


class Workspaces:
    """Opens desks; knows who works here and what time it is."""

    def __init__(self, *, author: str, clock: Clock, ids: IdSource, default_layer: str = "Incidents") -> None:
        self._author = author
        self._clock = clock
        self._ids = ids
        self._default_layer = default_layer

    def create(self, path: Path, *, centre: str, country: str, kind: WorkspaceKind = WorkspaceKind.LIVE) -> Desk:
        """A new workspace file with its first layer. `country` is an ISO 3166-1 alpha-2 code."""
        identity = Identity(centre=centre_name(centre), country=country_code(country), kind=kind)
        workspace = Workspace.create(path, identity, author=self._author, clock=self._clock, ids=self._ids)
        # Before there is a desk: the first layer is no step of its author that undo would take back.
        Layers(workspace, author=self._author, ids=self._ids, default_name=self._default_layer).default()
        return self._desk(workspace)

    def open(self, path: Path, *, read_only: bool = False) -> Desk:
        """An existing workspace. Raises Refused (locked, newer, not a workspace) or Damaged."""
        time = _Time(self._clock)
        workspace = Workspace.open(path, clock=time, ids=self._ids, read_only=read_only)
        if not fed_by_exercise(workspace):
            return self._desk(workspace)
        # Its clock was an exercise's, which is not conducted by this desk: it stands where it was left.
        time.stand_still()
        return self._desk(workspace, clock=workspace.now, left=True)

    def recover(self, damaged: Path, to: Path, task: Task | None = None) -> Report:
        """Copy what can be read of a damaged workspace to a new file; the damaged one stays as it is."""
        working = task or Task()
        return recover(damaged, to, clock=self._clock, ids=self._ids, author=self._author, progress=working.step)

    def discard(self, path: Path) -> bool:
        """Delete a workspace file that no program has open; False where one has."""
        try:
            lock = WorkspaceLock(path, self._clock())
        except Refused:
            return False
        for name in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
            name.unlink(missing_ok=True)
        lock.release()
        Path(f"{path}.lock").unlink(missing_ok=True)
        return True

    def _desk(self, workspace: Workspace, clock: Clock | None = None, *, left: bool = False) -> Desk:
        return Desk(
            workspace,
            author=self._author,
            clock=clock or self._clock,
            ids=self._ids,
            default_layer=self._default_layer,
            left=left,
        )


class _Time:
    """The clock of a workspace, which is known to be an exercise's only once it is open."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def __call__(self) -> Instant:
        return self._clock()

    def stand_still(self) -> None:
        """From now on no time of its own: a workspace's now is never before its last record."""
        self._clock = lambda: BEGINNING


def fed_by_exercise(workspace: Workspace) -> bool:
    """Whether a run of an exercise made it, and wrote into it what a team sees."""
    first = next(workspace.changes(), None)
    of_exercise = workspace.identity().kind is WorkspaceKind.EXERCISE
    return of_exercise and first is not None and first.author == EXERCISE_AUTHOR


def centre_name(name: str) -> str:
    """A centre's name as it is kept. Raises Refused where it is empty or too long."""
    cleaned = " ".join(name.split())
    if not cleaned:
        raise Refused(Message("The centre needs a name."))
    if len(cleaned) > LONGEST_CENTRE:
        raise Refused(
            Message("The centre's name is longer than {limit} characters.", limit=LONGEST_CENTRE), where=cleaned[:40]
        )
    return cleaned


def country_code(code: str) -> str:
    """ISO 3166-1 alpha-2 in capitals. Raises Refused for anything else."""
    cleaned = code.strip().upper()
    if len(cleaned) != 2 or not (cleaned.isascii() and cleaned.isalpha()):
        raise Refused(Message("A country is given by its two letters, such as NL or DE."), where=code[:20])
    return cleaned
