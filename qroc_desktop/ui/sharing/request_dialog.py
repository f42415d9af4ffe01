"""One request with all that was written about it, its countdown, and what can be done next."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from qroc_desktop.domain.instant import Clock
from qroc_desktop.policy.instruments import Instruments
from qroc_desktop.services.request_threads import Request, Standing
from qroc_desktop.services.requests import Written
from qroc_desktop.translation import tr
from qroc_desktop.ui.sharing.request_words import (
    countdown_sign,
    countdown_text,
    law_text,
    letter_lines,
    letter_title,
    standing,
    who,
)
from qroc_desktop.ui.text import copyable, plain_label, rule, set_state
from qroc_desktop.ui.theme import Theme
from qroc_desktop.ui.times import both

SIZE = (760, 620)
TICK_MS = 1000


class RequestDialog(QDialog):
    """Asks through `asked`: `answer`, `answer-more`, `clarify`, `refuse`, `delay`, `explain` or `cancel`."""

    asked = Signal(str)

    def __init__(
        self,
        request: Request,
        written: Sequence[Written],
        instruments: Instruments,
        clock: Clock,
        theme: Theme,
        *,
        delays: bool,
        parent: QWidget | None = None,
    ) -> None:
        """delays: whether the law of this request allows departing from its limit."""
        super().__init__(parent)
        self.setWindowTitle(tr("Request"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.request = request
        self._clock = clock
        self._theme = theme
        self.left = plain_label(parent=self)
        self.left.setFont(theme.font(1.35, bold=True, figures=True))
        self.due = plain_label(role="muted", wrap=True, parent=self)
        self.more = QCheckBox(tr("&More will follow: the request stays open"), self)
        self.more.setVisible(request.open and not request.ours)
        self.buttons: dict[str, QPushButton] = {}
        self._lay_out(written, instruments, self._possible(delays))
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)
        self._timer.start()
        self._tick()
        room = (parent or self).screen().availableGeometry()
        self.resize(min(theme.px(SIZE[0]), room.width() - 40), min(theme.px(SIZE[1]), room.height() - 60))

    def _possible(self, delays: bool) -> list[tuple[str, str]]:
        request = self.request
        if request.ours:
            possible = [("explain", tr("&Explain …"))] if request.open else []
            waits = request.open or request.standing is Standing.SENDING
            return [*possible, ("cancel", tr("&Take back …"))] if waits else possible
        if not request.open:
            return []
        delay = [("delay", tr("Notice of &delay …"))] if delays else []
        return [
            ("clarify", tr("Ask &back …")), *delay, ("refuse", tr("&Refuse …")), ("answer", tr("&Answer with items …")),
        ]  # fmt: skip

    def _tick(self) -> None:
        now = self._clock()
        text = countdown_text(self.request, now)
        self.left.setText(f"{standing(self.request)} · {text}" if text != "–" else standing(self.request))
        set_state(self.left, "role", countdown_sign(self.request, now)[1])

    def _due_text(self, instruments: Instruments) -> str:
        deadline = self.request.deadline
        if deadline is None:
            return law_text(self.request, instruments)
        parts = [
            tr("received {time}", time=both(deadline.started)),
            tr("due {time}", time=both(deadline.due)),
            tr("expected {time}", time=both(deadline.expected)) if deadline.expected else "",
        ]
        return "\n".join((" · ".join(part for part in parts if part), law_text(self.request, instruments)))

    def _lay_out(
        self, written: Sequence[Written], instruments: Instruments, possible: Sequence[tuple[str, str]]
    ) -> None:
        px = self._theme.px
        column = QVBoxLayout(self)
        column.setContentsMargins(px(20), px(16), px(20), px(14))
        column.setSpacing(px(8))
        heading = plain_label(self.request.subject or tr("(erased)"), wrap=True, parent=self)
        heading.setObjectName("dialogHeading")
        self.due.setText(self._due_text(instruments))
        for widget in (
            heading,
            plain_label(who(self.request), wrap=True, parent=self),
            self.left,
            self.due,
            rule(self),
        ):
            column.addWidget(widget)
        column.addWidget(self._thread(written, instruments), 1)
        column.addWidget(self.more)
        last = QHBoxLayout()
        close = QPushButton(tr("Close"), self)
        close.setAutoDefault(False)
        close.clicked.connect(self.reject)
        last.addWidget(close)
        last.addStretch(1)
        for name, text in possible:
            button = QPushButton(text, self)
            button.setAutoDefault(False)
            button.clicked.connect(lambda _=False, wanted=name: self._ask(wanted))
            self.buttons[name] = button
            last.addWidget(button)
        if "answer" in self.buttons:
            self.buttons["answer"].setProperty("role", "primary")
        column.addLayout(last)
        (self.buttons[possible[-1][0]] if possible else close).setFocus()

    def _thread(self, written: Sequence[Written], instruments: Instruments) -> QScrollArea:
        inside = QWidget(self)
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, self._theme.px(8), 0)
        column.setSpacing(self._theme.px(6))
        for one in written:
            column.addWidget(plain_label(letter_title(one), role="section", wrap=True))
            form = QFormLayout()
            form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
            form.setVerticalSpacing(self._theme.px(4))
            for name, text in letter_lines(one, instruments):
                if text:
                    value = copyable(plain_label(text, wrap=True))
                    if name:
                        label = plain_label(name, role="muted", wrap=True)
                        label.setFixedWidth(self._theme.px(190))
                        form.addRow(label, value)
                    else:
                        form.addRow(value)
            column.addLayout(form)
        column.addStretch(1)
        scroll = QScrollArea(self)
        scroll.setWidget(inside)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        return scroll

    def _ask(self, wanted: str) -> None:
        if wanted == "answer" and self.more.isChecked():
            wanted = "answer-more"
        self.accept()
        self.asked.emit(wanted)
