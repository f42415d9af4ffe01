"""The inbox as people and services see it: what is to be applied, what it says, and the receipts that go back."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

import msgspec

from qroc_desktop.domain.instant import Clock, Instant
from qroc_desktop.errors import Message, Refused
from qroc_desktop.sync.audit import Action, Audit, Detail
from qroc_desktop.sync.bundle import FOR_PEOPLE, Kind, Manifest, read_manifest
from qroc_desktop.sync.content import Opened, ReceiptState
from qroc_desktop.sync.database import Database
from qroc_desktop.sync.envelope import read
from qroc_desktop.sync.inbox import Inbox
from qroc_desktop.sync.outbox import Outbox, unknown
from qroc_desktop.sync.refusals import Rejected
from qroc_desktop.sync.roster import Roster
from qroc_desktop.sync.shipment import OnPicture, Received, Seen

_ROW = (
    "SELECT bundle, peer, seq, kind, created, expires, replaces, state, code, received_at, applied_at,"
    " coalesce((SELECT w.bundle FROM inbox w WHERE w.replaces = inbox.bundle AND w.kind = 'withdrawal'"
    " AND w.peer = inbox.peer AND w.state IN ('stored', 'applied') ORDER BY w.seq LIMIT 1), '') FROM inbox"
)
_NAMES = (
    "bundle", "peer", "seq", "kind", "created", "expires", "replaces", "state", "code", "received_at", "applied_at",
    "withdrawn_by",
)  # fmt: skip


class Reception:
    """People's side of the inbox."""

    def __init__(
        self, database: Database, clock: Clock, roster: Roster, audit: Audit, inbox: Inbox, outbox: Outbox
    ) -> None:
        self._database = database
        self._clock = clock
        self._roster = roster
        self._audit = audit
        self._inbox = inbox
        self._outbox = outbox

    def pending(self) -> list[Received]:
        """Stored and not yet applied, in the order in which they are to be applied."""
        return self._rows("state = 'stored' ORDER BY stored_no")

    def pending_for(self, workspace: str) -> list[Received]:
        """What is to be applied to one workspace, in order: what is on no picture yet, and what continues or takes back
        something that is on this one. What belongs to another workspace alone is not among it."""
        on = "EXISTS (SELECT 1 FROM applied a WHERE a.bundle = inbox.{}{})"
        continued, here = on.format("replaces", ""), on.format("replaces", " AND a.workspace = ?")
        chosen, done = (
            on.format("bundle", " AND a.workspace <> ?"),
            on.format("bundle", " AND a.workspace = ? AND a.at"),
        )
        where = (
            f"{FOR_PEOPLE} AND"
            f" (state = 'stored' AND (NOT {continued} AND NOT {chosen} OR {here})"
            f" OR state = 'applied' AND {here} AND NOT {done}) ORDER BY stored_no"
        )
        return self._rows(where, (workspace, workspace, workspace, workspace))

    def choose(self, bundle: str, *, workspace: str, name: str, as_well: bool = False) -> bool:
        """Before it is put on a picture: from now on it belongs to that workspace, even where the program is stopped in
        between. False where it belongs to another one; `as_well`: it may belong to several.
        """
        with self._database.writing() as connection:
            row = self.one(bundle)
            if row.state not in ("stored", "applied"):
                raise Refused(Message("The bundle was not taken in; it cannot be applied."))
            base = self._rows("bundle = ?", (row.replaces,))
            follows = {on.workspace for one in base for on in one.on}
            others = {on.workspace for on in row.on} - {workspace}
            if not as_well and others and workspace not in follows:
                return False
            connection.execute(
                "INSERT OR IGNORE INTO applied (bundle, workspace, name, at) VALUES (?, ?, ?, 0)",
                (bundle, workspace, name),
            )
        return True

    def chain(self, share: str) -> list[Received]:
        """A share and what continues it, in order, as far as they were taken in."""
        where = "(bundle = ? OR replaces = ? AND kind = 'delta') AND state IN ('stored', 'applied') ORDER BY stored_no"
        return self._rows(where, (share, share))

    def received(self, peer: str | None = None, most: int = -1) -> list[Received]:
        """All bundles for people, the newest first; refused and waiting ones too. most: no more than so many."""
        where = (
            f"{FOR_PEOPLE} AND (? IS NULL OR peer = ?)"
            " ORDER BY received_at DESC, seq DESC LIMIT ?"
        )
        return self._rows(where, (peer, peer, most))

    def one(self, bundle: str) -> Received:
        """One of them. Raises Refused where it is unknown."""
        found = self._rows("bundle = ?", (bundle,))
        if not found:
            raise unknown(bundle)
        return found[0]

    def overdue(self) -> list[Received]:
        """Bundles in use whose time has run out; what they brought has to leave the picture."""
        where = "state IN ('stored', 'applied') AND expires IS NOT NULL AND expires <= ? ORDER BY expires"
        return self._rows(where, (self._clock(),))

    def manifest(self, bundle: str) -> Manifest:
        """The outside of a bundle."""
        with self._database.reading() as connection:
            return _manifest(connection, bundle)

    def opened(self, bundle: str) -> Opened:
        """The inside. Raises Refused where it was refused, or its content is not kept any more."""
        with self._database.reading() as connection:
            manifest = _manifest(connection, bundle)
            if self.one(bundle).state not in ("stored", "applied"):
                raise Refused(Message("The bundle was not taken in; there is nothing to open."))
            return self._inbox.opened_within(connection, bundle, manifest)

    def applied(self, bundle: str, *, workspace: str = "", name: str = "") -> None:
        """It is on the picture of a workspace now; of the first one the sender is told. A second time changes nothing.

        workspace: its id; name: what its file is called.
        """
        with self._database.writing() as connection:
            row, now = self.one(bundle), self._clock()
            if row.state not in ("stored", "applied"):
                raise Refused(Message("The bundle was not taken in; it cannot be applied."))
            if workspace:
                connection.execute(
                    "INSERT INTO applied (bundle, workspace, name, at) VALUES (?, ?, ?, ?)"
                    " ON CONFLICT (bundle, workspace) DO UPDATE SET at = excluded.at WHERE at = 0",
                    (bundle, workspace, name, now),
                )
            if row.state == "applied":
                return
            connection.execute("UPDATE inbox SET state = 'applied', applied_at = ? WHERE bundle = ?", (now, bundle))
            self._tell(row.peer, ReceiptState(bundle=bundle, state="applied", at=now))

    def read(self, bundle: str, *, officer: str, why: str = "") -> None:
        """An officer has looked at it; the sender is told by whom. A second time changes nothing."""
        name = officer.strip()
        if not name:
            raise Refused(Message("Reading needs the name of an officer."))
        with self._database.writing() as connection:
            row = self.one(bundle)
            if row.state not in ("stored", "applied"):
                raise Refused(Message("The bundle was not taken in; there is nothing to open."))
            now = self._clock()
            new = connection.execute(
                "INSERT OR IGNORE INTO reading (bundle, officer, at) VALUES (?, ?, ?)", (bundle, name, now)
            ).rowcount
            detail = Detail(officer=name, subject=f"bundle:{bundle}", counterpart=row.peer, why=why)
            self._audit.append(Action.CONSULTATION, detail)
            if new:
                self._tell(row.peer, ReceiptState(bundle=bundle, state="read", officer=name, at=now))

    def readings(self, bundle: str) -> list[Seen]:
        """Who has read it when, by our own clock; the first reading of each officer, in the order of reading."""
        with self._database.reading() as connection:
            statement = "SELECT officer, at FROM reading WHERE bundle = ? ORDER BY at, officer"
            rows = connection.execute(statement, (bundle,))
            return [Seen("read", officer, Instant(at)) for officer, at in rows]

    def forget(self, bundle: str, *, officer: str, why: str) -> None:
        """Erase what a bundle said; that it came, and from whom, stays."""
        with self._database.writing() as connection:
            row = self.one(bundle)
            connection.execute("DELETE FROM in_chunk WHERE bundle = ?", (row.bundle,))
            detail = Detail(officer=officer, subject=f"bundle:{bundle}", counterpart=row.peer, why=why)
            self._audit.append(Action.ERASURE, detail)

    def _tell(self, peer: str, receipt: ReceiptState) -> None:
        try:
            self._roster.active(peer)
        except Rejected:
            return  # a peer that was revoked since is told nothing any more
        self._outbox.queue_receipt(peer, receipt)

    def _rows(self, where: str, parameters: Sequence[object] = ()) -> list[Received]:
        with self._database.reading() as connection:
            rows = connection.execute(f"{_ROW} WHERE {where}", parameters).fetchall()
            return [_received(connection, row) for row in rows]


def _received(connection: sqlite3.Connection, row: Sequence[object]) -> Received:
    values = dict(zip(_NAMES, row, strict=True))
    values["kind"] = Kind(str(values["kind"]))
    readers = connection.execute("SELECT officer FROM reading WHERE bundle = ? ORDER BY at, officer", (row[0],))
    on = connection.execute("SELECT workspace, name, at FROM applied WHERE bundle = ? ORDER BY at", (row[0],))
    more = {
        "read_by": tuple(officer for (officer,) in readers),
        "on": tuple(OnPicture(workspace, name, Instant(at)) for workspace, name, at in on),
    }
    return msgspec.convert({**values, **more}, Received)


def _manifest(connection: sqlite3.Connection, bundle: str) -> Manifest:
    row = connection.execute("SELECT envelope FROM inbox WHERE bundle = ?", (bundle,)).fetchone()
    if row is None:
        raise unknown(bundle)
    return read_manifest(read(bytes(row[0])).body)
