"""The logbook: append-only messages, decisions and actions."""

from __future__ import annotations

from collections.abc import Sequence

from qroc_desktop.domain.aspects import Entry, Marking
from qroc_desktop.domain.change import Draft, Patch
from qroc_desktop.domain.ids import IdSource
from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.query import Moment, Outcome
from qroc_desktop.domain.state import LogEntry
from qroc_desktop.domain.vocabulary import Aspect, EntryKind, SubjectType
from qroc_desktop.errors import Message, Refused
from qroc_desktop.store import Workspace


class Logbook:
    """Entries are never edited or undone: a correction is a new entry linked to the old one."""

    def __init__(self, workspace: Workspace, *, author: str, ids: IdSource) -> None:
        self._workspace = workspace
        self._author = author
        self._ids = ids

    def add(
        self,
        kind: EntryKind,
        text: str,
        *,
        items: Sequence[str] = (),
        corrects: str = "",
        counterpart: str = "",
        marking: Marking | None = None,
        at: Instant | None = None,
    ) -> tuple[str, Outcome]:
        """A new entry; its id and the outcome. `at`: when it happened (None: now)."""
        if not text.strip():
            raise Refused(Message("A logbook entry needs a text."))
        entry = self._ids()
        value = Entry(kind=kind, text=text.strip(), items=tuple(items), corrects=corrects, counterpart=counterpart)
        patch: Patch = {Aspect.ENTRY: value} | ({Aspect.MARKING: marking} if marking else {})
        draft = Draft(subject_type=SubjectType.ENTRY, subject=entry, patch=patch, valid_at=at)
        return entry, self._workspace.append([draft], author=self._author, label=f"log-{kind}")

    def correct(self, wrong: LogEntry, text: str) -> tuple[str, Outcome]:
        """A correction of an entry, of the same kind and about the same items."""
        return self.add(wrong.entry.kind, text, items=wrong.entry.items, corrects=wrong.id)

    def entries(
        self, *, text: str = "", item: str = "", moment: Moment | None = None, limit: int = 500
    ) -> list[LogEntry]:
        """Entries, newest first."""
        return self._workspace.entries(text=text, item=item, at=moment, limit=limit)
