"""How a leg is gone: the one that the bar is on, and the next one that is drawn."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QLineEdit,
    QWidget,
)

from qroc_desktop.exercise.plans import Intent
from qroc_desktop.exercise.scenario import Budget
from qroc_desktop.services.exercise.plan_drafts import DraftLeg
from qroc_desktop.translation import tr
from qroc_desktop.ui.decimal_box import DecimalBox
from qroc_desktop.ui.exercise.plans.words import mode_text, points_text
from qroc_desktop.ui.text import plain_label, tip
from qroc_desktop.ui.theme import Theme

LONGEST_VEHICLE = 80
MOST_MINUTES = 600.0


class LegForm(QWidget):
    """Says `changed` when somebody changes something in it, never when it is filled."""

    changed = Signal()

    def __init__(self, budget: Budget, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._budget = budget
        self.title = plain_label(role="title", parent=self)
        self.mode = QComboBox(self)
        self.speed = DecimalBox(self)
        self.roads = QCheckBox(tr("along &roads"), self)
        self.minutes = DecimalBox(self)
        self.hide_ = QCheckBox(tr("&hide ({points} points)", points=points_text(budget.hide)), self)
        self.vehicle = QLineEdit(self)
        self._fill()
        self._lay_out(theme)
        self._connect()
        self.show_leg(None, 0)

    @property
    def chosen_mode(self) -> str:
        """The way to move."""
        return str(self.mode.currentData() or "")

    def new_leg(self, places: tuple[tuple[float, float], ...]) -> DraftLeg:
        """A leg by these places, gone as the form says; hiding and changing are said of each leg anew."""
        intent = Intent(mode=self.chosen_mode, points=places, speed_kmh=self.speed.value())
        return DraftLeg(intent=intent, places=places, roads=self.roads.isChecked())

    def applied(self, leg: DraftLeg) -> DraftLeg:
        """A leg with what the form says of it."""
        intent = msgspec.structs.replace(leg.intent, hide=self.hide_.isChecked(), vehicle=self.vehicle.text().strip())
        if leg.places:
            intent = msgspec.structs.replace(intent, mode=self.chosen_mode, speed_kmh=self.speed.value())
            return msgspec.structs.replace(leg, intent=intent, roads=self.roads.isChecked())
        return msgspec.structs.replace(leg, intent=msgspec.structs.replace(intent, wait_s=self.minutes.value() * 60))

    def show_leg(self, leg: DraftLeg | None, number: int) -> None:
        """The leg that the bar is on; None: the next one."""
        moves = leg is None or bool(leg.places)
        fields: tuple[QWidget, ...] = (self.mode, self.speed, self.roads, self.hide_, self.vehicle, self.minutes)
        for part in fields:
            part.blockSignals(True)
        self.title.setText(tr("Leg {number}", number=number) if leg is not None else tr("Next leg"))
        if leg is not None:
            self.hide_.setChecked(leg.intent.hide)
            if self.vehicle.text().strip() != leg.intent.vehicle:
                self.vehicle.setText(leg.intent.vehicle)
        else:
            self.hide_.setChecked(False)
            self.vehicle.clear()
        if leg is not None and leg.places:
            self.mode.setCurrentIndex(max(0, self.mode.findData(leg.intent.mode)))
            self.roads.setChecked(leg.roads)
            self._limit_speed()
            self.speed.setValue(leg.intent.speed_kmh)
        elif leg is not None:
            self.minutes.setValue(leg.intent.wait_s / 60)
        for part in fields:
            part.blockSignals(False)
        self._offer(moves=moves, held=leg is not None)

    def _offer(self, *, moves: bool, held: bool) -> None:
        part: QWidget
        for label in (*self._moving, self.mode, self.speed, self.roads):
            label.setVisible(moves)
        for label in (self._waiting, self.minutes):
            label.setVisible(not moves)
        for part in (self.hide_, self.vehicle, self._changing):
            part.setEnabled(held)

    def _fill(self) -> None:
        for mode, most in self._budget.speed_kmh.items():
            price = points_text(self._budget.per_minute.get(mode, 0.0))
            name = tr("{mode}: {most} km/h, {points} a minute", mode=mode_text(mode), most=round(most), points=price)
            self.mode.addItem(name, mode)
        self.mode.setAccessibleName(tr("How"))
        self.mode.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.speed.setRange(0.0, 0.0)
        self.speed.setDecimals(0)
        self.speed.setSuffix(" km/h")
        self.speed.setSpecialValueText(tr("at most"))
        self.speed.setAccessibleName(tr("Speed"))
        self._limit_speed()
        self.minutes.setRange(0.5, MOST_MINUTES)
        self.minutes.setDecimals(1)
        self.minutes.setSuffix(" min")
        self.minutes.setAccessibleName(tr("Waits"))
        self.vehicle.setMaxLength(LONGEST_VEHICLE)
        keeps = tr("no change ({points} points)", points=points_text(self._budget.change))
        self.vehicle.setPlaceholderText(keeps)
        self.vehicle.setAccessibleName(tr("Changes to"))
        self.roads.setChecked(True)
        self.roads.setToolTip(tip(tr("The quickest way by roads; where the road graph ends, straight.")))

    def _limit_speed(self) -> None:
        self.speed.setMaximum(self._budget.speed_kmh.get(self.chosen_mode, 0.0))

    def _lay_out(self, theme: Theme) -> None:
        px = theme.px
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(px(8))
        grid.setVerticalSpacing(px(4))
        self._moving = (plain_label(tr("How"), role="muted"), plain_label(tr("Speed"), role="muted"))
        self._waiting = plain_label(tr("Waits"), role="muted")
        self._changing = plain_label(tr("Changes to"), role="muted")
        grid.addWidget(self.title, 0, 0, 1, 3)
        grid.addWidget(self._moving[0], 1, 0)
        grid.addWidget(self.mode, 1, 1, 1, 2)
        grid.addWidget(self._moving[1], 2, 0)
        grid.addWidget(self.speed, 2, 1)
        grid.addWidget(self.roads, 2, 2)
        grid.addWidget(self._waiting, 3, 0)
        grid.addWidget(self.minutes, 3, 1, 1, 2)
        grid.addWidget(self._changing, 4, 0)
        grid.addWidget(self.vehicle, 4, 1, 1, 2)
        grid.addWidget(self.hide_, 5, 1, 1, 2)
        grid.setColumnStretch(1, 1)

    def _connect(self) -> None:
        self.mode.activated.connect(self._mode_chosen)
        self.speed.valueChanged.connect(lambda _: self.changed.emit())
        self.minutes.valueChanged.connect(lambda _: self.changed.emit())
        self.roads.clicked.connect(lambda _: self.changed.emit())
        self.hide_.clicked.connect(lambda _: self.changed.emit())
        self.vehicle.editingFinished.connect(self.changed.emit)

    def _mode_chosen(self) -> None:
        self.speed.blockSignals(True)
        self._limit_speed()
        self.speed.setValue(0.0)
        self.speed.blockSignals(False)
        self.changed.emit()
