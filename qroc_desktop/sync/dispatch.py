"""The outbox as a delivery loop sees it: what is due, the parcels of a bundle, and what came of an attempt.

A network error is tried again for ever, with growing pauses; a refusal stops the bundle and alarms.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Iterator, Sequence

import msgspec

from qroc_desktop.domain.instant import Clock, Instant, seconds
from qroc_desktop.sync.alarms import Alarms
from qroc_desktop.sync.audit import Action, Audit, Detail
from qroc_desktop.sync.bundle import FOR_PEOPLE, Acknowledgement, Answer, Kind
from qroc_desktop.sync.content import ReceiptState
from qroc_desktop.sync.database import Database
from qroc_desktop.sync.outbox import unknown
from qroc_desktop.sync.parcel import CHUNKS_PER_PARCEL, packed
from qroc_desktop.sync.refusals import RETRIED, Code
from qroc_desktop.sync.roster import PeerState, Roster
from qroc_desktop.sync.shipment import Seen, Sent

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 300.0

NOT_TAKEN_IN = frozenset({Code.WITHDRAWN, Code.BASE_MISSING})
"""By these a peer says of a withdrawn bundle that it has nothing of it; older programs named the missing base."""

_ROW = (
    "SELECT bundle, peer, seq, kind, officer, created, expires, replaces, state, code, attempts, next_at, stored_at,"
    " coalesce((SELECT w.bundle FROM outbox w WHERE w.replaces = outbox.bundle AND w.kind = 'withdrawal'"
    " ORDER BY w.seq LIMIT 1), ''), void IS NOT NULL FROM outbox"
)


class Dispatch:
    """Delivery's side of the outbox. `chance` gives numbers from 0 to 1 for the jitter of the pauses."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        roster: Roster,
        audit: Audit,
        alarms: Alarms,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._database = database
        self._clock = clock
        self._roster = roster
        self._audit = audit
        self._alarms = alarms
        self._chance = chance

    def due(self, peer: str | None = None, most: int = -1) -> list[Sent]:
        """Bundles that should be tried now, for active peers only, in the order in which they have to arrive.

        peer: only this one's. most: no more than so many; -1 for all.
        """
        active = {peer.centre for peer in self._roster.peers() if peer.state is PeerState.ACTIVE}
        with self._database.reading() as connection:
            rows = connection.execute(
                f"{_ROW} WHERE state = 'queued' AND next_at <= ? AND (? IS NULL OR peer = ?)"
                " ORDER BY peer, seq LIMIT ?",
                (self._clock(), peer, peer, most),
            ).fetchall()
        return [_sent(row) for row in rows if row[1] in active]

    def due_peers(self) -> list[str]:
        """Active peers for which something is due."""
        active = {peer.centre for peer in self._roster.peers() if peer.state is PeerState.ACTIVE}
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT DISTINCT peer FROM outbox WHERE state = 'queued' AND next_at <= ?", (self._clock(),)
            ).fetchall()
        return sorted(active & {str(row[0]) for row in rows})

    def next_due(self) -> Instant | None:
        """When the earliest queued bundle is to be tried; None where nothing is queued."""
        with self._database.reading() as connection:
            row = connection.execute("SELECT min(next_at) FROM outbox WHERE state = 'queued'").fetchone()
        return Instant(row[0]) if row[0] is not None else None

    def wake(self, peer: str) -> None:
        """The peer is there again: what only waits because it was not is due now."""
        now = self._clock()
        with self._database.writing() as connection:
            connection.execute(
                "UPDATE outbox SET next_at = ? WHERE peer = ? AND state = 'queued' AND code = '' AND next_at > ?",
                (now, peer, now),
            )

    def parcels(self, bundle: str) -> Iterator[bytes]:
        """The parcels of a bundle: those chunks that the peer said it lacks, or all of them.

        A bundle whose time has run out goes without its chunks: the peer has to know its number, not its content. In
        the place of one that was withdrawn meanwhile goes the signed word that it was.
        """
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT coalesce(void, envelope), lacking, expires FROM outbox WHERE bundle = ?", (bundle,)
            ).fetchone()
            if row is None:
                raise unknown(bundle)
            wanted = None if row[1] is None else set(msgspec.json.decode(row[1], type=list[str]))
            numbers = [
                no
                for no, digest in connection.execute(
                    "SELECT no, sha256 FROM out_chunk WHERE bundle = ? ORDER BY no", (bundle,)
                )
                if wanted is None or digest in wanted
            ]
        if row[2] is not None and self._clock() >= row[2]:
            numbers = []
        for at in range(0, max(len(numbers), 1), CHUNKS_PER_PARCEL):
            yield packed(bytes(row[0]), self._chunks(bundle, numbers[at : at + CHUNKS_PER_PARCEL]))

    def tried(self, bundle: str) -> None:
        """An attempt begins: unless the peer answers, the next one is due after a pause."""
        with self._database.joining() as connection:
            self._pause(connection, bundle, "")

    def rejected(self, bundle: str, code: Code) -> None:
        """The peer's side refused without a signed answer: stop and alarm, or go on where it can become otherwise."""
        with self._database.writing() as connection:
            if code in RETRIED:
                self._pause(connection, bundle, str(code))
            else:
                self._stop(connection, bundle, str(code))

    def answered(self, answer: Acknowledgement) -> None:
        """What the peer said of a bundle of ours. Whoever calls has checked the signature."""
        with self._database.joining() as connection:
            row = connection.execute(
                "SELECT state, void IS NOT NULL FROM outbox WHERE bundle = ? AND peer = ?",
                (answer.bundle, answer.sender),
            ).fetchone()
            if row is None:
                if not _renumbered(connection, answer.bundle):
                    self._alarms.sound("unknown-answer", answer.sender)
            elif answer.answer is Answer.STORED:
                connection.execute(
                    "UPDATE outbox SET state = 'stored', code = '', lacking = NULL, stored_at = ? "
                    "WHERE bundle = ? AND state <> 'stored'",
                    (self._clock(), answer.bundle),
                )
                # What the peer's clock says is believed as far as it can be true: not before we wrote, not after now.
                connection.execute(
                    "UPDATE outbox SET answered = max(answered, :at),"
                    " arrived = min(coalesce(arrived, :now), :now, max(created, :at)) WHERE bundle = :bundle",
                    {"at": answer.at, "now": self._clock(), "bundle": answer.bundle},
                )
            elif row[0] == "queued":
                self._unfinished(connection, answer, void=bool(row[1]))

    def receipt(self, peer: str, receipt: ReceiptState) -> None:
        """A peer applied or read a bundle of ours; part of the transaction in which its receipt is stored."""
        with self._database.writing() as connection:
            known = connection.execute(
                "SELECT 1 FROM outbox WHERE bundle = ? AND peer = ?", (receipt.bundle, peer)
            ).fetchone()
            if known is None:
                self._alarms.sound("unknown-answer", peer)
                return
            connection.execute(
                "INSERT OR IGNORE INTO receipt (bundle, state, officer, at, received_at) VALUES (?, ?, ?, ?, ?)",
                (receipt.bundle, receipt.state, receipt.officer, receipt.at, self._clock()),
            )

    def resume(self, bundle: str, *, officer: str, why: str) -> None:
        """An officer wants a stopped bundle tried again."""
        with self._database.writing() as connection:
            changed = connection.execute(
                "UPDATE outbox SET state = 'queued', code = '', attempts = 0, next_at = ?"
                " WHERE bundle = ? AND state = 'stopped'",
                (self._clock(), bundle),
            ).rowcount
            if not changed:
                raise unknown(bundle)
            self._audit.append(Action.RELEASE, Detail(officer=officer, subject=f"bundle:{bundle}", why=why))

    def board(self, *, peer: str | None = None, own: bool = False, most: int = -1) -> list[Sent]:
        """Who has seen what, the newest first. own: receipts and heads that the program sent by itself as well.
        most: no more than so many."""
        clauses = ["(? IS NULL OR peer = ?)"] + ([] if own else [FOR_PEOPLE])
        with self._database.reading() as connection:
            rows = connection.execute(
                f"{_ROW} WHERE {' AND '.join(clauses)} ORDER BY created DESC, peer, seq DESC LIMIT ?",
                (peer, peer, most),
            ).fetchall()
            return [_sent(row, _seen(connection, row[0])) for row in rows]

    def chain(self, share: str) -> list[Sent]:
        """A share and its updates, first to last, without who has seen them."""
        with self._database.reading() as connection:
            rows = connection.execute(
                f"{_ROW} WHERE bundle = ? OR replaces = ? AND kind = 'delta' ORDER BY seq", (share, share)
            ).fetchall()
        return [_sent(row) for row in rows]

    def one(self, bundle: str) -> Sent:
        """One row of the board."""
        with self._database.reading() as connection:
            row = connection.execute(f"{_ROW} WHERE bundle = ?", (bundle,)).fetchone()
            if row is None:
                raise unknown(bundle)
            return _sent(row, _seen(connection, bundle))

    def forget_chunks(self, bundle: str) -> None:
        """Drop the sealed bytes of a bundle that its peer has stored; what was sent stays in our own copy."""
        with self._database.writing() as connection:
            connection.execute(
                "DELETE FROM out_chunk WHERE bundle IN"
                " (SELECT bundle FROM outbox WHERE bundle = ? AND state = 'stored')",
                (bundle,),
            )

    def _chunks(self, bundle: str, numbers: Sequence[int]) -> list[bytes]:
        with self._database.reading() as connection:
            return [
                bytes(row[0])
                for no in numbers
                for row in connection.execute("SELECT data FROM out_chunk WHERE bundle = ? AND no = ?", (bundle, no))
            ]

    def withdrawn_since(self, bundles: Sequence[str]) -> set[str]:
        """Those that were withdrawn before they were delivered: what was packed of them before must not leave."""
        with self._database.reading() as connection:
            return {
                bundle
                for bundle in bundles
                for (held,) in connection.execute("SELECT void IS NOT NULL FROM outbox WHERE bundle = ?", (bundle,))
                if held
            }

    def _unfinished(self, connection: sqlite3.Connection, answer: Acknowledgement, *, void: bool) -> None:
        if void and answer.answer is Answer.REFUSED and answer.code in NOT_TAKEN_IN:
            self._kept_back(connection, answer)
        elif void and answer.answer is Answer.LACKING:
            # It asks for what was on its way when the share was withdrawn; the word that it was goes next.
            connection.execute("UPDATE outbox SET next_at = ? WHERE bundle = ?", (self._clock(), answer.bundle))
        elif answer.answer is Answer.LACKING:
            self._send_more(connection, answer)
        elif answer.answer is Answer.WAITING:
            self._pause(connection, answer.bundle, answer.code)
            if answer.code == "gap":
                self._fill_gap(connection, answer)
            elif answer.code == "clock":
                self._alarms.sound("clock", answer.sender)
        elif answer.code in RETRIED:
            self._pause(connection, answer.bundle, answer.code)
        else:
            self._stop(connection, answer.bundle, answer.code)

    def _kept_back(self, connection: sqlite3.Connection, answer: Acknowledgement) -> None:
        """The peer has the number and not the content: the withdrawal was in time."""
        connection.execute(
            "UPDATE outbox SET state = 'stored', code = ?, lacking = NULL, stored_at = ?, answered = max(answered, ?)"
            " WHERE bundle = ?",
            (str(Code.WITHDRAWN), self._clock(), answer.at, answer.bundle),
        )
        detail = Detail(subject=f"bundle:{answer.bundle}", counterpart=answer.sender, why="withdrawn in time")
        self._audit.append(Action.HELD_BACK, detail)

    def _send_more(self, connection: sqlite3.Connection, answer: Acknowledgement) -> None:
        """At once where the peer got some of it; after a pause where it says the same as before."""
        lacking = msgspec.json.encode(sorted(answer.chunks)).decode()
        before, expires, kept = connection.execute(
            "SELECT lacking, expires, EXISTS (SELECT 1 FROM out_chunk WHERE bundle = outbox.bundle) FROM outbox"
            " WHERE bundle = ?",
            (answer.bundle,),
        ).fetchone()
        if not kept:
            self._stop(connection, answer.bundle, "chunks-gone")
            return
        self._pause(connection, answer.bundle, "")
        at_once = lacking != before and (expires is None or self._clock() < expires)
        connection.execute(
            "UPDATE outbox SET lacking = ?, next_at = CASE WHEN ? THEN ? ELSE next_at END WHERE bundle = ?",
            (lacking, at_once, self._clock(), answer.bundle),
        )

    def _fill_gap(self, connection: sqlite3.Connection, answer: Acknowledgement) -> None:
        """The peer waits for an earlier bundle. Where it had acknowledged that one before, it lost it: send it again.

        An answer that was overtaken by that acknowledgement says nothing any more.
        """
        lost = connection.execute(
            "UPDATE outbox SET state = 'queued', lacking = NULL WHERE peer = ? AND seq >= ? AND state = 'stored'"
            " AND EXISTS (SELECT 1 FROM outbox o WHERE o.peer = outbox.peer AND o.seq = ? AND o.answered <= ?)",
            (answer.sender, max(answer.seq, 1), max(answer.seq, 1), answer.at),
        ).rowcount
        if lost:
            self._alarms.sound("peer-lost", answer.sender)
        connection.execute(
            "UPDATE outbox SET next_at = min(next_at, ?) WHERE peer = ? AND seq = ? AND state = 'queued'",
            (self._clock(), answer.sender, answer.seq),
        )

    def _pause(self, connection: sqlite3.Connection, bundle: str, code: str) -> None:
        row = connection.execute("SELECT attempts FROM outbox WHERE bundle = ?", (bundle,)).fetchone()
        if row is None:
            raise unknown(bundle)
        pause = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** min(row[0], 20)) * (0.5 + self._chance() / 2)
        connection.execute(
            "UPDATE outbox SET attempts = attempts + 1, next_at = ?, code = ? WHERE bundle = ? AND state = 'queued'",
            (self._clock() + seconds(pause), code, bundle),
        )

    def _stop(self, connection: sqlite3.Connection, bundle: str, code: str) -> None:
        row = connection.execute(
            "UPDATE outbox SET state = 'stopped', code = ? WHERE bundle = ? AND state = 'queued' RETURNING peer",
            (code, bundle),
        ).fetchone()
        if row is not None:
            self._alarms.sound(code, row[0], bundle)
            detail = Detail(subject=f"bundle:{bundle}", counterpart=row[0], why=code, facts={"side": "sent"})
            self._audit.append(Action.REFUSAL, detail)


def _renumbered(connection: sqlite3.Connection, bundle: str) -> bool:
    """Whether a bundle had this id before it was issued again under another number."""
    return connection.execute("SELECT 1 FROM renumbered WHERE before = ?", (bundle,)).fetchone() is not None


def _sent(row: Sequence[object], seen: tuple[Seen, ...] = ()) -> Sent:
    names = (
        "bundle", "peer", "seq", "kind", "officer", "created", "expires", "replaces", "state", "code", "attempts",
        "next_at", "stored_at", "withdrawn_by", "held",
    )  # fmt: skip
    values = dict(zip(names, row, strict=True))
    values["kind"], values["held"] = Kind(str(values["kind"])), bool(values["held"])
    return msgspec.convert({**values, "seen": seen}, Sent)


def _seen(connection: sqlite3.Connection, bundle: str) -> tuple[Seen, ...]:
    rows = connection.execute(
        "SELECT state, officer, at FROM receipt WHERE bundle = ? ORDER BY at, state, officer", (bundle,)
    )
    return tuple(Seen(state, officer, Instant(at)) for state, officer, at in rows)
