"""The Common Alerting Protocol: what the standard says, what real alerts say, and the way back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from qroc_desktop.domain.aspects import Marking, Nature, Origin, Situation, Wording
from qroc_desktop.domain.instant import parse
from qroc_desktop.domain.shape import Shape
from qroc_desktop.domain.vocabulary import Aspect, Basis, ItemType, Priority, Status, Tlp, WorkspaceKind
from qroc_desktop.errors import Refused
from qroc_desktop.formats import cap
from qroc_desktop.formats.cap_terms import NAMESPACE, terms_for
from tests.formats.foreign_items import (
    NOW,
    SCRIPT,
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

# The order and the number of elements as section 3.2 of CAP 1.2 has them, written as RELAX NG by hand.
TIME = r"<data type='string'><param name='pattern'>\d\d\d\d-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d</param></data>"
POINT = r"-?\d+(\.\d+)?,-?\d+(\.\d+)?"
POLYGON = f"<data type='string'><param name='pattern'>{POINT}( {POINT}){{3,}}</param></data>"
CIRCLE = f"<data type='string'><param name='pattern'>{POINT} \\d+(\\.\\d+)?</param></data>"


def _element(name: str, content: str = "<text/>", times: str = "") -> str:
    element = f"<element name='{name}'>{content}</element>"
    return f"<{times}>{element}</{times}>" if times else element


def _choice(name: str, codes: str, times: str = "") -> str:
    values = "".join(f"<value>{code}</value>" for code in codes.split())
    return _element(name, f"<choice>{values}</choice>", times)


def _pair(name: str) -> str:
    return _element(name, _element("valueName") + _element("value"), "zeroOrMore")


TEXTS = ("senderName", "headline", "description", "instruction", "web", "contact")
AREA = (
    _element("areaDesc")
    + _element("polygon", POLYGON, "zeroOrMore")
    + _element("circle", CIRCLE, "zeroOrMore")
    + _pair("geocode")
    + _element("altitude", times="optional")
    + _element("ceiling", times="optional")
)
INFO = (
    _element("language", times="optional")
    + _choice("category", "Geo Met Safety Security Rescue Fire Health Env Transport Infra CBRNE Other", "oneOrMore")
    + _element("event")
    + _choice("responseType", "Shelter Evacuate Prepare Execute Avoid Monitor Assess AllClear None", "zeroOrMore")
    + _choice("urgency", "Immediate Expected Future Past Unknown")
    + _choice("severity", "Extreme Severe Moderate Minor Unknown")
    + _choice("certainty", "Observed Likely Possible Unlikely Unknown")
    + _element("audience", times="optional")
    + _pair("eventCode")
    + _element("effective", TIME, "optional")
    + _element("onset", TIME, "optional")
    + _element("expires", TIME, "optional")
    + "".join(_element(n, times="optional") for n in TEXTS)
    + _pair("parameter")
    + _element(
        "resource",
        _element("resourceDesc")
        + _element("mimeType")
        + "".join(_element(n, times="optional") for n in ["size", "uri", "derefUri", "digest"]),
        "zeroOrMore",
    )
    + _element("area", AREA, "zeroOrMore")
)
SCOPE = (
    "<choice><group><element name='scope'><value>Public</value></element></group>"
    "<group><element name='scope'><value>Restricted</value></element>"
    "<element name='restriction'><data type='string'><param name='minLength'>1</param></data></element>"
    "</group></choice>"
)
TOKEN = "<data type='string'><param name='pattern'>[^\\s,&lt;&amp;]+</param></data>"
SCHEMA = (
    f"<grammar xmlns='http://relaxng.org/ns/structure/1.0' ns='{NAMESPACE}' "
    "datatypeLibrary='http://www.w3.org/2001/XMLSchema-datatypes'><start>"
    + _element(
        "alert",
        _element("identifier", TOKEN)
        + _element("sender", TOKEN)
        + _element("sent", TIME)
        + _choice("status", "Actual Exercise System Test Draft")
        + _choice("msgType", "Alert Update Cancel Ack Error")
        + SCOPE
        + _element("info", INFO, "zeroOrMore"),
    )
    + "</start></grammar>"
)
schema = etree.RelaxNG(etree.fromstring(SCHEMA))


def alert(info: str = "", *, head: str = "", namespace: str = NAMESPACE, **fields: str) -> bytes:
    values = {
        "identifier": "43b080713727",
        "sender": "hsas@dhs.gov",
        "sent": "2003-04-02T14:39:01-05:00",
        "status": "Actual",
        "msgType": "Alert",
        "scope": "Public",
    } | fields
    body = "".join(f"<{name}>{value}</{name}>" for name, value in values.items() if value)
    return f"<alert xmlns='{namespace}'>{body}{head}{info}</alert>".encode()


def info(*, area: str = "", language: str = "", **fields: str) -> str:
    values = {
        "category": "Security",
        "event": "Homeland Security Advisory System Update",
        "urgency": "Immediate",
        "severity": "Severe",
        "certainty": "Likely",
    } | fields
    body = "".join(f"<{name}>{value}</{name}>" for name, value in values.items() if value)
    return f"<info>{f'<language>{language}</language>' if language else ''}{body}{area}</info>"


def area(content: str, description: str = "U.S. nationwide") -> str:
    return f"<area><areaDesc>{description}</areaDesc>{content}</area>"


def only(data: bytes, **options: Any) -> Any:
    reading = cap.read(data, name="alert.cap", **options)
    assert len(reading.items) == 1
    return reading.items[0].aspects


# What the standard says (CAP 1.2 section 3.2 and appendix A, told in our own words).


def test_polygon_is_latitude_before_longitude() -> None:
    aspects = only(
        alert(
            info(area=area("<polygon>38.47,-120.14 38.34,-119.95 38.52,-119.74 38.62,-119.89 38.47,-120.14</polygon>"))
        )
    )
    assert aspects[Aspect.SHAPE] == Shape(
        type="Polygon",
        coordinates=[[[-120.14, 38.47], [-119.95, 38.34], [-119.74, 38.52], [-119.89, 38.62], [-120.14, 38.47]]],
    )


def test_circle_is_latitude_longitude_and_kilometres() -> None:
    aspects = only(alert(info(area=area("<circle>32.9525,-115.5527 15</circle>"))))
    assert aspects[Aspect.SHAPE] == Shape(type="Point", coordinates=[-115.5527, 32.9525], radius_m=15_000.0)


def test_circle_of_no_radius_is_a_point() -> None:
    assert only(alert(info(area=area("<circle>48.2,16.37 0</circle>"))))[Aspect.SHAPE] == Shape(
        type="Point", coordinates=[16.37, 48.2]
    )


def test_circle_beside_a_polygon_becomes_a_polygon_and_says_so() -> None:
    ring = "<polygon>1,1 1,2 2,2 1,1</polygon>"
    reading = cap.read(alert(info(area=area(ring + "<circle>10,20 5</circle>"))), name="x.cap")
    shape = reading.items[0].aspects[Aspect.SHAPE]
    assert isinstance(shape, Shape)
    assert shape.type == "MultiPolygon"
    assert len(shape.coordinates) == 2
    north = max(position[1] for position in shape.coordinates[1][0])
    # 5 km north of 10 degrees; a degree of latitude there is 110.6 km on the WGS84 ellipsoid.
    assert north == pytest.approx(10 + 5 / 110.6, abs=1e-4)
    assert "Circles beside other areas came in as polygons." in told(reading.problems)


def test_several_areas_are_one_shape_and_one_place() -> None:
    first = area("<polygon>1,1 1,2 2,2 1,1</polygon>", "North")
    second = area("<polygon>5,5 5,6 6,6 5,5</polygon>", "South")
    aspects = only(alert(info(area=first + second)))
    assert aspects[Aspect.SHAPE].type == "MultiPolygon"
    assert aspects[Aspect.WORDING].place == "North; South"


def test_an_area_of_geocodes_alone_comes_in_without_a_shape() -> None:
    code = "<geocode><valueName>NUTS</valueName><value>AT130</value></geocode>"
    reading = cap.read(alert(info(area=area(code, "Wien"))), name="x.cap")
    assert Aspect.SHAPE not in reading.items[0].aspects
    assert reading.items[0].aspects[Aspect.WORDING].place == "Wien"  # type: ignore[union-attr]
    (problem,) = reading.problems
    assert (problem.what, problem.skipped, problem.where) == ("AT130", False, "line 1, area")


@pytest.mark.parametrize(
    ("severity", "urgency", "priority"),
    [
        ("Extreme", "Immediate", Priority.FLASH),
        ("Extreme", "Future", Priority.IMMEDIATE),
        ("Severe", "Expected", Priority.IMMEDIATE),
        ("Severe", "Future", Priority.PRIORITY),
        ("Moderate", "Unknown", Priority.PRIORITY),
        ("Unknown", "Immediate", Priority.PRIORITY),
        ("Minor", "Immediate", Priority.ROUTINE),
        ("Unknown", "Unknown", Priority.ROUTINE),
    ],
)
def test_severity_and_urgency_are_the_priority(severity: str, urgency: str, priority: Priority) -> None:
    assert only(alert(info(severity=severity, urgency=urgency)))[Aspect.SITUATION].priority is priority


@pytest.mark.parametrize(
    ("certainty", "status", "basis"),
    [
        ("Observed", Status.CONFIRMED, Basis.FACT),
        ("Likely", Status.UNCONFIRMED, Basis.ASSESSMENT),
        ("Very Likely", Status.UNCONFIRMED, Basis.ASSESSMENT),
        ("Unlikely", Status.UNCONFIRMED, Basis.ASSESSMENT),
        ("Unknown", Status.UNCONFIRMED, None),
    ],
)
def test_certainty_is_status_and_basis(certainty: str, status: Status, basis: Basis | None) -> None:
    aspects = only(alert(info(certainty=certainty)))
    assert aspects[Aspect.SITUATION].status is status
    assert (aspects[Aspect.EVALUATION].basis if Aspect.EVALUATION in aspects else None) is basis


@pytest.mark.parametrize("priority", list(Priority))
def test_terms_for_our_own_items_mean_the_same_priority(priority: Priority) -> None:
    assert terms_for(priority, Status.ONGOING, None).priority is priority


def test_all_clear_and_cancel() -> None:
    assert only(alert(info(responseType="AllClear")))[Aspect.SITUATION].status is Status.RESOLVED
    references = "<references>hsas@dhs.gov,1,2003-04-02T14:39:01-05:00</references>"
    cancelled = only(alert(info(), msgType="Cancel", head=references))
    assert cancelled[Aspect.SITUATION].status is Status.CLOSED
    assert "hsas@dhs.gov,1,2003-04-02T14:39:01-05:00" in cancelled[Aspect.ORIGIN].kept["cap"]["alert"]


def test_a_cancellation_without_info_is_an_item_that_is_closed() -> None:
    data = alert(msgType="Cancel", head="<note>Withdrawn</note><references>a,b,2003-04-02T14:39:01-05:00</references>")
    aspects = only(data)
    assert aspects[Aspect.SITUATION].status is Status.CLOSED
    assert aspects[Aspect.WORDING].description == "Withdrawn"


def test_times() -> None:
    times = {"effective": "2003-04-02T15:00:00-05:00", "onset": "2003-04-02T16:00:00+00:00"}
    reading = cap.read(alert(info(**times, expires="2003-04-03T00:00:00-05:00")), name="x.cap")
    (only_item,) = reading.items
    situation = only_item.aspects[Aspect.SITUATION]
    assert isinstance(situation, Situation)
    assert situation.starts == parse("2003-04-02T16:00:00Z")
    assert situation.stale_at == parse("2003-04-03T05:00:00Z")
    assert only_item.valid_at == parse("2003-04-02T20:00:00Z")
    assert only_item.aspects[Aspect.ORIGIN].sent == parse("2003-04-02T19:39:01Z")  # type: ignore[union-attr]
    assert reading.problems == []


def test_z_is_read_and_noted_and_no_offset_is_left_out() -> None:
    reading = cap.read(alert(info(expires="2003-04-03T00:00:00"), sent="2003-04-02T14:39:01Z"), name="x.cap")
    assert reading.items[0].valid_at == parse("2003-04-02T14:39:01Z")
    assert reading.items[0].aspects[Aspect.SITUATION].stale_at is None  # type: ignore[union-attr]
    assert told(reading.problems) == [
        "sent has Z where CAP asks for an offset in numbers.",
        "expires is not a time with an offset; it is left out.",
    ]


@pytest.mark.parametrize(
    ("status", "exercise"), [("Actual", False), ("Exercise", True), ("System", True), ("Test", True), ("Draft", True)]
)
def test_status_says_whether_it_is_an_exercise(status: str, exercise: bool) -> None:
    assert cap.read(alert(info(), status=status), name="x.cap").exercise is exercise


def test_without_a_status_nothing_comes_in() -> None:
    reading = cap.read(alert(info(), status=""), name="x.cap")
    assert (reading.items, reading.exercise) == ([], None)
    assert [problem.skipped for problem in reading.problems] == [True]


def test_actual_and_exercise_alerts_in_one_file_are_refused() -> None:
    both = b"<feed>" + alert(info()) + alert(info(), status="Exercise") + b"</feed>"
    with pytest.raises(Refused, match="mixes actual alerts"):
        cap.read(both, name="x.xml")


def test_an_envelope_that_says_exercise_around_an_actual_alert_is_refused() -> None:
    space = "urn:oasis:names:tc:emergency:EDXL:DE:1.0"
    wrapped = f"<EDXLDistribution xmlns='{space}'><distributionStatus>Exercise</distributionStatus>".encode()
    with pytest.raises(Refused, match="mixes actual alerts"):
        cap.read(wrapped + alert(info()) + b"</EDXLDistribution>", name="x.xml")


def test_scopes() -> None:
    restricted = only(alert(info(), scope="Restricted", head="<restriction>Police only</restriction>"))
    assert restricted[Aspect.MARKING] == Marking(handling_text="Police only")
    private = only(alert(info(), scope="Private", head="<addresses>a@b c@d</addresses>"))
    assert private[Aspect.MARKING] == Marking(handling_text="Private", conditions=("a@b c@d",))
    assert Aspect.MARKING not in only(alert(info(), head="<restriction/><addresses/>"))
    for scope, why in (("Restricted", "does not say how"), ("Private", "names no addresses")):
        reading = cap.read(alert(info(), scope=scope), name="x.cap")
        assert why in told(reading.problems)[0]
        assert reading.items[0].aspects[Aspect.MARKING] != Marking()


def test_languages_are_one_item_and_the_others_are_kept() -> None:
    blocks = info(language="en-CA", headline="Storm") + info(language="fr-CA", headline="Orage")
    assert only(alert(blocks))[Aspect.WORDING].title == "Storm"
    french = only(alert(blocks), language="fr")
    assert french[Aspect.WORDING].title == "Orage"
    assert len(french[Aspect.ORIGIN].kept["cap"]["infos"]) == 2


def test_blocks_that_differ_in_more_than_language_are_items() -> None:
    blocks = info(language="en", urgency="Future") + info(language="fr")
    assert len(cap.read(alert(blocks), name="x.cap").items) == 2
    assert len(cap.read(alert(info(language="en") * 3), name="x.cap").items) == 3


def test_description_and_instruction_are_text_exactly_as_written() -> None:
    escaped = SCRIPT.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    aspects = only(alert(info(description=escaped, instruction="Stay", headline=escaped)))
    assert aspects[Aspect.WORDING] == Wording(title=SCRIPT, description=SCRIPT + "\n\nStay")


def test_missing_and_unknown_codes_are_named_with_their_line() -> None:
    data = alert("\n" + info(urgency="Soon", certainty=""), scope="Everyone", identifier="")
    reading = cap.read(data, name="x.cap")
    assert len(reading.items) == 1
    assert [(p.where, str(p.why), p.what) for p in reading.problems] == [
        ("line 1, alert", "The required element identifier is missing.", ""),
        ("line 1, scope", "The code of scope is not one of CAP.", "Everyone"),
        ("line 2, info", "The required element certainty is missing.", ""),
        ("line 2, urgency", "The code of urgency is not one of CAP.", "Soon"),
    ]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("<polygon>91,10 1,2 2,2 91,10</polygon>", "is not a longitude and a latitude"),
        ("<polygon>nan,10 1,2 2,2 nan,10</polygon>", "not a number"),
        ("<polygon>1e999,10 1,2 2,2 1e999,10</polygon>", "number out of range"),
        ("<polygon>1,1 1,2</polygon>", "fewer than four positions"),
        ("<polygon>1;1 2;2</polygon>", "cannot be read"),
        ("<circle>1,1 -5</circle>", "is negative"),
        ("<circle>1,1</circle>", "cannot be read"),
        ("<circle>1,1 inf</circle>", "not a number"),
        ("<circle>1,1 999999</circle>", "not a length on Earth"),
    ],
)
def test_areas_that_are_no_good_are_skipped_and_the_alert_is_kept(content: str, why: str) -> None:
    reading = cap.read(alert(info(area=area(content))), name="x.cap")
    assert Aspect.SHAPE not in reading.items[0].aspects
    assert why in told(reading.problems)[0]
    assert reading.problems[0].skipped


def test_an_open_polygon_is_closed_and_noted() -> None:
    reading = cap.read(alert(info(area=area("<polygon>1,1 1,2 2,2</polygon>"))), name="x.cap")
    assert reading.items[0].aspects[Aspect.SHAPE].coordinates[0][-1] == [1.0, 1.0]  # type: ignore[union-attr]
    assert "was not closed" in told(reading.problems)[0]


def test_cap_1_0_and_no_namespace() -> None:
    for namespace in ("http://www.incident.com/cap/1.0", "urn:oasis:names:tc:emergency:cap:1.1"):
        old = alert(info(), namespace=namespace)
        assert cap.looks_like(old, "x.xml")
        assert only(old)[Aspect.SITUATION].priority is Priority.IMMEDIATE
    bare = alert(info()).replace(f" xmlns='{NAMESPACE}'".encode(), b"")
    assert cap.looks_like(bare, "x.cap")
    assert not cap.looks_like(bare, "x.xml")
    assert "has no namespace" in told(cap.read(bare, name="x.cap").problems)[0]


def test_acknowledgements_are_not_items() -> None:
    reading = cap.read(alert(info(), msgType="Ack"), name="x.cap")
    assert reading.items == []
    assert "acknowledgement" in told(reading.problems)[0]


def test_what_is_not_cap_is_refused() -> None:
    with pytest.raises(Refused, match="It holds no CAP alert"):
        cap.read(b"<kml/>", name="x.cap")
    assert not cap.looks_like(b"<kml/>", "x.cap")


# Out.


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
    schema.assertValid(root)
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
    schema.assertValid(root)
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
    schema.assertValid(etree.fromstring(same.data))
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
    schema.assertValid(etree.fromstring(written.data))
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
    schema.assertValid(etree.fromstring(written.data))
    assert [i.aspects for i in cap.read(written.data, name=name).items] == [i.aspects for i in reading.items]
