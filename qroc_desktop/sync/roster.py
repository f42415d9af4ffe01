"""The peers of a centre: proposed, approved by two officers, active, revoked.

The roster is one signed document; every change writes a new version of it, and every question reads the newest one
anew (its signature is checked unless it is the very document that was checked last), so that a revocation holds from
the moment it is made, in every process.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from enum import StrEnum

import msgspec

from qroc_desktop.domain.instant import Clock, Instant, seconds
from qroc_desktop.errors import Damaged, Message, Refused
from qroc_desktop.sync import envelope
from qroc_desktop.sync.audit import Action, Audit, Detail
from qroc_desktop.sync.database import Database
from qroc_desktop.sync.encoding import Document, decoded, encoded, sha256
from qroc_desktop.sync.identity import Identity, PublicIdentity
from qroc_desktop.sync.invitation import Contact, Invited
from qroc_desktop.sync.namesakes import require_own_name
from qroc_desktop.sync.refusals import Code, Rejected
from qroc_desktop.sync.words import same

TYPE = "application/vnd.qroc.roster+json"
OVERLAP = seconds(14 * 24 * 3600)
"""How long a peer's former keys stay valid after it renewed them, in microseconds."""
APPROVALS = 2
_BRINGS_A_NAME = frozenset({Action.PEER_PROPOSED, Action.PEER_APPROVED, Action.PEER_KEY_RENEWED})


class PeerState(StrEnum):
    """Where a peer is on its way."""

    PROPOSED = "proposed"
    ACTIVE = "active"
    REVOKED = "revoked"


class PeerKey(msgspec.Struct, frozen=True, kw_only=True):
    """Keys of a peer; `until` is None for those in force."""

    identity: PublicIdentity
    since: Instant
    until: Instant | None = None

    def valid(self, now: Instant) -> bool:
        """Whether they may be used."""
        return self.until is None or now < self.until


class Approval(msgspec.Struct, frozen=True):
    """An officer who has compared the fingerprint."""

    officer: str
    at: Instant


class Peer(msgspec.Struct, frozen=True, kw_only=True):
    """Another centre. `keys`: the newest first. `contact_at`: when it last confirmed its contact data, by its clock."""

    centre: str
    state: PeerState
    keys: tuple[PeerKey, ...]
    proposed_by: str
    proposed_at: Instant
    approvals: tuple[Approval, ...] = ()
    contact: Contact = Contact()
    contact_at: Instant | None = None
    routes: tuple[str, ...] = ()
    revoked_by: str = ""
    revoked_at: Instant | None = None
    revoked_why: str = ""

    @property
    def identity(self) -> PublicIdentity:
        """The newest keys, with name and country."""
        return self.keys[0].identity

    @property
    def name(self) -> str:
        """The centre's name."""
        return self.identity.name

    def valid_keys(self, now: Instant) -> list[PublicIdentity]:
        """The keys that it may sign with and show in TLS."""
        return [key.identity for key in self.keys if key.valid(now)]


class RosterDocument(Document, frozen=True, kw_only=True):
    """One version; `previous` is the SHA-256 of the version before."""

    version: int
    previous: str
    at: Instant
    peers: tuple[Peer, ...] = ()


class Roster:
    """The roster in one exchange file."""

    def __init__(self, database: Database, identity: Identity, clock: Clock, audit: Audit) -> None:
        self._database = database
        self._identity = identity
        self._clock = clock
        self._audit = audit
        self._believed: tuple[bytes, RosterDocument] | None = None

    def peers(self) -> tuple[Peer, ...]:
        """All of them, in the order of their proposal."""
        with self._database.reading() as connection:
            return self._newest(connection)[0].peers

    def peer(self, centre: str) -> Peer:
        """One of them. Raises Rejected with UNKNOWN_PEER."""
        for peer in self.peers():
            if peer.centre == centre:
                return peer
        raise Rejected(Code.UNKNOWN_PEER)

    def active(self, centre: str) -> Peer:
        """A peer that may send and get. Raises Rejected: UNKNOWN_PEER, NOT_APPROVED, REVOKED."""
        peer = self.peer(centre)
        if peer.state is PeerState.REVOKED:
            raise Rejected(Code.REVOKED, peer.name)
        if peer.state is PeerState.PROPOSED:
            raise Rejected(Code.NOT_APPROVED, peer.name)
        return peer

    def by_certificate(self, certificate: bytes) -> Peer:
        """The active peer that shows this TLS certificate (DER). Raises Rejected."""
        now = self._clock()
        for peer in self.peers():
            if any(key.certificate == certificate for key in peer.valid_keys(now)):
                return self.active(peer.centre)
        raise Rejected(Code.UNKNOWN_PEER)

    def signed_by(self, centre: str, signed: envelope.Envelope, payload_type: str) -> Peer:
        """The active peer, if it signed this envelope. Raises Rejected: OLD_KEY, BAD_SIGNATURE and as `active`."""
        peer, now = self.active(centre), self._clock()
        keys = [key.identity.signing for key in peer.keys]
        signers = envelope.signers(signed, payload_type, keys)
        if signers & {key.signing for key in peer.valid_keys(now)}:
            return peer
        raise Rejected(Code.OLD_KEY if signers else Code.BAD_SIGNATURE, peer.name)

    def known_keys(self, centre: str) -> tuple[bytes, ...]:
        """Signing keys that an invitation of this centre may be signed with besides its own; to read it with."""
        now = self._clock()
        peers = [peer for peer in self.peers() if peer.centre == centre and peer.state is not PeerState.REVOKED]
        return tuple(key.signing for peer in peers for key in peer.valid_keys(now))

    def propose(self, invited: Invited, *, officer: str) -> Peer:
        """Take up an invitation. A known centre with new keys is believed only where its present keys signed along.

        Raises Refused: an unexpected key (which is an alarm), our own invitation, another centre's name.
        """
        identity = invited.invitation.identity
        if identity.centre == self._identity.centre:
            raise Refused(Message("This is the invitation of your own centre."))
        known = next((peer for peer in self.peers() if peer.centre == identity.centre), None)
        if known is None or known.state is not PeerState.ACTIVE:
            return self._proposed(invited, officer)
        if known.identity == identity:
            return self._changed(
                known,
                msgspec.structs.replace(
                    known,
                    contact=invited.invitation.contact,
                    contact_at=invited.invitation.at,
                    routes=invited.invitation.routes,
                ),
                Action.PEER_CHANGED,
                Detail(officer=officer, subject=known.centre),
            )
        if not invited.also & {key.signing for key in known.valid_keys(self._clock())}:
            raise UnexpectedKey(known)
        return self._renewed(known, invited, officer)

    def approve(self, centre: str, *, officer: str, said: str) -> Peer:
        """One officer's word that the fingerprint `said` was compared over another channel; the second makes it active.

        Raises Refused where it is another fingerprint, or the same officer approves twice.
        """
        peer = self.peer(centre)
        if peer.state is not PeerState.PROPOSED:
            raise Refused(Message("There is nothing to approve for this centre."), where=peer.name)
        if not same(peer.identity.fingerprint(), said):
            what = Message("The fingerprint is not the one of this invitation.")
            action = Message("Do not approve it. Call the centre by a number that you know from elsewhere.")
            raise Refused(what, where=peer.name, action=action)
        if not officer.strip():
            raise Refused(Message("An approval needs the name of an officer."), where=peer.name)
        if any(_person(approval.officer) == _person(officer) for approval in peer.approvals):
            what = Message("The same officer cannot approve twice; a second officer has to.")
            raise Refused(what, where=peer.name)
        approvals = (*peer.approvals, Approval(officer.strip(), self._clock()))
        state = PeerState.ACTIVE if len(approvals) >= APPROVALS else PeerState.PROPOSED
        after = msgspec.structs.replace(peer, approvals=approvals, state=state)
        facts = {"fingerprint": peer.identity.letters, "state": str(state)}
        return self._changed(
            peer, after, Action.PEER_APPROVED, Detail(officer=officer.strip(), subject=centre, facts=facts)
        )

    def revoke(self, centre: str, *, officer: str, why: str) -> Peer:
        """Nothing is taken from it or sent to it from now on."""
        peer = self.peer(centre)
        after = msgspec.structs.replace(
            peer, state=PeerState.REVOKED, revoked_by=officer, revoked_at=self._clock(), revoked_why=why
        )
        return self._changed(peer, after, Action.PEER_REVOKED, Detail(officer=officer, subject=centre, why=why))

    def reroute(self, centre: str, routes: tuple[str, ...], *, officer: str) -> Peer:
        """Other ways to a peer than its invitation named: a folder of ours, a relay agreed on."""
        peer = self.peer(centre)
        detail = Detail(officer=officer, subject=centre, facts={"routes": " ".join(routes)})
        return self._changed(peer, msgspec.structs.replace(peer, routes=routes), Action.PEER_CHANGED, detail)

    def named(self) -> list[PublicIdentity]:
        """Ours, and those of peers that are not revoked."""
        return self._named(self.peers())

    def _named(self, peers: Sequence[Peer]) -> list[PublicIdentity]:
        others = [peer.identity for peer in peers if peer.state is not PeerState.REVOKED]
        return [self._identity.public, *others]

    def confirm(self, centre: str, contact: Contact, at: Instant) -> None:
        """A peer's own word about how to reach its people, of a bundle that it signed; keys and routes stay.

        An older word than the one that is kept changes nothing.
        """
        peer = self.peer(centre)
        if peer.contact_at is not None and at < peer.contact_at:
            return
        facts = {"contact": " ".join((contact.point, *contact.telephone))}
        detail = Detail(subject=centre, counterpart=centre, why="told by the centre itself", facts=facts)
        after = msgspec.structs.replace(peer, contact=contact, contact_at=at)
        self._changed(peer, after, Action.PEER_CHANGED, detail)

    def _proposed(self, invited: Invited, officer: str) -> Peer:
        now, invitation = self._clock(), invited.invitation
        before = next((peer for peer in self.peers() if peer.centre == invitation.identity.centre), None)
        after = Peer(
            centre=invitation.identity.centre,
            state=PeerState.PROPOSED,
            keys=(PeerKey(identity=invitation.identity, since=now),),
            proposed_by=officer,
            proposed_at=now,
            contact=invitation.contact,
            contact_at=invitation.at,
            routes=invitation.routes,
        )
        facts = {"fingerprint": after.identity.letters}
        detail = Detail(officer=officer, subject=after.centre, facts=facts)
        return self._changed(before, after, Action.PEER_PROPOSED, detail)

    def _renewed(self, peer: Peer, invited: Invited, officer: str) -> Peer:
        now, invitation = self._clock(), invited.invitation
        former = tuple(
            msgspec.structs.replace(key, until=min(key.until or Instant(now + OVERLAP), Instant(now + OVERLAP)))
            for key in peer.keys
        )
        after = msgspec.structs.replace(
            peer,
            keys=(PeerKey(identity=invitation.identity, since=now), *former),
            contact=invitation.contact,
            contact_at=invitation.at,
            routes=invitation.routes or peer.routes,
        )
        facts = {"fingerprint": after.identity.letters}
        return self._changed(
            peer, after, Action.PEER_KEY_RENEWED, Detail(officer=officer, subject=peer.centre, facts=facts)
        )

    def _changed(self, before: Peer | None, after: Peer, action: Action, detail: Detail) -> Peer:
        def change(peers: Sequence[Peer]) -> tuple[Peer, ...]:
            present = next((peer for peer in peers if peer.centre == after.centre), None)
            if present != before:
                raise Refused(Message("Somebody else changed this peer at the same time; look again."))
            if action in _BRINGS_A_NAME:
                require_own_name(after.identity, self._named(peers))
            kept = tuple(after if peer.centre == after.centre else peer for peer in peers)
            return kept if present else (*kept, after)

        with self._database.writing() as connection:
            self._write(connection, change)
            self._audit.append(action, detail)
        return after

    def _write(self, connection: sqlite3.Connection, change: Callable[[Sequence[Peer]], tuple[Peer, ...]]) -> None:
        document, data = self._newest(connection)
        now = self._clock()
        following = RosterDocument(
            version=document.version + 1, previous=sha256(data) if data else "", at=now, peers=change(document.peers)
        )
        signed = envelope.signed(TYPE, encoded(following), self._identity.signing_keys(now))
        connection.execute("INSERT INTO roster (version, envelope) VALUES (?, ?)", (following.version, signed))

    def _newest(self, connection: sqlite3.Connection) -> tuple[RosterDocument, bytes]:
        row = connection.execute("SELECT version, envelope FROM roster ORDER BY version DESC LIMIT 1").fetchone()
        if row is None:
            return RosterDocument(version=0, previous="", at=Instant(0)), b""
        data = bytes(row[1])
        if self._believed is not None and self._believed[0] == data and self._believed[1].version == row[0]:
            return self._believed[1], data
        own = [self._identity.keys, *(former.keys for former in self._identity.former)]
        try:
            signed = envelope.read(data)
            if not envelope.signers(signed, TYPE, [keys.signing.public_key().public_bytes_raw() for keys in own]):
                raise Rejected(Code.BAD_SIGNATURE)
            document = decoded(signed.body, RosterDocument)
        except Rejected as rejection:
            raise _forged() from rejection
        if document.version != row[0]:
            raise _forged()
        self._believed = (data, document)
        return document, data


class UnexpectedKey(Refused):
    """A centre that is enrolled shows up with keys that its present ones did not sign: an attack, until proved not."""

    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        super().__init__(
            Message("This centre is enrolled with other keys, and they did not sign the new ones."),
            where=peer.name,
            action=Message(
                "Call the centre by a number that you know. If its keys are lost, revoke it and enrol it anew."
            ),
        )


def _person(name: str) -> str:
    return " ".join(name.casefold().split())


def _forged() -> Damaged:
    return Damaged(
        Message("The list of peers was changed by something else than this program."),
        action=Message("Put back a copy of the exchange file, and enrol later changes again."),
    )
