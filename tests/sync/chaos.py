"""Two centres on a bad network, their nodes killed again and again; a ledger that the test keeps decides.

The test is the window of both centres: it queues bundles, takes up what came in, and writes down each of both.
"""

from __future__ import annotations

import contextlib
import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec

from qroc_desktop.domain.aspects import Wording
from qroc_desktop.domain.state import Item
from qroc_desktop.domain.vocabulary import Aspect
from qroc_desktop.services.system import system_clock
from qroc_desktop.sync.content import Attachment
from qroc_desktop.sync.encoding import sha256
from qroc_desktop.sync.refusals import Rejected
from qroc_desktop.sync.transports.base import Unreachable
from qroc_desktop.sync.transports.https import HttpsTransport, Patience
from qroc_desktop.sync.verifying import verify
from tests.sync.building import incident
from tests.sync.children import KILLED
from tests.sync.killing_points import AFTER_SEAL_BEFORE_COMMIT, POINTS
from tests.sync.nodes import NodeCentre, centres
from tests.sync.proxy import Fate, Kind, Proxy
from tests.sync.relay import RelayServer

LARGE = 2_600_000
FATES: tuple[Kind, ...] = ("pass", "pass", "pass", "cut", "cut", "cut", "corrupt", "corrupt", "hole", "hole")
AT_A_POINT_S = 8.0
"""How long a node may take until it gets to the point where it is to be killed; then it is killed at random."""


def title_of(item: Item) -> str:
    wording = item.aspects[Aspect.WORDING]
    return wording.title if isinstance(wording, Wording) else ""


class Size(msgspec.Struct, frozen=True, kw_only=True):
    """bundles: over both directions; every `large`-th has an attachment of several chunks. Kills of nodes; each is
    drawn: at a named point or at random. Beside them a window is killed at every `window`-th bundle."""

    bundles: int
    kills: int
    large: int = 25
    window: int = 40
    patience: float = 300.0
    seed: int = 1


class Report(msgspec.Struct, kw_only=True):
    """What happened, and the verdict of the ledger."""

    bundles: int = 0
    delivered: int = 0
    lost: int = 0
    wrong: int = 0
    twice: int = 0
    unacknowledged: int = 0
    alarms: dict[str, int] = {}
    kills: dict[str, int] = {}
    network: dict[str, int] = {}
    replayed: int = 0
    seconds: float = 0.0
    broken_logs: int = 0
    said_wrong: str = ""

    @property
    def good(self) -> bool:
        return (
            self.delivered == self.bundles
            and not (self.lost or self.wrong or self.twice or self.unacknowledged or self.broken_logs)
            and not self.said_wrong
        )


class Entry(msgspec.Struct, frozen=True):
    """A bundle as it was handed in: for whom, the item in it with its title, and the hash of the file with it."""

    recipient: str
    item: str
    title: str
    file: str


class Ledger:
    """What was handed in and what came out, by bundle."""

    def __init__(self) -> None:
        self.sent: dict[str, Entry] = {}
        self.applied: Counter[str] = Counter()
        self.wrong: list[str] = []


class Chaos:
    """One run."""

    def __init__(self, one: NodeCentre, other: NodeCentre, size: Size) -> None:
        self.centres = (one, other)
        self.ledger = Ledger()
        self.chance = random.Random(size.seed)
        self.size = size
        self.report = Report(bundles=size.bundles)
        self.kills: Counter[str] = Counter()
        self.armed: dict[str, str] = {}
        self.proxies: list[Proxy] = []
        self.relay: RelayServer | None = None

    def fate(self) -> Fate:
        """Of ten connections seven are bad: sooner or later cut, damaged or silent, in one of the two directions."""
        after = int(self.chance.expovariate(1 / self.chance.choice((4_000, 60_000, 1_500_000))))
        kind = self.chance.choice(FATES)
        return Fate(kind=kind, way=self.chance.choice(("up", "down")), after=after)

    def run(self) -> Report:
        began = time.monotonic()
        for centre in self.centres:
            self.start(centre)
        left = self.size.bundles
        for step in range(self.size.kills):
            share = left // (self.size.kills - step)
            left -= share
            self.queue(share)
            self.kill(self.chance.choice(self.centres))
            self.replay()
            self.take_up()
            for proxy in self.proxies:
                if self.chance.random() < 0.3:
                    proxy.cut_all()
        self.queue(left)
        self.come_to_rest()
        return self.judged(time.monotonic() - began)

    def queue(self, count: int) -> None:
        for _ in range(count):
            number = len(self.ledger.sent)
            sender, recipient = self.chance.sample(self.centres, 2)
            size = LARGE if number % self.size.large == self.size.large - 1 else self.chance.randint(0, 60_000)
            file = self.chance.randbytes(size)
            if number % self.size.window == self.size.window - 1:
                self.kill_window(sender, recipient)
            entry = Entry(recipient.id, f"item-{number}", f"Ereignis {self.chance.random()}", sha256(file))
            attachment = Attachment(sha256=entry.file, size=size, name="a.bin", media="application/octet-stream")
            item = incident(entry.item, entry.title)
            queued = sender.sends(recipient, item, attachments=(attachment,), files={entry.file: file})
            self.ledger.sent[queued.bundle] = entry

    def kill_window(self, sender: NodeCentre, recipient: NodeCentre) -> None:
        """A window that is killed before its bundle is recorded: nobody was told that it is sent, and it never is."""
        assert sender.queue_and_die(recipient, AFTER_SEAL_BEFORE_COMMIT) == KILLED
        self.kills[AFTER_SEAL_BEFORE_COMMIT] += 1

    def kill(self, victim: NodeCentre) -> None:
        """kill -9, and start again: at a named point where it gets there soon, else wherever it is."""
        if self.relay is not None and self.chance.random() < 0.15:
            self.relay.stop()
            self.kills["relay"] += 1
            self.relay.start()
        end = time.monotonic() + (AT_A_POINT_S if victim.id in self.armed else self.chance.uniform(0.5, 3.0))
        while victim.running and time.monotonic() < end:
            self._wait(0.1)
        if victim.running:
            victim.kill()
            self.kills["at random"] += 1
            self.armed.pop(victim.id, None)
            self.start(victim)
        self.revive()

    def revive(self, *, armed: bool = True) -> None:
        """Start those again that were killed at a point, by themselves as it were."""
        for centre in self.centres:
            code = centre.reap()
            if code is None:
                continue
            point = self.armed.pop(centre.id, "")
            if code != KILLED or not point:
                self.report.said_wrong += f"{centre.name} ended with {code}\n"
            self.kills[point] += 1
            self.start(centre, armed=armed)

    def start(self, centre: NodeCentre, *, armed: bool = True) -> None:
        kill = ""
        if armed and self.chance.random() < 0.6:
            self.armed[centre.id] = self.chance.choice(list(POINTS))
            kill = f"{self.armed[centre.id]}:{self.chance.randint(1, 4)}"
        centre.start(kill, wait=False)

    def _wait(self, seconds: float) -> None:
        time.sleep(seconds)
        self.take_up()

    def replay(self) -> None:
        """Bring some earlier bundles again, in any order, straight to the peer."""
        if self.relay is not None or not self.ledger.sent:
            return
        for bundle in self.chance.sample(list(self.ledger.sent), min(3, len(self.ledger.sent))):
            recipient = next(one for one in self.centres if one.id == self.ledger.sent[bundle].recipient)
            sender = next(one for one in self.centres if one is not recipient)
            patience = Patience(connect=1.0, silence=1.0)
            with (
                contextlib.closing(
                    HttpsTransport(sender.identity, system_clock, lambda *_: None, patience=patience)
                ) as https,
                contextlib.suppress(Unreachable, Rejected),
            ):
                for data in sender.exchange.dispatch.parcels(bundle):
                    https.to(recipient.address).send(sender.exchange.roster.active(recipient.id), data)
                    self.report.replayed += 1

    def take_up(self) -> None:
        """As a window does: apply what is pending, and tell so."""
        for centre in self.centres:
            for row in centre.exchange.inbox.pending():
                opened = centre.exchange.inbox.opened(row.bundle)
                (item,) = opened.items()
                (name,) = opened.files
                found = Entry(centre.id, item.id, title_of(item), sha256(opened.files[name]))
                if self.ledger.sent.get(row.bundle) != found:
                    self.ledger.wrong.append(row.bundle)
                self.ledger.applied[row.bundle] += 1
                centre.exchange.inbox.applied(row.bundle)

    def come_to_rest(self) -> None:
        """Let the network be well again and wait until every bundle is acknowledged as applied."""
        for proxy in self.proxies:
            proxy.fate = Fate
            proxy.cut_all()
        end = time.monotonic() + self.size.patience
        while time.monotonic() < end and self.open():
            self.revive(armed=False)
            self._wait(0.2)
        for centre in self.centres:
            if centre.id in self.armed:  # it never got to its point
                centre.kill()
                self.kills["at random"] += 1
            else:
                centre.await_running()
                centre.terminate()

    def open(self) -> list[str]:
        """Bundles that their sender does not know to be applied."""
        return [
            row.bundle
            for centre in self.centres
            for row in centre.exchange.dispatch.board()
            if row.state != "stored" or [seen.state for seen in row.seen] != ["applied"]
        ]

    def judged(self, seconds: float) -> Report:
        ledger, report = self.ledger, self.report
        report.delivered = len(set(ledger.applied) & set(ledger.sent))
        report.lost = len(set(ledger.sent) - set(ledger.applied))
        report.wrong = len(ledger.wrong) + len(set(ledger.applied) - set(ledger.sent))
        report.twice = sum(count > 1 for count in ledger.applied.values())
        report.unacknowledged = len(self.open())
        report.kills = dict(self.kills)
        fates = Counter(fate for proxy in self.proxies for fate in proxy.fates)
        report.network = {"connections": sum(proxy.connections for proxy in self.proxies), **fates}
        report.alarms = dict(sum((Counter({c: n for c, _, n in one.alarms()}) for one in self.centres), Counter()))
        report.said_wrong += "".join(centre.said_wrong() for centre in self.centres)
        for centre in self.centres:
            report.broken_logs += bool(verify(centre.path).findings)
        report.seconds = seconds
        return report


@contextlib.contextmanager
def over_https(folder: Path, size: Size) -> Iterator[Chaos]:
    """Each calls the other through a network of its own."""
    with centres(folder, "Noord", "Süd") as (one, other), contextlib.ExitStack() as stack:
        chaos = Chaos(one, other, size)
        for sender, recipient in ((one, other), (other, one)):
            proxy = stack.enter_context(Proxy(recipient.port, chaos.fate))
            chaos.proxies.append(proxy)
            sender.routes[recipient.id] = [f"https://127.0.0.1:{proxy.port}"]
        yield chaos


@contextlib.contextmanager
def over_nats(folder: Path, size: Size) -> Iterator[Chaos]:
    """Both have their mailbox at one relay, each behind a network of its own."""
    relay = RelayServer(folder / "relay")
    try:
        with centres(folder, "Noord", "Süd") as (one, other), contextlib.ExitStack() as stack:
            chaos = Chaos(one, other, size)
            chaos.relay = relay
            for own, peer in ((one, other), (other, one)):
                proxy = stack.enter_context(Proxy(relay.port, chaos.fate))
                chaos.proxies.append(proxy)
                server = f"nats://127.0.0.1:{proxy.port}"
                own.extra = f'[[nats]]\nserver = "{server}"\nmailbox = "{own.id}"\nplain = true\n'
                own.routes[peer.id] = [f"{server}#{peer.id}"]
            yield chaos
    finally:
        relay.close()


def run(way: str, size: Size, folder: Path) -> Report:
    """One run `https` or `nats`."""
    with (over_https if way == "https" else over_nats)(folder / f"{way}-{os.getpid()}", size) as chaos:
        return chaos.run()
