"""An inject that the director thinks of in mid-exercise, from what is typed in a few seconds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from qroc_desktop.exercise.conditions import LonLat
from qroc_desktop.exercise.scenario import Inject, Scenario, Team, To, Trigger
from qroc_desktop.exercise.standing import Standing
from qroc_desktop.exercise.vocabulary import Channel, Side

LONGEST_TITLE: Final = 60
_FRAME: Final = re.compile(r"^(?:EXERCISE|ÜBUNG)\b[\s.:,–-]*|\s*\b(?:EXERCISE|ÜBUNG)\.?$", re.IGNORECASE)
_MARKED: Final = re.compile(r"^(EXERCISE|ÜBUNG)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Idea:
    """What was typed. `at`: scenario milliseconds, None for at once. `place`: lon, lat."""

    text: str
    teams: Sequence[str]
    channel: Channel = Channel.PHONE
    at: int | None = None
    place: LonLat | None = None
    source: str = ""


def inject_of(idea: Idea, standing: Standing, *, language: str, word: str) -> Inject:
    """The inject of an idea, with a free identifier and number.

    word: EXERCISE in the language; every message begins and ends with it, as those of scenarios do.
    """
    taken, number = standing.injects.keys(), len(standing.improvised) + 1
    while f"improvised-{number}" in taken:
        number += 1
    text = " ".join(idea.text.split())
    return Inject(
        id=f"improvised-{number}",
        no=f"+{number}",
        title={language: _title(text)},
        body={language: text if _MARKED.match(text) else f"{word}. {text} {word}."},
        from_=idea.source,
        to=To(teams=tuple(idea.teams)),
        channel=idea.channel,
        trigger=Trigger(manual=True) if idea.at is None else Trigger(at=idea.at / 1000),
        place=idea.place,
    )


def players(scenario: Scenario) -> tuple[Team, ...]:
    """Teams that something can be told to: all but the directing staff."""
    return tuple(team for team in scenario.teams if team.side is not Side.WHITE)


def usual_teams(scenario: Scenario) -> frozenset[str]:
    """Who is told most things: blue, or everybody where nobody is blue."""
    blue = frozenset(team.id for team in scenario.teams if team.side is Side.BLUE)
    return blue or frozenset(team.id for team in players(scenario))


def _title(text: str) -> str:
    bare = _FRAME.sub("", text)
    return bare if len(bare) <= LONGEST_TITLE else bare[: LONGEST_TITLE - 1].rstrip() + "…"
