"""Somebody who answers dialogs by keyboard, one after the other, while the conversation waits for them."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from qroc_desktop.domain.vocabulary import WorkspaceKind
from qroc_desktop.ui.dialogs.conversations import Conversations
from tests.ui.desk_window import PATIENCE, ShownWindow


class Openings:
    """Implements `conversations.Opener`; notes what was asked, and refuses what the test says."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []
        self.refusal: Exception | None = None

    def create(self, path: Path, *, centre: str, country: str, kind: WorkspaceKind) -> None:
        self.asked.append(("create", path, centre, country, kind))

    def open(self, path: Path, *, read_only: bool) -> None:
        self.asked.append(("open", path, read_only))
        if self.refusal and not read_only:
            raise self.refusal


def typed(into: QWidget, text: str) -> None:
    """Letters of any language."""
    for letter in text:
        for kind in (QKeyEvent.Type.KeyPress, QKeyEvent.Type.KeyRelease):
            QApplication.sendEvent(into, QKeyEvent(kind, 0, Qt.KeyboardModifier.NoModifier, letter))


def press(into: QWidget, key: Qt.Key) -> None:
    QTest.keyClick(into, key)


def saves_as(path: Path) -> Callable[[QDialog], None]:
    """Answer a file dialog by typing a name."""

    def answer(dialog: QDialog) -> None:
        assert isinstance(dialog, QFileDialog)
        name = dialog.findChild(QLineEdit, "fileNameEdit")
        assert name is not None
        name.setText(str(path))
        press(name, Qt.Key.Key_Return)

    return answer


class Talk:
    """The window, the conversations, and answers that are given as dialogs come up."""

    def __init__(
        self, shown: ShownWindow, conversations: Conversations, openings: Openings, folder: Path, qtbot: QtBot
    ) -> None:
        self.shown = shown
        self.conversations = conversations
        self.openings = openings
        self.folder = folder
        self.qtbot = qtbot
        self._answers: list[tuple[type[QDialog], Callable[[Any], None]]] = []
        self.failed: list[BaseException] = []
        self._ends = 0.0

    @property
    def window(self) -> QWidget:
        return self.shown.window

    def answer(self, kind: type[QDialog], answer: Callable[[Any], None]) -> None:
        """The next dialog has to be of this kind, and is answered like this."""
        self._answers.append((kind, answer))
        self._ends = time.monotonic() + PATIENCE / 1000
        if len(self._answers) == 1:
            QTimer.singleShot(0, self._answer)

    def _answer(self) -> None:
        """Timers of its own, because an answer may lead to a further dialog before it returns."""
        if not self._answers:
            return
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, QDialog) or not dialog.isVisible():
            if time.monotonic() < self._ends:
                QTimer.singleShot(10, self._answer)
            else:
                self.failed.append(AssertionError(f"no {self._answers[0][0].__name__} came up"))
            return
        kind, answer = self._answers.pop(0)
        QTimer.singleShot(10, self._answer)
        try:
            assert isinstance(dialog, kind), f"{dialog} came up where {kind.__name__} was expected"
            answer(dialog)
            QTimer.singleShot(PATIENCE, dialog, lambda: self._give_up(dialog))
        except BaseException as error:
            self.failed.append(error)
            self._answers.clear()
            dialog.reject()

    def _give_up(self, dialog: QDialog) -> None:
        if dialog.isVisible():
            self.failed.append(AssertionError(f"{dialog} is still there after its answer"))
            dialog.reject()

    def settled(self) -> None:
        """All dialogs have been answered and all that follows has been done."""
        self.shown.until(lambda: (not self._answers and QApplication.activeModalWidget() is None) or bool(self.failed))
        self.shown.settled()
        assert not self.failed, self.failed[0]

    def notices(self) -> list[str]:
        return self.shown.notices()
