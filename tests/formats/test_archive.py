"""Zip archives that somebody made to do harm: each is refused with one line before a byte is unpacked."""

from __future__ import annotations

import io
import stat
import warnings
import zipfile
from collections.abc import Callable

import pytest

from qroc_desktop.errors import Refused
from qroc_desktop.formats import archive, data_package, kmz
from tests.formats.foreign_items import NOW

Members = list[tuple[str | zipfile.ZipInfo, bytes]]


def zipped(members: Members, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w", method) as target:
        warnings.simplefilter("ignore")  # of a name that occurs twice
        for name, data in members:
            target.writestr(name, data, compress_type=method)
    return buffer.getvalue()


def link() -> bytes:
    info = zipfile.ZipInfo("link.kml")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return zipped([(info, b"/etc/passwd")])


def encrypted() -> bytes:
    data = bytearray(zipped([("a.kml", b"<kml/>")]))
    directory = data.index(b"PK\x01\x02")
    data[directory + 8] |= 1
    return bytes(data)


def bomb() -> bytes:
    return zipped([("a.kml", bytes(40 << 20))])


def many_bombs() -> bytes:
    """Each member within its own limits, all together too much."""
    noise = bytes(range(256)) * 16
    block = b"".join(noise[n % 251 :] + b"%d" % n for n in range(4096))
    return zipped([(f"{n}.kml", block) for n in range(300_000_000 // len(block))], zipfile.ZIP_DEFLATED)


def claims_many() -> bytes:
    data = bytearray(zipped([("a.kml", b"<kml/>")]))
    end = data.rindex(b"PK\x05\x06")
    data[end + 8 : end + 12] = b"\xff\xff\xff\xff"
    return bytes(data)


HOSTILE: list[tuple[Callable[[], bytes], str]] = [
    (lambda: zipped([("../a.kml", b"")]), "leads out of the archive"),
    (lambda: zipped([("a/../../a.kml", b"")]), "leads out of the archive"),
    (lambda: zipped([("/etc/a.kml", b"")]), "leads out of the archive"),
    (lambda: zipped([("C:/a.kml", b"")]), "leads out of the archive"),
    (lambda: zipped([("a\\..\\b.kml", b"")]), "leads out of the archive"),
    (lambda: zipped([("~/a.kml", b"")]), "leads out of the archive"),
    (lambda: zipped([("a\nb.kml", b"")]), "leads out of the archive"),
    (lambda: zipped([("a.kml", b"1"), ("a.kml", b"2")]), "two members of one name"),
    (lambda: zipped([("a.kml", b"1"), ("A.KML", b"2")]), "two members of one name"),
    (lambda: zipped([(f"{n}.kml", b"") for n in range(archive.MAX_MEMBERS + 1)]), "more than 10000 members"),
    (lambda: zipped([("a.kml", b"<kml/>")], zipfile.ZIP_BZIP2), "packed in a way that is not read"),
    (lambda: zipped([("a.kml", b"<kml/>")], zipfile.ZIP_LZMA), "packed in a way that is not read"),
    (lambda: zipped([("a.kml", b"<kml/>")])[:-30], "damaged zip archive"),
    (lambda: b"PK\x03\x04" + bytes(1000), "damaged zip archive"),
    (link, "is a link"),
    (encrypted, "is encrypted"),
    (bomb, "more than 200 times its size"),
    (many_bombs, "unpack to more than 256 MiB"),
    (claims_many, "more than 10000 members"),
]


@pytest.mark.parametrize(("make", "why"), HOSTILE, ids=[f"{n}-{why}" for n, (_, why) in enumerate(HOSTILE)])
def test_hostile_archives_are_refused(make: Callable[[], bytes], why: str) -> None:
    data = make()
    for read in (kmz.read, data_package.read):
        with pytest.raises(Refused, match=why) as refusal:
            read(data, name="x.zip")
        assert "\n" not in str(refusal.value)


def test_a_member_that_lies_about_its_content_is_damaged() -> None:
    data = bytearray(zipped([("a.kml", b"<kml>" + b"x" * 500 + b"</kml>")], zipfile.ZIP_STORED))
    data[60] ^= 0xFF
    with pytest.raises(Refused, match="damaged and cannot be unpacked"):
        kmz.read(bytes(data), name="x.kmz")


@pytest.mark.parametrize("inner", [zipped([("b.kml", b"<kml/>")]), b"\x1f\x8b\x08\x00", b"7z\xbc\xaf\x27\x1c"])
def test_archives_in_archives_are_not_opened(inner: bytes) -> None:
    with pytest.raises(Refused, match="archive inside an archive"):
        kmz.read(zipped([("doc.kml", inner)]), name="x.kmz")


def test_a_sound_archive_is_read() -> None:
    packed = archive.packed({"a/b.txt": b"b", "c.txt": b"c"}, at=NOW)
    opened = archive.opened(packed, name="x.zip")
    assert opened.names == ("a/b.txt", "c.txt")
    assert opened.read("a/b.txt") == b"b"
