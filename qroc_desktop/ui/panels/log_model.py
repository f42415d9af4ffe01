"""Logbook entries as rows, newest first, and what is said of them."""

from __future__ import annotations

from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from qroc_desktop.domain.state import LogEntry
from qroc_desktop.domain.vocabulary import EntryKind, WorkspaceKind
from qroc_desktop.domain.words import ENTRIES
from qroc_desktop.services.workspaces import EXERCISE_AUTHOR
from qroc_desktop.translation import ntr, said, tr
from qroc_desktop.ui.panels.blocks import BLOCKS_ROLE, Blocks
from qroc_desktop.ui.text import tip
from qroc_desktop.ui.times import both, clock_text, utc_clock_text
from qroc_desktop.ui.words import WORKSPACES

Index = QModelIndex | QPersistentModelIndex
NOWHERE: Final = QModelIndex()
ICONS: Final = {EntryKind.MESSAGE: "message-square", EntryKind.DECISION: "gavel", EntryKind.ACTION: "zap"}
COLOURS: Final = {EntryKind.MESSAGE: "accent", EntryKind.DECISION: "warning", EntryKind.ACTION: "good"}


class LogModel(QAbstractListModel):
    """What the logbook holds, as far as it was asked for."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.entries: list[LogEntry] = []

    def show(self, entries: list[LogEntry]) -> None:
        """These and no others, newest first."""
        if entries == self.entries:
            return
        self.beginResetModel()
        self.entries = entries
        self.endResetModel()

    def find(self, entry: str) -> LogEntry | None:
        """An entry by its id, where it is among them."""
        return next((e for e in self.entries if e.id == entry), None)

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.entries)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        entry = self.entries[index.row()]
        if role == BLOCKS_ROLE:
            return self._blocks(entry)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return as_text(entry)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip(f"{both(entry.valid_from, seconds=True)} · {author_text(entry)}")
        return None

    def _blocks(self, entry: LogEntry) -> Blocks:
        head, foot = lines_of(entry, self.find(entry.entry.corrects) if entry.entry.corrects else None)
        kind = entry.entry.kind
        return Blocks(head, entry.entry.text, foot, ICONS[kind], COLOURS[kind], struck=bool(entry.corrected_by))


def author_text(entry: LogEntry) -> str:
    """Who wrote it; what the exercise itself wrote is so called in the user's language."""
    return said(WORKSPACES[WorkspaceKind.EXERCISE]) if entry.author == EXERCISE_AUTHOR else entry.author


def as_text(entry: LogEntry) -> str:
    """One entry as a line to be read aloud or copied."""
    parts = [both(entry.valid_from, seconds=True), said(ENTRIES[entry.entry.kind]), author_text(entry)]
    if entry.entry.counterpart:
        parts.append(entry.entry.counterpart)
    if entry.corrected_by:
        parts.append(tr("corrected since"))
    return f"{' · '.join(parts)}: {entry.entry.text}"


def lines_of(entry: LogEntry, corrected: LogEntry | None) -> tuple[str, str]:
    """Head and foot of an entry."""
    head = [clock_text(entry.valid_from), utc_clock_text(entry.valid_from), said(ENTRIES[entry.entry.kind])]
    head.append(author_text(entry))
    foot = []
    if entry.entry.counterpart:
        foot.append(entry.entry.counterpart)
    if entry.entry.corrects:
        time = clock_text(corrected.valid_from) if corrected else "…"
        foot.append(tr("corrects the entry of {time}", time=time))
    if entry.corrected_by:
        foot.append(tr("corrected since"))
    if entry.entry.items:
        foot.append(ntr("{count} item", "{count} items", len(entry.entry.items)))
    if entry.known_from - entry.valid_from > 60_000_000:
        foot.append(tr("recorded {time}", time=clock_text(entry.known_from)))
    return " · ".join(head), " · ".join(foot)

