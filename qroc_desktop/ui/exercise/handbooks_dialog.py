"""The handbooks that come with a scenario, to be read beside the exercise. They give everything away."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QDialog, QTabWidget, QTextBrowser, QVBoxLayout, QWidget

from qroc_desktop.translation import tr
from qroc_desktop.ui.theme import Theme

Handbook = tuple[str, str]
"""Name and Markdown."""


class HandbooksDialog(QDialog):
    """Shows documents of the program's own scenarios and no others: their markup is ours."""

    def __init__(self, handbooks: Sequence[Handbook], theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Handbooks of the exercise"))
        self.resize(theme.px(860), theme.px(640))
        self.tabs = QTabWidget()
        for name, text in handbooks:
            page = QTextBrowser()
            page.setOpenLinks(False)
            page.setMarkdown(text)
            page.setAccessibleName(name)
            self.tabs.addTab(page, name)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.tabs)


def read(documents: Sequence[Path]) -> list[Handbook]:
    """Documents with the title of their first line."""
    found = []
    for path in documents:
        text = path.read_text("utf-8")
        title = text.partition("\n")[0].lstrip("# ").rpartition(":")[2].strip()
        found.append((title[:1].upper() + title[1:] or path.stem, text))
    return found
