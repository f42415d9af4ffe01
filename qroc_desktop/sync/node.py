"""The node: the process that talks to peers.

It listens for them, brings them what is due, looks into folders and mailboxes, and goes on doing so with no window
open. Everything that must not be lost is in the exchange file; a node may be killed at any time.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import random
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import NamedTuple

import msgspec

from qroc_desktop.domain.instant import Clock, Instant, seconds
from qroc_desktop.errors import QrocError
from qroc_desktop.sync import database, delivery, status
from qroc_desktop.sync.allowed import Allowed
from qroc_desktop.sync.courier import Courier
from qroc_desktop.sync.ending import told_to_end
from qroc_desktop.sync.exchange import Exchange
from qroc_desktop.sync.keystore import Unlocked
from qroc_desktop.sync.receiver import Receiver
from qroc_desktop.sync.refusals import Rejected
from qroc_desktop.sync.roster import PeerState
from qroc_desktop.sync.routes import Routes
from qroc_desktop.sync.server import Server
from qroc_desktop.sync.transports.base import Source, Unreachable
from qroc_desktop.sync.transports.https import HttpsTransport, Patience
from qroc_desktop.sync.transports.nats import NatsTransport

_log = logging.getLogger(__name__)


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds: between looks at whether the exchange file has changed; between looks into a folder; how long a peer
    may be silent until it is asked whether it is there; between looks at what waits for a clock; between two writings
    of the status; how long what is under way may take at the end."""

    look: float = 0.05
    folder: float = 2.0
    reach: float = 60.0
    tick: float = 5.0
    status: float = 2.0
    grace: float = 5.0


class Node:
    """One node on one open exchange file; `run` returns when it was told to stop."""

    def __init__(
        self,
        exchange: Exchange,
        allowed: Allowed,
        clock: Clock,
        *,
        keys: Unlocked | None = None,
        pace: Pace | None = None,
        patience: Patience | None = None,
    ) -> None:
        """keys: the keystore of the exchange's identity, so that renewed keys are taken over while it runs."""
        self._exchange = exchange
        self._allowed = allowed
        self._clock = clock
        self._keys = keys
        self._pace = pace or Pace()
        self._started = clock()
        before = status.read(exchange.path)
        self._contacts = status.Contacts(before, clock)
        self._took = dict(before.took) if before else {}
        self._receiver = Receiver(exchange, clock, self._met)
        identity = exchange.identity
        self._https = HttpsTransport(identity, clock, self._receiver.alarm, patience=patience, took=self._took)
        self._relays = [NatsTransport(relay) for relay in allowed.nats]
        contacts = self._contacts
        self._routes = Routes(
            allowed, identity.centre, self._https, self._relays, self._met, contacts.missed, contacts.tried
        )
        self._stopped = threading.Event()
        self._courier = Courier(exchange, self._routes, self._stopped.is_set)
        self._under_way: set[str] = set()
        self._asked: dict[str, Instant] = {}
        self._totals = delivery.Round()
        self._last_round: Instant | None = None
        self._again = threading.Event()
        self._workers = ThreadPoolExecutor(4, thread_name_prefix="exchange")

    def run(self) -> None:
        """Work until SIGTERM or SIGINT, or `stop`. Raises Refused where another node has the file, or the port."""
        lock = status.NodeLock(self._exchange.path)
        try:
            with told_to_end(self._stopped):
                asyncio.run(self._work())
        finally:
            lock.release()

    def stop(self) -> None:
        """End soon; from any thread."""
        self._stopped.set()

    async def _work(self) -> None:
        server = Server(self._receiver, self._workers, self._exchange.identity.shown_keys(self._clock()))
        listening = self._allowed.listening()
        try:
            server.trust(self._receiver.pins())
            if listening is not None:
                await server.start(*listening)
            self._begin_polling()
            await self._watch(server)
        finally:
            self._stopped.set()
            await server.stop()
            await self._come_to_rest()
            self._write_status("stopped", "")

    async def _watch(self, server: Server) -> None:
        """Look at the exchange file until the end; whatever it asks for is done by others."""
        loop, known = asyncio.get_running_loop(), self._certificates()
        changes, next_due, next_tick, next_status = _Changes(self._exchange), 0.0, 0.0, 0.0
        with contextlib.closing(changes):
            while not self._stopped.is_set():
                now = loop.time()
                if changes.any() or self._again.is_set() or now >= next_due or (self._keys and self._keys.replaced):
                    self._again.clear()
                    try:
                        present, wait = await loop.run_in_executor(self._workers, self._look)
                        if present != known:
                            server.renew(self._exchange.identity.shown_keys(self._clock()), present.pins)
                            known = present
                        next_due = now + wait
                        self._contacts.note("exchange")
                    except QrocError as error:
                        self._contacts.note("exchange", str(error))
                        next_due = now + 1.0
                if now >= next_tick:
                    next_tick = now + self._pace.tick
                    self._start("tick", self._tick)
                if now >= next_status:
                    next_status = now + self._pace.status
                    self._write_status("running", server.address)
                await asyncio.sleep(self._pace.look)

    def _certificates(self) -> _Certificates:
        own = self._exchange.identity.shown_keys(self._clock())
        return _Certificates([keys.certificate for keys in own], self._receiver.pins())

    def _take_over(self) -> None:
        """Go on with keys that were renewed; those that cannot be opened are told of, and the former stay in use."""
        try:
            if self._keys is not None and self._keys.look():
                self._contacts.note("keys")
        except QrocError as error:
            self._contacts.note("keys", str(error))

    def _look(self) -> tuple[_Certificates, float]:
        """Take over renewed keys, start couriers where something is due; what new connections are under, and seconds
        until something is due."""
        self._take_over()
        for centre in self._exchange.dispatch.due_peers():
            self._start(centre, partial(self._deliver, centre))
        following = self._exchange.dispatch.next_due()
        wait = 5.0 if following is None else min(5.0, max(0.0, (following - self._clock()) / 1_000_000))
        # What is due and under way, or due for a peer that is not active, is no reason to look again at once.
        return self._certificates(), wait or 1.0

    def _start(self, name: str, work: Callable[[], None]) -> None:
        """Run in a thread of its own, unless it still runs. It must not keep the process from ending."""
        if name in self._under_way or self._stopped.is_set():
            return
        self._under_way.add(name)

        def run() -> None:
            try:
                work()
                self._contacts.note(name)
            except QrocError as error:
                self._contacts.note(name, str(error))
                if not self._stopped.is_set():
                    _log.info("%s: %s", name, error.what.template)
            finally:
                self._under_way.discard(name)
                self._again.set()  # something may have become due while it was ending

        threading.Thread(target=run, name=name, daemon=True).start()

    def _deliver(self, centre: str) -> None:
        with contextlib.suppress(Rejected):  # revoked a moment ago
            self._note(self._courier.round(centre))

    def _tick(self) -> None:
        for peer, reply in self._exchange.tick():
            delivery.answer(self._exchange, peer.centre, reply, self._routes.to)
        for peer in self._exchange.roster.peers():
            last = self._contacts.last(peer.centre) or Instant(0)
            silent_since = max(last, self._asked.get(peer.centre, Instant(0)))
            if peer.state is PeerState.ACTIVE and self._clock() - silent_since > seconds(self._pace.reach):
                self._asked[peer.centre] = self._clock()
                self._start(f"reach {peer.centre}", self._routes.to(peer).reach)

    def _begin_polling(self) -> None:
        for path, folder in zip(self._allowed.folder.paths, self._routes.folders(), strict=True):
            self._poll(f"folder {path}", folder, self._pace.folder)
        for relay in self._relays:
            self._poll(f"relay {relay.server}", relay, 0.0)

    def _poll(self, name: str, source: Source, pause: float) -> None:
        def poll() -> None:
            failures = 0
            while not self._stopped.is_set():
                try:
                    self._note(delivery.fetch(self._exchange, source, self._routes.to))
                    self._contacts.note(name)
                    failures = 0
                    self._stopped.wait(pause)
                except QrocError as error:
                    why = error.what.params.get("reason", "") if isinstance(error, Unreachable) else str(error)
                    self._contacts.note(name, str(why))
                    failures += 1
                    self._stopped.wait(min(30.0, 0.5 * 2 ** min(failures, 10)) * random.uniform(0.5, 1.0))  # noqa: S311

        self._start(name, poll)

    def _met(self, centre: str) -> None:
        if self._contacts.met(centre, self._clock()):
            self._exchange.dispatch.wake(centre)

    def _note(self, round_: delivery.Round) -> None:
        self._last_round = self._clock()
        self._totals.sent += round_.sent
        self._totals.received += round_.received

    async def _come_to_rest(self) -> None:
        """Wait for what is under way, a while. The exchange file is in order whenever it ends."""
        loop = asyncio.get_running_loop()
        until = loop.time() + self._pace.grace
        self._https.close()
        while self._under_way and loop.time() < until:
            await asyncio.sleep(0.02)
        for relay in self._relays:
            await loop.run_in_executor(None, relay.close)
        self._workers.shutdown(wait=True, cancel_futures=True)

    def _write_status(self, state: str, address: str) -> None:
        peers, trouble = self._contacts.seen()
        present = status.NodeStatus(
            pid=os.getpid(),
            state=state,
            started=self._started,
            at=self._clock(),
            listening=address,
            last_round=self._last_round,
            sent=self._totals.sent,
            received=self._totals.received,
            peers=peers,
            trouble=trouble,
            took=dict(self._took),
        )
        status.write(self._exchange.path, present)


class _Certificates(NamedTuple):
    """What new connections are under: our own certificates, and the peers'."""

    own: list[bytes]
    pins: list[bytes]


class _Changes:
    """Tells cheaply whether any process has committed something to the exchange file since the last question."""

    def __init__(self, exchange: Exchange) -> None:
        self._connection: sqlite3.Connection = database.reading_only(exchange.path)
        self._version = -1

    def any(self) -> bool:
        before = self._version
        self._version = int(self._connection.execute("PRAGMA data_version").fetchone()[0])
        return self._version != before

    def close(self) -> None:
        self._connection.close()
