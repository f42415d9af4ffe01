"""The handbooks that come with a scenario, to be read beside the exercise. They give everything away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from babel import Locale, UnknownLocaleError
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextBlock, QTextCursor
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QHBoxLayout,
    QListWidget,
    QSplitter,
    QTabWidget,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from qroc_desktop.exercise.handbooks import Bookshelf
from qroc_desktop.exercise.package import plain
from qroc_desktop.translation import language, tr
from qroc_desktop.ui.text import plain_label
from qroc_desktop.ui.theme import Theme

_SECTION: Final = 2
"""Headings of this level are listed beside the text."""
_LONGEST: Final = 60
"""Letters of a title in a tab."""


class HandbookPage(QWidget):
    """A handbook in one of its languages, with its sections beside it. ours: its Markdown is shown as what it means,
    else as the text that it is."""

    def __init__(self, texts: Mapping[str, str], theme: Theme, *, ours: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._texts = texts
        self._ours = ours
        self.sections = QListWidget()
        self.sections.setAccessibleName(tr("Sections"))
        self.sections.setProperty("role", "contents")
        self.sections.setWordWrap(True)
        self.sections.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.text = QTextBrowser()
        self.text.setOpenLinks(False)
        split = QSplitter(Qt.Orientation.Horizontal, self)
        split.addWidget(self.sections)
        split.addWidget(self.text)
        split.setStretchFactor(1, 1)
        split.setChildrenCollapsible(False)
        split.setSizes([theme.px(250), theme.px(730)])
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(split)
        self.sections.currentRowChanged.connect(self._go_to)

    def show_in(self, wanted: str) -> None:
        """In that language, at the section that was being read; in another one where it has not that."""
        section = max(0, self.sections.currentRow())
        text = self._texts.get(wanted) or next(iter(self._texts.values()))
        if self._ours:
            self.text.setMarkdown(text)
        else:
            self.text.setPlainText(text)
        self.text.setAccessibleName(title_of(text))
        self.sections.blockSignals(True)
        self.sections.clear()
        self.sections.addItems([block.text().lstrip("# ") for block in self._headings()])
        self.sections.blockSignals(False)
        self.sections.setCurrentRow(min(section, self.sections.count() - 1))

    def title(self, wanted: str) -> str:
        """What the handbook is called in a language."""
        return title_of(self._texts.get(wanted) or next(iter(self._texts.values())))

    def _headings(self) -> list[QTextBlock]:
        found, block = [], self.text.document().begin()
        while block.isValid():
            if block.blockFormat().headingLevel() == _SECTION or block.text().startswith(_SECTION * "#" + " "):
                found.append(block)
            block = block.next()
        return found

    def _go_to(self, section: int) -> None:
        headings = self._headings()
        if 0 <= section < len(headings):
            if section == 0:
                # The first section comes with the title and what stands below it.
                self.text.moveCursor(QTextCursor.MoveOperation.Start)
                return
            self.text.setTextCursor(QTextCursor(headings[section]))
            top = self.text.document().documentLayout().blockBoundingRect(headings[section]).top()
            self.text.verticalScrollBar().setValue(round(top))


class HandbooksDialog(QDialog):
    """They open in the language of the program where they are written in it; the others are a choice away."""

    def __init__(self, shelf: Bookshelf, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Handbooks of the exercise"))
        self.resize(theme.px(1000), theme.px(640))
        texts = [handbook.written for handbook in shelf.handbooks]
        self.pages = [HandbookPage(written, theme, ours=shelf.ours) for written in texts]
        self.tabs = QTabWidget()
        for page in self.pages:
            self.tabs.addTab(page, "")
        self.language = QComboBox()
        self.language.setAccessibleName(tr("Language of the handbooks"))
        for code in dict.fromkeys(code for written in texts for code in written):
            self.language.addItem(_own_name(code), code)
        self._lay_out(theme)
        self.language.setCurrentIndex(max(0, self.language.findData(language().partition("_")[0])))
        self.language.currentIndexChanged.connect(self._show)
        self._show()

    def _show(self) -> None:
        code = self.language.currentData()
        for index, page in enumerate(self.pages):
            page.show_in(code)
            self.tabs.setTabText(index, page.title(code).replace("&", "&&"))

    def _lay_out(self, theme: Theme) -> None:
        label = plain_label(tr("Language"), role="muted")
        label.setBuddy(self.language)
        corner = QWidget()
        row = QHBoxLayout(corner)
        row.setContentsMargins(theme.px(8), theme.px(2), theme.px(8), theme.px(2))
        row.addWidget(label)
        row.addWidget(self.language)
        self.tabs.setCornerWidget(corner)
        corner.setVisible(self.language.count() > 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.tabs)


def title_of(text: str) -> str:
    """A document's own name: its first line, without that of the exercise."""
    title = plain(text.partition("\n")[0].lstrip("# ").rpartition(":")[2].strip())[:_LONGEST]
    return title[:1].upper() + title[1:]


def _own_name(code: str) -> str:
    """A language as those call it who speak it."""
    try:
        return str(Locale.parse(code).get_language_name() or code).capitalize()
    except (UnknownLocaleError, ValueError):
        return code
