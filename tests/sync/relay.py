"""A real nats-server for tests, with JetStream on one disk; it can be killed and started again."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from tests.ports import free_port

MAX_PAYLOAD = 2 * 1024 * 1024
BINARY = shutil.which("nats-server", path=str(Path(sys.executable).parent)) or shutil.which("nats-server")


class RelayServer:
    """Started at once; `folder` is its disk."""

    def __init__(self, folder: Path, max_payload: int = MAX_PAYLOAD) -> None:
        folder.mkdir(parents=True)
        self.port = free_port()
        self._config = folder / "nats.conf"
        self._log = folder / "nats.log"
        self._config.write_text(
            f'listen: "127.0.0.1:{self.port}"\nmax_payload: {max_payload}\n'
            f'jetstream {{ store_dir: "{folder}", sync_interval: always }}\n'
        )
        self.start()

    def start(self) -> None:
        assert BINARY is not None
        with self._log.open("a") as log:
            self._process = subprocess.Popen([BINARY, "-c", self._config], stdout=log, stderr=log)
        end = time.monotonic() + 30
        while time.monotonic() < end:
            try:
                with socket.create_connection(("127.0.0.1", self.port), 1) as probe:
                    if probe.recv(4) == b"INFO":
                        return
            except OSError:
                time.sleep(0.05)
        raise AssertionError(f"nats-server does not start: {self._log.read_text()}")

    def stop(self, number: int = signal.SIGKILL) -> None:
        self._process.send_signal(number)
        self._process.wait()
