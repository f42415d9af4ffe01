"""One byte string that any transport carries: a signed envelope and the sealed chunks that go along with it.

    QROCPAR1 | length of envelope (4 bytes) | envelope | number of chunks (2) | { length (4) | chunk } | SHA-256 (32)

The checksum proves nothing about the sender. It tells what was damaged on the way, and is sent again, from what
somebody changed, and is refused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import msgspec

from qroc_desktop.sync import envelope
from qroc_desktop.sync.refusals import Code, Rejected
from qroc_desktop.sync.sealing import CHUNK_BYTES

MAGIC = b"QROCPAR1"
_FAMILY = b"QROCPAR"
CHUNKS_PER_PARCEL = 8
MOST_BYTES = len(MAGIC) + 4 + envelope.MOST_BYTES + 2 + CHUNKS_PER_PARCEL * (4 + CHUNK_BYTES) + 32
_CHECKSUM = 32


class Parcel(msgspec.Struct, frozen=True):
    """An envelope as bytes, and chunks."""

    envelope: bytes
    chunks: tuple[bytes, ...] = ()


def packed(signed: bytes, chunks: Sequence[bytes] = ()) -> bytes:
    """The parcel's bytes."""
    parts = [MAGIC, len(signed).to_bytes(4, "big"), signed, len(chunks).to_bytes(2, "big")]
    for chunk in chunks:
        parts += [len(chunk).to_bytes(4, "big"), chunk]
    body = b"".join(parts)
    return body + hashlib.sha256(body).digest()


def unpacked(data: bytes) -> Parcel:
    """Raises Rejected: TOO_LARGE, NOT_A_PARCEL, UNKNOWN_FORMAT, DAMAGED or MALFORMED."""
    if len(data) > MOST_BYTES:
        raise Rejected(Code.TOO_LARGE)
    body, checksum = data[:-_CHECKSUM], data[-_CHECKSUM:]
    whole = hashlib.sha256(body).digest() == checksum
    if not body.startswith(MAGIC):
        if whole and body.startswith(_FAMILY):
            raise Rejected(Code.UNKNOWN_FORMAT)
        raise Rejected(Code.DAMAGED if data.startswith(_FAMILY) or whole else Code.NOT_A_PARCEL)
    if not whole:
        raise Rejected(Code.DAMAGED)
    reader = _Reader(body, len(MAGIC))
    signed = reader.take(reader.number(4), envelope.MOST_BYTES)
    count = reader.number(2)
    if count > CHUNKS_PER_PARCEL:
        raise Rejected(Code.MALFORMED)
    chunks = tuple(reader.take(reader.number(4), CHUNK_BYTES) for _ in range(count))
    reader.end()
    return Parcel(signed, chunks)


class _Reader:
    """Takes parts off a byte string and refuses to go beyond its end."""

    def __init__(self, data: bytes, at: int) -> None:
        self._data = data
        self._at = at

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size, size), "big")

    def take(self, size: int, most: int) -> bytes:
        end = self._at + size
        if size > most or end > len(self._data):
            raise Rejected(Code.MALFORMED)
        part = self._data[self._at : end]
        self._at = end
        return part

    def end(self) -> None:
        if self._at != len(self._data):
            raise Rejected(Code.MALFORMED)
