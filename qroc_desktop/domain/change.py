"""Changes: the immutable facts that a workspace is made of."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

import msgspec

from qroc_desktop.domain.aspects import ASPECT_TYPES, SUBJECT_ASPECTS, AspectValue
from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.vocabulary import Aspect, SubjectType

Patch = Mapping[Aspect, AspectValue | None]
"""The aspects that a change sets; None clears one."""


class ChangeError(ValueError):
    """A change that is not about what it says it is about."""


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A change as somebody proposes it, before the workspace records it.

    `valid_at`: when it was true; None means from the moment it is recorded.
    `bases`: for each aspect, the `seq` of the version the author was looking at (0: there was none).
    An aspect not named is written without that check.
    """

    subject_type: SubjectType
    subject: str
    patch: Patch
    valid_at: Instant | None = None
    bases: Mapping[Aspect, int] = {}


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A recorded change. `seq` is gapless within a workspace file and orders everything in it."""

    seq: int
    batch: str
    subject_type: SubjectType
    subject: str
    patch: Patch
    valid_at: Instant
    recorded_at: Instant
    author: str
    bases: Mapping[Aspect, int] = {}


_encoder = msgspec.json.Encoder(order="deterministic")
_decoders = {aspect: msgspec.json.Decoder(kind) for aspect, kind in ASPECT_TYPES.items()}
_names = {str(aspect): aspect for aspect in Aspect}
_raw = msgspec.json.Decoder(dict[str, msgspec.Raw])


def check_patch(subject_type: SubjectType, patch: Patch) -> None:
    """Raise ChangeError unless every aspect belongs to the subject and has its own type of value."""
    if not patch:
        raise ChangeError("a change that changes nothing")
    for aspect, value in patch.items():
        if aspect not in SUBJECT_ASPECTS[subject_type]:
            raise ChangeError(f"{subject_type} has no aspect {aspect}")
        if value is not None and type(value) is not ASPECT_TYPES[aspect]:
            raise ChangeError(f"{aspect} does not hold a {type(value).__name__}")


def encode_patch(patch: Patch) -> bytes:
    """Deterministic JSON: aspects by name, defaults left out."""
    return _encoder.encode({str(aspect): value for aspect, value in patch.items()})


def decode_patch(data: bytes | str, only: Container[Aspect] | None = None) -> dict[Aspect, AspectValue | None]:
    """Inverse of encode_patch; aspects that this version does not know are left out, and those not in `only`.

    Raises msgspec.DecodeError or msgspec.ValidationError for what was not written by encode_patch.
    """
    decoded: dict[Aspect, Any] = {}
    for name, raw in _raw.decode(data).items():
        aspect = _names.get(name)
        if aspect is None or (only is not None and aspect not in only):
            continue
        decoded[aspect] = None if bytes(raw) == b"null" else _decoders[aspect].decode(raw)
    return decoded
