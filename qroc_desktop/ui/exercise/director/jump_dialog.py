"""A jump forward: where to, and what becomes of the injects on the way. It shows which they are before it goes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLineEdit,
    QListWidget,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from qroc_desktop.errors import Because
from qroc_desktop.exercise.scenario import ms
from qroc_desktop.exercise.scenario import said as in_language
from qroc_desktop.exercise.vocabulary import Passed
from qroc_desktop.services.exercise.directing.event_list import next_of, rows
from qroc_desktop.services.exercise.driver import ExerciseDriver
from qroc_desktop.services.exercise.scenario_time import SECOND, plus_text, read_time, span_text, wall_time
from qroc_desktop.translation import language, ntr, tr
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.exercise.director.orders import Orders
from qroc_desktop.ui.text import plain_label, set_state

TYPING_PAUSE_MS = 200


class JumpDialog(QDialog):
    """Nothing happens before “Jump” is pressed; while nothing is passed, nothing is asked."""

    def __init__(
        self, bench: Bench, driver: ExerciseDriver, orders: Orders, came: Callable[[int], None], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Jump forward"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(bench.theme.px(560), bench.theme.px(430))
        self._driver = driver
        self._orders = orders
        self._came = came
        self._titles: dict[str, str] = {}
        self._passed: Sequence[str] | None = None
        self.to: int | None = None
        self.text = QLineEdit(self)
        self.text.setPlaceholderText(tr("T+1:05:00, 16:45, +10 (minutes) or +30 s"))
        self.targets = QComboBox(self)
        self.says = plain_label(role="muted", wrap=True, parent=self)
        self.list = QListWidget(self)
        self.list.setAccessibleName(tr("Injects on the way"))
        self.choices = QButtonGroup(self)
        self._buttons = QDialogButtonBox(self)
        self.go = self._buttons.addButton(tr("Jump"), QDialogButtonBox.ButtonRole.AcceptRole)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(TYPING_PAUSE_MS)
        self._fill_targets()
        self._lay_out()
        self._connect()
        self._weigh()
        self.text.setFocus()

    @property
    def passed(self) -> Passed | None:
        """What was chosen for the injects on the way."""
        button = self.choices.checkedButton()
        return None if button is None else list(Passed)[self.choices.id(button)]

    # --- parts -----------------------------------------------------------------------------------

    def _fill_targets(self) -> None:
        snapshot, scenario = self._driver.snapshot, self._driver.scenario
        now, speaks = snapshot.reading.t, language()
        listed = rows(scenario, snapshot.standing, lambda *_: None, speaks)
        self._titles = {row.id: f"{row.number}  {row.title}".strip() for row in listed}
        self.targets.addItem(tr("Checkpoint or inject …"), None)
        coming = next_of(listed)
        if coming is not None and coming.coming is not None:
            at = tr("Next inject: {time}  {title}", time=plus_text(coming.coming), title=self._titles[coming.id])
            self.targets.addItem(at, coming.coming)
        for checkpoint in scenario.checkpoints:
            if ms(checkpoint.t) > now:
                label = f"{plus_text(ms(checkpoint.t))}  {in_language(checkpoint.label, speaks)}"
                self.targets.addItem(label, ms(checkpoint.t))

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 18, 24, 16)
        column.setSpacing(10)
        heading = plain_label(tr("Jump forward"), parent=self)
        heading.setObjectName("dialogHeading")
        column.addWidget(heading)
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        form.addRow(tr("&Time"), self.text)
        form.addRow(tr("&Or to"), self.targets)
        column.addLayout(form)
        column.addWidget(self.says)
        column.addWidget(self.list, 1)
        for number, word in enumerate((
            tr("&Fire them: each happens at its own time on the way"),
            tr("&Skip them: they do not happen"),
            tr("&Put them on hold, for the director to decide"),
        )):  # fmt: skip
            button = QRadioButton(word, self)
            self.choices.addButton(button, number)
            column.addWidget(button)
        cancel = self._buttons.addButton(tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        cancel.setAutoDefault(False)
        self.go.setDefault(True)
        column.addWidget(self._buttons)

    def _connect(self) -> None:
        self.text.textChanged.connect(self._typed)
        self.targets.activated.connect(self._picked)
        self.choices.idToggled.connect(lambda *_: self._weigh())
        self._pause.timeout.connect(self._ask)
        self._buttons.accepted.connect(self._jump)
        self._buttons.rejected.connect(self.reject)

    def _picked(self) -> None:
        at = self.targets.currentData()
        if at is not None:
            self.text.setText(plus_text(at))

    def _typed(self) -> None:
        now = self._driver.snapshot.reading.t
        self.to, self._passed = None, None
        try:
            to = read_time(self.text.text(), self._driver.scenario, now) if self.text.text().strip() else None
        except Because:
            set_state(self.text, "wrong", "true")
            self._tell(tr("Not a time. Try T+1:05:00, 16:45, +10 or +30 s."))
            return
        set_state(self.text, "wrong", "false")
        if to is None:
            self._tell("")
        elif to <= now:
            set_state(self.text, "wrong", "true")
            self._tell(tr("This time has passed. To go back, make a fork at the earlier time."))
        elif to > ms(self._driver.scenario.duration_s):
            set_state(self.text, "wrong", "true")
            at = wall_time(self._driver.scenario, to).strftime("%H:%M:%S")
            self._tell(
                tr(
                    "{clock}, {plus}, is after the end of the exercise. Time since its start is written T+0:10:00.",
                    clock=at, plus=plus_text(to),
                )
            )  # fmt: skip
        else:
            self.to = to
            self._tell(tr("Looking what lies on the way …"))
            self._pause.start()

    def _tell(self, text: str) -> None:
        self.says.setText(text)
        self.list.clear()
        self._weigh()

    def _ask(self) -> None:
        to = self.to
        if to is not None:
            self._orders.ask(lambda run: run.conduct.passed_by(to), self._answered, key="passed-by")

    def _answered(self, passed: list[str]) -> None:
        if self.to is None:
            return
        self._passed = passed
        self.list.clear()
        self.list.addItems([self._titles.get(inject, inject) for inject in passed])
        # Of whole seconds, as both are shown: five minutes on are five minutes ahead.
        ahead = span_text(self.to - self._driver.snapshot.reading.t // SECOND * SECOND)
        clock = wall_time(self._driver.scenario, self.to).strftime("%H:%M:%S")
        where = tr("To {plus}, {clock}, {ahead} ahead.", plus=plus_text(self.to), clock=clock, ahead=ahead)
        on_the_way = ntr("{count} inject lies on the way:", "{count} injects lie on the way:", len(passed))
        self.says.setText(f"{where} {on_the_way}" if passed else f"{where} {tr('No inject lies on the way.')}")
        self._weigh()

    def _weigh(self) -> None:
        some = bool(self._passed)
        for button in self.choices.buttons():
            button.setEnabled(some)
        self.go.setEnabled(self._passed is not None and (not some or self.passed is not None))

    def _jump(self) -> None:
        to, passed = self.to, self.passed or Passed.FIRE
        if to is not None and self.go.isEnabled():
            self._orders.jump(to, passed, self._came)
            self.accept()


def open_jump(
    bench: Bench, driver: ExerciseDriver, orders: Orders, came: Callable[[int], None], parent: QWidget
) -> JumpDialog:
    """Show it, over the window alone. `came` is told the instant that the jump came to."""
    dialog = JumpDialog(bench, driver, orders, came, parent)
    dialog.setWindowModality(Qt.WindowModality.WindowModal)
    dialog.open()
    return dialog
