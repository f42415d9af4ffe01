"""Zip archives from outside: KMZ and data packages.

Everything is checked from the directory before a byte is unpacked, in memory and never onto disk: number and
size of the members, compression ratio, names that lead elsewhere, names that occur twice, encryption.
"""

from __future__ import annotations

import io
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Mapping
from typing import Final

import msgspec

from qroc_desktop.domain.instant import Instant, to_datetime
from qroc_desktop.errors import Message, Refused

MAX_MEMBERS: Final = 10_000
MAX_TOTAL: Final = 256 * 1024 * 1024
MAX_MEMBER: Final = MAX_TOTAL
"""One file may be all that there is: a large picture as KML."""
MAX_RATIO: Final = 200
"""Text that people wrote packs 5 to 30 times smaller, repetitive XML up to about 100."""
RATIO_FROM: Final = 1024 * 1024
"""Smaller members can do no harm at any ratio."""
MAX_DIRECTORY: Final = 8 * 1024 * 1024
MAGIC: Final = b"PK\x03\x04"
_END: Final = struct.Struct("<4s4H2LH")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


class Archive(msgspec.Struct, frozen=True):
    """A zip archive whose directory has been checked. `names`: the files in it, folders left out."""

    where: str
    names: tuple[str, ...]
    source: zipfile.ZipFile

    def read(self, member: str) -> bytes:
        """The bytes of a member. Raises Refused for one that is damaged or an archive itself."""
        try:
            data = self.source.read(member)
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, struct.error, OSError):
            raise Refused(Message("It is damaged and cannot be unpacked."), where=self.place(member)) from None
        if nested(data):
            raise Refused(Message("It is an archive inside an archive, which is not opened."), where=self.place(member))
        return data

    def place(self, member: str) -> str:
        """How the member is named to people."""
        return f"{self.where}, {member}" if self.where else member


def is_zip(data: bytes) -> bool:
    """Whether the bytes begin as a zip archive with anything in it does."""
    return data.startswith(MAGIC)


def nested(data: bytes) -> bool:
    """Whether these bytes of a member are an archive (zip, gzip, bzip2, xz, zstd, 7z, rar)."""
    return data.startswith((MAGIC, b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd", b"7z\xbc\xaf", b"Rar!"))


def opened(data: bytes, *, name: str) -> Archive:
    """The archive, its directory checked. Raises Refused for what is damaged or hostile."""
    if len(data) > MAX_TOTAL:
        raise Refused(Message("It is larger than {limit} MiB.", limit=MAX_TOTAL >> 20), where=name)
    _check_end(data, name)
    try:
        source = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, EOFError, struct.error, ValueError, NotImplementedError, OSError):
        raise Refused(Message("It is a damaged zip archive."), where=name) from None
    members = source.infolist()
    if len(members) > MAX_MEMBERS:
        raise Refused(Message("It has more than {limit} members.", limit=MAX_MEMBERS), where=name)
    seen: set[str] = set()
    for member in members:
        _check_member(member, name)
        folded = member.filename.rstrip("/").casefold()
        if folded in seen:
            raise Refused(Message("It has two members of one name."), where=f"{name}, {member.filename[:80]}")
        seen.add(folded)
    if sum(member.file_size for member in members) > MAX_TOTAL:
        raise Refused(Message("It would unpack to more than {limit} MiB.", limit=MAX_TOTAL >> 20), where=name)
    return Archive(name, tuple(m.filename for m in members if not m.is_dir()), source)


def packed(members: Mapping[str, bytes], *, at: Instant) -> bytes:
    """A zip archive of these members, the same bytes for the same input."""
    moment = to_datetime(at)
    date = (moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second)
    if not 1980 <= moment.year <= 2107:
        date = (1980, 1, 1, 0, 0, 0)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in members.items():
            info = zipfile.ZipInfo(name, date)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = (stat.S_IFREG | 0o644) << 16
            target.writestr(info, data)
    return buffer.getvalue()


def _check_end(data: bytes, name: str) -> None:
    """The record at the end, before the library builds an object for every entry of the directory."""
    at = data.rfind(b"PK\x05\x06", max(0, len(data) - 65_557))
    if at < 0 or len(data) - at < _END.size:
        raise Refused(Message("It is a damaged zip archive, or its end is missing."), where=name)
    _, _, _, _, count, size, _, _ = _END.unpack_from(data, at)
    if count > MAX_MEMBERS or size > MAX_DIRECTORY or data[max(0, at - 20) : at].startswith(b"PK\x06\x07"):
        raise Refused(Message("It has more than {limit} members.", limit=MAX_MEMBERS), where=name)


def _check_member(member: zipfile.ZipInfo, name: str) -> None:
    place = f"{name}, {_CONTROL.sub('?', member.orig_filename)[:80]}"
    if _leads_elsewhere(member.orig_filename):
        raise Refused(Message("A member's name leads out of the archive."), where=place)
    if stat.S_ISLNK(member.external_attr >> 16):
        raise Refused(Message("A member is a link."), where=place)
    if member.flag_bits & 0x1:
        raise Refused(Message("A member is encrypted."), where=place)
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Refused(Message("A member is packed in a way that is not read."), where=place)
    if member.file_size > MAX_MEMBER:
        raise Refused(Message("A member is larger than {limit} MiB.", limit=MAX_MEMBER >> 20), where=place)
    if member.file_size > RATIO_FROM and member.file_size > MAX_RATIO * max(1, member.compress_size):
        raise Refused(
            Message("A member would unpack to more than {limit} times its size.", limit=MAX_RATIO), where=place
        )


def _leads_elsewhere(name: str) -> bool:
    return (
        not name
        or name.startswith(("/", "~"))
        or "\\" in name
        or ":" in name.split("/", maxsplit=1)[0]
        or _CONTROL.search(name) is not None
        or any(part == ".." for part in name.split("/"))
    )
