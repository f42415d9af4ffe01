"""What one HTTP request between centres carries: parcels one way, what became of each the other way."""

from __future__ import annotations

from typing import Annotated

import msgspec

from qroc_desktop.sync import parcel
from qroc_desktop.sync.refusals import Code, Rejected

PARCELS = "/parcels"
HERE = "/here"
MEDIA_TYPE = "application/vnd.qroc.parcels"
MOST_PARCELS = 64
MOST_REQUEST = parcel.MOST_BYTES + 64 * 1024
MOST_RESPONSE = 8 * 1024 * 1024

_Code = Annotated[str, msgspec.Meta(max_length=40)]


class Outcome(msgspec.Struct, frozen=True, array_like=True):
    """Of one parcel: why it was rejected, or what is answered."""

    code: _Code = ""
    replies: tuple[bytes, ...] = ()


Request = Annotated[list[bytes], msgspec.Meta(min_length=1, max_length=MOST_PARCELS)]


def request(parcels: list[bytes]) -> bytes:
    """The body of a request."""
    return msgspec.msgpack.encode(parcels)


def read_request(body: bytes) -> list[bytes]:
    """Raises Rejected with NOT_A_PARCEL."""
    try:
        return msgspec.msgpack.decode(body, type=Request)
    except (msgspec.DecodeError, RecursionError) as error:
        raise Rejected(Code.NOT_A_PARCEL) from error


def response(outcomes: list[Outcome]) -> bytes:
    """The body of a response."""
    return msgspec.msgpack.encode(outcomes)


def read_response(body: bytes, count: int) -> list[Outcome] | None:
    """What became of `count` parcels; None for something that is no such response."""
    try:
        outcomes = msgspec.msgpack.decode(body, type=list[Outcome])
    except (msgspec.DecodeError, RecursionError):
        return None
    return outcomes if len(outcomes) == count else None


def rejection(code: str) -> Rejected:
    """The code that the other side gave; one that this version does not know is of a newer format."""
    try:
        return Rejected(Code(code))
    except ValueError:
        return Rejected(Code.UNKNOWN_FORMAT)
