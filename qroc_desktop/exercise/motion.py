"""Where an entity is at an instant: looked up and reckoned at that instant, never added up from frame to frame."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, chain, pairwise
from typing import Any, Final

import msgspec
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


class _Way(msgspec.Struct, frozen=True, gc=False):
    """A leg that has not been laid out: how far it is, is reckoned when somebody asks. Many, as states are."""

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
            way = self.ways[index]
            if t >= way.leaves and len(way.points) > _TWO:
                return self._laid_out(index).position(t)
            if t >= way.leaves:
                return _between(way.points[0], way.points[1], (t - way.leaves) / (way.arrives - way.leaves))
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
            way = self.ways[index]
            self._leg = index, Leg(way.points, way.leaves, way.arrives)
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

    What belongs to them lies by time: all that is asked for at one instant is in a few neighbouring pages of memory,
    however long the rows are. A table says for each stretch of time where it begins; what is left is a step or two.
    Each row has an end, later than all instants, as its last place.
    """

    def __init__(self, rows: Sequence[Sequence[int]]) -> None:
        count, total = len(rows), sum(map(len, rows))
        instants = np.fromiter(chain.from_iterable(rows), dtype=np.int64, count=total)
        owners = np.repeat(np.arange(count), [len(row) for row in rows])
        self._low = int(instants.min()) if total else 0
        self._stretches = max(1, total // max(1, count))
        self._width = ((int(instants.max()) if total else 0) - self._low) // self._stretches + 1
        blocks = np.concatenate([(instants - self._low) // self._width, np.full(count, self._stretches)])
        owners = np.concatenate([owners, np.arange(count)])
        # Of a row within a stretch the order stays.
        order = np.lexsort((owners, blocks))
        self.order: npt.NDArray[np.int64] = order
        """Where in the rows, one after the other and their ends behind all of them, each place comes from."""
        self._all = np.concatenate([instants, np.full(count, np.iinfo(np.int64).max)])[order]
        held = np.bincount(blocks * count + owners, minlength=(self._stretches + 1) * count)
        self._first = np.concatenate([[0], held.cumsum()]).astype(np.int32)
        here = np.where(held > 0, self._first[:-1], len(order)).reshape(self._stretches + 1, count)
        self._next = np.minimum.accumulate(here[::-1])[::-1].astype(np.int32)

    def passed(self, t: int) -> npt.NDArray[np.int32]:
        """For each row the place of its first instant after `t`; of its end where it has none."""
        stretch = min(max((t - self._low) // self._width, 0), self._stretches - 1)
        begin, count = stretch * self._next.shape[1], self._next.shape[1]
        low, end = self._first[begin : begin + count], self._first[begin + 1 : begin + count + 1]
        high = end
        while (wide := low < high).any():
            middle = np.where(wide, (low + high) >> 1, low)
            later = self._all.take(middle) > t
            low, high = np.where(wide & ~later, middle + 1, low), np.where(wide & later, middle, high)
        return np.where(low < end, low, self._next[stretch + 1])


class Courses:
    """All tracks at once: where everybody is and what they are at an instant, looked up together.

    A scenario of a thousand entities is shown many times a second when it is replayed. The answers are those of
    `Track.position` and `Track.props`, to the last bit.
    """

    def __init__(self, tracks: Mapping[str, Track]) -> None:
        self._tracks = list(tracks.values())
        # Made anew, so that they lie together: each is looked at whenever all are asked for.
        self._names = [name[:1] + name[1:] for name in tracks]
        self._rows = _Rows([[way.arrives for way in track.ways] for track in self._tracks])
        # One line each, so that looking one up is looking at one place; and for who has come to the end one as well.
        lines = [
            (way.leaves, way.arrives, *way.points[0], *way.points[-1], len(way.points) > _TWO)
            for track in self._tracks
            for way in track.ways
        ]
        ends = [(0, 0, 0, 0, 0, 0, True)] * len(self._tracks)
        self._ways = np.array([*lines, *ends], dtype=np.float64).reshape(-1, 7)[self._rows.order]
        self._ways[:, 4] = _wrapped(self._ways[:, 4] - self._ways[:, 2])
        self._ways[:, 5] -= self._ways[:, 3]
        columns: dict[str, dict[int, _Column]] = {}
        for index, track in enumerate(self._tracks):
            for name, column in track.columns.items():
                columns.setdefault(name, {})[index] = column
        self._props = {name: _Together(held) for name, held in columns.items()}

    def positions(self, t: int) -> dict[str, LonLat | None]:
        """The place of every entity at an instant in milliseconds, by its identifier."""
        return dict(zip(self._names, self._places(t), strict=True))

    def whereabouts(self, t: int) -> dict[str, tuple[LonLat | None, str | float | bool | None]]:
        """The place and the status of every entity at an instant in milliseconds, by its identifier."""
        status = self._props["status"].at(t) if self._names else []
        return dict(zip(self._names, zip(self._places(t), status, strict=True), strict=True))

    def props(self, t: int) -> dict[str, dict[str, Any]]:
        """Status, symbol and properties of every entity at an instant in milliseconds, by its identifier."""
        found: list[dict[str, Any]] = [{} for _ in self._names]
        for name, together in self._props.items():
            for index, value in zip(together.owners, together.at(t), strict=True):
                found[index][name] = value
        return dict(zip(self._names, found, strict=True))

    def _places(self, t: int) -> Iterable[LonLat | None]:
        ways = self._ways.take(self._rows.passed(t), axis=0)
        straight = (ways[:, 0] <= t) & (ways[:, -1] == 0)
        if straight.all():
            return _straight(ways, t)
        going = _straight(ways[straight], t)
        return [
            next(going) if simple else track.position(t)
            for simple, track in zip(straight.tolist(), self._tracks, strict=True)
        ]


class _Together:
    """One property of all entities that have it. `owners`: which ones, by their number."""

    def __init__(self, columns: Mapping[int, _Column]) -> None:
        self.owners = list(columns)
        self._first = [values[0] for _, values in columns.values()]
        self._changing = [index for index, (times, _) in enumerate(columns.values()) if times]
        changing = [column for column in columns.values() if column[0]]
        self._rows = _Rows([times for times, _ in changing])
        # Equal words are kept once: thousands of states have a handful of them.
        words: dict[str, str] = {}
        # With each change lies what held until then, and with the end what holds from the last one on.
        flat = [
            words.setdefault(value, value) if isinstance(value, str) else value
            for value in chain(
                chain.from_iterable(values[:-1] for _, values in changing), (values[-1] for _, values in changing)
            )
        ]
        self._values = np.empty(len(flat), dtype=object)
        self._values[:] = flat
        self._values = self._values[self._rows.order]

    def at(self, t: int) -> list[str | float | bool | None]:
        """The values at an instant, in the order of `owners`."""
        values: list[str | float | bool | None] = self._values.take(self._rows.passed(t)).tolist()
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
