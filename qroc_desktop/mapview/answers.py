"""What the page gets when it asks for the picture in view: only what changed since its last question."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from qroc_desktop.domain.aspects import Style
from qroc_desktop.domain.instant import Clock
from qroc_desktop.domain.query import Moment, Row
from qroc_desktop.domain.shape import Bounds, Shape
from qroc_desktop.mapview.sources import PictureSource

ROW_FIELDS = Row.__struct_fields__
"""Rows travel as arrays in this order; the page gets the names once."""
_EVERYWHERE = 360.0


class QuestionError(ValueError):
    """A question for the picture that the page would never ask."""


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds as the page has them, which may lie beyond 180 degrees; `since` names the answer it has."""

    west: float
    south: float
    east: float
    north: float
    zoom: float
    since: int = 0

    def bounds(self) -> Bounds:
        """West, south, east, north within 180 degrees; west > east crosses the antimeridian."""
        south, north = max(-90.0, self.south), min(90.0, self.north)
        if self.east - self.west >= _EVERYWHERE:
            return (-180.0, south, 180.0, north)
        return (_wrapped(self.west), south, _wrapped(self.east), north)


def _wrapped(lon: float) -> float:
    return lon if -180.0 <= lon <= 180.0 else (lon + 180.0) % 360.0 - 180.0


def question(fields: Mapping[str, str]) -> Question:
    """Read a question from the query part of an address; QuestionError where it is none."""
    try:
        asked = Question(
            west=float(fields["w"]),
            south=float(fields["s"]),
            east=float(fields["e"]),
            north=float(fields["n"]),
            zoom=float(fields["z"]),
            since=int(fields.get("since", "0")),
        )
    except (KeyError, ValueError) as error:
        raise QuestionError(f"not a question for a picture: {error}") from error
    values = (asked.west, asked.south, asked.east, asked.north, asked.zoom)
    if not all(math.isfinite(value) for value in values) or asked.south > asked.north or asked.west > asked.east:
        raise QuestionError("the bounds of the picture are upside down or not finite")
    return asked


class Answers:
    """Answers for one page, one at a time. It remembers what the page was last told."""

    def __init__(self, source: PictureSource, clock: Clock, limit: Callable[[], int]) -> None:
        self._source = source
        self._clock = clock
        self._limit = limit
        self._lock = threading.Lock()
        self._token = 0
        self._rows: dict[str, Row] = {}
        self._shapes: dict[str, tuple[Shape, Style | None]] = {}

    def answer(self, asked: Question, moment: Moment | None) -> bytes:
        """JSON for the page; raises whatever the source raises."""
        bounds = asked.bounds()
        with self._lock:
            view = self._source.view(bounds, asked.zoom, moment, limit=self._limit())
            drawn = self._source.shapes(bounds, asked.zoom, moment)
            rows = {row.id: row for row in view.rows}
            single = set(rows)
            for row, _, _ in drawn:
                rows.setdefault(row.id, row)
            shapes = {row.id: (shape, style) for row, shape, style in drawn}
            full = asked.since == 0 or asked.since != self._token
            known_rows, known_shapes = ({}, {}) if full else (self._rows, self._shapes)
            self._token += 1
            self._rows, self._shapes = rows, shapes
            return msgspec.json.encode(
                {
                    "token": self._token,
                    "full": full,
                    "now": moment.valid if moment else self._clock(),
                    "total": view.total,
                    "rows": [
                        (*msgspec.structs.astuple(row), row.id in single)
                        for row in rows.values()
                        if known_rows.get(row.id) != row or row.extent
                    ],
                    "shapes": [
                        (item, shape, style)
                        for item, (shape, style) in shapes.items()
                        if known_shapes.get(item) != (shape, style)
                    ],
                    "gone": _gone(known_rows, rows),
                    "shapes_gone": _gone(known_shapes, shapes),
                    "clusters": [msgspec.structs.astuple(cluster) for cluster in view.clusters],
                }
            )


def _gone(before: Mapping[str, Any], now: Mapping[str, Any]) -> Sequence[str]:
    return [item for item in before if item not in now]
