"""Stands between a workstation and the node with the node's own key, and keeps all that goes through in clear."""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
import threading
from collections.abc import Callable
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
        self._ending = threading.Event()
        self._threads: list[threading.Thread] = []
        self._begin(self._accept)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                plain, _ = self._listener.accept()
                self._begin(self._carry, plain)

    def _begin(self, work: Callable[..., None], *given: object) -> None:
        thread = threading.Thread(target=work, args=given, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _carry(self, plain: socket.socket) -> None:
        trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
        with contextlib.suppress(OSError), contextlib.ExitStack() as closing:
            outer = closing.enter_context(self._context.wrap_socket(plain, server_side=True))
            there = socket.create_connection(("127.0.0.1", self._to))
            inner = closing.enter_context(trusting.wrap_socket(there))
            self._open += [outer, inner]
            if not self._ending.is_set():
                self._pump(outer, inner)

    def _pump(self, outer: ssl.SSLSocket, inner: ssl.SSLSocket) -> None:
        """Both ways in one thread: a TLS connection is not for two at once, and breaks where much goes through."""
        others = {outer: inner, inner: outer}
        while self._carried(others):
            pass

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
        self._ending.set()
        try:
            self._listener.shutdown(socket.SHUT_RDWR)  # closing it alone does not wake on Linux whoever waits there
        except OSError:
            self._listener.close()
        self._threads[0].join()
        self._listener.close()
        for end in self._open:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(end, socket.SHUT_RDWR)  # beneath TLS, which is its thread's alone
        for thread in self._threads:
            thread.join()
