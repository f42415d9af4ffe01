"""Undo, redo and conflicts."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from qroc_desktop.domain.aspects import Entry, Label, Origin, Wording
from qroc_desktop.domain.change import Change
from qroc_desktop.domain.query import BatchInfo, Conflict, Outcome
from qroc_desktop.errors import Message, Refused
from qroc_desktop.store import Workspace

APPEND_ONLY = "log-"
"""Batches of the logbook are never undone."""
HOW_ONE_LOOKS = frozenset({"layer-display"})
"""Showing and hiding is not work that plain undo should step through."""


class Touched(msgspec.Struct, frozen=True, kw_only=True):
    """What a batch was about: titles and names as they were with it, and formats, senders and files it came from."""

    names: list[str]
    sources: list[str]


class History:
    """Undo works on what this desk did since it was opened, newest first, as people expect of a window;
    any batch of the file can be undone by name."""

    def __init__(self, workspace: Workspace, *, author: str) -> None:
        self._workspace = workspace
        self._author = author
        self._done: list[str] = []
        self._undone: list[str] = []
        self._forget = workspace.subscribe(self._note)

    def undo(self) -> Outcome | None:
        """Undo the newest step; None where there is none."""
        return self._step(self._done, self._undone)

    def redo(self) -> Outcome | None:
        """Do again what was undone last; None where there is nothing."""
        return self._step(self._undone, self._done)

    def undo_batch(self, batch: str) -> Outcome:
        """Undo a batch by its id. Raises Refused where it is unknown, undone already, or of the logbook."""
        info = self._workspace.batch(batch)
        if info is None:
            raise Refused(Message("There is no such batch."), where=batch)
        if info.label.startswith(APPEND_ONLY):
            raise Refused(
                Message("The logbook is append-only."), where=batch, action=Message("Add a correction instead.")
            )
        return self._workspace.undo(batch, author=self._author)

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to undo."""
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        """Whether there is a step to do again."""
        return bool(self._undone)

    @property
    def next_undo(self) -> str | None:
        """Label of the step that undo would take back; None where there is none."""
        return self._label(self._done[-1]) if self._done else None

    @property
    def next_redo(self) -> str | None:
        """Label of the step that redo would do again; None where there is none."""
        if not self._undone:
            return None
        info = self._workspace.batch(self._undone[-1])
        return self._label(info.undoes) if info and info.undoes else ""

    def batches(self, limit: int = 200) -> list[BatchInfo]:
        """The newest batches, newest first."""
        return self._workspace.batches(limit=limit)

    def touched(self, batch: str, limit: int = 20) -> Touched:
        """The first subjects of a batch, by the names that they had; a subject without one is left out."""
        names, sources = [], []
        for type_, subject in self._workspace.touched(batch, limit):
            name, source = _named(self._workspace.history(type_, subject), batch)
            names += [name] if name else []
            sources += [source] if source and source not in sources else []
        return Touched(names=names, sources=sources)

    def conflicts(self) -> list[Conflict]:
        """Edits that lost to another edit of the same aspect and that nobody has settled yet."""
        return self._workspace.conflicts()

    def settle(self, conflicts: Iterable[Conflict]) -> None:
        """Mark conflicts as looked at; the losing edits stay in the history."""
        for conflict in conflicts:
            self._workspace.settle(conflict, author=self._author)

    def close(self) -> None:
        """Stop listening."""
        self._forget()

    def _step(self, source: list[str], target: list[str]) -> Outcome | None:
        if not source:
            return None
        outcome = self._workspace.undo(source.pop(), author=self._author)
        target.append(outcome.batch)
        return outcome

    def _note(self, outcome: Outcome) -> None:
        if outcome.undoes:
            if outcome.undoes in self._done:
                self._done.remove(outcome.undoes)
            return
        info = self._workspace.batch(outcome.batch)
        # What an exercise shows, or another seat of the team has done, is not this desk's to take back by plain undo.
        if info is None or info.author != self._author or info.label in HOW_ONE_LOOKS:
            return
        if outcome.items or outcome.layers:
            self._done.append(outcome.batch)
            self._undone.clear()

    def _label(self, batch: str) -> str:
        info = self._workspace.batch(batch)
        return info.label if info else ""


def _named(changes: Iterable[Change], batch: str) -> tuple[str, str]:
    """Title, name or text of a subject, the latest until and with a batch, and what it came from by it."""
    name = source = ""
    for change in changes:
        for value in change.patch.values():
            match value:
                case Wording(title=title):
                    name = title or name
                case Label(name=label):
                    name = label
                case Entry(text=text):
                    name = text
                case Origin(format=format_, source_name=sender, file=file) if format_ and change.batch == batch:
                    told = ", ".join(part for part in (sender, file) if part)
                    source = f"{format_.upper()} ({told})" if told else format_.upper()
        if change.batch == batch:
            break
    return name, source
