"""Which files an item may have, told by their content and never by their name."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple

from qroc_desktop.errors import Message, Refused

HEAD: Final = 4096
"""Bytes from the beginning that a kind is told by."""


class Media(StrEnum):
    """A kind of file."""

    JPEG = "jpeg"
    PNG = "png"
    GIF = "gif"
    WEBP = "webp"
    PDF = "pdf"
    MP4 = "mp4"
    WEBM = "webm"


class Spec(NamedTuple):
    """`type`: as MIME has it. `word`: what such a file is called when it travels without its name."""

    type: str
    suffix: str
    word: str


SPECS: Final = {
    Media.JPEG: Spec("image/jpeg", ".jpg", "photo"),
    Media.PNG: Spec("image/png", ".png", "picture"),
    Media.GIF: Spec("image/gif", ".gif", "picture"),
    Media.WEBP: Spec("image/webp", ".webp", "picture"),
    Media.PDF: Spec("application/pdf", ".pdf", "document"),
    Media.MP4: Spec("video/mp4", ".mp4", "video"),
    Media.WEBM: Spec("video/webm", ".webm", "video"),
}
PHOTOS: Final = frozenset({Media.JPEG, Media.PNG, Media.GIF, Media.WEBP})
VIDEOS: Final = frozenset({Media.MP4, Media.WEBM})
ALL: Final = "JPEG, PNG, GIF, WebP, PDF, MP4, MOV, WebM"

_STILL_BRANDS: Final = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis", b"crx ")
_PNG: Final = b"\x89PNG\r\n\x1a\n"


def media_of(head: bytes) -> Media | None:
    """The kind of a file by its first `HEAD` bytes; None for one that an item cannot have.

    Signatures stand at the very beginning: a file that is two things at once is read as what it begins with.
    """
    if head.startswith(b"\xff\xd8\xff"):
        return Media.JPEG
    if head.startswith(_PNG):
        return Media.PNG
    if head.startswith((b"GIF87a", b"GIF89a")):
        return Media.GIF
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return Media.WEBP
    if head.startswith(b"%PDF-"):
        return Media.PDF
    if head[4:8] == b"ftyp" and head[8:12] not in _STILL_BRANDS:
        return Media.MP4
    if head.startswith(b"\x1a\x45\xdf\xa3") and b"webm" in head[:64]:
        return Media.WEBM
    return None


def media_named(media_type: str) -> Media | None:
    """The kind of a MIME type; None where it is none of ours."""
    return next((kind for kind, spec in SPECS.items() if spec.type == media_type), None)


def required_media(head: bytes, where: str) -> Media:
    """The kind of a file that somebody wants to attach. Raises Refused for every other."""
    found = media_of(head)
    if found is None:
        raise Refused(
            Message("This kind of file cannot be attached; possible are {kinds}.", kinds=ALL),
            where=where,
            action=Message("Save it as one of these first."),
        )
    return found
