"""Improvise an inject in a few seconds by keyboard: type, Enter. Everything else has a usual value and a letter."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from qroc_desktop.domain.coordinates import CoordinateError, format_all, parse
from qroc_desktop.domain.state import Item
from qroc_desktop.exercise.conditions import LonLat
from qroc_desktop.exercise.scenario import called
from qroc_desktop.exercise.vocabulary import Channel
from qroc_desktop.services.exercise.directing.improvising import Idea, inject_of, players, usual_teams
from qroc_desktop.services.exercise.driver import ExerciseDriver
from qroc_desktop.services.exercise.run import ExerciseRun
from qroc_desktop.services.exercise.scenario_time import MINUTE
from qroc_desktop.translation import language, said, tr
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.exercise.director.orders import Orders
from qroc_desktop.ui.exercise.director.words import CHANNEL_SIGNS, CHANNELS
from qroc_desktop.ui.text import menu_text, plain_label, set_state

MOST_MINUTES = 600


class QuickText(QPlainTextEdit):
    """Enter sends; Shift+Enter begins a new line."""

    entered = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = not event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and plain:
            self.entered.emit()
            event.accept()
            return
        super().keyPressEvent(event)


class ImproviseDialog(QDialog):
    """Told at once with Enter; nothing is told before that."""

    def __init__(
        self, bench: Bench, driver: ExerciseDriver, orders: Orders, parent: QWidget, place: LonLat | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Improvise an inject"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(bench.theme.px(520))
        self._bench = bench
        self._driver = driver
        self._orders = orders
        self._chosen = _selected_place(bench)
        self._waits = False
        self.text = QuickText(self)
        self.text.setTabChangesFocus(True)
        self.text.setPlaceholderText(tr("What is told? Enter sends it, Shift+Enter begins a new line."))
        self.text.setFixedHeight(bench.theme.px(78))
        self.source = QLineEdit(self)
        self.source.setPlaceholderText(tr("not required"))
        self.teams: dict[str, QCheckBox] = {}
        self.channel = QComboBox(self)
        self.minutes = QSpinBox(self)
        self.place = QLineEdit(self)
        self.here = QPushButton(tr("As se&lected"), self)
        self._buttons = QDialogButtonBox(self)
        self.go = self._buttons.addButton(tr("Tell now"), QDialogButtonBox.ButtonRole.AcceptRole)
        self._set_up(place)
        self._lay_out()
        self._connect()
        self._weigh()
        self.text.setFocus()

    # --- parts -----------------------------------------------------------------------------------

    def _set_up(self, place: LonLat | None) -> None:
        usual = usual_teams(self._driver.scenario)
        for number, team in enumerate(players(self._driver.scenario), start=1):
            box = QCheckBox(f"&{number} {menu_text(called(team, language()))}", self)
            box.setChecked(team.id in usual)
            self.teams[team.id] = box
        for channel in Channel:
            icon = self._bench.theme.icon(CHANNEL_SIGNS[channel], size=15)
            self.channel.addItem(icon, said(CHANNELS[channel]), channel)
        self.minutes.setRange(0, MOST_MINUTES)
        self.minutes.setSpecialValueText(tr("at once"))
        self.minutes.setSuffix(tr(" min"))
        self.place.setPlaceholderText(tr("Coordinate in any notation; not required"))
        if place is not None:
            self.place.setText(format_all(*place).mgrs)
        self.here.setEnabled(self._chosen is not None)
        self.here.setToolTip(tr("The place of the item that is selected"))

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 18, 24, 16)
        column.setSpacing(10)
        heading = plain_label(tr("Improvise an inject"), parent=self)
        heading.setObjectName("dialogHeading")
        column.addWidget(heading)
        column.addWidget(self.text)
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        to, where = QHBoxLayout(), QHBoxLayout()
        for box in self.teams.values():
            to.addWidget(box)
        to.addStretch(1)
        where.addWidget(self.place, 1)
        where.addWidget(self.here)
        form.addRow(tr("To"), to)
        form.addRow(tr("&Channel"), self.channel)
        form.addRow(tr("&From"), self.source)
        form.addRow(tr("&In"), self.minutes)
        place = QLabel(tr("&Place"), self)
        place.setBuddy(self.place)
        form.addRow(place, where)
        column.addLayout(form)
        self.go.setDefault(True)
        cancel = self._buttons.addButton(tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        cancel.setAutoDefault(False)
        self.here.setAutoDefault(False)
        column.addWidget(self._buttons)

    def _connect(self) -> None:
        self.text.entered.connect(self._tell)
        self.text.textChanged.connect(self._weigh)
        self.minutes.valueChanged.connect(lambda _: self._weigh())
        self.place.textChanged.connect(self._weigh)
        self.here.clicked.connect(self._take_selected)
        for box in self.teams.values():
            box.toggled.connect(lambda _: self._weigh())
        self._buttons.accepted.connect(self._tell)
        self._buttons.rejected.connect(self.reject)

    def _take_selected(self) -> None:
        if self._chosen is not None:
            self.place.setText(format_all(*self._chosen).mgrs)

    def _where(self) -> LonLat | None:
        """Raises CoordinateError for what is no coordinate."""
        typed = self.place.text().strip()
        return parse(typed) if typed else None

    def _weigh(self) -> None:
        try:
            self._where()
            set_state(self.place, "wrong", "false")
        except CoordinateError:
            set_state(self.place, "wrong", "true")
        self.go.setText(tr("Schedule") if self.minutes.value() else tr("Tell now"))
        some = bool(self.text.toPlainText().strip()) and any(box.isChecked() for box in self.teams.values())
        self.go.setEnabled(some and not self._waits and self.place.property("wrong") != "true")

    def _tell(self) -> None:
        if not self.go.isEnabled():
            return
        minutes, speaks, word, by = self.minutes.value(), language(), tr("EXERCISE"), self._orders.by
        text, channel, place = self.text.toPlainText(), self.channel.currentData(), self._where()
        teams = [team for team, box in self.teams.items() if box.isChecked()]
        source = self.source.text().strip()

        def improvise(run: ExerciseRun) -> None:
            # Numbered in the thread of the run: two quick ones must not take the same number.
            at = run.conduct.clock.t + minutes * MINUTE if minutes else None
            idea = Idea(text=text, teams=teams, channel=channel, at=at, place=place, source=source)
            run.conduct.improvise(inject_of(idea, run.conduct.world.standing, language=speaks, word=word), by)

        # What was typed stays until it is recorded; a refusal must not cost it.
        self._wait(True)
        self._orders.give(improvise, lambda _: self.accept(), failed=lambda: self._wait(False))

    def _wait(self, waits: bool) -> None:
        self._waits = waits
        self._weigh()


def _selected_place(bench: Bench) -> LonLat | None:
    ids = bench.selection.ids
    item: Item | None = bench.desk.picture.item(ids[0]) if len(ids) == 1 else None
    shape = item.shape if item is not None else None
    if shape is None or shape.type != "Point":
        return None
    lon, lat = shape.coordinates[:2]
    return float(lon), float(lat)


