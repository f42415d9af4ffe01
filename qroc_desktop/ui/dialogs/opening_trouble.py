"""A workspace that cannot be opened as it was asked for: what happened, and the ways on."""

from __future__ import annotations

import enum
from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QLabel, QPushButton, QVBoxLayout, QWidget

from qroc_desktop.errors import Damaged, QrocError
from qroc_desktop.translation import explained, tr
from qroc_desktop.ui.text import copyable, plain_label

WIDTH = 520


class Way(enum.Enum):
    """What to do instead."""

    READ_ONLY = "read-only"
    RECOVER = "recover"
    OTHER = "other"
    NEW = "new"
    QUIT = "quit"


class OpeningTroubleDialog(QDialog):
    """One button for each way on; `way` is the chosen one, QUIT where the dialog was closed."""

    def __init__(self, error: QrocError, *, readable: bool, parent: QWidget | None = None) -> None:
        """readable: whether the workspace can be opened for reading only."""
        super().__init__(parent)
        self.setWindowTitle("QROC Desktop")
        self.way = Way.QUIT
        heading = (
            tr("Look at this workspace without changing it?") if readable else tr("This workspace cannot be opened")
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(12)
        column.addWidget(_heading(heading, self))
        what = copyable(plain_label(explained(error), wrap=True, parent=self))
        what.setMinimumWidth(WIDTH)
        column.addWidget(what)
        column.addSpacing(6)
        column.setSpacing(8)
        for way, words in _ways(error, readable):
            column.addWidget(self._button(way, words))
        self.setAccessibleDescription(explained(error))

    def _button(self, way: Way, words: str) -> QPushButton:
        button = QPushButton(words, self)
        button.setObjectName(f"way-{way.value}")

        def chosen() -> None:
            self.way = way
            if way is Way.QUIT:
                self.reject()
            else:
                self.accept()

        button.clicked.connect(chosen)
        if self.focusWidget() is None and way is not Way.QUIT:
            button.setDefault(True)
            button.setFocus(Qt.FocusReason.OtherFocusReason)
        return button


def _heading(text: str, parent: QWidget) -> QLabel:
    label = plain_label(text, wrap=True, parent=parent)
    label.setObjectName("dialogHeading")
    return label


def _ways(error: QrocError, readable: bool) -> Sequence[tuple[Way, str]]:
    ways: list[tuple[Way, str]] = []
    if readable:
        ways.append((Way.READ_ONLY, tr("Open &read-only")))
    if isinstance(error, Damaged):
        ways.append((Way.RECOVER, tr("Re&cover what can be read into a new file")))
    ways.append((Way.OTHER, tr("Open &another workspace …")))
    if not readable:
        ways.append((Way.NEW, tr("Start a &new workspace …")))
    ways.append((Way.QUIT, tr("&Quit")))
    return ways
