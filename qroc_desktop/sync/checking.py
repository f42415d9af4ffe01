"""Everything that is looked at before a bundle is taken in; nothing is stored here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from qroc_desktop.domain.instant import Clock, Instant
from qroc_desktop.domain.vocabulary import WorkspaceKind
from qroc_desktop.sync import audit, envelope, hlc, sealing
from qroc_desktop.sync.bundle import TYPE, WITHDRAWN_TYPE, Kind, Manifest, bundle_id, read_manifest
from qroc_desktop.sync.content import Content, Opened, read
from qroc_desktop.sync.encoding import decoded, sha256
from qroc_desktop.sync.identity import Identity
from qroc_desktop.sync.invitation import Contact
from qroc_desktop.sync.letters import Codes, check_form
from qroc_desktop.sync.refusals import Code, Rejected
from qroc_desktop.sync.roster import Peer, Roster


class Authentic(msgspec.Struct, frozen=True):
    """A manifest that an active peer signed, for us. withdrawn: its sender says that there will be no content."""

    bundle: str
    manifest: Manifest
    peer: Peer
    signed: bytes
    withdrawn: bool = False


class Checks:
    """The checks of one centre."""

    def __init__(self, identity: Identity, clock: Clock, roster: Roster, mode: WorkspaceKind) -> None:
        self._identity = identity
        self._clock = clock
        self._roster = roster
        self._mode = mode
        self.codes = Codes()

    def authentic(self, signed: bytes, carrier: str | None) -> Authentic:
        """Who wrote it, and whether for us. carrier: the centre that the transport proved, if it proves any.

        Raises Rejected; nothing about such a parcel can be believed, not even whom it claims to be from.
        """
        read_envelope = envelope.read(signed)
        data = read_envelope.body
        manifest = read_manifest(data)
        if manifest.recipient != self._identity.centre:
            raise Rejected(Code.WRONG_RECIPIENT)
        withdrawn = read_envelope.payloadType == WITHDRAWN_TYPE
        peer = self._roster.signed_by(manifest.sender, read_envelope, WITHDRAWN_TYPE if withdrawn else TYPE)
        if carrier is not None and carrier != manifest.sender:
            raise Rejected(Code.WRONG_CARRIER, peer.name)
        return Authentic(bundle_id(data), manifest, peer, signed, withdrawn)

    def expired(self, manifest: Manifest) -> bool:
        """Whether it came too late, by more than clocks may differ."""
        return manifest.expired(self._clock(), grace=hlc.ALLOWED_SKEW)

    def belonging(self, manifest: Manifest, chunks: Sequence[bytes]) -> dict[str, bytes]:
        """The chunks by hash. Raises Rejected with FOREIGN_CHUNK for one that the manifest does not name."""
        sizes = {chunk.sha256: chunk.size for chunk in manifest.chunks}
        found = {sha256(chunk): chunk for chunk in chunks}
        if any(sizes.get(digest) != len(chunk) for digest, chunk in found.items()):
            raise Rejected(Code.FOREIGN_CHUNK)
        return found

    def opened(self, manifest: Manifest, chunks: Mapping[str, bytes]) -> Opened:
        """Decrypt and read all of it. Raises Rejected."""
        plain = sealing.unseal_for(self._identity, [chunks[chunk.sha256] for chunk in manifest.chunks])
        opened = read(plain)
        content = opened.content
        if (content.sender, content.recipient, content.kind) != (manifest.sender, manifest.recipient, manifest.kind):
            raise Rejected(Code.OTHER_BUNDLE)
        if content.mode is not self._mode:
            raise Rejected(Code.OTHER_MODE)
        if (content.receipt is not None) != (manifest.kind is Kind.RECEIPT):
            raise Rejected(Code.BAD_CONTENT)
        if (content.head is not None) != (manifest.kind is Kind.HEAD):
            raise Rejected(Code.BAD_CONTENT)
        if (content.contact is not msgspec.UNSET) != (manifest.kind is Kind.CONTACT):
            raise Rejected(Code.BAD_CONTENT)
        self._letter(content)
        if content.head is not None:
            self.head(manifest.sender, content.head)
        return opened

    def confirm_contact(self, centre: str, contact: Contact, at: Instant) -> None:
        """Take up what a peer says of its contact data."""
        self._roster.confirm(centre, contact, at)

    def _letter(self, content: Content) -> None:
        letter = None if content.letter is msgspec.UNSET else content.letter
        check_form(content.kind, letter, content.answers)
        if letter is not None:
            self.codes.check(letter)

    def head(self, centre: str, data: bytes) -> audit.Head:
        """The head of a peer's log, if the peer signed it. Raises Rejected with BAD_CONTENT."""
        try:
            signed = envelope.read(data)
            self._roster.signed_by(centre, signed, audit.HEAD_TYPE)
            head = decoded(signed.body, audit.Head)
        except Rejected as rejection:
            raise Rejected(Code.BAD_CONTENT) from rejection
        if head.centre != centre:
            raise Rejected(Code.BAD_CONTENT)
        return head

    def early(self, manifest: Manifest) -> bool:
        """Whether its sender's clock is further ahead of ours than clocks may differ.

        Asked is the sender's own clock and not its hybrid stamp, which may come from a third centre's fast clock.
        """
        return manifest.created > self._clock() + hlc.ALLOWED_SKEW

    def now(self) -> Instant:
        """The time of this centre."""
        return self._clock()
