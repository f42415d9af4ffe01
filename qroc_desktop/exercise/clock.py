"""The scenario clock: `T = T_anchor + speed * (mono_now - mono_anchor)`, anchored anew at each command.

It reads no clock itself: whoever uses it passes a monotonic reading in nanoseconds, so that a wall clock that is set
changes nothing and a test needs no waiting. Scenario time is whole milliseconds and never goes back while it runs.
"""

from __future__ import annotations

from typing import Final

import msgspec

from qroc_desktop.errors import Message, Refused
from qroc_desktop.exercise.vocabulary import ClockState

FASTEST: Final = 64.0
_NS_PER_MS: Final = 1_000_000


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """How the clock stands: enough to go on with it after a crash. `t` in milliseconds."""

    state: ClockState
    t: int
    speed: float

    @property
    def running(self) -> bool:
        """Whether scenario time goes on."""
        return self.state is ClockState.STARTED


class ScenarioClock:
    """Reset, initialised, started or paused, stopped; each step only from the one before.

    Every command raises Refused where it does not fit the state, and changes nothing then.
    """

    def __init__(self, duration: int, reading: Reading | None = None) -> None:
        """duration: milliseconds; the clock stops there. reading: where to go on; a running clock goes on paused."""
        self._duration = duration
        self._state = ClockState.RESET
        self._t = 0
        self._speed = 1.0
        self._anchor = 0
        if reading is not None:
            self._state = ClockState.PAUSED if reading.running else reading.state
            self._t, self._speed = reading.t, reading.speed

    @property
    def state(self) -> ClockState:
        """Which state it is in."""
        return self._state

    @property
    def speed(self) -> float:
        """Scenario seconds a second, while it runs."""
        return self._speed

    def now(self, mono: int) -> int:
        """Scenario milliseconds at a monotonic reading in nanoseconds."""
        if self._state is not ClockState.STARTED:
            return self._t
        gone = int((mono - self._anchor) * self._speed) // _NS_PER_MS
        return min(self._t + max(0, gone), self._duration)

    def reading(self, mono: int) -> Reading:
        """How it stands."""
        return Reading(state=self._state, t=self.now(mono), speed=self._speed)

    def initialise(self) -> None:
        """From reset: everything is loaded, at 0."""
        self._require(ClockState.RESET)
        self._state, self._t = ClockState.INITIALISED, 0

    def start(self, mono: int) -> None:
        """From initialised, or on from a pause."""
        self._require(ClockState.INITIALISED, ClockState.PAUSED)
        self._state, self._anchor = ClockState.STARTED, mono

    def pause(self, mono: int) -> None:
        """Hold scenario time."""
        self._require(ClockState.STARTED)
        self._t, self._state = self.now(mono), ClockState.PAUSED

    def stop(self, mono: int) -> None:
        """The end of the exercise."""
        self._require(ClockState.STARTED, ClockState.PAUSED)
        self._t, self._state = self.now(mono), ClockState.STOPPED

    def halt(self, t: int) -> None:
        """Stand still at `t` and wait to be started again: what came after it could not be recorded."""
        if self._state not in (ClockState.RESET, ClockState.INITIALISED):
            self._t, self._state = t, ClockState.PAUSED

    def reset(self) -> None:
        """From stopped: ready to be initialised again."""
        self._require(ClockState.STOPPED, ClockState.INITIALISED)
        self._t, self._speed, self._state = 0, 1.0, ClockState.RESET

    def set_speed(self, speed: float, mono: int) -> None:
        """From 0 to 64, also while it runs."""
        if not 0.0 <= speed <= FASTEST:
            raise Refused(Message("The speed is from 0 to {most}.", most=int(FASTEST)))
        self._t, self._anchor, self._speed = self.now(mono), mono, speed

    def set_time(self, t: int) -> None:
        """Only while it is paused or not yet started; in milliseconds. It is paused then."""
        self._require(ClockState.PAUSED, ClockState.INITIALISED)
        if not 0 <= t <= self._duration:
            raise Refused(Message("This time is outside the exercise."))
        self._t, self._state = t, ClockState.PAUSED

    def _require(self, *states: ClockState) -> None:
        if self._state not in states:
            raise Refused(
                Message("The exercise clock cannot do this now."),
                where=str(self._state),
                action=Message("Pause it first, or start it."),
            )
