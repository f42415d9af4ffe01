"""Which injects the master event list shows: words, states, storylines, teams."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QToolButton, QWidget

from qroc_desktop.exercise.scenario import Scenario, called
from qroc_desktop.exercise.scenario import said as in_language
from qroc_desktop.translation import language, said, tr
from qroc_desktop.ui.exercise.director.event_model import Filter
from qroc_desktop.ui.exercise.director.words import STATES
from qroc_desktop.ui.narrow import Narrow
from qroc_desktop.ui.panels.filters import TYPING_PAUSE_MS, Choice
from qroc_desktop.ui.text import plain_label
from qroc_desktop.ui.theme import Theme


class EventFilter(QWidget):
    """Tells what is wanted, a moment after the last key."""

    changed = Signal(object)
    """Filter"""

    def __init__(self, scenario: Scenario, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        speaks = language()
        self.search = QLineEdit(self)
        self.search.setPlaceholderText(tr("Search injects"))
        self.search.setAccessibleName(tr("Search injects"))
        self.search.setClearButtonEnabled(True)
        self.states = Choice(tr("State"), theme)
        self.states.offer({state: said(word) for state, word in STATES.items()})
        self.storylines = Choice(tr("Storyline"), theme)
        self.storylines.offer({line.id: in_language(line.title, speaks) for line in scenario.storylines})
        self.teams = Choice(tr("Team"), theme)
        self.teams.offer({team.id: called(team, speaks) for team in scenario.teams})
        self.reset = QToolButton(self)
        self.reset.setText(tr("Show all"))
        self.reset.clicked.connect(self.clear)
        self.reset.hide()
        self.count = plain_label(role="muted", parent=self)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(TYPING_PAUSE_MS)
        self._pause.timeout.connect(self._tell)
        self.search.textChanged.connect(self._pause.start)
        for choice in self._choices():
            choice.changed.connect(self._tell)
        self._lay_out(theme)

    def wanted(self) -> Filter:
        """As it stands."""
        return Filter(
            text=self.search.text().strip(),
            states=self.states.chosen(),
            storylines=self.storylines.chosen(),
            teams=self.teams.chosen(),
        )

    def clear(self) -> None:
        """Show everything."""
        for choice in self._choices():
            choice.blockSignals(True)
            choice.clear()
            choice.blockSignals(False)
        self.search.clear()
        self._tell()

    def _choices(self) -> tuple[Choice, ...]:
        return self.states, self.storylines, self.teams

    def _tell(self) -> None:
        self._pause.stop()
        wanted = self.wanted()
        self.reset.setVisible(wanted != Filter())
        self.changed.emit(wanted)

    def _lay_out(self, theme: Theme) -> None:
        px = theme.px
        self.search.setMinimumWidth(px(70))
        self.search.setMaximumWidth(px(220))
        row = QHBoxLayout(self)
        row.setContentsMargins(px(6), px(2), px(6), px(2))
        row.setSpacing(px(5))
        row.addWidget(self.search, 1)
        for choice in self._choices():
            row.addWidget(choice)
        row.addWidget(self.reset)
        row.addStretch(1)
        row.addWidget(self.count)
        self._narrow = Narrow(self, theme, 160, (self.count,))
