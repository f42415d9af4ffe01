"""Notes and ratings in the order of time, the newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from qroc_desktop.exercise.events import Rated
from qroc_desktop.exercise.scenario import said as in_language
from qroc_desktop.exercise.seating import Rates, SeatInfo
from qroc_desktop.services.exercise.ratings import RATINGS
from qroc_desktop.translation import language, said, tr
from qroc_desktop.ui.exercise.rating_signs import RATING_SIGNS
from qroc_desktop.ui.exercise.scenario_clock import ScenarioTimes
from qroc_desktop.ui.panels.blocks import BLOCKS_ROLE, BlockDelegate, Blocks
from qroc_desktop.ui.theme import Theme

LATE_MS: Final = 60_000
"""Written down later than this after it was seen, a note says so."""
_NOWHERE: Final = QModelIndex()
_Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class NoteRow:
    """`unsent`: it is not in the record; it can be tried again."""

    blocks: Blocks
    unsent: Rates | None = None


def note_rows(
    info: SeatInfo,
    notes: Sequence[Rated],
    unsent: Sequence[Rates],
    under_way: Sequence[Rates],
    times: ScenarioTimes,
    by: str = "",
) -> list[NoteRow]:
    """What did not get into the record first, then what is on its way there, then the record's; `by`: of one author."""
    rows = [NoteRow(_said_here(info, saying, times, lost=True), saying) for saying in reversed(unsent)]
    rows += [NoteRow(_said_here(info, saying, times, lost=False)) for saying in reversed(under_way)]
    mine = [note for note in notes if not by or note.by == by]
    return rows + [NoteRow(_noted(info, note, times, by)) for note in sorted(mine, key=_seen, reverse=True)]


def recorded(saying: Rates, notes: Sequence[Rated]) -> bool:
    """Whether the record has what was said. A time that was ahead of it has been taken back to its own."""
    what = (saying.objective, saying.task, saying.rating, saying.note, saying.by)
    return any(
        (note.objective, note.task, note.rating, note.note, note.by) == what
        and (note.seen == saying.at or note.seen == note.t < (saying.at or 0))
        for note in notes
    )


class NotesView(QListView):
    """Enter, or a double click, on one that is not recorded tries again."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model_ = _Model(self)
        self.setModel(self.model_)
        self.setItemDelegate(BlockDelegate(theme, self))
        self.setAccessibleName(tr("Notes"))
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Heights follow from the width, also where a scroll bar has just taken some of it."""
        super().resizeEvent(event)
        self.scheduleDelayedItemsLayout()

    def show_rows(self, rows: Sequence[NoteRow]) -> None:
        """These and no others."""
        if list(rows) != self.model_.rows:
            self.model_.show(rows)


class _Model(QAbstractListModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.rows: list[NoteRow] = []

    def show(self, rows: Sequence[NoteRow]) -> None:
        self.beginResetModel()
        self.rows = list(rows)
        self.endResetModel()

    def rowCount(self, parent: _Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        blocks = self.rows[index.row()].blocks
        if role == BLOCKS_ROLE:
            return blocks
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return " ".join(part for part in (blocks.head, blocks.text, blocks.foot) if part)
        return None


def _seen(note: Rated) -> tuple[int, int]:
    return note.seen, note.t


def _noted(info: SeatInfo, note: Rated, times: ScenarioTimes, by: str) -> Blocks:
    head = [times.second(note.seen), _what(info, note.objective, note.task)]
    foot = [] if by else [note.by]
    if note.t - note.seen > LATE_MS:
        foot.append(tr("written at {time}", time=times.second(note.t)))
    rated = said(RATINGS[note.rating].full) if note.rating is not None else ""
    text = " · ".join(part for part in (f"{note.rating}  {rated}" if rated else "", note.note) if part)
    icon = "clipboard-check" if note.rating is not None else "pencil-line"
    colour = RATING_SIGNS[note.rating].colour
    return Blocks(head=" · ".join(head), text=text, foot=" · ".join(p for p in foot if p), icon=icon, colour=colour)


def _said_here(info: SeatInfo, saying: Rates, times: ScenarioTimes, *, lost: bool) -> Blocks:
    head = f"{times.second(saying.at or 0)} · {_what(info, saying.objective, saying.task)}"
    text = saying.note or str(saying.rating or "")
    if lost:
        foot = tr("Not recorded. Enter tries again.")
        return Blocks(head=head, text=text, foot=foot, icon="octagon-x", colour="danger")
    return Blocks(head=head, text=text, foot=tr("on its way to the record"), icon="hourglass", colour="warning")


def _what(info: SeatInfo, objective: str, task: str) -> str:
    """`1 Containment: Ring within seven minutes`, as short as it goes."""
    for number, entry in enumerate(info.objectives, start=1):
        if entry.id == objective:
            name = in_language(entry.text, language()).partition(":")[0] or in_language(entry.capability, language())
            held = next((t for t in entry.tasks if t.id == task), None)
            return f"{number} {in_language(held.criterion, language())}" if held is not None else f"{number} {name}"
    return task or objective
