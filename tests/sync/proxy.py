"""A bad network: a TCP relay before a server that cuts, damages and swallows what passes, and counts it."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from typing import Literal

import msgspec

BLOCK = 4096


Kind = Literal["pass", "cut", "corrupt", "hole"]


class Fate(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of one connection once `after` bytes have gone up to the server, or down from it: it is cut,
    one byte is flipped, or it goes silent while it stays open."""

    kind: Kind = "pass"
    way: Literal["up", "down"] = "up"
    after: int = 0


class Proxy:
    """Listens on `port`. `fate` is asked for each connection."""

    def __init__(self, target: int, fate: Callable[[], Fate] = Fate) -> None:
        self.target = target
        self.fate = fate
        self.up = self.down = self.connections = 0
        self.fates: list[str] = []
        self._turn = threading.Lock()
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._threads: list[threading.Thread] = []
        self._begin(self._accept)

    def __enter__(self) -> Proxy:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._listener.shutdown(socket.SHUT_RDWR)  # closing it alone does not wake on Linux whoever waits there
        except OSError:
            self._listener.close()
        self._threads[0].join()
        self._listener.close()
        self.cut_all()
        for thread in self._threads:
            thread.join()

    def cut_all(self) -> None:
        """End all connections that are open now."""
        with self._turn:
            held, self._open = self._open, set()
        for one in held:
            _shut(one)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            fate = self.fate()
            try:
                server = socket.create_connection(("127.0.0.1", self.target), 5)
                server.settimeout(None)
            except OSError:
                _shut(client)
                continue
            with self._turn:
                self._open |= {client, server}
            for way, source, sink in (("up", client, server), ("down", server, client)):
                self._begin(self._pump, way, source, sink, fate)

    def _begin(self, work: Callable[..., None], *given: object) -> None:
        thread = threading.Thread(target=work, args=given, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _pump(self, way: str, source: socket.socket, sink: socket.socket, fate: Fate) -> None:
        passed, mine = 0, fate.kind != "pass" and fate.way == way
        with contextlib.suppress(OSError):
            while block := source.recv(BLOCK):
                if mine and passed + len(block) > fate.after:
                    at = max(0, fate.after - passed)
                    if fate.kind == "corrupt":
                        block = block[:at] + bytes([block[at] ^ 0x40]) + block[at + 1 :]
                        mine = False
                    self.fates.append(fate.kind)
                    if fate.kind == "cut":
                        sink.sendall(block[:at])
                        break
                    if fate.kind == "hole":
                        while source.recv(BLOCK):
                            pass
                        break
                passed += len(block)
                # Before it is passed on: whoever has got it finds it counted.
                if way == "up":
                    self.up += len(block)
                else:
                    self.down += len(block)
                sink.sendall(block)
        self._forget(source, sink)

    def _forget(self, *sockets: socket.socket) -> None:
        for one in sockets:
            with self._turn:
                self._open.discard(one)
            _shut(one)


def _shut(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()
