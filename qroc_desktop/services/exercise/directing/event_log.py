"""The events of a run as far as they have been read, for whoever shows them beside the run.

A run under way is read through its driver, only what is new each time. Not for several threads at once.
"""

from __future__ import annotations

from qroc_desktop.exercise.events import Acted, Event
from qroc_desktop.services.exercise.driver import ClosedError, ExerciseDriver


class EventLog:
    """Grows with `read`."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._acts: dict[str, list[tuple[int, str]]] = {}

    def read(self, driver: ExerciseDriver) -> int:
        """Take in what was recorded since the last reading; how many events that were. None of a run that is closed."""
        known = len(self.events)
        try:
            new = driver.do(lambda run: run.conduct.events(known)).result()
        except ClosedError:
            return 0
        self.take(new)
        return len(new)

    def take(self, events: list[Event]) -> None:
        """Take in events that follow those that are here."""
        for event in events:
            self.events.append(event)
            if isinstance(event, Acted) and event.action:
                self._acts.setdefault(event.action, []).append((event.t, event.team))

    def done(self, action: str, team: str, since: int) -> int | None:
        """When an action was first recorded from `since` on, by a team or, where none is named, by any."""
        made = self._acts.get(action, ())
        return next((t for t, by in made if t >= since and team in ("", by)), None)
