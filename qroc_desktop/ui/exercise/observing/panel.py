"""The panel of evaluators and observers: ratings and notes while it happens, with the keyboard alone."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from qroc_desktop.domain.ids import random_id
from qroc_desktop.exercise.scenario import said as in_language
from qroc_desktop.exercise.seating import LONGEST_TEXT, Rates
from qroc_desktop.exercise.vocabulary import Rating
from qroc_desktop.services.exercise.ratings import RATINGS
from qroc_desktop.services.exercise.seat import ExerciseSeat
from qroc_desktop.translation import language, said, tr
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.exercise.observing.notes import NotesView, note_rows, recorded
from qroc_desktop.ui.exercise.observing.tasks import TaskRow, TasksView, task_rows
from qroc_desktop.ui.exercise.scenario_clock import ScenarioTimes
from qroc_desktop.ui.own_keys import took_key
from qroc_desktop.ui.text import plain_label, set_state, tip

LOOK_MS: Final = 500
ROOMY: Final = 420
"""From this height in pixels of the design on it explains itself."""
_KEYS: Final = {
    int(Qt.Key.Key_P): Rating.PERFORMED,
    int(Qt.Key.Key_S): Rating.SOME_CHALLENGES,
    int(Qt.Key.Key_M): Rating.MAJOR_CHALLENGES,
    int(Qt.Key.Key_U): Rating.UNABLE,
}


class ObserverPanel(QWidget):
    """Works with the seat alone. What is said goes off the GUI thread; what could not be recorded stays in the list."""

    def __init__(self, bench: Bench, seat: ExerciseSeat, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self._bench, self._seat = bench, seat
        self._times = ScenarioTimes.of(seat.info)
        self._under_way: list[Rates] = []
        self._unsent: list[Rates] = []
        self._noting: tuple[TaskRow, int] | None = None
        self.evaluator = QComboBox(self)
        self.tasks = TasksView(bench.theme, self)
        self.detail = plain_label(wrap=True, parent=self)
        self.rates = {rating: QPushButton(f"{rating}  {said(RATINGS[rating].short)}", self) for rating in Rating}
        meanings = (f"{rating}  {said(words.full)}: {said(words.when)}" for rating, words in RATINGS.items())
        self.meanings = plain_label("\n".join(meanings), role="muted", wrap=True, parent=self)
        self.note = QLineEdit(self)
        self.note_button = QPushButton(tr("&Note (N)"), self)
        self.about = plain_label(role="muted", parent=self)
        self.own = QCheckBox(tr("my own only"), self)
        self.notes = NotesView(bench.theme, self)
        self._lay_out()
        self._connect()
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()
        self.look()

    # --- what it shows -------------------------------------------------------------------------

    def look(self) -> None:
        """Show what was served last."""
        served, info = self._seat.shown(), self._seat.info
        self._under_way = [saying for saying in self._under_way if not recorded(saying, served.notes)]
        pending = {one.task: one.rating for one in self._under_way if one.rating is not None}
        evaluator = str(self.evaluator.currentData() or "")
        self.tasks.show_rows(list(task_rows(info, served, pending, evaluator)))
        by = self._bench.desk.author if self.own.isChecked() else ""
        judged = {entry.id for entry in info.objectives if evaluator in ("", entry.evaluator)}
        noted = [note for note in served.notes if note.objective in judged]
        self.notes.show_rows(note_rows(info, noted, self._unsent, self._under_way, self._times, by))
        self._show_detail()
        if self._noting is None:
            trouble = self._seat.trouble()
            self.about.setText(said(trouble.what) if trouble is not None else tr("N takes a note of this instant."))
            set_state(self.about, "role", "danger" if trouble is not None else "muted")

    def end(self) -> None:
        """The window closes."""
        self._timer.stop()

    # --- what a person does --------------------------------------------------------------------

    def rate(self, rating: Rating) -> None:
        """The task that the bar is on was performed so, as of now. A later rating takes its place; both are kept."""
        row = self.tasks.current()
        if row is None or row.task is None:
            self._bench.notices.info(tr("A rating is of a task: choose one under the objective."))
            return
        now = self._now()
        saying = Rates(id=random_id(), objective=row.objective.id, task=row.task.id, rating=rating, at=now,
                       by=self._bench.desk.author)  # fmt: skip
        self._say(saying)

    def take_note(self) -> None:
        """A note about what the bar is on, with the time of this instant, however long it takes to write."""
        row = self.tasks.current()
        if row is None:
            return
        if self._noting is None:
            self._noting = (row, self._now())
            time = self._times.second(self._noting[1])
            self.about.setText(tr("{time} · Enter keeps it, Esc gives it up", time=time))
            set_state(self.about, "role", "warning")
            self.note.setEnabled(True)
        self.note.setFocus()

    def keep_note(self) -> None:
        """The note is finished."""
        text = self.note.text().strip()
        if self._noting is None or not text:
            self.give_up_note()
            return
        row, at = self._noting
        task = row.task.id if row.task is not None else ""
        saying = Rates(id=random_id(), objective=row.objective.id, task=task, note=text, at=at,
                       by=self._bench.desk.author)  # fmt: skip
        self.give_up_note()
        self._say(saying)

    def give_up_note(self) -> None:
        """No note after all; the keyboard goes back to the list."""
        self._noting = None
        self.note.clear()
        self.note.setEnabled(False)
        self.tasks.setFocus()
        self.look()

    # --- parts -----------------------------------------------------------------------------------

    def _now(self) -> int:
        """Scenario time as the seat reckons it, also while nothing is served."""
        return self._seat.reading().t

    def _say(self, saying: Rates) -> None:
        """What is said is shown as under way until the record serves it: a seat elsewhere may have to wait for that."""
        self._under_way.append(saying)
        self.look()

        def failed() -> None:
            self._under_way = [one for one in self._under_way if one is not saying]
            self._unsent.append(saying)
            self.look()

        self._bench.background.write(lambda: self._seat.say(saying), lambda _: self.look(), failed=failed)

    def _again(self) -> None:
        index = self.notes.currentIndex()
        if not index.isValid():
            return
        saying = self.notes.model_.rows[index.row()].unsent
        if saying is not None:
            self._unsent.remove(saying)
            self._say(saying)

    def _show_detail(self) -> None:
        row = self.tasks.current()
        if row is None:
            self.detail.setText("")
            return
        text = row.text if row.task is not None else in_language(row.objective.text, language())
        judge = in_language(self._seat.info.evaluators.get(row.objective.evaluator, {}), language())
        self.detail.setText(text)
        self.detail.setToolTip(tip(judge))
        for rating, button in self.rates.items():
            button.setEnabled(row.task is not None)
            button.setChecked(row.task is not None and row.rating is rating)

    def _lay_out(self) -> None:
        px = self._bench.theme.px
        self._fill()
        left = QVBoxLayout()
        left.setSpacing(px(5))
        left.addWidget(self.evaluator)
        left.addWidget(self.tasks, 1)
        left.addWidget(self.detail)
        letters = QHBoxLayout()
        letters.setSpacing(px(5))
        for button in self.rates.values():
            letters.addWidget(button, 1)
        left.addLayout(letters)
        left.addWidget(self.meanings)
        line = QHBoxLayout()
        line.setSpacing(px(6))
        line.addWidget(self.note_button)
        line.addWidget(self.note, 1)
        right = QVBoxLayout()
        right.setSpacing(px(5))
        head = QHBoxLayout()
        head.addWidget(plain_label(tr("Notes, the newest first"), role="title", parent=self), 1)
        head.addWidget(self.own)
        right.addLayout(head)
        right.addWidget(self.notes, 1)
        right.addWidget(self.about)
        right.addLayout(line)
        row = QHBoxLayout(self)
        row.setContentsMargins(px(6), px(4), px(8), px(6))
        row.setSpacing(px(10))
        row.addLayout(left, 3)
        row.addLayout(right, 2)
        self.setFocusProxy(self.tasks)

    def _fill(self) -> None:
        self.evaluator.addItem(tr("All objectives"), "")
        for role, name in self._seat.info.evaluators.items():
            self.evaluator.addItem(in_language(name, language()) or role, role)
        self.evaluator.setAccessibleName(tr("Objectives of"))
        self.evaluator.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.own.setChecked(True)
        self.note.setEnabled(False)
        self.note.setMaxLength(LONGEST_TEXT)
        self.note.setAccessibleName(tr("Note"))
        self.note.setPlaceholderText(tr("What you saw and heard: who, what, to whom"))
        for rating, button in self.rates.items():
            button.setCheckable(True)
            button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            words = RATINGS[rating]
            button.setAccessibleName(said(words.full))
            button.setToolTip(tip(f"{rating}: {said(words.full)}. {said(words.when)}"))
            button.clicked.connect(lambda _=False, given=rating: self.rate(given))

    def _connect(self) -> None:
        self.evaluator.activated.connect(lambda _: self.look())
        self.own.clicked.connect(lambda _: self.look())
        self.note_button.clicked.connect(self.take_note)
        self.note.returnPressed.connect(self.keep_note)
        self.notes.activated.connect(lambda _: self._again())
        self.tasks.selectionModel().currentChanged.connect(lambda *_: self._show_detail())
        self.tasks.installEventFilter(self)
        self.note.installEventFilter(self)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is room, it says what the letters mean; everywhere their buttons do when pointed at."""
        super().resizeEvent(event)
        self.meanings.setVisible(event.size().height() >= self._bench.theme.px(ROOMY))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """In the list letters are ratings, and no search for what begins with them."""
        return took_key(event, partial(self._key, watched)) or super().eventFilter(watched, event)

    def _key(self, watched: QObject, event: QKeyEvent) -> Callable[[], object] | None:
        if watched is self.note:
            return self.give_up_note if event.key() == Qt.Key.Key_Escape else None
        if event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier or event.isAutoRepeat():
            return None
        if event.key() == Qt.Key.Key_N:
            return self.take_note
        rating = _KEYS.get(event.key())
        return partial(self.rate, rating) if rating is not None else None
