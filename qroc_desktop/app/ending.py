"""Ending as if the user had closed the windows when the system asks for it: SIGINT and SIGTERM.

Qt's event loop would leave a Python handler waiting until the next line of Python runs. So Python writes the signal's
number into a socket, which the event loop watches.
"""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from PySide6.QtCore import QSocketNotifier
from PySide6.QtWidgets import QApplication

_ASKING = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def end_when_asked() -> Iterator[None]:
    """While this holds, a signal closes all windows; a second one ends the program at once."""
    reading, writing = socket.socketpair()
    reading.setblocking(False)
    writing.setblocking(False)
    watched = QSocketNotifier(reading.fileno(), QSocketNotifier.Type.Read)

    def asked() -> None:
        reading.recv(1)
        QApplication.closeAllWindows()

    watched.activated.connect(asked)
    before = {number: signal.signal(number, _noted) for number in _ASKING}
    wakeup = signal.set_wakeup_fd(writing.fileno(), warn_on_full_buffer=False)
    try:
        yield
    finally:
        signal.set_wakeup_fd(wakeup)
        for number, handler in before.items():
            signal.signal(number, handler)
        watched.setEnabled(False)
        reading.close()
        writing.close()


def _noted(number: int, _frame: FrameType | None) -> None:
    signal.signal(number, signal.SIG_DFL)
