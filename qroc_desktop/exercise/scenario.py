"""The scenario: what an exercise is made of, as it stands in `scenario.json` of a package.

Times (`t`, `at`, `durationS`, `delayS` ...) are seconds of scenario time from `t0`, in the file as numbers and in
here too; the engine reckons in whole milliseconds (`ms`). Positions are lon, lat in degrees (WGS84). Texts for people
are by language code, since an exercise is played in several countries; `said` chooses one.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

import msgspec

from qroc_desktop.domain.instant import MICROSECONDS, Instant, parse
from qroc_desktop.exercise.conditions import Condition, LonLat
from qroc_desktop.exercise.vocabulary import Channel, RoleType, Side, Traffic, VisibilityMode

FORMAT_VERSION: Final = 2
Texts = Mapping[str, str]
Wording = Mapping[str, str] | str
"""By language, or one text for all: a call sign, or what an author has in one language only."""
Props = Mapping[str, str | float | bool | None]


class Part(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, rename="camel"):
    """What all parts of a scenario have in common: an unknown field is an error, not a surprise in mid-exercise."""


class Counted(Part, frozen=True, kw_only=True):
    """What another centre's traffic with this one counts as: an action of that team. `after`: only what was sent once
    this inject had been executed."""

    traffic: Traffic
    action: str
    after: str = ""


class Centre(Part, frozen=True, kw_only=True):
    """A team that is an operations centre of its own and shares with the others of the exercise, with keys of the
    exercise alone. `country`: ISO 3166-1, two letters; the law that is applied depends on it. `ready`: the inject that
    says that sharing works, executed soon after the start where it does."""

    country: str
    ready: str = ""
    counts: tuple[Counted, ...] = ()


class Team(Part, frozen=True, kw_only=True):
    """Those who share one view. `can_see`: teams whose own things it sees as if they were its own."""

    id: str
    side: Side
    name: Texts = {}
    roles: tuple[str, ...] = ()
    can_see: tuple[str, ...] = ()
    can_order: tuple[str, ...] = ()
    centre: Centre | None = None


class Role(Part, frozen=True, kw_only=True):
    """A seat in the exercise."""

    id: str
    type: RoleType
    name: Texts = {}


# There may be millions, none holds itself, and a frame must not wait for somebody who goes and looks: no garbage
# collection sees them.
class State(Part, frozen=True, kw_only=True, gc=False):
    """What an entity is from `t` on. With `position`, it is there at `t`; on the way to it from the state before, by
    `via`, starting at `via_start_t` (else at the state before), unless `interpolate` is false: then it jumps.
    `t` may be before the exercise begins."""

    t: float
    position: LonLat | None = None
    via: tuple[LonLat, ...] = ()
    via_start_t: float | None = None
    interpolate: bool = True
    status: str | None = None
    sidc: str | None = None
    props: Props = {}


class Initial(Part, frozen=True, kw_only=True):
    """What an entity is at the start."""

    position: LonLat | None = None
    status: str = ""
    props: Props = {}


class Entity(Part, frozen=True, kw_only=True):
    """A person, vehicle, unit, sensor or facility. `type`: a kind of the picture, such as `a-.-G-U-C`."""

    id: str
    team: str
    type: str = ""
    sidc: str = ""
    name: Texts = {}
    initial: Initial = Initial()
    states: tuple[State, ...] = ()
    note: Wording = ""


class Geometry(Part, frozen=True, kw_only=True):
    """A GeoJSON geometry (RFC 7946); a Point with `radius_m` is a circle."""

    type: str
    coordinates: Any
    radius_m: float | None = None


class Overlay(Part, frozen=True, kw_only=True):
    """A shape on the map, for a time. `visibility`: the teams that see it; none is the directing staff alone."""

    id: str
    geometry: Geometry
    name: Texts = {}
    visible_from_t: float = 0.0
    visible_until_t: float | None = None
    visibility: tuple[str, ...] = ()


class Storyline(Part, frozen=True, kw_only=True):
    """What belongs together in the master event list."""

    id: str
    title: Texts


class To(Part, frozen=True, kw_only=True):
    """Whom an inject reaches."""

    teams: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()


class After(Part, frozen=True, kw_only=True):
    """So many seconds after another inject was executed."""

    inject: str
    delay_s: float = 0.0


class Trigger(Part, frozen=True, kw_only=True):
    """When an inject fires: exactly one of them is given."""

    at: float | None = None
    after: After | None = None
    when: Condition | None = None
    manual: bool = False


class Effect(Part, frozen=True, kw_only=True):
    """What an inject does to the world. `spawn` and `remove` make an entity appear and vanish; `patch` changes
    status and properties, `position` moves it at once. With `along` it goes from where it is by these points and is
    at the last of them after `takes_s`."""

    entity: str
    patch: Props = {}
    position: LonLat | None = None
    along: tuple[LonLat, ...] = ()
    takes_s: float = 0.0
    spawn: bool = False
    remove: bool = False


class Expected(Part, frozen=True, kw_only=True):
    """What the players should do about an inject, within so many seconds of it, for which objective."""

    action: str
    within_s: float
    objective: str = ""
    team: str = ""
    text: Texts = {}


class Shared(Part, frozen=True, kw_only=True):
    """A picture that one centre sends another when the inject is executed and nobody sits at the sender's desk: the
    items of a file of the package's media, in any format that can be imported. `text`: its subject."""

    by: str
    to: str
    medium: str
    text: Texts = {}


class Inject(Part, frozen=True, kw_only=True):
    """Something that is told to players. `controller_note` and `responsible` are for the directing staff alone.

    `reveals`: facts that those who are told it know from then on.
    """

    id: str
    title: Texts
    no: str = ""
    storyline: str = ""
    body: Texts = {}
    from_: Wording = msgspec.field(default="", name="from")
    to: To = To()
    channel: Channel = Channel.PHONE
    media: tuple[str, ...] = ()
    trigger: Trigger = Trigger(manual=True)
    enabled: bool = True
    contingent: bool = False
    place: LonLat | None = None
    effects: tuple[Effect, ...] = ()
    expected: tuple[Expected, ...] = ()
    reveals: tuple[str, ...] = ()
    shares: tuple[Shared, ...] = ()
    controller_note: Wording = ""
    responsible: str = ""


class Moment(Part, frozen=True, kw_only=True):
    """An instant of scenario time, or so many seconds after an inject was executed: one of both is given."""

    at: float | None = None
    inject: str = ""
    delay_s: float = 0.0


class Shown(Part, frozen=True, kw_only=True):
    """An action that nobody takes who does not know a fact: `team`, which takes it, does, and those whom it `tells`."""

    action: str
    team: str
    tells: tuple[str, ...] = ()


class Fact(Part, frozen=True, kw_only=True):
    """Something true that it matters to know in time; what the knowledge latency is measured by.

    `since`: true from the first of these on, from the beginning where there is none; `until`: to the first of these.
    Injects tell it (`reveals`), actions show that it is known. `matters_to`: the teams that are asked about it, all
    where none is named. `objective`: what it is needed for.
    """

    id: str
    text: Texts
    since: tuple[Moment, ...] = ()
    until: tuple[Moment, ...] = ()
    shown: tuple[Shown, ...] = ()
    matters_to: tuple[str, ...] = ()
    objective: str = ""


class Auto(Part, frozen=True, kw_only=True):
    """What is measured for a task: the seconds from the execution of `since` to an action of a team."""

    action: str
    since: str
    team: str = ""


class Task(Part, frozen=True, kw_only=True):
    """What an objective is judged by. `auto`: the action whose delay from `since` (an inject) is measured in seconds
    against `target`."""

    id: str
    criterion: Texts
    target: float | None = None
    unit: str = ""
    auto: Auto | None = None


class Objective(Part, frozen=True, kw_only=True):
    """What the exercise is for. `evaluator`: the role that judges it."""

    id: str
    text: Texts
    capability: Wording = ""
    evaluator: str = ""
    tasks: tuple[Task, ...] = ()


class Branch(Part, frozen=True, kw_only=True):
    """Another way on: when the condition comes true, injects are enabled and disabled, at most `max_fires` times."""

    id: str
    when: Condition
    enable: tuple[str, ...] = ()
    disable: tuple[str, ...] = ()
    max_fires: int = 1


class Detector(Part, frozen=True, kw_only=True):
    """How a team detects: within `range_m` of one of its entities, with probability `pd` at each look, one look every
    `every_s`, known `delay_s` later."""

    range_m: float
    pd: float = 1.0
    delay_s: float = 0.0
    every_s: float = 10.0


class Visibility(Part, frozen=True, kw_only=True):
    """What a team sees of something that is not its own: exactly one of entity, overlay and inject is named.

    `error_m`: standard error of the position told. `stale_after_s`: how long a detection counts as fresh.
    `seen_as`, `seen_type`: name and kind that a detected entity is shown under; its own are not told. `looked_for`: a
    sighting counts for the knowledge latency from the first of these on, from the beginning where there is none.
    """

    team: str
    mode: VisibilityMode
    entity: str = ""
    overlay: str = ""
    inject: str = ""
    detector: Detector | None = None
    error_m: float = 0.0
    stale_after_s: float = 600.0
    seen_as: Texts = {}
    seen_type: str = ""
    looked_for: tuple[Moment, ...] = ()


class Checkpoint(Part, frozen=True, kw_only=True):
    """An instant worth coming back to."""

    t: float
    label: Texts


class Budget(Part, frozen=True, kw_only=True):
    """What red may spend on its secret plan, and what it costs: a point per minute of a leg by its mode, and flat
    ones for hiding and for a change of vehicle. Speeds are the most that a mode allows, in km/h."""

    points: float
    turn_s: float = 900.0
    speed_kmh: Mapping[str, float] = {}
    per_minute: Mapping[str, float] = {}
    hide: float = 0.0
    change: float = 0.0


class Scenario(Part, frozen=True, kw_only=True):
    """All of it. `bbox`: west, south, east, north in degrees. `terms`: how people read a status, or the name or value
    of a property, that the scenario uses as a word; one that is not there is read as it is."""

    id: str
    format_version: int
    kind: str
    title: Texts
    t0: str
    time_zone: str
    duration_s: float
    seed: int = 0
    classification: str = ""
    bbox: tuple[float, float, float, float] | None = None
    description: Texts = {}
    teams: tuple[Team, ...] = ()
    roles: tuple[Role, ...] = ()
    entities: tuple[Entity, ...] = ()
    overlays: tuple[Overlay, ...] = ()
    storylines: tuple[Storyline, ...] = ()
    injects: tuple[Inject, ...] = ()
    facts: tuple[Fact, ...] = ()
    objectives: tuple[Objective, ...] = ()
    branches: tuple[Branch, ...] = ()
    visibility: tuple[Visibility, ...] = ()
    checkpoints: tuple[Checkpoint, ...] = ()
    budgets: Mapping[str, Budget] = {}
    terms: Mapping[str, Texts] = {}

    def instant(self, t: int) -> Instant:
        """The instant of a scenario time in milliseconds."""
        return Instant(_parsed(self.t0) + t * MICROSECONDS // 1000)


@lru_cache(maxsize=16)
def _parsed(t0: str) -> Instant:
    # It is asked for with everything that is shown.
    return parse(t0)


Rules = Mapping[tuple[str, str, str], Visibility]
"""By what a rule is about: entity, overlay and inject, of which two are empty."""


def rules_of(scenario: Scenario) -> dict[str, Rules]:
    """What each team's rules say. Of two about one thing the one that withholds it holds."""
    found: dict[str, dict[tuple[str, str, str], Visibility]] = {}
    for rule in sorted(scenario.visibility, key=lambda rule: rule.mode is VisibilityMode.NEVER):
        found.setdefault(rule.team, {})[(rule.entity, rule.overlay, rule.inject)] = rule
    return dict(found)


def ms(seconds: float) -> int:
    """Scenario milliseconds of seconds, rounded to the nearest."""
    return round(seconds * 1000)


def said(texts: Wording, language: str = "en") -> str:
    """The text in that language, else in English, else in whichever is there first; one for all as it is."""
    if isinstance(texts, str):
        return texts
    return texts.get(language) or texts.get("en") or next(iter(texts.values()), "")


def called(thing: Team | Role | Entity | Inject | Storyline | Scenario, language: str = "en") -> str:
    """What a thing is called in that language, else in another; its identifier where nobody gave it a name."""
    texts = thing.title if isinstance(thing, Inject | Storyline | Scenario) else thing.name
    return said(texts, language) or thing.id


def as_data(part: Any) -> Any:
    """Plain data of any part, as `scenario.json` has it."""
    return msgspec.to_builtins(part)
