"""What is wrong with a scenario: each problem with the element that it is in and the reason.

Errors stop a run from being made; warnings are what an exercise director should look at before starting.
"""

from __future__ import annotations

import zoneinfo
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import msgspec

from qroc_desktop.domain.instant import InstantError, parse
from qroc_desktop.domain.shape import Shape, ShapeError, checked
from qroc_desktop.errors import Message
from qroc_desktop.exercise import conditions
from qroc_desktop.exercise.conditions import Condition, LonLat
from qroc_desktop.exercise.package import Package, plain
from qroc_desktop.exercise.scenario import Effect, Entity, Inject, Moment, Overlay, Scenario, Trigger, Visibility, said
from qroc_desktop.exercise.teams import STAFF, file_name
from qroc_desktop.exercise.vocabulary import RoleType, Side, VisibilityMode

MOST_ENTITIES: Final = 100_000
MOST_CENTRES: Final = 10
MOST_INJECTS: Final = 5_000
MOST_OTHERS: Final = 20_000
"""Overlays, rules of visibility, storylines, roles, objectives, facts."""
MOST_BRANCHES: Final = 1_000
MOST_TEAMS: Final = 50
MOST_POINTS: Final = 10_000
"""Corners of one way."""
MOST_CONDITIONS: Final = 1_000
"""Parts of one condition: it is asked at every second."""
FURTHEST_S: Final = 10_000 * 366 * 86_400.0
LONGEST_S: Final = 30 * 86_400.0
_MOST_TOLD: Final = 200
_LONGEST_NAME: Final = 100


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """`where`: the element, such as `injects/i-07/trigger`. `fatal`: no run can be made of it."""

    where: str
    why: Message
    fatal: bool = True


def problems(package: Package) -> list[Problem]:
    """All that is wrong, errors first, at most some hundred."""
    found = list(_limited(_Checker(package).all()))
    return sorted(found, key=lambda problem: not problem.fatal)


def broken_injects(package: Package) -> Iterator[tuple[int, Inject, Problem]]:
    """The injects that no run can have as they are: their number, and the first thing that is wrong with each."""
    checker = _Checker(package)
    if checker.too_much():
        return
    seen: set[str] = set()
    for index, inject in enumerate(package.scenario.injects):
        where = f"injects/{inject.id}"
        if inject.id in seen:
            yield index, inject, Problem(where=where, why=Message("This identifier is given twice."))
        elif not _identifies(inject.id):
            yield index, inject, Problem(where=where, why=Message("This is no identifier."))
        elif fatal := next((problem for problem in checker.inject(inject) if problem.fatal), None):
            yield index, inject, fatal
        seen.add(inject.id)


def _identifies(name: str) -> bool:
    return bool(name) and name.isprintable() and len(name) <= _LONGEST_NAME


def _limited(found: Iterable[Problem]) -> Iterator[Problem]:
    for count, problem in enumerate(found):
        if count == _MOST_TOLD:
            yield Problem(where="…", why=Message("There are more problems than are listed here."))
            return
        yield told_plainly(problem)


def told_plainly(problem: Problem) -> Problem:
    """The same in one line that can be shown anywhere, whatever the scenario's author called things."""
    params = {name: plain(value) if isinstance(value, str) else value for name, value in problem.why.params.items()}
    return Problem(where=plain(problem.where), why=Message(problem.why.template, **params), fatal=problem.fatal)


def _too_many(points: Sequence[LonLat]) -> Message:
    return Message("The way has {count} points; {most} are the most.", count=len(points), most=MOST_POINTS)


class _Checker:
    def __init__(self, package: Package) -> None:
        self._package = package
        self._scenario: Scenario = package.scenario
        scenario = self._scenario
        self._teams = {team.id for team in scenario.teams}
        self._roles = {role.id for role in scenario.roles}
        self._entities = {entity.id for entity in scenario.entities}
        self._injects = {inject.id for inject in scenario.injects}
        self._objectives = {objective.id for objective in scenario.objectives}
        self._facts = {fact.id for fact in scenario.facts}
        self._storylines = {storyline.id for storyline in scenario.storylines}
        self._overlays = {overlay.id for overlay in scenario.overlays}

    def all(self) -> Iterator[Problem]:
        yield from self._whole()
        if self.too_much():
            yield Problem(where="scenario", why=Message("There is too much in it to be played."))
            return
        yield from self._identifiers()
        for entity in self._scenario.entities:
            yield from self._entity(entity)
        for overlay in self._scenario.overlays:
            yield from self._overlay(overlay)
        for inject in self._scenario.injects:
            yield from self.inject(inject)
        for index, rule in enumerate(self._scenario.visibility):
            yield from self._visibility(index, rule)
        yield from self._rings()
        yield from self._branches()
        yield from self._of_facts()
        yield from self._teams_and_roles()
        yield from self._centres()
        yield from self._traced()
        for name in self._package.ignored:
            yield Problem(where=name, why=Message("This file of the package is ignored."), fatal=False)

    def too_much(self) -> bool:
        """Whether a list is longer than any exercise has them: nothing else is looked at then."""
        scenario = self._scenario
        others = (
            scenario.overlays, scenario.visibility, scenario.storylines, scenario.roles, scenario.objectives,
            scenario.checkpoints, scenario.facts,
        )  # fmt: skip
        return (
            len(scenario.entities) > MOST_ENTITIES
            or len(scenario.injects) > MOST_INJECTS
            or len(scenario.branches) > MOST_BRANCHES
            or len(scenario.teams) > MOST_TEAMS
            or any(len(listed) > MOST_OTHERS for listed in others)
        )

    # --- the whole -------------------------------------------------------------------------------

    def _whole(self) -> Iterator[Problem]:
        scenario = self._scenario
        try:
            parse(scenario.t0)
        except InstantError:
            yield Problem(where="t0", why=Message("This is not an ISO 8601 time with a zone."))
        try:
            zoneinfo.ZoneInfo(scenario.time_zone)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            yield Problem(where="timeZone", why=Message("This time zone is not known."))
        if not 0 < scenario.duration_s <= LONGEST_S:
            yield Problem(where="durationS", why=Message("An exercise lasts from a second to thirty days."))
        if not said(scenario.title):
            yield Problem(where="title", why=Message("The scenario has no title."))
        if not any(team.side is Side.BLUE for team in scenario.teams):
            yield Problem(where="teams", why=Message("There is no blue team: nobody to be trained."), fatal=False)

    def _identifiers(self) -> Iterator[Problem]:
        scenario = self._scenario
        named: dict[str, Sequence[Any]] = {
            "teams": scenario.teams, "roles": scenario.roles, "entities": scenario.entities,
            "overlays": scenario.overlays, "storylines": scenario.storylines, "injects": scenario.injects,
            "objectives": scenario.objectives, "branches": scenario.branches, "facts": scenario.facts,
        }  # fmt: skip
        for kind, listed in named.items():
            for name, count in Counter(entry.id for entry in listed).items():
                if count > 1:
                    yield Problem(where=f"{kind}/{name}", why=Message("This identifier is given twice."))
                if not _identifies(name):
                    yield Problem(where=f"{kind}/{name[:40]}", why=Message("This is no identifier."))
        tasks = Counter(task.id for objective in scenario.objectives for task in objective.tasks)
        for name, count in tasks.items():
            if count > 1:
                yield Problem(where=f"objectives/tasks/{name}", why=Message("This identifier is given twice."))

    def _teams_and_roles(self) -> Iterator[Problem]:
        desks = {file_name(STAFF.id): STAFF.id}
        for team in self._scenario.teams:
            other = desks.setdefault(file_name(team.id).casefold(), team.id)
            if other != team.id or team.id == STAFF.id:
                why = Message("Its file would have the name of another team's: {team}.", team=other)
                yield Problem(where=f"teams/{team.id}", why=why)
            yield from self._known(f"teams/{team.id}/roles", team.roles, self._roles)
            yield from self._known(f"teams/{team.id}/canSee", team.can_see, self._teams)
            yield from self._known(f"teams/{team.id}/canOrder", team.can_order, self._teams)
            if team.side is Side.BLUE:
                red = {other.id for other in self._scenario.teams if other.side is Side.RED}
                for seen in sorted(red & set(team.can_see)):
                    yield Problem(
                        where=f"teams/{team.id}/canSee", why=Message("Blue would see all of red: {team}.", team=seen)
                    )

    def _centres(self) -> Iterator[Problem]:
        centres = {team.id for team in self._scenario.teams if team.centre is not None}
        if len(centres) > MOST_CENTRES:
            yield Problem(where="teams", why=Message("An exercise has at most {limit} centres.", limit=MOST_CENTRES))
        for team in self._scenario.teams:
            if team.centre is None:
                continue
            where, country = f"teams/{team.id}/centre", team.centre.country
            if not (len(country) == 2 and country.isascii() and country.isupper()):
                yield Problem(where=where, why=Message("A country is given by its two letters, such as NL or DE."))
            named = [team.centre.ready, *(counted.after for counted in team.centre.counts)]
            yield from self._known(where, filter(None, named), self._injects)
        for inject in self._scenario.injects:
            for shared in inject.shares:
                where = f"injects/{inject.id}/shares"
                yield from self._known(where, (shared.by, shared.to), centres)
                if shared.by == shared.to:
                    yield Problem(where=where, why=Message("A centre does not share with itself."))
                if shared.medium not in self._package.media:
                    why = Message(
                        "The file media/{name} is not in the package; the inject plays without it.", name=shared.medium
                    )
                    yield Problem(where=where, why=why, fatal=False)

    # --- the parts -------------------------------------------------------------------------------

    def _entity(self, entity: Entity) -> Iterator[Problem]:
        where = f"entities/{entity.id}"
        yield from self._known(f"{where}/team", (entity.team,), self._teams)
        places = [entity.initial.position] + [state.position for state in entity.states]
        places += [place for state in entity.states for place in state.via]
        yield from self._places(where, places)
        times = [state.t for state in entity.states]
        if not all(abs(t) <= FURTHEST_S for t in (*times, *(s.via_start_t or 0.0 for s in entity.states))):
            yield Problem(where=f"{where}/states", why=Message("This time is outside the exercise."))
        for way in (state.via for state in entity.states if len(state.via) > MOST_POINTS):
            yield Problem(where=f"{where}/states", why=_too_many(way))
        if times != sorted(times):
            yield Problem(where=f"{where}/states", why=Message("The states are not in the order of time."))

    def _overlay(self, overlay: Overlay) -> Iterator[Problem]:
        where = f"overlays/{overlay.id}"
        yield from self._known(f"{where}/visibility", overlay.visibility, self._teams)
        shape = overlay.geometry
        try:
            checked(Shape(type=shape.type, coordinates=shape.coordinates, radius_m=shape.radius_m))
        except ShapeError:
            yield Problem(where=f"{where}/geometry", why=Message("This is no geometry on this Earth."))
        if overlay.visible_until_t is not None and overlay.visible_until_t <= overlay.visible_from_t:
            yield Problem(where=where, why=Message("It ends before it begins."), fatal=False)

    def inject(self, inject: Inject) -> Iterator[Problem]:
        where = f"injects/{inject.id}"
        yield from self._known(f"{where}/to/teams", inject.to.teams, self._teams)
        yield from self._known(f"{where}/to/roles", inject.to.roles, self._roles)
        if inject.storyline:
            yield from self._known(f"{where}/storyline", (inject.storyline,), self._storylines)
        for name in inject.media:
            if name not in self._package.media:
                why = Message("The file media/{name} is not in the package; the inject plays without it.", name=name)
                yield Problem(where=f"{where}/media", why=why, fatal=False)
        for effect in inject.effects:
            yield from self._effect(f"{where}/effects", effect)
        for expected in inject.expected:
            if expected.objective:
                yield from self._known(f"{where}/expected", (expected.objective,), self._objectives)
            if expected.team:
                yield from self._known(f"{where}/expected", (expected.team,), self._teams)
        yield from self._known(f"{where}/reveals", inject.reveals, self._facts)
        yield from self._places(where, [inject.place])
        yield from self._trigger(f"{where}/trigger", inject.trigger)
        if not inject.to.teams and not inject.to.roles and not inject.effects:
            yield Problem(where=where, why=Message("It reaches nobody and changes nothing."), fatal=False)

    def _effect(self, where: str, effect: Effect) -> Iterator[Problem]:
        yield from self._known(where, (effect.entity,), self._entities)
        yield from self._places(where, [effect.position, *effect.along])
        if len(effect.along) > MOST_POINTS:
            yield Problem(where=where, why=_too_many(effect.along))
        if effect.along and effect.takes_s <= 0:
            yield Problem(where=where, why=Message("A way takes time: takesS has to be given."))
        if effect.spawn and effect.remove:
            yield Problem(where=where, why=Message("It cannot appear and vanish at once."))

    def _trigger(self, where: str, trigger: Trigger) -> Iterator[Problem]:
        given = [trigger.at is not None, trigger.after is not None, trigger.when is not None, trigger.manual]
        if sum(given) != 1:
            yield Problem(where=where, why=Message("Exactly one of at, after, when and manual has to be given."))
        if trigger.at is not None and not 0 <= trigger.at <= self._scenario.duration_s:
            yield Problem(where=where, why=Message("This time is outside the exercise."))
        if trigger.after is not None:
            yield from self._known(where, (trigger.after.inject,), self._injects)
            if trigger.after.delay_s < 0:
                yield Problem(where=where, why=Message("A delay cannot be negative."))
        if trigger.when is not None:
            yield from self._condition(where, trigger.when)

    def _condition(self, where: str, condition: Condition) -> Iterator[Problem]:
        if conditions.depth(condition) > conditions.MOST_DEEP:
            yield Problem(where=where, why=Message("The condition is nested too deeply."))
            return
        if sum(1 for _ in conditions.parts(condition)) > MOST_CONDITIONS:
            yield Problem(where=where, why=Message("The condition has too many parts."))
            return
        for part in conditions.parts(condition):
            match part:
                case conditions.Executed(inject=inject):
                    yield from self._known(where, (inject,), self._injects)
                case conditions.Near(entity=entity, other=other, place=place):
                    yield from self._known(where, (entity, *((other,) if other else ())), self._entities)
                    yield from self._places(where, [place])
                    if (place is None) is (other == ""):
                        yield Problem(where=where, why=Message("Exactly one of place and other has to be given."))
                case conditions.Prop(entity=entity):
                    yield from self._known(where, (entity,), self._entities)
                case conditions.Seen(team=team, entity=entity):
                    yield from self._known(where, (team,), self._teams)
                    yield from self._known(where, (entity,), self._entities)
                case conditions.Acted(team=team):
                    yield from self._known(where, (team,), self._teams)
                case _:
                    pass

    def _rings(self) -> Iterator[Problem]:
        """Injects that wait for one another in a ring: none of them comes by itself."""
        before = {inject.id: inject.trigger.after.inject for inject in self._scenario.injects if inject.trigger.after}
        done: set[str] = set()
        for start in before:
            way: dict[str, None] = {}
            here: str | None = start
            while here is not None and here not in way and here not in done:
                way[here] = None
                here = before.get(here)
            done |= way.keys()
            if here in way:
                why = Message("It waits for itself, and comes by hand only.")
                yield Problem(where=f"injects/{here}/trigger", why=why, fatal=False)

    def _visibility(self, index: int, rule: Visibility) -> Iterator[Problem]:
        where = f"visibility/{index}"
        yield from self._known(f"{where}/team", (rule.team,), self._teams)
        named = [name for name in (rule.entity, rule.overlay, rule.inject) if name]
        if len(named) != 1:
            yield Problem(where=where, why=Message("Exactly one of entity, overlay and inject has to be given."))
        if rule.entity:
            yield from self._known(f"{where}/entity", (rule.entity,), self._entities)
        if rule.inject:
            yield from self._known(f"{where}/inject", (rule.inject,), self._injects)
        if rule.overlay:
            yield from self._known(f"{where}/overlay", (rule.overlay,), self._overlays)
        for moment in rule.looked_for:
            yield from self._moment(f"{where}/lookedFor", moment)
        detector = rule.detector
        if rule.mode is VisibilityMode.DETECTED and detector is None:
            yield Problem(where=where, why=Message("Nothing says how it is detected."), fatal=False)
        if detector is not None and not (0 <= detector.pd <= 1 and detector.range_m > 0 and detector.every_s >= 1):
            yield Problem(
                where=f"{where}/detector",
                why=Message("A detector needs a range, a probability from 0 to 1, and a second or more between looks."),
            )

    def _branches(self) -> Iterator[Problem]:
        for branch in self._scenario.branches:
            where = f"branches/{branch.id}"
            yield from self._known(where, (*branch.enable, *branch.disable), self._injects)
            yield from self._condition(f"{where}/when", branch.when)
            if branch.max_fires < 1:
                yield Problem(where=where, why=Message("It would never fire."), fatal=False)

    def _of_facts(self) -> Iterator[Problem]:
        """Facts that can become true, and that somebody can come to know."""
        told = {name for inject in self._scenario.injects for name in inject.reveals}
        for fact in self._scenario.facts:
            where = f"facts/{fact.id}"
            if not said(fact.text):
                yield Problem(where=f"{where}/text", why=Message("Nothing says what it is."))
            for kind, moments in (("since", fact.since), ("until", fact.until)):
                for moment in moments:
                    yield from self._moment(f"{where}/{kind}", moment)
            for shown in fact.shown:
                yield from self._known(f"{where}/shown", (shown.team, *shown.tells), self._teams)
            yield from self._known(f"{where}/mattersTo", fact.matters_to, self._teams)
            if fact.objective:
                yield from self._known(f"{where}/objective", (fact.objective,), self._objectives)
            if fact.id not in told and not fact.shown:
                why = Message("No inject tells this fact and no action shows it: nobody can ever know it.")
                yield Problem(where=where, why=why, fatal=False)

    def _moment(self, where: str, moment: Moment) -> Iterator[Problem]:
        if (moment.at is None) is (moment.inject == ""):
            yield Problem(where=where, why=Message("Exactly one of at and inject has to be given."))
        if moment.at is not None and abs(moment.at) > FURTHEST_S:
            yield Problem(where=where, why=Message("This time is outside the exercise."))
        if moment.inject:
            yield from self._known(where, (moment.inject,), self._injects)
        if not 0 <= moment.delay_s <= LONGEST_S:
            yield Problem(where=where, why=Message("A delay cannot be negative."))

    def _traced(self) -> Iterator[Problem]:
        """Every inject traces to an objective, every objective has an inject and an evaluator."""
        served = {expected.objective for inject in self._scenario.injects for expected in inject.expected}
        for objective in self._scenario.objectives:
            if objective.id not in served:
                why = Message("No inject serves this objective.")
                yield Problem(where=f"objectives/{objective.id}", why=why, fatal=False)
            if not objective.tasks:
                why = Message("The objective has no task to be judged by.")
                yield Problem(where=f"objectives/{objective.id}", why=why, fatal=False)
            if objective.evaluator:
                yield from self._known(f"objectives/{objective.id}/evaluator", (objective.evaluator,), self._roles)
            for task in objective.tasks:
                if task.auto is not None:
                    yield from self._known(f"objectives/{objective.id}/{task.id}", (task.auto.since,), self._injects)
        judges = {RoleType.EVALUATOR, RoleType.OBSERVER}
        if self._scenario.objectives and not any(role.type in judges for role in self._scenario.roles):
            yield Problem(where="roles", why=Message("Nobody evaluates."), fatal=False)

    # --- helpers ---------------------------------------------------------------------------------

    def _known(self, where: str, names: Iterable[str], known: Iterable[str]) -> Iterator[Problem]:
        for name in names:
            if name not in known:
                yield Problem(where=where, why=Message("{name} is not defined.", name=name[:60]))

    def _places(self, where: str, places: Iterable[LonLat | None]) -> Iterator[Problem]:
        for place in places:
            if place is not None and not (-180 <= place[0] <= 180 and -90 <= place[1] <= 90):
                yield Problem(
                    where=where, why=Message("This place is not on this Earth: {place}.", place=str(list(place)))
                )
                return
