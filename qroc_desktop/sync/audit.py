"""The log that Directive (EU) 2016/680 article 25 asks for: who did what, when, why, and to whom it went.

Entries are linked by hash. What an entry says about people is hashed with a salt and can be erased later without
breaking the chain. Signed heads go to peers, so that nobody can cut the log short or write it anew unnoticed.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Iterator
from enum import StrEnum

import msgspec

from qroc_desktop.domain.instant import Clock, Instant
from qroc_desktop.errors import Message, Refused
from qroc_desktop.sync import envelope
from qroc_desktop.sync.database import Database
from qroc_desktop.sync.encoding import Document, encoded
from qroc_desktop.sync.identity import Identity

HEAD_TYPE = "application/vnd.qroc.audit-head+json"
START = bytes(32)
"""What the first entry is linked to."""


class Action(StrEnum):
    """What was done. The first six are article 25's own; the values are stored and never changed."""

    COLLECTION = "collection"
    ALTERATION = "alteration"
    CONSULTATION = "consultation"
    DISCLOSURE = "disclosure"
    COMBINATION = "combination"
    ERASURE = "erasure"
    REFUSAL = "refusal"
    RELEASE = "release"
    PEER_PROPOSED = "peer-proposed"
    PEER_APPROVED = "peer-approved"
    PEER_KEY_RENEWED = "peer-key-renewed"
    PEER_REVOKED = "peer-revoked"
    PEER_CHANGED = "peer-changed"
    ALARM_SETTLED = "alarm-settled"
    EXCHANGE_MADE = "exchange-made"
    CONSENT = "consent"
    CONSENT_REVOKED = "consent-revoked"
    STANDING_ORDER = "standing-order"
    HELD_BACK = "held-back"
    CONTACT_TOLD = "contact-told"


class Detail(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """officer: who (empty: the program by itself). subject: what (a bundle, an item, a peer). counterpart: the centre
    it went to or came from. why: justification, with purpose and legal basis; facts: what else belongs to it."""

    officer: str = ""
    subject: str = ""
    counterpart: str = ""
    why: str = ""
    purpose: str = ""
    basis: str = ""
    facts: dict[str, str] = {}


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """An entry as read; `detail` is None where it was erased."""

    no: int
    at: Instant
    action: str
    detail: Detail | None
    hash: str


class Head(Document, frozen=True, kw_only=True):
    """How far a centre's log had come, for others to keep."""

    centre: str
    no: int
    hash: str
    at: Instant


class Audit:
    """The audit log of one exchange file."""

    def __init__(self, database: Database, identity: Identity, clock: Clock) -> None:
        self._database = database
        self._identity = identity
        self._clock = clock

    def append(self, action: Action, detail: Detail) -> int:
        """Add an entry, within the transaction that is open or in one of its own; returns its number."""
        data, salt, at = msgspec.json.encode(detail), os.urandom(16), self._clock()
        digest = detail_digest(salt, data)
        with self._database.joining() as connection:
            no, previous = last(connection)
            link = linked(previous, no + 1, at, action, digest)
            connection.execute(
                "INSERT INTO audit (no, at, action, salt, detail, digest, hash) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (no + 1, at, str(action), salt, data, digest, link),
            )
        return no + 1

    def count(self) -> int:
        """How many entries there are."""
        with self._database.reading() as connection:
            return last(connection)[0]

    def entries(self, first: int = 1, count: int = 1000) -> list[Entry]:
        """Entries in order."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT no, at, action, detail, hash FROM audit WHERE no >= ? ORDER BY no LIMIT ?", (first, count)
            ).fetchall()
        return [
            Entry(
                no=no,
                at=Instant(at),
                action=action,
                detail=msgspec.json.decode(detail, type=Detail) if detail is not None else None,
                hash=link.hex(),
            )
            for no, at, action, detail, link in rows
        ]

    def erase(self, no: int, *, officer: str, why: str) -> None:
        """Erase what an entry says; that it was there and is unchanged can still be proved.

        Raises Refused where there is nothing to erase; an entry about an erasure is kept.
        """
        with self._database.writing() as connection:
            changed = connection.execute(
                "UPDATE audit SET salt = NULL, detail = NULL WHERE no = ? AND detail IS NOT NULL AND action <> ?",
                (no, str(Action.ERASURE)),
            ).rowcount
            if not changed:
                raise Refused(Message("There is no entry {no} that could be erased.", no=no))
            self.append(Action.ERASURE, Detail(officer=officer, subject=f"audit:{no}", why=why))

    def head(self) -> bytes:
        """How far the log has come, signed; for peers to keep."""
        with self._database.reading() as connection:
            no, link = last(connection)
        now = self._clock()
        document = Head(centre=self._identity.centre, no=no, hash=link.hex(), at=now)
        return envelope.signed(HEAD_TYPE, encoded(document), self._identity.signing_keys(now))

    def heads_of(self, centre: str) -> list[bytes]:
        """The signed heads that a peer gave us, oldest first; what it needs to have its own log verified."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT envelope FROM peer_head WHERE centre = ? ORDER BY no", (centre,)
            ).fetchall()
        return [bytes(row[0]) for row in rows]


def detail_digest(salt: bytes, detail: bytes) -> bytes:
    """What stands in the chain for an entry's detail."""
    return hashlib.sha256(b"qroc-audit-detail\0" + salt + detail).digest()


def linked(previous: bytes, no: int, at: int, action: str, digest: bytes) -> bytes:
    """The hash of an entry, which the next one builds on."""
    name = str(action).encode()
    head = b"qroc-audit-1\0" + previous + no.to_bytes(8, "big") + at.to_bytes(8, "big", signed=True)
    return hashlib.sha256(head + len(name).to_bytes(2, "big") + name + digest).digest()


def last(connection: sqlite3.Connection) -> tuple[int, bytes]:
    """Number and hash of the newest entry."""
    row = connection.execute("SELECT no, hash FROM audit ORDER BY no DESC LIMIT 1").fetchone()
    return (int(row[0]), bytes(row[1])) if row else (0, START)


def rows(connection: sqlite3.Connection) -> Iterator[tuple[int, int, str, bytes | None, bytes | None, bytes, bytes]]:
    """All entries as stored: no, at, action, salt, detail, digest, hash."""
    # Cast, because a file that somebody edited may hold any type anywhere.
    yield from connection.execute(
        "SELECT no, CAST(at AS INTEGER), CAST(action AS TEXT), CAST(salt AS BLOB), CAST(detail AS BLOB),"
        " CAST(digest AS BLOB), CAST(hash AS BLOB) FROM audit ORDER BY no"
    )
