"""Photos, PDFs and videos with words hidden in every place that is not seen."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import av
import numpy as np
import pikepdf
from PIL import Image, PngImagePlugin

SEEN = "SICHTBAR"
"""Stands on the page of a PDF and may be found again."""


def pixels(width: int = 96, height: int = 64) -> np.ndarray[Any, Any]:
    """A picture that looks different from every side."""
    across, down = np.meshgrid(np.arange(width), np.arange(height))
    return np.stack([across * 2, down * 3, (across * down) // 40], axis=2).astype(np.uint8)


def exif(orientation: int, words: Mapping[str, str]) -> bytes:
    """EXIF with words in maker, owner, position and comment."""
    made = Image.Exif()
    made[0x0112] = orientation
    made[0x010F] = words.get("exif", "")
    made[0x013B] = words.get("exif", "")
    made.get_ifd(0x8769)[0x927C] = words.get("maker", "").encode()
    made.get_ifd(0x8825)[0x001D] = words.get("gps", "")
    return made.tobytes()


def photo(words: Mapping[str, str] | None = None, *, orientation: int = 1, **options: Any) -> bytes:
    """A JPEG with EXIF, XMP, IPTC, a comment, bytes after its end and, in these, another picture."""
    words = words or {}
    out = io.BytesIO()
    image = Image.fromarray(pixels())
    image.save(
        out,
        "JPEG",
        exif=exif(orientation, words),
        comment=words.get("comment", "").encode(),
        xmp=f"<x>{words.get('xmp', '')}</x>".encode(),
        **({"quality": 85} | options),
    )
    data = out.getvalue()
    iptc = b"Photoshop 3.0\0" + words.get("iptc", "").encode()
    segment = b"\xff\xed" + (len(iptc) + 2).to_bytes(2, "big") + iptc
    return data[:2] + segment + data[2:] + words.get("trailing", "").encode() + data


def picture(words: Mapping[str, str] | None = None, *, orientation: int = 1, form: str = "PNG") -> bytes:
    """A PNG or WebP with text, EXIF and XMP."""
    words = words or {}
    out = io.BytesIO()
    options: dict[str, Any] = {"exif": exif(orientation, words)}
    if form == "PNG":
        options["pnginfo"] = info = PngImagePlugin.PngInfo()
        info.add_text("Comment", words.get("comment", ""), zip=False)
        info.add_itxt("XML:com.adobe.xmp", words.get("xmp", ""))
    else:
        options |= {"xmp": words.get("xmp", "").encode(), "lossless": True}
    Image.fromarray(pixels()).save(out, form, **options)
    return out.getvalue() + words.get("trailing", "").encode()


def document(words: Mapping[str, str] | None = None) -> bytes:
    """A PDF of two revisions with everything that a PDF can carry; only the second is seen."""
    words = words or {}
    pdf = pikepdf.Pdf.new()
    pdf.add_blank_page(page_size=(200, 100))
    page = pdf.pages[0]
    photo_inside = pdf.make_stream(
        photo({name: words.get(f"pdf-{name}", "") for name in ("exif", "comment", "trailing")}),
        Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=96, Height=64, BitsPerComponent=8,
        ColorSpace=pikepdf.Name.DeviceRGB, Filter=pikepdf.Name.DCTDecode,
    )  # fmt: skip
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(I=photo_inside))
    page.Contents = pdf.make_stream(f"q 100 0 0 60 10 10 cm /I Do Q BT ({SEEN}) Tj ET".encode())
    page.obj.PieceInfo = pikepdf.Dictionary(Word=pikepdf.String(words.get("piece", "")))
    pdf.docinfo["/Title"] = words.get("info", "")
    with pdf.open_metadata(update_docinfo=False) as metadata:
        metadata["dc:title"] = words.get("pdf-xmp", "-") or "-"
    inside = words.get("file", "").encode()
    pdf.attachments["inside.txt"] = pikepdf.AttachedFileSpec(pdf, inside, filename=f"{words.get('filename', '')}.txt")
    pdf.Root.OpenAction = pikepdf.Dictionary(
        S=pikepdf.Name.JavaScript, JS=pikepdf.String(f"app.alert('{words.get('script', '')}')")
    )
    with pdf.open_outline() as outline:
        outline.root.append(pikepdf.OutlineItem(words.get("outline", "-") or "-", 0))
    out = io.BytesIO()
    pdf.save(out, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none, static_id=True)
    return _saved_again(out.getvalue(), words.get("revision", ""))


def _saved_again(data: bytes, earlier: str) -> bytes:
    """An incremental update that replaces an object, so that the earlier one is there and not seen."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        number = len(pdf.objects) + 1
        root, info, size = pdf.Root.objgen[0], pdf.trailer.Info.objgen[0], number + 1
    first = len(data)
    old = f"{number} 0 obj\n({earlier})\nendobj\n".encode()
    new = f"{number} 0 obj\n(-)\nendobj\n".encode()
    before = int(data[data.rindex(b"startxref") + 9 :].split()[0])

    def table(at: int, prev: int) -> bytes:
        return (
            f"xref\n{number} 1\n{at:010} 00000 n \n"
            f"trailer << /Root {root} 0 R /Info {info} 0 R /Size {size} /Prev {prev} >>\nstartxref\n"
        ).encode()

    one = old + table(first, before) + str(first + len(old)).encode() + b"\n%%EOF\n"
    second = first + len(one)
    return data + one + new + table(second, first + len(old)) + str(second + len(new)).encode() + b"\n%%EOF\n"


def video(
    words: Mapping[str, str] | None = None,
    *,
    form: str = "mp4",
    codec: str = "libx264",
    frames: int = 8,
    turned: int = 0,
) -> bytes:
    """A short video with tags of file and stream, and what its encoder says of itself in the pictures' stream."""
    words = words or {}
    out = io.BytesIO()
    with av.open(out, "w", format=form) as target:
        target.metadata["title"] = words.get("title", "")
        target.metadata["comment"] = words.get("comment", "")
        target.metadata["location"] = words.get("gps", "")
        stream: Any = target.add_stream(codec, rate=10)
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        stream.metadata["handler_name"] = words.get("handler", "")
        if turned:
            stream.set_display_rotation(turned)
        for number in range(frames):
            shifted = np.roll(pixels(), number * 4, axis=1)
            for packet in stream.encode(av.VideoFrame.from_ndarray(shifted, format="rgb24")):
                target.mux(packet)
        for packet in stream.encode():
            target.mux(packet)
    return out.getvalue()


def video_with_subtitles(text: str) -> bytes:
    """A WebM with a track of text beside its pictures."""
    out = io.BytesIO()
    said = f"WEBVTT\n\n00:00.000 --> 00:00.500\n{text}\n\n".encode()
    with (
        av.open(io.BytesIO(video(form="webm", codec="libvpx-vp9"))) as source,
        av.open(io.BytesIO(said), format="webvtt") as words,
        av.open(out, "w", format="webm") as target,
    ):
        ways: list[tuple[Any, Any]] = [
            (one, target.add_stream_from_template(one.streams[0], opaque=True)) for one in (source, words)
        ]
        for one, made in ways:
            for packet in one.demux():
                if packet.dts is not None:
                    packet.stream = made
                    target.mux(packet)
    return out.getvalue()


def video_with_sound() -> bytes:
    """A video that a telephone held upright took, with its sound."""
    out = io.BytesIO()
    tone = (np.sin(np.arange(1024) / 10) * 10_000).astype(np.int16).reshape(1, -1)
    with av.open(io.BytesIO(video(turned=90)), "r") as source, av.open(out, "w", format="mp4") as target:
        pictures: Any = target.add_stream_from_template(source.streams.video[0], opaque=True)
        sound: Any = target.add_stream("aac", rate=48_000)
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = pictures
                target.mux(packet)
        for number in range(30):
            frame = av.AudioFrame.from_ndarray(tone, format="s16", layout="mono")
            frame.sample_rate, frame.pts = 48_000, number * 1024
            target.mux(sound.encode(frame))
        target.mux(sound.encode())
    return out.getvalue()


def sound_of(data: bytes) -> list[bytes]:
    """The sound of a video, decoded."""
    with av.open(io.BytesIO(data), "r") as source:
        return [frame.to_ndarray().tobytes() for frame in source.decode(audio=0)]


def turn_of(data: bytes) -> int:
    """By how many degrees a video is turned when it is shown."""
    with av.open(io.BytesIO(data), "r") as source:
        return next(source.decode(video=0)).rotation


def frames_of(data: bytes) -> list[bytes]:
    """The pictures of a video, decoded."""
    with av.open(io.BytesIO(data), "r") as source:
        return [frame.to_ndarray(format="rgb24").tobytes() for frame in source.decode(video=0)]


def unpacked(data: bytes) -> bytes:
    """A PDF with all that is compressed in it written out, so that a search finds it."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        pdf.save(
            out,
            compress_streams=False,
            stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
        )
    return out.getvalue()
