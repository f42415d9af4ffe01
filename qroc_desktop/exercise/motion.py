"""Where an entity is at an instant: looked up and reckoned at that instant, never added up from frame to frame."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, chain, pairwise
from typing import Any, Final, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from qroc_desktop.domain import geodesy
from qroc_desktop.exercise.conditions import LonLat
from qroc_desktop.exercise.scenario import Entity, Props, State, ms

_TWO: Final = 2
_HALF_TURN: Final = 180.0
_Column = tuple[list[int], list[str | float | bool | None]]
_Value = TypeVar("_Value")
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
    """Many ascending rows of instants, looked up together.

    A table says for each stretch of time where in each row it begins; what is left is a step or two, and few places of
    memory are touched.
    """

    def __init__(self, rows: Sequence[Sequence[int]]) -> None:
        counts = np.array([len(row) for row in rows], dtype=np.int64)
        self.ends = np.cumsum(counts)
        total = int(counts.sum())
        self._all = np.fromiter(chain(chain.from_iterable(rows), (0,)), dtype=np.int64, count=total + 1)
        self._asked: tuple[int, npt.NDArray[np.int64]] | None = None
        self._low = int(self._all.min())
        self._stretches = max(1, total // max(1, len(rows)))
        self._width = (int(self._all.max()) - self._low) // self._stretches + 1
        edges = self._low + self._width * np.arange(self._stretches + 1, dtype=np.int64)
        self._table = np.empty((self._stretches + 1, len(rows)), dtype=np.int64)
        for index, (end, count) in enumerate(zip(self.ends.tolist(), counts.tolist(), strict=True)):
            self._table[:, index] = end - count + np.searchsorted(self._all[end - count : end], edges)

    def equals(self, other: _Rows) -> bool:
        """Whether the other has the same instants in the same rows."""
        return np.array_equal(self.ends, other.ends) and np.array_equal(self._all, other._all)

    def passed(self, t: int) -> npt.NDArray[np.int64]:
        """For each row, where in all of them its first instant after `t` stands; the row's end where it has none."""
        if self._asked is None or self._asked[0] != t:
            self._asked = t, self._looked_up(t)
        return self._asked[1]

    def _looked_up(self, t: int) -> npt.NDArray[np.int64]:
        stretch = min(max((t - self._low) // self._width, 0), self._stretches - 1)
        low: npt.NDArray[np.int64] = self._table[stretch]
        high: npt.NDArray[np.int64] = self._table[stretch + 1]
        while (wide := low < high).any():
            middle = (low + high) >> 1
            later = self._all[middle] > t
            low, high = np.where(wide & ~later, middle + 1, low), np.where(wide & later, middle, high)
        return low


class Courses:
    """All tracks at once: where everybody is and what they are at an instant, looked up together.

    A scenario of a thousand entities is shown many times a second when it is replayed. The answers are those of
    `Track.position` and `Track.props`, to the last bit.
    """

    def __init__(self, tracks: Mapping[str, Track]) -> None:
        self._tracks = list(tracks.values())
        # Made anew, so that they lie side by side; and an answer that has them all already is copied and filled in.
        self._names = [name.encode().decode() for name in tracks]
        self._blank: dict[str, Any] = dict.fromkeys(self._names)
        self._rows = _Rows([[way.arrives for way in track.ways] for track in self._tracks])
        # One line each, so that looking one up is looking at one place; and one more, for who has come to the end.
        lines = [
            (*way[1:], *way.points[0], *way.points[-1], len(way.points) > _TWO)
            for track in self._tracks
            for way in track.ways
        ]
        self._ways = np.array([*lines, (0, 0, 0, 0, 0, 0, True)], dtype=np.float64)
        self._ways[:, 4] = _wrapped(self._ways[:, 4] - self._ways[:, 2])
        self._ways[:, 5] -= self._ways[:, 3]
        columns: dict[str, dict[int, _Column]] = {}
        for index, track in enumerate(self._tracks):
            for name, column in track.columns.items():
                columns.setdefault(name, {})[index] = column
        self._props = {name: _Together(held, self._rows) for name, held in columns.items()}

    def positions(self, t: int) -> dict[str, LonLat | None]:
        """The place of every entity at an instant in milliseconds, by its identifier."""
        return self._by_name(self._places(t))

    def whereabouts(self, t: int) -> dict[str, tuple[LonLat | None, str | float | bool | None]]:
        """The place and the status of every entity at an instant in milliseconds, by its identifier."""
        status = self._props["status"].at(t) if self._names else []
        return self._by_name(zip(self._places(t), status, strict=True))

    def props(self, t: int) -> dict[str, dict[str, Any]]:
        """Status, symbol and properties of every entity at an instant in milliseconds, by its identifier."""
        found: list[dict[str, Any]] = [{} for _ in self._names]
        for name, together in self._props.items():
            for index, value in zip(together.owners, together.at(t), strict=True):
                found[index][name] = value
        return self._by_name(found)

    def _by_name(self, values: Iterable[_Value]) -> dict[str, _Value]:
        named: dict[str, _Value] = self._blank.copy()
        named.update(zip(self._names, values, strict=True))
        return named

    def _places(self, t: int) -> Iterable[LonLat | None]:
        at = self._rows.passed(t)
        ways = self._ways[at]
        straight = (at < self._rows.ends) & (ways[:, 0] <= t) & (ways[:, -1] == 0)
        if straight.all():
            return _straight(ways, t)
        going = _straight(ways[straight], t)
        return [
            next(going) if simple else track.position(t)
            for simple, track in zip(straight.tolist(), self._tracks, strict=True)
        ]


class _Together:
    """One property of all entities that have it. `owners`: which ones, by their number."""

    def __init__(self, columns: Mapping[int, _Column], places: _Rows) -> None:
        self.owners = list(columns)
        self._first = [values[0] for _, values in columns.values()]
        self._changing = [index for index, (times, _) in enumerate(columns.values()) if times]
        changing = [column for column in columns.values() if column[0]]
        rows = _Rows([times for times, _ in changing])
        # Who reports a place mostly says in the same report what it is: then one look serves both.
        self._rows = places if rows.equals(places) else rows
        # Equal words are kept once: thousands of states have a handful of them.
        words: dict[str, str] = {}
        flat = [
            words.setdefault(value, value) if isinstance(value, str) else value
            for _, values in changing
            for value in values
        ]
        self._values = np.empty(len(flat), dtype=object)
        self._values[:] = flat
        # Each has one value more than it has changes: what was before the first.
        self._offsets = np.arange(len(changing), dtype=np.int64)

    def at(self, t: int) -> list[str | float | bool | None]:
        """The values at an instant, in the order of `owners`."""
        values: list[str | float | bool | None] = self._values[self._rows.passed(t) + self._offsets].tolist()
        if len(values) == len(self.owners):
            return values
        found = list(self._first)
        for index, value in zip(self._changing, values, strict=True):
            found[index] = value
        return found


def _straight(ways: npt.NDArray[np.float64], t: int) -> Iterator[LonLat]:
    """Places on ways without corners."""
    leaves, arrives, lon, lat, east, north, _ = ways.T
    part = (t - leaves) / (arrives - leaves)
    lons, lats = _wrapped(lon + east * part), lat + north * part
    lons, lats = (np.rint(values * _SCALE) / _SCALE + 0.0 for values in (lons, lats))
    return zip(lons.tolist(), lats.tolist(), strict=True)


def _wrapped(degrees: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    outside = np.abs(degrees) > _HALF_TURN
    if not outside.any():
        return degrees
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
