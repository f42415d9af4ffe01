"""Delivery to one peer: small bundles go together in one request, a large one goes alone.

Attempts are counted in one transaction before the request, and answers taken in in one after it, so that a burst of
bundles costs the disk little more than one bundle does.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import nullcontext
from typing import NamedTuple

from qroc_desktop.sync.delivery import Round, send_one
from qroc_desktop.sync.exchange import Exchange
from qroc_desktop.sync.refusals import Rejected
from qroc_desktop.sync.routes import Routes
from qroc_desktop.sync.shipment import Sent
from qroc_desktop.sync.transports import wire
from qroc_desktop.sync.transports.base import Unreachable

SMALL = 256 * 1024
"""Parcels up to this size go together."""
LEAST_TOGETHER = 512 * 1024
MOST_TOGETHER = 2 * 1024 * 1024
"""So much goes in one request: little at first and after a failure, for all of it is sent again where it is cut; twice
as much after each that went well."""


Batch = list[tuple[Sent, bytes]]


class Answered(NamedTuple):
    """Bundles that were sent, and what became of each."""

    batch: Batch
    results: list[wire.Outcome]


class Courier:
    """Brings peers what is due for them; threads may share it, each for another peer."""

    def __init__(self, exchange: Exchange, routes: Routes, stopping: Callable[[], bool]) -> None:
        self._exchange = exchange
        self._routes = routes
        self._stopping = stopping
        self._room: dict[str, int] = {}

    def round(self, centre: str) -> Round:
        """Try what is due until nothing is, or the peer cannot be reached."""
        outcome = Round()
        with ThreadPoolExecutor(1, thread_name_prefix=f"to {centre}") as line:
            try:
                while not self._stopping() and (self._small(centre, line, outcome) or self._alone(centre, outcome)):
                    pass
            except Unreachable:
                self._room[centre] = LEAST_TOGETHER
                outcome.unreachable += 1
        return outcome

    def _small(self, centre: str, line: Executor, outcome: Round) -> bool:
        """The small ones at the beginning of what is due; whether there were any.

        While a request is on its way the answers to the one before are noted and the next one is prepared. There is
        never more than one on its way, which keeps the order.
        """
        batch, before = self._prepared(centre, []), Answered([], [])
        if not batch:
            return False
        while batch and not self._stopping():
            way = self._routes.to(self._exchange.roster.active(centre))
            batch = self._current(batch)
            request = line.submit(way.send_together, [data for _, data in batch])
            with self._exchange.database.writing() if before.batch else nullcontext():  # one wait for the disk, not two
                self._note(before, outcome)
                following = self._prepared(centre, batch)
            before = Answered(batch, request.result())
            self._room[centre] = min(MOST_TOGETHER, self._room.get(centre, LEAST_TOGETHER) * 2)
            batch = following
        self._note(before, outcome)
        return True

    def _prepared(self, centre: str, on_its_way: Batch) -> Batch:
        """The next small ones, counted as tried."""
        batch: Batch = []
        size, sent = 0, {row.bundle for row, _ in on_its_way}
        for row in self._exchange.dispatch.due(centre, wire.MOST_PARCELS):
            if row.bundle in sent:
                continue
            data = next(self._exchange.dispatch.parcels(row.bundle))
            size += len(data)
            if len(data) > SMALL or size > self._room.get(centre, LEAST_TOGETHER):
                break
            batch.append((row, data))
        if batch:
            with self._exchange.database.writing():
                for row, _ in batch:
                    self._exchange.dispatch.tried(row.bundle)
        return batch

    def _current(self, batch: Batch) -> Batch:
        """The batch as it may leave now: a share may have been withdrawn since it was packed."""
        dispatch = self._exchange.dispatch
        withdrawn = dispatch.withdrawn_since([row.bundle for row, _ in batch])
        return [(row, next(dispatch.parcels(row.bundle)) if row.bundle in withdrawn else data) for row, data in batch]

    def _note(self, answered: Answered, outcome: Round) -> None:
        dispatch = self._exchange.dispatch
        if not answered.batch:
            return
        with self._exchange.database.writing():
            for (row, _), result in zip(answered.batch, answered.results, strict=True):
                if result.code:
                    dispatch.rejected(row.bundle, wire.rejection(result.code).code)
                    outcome.rejected += 1
                    continue
                # An answer that is none has sounded its alarm; the bundle stays queued.
                self._exchange.receive_all([(reply, row.peer) for reply in result.replies])
                outcome.sent += 1

    def _alone(self, centre: str, outcome: Round) -> bool:
        due = self._exchange.dispatch.due(centre, 1)
        if not due:
            return False
        way = self._routes.to(self._exchange.roster.active(centre))
        try:
            send_one(self._exchange, lambda _: way, due[0])
            outcome.sent += 1
        except Rejected as rejection:
            self._exchange.dispatch.rejected(due[0].bundle, rejection.code)
            outcome.rejected += 1
        return True
