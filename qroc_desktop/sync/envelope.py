"""Signatures over exact bytes: DSSE (Dead Simple Signing Envelope, protocol version 1) with Ed25519.

What is signed is the payload's type and the payload itself (PAE), so that no document can pass for one of another
type and nothing has to be brought into a canonical form.
"""

from __future__ import annotations

import base64
import functools
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from qroc_desktop.sync.refusals import Code, Rejected

MOST_BYTES = 4 * 1024 * 1024
"""Manifests list at most some thousand chunks; an envelope that is larger is refused before it is parsed."""
MOST_SIGNATURES = 4


class Signature(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One signature; `keyid` is a hint and proves nothing."""

    keyid: Annotated[str, msgspec.Meta(max_length=64)]
    sig: Annotated[str, msgspec.Meta(max_length=128)]


class Envelope(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The JSON form of a DSSE envelope."""

    payload: str
    payloadType: Annotated[str, msgspec.Meta(max_length=200)]
    signatures: Annotated[tuple[Signature, ...], msgspec.Meta(min_length=1, max_length=MOST_SIGNATURES)]

    @property
    def body(self) -> bytes:
        """The payload's bytes, not yet verified. Raises Rejected where they are not base64."""
        return _unbase64(self.payload)


def pae(payload_type: str, payload: bytes) -> bytes:
    """The bytes that a signature is made over (DSSE's pre-authentication encoding)."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def key_id(public: bytes) -> str:
    """The name of a signing key in envelopes: 16 hexadecimal digits."""
    return hashlib.sha256(b"qroc-key\0" + public).hexdigest()[:16]


def signed(payload_type: str, payload: bytes, keys: Sequence[Ed25519PrivateKey]) -> bytes:
    """The envelope's bytes, signed with each of the keys."""
    message = pae(payload_type, payload)
    signatures = tuple(
        Signature(key_id(key.public_key().public_bytes_raw()), _base64(key.sign(message))) for key in keys
    )
    return msgspec.json.encode(Envelope(_base64(payload), payload_type, signatures))


def read(data: bytes) -> Envelope:
    """Parse an envelope without believing it. Raises Rejected."""
    if len(data) > MOST_BYTES:
        raise Rejected(Code.TOO_LARGE)
    try:
        return msgspec.json.decode(data, type=Envelope)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise Rejected(Code.MALFORMED) from error


def signers(envelope: Envelope, payload_type: str, keys: Iterable[bytes]) -> set[bytes]:
    """Those of the public keys (32 bytes each) that signed this payload as this type."""
    if envelope.payloadType != payload_type:
        raise Rejected(Code.MALFORMED)
    message = pae(envelope.payloadType, envelope.body)
    candidates: Mapping[str, bytes] = {key_id(key): key for key in keys}
    found = set()
    for signature in envelope.signatures:
        key = candidates.get(signature.keyid)
        if key is not None and _valid(key, _unbase64(signature.sig), message):
            found.add(key)
    return found


def opened(data: bytes, payload_type: str, key: bytes) -> bytes:
    """The payload of an envelope signed by this one key. Raises Rejected with BAD_SIGNATURE otherwise."""
    envelope = read(data)
    if key not in signers(envelope, payload_type, [key]):
        raise Rejected(Code.BAD_SIGNATURE)
    return envelope.body


@functools.lru_cache(maxsize=64)  # a bundle is checked again within the transaction that records it
def _valid(key: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _unbase64(text: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise Rejected(Code.MALFORMED) from error
    if _base64(data) != text:  # one spelling only, so that no byte of an envelope can be changed unnoticed
        raise Rejected(Code.MALFORMED)
    return data
