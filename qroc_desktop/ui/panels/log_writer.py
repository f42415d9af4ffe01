"""Where log entries are written: always ready, Enter records."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from qroc_desktop.domain.state import LogEntry
from qroc_desktop.domain.vocabulary import EntryKind
from qroc_desktop.domain.words import ENTRIES
from qroc_desktop.translation import ntr, said, tr
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.buttons import one_stop
from qroc_desktop.ui.panels.details.fields import LineField, TextField, TimeField
from qroc_desktop.ui.panels.log_model import ICONS
from qroc_desktop.ui.text import plain_label, tip
from qroc_desktop.ui.times import clock_text


class EntryField(TextField):
    """Enter records, Shift+Enter begins a new line, Esc gives up a correction."""

    recorded = Signal()
    given_up = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.recorded.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.given_up.emit()
        else:
            super().keyPressEvent(event)


class LogWriter(QWidget):
    """Kind, text, when it happened, with whom, about which items."""

    asked = Signal()

    def __init__(self, bench: Bench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bench = bench
        self.correcting: LogEntry | None = None
        self.text = EntryField(tr("New logbook entry"), bench.theme, lines=2)
        self.kinds: dict[EntryKind, QToolButton] = {}
        self._group = QButtonGroup(self)
        self.link = QCheckBox()
        self.at = TimeField(tr("When it happened"), bench.desk.clock)
        self.at.setPlaceholderText(tr("now"))
        self.counterpart = LineField(tr("From or to whom"), hint=tr("from / to"), longest=120)
        self.record = QPushButton(tr("Record"))
        self.record.setProperty("role", "primary")
        self.what = plain_label(role="warning", wrap=True)
        self._make_kinds()
        self._lay_out()
        self.text.recorded.connect(self._ask)
        self.text.given_up.connect(self.stop_correcting)
        self.text.edited.connect(self.say)
        self.record.clicked.connect(self._ask)
        bench.selection.changed.connect(lambda _: self.say())
        bench.cursor.changed.connect(lambda _: self.say())
        self.setFocusProxy(self.text)
        self.say()

    @property
    def kind(self) -> EntryKind:
        """What will be recorded."""
        return next(kind for kind, button in self.kinds.items() if button.isChecked())

    def linked(self) -> tuple[str, ...]:
        """Items that the entry is about."""
        return self._bench.selection.ids if self.link.isChecked() else ()

    def correct(self, entry: LogEntry) -> None:
        """Write a correction of an entry."""
        self.correcting = entry
        self.kinds[entry.entry.kind].setChecked(True)
        self.text.show_text(entry.entry.text)
        self.text.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.text.selectAll()
        self.say()

    def stop_correcting(self) -> None:
        """Back to a new entry."""
        if self.correcting is not None:
            self.correcting = None
            self.text.show_text("")
        self.say()

    def written(self) -> None:
        """It is recorded: the next one begins."""
        self.correcting = None
        self.text.show_text("")
        self.at.show_time(None)
        self.counterpart.show_text("")
        self.link.setChecked(False)
        self.say()

    def say(self) -> None:
        """What the controls say and which can be used."""
        writable = not self._bench.desk.read_only
        count = len(self._bench.selection.ids)
        self.link.setText(ntr("About {count} selected item", "About {count} selected items", count))
        self.link.setVisible(count > 0 and self.correcting is None)
        for widget in (self.text, self.at, self.counterpart, *self.kinds.values()):
            widget.setEnabled(writable)
        for widget in (self.at, self.counterpart):
            widget.setVisible(self.correcting is None)
        self.record.setEnabled(writable and bool(self.text.text().strip()) and not self.at.wrong)
        self.what.setText(self._hint())
        self.what.setVisible(bool(self.what.text()))

    def _hint(self) -> str:
        if self._bench.desk.read_only:
            return tr("Open to look only.")
        if self.correcting is not None:
            return tr("Correction of the entry of {time}. Both stay in the logbook. Esc gives up.",
                      time=clock_text(self.correcting.valid_from))
        if not self._bench.cursor.live:
            return tr("You are looking at the past. What you record here is recorded now.")
        return ""

    def _ask(self) -> None:
        if self.record.isEnabled():
            self.asked.emit()

    def _make_kinds(self) -> None:
        for number, kind in enumerate(EntryKind, start=1):
            button = QToolButton()
            word = said(ENTRIES[kind])
            button.setText(word)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            button.setCheckable(True)
            button.setAccessibleName(word)
            button.setToolTip(tip(f"{word} (Alt+{number})"))
            # With large letters the row may be squeezed before the window outgrows the screen.
            button.setMinimumWidth(self._bench.theme.px(40))
            self._group.addButton(button)
            self.kinds[kind] = button
            shortcut = QShortcut(QKeySequence(f"Alt+{number}"), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(button.click)
        self.kinds[EntryKind.MESSAGE].setChecked(True)
        one_stop(self._group)
        link = QShortcut(QKeySequence("Alt+0"), self)
        link.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        link.activated.connect(self.link.toggle)
        self._bench.theme.changed.connect(self._dress)
        self._dress()

    def _dress(self) -> None:
        for kind, button in self.kinds.items():
            button.setIcon(self._bench.theme.icon(ICONS[kind], size=15))

    def _lay_out(self) -> None:
        px = self._bench.theme.px
        self.text.setPlaceholderText(tr("Write and press Enter (Ctrl+L from anywhere)"))
        self.text.setFixedHeight(px(52))
        self.link.setToolTip(tip(tr("Link the entry to what is selected (Alt+0)")))
        kinds = QHBoxLayout()
        kinds.setSpacing(px(2))
        for button in self.kinds.values():
            kinds.addWidget(button)
        kinds.addStretch(1)
        below = QGridLayout()
        below.setHorizontalSpacing(px(6))
        below.addWidget(self.at, 0, 0)
        below.addWidget(self.counterpart, 0, 1)
        below.addWidget(self.record, 0, 2)
        below.setColumnStretch(0, 2)
        below.setColumnStretch(1, 3)
        column = QVBoxLayout(self)
        column.setContentsMargins(px(8), px(6), px(8), px(6))
        column.setSpacing(px(5))
        column.addLayout(kinds)
        column.addWidget(self.what)
        column.addWidget(self.text)
        column.addWidget(self.link)
        column.addLayout(below)
