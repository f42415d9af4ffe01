"""Content closed for one centre: compressed (zstd), encrypted (age, X25519), cut into chunks named by their hash."""

from __future__ import annotations

from collections.abc import Sequence
from io import BufferedIOBase
from typing import BinaryIO, cast

import pyrage
import zstandard
from pyrage import x25519

from qroc_desktop.sync.identity import Identity
from qroc_desktop.sync.refusals import Code, Rejected

CHUNK_BYTES = 1024 * 1024
MOST_PLAIN_BYTES = 320 * 1024 * 1024
"""No content unpacks to more; short videos fit, a decompression bomb does not."""
MOST_SEALED_BYTES = 256 * 1024 * 1024
MOST_CHUNKS = MOST_SEALED_BYTES // CHUNK_BYTES
_WINDOW_BYTES = 8 * 1024 * 1024
_LEVEL = 3


def seal(plain: bytes, recipients: Sequence[str]) -> list[bytes]:
    """Chunks of 1 MiB (the last may be shorter) that only the holders of these age keys (`age1...`) can open."""
    return seal_parts([plain], recipients)


def seal_parts(parts: Sequence[bytes], recipients: Sequence[str]) -> list[bytes]:
    """The same for a content in parts, which are never put together: beside them memory holds the chunks alone."""
    size = sum(map(len, parts))
    if size > MOST_PLAIN_BYTES:
        raise Rejected(Code.TOO_LARGE)
    compressor = zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True)
    cutting = _Cutting()
    keys = [x25519.Recipient.from_str(recipient) for recipient in recipients]
    # Of files these libraries use nothing but read and write.
    with compressor.stream_reader(cast("BinaryIO", _Joined(parts)), size=size) as compressed:
        pyrage.encrypt_io(cast("BufferedIOBase", compressed), cast("BufferedIOBase", cutting), keys)
    chunks = cutting.finished()
    if sum(map(len, chunks)) > MOST_SEALED_BYTES:
        raise Rejected(Code.TOO_LARGE)
    return chunks


class _Joined:
    """Parts, read one behind the other."""

    def __init__(self, parts: Sequence[bytes]) -> None:
        self._rest = [memoryview(part) for part in reversed(parts) if part]

    def read(self, size: int) -> bytes:
        """At most so many bytes; none at the end."""
        if not self._rest:
            return b""
        part = self._rest.pop()
        if len(part) > size:
            self._rest.append(part[size:])
        return bytes(part[:size])


class _Cutting:
    """Takes what is written to it as chunks."""

    def __init__(self) -> None:
        self._chunks: list[bytes] = []
        self._open = bytearray()

    def write(self, data: bytes) -> int:
        """All of it is taken."""
        self._open += data
        while len(self._open) >= CHUNK_BYTES:
            self._chunks.append(bytes(self._open[:CHUNK_BYTES]))
            del self._open[:CHUNK_BYTES]
        return len(data)

    def flush(self) -> None:
        """Nothing waits."""

    def finished(self) -> list[bytes]:
        """All chunks."""
        return [*self._chunks, bytes(self._open)] if self._open else self._chunks


def unseal(chunks: Sequence[bytes], identities: Sequence[x25519.Identity], limit: int = MOST_PLAIN_BYTES) -> bytes:
    """The content. Raises Rejected: CANNOT_DECRYPT, EXPANDS_TOO_MUCH or BAD_CONTENT."""
    try:
        compressed = pyrage.decrypt(b"".join(chunks), list(identities))
    except pyrage.DecryptError as error:
        raise Rejected(Code.CANNOT_DECRYPT) from error
    return _expanded(compressed, limit)


def unseal_for(identity: Identity, chunks: Sequence[bytes]) -> bytes:
    """The content of what was sealed for this centre. Raises Rejected as `unseal`.

    Peers may seal for renewed keys before this process has taken those over: before it says that none of its keys
    opens something, the keystore is looked at once more.
    """
    keys = identity.keys
    try:
        return unseal(chunks, identity.opening_keys())
    except Rejected as rejection:
        if rejection.code is not Code.CANNOT_DECRYPT or not identity.renewed_since(keys):
            raise
    return unseal(chunks, identity.opening_keys())


def _expanded(compressed: bytes, limit: int) -> bytes:
    # The frame must say its size, which is the sender's word: enough to refuse it, and else counted is what comes out.
    decompressor = zstandard.ZstdDecompressor(max_window_size=_WINDOW_BYTES)
    parts, total = [], 0
    try:
        size = zstandard.frame_content_size(compressed)
        if size > limit:
            raise Rejected(Code.EXPANDS_TOO_MUCH)
        with decompressor.stream_reader(compressed, read_across_frames=True) as reader:
            while part := reader.read(min(CHUNK_BYTES, size + 1 - total)):
                parts.append(part)
                total += len(part)
    except zstandard.ZstdError as error:
        raise Rejected(Code.BAD_CONTENT) from error
    if total != size:
        raise Rejected(Code.BAD_CONTENT)
    return b"".join(parts)
