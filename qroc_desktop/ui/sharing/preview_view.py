"""The preview for each chosen centre: a tab each, counts, and the table side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHeaderView, QStackedLayout, QTabBar, QTreeView, QVBoxLayout, QWidget

from qroc_desktop.policy.instruments import Instruments
from qroc_desktop.policy.vocabulary import Outcome
from qroc_desktop.services.sharing import Preview
from qroc_desktop.symbology import Kinds
from qroc_desktop.translation import ntr, tr
from qroc_desktop.ui.sharing.preview_model import GET, HAVE, OUTCOME, PreviewModel
from qroc_desktop.ui.text import empty_hint, menu_text, plain_label
from qroc_desktop.ui.theme import Theme

MANY = 200
"""From so many items on every row is as high as the first."""
FEW = 12
"""Of so many items at the top those that go in part are shown with their fields open."""


class PreviewView(QWidget):
    """Nothing in it can be changed."""

    def __init__(self, kinds: Kinds, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._previews: list[Preview] = []
        self._instruments: Instruments | None = None
        self._layers: Mapping[str, str] = {}
        self.centres = QTabBar(self)
        self.centres.setExpanding(False)
        self.centres.setAccessibleName(tr("Centres"))
        self.model = PreviewModel(kinds, theme, self)
        self.tree = QTreeView(self)
        self.tree.setModel(self.model)
        self.tree.setWordWrap(True)
        self.tree.setAccessibleName(tr("What they get and why"))
        self.tree.setTabKeyNavigation(False)
        self.counts = plain_label(role="title", wrap=True, parent=self)
        self._empty = empty_hint("", "", self)
        self._pages = QStackedLayout()
        self._pages.addWidget(self.tree)
        self._pages.addWidget(self._empty)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(6))
        column.addWidget(self.centres)
        column.addLayout(self._pages, 1)
        column.addWidget(self.counts)
        self.centres.currentChanged.connect(self._choose)
        self._size_columns()

    def show_previews(
        self, previews: Sequence[Preview], instruments: Instruments, layers: Mapping[str, str]
    ) -> None:
        """Previews for the centres, in order; the tab that was open stays open."""
        at = self.centres.currentIndex()
        open_ = self._previews[at].peer.centre if 0 <= at < len(self._previews) else ""
        self._previews, self._instruments, self._layers = list(previews), instruments, layers
        self.centres.blockSignals(True)
        while self.centres.count():
            self.centres.removeTab(0)
        for preview in previews:
            self.centres.addTab(menu_text(f"{preview.peer.identity.country}  {preview.peer.name}"))
        self.centres.blockSignals(False)
        self.centres.setVisible(bool(previews))
        at = next((n for n, p in enumerate(previews) if p.peer.centre == open_), 0)
        self.centres.setCurrentIndex(at)
        self._choose(at)

    @property
    def shown(self) -> Preview | None:
        """The one whose tab is in front."""
        at = self.centres.currentIndex()
        return self._previews[at] if 0 <= at < len(self._previews) else None

    def show_hint(self, text: str) -> None:
        """Nothing to show, and what to do."""
        self._previews = []
        self.centres.hide()
        self.counts.setText("")
        self._empty.setText(text)
        self._pages.setCurrentWidget(self._empty)

    def _choose(self, at: int) -> None:
        if self._instruments is None or not 0 <= at < len(self._previews):
            return
        preview = self._previews[at]
        self._pages.setCurrentWidget(self.tree)
        # Heights of their own for thousands of rows would have to be worked out before the first is drawn.
        self.tree.setUniformRowHeights(len(preview.lines) > MANY)
        self.model.show(preview, self._instruments, self._layers)
        self._open_what_is_withheld()
        self.counts.setText(counts_text(preview))

    def _open_what_is_withheld(self) -> None:
        """What goes whole, or not at all, is told in one line."""
        for row, line in enumerate(self.model.lines[:FEW]):
            if line.outcome is Outcome.REDACT:
                self.tree.expand(self.model.index(row, HAVE))
        if self.model.lines:
            self.tree.setCurrentIndex(self.model.index(0, HAVE))

    def _size_columns(self) -> None:
        header = self.tree.header()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setStretchLastSection(True)
        for column, width in ((HAVE, 200), (GET, 185), (OUTCOME, 144)):
            self.tree.setColumnWidth(column, self._theme.px(width))
        self.tree.setTextElideMode(Qt.TextElideMode.ElideRight)


def counts_text(preview: Preview) -> str:
    """How much goes."""
    parts = [
        ntr("{count} item goes whole", "{count} items go whole", preview.count(Outcome.RELEASE)),
        ntr("{count} in part", "{count} in part", preview.count(Outcome.REDACT)),
        ntr("{count} refused", "{count} refused", preview.count(Outcome.REFUSE)),
    ]
    if preview.continues:
        parts.append(ntr("{count} is new or changed", "{count} are new or changed", len(preview.given)))
        parts.append(ntr("{count} is taken away", "{count} are taken away", len(preview.gone)))
    return " · ".join(parts)
