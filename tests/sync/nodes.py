"""Centres whose nodes are processes; the test itself is their window and uses the same exchange files."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from qroc_desktop.domain.state import Item
from qroc_desktop.services.system import system_clock
from qroc_desktop.sync import status
from qroc_desktop.sync.bundle import Kind
from qroc_desktop.sync.exchange import Exchange
from qroc_desktop.sync.identity import Identity
from qroc_desktop.sync.keystore import Keystore
from qroc_desktop.sync.shipment import Queued, Shipment
from tests.fakes.ports import HeldPort
from tests.sync.building import CHEAP, DECISION
from tests.sync.node_process import CLOCK, KILL, PASSPHRASE

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60.0


class NodeCentre:
    """A centre, its files in `folder`, and its node while that runs."""

    def __init__(self, folder: Path, name: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.name = name
        self._place = HeldPort()
        self.port = self._place.number
        self.routes: dict[str, list[str]] = {}
        self.allowed = folder / "exchange.toml"
        self.path = folder / "exchange.qrocx"
        self.errors = folder / "errors.txt"
        self.ahead: Path | None = None
        """A file that says how many seconds the clock of the node is ahead; see `set_ahead`."""
        self._keys = folder / "keys"
        self._process: subprocess.Popen[str] | None = None
        self.use(Identity.new(name, "NL", system_clock()))
        self.exchange = Exchange.create(self.path, self.identity, system_clock)
        self.extra = ""

    @property
    def id(self) -> str:
        return self.identity.centre

    @property
    def address(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def use(self, identity: Identity) -> None:
        self.identity = identity
        Keystore(self._keys).save(identity, PASSPHRASE, CHEAP)

    def rotate(self, identity: Identity) -> None:
        self.exchange.close()
        self.use(identity)
        self.exchange = Exchange(self.path, identity, system_clock)

    def enrols(self, other: NodeCentre) -> None:
        peer = self.exchange.enrol(other.exchange.invite(routes=(other.address,)), officer="Anna")
        for officer in ("Anna", "Bert"):
            self.exchange.roster.approve(peer.centre, officer=officer, said=other.identity.public.letters)

    def start(self, kill: str = "", *, wait: bool = True, allowed: str | None = None) -> None:
        routes = "\n".join(f'"{centre}" = {ways!r}' for centre, ways in self.routes.items())
        self.allowed.write_text(
            allowed
            if allowed is not None
            else f'[https]\nlisten = "127.0.0.1:{self.port}"\nto = ["127.0.0.1:*"]\n{self.extra}\n[routes]\n{routes}\n'
        )
        with self.errors.open("a") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.sync.node_process", self.path, self._keys, self.allowed],
                cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True,
                env={**os.environ, KILL: kill, CLOCK: str(self.ahead or "")},
            )  # fmt: skip
        with contextlib.suppress(BrokenPipeError):
            assert self._process.stdin is not None
            self._process.stdin.write(PASSPHRASE + "\n")
            self._process.stdin.flush()
        if wait:
            self.await_running()

    def await_running(self) -> None:
        pid = self._process.pid if self._process else 0
        until(lambda: self.status.pid == pid and self.status.state == "running", f"{self.name} runs")

    @property
    def status(self) -> status.NodeStatus:
        found = status.read(self.path)
        return found or status.NodeStatus(pid=0, state="", started=system_clock(), at=system_clock())

    def kill(self) -> None:
        """kill -9, if it still runs."""
        assert self._process is not None
        self._process.kill()
        self._end()

    def terminate(self) -> str:
        """SIGTERM; what it says at the end."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        said = self._end()
        assert self._process.returncode == 0
        return said

    def reap(self) -> int | None:
        """The exit code where it has ended by itself."""
        code = self._process.poll() if self._process else None
        if code is not None:
            self._end()
        return code

    def close(self) -> None:
        if self.running:
            self.kill()
        elif self._process is not None:
            self._end()
        self.exchange.close()
        self._place.close()

    def said_wrong(self) -> str:
        return self.errors.read_text() if self.errors.exists() else ""

    def sends(self, other: NodeCentre, *items: Item, kind: Kind = Kind.SNAPSHOT, **more: object) -> Queued:
        shipment = Shipment(to=other.id, kind=kind, officer="Anna", items=items, **more)  # type: ignore[arg-type]
        return self.exchange.outbox.queue(shipment, [DECISION])

    def queue_and_die(self, other: NodeCentre, point: str) -> int:
        """Another window of this centre, which sends something and is killed at that point; its exit code."""
        words = [sys.executable, "-m", "tests.sync.killed_window", str(self.path), str(self._keys), other.id, point]
        return subprocess.run(words, cwd=ROOT, input=PASSPHRASE + "\n", text=True, check=False).returncode

    def state(self, bundle: str) -> str:
        return self.exchange.dispatch.one(bundle).state

    def alarms(self) -> list[tuple[str, str, int]]:
        return sorted((alarm.code, alarm.peer, alarm.count) for alarm in self.exchange.alarms.open())

    def _end(self) -> str:
        assert self._process is not None
        said, _ = self._process.communicate(timeout=PATIENCE_S)
        return said


@contextlib.contextmanager
def centres(folder: Path, *names: str) -> Iterator[list[NodeCentre]]:
    """Centres that know each other; their nodes do not run yet."""
    made = [NodeCentre(folder / name, name) for name in names]
    for one in made:
        for other in made:
            if one is not other:
                one.enrols(other)
    try:
        yield made
    finally:
        for centre in made:
            centre.close()


def set_ahead(path: Path, seconds: float) -> None:
    """From now on the clocks of the nodes that look at this file are so far ahead, all at the same moment."""
    rough = path.with_name(f"{path.name}.new")
    rough.write_text(str(seconds))
    os.replace(rough, path)


def until(true: Callable[[], object], what: str, patience: float = PATIENCE_S) -> None:
    """Wait until it is true."""
    end = time.monotonic() + patience
    while not true():
        assert time.monotonic() < end, f"it never came to pass: {what}"
        time.sleep(0.02)


def all_stored(sender: NodeCentre, bundles: Sequence[str]) -> bool:
    return all(sender.state(bundle) == "stored" for bundle in bundles)
