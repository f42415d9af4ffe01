"""The table of legs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QColor, QFont, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QWidget

from qroc_desktop.translation import said, tr
from qroc_desktop.ui.exercise.plans.legs import LegRow
from qroc_desktop.ui.exercise.plans.words import decimal, mode_text, points_text
from qroc_desktop.ui.exercise.scenario_clock import ScenarioTimes, length_of_time
from qroc_desktop.ui.measures import length_text
from qroc_desktop.ui.sharing.rows import Column, Index, RowsModel, RowsView
from qroc_desktop.ui.theme import Theme

HOW: Final = 1
WAY: Final = 2
"""Their columns."""
ROOMY: Final = 700
"""Pixels of the design."""
_SIGNS: Final = {
    "draft": ("pencil", "accent"), "waiting": ("hourglass", "warning"), "under-way": ("check", "good"),
    "ruled": ("pencil", "accent"), "dropped": ("trash", "muted"),
}  # fmt: skip


class LegsModel(RowsModel[LegRow]):
    """Legs of one entity. What only grew older is changed in place, so that nobody loses the row that he is at."""

    def __init__(self, theme: Theme, times: ScenarioTimes, parent: QObject | None = None) -> None:
        columns: Sequence[Column[LegRow]] = (
            Column(tr("No."), lambda row: str(row.number), 50, _sign),
            Column(tr("How"), _how, 104),
            Column(tr("Way"), lambda row: length_text(row.metres) if row.leg.points else "", 76),
            Column(tr("Takes"), lambda row: length_of_time(row.leg.ends - row.leg.starts), 84),
            Column(tr("From – to"), lambda row: f"{times.minute(row.leg.starts)} – {times.minute(row.leg.ends)}", 118),
            Column(tr("Points"), lambda row: points_text(row.cost), 66),
            Column(tr("What else"), _told),
        )
        super().__init__(columns, lambda row: row.key, theme, parent)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.ForegroundRole and (row.why is not None or row.state == "dropped"):
            return QColor(self._theme.tokens.danger if row.why is not None else self._theme.tokens.muted)
        if role == Qt.ItemDataRole.FontRole and row.state in ("ruled", "dropped"):
            return self._told_apart(struck=row.state == "dropped")
        return super().data(index, role)

    def _told_apart(self, *, struck: bool) -> QFont:
        """What is ruled otherwise is bold, what is taken out struck: not by colour alone."""
        font = self._theme.font(bold=not struck)
        font.setStrikeOut(struck)
        return font

    def show(self, rows: Sequence[LegRow]) -> None:
        """These and no others."""
        if [row.key for row in rows] != [row.key for row in self.rows]:
            super().show(rows)
        elif list(rows) != self.rows:
            self.rows = list(rows)
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(self.columns) - 1))


class LegsView(RowsView[LegRow]):
    """The bar stays on its leg while times go on."""

    def __init__(self, theme: Theme, times: ScenarioTimes, parent: QWidget | None = None) -> None:
        self._theme = theme
        super().__init__(LegsModel(theme, times), tr("Legs of the plan"), theme, parent)
        self.rows.setParent(self)
        self.header().setMinimumSectionSize(theme.px(24))
        for section in range(len(self.rows.columns) - 1):
            if section != HOW:
                self.header().setSectionResizeMode(section, QHeaderView.ResizeMode.ResizeToContents)
        self.header().setSectionResizeMode(len(self.rows.columns) - 1, QHeaderView.ResizeMode.Stretch)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is little room, how long it takes says more than how far it is."""
        super().resizeEvent(event)
        self.setColumnHidden(WAY, event.size().width() < self._theme.px(ROOMY))

    def show_rows(self, rows: Sequence[LegRow]) -> None:
        """Other rows."""
        same = [row.key for row in rows] == [row.key for row in self.rows.rows]
        if same and self.currentIndex().isValid():
            self.rows.show(rows)
        else:
            super().show_rows(rows)

    def choose(self, key: str) -> None:
        """Put the bar on a leg."""
        at = next((n for n, row in enumerate(self.rows.rows) if row.key == key), -1)
        if at >= 0:
            self.setCurrentIndex(self.rows.index(at, 0))


def _sign(row: LegRow) -> tuple[str, str]:
    return ("octagon-x", "danger") if row.why is not None else _SIGNS[row.state]


def _how(row: LegRow) -> str:
    if not row.leg.points:
        return tr("waiting")
    how = mode_text(row.leg.mode)
    return tr("{mode}, {speed} km/h", mode=how, speed=decimal(row.speed_kmh)) if row.speed_kmh else how


def _told(row: LegRow) -> str:
    """First what is wrong: it is what one has to act on."""
    parts = [said(row.why.what) if row.why is not None else ""]
    if row.state in ("ruled", "dropped"):
        parts.append(row.remark)
    parts.append(tr("hidden") if row.leg.hide else "")
    parts.append(tr("changes to {vehicle}", vehicle=row.leg.vehicle) if row.leg.vehicle else "")
    parts.append(tr("along roads") if row.along else "")
    if row.state not in ("ruled", "dropped"):
        parts.append(row.remark)
    return " · ".join(part for part in parts if part)
