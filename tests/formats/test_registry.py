from __future__ import annotations

import importlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qroc_desktop.domain.aspects import Attachment, Attachments, Marking, Nature, Person, Wording
from qroc_desktop.domain.shape import point
from qroc_desktop.domain.vocabulary import ItemType, Tlp
from qroc_desktop.errors import Refused
from qroc_desktop.formats import registry
from tests.formats.foreign_items import item, sample, writing

KML = b'<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document/></kml>'
GPX = b'<gpx xmlns="http://www.topografix.com/GPX/1/1" version="1.1" creator="x"/>'
COT = (
    b'<event version="2.0" uid="u" type="a-u-G" time="2024-05-01T10:00:00Z" start="2024-05-01T10:00:00Z" '
    b'stale="2024-05-01T10:00:00Z" how="h-e"><point lat="1" lon="2" hae="0" ce="1" le="1"/></event>'
)
CAP = b'<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"/>'


@pytest.mark.parametrize("name", registry.FORMATS)
def test_every_format_is_what_its_module_says(name: str) -> None:
    format_ = registry.FORMATS[name]
    module = importlib.import_module(f"qroc_desktop.formats.{format_.module}")
    assert name == module.FORMAT
    assert set(module.NAMES) <= set(format_.suffixes)
    assert hasattr(module, "write") == format_.writes
    assert hasattr(module, "read") == format_.reads


@pytest.mark.parametrize(
    ("data", "name", "expected"),
    [
        (KML, "a.kml", "kml"),
        (KML, "a.csv", "kml"),
        (GPX, "a.xml", "gpx"),
        (COT, "a.cot", "cot"),
        (COT, "a.xml", "cot"),
        (CAP, "a.xml", "cap"),
        (CAP, "a.geojson", "cap"),
        (b'{"type":"Point","coordinates":[1,2]}', "a.csv", "geojson"),
        (b"name,lat,lon\nA,1,2\n", "a.kml", "csv"),
        (b"name;lat;lon\nA;1;2\n", "a.txt", "csv"),
    ],
)
def test_content_counts_before_the_name(data: bytes, name: str, expected: str) -> None:
    assert registry.detect(data, name).name == expected
    assert registry.detect(b"\xef\xbb\xbf" + data, name).name == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("cap/weather.cap", "cap"),
        ("kml/KML-Samples.kml", "kml"),
        ("gpx/Mojstrovka.gpx", "gpx"),
        ("gpx/unicode_with_bom.gpx", "gpx"),
        ("cot/CameraCOTs.zip", "data-package"),
        ("edxl/bushfire_valid.edxlde", "cap"),
    ],
)
def test_real_files_are_known_by_any_name(path: str, expected: str) -> None:
    assert registry.detect(sample(path), "file.bin").name == expected


@pytest.mark.parametrize("name", registry.WRITERS)
def test_what_is_written_is_known_and_read_again(name: str) -> None:
    marking = Marking(tlp=Tlp.CLEAR)
    it = item(
        "i1",
        nature=Nature(type=ItemType.INCIDENT, kind="a-u-X-i-f"),
        wording=Wording(title="Fire, \"big\"; 'x'"),
        shape=point(13.4, 52.5),
        marking=marking,
    )
    written = registry.write(name, [it], writing(marking=marking))
    assert registry.detect(written.data, "download").name == name
    found = registry.read(written.data, name="download")
    assert [str(problem.why) for problem in found.problems if problem.skipped] == []
    assert len(found.items) == 1
    assert it.wording in found.items[0].aspects.values()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"   \r\n",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\x00" * 1000,
        b"%PDF-1.7",
        b"hello",
        b"PK\x05\x06" + b"\x00" * 18,
        b"\x89PNG\r\n\x1a\n",
        b"<html></html>",
    ],
)
def test_a_file_of_no_format_is_refused_in_one_line(data: bytes) -> None:
    with pytest.raises(Refused) as caught:
        registry.read(data, name="mystery.bin")
    assert "mystery.bin" in str(caught.value)
    assert "\n" not in str(caught.value)


@given(st.binary(max_size=300), st.sampled_from(["a.csv", "a.xml", "a.zip", "a.kmz", "a.geojson", "a"]))
def test_any_bytes_are_read_or_refused(data: bytes, name: str) -> None:
    try:
        found = registry.read(data, name=name)
    except Refused:
        return
    assert found.format in registry.READERS


@pytest.mark.parametrize("name", ["nope", "gpx", ""])
def test_a_writer_that_is_not_there_is_refused(name: str) -> None:
    with pytest.raises(Refused):
        registry.write(name, [], writing())


def test_a_reader_that_is_not_there_is_refused() -> None:
    with pytest.raises(Refused):
        registry.reader("nope")


def test_filters_for_dialogs() -> None:
    opened = registry.open_filters(lambda title: str(title).upper())
    assert opened[0].startswith("ALL FORMATS (*.kmz ")
    assert opened[-1] == "ALL FILES (*)"
    assert len(opened) == len(registry.READERS) + 2
    saved = registry.save_filters()
    assert tuple(saved) == registry.WRITERS
    assert saved["geojson"] == "GeoJSON (*.geojson)"
    assert len(set(saved.values())) == len(saved)


def test_suffixes() -> None:
    assert registry.with_suffix(Path("a"), "geojson") == Path("a.geojson")
    assert registry.with_suffix(Path("v1.2"), "kml") == Path("v1.2.kml")
    assert registry.with_suffix(Path("a.JSON"), "geojson") == Path("a.JSON")
    assert registry.wants_mapping("Lage.CSV")
    assert not registry.wants_mapping("Lage.kml")


@pytest.mark.parametrize("name", registry.WRITERS)
def test_what_no_format_carries_is_said(name: str) -> None:
    photo = Attachment(name="gate.jpg", media_type="image/jpeg", size=3, sha256="00" * 32)
    told = item(
        "a",
        nature=Nature(type=ItemType.INCIDENT),
        shape=point(5.7, 50.8),
        wording=Wording(title="Shooting"),
        attachments=Attachments(files=(photo,)),
        person=Person(surname="Lindqvist"),
    )
    written = registry.write(name, [told], writing())
    said = [str(problem.why) for problem in written.problems if problem.where == "a"]
    assert "Its attached files (1) are not exported." in said
    assert "What it says of a person is not exported." in said
    assert b"gate.jpg" not in written.data
    assert b"Lindqvist" not in written.data
