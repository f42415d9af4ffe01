"""Ports for programs that are told theirs before they listen."""

from __future__ import annotations

import os
import socket


class HeldPort:
    """A port of this machine that nobody else is given until `close`, neither to listen at nor for a connection that
    goes out. Our own servers can listen at it all the same, and be started again: like this socket they share their
    address with whoever does not listen there."""

    def __init__(self) -> None:
        self._socket = socket.socket()
        if os.name == "posix":
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", 0))
        self.number = int(self._socket.getsockname()[1])
        if os.name != "posix":  # addresses are shared there by nobody, or by anybody
            self._socket.close()

    def close(self) -> None:
        """Let others have it."""
        self._socket.close()
