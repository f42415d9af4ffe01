"""Small pictures of attached files, as PNG; made from the pixels alone, and only of what can be decoded."""

from __future__ import annotations

import io
from typing import Any, BinaryIO

from qroc_desktop.errors import QrocError
from qroc_desktop.formats.media import PHOTOS, VIDEOS, Media

_MOST_FRAMES = 50
"""A video that shows nothing within so many packets gets no small picture."""


def thumbnail(stream: BinaryIO, media: Media | None, side: int) -> bytes | None:
    """A PNG of at most `side` pixels a side, the right way up; None where none can be made."""
    try:
        if media in PHOTOS:
            return _of_photo(stream, media, side)
        if media in VIDEOS:
            return _of_video(stream, side)
    except QrocError:
        return None
    except Exception:  # decoders raise whatever they like for what is no picture
        return None
    return None


def _of_photo(stream: BinaryIO, media: Media, side: int) -> bytes:
    from qroc_desktop.formats.cleaning import photo

    image, _ = photo.opened(stream, media)
    image.draft("RGB", (side * 2, side * 2))
    return _png(photo.upright(image), side)


def _of_video(stream: BinaryIO, side: int) -> bytes | None:
    import av

    source: Any
    with av.open(stream, "r", metadata_errors="replace") as source:
        for packets, packet in enumerate(source.demux(video=0)):
            for frame in packet.decode():
                if frame.width * frame.height <= 64_000_000:
                    return _png(frame.to_image().rotate(frame.rotation, expand=True), side)
            if packets > _MOST_FRAMES:
                break
    return None


def _png(image: object, side: int) -> bytes:
    from PIL import Image

    assert isinstance(image, Image.Image)  # noqa: S101 - for the type alone
    small = image.convert("RGBA")
    small.thumbnail((side, side))
    out = io.BytesIO()
    Image.frombytes("RGBA", small.size, small.tobytes()).save(out, "PNG", compress_level=1)
    return out.getvalue()
