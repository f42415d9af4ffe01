"""Where an entity is at an instant: looked up and reckoned at that instant, never added up from frame to frame."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate, pairwise

from qroc_desktop.domain import geodesy
from qroc_desktop.exercise.conditions import LonLat
from qroc_desktop.exercise.scenario import Entity, Props, State, ms

_HALF_TURN = 180.0
_PLACES = 7
"""Decimals of a degree: about a centimetre. Rounded, so that equal states have equal bytes on every machine."""


class Leg:
    """A way from one place to another between two instants (milliseconds): even speed along the points."""

    __slots__ = ("_along", "_points", "arrives", "leaves")

    def __init__(self, points: Sequence[LonLat], leaves: int, arrives: int) -> None:
        self._points = tuple(points)
        self.leaves = leaves
        self.arrives = arrives
        self._along = (0.0, *accumulate(geodesy.distance(a, b) for a, b in pairwise(self._points)))

    @property
    def metres(self) -> float:
        """How long the way is on the ground."""
        return self._along[-1]

    def position(self, t: int) -> LonLat:
        """The place at an instant; before and after it, its ends."""
        if t >= self.arrives or self.metres <= 0:
            return _rounded(self._points[-1] if t >= self.arrives else self._points[0])
        if t <= self.leaves:
            return _rounded(self._points[0])
        gone = self.metres * (t - self.leaves) / (self.arrives - self.leaves)
        index = min(bisect_right(self._along, gone), len(self._points) - 1)
        start, end = self._points[index - 1], self._points[index]
        piece = self._along[index] - self._along[index - 1]
        return _between(start, end, (gone - self._along[index - 1]) / piece if piece > 0 else 0.0)


class Track:
    """The whole course of an entity as the scenario has it: places and states by time."""

    def __init__(self, entity: Entity) -> None:
        self._initial = entity.initial
        states = sorted(entity.states, key=lambda state: state.t)
        self._states = states
        self._times = [ms(state.t) for state in states]
        self._merged = _merged(entity.initial.props, entity.initial.status, entity.sidc, states)
        self._legs: list[Leg] = []
        self._until: list[int] = []
        self._lay_out(states)

    def position(self, t: int) -> LonLat | None:
        """The place at an instant in milliseconds; None where it has none yet."""
        index = bisect_right(self._until, t)
        if index < len(self._legs) and t >= self._legs[index].leaves:
            return self._legs[index].position(t)
        if index:
            return self._legs[index - 1].position(t)
        return None if self._initial.position is None else _rounded(self._initial.position)

    def props(self, t: int) -> Props:
        """Status, symbol and properties at an instant."""
        return self._merged[bisect_right(self._times, t)]

    def _lay_out(self, states: Sequence[State]) -> None:
        here, since = self._initial.position, 0
        for state in states:
            if state.position is None:
                continue
            at = ms(state.t)
            if here is None or not state.interpolate:
                self._legs.append(Leg((here or state.position, state.position), at, at))
            else:
                leaves = since if state.via_start_t is None else min(max(ms(state.via_start_t), since), at)
                self._legs.append(Leg((here, *state.via, state.position), leaves, at))
            self._until.append(at)
            here, since = state.position, at


def _merged(props: Props, status: str, sidc: str, states: Sequence[State]) -> list[Props]:
    held: dict[str, str | float | bool | None] = {"status": status, "sidc": sidc, **props}
    merged: list[Props] = [dict(held)]
    for state in states:
        held |= state.props
        if state.status is not None:
            held["status"] = state.status
        if state.sidc is not None:
            held["sidc"] = state.sidc
        merged.append(dict(held))
    return merged


def _between(start: LonLat, end: LonLat, part: float) -> LonLat:
    """Straight in degrees, the short way round the globe."""
    east = (end[0] - start[0] + _HALF_TURN) % (2 * _HALF_TURN) - _HALF_TURN
    lon = (start[0] + east * part + _HALF_TURN) % (2 * _HALF_TURN) - _HALF_TURN
    return _rounded((lon, start[1] + (end[1] - start[1]) * part))


def _rounded(place: LonLat) -> LonLat:
    # Adding nothing makes a zero of a negative one, which is written otherwise.
    return round(place[0], _PLACES) + 0.0, round(place[1], _PLACES) + 0.0
