"""A run that goes by itself: one thread conducts it, and whoever shows it reads what that thread last published.

A run is not for several threads at once, and its disk may be slow; a window must not wait for either. Commands go
through `do` and are carried out between two ticks, in the order they came.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import msgspec

from qroc_desktop.errors import Damaged, Message, QrocError, Refused
from qroc_desktop.exercise.clock import Reading
from qroc_desktop.exercise.scenario import Scenario
from qroc_desktop.exercise.standing import Standing
from qroc_desktop.exercise.view import TeamView
from qroc_desktop.services.exercise.run import ExerciseRun

T = TypeVar("T")
TICK_S: Final = 0.1
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A run as it was after a tick. Nobody changes what is in it.

    standing: the truth, for the directing staff alone; a copy that is renewed when something happened.
    views: what each team sees. trouble: why the run cannot go on, such as a full disk; None where it can.
    """

    reading: Reading
    standing: Standing
    views: Mapping[str, TeamView]
    trouble: QrocError | None = None


class ExerciseDriver:
    """Owns a run, from any thread. `close` ends it; the run can be opened again where it stands."""

    def __init__(self, opened: Callable[[], ExerciseRun], tick_s: float = TICK_S) -> None:
        """opened: opens the run, in the thread that conducts it. Raises what that raises."""
        self._tick_s = tick_s
        self._orders: queue.SimpleQueue[tuple[Callable[[ExerciseRun], Any], Future[Any]] | None] = queue.SimpleQueue()
        self._trouble: QrocError | None = None
        self._copied = -1
        self._standing = Standing()
        start: Future[ExerciseRun] = Future()
        self._thread = threading.Thread(target=self._work, args=(opened, start), name="qroc-exercise", daemon=True)
        self._thread.start()
        self._run = start.result()

    @property
    def run(self) -> ExerciseRun:
        """For its desks and its names; what changes it goes through `do`."""
        return self._run

    @property
    def scenario(self) -> Scenario:
        """What it is a run of."""
        return self._run.conduct.scenario

    def do(self, command: Callable[[ExerciseRun], T]) -> Future[T]:
        """Have a command carried out; the future has its result, or the Refused that it met."""
        made: Future[T] = Future()
        if not self._thread.is_alive():
            made.set_exception(ClosedError())
            return made
        self._orders.put((command, made))
        return made

    def close(self) -> None:
        """End: what was ordered before is carried out, then all files are closed."""
        if self._thread.is_alive():
            self._orders.put(None)
            self._thread.join()

    # --- in the thread of the run ----------------------------------------------------------------

    def _work(self, opened: Callable[[], ExerciseRun], start: Future[ExerciseRun]) -> None:
        # SQLite's connections stay in the thread that made them.
        try:
            self._run = opened()
            self.snapshot = self._published()
        except BaseException as error:
            start.set_exception(error)
            return
        start.set_result(self._run)
        try:
            self._drive()
        finally:
            self._run.close()

    def _drive(self) -> None:
        while True:
            try:
                order = self._orders.get(timeout=self._tick_s)
            except queue.Empty:
                self._tick()
                continue
            if order is None:
                self._refuse_rest()
                return
            self._carry_out(*order)

    def _carry_out(self, command: Callable[[ExerciseRun], Any], made: Future[Any]) -> None:
        if not made.set_running_or_notify_cancel():
            return
        try:
            result = command(self._run)
        except BaseException as error:
            made.set_exception(error)
            if not isinstance(error, QrocError):
                _log.exception("a command of the exercise failed")
            return
        # Who waits for the command sees what it did.
        self._tick()
        made.set_result(result)

    def _tick(self) -> None:
        try:
            self._run.tick()
            self._trouble = None
        except QrocError as error:
            if self._trouble is None:
                _log.error("the exercise stands still: %s", error.what.template)
            self._trouble = error
        except Exception as error:
            if self._trouble is None:
                _log.exception("the exercise stands still")
            what = Message("Something went wrong inside the program ({kind}).", kind=type(error).__name__)
            self._trouble = Damaged(what, where=str(self._run.folder), kept=Message("What was recorded is safe."))
        self.snapshot = self._published()

    def _published(self) -> Snapshot:
        conduct = self._run.conduct
        events = conduct.world.standing.events
        if events != self._copied:
            self._standing = msgspec.json.decode(msgspec.json.encode(conduct.world.standing), type=Standing)
            self._copied = events
        return Snapshot(
            reading=conduct.clock, standing=self._standing, views=dict(self._run.views), trouble=self._trouble
        )

    def _refuse_rest(self) -> None:
        while not self._orders.empty():
            order = self._orders.get()
            if order is not None:
                order[1].set_exception(ClosedError())


class ClosedError(Refused):
    """The run was closed before a command came to its turn."""

    def __init__(self) -> None:
        super().__init__(Message("The exercise is closed."))
