"""Stands between a workstation and the node with the node's own key, and keeps all that goes through in clear."""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
import threading
from pathlib import Path

from qroc_desktop.services.exercise.joining.tls import server_context
from qroc_desktop.services.system import system_clock


class ReadingProxy:
    """Listens at `port` from construction to `close`; `traffic` is what went through, in clear."""

    def __init__(self, run: Path, to: int) -> None:
        self._to = to
        self._context = server_context(run, system_clock)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.traffic = bytearray()
        self._open: list[ssl.SSLSocket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                plain, _ = self._listener.accept()
                threading.Thread(target=self._carry, args=(plain,), daemon=True).start()

    def _carry(self, plain: socket.socket) -> None:
        with contextlib.suppress(OSError):
            outer = self._context.wrap_socket(plain, server_side=True)
            trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
            inner = trusting.wrap_socket(socket.create_connection(("127.0.0.1", self._to)))
            self._open += [outer, inner]
            self._pump(outer, inner)

    def _pump(self, outer: ssl.SSLSocket, inner: ssl.SSLSocket) -> None:
        """Both ways in one thread: a TLS connection is not for two at once, and breaks where much goes through."""
        others = {outer: inner, inner: outer}
        with contextlib.suppress(OSError, ValueError):  # whoever closes it does so from another thread
            while self._carried(others):
                pass
        for end in others:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _carried(self, others: dict[ssl.SSLSocket, ssl.SSLSocket]) -> bool:
        """What has come, to the other end; False where one of them has ended."""
        ready = [end for end in others if end.pending()] or select.select(list(others), [], [])[0]
        for source in ready:
            source.settimeout(0)
            try:
                data = source.recv(65536)
            except ssl.SSLWantReadError:  # what came is none of what they say to each other
                continue
            if not data:
                return False
            self.traffic += data
            others[source].settimeout(30)
            others[source].sendall(data)
        return True

    def close(self) -> None:
        self._listener.close()
        for end in self._open:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
