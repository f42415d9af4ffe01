"""The window's look: palette, style sheet, fonts and icons of the theme and text size in force."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QIcon, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory, QToolTip

from qroc_desktop.ui import icons
from qroc_desktop.ui.tokens import THEMES, ThemeName, Tokens

BASE_POINTS = 9.5
SMALLEST, LARGEST = 0.8, 2.5
_TOKEN = re.compile(r"@\{([^}]+)\}")


class Theme(QObject):
    """One for the program: applies itself to the application and says when it changed."""

    changed = Signal()

    def __init__(self, application: QApplication, style_sheet: Path, *, choice: str = "system") -> None:
        super().__init__(application)
        self._application = application
        self._template = style_sheet.read_text("utf-8")
        # Qt reads the files again on every polish: what the style sheet names stays until the next one, or the end.
        self._folder = tempfile.TemporaryDirectory(prefix="qroc-icons-")
        self._family = _family()
        self.choice = choice
        self.scale = fitting_scale()
        self.tokens: Tokens = THEMES[self._name()]
        application.styleHints().colorSchemeChanged.connect(self._system_changed)
        self.apply()

    def choose(self, choice: str) -> None:
        """`dark`, `light` or `system`."""
        self.choice = choice
        self.apply()

    def resize(self, scale: float) -> None:
        """Text and controls so many times their usual size."""
        self.scale = min(LARGEST, max(SMALLEST, round(scale, 2)))
        self.apply()

    def px(self, length: float) -> int:
        """A length of the design in pixels at the scale in force."""
        return max(1, round(length * self.scale))

    def icon(self, name: str, *, size: int = 18, colour: str = "") -> QIcon:
        """An icon in the theme's colours; `colour` is a token, text where empty."""
        t = self.tokens
        return icons.icon(name, getattr(t, colour or "text"), t.disabled, t.on_selection, self.px(size))

    def font(self, factor: float = 1.0, *, bold: bool = False, figures: bool = False) -> QFont:
        """The interface's font; `figures` gives every digit one width, for clocks and coordinates."""
        font = QFont(self._application.font())
        font.setPointSizeF(BASE_POINTS * self.scale * factor)
        font.setBold(bold)
        if figures:
            font.setFeature(QFont.Tag("tnum"), 1)
        return font

    def apply(self) -> None:
        """Put palette, font and style sheet in force."""
        self.tokens = THEMES[self._name()]
        self._application.setStyle(QStyleFactory.create("Fusion"))
        self._application.setPalette(palette(self.tokens))
        QToolTip.setPalette(palette(self.tokens))
        font = QFont(self._family) if self._family else QFont()
        font.setPointSizeF(BASE_POINTS * self.scale)
        self._application.setFont(font)
        style_sheet = self.style_sheet()
        self._application.setStyleSheet(style_sheet)
        self._clear_all_but(style_sheet)
        self.changed.emit()

    def close(self) -> None:
        """Clear the icons away; the theme is not used any more."""
        self._application.setStyleSheet("")
        self._folder.cleanup()

    def style_sheet(self) -> str:
        """The template with its tokens filled in; KeyError or AttributeError for one that does not exist."""
        return _TOKEN.sub(lambda match: self._filled(match.group(1)), self._template)

    def _filled(self, token: str) -> str:
        if token.endswith("px"):
            return f"{round(float(token[:-2]) * self.scale)}px"
        if token.startswith("icon:"):
            _, name, colour = token.split(":")
            return icons.icon_file(name, getattr(self.tokens, colour), Path(self._folder.name)).as_posix()
        return str(getattr(self.tokens, token))

    def _clear_all_but(self, style_sheet: str) -> None:
        """Icons of the look before would pile up with every change of theme."""
        for path in Path(self._folder.name).iterdir():
            if path.name not in style_sheet:
                path.unlink()

    def _name(self) -> ThemeName:
        if self.choice == "light":
            return "light"
        if self.choice == "dark":
            return "dark"
        # Where the system has no opinion: rooms with screens on all walls are dim.
        light = self._application.styleHints().colorScheme() is Qt.ColorScheme.Light
        return "light" if light else "dark"

    def _system_changed(self) -> None:
        if self.choice == "system" and self.tokens.name != self._name():
            self.apply()


def palette(tokens: Tokens) -> QPalette:
    """For whatever the style sheet does not reach."""
    roles = {
        QPalette.ColorRole.Window: tokens.window,
        QPalette.ColorRole.WindowText: tokens.text,
        QPalette.ColorRole.Base: tokens.panel,
        QPalette.ColorRole.AlternateBase: tokens.raised,
        QPalette.ColorRole.Text: tokens.text,
        QPalette.ColorRole.Button: tokens.raised,
        QPalette.ColorRole.ButtonText: tokens.text,
        QPalette.ColorRole.BrightText: tokens.danger,
        QPalette.ColorRole.Highlight: tokens.selection,
        QPalette.ColorRole.HighlightedText: tokens.on_selection,
        QPalette.ColorRole.ToolTipBase: tokens.raised,
        QPalette.ColorRole.ToolTipText: tokens.text,
        QPalette.ColorRole.PlaceholderText: tokens.disabled,
        QPalette.ColorRole.Link: tokens.accent,
        QPalette.ColorRole.LinkVisited: tokens.accent,
        QPalette.ColorRole.Accent: tokens.accent,
    }
    made = QPalette()
    for role, colour in roles.items():
        made.setColor(role, QColor(colour))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(tokens.disabled))
    return made


def fitting_scale() -> float:
    """Scale for screens with many pixels that the system does not scale itself (walls, virtual desktops)."""
    screen = QGuiApplication.primaryScreen()
    if screen.devicePixelRatio() > 1:
        return 1.0
    height = screen.size().height()
    return 1.0 if height < 1300 else 1.25 if height < 1800 else 1.75


def _family() -> str:
    """The system's own font where it is a good one; else the best of those that are there."""
    own = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).family()
    if own not in ("DejaVu Sans", "Sans Serif", "Sans", "Helvetica", "Arial"):
        return ""
    there = set(QFontDatabase.families())
    return next((f for f in ("Inter", "Noto Sans", "Source Sans 3", "Open Sans", "Liberation Sans") if f in there), "")
