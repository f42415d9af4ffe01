"""A training model beside the map: the form, what comes of it as one types, and the step that records it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QMainWindow, QPushButton, QScrollArea, QVBoxLayout, QWidget

from qroc_desktop.domain.query import Outcome
from qroc_desktop.domain.shape import point
from qroc_desktop.errors import Message, QrocError
from qroc_desktop.exercise.models.card import TRAINING_MODEL
from qroc_desktop.mapview.messages import ModelShape
from qroc_desktop.translation import explained, said, tr
from qroc_desktop.ui.actions import Need, Situation, refusal
from qroc_desktop.ui.attempt import attempt
from qroc_desktop.ui.buttons import IconButton
from qroc_desktop.ui.models.kit import Kit, ModelForm
from qroc_desktop.ui.models.preview import Answer, answer_of
from qroc_desktop.ui.models.result_view import ResultView
from qroc_desktop.ui.text import plain_label, set_state

T = TypeVar("T")
PAUSE_MS = 200
SIZE = (452, 780)
FROM_TOP = 96


class ModelDialog(QDialog):
    """Not modal. Computing changes nothing; what is placed is what stands here, while it is of these inputs."""

    shown = Signal(str, str, object, object)
    """Title (empty: nothing), text, classes and shapes for the map."""
    fit_asked = Signal(object)
    """Bounds."""
    answered = Signal(object)
    """Bounds of the first result since the dialog was opened: it has to be seen somewhere."""
    pick_asked = Signal(object)
    """PositionField."""
    hidden = Signal()

    def __init__(self, kit: Kit, title: Message, form: ModelForm, parent: QWidget) -> None:
        super().__init__(parent)
        self.form = form
        self._kit = kit
        self._window = parent
        self._title = f"{said(TRAINING_MODEL)}: {said(title)}"
        self.setWindowTitle(self._title)
        self.answer: Answer | None = None
        self._batch = ""
        """What `take back` takes back: the newest that was recorded from here."""
        self._recorded = False
        self._settled = False
        self._busy = False
        self._first = True
        theme = kit.bench.theme
        self.result_view = ResultView(theme)
        self.said = plain_label(role="muted", wrap=True)
        self.go_on = _button(tr("Go on with these values"))
        self.show_button = IconButton(theme, "scan-search", tr("Show the result on the map"))
        self.take_back = _button(tr("Take back"))
        self.close_button = _button(tr("Close"))
        self.place = _button(tr("Put on the map (Ctrl+Enter)"))
        self.place.setProperty("role", "primary")
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._lay_out()
        self._connect()
        self._weigh()

    @property
    def pending(self) -> bool:
        """Whether a result is on its way."""
        return self._pause.isActive() or self._busy

    def on_moment(self) -> None:
        """The window shows another moment: what can be recorded now is another thing."""
        self._weigh()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._settled:
            self._settled = True
            self._stand_beside()
        self._compute()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._pause.stop()
        self._first = True
        self.shown.emit("", "", [], [])
        self.hidden.emit()

    # --- computing -----------------------------------------------------------------------------

    def _changed(self) -> None:
        """What stands on the map is of other inputs now: it cannot be placed until it is computed anew."""
        self.answer = None
        self._weigh()
        if self.isVisible():
            self._pause.start()

    def _compute(self) -> None:
        self._pause.stop()
        asked = self.form.asked()
        if isinstance(asked, str):
            self._busy = False
            # Nothing that is still on its way is of these inputs.
            self._kit.bench.background.read(lambda: None, lambda _: None, key="training-model")
            self._nothing(asked, "muted")
            return
        marks = tuple(self.form.marks())
        self._busy = True
        self._tell(tr("Computing …"), "muted")
        self._try(lambda: answer_of(asked(), marks), self._came, self._refused, key="training-model")

    def _came(self, answer: Answer) -> None:
        self._busy = False
        if self._pause.isActive() or not self.isVisible():
            return
        self.answer = answer
        self._recorded = False
        self.result_view.show_result(answer.sketch, self.form.table(answer.sketch))
        drawn = bool(answer.sketch.drawn)
        self._tell(
            tr("Tried out; nothing is recorded yet.") if drawn else tr("There is nothing to put on the map."), "muted"
        )
        self.shown.emit(
            self._title if answer.shapes else "",
            tr("Tried out, not recorded") if drawn else "",
            list(answer.classes),
            list(answer.shapes),
        )
        if self._first and answer.bounds is not None:
            self._first = False
            self.answered.emit(answer.bounds)
        self._weigh()

    def _refused(self, error: QrocError) -> None:
        self._busy = False
        self._nothing(explained(error), "warning")

    def _nothing(self, why: str, role: str) -> None:
        self.answer = None
        self.result_view.clear()
        self._tell(why, role)
        marks = [ModelShape(shape=point(*mark.at), text=mark.text) for mark in self.form.marks()]
        self.shown.emit(self._title if marks else "", "", [], marks)
        self._weigh()

    # --- recording -----------------------------------------------------------------------------

    def _place(self) -> None:
        if not self.place.isEnabled() or self.answer is None:
            return
        sketch, models = self.answer.sketch, self._kit.models
        self.place.setEnabled(False)
        self._try(lambda: models.place(sketch), self._placed, self._not_done, write=True)

    def _placed(self, done: tuple[list[str], Outcome]) -> None:
        _, outcome = done
        self._batch = outcome.batch
        self._recorded = True
        self._tell(tr("On the map, as an item of its own layer, with this card as its description."), "good")
        if self.answer is not None:
            # The items are drawn now; what was tried out would lie on them a second time.
            self.shown.emit(self._title, tr("Recorded"), list(self.answer.classes), [])
        self._weigh()
        self.take_back.setFocus()

    def _undo(self) -> None:
        batch, history = self._batch, self._kit.bench.desk.history
        if batch:
            self.take_back.setEnabled(False)
            self._try(lambda: history.undo_batch(batch), self._undone, self._not_done, write=True)

    def _undone(self, _: object) -> None:
        self._batch = ""
        if self.answer is not None:
            self._came(self.answer)
        self._tell(tr("Taken back; nothing of it is on the picture any more."), "good")
        self.place.setFocus()

    def _not_done(self, error: QrocError) -> None:
        self._tell(explained(error), "warning")
        self._weigh()

    # --- parts ---------------------------------------------------------------------------------

    def _try(
        self,
        work: Callable[[], T],
        done: Callable[[T], None],
        refused: Callable[[QrocError], None],
        *,
        key: str = "",
        write: bool = False,
    ) -> None:
        """Off the GUI thread; a refusal is an answer here, and told in the dialog and not behind it."""

        attempt(self._kit.bench.background, work, done, refused, key=key, write=write, failed=self._failed)

    def _failed(self) -> None:
        self._busy = False
        self._nothing(tr("The model has failed; the notices say more."), "warning")

    def _weigh(self) -> None:
        """What can be done now."""
        bench, answer = self._kit.bench, self.answer
        why = refusal(Need.WRITE, Situation(read_only=bench.desk.read_only, past=not bench.cursor.live))
        drawn = answer is not None and bool(answer.sketch.drawn)
        self.place.setEnabled(drawn and why is None and not self._recorded)
        self.place.setToolTip(said(why) if why else "")
        self.take_back.setEnabled(bool(self._batch) and why is None)
        self.show_button.setEnabled(answer is not None and answer.bounds is not None)
        self.go_on.setVisible(self.form.goes_on())
        self.go_on.setEnabled(answer is not None)
        if drawn and why is not None:
            self._tell(said(why), "warning")

    def _tell(self, text: str, role: str) -> None:
        set_state(self.said, "role", role)
        self.said.setText(text)

    def _continue(self) -> None:
        if self.answer is not None:
            self.form.go_on(self.answer.sketch)

    def _fit(self) -> None:
        if self.answer is not None and self.answer.bounds is not None:
            self.fit_asked.emit(self.answer.bounds)

    def _stand_beside(self) -> None:
        """Over the panels at the right, where the map stays free, and no higher than the window has room for."""
        theme, frame = self._kit.bench.theme, self._window.frameGeometry()
        top = theme.px(FROM_TOP)
        if isinstance(self._window, QMainWindow) and (above := self._window.menuWidget()) is not None:
            # The strip of an exercise stays free: by it a real emergency is told.
            top = max(top, self._window.geometry().top() - frame.top() + above.height() + theme.px(4))
        self.resize(theme.px(SIZE[0]), min(theme.px(SIZE[1]), max(theme.px(360), frame.height() - top - theme.px(60))))
        self.move(frame.right() - self.width() - theme.px(10), frame.top() + top)

    def _lay_out(self) -> None:
        px = self._kit.bench.theme.px
        page = QWidget()
        page.setObjectName("form")
        inside = QVBoxLayout(page)
        inside.setContentsMargins(px(14), px(12), px(14), px(12))
        inside.setSpacing(px(10))
        inside.addWidget(self.form)
        inside.addWidget(self.result_view)
        inside.addStretch(1)
        self.page = QScrollArea()
        self.page.setWidget(page)
        self.page.setWidgetResizable(True)
        self.page.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.page.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        line = QHBoxLayout()
        line.setSpacing(px(6))
        line.addWidget(self.show_button)
        line.addWidget(self.take_back)
        line.addStretch(1)
        line.addWidget(self.close_button)
        line.addWidget(self.place)
        foot = QVBoxLayout()
        foot.setContentsMargins(px(14), px(4), px(14), px(12))
        foot.setSpacing(px(6))
        foot.addWidget(self.said)
        foot.addWidget(self.go_on, 0, Qt.AlignmentFlag.AlignLeft)
        foot.addLayout(line)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.page, 1)
        column.addLayout(foot)

    def _connect(self) -> None:
        self.form.changed.connect(self._changed)
        self.form.pick_asked.connect(self.pick_asked)
        self._pause.timeout.connect(self._compute)
        self.go_on.clicked.connect(self._continue)
        self.show_button.clicked.connect(self._fit)
        self.take_back.clicked.connect(self._undo)
        self.close_button.clicked.connect(self.reject)
        self.place.clicked.connect(self._place)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self, self._place)


def _button(text: str) -> QPushButton:
    button = QPushButton(text)
    button.setAutoDefault(False)
    return button
