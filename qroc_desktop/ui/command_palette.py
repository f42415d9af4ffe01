"""Everything that can be done, found by a few letters; and the list of all keys."""

from __future__ import annotations

import unicodedata

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QHeaderView,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from qroc_desktop.translation import said, tr
from qroc_desktop.ui.action_set import ActionSet
from qroc_desktop.ui.actions import MENUS
from qroc_desktop.ui.theme import Theme


def bare(text: str) -> str:
    """A menu text without its marks: `&Open …` becomes `Open`."""
    return text.replace("&&", "\0").replace("&", "").replace("\0", "&").removesuffix(" …")


def folded(text: str) -> str:
    """For comparing: without case and diacritics."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


class CommandPalette(QDialog):
    """Type, arrow keys, Enter. A command that cannot be done now says why."""

    def __init__(self, actions: ActionSet, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("All commands"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._actions = actions
        self.resize(theme.px(560), theme.px(420))
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("What do you want to do?"))
        self.search.setAccessibleName(tr("Search commands"))
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Commands"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column = QVBoxLayout(self)
        column.addWidget(self.search)
        column.addWidget(self.list, 1)
        self.search.textChanged.connect(self._look)
        self.search.returnPressed.connect(self._do)
        self.search.installEventFilter(self)
        self.list.itemClicked.connect(self._do)
        self._look("")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrow keys move in the list while one types."""
        if watched is self.search and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
            if step:
                row = max(0, min(self.list.count() - 1, self.list.currentRow() + step))
                self.list.setCurrentRow(row)
                return True
        return super().eventFilter(watched, event)

    def _look(self, text: str) -> None:
        wanted = folded(text).split()
        self.list.clear()
        for spec, action in self._actions.specs():
            name = f"{said(MENUS[spec.menu]).replace('&', '')} › {bare(action.text())}"
            keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            if all(word in folded(f"{name} {keys}") for word in wanted):
                why = self._actions.why_not(spec.id)
                item = QListWidgetItem(action.icon(), "   ".join(part for part in (name, keys, why) if part))
                item.setData(Qt.ItemDataRole.UserRole, action)
                if why:
                    item.setForeground(self.palette().placeholderText())
                self.list.addItem(item)
        self.list.setCurrentRow(0)

    def _do(self) -> None:
        index = self.list.currentIndex()
        action = index.data(Qt.ItemDataRole.UserRole) if index.isValid() else None
        if isinstance(action, QAction) and action.isEnabled():
            self.accept()
            action.trigger()


class KeyList(QDialog):
    """All keys by menu, and those that belong to one panel."""

    def __init__(self, actions: ActionSet, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Keys"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(theme.px(560), theme.px(600))
        self.tree = QTreeWidget()
        self.tree.setColumnCount(2)
        self.tree.setHeaderHidden(True)
        self.tree.setAccessibleName(tr("Keys"))
        self.tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.tree.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.tree.header().setStretchLastSection(False)
        groups: dict[str, QTreeWidgetItem] = {}
        for spec, action in actions.specs():
            if action.shortcuts():
                group = groups.setdefault(spec.menu, QTreeWidgetItem([said(MENUS[spec.menu]).replace("&", "")]))
                keys = ", ".join(k.toString(QKeySequence.SequenceFormat.NativeText) for k in action.shortcuts())
                group.addChild(QTreeWidgetItem([bare(action.text()), keys]))
        panels = QTreeWidgetItem([tr("In the panels")])
        for name, keys in panel_keys():
            panels.addChild(QTreeWidgetItem([name, keys]))
        self.tree.addTopLevelItems([*groups.values(), panels])
        self.tree.expandAll()
        column = QVBoxLayout(self)
        column.addWidget(self.tree)


def panel_keys() -> list[tuple[str, str]]:
    """Keys that work in one panel only."""
    return [
        (tr("Items: show on the map"), "Enter"),
        (tr("Layers: show or hide"), "Space"),
        (tr("Layers: rename"), "F2"),
        (tr("Layers: draw above, below"), "Ctrl+Up, Ctrl+Down"),
        (tr("Details: apply"), "Ctrl+Enter"),
        (tr("A time field: now"), "Ctrl+;"),
        (tr("Logbook: message, decision, action"), "Alt+1, Alt+2, Alt+3"),
        (tr("Logbook: about the selected items"), "Alt+0"),
        (tr("Logbook: correct an entry"), "Ctrl+R"),
        (tr("New item: priority"), "Alt+1 … Alt+4"),
        (tr("New item: create"), "Ctrl+Enter"),
    ]
