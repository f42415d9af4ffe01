"""A fork of the run: from when, and the new folder that it goes on in. The run itself is not touched."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from qroc_desktop.errors import Because
from qroc_desktop.exercise.run_file import in_the_way
from qroc_desktop.services.exercise.driver import ExerciseDriver
from qroc_desktop.services.exercise.fork import Fork
from qroc_desktop.services.exercise.scenario_time import plus_text, read_time
from qroc_desktop.translation import said, tr
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.exercise.director.orders import Orders
from qroc_desktop.ui.text import plain_label, set_state


class ForkDialog(QDialog):
    """`made` is told of the fork once it is whole."""

    def __init__(
        self, bench: Bench, driver: ExerciseDriver, orders: Orders, made: Callable[[Fork], None], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Fork the run"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(bench.theme.px(560))
        self._bench = bench
        self._driver = driver
        self._orders = orders
        self._made = made
        self._at: int | None = None
        self.time = QLineEdit(self)
        self.time.setPlaceholderText(tr("now"))
        self.folder = QLineEdit(self)
        self.browse = QPushButton(tr("Other folder …"), self)
        self.browse.setAutoDefault(False)
        self.says = plain_label(role="muted", wrap=True, parent=self)
        self._buttons = QDialogButtonBox(self)
        self.go = self._buttons.addButton(tr("Fork"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.go.setDefault(True)
        self._lay_out()
        self.time.textChanged.connect(self._typed)
        self.folder.textChanged.connect(lambda _: self._weigh())
        self.browse.clicked.connect(self._browse)
        self._buttons.accepted.connect(self._fork)
        self._buttons.rejected.connect(self.reject)
        self._typed()
        self.time.setFocus()

    # --- parts -----------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 18, 24, 16)
        column.setSpacing(10)
        heading = plain_label(tr("Fork the run"), parent=self)
        heading.setObjectName("dialogHeading")
        text = tr(
            "A new run with the same record up to a time, in which every team has what it had then. It goes on from "
            "there by itself; this run is not touched."
        )
        column.addWidget(heading)
        column.addWidget(plain_label(text, role="muted", wrap=True, parent=self))
        where = QHBoxLayout()
        where.addWidget(self.folder, 1)
        where.addWidget(self.browse)
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        form.addRow(tr("&Time"), self.time)
        name = QLabel(tr("&New folder"), self)
        name.setBuddy(self.folder)
        form.addRow(name, where)
        column.addLayout(form)
        column.addWidget(self.says)
        cancel = self._buttons.addButton(tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        cancel.setAutoDefault(False)
        column.addWidget(self._buttons)

    def _now(self) -> int:
        return self._driver.snapshot.reading.t

    def _typed(self) -> None:
        text, now = self.time.text().strip(), self._now()
        wrong = False
        self._at = None
        try:
            # A time of day is the one that was last, not the next one.
            self._at = read_time(text, self._driver.scenario, 0) if text else None
        except Because:
            wrong = True
        wrong = wrong or (self._at is not None and self._at > now)
        set_state(self.time, "wrong", "true" if wrong else "false")
        run = self._driver.run.folder
        label = plus_text(now if self._at is None else self._at).replace(":", "-").replace("+", "")
        if not self.folder.isModified():
            self.folder.setText(str(run.with_name(f"{run.name}-{label}")))
        self._weigh()

    def _weigh(self) -> None:
        there = in_the_way(Path(self.folder.text().strip() or "."))
        if self.time.property("wrong") == "true":
            self.says.setText(tr("Not a time that has been played. Try T+0:25:00 or 15:50."))
        elif there is not None:
            self.says.setText(said(there))
        else:
            t = plus_text(self._now() if self._at is None else self._at)
            self.says.setText(tr("The new run begins paused, at {time}.", time=t))
        self.go.setEnabled(self.time.property("wrong") != "true" and there is None)

    def _browse(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, tr("Folder to put the new run in"), self.folder.text())
        if chosen:
            self.folder.setText(str(Path(chosen) / Path(self.folder.text()).name))
            self.folder.setModified(True)

    def _fork(self) -> None:
        folder, at, made, background = Path(self.folder.text().strip()), self._at, self._made, self._bench.background

        def go_on(fork: Fork) -> None:
            background.long(tr("Fork of the run"), fork.complete, lambda _: made(fork))

        self._orders.give(lambda run: Fork(run, folder, at), go_on)
        self.accept()
