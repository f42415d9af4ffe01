"""A centre's exchange: everything that goes to its peers and comes from them, in one file beside its workspaces.

The window and the node open the same file at the same time. An exchange is live or an exercise, as workspaces are,
and the two never mix.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from qroc_desktop.domain.instant import Clock, Instant
from qroc_desktop.domain.vocabulary import WorkspaceKind
from qroc_desktop.errors import Damaged, Message, Refused
from qroc_desktop.sync import database, envelope, invitation, parcel
from qroc_desktop.sync.alarms import Alarms
from qroc_desktop.sync.audit import Action, Audit, Detail
from qroc_desktop.sync.bundle import ACKNOWLEDGEMENT_TYPE, TYPE, WITHDRAWN_TYPE, Acknowledgement, Answer
from qroc_desktop.sync.checking import Authentic, Checks
from qroc_desktop.sync.consents import Consents
from qroc_desktop.sync.dispatch import Dispatch
from qroc_desktop.sync.encoding import decoded, encoded
from qroc_desktop.sync.identity import Identity
from qroc_desktop.sync.inbox import Inbox, Verdict
from qroc_desktop.sync.letters import Letters
from qroc_desktop.sync.namesakes import sound_for_pairs
from qroc_desktop.sync.numbering import REFUSALS, Numbering
from qroc_desktop.sync.orders import Orders
from qroc_desktop.sync.outbox import Outbox
from qroc_desktop.sync.reception import Reception
from qroc_desktop.sync.refusals import CODES, MESSAGES, Code, Rejected
from qroc_desktop.sync.roster import Peer, Roster, UnexpectedKey

SUFFIX = ".qrocx"


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a parcel. peer: who wrote it. bundle, answer, code: of the bundle in it; the answer is None for a
    parcel that was an answer itself. replies: parcels for the peer."""

    peer: str
    bundle: str = ""
    answer: Answer | None = None
    code: str = ""
    replies: tuple[bytes, ...] = ()

    @property
    def said(self) -> Message | None:
        """Why it was refused or waits, for people."""
        if self.code in CODES:
            return MESSAGES[Code(self.code)]
        return WAITING.get(self.code)


WAITING: dict[str, Message] = {
    "gap": Message("An earlier bundle of this sender is missing; this one waits for it."),
    "clock": Message("The sender's clock is more than five minutes ahead of ours; the bundle waits."),
}


class Exchange:
    """An open exchange file."""

    def __init__(
        self, path: Path, identity: Identity, clock: Clock, chance: Callable[[], float] = random.random
    ) -> None:
        self.path = path
        self.identity = identity
        self._clock = clock
        self.database = database.Database(path)
        try:
            self.mode = self._whose()
        except BaseException:
            self.database.close()
            raise
        self.audit = Audit(self.database, identity, clock)
        self.alarms = Alarms(self.database, clock, self.audit)
        self.roster = Roster(self.database, identity, clock, self.audit)
        self.consents = Consents(self.database, clock, self.audit)
        self.orders = Orders(self.database, clock, self.audit)
        self.outbox = Outbox(self.database, identity, clock, self.roster, self.audit, self.mode)
        self.dispatch = Dispatch(self.database, clock, self.roster, self.audit, self.alarms, chance)
        self.numbering = Numbering(self.database, clock, self.roster, self.outbox, self.audit, self.alarms)
        self._checks = Checks(identity, clock, self.roster, self.mode)
        self._inbox = Inbox(self.database, self._checks, self.dispatch, self.audit, self.alarms)
        self.letters = Letters(self.database)
        self.inbox = Reception(self.database, clock, self.roster, self.audit, self._inbox, self.outbox)
        self._look_for_namesakes()

    @classmethod
    def create(
        cls, path: Path, identity: Identity, clock: Clock, *, mode: WorkspaceKind = WorkspaceKind.LIVE
    ) -> Exchange:
        """A new exchange file for this identity. Raises Refused where there is one already."""

        def fill(connection: sqlite3.Connection) -> None:
            rows = [("centre", identity.centre), ("mode", str(mode))]
            connection.executemany("INSERT INTO meta (key, value) VALUES (?, ?)", rows)

        database.make(path, fill)
        exchange = cls(path, identity, clock)
        facts = {"mode": str(mode), "fingerprint": identity.public.letters}
        exchange.audit.append(Action.EXCHANGE_MADE, Detail(subject=identity.centre, facts=facts))
        return exchange

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self.database.close()

    def invite(self, *, contact: invitation.Contact | None = None, routes: tuple[str, ...] = ()) -> str:
        """Our own invitation, as text. contact: other data than those that `tell_contact` keeps."""
        return invitation.invite(self.identity, self._clock(), contact=contact or self.contact(), routes=routes)

    def contact(self) -> invitation.Contact:
        """How others reach our people, as it was told last."""
        with self.database.reading() as connection:
            row = connection.execute("SELECT value FROM meta WHERE key = 'contact'").fetchone()
        return msgspec.json.decode(row[0], type=invitation.Contact) if row else invitation.Contact()

    def tell_contact(self, contact: invitation.Contact, *, officer: str) -> int:
        """Keep how others reach our people and tell all active peers; to how many it goes. Keys are not touched."""
        if not officer.strip():
            raise Refused(Message("This needs the name of an officer."))
        data = encoded(contact)
        try:
            msgspec.json.decode(data, type=invitation.Contact)
        except msgspec.ValidationError:
            raise Refused(Message("Too many numbers or languages, or a line that is too long.")) from None
        with self.database.writing() as connection:
            connection.execute(
                "INSERT INTO meta (key, value) VALUES ('contact', ?)"
                " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                (data.decode(),),
            )
            told = self.outbox.queue_contact(contact)
            facts = {"told": str(told), "contact": " ".join((contact.point, *contact.telephone))}
            detail = Detail(officer=officer.strip(), subject=self.identity.centre, facts=facts)
            self.audit.append(Action.CONTACT_TOLD, detail)
        return told

    def enrol(self, text: str, *, officer: str) -> Peer:
        """Propose the centre whose invitation this is, or take up its renewed keys. Raises Refused in one line."""
        first = invitation.read(text).invitation
        invited = invitation.read(text, self.roster.known_keys(first.identity.centre))
        try:
            return self.roster.propose(invited, officer=officer)
        except UnexpectedKey:
            self.alarms.sound("unexpected-key", first.identity.centre)
            raise

    def receive(self, data: bytes, carrier: str | None = None) -> Taken:
        """Take in a parcel, a bundle's or an answer. Whatever it answers has been committed before.

        carrier: the centre that the transport has proved to be at the other end, if it proves any. An authentic
        bundle that is refused gets a signed answer that says so; raises Rejected where it is not even authentic.
        """
        try:
            opened = parcel.unpacked(data)
            signed = envelope.read(opened.envelope)
            if signed.payloadType == ACKNOWLEDGEMENT_TYPE:
                return self._answered(signed, carrier)
            if signed.payloadType not in (TYPE, WITHDRAWN_TYPE):
                raise Rejected(Code.UNKNOWN_FORMAT)
            authentic = self._checks.authentic(opened.envelope, carrier)
        except Rejected as rejection:
            self.alarms.sound(str(rejection.code), carrier or "")
            raise
        return self._taken(authentic, opened.chunks)

    def receive_all(self, parcels: Sequence[tuple[bytes, str | None]]) -> list[Taken | Rejected]:
        """Several parcels with their carriers in one commit: what `receive` gives or raises for each, in order.

        For a node under load. Nothing may be answered before this returns; where it raises, nothing was taken in.
        """
        outcomes: list[Taken | Rejected] = []
        with self.database.writing():
            for data, carrier in parcels:
                try:
                    outcomes.append(self.receive(data, carrier))
                except Rejected as rejection:
                    outcomes.append(rejection)
        return outcomes

    def authentic(self, signed: bytes) -> Authentic:
        """Who wrote an envelope, and whether it is for us; nothing is taken in. Raises Rejected."""
        return self._checks.authentic(signed, None)

    def tick(self) -> list[tuple[Peer, bytes]]:
        """Look again at what waits for the clock; answers for the peers whose bundles were stored meanwhile."""
        replies = []
        for centre in self._inbox.waiting_peers():
            try:
                peer = self.roster.active(centre)
            except Rejected:
                continue
            replies += [(peer, self._reply(centre, verdict)) for verdict in self._inbox.advance(centre)]
        return replies

    def last_contact(self, centre: str) -> Instant | None:
        """When a peer last proved that it was there: by a bundle of its own, or by acknowledging one of ours."""
        with self.database.reading() as connection:
            row = connection.execute(
                "SELECT max(at) FROM (SELECT max(received_at) AS at FROM inbox WHERE peer = ?"
                " UNION ALL SELECT max(stored_at) FROM outbox WHERE peer = ?)",
                (centre, centre),
            ).fetchone()
        return Instant(row[0]) if row[0] is not None else None

    def release(self, bundle: str, *, officer: str, why: str) -> None:
        """Take in a bundle that waits because its sender's clock is far ahead."""
        self._inbox.release(bundle, officer=officer, why=why)

    def _look_for_namesakes(self) -> None:
        """Centres of one name may have been approved by an older program."""
        try:
            named = self.roster.named()
        except Damaged:
            return  # whoever asks the roster is told
        sound_for_pairs(self.alarms, named)

    def _taken(self, authentic: Authentic, chunks: tuple[bytes, ...]) -> Taken:
        peer = authentic.peer.centre
        try:
            verdicts = self._inbox.accept(authentic, chunks)
        except Rejected as rejection:
            self.alarms.sound(str(rejection.code), peer, authentic.bundle)
            if rejection.code in (Code.REVOKED, Code.NOT_APPROVED, Code.UNKNOWN_PEER, Code.OLD_KEY):
                raise
            verdicts = [Verdict(bundle=authentic.bundle, answer=Answer.REFUSED, code=str(rejection.code))]
        first = verdicts[0]
        replies = tuple(self._reply(peer, verdict) for verdict in verdicts)
        return Taken(peer=peer, bundle=first.bundle, answer=first.answer, code=first.code, replies=replies)

    def _answered(self, signed: envelope.Envelope, carrier: str | None) -> Taken:
        answer = decoded(signed.body, Acknowledgement)
        if answer.recipient != self.identity.centre:
            raise Rejected(Code.WRONG_RECIPIENT)
        peer = self.roster.signed_by(answer.sender, signed, ACKNOWLEDGEMENT_TYPE)
        if carrier is not None and carrier != answer.sender:
            raise Rejected(Code.WRONG_CARRIER, peer.name)
        with self.database.writing():
            self.dispatch.answered(answer)
            self.numbering.note(answer)
        return Taken(peer=peer.centre)

    def _reply(self, peer: str, verdict: Verdict) -> bytes:
        now, seq, last = self._clock(), verdict.seq, ""
        if verdict.code in REFUSALS:
            seq, last = self._inbox.newest(peer)
        answer = Acknowledgement(
            sender=self.identity.centre,
            recipient=peer,
            bundle=verdict.bundle,
            answer=verdict.answer,
            code=verdict.code,
            seq=seq,
            last=last,
            chunks=verdict.chunks,
            at=now,
        )
        return parcel.packed(envelope.signed(ACKNOWLEDGEMENT_TYPE, encoded(answer), self.identity.signing_keys(now)))

    def _whose(self) -> WorkspaceKind:
        with self.database.reading() as connection:
            meta = dict(connection.execute("SELECT key, value FROM meta"))
        if meta.get("centre") != self.identity.centre:
            raise Refused(Message("The exchange file belongs to another identity."), where=str(self.path))
        return WorkspaceKind(meta["mode"])
