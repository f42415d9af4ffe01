"""Exchange files of centres that share with one another, as they were at an earlier instant, each in a new file.

Nothing is cut out of a file, for that is what its links by hash are against. What counted then is copied, as it was
signed and hashed: of the audit log the beginning, and of everything else what that beginning tells of, or what bears
an earlier time. A centre has what its peer knew to be there; anything else is on its way, and comes again.

A bundle of which the content was held back or erased since then comes without it, here too: what is gone stays gone.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import quote

import msgspec

from qroc_desktop.domain.instant import Instant
from qroc_desktop.errors import Damaged, Message, Refused
from qroc_desktop.sync import envelope, sealing
from qroc_desktop.sync.audit import Action, Detail
from qroc_desktop.sync.bundle import BY_THE_PROGRAM, Kind, read_manifest
from qroc_desktop.sync.content import Content, ReceiptState, read
from qroc_desktop.sync.database import EXCHANGE, make, told
from qroc_desktop.sync.identity import Identity
from qroc_desktop.sync.refusals import Rejected
from qroc_desktop.sync.schema import APPLICATION_ID, MIGRATIONS

_ENROLLING: Final = (
    Action.PEER_PROPOSED, Action.PEER_APPROVED, Action.PEER_KEY_RENEWED, Action.PEER_REVOKED, Action.PEER_CHANGED,
)  # fmt: skip
_TEMPORARY: Final = (
    "CREATE TEMP TABLE sent (bundle TEXT PRIMARY KEY, state TEXT NOT NULL, code TEXT NOT NULL)",
    "CREATE TEMP TABLE came (bundle TEXT PRIMARY KEY, state TEXT NOT NULL, applied_at INTEGER)",
)
_COPIES: Final = (
    "INSERT INTO main.meta SELECT key, value FROM held.meta WHERE key IN ('centre', 'mode')",
    "INSERT INTO main.roster SELECT version, envelope FROM held.roster ORDER BY version LIMIT :roster",
    "INSERT INTO main.audit SELECT * FROM held.audit WHERE no <= :entries ORDER BY no",
    "INSERT INTO main.outbox (bundle, peer, seq, kind, envelope, copy, officer, created, expires, replaces, state,"
    " code, next_at, stored_at, answered, arrived, void)"
    " SELECT bundle, peer, seq, kind, envelope, copy, officer, created, expires, replaces, s.state, s.code, created,"
    " iif(s.state = 'stored', stored_at, NULL), iif(s.state = 'stored', min(answered, :until), 0),"
    " iif(s.state = 'stored', arrived, NULL), void FROM held.outbox o JOIN temp.sent s USING (bundle) ORDER BY o.rowid",
    "INSERT INTO main.out_chunk SELECT c.* FROM held.out_chunk c JOIN temp.sent USING (bundle)",
    "INSERT INTO main.decision SELECT d.* FROM held.decision d JOIN temp.sent USING (bundle) ORDER BY no",
    "INSERT INTO main.composed_from SELECT c.* FROM held.composed_from c JOIN temp.sent USING (bundle)",
    "INSERT INTO main.receipt SELECT r.* FROM held.receipt r JOIN temp.sent USING (bundle) WHERE received_at <= :until",
    "INSERT INTO main.inbox (bundle, peer, seq, kind, envelope, created, expires, replaces, state, code, received_at,"
    " stored_no, applied_at) SELECT bundle, peer, seq, kind, envelope, created, expires, replaces, c.state, code,"
    " received_at, stored_no, c.applied_at FROM held.inbox i JOIN temp.came c USING (bundle) ORDER BY i.rowid",
    "INSERT INTO main.in_chunk SELECT c.* FROM held.in_chunk c JOIN temp.came USING (bundle)",
    "INSERT INTO main.reading SELECT r.* FROM held.reading r JOIN temp.came USING (bundle) WHERE at <= :until",
    "INSERT INTO main.applied SELECT a.* FROM held.applied a JOIN temp.came USING (bundle) WHERE at <= :until",
    "INSERT INTO main.letter SELECT l.* FROM held.letter l WHERE bundle IN (SELECT bundle FROM temp.sent)"
    " OR bundle IN (SELECT bundle FROM temp.came)",
    "INSERT INTO main.consent SELECT * FROM held.consent ORDER BY no LIMIT :consents",
    "INSERT INTO main.order_event SELECT * FROM held.order_event ORDER BY no LIMIT :events",
    "INSERT INTO main.standing_order SELECT * FROM held.standing_order WHERE id IN (SELECT id FROM main.order_event)",
    "INSERT INTO main.peer_head SELECT * FROM held.peer_head WHERE at <= :until",
    "INSERT INTO main.alarm SELECT * FROM held.alarm WHERE first_at <= :until",
    "INSERT INTO main.peer_position SELECT * FROM held.peer_position WHERE at <= :until",
    "INSERT INTO main.restart SELECT * FROM held.restart",
    "INSERT INTO main.renumbered SELECT * FROM held.renumbered",
)


class _Row(NamedTuple):
    """What is looked at of a bundle that was sent."""

    bundle: str
    peer: str
    seq: int
    kind: str
    created: int
    state: str
    code: str
    stored_at: int | None
    copy: bytes


class Earlier:
    """A new exchange file in the making. Of the old one it sees what was committed when this was made: the file goes on
    being used, and is not changed by this."""

    def __init__(self, source: Path, target: Path) -> None:
        """Raises Refused or Damaged where the one cannot be read or the other cannot be made."""
        make(target, lambda _: None)
        self.source = source
        self.path = target
        self._sent: dict[str, tuple[str, str]] = {}
        self._ends: dict[str, _Row] = {}
        self._entries = 0
        self._later: list[tuple[str, Detail]] = []
        self.peers_had: frozenset[str] = frozenset()
        with sound(source):
            self._connection = sqlite3.connect(target, uri=True, isolation_level=None, check_same_thread=False)
            try:
                self._connection.execute("ATTACH ? AS held", (f"file:{quote(str(source))}?mode=ro",))
                _require_ours(self._connection, source)
                for statement in _TEMPORARY:
                    self._connection.execute(statement)
                self._connection.execute("BEGIN")
                self.centre = str(self._one("SELECT value FROM held.meta WHERE key = 'centre'"))
            except BaseException:
                self._connection.close()
                raise

    def close(self) -> None:
        """Let both files go; the new one is empty where it was not filled."""
        self._connection.close()

    def look(self, until: Instant) -> bool:
        """Find what had been sent by then. False where there was no such exchange yet.

        Raises Damaged where the file is not sound, and Refused where its numbers were begun anew since then: what they
        were before is not kept.
        """
        with sound(self.source):
            if self._one("PRAGMA held.quick_check(1)") != "ok":
                raise Damaged(EXCHANGE.damaged)
            if self._one("SELECT count(*) FROM held.restart WHERE at > ?", until):
                raise Refused(Message("The numbers between the centres were begun anew since then."))
            first = self._one("SELECT min(no) FROM held.audit WHERE at > ?", until)
            last = self._one("SELECT coalesce(max(no), 0) FROM held.audit")
            self._entries = last if first is None else first - 1
            self._later = [
                (action, msgspec.json.decode(detail, type=Detail) if detail is not None else Detail())
                for action, detail in self._connection.execute(
                    "SELECT action, detail FROM held.audit WHERE no > ? ORDER BY no", (self._entries,)
                )
            ]
            self._look_at_sent(until)
        return self._entries > 0

    def fill(self, until: Instant, identity: Identity, others: Mapping[str, Earlier]) -> None:
        """Copy what counted then, all or nothing. others: those with whom bundles went to and fro, by centre; each has
        looked."""
        with sound(self.source):
            unsaid = self._unsaid(until, identity)
            put = self._connection.executemany
            put("INSERT INTO temp.sent VALUES (?, ?, ?)", [(name, *state) for name, state in self._sent.items()])
            put("INSERT INTO temp.came VALUES (?, ?, ?)", list(self._came(until, others, unsaid)))
            values = {"until": until, "entries": self._entries, **self._kept()}
            for statement in _COPIES:
                self._connection.execute(statement, values)
            self._correct(until, others, unsaid)
            self._tell_contact(identity)
            self._connection.execute("INSERT INTO meta VALUES ('hlc', ?)", (str(self._newest_stamp()),))
            self._connection.execute("COMMIT")

    # --- parts -----------------------------------------------------------------------------------

    def _one(self, question: str, *values: object) -> Any:
        row = self._connection.execute(question, values).fetchone()
        return row[0] if row else None

    def _kept(self) -> dict[str, int]:
        """How many rows of a table are left where each of them has an entry in the audit log: the last ones are those
        of the entries that are not."""
        later = Counter(action for action, _ in self._later)
        gone = {
            "roster": sum(later[action] for action in _ENROLLING),
            "consent": later[Action.CONSENT] + later[Action.CONSENT_REVOKED],
            "order_event": later[Action.STANDING_ORDER],
        }
        left = {name: max(0, self._one(f"SELECT count(*) FROM held.{name}") - count) for name, count in gone.items()}  # noqa: S608 - names of ours
        return {"roster": left["roster"], "consents": left["consent"], "events": left["order_event"]}

    def _look_at_sent(self, until: Instant) -> None:
        rows = [
            _Row(*row)
            for row in self._connection.execute(
                "SELECT bundle, peer, seq, kind, created, state, code, stored_at, copy FROM held.outbox ORDER BY rowid"
            )
        ]
        by_people = [row.bundle for row in rows if row.kind not in BY_THE_PROGRAM]
        unlogged = sum(action == Action.DISCLOSURE for action, _ in self._later)
        late = frozenset(by_people[len(by_people) - unlogged :])
        for row in rows:
            end = self._ends.get(row.peer)
            if (row.created > until or row.bundle in late) and (end is None or row.seq < end.seq):
                self._ends[row.peer] = row
        first = self._first_later()
        for row in rows:
            if row.peer not in self._ends or row.seq < self._ends[row.peer].seq:
                self._sent[row.bundle] = self._state(row, until, first.get(row.bundle))
        self.peers_had = frozenset(name for name, (state, _) in self._sent.items() if state != "queued")

    def _first_later(self) -> dict[str, str]:
        """What became first of a bundle that was stopped, or was tried again, after then: the action."""
        found: dict[str, str] = {}
        for action, detail in self._later:
            if action == Action.RELEASE or (action == Action.REFUSAL and detail.facts.get("side") == "sent"):
                found.setdefault(detail.subject.removeprefix("bundle:"), action)
        return found

    def _state(self, row: _Row, until: Instant, later: str | None) -> tuple[str, str]:
        if row.stored_at is not None and row.stored_at <= until:
            return "stored", row.code
        if later == Action.RELEASE or (row.state == "stopped" and later is None):
            return "stopped", row.code or self._refusal(row.bundle)
        return "queued", ""

    def _refusal(self, bundle: str) -> str:
        for (data,) in self._connection.execute(
            "SELECT detail FROM held.audit WHERE action = ? AND no <= ? AND detail IS NOT NULL ORDER BY no DESC",
            (str(Action.REFUSAL), self._entries),
        ):
            detail = msgspec.json.decode(data, type=Detail)
            if detail.subject == f"bundle:{bundle}":
                return detail.why
        return ""

    def _came(
        self, until: Instant, others: Mapping[str, Earlier], unsaid: Sequence[ReceiptState]
    ) -> Iterator[tuple[str, str, int | None]]:
        rows = self._connection.execute(
            "SELECT bundle, peer, seq, kind, state, applied_at, received_at FROM held.inbox WHERE state <> 'waiting'"
            " ORDER BY peer, seq"
        ).fetchall()
        newest: dict[str, int] = {}
        for bundle, peer, seq, _, _, _, received_at in rows:
            known = bundle in others[peer].peers_had if peer in others else received_at <= until
            if known:
                newest[peer] = seq
        unapplied = {receipt.bundle for receipt in unsaid if receipt.state == "applied"}
        for bundle, peer, seq, kind, state, applied_at, _ in rows:
            if seq > newest.get(peer, 0):
                continue
            applied = applied_at is not None and applied_at <= until and bundle not in unapplied
            if state == "refused" or applied or kind in BY_THE_PROGRAM:
                yield bundle, state, applied_at
            else:
                yield bundle, "stored", None

    def _unsaid(self, until: Instant, identity: Identity) -> list[ReceiptState]:
        """What was done just then, and the peer was told of it a moment later: that commit was not yet."""
        first = [row for row in self._ends.values() if row.kind == Kind.RECEIPT]
        receipts = [_content(row.copy, identity).receipt for row in first]
        return [receipt for receipt in receipts if receipt is not None and receipt.at <= until]

    def _correct(self, until: Instant, others: Mapping[str, Earlier], unsaid: Sequence[ReceiptState]) -> None:
        """What cannot be told by copying alone."""
        run = self._connection.execute
        for receipt in unsaid:
            run("DELETE FROM main.applied WHERE bundle = ? AND at = ?", (receipt.bundle, receipt.at))
            if receipt.state == "read":
                run("DELETE FROM main.reading WHERE bundle = ? AND officer = ?", (receipt.bundle, receipt.officer))
        for action, detail in self._later:
            if action == Action.ALARM_SETTLED:
                run("UPDATE main.alarm SET settled_by = '' WHERE no = ?", (int(detail.subject.partition(":")[2] or 0),))
        run("UPDATE main.alarm SET count = 1, last_at = first_at WHERE last_at > ?", (until,))
        for centre, other in others.items():
            run("DELETE FROM main.peer_head WHERE centre = ? AND no > ?", (centre, other._entries))

    def _tell_contact(self, identity: Identity) -> None:
        """How our people could be reached then is what we told last; no other place has it."""
        copy = self._one(
            "SELECT copy FROM main.outbox WHERE kind = ? ORDER BY created DESC, rowid DESC LIMIT 1", str(Kind.CONTACT)
        )
        if copy is not None:
            contact = msgspec.json.encode(_content(bytes(copy), identity).contact).decode()
            self._connection.execute("INSERT INTO main.meta VALUES ('contact', ?)", (contact,))

    def _newest_stamp(self) -> int:
        rows = self._connection.execute("SELECT envelope FROM main.outbox UNION ALL SELECT envelope FROM main.inbox")
        stamps = (read_manifest(envelope.read(bytes(data)).body).hlc for (data,) in rows)
        return max(stamps, default=0)


@contextmanager
def sound(path: Path) -> Iterator[None]:
    """What is in an exchange file and no longer reads as what was written is damage too: raises Damaged, of `path`."""
    with told(path):
        try:
            yield
        except (Damaged, Rejected, msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Damaged(EXCHANGE.damaged, where=str(path), action=EXCHANGE.mend) from error


def as_they_were(files: Sequence[Earlier], until: Instant, identities: Mapping[str, Identity]) -> bool:
    """Fill new exchange files with what counted at an instant. files: of all centres that shared with one another;
    identities: theirs, by centre. False where one of them did not exist yet: then nothing is filled."""
    there = [one.look(until) for one in files]
    if not all(there):
        return False
    for one in files:
        others = {other.centre: other for other in files if other is not one}
        one.fill(until, identities[one.centre], others)
    return True


def _require_ours(connection: sqlite3.Connection, path: Path) -> None:
    application = connection.execute("PRAGMA held.application_id").fetchone()[0]
    version = connection.execute("PRAGMA held.user_version").fetchone()[0]
    if (application, version) != (APPLICATION_ID, len(MIGRATIONS)):
        raise Refused(Message("The exchange file is of another version of the program."), where=str(path))


def _content(copy: bytes, identity: Identity) -> Content:
    return read(sealing.unseal([bytes(copy)], identity.opening_keys())).content
