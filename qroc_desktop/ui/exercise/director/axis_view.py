"""The event list on an axis of time: storylines below one another, marks in the colours of their states."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QHBoxLayout, QToolTip, QWidget

from qroc_desktop.exercise.scenario import Scenario, ms
from qroc_desktop.exercise.vocabulary import InjectState
from qroc_desktop.services.exercise.directing.event_axis import Mark, Track, tracks
from qroc_desktop.services.exercise.directing.event_list import EventRow
from qroc_desktop.services.exercise.scenario_time import HOUR, MINUTE, SECOND, plus_text, wall_time
from qroc_desktop.translation import said, tr
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.buttons import IconButton
from qroc_desktop.ui.exercise.director.event_model import waits_text
from qroc_desktop.ui.exercise.director.words import COLOURS, STATES
from qroc_desktop.ui.text import tip

LABELS, HEAD, LANE, PILL, GAP = 176, 34, 20, 17, 3
"""Widths and heights in pixels of the design: names of storylines, the scale above, a lane, a mark, between marks."""
END = 62
"""Room for the last words of the scale."""
TICKS: Final = (
    10 * SECOND, 30 * SECOND, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR,
    6 * HOUR, 12 * HOUR, 24 * HOUR,
)  # fmt: skip
TICK_PIXELS: Final = 76
_LEFT: Final = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
CLOSEST: Final = 4.0
"""Pixels for a second beyond which one does not zoom in."""


class AxisView(QAbstractScrollArea):
    """Wheel zooms, Shift and wheel or dragging moves, arrow keys go from inject to inject; a click chooses."""

    chosen = Signal(object)
    """Injects that were clicked: a list of identifiers."""
    opened = Signal()
    """Enter or a double click: look at it in the table."""

    def __init__(self, bench: Bench, scenario: Scenario, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bench = bench
        self._scenario = scenario
        self._duration = max(MINUTE, ms(scenario.duration_s))
        self._rows: Sequence[EventRow] = ()
        self._next = ""
        self._chosen: frozenset[str] = frozenset()
        self._t = 0
        self._scale = 0.0
        self._start = 0.0
        self._tracks: list[Track] = []
        self._dragged: QPointF | None = None
        self._moved = False
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Event list on an axis of time"))
        self.viewport().setMouseTracking(True)
        self._add_buttons()
        bench.theme.changed.connect(self._dress)

    # --- what it shows -----------------------------------------------------------------------------

    def show_rows(self, rows: Sequence[EventRow], coming: str) -> None:
        """Rows as they are now; `coming` is the inject that the clock brings next."""
        self._rows, self._next = rows, coming
        self._arrange()

    def show_chosen(self, injects: Iterable[str]) -> None:
        """What is selected."""
        self._chosen = frozenset(injects)
        first = next((mark for mark in self.marks() if mark.row.id in self._chosen), None)
        self.setAccessibleDescription(_words(first.row) if first is not None else "")
        if first is not None:
            self._reveal(first)
        self.viewport().update()

    def tick(self, t: int) -> None:
        """Scenario time has come to `t`."""
        before, self._t = self._t, t
        if self.isVisible() and round(self.x_of(before)) != round(self.x_of(t)):
            # Where one looks at now, now stays in view.
            if self.x_of(before) <= self.viewport().width() < self.x_of(t) + self._px(60):
                self._move_to(t - 0.3 * self._span())
            self.viewport().update()

    def marks(self) -> Iterator[Mark]:
        """All of them, track by track."""
        for track in self._tracks:
            yield from track.marks

    def x_of(self, t: float) -> float:
        """Where an instant stands, in pixels from the left of the viewport."""
        return self._px(LABELS) + (t - self._start) * self._scale

    def box_of(self, inject: str) -> QRectF | None:
        """Where the mark of an inject is, in the viewport."""
        for top, track in self._placed():
            for mark in track.marks:
                if mark.row.id == inject:
                    return self._box(mark, top)
        return None

    # --- zoom ----------------------------------------------------------------------------------------

    def fit(self) -> None:
        """The whole exercise."""
        self._scale, self._start = self._least(), 0.0
        self._arrange()

    def zoom(self, factor: float, around: float | None = None) -> None:
        """Closer (factor above 1) or further away, around a place from the left (None: now, or the middle)."""
        now = self.x_of(self._t)
        inside = self._px(LABELS) <= now <= self.viewport().width()
        x = around if around is not None else now if inside else (self._px(LABELS) + self.viewport().width()) / 2
        x = max(float(self._px(LABELS)), x)
        held = self._start + (x - self._px(LABELS)) / self._scale
        self._scale = min(CLOSEST * self._bench.theme.scale / SECOND, max(self._least(), self._scale * factor))
        self._move_to(held - (x - self._px(LABELS)) / self._scale)
        self._arrange()

    def go_to_now(self) -> None:
        """Bring the present instant to a third of the width."""
        self._move_to(self._t - 0.3 * self._span())

    # --- events --------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        fitted = event.oldSize().width() <= 0 or self._scale <= self._least(event.oldSize().width()) * 1.001
        super().resizeEvent(event)
        if fitted or self._scale < self._least():
            self.fit()
        else:
            self._arrange()

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier or turned.x():
            self._move_to(self._start - (turned.x() or turned.y()) / self._scale)
        elif event.modifiers() & Qt.KeyboardModifier.ControlModifier or not self.verticalScrollBar().maximum():
            self.zoom(1.25 ** (turned.y() / 120), event.position().x())
        else:
            super().wheelEvent(event)
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self._dragged, self._moved = event.position(), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        hit = self._hit(event.position())
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if hit else Qt.CursorShape.ArrowCursor)
        if self._dragged is None or not event.buttons() & Qt.MouseButton.LeftButton:
            return
        by = event.position().x() - self._dragged.x()
        if self._moved or abs(by) > self._px(4):
            self._moved, self._dragged = True, event.position()
            self._move_to(self._start - by / self._scale)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._dragged is not None and not self._moved:
            hit = self._hit(event.position())
            more = event.modifiers() & Qt.KeyboardModifier.ControlModifier
            wanted = [row.id for row in hit]
            self.chosen.emit([*self._chosen.symmetric_difference(wanted)] if more else wanted)
        self._dragged = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._hit(event.position()):
            self.opened.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Left | Qt.Key.Key_Right:
                self._step(1 if event.key() == Qt.Key.Key_Right else -1)
            case Qt.Key.Key_Up | Qt.Key.Key_Down:
                self._change_track(1 if event.key() == Qt.Key.Key_Down else -1)
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                self.zoom(1.5)
            case Qt.Key.Key_Minus:
                self.zoom(1 / 1.5)
            case Qt.Key.Key_0 | Qt.Key.Key_Home:
                self.fit()
            case Qt.Key.Key_End:
                self.go_to_now()
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.opened.emit()
            case _:
                super().keyPressEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            hit = self._hit(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), tip("\n".join(map(_words, hit[:8]))), self.viewport())
            return True
        return super().viewportEvent(event)

    def minimumSizeHint(self) -> QSize:
        return QSize(self._px(320), self._px(90))

    # --- layout --------------------------------------------------------------------------------------

    def _px(self, length: float) -> int:
        return self._bench.theme.px(length)

    def _span(self) -> float:
        """Milliseconds that are seen."""
        return (self.viewport().width() - self._px(LABELS)) / self._scale if self._scale else 1.0

    def _least(self, width: int = 0) -> float:
        """The scale at which the whole exercise is seen."""
        room = (width or self.viewport().width()) - self._px(LABELS) - self._px(END)
        return max(1.0, room) / self._duration

    def _move_to(self, start: float) -> None:
        most = max(0.0, self._duration + self._px(END) / max(self._scale, 1e-12) - self._span())
        self._start = min(most, max(0.0, start))
        self.viewport().update()

    def _arrange(self) -> None:
        if self._scale <= 0:
            self._scale = self._least()
        letters = QFontMetricsF(self._font())
        around = self._px(12)
        self._tracks = tracks(
            self._rows, self._scale, lambda row: letters.horizontalAdvance(row.number or "·") + around, self._px(GAP)
        )
        height = sum(self._height(track) for track in self._tracks) + self._px(HEAD)
        bar = self.verticalScrollBar()
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(self._px(LANE))
        bar.setRange(0, max(0, height - self.viewport().height()))
        self._move_to(self._start)

    def _height(self, track: Track) -> int:
        return track.lanes * self._px(LANE) + self._px(5)

    def _placed(self) -> Iterator[tuple[float, Track]]:
        """Tracks with their tops in the viewport."""
        top = float(self._px(HEAD) - self.verticalScrollBar().value())
        for track in self._tracks:
            yield top, track
            top += self._height(track)

    def _box(self, mark: Mark, top: float) -> QRectF:
        left = self.x_of(0) + mark.left
        return QRectF(left, top + self._px(4) + mark.lane * self._px(LANE), mark.right - mark.left, self._px(PILL))

    def _undated_box(self, track: Track, top: float) -> QRectF:
        width = self._px(40)
        return QRectF(self._px(LABELS) - width - self._px(6), top + self._px(4), width, self._px(PILL))

    def _hit(self, at: QPointF) -> list[EventRow]:
        if at.y() < self._px(HEAD):
            return []
        for top, track in self._placed():
            if at.x() < self._px(LABELS):
                if track.undated and self._undated_box(track, top).contains(at):
                    return list(track.undated)
                continue
            for mark in reversed(track.marks):
                if self._box(mark, top).contains(at):
                    return [mark.row]
        return []

    def _step(self, way: int) -> None:
        """The inject before or after, by time, over all storylines."""
        line = sorted(self.marks(), key=lambda mark: (mark.left, mark.row.place_in))
        at = next((n for n, mark in enumerate(line) if mark.row.id in self._chosen), None)
        if at is None:
            now = self._t * self._scale
            at = next((n for n, mark in enumerate(line) if mark.left >= now), len(line)) - (way > 0)
        if line:
            self.chosen.emit([line[max(0, min(len(line) - 1, at + way))].row.id])

    def _change_track(self, way: int) -> None:
        """The nearest in time in the next storyline that has any."""
        having = [track for track in self._tracks if track.marks]
        at, left = next(
            ((n, m.left) for n, track in enumerate(having) for m in track.marks if m.row.id in self._chosen),
            (-1 if way > 0 else len(having), self._t * self._scale),
        )
        if having:
            track = having[max(0, min(len(having) - 1, at + way))]
            self.chosen.emit([min(track.marks, key=lambda mark: abs(mark.left - left)).row.id])

    def _reveal(self, mark: Mark) -> None:
        left, right = self._px(LABELS), self.viewport().width()
        x = self.x_of(0) + mark.left
        if not left <= x <= right - self._px(30):
            self._move_to(mark.left / self._scale - 0.4 * self._span())
        for top, track in self._placed():
            if mark in track.marks:
                box = self._box(mark, top)
                bar = self.verticalScrollBar()
                if box.top() < self._px(HEAD):
                    bar.setValue(bar.value() - round(self._px(HEAD) - box.top()) - self._px(4))
                elif box.bottom() > self.viewport().height():
                    bar.setValue(bar.value() + round(box.bottom() - self.viewport().height()) + self._px(4))

    # --- drawing -------------------------------------------------------------------------------------

    def _font(self) -> QFont:
        return self._bench.theme.font(0.88, bold=True, figures=True)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens = self._bench.theme.tokens
        painter.fillRect(self.viewport().rect(), QColor(tokens.panel))
        self._paint_grid(painter)
        for top, track in self._placed():
            self._paint_track(painter, top, track)
        self._paint_now(painter)
        self._paint_head(painter)
        if self.hasFocus():
            painter.setPen(QPen(QColor(tokens.accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(self.viewport().rect()).adjusted(0.5, 0.5, -0.5, -0.5))
        painter.end()

    def _ticks(self) -> Iterator[tuple[int, float]]:
        wanted = self._px(TICK_PIXELS) / max(self._scale, 1e-12)
        tick = next((t for t in TICKS if t >= wanted), TICKS[-1])
        t = int(self._start // tick) * tick
        while t <= min(self._duration, self._start + self._span()):
            x = self.x_of(t)
            if x >= self._px(LABELS) - 1:
                yield t, x
            t += tick

    def _paint_grid(self, painter: QPainter) -> None:
        tokens = self._bench.theme.tokens
        painter.setPen(QPen(QColor(tokens.line), 1))
        for _, x in self._ticks():
            painter.drawLine(QPointF(round(x) + 0.5, self._px(HEAD)), QPointF(round(x) + 0.5, self.viewport().height()))
        end = self.x_of(self._duration)
        painter.setPen(QPen(QColor(tokens.edge), 2))
        painter.drawLine(QPointF(end, self._px(HEAD)), QPointF(end, self.viewport().height()))

    def _paint_head(self, painter: QPainter) -> None:
        tokens, px = self._bench.theme.tokens, self._px
        painter.fillRect(QRectF(0, 0, self.viewport().width(), px(HEAD)), QColor(tokens.panel))
        painter.setPen(QPen(QColor(tokens.line), 1))
        painter.drawLine(QPointF(0, px(HEAD) - 0.5), QPointF(self.viewport().width(), px(HEAD) - 0.5))
        painter.setFont(self._bench.theme.font(0.86, figures=True))
        for t, x in self._ticks():
            painter.setPen(QColor(tokens.text))
            room = QRectF(x + px(3), px(2), px(TICK_PIXELS), px(15))
            painter.drawText(room, _LEFT, plus_text(t))
            painter.setPen(QColor(tokens.muted))
            clock = wall_time(self._scenario, t).strftime("%H:%M:%S" if t % MINUTE else "%H:%M")
            painter.drawText(room.translated(0, px(14)), _LEFT, clock)
            painter.setPen(QColor(tokens.edge))
            painter.drawLine(QPointF(round(x) + 0.5, px(4)), QPointF(round(x) + 0.5, px(HEAD)))
        painter.fillRect(QRectF(0, 0, px(LABELS) - 1, px(HEAD) - 1), QColor(tokens.panel))
        x = self.x_of(self._t)
        if x >= px(LABELS):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.good))
            painter.drawPolygon([QPointF(x - px(5), px(HEAD) - px(7)), QPointF(x + px(5), px(HEAD) - px(7)),
                                 QPointF(x, px(HEAD))])  # fmt: skip

    def _paint_now(self, painter: QPainter) -> None:
        x = self.x_of(self._t)
        if x >= self._px(LABELS):
            painter.setPen(QPen(QColor(self._bench.theme.tokens.good), max(1.5, self._px(2) * 0.9)))
            painter.drawLine(QPointF(x, self._px(HEAD)), QPointF(x, self.viewport().height()))

    def _paint_track(self, painter: QPainter, top: float, track: Track) -> None:
        tokens, px, height = self._bench.theme.tokens, self._px, self._height(track)
        if top + height < px(HEAD) or top > self.viewport().height():
            return
        painter.setPen(QPen(QColor(tokens.line), 1))
        painter.drawLine(QPointF(0, top + height), QPointF(self.viewport().width(), top + height))
        painter.setFont(self._font())
        for mark in track.marks:
            self._paint_mark(painter, mark, self._box(mark, top))
        ground = QColor(tokens.panel)
        painter.fillRect(QRectF(0, top + 1, px(LABELS) - 1, height - 1), ground)
        painter.setFont(self._bench.theme.font(0.95))
        painter.setPen(QColor(tokens.text))
        room = QRectF(px(8), top + px(3), px(LABELS) - px(14) - (px(46) if track.undated else 0), px(19))
        title = track.title or tr("(no storyline)")
        cut = painter.fontMetrics().elidedText(title, Qt.TextElideMode.ElideRight, int(room.width()))
        painter.drawText(room, _LEFT, cut)
        if track.undated:
            self._paint_undated(painter, track, self._undated_box(track, top))

    def _paint_undated(self, painter: QPainter, track: Track, box: QRectF) -> None:
        tokens = self._bench.theme.tokens
        chosen = any(row.id in self._chosen for row in track.undated)
        painter.setFont(self._font())
        painter.setPen(QPen(QColor(tokens.edge), 1))
        painter.setBrush(QColor(tokens.selection if chosen else tokens.raised))
        painter.drawRoundedRect(box, self._px(4), self._px(4))
        painter.setPen(QColor(tokens.on_selection if chosen else tokens.muted))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, f"? {len(track.undated)}")

    def _paint_mark(self, painter: QPainter, mark: Mark, box: QRectF) -> None:
        tokens, row = self._bench.theme.tokens, mark.row
        if box.right() < self._px(LABELS) or box.left() > self.viewport().width():
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
        painter.setPen(pen)
        painter.setBrush(ground)
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), self._px(4), self._px(4))
        font = self._font()
        font.setStrikeOut(row.state is InjectState.CANCELLED)
        painter.setFont(font)
        painter.setPen(ink)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, row.number or "·")
        if row.overdue(self._t):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.danger))
            painter.drawEllipse(QPointF(box.right() - 1, box.top() + 1), self._px(4), self._px(4))

    def _add_buttons(self) -> None:
        """In the corner above the names."""
        theme = self._bench.theme
        corner = QWidget(self)
        row = QHBoxLayout(corner)
        row.setContentsMargins(theme.px(4), 0, 0, 0)
        row.setSpacing(0)
        self.buttons: dict[str, IconButton] = {}
        for name, icon, text, does in (
            ("in", "zoom-in", tr("Closer (+)"), lambda: self.zoom(1.5)),
            ("out", "zoom-out", tr("Further away (−)"), lambda: self.zoom(1 / 1.5)),
            ("fit", "expand", tr("The whole exercise (0)"), self.fit),
            ("now", "crosshair", tr("Now (End)"), self.go_to_now),
        ):
            button = IconButton(theme, icon, text)
            button.clicked.connect(lambda _=False, does=does: does())
            row.addWidget(button)
            self.buttons[name] = button
        corner.adjustSize()
        corner.move(0, theme.px(2))

    def _dress(self) -> None:
        self._arrange()


def _words(row: EventRow) -> str:
    """An inject in a line."""
    at = plus_text(row.when) if row.when is not None else waits_text(row)
    if row.when is None and row.likely is not None:
        at = tr("{waits}, about {time}", waits=at, time=plus_text(row.likely))
    return f"{row.number} {row.title} · {said(STATES[row.state])} · {at}".strip()


