"""How the axis of time is drawn: marks in the colours of their states, never by colour alone."""

from __future__ import annotations

from collections.abc import Set
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from qroc_desktop.exercise.scenario import Scenario
from qroc_desktop.exercise.vocabulary import InjectState
from qroc_desktop.services.exercise.directing.event_axis import Mark, Track
from qroc_desktop.services.exercise.scenario_time import MINUTE, plus_text, wall_time
from qroc_desktop.translation import tr
from qroc_desktop.ui.exercise.director.axis_geometry import HEAD, LABELS, TICK_PIXELS, AxisGeometry
from qroc_desktop.ui.exercise.director.words import COLOURS
from qroc_desktop.ui.theme import Theme

_LEFT: Final = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft


class AxisPainter:
    """Draws the axis once. t: scenario milliseconds; chosen: identifiers of injects; coming: the one that is next."""

    def __init__(
        self,
        painter: QPainter,
        axis: AxisGeometry,
        theme: Theme,
        scenario: Scenario,
        *,
        t: int,
        chosen: Set[str],
        coming: str,
    ) -> None:
        self._painter = painter
        self._axis = axis
        self._theme = theme
        self._scenario = scenario
        self._t = t
        self._chosen = chosen
        self._next = coming
        self._room = axis.room

    def paint(self, *, focused: bool) -> None:
        """All of it, from the ground up."""
        tokens = self._theme.tokens
        self._painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._painter.fillRect(self._room, QColor(tokens.panel))
        self._paint_grid()
        for top, track in self._axis.placed():
            self._paint_track(top, track)
        self._paint_now()
        self._paint_head()
        if focused:
            self._painter.setPen(QPen(QColor(tokens.accent), 1))
            self._painter.setBrush(Qt.BrushStyle.NoBrush)
            self._painter.drawRect(self._room.adjusted(0.5, 0.5, -0.5, -0.5))

    def _paint_grid(self) -> None:
        tokens = self._theme.tokens
        self._painter.setPen(QPen(QColor(tokens.line), 1))
        head, foot = self._axis.px(HEAD), self._room.height()
        for _, x in self._axis.ticks():
            self._painter.drawLine(QPointF(round(x) + 0.5, head), QPointF(round(x) + 0.5, foot))
        end = self._axis.x_of(self._axis.duration)
        self._painter.setPen(QPen(QColor(tokens.edge), 2))
        self._painter.drawLine(QPointF(end, head), QPointF(end, foot))

    def _paint_head(self) -> None:
        tokens, px = self._theme.tokens, self._axis.px
        self._painter.fillRect(QRectF(0, 0, self._room.width(), px(HEAD)), QColor(tokens.panel))
        self._painter.setPen(QPen(QColor(tokens.line), 1))
        self._painter.drawLine(QPointF(0, px(HEAD) - 0.5), QPointF(self._room.width(), px(HEAD) - 0.5))
        self._painter.setFont(self._theme.font(0.86, figures=True))
        for t, x in self._axis.ticks():
            self._painter.setPen(QColor(tokens.text))
            room = QRectF(x + px(3), px(2), px(TICK_PIXELS), px(15))
            self._painter.drawText(room, _LEFT, plus_text(t))
            self._painter.setPen(QColor(tokens.muted))
            clock = wall_time(self._scenario, t).strftime("%H:%M:%S" if t % MINUTE else "%H:%M")
            self._painter.drawText(room.translated(0, px(14)), _LEFT, clock)
            self._painter.setPen(QColor(tokens.edge))
            self._painter.drawLine(QPointF(round(x) + 0.5, px(4)), QPointF(round(x) + 0.5, px(HEAD)))
        self._painter.fillRect(QRectF(0, 0, px(LABELS) - 1, px(HEAD) - 1), QColor(tokens.panel))
        x = self._axis.x_of(self._t)
        if x >= px(LABELS):
            self._painter.setPen(Qt.PenStyle.NoPen)
            self._painter.setBrush(QColor(tokens.good))
            self._painter.drawPolygon([QPointF(x - px(5), px(HEAD) - px(7)), QPointF(x + px(5), px(HEAD) - px(7)),
                                 QPointF(x, px(HEAD))])  # fmt: skip

    def _paint_now(self) -> None:
        x = self._axis.x_of(self._t)
        if x >= self._axis.px(LABELS):
            self._painter.setPen(QPen(QColor(self._theme.tokens.good), max(1.5, self._axis.px(2) * 0.9)))
            self._painter.drawLine(QPointF(x, self._axis.px(HEAD)), QPointF(x, self._room.height()))

    def _paint_track(self, top: float, track: Track) -> None:
        tokens, px, height = self._theme.tokens, self._axis.px, self._axis.height_of(track)
        if top + height < px(HEAD) or top > self._room.height():
            return
        self._painter.setPen(QPen(QColor(tokens.line), 1))
        self._painter.drawLine(QPointF(0, top + height), QPointF(self._room.width(), top + height))
        self._painter.setFont(self._axis.font())
        for mark in track.marks:
            self._paint_mark(mark, self._axis.box(mark, top))
        ground = QColor(tokens.panel)
        self._painter.fillRect(QRectF(0, top + 1, px(LABELS) - 1, height - 1), ground)
        self._painter.setFont(self._theme.font(0.95))
        self._painter.setPen(QColor(tokens.text))
        room = QRectF(px(8), top + px(3), px(LABELS) - px(14) - (px(46) if track.undated else 0), px(19))
        title = track.title or tr("(no storyline)")
        cut = self._painter.fontMetrics().elidedText(title, Qt.TextElideMode.ElideRight, int(room.width()))
        self._painter.drawText(room, _LEFT, cut)
        if track.undated:
            self._paint_undated(track, self._axis.undated_box(track, top))

    def _paint_undated(self, track: Track, box: QRectF) -> None:
        tokens = self._theme.tokens
        chosen = any(row.id in self._chosen for row in track.undated)
        self._painter.setFont(self._axis.font())
        self._painter.setPen(QPen(QColor(tokens.edge), 1))
        self._painter.setBrush(QColor(tokens.selection if chosen else tokens.raised))
        self._painter.drawRoundedRect(box, self._axis.px(4), self._axis.px(4))
        self._painter.setPen(QColor(tokens.on_selection if chosen else tokens.muted))
        self._painter.drawText(box, Qt.AlignmentFlag.AlignCenter, f"? {len(track.undated)}")

    def _paint_mark(self, mark: Mark, box: QRectF) -> None:
        tokens, row = self._theme.tokens, mark.row
        if box.right() < self._axis.px(LABELS) or box.left() > self._room.width():
            return
        colour = QColor(getattr(tokens, COLOURS[row.state]))
        filled = row.state in (InjectState.EXECUTED, InjectState.IN_PROGRESS)
        chosen = row.id in self._chosen
        ground = QColor(tokens.selection) if chosen else colour if filled else QColor(tokens.field)
        ink = QColor(tokens.on_selection) if chosen else QColor(tokens.on_priority) if filled else colour
        pen = QPen(QColor(tokens.text) if chosen or row.id == self._next else colour, 2.0 if chosen else 1.3)
        if mark.guessed or row.state is InjectState.ON_HOLD:
            pen.setStyle(Qt.PenStyle.DashLine)
        if row.id == self._next:
            pen.setWidthF(2.4)
        self._painter.setPen(pen)
        self._painter.setBrush(ground)
        self._painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), self._axis.px(4), self._axis.px(4))
        font = self._axis.font()
        font.setStrikeOut(row.state is InjectState.CANCELLED)
        self._painter.setFont(font)
        self._painter.setPen(ink)
        self._painter.drawText(box, Qt.AlignmentFlag.AlignCenter, row.number or "·")
        if row.overdue(self._t):
            self._painter.setPen(Qt.PenStyle.NoPen)
            self._painter.setBrush(QColor(tokens.danger))
            self._painter.drawEllipse(QPointF(box.right() - 1, box.top() + 1), self._axis.px(4), self._axis.px(4))
