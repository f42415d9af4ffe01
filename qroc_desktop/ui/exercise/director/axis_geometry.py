"""What stands where on the axis of time, in pixels of its viewport."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QAbstractScrollArea

from qroc_desktop.services.exercise.directing.event_axis import Mark, Track
from qroc_desktop.services.exercise.directing.event_list import EventRow
from qroc_desktop.services.exercise.scenario_time import HOUR, MINUTE, SECOND
from qroc_desktop.ui.theme import Theme

LABELS, HEAD, LANE, PILL, GAP = 176, 34, 20, 17, 3
"""Widths and heights in pixels of the design: names of storylines, the scale above, a lane, a mark, between marks."""
END = 62
"""Room for the last words of the scale."""
TICKS: Final = (
    10 * SECOND, 30 * SECOND, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR,
    6 * HOUR, 12 * HOUR, 24 * HOUR,
)  # fmt: skip
TICK_PIXELS: Final = 76


class AxisGeometry:
    """Scenario time is in milliseconds; `scale`: pixels for one of them, `start`: the first that is seen."""

    def __init__(self, theme: Theme, area: QAbstractScrollArea, duration: int) -> None:
        self._theme = theme
        self._area = area
        self.duration = duration
        self.scale = 0.0
        self.start = 0.0
        self.tracks: list[Track] = []

    @property
    def room(self) -> QRectF:
        """The whole viewport."""
        return QRectF(self._area.viewport().rect())

    def px(self, length: float) -> int:
        """Pixels of the screen for pixels of the design."""
        return self._theme.px(length)

    def x_of(self, t: float) -> float:
        """Where an instant stands, in pixels from the left of the viewport."""
        return self.px(LABELS) + (t - self.start) * self.scale

    def span(self) -> float:
        """Milliseconds that are seen."""
        return (self._area.viewport().width() - self.px(LABELS)) / self.scale if self.scale else 1.0

    def least(self, width: int = 0) -> float:
        """The scale at which the whole exercise is seen."""
        room = (width or self._area.viewport().width()) - self.px(LABELS) - self.px(END)
        return max(1.0, room) / self.duration

    def height_of(self, track: Track) -> int:
        """How high a track is with all its lanes."""
        return track.lanes * self.px(LANE) + self.px(5)

    def placed(self) -> Iterator[tuple[float, Track]]:
        """Tracks with their tops in the viewport."""
        top = float(self.px(HEAD) - self._area.verticalScrollBar().value())
        for track in self.tracks:
            yield top, track
            top += self.height_of(track)

    def box(self, mark: Mark, top: float) -> QRectF:
        """Where a mark is on a track with that top."""
        left = self.x_of(0) + mark.left
        return QRectF(left, top + self.px(4) + mark.lane * self.px(LANE), mark.right - mark.left, self.px(PILL))

    def undated_box(self, track: Track, top: float) -> QRectF:
        """Where the number of those is that no time is known of."""
        width = self.px(40)
        return QRectF(self.px(LABELS) - width - self.px(6), top + self.px(4), width, self.px(PILL))

    def hit(self, at: QPointF) -> list[EventRow]:
        """The rows at a place: one mark, or all of a track that have no time."""
        if at.y() < self.px(HEAD):
            return []
        for top, track in self.placed():
            if at.x() < self.px(LABELS):
                if track.undated and self.undated_box(track, top).contains(at):
                    return list(track.undated)
                continue
            for mark in reversed(track.marks):
                if self.box(mark, top).contains(at):
                    return [mark.row]
        return []

    def ticks(self) -> Iterator[tuple[int, float]]:
        """Scenario times of the scale, each with where it stands from the left."""
        wanted = self.px(TICK_PIXELS) / max(self.scale, 1e-12)
        tick = next((t for t in TICKS if t >= wanted), TICKS[-1])
        t = int(self.start // tick) * tick
        while t <= min(self.duration, self.start + self.span()):
            x = self.x_of(t)
            if x >= self.px(LABELS) - 1:
                yield t, x
            t += tick

    def font(self) -> QFont:
        """In which marks are written; their width follows from it."""
        return self._theme.font(0.88, bold=True, figures=True)
