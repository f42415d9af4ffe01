"""The table of actions as QActions: bound to what they do, enabled by the situation, with the reason where not."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import QMenu, QMenuBar, QToolBar, QWidget

from qroc_desktop.translation import said, tr
from qroc_desktop.ui.actions import ACTIONS, MENUS, PARENT, Situation, Spec, why_not
from qroc_desktop.ui.text import menu_text, tip
from qroc_desktop.ui.theme import Theme


class ActionSet(QObject):
    """All actions of one window."""

    refused = Signal(str)
    """A disabled action was asked for by its key: the reason."""

    def __init__(self, theme: Theme, window: QWidget) -> None:
        super().__init__(window)
        self._theme = theme
        self._window = window
        self._actions: dict[str, QAction] = {}
        self._does: dict[str, Callable[[], object]] = {}
        self._situation: Situation | None = None
        self.menus: dict[str, QMenu] = {}
        for spec in ACTIONS:
            self._actions[spec.id] = self._made(spec)
        window.addActions(list(self._actions.values()))
        self._refusing = {spec.id: self._refuser(spec) for spec in ACTIONS if spec.keys}
        theme.changed.connect(self._dress)
        self._dress()

    def __getitem__(self, action: str) -> QAction:
        return self._actions[action]

    def bind(self, action: str, does: Callable[[], object]) -> None:
        """Say what an action does."""
        self._does[action] = does

    def unbound(self) -> list[str]:
        """Actions that do nothing yet."""
        return [spec.id for spec in ACTIONS if spec.id not in self._does]

    def specs(self) -> list[tuple[Spec, QAction]]:
        """All actions in the order of the table."""
        return [(spec, self._actions[spec.id]) for spec in ACTIONS]

    def update(self, situation: Situation) -> None:
        """Enable what can be done; the reason why not stands in the tip."""
        if situation == self._situation:
            return  # asked after each change to the picture, many times a second in an exercise
        self._situation = situation
        for spec in ACTIONS:
            action = self._actions[spec.id]
            why = why_not(spec, situation)
            action.setEnabled(why is None)
            for shortcut in self._refusing.get(spec.id, ()):
                shortcut.setEnabled(why is not None)
            self._describe(spec, said(why) if why else "")
        self._name("edit.undo", tr("&Undo"), tr("&Undo: {step}"), situation.undo)
        self._name("edit.redo", tr("&Redo"), tr("&Redo: {step}"), situation.redo)

    def why_not(self, action: str) -> str:
        """The reason why an action is disabled, empty where it is not."""
        spec = next(s for s in ACTIONS if s.id == action)
        why = why_not(spec, self._situation or Situation())
        return said(why) if why else ""

    def fill_menu_bar(self, bar: QMenuBar) -> None:
        """Menus in the order of the table."""
        menus = self.menus
        groups: dict[str, int] = {}
        for spec in ACTIONS:
            if spec.menu not in menus:
                self._add_menu(bar, menus, spec.menu, groups, spec.group)
            menu = menus[spec.menu]
            if groups.setdefault(spec.menu, spec.group) != spec.group:
                menu.addSeparator()
                groups[spec.menu] = spec.group
            menu.addAction(self._actions[spec.id])
        # Filled by whoever knows the library of maps.
        self._add_menu(bar, menus, "base-maps", groups, 2)

    def fill_tool_bar(self, bar: QToolBar) -> None:
        """Tools, a separator between menus."""
        last = ""
        for spec in sorted((s for s in ACTIONS if s.tool), key=_tool_place):
            if last and spec.menu != last:
                bar.addSeparator()
            bar.addAction(self._actions[spec.id])
            last = spec.menu

    def _add_menu(
        self, bar: QMenuBar, menus: dict[str, QMenu], name: str, groups: dict[str, int], group: int
    ) -> None:
        parent = PARENT.get(name)
        if parent is None:
            menus[name] = bar.addMenu(said(MENUS[name]))
            menus[name].setToolTipsVisible(True)
            return
        if parent not in menus:
            self._add_menu(bar, menus, parent, groups, group)
        if groups.get(parent, 1) < 1:
            menus[parent].addSeparator()
            groups[parent] = 1
        menus[name] = menus[parent].addMenu(said(MENUS[name]))
        menus[name].setToolTipsVisible(True)

    def _made(self, spec: Spec) -> QAction:
        action = QAction(said(spec.text), self._window)
        action.setObjectName(spec.id)
        action.setCheckable(spec.checkable)
        action.setShortcuts([QKeySequence(keys) for keys in spec.keys])
        # Del and Ctrl+A belong to whatever text is being edited; elsewhere they mean items.
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.triggered.connect(lambda _=False, name=spec.id: self._do(name))
        return action

    def _refuser(self, spec: Spec) -> list[QShortcut]:
        """The same keys while the action is disabled: a key that does nothing looks like a program that hangs."""
        made = []
        for keys in spec.keys:
            shortcut = QShortcut(QKeySequence(keys), self._window)
            shortcut.setEnabled(False)
            shortcut.activated.connect(lambda name=spec.id: self.refused.emit(self.why_not(name)))
            made.append(shortcut)
        return made

    def _do(self, action: str) -> None:
        self._does[action]()

    def _describe(self, spec: Spec, why: str) -> None:
        action = self._actions[spec.id]
        name = action.text().replace("&&", "\0").replace("&", "").replace("\0", "&").removesuffix(" …")
        keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        head = f"{name} ({keys})" if keys else name
        action.setToolTip(tip(f"{head}. {why}" if why else head))
        action.setStatusTip(why or name)

    def _name(self, action: str, bare: str, template: str, step: str | None) -> None:
        self._actions[action].setText(template.format(step=menu_text(step)) if step else bare)

    def _dress(self) -> None:
        for spec in ACTIONS:
            if spec.icon:
                self._actions[spec.id].setIcon(self._theme.icon(spec.icon))


def _tool_place(spec: Spec) -> int:
    order = ("draw", "map", "edit", "time", "share", "file")
    return order.index(spec.menu)
