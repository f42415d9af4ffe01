"""What is to be sent, and what became of it.

A bundle, the decisions it rests on and its entry in the audit log are recorded in one transaction: none without the
others. For each peer the numbers have no gap, and each manifest names the one before.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from qroc_desktop.domain.instant import Clock, Instant
from qroc_desktop.domain.vocabulary import WorkspaceKind
from qroc_desktop.errors import Message, Refused
from qroc_desktop.sync import envelope, sealing, stamps
from qroc_desktop.sync.audit import Action, Audit, Detail
from qroc_desktop.sync.bundle import (
    BY_THE_PROGRAM,
    CONTINUES,
    TYPE,
    WITHDRAWN_TYPE,
    Chunk,
    Kind,
    Manifest,
    bundle_id,
    read_manifest,
)
from qroc_desktop.sync.content import Content, ReceiptState, format_of, parts, read, require_readable, shared, written
from qroc_desktop.sync.database import Database
from qroc_desktop.sync.encoding import sha256
from qroc_desktop.sync.holding import hold_back
from qroc_desktop.sync.identity import Identity
from qroc_desktop.sync.invitation import Contact
from qroc_desktop.sync.letters import check_form, facts_of, file, tag_of
from qroc_desktop.sync.roster import Peer, PeerState, Roster
from qroc_desktop.sync.shipment import DecisionRecord, Queued, Shipment


class Sealed(NamedTuple):
    """The chunks for one peer, named and in order, and our own copy."""

    peer: Peer
    named: tuple[Chunk, ...]
    chunks: list[bytes]
    copy: bytes


class Ready(NamedTuple):
    """A bundle that is sealed for its peer and not recorded yet. plain: what is sealed in it."""

    shipment: Shipment
    content: Content
    plain: list[bytes]
    sealed: Sealed


class Outbox:
    """The outgoing side of an exchange file."""

    def __init__(
        self, database: Database, identity: Identity, clock: Clock, roster: Roster, audit: Audit, mode: WorkspaceKind
    ) -> None:
        self._database = database
        self._identity = identity
        self._clock = clock
        self._roster = roster
        self._audit = audit
        self._mode = mode

    def queue(self, shipment: Shipment, decisions: Sequence[DecisionRecord] = ()) -> Queued:
        """Seal and sign a bundle and record it with its decisions and its audit entry; it is safe when this returns.

        Raises Rejected where the peer may not get anything, Refused for a shipment that makes no sense.
        """
        return self.record(self.seal(shipment), decisions)

    def seal(self, shipment: Shipment) -> Ready:
        """The first half of `queue`, which takes its time for large files and keeps nobody else from writing."""
        if shipment.kind in BY_THE_PROGRAM:
            raise Refused(Message("Bundles of this kind are written by the program alone."))
        if not shipment.officer.strip():
            raise Refused(Message("A bundle needs the name of the officer who sends it."))
        peer = self._roster.active(shipment.to)
        content = self._content(shipment)
        plain = parts(content, shipment.files)
        require_readable(plain)  # what a peer could not read must not leave
        return Ready(shipment, content, plain, self._sealed(content, plain, peer))

    def record(self, ready: Ready, decisions: Sequence[DecisionRecord] = ()) -> Queued:
        """The second half, by itself or as part of a transaction that is open."""
        shipment, content, plain, sealed = ready
        with self._database.writing() as connection:
            peer = self._roster.active(shipment.to)
            if peer.identity != sealed.peer.identity:  # renewed between sealing and recording
                sealed = self._sealed(content, plain, peer)
            self._check_base(connection, shipment)
            held = self._held(connection, shipment)
            queued = self._insert(connection, content, sealed, expires=shipment.expires, replaces=shipment.replaces)
            if shipment.letter is not None:
                file(connection, queued.bundle, shipment.letter, shipment.answers, ours=True)
            connection.executemany(
                "INSERT INTO decision (bundle, subject, record) VALUES (?, ?, ?)",
                [(queued.bundle, decision.subject, decision.record) for decision in decisions],
            )
            self._audit.append(Action.DISCLOSURE, _disclosed(shipment, queued, held))
        return queued

    def queue_receipt(self, peer: str, receipt: ReceiptState) -> None:
        """Tell a peer what became of its bundle; part of the transaction that made it so."""
        self._queue_own(Kind.RECEIPT, peer, receipt=receipt)

    def queue_head(self, peer: str) -> None:
        """Give a peer the signed head of our audit log to keep."""
        self._queue_own(Kind.HEAD, peer, head=self._audit.head())

    def queue_contact(self, contact: Contact) -> int:
        """Tell every active peer how to reach our people; to how many it goes."""
        with self._database.writing():
            active = [peer.centre for peer in self._roster.peers() if peer.state is PeerState.ACTIVE]
            for peer in active:
                self._queue_own(Kind.CONTACT, peer, contact=contact)
        return len(active)

    def copy(self, bundle: str) -> Content:
        """What a bundle said, attachments left out; from our own copy."""
        with self._database.reading() as connection:
            row = connection.execute("SELECT copy FROM outbox WHERE bundle = ?", (bundle,)).fetchone()
        if row is None:
            raise unknown(bundle)
        plain = sealing.unseal_for(self._identity, [bytes(row[0])])
        return read(plain).content

    def decisions(self, bundle: str) -> list[DecisionRecord]:
        """The decisions that a bundle rests on, in the order in which they were handed in."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT subject, record FROM decision WHERE bundle = ? ORDER BY no", (bundle,)
            ).fetchall()
        return [DecisionRecord(subject, bytes(record)) for subject, record in rows]

    def _queue_own(
        self, kind: Kind, peer: str, *, receipt: ReceiptState | None = None, head: bytes | None = None,
        contact: Contact | None = None,
    ) -> None:  # fmt: skip
        with self._database.writing() as connection:
            told = contact if contact is not None else msgspec.UNSET
            content = Content(
                format=format_of(msgspec.UNSET, told), sender=self._identity.centre, recipient=peer, kind=kind,
                mode=self._mode, receipt=receipt, head=head, contact=told,
            )  # fmt: skip
            sealed = self._sealed(content, parts(content, {}), self._roster.active(peer))
            self._insert(connection, content, sealed, expires=None, replaces="")

    def _content(self, shipment: Shipment) -> Content:
        missing = [entry.name for entry in shipment.attachments if entry.sha256 not in shipment.files]
        if missing:
            raise Refused(Message("An attachment has no content: {name}.", name=missing[0]))
        letter = shipment.letter if shipment.letter is not None else msgspec.UNSET
        check_form(shipment.kind, shipment.letter, shipment.answers)
        return Content(
            format=format_of(letter, msgspec.UNSET),
            sender=self._identity.centre,
            recipient=shipment.to,
            kind=shipment.kind,
            mode=self._mode,
            officer=shipment.officer.strip(),
            subject=shipment.subject,
            text=shipment.text,
            terms=shipment.terms,
            layers=tuple(shared(layer) for layer in shipment.layers),
            items=tuple(shared(item) for item in shipment.items),
            tombstones=shipment.tombstones,
            attachments=shipment.attachments,
            answers=shipment.answers,
            letter=letter,
        )

    def _sealed(self, content: Content, plain: Sequence[bytes], peer: Peer) -> Sealed:
        own = str(self._identity.keys.encryption.to_public())
        copy = b"".join(sealing.seal(written(msgspec.structs.replace(content, attachments=()), {}), [own]))
        chunks = sealing.seal_parts(plain, [peer.identity.encryption])
        return Sealed(peer, tuple(Chunk(sha256(chunk), len(chunk)) for chunk in chunks), chunks, copy)

    def _check_base(self, connection: sqlite3.Connection, shipment: Shipment) -> None:
        if not shipment.replaces and shipment.kind not in CONTINUES:
            return
        base = connection.execute(
            "SELECT state FROM outbox WHERE bundle = ? AND peer = ?", (shipment.replaces, shipment.to)
        ).fetchone()
        if base is None:
            raise Refused(Message("What this bundle continues was never sent to this centre."))
        if shipment.kind is Kind.DELTA and self._withdrawn(connection, shipment.replaces):
            raise Refused(Message("The share was withdrawn already."), where=shipment.replaces)
        if base[0] == "stopped" and shipment.kind is Kind.DELTA:
            raise Refused(
                Message("What this bundle continues was not taken in by the other centre."),
                action=Message("Send a new snapshot."),
            )

    @staticmethod
    def _withdrawn(connection: sqlite3.Connection, bundle: str) -> bool:
        found = connection.execute("SELECT 1 FROM outbox WHERE replaces = ? AND kind = 'withdrawal'", (bundle,))
        return found.fetchone() is not None

    def _held(self, connection: sqlite3.Connection, shipment: Shipment) -> list[str]:
        """What a withdrawal keeps from leaving."""
        if shipment.kind is not Kind.WITHDRAWAL:
            return []
        return hold_back(connection, self._identity, shipment.replaces, self._clock())

    def _insert(
        self,
        connection: sqlite3.Connection,
        content: Content,
        sealed: Sealed,
        *,
        expires: Instant | None,
        replaces: str,
    ) -> Queued:
        _, named, chunks, copy = sealed
        now, (seq, prev) = self._clock(), _following(connection, content.recipient)
        manifest = Manifest(
            kind=content.kind,
            sender=content.sender,
            recipient=content.recipient,
            seq=seq,
            prev=prev,
            hlc=stamps.tick(connection, now),
            created=now,
            expires=expires,
            replaces=replaces,
            chunks=named,
        )
        bundle, signed = self._signed(connection, manifest, copy, content.officer)
        connection.executemany(
            "INSERT INTO out_chunk (bundle, no, sha256, data) VALUES (?, ?, ?, ?)",
            [(bundle, no, chunk.sha256, data) for no, (chunk, data) in enumerate(zip(named, chunks, strict=True))],
        )
        return Queued(bundle=bundle, seq=seq, size=len(signed) + sum(map(len, chunks)))

    def _signed(
        self, connection: sqlite3.Connection, manifest: Manifest, copy: bytes, officer: str
    ) -> tuple[str, bytes]:
        """Record a bundle but for its chunks; its id and its envelope."""
        data, now = manifest.to_bytes(), manifest.created
        bundle, signed = bundle_id(data), envelope.signed(TYPE, data, self._identity.signing_keys(Instant(now)))
        connection.execute(
            "INSERT INTO outbox (bundle, peer, seq, kind, envelope, copy, officer, created, expires, replaces, state,"
            " next_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'queued', ?)",
            (
                bundle, manifest.recipient, manifest.seq, str(manifest.kind), signed, copy, officer, now,
                manifest.expires, manifest.replaces, now,
            ),
        )  # fmt: skip
        return bundle, signed

    def issue_again(self, connection: sqlite3.Connection, bundles: Sequence[str]) -> dict[str, str]:
        """Give bundles that their peer has not taken in new numbers, in this order; the new id of each by its old one.

        What is sealed in them and the decisions they rest on stay as they are. Part of an open transaction.
        """
        rows = [
            connection.execute(
                "SELECT envelope, copy, officer, void IS NOT NULL FROM outbox WHERE bundle = ?", (bundle,)
            ).fetchone()
            for bundle in bundles
        ]
        connection.executemany("DELETE FROM outbox WHERE bundle = ?", [(bundle,) for bundle in bundles])
        again: dict[str, str] = {}
        for before, (signed, copy, officer, void) in zip(bundles, rows, strict=True):
            manifest, now = read_manifest(envelope.read(bytes(signed)).body), self._clock()
            seq, prev = _following(connection, manifest.recipient)
            numbered = msgspec.structs.replace(
                manifest,
                seq=seq,
                prev=prev,
                hlc=stamps.tick(connection, now),
                created=now,
                replaces=again.get(manifest.replaces, manifest.replaces),
            )
            after, _ = self._signed(connection, numbered, bytes(copy), officer)
            if void:  # it was withdrawn in time, and stays so under its new number
                word = envelope.signed(WITHDRAWN_TYPE, numbered.to_bytes(), self._identity.signing_keys(now))
                connection.execute("UPDATE outbox SET void = ? WHERE bundle = ?", (word, after))
            connection.execute("UPDATE OR IGNORE composed_from SET bundle = ? WHERE bundle = ?", (after, before))
            connection.execute("UPDATE out_chunk SET bundle = ? WHERE bundle = ?", (after, before))
            connection.execute("UPDATE letter SET bundle = ? WHERE bundle = ?", (after, before))
            connection.execute("UPDATE letter SET request = ? WHERE request = ?", (after, before))
            connection.execute(
                "INSERT INTO decision (bundle, subject, record)"
                " SELECT ?, subject, record FROM decision WHERE bundle = ? ORDER BY no",
                (after, before),
            )
            connection.execute("INSERT INTO renumbered (before, after) VALUES (?, ?)", (before, after))
            again[before] = after
        return again


def _following(connection: sqlite3.Connection, peer: str) -> tuple[int, str]:
    """Number of the next bundle for a peer, and the id of the one before it: ours, or what the numbers go on behind."""
    last = connection.execute(
        "SELECT seq, bundle FROM outbox WHERE peer = ? UNION ALL SELECT seq, bundle FROM restart WHERE peer = ?"
        " ORDER BY seq DESC LIMIT 1",
        (peer, peer),
    ).fetchone()
    return (int(last[0]) + 1, str(last[1])) if last else (1, "")


def unknown(bundle: str) -> Refused:
    """There is no such bundle."""
    return Refused(Message("There is no bundle {bundle}.", bundle=bundle[:16]))


def _disclosed(shipment: Shipment, queued: Queued, held: Sequence[str]) -> Detail:
    facts = {
        "kind": str(shipment.kind),
        "items": " ".join(item.id for item in shipment.items),
        "tombstones": " ".join(shipment.tombstones),
        "attachments": " ".join(entry.sha256 for entry in shipment.attachments),
        "replaces": shipment.replaces,
        "channel": shipment.terms.channel,
        "instrument": shipment.terms.instrument,
        "order": shipment.order,
        "consents": " ".join(shipment.consents),
        "held_back": " ".join(held),
        "answers": shipment.answers,
    }
    if shipment.letter is not None:
        facts |= {"letter": tag_of(shipment.letter), "grounds": " ".join(facts_of(shipment.letter).grounds)}
    return Detail(
        officer=shipment.officer.strip(),
        subject=f"bundle:{queued.bundle}",
        counterpart=shipment.to,
        why=shipment.why,
        purpose=shipment.terms.purpose,
        basis=shipment.terms.basis,
        facts={name: value for name, value in facts.items() if value},
    )
