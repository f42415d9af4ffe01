"""The head of the panel: symbol, title, kind, priority, status and age at a glance."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from qroc_desktop.domain.state import Item
from qroc_desktop.domain.vocabulary import Priority
from qroc_desktop.domain.words import PRIORITIES, STATUSES
from qroc_desktop.translation import said, tr
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.signs import PrioritySign
from qroc_desktop.ui.text import copyable, plain_label
from qroc_desktop.ui.times import age_text, both
from qroc_desktop.ui.tokens import priority_colour

SYMBOL = 52


class Header(QWidget):
    """Shows one item; nothing in it can be edited."""

    def __init__(self, bench: Bench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bench = bench
        self._item: Item | None = None
        self._symbol = plain_label()
        self._symbol.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._sign = PrioritySign(bench.theme, 20)
        self.title = copyable(plain_label(role="title", wrap=True))
        self.facts = plain_label(wrap=True)
        self.age = plain_label(role="muted", wrap=True)
        self._lay_out()
        bench.icons.drawn.connect(self._dress)
        bench.theme.changed.connect(self._dress)

    def show_item(self, item: Item) -> None:
        """Show an item as it is stored."""
        self._item = item
        self._dress()
        situation = item.situation
        self.title.setText(item.wording.title or _name(item) or tr("(no title)"))
        self._sign.show_priority(situation.priority)
        kind = tr(self._bench.kinds.kind_of(item.nature).name)
        facts = [said(PRIORITIES[situation.priority]), said(STATUSES[situation.status]), kind]
        if item.removed:
            facts.insert(0, tr("REMOVED"))
        self.facts.setText(" · ".join(facts))
        self.tell_age()

    def tell_age(self) -> None:
        """Say how old the information is; time goes on."""
        if self._item is None:
            return
        at = self._bench.shown_now()
        since = self._item.valid_from
        parts = [tr("{age} old, since {time}", age=age_text(since, at), time=both(since))]
        if self._item.stale(at):
            parts.insert(0, tr("OUT OF DATE"))
        self.age.setText(" · ".join(parts))

    def _dress(self) -> None:
        theme = self._bench.theme
        self._symbol.setFixedSize(theme.px(SYMBOL), theme.px(SYMBOL))
        self.title.setFont(theme.font(1.15, bold=True))
        if self._item is None:
            return
        priority = self._item.situation.priority
        colour = theme.tokens.text if priority is Priority.ROUTINE else priority_colour(theme.tokens, priority)
        self.facts.setStyleSheet(f"color: {colour};")
        ratio = self.devicePixelRatioF()
        picture = self._bench.icons.of_nature(self._item.nature, round(theme.px(SYMBOL) * ratio))
        if picture is not None and not picture.isNull():
            picture.setDevicePixelRatio(ratio)
            self._symbol.setPixmap(picture)

    def _lay_out(self) -> None:
        px = self._bench.theme.px
        grid = QGridLayout(self)
        grid.setContentsMargins(px(12), px(10), px(12), px(8))
        grid.setHorizontalSpacing(px(10))
        grid.setVerticalSpacing(px(2))
        grid.addWidget(self._symbol, 0, 0, 3, 1, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self.title, 0, 1, 1, 2)
        grid.addWidget(self._sign, 1, 1, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self.facts, 1, 2)
        grid.addWidget(self.age, 2, 1, 1, 2)
        grid.setColumnStretch(2, 1)


def _name(item: Item) -> str:
    """The person, where a peer may tell of nothing else."""
    person = item.person
    return ", ".join(part for part in (person.surname, person.first_names) if part) if person else ""
