"""Conditions: trees of plain data that are looked at, never text that is run.

A condition is answered from `Facts`, which the engine keeps, at an instant of scenario time. Nothing here knows a wall
clock. `continuous` tells whether an answer can change while nothing is recorded, since time goes on or things move:
such conditions are asked at every full step of the engine, all others after each event.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import msgspec

LonLat = tuple[float, float]
MOST_DEEP = 20
"""A tree deeper than this is refused by the validation."""


class Facts(Protocol):
    """What conditions can ask about. Times are scenario milliseconds."""

    def now(self) -> int:
        """The instant that the question is about."""
        ...

    def due(self, at: int) -> int:
        """When comes what the scenario has at `at`: the exercise may have been shifted."""
        ...

    def due_after(self, inject: str, delay: int) -> int | None:
        """When comes what follows the execution of an inject by so much, or None."""
        ...

    def position(self, entity: str) -> LonLat | None:
        """Where an entity is, or None where it is nowhere."""
        ...

    def prop(self, entity: str, name: str) -> object:
        """A property of an entity, `status` included; None where there is none."""
        ...

    def has_seen(self, team: str, entity: str) -> bool:
        """Whether a team has detected an entity up to now."""
        ...

    def acted(self, team: str, action: str) -> int | None:
        """When a team first recorded an action, or None."""
        ...

    def metres(self, a: LonLat, b: LonLat) -> float:
        """Distance on the ground."""
        ...


class _Condition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="op"):
    """`op` says which it is."""


class All(_Condition, frozen=True, kw_only=True, tag="all"):
    """All of them hold."""

    of: tuple[Condition, ...]


class Any(_Condition, frozen=True, kw_only=True, tag="any"):
    """One of them holds."""

    of: tuple[Condition, ...]


class Not(_Condition, frozen=True, kw_only=True, tag="not"):
    """It does not hold."""

    of: Condition


class Executed(_Condition, frozen=True, kw_only=True, tag="executed"):
    """An inject was executed, `afterS` seconds ago or more; so much more or less as the exercise was shifted since."""

    inject: str
    after_s: float = msgspec.field(default=0.0, name="afterS")


class Reached(_Condition, frozen=True, kw_only=True, tag="time"):
    """Scenario time has come to `at` seconds; to so much more or less where the exercise was shifted before."""

    at: float


class Near(_Condition, frozen=True, kw_only=True, tag="near"):
    """An entity is within so many metres of a place or of another entity."""

    entity: str
    within_m: float = msgspec.field(name="withinM")
    place: LonLat | None = None
    other: str = ""


class Prop(_Condition, frozen=True, kw_only=True, tag="prop"):
    """A property of an entity equals a value."""

    entity: str
    name: str
    equals: str | float | bool


class Seen(_Condition, frozen=True, kw_only=True, tag="seen"):
    """A team has detected an entity."""

    team: str
    entity: str


class Acted(_Condition, frozen=True, kw_only=True, tag="acted"):
    """A team has recorded an action, one of those that injects expect or tasks are judged by."""

    team: str
    action: str


Condition = All | Any | Not | Executed | Reached | Near | Prop | Seen | Acted


def holds(condition: Condition, facts: Facts) -> bool:  # noqa: PLR0911  one line a kind
    """Whether a condition holds at `facts.now()`."""
    match condition:
        case All(of=parts):
            return all(holds(part, facts) for part in parts)
        case Any(of=parts):
            return any(holds(part, facts) for part in parts)
        case Not(of=part):
            return not holds(part, facts)
        case Executed(inject=inject, after_s=after):
            due = facts.due_after(inject, round(after * 1000))
            return due is not None and facts.now() >= due
        case Reached(at=at):
            return facts.now() >= facts.due(round(at * 1000))
        case Near():
            return _near(condition, facts)
        case Prop(entity=entity, name=name, equals=value):
            return _equal(facts.prop(entity, name), value)
        case Seen(team=team, entity=entity):
            return facts.has_seen(team, entity)
        case Acted(team=team, action=action):
            return facts.acted(team, action) is not None


def parts(condition: Condition) -> Iterator[Condition]:
    """The condition and all within it, outermost first."""
    yield condition
    match condition:
        case All(of=several) | Any(of=several):
            for part in several:
                yield from parts(part)
        case Not(of=part):
            yield from parts(part)
        case _:
            return


def depth(condition: Condition) -> int:
    """1 for a leaf."""
    match condition:
        case All(of=several) | Any(of=several):
            return 1 + max((depth(part) for part in several), default=0)
        case Not(of=part):
            return 1 + depth(part)
        case _:
            return 1


def continuous(condition: Condition) -> bool:
    """Whether time alone can change the answer."""
    return any(
        isinstance(part, Near | Reached | Prop) or (isinstance(part, Executed) and part.after_s > 0)
        for part in parts(condition)
    )


def _near(condition: Near, facts: Facts) -> bool:
    here = facts.position(condition.entity)
    there = condition.place if condition.place is not None else facts.position(condition.other)
    return here is not None and there is not None and facts.metres(here, there) <= condition.within_m


def _equal(held: object, wanted: str | float | bool) -> bool:
    """`True` is not 1 here, and a number is equal to a number whatever its type."""
    if isinstance(held, bool) or isinstance(wanted, bool):
        return held is wanted
    return held == wanted
