"""What each team sees now: in numbers, what it was told last, and what it has detected of others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSplitter, QVBoxLayout, QWidget

from qroc_desktop.exercise.scenario import Scenario
from qroc_desktop.exercise.view import TeamView
from qroc_desktop.exercise.vocabulary import Side
from qroc_desktop.services.exercise.directing.team_board import (
    SeenRow,
    TeamRow,
    ToldRow,
    seen_rows,
    team_rows,
    told_rows,
)
from qroc_desktop.services.exercise.scenario_time import plus_text, short_text
from qroc_desktop.translation import language, said, tr
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.exercise.director.words import CHANNEL_SIGNS, CHANNELS, SIDES
from qroc_desktop.ui.measures import length_text
from qroc_desktop.ui.sharing.rows import Column, RowsModel, RowsView
from qroc_desktop.ui.text import plain_label

R = TypeVar("R")
_FRESH = {True: "accent", False: "disabled"}
_SIGNS: Mapping[Side, tuple[str, str]] = {
    Side.BLUE: ("shield", "accent"),
    Side.RED: ("venetian-mask", "danger"),
    Side.WHITE: ("megaphone", "text"),
    Side.GREEN: ("building-2", "good"),
}


class TeamsView(QWidget):
    """`team_asked`: the window of a team is wanted."""

    team_asked = Signal(str)

    def __init__(self, bench: Bench, scenario: Scenario, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bench = bench
        self._scenario = scenario
        self._views: Mapping[str, TeamView] = {}
        self._t = 0
        theme = bench.theme
        self.teams: RowsView[TeamRow] = RowsView(
            RowsModel(_team_columns(), lambda row: row.id, theme, self), tr("Teams"), theme
        )
        self.told: RowsView[ToldRow] = RowsView(
            RowsModel(_told_columns(), lambda row: row.id, theme, self), tr("Told so far"), theme
        )
        self.seen: RowsView[SeenRow] = RowsView(
            RowsModel(self._seen_columns(), lambda row: row.id, theme, self), tr("Sees of others"), theme
        )
        self.open = QPushButton(tr("Open its window"))
        self._lay_out()
        self.teams.selectionModel().currentChanged.connect(lambda *_: self._show_team())
        self.teams.activated.connect(lambda _: self._ask())
        self.open.clicked.connect(self._ask)

    def show_views(self, views: Mapping[str, TeamView], t: int) -> None:
        """What the teams see now."""
        self._views, self._t = views, t
        _refresh(self.teams, team_rows(self._scenario, views, language()))
        self._show_team()

    # --- parts -----------------------------------------------------------------------------------

    def _show_team(self) -> None:
        team = self.teams.current()
        view = self._views.get(team.id) if team is not None else None
        self.open.setEnabled(view is not None)
        if view is not None:
            _refresh(self.told, told_rows(view, language()))
            _refresh(self.seen, seen_rows(view, language()))
            if self.seen.rows.rows:
                # Ages grow though nothing happens.
                last = len(self.seen.rows.rows) - 1
                self.seen.rows.dataChanged.emit(self.seen.rows.index(0, 2), self.seen.rows.index(last, 2))

    def _ask(self) -> None:
        team = self.teams.current()
        if team is not None:
            self.team_asked.emit(team.id)

    def _lay_out(self) -> None:
        px = self._bench.theme.px
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, px(4))
        column.setSpacing(px(4))
        column.addWidget(self.teams, 1)
        row = QHBoxLayout()
        row.setContentsMargins(px(8), 0, px(8), 0)
        row.addWidget(self.open)
        row.addStretch(1)
        column.addLayout(row)
        splitter = QSplitter(Qt.Orientation.Horizontal, self)
        splitter.addWidget(left)
        for title, view in ((tr("Told so far"), self.told), (tr("Sees of others"), self.seen)):
            part = QWidget()
            whole = QVBoxLayout(part)
            whole.setContentsMargins(0, 0, 0, 0)
            whole.setSpacing(0)
            heading = plain_label(title, role="title")
            heading.setContentsMargins(px(8), px(5), 0, px(3))
            whole.addWidget(heading)
            whole.addWidget(view, 1)
            splitter.addWidget(part)
        splitter.setSizes([px(540), px(450), px(340)])
        splitter.setChildrenCollapsible(False)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(splitter)

    def _seen_columns(self) -> tuple[Column[SeenRow], ...]:
        return (
            Column("", lambda _: "", 30, lambda row: ("eye" if row.fresh else "eye-off", _FRESH[row.fresh])),
            Column(tr("Name"), lambda row: row.name, 170),
            Column(tr("Age"), self._age, 96),
            Column(tr("Error"), lambda row: f"± {length_text(row.error_m)}" if row.error_m else "", 70),
        )

    def _age(self, row: SeenRow) -> str:
        if row.lasting:
            return tr("always")
        return short_text(self._t - row.at) if row.fresh else tr("{time} · stale", time=short_text(self._t - row.at))


def _refresh(view: RowsView[R], rows: list[R]) -> None:
    if rows != view.rows.rows:
        view.show_rows(rows)


def _team_columns() -> tuple[Column[TeamRow], ...]:
    return (
        Column("", lambda _: "", 30, lambda row: _SIGNS[row.side]),
        Column(tr("Team"), lambda row: row.name, 170),
        Column(tr("Side"), lambda row: said(SIDES[row.side]), 50),
        Column(tr("Told"), lambda row: str(row.told), 82),
        Column(tr("Own"), lambda row: str(row.own), 60),
        Column(tr("Sees"), lambda row: f"{row.fresh}/{row.seen}" if row.seen else "", 50),
        Column(tr("Drawn"), lambda row: str(row.drawn) if row.drawn else "", 74),
        Column(tr("Plans"), _plans),
    )


def _plans(row: TeamRow) -> str:
    if row.points is None:
        return ""
    spent = tr("{spent} of {points} points", spent=f"{row.spent:g}", points=f"{row.points:g}")
    return tr("{count} waits · {spent}", count=row.waiting, spent=spent) if row.waiting else spent


def _told_columns() -> tuple[Column[ToldRow], ...]:
    return (
        Column(tr("At"), lambda row: plus_text(row.at), 104, lambda row: (CHANNEL_SIGNS[row.channel], "muted")),
        Column(tr("Channel"), lambda row: said(CHANNELS[row.channel]), 104),
        Column(tr("Text"), lambda row: row.text),
    )
