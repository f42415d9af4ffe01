"""A picture in memory: what the map asks for, answered from plain lists. Slow and right."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from qroc_desktop.domain.aspects import Style
from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.query import Cluster, Moment, Row, View
from qroc_desktop.domain.shape import Bounds, Shape
from qroc_desktop.domain.vocabulary import ItemType, Priority, Status

NOW = Instant(1_780_000_000_000_000)
HOUR = 3_600_000_000


def row(item: str, lon: float | None, lat: float | None, **more: Any) -> Row:
    """An incident with defaults; `more` are fields of Row."""
    fields: dict[str, Any] = {
        "layer": "incidents",
        "type": ItemType.INCIDENT,
        "kind": "a-u-X-i",
        "sidc": "",
        "affiliation": "unknown",
        "title": item,
        "place": "",
        "status": Status.CONFIRMED,
        "priority": Priority.ROUTINE,
        "starts": None,
        "valid_from": Instant(NOW - HOUR),
        "stale_at": None,
        "extent": False,
        "evaluation": "",
        "assessment": False,
    }
    return Row(id=item, lon=lon, lat=lat, **(fields | more))


def _in(bounds: Bounds, lon: float, lat: float) -> bool:
    west, south, east, north = bounds
    across = west <= lon <= east if west <= east else lon >= west or lon <= east
    return across and south <= lat <= north


@dataclass
class MemoryPicture:
    """Implements `PictureSource`. `past` is shown for every moment that is not now."""

    rows: dict[str, Row] = field(default_factory=dict)
    drawn: dict[str, tuple[Shape, Style | None]] = field(default_factory=dict)
    past: MemoryPicture | None = None
    asked: list[tuple[Bounds, float, Moment | None]] = field(default_factory=list)

    @classmethod
    def of(cls, rows: Iterable[Row]) -> MemoryPicture:
        return cls({one.id: one for one in rows})

    def put(self, one: Row, shape: Shape | None = None, style: Style | None = None) -> None:
        """Add or replace an item; with a shape its anchor is that of the shape."""
        if shape is not None:
            lon, lat = shape.anchor()
            extent = shape.type != "Point" or shape.radius_m is not None or bool(shape.rings_m)
            one = msgspec.structs.replace(one, lon=lon, lat=lat, extent=extent)
            if extent:
                self.drawn = self.drawn | {one.id: (shape, style)}
        self.rows = self.rows | {one.id: one}

    def view(self, bounds: Bounds, zoom: float, moment: Moment | None, *, limit: int = 2000) -> View:
        if moment is not None and self.past is not None:
            return self.past.view(bounds, zoom, None, limit=limit)
        self.asked.append((bounds, zoom, moment))
        rows = [
            one
            for one in self.rows.values()
            if one.lon is not None and one.lat is not None and _in(bounds, one.lon, one.lat)
        ]
        if len(rows) <= limit:
            return View(rows=rows, clusters=[], total=len(rows))
        return View(rows=[], clusters=_clustered(rows, zoom), total=len(rows))

    def shapes(self, bounds: Bounds, zoom: float, moment: Moment | None) -> Sequence[tuple[Row, Shape, Style | None]]:
        if moment is not None and self.past is not None:
            return self.past.shapes(bounds, zoom, None)
        return [(self.rows[item], shape, style) for item, (shape, style) in self.drawn.items() if item in self.rows]


def _clustered(rows: Sequence[Row], zoom: float) -> list[Cluster]:
    cell = 360 / 2**zoom / 3
    groups: dict[tuple[int, int], list[tuple[float, float, Priority]]] = defaultdict(list)
    for one in rows:
        if one.lon is not None and one.lat is not None:
            groups[int(one.lon // cell), int(one.lat // cell)].append((one.lon, one.lat, one.priority))
    clusters = []
    for members in groups.values():
        lons, lats, priorities = zip(*members, strict=True)
        clusters.append(
            Cluster(
                lon=sum(lons) / len(lons),
                lat=sum(lats) / len(lats),
                count=len(members),
                priority=min(priorities),
                bounds=(min(lons), min(lats), max(lons), max(lats)),
            )
        )
    return clusters
