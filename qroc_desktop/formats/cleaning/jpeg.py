"""JPEG files with what a picture needs and nothing besides (ITU-T T.81, annex B)."""

from __future__ import annotations

from typing import Final, NamedTuple

_SOS, _EOI, _ADOBE, _RESTARTS, _PROGRESSIVE = 0xDA, 0xD9, 0xEE, 0xDD, 0xC2
_NEEDED: Final = frozenset({0xC0, 0xC1, _PROGRESSIVE, 0xC4, 0xDB, _RESTARTS, _SOS})
"""Frame, Huffman and quantisation tables, restart interval, scan."""
_TABLES: Final = frozenset({0xC4, 0xDB})
_MOST_TABLES: Final = 2 * (4 + 65) + 4 * (4 + 17 + 162)
"""Bytes of two quantisation and four Huffman tables, each in a segment of its own: all that a picture uses."""
_NAMED: Final = frozenset({*range(0xE0, 0xF0), 0xFE})
"""Application segments and comments: EXIF, XMP, IPTC, profiles, maker notes, further pictures."""
_WITHIN: Final = frozenset({0x00, 0x01, *range(0xD0, 0xD8)})
"""What may follow 0xFF within a scan."""


class Stripped(NamedTuple):
    """`plain`: one scan without restarts and no more tables than it uses, so that its bytes can be accounted for (see
    photo.py)."""

    data: bytes
    plain: bool


def stripped(data: bytes) -> Stripped:
    """The file without comments and application segments, but Adobe's that says how its colours are meant, without
    fill bytes and without anything after its end. Not one pixel changes. Raises ValueError."""
    if data[:2] != b"\xff\xd8":
        raise ValueError("not a JPEG file")
    out, at, scans, others, tables = [data[:2]], 2, 0, 0, 0
    while True:
        while data[at : at + 2] == b"\xff\xff":
            at += 1
        marker = data[at + 1] if data[at : at + 1] == b"\xff" and at + 1 < len(data) else 0
        if marker == _EOI:
            return Stripped(b"".join([*out, b"\xff\xd9"]), plain=scans == 1 and not others and tables <= _MOST_TABLES)
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if marker not in _NEEDED | _NAMED or end < at + 4 or end > len(data):
            raise ValueError("not a JPEG file that is known")
        others += marker in (_RESTARTS, _PROGRESSIVE)
        tables += end - at if marker in _TABLES else 0
        if marker == _SOS:
            scans += 1
            end = _scan_end(data, end)
        if marker == _ADOBE and data[at + 4 : at + 9] == b"Adobe":
            out.append(b"\xff\xee\x00\x0e" + data[at + 4 : at + 16])
        elif marker in _NEEDED:
            out.append(data[at:end])
        at = end


def _scan_end(data: bytes, at: int) -> int:
    """Where the next marker stands that does not belong to the scan."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            raise ValueError("cut off")
        if data[at + 1] not in _WITHIN:
            return at
        at += 2
