"""What a node tells about itself: a small file beside the exchange, for windows and the command line to read."""

from __future__ import annotations

import contextlib
import os
import threading
from pathlib import Path

import filelock
import msgspec

from qroc_desktop.domain.instant import Clock, Instant, seconds
from qroc_desktop.errors import Message, Refused
from qroc_desktop.reasons import reason_of

FRESH = seconds(15)
"""A node writes its status more often than this; an older one is of a node that is gone."""
_MOST_BYTES = 1024 * 1024


class Way(msgspec.Struct, frozen=True):
    """How it stands with one route. `trouble`: why it does not work, empty where it does; `since`: since when."""

    since: Instant
    trouble: str = ""


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """How it stands with a peer. reachable: what the last attempt showed, None before the first. trouble: why it is
    not. since: since when it is as it is. last_contact: when it last answered or brought something; it survives
    restarts. routes: how it stands with each route that was tried."""

    reachable: bool | None = None
    since: Instant | None = None
    routes: dict[str, Way] = {}
    trouble: str = ""
    last_contact: Instant | None = None


class NodeStatus(msgspec.Struct, frozen=True, kw_only=True):
    """listening: `host:port`, or empty. sent, received: bundles since the start. trouble: of folders, relays and the
    exchange file, by name. state: `running` or `stopped`. took: the SHA-256 (hex) of the certificate of ours that each
    peer took last; it survives restarts, so that a peer that has not taken up a renewed one is not alarmed by it."""

    pid: int
    state: str
    started: Instant
    at: Instant
    listening: str = ""
    last_round: Instant | None = None
    sent: int = 0
    received: int = 0
    peers: dict[str, Contact] = {}
    trouble: dict[str, str] = {}
    took: dict[str, str] = {}

    def running(self, now: Instant) -> bool:
        """Whether the node that wrote this is still at work."""
        return self.state == "running" and now - self.at < FRESH


class NodeLock:
    """One node an exchange file; held from construction to `release`. Raises Refused where another has it."""

    def __init__(self, exchange: Path) -> None:
        self._lock = filelock.FileLock(f"{exchange}.node.lock", timeout=0, is_singleton=False)
        try:
            self._lock.acquire()
        except filelock.Timeout:
            raise Refused(Message("Another node is at work on this exchange file."), where=str(exchange)) from None
        except OSError as error:
            reason = reason_of(error)
            raise Refused(
                Message("The exchange file cannot be used: {reason}.", reason=reason), where=str(exchange)
            ) from error

    def release(self) -> None:
        """Let another one in."""
        self._lock.release()


def path_for(exchange: Path) -> Path:
    """Where the status of the node of this exchange file lies."""
    return Path(f"{exchange}.node.json")


def read(exchange: Path) -> NodeStatus | None:
    """The last status of the node of this exchange file; None where there was none yet."""
    try:
        with path_for(exchange).open("rb") as file:
            return msgspec.json.decode(file.read(_MOST_BYTES), type=NodeStatus)
    except (OSError, msgspec.DecodeError):
        return None


def write(exchange: Path, status: NodeStatus) -> None:
    """Replace the file whole. Where that fails nothing is said: the status is a courtesy, and ages."""
    path = path_for(exchange)
    rough = path.with_name(f".{path.name}.{os.getpid()}.new")
    with contextlib.suppress(OSError):
        with os.fdopen(os.open(rough, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(msgspec.json.encode(status))
        os.replace(rough, path)


class Contacts:
    """Keeps count of peers and troubles for the status; threads may share it."""

    def __init__(self, before: NodeStatus | None, clock: Clock) -> None:
        self._clock = clock
        self._turn = threading.Lock()
        kept = before.peers if before else {}
        self._peers = {centre: Contact(last_contact=contact.last_contact) for centre, contact in kept.items()}
        self._trouble: dict[str, str] = {}

    def met(self, centre: str, at: Instant) -> bool:
        """It answered, or brought something; whether it had not been there before."""
        with self._turn:
            before = self._peers.get(centre, Contact())
            since = before.since if before.reachable else at
            self._peers[centre] = msgspec.structs.replace(
                before, reachable=True, trouble="", since=since, last_contact=at
            )
        return not before.reachable

    def missed(self, centre: str, why: str) -> None:
        """It could not be reached."""
        with self._turn:
            before = self._peers.get(centre, Contact())
            since = before.since if before.reachable is False else self._clock()
            self._peers[centre] = msgspec.structs.replace(before, reachable=False, trouble=why, since=since)

    def tried(self, centre: str, route: str, why: str) -> None:
        """A route was tried: it works, or does not, and why."""
        with self._turn:
            before = self._peers.get(centre, Contact())
            known = before.routes.get(route)
            same = known is not None and bool(known.trouble) == bool(why)
            way = Way(known.since if known is not None and same else self._clock(), why)
            self._peers[centre] = msgspec.structs.replace(before, routes={**before.routes, route: way})

    def note(self, name: str, why: str = "") -> None:
        """What is wrong with a folder, a relay or the exchange file; empty: nothing any more."""
        with self._turn:
            self._trouble.pop(name, None)
            if why:
                self._trouble[name] = why

    def last(self, centre: str) -> Instant | None:
        """When there was contact last."""
        with self._turn:
            return self._peers.get(centre, Contact()).last_contact

    def seen(self) -> tuple[dict[str, Contact], dict[str, str]]:
        """Peers and troubles as they stand."""
        with self._turn:
            return dict(self._peers), dict(self._trouble)
