"""The events of a run as sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from qroc_desktop.exercise import edits
from qroc_desktop.exercise.events import (
    Acted,
    Begun,
    Branched,
    Cancelled,
    Committed,
    Declined,
    Edited,
    Event,
    Fired,
    Held,
    Improvised,
    NoDuff,
    Proposed,
    Rated,
    Rearmed,
    Released,
    Remarked,
    Resumed,
    Shifted,
    Spotted,
)
from qroc_desktop.exercise.scenario import Scenario, called
from qroc_desktop.exercise.scenario import said as in_language
from qroc_desktop.services.exercise.directing.event_list import EventRow
from qroc_desktop.services.exercise.scenario_time import MINUTE, plus_text
from qroc_desktop.translation import tr
from qroc_desktop.ui.exercise.plans.words import points_text
from qroc_desktop.ui.words import step_name

SIGNS: Final[Mapping[type, tuple[str, str]]] = {
    Fired: ("circle-check", "good"),
    Begun: ("phone-call", "exercise"),
    Held: ("hand", "warning"),
    Released: ("clock", "accent"),
    Cancelled: ("ban", "disabled"),
    Improvised: ("message-square-plus", "accent"),
    Shifted: ("move-horizontal", "warning"),
    Branched: ("git-branch", "accent"),
    Rearmed: ("rotate-ccw", "muted"),
    Spotted: ("eye", "accent"),
    Proposed: ("route", "warning"),
    Declined: ("x", "danger"),
    Committed: ("route", "good"),
    Acted: ("zap", "text"),
    Edited: ("pencil", "text"),
    Rated: ("clipboard-check", "text"),
    NoDuff: ("siren", "danger"),
    Resumed: ("siren", "good"),
    Remarked: ("pencil", "muted"),
}
"""Icon and token of its colour, by kind of event."""


class Sentences:
    """Says events in the language of the window; `titles` are the rows of the event list by inject."""

    def __init__(self, scenario: Scenario, language: str) -> None:
        self.titles: Mapping[str, EventRow] = {}
        self._teams = {team.id: called(team, language) for team in scenario.teams}
        self._actions = {
            expected.action: in_language(expected.text, language) or expected.action
            for inject in scenario.injects for expected in inject.expected
        }  # fmt: skip
        self._tasks = {
            **{objective.id: in_language(objective.text, language) for objective in scenario.objectives},
            **{task.id: in_language(task.criterion, language) for goal in scenario.objectives for task in goal.tasks},
        }
        self._entities = {entity.id: called(entity, language) for entity in scenario.entities}

    def of(self, event: Event) -> str:
        """One event; who did it stands at the end."""
        by = getattr(event, "by", "")
        text = self._about_inject(event) or self._about_team(event) or self._about_all(event)
        return f"{text}  ({by})" if by else text

    def _inject(self, name: str) -> str:
        row = self.titles.get(name)
        return f"{row.number} {row.title}".strip() if row is not None else name

    def _about_inject(self, event: Event) -> str:
        match event:
            case Fired(inject=inject):
                return tr("Executed: {inject}", inject=self._inject(inject))
            case Begun(inject=inject):
                return tr("In progress: {inject}", inject=self._inject(inject))
            case Held(inject=inject):
                return tr("Held back: {inject}", inject=self._inject(inject))
            case Released(inject=inject, at=None):
                return tr("Released: {inject}", inject=self._inject(inject))
            case Released(inject=inject, at=at):
                return tr("Released for {time}: {inject}", time=plus_text(at or 0), inject=self._inject(inject))
            case Cancelled(inject=inject, passed=passed):
                text = tr("Passed over in a jump: {inject}") if passed else tr("Skipped: {inject}")
                return text.format(inject=self._inject(inject))
            case Improvised(inject=inject):
                return tr("Improvised: {inject}", inject=self._inject(inject.id))
            case _:
                return ""

    def _about_team(self, event: Event) -> str:
        match event:
            case Acted(team=team, action=action, text=text):
                what = " · ".join(part for part in (self._actions.get(action, action), text) if part)
                return tr("{team}: {what}", team=self._teams.get(team, team), what=what)
            case Edited(team=team):
                return tr("{team} on its map: {what}", team=self._teams.get(team, team), what=_step(event))
            case Spotted(team=team, entity=entity):
                return tr("{team} detects {entity}", team=self._teams.get(team, team), entity=self._entity(entity))
            case Proposed(entity=entity, cost=cost):
                points = points_text(cost)
                return tr("Plan for {entity}, {cost} points: waits", entity=self._entity(entity), cost=points)
            case Declined(entity=entity, reason=reason):
                return tr("Plan for {entity} declined: {reason}", entity=self._entity(entity), reason=reason)
            case Committed(entity=entity, cost=cost, reason=reason) if reason:
                return tr("Plan for {entity} accepted with changes, {cost} points: {reason}",
                          entity=self._entity(entity), cost=points_text(cost), reason=reason)  # fmt: skip
            case Committed(entity=entity, cost=cost):
                points = points_text(cost)
                return tr("Plan for {entity} accepted, {cost} points", entity=self._entity(entity), cost=points)
            case _:
                return ""

    def _about_all(self, event: Event) -> str:
        match event:
            case Shifted(by_ms=by):
                return tr("The whole exercise shifted by {minutes} min", minutes=f"{by / MINUTE:+g}")
            case Branched(branch=branch):
                return tr("Branch taken: {branch}", branch=branch)
            case Rearmed(branch=branch):
                return tr("Branch may be taken again: {branch}", branch=branch)
            case Rated(objective=objective, task=task, rating=rating, note=note):
                about = self._tasks.get(task or objective, task or objective)
                what = " · ".join(part for part in (str(rating or ""), about, note) if part)
                return tr("Rated: {what}", what=what)
            case NoDuff(text=text, team=team):
                return tr("NO DUFF, {team}: {text}", team=self._teams.get(team, team) or "–", text=text or "–")
            case Resumed(branched=branched):
                stays = tr("Forked during a real emergency, which stays with the other run")
                return stays if branched else tr("The real emergency is over")
            case Remarked(text=text):
                return tr("Remark: {text}", text=text) if text else tr("A remark was withdrawn")
            case _:
                return type(event).__name__

    def _entity(self, name: str) -> str:
        return self._entities.get(name, name)


def _step(event: Edited) -> str:
    named = edits.names(event.touches)
    about = ", ".join(named[:3]) + (" …" if len(named) > 3 else "")
    return " · ".join(part for part in (step_name(event.label), about) if part)
