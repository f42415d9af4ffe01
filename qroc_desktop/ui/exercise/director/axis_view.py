"""The event list on an axis of time: storylines below one another, marks in the colours of their states."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QHBoxLayout, QToolTip, QWidget

from qroc_desktop.exercise.scenario import Scenario, ms
from qroc_desktop.services.exercise.directing.event_axis import Mark, tracks
from qroc_desktop.services.exercise.directing.event_list import EventRow
from qroc_desktop.services.exercise.scenario_time import MINUTE, SECOND, plus_text
from qroc_desktop.translation import said, tr
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.buttons import IconButton
from qroc_desktop.ui.exercise.director.axis_geometry import END, GAP, HEAD, LABELS, LANE, AxisGeometry
from qroc_desktop.ui.exercise.director.axis_painter import AxisPainter
from qroc_desktop.ui.exercise.director.event_model import waits_text
from qroc_desktop.ui.exercise.director.words import STATES
from qroc_desktop.ui.text import tip

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
        self._axis = AxisGeometry(bench.theme, self, max(MINUTE, ms(scenario.duration_s)))
        self._rows: Sequence[EventRow] = ()
        self._next = ""
        self._chosen: frozenset[str] = frozenset()
        self._t = 0
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
        axis = self._axis
        before, self._t = self._t, t
        if self.isVisible() and round(self.x_of(before)) != round(self.x_of(t)):
            # Where one looks at now, now stays in view.
            if self.x_of(before) <= self.viewport().width() < self.x_of(t) + axis.px(60):
                self._move_to(t - 0.3 * axis.span())
            self.viewport().update()

    def marks(self) -> Iterator[Mark]:
        """All of them, track by track."""
        for track in self._axis.tracks:
            yield from track.marks

    def x_of(self, t: float) -> float:
        """Where an instant stands, in pixels from the left of the viewport."""
        return self._axis.x_of(t)

    def box_of(self, inject: str) -> QRectF | None:
        """Where the mark of an inject is, in the viewport."""
        for top, track in self._axis.placed():
            for mark in track.marks:
                if mark.row.id == inject:
                    return self._axis.box(mark, top)
        return None

    # --- zoom ----------------------------------------------------------------------------------------

    def fit(self) -> None:
        """The whole exercise."""
        self._axis.scale, self._axis.start = self._axis.least(), 0.0
        self._arrange()

    def zoom(self, factor: float, around: float | None = None) -> None:
        """Closer (factor above 1) or further away, around a place from the left (None: now, or the middle)."""
        axis = self._axis
        now = self.x_of(self._t)
        inside = axis.px(LABELS) <= now <= self.viewport().width()
        x = around if around is not None else now if inside else (axis.px(LABELS) + self.viewport().width()) / 2
        x = max(float(axis.px(LABELS)), x)
        held = axis.start + (x - axis.px(LABELS)) / axis.scale
        axis.scale = min(CLOSEST * self._bench.theme.scale / SECOND, max(axis.least(), axis.scale * factor))
        self._move_to(held - (x - axis.px(LABELS)) / axis.scale)
        self._arrange()

    def go_to_now(self) -> None:
        """Bring the present instant to a third of the width."""
        self._move_to(self._t - 0.3 * self._axis.span())

    # --- events --------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        fitted = event.oldSize().width() <= 0 or self._axis.scale <= self._axis.least(event.oldSize().width()) * 1.001
        super().resizeEvent(event)
        if fitted or self._axis.scale < self._axis.least():
            self.fit()
        else:
            self._arrange()

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier or turned.x():
            self._move_to(self._axis.start - (turned.x() or turned.y()) / self._axis.scale)
        elif event.modifiers() & Qt.KeyboardModifier.ControlModifier or not self.verticalScrollBar().maximum():
            self.zoom(1.25 ** (turned.y() / 120), event.position().x())
        else:
            super().wheelEvent(event)
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self._dragged, self._moved = event.position(), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        hit = self._axis.hit(event.position())
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if hit else Qt.CursorShape.ArrowCursor)
        if self._dragged is None or not event.buttons() & Qt.MouseButton.LeftButton:
            return
        by = event.position().x() - self._dragged.x()
        if self._moved or abs(by) > self._axis.px(4):
            self._moved, self._dragged = True, event.position()
            self._move_to(self._axis.start - by / self._axis.scale)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._dragged is not None and not self._moved:
            hit = self._axis.hit(event.position())
            more = event.modifiers() & Qt.KeyboardModifier.ControlModifier
            wanted = [row.id for row in hit]
            self.chosen.emit([*self._chosen.symmetric_difference(wanted)] if more else wanted)
        self._dragged = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._axis.hit(event.position()):
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
            hit = self._axis.hit(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), tip("\n".join(map(_words, hit[:8]))), self.viewport())
            return True
        return super().viewportEvent(event)

    def minimumSizeHint(self) -> QSize:
        return QSize(self._axis.px(320), self._axis.px(90))

    # --- layout --------------------------------------------------------------------------------------

    def _move_to(self, start: float) -> None:
        axis = self._axis
        most = max(0.0, axis.duration + axis.px(END) / max(axis.scale, 1e-12) - axis.span())
        axis.start = min(most, max(0.0, start))
        self.viewport().update()

    def _arrange(self) -> None:
        axis = self._axis
        if axis.scale <= 0:
            axis.scale = axis.least()
        letters = QFontMetricsF(axis.font())
        around = axis.px(12)
        axis.tracks = tracks(
            self._rows, axis.scale, lambda row: letters.horizontalAdvance(row.number or "·") + around, axis.px(GAP)
        )
        height = sum(axis.height_of(track) for track in axis.tracks) + axis.px(HEAD)
        bar = self.verticalScrollBar()
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(axis.px(LANE))
        bar.setRange(0, max(0, height - self.viewport().height()))
        self._move_to(axis.start)

    def _step(self, way: int) -> None:
        """The inject before or after, by time, over all storylines."""
        line = sorted(self.marks(), key=lambda mark: (mark.left, mark.row.place_in))
        at = next((n for n, mark in enumerate(line) if mark.row.id in self._chosen), None)
        if at is None:
            now = self._t * self._axis.scale
            at = next((n for n, mark in enumerate(line) if mark.left >= now), len(line)) - (way > 0)
        if line:
            self.chosen.emit([line[max(0, min(len(line) - 1, at + way))].row.id])

    def _change_track(self, way: int) -> None:
        """The nearest in time in the next storyline that has any."""
        having = [track for track in self._axis.tracks if track.marks]
        at, left = next(
            ((n, m.left) for n, track in enumerate(having) for m in track.marks if m.row.id in self._chosen),
            (-1 if way > 0 else len(having), self._t * self._axis.scale),
        )
        if having:
            track = having[max(0, min(len(having) - 1, at + way))]
            self.chosen.emit([min(track.marks, key=lambda mark: abs(mark.left - left)).row.id])

    def _reveal(self, mark: Mark) -> None:
        axis = self._axis
        left, right = axis.px(LABELS), self.viewport().width()
        x = self.x_of(0) + mark.left
        if not left <= x <= right - axis.px(30):
            self._move_to(mark.left / axis.scale - 0.4 * axis.span())
        for top, track in axis.placed():
            if mark in track.marks:
                box = axis.box(mark, top)
                bar = self.verticalScrollBar()
                if box.top() < axis.px(HEAD):
                    bar.setValue(bar.value() - round(axis.px(HEAD) - box.top()) - axis.px(4))
                elif box.bottom() > self.viewport().height():
                    bar.setValue(bar.value() + round(box.bottom() - self.viewport().height()) + axis.px(4))

    # --- drawing -------------------------------------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        drawing = AxisPainter(
            painter, self._axis, self._bench.theme, self._scenario, t=self._t, chosen=self._chosen, coming=self._next
        )
        drawing.paint(focused=self.hasFocus())
        painter.end()

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
