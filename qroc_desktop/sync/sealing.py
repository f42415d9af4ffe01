"""Content closed for one centre: compressed (zstd), encrypted (age, X25519), cut into chunks named by their hash."""

from __future__ import annotations

from collections.abc import Sequence

import pyrage
import zstandard
from pyrage import x25519

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
    compressed = zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True).compress(plain)
    sealed = pyrage.encrypt(compressed, [x25519.Recipient.from_str(recipient) for recipient in recipients])
    if len(plain) > MOST_PLAIN_BYTES or len(sealed) > MOST_SEALED_BYTES:
        raise Rejected(Code.TOO_LARGE)
    return [sealed[at : at + CHUNK_BYTES] for at in range(0, len(sealed), CHUNK_BYTES)]


def unseal(chunks: Sequence[bytes], identities: Sequence[x25519.Identity], limit: int = MOST_PLAIN_BYTES) -> bytes:
    """The content. Raises Rejected: CANNOT_DECRYPT, EXPANDS_TOO_MUCH or BAD_CONTENT."""
    try:
        compressed = pyrage.decrypt(b"".join(chunks), list(identities))
    except pyrage.DecryptError as error:
        raise Rejected(Code.CANNOT_DECRYPT) from error
    return _expanded(compressed, limit)


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
