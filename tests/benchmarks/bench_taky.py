"""The same items by `taky` and by sharing: `python -m tests.benchmarks.bench_taky [--items N]`.

taky is a server for tactical pictures: it hands each Cursor-on-Target event on to its other clients as it comes. It
seals nothing, gives no receipt, keeps nothing on a disk, and an event that a client misses is lost; a person who may
not see an item sees it. Sharing has sealed, signed and recorded each bundle, and it counts as done here when it is on
the peer's disk and its signed acknowledgement on ours. So this compares what is paid for that, not two ways of
doing the same. Both are under mutual TLS on one machine, and take turns.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from qroc_desktop.domain.aspects import Identity
from qroc_desktop.domain.state import Item
from qroc_desktop.formats import cot_write
from qroc_desktop.formats.reading import Writing
from qroc_desktop.services.system import system_clock
from qroc_desktop.sync.bundle import Kind
from tests.benchmarks.bench_sharing import Sender
from tests.benchmarks.rival_taky import Client, server
from tests.sync.building import incident
from tests.sync.nodes import NodeCentre, centres

ROUNDS = 5
SINGLES = 20


def items(round_: int, count: int) -> list[Item]:
    """Incidents with a title, a description and a place."""
    text = "Several calls about shots at the station; one person was seen running towards the river. " * 3
    return [incident(f"item-{round_}-{n}", f"Shots {n}", description=text, lon=5.0 + n / 1000) for n in range(count)]


def events(some: list[Item]) -> list[bytes]:
    """The same items as Cursor on Target, an event each."""
    now = system_clock()
    context = Writing(identity=Identity(centre="Noord", country="NL"), layers=(), valid=now, known=now, now=now)
    return [cot_write.write([item], context).data.partition(b"?>")[2] for item in some]


class Times:
    """Items a second in bursts, and seconds for a single item, by row."""

    def __init__(self) -> None:
        self.bursts: dict[str, list[float]] = {}
        self.singles: dict[str, list[float]] = {}

    def burst(self, row: str, count: int, work: Callable[[], object]) -> None:
        began = time.perf_counter()
        work()
        self.bursts.setdefault(row, []).append(count / (time.perf_counter() - began))

    def single(self, row: str, work: Callable[[], object]) -> None:
        began = time.perf_counter()
        work()
        self.singles.setdefault(row, []).append(time.perf_counter() - began)


def by_taky(times: Times, sender: Client, recipient: Client, some: list[Item]) -> None:
    """Until the other client has each event."""
    data = events(some)

    def burst() -> None:
        for event in data:
            sender.send(event)
        recipient.receive(len(data))

    times.burst("taky, an event an item", len(some), burst)
    for event in data[:SINGLES]:
        sender.send(event)  # once before, and one at a time from here
        recipient.receive(1)
    for event in data[:SINGLES]:

        def one(event: bytes = event) -> None:
            sender.send(event)
            recipient.receive(1)

        times.single("taky, an event an item", one)


def by_sharing(times: Times, sender: Sender, own: NodeCentre, peer: NodeCentre, some: list[Item]) -> None:
    """Until each bundle is acknowledged."""

    def one_each() -> None:
        for item in some:
            own.sends(peer, item)
        sender.ours()

    def one_picture() -> None:
        own.sends(peer, *some)
        sender.ours()

    def single(item: Item) -> None:
        own.sends(peer, item, kind=Kind.SNAPSHOT)
        sender.ours()

    times.burst("sharing, a bundle an item", len(some), one_each)
    times.burst("sharing, one picture of all", len(some), one_picture)
    for item in some[:SINGLES]:
        times.single("sharing, a bundle an item", lambda item=item: single(item))  # type: ignore[misc]
    for _ in range(3):
        times.single("sharing, one picture of all", one_picture)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=200)
    count = max(SINGLES, parser.parse_args().items)
    times = Times()
    with (
        tempfile.TemporaryDirectory() as rival,
        tempfile.TemporaryDirectory() as folder,
        server(Path(rival)) as port,
        centres(Path(folder), "Noord", "Sued") as (own, peer),
    ):
        clients = Client(Path(rival), port), Client(Path(rival), port)
        command = [sys.executable, "-m", "tests.benchmarks.bench_sharing", "--serve", str(peer.path.parent)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            try:
                if process.stdout is None:
                    raise SystemExit("no address")
                sender = Sender(own, peer, process.stdout.readline().strip(), 0)
                for round_ in range(ROUNDS):
                    some = items(round_, count)
                    by_taky(times, *clients, some)
                    by_sharing(times, sender, own, peer, some)
                sender.close()
            finally:
                process.kill()
        for client in clients:
            client.close()
    print(f"{f'{count} items':32}{'items/s':>12}{'ms (p50)':>12}")
    for row, rates in times.bursts.items():
        print(f"{row:32}{statistics.median(rates):>12.0f}{statistics.median(times.singles[row]) * 1000:>12.2f}")
    print("taky: no seal, no receipt, no store, everybody gets everything. Sharing: sealed for one centre, on both")
    print("disks and acknowledged. The last row's ms are for all of its items together.")


if __name__ == "__main__":
    main()
