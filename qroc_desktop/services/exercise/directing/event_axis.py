"""The event list on an axis of time: a track for each storyline, and lanes in it so that no mark hides another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from qroc_desktop.services.exercise.directing.event_list import EventRow


@dataclass(frozen=True, slots=True)
class Mark:
    """An inject on the axis. `left`, `right`: in the unit of the scale, from scenario time 0; its instant is `left`.
    `guessed`: its time follows from that of another one and may change."""

    row: EventRow
    lane: int
    left: float
    right: float
    guessed: bool


@dataclass(frozen=True, slots=True)
class Track:
    """A storyline. `undated`: injects of which nobody can tell when they come."""

    id: str
    title: str
    marks: tuple[Mark, ...]
    lanes: int
    undated: tuple[EventRow, ...]


def tracks(rows: Sequence[EventRow], scale: float, width: Callable[[EventRow], float], gap: float) -> list[Track]:
    """All storylines in the order in which the scenario begins them.

    scale: pixels for a millisecond. width: of the mark of an inject, in pixels; gap: between two of them.
    """
    by_storyline: dict[str, list[EventRow]] = {}
    for row in sorted(rows, key=lambda row: row.place_in):
        by_storyline.setdefault(row.storyline, []).append(row)
    return [_track(listed, scale, width, gap) for listed in by_storyline.values()]


def _track(listed: Sequence[EventRow], scale: float, width: Callable[[EventRow], float], gap: float) -> Track:
    dated = sorted((row for row in listed if row.drawn_at is not None), key=lambda row: (row.drawn_at, row.place_in))
    ends: list[float] = []
    marks = []
    for row in dated:
        left = (row.drawn_at or 0) * scale
        right = left + width(row)
        lane = next((lane for lane, end in enumerate(ends) if end + gap <= left), len(ends))
        if lane == len(ends):
            ends.append(right)
        ends[lane] = right
        marks.append(Mark(row, lane, left, right, guessed=row.when is None))
    undated = tuple(row for row in listed if row.drawn_at is None)
    return Track(listed[0].storyline, listed[0].storyline_title, tuple(marks), max(1, len(ends)), undated)
