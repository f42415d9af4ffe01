"""What joined seats said is done by whoever conducts the run: once, in the order it came, each with its result.

Between what the record says and what the intake says there may be the end of the process. So the record keeps, in the
commit of what was done, the number under which the intake has it.
"""

from __future__ import annotations

import contextlib
import logging
import time
from pathlib import Path
from typing import Final

from qroc_desktop.errors import Damaged, Message, QrocError
from qroc_desktop.exercise import seating
from qroc_desktop.exercise.conduct import Conduct
from qroc_desktop.exercise.intake import INTAKE, Fate, Heard, Intake, Receipt, Why
from qroc_desktop.exercise.vocabulary import ClockState
from qroc_desktop.services.exercise.runs import RECORD

_log = logging.getLogger(__name__)


BEAT: Final = "conducting"
"""Touched by whoever conducts, so that the node knows that somebody does while scenario time stands still."""
_BEAT_S: Final = 0.5


class Hearing:
    """Takes from a run's intake, where there is one; `tick` often, in the thread that conducts."""

    def __init__(self, folder: Path, conduct: Conduct) -> None:
        self._folder = folder
        self._record = str(folder / RECORD)
        self._conduct = conduct
        self._intake: Intake | None = None
        self._version = -1
        self._beaten = 0.0

    def tick(self) -> None:
        """Do what was said since. Raises what writing the record or the intake raises."""
        if self._intake is None:
            if not (self._folder / INTAKE).exists():
                return
            self._intake = Intake(self._folder)
            self._recover(self._intake)
        self._beat()
        if self._conduct.clock.state is ClockState.RESET:
            return  # what is said before the start is done at the start
        version = self._intake.version()
        if version != self._version:
            while heard := self._intake.waiting():
                self._do(self._intake, heard)
            self._version = version

    @property
    def intake(self) -> Intake | None:
        """The intake, where there is one."""
        return self._intake

    def close(self) -> None:
        """Let the file go."""
        if self._intake is not None:
            self._intake.close()

    def _beat(self) -> None:
        now = time.monotonic()
        if now - self._beaten > _BEAT_S:
            self._beaten = now
            with contextlib.suppress(OSError):
                (self._folder / BEAT).touch()

    def _recover(self, intake: Intake) -> None:
        """What was done just before the process ended has no result yet."""
        done = [one.number for one in intake.waiting() if one.number <= self._conduct.taken]
        intake.settle(Receipt(number=number, fate=Fate.DONE) for number in done)

    def _do(self, intake: Intake, heard: list[Heard]) -> None:
        done: list[Receipt] = []
        try:
            for one in heard:
                receipt = self._result(one)
                done.append(receipt)
                if receipt.fate is Fate.REFUSED:
                    # Of the record's number alone it could not be told later that this one was not done.
                    intake.settle(done)
                    done = []
        finally:
            intake.settle(done)

    def _result(self, one: Heard) -> Receipt:
        try:
            with self._conduct.taking(one.number):
                seating.take(self._conduct, one.seat, one.saying)
        except Damaged:
            raise
        except QrocError as error:
            if error.where == self._record:  # our disk and not what was said: it is tried again
                raise
            return Receipt(number=one.number, fate=Fate.REFUSED, why=_why(error))
        except Exception as error:
            # One seat's word must not stop the exercise of all.
            _log.exception("what a seat said could not be done")
            what = Message("Something went wrong inside the program ({kind}).", kind=type(error).__name__)
            return Receipt(number=one.number, fate=Fate.REFUSED, why=_why(Damaged(what)))
        return Receipt(number=one.number, fate=Fate.DONE)


def _why(error: QrocError) -> Why:
    params = {
        name: value if isinstance(value, str | int | float) else str(value) for name, value in error.what.params.items()
    }
    return Why(what=error.what.template, params=params, where=error.where)
