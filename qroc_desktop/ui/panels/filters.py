"""Which items the table shows: words as one types, and choices of type, priority, status and layer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QAction, QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QToolButton, QWidget

from qroc_desktop.domain.query import ItemQuery
from qroc_desktop.domain.state import Layer
from qroc_desktop.domain.words import PRIORITIES, STATUSES, TYPES
from qroc_desktop.translation import said, tr
from qroc_desktop.ui.narrow import Narrow
from qroc_desktop.ui.text import menu_text, plain_label, set_state, tip
from qroc_desktop.ui.theme import Theme

TYPING_PAUSE_MS = 150


class StayingMenu(QMenu):
    """A menu that stays open while several of its entries are ticked."""

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        action: QAction | None = self.activeAction()
        if action is not None and action.isCheckable() and action.isEnabled():
            action.trigger()
            event.accept()
            return
        super().mouseReleaseEvent(event)


class Choice(QToolButton):
    """A button that opens a list to tick; none ticked means all."""

    changed = Signal()

    def __init__(self, name: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._theme = theme
        self._menu = StayingMenu(self)
        self.setMenu(self._menu)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setProperty("menu", "true")
        self._say()

    def offer(self, options: Mapping[Any, str]) -> None:
        """What can be ticked: key and word. Ticks of keys that are still there stay."""
        ticked = self.chosen()
        self._menu.clear()
        for key, word in options.items():
            action = QAction(menu_text(word), self._menu)
            action.setCheckable(True)
            action.setData(key)
            action.setChecked(key in ticked)
            action.toggled.connect(self._toggled)
            self._menu.addAction(action)
        self._menu.addSeparator()
        everything = self._menu.addAction(tr("All"))
        everything.triggered.connect(self.clear)
        self._say()

    def chosen(self) -> frozenset[Any]:
        """Keys of what is ticked."""
        return frozenset(a.data() for a in self._menu.actions() if a.isCheckable() and a.isChecked())

    def clear(self) -> None:
        """Tick nothing: show all."""
        for action in self._menu.actions():
            action.setChecked(False)

    def _toggled(self) -> None:
        self._say()
        self.changed.emit()

    def _say(self) -> None:
        ticked = [a.text() for a in self._menu.actions() if a.isCheckable() and a.isChecked()]
        if not ticked:
            self.setText(f"{self._name} ▾")
        elif len(ticked) == 1:
            self.setText(f"{self._name}: {ticked[0]} ▾")
        else:
            self.setText(f"{self._name}: {len(ticked)} ▾")
        set_state(self, "active", "true" if ticked else "false")
        self.setAccessibleName(f"{self._name}: {', '.join(ticked) or tr('All')}")


class FilterBar(QWidget):
    """Tells which items are asked for, a moment after the last key."""

    changed = Signal(object)
    """ItemQuery"""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search (Ctrl+F)"))
        self.search.setAccessibleName(tr("Search items"))
        self.search.setClearButtonEnabled(True)
        self.types = Choice(tr("Type"), theme)
        self.types.offer({key: said(word) for key, word in TYPES.items()})
        self.priorities = Choice(tr("Priority"), theme)
        self.priorities.offer({key: f"{int(key)} {said(word)}" for key, word in PRIORITIES.items()})
        self.statuses = Choice(tr("Status"), theme)
        self.statuses.offer({key: said(word) for key, word in STATUSES.items()})
        self.layers = Choice(tr("Layer"), theme)
        self.reset = QToolButton()
        self.reset.setText(tr("Show all"))
        self.reset.setToolTip(tip(tr("Drop search and filters")))
        self.reset.clicked.connect(self.clear)
        self.count = plain_label(role="muted")
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(TYPING_PAUSE_MS)
        self._pause.timeout.connect(self._tell)
        self.search.textChanged.connect(self._pause.start)
        for choice in self._choices():
            choice.changed.connect(self._tell)
        self._lay_out()
        self.reset.hide()

    def query(self) -> ItemQuery:
        """The question as it stands."""
        return ItemQuery(
            text=self.search.text().strip(),
            types=self.types.chosen() or None,
            priorities=self.priorities.chosen() or None,
            statuses=self.statuses.chosen() or None,
            layers=self.layers.chosen() or None,
        )

    def show_layers(self, layers: list[Layer]) -> None:
        """Layers to choose from."""
        self.layers.offer({layer.id: layer.name for layer in reversed(layers)})

    def clear(self) -> None:
        """Ask for everything."""
        for choice in self._choices():
            choice.blockSignals(True)
            choice.clear()
            choice.blockSignals(False)
        self.search.clear()
        self._tell()

    @property
    def active(self) -> bool:
        """Whether anything is left out."""
        return self.query() != ItemQuery()

    def _choices(self) -> tuple[Choice, ...]:
        return (self.types, self.priorities, self.statuses, self.layers)

    def _tell(self) -> None:
        self._pause.stop()
        self.reset.setVisible(self.active)
        self.changed.emit(self.query())

    def _lay_out(self) -> None:
        px = self._theme.px
        self.search.setMinimumWidth(px(64))
        self.search.setMaximumWidth(px(320))
        row = QHBoxLayout(self)
        row.setContentsMargins(px(6), px(4), px(8), px(4))
        row.setSpacing(px(5))
        row.addWidget(self.search, 1)
        for choice in self._choices():
            row.addWidget(choice)
        row.addWidget(self.reset)
        row.addStretch(1)
        row.addWidget(self.count)
        self._narrow = Narrow(self, self._theme, 250, (self.count,))
