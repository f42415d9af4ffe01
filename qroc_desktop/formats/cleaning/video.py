"""Videos packed anew: the streams of pictures and sound as they are, and nothing that was written beside them.

Place, device, date, titles, chapters, cover pictures, subtitles and tracks of data (a drone's or a body camera's
position, second by second) have no way into the copy; nor have messages inside the pictures' stream, where encoders and
some cameras write as well.
"""

from __future__ import annotations

import io
import re
from typing import Any, BinaryIO, Final

import av
from av.bitstream import BitStreamFilterContext

from qroc_desktop.errors import Message, Refused
from qroc_desktop.formats.media import Media

MOST_STREAMS: Final = 32
_MESSAGES: Final = {
    "h264": "filter_units=remove_types=6",
    "hevc": "filter_units=remove_types=39|40",
    "av1": "filter_units=remove_types=5",
}
"""Units within a stream that say something beside the picture: SEI messages, metadata of AV1."""
_PARAMETER_SETS: Final = {"h264": frozenset({7, 8, 13}), "hevc": frozenset({32, 33, 34})}
_PICTURES: Final = {
    Media.MP4: frozenset({"h264", "hevc", "av1", "vp9"}),
    Media.WEBM: frozenset({"vp8", "vp9", "av1"}),
}
_SOUNDS: Final = {
    Media.MP4: frozenset({"aac", "mp3", "ac3", "eac3", "opus", "alac"}),
    Media.WEBM: frozenset({"opus", "vorbis"}),
}
_READERS: Final = {Media.MP4: "mov,mp4,m4a,3gp,3g2,mj2", Media.WEBM: "matroska,webm"}
_WRITERS: Final = {Media.MP4: "mp4", Media.WEBM: "webm"}
SILENT: Final = Message("Its sound is of a kind that cannot be cleaned and does not go.")


def cleaned(stream: BinaryIO, media: Media) -> tuple[bytes, tuple[Message, ...]]:
    """The bytes of the copy, and notes. Raises Refused."""
    try:
        with av.open(stream, format=_READERS[media].split(",")[0], metadata_errors="replace") as source:
            return _copy(source, media)
    except (av.error.FFmpegError, ValueError, OSError, RuntimeError, TypeError, LookupError) as error:
        raise Refused(Message("The video is damaged or is none.")) from error


def _copy(source: Any, media: Media) -> tuple[bytes, tuple[Message, ...]]:
    if len(source.streams) > MOST_STREAMS:
        raise Refused(Message("The video is damaged or is none."))
    wanted, silent = _wanted(source, media)
    out = io.BytesIO()
    with av.open(out, "w", format=_WRITERS[media], options={"fflags": "+bitexact"}) as target:
        target.metadata.clear()
        ways, shown = {}, 0
        for one in wanted:
            made = target.add_stream_from_template(one, opaque=True)
            made.metadata.clear()
            ways[one.index] = (made, _filter(one, made))
            codec, head = _codec(one), made.codec_context.extradata
            if codec in _PARAMETER_SETS and head:
                made.codec_context.extradata = parameter_sets(head, codec)
        for packet in source.demux(wanted):
            made, messages = ways[packet.stream_index]
            for part in messages.filter(packet) if messages else [packet]:
                if part.dts is None:
                    continue
                part.stream = made
                target.mux(part)
                shown += made.type == "video"
        for made, messages in ways.values():
            for part in messages.filter(None) if messages else ():
                part.stream = made
                target.mux(part)
    if not shown:
        raise Refused(Message("The video is damaged or is none."))
    return out.getvalue(), (SILENT,) if silent else ()


def _wanted(source: Any, media: Media) -> tuple[list[Any], bool]:
    """The first stream of pictures, and the first of sound; and whether there is sound that cannot go."""
    pictures = [one for one in source.streams.video if not one.disposition & av.stream.Disposition.attached_pic]
    if not pictures or _codec(pictures[0]) not in _PICTURES[media]:
        raise Refused(Message("The video is of a kind that cannot be cleaned."))
    sounds = [one for one in source.streams.audio if _codec(one) in _SOUNDS[media]]
    return [pictures[0], *sounds[:1]], bool(source.streams.audio) and not sounds


def _codec(one: Any) -> str:
    """How a stream is encoded; empty where no decoder is known."""
    return str(one.codec_context.name) if one.codec_context is not None else ""


def _filter(one: Any, made: Any) -> BitStreamFilterContext | None:
    said = _MESSAGES.get(_codec(one)) if one.type == "video" else None
    return BitStreamFilterContext(said, one, made) if said else None


def parameter_sets(data: bytes, codec: str) -> bytes:
    """Of units in a byte stream (ITU-T H.264 and H.265, annex B) those without which no picture can be decoded."""
    kept = []
    for unit in re.split(b"\x00*\x00\x00\x01", data)[1:]:
        kind = unit[0] & 0x1F if codec == "h264" else unit[0] >> 1 & 0x3F
        if kind in _PARAMETER_SETS[codec]:
            kept.append(b"\x00\x00\x00\x01" + unit)
    if not kept:
        raise ValueError("no parameter sets")
    return b"".join(kept)
