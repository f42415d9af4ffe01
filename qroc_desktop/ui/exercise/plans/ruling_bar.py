"""How the leg that the bar is on is ruled: mode, speed, time, hiding, vehicle, and buttons for its way."""

from __future__ import annotations

from typing import Final

import msgspec
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QBoxLayout,
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QSizePolicy,
    QWidget,
)

from qroc_desktop.exercise.plans import Intent
from qroc_desktop.exercise.ruling import LONGEST_EXTRA_S
from qroc_desktop.exercise.scenario import Budget
from qroc_desktop.services.exercise.plan_drafts import RulingLeg
from qroc_desktop.translation import tr
from qroc_desktop.ui.buttons import IconButton
from qroc_desktop.ui.decimal_box import DecimalBox
from qroc_desktop.ui.exercise.plans.leg_form import LONGEST_VEHICLE
from qroc_desktop.ui.exercise.plans.ruling import said_of
from qroc_desktop.ui.exercise.plans.words import mode_text
from qroc_desktop.ui.text import plain_label, tip
from qroc_desktop.ui.theme import Theme

_WORDED: Final = ("way", "stop", "drop")


class RulingBar(QWidget):
    """`changed` when somebody changes something in it, never when it is filled; the others when something is asked."""

    changed = Signal()
    roads_asked = Signal(bool)
    way_asked = Signal()
    stop_asked = Signal()
    drop_asked = Signal()
    back_asked = Signal()
    reset_asked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._budget: Budget | None = None
        self.title = plain_label(role="title", parent=self)
        self.mode = QComboBox(self)
        self.speed = DecimalBox(self)
        self.extra = DecimalBox(self)
        self.after = DecimalBox(self)
        self.waits = DecimalBox(self)
        self.hide_ = QCheckBox(tr("hidden"), self)
        self.vehicle = QLineEdit(self)
        self.roads = QCheckBox(tr("along &roads"), self)
        self.buttons: dict[str, IconButton] = {}
        self._fields, self._tools = QWidget(self), QWidget(self)
        self._lay_out()
        self._connect()
        self.show_leg(None, 0, touched=False)

    @property
    def parts(self) -> tuple[QWidget, ...]:
        """What takes the keyboard."""
        return (*self._said, *self.buttons.values())

    @property
    def _said(self) -> tuple[QWidget, ...]:
        return (self.mode, self.speed, self.extra, self.after, self.waits, self.hide_, self.vehicle, self.roads)

    @property
    def busy(self) -> bool:
        """Whether somebody is at it, so that it is not to be filled."""
        focus = QApplication.focusWidget()
        return focus is not None and focus in self._said and focus not in (self.hide_, self.roads)

    def offer(self, budget: Budget) -> None:
        """The ways to move that there are."""
        if budget is self._budget:
            return
        self._budget = budget
        self.mode.blockSignals(True)
        self.mode.clear()
        for mode, most in budget.speed_kmh.items():
            self.mode.addItem(tr("{mode}: {most} km/h", mode=mode_text(mode), most=round(most)), mode)
        self.mode.blockSignals(False)

    def show_leg(self, edit: RulingLeg | None, number: int, *, touched: bool) -> None:
        """The leg that the bar is on; None: none, or one that was taken out. touched: a step can be taken back."""
        for part in self._said:
            part.blockSignals(True)
        self.title.setText(tr("Leg {number}", number=number) if number else tr("No leg"))
        if edit is not None:
            intent = edit.leg.intent
            self.mode.setCurrentIndex(self.mode.findData(intent.mode))
            self._limit_speed()
            self.speed.setValue(intent.speed_kmh)
            self.extra.setValue(edit.leg.extra_s / 60)
            self.after.setValue(edit.leg.after_s / 60)
            self.waits.setValue(intent.wait_s / 60)
            self.hide_.setChecked(intent.hide)
            if self.vehicle.text().strip() != intent.vehicle:
                self.vehicle.setText(intent.vehicle)
            self.roads.setChecked(edit.roads)
        for part in self._said:
            part.blockSignals(False)
        self._allow(edit, touched=touched)
        self._arrange()

    def applied(self, edit: RulingLeg) -> RulingLeg:
        """A leg with what the form says of it."""
        vehicle = self.vehicle.text().strip()
        intent = msgspec.structs.replace(edit.leg.intent, hide=self.hide_.isChecked(), vehicle=vehicle)
        if not intent.points:
            # Only what somebody typed: the field shows less than the record has.
            before = round(intent.wait_s / 60, self.waits.decimals())
            wait = intent.wait_s if self.waits.value() == before else self.waits.value() * 60
            return said_of(edit, msgspec.structs.replace(intent, wait_s=wait), edit.leg.extra_s, edit.leg.after_s)
        intent = self._moving(intent)
        return said_of(edit, intent, self.extra.value() * 60, self.after.value() * 60)

    def _moving(self, intent: Intent) -> Intent:
        mode = str(self.mode.currentData() or intent.mode)
        before = round(intent.speed_kmh, self.speed.decimals())
        speed = intent.speed_kmh if self.speed.value() == before else self.speed.value()
        return msgspec.structs.replace(intent, mode=mode, speed_kmh=speed)

    def _allow(self, edit: RulingLeg | None, *, touched: bool) -> None:
        moves = edit is None or bool(edit.leg.intent.points)
        for part in (self.mode, self.speed, self.extra, self.after, self.roads):
            part.setVisible(moves)
        self.waits.setVisible(not moves)
        for field in self._said:
            field.setEnabled(edit is not None)
        for name in ("way", "stop"):
            self.buttons[name].setEnabled(edit is not None and moves)
        self.buttons["drop"].setEnabled(edit is not None)
        self.buttons["back"].setEnabled(touched)
        self.buttons["reset"].setEnabled(touched)

    def _limit_speed(self) -> None:
        most = self._budget.speed_kmh.get(str(self.mode.currentData() or ""), 0.0) if self._budget is not None else 0.0
        self.speed.setMaximum(most)

    def _mode_chosen(self) -> None:
        self.speed.blockSignals(True)
        self._limit_speed()
        self.speed.setValue(0.0)
        self.speed.blockSignals(False)
        self.changed.emit()

    # --- parts: laying out -----------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """One line where there is room, else two; words on the buttons where there is room for all of them."""
        px, letters = self._theme.px, self.fontMetrics()
        fields = self._fields.sizeHint().width() + px(6)
        icons = self.roads.sizeHint().width() + len(self.buttons) * px(34)
        words = icons + sum(letters.horizontalAdvance(self.buttons[name].text()) + px(12) for name in _WORDED)
        one_line = fields + icons <= self.width()
        worded = words <= self.width() - (fields if one_line else 0)
        direction = QBoxLayout.Direction.LeftToRight if one_line else QBoxLayout.Direction.TopToBottom
        if self._box.direction() is not direction:
            self._box.setDirection(direction)
        style = Qt.ToolButtonStyle.ToolButtonTextBesideIcon if worded else Qt.ToolButtonStyle.ToolButtonIconOnly
        for name in _WORDED:
            self.buttons[name].setToolButtonStyle(style)

    def _lay_out(self) -> None:
        px = self._theme.px
        self._fill()
        fields = QHBoxLayout(self._fields)
        fields.setContentsMargins(0, 0, 0, 0)
        fields.setSpacing(px(6))
        for part in (self.title, self.mode, self.speed, self.extra, self.after, self.waits, self.hide_, self.vehicle):
            fields.addWidget(part)
        fields.addStretch(1)
        tools = QHBoxLayout(self._tools)
        tools.setContentsMargins(0, 0, 0, 0)
        tools.setSpacing(px(4))
        tools.addWidget(self.roads)
        for name, icon, word, text in _buttons():
            button = self.buttons[name] = IconButton(self._theme, icon, text, parent=self)
            button.setText(word)
            tools.addWidget(button)
        tools.addStretch(1)
        self._box = QBoxLayout(QBoxLayout.Direction.TopToBottom, self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(px(4))
        self._box.addWidget(self._fields)
        self._box.addWidget(self._tools, 1)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(px(400))

    def _fill(self) -> None:
        for field, name, suffix, most in (
            (self.speed, tr("Speed"), " km/h", 0.0), (self.extra, tr("Longer by"), " min", LONGEST_EXTRA_S / 60),
            (self.after, tr("Then waits"), " min", LONGEST_EXTRA_S / 60),
            (self.waits, tr("Waits"), " min", LONGEST_EXTRA_S / 60),
        ):  # fmt: skip
            field.setRange(0.0, most)
            field.setDecimals(0)
            field.setSuffix(suffix)
            field.setAccessibleName(name)
            field.setButtonSymbols(QAbstractSpinBox.ButtonSymbols.UpDownArrows)
            field.setToolTip(tip(name))
        self.waits.setDecimals(1)
        self.waits.setMinimum(0.1)
        self.extra.setPrefix("+")
        self.after.setPrefix(tr("waits") + " ")
        self.after.setSpecialValueText(tr("no wait"))
        self.speed.setSpecialValueText(tr("at most"))
        self.mode.setAccessibleName(tr("How"))
        self.mode.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.extra.setToolTip(tip(tr("How many minutes longer it takes: a detour, a search, a block")))
        self.after.setToolTip(tip(tr("How many minutes it then waits where the leg ends, such as at a block (W)")))
        self.roads.setToolTip(tip(tr("The quickest way by roads; where the road graph ends, straight.")))
        self.vehicle.setMaxLength(LONGEST_VEHICLE)
        self.vehicle.setPlaceholderText(tr("keeps the vehicle"))
        self.vehicle.setAccessibleName(tr("Changes to"))
        self.vehicle.setToolTip(tip(tr("The vehicle that it changes to; empty: it keeps the one that it has")))
        self.vehicle.setMinimumWidth(self._theme.px(70))
        self.title.setAlignment(Qt.AlignmentFlag.AlignVCenter)

    def _connect(self) -> None:
        self.mode.activated.connect(self._mode_chosen)
        for field in (self.speed, self.extra, self.after, self.waits):
            field.valueChanged.connect(lambda _: self.changed.emit())
        self.hide_.clicked.connect(lambda _: self.changed.emit())
        self.vehicle.textEdited.connect(lambda _: self.changed.emit())
        self.roads.clicked.connect(self.roads_asked)
        for name, signal in (
            ("way", self.way_asked), ("stop", self.stop_asked), ("drop", self.drop_asked),
            ("back", self.back_asked), ("reset", self.reset_asked),
        ):  # fmt: skip
            self.buttons[name].clicked.connect(lambda _=False, signal=signal: signal.emit())


def _buttons() -> tuple[tuple[str, str, str, str], ...]:
    return (
        ("way", "route", tr("Other way"), tr("Another way for this leg: point at it on the map (Ins)")),
        ("stop", "octagon-x", tr("Ends here"), tr("It ends here: point at where on the map (S)")),
        ("drop", "trash", tr("Take out"), tr("Take this leg out (Del)")),
        ("back", "undo-2", "", tr("Take the last step back (Ctrl+Z)")),
        ("reset", "rotate-cw", "", tr("As red asked for it")),
    )
