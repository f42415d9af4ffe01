"""What each team sees now, as the directing staff looks at it. Pure functions of scenario and team views."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from qroc_desktop.exercise.edits import drawn
from qroc_desktop.exercise.scenario import Scenario, called, said
from qroc_desktop.exercise.view import TeamView
from qroc_desktop.exercise.vocabulary import Channel, Side


@dataclass(frozen=True, slots=True)
class TeamRow:
    """A team in numbers. `own`, `seen`: entities of its own and others that it sees; `fresh`: those of `seen` that are
    not out of date; `drawn`: items that it has put on its own map; `waiting`: plans that the director has not
    adjudicated. `points`: None where it plans nothing."""

    id: str
    name: str
    side: Side
    told: int
    own: int
    seen: int
    fresh: int
    drawn: int
    waiting: int
    spent: float
    points: float | None


@dataclass(frozen=True, slots=True)
class ToldRow:
    """Something that a team was told."""

    id: str
    at: int
    channel: Channel
    source: str
    text: str


@dataclass(frozen=True, slots=True)
class SeenRow:
    """An entity of others that a team sees. `at`: of when its place is; `error_m`: standard error of it. `lasting`: it
    is seen all the time, and not merely detected."""

    id: str
    name: str
    at: int
    error_m: float
    fresh: bool
    lasting: bool


def team_rows(scenario: Scenario, views: Mapping[str, TeamView], language: str = "en") -> list[TeamRow]:
    """The scenario's teams, in its order."""
    return [
        TeamRow(
            id=team.id,
            name=called(team, language),
            side=team.side,
            told=len(view.told),
            own=sum(seen.own for seen in view.entities),
            seen=sum(not seen.own for seen in view.entities),
            fresh=sum(not seen.own and seen.fresh for seen in view.entities),
            drawn=len(drawn(view.edits)),
            waiting=sum(bool(plan.waiting) for plan in view.plans),
            spent=view.spent,
            points=scenario.budgets[team.id].points if team.id in scenario.budgets else None,
        )
        for team in scenario.teams
        if (view := views.get(team.id)) is not None
    ]


def told_rows(view: TeamView, language: str = "en") -> list[ToldRow]:
    """What a team was told, newest first."""
    return [
        ToldRow(told.id, told.at, told.channel, said(told.from_, language), " ".join(said(told.body, language).split()))
        for told in reversed(view.told)
    ]


def seen_rows(view: TeamView, language: str = "en") -> list[SeenRow]:
    """Entities of others that a team sees: the newest sightings first, what is seen all the time last."""
    found = [
        SeenRow(
            id=seen.id,
            name=said(seen.name, language) or seen.type,
            # What is seen all the time is as old as the view itself: its row shall not change with every tick.
            at=0 if seen.stale is None else seen.at,
            error_m=seen.error_m,
            fresh=seen.fresh,
            lasting=seen.stale is None,
        )
        for seen in view.entities
        if not seen.own
    ]
    return sorted(found, key=lambda row: (row.lasting, -row.at, row.name))
