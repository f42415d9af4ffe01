"""Text that goes to the clipboard, and from there anywhere: what is of an exercise says so."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication

from qroc_desktop.domain.vocabulary import WorkspaceKind
from qroc_desktop.translation import said
from qroc_desktop.ui.words import WORKSPACES


def put_on_clipboard(text: str, kind: WorkspaceKind) -> None:
    """Put a text of a workspace of that kind on the clipboard."""
    QGuiApplication.clipboard().setText(marked(text, kind))


def marked(text: str, kind: WorkspaceKind) -> str:
    """The text, between two words that it is an exercise where it is one; in lines of their own around several."""
    if kind is WorkspaceKind.LIVE:
        return text
    word = said(WORKSPACES[kind])
    return ("\n" if "\n" in text else " · ").join((word, text, word))
