"""XML from outside: what is refused, and what the small readers of its values accept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qroc_desktop.domain.instant import InstantError, parse
from qroc_desktop.errors import Refused
from qroc_desktop.formats import xml

LAUGHS = (
    "<!DOCTYPE a [<!ENTITY x0 'ha'>" + "".join(f"<!ENTITY x{n} '&x{n - 1};&x{n - 1};'>" for n in range(1, 40)) + "]>"
)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (f"{LAUGHS}<a>&x39;</a>".encode(), "document type"),
        (b"<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>", "document type"),
        (b"<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><a>&e;</a>", "document type"),
        (b"<?xml version='1.0'?> <!-- c --> <?p i?>\n<!DOCTYPE a><a/>", "document type"),
        ("\ufeff<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>".encode("utf-16"), "document type"),
        ("<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>".encode("utf-16-le"), "document type"),
        (b"<!--" + b" " * 70_000 + b"--><!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>", "document type"),
        (b"<a>&undefined;</a>", "not well-formed"),
        (b"<a><b></a>", "not well-formed"),
        (b"<a>", "not well-formed"),
        (b"<a/><b/>", "not well-formed"),
        (b"no markup at all", "not well-formed"),
        (b"", "It is empty"),
        (b" \n\x00 ", "It is empty"),
        (b"<a>" * 300 + b"</a>" * 300, "nested too deep"),
        (b"<a>" * 1_000_000, "nested too deep"),
        (b"<a>" + b"x" * 11_000_000 + b"</a>", "too long"),
        (b"<a b='" + b"x" * 11_000_000 + b"'/>", "too long"),
        (b"<" + b"a" * 60_000 + b"/>", "too long"),
        (b"<a>" + b"<b/>" * (xml.MAX_ELEMENTS + 1) + b"</a>", "more than 2000000 elements"),
        (b"x" * (xml.MAX_BYTES + 1), "larger than 64 MiB"),
        (b"<a>\xff</a>", "not text in utf-8"),
        (b"<?xml version='1.0' encoding='ascii'?><a>\xc3\xa9</a>", "not text in ascii"),
        (b"<?xml version='1.0' encoding='utf-7'?><a>+ADw-</a>", "is not one that is read"),
        (b"<?xml version='1.0' encoding='cp037'?><a/>", "is not one that is read"),
        (b"<?xml version='1.0' encoding='iso-8859-99'?><a/>", "is not known"),
        (b"<a xmlns:p='u'><q:b/></a>", "not well-formed"),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{len(value)}",
)
def test_what_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(Refused, match=why) as refusal:
        xml.parse(data, name="file.xml")
    line = str(refusal.value)
    assert line.startswith("file.xml")
    assert "\n" not in line
    assert "root:" not in line
    assert len(line) < 400


def test_the_line_is_named() -> None:
    with pytest.raises(Refused, match=r"^f\.xml, line 3: "):
        xml.parse(b"<a>\n<b>\n</c></a>", name="f.xml")
    with pytest.raises(Refused, match=r"^f\.xml, line 2: "):
        xml.parse(b"<a>\n\xff</a>", name="f.xml")
    (child,) = xml.parse(b"<a>\n\n<b/></a>", name="f.xml")
    assert xml.where(child) == "line 3, b"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "iso-8859-1", "windows-1252"]
)
def test_encodings(encoding: str) -> None:
    declared = encoding.removesuffix("-sig")
    data = f"<?xml version='1.0' encoding='{declared}'?>\n<r><a>Zürich</a></r>".encode(encoding)
    assert xml.text_of(xml.parse(data, name="x")) == "Zürich"
    assert xml.root_name(data) == ("", "r")


def test_a_document_type_in_a_text_is_text() -> None:
    assert xml.text_of(xml.parse(b"<a><![CDATA[<!DOCTYPE html>]]></a>", name="x")) == "<!DOCTYPE html>"


def test_comments_and_instructions_do_not_cut_texts() -> None:
    assert xml.parse(b"<a>x<!-- <b> -->y<?p?>z</a>", name="x").text == "xyz"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"<kml xmlns='u'/>", ("u", "kml")),
        (b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- <x> --><c:alert a="1" xmlns:c="urn:c">', ("urn:c", "alert")),
        (b"<!DOCTYPE gpx [<!ENTITY a '>'>]><gpx>", ("", "gpx")),
        (b"<!DOCTYPE", ("", "")),
        (b"{}", ("", "")),
        (b"", ("", "")),
        (b"<!--", ("", "")),
        (b"<?xml encoding='nonsense'?><a/>", ("", "a")),
    ],
)
def test_root_names(data: bytes, expected: tuple[str, str]) -> None:
    assert xml.root_name(data) == expected


@given(st.binary(max_size=300))
def test_root_name_reads_anything(data: bytes) -> None:
    space, name = xml.root_name(b"<" + data)
    assert isinstance(space + name, str)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_decimals_read_back_exactly(value: float) -> None:
    assert "e" not in xml.decimal(value)
    assert xml.number(xml.decimal(value)) == value


@pytest.mark.parametrize("text", ["", "nan", "inf", "-inf", "1e999", "1_0", "0x1", "1,5", "٣", "1 2", "--1", "1e"])
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(ValueError, match="number"):
        xml.number(text)


@pytest.mark.parametrize(
    ("text", "expected", "zoned"),
    [
        ("2024-05-01T10:00:00Z", "2024-05-01T10:00:00Z", True),
        ("2024-05-01T10:00:00.1234567+02:00", "2024-05-01T08:00:00.123456Z", True),
        ("2024-05-01T10:00:00", "2024-05-01T10:00:00Z", False),
        (" 2024-05-01 ", "2024-05-01T00:00:00Z", False),
        ("2024-05", "2024-05-01T00:00:00Z", False),
        ("2024", "2024-01-01T00:00:00Z", False),
        ("2024-05-01T10:00:00-00:00", "2024-05-01T10:00:00Z", True),
    ],
)
def test_moments(text: str, expected: str, zoned: bool) -> None:
    assert xml.moment(text) == (parse(expected), zoned)


@pytest.mark.parametrize("text", ["", "soon", "2024-13-01", "2024-05-01T25:00:00Z", "99999-01-01T00:00:00Z", "٢٠٢٤"])
def test_what_is_no_moment(text: str) -> None:
    with pytest.raises(InstantError):
        xml.moment(text)
