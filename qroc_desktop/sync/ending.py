"""Ending in good order when the system asks for it: SIGINT and SIGTERM, of whatever works with no window."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_ASKING: Final = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def told_to_end(ended: threading.Event) -> Iterator[threading.Event]:
    """While this holds, a signal sets the event. In any other thread than the main one signals are not ours."""
    if threading.current_thread() is not threading.main_thread():
        yield ended
        return
    before = [signal.signal(number, lambda *_: ended.set()) for number in _ASKING]
    try:
        yield ended
    finally:
        for number, handler in zip(_ASKING, before, strict=True):
            signal.signal(number, handler)
