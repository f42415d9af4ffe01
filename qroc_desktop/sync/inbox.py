"""What came in: verified first, then recorded, then acknowledged; each once, in the order in which it was sent.

A bundle whose predecessor is missing, or whose stamp lies too far in the future, waits and is not acknowledged. One
that is authentic and cannot be used is recorded as refused, so that those after it are not held up for ever.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

import msgspec

from qroc_desktop.domain.instant import Instant
from qroc_desktop.errors import Message, Refused
from qroc_desktop.sync import letters, stamps
from qroc_desktop.sync.alarms import Alarms
from qroc_desktop.sync.audit import Action, Audit, Detail
from qroc_desktop.sync.bundle import BY_THE_PROGRAM, CONTINUES, Answer, Kind, Manifest, read_manifest
from qroc_desktop.sync.checking import Authentic, Checks
from qroc_desktop.sync.content import Opened
from qroc_desktop.sync.database import Database
from qroc_desktop.sync.dispatch import Dispatch
from qroc_desktop.sync.envelope import read
from qroc_desktop.sync.refusals import CODES, Code, Rejected

AHEAD = 256
"""So many bundles of one peer may wait for an earlier one."""
MOST_PARTIAL = 4
"""Of so many bundles of one peer parts are kept; the oldest give way."""


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What is answered about one bundle; see `Acknowledgement`."""

    bundle: str
    answer: Answer
    code: str = ""
    seq: int = 0
    chunks: tuple[str, ...] = ()


class Inbox:
    """The incoming side of an exchange file."""

    def __init__(self, database: Database, checks: Checks, dispatch: Dispatch, audit: Audit, alarms: Alarms) -> None:
        self._database = database
        self._checks = checks
        self._dispatch = dispatch
        self._audit = audit
        self._alarms = alarms

    def accept(self, authentic: Authentic, chunks: Sequence[bytes]) -> list[Verdict]:
        """Take in a bundle; the first verdict is about it, others about bundles that had waited for it.

        Raises Rejected where it is not taken in and not recorded either.
        """
        if authentic.withdrawn:
            self._give_up(authentic)
        # A bundle that was checked within the transaction that records it is not checked twice.
        checked = self._database.held
        known = self._known(authentic)
        if known is not None:
            return [known, *self.advance(authentic.peer.centre, but=authentic.bundle)]
        if authentic.withdrawn:
            return self._record(authentic, {}, str(Code.WITHDRAWN), None, checked=checked)
        belonging = self._checks.belonging(authentic.manifest, chunks)
        code, opened = "", None
        if self._checks.expired(authentic.manifest):
            code = str(Code.EXPIRED)
        else:
            belonging |= self._kept_parts(authentic)
            missing = [c.sha256 for c in authentic.manifest.chunks if c.sha256 not in belonging]
            if missing:
                return [self._keep_parts(authentic, belonging, missing)]
            try:
                opened = self._checks.opened(authentic.manifest, belonging)
            except Rejected as rejection:
                code = str(rejection.code)
        return self._record(authentic, belonging, code, opened, checked=checked)

    def advance(self, peer: str, but: str = "") -> list[Verdict]:
        """Store what waits and whose turn it is; what is told about each."""
        with self._database.writing() as connection:
            return self._advance(connection, peer, but)

    def _advance(self, connection: sqlite3.Connection, peer: str, but: str = "") -> list[Verdict]:
        verdicts = []
        while verdict := self._next(connection, peer):
            verdicts.append(verdict)
            if verdict.answer is Answer.WAITING or verdict.code == Code.CHAIN_BROKEN:
                break
        return [verdict for verdict in verdicts if verdict.bundle != but and verdict.answer is not Answer.WAITING]

    def newest(self, peer: str) -> tuple[int, str]:
        """Number and id of the newest bundle of a peer that is here, and all before it; those whose turn has come and
        that wait for a clock count along."""
        with self._database.reading() as connection:
            seq, bundle = _position(connection, peer)
            rows = connection.execute(
                "SELECT seq, bundle FROM inbox WHERE peer = ? AND seq > ? ORDER BY seq", (peer, seq)
            ).fetchall()
        for following, waiting in rows:
            if following != seq + 1:
                break
            seq, bundle = following, waiting
        return seq, bundle

    def waiting_peers(self) -> list[str]:
        """Peers of which something waits."""
        with self._database.reading() as connection:
            return [row[0] for row in connection.execute("SELECT DISTINCT peer FROM inbox WHERE state = 'waiting'")]

    def release(self, bundle: str, *, officer: str, why: str) -> None:
        """An officer takes in a bundle although its clock is far ahead of ours; it still waits for its turn."""
        with self._database.writing() as connection:
            row = connection.execute(
                "UPDATE inbox SET code = 'released' WHERE bundle = ? AND state = 'waiting' AND code IN ('', 'clock')"
                " RETURNING peer",
                (bundle,),
            ).fetchone()
            if row is None:
                raise Refused(Message("There is nothing to release."))
            self._audit.append(Action.RELEASE, Detail(officer=officer, subject=f"bundle:{bundle}", why=why))
            self.advance(row[0])

    def _give_up(self, authentic: Authentic) -> None:
        """What is here of a withdrawn bundle that was not stored yet goes; its number is taken all the same."""
        with self._database.writing() as connection:
            waits = connection.execute(
                "UPDATE inbox SET code = ? WHERE bundle = ? AND state = 'waiting'",
                (str(Code.WITHDRAWN), authentic.bundle),
            ).rowcount
            if waits:
                connection.execute("DELETE FROM in_chunk WHERE bundle = ?", (authentic.bundle,))
            connection.execute(
                "DELETE FROM partial WHERE peer = ? AND bundle = ?", (authentic.peer.centre, authentic.bundle)
            )

    def _known(self, authentic: Authentic) -> Verdict | None:
        """What was answered when it came before. What waits is looked at again: its turn may have come."""
        with self._database.reading() as connection:
            row = connection.execute("SELECT 1 FROM inbox WHERE bundle = ?", (authentic.bundle,)).fetchone()
        if row is None:
            return None
        self.advance(authentic.peer.centre)
        with self._database.reading() as connection:
            row = connection.execute("SELECT state, code FROM inbox WHERE bundle = ?", (authentic.bundle,)).fetchone()
            if row is None:
                raise Rejected(Code.CHAIN_BROKEN)
            return self._told(connection, authentic.bundle, authentic.peer.centre, *row)

    def _told(self, connection: sqlite3.Connection, bundle: str, peer: str, state: str, code: str) -> Verdict:
        if state == "waiting":
            reason = code if code == "clock" else "gap"
            return Verdict(bundle=bundle, answer=Answer.WAITING, code=reason, seq=_position(connection, peer)[0] + 1)
        if state == "refused":
            return Verdict(bundle=bundle, answer=Answer.REFUSED, code=code)
        return Verdict(bundle=bundle, answer=Answer.STORED)

    def _kept_parts(self, authentic: Authentic) -> dict[str, bytes]:
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT sha256, data FROM partial WHERE peer = ? AND bundle = ?",
                (authentic.peer.centre, authentic.bundle),
            ).fetchall()
        return self._checks.belonging(authentic.manifest, [bytes(data) for _, data in rows])

    def _keep_parts(self, authentic: Authentic, parts: dict[str, bytes], missing: list[str]) -> Verdict:
        peer, now = authentic.peer.centre, self._checks.now()
        with self._database.writing() as connection:
            connection.executemany(
                "INSERT OR IGNORE INTO partial (peer, bundle, sha256, at, data) VALUES (?, ?, ?, ?, ?)",
                [(peer, authentic.bundle, digest, now, data) for digest, data in parts.items()],
            )
            connection.execute(
                "DELETE FROM partial WHERE peer = ? AND bundle NOT IN (SELECT bundle FROM partial WHERE peer = ?"
                " GROUP BY bundle ORDER BY max(at) DESC, bundle LIMIT ?)",
                (peer, peer, MOST_PARTIAL),
            )
        return Verdict(bundle=authentic.bundle, answer=Answer.LACKING, chunks=tuple(missing))

    def _record(
        self, authentic: Authentic, chunks: dict[str, bytes], code: str, opened: Opened | None, *, checked: bool
    ) -> list[Verdict]:
        manifest, peer, bundle = authentic.manifest, authentic.peer.centre, authentic.bundle
        with self._database.writing() as connection:
            if not checked:
                self._checks.authentic(authentic.signed, None)  # the roster may have changed meanwhile
            if connection.execute("SELECT 1 FROM inbox WHERE bundle = ?", (bundle,)).fetchone() is None:
                self._check_place(connection, manifest)
                self._insert(connection, authentic, code)
                if opened is not None:
                    if opened.content.letter is not msgspec.UNSET:
                        letters.file(connection, bundle, opened.content.letter, opened.content.answers, ours=False)
                    connection.executemany(
                        "INSERT INTO in_chunk (bundle, no, data) VALUES (?, ?, ?)",
                        [(bundle, no, chunks[chunk.sha256]) for no, chunk in enumerate(manifest.chunks)],
                    )
                connection.execute("DELETE FROM partial WHERE peer = ? AND bundle = ?", (peer, bundle))
            others = self._advance(connection, peer)
            row = connection.execute("SELECT state, code FROM inbox WHERE bundle = ?", (bundle,)).fetchone()
            if row is not None:
                own = self._told(connection, bundle, peer, *row)
            else:
                own = Verdict(bundle=bundle, answer=Answer.REFUSED, code=str(Code.CHAIN_BROKEN))
        return [own, *(verdict for verdict in others if verdict.bundle != bundle)]

    def _check_place(self, connection: sqlite3.Connection, manifest: Manifest) -> None:
        position = _position(connection, manifest.sender)[0]
        taken = connection.execute(
            "SELECT 1 FROM inbox WHERE peer = ? AND seq = ?", (manifest.sender, manifest.seq)
        ).fetchone()
        if taken is not None or manifest.seq <= position:
            raise Rejected(Code.SEQUENCE_REUSED)
        if manifest.seq > position + AHEAD:
            raise Rejected(Code.TOO_FAR_AHEAD)

    def _insert(self, connection: sqlite3.Connection, authentic: Authentic, code: str) -> None:
        manifest = authentic.manifest
        connection.execute(
            "INSERT INTO inbox (bundle, peer, seq, kind, envelope, created, expires, replaces, state, code,"
            " received_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'waiting', ?, ?)",
            (
                authentic.bundle, manifest.sender, manifest.seq, str(manifest.kind), authentic.signed, manifest.created,
                manifest.expires, manifest.replaces, code, self._checks.now(),
            ),
        )  # fmt: skip

    def _next(self, connection: sqlite3.Connection, peer: str) -> Verdict | None:
        """Deal with the bundle whose turn it is; None where it is not there."""
        position, before = _position(connection, peer)
        row = connection.execute(
            "SELECT bundle, envelope, code FROM inbox WHERE peer = ? AND seq = ? AND state = 'waiting'",
            (peer, position + 1),
        ).fetchone()
        if row is None:
            return None
        bundle, code = str(row[0]), str(row[2])
        manifest = read_manifest(read(bytes(row[1])).body)
        if manifest.prev != before:
            connection.execute("DELETE FROM inbox WHERE bundle = ?", (bundle,))
            connection.execute("DELETE FROM in_chunk WHERE bundle = ?", (bundle,))
            self._refusal(peer, bundle, Code.CHAIN_BROKEN)
            return Verdict(bundle=bundle, answer=Answer.REFUSED, code=str(Code.CHAIN_BROKEN))
        if code not in CODES and code != "released" and self._checks.early(manifest):
            connection.execute("UPDATE inbox SET code = 'clock' WHERE bundle = ?", (bundle,))
            self._alarms.sound("clock", peer)
            return Verdict(bundle=bundle, answer=Answer.WAITING, code="clock", seq=manifest.seq)
        return self._placed(connection, manifest, bundle, code)

    def _placed(self, connection: sqlite3.Connection, manifest: Manifest, bundle: str, code: str) -> Verdict:
        stamps.merge(connection, manifest.hlc, self._checks.now())
        if code in CODES:
            return self._refused(connection, manifest, bundle, Code(code))
        lacking = _lacks(connection, manifest) if manifest.kind in CONTINUES else None
        if lacking:
            return self._refused(connection, manifest, bundle, lacking)
        if not letters.fits(connection, bundle, manifest.sender):
            return self._refused(connection, manifest, bundle, Code.NOT_ASKED)
        letters.count(connection, bundle)
        by_program = manifest.kind in BY_THE_PROGRAM
        connection.execute(
            "UPDATE inbox SET state = ?, code = '', applied_at = ?,"
            " stored_no = (SELECT coalesce(max(stored_no), 0) + 1 FROM inbox) WHERE bundle = ?",
            ("applied" if by_program else "stored", self._checks.now() if by_program else None, bundle),
        )
        if by_program:
            self._note(connection, manifest, bundle)
        else:
            detail = Detail(
                subject=f"bundle:{bundle}",
                counterpart=manifest.sender,
                why="received",
                facts={"kind": str(manifest.kind)},
            )
            self._audit.append(Action.COLLECTION, detail)
        return Verdict(bundle=bundle, answer=Answer.STORED)

    def _note(self, connection: sqlite3.Connection, manifest: Manifest, bundle: str) -> None:
        """Receipts, heads and contact data are dealt with at once, in the transaction that stores them."""
        content = self.opened_within(connection, bundle, manifest).content
        if content.receipt is not None:
            self._dispatch.receipt(manifest.sender, content.receipt)
        if not isinstance(content.contact, msgspec.UnsetType):
            self._checks.confirm_contact(manifest.sender, content.contact, Instant(manifest.created))
        if content.head is not None:
            head = self._checks.head(manifest.sender, content.head)
            connection.execute(
                "INSERT OR IGNORE INTO peer_head (centre, no, at, envelope) VALUES (?, ?, ?, ?)",
                (manifest.sender, head.no, head.at, content.head),
            )

    def opened_within(self, connection: sqlite3.Connection, bundle: str, manifest: Manifest) -> Opened:
        """Decrypt a stored bundle within an open transaction."""
        rows = connection.execute("SELECT data FROM in_chunk WHERE bundle = ? ORDER BY no", (bundle,)).fetchall()
        if len(rows) != len(manifest.chunks):
            raise Refused(Message("The content of this bundle is not kept any more."))
        return self._checks.opened(manifest, self._checks.belonging(manifest, [bytes(row[0]) for row in rows]))

    def _refused(self, connection: sqlite3.Connection, manifest: Manifest, bundle: str, code: Code) -> Verdict:
        connection.execute("UPDATE inbox SET state = 'refused', code = ? WHERE bundle = ?", (str(code), bundle))
        connection.execute("DELETE FROM in_chunk WHERE bundle = ?", (bundle,))
        self._refusal(manifest.sender, bundle, code)
        return Verdict(bundle=bundle, answer=Answer.REFUSED, code=str(code))

    def _refusal(self, peer: str, bundle: str, code: Code) -> None:
        if code is not Code.WITHDRAWN:  # the sender's lawful doing; nobody has to see to it
            self._alarms.sound(str(code), peer, bundle)
        detail = Detail(subject=f"bundle:{bundle}", counterpart=peer, why=str(code), facts={"side": "received"})
        self._audit.append(Action.REFUSAL, detail)


def _position(connection: sqlite3.Connection, peer: str) -> tuple[int, str]:
    """Number and id of the last bundle of a peer that is not waiting."""
    row = connection.execute(
        "SELECT seq, bundle FROM inbox WHERE peer = ? AND state <> 'waiting' ORDER BY seq DESC LIMIT 1", (peer,)
    ).fetchone()
    return (int(row[0]), str(row[1])) if row else (0, "")


def _lacks(connection: sqlite3.Connection, manifest: Manifest) -> Code | None:
    """Why a bundle has nothing here that it could continue; None where it has.

    What is taken back need not have been usable. Where the base was withdrawn in time, an update of it that was on its
    way meanwhile goes with it: its sender withdrew both.
    """
    row = connection.execute(
        "SELECT state, code FROM inbox WHERE peer = ? AND bundle = ?", (manifest.sender, manifest.replaces)
    ).fetchone()
    if row is None:
        return Code.BASE_MISSING
    if manifest.kind is Kind.WITHDRAWAL or row[0] in ("stored", "applied"):
        return None
    return Code.WITHDRAWN if row[1] == Code.WITHDRAWN else Code.BASE_MISSING
