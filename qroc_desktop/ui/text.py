"""Labels and tips whose content is text and nothing else, whatever it looks like."""

from __future__ import annotations

import html

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QWidget


def plain_label(text: str = "", *, role: str = "", wrap: bool = False, parent: QWidget | None = None) -> QLabel:
    """A label that never reads its text as markup. `role` picks its look from the style sheet."""
    label = QLabel(parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setText(text)
    label.setWordWrap(wrap)
    if role:
        label.setProperty("role", role)
    return label


def copyable(label: QLabel) -> QLabel:
    """Let the label's text be selected with mouse and keyboard."""
    label.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    return label


def tip(text: str) -> str:
    """Text for a tool tip: Qt guesses markup there, so that the guess is made for it."""
    return f"<p>{html.escape(text)}</p>" if text else ""


def menu_text(text: str) -> str:
    """Text for a menu entry, where & would underline a letter."""
    return text.replace("&", "&&")


def set_state(widget: QWidget, name: str, value: object) -> None:
    """Set a property that the style sheet looks at, and have it look again."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    for child in widget.findChildren(QLabel):
        child.style().unpolish(child)
        child.style().polish(child)


def rule(parent: QWidget | None = None) -> QFrame:
    """A thin line between parts of a panel."""
    line = QFrame(parent)
    line.setObjectName("rule")
    line.setFixedHeight(1)
    return line


def empty_hint(title: str, hint: str, parent: QWidget | None = None) -> QLabel:
    """What an empty panel says: that it is empty, and what to do."""
    label = plain_label(f"{title}\n\n{hint}" if hint else title, role="muted", wrap=True, parent=parent)
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    label.setMargin(16)
    label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
    return label
