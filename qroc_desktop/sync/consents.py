"""What owners of information have consented to, as officers here wrote it down: a record that only grows.

A consent is a fact with who gave it, who recorded it, when, for which item, recipient and purposes, until when. It is
revoked by a second record, never edited. Each record is one transaction with its entry in the audit log.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

import msgspec

from qroc_desktop.domain.ids import random_id
from qroc_desktop.domain.instant import Clock, Instant
from qroc_desktop.errors import Message, Refused
from qroc_desktop.sync.audit import Action, Audit, Detail
from qroc_desktop.sync.database import Database


class Recorded(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One consent. Codes as the policy has them; nothing here looks into them.

    recipient: the centre id of the peer, name: what it was called. originator: whose information it is, by name.
    given_by: who there gave it. way: how it was given (telephone, a message and its number). until: None for as long
    as it is not revoked. revoked_*: filled in from the record that revokes it.
    """

    id: str
    kind: str
    item: str
    title: str = ""
    originator: str
    recipient: str
    name: str
    purposes: tuple[str, ...]
    given_by: str
    recorded_by: str
    at: Instant
    until: Instant | None = None
    way: str = ""
    revoked_by: str = ""
    revoked_at: Instant | None = None
    revoked_why: str = ""

    def in_force(self, now: Instant) -> bool:
        """Whether it may be relied on."""
        return self.revoked_at is None and self.at <= now and (self.until is None or now < self.until)


class Revocation(msgspec.Struct, frozen=True, kw_only=True):
    """The end of a consent."""

    revoked_by: str
    revoked_at: Instant
    revoked_why: str


class Consents:
    """The consents in one exchange file."""

    def __init__(self, database: Database, clock: Clock, audit: Audit) -> None:
        self._database = database
        self._clock = clock
        self._audit = audit

    def add(self, consent: Recorded) -> Recorded:
        """Record a consent; `id` and `at` are given here. Raises Refused where somebody is not named."""
        for value, what in (
            (consent.given_by, Message("A consent needs the name of who gave it.")),
            (consent.recorded_by, Message("A consent needs the name of the officer who records it.")),
            (" ".join(consent.purposes), Message("A consent needs the purposes that it is for.")),
        ):
            if not value.strip():
                raise Refused(what)
        now = self._clock()
        if consent.until is not None and consent.until <= now:
            raise Refused(Message("The consent would have ended already."))
        kept = msgspec.structs.replace(consent, id=random_id(), at=now)
        facts = {
            "consent": kept.id,
            "kind": kept.kind,
            "originator": kept.originator,
            "given_by": kept.given_by,
            "way": kept.way,
            "until": str(kept.until) if kept.until is not None else "",
        }
        detail = Detail(
            officer=kept.recorded_by,
            subject=f"item:{kept.item}",
            counterpart=kept.recipient,
            why="consent of the originator",
            purpose=" ".join(kept.purposes),
            facts={name: value for name, value in facts.items() if value},
        )
        with self._database.writing() as connection:
            connection.execute(
                "INSERT INTO consent (consent, item, record) VALUES (?, ?, ?)",
                (kept.id, kept.item, msgspec.json.encode(kept)),
            )
            self._audit.append(Action.CONSENT, detail)
        return kept

    def revoke(self, consent: str, *, officer: str, why: str) -> Recorded:
        """It is not relied on from now on; what was sent under it stays sent until it is withdrawn."""
        if not officer.strip():
            raise Refused(Message("A revocation needs the name of an officer."))
        with self._database.writing() as connection:
            found = self._one(connection, consent)
            if found is None:
                raise Refused(Message("There is no such consent."), where=consent[:40])
            if found.revoked_at is not None:
                raise Refused(Message("The consent was revoked already."), where=consent[:40])
            end = Revocation(revoked_by=officer.strip(), revoked_at=self._clock(), revoked_why=why.strip())
            connection.execute(
                "INSERT INTO consent (consent, item, record) VALUES (?, ?, ?)",
                (found.id, found.item, msgspec.json.encode(end)),
            )
            detail = Detail(
                officer=end.revoked_by,
                subject=f"item:{found.item}",
                counterpart=found.recipient,
                why=end.revoked_why,
                facts={"consent": found.id},
            )
            self._audit.append(Action.CONSENT_REVOKED, detail)
        return msgspec.structs.replace(
            found, revoked_by=end.revoked_by, revoked_at=end.revoked_at, revoked_why=end.revoked_why
        )

    def mark(self) -> int:
        """A number that grows with every record."""
        with self._database.reading() as connection:
            return int(connection.execute("SELECT coalesce(max(no), 0) FROM consent").fetchone()[0])

    def all(self, item: str = "") -> list[Recorded]:
        """Every consent, revoked and ended ones too, the oldest first. item: only those for this one."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT consent, record FROM consent WHERE ? = '' OR item = ? ORDER BY no", (item, item)
            ).fetchall()
        return _recorded(rows)

    @staticmethod
    def _one(connection: sqlite3.Connection, consent: str) -> Recorded | None:
        rows = connection.execute("SELECT consent, record FROM consent WHERE consent = ? ORDER BY no", (consent,))
        return next(iter(_recorded(rows)), None)


def _recorded(rows: Iterable[tuple[str, bytes]]) -> list[Recorded]:
    found: dict[str, Recorded] = {}
    for consent, record in rows:
        if consent not in found:
            found[consent] = msgspec.json.decode(bytes(record), type=Recorded)
            continue
        end = msgspec.json.decode(bytes(record), type=Revocation)
        found[consent] = msgspec.structs.replace(
            found[consent], revoked_by=end.revoked_by, revoked_at=end.revoked_at, revoked_why=end.revoked_why
        )
    return list(found.values())
