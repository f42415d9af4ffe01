"""What OpenStreetMap's tags say of a way: which road it is, who may go along it and in which direction.

Defaults by class and the order of the access tags (the most particular one that is there decides) follow
OpenStreetMap's own documentation of `highway`, `access`, `oneway` and `barrier`. A general tag (`access`, `vehicle`)
can close a way and never open one that its class closes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from qroc_desktop.exercise.models.roads import RoadClass, Traveller

_CLASSES = {
    "motorway": RoadClass.MOTORWAY, "motorway_link": RoadClass.MOTORWAY, "trunk": RoadClass.TRUNK,
    "trunk_link": RoadClass.TRUNK, "primary": RoadClass.PRIMARY, "primary_link": RoadClass.PRIMARY,
    "secondary": RoadClass.SECONDARY, "secondary_link": RoadClass.SECONDARY, "tertiary": RoadClass.TERTIARY,
    "tertiary_link": RoadClass.TERTIARY, "unclassified": RoadClass.MINOR, "residential": RoadClass.RESIDENTIAL,
    "living_street": RoadClass.LIVING_STREET, "road": RoadClass.ROAD, "service": RoadClass.SERVICE,
    "track": RoadClass.TRACK, "pedestrian": RoadClass.PEDESTRIAN, "cycleway": RoadClass.CYCLEWAY,
    "footway": RoadClass.FOOTWAY, "path": RoadClass.PATH, "bridleway": RoadClass.BRIDLEWAY, "steps": RoadClass.STEPS,
}  # fmt: skip
_NO_MOTOR = frozenset(
    {RoadClass.PEDESTRIAN, RoadClass.CYCLEWAY, RoadClass.FOOTWAY, RoadClass.PATH, RoadClass.BRIDLEWAY, RoadClass.STEPS}
)
_NO_BICYCLE = frozenset(
    {RoadClass.MOTORWAY, RoadClass.PEDESTRIAN, RoadClass.FOOTWAY, RoadClass.BRIDLEWAY, RoadClass.STEPS}
)
_CLOSED = frozenset(
    {"no", "private", "agricultural", "forestry", "agricultural;forestry", "delivery", "emergency", "military",
     "use_sidepath", "dismount", "psv", "bus"}
)  # fmt: skip
_OPEN = frozenset({"yes", "designated", "official", "permissive", "destination", "shared"})
_GENERAL = frozenset({"access", "vehicle"})
_KEYS = {
    Traveller.FOOT: ("access", "foot"),
    Traveller.BICYCLE: ("access", "vehicle", "bicycle"),
    Traveller.MOTOR: ("access", "vehicle", "motor_vehicle", "motorcar"),
}
# Barriers that a car gets through where nothing else is said; any other stops it.
_LETS_CARS_THROUGH = frozenset(
    {"gate", "lift_gate", "swing_gate", "cattle_grid", "border_control", "toll_booth", "checkpoint", "entrance",
     "sally_port", "height_restrictor", "kerb", "no"}
)  # fmt: skip
_STOPS_ALL = frozenset({"fence", "wall", "hedge", "city_wall"})
_MPH = 1.609344


@dataclass(frozen=True, slots=True)
class Way:
    """One way. `limit`: signposted km/h, 0 where unknown. `passes`: bits of `Traveller.forward` and `back`."""

    id: int
    road: RoadClass
    ramp: bool
    name: str
    limit: int
    passes: int
    bridge: bool
    tunnel: bool


def way(number: int, tags: Mapping[str, str]) -> Way | None:
    """What the tags say; None where the way is no road, an area, or closed to everybody."""
    road = _CLASSES.get(tags.get("highway", ""))
    if road is None or tags.get("area") == "yes":
        return None
    passes = _passes(road, tags)
    if not passes:
        return None
    return Way(
        id=number,
        road=road,
        ramp=tags["highway"].endswith("_link"),
        name=tags.get("name") or tags.get("ref") or "",
        limit=_limit(tags.get("maxspeed", "")),
        passes=passes,
        bridge=tags.get("bridge", "no") != "no",
        tunnel=tags.get("tunnel", "no") != "no",
    )


def bars(tags: Mapping[str, str]) -> int:
    """Bits of `Traveller.barred` for a node with a barrier; 0 where it stops nobody."""
    barrier = tags.get("barrier", "")
    if not barrier:
        return 0
    stopped = 0
    for traveller, keys in _KEYS.items():
        is_open = barrier in _LETS_CARS_THROUGH if traveller is Traveller.MOTOR else barrier not in _STOPS_ALL
        if not _allowed(is_open, keys, tags):
            stopped |= traveller.barred
    return stopped


def _allowed(is_open: bool, keys: tuple[str, ...], tags: Mapping[str, str]) -> bool:
    for key in keys:
        value = tags.get(key, "")
        if value in _CLOSED:
            is_open = False
        elif value in _OPEN and key not in _GENERAL:
            is_open = True
    return is_open


def _passes(road: RoadClass, tags: Mapping[str, str]) -> int:
    closed = {
        Traveller.FOOT: road is RoadClass.MOTORWAY or tags.get("motorroad") == "yes",
        Traveller.BICYCLE: road in _NO_BICYCLE or tags.get("motorroad") == "yes",
        Traveller.MOTOR: road in _NO_MOTOR,
    }
    passes = 0
    for traveller, keys in _KEYS.items():
        if _allowed(not closed[traveller], keys, tags):
            forward, back = _directions(traveller, road, tags)
            passes |= traveller.forward * forward | traveller.back * back
    return passes


def _directions(traveller: Traveller, road: RoadClass, tags: Mapping[str, str]) -> tuple[bool, bool]:
    oneway = tags.get("oneway", "")
    if traveller is Traveller.FOOT or oneway in ("no", "false", "0"):
        return True, True
    if traveller is Traveller.BICYCLE and (
        tags.get("oneway:bicycle") == "no" or tags.get("cycleway", "").startswith("opposite")
    ):
        return True, True
    if oneway in ("-1", "reverse"):
        return False, True
    implied = road is RoadClass.MOTORWAY or tags.get("junction") in ("roundabout", "circular")
    return (True, False) if implied or oneway in ("yes", "true", "1") else (True, True)


def _limit(text: str) -> int:
    """km/h of `50`, `30 mph`, `CH:urban`; 0 for anything else."""
    if text.endswith(":urban"):
        return 50
    number, _, unit = text.strip().partition(" ")
    if not number.isascii() or not number.isdigit() or unit not in ("", "mph", "km/h") or len(number) > 3:
        return 0
    return min(255, round(int(number) * (_MPH if unit == "mph" else 1)))
