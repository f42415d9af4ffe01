"""The outside of a bundle: what its carrier may see, and what the signature is under.

Nothing of the content stands here: no title, no marking, not even how many items there are. The hashes name the
sealed chunks. A bundle's id is the SHA-256 of the manifest's exact bytes.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

from qroc_desktop.domain.instant import Instant
from qroc_desktop.sync.encoding import Document, decoded, encoded, sha256
from qroc_desktop.sync.hlc import LARGEST
from qroc_desktop.sync.identity import CentreId
from qroc_desktop.sync.sealing import CHUNK_BYTES, MOST_CHUNKS

TYPE = "application/vnd.qroc.manifest+json"
WITHDRAWN_TYPE = "application/vnd.qroc.withdrawn+json"
"""A manifest signed a second time, as this type, says: withdrawn before it was delivered, there will be no content."""
ACKNOWLEDGEMENT_TYPE = "application/vnd.qroc.acknowledgement+json"

Hash = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
BundleId = Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{64})?$")]
Stamp = Annotated[int, msgspec.Meta(ge=0, le=LARGEST)]
Time = Annotated[int, msgspec.Meta(ge=-(2**60), le=2**60)]


class Kind(StrEnum):
    """What a bundle is for."""

    SNAPSHOT = "snapshot"
    DELTA = "delta"
    WITHDRAWAL = "withdrawal"
    RECEIPT = "receipt"
    REQUEST = "request"
    ANSWER = "answer"
    HEAD = "head"
    CONTACT = "contact"


CONTINUES = frozenset({Kind.DELTA, Kind.WITHDRAWAL})
"""Kinds that need the bundle they name in `replaces`."""
BY_THE_PROGRAM = frozenset({Kind.RECEIPT, Kind.HEAD, Kind.CONTACT})
"""Kinds that the exchange deals with itself; nobody applies them to a workspace."""
FOR_PEOPLE = "kind NOT IN ({})".format(", ".join(f"'{kind}'" for kind in sorted(BY_THE_PROGRAM)))
"""All others, as a condition for the tables of the outbox and the inbox."""


class Chunk(msgspec.Struct, frozen=True, array_like=True):
    """A sealed chunk: its hash and its size in bytes."""

    sha256: Hash
    size: Annotated[int, msgspec.Meta(ge=1, le=CHUNK_BYTES)]


class Manifest(Document, frozen=True, kw_only=True):
    """`seq` counts from 1 without a gap for each (from, to); `prev` is the id of the bundle before, empty for the
    first. `hlc`: hybrid logical stamp. `replaces`: the bundle that this one continues, withdraws or takes the place of.
    """

    kind: Kind
    sender: CentreId = msgspec.field(name="from")
    recipient: CentreId = msgspec.field(name="to")
    seq: Annotated[int, msgspec.Meta(ge=1, le=2**53)]
    prev: BundleId
    hlc: Stamp
    created: Time
    expires: Time | None = None
    replaces: BundleId = ""
    chunks: Annotated[tuple[Chunk, ...], msgspec.Meta(min_length=1, max_length=MOST_CHUNKS)]

    def expired(self, now: Instant, grace: int = 0) -> bool:
        """Whether its time has run out, by `grace` microseconds at least."""
        return self.expires is not None and now >= self.expires + grace

    def to_bytes(self) -> bytes:
        """The bytes that are hashed and signed."""
        return encoded(self)


def read_manifest(data: bytes) -> Manifest:
    """Raises Rejected with UNKNOWN_FORMAT or MALFORMED."""
    return decoded(data, Manifest)


def bundle_id(manifest: bytes) -> str:
    """The id of the bundle with these manifest bytes."""
    return sha256(manifest)


class Answer(StrEnum):
    """What a centre says at once about a parcel it got."""

    STORED = "stored"
    WAITING = "waiting"
    LACKING = "lacking"
    REFUSED = "refused"


class Acknowledgement(Document, frozen=True, kw_only=True):
    """Signed answer to a parcel; it stands outside the sequence and can be given any number of times.

    stored: it is on the disk here and need not be sent again. waiting: it is not acknowledged yet, `code` says what
    for (`gap`, with `seq` the number that is missing, or `clock`). lacking: send these chunks. refused: `code`; where
    it is for its number, `seq` and `last` are number and id of the newest bundle of its sender that is here.
    """

    sender: CentreId = msgspec.field(name="from")
    recipient: CentreId = msgspec.field(name="to")
    bundle: Hash
    answer: Answer
    code: Annotated[str, msgspec.Meta(max_length=40)] = ""
    seq: int = 0
    last: BundleId = ""
    chunks: Annotated[tuple[Hash, ...], msgspec.Meta(max_length=MOST_CHUNKS)] = ()
    at: Time
