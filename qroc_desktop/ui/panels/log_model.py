"""Logbook entries as rows, newest first, and how they are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from qroc_desktop.domain.state import LogEntry
from qroc_desktop.domain.vocabulary import EntryKind
from qroc_desktop.translation import ntr, said, tr
from qroc_desktop.ui.text import tip
from qroc_desktop.ui.theme import Theme
from qroc_desktop.ui.times import both, clock_text, utc_clock_text
from qroc_desktop.ui.words import ENTRIES

Index = QModelIndex | QPersistentModelIndex
NOWHERE: Final = QModelIndex()
ENTRY_ROLE: Final = Qt.ItemDataRole.UserRole + 1
ICONS: Final = {EntryKind.MESSAGE: "message-square", EntryKind.DECISION: "gavel", EntryKind.ACTION: "zap"}
_WRAP: Final = int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)


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
        if role == ENTRY_ROLE:
            return entry
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return as_text(entry)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip(f"{both(entry.valid_from, seconds=True)} · {entry.author}")
        return None


def as_text(entry: LogEntry) -> str:
    """One entry as a line to be read aloud or copied."""
    parts = [both(entry.valid_from, seconds=True), said(ENTRIES[entry.entry.kind]), entry.author]
    if entry.entry.counterpart:
        parts.append(entry.entry.counterpart)
    if entry.corrected_by:
        parts.append(tr("corrected since"))
    return f"{' · '.join(parts)}: {entry.entry.text}"


def lines_of(entry: LogEntry, corrected: LogEntry | None) -> tuple[str, str]:
    """Head and foot of an entry."""
    head = [clock_text(entry.valid_from), utc_clock_text(entry.valid_from), said(ENTRIES[entry.entry.kind])]
    head.append(entry.author)
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


class LogDelegate(QStyledItemDelegate):
    """Head, text and foot of an entry; a corrected one is struck through."""

    def __init__(self, model: LogModel, theme: Theme, view: QListView) -> None:
        super().__init__(view)
        self._model = model
        self._theme = theme
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        entry = index.data(ENTRY_ROLE)
        width = self._view.viewport().width() - self._left() - self._theme.px(10)
        height = self._theme.px(12)
        for text, font in self._blocks(entry):
            height += QFontMetrics(font).boundingRect(QRect(0, 0, width, 100_000), _WRAP, text).height()
        return QSize(self._view.viewport().width(), height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        entry: LogEntry = index.data(ENTRY_ROLE)
        tokens, px = self._theme.tokens, self._theme.px
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        box: QRect = option.rect
        painter.save()
        painter.fillRect(box, QColor(tokens.selection if selected else tokens.panel))
        icon = self._theme.icon(ICONS[entry.entry.kind], size=16, colour=_colour(entry.entry.kind))
        icon.paint(painter, QRect(box.left() + px(9), box.top() + px(8), px(16), px(16)))
        top = box.top() + px(6)
        room = QRect(box.left() + self._left(), top, box.width() - self._left() - px(10), box.height())
        for place, (text, font) in enumerate(self._blocks(entry)):
            painter.setFont(font)
            strong = place == 1 and not entry.corrected_by
            painter.setPen(QColor(tokens.on_selection if selected else tokens.text if strong else tokens.muted))
            used = painter.boundingRect(room, _WRAP, text)
            painter.drawText(room, _WRAP, text)
            room.setTop(room.top() + used.height())
        painter.setPen(QColor(tokens.line))
        painter.drawLine(box.bottomLeft(), box.bottomRight())
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QColor(tokens.accent))
            painter.drawRect(box.adjusted(0, 0, -1, -1))
        painter.restore()

    def _blocks(self, entry: LogEntry) -> Sequence[tuple[str, QFont]]:
        head, foot = lines_of(entry, self._model.find(entry.entry.corrects) if entry.entry.corrects else None)
        small = self._theme.font(0.92, figures=True)
        text = self._theme.font(1.0)
        text.setStrikeOut(bool(entry.corrected_by))
        blocks = [(head, small), (entry.entry.text, text)]
        return [*blocks, (foot, small)] if foot else blocks

    def _left(self) -> int:
        return self._theme.px(34)


def _colour(kind: EntryKind) -> str:
    return {EntryKind.MESSAGE: "accent", EntryKind.DECISION: "warning", EntryKind.ACTION: "good"}[kind]
