"""What the operating system knows: the time, and who works here."""

from __future__ import annotations

import getpass
import time

from qroc_desktop.domain.instant import Instant


def system_clock() -> Instant:
    """The operating system's time."""
    return Instant(time.time_ns() // 1000)


def system_user() -> str:
    """Who is logged in, as the operating system says."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # no login name and no entry for the user id
        return "unknown"
