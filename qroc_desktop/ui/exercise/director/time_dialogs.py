"""Short questions about time: when a released inject is due, and by how much the whole exercise moves."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QLineEdit, QSpinBox, QVBoxLayout, QWidget

from qroc_desktop.errors import Because
from qroc_desktop.exercise.scenario import Scenario
from qroc_desktop.exercise.vocabulary import InjectState
from qroc_desktop.services.exercise.directing.event_list import EventRow
from qroc_desktop.services.exercise.driver import ExerciseDriver
from qroc_desktop.services.exercise.run import ExerciseRun
from qroc_desktop.services.exercise.scenario_time import MINUTE, plus_text, read_time, short_text, wall_time
from qroc_desktop.translation import ntr, tr
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.exercise.director.orders import Orders
from qroc_desktop.ui.text import plain_label, set_state

FURTHEST_MINUTES = 600
_MOVED = frozenset({InjectState.SCHEDULED, InjectState.ON_HOLD})


class TimeField(QLineEdit):
    """A scenario time as it is typed; `value` is None while it is none, or one that has passed."""

    def __init__(self, scenario: Scenario, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scenario = scenario
        self.setPlaceholderText(tr("T+1:05:00, 16:45, +10 (minutes) or +30 s"))

    def value(self, now: int) -> int | None:
        """In milliseconds; the field shows where it is wrong."""
        try:
            found = read_time(self.text(), self._scenario, now) if self.text().strip() else None
        except Because:
            set_state(self, "wrong", "true")
            return None
        late = found is not None and found < now
        set_state(self, "wrong", "true" if late else "false")
        return None if late else found


class _Short(QDialog):
    """A heading, one field, what it comes to, two buttons."""

    def __init__(self, bench: Bench, title: str, label: str, field: QWidget, go: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(bench.theme.px(440))
        self.says = plain_label(role="muted", wrap=True, parent=self)
        buttons = QDialogButtonBox(self)
        self.go = buttons.addButton(go, QDialogButtonBox.ButtonRole.AcceptRole)
        self.go.setDefault(True)
        buttons.addButton(tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole).setAutoDefault(False)
        buttons.accepted.connect(self.decide)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 18, 24, 16)
        column.setSpacing(10)
        heading = plain_label(title, wrap=True, parent=self)
        heading.setObjectName("dialogHeading")
        column.addWidget(heading)
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        form.addRow(label, field)
        column.addLayout(form)
        column.addWidget(self.says)
        column.addWidget(buttons)
        field.setFocus()

    def decide(self) -> None:
        """Do it."""


class ReleaseDialog(_Short):
    """When injects are due that are released."""

    def __init__(
        self, bench: Bench, driver: ExerciseDriver, orders: Orders, injects: Sequence[str], parent: QWidget
    ) -> None:
        self.field = TimeField(driver.scenario)
        super().__init__(bench, tr("Release at …"), tr("&Time"), self.field, tr("Release"), parent)
        self._driver = driver
        self._orders = orders
        self._injects = injects
        self._at: int | None = None
        self.field.textChanged.connect(self._weigh)
        self._weigh()

    def decide(self) -> None:
        at, by, injects = self._at, self._orders.by, self._injects
        if at is None:
            return

        def release(run: ExerciseRun) -> None:
            for inject in injects:
                run.conduct.release(inject, at, by)

        self._orders.give(release)
        self.accept()

    def _weigh(self) -> None:
        now = self._driver.snapshot.reading.t
        self._at = self.field.value(now)
        self.go.setEnabled(self._at is not None)
        if self._at is None:
            count = len(self._injects)
            self.says.setText(ntr("{count} inject is released.", "{count} injects are released.", count))
            return
        clock = wall_time(self._driver.scenario, self._at).strftime("%H:%M:%S")
        ahead = short_text(self._at - now)
        self.says.setText(tr("To {plus}, {clock}, {ahead} ahead.", plus=plus_text(self._at), clock=clock, ahead=ahead))


class ShiftDialog(_Short):
    """By how many minutes everything moves that is still due by the clock."""

    def __init__(
        self, bench: Bench, driver: ExerciseDriver, orders: Orders, rows: Sequence[EventRow], parent: QWidget
    ) -> None:
        self.minutes = QSpinBox()
        self.minutes.setRange(-FURTHEST_MINUTES, FURTHEST_MINUTES)
        self.minutes.setSuffix(tr(" min"))
        title = tr("Shift the whole exercise")
        super().__init__(bench, title, tr("&Later (+) or earlier (−) by"), self.minutes, tr("Shift"), parent)
        self._driver = driver
        self._orders = orders
        self._rows = [row for row in rows if row.state in _MOVED and row.due is not None]
        self.minutes.valueChanged.connect(lambda _: self._weigh())
        self.minutes.selectAll()
        self._weigh()

    def decide(self) -> None:
        by_ms, by = self.minutes.value() * MINUTE, self._orders.by
        if by_ms:
            self._orders.give(lambda run: run.conduct.shift(by_ms, by))
            self.accept()

    def _weigh(self) -> None:
        now, by = self._driver.snapshot.reading.t, self.minutes.value() * MINUTE
        moved = ntr(
            "{count} inject that is due by the clock moves.", "{count} injects that are due by the clock move.",
            len(self._rows),
        )  # fmt: skip
        at_once = sum(1 for row in self._rows if row.due is not None and row.due + by <= now)
        if by < 0 and at_once:
            moved += " " + ntr("{count} of them is due at once then.", "{count} of them are due at once then.", at_once)
        self.says.setText(moved)
        self.go.setEnabled(by != 0)
