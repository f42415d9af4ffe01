"""What another program records in a workspace that is open here for reading only."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

from qroc_desktop.domain.change import Change
from qroc_desktop.domain.query import Outcome
from qroc_desktop.domain.vocabulary import SubjectType
from qroc_desktop.errors import QrocError
from qroc_desktop.store import Workspace

PAUSE_SECONDS = 0.5
_log = logging.getLogger(__name__)


class Follower:
    """Looks into the file a few times a second, in a thread of its own, and tells of what has come in.

    `tell` is called in that thread, with one outcome for all that was recorded since the last look.
    """

    def __init__(self, workspace: Workspace, tell: Callable[[Outcome], None], pause: float = PAUSE_SECONDS) -> None:
        self._workspace = workspace
        self._tell = tell
        self._pause = pause
        self._seen = workspace.last_seq
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="qroc-follow", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Look no more."""
        self._ended.set()
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _follow(self) -> None:
        readable = True
        while not self._ended.wait(self._pause):
            try:
                self._look()
                readable = True
            except QrocError as error:
                if readable:  # said once, not twice a second
                    _log.warning("the workspace cannot be followed: %s", error.what.template)
                readable = False

    def _look(self) -> None:
        if self._workspace.last_seq == self._seen:
            return
        changes = list(self._workspace.changes(self._seen))
        if changes:
            self._seen = changes[-1].seq
            self._tell(_outcome(changes))


def _outcome(changes: Sequence[Change]) -> Outcome:
    def subjects(kind: SubjectType) -> frozenset[str]:
        return frozenset(change.subject for change in changes if change.subject_type is kind)

    last = changes[-1]
    return Outcome(
        batch=last.batch,
        first_seq=changes[0].seq,
        last_seq=last.seq,
        recorded_at=last.recorded_at,
        items=subjects(SubjectType.ITEM),
        layers=subjects(SubjectType.LAYER),
        entries=subjects(SubjectType.ENTRY),
        aspects=frozenset(aspect for change in changes for aspect in change.patch),
        identity=bool(subjects(SubjectType.WORKSPACE)),
    )
