"""Go to a place: by name, or by a coordinate in any notation."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QLabel, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from qroc_desktop.services.places import Destination
from qroc_desktop.translation import tr

TYPING_PAUSE_MS = 60
EXAMPLES = "50.8503, 4.3517 · 50°51′01″N 4°21′06″E · 31U 595000 5634000 · 31UES9534 · Wien"
_FORWARDED = (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp)


class GoToDialog(QDialog):
    """Results as one types; Enter goes to the first or the chosen one, held in `destination`."""

    def __init__(self, find: Callable[[str], list[Destination]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Go to"))
        self.resize(520, 380)
        self._find = find
        self.destination: Destination | None = None
        self._text = QLineEdit(self)
        self._text.setPlaceholderText(tr("Place name or coordinate"))
        self._text.setClearButtonEnabled(True)
        self._results = QListWidget(self)
        self._results.setAccessibleName(tr("Places found"))
        self._hint = QLabel(EXAMPLES, self)
        self._hint.setObjectName("hint")
        self._hint.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(10)
        column.addWidget(self._text)
        column.addWidget(self._results, 1)
        column.addWidget(self._hint)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(TYPING_PAUSE_MS)
        self._pause.timeout.connect(self._search)
        self._text.textChanged.connect(self._pause.start)
        self._text.returnPressed.connect(self._choose)
        self._results.itemActivated.connect(self._choose)
        self._text.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrow keys move through the results while the text keeps the focus."""
        if (
            watched is self._text
            and event.type() == QEvent.Type.KeyPress
            and isinstance(event, QKeyEvent)
            and event.key() in _FORWARDED
        ):
            step = -1 if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_PageUp) else 1
            row = self._results.currentRow() + step
            self._results.setCurrentRow(max(0, min(self._results.count() - 1, row)))
            return True
        return super().eventFilter(watched, event)

    def _search(self) -> None:
        self._results.clear()
        typed = self._text.text().strip()
        for found in self._find(typed) if typed else []:
            item = QListWidgetItem(f"{found.name}   {found.detail}")
            item.setData(Qt.ItemDataRole.UserRole, found)
            self._results.addItem(item)
        self._results.setCurrentRow(0)
        nothing = bool(typed) and not self._results.count()
        self._hint.setText(tr("No place or coordinate like this.") if nothing else EXAMPLES)

    def _choose(self) -> None:
        if self._pause.isActive():  # Enter was faster than the pause
            self._pause.stop()
            self._search()
        item = self._results.currentItem()
        if item is not None:
            self.destination = item.data(Qt.ItemDataRole.UserRole)
            self.accept()
