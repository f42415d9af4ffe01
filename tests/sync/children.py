"""Child processes that run a piece of a test and may be ended by kill -9 in the middle of it."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable

from qroc_desktop.sync.exchange import Exchange

KILLED = -signal.SIGKILL


class Child:
    """A forked process that runs `work`; what that returns can be read by `ended`."""

    def __init__(self, work: Callable[[], str]) -> None:
        self._reading, writing = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:  # pragma: no cover - the child
            code = 1
            try:
                os.close(self._reading)
                os.write(writing, work().encode())
                code = 0
            except BaseException:
                traceback.print_exc(file=sys.__stderr__)
            finally:
                os._exit(code)
        os.close(writing)

    def ended(self) -> tuple[int, str]:
        """Wait: the exit code (negative: by that signal) and what it returned."""
        with os.fdopen(self._reading, "rb") as pipe:
            said = pipe.read().decode()
        _, status = os.waitpid(self.pid, 0)
        return os.waitstatus_to_exitcode(status), said


def killed_at(exchange: Exchange, statement: int) -> None:
    """From now on count the statements of this exchange, and end this process before that one runs."""
    left = statement

    def watch(_: str) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    exchange.database.observe(watch)
