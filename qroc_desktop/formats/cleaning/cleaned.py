"""One way into the modules that clean, a module a kind."""

from __future__ import annotations

from typing import BinaryIO

import msgspec

from qroc_desktop.errors import Message, QrocError, Refused
from qroc_desktop.formats.media import HEAD, PHOTOS, SPECS, VIDEOS, Media, media_of


class Cleaned(msgspec.Struct, frozen=True, kw_only=True):
    """A copy. The same file gives the same bytes each time. notes: what is not in it though one could have seen it."""

    data: bytes
    media: Media
    notes: tuple[Message, ...] = ()

    @property
    def type(self) -> str:
        """As MIME has it."""
        return SPECS[self.media].type


def cleaned(stream: BinaryIO, where: str = "") -> Cleaned:
    """A copy without anything that is not seen or heard. Raises Refused where none can be made."""
    head = stream.read(HEAD)
    stream.seek(0)
    media = media_of(head)
    try:
        return _cleaned(stream, media)
    except QrocError as error:
        raise Refused(error.what, where=where) from error
    except MemoryError:
        raise Refused(Message("There is not enough memory to clean it."), where=where) from None


def _cleaned(stream: BinaryIO, media: Media | None) -> Cleaned:
    if media in PHOTOS:
        from qroc_desktop.formats.cleaning import photo

        data, kept, notes = photo.cleaned(stream, media)
        return Cleaned(data=data, media=kept, notes=notes)
    if media is Media.PDF:
        from qroc_desktop.formats.cleaning import pdf

        data, notes = pdf.cleaned(stream)
        return Cleaned(data=data, media=media, notes=notes)
    if media in VIDEOS:
        from qroc_desktop.formats.cleaning import video

        data, notes = video.cleaned(stream, media)
        return Cleaned(data=data, media=media, notes=notes)
    raise Refused(Message("This kind of file cannot be cleaned."))
