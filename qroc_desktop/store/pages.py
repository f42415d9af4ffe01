"""Rows of an SQLite file read page by page, without its trees: what recovery needs when the trees are damaged.

Reads the format that sqlite.org/fileformat2.html describes: every page that is a leaf of a table (section 1.6), each
cell on it (1.6, overflow 1.7), each record in it (2.1); and the committed frames of a write-ahead log (4.1 to 4.3).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from mmap import mmap
from typing import Any

DEFAULT_PAGE = 4096
_LEAF = 0x0D
_LEAF_HEADER = 8
_FILE_HEADER = 100
_WAL_HEADER = 32
_FRAME_HEADER = 24
_WAL_MAGIC = (0x377F0682, 0x377F0683)
_INT_WIDTH = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}
_MAX_PAYLOAD = 1 << 30

Record = tuple[Any, ...]


class Pages:
    """The pages of a file, with those of its write-ahead log over them."""

    def __init__(self, data: bytes | mmap, log: bytes = b"") -> None:
        self._data = data
        self.size = _page_size(data, log)
        self._usable = self.size - (data[20] if _sane_header(data) else 0)
        self._over = dict(_committed(log, self.size))
        last = max(self._over, default=0)
        self.count = max(-(-len(data) // self.size), last)

    def page(self, number: int) -> bytes:
        """A page by its number from 1; shorter where the file ends inside it."""
        if number in self._over:
            return self._over[number]
        return self._data[(number - 1) * self.size : number * self.size]

    def records(self) -> Iterator[tuple[int, Record]]:
        """(rowid, values) of every cell of every table leaf that can be read, whatever table it is of."""
        for number in range(1, self.count + 1):
            page = self.page(number)
            start = _FILE_HEADER if number == 1 else 0
            if len(page) < start + _LEAF_HEADER or page[start] != _LEAF:
                continue
            cells = int.from_bytes(page[start + 3 : start + 5], "big")
            for place in range(cells):
                at = start + _LEAF_HEADER + 2 * place
                found = self._cell(page, int.from_bytes(page[at : at + 2], "big"))
                if found is not None:
                    yield found

    def _cell(self, page: bytes, at: int) -> tuple[int, Record] | None:
        try:
            length, at = _varint(page, at)
            rowid, at = _varint(page, at)
            if not 0 < length <= _MAX_PAYLOAD:
                return None
            payload = self._payload(page, at, length)
            return None if payload is None else (_signed(rowid), _record(payload))
        except (IndexError, ValueError, struct.error):  # not a cell, or not any more
            return None

    def _payload(self, page: bytes, at: int, length: int) -> bytes | None:
        usable = self._usable
        most = usable - 35
        if length <= most:
            held = page[at : at + length]
            return held if len(held) == length else None
        least = (usable - 12) * 32 // 255 - 23
        local = least + (length - least) % (usable - 4)
        local = local if local <= most else least
        parts = [page[at : at + local]]
        left = length - local
        following = int.from_bytes(page[at + local : at + local + 4], "big")
        while left > 0:
            overflow = self.page(following) if 0 < following <= self.count else b""
            if len(overflow) < self.size:
                return None
            parts.append(overflow[4 : 4 + min(left, usable - 4)])
            left -= usable - 4
            following = int.from_bytes(overflow[:4], "big")
        payload = b"".join(parts)
        return payload if len(payload) == length else None


def _record(payload: bytes) -> Record:
    header, at = _varint(payload, 0)
    if not at <= header <= len(payload):
        raise ValueError("not a record")
    kinds = []
    while at < header:
        kind, at = _varint(payload, at)
        kinds.append(kind)
    values = []
    at = header
    for kind in kinds:
        value, at = _value(payload, at, kind)
        values.append(value)
    if at != len(payload):
        raise ValueError("not a record")
    return tuple(values)


def _value(payload: bytes, at: int, kind: int) -> tuple[Any, int]:
    if kind == 0:
        return None, at
    if kind in (8, 9):
        return kind - 8, at
    if kind in (10, 11):
        raise ValueError("not a record")
    width = _INT_WIDTH.get(kind) or (8 if kind == 7 else (kind - 12) // 2)
    held = payload[at : at + width]
    if len(held) != width:
        raise ValueError("not a record")
    if kind in _INT_WIDTH:
        return int.from_bytes(held, "big", signed=True), at + width
    if kind == 7:
        return struct.unpack(">d", held)[0], at + width
    return (held.decode("utf-8") if kind % 2 else held), at + width


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """A variable-length integer of 1 to 9 bytes; the ninth holds 8 bits."""
    value = 0
    for _ in range(8):
        byte = data[at]
        at += 1
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at
    return value << 8 | data[at], at + 1


def _signed(value: int) -> int:
    return value - (1 << 64) if value >= 1 << 63 else value


def _sane_header(data: bytes | mmap) -> bool:
    return data[:16] == b"SQLite format 3\x00"


def _page_size(data: bytes | mmap, log: bytes) -> int:
    if _sane_header(data):
        size = int.from_bytes(data[16:18], "big")
        return 65536 if size == 1 else size
    if len(log) >= _WAL_HEADER and struct.unpack(">I", log[:4])[0] in _WAL_MAGIC:
        return int(struct.unpack(">I", log[8:12])[0])
    return DEFAULT_PAGE


def _committed(log: bytes, size: int) -> Iterator[tuple[int, bytes]]:
    """(page number, page) of the frames up to the last commit whose checksums hold."""
    if len(log) < _WAL_HEADER or struct.unpack(">I", log[:4])[0] not in _WAL_MAGIC:
        return
    order = ">" if struct.unpack(">I", log[:4])[0] & 1 else "<"
    salts = log[16:24]
    sums = _checksum(log[:24], (0, 0), order)
    if sums != struct.unpack(">II", log[24:32]):
        return
    waiting: list[tuple[int, bytes]] = []
    for at in range(_WAL_HEADER, len(log) - _FRAME_HEADER - size + 1, _FRAME_HEADER + size):
        header, page = log[at : at + _FRAME_HEADER], log[at + _FRAME_HEADER : at + _FRAME_HEADER + size]
        sums = _checksum(header[:8] + page, sums, order)
        if header[8:16] != salts or sums != struct.unpack(">II", header[16:24]):
            return
        number, commit = struct.unpack(">II", header[:8])
        waiting.append((number, page))
        if commit:
            yield from waiting
            waiting.clear()


def _checksum(data: bytes, sums: tuple[int, int], order: str) -> tuple[int, int]:
    first, second = sums
    words = struct.unpack(f"{order}{len(data) // 4}I", data)
    for place in range(0, len(words), 2):
        first = (first + words[place] + second) & 0xFFFFFFFF
        second = (second + words[place + 1] + first) & 0xFFFFFFFF
    return first, second
