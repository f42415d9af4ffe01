"""Writing CAP 1.2, and real alerts in and out."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from qroc_desktop.domain.aspects import Marking, Nature, Origin, Situation, Wording
from qroc_desktop.domain.instant import parse
from qroc_desktop.domain.shape import Shape
from qroc_desktop.domain.vocabulary import Aspect, ItemType, Priority, Status, Tlp, WorkspaceKind
from qroc_desktop.errors import Refused
from qroc_desktop.formats import cap
from qroc_desktop.formats.cap_terms import NAMESPACE

# The order and the number of elements as section 3.2 of CAP 1.2 has them, written as RELAX NG by hand.
from tests.formats.cap_files import (
    VALID,
    alert,
    area,
    info,
    only,
)
from tests.formats.foreign_items import (
    NOW,
    as_item,
    aspects_of_items,
    comparable,
    instants,
    item,
    layer,
    sample,
    told,
    writing,
)


def test_our_alert_is_valid_cap() -> None:
    written = cap.write(
        [
            item(
                "a",
                nature=Nature(type=ItemType.INCIDENT, kind="a-u-X-i-h"),
                shape=Shape(type="Point", coordinates=[16.37, 48.2]),
            ),
            item("b", shape=Shape(type="LineString", coordinates=[[10.0, 50.0], [11.0, 51.0]])),
            item(
                "c",
                situation=Situation(stale_at=NOW, starts=NOW, status=Status.FALSE_ALARM),
                wording=Wording(place="Wien"),
            ),
        ],
        writing(),
    )
    root = etree.fromstring(written.data)
    VALID.assertValid(root)
    space = {"c": NAMESPACE}
    assert root.xpath("string(c:sent)", namespaces=space) == "2024-05-01T10:00:00-00:00"
    assert root.xpath("string(c:sender)", namespaces=space) == "AT-Leitstelle_Mitte_Süd"
    assert root.xpath("string(c:info[1]/c:area/c:circle)", namespaces=space) == "48.2,16.37 0"
    assert root.xpath("string(c:info[3]/c:urgency)", namespaces=space) == "Past"
    assert "Z</" not in written.data.decode()
    assert told(written.problems) == ["CAP has no lines: it is written as a narrow area."]


def test_exercise_and_scope_follow_the_workspace_and_the_markings() -> None:
    def field(data: bytes, name: str) -> str:
        return etree.fromstring(data).findtext(f"{{{NAMESPACE}}}{name}") or ""

    exercise = cap.write([item()], writing(WorkspaceKind.EXERCISE)).data
    assert field(exercise, "status") == "Exercise"
    assert cap.read(exercise, name="x.cap").exercise is True
    assert (field(exercise, "scope"), field(exercise, "restriction")) == ("Restricted", "unmarked")
    clear = cap.write([item(marking=Marking(tlp=Tlp.CLEAR))], writing()).data
    assert (field(clear, "scope"), field(clear, "restriction"), field(clear, "status")) == ("Public", "", "Actual")
    amber = cap.write([item(marking=Marking(tlp=Tlp.AMBER)), item("j", marking=Marking(tlp=Tlp.CLEAR))], writing()).data
    assert (field(amber, "scope"), field(amber, "restriction")) == ("Restricted", "TLP:AMBER")
    centre = cap.write([item(marking=Marking(tlp=Tlp.CLEAR))], writing(marking=Marking(classification="VS-NfD"))).data
    assert field(centre, "restriction") == "VS-NfD"


def test_a_public_alert_goes_out_public_again_with_all_its_elements() -> None:
    extra = "<eventCode><valueName>SAME</valueName><value>EQW</value></eventCode>"
    resource = "<resource><resourceDesc>map</resourceDesc><mimeType>image/png</mimeType><uri>http://x.invalid/a.png</uri></resource>"
    block = info(certainty="Possible", severity="Unknown", urgency="Future").replace(
        "</certainty>", f"</certainty>{extra}"
    )
    block = block.replace("</info>", f"{resource}{area('<circle>1,2 3.5</circle><altitude>10</altitude>')}</info>")
    (read,) = cap.read(alert(block), name="x.cap").items
    written = cap.write([as_item(read)], writing())
    root = etree.fromstring(written.data)
    VALID.assertValid(root)
    out = etree.tostring(root, encoding="unicode")
    for text in (
        "<scope>Public<",
        ">SAME<",
        ">EQW<",
        ">image/png<",
        ">1,2 3.5<",
        "<altitude>10<",
        ">Possible<",
        ">Future<",
    ):
        assert text in out, text
    (again,) = cap.read(written.data, name="y.cap").items
    assert again.aspects == read.aspects


def test_languages_go_out_again_until_somebody_edits() -> None:
    blocks = info(language="en-CA", headline="Storm") + info(language="fr-CA", headline="Orage")
    (read,) = cap.read(alert(blocks), name="x.cap").items
    same = cap.write([as_item(read)], writing())
    VALID.assertValid(etree.fromstring(same.data))
    assert [i.aspects for i in cap.read(same.data, name="x.cap").items] == [read.aspects]
    assert [e.text for e in etree.fromstring(same.data).iter(f"{{{NAMESPACE}}}headline")] == ["Storm", "Orage"]
    edited = cap.write([as_item(read, wording=Wording(title="Gale"))], writing())
    assert [e.text for e in etree.fromstring(edited.data).iter(f"{{{NAMESPACE}}}headline")] == ["Gale"]
    assert "other languages are left out" in told(edited.problems)[0]


def test_an_edit_by_others_wins_over_what_is_carried() -> None:
    written = cap.write(
        [item(wording=Wording(title="Fire", place="Graz"), situation=Situation(priority=Priority.FLASH))], writing()
    )
    edited = written.data.replace(b"<headline>Fire</headline>", b"<headline>Flood</headline>")
    assert edited != written.data
    aspects = only(edited)
    assert aspects[Aspect.WORDING].title == "Flood"
    assert aspects[Aspect.SITUATION].priority is Priority.FLASH


def test_what_is_carried_wrongly_is_noted_and_left_out() -> None:
    parameter = (
        '<parameter><valueName>qroc:shape</valueName><value>{"type":"Point","coordinates":[500,0]}</value></parameter>'
    )
    reading = cap.read(alert(info().replace("</info>", parameter + "</info>")), name="x.cap")
    assert Aspect.SHAPE not in reading.items[0].aspects
    assert told(reading.problems) == ["What is carried as qroc:shape cannot be read."]


def test_text_that_xml_cannot_hold_survives_among_our_own() -> None:
    wording = Wording(title="a\x00b\x0b\ufffe\r\n", description="\x1b[31m")
    written = cap.write([item(wording=wording)], writing())
    assert only(written.data)[Aspect.WORDING] == wording


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(aspects_of_items, instants), min_size=1, max_size=3))
def test_every_item_comes_back_as_it_was(rows: list[Any]) -> None:
    items = [item(f"i{n}", valid, layer="l1", **aspects) for n, (aspects, valid) in enumerate(rows)]
    written = cap.write(items, writing(layers=[layer("l1", "Streets")]))
    VALID.assertValid(etree.fromstring(written.data))
    reading = cap.read(written.data, name="x.cap")
    assert [comparable(i.aspects) for i in items] == [i.aspects for i in reading.items]
    assert [i.valid_from for i in items] == [i.valid_at for i in reading.items]
    assert {i.folders for i in reading.items} == {("Streets",)}


# Real alerts. Values read off the files by eye.


def test_canada() -> None:
    reading = cap.read(sample("cap/canada.cap"), name="canada.cap")
    (alert_item,) = reading.items
    wording, shape, origin = (alert_item.aspects[a] for a in (Aspect.WORDING, Aspect.SHAPE, Aspect.ORIGIN))
    assert isinstance(wording, Wording)
    assert isinstance(shape, Shape)
    assert isinstance(origin, Origin)
    assert (reading.exercise, reading.problems) == (False, [])
    assert wording.title == "severe thunderstorm watch"
    assert wording.place == "Windsor - Leamington - Essex County; Chatham-Kent - Rondeau Park"
    assert shape.type == "MultiPolygon"
    assert shape.coordinates[0][0][0] == [-82.9314, 42.3481]
    assert (len(shape.coordinates), len(shape.coordinates[0][0])) == (2, 17)
    # An update says 23:20 for effective; it is in force from when it was sent.
    assert alert_item.valid_at == parse("2012-05-02T23:21:04Z")
    assert origin.foreign_id == "2.49.0.1.124.6bddbc91.2012"
    assert [("fr-CA" in text) for text in origin.kept["cap"]["infos"]] == [False, True]
    assert "60f31a3a" in origin.kept["cap"]["alert"]
    (french,) = cap.read(sample("cap/canada.cap"), name="canada.cap", language="fr").items
    assert "parc Rondeau" in french.aspects[Aspect.WORDING].place  # type: ignore[union-attr]


def test_real_alerts() -> None:
    counts = {}
    for name in (
        "canada",
        "canada_errors",
        "earthquake",
        "earthquake-iso8859-1",
        "invalid",
        "no_optional_fields",
        "weather",
    ):
        data = sample(f"cap/{name}.cap")
        assert cap.looks_like(data, f"{name}.cap")
        reading = cap.read(data, name=f"{name}.cap")
        counts[name] = (len(reading.items), len(reading.problems))
    assert counts == {
        "canada": (1, 0),
        "canada_errors": (1, 1),
        "earthquake": (1, 0),
        "earthquake-iso8859-1": (1, 0),
        "invalid": (1, 2),
        "no_optional_fields": (0, 1),
        "weather": (1, 1),
    }
    latin = only(sample("cap/earthquake-iso8859-1.cap"))
    assert latin[Aspect.WORDING].title == "EQ 4.6 Usulután, Usulután, El Salvador - PRELIMINARY REPORT"
    assert latin[Aspect.SHAPE] == Shape(type="Point", coordinates=[-88.783, 12.747])


def test_alerts_in_an_envelope() -> None:
    data = sample("edxl/bushfire_valid.edxlde")
    assert cap.looks_like(data, "bushfire_valid.edxlde")
    reading = cap.read(data, name="bushfire_valid.edxlde")
    assert (len(reading.items), reading.exercise) == (7, False)
    assert reading.items[0].aspects[Aspect.SHAPE] == Shape(type="Point", coordinates=[151.9576, -30.546])
    assert "<br />" in reading.items[0].aspects[Aspect.WORDING].description  # type: ignore[union-attr]


@pytest.mark.parametrize("name", ["canada", "earthquake", "earthquake-iso8859-1", "weather", "invalid"])
def test_real_alerts_come_back_as_they_were(name: str) -> None:
    reading = cap.read(sample(f"cap/{name}.cap"), name=name)
    written = cap.write([as_item(read, f"i{n}") for n, read in enumerate(reading.items)], writing())
    VALID.assertValid(etree.fromstring(written.data))
    assert [i.aspects for i in cap.read(written.data, name=name).items] == [i.aspects for i in reading.items]


def test_an_alert_that_could_not_be_read_again_is_not_written() -> None:
    long = item(wording=Wording(description="x" * 9_000_000))
    assert len(cap.read(cap.write([long], writing()).data, name="x").items) == 1
    with pytest.raises(Refused, match=r"too many items for one alert.*Choose another format"):
        cap.write([long] * 4, writing())
