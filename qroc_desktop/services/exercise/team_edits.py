"""Several seats of a team have one picture: what one of them does to it becomes an edit, and is done at the others.

An edit is a batch of the workspace that it was made in, and a batch of the same id in all others of the team; so it is
known from the file alone what is there already. Where two change the same aspect, whichever the record has last holds
everywhere: what is recorded before something of one's own that is not recorded yet is written beneath that.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Container, Iterator, Sequence
from itertools import groupby, takewhile
from typing import Final

import msgspec

from qroc_desktop.domain.aspects import AspectValue
from qroc_desktop.domain.change import Change, Draft, encode_patch
from qroc_desktop.domain.instant import BEGINNING, Instant
from qroc_desktop.domain.query import BatchInfo, Outcome
from qroc_desktop.domain.vocabulary import Aspect, SubjectType
from qroc_desktop.errors import Refused
from qroc_desktop.exercise.edits import MOST_TOUCHES, OF_EXERCISE, TRAVELS, Edit, Touch, patch_of
from qroc_desktop.services.workspaces import EXERCISE_AUTHOR
from qroc_desktop.store import Workspace
from qroc_desktop.store.portions import Portion

FEED: Final = "exercise-feed"
"""The step of what the exercise itself writes."""
_PIECE: Final = 48 * 1024
"""Bytes of patches from which on a large step travels in several pieces."""
MOST_STEPS: Final = 50
"""So many of the team's steps at most are written in one transaction."""
_NAMELESS: Final = "–"
_log = logging.getLogger(__name__)


def own(workspace: Workspace | Portion, batch: str) -> BatchInfo | None:
    """A batch that somebody made, here or at another seat; None where the exercise itself did, or where it is not."""
    info = workspace.batch(batch)
    return None if info is None or info.author == EXERCISE_AUTHOR or info.label == FEED else info


def edits_of(workspace: Workspace, info: BatchInfo, outcome: Outcome) -> list[Edit]:
    """What of a batch that is somebody's `own` is to be told: none, one, or the pieces of a large one."""
    if not (outcome.items or outcome.layers):
        return []
    changes = takewhile(lambda change: change.seq <= outcome.last_seq, workspace.changes(outcome.first_seq - 1))
    return _pieces(info, [touch for change in changes for touch in _touches(workspace, change)])


def untold(workspace: Workspace, told: Container[str]) -> Iterator[Edit]:
    """All edits of a workspace whose ids are not among `told`, in the order in which they were made: what was done
    just before the end of the process is in the file and nowhere else."""
    for name, changes in groupby(workspace.changes(), key=lambda change: change.batch):
        made = list(changes)
        if name in told or made[0].author == EXERCISE_AUTHOR or not any(one.subject_type in TRAVELS for one in made):
            continue
        if (info := own(workspace, name)) is not None:
            touches = [touch for change in made for touch in _touches(workspace, change)]
            yield from (edit for edit in _pieces(info, touches) if edit.id not in told)


class EditFeed:
    """One workspace of a team, kept up to the edits that the record has of it."""

    def __init__(self, workspace: Workspace, at: Callable[[int], Instant], refused: Callable[[str], bool]) -> None:
        """at: the instant of a scenario time. refused: whether a batch of this workspace will never be recorded."""
        self._workspace = workspace
        self._at = at
        self._refused = refused
        self._done = 0
        self._recorded: set[str] = set()

    def show(self, edits: Sequence[Edit], kept: Container[str]) -> bool:
        """Do what has not been done here; whether anything was. kept: items that are the exercise's own to write.

        Whoever joins late gets hundreds of steps: they are written in portions, each of them whole or not at all, and
        between two of them the officer's own work has its turn. Raises what writing the workspace raises; what was
        not written is written the next time.
        """
        written = False
        while coming := self._portion(edits):
            written = self._write(coming, kept) or written
        return written

    def _portion(self, edits: Sequence[Edit]) -> Sequence[Edit]:
        """What is written together next, from the first on that is not here yet."""
        while self._done < len(edits) and _held(self._workspace, edits[self._done].id):
            self._recorded.add(_whole(edits[self._done].id))
            self._done += 1
        touches = 0
        for count, edit in enumerate(edits[self._done : self._done + MOST_STEPS]):
            touches += len(edit.touches)
            if count and touches > MOST_TOUCHES:
                return edits[self._done : self._done + count]
        return edits[self._done : self._done + MOST_STEPS]

    def _write(self, edits: Sequence[Edit], kept: Container[str]) -> bool:
        recorded = set(self._recorded)
        written = False

        def steps(portion: Portion) -> None:
            nonlocal written
            for edit in edits:
                if not _held(portion, edit.id):
                    written = self._apply(portion, edit, kept) or written
                self._recorded.add(_whole(edit.id))

        try:
            self._workspace.portion(steps)
        except BaseException:
            self._recorded = recorded
            raise
        self._done += len(edits)
        return written

    def _apply(self, portion: Portion, edit: Edit, kept: Container[str]) -> bool:
        try:
            touches = (touch for touch in edit.touches if touch.id not in kept)
            drafts = [draft for touch in touches for draft in self._drafts(portion, edit, touch)]
            if not drafts:
                return False
            undoes = edit.undoes if edit.undoes and portion.batch(edit.undoes) is not None else ""
            portion.append(
                drafts, author=edit.by or _NAMELESS, label=edit.label or "edit", batch=edit.id, undoes=undoes
            )
        except (Refused, ValueError) as error:
            # The record took it, so that this is no fault of the disk; it must not keep the team from all else.
            if isinstance(error, Refused) and error.where == str(self._workspace.path):
                raise
            _log.error("an edit of the team cannot be done here: %s", type(error).__name__)
            return False
        return True

    def _drafts(self, portion: Portion, edit: Edit, touch: Touch) -> Iterator[Draft]:
        patch = patch_of(touch)
        history = portion.history(touch.type, touch.id)
        if touch.of:
            of = _whole(touch.of)
            since = next((c.valid_at for c in history if _whole(c.batch) == of and c.patch.keys() & patch.keys()), None)
            if since is not None:  # what was never here has nothing to be taken back
                yield _draft(touch, patch, since)
            return
        if touch.at is not None:
            yield _draft(touch, patch, touch.at)
            return
        later = [change for change in history if self._comes_later(portion, change)]
        beneath = {aspect: value for aspect, value in patch.items() if any(aspect in c.patch for c in later)}
        above = {aspect: value for aspect, value in patch.items() if aspect not in beneath}
        if above:
            now = portion.now()
            held = [c.valid_at for c in history if c.valid_at <= now and c.patch.keys() & above.keys()]
            yield _draft(touch, above, max([self._at(edit.at), *held]))
        if beneath:
            first = min(change.valid_at for change in later if change.patch.keys() & beneath.keys())
            yield _draft(touch, beneath, Instant(max(BEGINNING, first - 1)))

    def _comes_later(self, portion: Portion, change: Change) -> bool:
        """Whether a change of this workspace will be recorded after all that is recorded so far."""
        if change.valid_at != change.recorded_at or change.author == EXERCISE_AUTHOR:
            return False
        if _whole(change.batch) in self._recorded or self._refused(change.batch):
            return False
        return own(portion, change.batch) is not None


# --- parts ---------------------------------------------------------------------------------------


def _held(workspace: Workspace | Portion, edit: str) -> bool:
    return any(workspace.batch(name) is not None for name in {edit, _whole(edit)})


def _touches(workspace: Workspace, change: Change) -> Iterator[Touch]:
    travels = TRAVELS.get(change.subject_type, frozenset())
    patch = {aspect: value for aspect, value in change.patch.items() if aspect in travels}
    if not patch or (change.subject_type is SubjectType.LAYER and change.subject.startswith(OF_EXERCISE)):
        return
    history = workspace.history(change.subject_type, change.subject)
    if any(before.author == EXERCISE_AUTHOR for before in history):
        return  # what the exercise shows, it shows to everybody itself
    at, of = None, ""
    if change.valid_at != change.recorded_at:
        alike = (c for c in history if c.seq < change.seq and c.valid_at == change.valid_at and c.batch != change.batch)
        before = next((c for c in alike if c.patch.keys() & patch.keys()), None)
        at, of = (change.valid_at, "") if before is None else (None, before.batch)
    yield Touch(type=change.subject_type, id=change.subject, patch=encode_patch(patch).decode(), at=at, of=of)


def _pieces(info: BatchInfo, touches: Sequence[Touch]) -> list[Edit]:
    pieces: list[list[Touch]] = []
    size = 0
    for touch in touches:
        more = len(touch.patch.encode())
        if not pieces or size + more > _PIECE or len(pieces[-1]) == MOST_TOUCHES:
            pieces.append([])
            size = 0
        pieces[-1].append(touch)
        size += more
    made = Edit(id=info.id, by=info.author, label=info.label, undoes=info.undoes)
    if len(pieces) == 1:
        return [msgspec.structs.replace(made, touches=tuple(pieces[0]))]
    return [
        msgspec.structs.replace(made, id=f"{info.id}.{number}", touches=tuple(piece))
        for number, piece in enumerate(pieces, start=1)
    ]


def _whole(edit: str) -> str:
    """The batch that an edit is, or is a piece of."""
    name, dot, number = edit.rpartition(".")
    return name if dot and number.isdecimal() else edit


def _draft(touch: Touch, patch: dict[Aspect, AspectValue | None], since: Instant) -> Draft:
    return Draft(subject_type=touch.type, subject=touch.id, patch=patch, valid_at=since)
