"""Ports for servers that a test starts."""

from __future__ import annotations

import random
import socket

_chance = random.SystemRandom()


def free_port() -> int:
    """One of this machine's own address that nobody listens on. Not of the range that outgoing connections are given
    theirs from: one of those is taken by anybody before the server listens, or while it is killed and comes again."""
    while True:
        port = _chance.randrange(15_000, 32_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
