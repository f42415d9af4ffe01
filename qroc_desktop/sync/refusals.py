"""Why a parcel is not taken in: a code for programs and one plain line for people."""

from __future__ import annotations

from enum import StrEnum

from qroc_desktop.errors import Message, Refused


class Code(StrEnum):
    """Reasons for not taking in a parcel; the values travel between centres and are never changed."""

    NOT_A_PARCEL = "not-a-parcel"
    DAMAGED = "damaged"
    TOO_LARGE = "too-large"
    UNKNOWN_FORMAT = "unknown-format"
    MALFORMED = "malformed"
    UNKNOWN_PEER = "unknown-peer"
    NOT_APPROVED = "not-approved"
    REVOKED = "revoked"
    OLD_KEY = "old-key"
    BAD_SIGNATURE = "bad-signature"
    WRONG_RECIPIENT = "wrong-recipient"
    WRONG_CARRIER = "wrong-carrier"
    FOREIGN_CHUNK = "foreign-chunk"
    SEQUENCE_REUSED = "sequence-reused"
    CHAIN_BROKEN = "chain-broken"
    TOO_FAR_AHEAD = "too-far-ahead"
    EXPIRED = "expired"
    CANNOT_DECRYPT = "cannot-decrypt"
    EXPANDS_TOO_MUCH = "expands-too-much"
    BAD_CONTENT = "bad-content"
    OTHER_BUNDLE = "other-bundle"
    OTHER_MODE = "other-mode"
    BASE_MISSING = "base-missing"
    WITHDRAWN = "withdrawn"
    UNKNOWN_CODE = "unknown-code"
    NOT_ASKED = "not-asked"


CODES = frozenset(str(code) for code in Code)
"""Their values."""

MESSAGES: dict[Code, Message] = {
    Code.NOT_A_PARCEL: Message("This is not a parcel of QROC."),
    Code.DAMAGED: Message("The parcel was damaged or cut short on its way."),
    Code.TOO_LARGE: Message("The parcel is larger than a parcel may be."),
    Code.UNKNOWN_FORMAT: Message("The bundle is from a newer version of the program, which this one cannot read."),
    Code.MALFORMED: Message("The bundle's manifest is not what a manifest has to be."),
    Code.UNKNOWN_PEER: Message("The sender is not enrolled here."),
    Code.NOT_APPROVED: Message("The sender has not been approved by two officers yet."),
    Code.REVOKED: Message("The sender was revoked; nothing is taken from it any more."),
    Code.OLD_KEY: Message("The bundle is signed with a key of the sender that is no longer valid."),
    Code.BAD_SIGNATURE: Message("The signature is not the sender's: somebody changed the bundle or pretends."),
    Code.WRONG_RECIPIENT: Message("The bundle is meant for another centre."),
    Code.WRONG_CARRIER: Message("The bundle was delivered by a centre that did not write it."),
    Code.FOREIGN_CHUNK: Message("The parcel holds data that its manifest does not name."),
    Code.SEQUENCE_REUSED: Message("The sender has already sent another bundle under this number."),
    Code.CHAIN_BROKEN: Message("The bundle does not follow the one that came before it from this sender."),
    Code.TOO_FAR_AHEAD: Message("Too many earlier bundles of this sender are missing."),
    Code.EXPIRED: Message("The bundle's time had run out before it arrived."),
    Code.CANNOT_DECRYPT: Message("The bundle cannot be opened with the keys of this centre."),
    Code.EXPANDS_TOO_MUCH: Message("The bundle would unpack to more than is allowed."),
    Code.BAD_CONTENT: Message("What is inside the bundle cannot be read."),
    Code.OTHER_BUNDLE: Message("What is inside belongs to another bundle than its manifest."),
    Code.OTHER_MODE: Message("An exercise and the live picture are never mixed; the bundle is of the other kind."),
    Code.BASE_MISSING: Message("The bundle continues one that was not received here."),
    Code.WITHDRAWN: Message("Its sender withdrew the bundle before it was delivered; it has no content."),
    Code.UNKNOWN_CODE: Message("The letter uses a code of law that this program does not have, or lacks one it needs."),
    Code.NOT_ASKED: Message("The letter belongs to no request between these two centres, or is not its sender's."),
}

RETRIED = frozenset(
    {Code.NOT_A_PARCEL, Code.DAMAGED, Code.TOO_FAR_AHEAD, Code.UNKNOWN_PEER, Code.NOT_APPROVED, Code.WRONG_CARRIER}
)
"""What may be otherwise at the next attempt; the sender goes on trying. Everything else stops and alarms."""

NOTHING_TAKEN_IN = Message("Nothing was taken in.")

_WHAT_TO_DO: dict[Code, Message] = {
    Code.UNKNOWN_FORMAT: Message("Update the program."),
    Code.BAD_SIGNATURE: Message("Call the centre by telephone before you trust anything from it."),
    Code.SEQUENCE_REUSED: Message("Call the centre: it may have gone back to an old copy of its files."),
    Code.CHAIN_BROKEN: Message("Call the centre: it may have gone back to an old copy of its files."),
    Code.BASE_MISSING: Message("Ask the centre for a new snapshot."),
    Code.EXPIRED: Message("Ask the centre for a new snapshot."),
    Code.UNKNOWN_CODE: Message("Compare the versions of the program with the other centre."),
}


class Rejected(Refused):
    """A parcel that is not taken in; `code` says why to the program on the other side."""

    def __init__(self, code: Code, where: str = "") -> None:
        self.code = code
        super().__init__(MESSAGES[code], where=where, kept=NOTHING_TAKEN_IN, action=_WHAT_TO_DO.get(code))

    @property
    def retried(self) -> bool:
        """Whether the sender should try again by itself."""
        return self.code in RETRIED
