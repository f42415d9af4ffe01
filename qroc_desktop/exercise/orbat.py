"""ORBAT Mapper scenarios: sides become teams, units with their states over time become entities, one to one.

The format is ORBAT Mapper's own JSON (`"type": "ORBAT-mapper"`); a unit's state is given by `t` (ISO 8601, or
milliseconds of the Unix epoch), `location` (lon, lat), `via`, `viaStartTime`, `interpolate`, `sidc`, `status`. States
before the scenario's start are kept at negative times: what was under way at the start is under way.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from qroc_desktop.domain.instant import MICROSECONDS, Instant, InstantError, iso, parse
from qroc_desktop.errors import Message, Refused
from qroc_desktop.exercise.conditions import LonLat
from qroc_desktop.exercise.scenario import FORMAT_VERSION, Entity, Geometry, Overlay, Role, Scenario, State, Team
from qroc_desktop.exercise.vocabulary import RoleType, Side

MOST_UNITS: Final = 100_000
_DEEPEST: Final = 60
_SIDES: Final = {"3": Side.BLUE, "2": Side.BLUE, "6": Side.RED, "5": Side.RED, "4": Side.GREEN}
"""Standard identity (APP-6): assumed friend, friend; suspect, hostile; neutral."""
_WHITE: Final = "white"


class Import(msgspec.Struct, frozen=True, kw_only=True):
    """The scenario, and what of the file was left out and why, by element."""

    scenario: Scenario
    skipped: tuple[tuple[str, Message], ...] = ()


def is_orbat(data: bytes) -> bool:
    """Whether bytes look like an ORBAT Mapper scenario."""
    return re.search(rb'"type"\s*:\s*"ORBAT-mapper"', data[:100_000]) is not None


def imported(data: bytes) -> Import:
    """Raises Refused where the file as a whole is no such scenario."""
    try:
        raw = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Refused(Message("The scenario is not JSON: {reason}.", reason=str(error)[:120])) from error
    if not isinstance(raw, dict) or raw.get("type") != "ORBAT-mapper":
        raise Refused(Message("This is no scenario of ORBAT Mapper."))
    return _Importer(raw).made()


class _Importer:
    def __init__(self, raw: Mapping[str, Any]) -> None:
        self._raw = raw
        self._skipped: list[tuple[str, Message]] = []
        self._seen: set[str] = set()
        start = _instant(raw.get("startTime"))
        self._start = start if start is not None else self._earliest()

    def made(self) -> Import:
        teams: list[Team] = []
        entities: list[Entity] = []
        for side in _dicts(self._raw.get("sides")):
            team = self._fresh(side.get("id"), "side")
            teams.append(
                Team(id=team, side=_SIDES.get(str(side.get("standardIdentity")), Side.GREEN), name=_texts(side))
            )
            for unit in self._units(side, 0):
                if len(entities) >= MOST_UNITS:
                    raise Refused(Message("There is too much in it to be played."))
                entities.append(self._entity(unit, team))
        teams.append(Team(id=_WHITE, side=Side.WHITE, name={"en": "Exercise control"}, roles=("director",)))
        overlays = tuple(self._overlays())
        scenario = Scenario(
            id=str(self._raw.get("id") or "orbat"),
            format_version=FORMAT_VERSION,
            kind="imported",
            title=_texts(self._raw),
            description={"en": str(self._raw.get("description") or "")},
            t0=iso(self._start),
            time_zone=str(self._raw.get("timeZone") or "UTC"),
            duration_s=self._duration(entities),
            teams=tuple(teams),
            roles=(Role(id="director", type=RoleType.DIRECTOR),),
            entities=tuple(entities),
            overlays=overlays,
        )
        return Import(scenario=scenario, skipped=tuple(self._skipped))

    def _units(self, parent: Mapping[str, Any], depth: int) -> Iterator[Mapping[str, Any]]:
        if depth > _DEEPEST:
            self._skip(parent, Message("It is nested too deeply."))
            return
        for key in ("groups", "subUnits"):
            for unit in _dicts(parent.get(key)):
                if key == "subUnits":
                    yield unit
                yield from self._units(unit, depth + 1)

    def _entity(self, unit: Mapping[str, Any], team: str) -> Entity:
        name = self._fresh(unit.get("id"), "unit")
        states = (self._state(raw, unit) for raw in _dicts(unit.get("state")))
        return Entity(
            id=name,
            team=team,
            sidc=str(unit.get("sidc") or ""),
            name=_texts(unit),
            states=tuple(sorted((state for state in states if state is not None), key=lambda state: state.t)),
        )

    def _state(self, raw: Mapping[str, Any], unit: Mapping[str, Any]) -> State | None:
        t = self._seconds(raw.get("t"))
        if t is None:
            self._skip(unit, Message("A state has no time that can be read."))
            return None
        place = _place(raw.get("location"))
        if raw.get("location") is not None and place is None:
            self._skip(unit, Message("A state has no place that can be read."))
        via = [_place(point) for point in raw.get("via") or ()] if isinstance(raw.get("via"), list) else []
        status, sidc = raw.get("status"), raw.get("sidc")
        return State(
            t=t,
            position=place,
            via=tuple(point for point in via if point is not None),
            via_start_t=self._seconds(raw.get("viaStartTime")),
            interpolate=raw.get("interpolate") is not False,
            status=status if isinstance(status, str) else None,
            sidc=sidc if isinstance(sidc, str) else None,
        )

    def _overlays(self) -> Iterator[Overlay]:
        for layer in (*_dicts(self._raw.get("layerStack")), *_dicts(self._raw.get("layers"))):
            for feature in (*_dicts(layer.get("items")), *_dicts(layer.get("features"))):
                geometry, properties = feature.get("geometry"), feature.get("properties")
                if not isinstance(geometry, dict) or "coordinates" not in geometry:
                    self._skip(feature, Message("It has no geometry."))
                    continue
                yield Overlay(
                    id=self._fresh(feature.get("id"), "overlay"),
                    geometry=Geometry(type=str(geometry.get("type")), coordinates=geometry["coordinates"]),
                    name=_texts(properties if isinstance(properties, dict) else feature),
                    visibility=(_WHITE,),
                )

    def _duration(self, entities: Sequence[Entity]) -> float:
        end = self._seconds(self._raw.get("endTime")) or 0.0
        last = max((state.t for entity in entities for state in entity.states), default=0.0)
        return max(end, last, 1.0)

    def _seconds(self, value: object) -> float | None:
        at = _instant(value)
        return None if at is None else (at - self._start) / MICROSECONDS

    def _earliest(self) -> Instant:
        found = [
            at for side in _dicts(self._raw.get("sides")) for unit in self._units(side, 0)
            for raw in _dicts(unit.get("state")) if (at := _instant(raw.get("t"))) is not None
        ]  # fmt: skip
        return min(found, default=Instant(0))

    def _fresh(self, name: object, kind: str) -> str:
        wanted = name if isinstance(name, str) and name and name.isprintable() and len(name) <= 100 else kind
        chosen, count = wanted, 1
        while chosen in self._seen:
            count += 1
            chosen = f"{wanted[:90]}-{count}"
        self._seen.add(chosen)
        return chosen

    def _skip(self, element: Mapping[str, Any], why: Message) -> None:
        self._skipped.append((str(element.get("id") or element.get("name") or "?")[:100], why))


def _dicts(value: object) -> list[Mapping[str, Any]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _texts(element: Mapping[str, Any]) -> dict[str, str]:
    name = element.get("name")
    return {"en": name} if isinstance(name, str) and name else {}


def _instant(value: object) -> Instant | None:
    try:
        if isinstance(value, str):
            return parse(value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return Instant(round(value * 1000))
    except (InstantError, OverflowError, ValueError):
        return None
    return None


def _place(value: object) -> LonLat | None:
    if not isinstance(value, list) or len(value) < 2:
        return None
    lon, lat = value[0], value[1]
    if not all(isinstance(part, int | float) and not isinstance(part, bool) for part in (lon, lat)):
        return None
    return (float(lon), float(lat)) if -180 <= lon <= 180 and -90 <= lat <= 90 else None
