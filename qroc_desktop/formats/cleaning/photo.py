"""Photos made anew, the right way up.

Only pixels are taken over, or the data that they are decoded from. EXIF with position, camera and serial number, XMP,
IPTC, colour profiles, comments, embedded thumbnails, further pictures behind the first and bytes after the end have no
way into the copy.
"""

from __future__ import annotations

import io
import struct
from typing import BinaryIO, Final

from PIL import GifImagePlugin, Image, ImageCms, JpegImagePlugin, PngImagePlugin, WebPImagePlugin
from PIL.ImageFile import ImageFile

from qroc_desktop.errors import Message, Refused
from qroc_desktop.formats.cleaning.jpeg import stripped
from qroc_desktop.formats.media import Media

MOST_PIXELS: Final = 120_000_000
"""Cameras have up to 108 million; a picture that unpacks to more is meant to do harm."""
_READERS: Final[dict[Media, type[ImageFile]]] = {
    Media.JPEG: JpegImagePlugin.JpegImageFile,
    Media.PNG: PngImagePlugin.PngImageFile,
    Media.GIF: GifImagePlugin.GifImageFile,
    Media.WEBP: WebPImagePlugin.WebPImageFile,
}
_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""How a picture is turned upright, by the orientation in its EXIF (TIFF 6.0, tag 274)."""
_ORIENTATION: Final = 274
_SHORT: Final = 3
_GREYS: Final = frozenset({"L", "I;16", "1"})
FIRST_ONLY: Final = Message("It moves; only its first picture goes.")


def cleaned(stream: BinaryIO, media: Media) -> tuple[bytes, Media, tuple[Message, ...]]:
    """The bytes of the copy, its kind (a GIF becomes a PNG), and notes. Raises Refused."""
    image, moves = opened(stream, media)
    try:
        data = _exact(stream, image) if media is Media.JPEG else None
        if data is None:
            data = _written(_plain(upright(image)), media, lossless=b"VP8L" in _head(stream))
    except Exception as error:  # decoders raise whatever they like for bytes that are no picture
        raise unreadable() from error
    return data, Media.PNG if media is Media.GIF else media, (FIRST_ONLY,) if moves else ()


def _written(pixels: Image.Image, media: Media, *, lossless: bool) -> bytes:
    out = io.BytesIO()
    if media is Media.JPEG:
        pixels = pixels if pixels.mode in ("L", "RGB") else pixels.convert("RGB")
        pixels.save(out, "JPEG", quality=95, subsampling=0)
    elif media is Media.WEBP:
        pixels = pixels if pixels.mode in ("RGB", "RGBA") else pixels.convert("RGBA")
        pixels.save(out, "WEBP", lossless=lossless, quality=90, method=4)
    else:
        pixels.save(out, "PNG")
    return out.getvalue()


def _exact(stream: BinaryIO, image: Image.Image) -> bytes | None:
    """The same pixels to the last: the segments that make the picture, taken over as they are.

    Only of a picture that is upright and needs no profile, and only where its data have no slack in which something
    could hide: without its last two bytes another picture comes out. None for every other.
    """
    image.load()
    if image.mode not in ("L", "RGB") or image.info.get("icc_profile") or _turn(image) is not None:
        return None
    stream.seek(0)
    try:
        data, plain = stripped(stream.read())
    except ValueError:
        return None
    if not plain:
        return None
    pixels = image.tobytes()
    same = JpegImagePlugin.JpegImageFile(io.BytesIO(data)).tobytes() == pixels
    short = JpegImagePlugin.JpegImageFile(io.BytesIO(data[:-4] + data[-2:])).tobytes() == pixels
    return data if same and not short else None


def opened(stream: BinaryIO, media: Media) -> tuple[ImageFile, bool]:
    """The first picture, not decoded yet, and whether others follow that were meant to be seen. Raises Refused.

    The readers are called by name: what decides is the content, and each file is given to one decoder alone.
    """
    try:
        image = _READERS[media](stream)
        size, moves = image.size, media is not Media.JPEG and bool(getattr(image, "is_animated", False))
        if moves:
            image.seek(0)
    except Exception as error:
        raise unreadable() from error
    if size[0] * size[1] > MOST_PIXELS:
        raise Refused(Message("The picture has more than {limit} million pixels.", limit=MOST_PIXELS // 1_000_000))
    return image, moves


def upright(image: Image.Image) -> Image.Image:
    """The picture as it is meant to be seen."""
    image.load()
    turn = _turn(image)
    return image.transpose(turn) if turn is not None else image


def _turn(image: Image.Image) -> Image.Transpose | None:
    return _TURNS.get(_orientation(image.info.get("exif", b"")))


def unreadable() -> Refused:
    """The refusal of what begins like a picture and is none."""
    return Refused(Message("The picture is damaged or is none."))


def _plain(image: Image.Image) -> Image.Image:
    """A new picture of the same pixels, in colours that mean the same without a profile."""
    profile = image.info.get("icc_profile")
    if image.mode in ("P", "PA", "LA") or "transparency" in image.info:
        image = image.convert("RGBA" if image.mode != "P" or "transparency" in image.info else "RGB")
    elif image.mode not in _GREYS and image.mode not in ("RGB", "RGBA"):
        image = image.convert("RGB")
    if profile and image.mode in ("RGB", "RGBA"):
        image = _in_srgb(image, profile)
    return Image.frombytes(image.mode, image.size, image.tobytes())


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    if b"sRGB" in profile or b"s\0R\0G\0B" in profile:
        return image
    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        turned = ImageCms.profileToProfile(image, own, ImageCms.createProfile("sRGB"))
    except (ImageCms.PyCMSError, OSError, ValueError):  # a profile of other colours, or none at all
        return image
    return turned if turned is not None else image


def _orientation(exif: bytes) -> int:
    """The orientation in the first directory of EXIF; 1 where it says none or is damaged."""
    tiff = exif[6:] if exif.startswith(b"Exif\0\0") else exif
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return 1
    try:
        (at,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, at)
        for place in range(count):
            tag, kind, _, value = struct.unpack_from(f"{order}HHIH", tiff, at + 2 + 12 * place)
            if tag == _ORIENTATION and kind == _SHORT:
                return int(value)
    except struct.error:
        pass
    return 1


def _head(stream: BinaryIO) -> bytes:
    at = stream.tell()
    stream.seek(0)
    head = stream.read(64)
    stream.seek(at)
    return head
