"""Help: all commands, all keys, what program this is."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from qroc_desktop import __version__
from qroc_desktop.translation import tr
from qroc_desktop.ui.action_set import ActionSet
from qroc_desktop.ui.command_palette import CommandPalette, KeyList
from qroc_desktop.ui.theme import Theme


class HelpCommands:
    """Opens the palette, the keys and the words about the program."""

    def __init__(self, window: QWidget, theme: Theme, actions: ActionSet) -> None:
        self._window = window
        actions.bind("help.commands", lambda: CommandPalette(actions, theme, window).open())
        actions.bind("help.keys", lambda: KeyList(actions, theme, window).open())
        actions.bind("help.about", self._about)

    def _about(self) -> None:
        box = QMessageBox(self._window)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setWindowTitle(tr("About QROC Desktop"))
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(f"QROC Desktop {__version__}")
        box.setInformativeText(
            tr("One picture of what is going on, for operations centres. Free software under the EUPL 1.2.\n"
               "Nothing leaves this machine unless an administrator allowed it.")
        )
        box.open()
