"""What a briefing tells: the picture at a moment with everything that must stand beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import cached_property
from typing import Final

from babel.dates import format_datetime

from qroc_desktop.domain.aspects import Identity, Marking
from qroc_desktop.domain.instant import FOREVER, Instant, shown, to_datetime
from qroc_desktop.domain.query import Moment
from qroc_desktop.domain.shape import Bounds
from qroc_desktop.domain.state import Item, Layer, LogEntry
from qroc_desktop.domain.vocabulary import Aspect, ItemType, Tlp, WorkspaceKind
from qroc_desktop.translation import language, tr

_STRICTEST_FIRST: Final = (Tlp.RED, Tlp.AMBER_STRICT, Tlp.AMBER, Tlp.GREEN, Tlp.CLEAR)
_TYPE_ORDER: Final = {kind: place for place, kind in enumerate(ItemType)}
_FEWEST_IN_CORE: Final = 8
_OUTLIERS: Final = 0.08
_LARGEST_CORE: Final = 0.55
_EDGE: Final = 0.35
EUROPE: Final[Bounds] = (-11.0, 35.0, 32.0, 62.0)


@dataclass(kw_only=True)
class Content:
    """A briefing's content. `items` and `layers` are what is shown, in drawing order; `entries` newest first.

    hidden: names of the layers that are switched off and therefore not shown. earlier_entries: whether the logbook has
    entries before these. asked: what the map is to show,
    None for all items. zone: of the local times, None for the machine's own.
    """

    identity: Identity
    layers: Sequence[Layer]
    items: Sequence[Item]
    entries: Sequence[LogEntry]
    moment: Moment
    made_at: Instant
    title: str = ""
    hidden: Sequence[str] = ()
    earlier_entries: bool = False
    asked: Bounds | None = None
    zone: tzinfo | None = None

    @property
    def headline(self) -> str:
        """The briefing's title."""
        return self.title.strip() or tr("Situation picture")

    @property
    def exercise(self) -> bool:
        """Whether the picture is an exercise's, which every page must say."""
        return self.identity.kind is WorkspaceKind.EXERCISE

    @cached_property
    def numbered(self) -> list[tuple[int, Item]]:
        """All items with their number: incidents first, the most urgent first, then by time."""
        ordered = sorted(
            self.items,
            key=lambda item: (
                _TYPE_ORDER[item.nature.type],
                item.situation.priority,
                item.situation.starts or item.valid_from,
                item.id,
            ),
        )
        return list(enumerate(ordered, start=1))

    @cached_property
    def bounds(self) -> Bounds:
        """West, south, east, north of the map; west > east crosses the antimeridian."""
        if self.asked is not None:
            return self.asked
        boxes = [item.shape.bounds() for item in self.items if item.shape]
        if not boxes:
            return EUROPE
        south, north = min(box[1] for box in boxes), max(box[3] for box in boxes)
        west, east = _across([(box[0], box[2]) for box in boxes])
        return (west, south, east, north)

    def core(self) -> Bounds | None:
        """Where most incidents are, if that is a small part of the map of all items; None where nobody needs it."""
        spots = [item.shape.anchor() for item in self.items if item.shape and item.nature.type is ItemType.INCIDENT]
        west, south, east, north = self.bounds
        if self.asked is not None or len(spots) < _FEWEST_IN_CORE or west > east:
            return None
        lons, lats = (sorted(axis) for axis in zip(*spots, strict=True))
        low, high = round(len(spots) * _OUTLIERS), round(len(spots) * (1 - _OUTLIERS)) - 1
        core = _grown((lons[low], lats[low], lons[high], lats[high]), spots)
        share = max((core[2] - core[0]) / (east - west or 1.0), (core[3] - core[1]) / (north - south or 1.0))
        return core if share < _LARGEST_CORE else None

    @cached_property
    def marking(self) -> str:
        """The marking of the whole: each axis by itself, the strictest TLP, every handling code and classification
        that occurs."""
        marks = [self.identity.marking, *(item.marking for item in self.items), *(_of(entry) for entry in self.entries)]
        tlps = {mark.tlp for mark in marks}
        parts = [classification for mark in marks if (classification := mark.classification)]
        parts = list(dict.fromkeys(parts))
        parts += [str(tlp) for tlp in _STRICTEST_FIRST if tlp in tlps][:1]
        codes = sorted({mark.handling for mark in marks if mark.handling})
        if codes:
            parts.append(tr("Handling {codes}", codes=", ".join(codes)))
        return "  ·  ".join(parts) or tr("No marking")

    def clock(self, instant: Instant, *, seconds: bool = False) -> tuple[str, str]:
        """Local time with its offset, and UTC, in the user's language."""
        moment = to_datetime(shown(instant))
        local = moment.astimezone(self.zone)
        pattern = "d MMM y, HH:mm:ss" if seconds else "d MMM y, HH:mm"
        utc = pattern.split(", ")[1] if local.date() == moment.date() else pattern
        return f"{_dated(local, pattern)} {_offset(local)}", f"{_dated(moment, utc)} UTC"

    def short_time(self, instant: Instant) -> str:
        """Local time; with its day where that is not the day of the picture."""
        local = to_datetime(shown(instant)).astimezone(self.zone)
        same = local.date() == to_datetime(shown(self.moment.valid)).astimezone(self.zone).date()
        return _dated(local, "HH:mm" if same else "d MMM HH:mm")

    @property
    def past_knowledge(self) -> bool:
        """Whether the picture leaves out what became known later."""
        return self.moment.known < FOREVER


def _grown(core: Bounds, spots: Sequence[tuple[float, float]]) -> Bounds:
    """The box with those spots just beyond its edges that were only trimmed off by counting."""
    reach_x, reach_y = (core[2] - core[0]) * _EDGE, (core[3] - core[1]) * _EDGE
    near = [
        (lon, lat)
        for lon, lat in spots
        if core[0] - reach_x <= lon <= core[2] + reach_x and core[1] - reach_y <= lat <= core[3] + reach_y
    ]
    lons, lats = zip(*near, strict=True)
    return (min(lons), min(lats), max(lons), max(lats))


def _of(entry: LogEntry) -> Marking:
    return entry.get(Aspect.MARKING, Marking) or Marking()


def _dated(moment: datetime, pattern: str) -> str:
    return str(format_datetime(moment, pattern, locale=language().replace("-", "_")))


def _offset(moment: datetime) -> str:
    offset = moment.utcoffset()
    minutes = round(offset.total_seconds() / 60) if offset else 0
    hours, rest = divmod(abs(minutes), 60)
    sign = "\N{MINUS SIGN}" if minutes < 0 else "+"
    return f"(UTC{sign}{hours}{f':{rest:02}' if rest else ''})" if minutes else "(UTC)"


def _across(spans: list[tuple[float, float]]) -> tuple[float, float]:
    """The shortest span of longitudes that holds all spans: over the antimeridian where that is shorter."""
    plain = (min(west for west, _ in spans), max(east for _, east in spans))
    if plain[1] - plain[0] <= 180:
        return plain
    turned = [(west % 360, east % 360) for west, east in spans]
    if any(west > east for west, east in turned):
        return plain
    west, east = min(w for w, _ in turned), max(e for _, e in turned)
    if east - west >= plain[1] - plain[0]:
        return plain
    return (west - 360 if west > 180 else west), (east - 360 if east > 180 else east)
