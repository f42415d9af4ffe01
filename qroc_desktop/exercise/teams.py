"""Who takes part: the teams of a scenario and the directing staff, whom a scenario need not name."""

from __future__ import annotations

from typing import Final

from qroc_desktop.exercise.scenario import Scenario, Team
from qroc_desktop.exercise.vocabulary import Side

STAFF: Final = Team(id="*", side=Side.WHITE, name={"en": "Exercise control", "de": "Übungsleitung"})
"""Whose view a scenario without a white team is conducted from. No team of a scenario can be called that."""


def team_of(scenario: Scenario, team: str) -> Team:
    """The team with that identifier, STAFF among them. KeyError where there is none."""
    return {known.id: known for known in (*scenario.teams, STAFF)}[team]


def teams(scenario: Scenario) -> tuple[Team, ...]:
    """All who have a desk: the scenario's teams, and the directing staff where no team of it is white."""
    white = any(team.side is Side.WHITE for team in scenario.teams)
    return scenario.teams if white else (*scenario.teams, STAFF)


def staff(scenario: Scenario) -> Team:
    """The team that conducts the exercise and sees everything."""
    return next(team for team in teams(scenario) if team.side is Side.WHITE)


def file_name(team: str) -> str:
    """A team's identifier as the name of a file: letters, digits and hyphens."""
    if team == STAFF.id:
        return "exercise-control"
    return "".join(character if character.isalnum() or character in "-_" else "_" for character in team)[:60]
