"""The details panel.

Edits are applied by a person, all at once, with Ctrl+Enter. What is not applied yet is marked, and kept for each
item when another one is looked at: under stress nothing typed may get lost, and nothing half typed may get out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QStackedLayout,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from qroc_desktop.domain.aspects import AspectValue
from qroc_desktop.domain.change import Change
from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.query import Conflict, Moment, Outcome
from qroc_desktop.domain.state import Item, Layer
from qroc_desktop.domain.vocabulary import Aspect
from qroc_desktop.services.comments import Thread
from qroc_desktop.services.exercise.portrayal import FORMAT as EXERCISE
from qroc_desktop.services.provenance import Provenance, provenance
from qroc_desktop.services.receiving import FORMAT
from qroc_desktop.sync.exchange import Exchange
from qroc_desktop.translation import ntr, tr
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.panels.details.conflicts import Conflicts
from qroc_desktop.ui.panels.details.fields import TimeField
from qroc_desktop.ui.panels.details.files_page import FilesPage, attachable
from qroc_desktop.ui.panels.details.header import Header
from qroc_desktop.ui.panels.details.history import ItemHistory
from qroc_desktop.ui.panels.details.main_section import MainSection
from qroc_desktop.ui.panels.details.marking_section import MarkingSection
from qroc_desktop.ui.panels.details.person_section import PersonSection
from qroc_desktop.ui.panels.details.place_section import PlaceSection
from qroc_desktop.ui.panels.details.received import ReceivedStrip
from qroc_desktop.ui.panels.details.section import Patch, Section
from qroc_desktop.ui.panels.details.several import Several
from qroc_desktop.ui.panels.details.thread import ThreadList
from qroc_desktop.ui.text import empty_hint, plain_label, rule, tip

AGE_MS = 30_000
PERSON = 3
"""Tab of the person; it is there for items about one."""


@dataclass(slots=True)
class Draft:
    """Edits that are not applied yet, and the item as their author saw it."""

    seen: Item
    patch: Patch
    since: Instant | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """What was read for the panel."""

    item: Item | None
    changes: list[Change]
    conflicts: list[Conflict]
    thread: Thread | None = None
    provenance: Provenance | None = None


class DetailsPanel(QWidget):
    """Looks at the selection: nothing, one item, several."""

    edit_on_map = Signal()
    comment_asked = Signal()
    several_asked = Signal(object, object, object)
    take_asked = Signal(object)
    settle_asked = Signal(object)
    apply_asked = Signal(object, object, object)
    """Item as it was seen, patch, and the instant since when it is so; None: from now."""

    def __init__(self, bench: Bench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAcceptDrops(True)
        self._bench = bench
        self._item: Item | None = None
        self._drafts: dict[str, Draft] = {}
        self._turned = False
        self.header = Header(bench)
        self.received = ReceivedStrip(bench)
        self.talk = ThreadList(bench)
        self.exchange: Callable[[], Exchange | None] = lambda: None
        """Our exchange, once its keys are open: it knows how long what came in may be used."""
        self.conflicts = Conflicts(bench)
        self.main = MainSection(bench)
        self.place = PlaceSection(bench)
        self.marking = MarkingSection(bench)
        self.person = PersonSection(bench, self.marking)
        self.files = FilesPage(bench)
        self.history = ItemHistory(bench)
        self.several = Several(bench)
        self.tabs = QTabWidget()
        self.since = TimeField(tr("True since"), bench.desk.clock, past=True)
        self.since.setToolTip(tip(tr("When it became so. Empty: now. The picture of that time will show it.")))
        self._since_row = QWidget()
        self.apply = QPushButton(tr("Apply"))
        self.revert = QPushButton(tr("Revert"))
        self.state = plain_label(role="muted", wrap=True)
        self._stack = QStackedLayout()
        self._empty = empty_hint(
            tr("Nothing is selected"), tr("Select an item on the map or in the table, or enter one with Ctrl+N.")
        )
        self._one = QWidget()
        self._lay_out()
        self._connect()
        self._say()

    # --- what it shows -------------------------------------------------------------------------

    @property
    def item(self) -> Item | None:
        """The item that is shown."""
        return self._item

    @property
    def drafts(self) -> dict[str, Draft]:
        """Edits that nobody applied yet, by item."""
        self._keep()
        return self._drafts

    def on_selection(self, ids: tuple[str, ...]) -> None:
        """Something else is selected."""
        self._keep()
        if len(ids) == 1:
            self.reload()
            return
        self._item = None
        if ids:
            self.several.show_count(len(ids))
            self._stack.setCurrentWidget(self.several)
        else:
            self._stack.setCurrentWidget(self._empty)

    def on_change(self, outcome: Outcome) -> None:
        """Something was recorded."""
        if outcome.items & set(self._bench.selection.ids) and len(self._bench.selection.ids) == 1:
            self._keep()
            self.reload()

    def on_moment(self, _moment: Moment | None) -> None:
        """Another instant is looked at."""
        self._keep()
        self.several.say()
        self.reload()

    def on_received(self) -> None:
        """Something came in, was taken back or ran out."""
        if self._item is not None and self._item.origin.format == FORMAT:
            self._keep()
            self.reload()

    def on_layers(self, layers: list[Layer]) -> None:
        """Layers were read."""
        self.main.show_layers(layers)
        self.several.show_layers(layers)
        self.history.layer_names = {layer.id: layer.name for layer in layers}
        if self._item:
            self.main.layer.show_choice(self._item.layer)

    def reload(self) -> None:
        """Read the selected item again."""
        ids, desk, moment = self._bench.selection.ids, self._bench.desk, self._bench.cursor.moment
        if len(ids) != 1:
            return
        wanted, exchange, now = ids[0], self.exchange(), self._bench.shown_now()

        def ask() -> Shown:
            found = [c for c in desk.history.conflicts() if c.subject == wanted]
            item, changes = desk.picture.item(wanted, moment), desk.picture.history(wanted)
            if item is None:
                return Shown(item, changes, found)
            came = provenance(desk.workspace, item, changes, exchange if moment is None else None, now)
            return Shown(item, changes, found, desk.comments.thread(item), came)

        self._bench.background.read(ask, lambda shown: self._show(wanted, shown), key="details")

    def focus_title(self) -> None:
        """Begin to edit."""
        self.tabs.setCurrentIndex(0)
        self.main.title.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.main.title.selectAll()

    def show_files(self) -> None:
        """Look at the files of the item."""
        self.tabs.setCurrentWidget(self.files)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Photos, PDFs and videos are for the item that is shown; whatever else is dropped here the window imports."""
        shown = self._item is not None and self._stack.currentWidget() is self._one
        if shown and self._bench.editable and attachable(event.mimeData()):
            event.acceptProposedAction()
        else:
            event.ignore()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.files.add_asked.emit(attachable(event.mimeData()))

    def _show(self, wanted: str, shown: Shown) -> None:
        if self._bench.selection.ids != (wanted,):
            return
        if shown.item is None:
            self._item = None
            self._stack.setCurrentWidget(self._empty)
            return
        self._keep()
        another = self._item is None or self._item.id != wanted
        self._item = shown.item
        self.header.show_item(shown.item)
        self.received.show_provenance(shown.item, shown.provenance)
        self.talk.show_thread(shown.thread, shown.item.about is not None)
        self.files.show_item(shown.item)
        self.history.show_item(shown.item)
        self.history.show_changes(shown.changes)
        self.conflicts.show_conflicts(shown.conflicts if self._bench.cursor.live else [])
        self._load()
        self._stack.setCurrentWidget(self._one)
        if another:
            self._turn_to_files(shown.item)

    def _turn_to_files(self, item: Item) -> None:
        """A message of an exercise is opened for what came with it; its words stand in the logbook."""
        if item.origin.format == EXERCISE and item.attachments.files:
            self._turned = self._turned or self.tabs.currentWidget() is not self.files
            self.show_files()
        elif self._turned:
            self._turned = False
            if self.tabs.currentWidget() is self.files:
                self.tabs.setCurrentIndex(0)

    def _load(self) -> None:
        if self._item is None:
            return
        draft = self._drafts.get(self._item.id) if self._bench.editable else None
        for section in self._sections():
            section.load(draft.seen if draft else self._item, draft.patch if draft else {})
            section.setEnabled(self._bench.editable)
        self.files.show_editable(self._bench.editable)
        self.tabs.setTabVisible(PERSON, self.person.there)
        self.since.show_time(draft.since if draft else None)
        self._say()

    def _show_person(self) -> None:
        self.tabs.setTabVisible(PERSON, True)
        self.tabs.setCurrentIndex(PERSON)

    # --- edits ---------------------------------------------------------------------------------

    def edits(self) -> Patch:
        """What differs from the item as it was seen."""
        patch: dict[Aspect, AspectValue] = {}
        for section in self._sections():
            patch |= section.edits()
        return patch

    def apply_now(self) -> None:
        """Hand the edits over, on the base that their author saw."""
        if self._item is None or not self._bench.editable or self._wrong():
            return
        patch = self.edits()
        if patch:
            draft = self._drafts.pop(self._item.id, None)
            self.apply_asked.emit(draft.seen if draft else self._item, patch, self.since.time())
            self._item = None

    def put_back(self, seen: Item, patch: Patch, since: Instant | None = None) -> None:
        """Edits that were refused stay in the form."""
        self._drafts[seen.id] = Draft(seen, patch, since)
        self.reload()

    def revert_now(self) -> None:
        """Back to what is stored."""
        if self._item is not None:
            self._drafts.pop(self._item.id, None)
            item, self._item = self._item, None
            self._item = item
            self._load()

    def _keep(self) -> None:
        """Remember edits of the item that is shown, before something else is."""
        if self._item is None or not self._bench.editable:
            return
        patch = self.edits()
        if patch:
            seen = self._drafts[self._item.id].seen if self._item.id in self._drafts else self._item
            self._drafts[self._item.id] = Draft(seen, patch, self.since.time())
        else:
            self._drafts.pop(self._item.id, None)

    def _wrong(self) -> bool:
        return self.since.wrong or any(section.wrong() for section in self._sections())

    def _sections(self) -> tuple[Section, ...]:
        return (self.main, self.place, self.marking, self.person)

    def _say(self) -> None:
        """What the line at the bottom says, and which buttons can be pressed."""
        patch = self.edits() if self._item else {}
        editable = self._bench.editable
        self.apply.setEnabled(bool(patch) and editable and not self._wrong())
        self.revert.setEnabled(bool(patch) and editable)
        self._since_row.setVisible(bool(patch) and editable)
        for place, section in enumerate(self._sections()):
            name = self.tabs.tabText(place).removesuffix(" •")
            self.tabs.setTabText(place, name + (" •" if section.edits() and self._item else ""))
        self.state.setText(self._state_words(patch))
        self.state.setVisible(bool(self.state.text()))

    def _count_files(self, count: int) -> None:
        name = tr("Files")
        self.tabs.setTabText(self.tabs.indexOf(self.files), f"{name} ({count})" if count else name)

    def _state_words(self, patch: Patch) -> str:
        if self._bench.desk.read_only:
            return tr("Open to look only.")
        if not self._bench.cursor.live:
            return tr("This is the past: F9 goes back to LIVE to edit.")
        if self._wrong():
            return tr("A field marked red cannot be read.")
        if patch and self._changed_meanwhile():
            return tr("Somebody changed it meanwhile. Both versions are kept.")
        if patch:
            return tr("Not applied yet (Ctrl+Enter).")
        others = len(set(self._drafts) - {self._item.id if self._item else ""})
        return (
            ntr("{count} other item has edits not applied.", "{count} other items have edits not applied.", others)
            if others
            else ""
        )

    def _changed_meanwhile(self) -> bool:
        draft = self._drafts.get(self._item.id) if self._item else None
        if draft is None or self._item is None:
            return False
        return any(draft.seen.seqs.get(aspect) != self._item.seqs.get(aspect) for aspect in draft.patch)

    # --- parts ---------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        px = self._bench.theme.px
        for name, page in (
            (tr("Item"), _scrolled(self.main)),
            (tr("Place"), _scrolled(self.place)),
            (tr("Marking"), _scrolled(self.marking)),
            (tr("Person"), _scrolled(self.person)),
            (tr("Files"), self.files),
            (tr("History"), self.history),
        ):
            self.tabs.addTab(page, name)
        self.tabs.setDocumentMode(True)
        self.tabs.setMinimumHeight(px(90))
        self.tabs.setUsesScrollButtons(True)
        # In the languages with long words, all of them in a panel of the usual width.
        self.tabs.tabBar().setProperty("tight", True)
        self.apply.setProperty("role", "primary")
        self.apply.setToolTip(tr("Apply (Ctrl+Enter)"))
        since = QHBoxLayout(self._since_row)
        since.setContentsMargins(px(12), px(6), px(12), 0)
        label = plain_label(self.since.accessibleName(), role="muted")
        label.setBuddy(self.since)
        since.addWidget(label)
        since.addWidget(self.since, 1)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(px(12), px(6), px(12), px(8))
        buttons.setSpacing(px(8))
        buttons.addWidget(self.state, 1)
        buttons.addStretch()
        buttons.addWidget(self.revert)
        buttons.addWidget(self.apply)
        column = QVBoxLayout(self._one)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addWidget(self.received)
        column.addWidget(self.talk)
        column.addWidget(self.conflicts)
        column.addWidget(self.tabs, 1)
        column.addWidget(rule())
        column.addWidget(self._since_row)
        column.addLayout(buttons)
        self.setLayout(self._stack)
        for content in (self._empty, self._one, self.several):
            self._stack.addWidget(content)
        self.conflicts.hide()

    def _connect(self) -> None:
        for section in self._sections():
            section.edited.connect(self._say)
        self.since.edited.connect(self._say)
        self.files.counted.connect(self._count_files)
        self.apply.clicked.connect(self.apply_now)
        self.revert.clicked.connect(self.revert_now)
        self.place.edit_on_map.connect(self.edit_on_map)
        self.several.asked.connect(self.several_asked)
        self.conflicts.take.connect(self.take_asked)
        self.conflicts.settle.connect(self.settle_asked)
        self.person.opened.connect(self._show_person)
        self.received.comment_asked.connect(self.comment_asked)
        self.talk.asked.connect(self._bench.selection.set)
        self._bench.selection.changed.connect(self.on_selection)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(self.apply_now)
        older = QTimer(self)
        older.setInterval(AGE_MS)
        older.timeout.connect(self.header.tell_age)
        older.timeout.connect(self.received.tell_age)
        older.start()


def _scrolled(form: QWidget) -> QScrollArea:
    form.setObjectName("form")
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(form)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return area
