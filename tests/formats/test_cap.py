"""Reading CAP 1.0 to 1.2."""

from __future__ import annotations

import pytest

from qroc_desktop.domain.aspects import Marking, Situation, Wording
from qroc_desktop.domain.instant import parse
from qroc_desktop.domain.shape import Shape
from qroc_desktop.domain.vocabulary import Aspect, Basis, Priority, Status
from qroc_desktop.errors import Refused
from qroc_desktop.formats import cap
from qroc_desktop.formats.cap_terms import NAMESPACE, terms_for

# The order and the number of elements as section 3.2 of CAP 1.2 has them, written as RELAX NG by hand.
from tests.formats.cap_files import (
    alert,
    area,
    info,
    only,
)
from tests.formats.foreign_items import (
    SCRIPT,
    told,
)


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
