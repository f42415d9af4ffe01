"""What a person does with the dialog of a training model."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from qroc_desktop.ui.models.dialog import ModelDialog
from tests.ui.desk_window import ShownWindow

CTRL_ALT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier


def opened(shown: ShownWindow, key: Qt.Key) -> ModelDialog:
    """The dialog that a key of the main window opens."""
    shown.window.activateWindow()
    shown.until(shown.window.isActiveWindow)
    QTest.keyClick(shown.window, key, CTRL_ALT)
    dialog = shown.dialog(ModelDialog)
    assert isinstance(dialog, ModelDialog)
    shown.until(dialog.isActiveWindow)
    return dialog


def fill(field: QWidget, text: str) -> None:
    """Type over what stands in a field, and leave it."""
    field.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(field, Qt.Key.Key_Delete)
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Tab)


def computed(shown: ShownWindow, dialog: ModelDialog) -> None:
    """Wait until what is typed has been computed."""
    shown.settled()
    shown.until(lambda: not dialog.pending)
    shown.settled()
