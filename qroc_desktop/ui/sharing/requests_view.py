"""The list of requests: what is due on top, with countdowns that tick while it is seen."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from qroc_desktop.domain.instant import Clock
from qroc_desktop.services.request_threads import Request
from qroc_desktop.translation import tr
from qroc_desktop.ui.sharing.request_words import (
    countdown_sign,
    countdown_text,
    due_text,
    standing,
    standing_sign,
    who,
    who_sign,
)
from qroc_desktop.ui.sharing.rows import Column, RowsModel, RowsView
from qroc_desktop.ui.theme import Theme

TICK_MS = 1000


class RequestsView(RowsView[Request]):
    """Counts down by itself; the timer runs only while somebody can see it."""

    def __init__(self, theme: Theme, clock: Clock, parent: QWidget | None = None) -> None:
        columns: Sequence[Column[Request]] = (
            Column(
                tr("Time left"), lambda row: countdown_text(row, clock()), 215,
                lambda row: countdown_sign(row, clock()),
            ),
            Column(tr("From or to"), who, 235, who_sign),
            Column(tr("What"), lambda row: row.subject or tr("(erased)"), 190),
            Column(tr("Due"), lambda row: due_text(row, clock()), 150),
            Column(tr("State"), standing, 0, standing_sign),
        )  # fmt: skip
        super().__init__(RowsModel(columns, lambda row: row.id, theme), tr("Requests"), theme, parent)
        self.rows.setParent(self)
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self.viewport().update)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()


def requests_title(requests: Sequence[Request], clock: Clock) -> str:
    """The tab's text: how many are open, and how many of them are overdue."""
    now = clock()
    open_ = sum(request.open for request in requests)
    overdue = sum(request.overdue(now) for request in requests)
    if overdue:
        return tr("Requests ({count}, {overdue} overdue)", count=open_, overdue=overdue)
    return tr("Requests ({count})", count=open_) if open_ else tr("Requests")
