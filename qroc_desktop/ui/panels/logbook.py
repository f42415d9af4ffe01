"""The logbook panel: messages, decisions, actions; nothing in it is ever edited."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QListView, QMenu, QStackedLayout, QVBoxLayout, QWidget

from qroc_desktop.domain.query import Moment, Outcome
from qroc_desktop.domain.state import LogEntry
from qroc_desktop.translation import tr
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.copying import put_on_clipboard
from qroc_desktop.ui.panels.blocks import BlockDelegate
from qroc_desktop.ui.panels.log_model import LogModel, as_text
from qroc_desktop.ui.panels.log_writer import LogWriter
from qroc_desktop.ui.text import empty_hint, rule

TYPING_PAUSE_MS = 150
MOST = 500


class LogList(QListView):
    """Enter goes to the items of an entry, Ctrl+C copies it, Ctrl+R corrects it."""

    entered = Signal()
    copied = Signal()
    correct = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit()
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.copied.emit()
        elif event.key() == Qt.Key.Key_R and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.correct.emit()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # Heights follow from the width: lines wrap.
        self.scheduleDelayedItemsLayout()


class LogbookPanel(QWidget):
    """Writer at the top, entries below, newest first."""

    zoom_asked = Signal()
    """The items of an entry are selected now and shall be shown."""

    def __init__(self, bench: Bench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self._bench = bench
        self.writer = LogWriter(bench)
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search the logbook"))
        self.search.setAccessibleName(tr("Search the logbook"))
        self.search.setClearButtonEnabled(True)
        self.model = LogModel(self)
        self.list = LogList()
        self._delegate = BlockDelegate(bench.theme, self.list)
        self._empty = empty_hint("", "")
        self._stack = QStackedLayout()
        self._pause = QTimer(self)
        self._lay_out()
        self._connect()
        self.setFocusProxy(self.writer)
        self.reload()

    def current(self) -> LogEntry | None:
        """The entry that the bar is on."""
        row = self.list.currentIndex().row()
        return self.model.entries[row] if 0 <= row < len(self.model.entries) else None

    def reload(self) -> None:
        """Read the entries again."""
        text, moment, logbook = self.search.text().strip(), self._bench.cursor.moment, self._bench.desk.logbook
        self._bench.background.read(
            lambda: logbook.entries(text=text, moment=moment, limit=MOST), self._show, key="logbook"
        )

    def on_change(self, outcome: Outcome) -> None:
        """Something was recorded."""
        if outcome.entries:
            self.reload()

    def on_moment(self, _moment: Moment | None) -> None:
        """Another instant is looked at."""
        self.reload()

    def write(self) -> None:
        """Put the cursor where one writes."""
        self.writer.text.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _show(self, entries: list[LogEntry]) -> None:
        self.model.show(entries)
        if entries:
            self._stack.setCurrentWidget(self.list)
            return
        self._empty.setText(
            tr("No entry has these words.")
            if self.search.text().strip()
            else tr("The logbook is empty.\n\nCtrl+L, write, Enter. Entries stay as they are; corrections are added.")
        )
        self._stack.setCurrentWidget(self._empty)

    def _record(self) -> None:
        writer, logbook = self.writer, self._bench.desk.logbook
        text, wrong = writer.text.text(), writer.correcting
        kind, items, at, counterpart = writer.kind, writer.linked(), writer.at.time(), writer.counterpart.text().strip()
        # Emptied only once it is on disk: a refused entry is still there to be tried again.
        writer.record.setEnabled(False)
        if wrong is not None:
            self._bench.background.write(
                lambda: logbook.correct(wrong, text), lambda _: self._recorded(), failed=writer.say
            )
            return
        self._bench.background.write(
            lambda: logbook.add(kind, text, items=items, at=at, counterpart=counterpart),
            lambda _: self._recorded(),
            failed=writer.say,
        )

    def _recorded(self) -> None:
        self.writer.written()
        if not self._bench.cursor.live:
            self._bench.notices.info(tr("Recorded. You will see it when you are back at LIVE."))

    def _go_to_items(self) -> None:
        entry = self.current()
        if entry and entry.entry.items:
            items, workspace = entry.entry.items, self._bench.desk.workspace
            self._bench.selection.set(items)
            # A message may have files and no place: then there is something to look at and nothing on the map.
            self._bench.background.read(
                lambda: any(item.shape for item in workspace.items_by_id(items).values()),
                lambda placed: self.zoom_asked.emit() if placed else None,
                key="logbook-zoom",
            )

    def _copy(self) -> None:
        entry = self.current()
        if entry:
            put_on_clipboard(as_text(entry), self._bench.desk.identity.kind)

    def _correct(self) -> None:
        entry = self.current()
        if entry and not self._bench.desk.read_only:
            self.writer.correct(entry)

    def _menu(self, place: QPoint) -> None:
        entry = self.current()
        if entry is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        correct = menu.addAction(tr("Correct (Ctrl+R)"))
        correct.setEnabled(not self._bench.desk.read_only)
        correct.triggered.connect(self._correct)
        show = menu.addAction(tr("Show its items (Enter)"))
        show.setEnabled(bool(entry.entry.items))
        show.triggered.connect(self._go_to_items)
        menu.addAction(tr("Copy (Ctrl+C)")).triggered.connect(self._copy)
        menu.popup(self.list.viewport().mapToGlobal(place))

    def _lay_out(self) -> None:
        px = self._bench.theme.px
        self.list.setModel(self.model)
        self.list.setItemDelegate(self._delegate)
        self.list.setAccessibleName(tr("Logbook entries, newest first"))
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._pause.setSingleShot(True)
        self._pause.setInterval(TYPING_PAUSE_MS)
        self._stack.addWidget(self.list)
        self._stack.addWidget(self._empty)
        searching = QVBoxLayout()
        searching.setContentsMargins(px(8), px(5), px(8), px(5))
        searching.addWidget(self.search)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.writer)
        column.addWidget(rule())
        column.addLayout(searching)
        column.addLayout(self._stack, 1)

    def _connect(self) -> None:
        self.writer.asked.connect(self._record)
        self.search.textChanged.connect(self._pause.start)
        self._pause.timeout.connect(self.reload)
        self.list.entered.connect(self._go_to_items)
        self.list.doubleClicked.connect(self._go_to_items)
        self.list.copied.connect(self._copy)
        self.list.correct.connect(self._correct)
        self.list.customContextMenuRequested.connect(self._menu)
        self._bench.theme.changed.connect(self.list.scheduleDelayedItemsLayout)
