"""Standing orders as they are kept: an officer's word that a share is kept up to date, and what became of it.

An order never changes. That it was paused, goes on, was ended or stopped are events behind it; the newest says how it
stands. Each is one transaction with its entry in the audit log.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

import msgspec

from qroc_desktop.domain.ids import random_id
from qroc_desktop.domain.instant import Clock, Instant
from qroc_desktop.errors import Message, Refused
from qroc_desktop.sync.audit import Action, Audit, Detail
from qroc_desktop.sync.database import Database, reading_only

# A share that was issued again under another number is the same share to whoever ordered something about it.
_ROW = (
    "WITH RECURSIVE name (id, bundle) AS (SELECT id, bundle FROM standing_order"
    " UNION ALL SELECT name.id, after FROM name JOIN renumbered ON before = name.bundle)"
    " SELECT o.id, o.record, t.bundle, f.at, l.state, l.officer, l.why, l.at FROM standing_order o"
    " JOIN name t ON t.id = o.id AND NOT EXISTS (SELECT 1 FROM renumbered WHERE before = t.bundle)"
    " JOIN order_event f ON f.no = (SELECT min(no) FROM order_event WHERE id = o.id)"
    " JOIN order_event l ON l.no = (SELECT max(no) FROM order_event WHERE id = o.id)"
)


class OrderState(StrEnum):
    """ended: by an officer, or because its time, its share or its peer came to an end. stopped: by the program, because
    an officer has to look."""

    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"
    STOPPED = "stopped"


OPEN = frozenset({OrderState.ACTIVE, OrderState.PAUSED})


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """What was ordered. bundle: the share. workspace: the id of the one that it is kept up to date from.

    grounds: why and under which law, scope: where new items come from, both as the services write them (JSON).
    known: items that the officer saw refused for want of consent or confirmation, and ordered it all the same.
    """

    bundle: str
    peer: str
    workspace: str
    officer: str
    why: str
    until: Instant
    grounds: msgspec.Raw
    scope: msgspec.Raw
    known: tuple[str, ...] = ()


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """An order and how it stands; `by` and `reason` of the newest event (`by` empty: the program)."""

    id: str
    given: Given
    at: Instant
    state: OrderState
    by: str
    reason: str
    changed_at: Instant


class Orders:
    """The standing orders in one exchange file."""

    def __init__(self, database: Database, clock: Clock, audit: Audit) -> None:
        self._database = database
        self._clock = clock
        self._audit = audit

    def give(self, given: Given) -> Order:
        """Record an order; it holds from now on. Raises Refused where the share has an open one already."""
        if not given.officer.strip():
            raise Refused(Message("A standing order needs the name of an officer."))
        if not given.why.strip():
            raise Refused(Message("A standing order needs a justification: it is kept in the audit log."))
        order = random_id()
        with self._database.writing() as connection:
            if any(one.state in OPEN for one in self.all(given.bundle)):
                raise Refused(Message("There is a standing order for this share already."), where=given.bundle[:16])
            connection.execute(
                "INSERT INTO standing_order (id, bundle, workspace, record) VALUES (?, ?, ?, ?)",
                (order, given.bundle, given.workspace, msgspec.json.encode(given)),
            )
            self._event(connection, order, given, OrderState.ACTIVE, given.officer.strip(), given.why.strip())
            return self.one(order)

    def all(self, bundle: str = "", *, workspace: str = "") -> list[Order]:
        """All orders, the newest first; only those for one share, or of one workspace, where one is named."""
        return self._rows(
            "(? = '' OR t.bundle = ?) AND (? = '' OR o.workspace = ?)", (bundle, bundle, workspace, workspace)
        )

    def _rows(self, where: str, parameters: Sequence[str]) -> list[Order]:
        with self._database.reading() as connection:
            rows = connection.execute(
                f"{_ROW} WHERE {where} ORDER BY f.no DESC",
                parameters,
            ).fetchall()
        return [
            Order(
                id=order,
                given=msgspec.structs.replace(msgspec.json.decode(bytes(record), type=Given), bundle=share),
                at=Instant(at),
                state=OrderState(state),
                by=officer,
                reason=why,
                changed_at=Instant(changed),
            )
            for order, record, share, at, state, officer, why, changed in rows
        ]

    def one(self, order: str) -> Order:
        """One of them. Raises Refused where it is unknown."""
        found = self._rows("o.id = ?", (order,))
        if not found:
            raise Refused(Message("There is no such standing order."), where=order[:40])
        return found[0]

    def change(self, order: str, state: OrderState, *, officer: str = "", why: str = "") -> Order:
        """How it stands from now on. Raises Refused where it is over."""
        with self._database.writing() as connection:
            present = self.one(order)
            if present.state not in OPEN:
                raise Refused(Message("The standing order is over already."), where=order[:16])
            if present.state is not state:
                self._event(connection, order, present.given, state, officer.strip(), why.strip())
            return self.one(order)

    def compose(self, bundle: str, scope: bytes) -> None:
        """Remember what a share was taken from, for the orders that may follow; the first word stays."""
        with self._database.writing() as connection:
            connection.execute("INSERT OR IGNORE INTO composed_from (bundle, record) VALUES (?, ?)", (bundle, scope))

    def composed_from(self, bundle: str) -> bytes | None:
        """What a share was taken from; None where nobody said."""
        with self._database.reading() as connection:
            row = connection.execute("SELECT record FROM composed_from WHERE bundle = ?", (bundle,)).fetchone()
        return bytes(row[0]) if row else None

    def mark(self) -> int:
        """A number that grows with every event."""
        with self._database.reading() as connection:
            return int(connection.execute("SELECT coalesce(max(no), 0) FROM order_event").fetchone()[0])

    def _event(
        self, connection: sqlite3.Connection, order: str, given: Given, state: OrderState, officer: str, why: str
    ) -> None:
        connection.execute(
            "INSERT INTO order_event (id, state, officer, why, at) VALUES (?, ?, ?, ?, ?)",
            (order, str(state), officer, why, self._clock()),
        )
        detail = Detail(
            officer=officer,
            subject=f"bundle:{given.bundle}",
            counterpart=given.peer,
            why=why,
            facts={"order": order, "state": str(state), "until": str(given.until), "ordered_by": given.officer},
        )
        self._audit.append(Action.STANDING_ORDER, detail)


def waiting(path: Path, workspace: str) -> int:
    """How many orders of a workspace are in force, told without the keys; 0 where the file cannot say."""
    try:
        with contextlib.closing(reading_only(path)) as connection:
            row = connection.execute(
                "SELECT count(*) FROM standing_order o WHERE workspace = ? AND 'active' ="
                " (SELECT state FROM order_event WHERE id = o.id ORDER BY no DESC LIMIT 1)",
                (workspace,),
            ).fetchone()
    except sqlite3.Error:
        return 0  # an older file has no orders; what is wrong with it is told when it is opened
    return int(row[0])
