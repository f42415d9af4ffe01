"""Where an entity is at an instant: looked up and reckoned at that instant, never added up from frame to frame."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, chain, pairwise
from typing import Any, Final, NamedTuple

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
        times = [ms(state.t) for state in self._states]
        self.columns = _columns(entity, self._states, times)
        self.ways = _ways(entity.initial.position, self._states, times)
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
        return {name: values[bisect_right(times, t)] for name, (times, values) in self.columns.items()}

    def prop(self, name: str, t: int) -> str | float | bool | None:
        """One of them; None where there is none."""
        times, values = self.columns.get(name, _NOTHING)
        return values[bisect_right(times, t)]

    def _laid_out(self, index: int) -> Leg:
        if self._leg is None or self._leg[0] != index:
            self._leg = index, Leg(*self.ways[index])
        return self._leg[1]


def _ways(start: LonLat | None, states: Sequence[State], times: Sequence[int]) -> list[_Way]:
    ways: list[_Way] = []
    here, since = start, 0
    for at, state in zip(times, states, strict=True):
        there = state.position
        if there is None:
            continue
        if here is None or not state.interpolate:
            ways.append(_Way((here or there, there), at, at))
        else:
            leaves = since if state.via_start_t is None else min(max(ms(state.via_start_t), since), at)
            ways.append(_Way((here, *state.via, there) if state.via else (here, there), leaves, at))
        here, since = there, at
    return ways


def _columns(entity: Entity, states: Sequence[State], times: Sequence[int]) -> dict[str, _Column]:
    """Each property by itself: when it changed and to what; before its first change, what it was at the start.

    Of two changes at one instant the later in here counts.
    """
    start: Props = {"status": entity.initial.status, "sidc": entity.sidc, **entity.initial.props}
    columns: dict[str, _Column] = {name: ([], [value]) for name, value in start.items()}
    for name in dict.fromkeys(name for state in states for name in state.props):
        columns.setdefault(name, ([], [None]))
    for at, state in zip(times, states, strict=True):
        for name, value in state.props.items():
            columns[name][0].append(at)
            columns[name][1].append(value)
        if state.status is not None:
            columns["status"][0].append(at)
            columns["status"][1].append(state.status)
        if state.sidc is not None:
            columns["sidc"][0].append(at)
            columns["sidc"][1].append(state.sidc)
    return columns


class _Rows:
    """Many ascending rows of instants, looked up together: each has a stretch of its own in one ascending row."""

    def __init__(self, rows: Sequence[Sequence[int]]) -> None:
        counts = np.array([len(row) for row in rows], dtype=np.int64)
        self.ends = np.cumsum(counts)
        flat = np.fromiter(chain.from_iterable(rows), dtype=np.int64, count=int(counts.sum()))
        self._low = int(flat.min(initial=0))
        self._span = int(flat.max(initial=0)) - self._low + 2
        owners = np.arange(len(rows), dtype=np.int64)
        self._starts = owners * self._span
        self._flat = flat - self._low + np.repeat(self._starts, counts)

    def passed(self, t: int) -> npt.NDArray[np.int64]:
        """For each row, where in all of them its first instant after `t` stands; the row's end where it has none."""
        within = min(max(t - self._low, -1), self._span - 1)
        return np.searchsorted(self._flat, self._starts + within, side="right")


class Courses:
    """All tracks at once: where everybody is and what they are at an instant, looked up together.

    A scenario of a thousand entities is shown many times a second when it is replayed. The answers are those of
    `Track.position` and `Track.props`, to the last bit.
    """

    def __init__(self, tracks: Mapping[str, Track]) -> None:
        self._tracks = list(tracks.values())
        self._names = list(tracks)
        flat = [way for track in self._tracks for way in track.ways]
        self._rows = _Rows([[way.arrives for way in track.ways] for track in self._tracks])
        self._leaves = np.array([way.leaves for way in flat], dtype=np.int64)
        self._arrives = np.array([way.arrives for way in flat], dtype=np.int64)
        self._ends = np.array([(*way.points[0], *way.points[-1]) for way in flat], dtype=np.float64).reshape(-1, 4)
        self._bent = np.array([len(way.points) > _TWO for way in flat], dtype=bool)
        self._fixed: list[Props] = []
        self._changing: dict[str, _Changing] = {}
        self._lay_out_props()

    def positions(self, t: int) -> dict[str, LonLat | None]:
        """The place of every entity at an instant in milliseconds, by its identifier."""
        if not len(self._leaves):
            return {name: track.position(t) for name, track in zip(self._names, self._tracks, strict=True)}
        at = self._rows.passed(t)
        safe = np.minimum(at, len(self._leaves) - 1)
        straight = np.flatnonzero((at < self._rows.ends) & (self._leaves[safe] <= t) & ~self._bent[safe])
        places = self._straight(safe[straight], t)
        if len(straight) == len(self._names):
            return dict(zip(self._names, places, strict=True))
        found: dict[str, LonLat | None] = dict(zip((self._names[i] for i in straight.tolist()), places, strict=True))
        found.update((name, track.position(t)) for name, track in self._others(straight))
        return found

    def props(self, t: int) -> dict[str, dict[str, Any]]:
        """Status, symbol and properties of every entity at an instant in milliseconds, by its identifier."""
        found = {entity: dict(fixed) for entity, fixed in zip(self._names, self._fixed, strict=True)}
        for name, changing in self._changing.items():
            for entity, value in changing.at(t):
                found[entity][name] = value
        return found

    def prop(self, name: str, t: int) -> dict[str, str | float | bool | None]:
        """One property of every entity that has it, by its identifier."""
        found = {entity: fixed[name] for entity, fixed in zip(self._names, self._fixed, strict=True) if name in fixed}
        changing = self._changing.get(name)
        if changing is not None:
            found.update(changing.at(t))
        return found

    def _straight(self, ways: npt.NDArray[np.int64], t: int) -> Iterator[LonLat]:
        """Places on ways without corners."""
        leaves = self._leaves[ways]
        part = (t - leaves) / (self._arrives[ways] - leaves)
        lon0, lat0, lon1, lat1 = self._ends[ways].T
        lons = _wrapped(lon0 + _wrapped(lon1 - lon0) * part)
        lats = lat0 + (lat1 - lat0) * part
        lons, lats = (np.rint(values * _SCALE) / _SCALE + 0.0 for values in (lons, lats))
        return zip(lons.tolist(), lats.tolist(), strict=True)

    def _others(self, straight: npt.NDArray[np.int64]) -> Iterator[tuple[str, Track]]:
        """Those that stand still, turn corners or are nowhere."""
        done = set(straight.tolist())
        return ((self._names[i], track) for i, track in enumerate(self._tracks) if i not in done)

    def _lay_out_props(self) -> None:
        changing: dict[str, dict[str, _Column]] = {}
        for entity, track in zip(self._names, self._tracks, strict=True):
            self._fixed.append({name: values[0] for name, (times, values) in track.columns.items() if not times})
            for name, column in track.columns.items():
                if column[0]:
                    changing.setdefault(name, {})[entity] = column
        self._changing = {name: _Changing(columns) for name, columns in changing.items()}


class _Changing:
    """One property of all entities for which it changes."""

    def __init__(self, columns: Mapping[str, _Column]) -> None:
        self._entities = list(columns)
        self._rows = _Rows([times for times, _ in columns.values()])
        self._values = list(chain.from_iterable(values for _, values in columns.values()))
        # Each entity has one value more than it has changes: what was before the first.
        self._offsets = np.arange(len(columns), dtype=np.int64)

    def at(self, t: int) -> Iterator[tuple[str, str | float | bool | None]]:
        """Entities and their values at an instant."""
        values = self._values
        found = [values[index] for index in (self._rows.passed(t) + self._offsets).tolist()]
        return zip(self._entities, found, strict=True)


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
