"""The strip under the menu in every window of an exercise: its clock, how it stands, and the way to stop it at once."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QWidget,
)

from qroc_desktop.exercise.scenario import said as in_language
from qroc_desktop.exercise.seating import Served
from qroc_desktop.services.exercise.scenario_time import plus_text
from qroc_desktop.translation import explained, language, said, tr
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.exercise.director.clock_controls import ClockControls
from qroc_desktop.ui.exercise.director.words import CLOCK_STATES
from qroc_desktop.ui.exercise.place import ExercisePlace
from qroc_desktop.ui.exercise.scenario_clock import ScenarioTimes
from qroc_desktop.ui.sharing.elided_label import ElidedLabel
from qroc_desktop.ui.text import plain_label, set_state, tip

LOOK_MS: Final = 250


class ExerciseStrip(QStackedWidget):
    """Two faces: the exercise, and, in red, the real emergency that it stands still for."""

    no_duff_asked = Signal()
    emergency_over_asked = Signal()

    def __init__(self, bench: Bench, place: ExercisePlace, controls: ClockControls | None = None) -> None:
        """controls: of the director's clock, in the place of the participant's."""
        super().__init__()
        self.setObjectName("exercise-strip")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.controls = controls
        self._place = place
        self._bench = bench
        self._told = ""
        self._times = ScenarioTimes.of(place.seat.info)
        self._play = _Face(bench)
        self._alarm = _Face(bench)
        self.addWidget(self._play)
        self.addWidget(self._alarm)
        self.state = plain_label()
        self.clock = plain_label()
        self.local = plain_label(role="muted")
        self.trouble = ElidedLabel()
        self.no_duff = QPushButton(tr("NO DUFF: real emergency"))
        self.alarm = plain_label(wrap=False)
        self.over = QPushButton(tr("The emergency is over …"))
        self._fill_play(controls)
        self._fill_alarm()
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()
        bench.theme.changed.connect(self._dress)
        self._dress()
        self.look()

    def look(self) -> None:
        """Show what was served last."""
        served = self._place.seat.shown()
        if served.view.no_duff is None:
            self._say(served)
            self.setCurrentWidget(self._play)
            return
        text = tr("NO DUFF · REAL EMERGENCY · THE EXERCISE STANDS STILL")
        self.alarm.setText(f"{text}   {served.view.no_duff}" if served.view.no_duff else text)
        if self.currentWidget() is not self._alarm:
            self.setCurrentWidget(self._alarm)
            QApplication.alert(self.window())

    # --- parts ---------------------------------------------------------------------------------

    def _say(self, served: Served) -> None:
        reading = served.reading
        self.state.setText(said(CLOCK_STATES[reading.state]))
        self.clock.setText(plus_text(reading.t))
        self.local.setText(self._times.second(reading.t))
        trouble = self._place.seat.trouble()
        told = explained(trouble) if trouble is not None else ""
        # Green is for what is seen to go on, not for what was told last before the connection broke.
        going = reading.running and not told
        set_state(self.state, "role", "good" if going else "warning")
        if told != self._told:
            self._told = told
            self.trouble.setText(told)
            self.trouble.setToolTip(tip(told))

    def _fill_play(self, controls: QWidget | None) -> None:
        info, row = self._place.seat.info, self._play.row
        if controls is None:
            for label in (self.state, self.clock, self.local):
                row.addWidget(label)
            name = in_language(info.name, language()) or info.seat.team
            title = ElidedLabel()
            title.setText(f"{in_language(info.title, language())} · {name}")
            row.addWidget(title, 1)
        else:
            row.addWidget(controls, 1)
        self.clock.setAccessibleName(tr("Time of the exercise"))
        self.trouble.setProperty("role", "danger")
        row.addWidget(self.trouble, 1 if controls is None else 0)
        self.no_duff.setProperty("role", "alarm")
        self.no_duff.setToolTip(tip(tr("Stops the exercise for everybody at once (F10).")))
        self.no_duff.clicked.connect(self.no_duff_asked)
        row.addWidget(self.no_duff)

    def _fill_alarm(self) -> None:
        self._alarm.setObjectName("no-duff")
        self._alarm.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._alarm.row.addWidget(self.alarm, 1)
        if self._place.driver is not None:
            self.over.clicked.connect(self.emergency_over_asked)
            self._alarm.row.addWidget(self.over)
        else:
            self.over.hide()

    def _dress(self) -> None:
        theme = self._bench.theme
        for label in (self.state, self.clock, self.alarm):
            label.setFont(theme.font(1.1, bold=True, figures=True))
        self.clock.setMinimumWidth(self.clock.fontMetrics().horizontalAdvance("T+00:00:00"))


class _Face(QWidget):
    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self.setObjectName("page")
        self.row = QHBoxLayout(self)
        px = bench.theme.px
        self.row.setContentsMargins(px(12), px(3), px(12), px(3))
        self.row.setSpacing(px(12))

