"""Bytes that are signed or hashed: JSON as msgspec writes it, read strictly and within bounds."""

from __future__ import annotations

import hashlib
from typing import Any, TypeVar

import msgspec

from qroc_desktop.sync.refusals import Code, Rejected

T = TypeVar("T")


class Document(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What all signed documents share. `format` is raised when an older program must not read it."""

    format: int = 1


class _Version(msgspec.Struct):
    format: int


_encoder = msgspec.json.Encoder(order="deterministic")


def encoded(value: Any) -> bytes:
    """JSON without white space, fields in a fixed order. What is signed are these bytes, never a rewriting of them."""
    return _encoder.encode(value)


def decoded(data: bytes, kind: type[T], *, bad: Code = Code.MALFORMED, newest: int = 1) -> T:
    """Read a document of a format that this version knows.

    Raises Rejected: UNKNOWN_FORMAT for a newer one, `bad` for anything that is not a document of this kind.
    """
    try:
        version = msgspec.json.decode(data, type=_Version).format
        if version > newest:
            raise Rejected(Code.UNKNOWN_FORMAT)
        if version < 1:
            raise Rejected(bad)
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise Rejected(bad) from error


def sha256(data: bytes) -> str:
    """64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()
