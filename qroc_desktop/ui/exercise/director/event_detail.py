"""One inject in full: what is said, to whom, the controller's note, and what is expected of whom by when."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from qroc_desktop.domain.coordinates import format_all
from qroc_desktop.exercise.scenario import Effect
from qroc_desktop.services.exercise.directing.event_list import Answer, EventRow, Reply
from qroc_desktop.services.exercise.scenario_time import plus_text, short_text
from qroc_desktop.translation import ntr, said, tr
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.exercise.director.armed import ArmedButton
from qroc_desktop.ui.exercise.director.event_model import waits_text
from qroc_desktop.ui.exercise.director.words import CHANNELS, REPLIES, REPLY_SIGNS, STATES
from qroc_desktop.ui.text import copyable, plain_label


class AnswerLine(QWidget):
    """An expected action: how it stands, and a button that records it as done."""

    done = Signal()

    def __init__(self, bench: Bench, answer: Answer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bench = bench
        self._answer = answer
        self._reply: Reply | None = None
        px = bench.theme.px
        self._sign = QLabel(self)
        self._sign.setFixedWidth(px(18))
        self.stands = plain_label(role="muted", parent=self)
        self.stands.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Preferred)
        self.button = ArmedButton(tr("Done"), tr("Sure?"), self)
        self.button.setAccessibleName(tr("Record as done: {action}", action=answer.text))
        self.button.confirmed.connect(self.done)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(px(6))
        row.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        text = answer.text if not answer.objective else f"{answer.text}  ({answer.objective})"
        row.addWidget(plain_label(text, wrap=True, parent=self), 1)
        row.addWidget(self.stands)
        row.addWidget(self.button)

    def tick(self, t: int) -> None:
        """Scenario time has come to `t`."""
        reply = self._answer.reply(t)
        self.stands.setText(_stands(self._answer, reply, t))
        if reply is self._reply:
            return
        self._reply = reply
        sign, colour = REPLY_SIGNS[reply]
        side = self._bench.theme.px(15)
        self._sign.setPixmap(self._bench.theme.icon(sign, size=15, colour=colour).pixmap(side, side))
        self.stands.setProperty("role", {Reply.OVERDUE: "danger", Reply.LATE: "warning"}.get(reply, "muted"))
        self.stands.style().unpolish(self.stands)
        self.stands.style().polish(self.stands)
        self.button.setVisible(reply in (Reply.OPEN, Reply.OVERDUE))


class EventDetail(QScrollArea):
    """Shows one row; `act_asked` is asked with its action and team."""

    act_asked = Signal(str, str)

    def __init__(self, bench: Bench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bench = bench
        self._row: EventRow | None = None
        self._ahead = False
        self._t = 0
        self.lines: list[AnswerLine] = []
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(tr("Inject in full"))
        bench.theme.changed.connect(self._again)
        self.show_row(None, 0)

    def show_row(self, row: EventRow | None, t: int, *, ahead: bool = False) -> None:
        """Another row, or the same as it is now. ahead: nobody chose it, it is what comes next."""
        self._t = t
        if row is not None and (row, ahead) == (self._row, self._ahead):
            self.tick(t)
            return
        self._ahead = ahead
        same = row is not None and self._row is not None and row.id == self._row.id
        at = self.verticalScrollBar().value() if same else 0
        self._row = row
        self._build()
        self.verticalScrollBar().setValue(at)

    def tick(self, t: int) -> None:
        """Scenario time has come to `t`."""
        self._t = t
        for line in self.lines:
            line.tick(t)

    # --- parts -----------------------------------------------------------------------------------

    def _again(self) -> None:
        self._build()

    def _build(self) -> None:
        px, page = self._bench.theme.px, QWidget()
        page.setObjectName("form")
        column = QVBoxLayout(page)
        column.setContentsMargins(px(10), px(6), px(8), px(8))
        column.setSpacing(px(4))
        self.lines = []
        if self._row is None:
            hint = plain_label(tr("Choose an inject to see it in full."), role="muted", wrap=True, parent=page)
            column.addWidget(hint)
        else:
            self._fill(column, page, self._row)
        column.addStretch(1)
        self.setWidget(page)
        self.tick(self._t)

    def _fill(self, column: QVBoxLayout, page: QWidget, row: EventRow) -> None:
        def add(text: str, role: str = "", *, copied: bool = False) -> None:
            if text:
                label = plain_label(text, role=role, wrap=True, parent=page)
                # What the style sheet pads is indented too, where nobody says otherwise.
                label.setIndent(0)
                column.addWidget(copyable(label) if copied else label)

        if self._ahead:
            add(tr("Comes next"), "section")
        add(f"{row.number}  {row.title}" if row.number else row.title, "title")
        add(_where(row), "muted")
        add(_told(row), "muted")
        add(row.body, copied=True)
        if row.answers:
            add(tr("Expected"), "section")
        for answer in row.answers:
            line = AnswerLine(self._bench, answer, page)
            line.done.connect(partial(self.act_asked.emit, answer.action, answer.team))
            self.lines.append(line)
            column.addWidget(line)
        for title, text in self._notes(row):
            if text:
                add(title, "section")
                add(text, copied=True)

    def _notes(self, row: EventRow) -> tuple[tuple[str, str], ...]:
        return (
            (tr("Controller's note"), row.note),
            (tr("Responsible"), row.responsible),
            (tr("Place"), format_all(*row.place).mgrs if row.place is not None else ""),
            (tr("Media"), ", ".join(row.media)),
            (tr("Effects"), "\n".join(effect_text(effect) for effect in row.effects)),
        )


def effect_text(effect: Effect) -> str:
    """What an inject does to the world, in a line."""
    told = []
    if effect.spawn:
        told.append(tr("appears"))
    if effect.remove:
        told.append(tr("vanishes"))
    if effect.position is not None:
        told.append(tr("is set down at {place}", place=format_all(*effect.position).mgrs))
    if effect.along:
        told.append(
            ntr("moves for {time} by {count} point", "moves for {time} by {count} points", len(effect.along),
                time=short_text(round(effect.takes_s * 1000)))
        )  # fmt: skip
    told += [f"{name} = {value}" for name, value in effect.patch.items()]
    return f"{effect.entity}: {', '.join(told)}"


def _where(row: EventRow) -> str:
    at = plus_text(row.when) if row.when is not None else waits_text(row)
    parts = [said(STATES[row.state]), at]
    if row.contingent:
        parts.append(tr("contingent"))
    if row.improvised:
        parts.append(tr("improvised"))
    parts.append(row.storyline_title)
    return " · ".join(part for part in parts if part)


def _told(row: EventRow) -> str:
    way = " → ".join(part for part in (row.source, ", ".join(row.told)) if part)
    return " · ".join(part for part in (said(CHANNELS[row.channel]), way) if part)


def _stands(answer: Answer, reply: Reply, t: int) -> str:
    word = said(REPLIES[reply])
    match reply:
        case Reply.NOT_YET:
            return tr("within {time}", time=short_text(answer.within))
        case Reply.OPEN if answer.due is not None:
            return tr("{time} left", time=short_text(answer.due - t))
        case Reply.OVERDUE if answer.due is not None:
            return tr("{time} overdue", time=short_text(t - answer.due))
        case _:
            return f"{word} {plus_text(answer.done)}" if answer.done is not None else word


