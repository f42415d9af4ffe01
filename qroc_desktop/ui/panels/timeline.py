"""The timeline: live or past, what was true when and what was known when."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLineEdit, QPushButton, QWidget

from qroc_desktop.domain.instant import BEGINNING, Instant, InstantError
from qroc_desktop.domain.query import Moment, Outcome
from qroc_desktop.domain.vocabulary import WorkspaceKind
from qroc_desktop.errors import Message
from qroc_desktop.translation import said, tr
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.buttons import IconButton
from qroc_desktop.ui.narrow import Narrow
from qroc_desktop.ui.panels.playing import Mono, Playing
from qroc_desktop.ui.panels.time_bar import TimeBar
from qroc_desktop.ui.text import plain_label, set_state, tip
from qroc_desktop.ui.times import DAY, HOUR, MINUTE, SECOND, both, read_time, stamp

RANGES: Final = (
    (HOUR, Message("1 h")), (6 * HOUR, Message("6 h")), (DAY, Message("24 h")), (7 * DAY, Message("7 days")),
    (30 * DAY, Message("30 days")), (0, Message("all")),
)
SPEEDS: Final = ((60, "60×"), (300, "300×"), (1800, "1800×"), (7200, "7200×"))
EXERCISE_SPEEDS: Final = (
    (0.1, "0.1×"), (0.5, "0.5×"), (1, "1×"), (2, "2×"), (4, "4×"), (8, "8×"), (16, "16×"), (32, "32×"), (64, "64×"),
)
"""An exercise lasts hours, not days, and is looked at as closely as it was played."""
USUAL_SPEED: Final = {False: 300, True: 8}
TICK_MS: Final = 250
EXERCISE_TICK_MS: Final = 100
BUCKETS: Final = 240
REFRESH_MS: Final = 20_000


class Timeline(QFrame):
    """Sets the window's time; shows it."""

    linked = Signal(bool)
    """Whether both instants move together."""

    def __init__(self, bench: Bench, parent: QWidget | None = None, *, mono: Mono = time.monotonic_ns) -> None:
        super().__init__(parent)
        self.setObjectName("timeline")
        self._bench = bench
        self._exercise = bench.desk.identity.kind is WorkspaceKind.EXERCISE
        self.live = QPushButton()
        self.live.setObjectName("live")
        self.live.setProperty("exercise", self._exercise)
        self.live.setCheckable(True)
        self.live.setChecked(True)
        self.back = self._tool("step-back", tr("One step back (Alt+Left)"), lambda: self.step(-1))
        self.play = self._tool("play", tr("Play or pause (F7)"), self.toggle_play)
        self.forward = self._tool("step-forward", tr("One step forward (Alt+Right)"), lambda: self.step(1))
        self.speed = QComboBox()
        self.range = QComboBox()
        self.bar = TimeBar(bench.theme, grain=SECOND if self._exercise else MINUTE)
        self.valid = QLineEdit()
        self.known = QLineEdit()
        self.link = self._tool("link-2", "", self.toggle_link)
        self._player = QTimer(self)
        self._playing = Playing(mono)
        self._shown = Instant(0)
        self._first = BEGINNING
        self._older = QTimer(self)
        self._set_up()
        self._lay_out()
        self._connect()
        self._say()
        self.reload()

    # --- time ------------------------------------------------------------------------------------

    def go_live(self) -> None:
        """Back to now."""
        self._stop_playing()
        self._bench.cursor.set_live()
        self._say()

    def choose(self, instant: Instant) -> None:
        """Look at an instant; now and later is live. Before an exercise began there is nothing to look at."""
        instant = max(instant, self._first)
        if instant >= self._now():
            self.go_live()
        else:
            self._bench.cursor.show(instant)

    def step(self, direction: int) -> None:
        """One step of the bar back (-1) or forward (1)."""
        moment = self._bench.cursor.moment
        if moment is None and direction > 0:
            return
        at = moment.valid if moment else self._now() // self.bar.grain * self.bar.grain
        self.choose(Instant(at + direction * self.bar.step))

    def jump(self, direction: int) -> None:
        """To the change before (-1) or after (1) what is looked at."""
        moment, desk = self._bench.cursor.moment, self._bench.desk
        at = moment.valid if moment else self._now()

        def take(times: list[Instant]) -> None:
            found = [t for t in times if (t < at if direction < 0 else t > at)]
            if found:
                self.choose(max(found) if direction < 0 else min(found))
            elif direction > 0:
                self.go_live()

        self._bench.background.read(
            lambda: [batch.recorded_at for batch in desk.history.batches(limit=5000)], take, key="jump"
        )

    def toggle_play(self) -> None:
        """Let time run from what is looked at, or from the beginning of the bar; or stop it."""
        if self._player.isActive():
            self._stop_playing()
        else:
            if self._bench.cursor.live:
                self.choose(self.bar.span[0])
            moment = self._bench.cursor.moment
            if moment is not None:
                self._playing.start(moment.valid, self.speed.currentData())
                self._player.start()
        self._say()

    def toggle_link(self) -> None:
        """Let "as known at" follow "true at", or be set on its own."""
        cursor = self._bench.cursor
        cursor.link(not cursor.linked)
        self._say()
        self.linked.emit(cursor.linked)

    def ask_time(self) -> None:
        """Put the cursor where the instant is typed."""
        self.valid.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.valid.selectAll()

    # --- what it shows -----------------------------------------------------------------------------

    def on_change(self, _outcome: Outcome) -> None:
        """Something was recorded."""
        self.reload()

    def on_moment(self, moment: Moment | None) -> None:
        """Another instant is looked at."""
        if moment is not None and self._playing.on and moment.valid != self._shown:
            self._playing.lead(moment.valid)
        self.bar.show_moment(moment)
        self._say()

    def reload(self) -> None:
        """Count the changes again."""
        workspace, now, exercise = self._bench.desk.workspace, self._now(), self._exercise
        length = self.range.currentData()
        moment = self._bench.cursor.moment

        def ask() -> tuple[Instant, Instant, list[int]]:
            span = workspace.span()
            first = span[0] if span else Instant(now - HOUR)
            if exercise:
                # What is there from the beginning is recorded just after it: a replay must not begin without it.
                first = Instant(min(first + SECOND, now))
                self._first = first
            stop = now
            if length:
                start = Instant(now - length)
                if moment is not None and moment.valid < start:
                    # Keep what is looked at in the bar.
                    start = Instant(moment.valid - length // 2)
                    stop = Instant(start + length)
            else:
                start = first if exercise else Instant(min(first, now - 10 * MINUTE))
            return start, stop, workspace.histogram(BUCKETS, start, stop)

        self._bench.background.read(ask, lambda answer: self.bar.show_span(*answer), key="timeline")

    def _now(self) -> Instant:
        return self._bench.desk.now()

    def _advance(self) -> None:
        if self._bench.cursor.moment is None:
            self._stop_playing()
            self._say()
            return
        self._shown = self._playing.at()
        self.choose(self._shown)

    def _stop_playing(self) -> None:
        self._player.stop()
        self._playing.stop()

    def _typed(self) -> None:
        """An instant was typed into one of the two fields."""
        field = self.sender()
        if field is self.known and not self._bench.cursor.linked:
            instant = self._read(self.known)
            moment = self._bench.cursor.moment
            if instant is not None:
                self._bench.cursor.show(moment.valid if moment else self._now(), instant)
            return
        instant = self._read(self.valid)
        if instant is not None:
            self.choose(instant)
            self.reload()

    def _read(self, field: QLineEdit) -> Instant | None:
        if not field.text().strip():
            self.go_live()
            return None
        try:
            instant = read_time(field.text(), self._now(), past=True)
        except InstantError:
            set_state(field, "wrong", "true")
            self._bench.notices.warning(
                tr("“{text}” is not a time. Try 14:05, 13:05Z, 2026-11-23 14:05 or -30.", text=field.text()[:40])
            )
            return None
        set_state(field, "wrong", "false")
        return instant

    def _say(self) -> None:
        moment, linked = self._bench.cursor.moment, self._bench.cursor.linked
        self.live.setChecked(moment is None)
        now, back = self._now_words()
        self.live.setText(now if moment is None else back)
        here = tr("EXERCISE: what is shown is now") if self._exercise else tr("LIVE: what is shown is now")
        self.live.setAccessibleName(here if moment is None else back)
        self.live.setToolTip(tip(tr("What is shown is now") if moment is None else tr("Show now again (F9)")))
        for widget in (self, self.live):
            set_state(widget, "past", "false" if moment is None else "true")
        exact = self._exercise
        self.valid.setText(stamp(moment.valid, seconds=exact) if moment else "")
        self.known.setText(stamp(moment.known, seconds=exact) if moment and moment.known < 2**61 else "")
        self.valid.setToolTip(tip(both(moment.valid, seconds=exact) if moment else tr("True at: now")))
        self.known.setEnabled(not linked)
        self.known.setVisible(not linked)
        playing = self._player.isActive()
        self.play.show_icon("pause" if playing else "play")
        self.link.show_icon("link-2" if linked else "unlink-2")
        words = (
            tr("“As known at” follows “true at”: what did we know then? Press to set them apart.")
            if linked
            else tr("“True at” and “as known at” are set apart. Press to tie them together.")
        )
        self.link.show_name(words)

    # --- parts ---------------------------------------------------------------------------------------

    def _tool(self, icon: str, name: str, does: Callable[[], None]) -> IconButton:
        button = IconButton(self._bench.theme, icon, name)
        button.clicked.connect(does)
        return button

    def _set_up(self) -> None:
        for length, word in RANGES:
            self.range.addItem(said(word), length)
        self.range.setCurrentIndex(len(RANGES) - 1 if self._exercise else 1)
        self.range.setAccessibleName(tr("Reach of the timeline"))
        self.range.setToolTip(tip(tr("Reach of the timeline")))
        for factor, words in EXERCISE_SPEEDS if self._exercise else SPEEDS:
            self.speed.addItem(words, factor)
        self.speed.setCurrentIndex(self.speed.findData(USUAL_SPEED[self._exercise]))
        self.speed.setAccessibleName(tr("Speed of playing"))
        self.speed.setToolTip(tip(tr("Speed of playing")))
        self.valid.setPlaceholderText(tr("now"))
        self.valid.setAccessibleName(tr("True at"))
        self.known.setPlaceholderText(tr("all known"))
        self.known.setAccessibleName(tr("As known at"))
        self._player.setInterval(EXERCISE_TICK_MS if self._exercise else TICK_MS)
        self._older.setInterval(REFRESH_MS)
        self._older.start()

    def _lay_out(self) -> None:
        px = self._bench.theme.px
        row = QHBoxLayout(self)
        row.setContentsMargins(px(8), 0, px(8), 0)
        row.setSpacing(px(5))
        row.addWidget(self.live)
        self._widen()
        for widget in (self.back, self.play, self.forward, self.speed):
            row.addWidget(widget)
        row.addWidget(self.bar, 1)
        row.addWidget(self.range)
        true_at = plain_label(tr("True at"), role="muted")
        row.addWidget(true_at)
        for field in (self.valid, self.known):
            widest = "2026-11-23 14:05:00" if self._exercise else "2026-11-23 14:05"
            field.setFixedWidth(field.fontMetrics().horizontalAdvance(widest) + px(18))
        row.addWidget(self.valid)
        row.addWidget(self.link)
        row.addWidget(self.known)
        self._narrow = Narrow(self, self._bench.theme, 420, (true_at, self.speed))

    def _now_words(self) -> tuple[str, str]:
        """Of the button while now is shown, and while it leads back to it. LIVE is the real picture alone."""
        return (tr("NOW"), tr("Back to now")) if self._exercise else (tr("LIVE"), tr("Back to live"))

    def _widen(self) -> None:
        """Room for both of its words: what stands beside it must not move when they change."""
        shown, widths = self.live.text(), []
        self.live.ensurePolished()
        for word in self._now_words():
            self.live.setText(word)
            widths.append(self.live.sizeHint().width())
        self.live.setText(shown)
        self.live.setMinimumWidth(max(widths))

    def _connect(self) -> None:
        self._bench.theme.changed.connect(self._widen)
        self.live.clicked.connect(self.go_live)
        self.bar.chosen.connect(self.choose)
        self.bar.wheel.connect(
            lambda way: self.range.setCurrentIndex(max(0, min(self.range.count() - 1, self.range.currentIndex() + way)))
        )
        self.range.currentIndexChanged.connect(self.reload)
        self.speed.currentIndexChanged.connect(lambda _: self._playing.set_speed(self.speed.currentData()))
        self.valid.returnPressed.connect(self._typed)
        self.known.returnPressed.connect(self._typed)
        self._player.timeout.connect(self._advance)
        self._older.timeout.connect(self.reload)
        self._bench.theme.changed.connect(self._say)
