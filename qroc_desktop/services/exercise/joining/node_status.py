"""What the node of an exercise tells about itself: a small file in the run's folder, for the director's window."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Final

import msgspec

from qroc_desktop.domain.instant import Instant, seconds
from qroc_desktop.exercise.vocabulary import RoleType

FILE: Final = "node.json"
FRESH: Final = seconds(6)
"""A node writes its status more often than this; an older one is of a node that is gone."""
_MOST_BYTES: Final = 4 * 1024 * 1024


class Guest(msgspec.Struct, frozen=True, kw_only=True):
    """A workstation that has taken a seat. `name`: as its user gave it. `client`: what tells two of one name apart."""

    team: str
    role: RoleType
    name: str
    address: str
    client: str = ""


class NodeStatus(msgspec.Struct, frozen=True, kw_only=True):
    """`listening`: `host:port`, or empty. `conducted`: whether somebody conducts the run. `wrong_keys`: how many came
    with a wrong code, by address. `trouble`: why nothing new is served, or empty."""

    pid: int
    state: str
    started: Instant
    at: Instant
    listening: str = ""
    conducted: bool = False
    guests: tuple[Guest, ...] = ()
    wrong_keys: dict[str, int] = {}
    trouble: str = ""

    def running(self, now: Instant) -> bool:
        """Whether the node that wrote this is still at work."""
        return self.state == "running" and now - self.at < FRESH


def read(folder: Path) -> NodeStatus | None:
    """The last status of the node of this run; None where there was none yet."""
    try:
        with (folder / FILE).open("rb") as file:
            return msgspec.json.decode(file.read(_MOST_BYTES), type=NodeStatus)
    except (OSError, msgspec.DecodeError):
        return None


def write(folder: Path, status: NodeStatus) -> None:
    """Replace the file whole. Where that fails nothing is said: the status is a courtesy, and ages."""
    rough = folder / f".{FILE}.{os.getpid()}.new"
    with contextlib.suppress(OSError):
        with os.fdopen(os.open(rough, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(msgspec.json.encode(status))
        os.replace(rough, folder / FILE)
