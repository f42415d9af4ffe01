"""The files of an item: small pictures, names, sizes; added by button, key or drop, opened, saved, taken off."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import QEvent, QMimeData, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QStackedLayout,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from qroc_desktop.domain.aspects import Attachment
from qroc_desktop.domain.state import Item
from qroc_desktop.domain.vocabulary import WorkspaceKind
from qroc_desktop.errors import Message
from qroc_desktop.exercise.team_files import LARGEST_FILE
from qroc_desktop.formats.media import PHOTOS, VIDEOS, Media, media_named
from qroc_desktop.formats.thumbnails import thumbnail
from qroc_desktop.translation import said, tr
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.flow_layout import FlowLayout
from qroc_desktop.ui.measures import size_text
from qroc_desktop.ui.text import empty_hint, plain_label, tip

SIDE: Final = 56
KEPT: Final = 200
"""So many small pictures are remembered."""
DROPPED: Final = frozenset({".jpg", ".jpeg", ".png", ".gif", ".webp", ".pdf", ".mp4", ".mov", ".m4v", ".webm"})
"""Files with these suffixes become files of the item when they are dropped on it; what they are is told by content."""
FILE: Final = Qt.ItemDataRole.UserRole + 1
_KINDS: Final = (
    (PHOTOS, Message("Photo")),
    (frozenset({Media.PDF}), Message("PDF document")),
    (VIDEOS, Message("Video")),
)


class FilesPage(QWidget):
    """Asks for what a person wants done; whoever made it does it."""

    add_asked = Signal(object)
    """Paths; empty: they are to be asked for."""
    open_asked = Signal(object)
    save_asked = Signal(object)
    remove_asked = Signal(object)
    """Attachments that are chosen."""
    counted = Signal(int)
    """How many files are shown."""

    def __init__(self, bench: Bench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bench = bench
        self._item: Item | None = None
        self._pictures: OrderedDict[str, QPixmap] = OrderedDict()
        self.list = _List()
        self.list.setAccessibleName(tr("Files"))
        self._missing: set[str] = set()
        self.list.setItemDelegate(_Delegate(bench, self._pictures, self.facts, self.list))
        self.add = QPushButton(tr("Add …"))
        self.add.setToolTip(tip(tr("Add photos, PDFs or short videos (Ctrl+Shift+D), or drop them here.")))
        self.open = QPushButton(tr("Open"))
        self.save = QPushButton(tr("Save …"))
        self.remove = QPushButton(tr("Take off"))
        self.note = plain_label(
            tr("Kept as they are. Other centres get copies without position, device, author and name."),
            role="muted",
            wrap=True,
        )
        self.empty = empty_hint(tr("No files"), "")
        self._stack = QStackedLayout()
        self._lay_out()
        self._connect()
        self._say()

    # --- what it shows -------------------------------------------------------------------------

    def show_item(self, item: Item) -> None:
        """The files of an item, in the order in which they were added."""
        chosen = {file.sha256 for file in self.chosen()} if self._item and self._item.id == item.id else set()
        self._item = item
        self.list.clear()
        for file in item.attachments.files:
            entry = QListWidgetItem(file.name)
            entry.setData(FILE, file)
            self._tell(entry)
            self.list.addItem(entry)
            entry.setSelected(file.sha256 in chosen)
        if self.list.count() and not self.list.selectedItems():
            self.list.setCurrentRow(0)
        self._stack.setCurrentWidget(self.list if self.list.count() else self.empty)
        self.counted.emit(self.list.count())
        self._say()
        self._draw(item)

    def show_editable(self, editable: bool) -> None:
        """Whether files can be added and taken off."""
        self._editable = editable
        self._say()

    def chosen(self) -> list[Attachment]:
        """The files that are selected, in their order."""
        entries = [self.list.item(row) for row in range(self.list.count())]
        return [entry.data(FILE) for entry in entries if entry.isSelected()]

    def picture(self, file: Attachment) -> QPixmap | None:
        """The small picture of a file; None where there is none, or none yet."""
        found = self._pictures.get(file.sha256)
        return found if found is not None and not found.isNull() else None

    def facts(self, file: Attachment) -> str:
        """What a file is, how large, and, in an exercise, whether it is still to come."""
        if file.sha256 not in self._missing:
            return facts(file)
        return f"{facts(file)} · {tr('on its way') if file.size <= LARGEST_FILE else tr('too large to be shared')}"

    @property
    def item(self) -> Item | None:
        """Whose files are shown."""
        return self._item

    # --- parts ---------------------------------------------------------------------------------

    _editable = False

    def _draw(self, item: Item) -> None:
        """Small pictures are made off the GUI thread, those that are not there yet."""
        wanted = [file for file in item.attachments.files if file.sha256 not in self._pictures]
        comes = self._bench.desk.identity.kind is WorkspaceKind.EXERCISE
        side = round(self._bench.theme.px(SIDE) * self.devicePixelRatioF())
        attachments = self._bench.desk.attachments

        def draw() -> list[tuple[str, bytes | None, bool]]:
            made: list[tuple[str, bytes | None, bool]] = []
            for file in wanted:
                media = attachments.media(file)
                if media is None:
                    made.append((file.sha256, None, comes and not attachments.held(file)))
                    continue
                with attachments.opened(file) as stream:
                    made.append((file.sha256, thumbnail(stream, media, side), False))
            return made

        if wanted:
            self._bench.background.read(draw, self._drawn, key="thumbnails")

    def _drawn(self, made: Sequence[tuple[str, bytes | None, bool]]) -> None:
        for sha256, data, missing in made:
            if missing:  # it is looked for again when it has come
                self._missing.add(sha256)
                continue
            self._missing.discard(sha256)
            picture = QPixmap()
            if data is not None:
                picture.loadFromData(data, "PNG")
            self._pictures[sha256] = picture
            while len(self._pictures) > KEPT:
                self._pictures.popitem(last=False)
        for row in range(self.list.count()):
            self._tell(self.list.item(row))
        self._say()
        self.list.viewport().update()

    def _tell(self, entry: QListWidgetItem) -> None:
        file: Attachment = entry.data(FILE)
        entry.setData(Qt.ItemDataRole.AccessibleTextRole, f"{file.name}, {self.facts(file)}")
        entry.setToolTip(tip(f"{file.name} · {self.facts(file)}"))

    def _say(self) -> None:
        chosen = self.chosen()
        here = not any(file.sha256 in self._missing for file in chosen)
        hint = tr("Drop photos, PDFs or short videos here, or add them with Ctrl+Shift+D.")
        self.empty.setText(f"{tr('No files')}\n\n{hint}" if self._editable else tr("No files"))
        self.add.setEnabled(self._editable)
        self.open.setEnabled(len(chosen) == 1 and here)
        self.save.setEnabled(bool(chosen) and here)
        self.remove.setEnabled(bool(chosen) and self._editable)

    def _lay_out(self) -> None:
        px = self._bench.theme.px
        buttons = FlowLayout(px(6))
        buttons.setContentsMargins(px(12), px(8), px(12), px(6))
        for button in (self.add, self.open, self.save, self.remove):
            buttons.addWidget(button)
        self.note.setContentsMargins(px(12), px(4), px(12), px(6))
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self.list)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(buttons)
        column.addLayout(self._stack, 1)
        column.addWidget(self.note)

    def _connect(self) -> None:
        self.list.itemSelectionChanged.connect(self._say)
        self.list.itemDoubleClicked.connect(self._ask_open)
        self.list.opened.connect(self._ask_open)
        self.list.removed.connect(self._ask_remove)
        self.add.clicked.connect(lambda: self.add_asked.emit([]))
        self.open.clicked.connect(self._ask_open)
        self.save.clicked.connect(lambda: self.save_asked.emit(self.chosen()))
        self.remove.clicked.connect(self._ask_remove)

    def _ask_open(self, *_: object) -> None:
        if self.open.isEnabled():
            self.open_asked.emit(self.chosen()[0])

    def _ask_remove(self, *_: object) -> None:
        if self.remove.isEnabled():
            self.remove_asked.emit(self.chosen())


class _List(QListWidget):
    """Enter opens and Del takes off; Del must not take the item off the picture meanwhile."""

    opened = Signal()
    removed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self.opened.emit()
        elif event.key() == Qt.Key.Key_Delete:
            self.removed.emit()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Del is the window's as well; while the list has the keyboard it is the list's."""
        override = event.type() == QEvent.Type.ShortcutOverride
        if override and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Delete:
            event.accept()
            return True
        return super().event(event)


class _Delegate(QStyledItemDelegate):
    """A small picture or an icon, the name, and below it what it is; text is drawn as text."""

    def __init__(
        self,
        bench: Bench,
        pictures: OrderedDict[str, QPixmap],
        told: Callable[[Attachment], str],
        parent: QWidget,
    ) -> None:
        """told: what stands below the name."""
        super().__init__(parent)
        self._told = told
        self._bench = bench
        self._pictures = pictures

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(0, self._bench.theme.px(SIDE + 14))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        file: Attachment = index.data(FILE)
        theme = self._bench.theme
        tokens, px = theme.tokens, theme.px
        box: QRect = option.rect
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.fillRect(box, QColor(tokens.selection if selected else tokens.panel))
        frame = QRect(box.left() + px(12), box.top() + px(7), px(SIDE), px(SIDE))
        self._picture(painter, file, frame, selected)
        room = QRect(frame.right() + px(12), box.top(), box.right() - frame.right() - px(24), box.height())
        middle = room.center().y()
        below = tokens.on_selection if selected else tokens.muted
        lines = (
            (file.name, theme.font(), tokens.on_selection if selected else tokens.text, room.top(), middle),
            (self._told(file), theme.font(0.92, figures=True), below, middle, room.bottom()),
        )
        for place, (text, font, colour, top, bottom) in enumerate(lines):
            painter.setFont(font)
            painter.setPen(QColor(colour))
            shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, room.width())
            down = Qt.AlignmentFlag.AlignTop if place else Qt.AlignmentFlag.AlignBottom
            part = QRect(room.left(), top, room.width(), bottom - top).adjusted(0, px(2), 0, -px(2))
            painter.drawText(part, int(Qt.AlignmentFlag.AlignLeft | down | Qt.TextFlag.TextSingleLine), shown)
        painter.setPen(QColor(tokens.line))
        painter.drawLine(box.bottomLeft(), box.bottomRight())
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QColor(tokens.accent))
            painter.drawRect(box.adjusted(0, 0, -1, -1))
        painter.restore()

    def _picture(self, painter: QPainter, file: Attachment, frame: QRect, selected: bool) -> None:
        picture = self._pictures.get(file.sha256)
        if picture is not None and not picture.isNull():
            size = picture.size().scaled(frame.size(), Qt.AspectRatioMode.KeepAspectRatio)
            place = QRect(0, 0, size.width(), size.height())
            place.moveCenter(frame.center())
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawPixmap(place, picture)
            return
        tokens = self._bench.theme.tokens
        painter.setPen(QColor(tokens.on_selection if selected else tokens.line))
        painter.drawRect(frame.adjusted(0, 0, -1, -1))
        px = self._bench.theme.px
        icon = self._bench.theme.icon(_icon(file), size=24, colour="on_selection" if selected else "muted")
        inner = QRect(0, 0, px(24), px(24))
        inner.moveCenter(frame.center())
        icon.paint(painter, inner)


def facts(file: Attachment) -> str:
    """What a file is and how large."""
    media = media_named(file.media_type)
    name = next((said(word) for kinds, word in _KINDS if media in kinds), tr("File"))
    return f"{name} · {size_text(file.size)}"


def attachable(data: QMimeData) -> list[Path]:
    """Files that are dragged and could belong to an item; none where others are among them."""
    paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
    return paths if paths and all(path.suffix.lower() in DROPPED for path in paths) else []


def _icon(file: Attachment) -> str:
    media = media_named(file.media_type)
    return "image" if media in PHOTOS else "film" if media in VIDEOS else "file-text"
