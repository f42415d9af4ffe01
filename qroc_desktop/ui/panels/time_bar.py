"""The bar of time: how much happened when, and which instant is looked at."""

from __future__ import annotations

from datetime import timedelta

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from qroc_desktop.domain.instant import Instant, from_datetime
from qroc_desktop.domain.query import Moment
from qroc_desktop.translation import tr
from qroc_desktop.ui.theme import Theme
from qroc_desktop.ui.times import DAY, HOUR, MINUTE, both, local

TICKS = (
    MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY,
    7 * DAY, 14 * DAY, 30 * DAY, 90 * DAY, 365 * DAY,
)
TICK_PIXELS = 84
HEIGHT = 38
STEPS = 200
"""An arrow key moves by so small a part of what the bar shows, rounded to the grain."""


class TimeBar(QWidget):
    """Drag, click or arrow keys choose an instant; the right end is now."""

    chosen = Signal(object)
    """Instant"""
    wheel = Signal(int)
    """Turned towards (1) or away from (-1) the person: show more, show less."""

    def __init__(self, theme: Theme, parent: QWidget | None = None, *, grain: int = MINUTE) -> None:
        """grain: microseconds that chosen instants are multiples of."""
        super().__init__(parent)
        self._theme = theme
        self.grain = grain
        self._start, self._stop = Instant(0), Instant(1)
        self._counts: list[int] = []
        self._moment: Moment | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("Time"))
        theme.changed.connect(self.updateGeometry)

    def show_span(self, start: Instant, stop: Instant, counts: list[int]) -> None:
        """What the bar reaches over, and how many changes each part of it has."""
        self._start, self._stop, self._counts = start, Instant(max(stop, start + MINUTE)), counts
        self.update()

    def show_moment(self, moment: Moment | None) -> None:
        """Which instant is looked at."""
        self._moment = moment
        self.setAccessibleDescription(both(moment.valid) if moment else tr("What is shown is now"))
        self.update()

    @property
    def step(self) -> int:
        """Microseconds that one press of an arrow key moves."""
        return max(self.grain, (self._stop - self._start) // STEPS // self.grain * self.grain)

    @property
    def span(self) -> tuple[Instant, Instant]:
        """First and last instant of the bar."""
        return self._start, self._stop

    def at(self, x: float) -> Instant:
        """The instant at a place from the left, in pixels; a multiple of the grain."""
        share = min(1.0, max(0.0, (x - self._margin()) / max(1.0, self.width() - 2 * self._margin())))
        exact = self._start + share * (self._stop - self._start)
        return Instant(max(self._start, round(exact / self.grain) * self.grain))

    def x_of(self, instant: int) -> float:
        """Where an instant stands."""
        share = (instant - self._start) / (self._stop - self._start)
        return self._margin() + min(1.0, max(0.0, share)) * (self.width() - 2 * self._margin())

    # --- events ----------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit(self.at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.setToolTip(both(self.at(event.position().x())))
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.chosen.emit(self.at(event.position().x()))

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.angleDelta().y():
            self.wheel.emit(1 if event.angleDelta().y() < 0 else -1)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        now = self._moment.valid if self._moment else self._stop
        moves = {
            Qt.Key.Key_Left: -self.step,
            Qt.Key.Key_Right: self.step,
            Qt.Key.Key_PageUp: -10 * self.step,
            Qt.Key.Key_PageDown: 10 * self.step,
        }
        key = Qt.Key(event.key())
        if key in moves:
            self.chosen.emit(Instant(max(self._start, now + moves[key])))
        elif key == Qt.Key.Key_Home:
            self.chosen.emit(self._start)
        elif key == Qt.Key.Key_End:
            self.chosen.emit(self._stop)
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(400), self._theme.px(HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.px(120), self._theme.px(HEIGHT))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        base = self.height() - self._theme.px(16)
        self._paint_counts(painter, base)
        self._paint_ticks(painter, base)
        if self._moment is not None:
            self._paint_moment(painter, base, self._moment)
        else:
            self._paint_handle(painter, base, self.x_of(self._stop), self._theme.tokens.good)
        if self.hasFocus():
            painter.setPen(QPen(QColor(self._theme.tokens.accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        painter.end()

    # --- drawing -----------------------------------------------------------------------------------

    def _margin(self) -> float:
        return float(self._theme.px(10))

    def _paint_counts(self, painter: QPainter, base: int) -> None:
        tokens = self._theme.tokens
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.line))
        painter.drawRect(QRectF(self._margin(), base, self.width() - 2 * self._margin(), self._theme.px(2)))
        most = max(self._counts, default=0)
        if not most:
            return
        width = (self.width() - 2 * self._margin()) / len(self._counts)
        top = self._theme.px(6)
        edge = self.x_of(self._moment.valid) if self._moment else self.width()
        for place, count in enumerate(self._counts):
            if not count:
                continue
            # The root lets a single change be seen beside an import of ten thousand.
            height = max(2.0, (count / most) ** 0.4 * (base - top))
            left = self._margin() + place * width
            painter.setBrush(QColor(tokens.accent if left <= edge else tokens.line))
            painter.drawRect(QRectF(left, base - height, max(1.0, width - 1), height))

    def _paint_ticks(self, painter: QPainter, base: int) -> None:
        tokens = self._theme.tokens
        painter.setFont(self._theme.font(0.82, figures=True))
        per_pixel = (self._stop - self._start) / max(1.0, self.width() - 2 * self._margin())
        wanted = per_pixel * self._theme.px(TICK_PIXELS)
        tick = next((t for t in TICKS if t >= wanted), TICKS[-1])
        for instant in ticks(self._start, self._stop, tick):
            x = self.x_of(instant)
            painter.setPen(QColor(tokens.edge))
            painter.drawLine(QPointF(x, base), QPointF(x, base + self._theme.px(4)))
            painter.setPen(QColor(tokens.muted))
            moment = local(instant)
            midnight = moment.hour == 0 and moment.minute == 0
            text = moment.strftime("%m-%d") if midnight or tick >= DAY else moment.strftime("%H:%M")
            half = self._theme.px(30)
            painter.drawText(
                QRectF(x - half, base + self._theme.px(2), 2 * half, self._theme.px(14)),
                Qt.AlignmentFlag.AlignCenter,
                text,
            )

    def _paint_moment(self, painter: QPainter, base: int, moment: Moment) -> None:
        tokens = self._theme.tokens
        if moment.known != moment.valid:
            known = self.x_of(moment.known)
            painter.setPen(QPen(QColor(tokens.warning), 1.5, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(known, 0), QPointF(known, base))
        self._paint_handle(painter, base, self.x_of(moment.valid), tokens.text)

    def _paint_handle(self, painter: QPainter, base: int, x: float, colour: str) -> None:
        side = self._theme.px(6)
        painter.setPen(QPen(QColor(colour), max(1.5, side / 4)))
        painter.drawLine(QPointF(x, 0), QPointF(x, base + 2))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colour))
        painter.drawPolygon(QPolygonF([QPointF(x - side, 0), QPointF(x + side, 0), QPointF(x, side * 1.3)]))


def ticks(start: Instant, stop: Instant, tick: int) -> list[Instant]:
    """Round local times between two instants, `tick` microseconds apart."""
    midnight = local(start).replace(hour=0, minute=0, second=0, microsecond=0)
    # Wall time, counted in days: a tick at noon stays at noon when summer time begins.
    found: list[Instant] = []
    step = timedelta(microseconds=tick)
    wall = midnight.replace(tzinfo=None)
    while len(found) < 400:
        instant = from_datetime(wall.astimezone())
        if instant > stop:
            return found
        if instant >= start:
            found.append(instant)
        wall += step
    return found
