"""Fields of the forms. Each says `edited` when a person, and not the program, changed it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QLineEdit, QPlainTextEdit, QStyle, QWidget

from qroc_desktop.domain.instant import Clock, Instant, InstantError
from qroc_desktop.translation import tr
from qroc_desktop.ui.measures import decimal_sign
from qroc_desktop.ui.text import set_state, tip
from qroc_desktop.ui.theme import Theme
from qroc_desktop.ui.times import both, read_time, stamp

K = TypeVar("K")


class LineField(QLineEdit):
    """One line of text."""

    edited = Signal()

    def __init__(self, name: str, *, hint: str = "", longest: int = 500, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setPlaceholderText(hint)
        self.setMaxLength(longest)
        self.textEdited.connect(lambda _: self.edited.emit())

    def show_text(self, text: str) -> None:
        """What is stored; the beginning is what one reads first."""
        self.setText(text)
        self.setCursorPosition(0)


class TextField(QPlainTextEdit):
    """Several lines of plain text; Tab leaves the field."""

    edited = Signal()

    def __init__(self, name: str, theme: Theme, *, lines: int = 4, hint: str = "") -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setPlaceholderText(hint)
        self.setTabChangesFocus(True)
        self.setFixedHeight(theme.px(20 * lines + 10))
        self._loading = False
        self.textChanged.connect(self._changed)

    def show_text(self, text: str) -> None:
        """What is stored."""
        self._loading = True
        self.setPlainText(text)
        self._loading = False

    def text(self) -> str:
        """What stands in it."""
        return self.toPlainText()

    def _changed(self) -> None:
        if not self._loading:
            self.edited.emit()


class ChoiceField(QComboBox, Generic[K]):
    """One of a closed list of codes. The wheel does not change it: it scrolls the form."""

    edited = Signal()

    def __init__(self, name: str, options: Mapping[K, str], *, none: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._keys: list[K | None] = []
        if none:
            self._keys.append(None)
            self.addItem(none)
        for key, word in options.items():
            self._keys.append(key)
            self.addItem(word)
        self.activated.connect(lambda _: self.edited.emit())

    def offer(self, options: Mapping[K, str]) -> None:
        """Other options; what is chosen stays where it is among them."""
        chosen = self.chosen() if self._keys else None
        self.clear()
        self._keys = list(options)
        self.addItems(list(options.values()))
        self.show_choice(chosen)

    def show_choice(self, key: K | None) -> None:
        """What is stored."""
        self.setCurrentIndex(self._keys.index(key) if key in self._keys else -1)

    def chosen(self) -> K | None:
        """The code that is chosen."""
        place = self.currentIndex()
        return self._keys[place] if 0 <= place < len(self._keys) else None

    def showPopup(self) -> None:
        """A list as wide as its longest words, however narrow the field is."""
        bar = self.style().pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent)
        self.view().setMinimumWidth(self.view().sizeHintForColumn(0) + bar)
        super().showPopup()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class TimeField(QLineEdit):
    """An instant, or nothing. Local time unless it ends in Z; `14:05`, `-30`, `+2 h` will do."""

    edited = Signal()

    def __init__(self, name: str, clock: Clock, *, past: bool = False, parent: QWidget | None = None) -> None:
        """past: it cannot lie in the future, and a time of day that is still to come means yesterday's."""
        super().__init__(parent)
        self._clock = clock
        self._past = past
        self._value: Instant | None = None
        self._loaded = ""
        self.setAccessibleName(name)
        self.setPlaceholderText(tr("now, or 14:05, -30 …") if past else tr("14:05, 13:05Z, -30, +2 h"))
        self.textEdited.connect(self._typed)
        self.editingFinished.connect(self._settle)

    def show_time(self, value: Instant | None) -> None:
        """What is stored."""
        self._value = value
        self._loaded = stamp(value) if value is not None else ""
        self.setText(self._loaded)
        set_state(self, "wrong", "false")
        self._explain()

    def time(self) -> Instant | None:
        """The instant. What nobody touched keeps its seconds, though only minutes are shown."""
        return self._value

    @property
    def wrong(self) -> bool:
        """Whether what stands in it is no time."""
        return bool(self.property("wrong") == "true")

    def _typed(self, text: str) -> None:
        try:
            now = self._clock()
            self._value = read_time(text, now, past=self._past) if text.strip() else None
            late = self._past and self._value is not None and self._value > now
            set_state(self, "wrong", "true" if late else "false")
        except InstantError:
            set_state(self, "wrong", "true")
        self._explain()
        self.edited.emit()

    def _settle(self) -> None:
        if not self.wrong and self._value is not None and self.text() != self._loaded:
            self.setText(stamp(self._value))

    def _explain(self) -> None:
        self.setToolTip(tip(both(self._value) if self._value is not None else ""))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+; is now, as in spreadsheets."""
        if event.key() == Qt.Key.Key_Semicolon and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.setText(stamp(self._clock()))
            self._typed(self.text())
            return
        super().keyPressEvent(event)


class NumberField(QLineEdit):
    """A number or nothing. It shows the decimal sign of the user's language, and reads point and comma alike."""

    edited = Signal()

    def __init__(self, name: str, least: float, most: float, unit: str = "") -> None:
        super().__init__()
        self._least, self._most = least, most
        self.setAccessibleName(name)
        self.setPlaceholderText(unit)
        self.textEdited.connect(self._typed)

    def show_number(self, value: float | None) -> None:
        """What is stored."""
        self.setText("" if value is None else f"{value:.10g}".replace(".", decimal_sign()))
        set_state(self, "wrong", "false")

    def number(self) -> float | None:
        """The number; None for nothing and for what is none."""
        text = self.text().strip().replace(",", ".")
        try:
            value = float(text)
        except ValueError:
            return None
        return value if self._least <= value <= self._most else None

    @property
    def wrong(self) -> bool:
        """Whether what stands in it is no number that fits."""
        return bool(self.text().strip()) and self.number() is None

    def _typed(self) -> None:
        set_state(self, "wrong", "true" if self.wrong else "false")
        self.edited.emit()
