"""What one team may see of a run: the only thing of it that is ever served to that team.

A view is built from nothing but what the team may see; it is not the world with parts taken out. What is red's own
never gets into blue's view: names, kinds, properties and identifiers of what was merely detected are left out too, and
identifiers are made anew for each team, so that they tell nothing and still stay the same through a run.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

import msgspec

from qroc_desktop.exercise.conditions import LonLat
from qroc_desktop.exercise.edits import Edit
from qroc_desktop.exercise.events import PlannedLeg
from qroc_desktop.exercise.scenario import (
    Entity,
    Geometry,
    Inject,
    Rules,
    Scenario,
    Team,
    Texts,
    Visibility,
    Wording,
    ms,
)
from qroc_desktop.exercise.teams import team_of
from qroc_desktop.exercise.vocabulary import Channel, InjectState, Side, VisibilityMode
from qroc_desktop.exercise.world import World

_UNKNOWN_TYPE: Final = "a-u-G"


class Seen(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """An entity as a team sees it. `at`: scenario milliseconds of which the place is told; `stale`: from when on it is
    out of date, None for what is seen all the time; `fresh`: not yet stale. `terms`: how the words of status and
    properties read, where the scenario says so."""

    id: str
    type: str
    name: Texts = {}
    sidc: str = ""
    place: LonLat | None = None
    status: str = ""
    props: dict[str, str | float | bool] = {}
    terms: Mapping[str, Texts] = {}
    own: bool = False
    at: int = 0
    fresh: bool = True
    stale: int | None = None
    error_m: float = 0.0


class Drawn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An overlay that a team sees."""

    id: str
    geometry: Geometry
    name: Texts = {}


class Told(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An inject that a team has been told. Its title is the directing staff's and is not here."""

    id: str
    at: int
    channel: Channel
    body: Texts = {}
    from_: Wording = msgspec.field(default="", name="from")
    media: tuple[str, ...] = ()
    place: LonLat | None = None


class Said(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What somebody wrote at one of the team's own seats. `id`: the entry in the logbook of whoever wrote it;
    `corrects`: the entry that it takes the place of."""

    id: str
    at: int
    text: str
    by: str = ""
    corrects: str = ""


class Planned(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a team plans for an entity of its own, whose identifier in the scenario is `entity`. `waiting`: a plan for
    the next turn that the director has not adjudicated yet, its times from 0, and its cost. `under_way`: legs that
    were accepted, in scenario milliseconds. `declined`: why the last plan does not happen; `changed`: why it was
    accepted with changes only. Then `asked` has the legs that had been asked for, their times from 0, and `ruled` those
    that happen instead, in scenario milliseconds."""

    entity: str
    id: str
    waiting: tuple[PlannedLeg, ...] = ()
    cost: float = 0.0
    under_way: tuple[PlannedLeg, ...] = ()
    declined: str = ""
    changed: str = ""
    asked: tuple[PlannedLeg, ...] = ()
    ruled: tuple[PlannedLeg, ...] = ()


class TeamView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All that a team sees at an instant. `spent`: points of its budget. `no_duff`: what is said of the real emergency
    that the exercise stands still for; None where there is none. `edits`: what was done to its picture at its own
    seats, in the order of recording; an ally's are not among them."""

    team: str
    t: int
    entities: tuple[Seen, ...] = ()
    overlays: tuple[Drawn, ...] = ()
    told: tuple[Told, ...] = ()
    said: tuple[Said, ...] = ()
    plans: tuple[Planned, ...] = ()
    edits: tuple[Edit, ...] = ()
    spent: float = 0.0
    no_duff: str | None = None


_encoder = msgspec.json.Encoder(order="deterministic")


def encoded(view: TeamView) -> bytes:
    """What is served."""
    return _encoder.encode(view)


def view_of(world: World, team: str, secret: bytes) -> TeamView:
    """What a team sees, STAFF's view among them. KeyError where there is no such team. `secret`: the run's, for the
    identifiers."""
    return views_of(world, (team,), secret)[team]


def views_of(world: World, teams: Iterable[str], secret: bytes) -> dict[str, TeamView]:
    """What several teams see, by team. What more than one of them sees is looked up once."""
    scene = _Scene(world)
    return {team: _Viewer(scene, team, secret).view() for team in teams}


@lru_cache(maxsize=1 << 16)
def opaque(secret: bytes, team: str, thing: str) -> str:
    """The identifier that a team knows a thing by."""
    return hmac.new(secret, f"{team}\0{thing}".encode(), hashlib.sha256).hexdigest()[:32]


def reaches(rules: Mapping[str, Rules], team: Team, inject: Inject) -> bool:
    """Whether a team is told an inject: it or one of its roles is named, and no rule keeps it from the team.

    rules: by team, `scenario.rules_of`.
    """
    kept = rules.get(team.id, {}).get(("", "", inject.id))
    if kept is not None and kept.mode is VisibilityMode.NEVER:
        return False
    return team.id in inject.to.teams or not set(team.roles).isdisjoint(inject.to.roles)


class _Scene:
    """A world at its instant, for several teams one after the other."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._plain: dict[str, dict[str, Any]] = {}

    def plain(self, entity: Entity) -> dict[str, Any]:
        """What whoever sees an entity all the time sees of it. Each team has its own names for things."""
        found = self._plain.get(entity.id)
        if found is None:
            props, terms = self.world.props(entity.id), self.world.ground.scenario.terms
            sidc, status = str(props.pop("sidc", "") or ""), str(props.pop("status", "") or "")
            told = {name: value for name, value in sorted(props.items()) if value is not None}
            words = {status, *told, *(value for value in told.values() if isinstance(value, str))}
            found = self._plain[entity.id] = {
                "type": entity.type,
                "name": entity.name,
                "sidc": sidc,
                "status": status,
                "place": self.world.position(entity.id),
                "props": told,
                "terms": {word: terms[word] for word in sorted(words & terms.keys())},
                "at": self.world.t,
            }
        return found


class _Viewer:
    def __init__(self, scene: _Scene, team: str, secret: bytes) -> None:
        world = scene.world
        self._scene = scene
        self._world = world
        self._scenario: Scenario = world.ground.scenario
        self._team: Team = team_of(self._scenario, team)
        self._secret = secret
        self._rules: Rules = world.ground.rules.get(team, {})
        # The directing staff sees everything there is.
        self._all = self._team.side is Side.WHITE
        self._own = {team, *self._team.can_see}

    def view(self) -> TeamView:
        return TeamView(
            team=self._team.id,
            t=self._world.t,
            entities=tuple(self._entities()),
            overlays=tuple(self._overlays()),
            told=tuple(sorted(self._told(), key=lambda told: (told.at, told.id))),
            said=tuple(
                Said(id=one.id, at=one.t, text=one.text, by=one.by, corrects=one.corrects)
                for one in self._world.standing.said.get(self._team.id, ())
            ),
            plans=tuple(self._plans()),
            edits=tuple(self._world.edits.of(self._team.id)),
            spent=self._world.standing.spent.get(self._team.id, 0.0),
            no_duff=self._world.standing.no_duff.text if self._world.standing.no_duff is not None else None,
        )

    def _plans(self) -> Iterator[Planned]:
        """Of its own entities alone: an ally's secret is a secret too."""
        standing = self._world.standing
        for entity in self._scenario.entities:
            if entity.team != self._team.id or entity.team not in self._scenario.budgets:
                continue
            plan, moving = standing.plans.get(entity.id), standing.entities.get(entity.id)
            proposed = plan.proposed if plan is not None else None
            yield Planned(
                entity=entity.id,
                id=self._id(entity.id),
                waiting=proposed.legs if proposed is not None else (),
                cost=proposed.cost if proposed is not None else 0.0,
                under_way=tuple(leg for leg in moving.legs if leg.ends > self._world.t) if moving is not None else (),
                declined=plan.declined if plan is not None else "",
                changed=plan.changed if plan is not None else "",
                asked=plan.asked.legs if plan is not None and plan.asked is not None else (),
                ruled=plan.ruled.legs if plan is not None and plan.ruled is not None else (),
            )

    def _entities(self) -> Iterator[Seen]:
        for entity in self._scenario.entities:
            rule = self._rules.get((entity.id, "", ""))
            if self._all or entity.team in self._own or (rule and rule.mode is VisibilityMode.ALWAYS):
                if self._world.present(entity.id):
                    yield self._plain(entity)
            elif rule is not None and rule.mode is VisibilityMode.DETECTED:
                yield from self._detected(entity, rule)

    def _plain(self, entity: Entity) -> Seen:
        return Seen(id=self._id(entity.id), own=entity.team in self._own, **self._scene.plain(entity))

    def _detected(self, entity: Entity, rule: Visibility) -> Iterator[Seen]:
        sighting = self._world.sighting(self._team.id, entity.id)
        if sighting is not None:
            stale = sighting.t + ms(rule.stale_after_s)
            yield Seen(
                id=self._id(entity.id),
                type=rule.seen_type or _UNKNOWN_TYPE,
                name=rule.seen_as,
                place=sighting.place,
                at=sighting.t,
                fresh=self._world.t <= stale,
                stale=stale,
                error_m=rule.error_m,
            )

    def _overlays(self) -> Iterator[Drawn]:
        now = self._world.t
        for overlay in self._scenario.overlays:
            until = overlay.visible_until_t
            if not ms(overlay.visible_from_t) <= now or (until is not None and now >= ms(until)):
                continue
            if self._all or self._own & set(overlay.visibility):
                yield Drawn(id=self._id(overlay.id), geometry=overlay.geometry, name=overlay.name)

    def _told(self) -> Iterator[Told]:
        for inject, standing in self._world.standing.injects.items():
            if standing.state is not InjectState.EXECUTED:
                continue
            entry = self._world.inject(inject)
            if self._all or reaches(self._world.ground.rules, self._team, entry):
                yield Told(
                    id=self._id(inject),
                    at=standing.since,
                    channel=entry.channel,
                    body=entry.body,
                    from_=entry.from_,
                    media=entry.media,
                    place=entry.place,
                )

    def _id(self, thing: str) -> str:
        return opaque(self._secret, self._team.id, thing)
