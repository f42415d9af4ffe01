"""Where an entity is at an instant: looked up and reckoned at that instant, never added up from frame to frame."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, pairwise
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from qroc_desktop.domain import geodesy
from qroc_desktop.exercise.conditions import LonLat
from qroc_desktop.exercise.scenario import Entity, Props, State, ms

_TWO: Final = 2
_HALF_TURN: Final = 180.0
_Column = tuple[list[int], list[str | float | bool | None]]
_NOTHING: Final[_Column] = ([], [None])
_SCALE: Final = 1e7
"""Parts of a degree: about a centimetre. Rounded, so that equal states have equal bytes on every machine."""


class Leg:
    """A way from one place to another between two instants (milliseconds): even speed along the points."""

    __slots__ = ("_along", "_points", "arrives", "leaves")

    def __init__(self, points: Sequence[LonLat], leaves: int, arrives: int) -> None:
        self._points = tuple(points)
        self.leaves = leaves
        self.arrives = arrives
        self._along = (0.0, *accumulate(geodesy.distance(a, b) for a, b in pairwise(self._points)))

    def position(self, t: int) -> LonLat:
        """The place at an instant; before and after it, its ends."""
        if t >= self.arrives:
            return _rounded(self._points[-1])
        if t <= self.leaves:
            return _rounded(self._points[0])
        gone = self._along[-1] * (t - self.leaves) / (self.arrives - self.leaves)
        index = min(bisect_right(self._along, gone), len(self._points) - 1)
        start, end = self._points[index - 1], self._points[index]
        piece = self._along[index] - self._along[index - 1]
        return _between(start, end, (gone - self._along[index - 1]) / piece if piece > 0 else 0.0)


class _Way(NamedTuple):
    """A leg that has not been laid out: how far it is, is reckoned when somebody asks."""

    points: tuple[LonLat, ...]
    leaves: int
    arrives: int


class Track:
    """The whole course of an entity as the scenario has it: places and states by time.

    Only what is asked for is laid out: a scenario has thousands of states, and a picture shows one of each entity.
    """

    def __init__(self, entity: Entity) -> None:
        self._initial = entity.initial
        self._states = sorted(entity.states, key=lambda state: state.t)
        self._columns = _columns(entity, self._states)
        self.ways = _ways(entity.initial.position, self._states)
        self._until = [way.arrives for way in self.ways]
        self._leg: tuple[int, Leg] | None = None

    def position(self, t: int) -> LonLat | None:
        """The place at an instant in milliseconds; None where it has none yet."""
        index = bisect_right(self._until, t)
        if index < len(self.ways):
            points, leaves, arrives = self.ways[index]
            if t >= leaves and len(points) > _TWO:
                return self._laid_out(index).position(t)
            if t >= leaves:
                return _between(points[0], points[1], (t - leaves) / (arrives - leaves))
        if index:
            return _rounded(self.ways[index - 1].points[-1])
        return None if self._initial.position is None else _rounded(self._initial.position)

    def props(self, t: int) -> Props:
        """Status, symbol and properties at an instant."""
        return {name: values[bisect_right(times, t)] for name, (times, values) in self._columns.items()}

    def prop(self, name: str, t: int) -> str | float | bool | None:
        """One of them; None where there is none."""
        times, values = self._columns.get(name, _NOTHING)
        return values[bisect_right(times, t)]

    def _laid_out(self, index: int) -> Leg:
        if self._leg is None or self._leg[0] != index:
            self._leg = index, Leg(*self.ways[index])
        return self._leg[1]


def _ways(start: LonLat | None, states: Sequence[State]) -> list[_Way]:
    ways: list[_Way] = []
    here, since = start, 0
    for state in states:
        if state.position is None:
            continue
        at = ms(state.t)
        if here is None or not state.interpolate:
            ways.append(_Way((here or state.position, state.position), at, at))
        else:
            leaves = since if state.via_start_t is None else min(max(ms(state.via_start_t), since), at)
            ways.append(_Way((here, *state.via, state.position), leaves, at))
        here, since = state.position, at
    return ways


def _columns(entity: Entity, states: Sequence[State]) -> dict[str, _Column]:
    """Each property by itself: when it changed and to what; before its first change, what it was at the start."""
    start: Props = {"status": entity.initial.status, "sidc": entity.sidc, **entity.initial.props}
    columns: dict[str, _Column] = {name: ([], [value]) for name, value in start.items()}
    for state in states:
        told = dict(state.props)
        if state.status is not None:
            told["status"] = state.status
        if state.sidc is not None:
            told["sidc"] = state.sidc
        for name, value in told.items():
            times, values = columns.setdefault(name, ([], [None]))
            times.append(ms(state.t))
            values.append(value)
    return columns


class Courses:
    """All tracks at once: where everybody is at an instant, looked up together.

    A scenario of a thousand entities is shown many times a second when it is replayed. The answers are those of
    `Track.position`, to the last bit.
    """

    def __init__(self, tracks: Mapping[str, Track]) -> None:
        self._tracks = list(tracks.values())
        self._names = list(tracks)
        ways = [track.ways for track in self._tracks]
        counts = np.array([len(of) for of in ways], dtype=np.int64)
        self._last = np.cumsum(counts)
        self._first = self._last - counts
        flat = [way for of in ways for way in of]
        self._leaves = np.array([way.leaves for way in flat], dtype=np.int64)
        self._arrives = np.array([way.arrives for way in flat], dtype=np.int64)
        self._ends = np.array([(*way.points[0], *way.points[-1]) for way in flat], dtype=np.float64).reshape(-1, 4)
        self._bent = np.array([len(way.points) > _TWO for way in flat], dtype=bool)
        # One ascending row of numbers for all: each entity has a stretch of its own in it.
        self._low = int(self._arrives.min(initial=0))
        self._span = int(self._arrives.max(initial=0)) - self._low + 2
        owners = np.repeat(np.arange(len(ways), dtype=np.int64), counts)
        self._row = self._arrives - self._low + owners * self._span

    def positions(self, t: int) -> dict[str, LonLat | None]:
        """The place of every entity at an instant in milliseconds, by its identifier."""
        within = min(max(t - self._low, -1), self._span - 1)
        at = np.searchsorted(self._row, np.arange(len(self._names)) * self._span + within, side="right")
        there = at < self._last
        safe = np.minimum(at, max(len(self._row) - 1, 0))
        moving = there & (self._leaves[safe] <= t) if len(self._row) else there
        straight = np.flatnonzero(moving & ~self._bent[safe]) if len(self._row) else np.flatnonzero(there)
        found = {name: track.position(t) for name, track in self._others(straight)}
        index = safe[straight]
        part = (t - self._leaves[index]) / (self._arrives[index] - self._leaves[index])
        lon0, lat0, lon1, lat1 = self._ends[index].T
        lons = _wrapped(lon0 + _wrapped(lon1 - lon0) * part)
        lats = lat0 + (lat1 - lat0) * part
        lons, lats = (np.rint(values * _SCALE) / _SCALE + 0.0 for values in (lons, lats))
        found.update(
            zip((self._names[i] for i in straight), zip(lons.tolist(), lats.tolist(), strict=True), strict=True)
        )
        return found

    def _others(self, straight: npt.NDArray[np.int64]) -> Iterator[tuple[str, Track]]:
        """Those that stand still, turn corners or are nowhere."""
        done = set(straight.tolist())
        return ((self._names[i], track) for i, track in enumerate(self._tracks) if i not in done)


def _wrapped(degrees: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    outside = (degrees < -_HALF_TURN) | (degrees > _HALF_TURN)
    return np.where(outside, (degrees + _HALF_TURN) % (2 * _HALF_TURN) - _HALF_TURN, degrees)


def _between(start: LonLat, end: LonLat, part: float) -> LonLat:
    """Straight in degrees, the short way round the globe."""
    east = _turned(end[0] - start[0])
    return _rounded((_turned(start[0] + east * part), start[1] + (end[1] - start[1]) * part))


def _turned(degrees: float) -> float:
    if -_HALF_TURN <= degrees <= _HALF_TURN:
        return degrees
    return (degrees + _HALF_TURN) % (2 * _HALF_TURN) - _HALF_TURN


def _rounded(place: LonLat) -> LonLat:
    # Adding nothing makes a zero of a negative one, which is written otherwise.
    return round(place[0] * _SCALE) / _SCALE + 0.0, round(place[1] * _SCALE) / _SCALE + 0.0
