"""Named points at which a process of the program is ended by kill -9: `NAME:COUNT`, the COUNT-th time it gets there.

Statements of the exchange file are seen by SQLite's own trace; what lies between them is reached by putting a wrapper
around the one function of the program that is called there.
"""

from __future__ import annotations

import functools
import io
import os
import signal
import threading
from collections.abc import Callable
from typing import Any

from qroc_desktop.sync import delivery
from qroc_desktop.sync.exchange import Exchange
from qroc_desktop.sync.receiver import Receiver
from qroc_desktop.sync.transports import https, nats

Die = Callable[[], None]

STATEMENTS = {
    "after-commit-before-send": ("UPDATE outbox SET attempts", False),
    "after-an-attempt-was-counted": ("UPDATE outbox SET attempts", True),
    "before-taking-in": ("INSERT INTO inbox", False),
    "before-commit-of-what-came-in": ("INSERT INTO inbox", True),
    "between-parts": ("INSERT OR IGNORE INTO partial", True),
    "after-ack-before-record": ("UPDATE outbox SET state = 'stored'", False),
    "before-commit-of-an-ack": ("UPDATE outbox SET state = 'stored'", True),
    "before-a-receipt-is-noted": ("INSERT OR IGNORE INTO receipt", False),
    "before-commit-of-a-receipt": ("INSERT OR IGNORE INTO receipt", True),
}
"""Of a node: before this statement, or before the next one after it that commits."""
AFTER_SEAL_BEFORE_COMMIT = "after-seal-before-commit"
"""Of a window: its bundle is sealed and written, and not committed."""
SEALED = ("INSERT INTO outbox", True)


def mid_transfer(die: Die) -> None:
    """While a request or a message is on its way, sooner or later in it."""

    class Body(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            block = super().read(size)
            if block and self.tell() > len(self.getbuffer()) // 2:
                die()
            return block

    https.io = type("module", (), {"BytesIO": Body})  # type: ignore[attr-defined,assignment]
    publish = nats.NatsTransport.publish

    def published(self: nats.NatsTransport, mailbox: str, data: bytes) -> None:
        threading.Timer(0.001, die).start()
        publish(self, mailbox, data)

    nats.NatsTransport.publish = published  # type: ignore[method-assign]


def after_commit_before_ack(die: Die) -> None:
    """What came in is on our disk, and nobody was told."""
    take, answer = Receiver.take, delivery.answer

    @functools.wraps(take)
    def taken(self: Receiver, *given: Any) -> Any:
        result = take(self, *given)
        die()
        return result

    @functools.wraps(answer)
    def answered(*given: Any) -> None:
        die()
        answer(*given)

    Receiver.take = taken  # type: ignore[method-assign,assignment]
    delivery.answer = answered  # type: ignore[assignment]


CALLS = {"mid-transfer": mid_transfer, "after-their-commit-before-the-ack": after_commit_before_ack}
POINTS = (*STATEMENTS, *CALLS)
"""All points of a node."""


class Killer:
    """Ends the process before a statement, or before the next one after it that commits."""

    def __init__(self, statement: str, *, at_commit: bool, count: int) -> None:
        self._statement, self._at_commit = statement, at_commit
        self._left = count
        self._armed = False

    def __call__(self, statement: str) -> None:
        if self._armed and statement.startswith("COMMIT"):
            _die()
        if statement.startswith(self._statement):
            self._left -= 1
            if self._left == 0 and not self._at_commit:
                _die()
            self._armed = self._left <= 0


def arm(named: str, exchange: Exchange) -> None:
    """From now on this process dies at `NAME:COUNT`."""
    point, _, count = named.partition(":")
    if point in CALLS:
        CALLS[point](_counted(int(count)))
        return
    statement, at_commit = SEALED if point == AFTER_SEAL_BEFORE_COMMIT else STATEMENTS[point]
    exchange.database.observe(Killer(statement, at_commit=at_commit, count=int(count)))


def _counted(count: int) -> Die:
    left = count

    def die() -> None:
        nonlocal left
        left -= 1
        if left <= 0:
            _die()

    return die


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
