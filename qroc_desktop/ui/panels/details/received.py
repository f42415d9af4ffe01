"""Where a received item came from, as of when, how it may be used, and whether that still stands; at a glance."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from qroc_desktop.domain.state import Item
from qroc_desktop.errors import Message
from qroc_desktop.services.provenance import Ended, Provenance
from qroc_desktop.translation import ntr, said, tr
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.buttons import IconButton
from qroc_desktop.ui.text import plain_label, set_state, tip
from qroc_desktop.ui.times import age_text, both, brief

ENDED: Final[dict[Ended, Message]] = {
    Ended.WITHDRAWN: Message("WITHDRAWN by {centre}, {time}"),
    Ended.EXPIRED: Message("EXPIRED, {time}"),
    Ended.UPDATED: Message("TAKEN OUT by {centre}, {time}"),
}


class ReceivedStrip(QFrame):
    """Shown for items of peers and for no others."""

    comment_asked = Signal()

    def __init__(self, bench: Bench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bench = bench
        self._item: Item | None = None
        self._provenance: Provenance | None = None
        self.setObjectName("notice")
        self.sign = plain_label(parent=self)
        self.comment = IconButton(bench.theme, "message-square-plus", tr("Add a comment (Ctrl+Alt+M)"), parent=self)
        self.comment.clicked.connect(self.comment_asked)
        self.source = plain_label(role="title", wrap=True, parent=self)
        self.times = plain_label(role="muted", wrap=True, parent=self)
        self.terms = plain_label(wrap=True, parent=self)
        self.ended = plain_label(role="title", wrap=True, parent=self)
        px = bench.theme.px
        words = QVBoxLayout()
        words.setSpacing(px(1))
        for label in (self.ended, self.source, self.times, self.terms):
            words.addWidget(label)
        row = QHBoxLayout(self)
        row.setContentsMargins(px(12), px(6), px(10), px(6))
        row.setSpacing(px(9))
        row.addWidget(self.sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        row.addWidget(self.comment, 0, Qt.AlignmentFlag.AlignTop)
        bench.theme.changed.connect(self._dress)
        self.hide()

    def show_provenance(self, item: Item, found: Provenance | None) -> None:
        """Of this item; None for one of our own."""
        self._item, self._provenance = item, found
        self.setVisible(found is not None)
        self.comment.setEnabled(self._bench.editable and not item.removed)
        self.tell_age()

    def tell_age(self) -> None:
        """Ages grow."""
        found, item = self._provenance, self._item
        if found is None or item is None:
            return
        now = self._bench.shown_now()
        share = tr("from {centre}: {subject}", centre=found.name, subject=found.subject) if found.subject else ""
        self.source.setText(share or tr("from {centre}", centre=found.name))
        times = []
        if found.as_of is not None:
            times.append(tr("as of {time} ({age})", time=brief(found.as_of, now), age=age_text(found.as_of, now)))
        if found.since is not None:
            times.append(tr("here since {time}", time=brief(found.since, now)))
        if found.expires is not None and found.ended is not Ended.EXPIRED:
            times.append(tr("may be used until {time}", time=brief(found.expires, now)))
        self.times.setText(" · ".join(times))
        self.terms.setText(terms_text(item))
        self.terms.setVisible(bool(self.terms.text()))
        self.ended.setText(self._ended_text(found))
        self.ended.setVisible(found.ended is not None)
        self.setToolTip(tip(self._all(item, found)))
        self._dress()

    def _ended_text(self, found: Provenance) -> str:
        if found.ended is None or found.ended_at is None:
            return ""
        at = brief(found.ended_at, self._bench.shown_now())
        text = said(Message(ENDED[found.ended].template, centre=found.name, time=at))
        return f"{text}. {tr('Not to be used; Ctrl+Shift+I takes it off the picture.')}" if found.shown else text

    def _all(self, item: Item, found: Provenance) -> str:
        parts = [tr("From {format}", format=found.name)]
        parts += [both(found.as_of)] if found.as_of is not None else []
        parts += list(item.marking.conditions)
        return " · ".join(parts)

    def _dress(self) -> None:
        ended = self._provenance is not None and self._provenance.ended is not None
        set_state(self, "level", "warning" if ended else "info")
        icon = self._bench.theme.icon("ban" if ended else "inbox", size=18, colour="warning" if ended else "muted")
        side = self._bench.theme.px(18)
        self.sign.setPixmap(icon.pixmap(side, side))


def terms_text(item: Item) -> str:
    """Marking and conditions of use in a line: `TLP:AMBER · H2 · originator Maastricht · not to the press`."""
    marking = item.marking
    parts = [str(mark) for mark in (marking.tlp, marking.handling) if mark is not None]
    parts += [text for text in (marking.classification, marking.handling_text) if text]
    parts += [" ".join(text.split()) for text in marking.conditions[:1]]
    if len(marking.conditions) > 1:
        count = len(marking.conditions) - 1
        parts.append(ntr("{count} more condition", "{count} more conditions", count))
    return " · ".join(parts)
