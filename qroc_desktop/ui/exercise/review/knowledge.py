"""Where a team believed the hunted to be at the moment that is shown, beside the truth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Signal
from PySide6.QtWidgets import QHeaderView, QTreeView, QVBoxLayout, QWidget

from qroc_desktop.exercise.review import Gap
from qroc_desktop.mapview.messages import Belief
from qroc_desktop.services.exercise.review.after_action import AfterAction
from qroc_desktop.services.exercise.review.run_review import Shown
from qroc_desktop.services.exercise.review.words import said_duration, said_metres
from qroc_desktop.translation import tr
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.sharing.rows import Column, RowsModel, RowsView
from qroc_desktop.ui.text import plain_label

Index = QModelIndex | QPersistentModelIndex
FAR_M: Final = 500.0
"""From so far off on, a belief leads a search astray."""


class Row:
    """A hunted entity at the moment: its gap with its name."""

    def __init__(self, gap: Gap, name: str) -> None:
        self.gap = gap
        self.name = name


class KnowledgePage(QWidget):
    """Where the hunted were, and where they were believed to be."""

    chosen = Signal(object)
    """(lon, lat) to look at."""

    def __init__(self, bench: Bench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme = bench.theme
        where: Sequence[Column[Row]] = (
            Column(tr("Who or what"), lambda row: row.name),
            Column(tr("Belief"), said_belief, 180, _sign),
            Column(tr("Off by"), lambda row: "–" if row.gap.off is None else said_metres(row.gap.off), 84),
            Column(tr("Age"), lambda row: "–" if row.gap.age is None else said_duration(row.gap.age), 84),
        )
        self.where: RowsView[Row] = RowsView(
            RowsModel(where, lambda row: row.gap.entity, theme, self), tr("Known and true places"), theme, self
        )
        give_rest_to_first(self.where)
        self._lay_out(bench)
        self.where.activated.connect(lambda _: self._choose())
        self.where.clicked.connect(lambda _: self._choose())

    def show_moment(self, shown: Shown) -> None:
        """How it stood at an instant."""
        self.where.show_rows(rows_of(shown))

    def _choose(self) -> None:
        row = self.where.current()
        place = None if row is None else row.gap.truth or row.gap.believed
        if place is not None:
            self.chosen.emit(place)

    def _lay_out(self, bench: Bench) -> None:
        px = bench.theme.px
        label = plain_label(tr("Where they are, and where they are believed to be"), role="title", parent=self)
        label.setBuddy(self.where)
        column = QVBoxLayout(self)
        column.setContentsMargins(px(6), px(6), px(6), 0)
        column.setSpacing(px(4))
        column.addWidget(label)
        column.addWidget(self.where, 1)


def give_rest_to_first(view: QTreeView) -> None:
    """The names get what the other columns leave, however narrow the panel is."""
    view.header().setStretchLastSection(False)
    view.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)


def rows_of(shown: Shown) -> list[Row]:
    """The hunted that are there or were believed to be, the farthest off first, the unknown above all."""
    names = {belief.entity: belief.name for belief in shown.found.beliefs}
    rows = [Row(gap, names.get(gap.entity, gap.entity)) for gap in shown.gaps if gap.truth or gap.believed]
    return sorted(rows, key=lambda row: (row.gap.believed is not None, -(row.gap.off or 0.0), row.name))


def beliefs_of(shown: Shown) -> list[Belief]:
    """The same as marks on the map."""
    marks = []
    for row in rows_of(shown):
        gap = row.gap
        parts = [] if gap.off is None else [said_metres(gap.off)]
        parts += [] if gap.age is None else [tr("{age} old", age=said_duration(gap.age))]
        text = " · ".join(parts) or (tr("nothing known") if gap.believed is None else "")
        marks.append(Belief(believed=gap.believed, truth=gap.truth, name=row.name, text=text))
    return marks


def title_of(found: AfterAction, clock: str) -> str:
    """What the marks on the map are."""
    return tr(
        "{time}: what {team} believed. Ring with question mark: believed. Cross hairs: true; dashed: nothing known.",
        time=clock, team=found.team_name,
    )  # fmt: skip


def said_belief(row: Row) -> str:
    """What a team believed about one, in words."""
    gap = row.gap
    if gap.believed is None:
        return tr("nothing known")
    if gap.truth is None:
        return tr("believed, but not there")
    return tr("far off") if (gap.off or 0.0) > FAR_M else tr("near")


def _sign(row: Row) -> tuple[str, str]:
    gap = row.gap
    if gap.believed is None:
        return "circle-off", "muted"
    return ("triangle-alert", "warning") if gap.truth is None or (gap.off or 0.0) > FAR_M else ("check", "good")
