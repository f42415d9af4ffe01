"""The strip at the top of every window: what kind of workspace, whose, how it is marked, what time it is."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from qroc_desktop.domain.aspects import NOWHERE, Marking
from qroc_desktop.domain.instant import Clock, Instant
from qroc_desktop.domain.query import Moment
from qroc_desktop.domain.vocabulary import WorkspaceKind
from qroc_desktop.services.desk import Desk
from qroc_desktop.translation import said, tr
from qroc_desktop.ui.text import plain_label, set_state, tip
from qroc_desktop.ui.theme import Theme
from qroc_desktop.ui.times import brief, clock_text, date_text, utc_clock_text
from qroc_desktop.ui.tokens import TLP_COLOURS
from qroc_desktop.ui.words import WORKSPACES

LARGE = 1.6
SMALLEST = 0.5
LEAST = 320
ROOM_FOR_CENTRE = 90
"""Pixels of the design in which at least the beginning of the centre's name stands."""
SLOW_CLOCK = 1_000_000
"""Microseconds that the machine's clock may be behind the last change before the banner says so."""


class Banner(QWidget):
    """Its colour alone says live, exercise or past; its words say it to everybody else."""

    def __init__(self, desk: Desk, theme: Theme, *, large: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(tr("Workspace and time"))
        self._desk = desk
        self._identity = desk.identity
        self._clock: Clock = desk.clock
        self._theme = theme
        self._largest = self._factor = LARGE if large else 1.0
        self._moment: Moment | None = None
        self._kind = plain_label()
        self._kind.setObjectName("kind")
        self._centre = plain_label()
        self._centre.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._marking = plain_label()
        self._marking.setObjectName("marking")
        self._state = plain_label()
        self._state.setObjectName("kind")
        self._date = plain_label()
        self._local = plain_label()
        self._local.setObjectName("clock")
        self._utc = plain_label()
        self._utc.setObjectName("clock")
        self._lay_out()
        theme.changed.connect(self._rescale)
        self._second = QTimer(self)
        self._second.setInterval(1000)
        self._second.timeout.connect(self.tick)
        self._second.start()
        self._dress()
        self.refresh()

    def refresh(self) -> None:
        """Say again whose workspace this is; its identity may have changed."""
        identity = self._identity = self._desk.identity
        # A team of an exercise is in no country.
        of = "" if identity.country == NOWHERE else f" · {identity.country}"
        self._centre.setText(f"{identity.centre}{of}")
        self._centre.setToolTip(tip(self._centre.text()))
        self._mark(identity.marking)
        self._say_state()
        self.tick()

    def show_moment(self, moment: Moment | None) -> None:
        """Say whether what is shown is the past."""
        self._moment = moment
        self._say_state()

    @property
    def state_text(self) -> str:
        """What is said beside the kind: the past, looking only, a slow clock."""
        return self._state.text()

    def tick(self) -> None:
        """Show the time of now."""
        now = self._clock()
        self._date.setText(date_text(now))
        self._local.setText(clock_text(now, seconds=True))
        self._utc.setText(utc_clock_text(now, seconds=True))
        if self._moment is None:
            self._say_state()

    def _say_state(self) -> None:
        set_state(self, "state", self._state_name())
        parts = []
        if self._moment is not None:
            parts.append(past_text(self._moment, self._clock()))
        else:
            behind = self._desk.now() - self._clock()
            # An exercise is played on whatever day its scenario names.
            if behind > SLOW_CLOCK and self._desk.identity.kind is WorkspaceKind.LIVE:
                parts.append(tr("THIS MACHINE'S CLOCK IS {n} s BEHIND", n=behind // 1_000_000))
        if self._desk.left:
            parts.append(tr("NOT RUNNING HERE"))
        if self._desk.read_only:
            parts.append(tr("LOOK ONLY"))
        self._state.setText("   ".join(parts))
        self._state.setVisible(bool(parts))
        self._say_kind()
        self._fit()

    def _say_kind(self) -> None:
        """The kind stands first; beside the past, where LIVE alone would be a contradiction, it stands behind it."""
        past, kind = self._moment is not None, self._identity.kind
        live = past and kind is WorkspaceKind.LIVE
        self._kind.setText(tr("LIVE WORKSPACE") if live else said(WORKSPACES[kind]))
        place = 2 if past else 0
        if self._row.indexOf(self._kind) != place:
            self._row.removeWidget(self._kind)
            self._row.insertWidget(place, self._kind)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """As large as there is room for."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Smaller letters rather than a clock that runs off the screen."""
        self._row.invalidate()
        room = self.width() - self._theme.px(ROOM_FOR_CENTRE)
        needed = max(1, self._row.minimumSize().width())
        wanted = min(self._largest, max(SMALLEST, self._factor * room / needed))
        if wanted < self._factor or wanted > self._factor * 1.03 or wanted == self._largest != self._factor:
            self._factor = wanted
            self._dress()

    def _state_name(self) -> str:
        if self._moment is not None:
            return "past"
        return "exercise" if self._identity.kind is WorkspaceKind.EXERCISE else "live"

    def _mark(self, marking: Marking) -> None:
        parts = [str(part) for part in (marking.tlp, marking.handling, marking.classification) if part]
        self._marking.setText("  ".join(parts))
        self._marking.setVisible(bool(parts))
        colour = TLP_COLOURS[marking.tlp] if marking.tlp else "#ffffff"
        self._marking.setStyleSheet(f"color: {colour};")
        self._marking.setToolTip(tip(" · ".join((marking.handling_text, *marking.conditions)).strip(" ·")))

    def _lay_out(self) -> None:
        row = self._row = QHBoxLayout(self)
        row.addWidget(self._kind)
        row.addWidget(self._marking)
        row.addWidget(self._state)
        row.addWidget(self._centre, 1)
        row.addWidget(self._date)
        row.addWidget(self._local)
        row.addWidget(self._utc)

    def _rescale(self) -> None:
        self._factor = self._largest
        self._dress()
        self._fit()

    def _dress(self) -> None:
        px = self._theme.px
        self._row.setContentsMargins(px(12 * self._factor), px(4), px(12 * self._factor), px(4))
        self._row.setSpacing(px(14 * self._factor))
        # It fits itself into the width that there is, and does not ask for one.
        self.setMinimumWidth(px(LEAST))
        plain = self._theme.font(self._factor)
        strong = self._theme.font(1.1 * self._factor, bold=True, figures=True)
        for label in (self._centre, self._date):
            label.setFont(plain)
        for label in (self._kind, self._state, self._local, self._utc):
            label.setFont(strong)
        self._marking.setFont(self._theme.font(self._factor, bold=True))
        self._date.setMinimumWidth(0)
        for label, sample in ((self._local, "00:00:00 CEST"), (self._utc, "00:00:00Z")):
            # A clock whose width changes each second makes the whole strip tremble.
            label.setMinimumWidth(label.fontMetrics().horizontalAdvance(sample))


def past_text(moment: Moment, now: Instant) -> str:
    """`PAST · 14:05 · as known then`, with the other instant where they differ."""
    valid = brief(moment.valid, now)
    if moment.known == moment.valid:
        return tr("PAST · {time} · as known then", time=valid)
    if knows_all(moment.known, now):
        return tr("PAST · {time} · as known today", time=valid)
    return tr("PAST · {time} · as known at {known}", time=valid, known=brief(moment.known, now))


def knows_all(known: Instant, now: Instant) -> bool:
    """Whether "as known at" lies in the future and therefore means all that is known."""
    return known >= now

