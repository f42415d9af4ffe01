"""The director's word to the run: given off the GUI thread, a refusal becomes a notice."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from qroc_desktop.errors import Refused
from qroc_desktop.exercise.vocabulary import Passed
from qroc_desktop.services.exercise.driver import ExerciseDriver
from qroc_desktop.services.exercise.run import STAGE_MS, ExerciseRun
from qroc_desktop.services.exercise.scenario_time import plus_text
from qroc_desktop.services.progress import Cancelled, Task
from qroc_desktop.translation import tr
from qroc_desktop.ui.bench import Bench

T = TypeVar("T")


class Orders:
    """`by`: who conducts, for the record."""

    def __init__(self, bench: Bench, driver: ExerciseDriver) -> None:
        self._bench = bench
        self._driver = driver
        self.by = bench.desk.author

    def give(
        self,
        command: Callable[[ExerciseRun], T],
        done: Callable[[T], None] | None = None,
        failed: Callable[[], None] | None = None,
    ) -> None:
        """Have it carried out, one after the other; `done` once it is recorded."""
        self._bench.background.write(lambda: carried_out(self._driver, command), done, failed=failed)

    def ask(self, question: Callable[[ExerciseRun], T], done: Callable[[T], None], *, key: str) -> None:
        """Ask the run; an answer that a newer question of the same `key` has overtaken is dropped."""
        self._bench.background.read(lambda: carried_out(self._driver, question), done, key=key)


    def jump(self, to: int, passed: Passed, done: Callable[[int], None]) -> None:
        """Go to a later instant (milliseconds), stage by stage: between two of them the run hears everybody else, a
        real emergency first of all. `done` is told where it came to: it can be stopped on the way."""
        driver = self._driver

        def go(task: Task) -> int:
            start = driver.snapshot.reading.t
            while (t := driver.snapshot.reading.t) < to and driver.snapshot.standing.no_duff is None:
                try:
                    task.step(t - start, to - start)
                except Cancelled:
                    break
                try:
                    carried_out(driver, partial(ExerciseRun.jump, to=min(to, t + STAGE_MS), passed=passed))
                except Refused:
                    if driver.snapshot.standing.no_duff is None:
                        raise
            return driver.snapshot.reading.t

        def came(t: int) -> None:
            if t < to:
                self._bench.notices.warning(tr("The jump was stopped at {time}.", time=plus_text(t)))
            done(t)

        self._bench.background.long(tr("Jump to {time}", time=plus_text(to)), go, came)


def carried_out(driver: ExerciseDriver, command: Callable[[ExerciseRun], T]) -> T:
    """Wait for it, in a worker's thread. Raises Refused where it does not fit, or where the run has been closed."""
    return driver.do(command).result()
