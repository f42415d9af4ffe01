"""What sharing costs beside a plain HTTPS POST: `python -m tests.benchmarks.bench_sharing [--bundles N] [--kib N]`.

One receiving process with our server, which also has a plain handler that reads the body and answers. Both take the
same bytes from the same client library under the same TLS. Ours has verified, decrypted, recorded and committed
(synchronous=FULL) each bundle before it answers, and the sender has committed the answer; the plain one keeps nothing.
A third row has the plain handler write the body to SQLite and commit: what any acknowledged delivery has to do.
The rows take turns, so that other work on the machine falls on all of them alike.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from aiohttp import web

from qroc_desktop.services.system import system_clock
from qroc_desktop.sync.allowed import Allowed, Https
from qroc_desktop.sync.content import attached
from qroc_desktop.sync.courier import Courier
from qroc_desktop.sync.exchange import Exchange
from qroc_desktop.sync.keystore import Keystore
from qroc_desktop.sync.receiver import Receiver
from qroc_desktop.sync.routes import Routes
from qroc_desktop.sync.server import Server
from qroc_desktop.sync.transports.https import HttpsTransport
from tests.sync.building import incident
from tests.sync.node_process import PASSPHRASE
from tests.sync.nodes import NodeCentre, centres

ROUNDS = 6


def nothing(*_: str) -> None:
    """Whom it may concern."""


async def serve(folder: Path) -> None:
    """The receiving process: our server and the two plain handlers on it."""
    identity = Keystore(folder / "keys").open(PASSPHRASE)
    exchange = Exchange(folder / "exchange.qrocx", identity, system_clock)
    workers = ThreadPoolExecutor(4)
    receiver = Receiver(exchange, system_clock, nothing)
    server = Server(receiver, workers, [identity.keys])
    server.trust(receiver.pins())
    kept = sqlite3.connect(folder / "plain.sqlite", isolation_level=None)
    kept.execute("PRAGMA journal_mode = WAL")
    kept.execute("PRAGMA synchronous = FULL")
    kept.execute("CREATE TABLE body (data BLOB)")

    async def plain(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(body=b"\x90")

    async def keeping(request: web.Request) -> web.Response:
        kept.execute("INSERT INTO body VALUES (?)", (await request.read(),))
        return web.Response(body=b"\x90")

    server._runner.app.add_routes([web.post("/plain", plain), web.post("/keeping", keeping)])
    await server.start("127.0.0.1", 0)
    sys.stdout.write(server.address + "\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


class Sender:
    """The sending side, in this process."""

    def __init__(self, own: NodeCentre, peer: NodeCentre, address: str, size: int) -> None:
        self._own, self._peer, self._size = own, peer, size
        self._address = f"https://{address}"
        self._https = HttpsTransport(own.identity, system_clock, nothing)
        allowed = Allowed(https=Https(to=("127.0.0.1:*",)), routes={peer.id: (self._address,)})
        routes = Routes(allowed, own.id, self._https, [], nothing, nothing)
        self._courier = Courier(own.exchange, routes, lambda: False)
        self._roster_peer = own.exchange.roster.active(peer.id)

    def queue(self, count: int) -> list[str]:
        """Bundles with an attachment that cannot be compressed."""
        bundles = []
        for number in range(count):
            data = os.urandom(self._size)
            entry = attached(data, "a.bin", "application/octet-stream")
            item = incident(f"item-{number}")
            queued = self._own.sends(self._peer, item, attachments=(entry,), files={entry.sha256: data})
            bundles.append(queued.bundle)
        return bundles

    def parcels(self, bundles: list[str]) -> list[bytes]:
        """The same bytes that ours sends."""
        return [data for bundle in bundles for data in self._own.exchange.dispatch.parcels(bundle)]

    def plain(self, path: str, parcels: list[bytes]) -> list[float]:
        """Seconds of each POST."""
        times = []
        for data in parcels:
            began = time.perf_counter()
            self._https.call(self._roster_peer, self._address, path, data)
            times.append(time.perf_counter() - began)
        return times

    def ours(self) -> None:
        """Deliver all that is queued."""
        self._courier.round(self._peer.id)
        left = self._own.exchange.dispatch.due_peers()
        if left:
            raise SystemExit("not everything was delivered")

    def close(self) -> None:
        """Close the connections."""
        self._https.close()


def measure(sender: Sender, bundles: int) -> dict[str, tuple[float, float]]:
    """Bundles a second in a burst (the median of the rounds) and milliseconds for a single one (the median)."""
    bursts: dict[str, list[float]] = {}
    singles: dict[str, list[float]] = {}
    count = max(1, bundles // ROUNDS)
    for _ in range(ROUNDS):
        queued = sender.queue(count)
        parcels = sender.parcels(queued)
        for path in ("/plain", "/keeping"):
            times = sender.plain(path, parcels)
            bursts.setdefault(path, []).append(count / sum(times))
            singles.setdefault(path, []).extend(times)
        began = time.perf_counter()
        sender.ours()
        bursts.setdefault("ours", []).append(count / (time.perf_counter() - began))
        for _ in range(min(count, 20)):
            sender.queue(1)
            began = time.perf_counter()
            sender.ours()
            singles.setdefault("ours", []).append(time.perf_counter() - began)
    return {name: (statistics.median(bursts[name]), statistics.median(singles[name]) * 1000) for name in bursts}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bundles", type=int, default=600)
    parser.add_argument("--kib", type=int, default=50)
    parser.add_argument("--serve", type=Path)
    arguments = parser.parse_args()
    if arguments.serve is not None:
        asyncio.run(serve(arguments.serve))
        return
    with tempfile.TemporaryDirectory() as folder, centres(Path(folder), "Noord", "Sued") as (own, peer):
        command = [sys.executable, "-m", "tests.benchmarks.bench_sharing", "--serve", str(peer.path.parent)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            try:
                if process.stdout is None:
                    raise SystemExit("no address")
                sender = Sender(own, peer, process.stdout.readline().strip(), arguments.kib * 1024)
                found = measure(sender, arguments.bundles)
                sender.close()
            finally:
                process.kill()
    names = {"/plain": "plain POST, nothing kept", "/keeping": "plain POST, committed", "ours": "sharing"}
    print(f"{arguments.bundles} bundles of {arguments.kib} KiB{'bundles/s':>25}{'ms (p50)':>12}")
    for name, (rate, latency) in found.items():
        print(f"{names[name]:40}{rate:>10.0f}{latency:>12.2f}")
    for name in ("/plain", "/keeping"):
        print(f"ratio to {names[name]}: {found['ours'][0] / found[name][0]:.2f}")


if __name__ == "__main__":
    main()
